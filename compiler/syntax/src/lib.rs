//! Source text of Enact: tokens, tree, parser, formatter.
//!
//! `lex` cuts a text into lossless tokens, `split` cuts the tokens into declarations, `parse_item` makes the tree of each.

#![forbid(unsafe_code)]

pub mod ast;
mod build;
mod contextual;
mod expected;
mod feed;
mod fmt;
mod lexical;
mod literate;
mod parse;
mod segments;
mod split;
#[cfg(test)]
mod tests;
mod token;

pub use fmt::{FormatOptions, Tongue, format, format_literate};
pub use literate::literate;
pub use parse::{MAX_FILE, ParsedItem, parse_file, parse_item};
pub use split::{ItemSlice, split};
pub use token::{Keyword, Kind, Token, Tokens, lex, text_of};
