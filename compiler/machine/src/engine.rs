//! What an engine must offer, and how a decision is made with one.

use crate::border::{self, Encoded, Memory};
use crate::exec::Machine;
use crate::interface::{Interface, Lowered, TooLarge, lower};
use enact_ir::interp::{Evaluated, settle};
use enact_ir::{Facts, Failure, Outcome, Verified};
use std::fmt;

/// Runs machine code.
pub trait Engine {
    /// Calls a decision's function (`Interface::quick` or `Interface::full`) on an input, and reads what it has written.
    ///
    /// # Errors
    /// Only where the engine itself is at fault.
    fn run(&mut self, interface: &Interface, function: &str, input: Encoded) -> Result<Evaluated, EngineError>;
}

/// An engine that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError(pub String);

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}

impl From<TooLarge> for EngineError {
    fn from(it: TooLarge) -> Self {
        EngineError(format!("`{}` may build lists of {} bytes, which is too much to compile", it.decision, it.bytes))
    }
}

/// How much of an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The verdict, the outputs and the requirements; the quick code is run where the facts are complete.
    Answer,
    /// Everything, with the exceptions that applied and the figures that were read.
    Reasons,
}

/// Decides with an engine. What the code cannot say alone when facts are missing is found out as the interpreter does.
///
/// # Errors
/// Only where the engine itself is at fault.
pub fn decide(
    engine: &mut dyn Engine,
    program: &Verified,
    interface: &Interface,
    case: (&Facts, i64),
    asked: Asked,
) -> Result<Outcome, EngineError> {
    let Some(decision) = program.decision(&interface.decision) else {
        return Ok(Outcome::failed(Failure {
            code: "unknown_decision".to_owned(),
            path: String::new(),
            message: format!("there is no decision `{}`", interface.decision),
        }));
    };
    let input = border::encode(interface, case.0, case.1);
    let function = if asked == Asked::Answer && input.complete { &interface.quick } else { &interface.full };
    let mut evaluated = engine.run(interface, function, input)?;
    if asked == Asked::Answer {
        // The quick code leaves its work to the full one now and then, which traces its steps.
        evaluated.steps.clear();
    }
    Ok(settle(program, decision, case, &evaluated))
}

/// The reference engine: machine code step by step.
pub struct Stepped {
    lowered: Lowered,
    fuel: u64,
}

/// Steps that one decision may take before it counts as running for ever.
const FUEL: u64 = 1 << 32;

impl Stepped {
    /// Lowers the decisions of these names; all of them where none is named.
    ///
    /// # Errors
    /// If a decision is too large to compile.
    pub fn new(program: &Verified, names: &[&str]) -> Result<Self, TooLarge> {
        Ok(Stepped::of(lower(program, names)?))
    }

    /// Runs code that is there already.
    pub fn of(lowered: Lowered) -> Self {
        Stepped { lowered, fuel: FUEL }
    }

    /// The same with fewer steps for a decision before it counts as running for ever.
    #[must_use]
    pub fn with_fuel(self, fuel: u64) -> Self {
        Stepped { fuel, ..self }
    }

    /// How to call each decision.
    pub fn decisions(&self) -> &[Interface] {
        &self.lowered.decisions
    }
}

struct Whole<'m>(&'m [u8]);

impl Memory for Whole<'_> {
    fn bytes(&self, address: u64, count: usize) -> Option<&[u8]> {
        let at = usize::try_from(address).ok()?;
        self.0.get(at..at.checked_add(count)?)
    }
}

impl Engine for Stepped {
    fn run(&mut self, interface: &Interface, function: &str, mut input: Encoded) -> Result<Evaluated, EngineError> {
        let arena = usize::try_from(interface.arena).map_err(|_| EngineError("too much memory".to_owned()))?;
        let size = interface.output.size as usize;
        let mut machine = Machine::new(&self.lowered.module, input.bytes.len() + size + arena + 64);
        machine.fuel = self.fuel;
        let at = machine.free();
        input.relocate(at as u64);
        let output = (at + input.bytes.len()).next_multiple_of(8);
        let arena = (output + size).next_multiple_of(8);
        if let Some(place) = machine.memory.get_mut(at..at + input.bytes.len()) {
            place.copy_from_slice(&input.bytes);
        }
        let Some(id) = self.lowered.module.find(function) else {
            return Err(EngineError(format!("there is no function `{function}`")));
        };
        machine.call(id, &[at as u64, output as u64, arena as u64]).map_err(|trap| EngineError(trap.0))?;
        border::decode(interface, &Whole(&machine.memory), output as u64)
            .ok_or_else(|| EngineError("the output cannot be read".to_owned()))
    }
}
