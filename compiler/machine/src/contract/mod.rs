//! A contract, whatever the chain: messages in, answers out, state by key. Only how texts get in and out and where state lies is the chain's, who gives it as functions ([`Host`]).
//!
//! What differs between decisions are constants, along which a few functions walk: the cost of one more decision is its own code and some bytes.
//!
//! | state key | value |
//! |---|---|
//! | `policy` | number of versions |
//! | `policy.N` | version N as JSON: policy, hash, since when |
//! | `admin` | address of the administrator |
//! | `issuer.NAME` | address of an issuer |
//! | `record.KIND.KEY` | a record as JSON, as its issuer wrote it |
//! | `tally.LEDGER.KEY` | what has been counted, as decimal digits; the key's bytes in hexadecimal digits |
//! | `decision` | number of decisions |
//! | `decision.N` | decision N as JSON |
//! | `withdrawn.N` | the time at which decision N was withdrawn |
//!
//! In names and keys, a byte that is no ASCII letter, digit or `-` is written as `_` and two hexadecimal digits.

mod answer;
mod chain;
mod decide;
mod facts;
mod kinds;
mod messages;
mod parts;
mod state;
mod tables;
mod tallies;
mod withdraw;

use crate::code::{Binary, Stmt};
use crate::code::{Expr, FunctionId, Module, Ty, Width};
use crate::interface::{TooLarge, lower_as};
use crate::lower::build::{Build, add, beyond, i32, load_ptr, op};
use crate::runtime::Runtime;
use enact_ir::Verified;
use std::sync::Arc;

pub use kinds::{Holds, Kind, issuers, kinds};

/// Most bytes of a message.
pub const MAX_MESSAGE: u32 = 64 * 1024;
/// Most bytes of a record on chain.
pub const MAX_RECORD: u32 = 32 * 1024;
/// Most bytes of a subject or of the key of a record.
pub const MAX_KEY: u32 = 200;

/// What a contract keeps during a call, in words of 8 bytes from [`Contract::cells`] on.
pub mod cell {
    /// The next free address. It and [`FIRST`] begin as the first address after the constants, which whoever makes the module knows.
    pub const HEAP: u32 = 0;
    /// The sender's address, and its length.
    pub const SENDER: u32 = 8;
    /// Its length (4 bytes).
    pub const SENDER_LENGTH: u32 = 16;
    /// The time of the block as the chain writes it.
    pub const TIME: u32 = 24;
    /// Its length (4 bytes).
    pub const TIME_LENGTH: u32 = 32;
    /// The day of the block in Beijing, in days from 1970-01-01 (4 bytes).
    pub const DAY: u32 = 36;
    /// The height of the block as decimal digits.
    pub const HEIGHT: u32 = 40;
    /// Its length (4 bytes).
    pub const HEIGHT_LENGTH: u32 = 48;
    /// The answer.
    pub const ANSWER: u32 = 56;
    /// Its end.
    pub const END: u32 = 64;
    /// What the functions that read JSON share.
    pub(crate) const SHARED: u32 = 72;
    /// Where what has been read on chain is noted, and its end.
    pub(crate) const READ: u32 = 80;
    pub(crate) const READ_END: u32 = 88;
    /// The struct of the inputs, of the outputs, and the room to work in.
    pub(crate) const INPUT: u32 = 96;
    pub(crate) const OUTPUT: u32 = 104;
    /// The message before anything in it was changed.
    pub(crate) const ORIGINAL: u32 = 112;
    /// A key that nothing has, and its length.
    pub(crate) const WRONG: u32 = 120;
    pub(crate) const WRONG_LENGTH: u32 = 128;
    /// The name of the message, its length (4 bytes), and the number of the decision; 0 where none was made.
    pub const NAME: u32 = 136;
    /// Its length (4 bytes).
    pub const NAME_LENGTH: u32 = 144;
    /// The number of the decision (8 bytes); 0 where none was made.
    pub const NUMBER: u32 = 152;
    /// The first free address of all.
    pub const FIRST: u32 = 160;
    /// The arguments of the call, where the chain gives them in one piece.
    pub const ARGUMENTS: u32 = 168;
    /// A number by which the chain knows the call (8 bytes).
    pub const CONTEXT: u32 = 176;
    /// Where each tally keeps its key and total during a call.
    pub(crate) const TALLIES: u32 = 184;
    /// Where what has been added is told, and its end.
    pub(crate) const ADDED: u32 = 192;
    pub(crate) const ADDED_END: u32 = 200;
    pub(crate) const SIZE: u32 = 208;
}

