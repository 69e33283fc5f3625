//! What compiled engines share: machine code without a machine, and the lowering of decisions into it.
//!
//! The meaning of a decision is written down once more here, in code that knows memory and whole numbers only; an engine turns that code into instructions and adds nothing.
//! [`interface::lower`] makes the code, [`border`] brings facts into memory and results out of it, [`exec`] runs the code step by step.

#![forbid(unsafe_code)]

pub mod arrow;
pub mod border;
pub mod code;
pub mod contract;
pub mod describe;
pub mod engine;
pub mod exec;
pub mod interface;
pub mod json;
pub mod layout;
mod lower;
pub mod rows;
pub mod runtime;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod validate;

pub use interface::{Interface, Lowered, TooLarge, lower};
pub use lower::build;
pub use lower::steps::StepMap;
