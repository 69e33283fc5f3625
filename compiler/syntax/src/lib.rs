//! Source text of Enact: tokens, tree, parser, formatter.
#![forbid(unsafe_code)]

pub mod ast;