/// The functions that a chain gives.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// key, length → whether there is a value, the value, its length.
    pub get: FunctionId,
    /// key, length, value, length.
    pub set: FunctionId,
    /// key, length.
    pub remove: FunctionId,
}

/// A contract in the making: the chain adds its functions to [`Contract::runtime`].
pub struct Contract {
    /// The policy, with the decisions that give keys.
    pub(crate) program: Arc<Verified>,
    /// The hash of the policy alone.
    pub(crate) hash: String,
    /// The functions and constants so far.
    pub runtime: Runtime,
    /// The address of the [`cell`]s.
    pub cells: Expr,
    /// `(bytes) -> address`: memory that is free until the end of the call, at a multiple of 8.
    pub alloc: FunctionId,
    pub(crate) lowered: Vec<tables::Lowered>,
    pub(crate) room: u64,
}

/// What a chain calls: `(message, length) -> whether it is done`; the answer, or what is wrong, stands in the [`cell`]s.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    /// The first message.
    pub instantiate: FunctionId,
    /// A message that may change state.
    pub execute: FunctionId,
    /// A question.
    pub query: FunctionId,
    /// A new version of the policy.
    pub migrate: FunctionId,
}

/// Why there is no contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A decision needs more memory than anyone has.
    TooLarge(TooLarge),
    /// A decision has the name of a message.
    Name(String),
}

impl Contract {
    /// The contract of a program, without its chain.
    ///
    /// # Errors
    /// If a decision is too large, or has the name of a message.
    pub fn new(program: &Verified) -> Result<Contract, Refused> {
        if let Some(decision) = program.decisions.iter().find(|it| messages::NAMES.contains(&it.name.as_str())) {
            return Err(Refused::Name(decision.name.clone()));
        }
        let hash = program.hash();
        let program = tallies::with_keys(program);
        // Every answer has its trace, so the code for complete facts is not needed.
        let lowered = lower_as(&program, &[], false).map_err(Refused::TooLarge)?;
        let mut runtime = Runtime::of_contract(lowered.module);
        let cells = runtime.cell(cell::SIZE);
        let alloc = runtime.add(alloc(&cells));
        let mut it = Contract { program, hash, runtime, cells, alloc, lowered: Vec::new(), room: 0 };
        it.lowered = tables::lowered(&mut it, &lowered.decisions);
        let own = it.lowered.iter().map(|it| it.room).max().unwrap_or(0);
        it.room = own + messages_room(it.lowered.iter().map(|it| it.inputs).max()) + messages::Sizes::new(&it).all();
        Ok(it)
    }

    /// The functions that the chain calls, once it has given its own.
    pub fn finish(&mut self, host: Host) -> Entries {
        messages::entries(self, host)
    }

    /// The module, how many bytes it needs after its constants, and where among them the first free address has to be written.
    pub fn module(self) -> (Module, u64, Vec<u32>) {
        let at = if let Expr::Data(at) = self.cells { at } else { 0 };
        (self.runtime.module, self.room, vec![at + cell::HEAP, at + cell::FIRST])
    }
}

/// Nodes of a message and of each record, and their texts.
fn messages_room(inputs: Option<u32>) -> u64 {
    let message = u64::from(MAX_MESSAGE) * 12;
    let records = u64::from(inputs.unwrap_or(0)) * (u64::from(MAX_RECORD) * 10 + 8192);
    message + records + 64 * 1024
}

/// bytes → memory.
fn alloc(cells: &Expr) -> crate::code::Function {
    let mut it = Build::new("alloc", &[Ty::I32], &[Ty::Ptr]);
    let at = it.keep(load_ptr(cells.clone(), cell::HEAP));
    let size = op(Binary::And, Ty::I32, add(it.param(0), i32(7)), i32(-8));
    it.store(Width::Eight, cells.clone(), cell::HEAP, beyond(at.clone(), size));
    it.push(Stmt::Return(vec![at]));
    it.finish(false)
}
