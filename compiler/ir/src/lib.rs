//! The decision IR: what every engine starts from, and its meaning.
//!
//! A [`Program`] is a plain value: constants, tables and decisions, typed and total. [`verify()`] turns it into a
//! [`Verified`] program, the only thing an engine accepts. [`interp`] is the reference meaning; [`needs`] says what must still be asked.

#![forbid(unsafe_code)]

pub mod calendar;
mod facts;
pub mod needs;
pub mod ops;
mod outcome;
pub mod program;
pub mod types;
pub mod value;

pub use facts::*;
pub use outcome::*;
pub use program::*;
pub use types::*;
pub use value::Value;
