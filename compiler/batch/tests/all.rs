//! Files of rows through decisions.

#![expect(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used, reason = "tests make files, and may fail")]

mod random;
mod rows;
mod service;
mod support;
