//! Facts made up for a decision: at the edges of what its inputs may be, by repeatable chance, and made simpler while something goes on being so.
//!
//! The facts are complete: every input is known as a whole. A case is a list of values, one an input, and today after the last.

mod author;
mod json;
mod property;
mod shrink;
mod spots;

pub use json::{fact_json, facts_json};
pub use property::{AT_EDGES, AT_RANDOM, CounterExample, Trial, try_property};

/// One value an input, and last today.
type Sample = Vec<crate::Value>;

#[cfg(test)]
mod tests;
