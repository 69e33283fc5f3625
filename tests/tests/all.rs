//! Every test of the whole, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests read and write files and look at the clock")]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod agree;
mod build;
mod chainmaker;
mod cli;
mod flows;
mod fmt;
mod fuzz;
mod hostile;
mod ledger;
mod needs;
mod node;
mod peers;
mod pipeline;
mod privacy;
mod rows;
mod services;
mod spec;
mod speed;
mod tidy;
mod ui;
mod web;
