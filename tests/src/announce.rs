//! Announced diagnostics: `//~ CODE words` at the end of a line, `//~^ CODE words` for the line above.

use crate::Analysed;
use enact_base::{Diagnostic, LineIndex, Severity};
use std::fmt::Write as _;

/// A diagnostic that a text announces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Announced {
    /// The line, from 1.
    pub line: u32,
    /// The code.
    pub code: String,
    /// Words that its message holds; may be empty.
    pub words: String,
}

/// What a text announces. Several codes may follow one sign.
pub fn announced(text: &str) -> Vec<Announced> {
    let mut found = Vec::new();
    for (at, line) in (1..).zip(text.lines()) {
        let Some((_, said)) = line.split_once("//~") else { continue };
        let (line, said) = match said.strip_prefix('^') {
            Some(said) => (at - 1, said),
            None => (at, said),
        };
        let mut rest = said.trim();
        let mut codes = Vec::new();
        while let Some(code) = rest.split_whitespace().next().filter(|word| is_code(word)) {
            codes.push(code.to_owned());
            rest = rest.strip_prefix(code).unwrap_or_default().trim_start();
        }
        let words = rest.to_owned();
        found.extend(codes.into_iter().map(|code| Announced { line, code, words: words.clone() }));
    }
    found
}

fn is_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with(['E', 'W']) && word.chars().skip(1).all(|c| c.is_ascii_digit())
}

/// Whether exactly the announced diagnostics occur in the file `path`: all of them, and no other error anywhere. The complaint has the pictures.
///
/// # Errors
/// What is missing and what is too much.
pub fn compare(path: &str, text: &str, analysed: &Analysed) -> Result<(), String> {
    let index = LineIndex::new(text);
    let line_of = |found: &Diagnostic| {
        let (file, _) = analysed.sources.get(found.primary.place.file);
        (file == path).then(|| index.line_column(text, found.primary.place.span.start).line)
    };
    let mut left: Vec<&Diagnostic> = analysed.diagnostics.iter().collect();
    let mut complaint = String::new();
    for wanted in announced(text) {
        let fits = |found: &&Diagnostic| {
            found.code.as_str() == wanted.code
                && line_of(found) == Some(wanted.line)
                && found.message.contains(&wanted.words)
        };
        match left.iter().position(fits) {
            Some(at) => drop(left.remove(at)),
            None => {
                let _ = writeln!(complaint, "line {}: {} {} does not occur", wanted.line, wanted.code, wanted.words);
            }
        }
    }
    for found in left.iter().filter(|found| found.severity() == Severity::Error) {
        let line = line_of(found).map_or_else(|| "elsewhere".to_owned(), |line| format!("line {line}"));
        let _ = writeln!(complaint, "{line}: {} is not announced", found.code);
    }
    if complaint.is_empty() {
        return Ok(());
    }
    Err(format!("{complaint}\n{text}\n{}", analysed.pictures()))
}
