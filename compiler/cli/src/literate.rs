//! Formats the fenced rule blocks of a Markdown file; every other byte stays.

use enact_base::{Diagnostic, Span};
use enact_syntax::FormatOptions;

/// The Markdown text with each of its `enact` blocks set in the one form.
///
/// A block is set by itself, so a declaration that runs over two blocks is refused with the parser's words.
pub(crate) fn format(text: &str, options: FormatOptions) -> Result<String, Vec<Diagnostic<Span>>> {
    let mut out = String::with_capacity(text.len());
    let mut problems = Vec::new();
    // Where lines differ between the text and its blanked twin there is prose; where they agree and stand in a fence, rules.
    let mut block: Option<(usize, String)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match &mut block {
            Some((_, body)) if !is_fence(line) => body.push_str(line),
            Some((start, body)) => {
                match enact_syntax::format(body, options) {
                    Ok(formatted) => out.push_str(&formatted),
                    Err(found) => problems.extend(found.into_iter().map(|one| shift(one, *start))),
                }
                block = None;
                out.push_str(line);
            }
            None => {
                out.push_str(line);
                if opens_rules(line) {
                    block = Some((at + line.len(), String::new()));
                }
            }
        }
        at += line.len();
    }
    if let Some((_, body)) = block {
        // An unclosed fence: leave its text alone.
        out.push_str(&body);
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

fn opens_rules(line: &str) -> bool {
    let info = line.trim_start().strip_prefix("```").map(str::trim);
    info.is_some_and(|info| info.split([',', ' ']).next() == Some("enact"))
}

fn shift(found: Diagnostic<Span>, by: usize) -> Diagnostic<Span> {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    found.map_places(|span| span.shifted(by))
}
