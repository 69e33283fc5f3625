//! Contracts in the virtual machines of their chains: one binary.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod claims;
mod figures;
mod hostile;
mod ledger;
mod schemas;
