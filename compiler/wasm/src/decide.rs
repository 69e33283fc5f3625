//! Decisions with WASM, run here.

use crate::engine::{Engine, Fault};
use crate::{Options, module};
use enact_ir::Verified;
use enact_ir::interp::Evaluated;
use enact_machine::border::{Encoded, Memory, decode};
use enact_machine::engine::EngineError;
use enact_machine::{Interface, Lowered, lower};

/// The decisions of a program as a WASM module, with its memory.
pub struct Wasm {
    engine: Engine,
    decisions: Vec<Interface>,
}

fn fault(error: impl std::fmt::Display) -> EngineError {
    EngineError(error.to_string())
}

impl Wasm {
    /// Compiles the decisions of these names; all of them where none is named.
    ///
    /// # Errors
    /// If a decision is too large.
    pub fn new(program: &Verified, names: &[&str]) -> Result<Self, EngineError> {
        Wasm::of(lower(program, names)?)
    }

    /// Compiles what has been lowered.
    ///
    /// # Errors
    /// If the module is too large.
    pub fn of(lowered: Lowered) -> Result<Self, EngineError> {
        let bytes = module(&lowered.module, &Options::default()).map_err(fault)?;
        Ok(Wasm { engine: Engine::new(&bytes).map_err(fault)?, decisions: lowered.decisions })
    }

    /// How to call each decision.
    pub fn decisions(&self) -> &[Interface] {
        &self.decisions
    }
}

/// An address in WASM, a multiple of 8.
fn address(at: u64) -> Result<u32, EngineError> {
    u32::try_from(at.next_multiple_of(8)).map_err(|_| fault(Fault::Memory))
}

impl enact_machine::engine::Engine for Wasm {
    fn run(&mut self, interface: &Interface, function: &str, mut input: Encoded) -> Result<Evaluated, EngineError> {
        let at = address(self.engine.free().into())?;
        input.relocate(at.into());
        self.engine.write(at, &input.bytes).map_err(fault)?;
        let output = address(u64::from(at) + input.bytes.len() as u64)?;
        let arena = address(u64::from(output) + u64::from(interface.output.size))?;
        self.engine.reserve(u64::from(arena).saturating_add(interface.arena)).map_err(fault)?;
        self.engine.write(output, &vec![0; interface.output.size as usize]).map_err(fault)?;
        self.engine.call(function, (at, output, arena)).map_err(fault)?;
        decode(interface, &Inside(&self.engine), output.into()).ok_or_else(|| fault("the output cannot be read"))
    }
}

struct Inside<'e>(&'e Engine);

impl Memory for Inside<'_> {
    fn bytes(&self, address: u64, count: usize) -> Option<&[u8]> {
        self.0.read(u32::try_from(address).ok()?, count).ok()
    }
}
