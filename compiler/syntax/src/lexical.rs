//! Tokens that mean nothing: what is reported for each, and how the grammar reads it nevertheless.

use crate::token::{Kind, Token, text_of};
use enact_base::{Code, Diagnostic, Edit, Span};

/// More broken tokens than this say nothing new.
const MOST: usize = 20;

/// What is wrong with the tokens of a declaration. Neighbouring unknown characters are one mistake.
pub(crate) fn errors(text: &str, tokens: &[Token]) -> Vec<Diagnostic<Span>> {
    let mut found: Vec<Diagnostic<Span>> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at).filter(|_| found.len() < MOST) {
        let mut span = token.span;
        at += 1;
        while let Some(next) = tokens.get(at).filter(|next| touches(token.kind, span, next)) {
            span = span.to(next.span);
            at += 1;
        }
        found.extend(error(text_of(text, span), token.kind, span));
    }
    found
}

fn touches(kind: Kind, span: Span, next: &Token) -> bool {
    kind == Kind::Unknown && next.kind == Kind::Unknown && next.span.start == span.end
}

fn error(written: &str, kind: Kind, span: Span) -> Option<Diagnostic<Span>> {
    let edit = |text: &str| vec![Edit { place: span, text: text.to_owned() }];
    Some(match kind {
        Kind::OpenText => {
            Diagnostic::new(Code::UnclosedText, span, "this text has no closing quote on its line", "starts here")
                .with_help("end it with `\"`")
        }
        Kind::OpenName => {
            Diagnostic::new(Code::UnclosedText, span, "this name has no closing backtick on its line", "starts here")
                .with_help("end it with a backtick")
        }
        Kind::CurlyText => {
            let straight = format!("\"{}\"", written.trim_matches(['“', '”']).replace('"', "\\\""));
            Diagnostic::new(Code::UnknownCharacter, span, "a text stands in straight quotes", "in curly quotes")
                .with_fix(format!("write {straight}"), edit(&straight))
        }
        Kind::WideNumber => {
            let narrow = narrow(written);
            Diagnostic::new(Code::UnknownCharacter, span, format!("`{written}` is of double width"), "these digits")
                .with_fix(format!("write `{narrow}`"), edit(&narrow))
        }
        Kind::Unknown => {
            let found = Diagnostic::new(
                Code::UnknownCharacter,
                span,
                format!("`{written}` has no meaning here"),
                unknown(written),
            );
            match written {
                "“" | "”" | "„" | "«" | "»" => {
                    found.with_fix("texts stand in straight quotes: `\"`", edit("\""))
                }
                "'" | "‘" | "’" => found.with_help("texts stand in double quotes: `\"`"),
                ";" | "；" => found.with_fix("leave it out: nothing ends with `;`", edit("")),
                "&" | "&&" => found.with_fix("write `and`", edit("and")),
                "!" => found.with_fix("write `not`", edit("not ")),
                "¥" | "￥" => found.with_help("the unit stands after the number: `200 yuan`"),
                "×" | "·" => found.with_fix("write `*`", edit("*")),
                "÷" => found.with_fix("write `/`", edit("/")),
                "#" => found.with_help("a comment begins with `//`"),
                _ => found,
            }
        }
        _ => return None,
    })
}

fn unknown(written: &str) -> &'static str {
    if written.chars().count() == 1 { "this character" } else { "these characters" }
}

/// Digits of double width as ordinary ones.
pub(crate) fn narrow(digits: &str) -> String {
    let narrow = |digit: char| match digit {
        '０'..='９' => char::from_u32(digit as u32 - '０' as u32 + '0' as u32).unwrap_or(digit),
        other => other,
    };
    digits.chars().map(narrow).collect()
}

/// How the grammar reads a token; `None` for one that it never sees.
pub(crate) fn read_as(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Unknown => None,
        Kind::OpenText | Kind::CurlyText => Some(Kind::Text),
        Kind::OpenName => Some(Kind::Name),
        Kind::WideNumber => Some(Kind::Number),
        kind => Some(kind),
    }
}
