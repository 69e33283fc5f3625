//! Cuts a file into declarations before anything is parsed, so that a mistake in one never hides another.

use crate::token::{Kind, Token, Tokens, lex};
use enact_base::Span;

/// A piece of a file: a declaration with its tokens, or stray text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemSlice {
    /// From its keyword to the last byte before the next piece that is no blank or comment.
    pub span: Span,
    /// Whether it starts with the keyword of a declaration in the first column.
    pub is_item: bool,
}

/// Cuts at every keyword of a declaration in the first column, and after a `}` that closes the last open brace of a declaration.
pub fn split(text: &str) -> Vec<ItemSlice> {
    split_tokens(text, &lex(text))
}

pub(crate) fn split_tokens(text: &str, tokens: &Tokens) -> Vec<ItemSlice> {
    let mut pieces: Vec<ItemSlice> = Vec::new();
    let mut depth = 0_i64;
    let mut closed = true;
    for token in tokens.iter().filter(|token| !token.kind.is_trivia()) {
        let starts = starts_item(text, token);
        if starts || closed {
            pieces.push(ItemSlice { span: token.span, is_item: starts });
            depth = 0;
            closed = false;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.span = piece.span.to(token.span);
        }
        match token.kind {
            Kind::LeftBrace => depth += 1,
            Kind::RightBrace => {
                depth -= 1;
                closed = depth <= 0 && pieces.last().is_some_and(|piece| piece.is_item);
            }
            _ => {}
        }
    }
    pieces
}

fn starts_item(text: &str, token: &Token) -> bool {
    let Kind::Keyword(keyword) = token.kind else { return false };
    if !keyword.starts_item() {
        return false;
    }
    let before = text.get(..token.span.start as usize).unwrap_or("");
    matches!(before.chars().next_back(), None | Some('\n' | '\u{FEFF}'))
}
