//! Machine code as instructions of the processor: run at once, or kept in an object file for a linker.
//!
//! One emitter (`emit/`) hands each function to Cranelift; [`Jit`] and [`object`] differ only in where the instructions go. What the code means is written in `enact_machine`;
//! nothing is decided here.

#![deny(clippy::undocumented_unsafe_blocks)]

mod archive;
mod call;
mod emit;
mod engine;
mod header;
mod host;
mod jit;
mod object;
mod rows;
#[cfg(test)]
mod tests;

pub use archive::archive;
pub use call::Decide;
pub use engine::{Flat, Native};
pub use header::header;
pub use jit::Jit;
pub use object::object;
pub use rows::{Column, Output, Results, Rows, Values};

use cranelift_codegen::CodegenError;
use cranelift_module::ModuleError;
use std::fmt;

/// Why there are no instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There are none for this processor or system.
    Host(String),
    /// The machine code is not well made: a fault of whoever made it.
    Code(String),
    /// The engine could not do its work, as for want of memory.
    Engine(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Host(why) => write!(f, "no native code for this machine: {why}"),
            Error::Code(why) => write!(f, "machine code that is not well made: {why}"),
            Error::Engine(why) => write!(f, "the native engine failed: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<ModuleError> for Error {
    fn from(error: ModuleError) -> Self {
        match &error {
            ModuleError::Allocation { .. } | ModuleError::Backend(_) | ModuleError::Flag(_) => {
                Error::Engine(error.to_string())
            }
            ModuleError::Compilation(CodegenError::Verifier(why)) => Error::Code(why.to_string()),
            ModuleError::Compilation(_) => Error::Engine(error.to_string()),
            _ => Error::Code(error.to_string()),
        }
    }
}
