//! What is known about the inputs of a decision.

use crate::Value;

/// What is known of one input, field or element. Nobody has supplied a `Missing` fact; a fact known not to exist is `Known(Value::Absent)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Not supplied.
    Missing,
    /// Known as a whole.
    Known(Value),
    /// A record (a present one, if optional) of which some parts may be missing; fields in order.
    Record(Vec<Fact>),
    /// A list whose elements may have missing parts.
    List(Vec<Fact>),
}

/// The facts of a decision: one a declared input, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By the order of [`crate::Decision::inputs`].
    pub inputs: Vec<Fact>,
}
