//! Fenced blocks of Markdown pages.

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands after the opening fence.
    pub info: String,
    /// Line of the opening fence, from 1.
    pub line: usize,
    /// What stands between the fences.
    pub text: String,
}

/// The fenced blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in page.lines().enumerate() {
        match (open, line.strip_prefix("```")) {
            (false, Some(info)) => {
                found.push(Block { info: info.trim().to_owned(), line: at + 1, text: String::new() });
                open = true;
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                if let Some(block) = found.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            (false, None) => {}
        }
    }
    found
}

/// The JSON files of a page: its `json` blocks whose info string goes on with a path.
pub fn json_files(page: &[Block]) -> Vec<(String, String)> {
    page.iter()
        .filter_map(|block| Some((block.info.strip_prefix("json ")?.trim().to_owned(), block.text.clone())))
        .collect()
}
