//! What compiled engines share: machine code without a machine, and the lowering of decisions into it.
//!
//! The meaning of a decision is written down once more here, in code that knows memory and whole numbers only; an engine turns that code into instructions and adds nothing.

#![forbid(unsafe_code)]

pub mod code;
pub mod exec;
