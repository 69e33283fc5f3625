//! State of a decision: totals that a ledger keeps per key, to which a granted decision adds and which never exceed a most.
//!
//! What has been counted so far is an ordinary input of the decision (a *port*), so no engine knows of state. Whoever keeps it works out the
//! keys ([`Program::with_keys`]), looks up the totals, decides with them as facts, and adds if that is granted: [`step`].

mod json;
mod key;
mod keys;
mod state;

pub use json::LedgerError;
pub use key::{KeyPart, MAX_KEY_TEXT, key_bytes};
pub use keys::{KeyKind, Shape, keys_name, reading, reads};
pub use state::{Ledger, step, uncounted};

use crate::{Cite, Decision, Expr, Field, Labels};

/// A total that the ledger keeps per key, to which a granted decision adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Its name; that of its port and of the requirement that it gives.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
    /// The ledger's name. Tallies of one name count together, across decisions and policies; a decision has no two of one name.
    pub ledger: String,
    /// Parts of the key, over the inputs and bindings; none of them reads a port.
    pub key: Vec<Expr>,
    /// Place in [`Decision::inputs`] of what has been counted so far: a number from 0 on, whose scale is the total's.
    pub port: u32,
    /// Place in [`Decision::outputs`] of what a grant adds: a number of the port's scale that is never below 0. `None`: 1.
    pub adds: Option<u32>,
    /// Never more than this, at the port's scale; above 0.
    pub most: i128,
}

impl Decision {
    /// The inputs that are handed in, with their places: all but the ports.
    pub fn asked(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.inputs.iter().enumerate().filter(|(place, _)| self.tally_at(*place).is_none())
    }

    /// The tally whose port is at this place of the inputs.
    pub fn tally_at(&self, place: usize) -> Option<&Tally> {
        self.ledger.iter().find(|tally| tally.port as usize == place)
    }
}

#[cfg(test)]
mod tests;
