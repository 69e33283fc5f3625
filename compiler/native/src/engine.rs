//! Decisions with native code: facts into memory, the call, and the answer out of it.

use crate::call::bytes_of;
use crate::{Decide, Error, Jit};
use enact_ir::Verified;
use enact_ir::interp::Evaluated;
use enact_machine::border::{Encoded, Memory, decode};
use enact_machine::engine::{Engine, EngineError};
use enact_machine::{Interface, Lowered, lower};
use std::collections::BTreeMap;

/// The decisions of a program as instructions, with room to run them.
pub struct Native {
    jit: Jit,
    lowered: Lowered,
    functions: BTreeMap<String, Decide>,
    input: Vec<u64>,
    output: Vec<u64>,
    arena: Vec<u64>,
}

impl Native {
    /// Compiles the decisions of these names; all of them where none is named.
    ///
    /// # Errors
    /// If a decision is too large, or this machine has no native code.
    pub fn new(program: &Verified, names: &[&str]) -> Result<Self, Error> {
        Native::of(lower(program, names).map_err(|it| Error::Code(EngineError::from(it).0))?)
    }

    /// Compiles what has been lowered.
    ///
    /// # Errors
    /// If this machine has no native code.
    pub fn of(lowered: Lowered) -> Result<Self, Error> {
        let jit = Jit::new(&lowered.module)?;
        let names = lowered.decisions.iter().flat_map(|it| [&it.quick, &it.full]);
        let functions = names.filter_map(|name| Some((name.clone(), jit.decision(name)?))).collect();
        Ok(Native { jit, lowered, functions, input: Vec::new(), output: Vec::new(), arena: Vec::new() })
    }

    /// How to call each decision.
    pub fn decisions(&self) -> &[Interface] {
        &self.lowered.decisions
    }

    /// The quick code of a decision whose inputs hold no texts and no lists, to be called on structs that others have laid out. `None` for other decisions.
    pub fn flat(&self, decision: &str) -> Option<Flat> {
        let interface = self.lowered.decisions.iter().find(|it| it.decision == decision && it.is_flat())?;
        let decide = self.functions.get(&interface.quick)?.clone();
        Some(Flat { decide, interface: interface.clone() })
    }

    /// The instructions.
    pub fn jit(&self) -> &Jit {
        &self.jit
    }
}

/// A decision on structs without addresses. All that the code reads must be known, and each value within the range of its type: a number beyond it may end in a trap of the processor.
#[derive(Clone, Debug)]
pub struct Flat {
    decide: Decide,
    interface: Interface,
}

impl Flat {
    /// Where everything stands.
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    /// Decides: the verdict, as in the output.
    ///
    /// # Errors
    /// If a buffer is smaller than the interface says.
    #[inline]
    pub fn call(&self, input: &[u64], output: &mut [u64], arena: &mut [u64]) -> Result<i32, EngineError> {
        self.decide.call_lowered(&self.interface, input, output, arena)
    }
}

/// Words that hold so many bytes.
fn words(bytes: usize) -> usize {
    bytes.div_ceil(8)
}

impl Engine for Native {
    fn run(&mut self, interface: &Interface, function: &str, mut input: Encoded) -> Result<Evaluated, EngineError> {
        let Some(decide) = self.functions.get(function) else {
            return Err(EngineError(format!("there is no function `{function}`")));
        };
        let arena = usize::try_from(interface.arena).map_err(|_| EngineError("too much memory".to_owned()))?;
        self.input.clear();
        self.input.resize(words(input.bytes.len()), 0);
        input.relocate(self.input.as_ptr().addr() as u64);
        for (word, bytes) in self.input.iter_mut().zip(input.bytes.chunks(8)) {
            let mut whole = [0; 8];
            whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            *word = u64::from_ne_bytes(whole);
        }
        self.output.clear();
        self.output.resize(words(interface.output.size as usize), 0);
        self.arena.resize(words(arena).max(self.arena.len()), 0);
        decide.call_lowered(interface, &self.input, &mut self.output, &mut self.arena)?;
        let constants = (self.jit.constants(), self.lowered.module.data.as_slice());
        let memory = Regions([region(&self.input), region(&self.output), region(&self.arena), constants]);
        let output = self.output.as_ptr().addr() as u64;
        decode(interface, &memory, output).ok_or_else(|| EngineError("the output cannot be read".to_owned()))
    }
}

/// What may be read, by its addresses.
struct Regions<'m>([(u64, &'m [u8]); 4]);

fn region(words: &[u64]) -> (u64, &[u8]) {
    (words.as_ptr().addr() as u64, bytes_of(words))
}

impl Memory for Regions<'_> {
    fn bytes(&self, address: u64, count: usize) -> Option<&[u8]> {
        if count == 0 {
            return Some(&[]);
        }
        self.0.iter().find_map(|(start, bytes)| {
            let at = usize::try_from(address.checked_sub(*start)?).ok()?;
            bytes.get(at..at.checked_add(count)?)
        })
    }
}
