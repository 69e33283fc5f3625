//! By what decisions are made: the interpreter, or code compiled from the same program. All say the same.

use crate::host::{Failure, Status};
use enact_ir::{Facts, Outcome, Verified, interp};
use enact_machine::Interface;
use enact_machine::engine::{self as machine, Asked};
use enact_native::Native;
use enact_wasm::Wasm;

/// The engines, by their names on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Which {
    /// The reference interpreter
    #[default]
    Interp,
    /// Instructions of this machine's processor
    Native,
    /// A WASM module, run by wasmtime
    Wasm,
}

/// An engine that is ready for a program.
pub(crate) enum Engine {
    Interp,
    Compiled(Box<dyn machine::Engine>, Vec<Interface>),
}

/// What is told when an engine fails: never the fault of a policy or an input.
fn fault(error: impl std::fmt::Display) -> Failure {
    Failure { status: Status::Failed, message: format!("{error}") }
}

impl Engine {
    /// Makes an engine ready for the decisions of these names; for all where none is named.
    pub(crate) fn new(which: Which, program: &Verified, names: &[&str]) -> Result<Self, Failure> {
        match which {
            Which::Interp => Ok(Engine::Interp),
            Which::Native => {
                let native = Native::new(program, names).map_err(fault)?;
                let decisions = native.decisions().to_vec();
                Ok(Engine::Compiled(Box::new(native), decisions))
            }
            Which::Wasm => {
                let wasm = Wasm::new(program, names).map_err(fault)?;
                let decisions = wasm.decisions().to_vec();
                Ok(Engine::Compiled(Box::new(wasm), decisions))
            }
        }
    }

    /// Decides, with all reasons.
    pub(crate) fn decide(
        &mut self,
        program: &Verified,
        decision: &str,
        facts: &Facts,
        today: i64,
    ) -> Result<Outcome, Failure> {
        match self {
            Engine::Interp => Ok(interp::decide(program, decision, facts, today)),
            Engine::Compiled(engine, decisions) => match decisions.iter().find(|it| it.decision == decision) {
                Some(it) => {
                    machine::decide(engine.as_mut(), program, it, (facts, today), Asked::Reasons).map_err(fault)
                }
                None => Ok(interp::decide(program, decision, facts, today)),
            },
        }
    }
}
