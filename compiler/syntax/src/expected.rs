//! Syntax errors in words: what stands there, what could stand there, and the keyword that was probably meant.

use crate::token::{Keyword, Kind, text_of};
use enact_base::{Code, Diagnostic, Edit, Span, nearest};
use lalrpop_util::ParseError;

/// The diagnostic of a syntax error; `None` where another one has been made already.
pub(crate) fn explain(text: &str, error: ParseError<usize, Kind, ()>) -> Option<Diagnostic<Span>> {
    match error {
        ParseError::UnrecognizedToken { token: (l, kind, r), expected } => {
            Some(unexpected(text, Span::new(l, r), kind, &expected))
        }
        ParseError::UnrecognizedEof { location, expected } => {
            let span = Span::new(location, location);
            let message = format!("the declaration ends too early: expected {}", list(&expected));
            Some(Diagnostic::new(Code::UnexpectedToken, span, message, "something is missing here"))
        }
        ParseError::ExtraToken { token: (l, kind, r) } => Some(unexpected(text, Span::new(l, r), kind, &[])),
        ParseError::InvalidToken { .. } | ParseError::User { .. } => None,
    }
}

fn unexpected(text: &str, span: Span, kind: Kind, expected: &[String]) -> Diagnostic<Span> {
    let found = text_of(text, span);
    let what = match kind {
        _ if found.is_empty() => "the end of the declaration".to_owned(),
        Kind::Keyword(_) => format!("the keyword `{found}`"),
        _ => format!("`{found}`"),
    };
    let message = match list(expected) {
        words if words.is_empty() => format!("{what} is out of place"),
        words => format!("expected {words}, found {what}"),
    };
    let diagnostic = Diagnostic::new(Code::UnexpectedToken, span, message, "not expected here");
    match meant(found, kind, expected) {
        Some(keyword) => {
            let title = format!("did you mean `{keyword}`?");
            diagnostic.with_fix(title, vec![Edit { place: span, text: keyword.to_owned() }])
        }
        None if matches!(kind, Kind::Keyword(_)) && expected.iter().any(|word| word == "\"name\"") => diagnostic
            .with_help(format!("`{found}` is a keyword; as a name it is written in backticks: `` `{found}` ``")),
        None => diagnostic,
    }
}

/// The expected keyword that a name nearly spells.
fn meant(found: &str, kind: Kind, expected: &[String]) -> Option<&'static str> {
    if kind != Kind::Name {
        return None;
    }
    let begins =
        |keyword: &Keyword| matches!(keyword, Keyword::Require | Keyword::Let | Keyword::Output | Keyword::Except);
    let allowed =
        |keyword: &&Keyword| begins(keyword) || expected.iter().any(|word| word.trim_matches('"') == keyword.english());
    let spellings = Keyword::ALL.iter().filter(allowed).flat_map(|keyword| [keyword.english(), keyword.chinese()]);
    nearest(found, spellings)
}

/// At most five of the expected tokens, in words; many keywords count as "a name", since they can stand for one.
fn list(expected: &[String]) -> String {
    let bare: Vec<&str> = expected.iter().map(|word| word.trim_matches('"')).collect();
    let many = bare.iter().filter(|word| word.chars().all(char::is_alphabetic)).count() > 12;
    let operand = bare.contains(&"not") && bare.contains(&"today");
    let mut words: Vec<String> = Vec::new();
    let mut add = |word: String| {
        if !words.contains(&word) {
            words.push(word);
        }
    };
    if operand {
        add("a value".into());
    }
    for word in bare {
        let sign = !word.chars().any(char::is_alphabetic);
        match word {
            "name" | "int or number" | "a text" | "a date" if operand => {}
            "name" => add("a name".into()),
            "int or number" => add("a number".into()),
            "a text" | "a date" => add(word.into()),
            "{:" => add("`{`".into()),
            ",.." | ",cite" => add("`,`".into()),
            _ if operand => {}
            _ if sign || !many => add(format!("`{word}`")),
            _ => {}
        }
    }
    let shown = words.len().min(5);
    let mut out = words.get(..shown).unwrap_or(&[]).join(", ");
    if let Some(at) = out.rfind(", ") {
        out.replace_range(at..at + 2, " or ");
    }
    out
}
