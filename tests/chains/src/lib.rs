//! Contracts in the virtual machines of their chains.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where its material is broken")]

pub mod cosmwasm;
pub mod services;
