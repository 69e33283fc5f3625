//! From trees to the decision IR: names, types, ranges, and everything that can be known of a policy before it runs.
//!
//! [`Database`] holds the files of a project and answers from them: diagnostics, the program, its tests. It answers anew only what an edit has changed.

#![forbid(unsafe_code)]

mod checks;
mod db;
mod elaborate;
mod findings;
pub mod flows;
mod items;
mod link;
mod number;
mod scope;
mod signature;
mod supply;
#[cfg(test)]
mod tests;
mod view;

pub use db::{Database, NoProgram};
pub use elaborate::Property;
