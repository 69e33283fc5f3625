//! The text form of a program: stable, readable, and read back to the same program.
//!
//! S-expressions, described in `lang-spec/` with the IR. Names and labels are quoted, everything else is a word or a number.

mod read;
mod read_expr;
mod sexp;
mod write;
mod write_expr;

use crate::{Program, Type};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fmt::Write as _;

/// Why a text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Line from 1.
    pub line: u32,
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for TextError {}

/// The text of a program.
pub fn print(program: &Program) -> String {
    write::program(program).print()
}

/// The text of a type.
pub fn print_type(ty: &Type) -> String {
    write_expr::ty(ty).print().trim_end().to_owned()
}

/// Reads the text of a program. The program is not verified.
///
/// # Errors
/// The first place where the text is not what it should be.
pub fn parse(text: &str) -> Result<Program, TextError> {
    read::program(&sexp::parse(text)?)
}

impl Program {
    /// The content hash: SHA-256 over the text form, in hexadecimal.
    pub fn hash(&self) -> String {
        let digest = Sha256::digest(print(self).as_bytes());
        digest.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
