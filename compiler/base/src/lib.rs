//! The ground floor: places in source text, diagnostics as data and how they are shown, strict JSON.
//!
//! Nothing here knows the language. Every other room of the compiler stands on this one.

#![forbid(unsafe_code)]

mod codes;
mod diagnostic;
pub mod json;
mod render;
mod span;
mod suggest;

pub use codes::{Code, Severity};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Place};
pub use render::{Sources, render, to_json};
pub use span::{FileId, LineColumn, LineIndex, Span};
pub use suggest::nearest;
