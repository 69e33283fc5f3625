//! The decision IR: what every engine starts from, and its meaning.
//!
//! A [`Program`] is a plain value: constants, tables and decisions, typed and total. [`verify()`] turns it into a
//! [`Verified`] program, the only thing an engine accepts. [`interp`] is the reference meaning; [`needs`] says what must still be asked.

#![forbid(unsafe_code)]

pub mod calendar;
pub mod case;
pub mod decimal;
mod facts;
pub mod input;
pub mod interp;
pub mod ledger;
pub mod needs;
mod needs_json;
pub mod ops;
mod outcome;
mod outcome_json;
pub mod program;
pub mod samples;
mod subset;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod types;
pub mod value;
mod verify;

pub use facts::*;
pub use ledger::{Ledger, Tally};
pub use outcome::*;
pub use outcome_json::value_json;
pub use program::*;
pub use subset::{Declarations, Subset};
pub use types::*;
pub use value::Value;
pub use verify::{MAX_DEPTH, MAX_LOCALS, MAX_RECORD_DEPTH, Verified, VerifyError, verify};
