//! Contracts: the model of `enact_machine::contract` with the functions of one chain around it. One file a chain.

mod chainmaker;
mod cosmwasm;
pub mod kept;
mod schema;

use crate::{Error, Options, Strict, module};
use enact_ir::Verified;
use enact_machine::contract::{Contract, Refused};
pub use schema::schema;
use std::fmt;

/// A chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// CosmWasm, version 8 of its interface.
    CosmWasm,
    /// ChainMaker with its WASMER runtime, version 2.
    ChainMaker,
}

/// Why there is no contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoContract {
    /// The decisions do not make one.
    Refused(Refused),
    /// The module cannot be made.
    Module(Error),
}

impl fmt::Display for NoContract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoContract::Refused(Refused::TooLarge(large)) => {
                write!(f, "the decision {} may need {} bytes for lists", large.decision, large.bytes)
            }
            NoContract::Refused(Refused::Name(name)) => write!(f, "a decision of a contract cannot be named {name}"),
            NoContract::Module(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoContract {}

/// What a chain adds to the memory of a contract.
struct Made {
    room: u64,
    max_pages: Option<u32>,
}

/// Most locals of a function: what CosmWasm allows, without those that hold what goes to memory.
const MAX_LOCALS: u32 = 98;

/// The contract of a program for a chain, with sections that engines pass over.
///
/// # Errors
/// If a decision is too large for any chain, or has the name of a message.
pub fn contract(program: &Verified, chain: Chain, custom: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, NoContract> {
    let mut contract = Contract::new(program).map_err(NoContract::Refused)?;
    let made = match chain {
        Chain::CosmWasm => cosmwasm::add_to(&mut contract),
        Chain::ChainMaker => chainmaker::add_to(&mut contract),
    };
    let (code, room, heap) = contract.module();
    let room = u32::try_from(room.saturating_add(made.room)).map_err(|_| NoContract::Module(Error::Memory))?;
    let strict = Some(Strict { max_locals: MAX_LOCALS, heap });
    let options = Options { room, max_pages: made.max_pages, custom, strict };
    module(&code, &options).map_err(NoContract::Module)
}
