//! The formatter: one form for all files. It sets indentation, blanks, grid columns and the tongue of the keywords, and never moves a token to another line,
//! so a comment stays with what it explains.
//!
//! `lines` reads the tokens line by line, `spacing` says what stands between two tokens, `indent` how far a line is moved in, `grid` aligns columns.

mod grid;
mod indent;
mod lines;
mod spacing;

use crate::contextual::lex_marked;
use crate::literate::rule_lines;
use crate::parse::parse_with_names;
use crate::split::split;
use crate::token::{Keyword, Kind, text_of};
use crate::{literate, parse_file};
use enact_base::{Diagnostic, Span};
use std::collections::BTreeSet;

/// The two tongues of the keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// `要求`
    Chinese,
    /// `require`
    English,
}

/// What the formatter is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatOptions {
    /// The tongue of the keywords; `None` leaves each as it is.
    pub keywords: Option<Tongue>,
}

/// Formats a rule file.
///
/// # Errors
/// The syntax errors of the file: what cannot be parsed is not touched.
pub fn format(text: &str, options: FormatOptions) -> Result<String, Vec<Diagnostic<Span>>> {
    let found: Vec<_> = parse_file(text)
        .into_iter()
        .flat_map(|(at, parsed)| {
            parsed.diagnostics.into_iter().map(move |found| found.map_places(|span| span.shifted(at.start)))
        })
        .collect();
    if !found.is_empty() {
        return Err(found);
    }
    Ok(format_sound(text, options))
}

/// Formats the `enact` blocks of a literate file; the text around them is kept as it is. A declaration may go on from one block to the next.
///
/// # Errors
/// As for [`format`], with places in the whole file.
pub fn format_literate(text: &str, options: FormatOptions) -> Result<String, Vec<Diagnostic<Span>>> {
    let rules = literate(text);
    format(&rules, options)?;
    let prose: Vec<Option<&str>> = text
        .split_inclusive('\n')
        .zip(rule_lines(text))
        .map(|(line, is_rule)| (!is_rule).then_some(line.trim_end_matches('\n')))
        .collect();
    let names = keyword_names(&rules);
    let formatted = with_ends_of(text, lines::write(&rules, &prose, &names, options));
    let same = same_meaning(&rules, &names, &literate(&formatted));
    Ok(if same { formatted } else { text.to_owned() })
}

/// Formats, and keeps the text as it is if the result were not the same tokens.
fn format_sound(text: &str, options: FormatOptions) -> String {
    let names = keyword_names(text);
    let formatted = with_ends_of(text, lines::write(text, &[], &names, options));
    if same_meaning(text, &names, &formatted) { formatted } else { text.to_owned() }
}

/// The byte order mark and the ends of lines are those of the text: CR LF if every line ends so.
fn with_ends_of(text: &str, formatted: String) -> String {
    let mark = if text.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
    let carriages = text.matches("\r\n").count();
    if carriages > 0 && carriages == text.matches('\n').count() {
        let ends = |line: &str| format!("{}\r\n", line.trim_end_matches(['\n', '\r']));
        return std::iter::once(mark.to_owned()).chain(formatted.split_inclusive('\n').map(ends)).collect();
    }
    format!("{mark}{formatted}")
}

/// Where words spelled like keywords stand for names, in the whole text.
fn keyword_names(text: &str) -> BTreeSet<u32> {
    let names_of = |span: Span| parse_with_names(text_of(text, span)).1.into_iter().map(move |at| at + span.start);
    split(text).into_iter().flat_map(|piece| names_of(piece.span)).collect()
}

/// Two texts with the same tokens: keywords by identity, names and literals by spelling, comments too.
fn same_meaning(before: &str, names: &BTreeSet<u32>, after: &str) -> bool {
    let read = |text: &str, names: Option<&BTreeSet<u32>>| -> Vec<(Kind, String)> {
        lex_marked(text)
            .into_iter()
            .filter(|token| !matches!(token.kind, Kind::Blank | Kind::Newline))
            .map(|token| {
                let written = text_of(text, token.span);
                let spelled = match token.kind {
                    Kind::Comment => written.trim_end().to_owned(),
                    Kind::Keyword(keyword) if names.is_some_and(|names| names.contains(&token.span.start)) => {
                        debug_assert_eq!(Keyword::of(written), Some(keyword));
                        String::new()
                    }
                    Kind::Keyword(_) => String::new(),
                    kind if kind.sign().is_some() => String::new(),
                    _ => written.to_owned(),
                };
                (token.kind, spelled)
            })
            .collect()
    };
    read(before, Some(names)) == read(after, None)
}
