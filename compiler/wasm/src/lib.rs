//! WASM modules from machine code: whole numbers and one memory, no imports, the same bytes for the same code.
//!
//! What a caller must know about the memory is in `lang-spec/wasm.md`.

#![forbid(unsafe_code)]

mod body;
pub mod contracts;
#[cfg(any(test, feature = "engine"))]
mod decide;
mod emit;
#[cfg(any(test, feature = "engine"))]
pub mod engine;
mod layout;
mod locals;
mod sections;

#[cfg(any(test, feature = "engine"))]
pub use decide::Wasm;
pub use emit::{Error, Options, Strict, module};
pub use layout::{DATA, FREE, HOST, Layout, MAX_PAGES, MEMORY, PAGE};
pub use sections::{Section, sections};

#[cfg(test)]
mod tests;
