//! Random well-formed machine code with a memory to run it on, for tests that engines agree.
//!
//! A sample is made from a sequence of choices. Where the sequence ends, the simplest choice is taken; so a test that draws the sequence from proptest (`vec(any::<u32>(), 0..500)`) shrinks to
//! little code.
//!
//! The entry is given a pointer to a block of [`BLOCK`] bytes. The first [`SLOTS`] bytes hold pointers into the block, which differ from engine to engine; all other bytes and the result must be
//! the same in all of them.

mod choices;
mod columns;
mod expressions;
mod statements;

use crate::code::{FunctionId, Module, Ty};
use crate::exec::{Machine, Trap};
use choices::Choices;
pub use columns::{Buffers, Table};
use statements::Author;

/// The exported function of every sample: `f(Ptr) -> I32`. The pointer is to a block of [`BLOCK`] bytes.
pub const ENTRY: &str = "f";
/// The size of the block.
pub const BLOCK: usize = 512;
/// Where pointers end in the block and bytes begin that can be compared.
pub const SLOTS: usize = 16;

/// How many of the bytes after the slots are used freely; after them the entry writes its locals before it returns.
const BYTES: u32 = 240;
/// How many bytes a pointer in each of the two slots may be used for.
const SLOT_SIZES: [u32; 2] = [24, 64];
/// Statements that a call of a function may take.
const MAX_COST: u64 = 5_000;

/// A module, and what the block holds before its entry is called.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The module.
    pub module: Module,
    /// The contents of the block.
    pub block: Vec<u8>,
}

impl Sample {
    /// What the entry returns and the block after it, from the first byte that can be compared, by the reference.
    ///
    /// # Errors
    /// Never, if the generator and the reference are right.
    pub fn expected(&self) -> Result<(i32, Vec<u8>), Trap> {
        let fault = |why: &str| Trap(why.to_owned());
        let entry = self.module.find(ENTRY).ok_or_else(|| fault("no entry"))?;
        let mut machine = Machine::new(&self.module, BLOCK);
        machine.fuel = 1_000_000;
        let at = machine.free();
        let place = machine.memory.get_mut(at..at + BLOCK).ok_or_else(|| fault("no room"))?;
        place.copy_from_slice(&self.block);
        let results = machine.call(entry, &[at as u64])?;
        let [result] = results.as_slice() else { return Err(fault("not one result")) };
        let block = machine.memory.get(at + SLOTS..at + BLOCK).ok_or_else(|| fault("no room"))?;
        Ok(((*result as u32).cast_signed(), block.to_vec()))
    }
}

/// The sample of a sequence of choices.
pub fn sample(choices: &[u32]) -> Sample {
    // The entry comes last but has half of the choices, lest the others leave it none.
    let (first, last) = choices.split_at(choices.len() / 2);
    let (mut first, mut last) = (Choices::new(first), Choices::new(last));
    let block = bytes(&mut last, BLOCK);
    let mut module = Module { functions: Vec::new(), data: data(&mut first) };
    let mut signatures: Vec<Signature> = Vec::new();
    let helpers = first.below(4);
    for n in 0..=helpers {
        let entry = n == helpers;
        let name = if entry { ENTRY.to_owned() } else { format!("g{n}") };
        let (params, results) = if entry { (vec![Kind::Root], vec![Kind::I32]) } else { interface(&mut first) };
        let size = u32::try_from(module.data.len()).unwrap_or(0);
        let choices = if entry { &mut last } else { &mut first };
        let mut author = Author::new(choices, size, &signatures, &params, &results);
        let mut function = author.function(entry);
        let cost = author.cost;
        function.name = name;
        module.functions.push(function);
        signatures.push(Signature { id: FunctionId(n), params, results, cost });
    }
    Sample { module, block }
}

fn data(choices: &mut Choices<'_>) -> Vec<u8> {
    let size = choices.below(4) * choices.below(12);
    bytes(choices, size as usize)
}

/// Bytes that differ, from few choices.
fn bytes(choices: &mut Choices<'_>, size: usize) -> Vec<u8> {
    let mut state = choices.bits().cast_unsigned();
    let mut next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(state != 0));
        (state >> 56) as u8
    };
    (0..size).map(&mut next).collect()
}

fn interface(choices: &mut Choices<'_>) -> (Vec<Kind>, Vec<Kind>) {
    let mut params = Vec::new();
    for _ in 0..choices.below(5) {
        params.push(match choices.below(5) {
            0 => Kind::I32,
            1 => Kind::I64,
            2 => Kind::Root,
            n => Kind::Bytes { size: 8 + choices.below(40), writable: n == 3 },
        });
    }
    let pointer = Kind::Bytes { size: 8, writable: true };
    let mut kinds = vec![Kind::I32, Kind::I64];
    kinds.extend(params.iter().any(|it| pointer.takes(*it) || *it == Kind::Root).then_some(pointer));
    let count = choices.below(4);
    let results = (0..count).filter_map(|_| choices.pick(&kinds)).collect();
    (params, results)
}

/// What is known about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    I32,
    I64,
    /// The pointer to the block.
    Root,
    /// A pointer to so many bytes.
    Bytes {
        size: u32,
        writable: bool,
    },
}

impl Kind {
    fn ty(self) -> Ty {
        match self {
            Kind::I32 => Ty::I32,
            Kind::I64 => Ty::I64,
            Kind::Root | Kind::Bytes { .. } => Ty::Ptr,
        }
    }

    /// Whether a value of the other kind will do where this kind is expected.
    fn takes(self, other: Kind) -> bool {
        match (self, other) {
            (Kind::Bytes { size, writable }, Kind::Bytes { size: there, writable: may }) => {
                size <= there && (may || !writable)
            }
            _ => self == other,
        }
    }
}

/// What callers must know about a function.
struct Signature {
    id: FunctionId,
    params: Vec<Kind>,
    results: Vec<Kind>,
    /// How many statements a call takes at most.
    cost: u64,
}

#[cfg(test)]
mod tests;
