//! The laws of the formatter.

use crate::analyse;
use enact_syntax::{FormatOptions, Tongue, format};

/// What must hold of the formatter for a file: done twice is done once; the meaning stays; the tongue of the keywords can be changed there and back;
/// a text that cannot be read is refused, and only such a one.
///
/// # Errors
/// The law that is broken, with the texts.
pub fn formatter(path: &str, text: &str, schemas: &[(String, String)]) -> Result<(), String> {
    let broken = enact_syntax::parse_file(text).iter().any(|(_, item)| !item.diagnostics.is_empty());
    let once = match (format(text, FormatOptions::default()), broken) {
        (Ok(once), false) => once,
        (Err(_), true) => return Ok(()),
        (Ok(_), true) => return Err(format!("a broken text is formatted:\n{text}")),
        (Err(found), false) => return Err(format!("a whole text is refused: {found:?}\n{text}")),
    };
    equal("formatting twice is formatting once", &once, &formatted(&once, None)?)?;
    let zh = formatted(&once, Some(Tongue::Chinese))?;
    let en = formatted(&zh, Some(Tongue::English))?;
    equal("keywords go to English and back", &zh, &formatted(&en, Some(Tongue::Chinese))?)?;
    equal("English keywords stay", &en, &formatted(&en, None)?)?;
    let meaning = |text: &str| {
        let analysed = analyse(&[(path.to_owned(), text.to_owned())], schemas);
        analysed.program.map(|program| enact_ir::text::print(&program))
    };
    let before = meaning(text);
    for (law, after) in [("formatting", &once), ("Chinese keywords", &zh), ("English keywords", &en)] {
        if meaning(after) != before {
            return Err(format!("{law}: the meaning changes\n--- before\n{text}\n--- after\n{after}"));
        }
    }
    equal("comments stay", &comments(text), &comments(&zh))
}

/// The text with its keywords in a tongue.
///
/// # Errors
/// Where it is refused.
fn formatted(text: &str, keywords: Option<Tongue>) -> Result<String, String> {
    format(text, FormatOptions { keywords }).map_err(|found| format!("a formatted text is refused: {found:?}\n{text}"))
}

fn comments(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once("//").map(|(_, comment)| comment.trim()));
    lines.collect::<Vec<_>>().join("\n")
}

fn equal(law: &str, before: &str, after: &str) -> Result<(), String> {
    if before == after {
        return Ok(());
    }
    Err(format!("{law}: not so\n--- before\n{before}\n--- after\n{after}"))
}
