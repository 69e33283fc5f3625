//! JSON in memory: read into nodes, which stand in the order of the text, and written again.
//!
//! A node has 16 bytes: its kind, where its text begins, how long that is (of a list: how many it holds), and the number of the node after all that is inside of it. A member of an object
//! is a node for its key, which has a hash in the place of the kind, and then its value. Escapes in texts are resolved where they stand, since nothing becomes longer by it.

pub(crate) mod answer;
pub(crate) mod fact;
pub(crate) mod numbers;
pub(crate) mod parse;
pub(crate) mod print;
pub(crate) mod shape;
pub(crate) mod text;

use crate::code::{Binary, Expr, Ty};
use crate::lower::build::{beyond, i32, load_byte, load_i32, op};

/// What a node is.
pub(crate) mod kind {
    pub(crate) const NULL: i32 = 0;
    pub(crate) const FALSE: i32 = 1;
    pub(crate) const TRUE: i32 = 2;
    pub(crate) const NUMBER: i32 = 3;
    pub(crate) const TEXT: i32 = 4;
    pub(crate) const LIST: i32 = 5;
    pub(crate) const OBJECT: i32 = 6;
}

/// Places in a node.
pub(crate) const KIND: u32 = 0;
pub(crate) const AT: u32 = 4;
pub(crate) const LENGTH: u32 = 8;
pub(crate) const NEXT: u32 = 12;

/// The address of a node.
pub(crate) fn node(nodes: &Expr, n: Expr) -> Expr {
    beyond(nodes.clone(), op(Binary::Shl, Ty::I32, n, i32(4)))
}

/// A word of a node.
pub(crate) fn word(nodes: &Expr, n: Expr, place: u32) -> Expr {
    load_i32(node(nodes, n), place)
}

/// A byte of a text.
pub(crate) fn byte(text: &Expr, at: Expr) -> Expr {
    load_byte(beyond(text.clone(), at), 0)
}

/// A character as a number.
pub(crate) fn c(character: u8) -> Expr {
    i32(character.into())
}
