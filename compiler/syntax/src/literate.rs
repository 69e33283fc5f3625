//! Literate files: the rules stand in fenced blocks marked `enact`, the law around them in Markdown.

/// The text of a `*.enact.md` file with everything outside its `enact` blocks replaced by blanks. Every byte keeps its place, so spans and lines are those of the file.
pub fn literate(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (line, is_rule) in text.split_inclusive('\n').zip(rule_lines(text)) {
        if is_rule {
            out.push_str(line);
        } else {
            out.extend(line.bytes().map(|byte| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { ' ' }));
        }
    }
    out
}

/// For each line of a literate file whether it stands inside an `enact` block; the fences do not.
pub(crate) fn rule_lines(text: &str) -> Vec<bool> {
    let mut fence: Option<(usize, bool)> = None;
    let is_rule = |line: &str| {
        let body = line.trim_end_matches(['\n', '\r']);
        let ticks = body.chars().take_while(|c| *c == '`').count();
        let info = body.get(ticks..).unwrap_or("").trim();
        match fence {
            None if ticks >= 3 => {
                fence = Some((ticks, info == "enact"));
                false
            }
            Some((opened, _)) if ticks >= opened && info.is_empty() => {
                fence = None;
                false
            }
            Some((_, is_enact)) => is_enact,
            None => false,
        }
    };
    text.split_inclusive('\n').map(is_rule).collect()
}
