//! How a compiled decision is called: `(input, output, arena) -> verdict`, three addresses aligned to 8 bytes.
//!
//! The input is a struct ([`crate::layout`]) of the decision's inputs in order and then the day of the evaluation, as a date. The output begins with the verdict and the fault (4 bytes each);
//! then stand three sets of requirements, a bit each in words of 8 bytes (those that hold, that fail, that end in a fault), the trace (a bit for each step that counts), for each
//! output a byte that says whether it is given, and the outputs. The arena is room for lists that are built on the way.

use crate::arrow::Batch;
use crate::code::Module;
use crate::json::Json;
use crate::layout::{Layout, Slot};
use crate::lower::steps::StepMap;
use crate::lower::{self, Mode, state};
use crate::runtime::Runtime;
use enact_ir::interp::{Evaluated, Standing, Step};
use enact_ir::{Decision, Fault, Field, Program, Type, Verified};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a compiled decision returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Verdict {
    /// Every requirement holds, and every output is there.
    Granted = 0,
    /// A requirement fails.
    Refused = 1,
    /// Something is missing on which the answer may depend.
    Pending = 2,
    /// A fault comes up.
    Error = 3,
}

/// Where everything stands in the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The set of requirements that hold.
    pub holds: u32,
    /// The set of requirements that fail.
    pub fails: u32,
    /// The set of requirements that end in a fault.
    pub faults: u32,
    /// The trace.
    pub trace: u32,
    /// Of each output: the byte that says whether it is given, and its value.
    pub values: Vec<(u32, Arc<Slot>)>,
    /// Bytes in all.
    pub size: u32,
}

/// How a decision is called.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The decision.
    pub decision: String,
    /// The function for complete facts, without trace.
    pub quick: String,
    /// The function for facts that may be missing, with the trace.
    pub full: String,
    /// The struct of the inputs; its last value is the day of the evaluation.
    pub input: Layout,
    /// The output.
    pub output: Output,
    /// The leaves of the input that the code reads, by their bits; what else is missing does not matter.
    pub reads: BTreeSet<u32>,
    /// Bytes that the arena must have.
    pub arena: u64,
    /// The steps of the trace, by their bits.
    pub steps: StepMap,
    requirements: usize,
}

/// Decisions as machine code.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The code.
    pub module: Module,
    /// How to call each decision.
    pub decisions: Vec<Interface>,
    /// How to call decisions on rows that Arrow tells, if that has been asked for.
    pub batches: Vec<Batch>,
    /// How to call decisions with JSON, if that has been asked for.
    pub json: Vec<Json>,
}

/// A decision that would need more memory than anyone has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The decision.
    pub decision: String,
    /// Bytes for the lists that it may build.
    pub bytes: u64,
}

/// Most bytes for the lists that a decision builds.
pub const MAX_ARENA: u64 = 1 << 28;

/// Lowers the decisions of these names; all of them where none is named.
///
/// # Errors
/// If a decision may build lists of more than [`MAX_ARENA`] bytes.
pub fn lower(program: &Verified, names: &[&str]) -> Result<Lowered, TooLarge> {
    lower_as(program, names, true)
}

/// The same, without the code for complete facts where it is not wanted.
pub(crate) fn lower_as(program: &Verified, names: &[&str], quick: bool) -> Result<Lowered, TooLarge> {
    let mut runtime = Runtime::default();
    let mut decisions = Vec::new();
    for decision in program.decisions.iter().filter(|it| names.is_empty() || names.contains(&it.name.as_str())) {
        let mut interface = Interface::new(program, decision);
        let steps = interface.steps.clone();
        let mut instead = None;
        let both = [(true, interface.full.clone()), (false, interface.quick.clone())];
        for (thorough, name) in both.into_iter().filter(|(thorough, _)| quick || *thorough) {
            let mode = Mode { may_miss: thorough, trace: thorough, instead };
            let done = lower::lower(program, decision, (&interface, &steps), &mut runtime, mode, &name);
            interface.arena = interface.arena.max(done.arena);
            interface.reads.extend(done.reads);
            instead = Some(runtime.add(done.function));
        }
        if interface.arena > MAX_ARENA {
            return Err(TooLarge { decision: decision.name.clone(), bytes: interface.arena });
        }
        decisions.push(interface);
    }
    Ok(Lowered { module: runtime.module, decisions, batches: Vec::new(), json: Vec::new() })
}

impl Interface {
    fn new(program: &Program, decision: &Decision) -> Interface {
        let inputs = decision.inputs.iter().map(|it: &Field| &it.ty);
        let input = Layout::of_types(program, inputs.chain([&Type::Date]));
        let steps = StepMap::new(program, decision);
        let set = u32::try_from(decision.requirements.len().div_ceil(64)).unwrap_or(u32::MAX).saturating_mul(8);
        let trace = 8 + 3 * set;
        let given = trace + u32::try_from(steps.words()).unwrap_or(u32::MAX).saturating_mul(8);
        let first = given + u32::try_from(decision.outputs.len()).unwrap_or(u32::MAX);
        let values = Layout::after(program, decision.outputs.iter().map(|it| &it.value.ty), first);
        let output = Output {
            holds: 8,
            fails: 8 + set,
            faults: 8 + 2 * set,
            trace,
            values: (given..).zip(values.slots).collect(),
            size: values.size,
        };
        Interface {
            decision: decision.name.clone(),
            quick: format!("decide:{}", decision.name),
            full: format!("explain:{}", decision.name),
            input,
            output,
            reads: BTreeSet::new(),
            arena: 0,
            steps,
            requirements: decision.requirements.len(),
        }
    }

    /// Whether the input is flat: no address stands in it.
    pub fn is_flat(&self) -> bool {
        self.input.slots.iter().all(|it| it.is_flat())
    }

    /// What an output says, with the values that it gives. Of the outputs of a refused decision nothing is said.
    pub(crate) fn evaluated(&self, bytes: &[u8], outputs: Vec<(usize, enact_ir::Value)>) -> Evaluated {
        let bit = |set: u32, n: usize| {
            let byte = bytes.get(set as usize + n / 8).copied().unwrap_or(0);
            byte >> (n % 8) & 1 == 1
        };
        let standing =
            |n: usize| match (bit(self.output.holds, n), bit(self.output.fails, n), bit(self.output.faults, n)) {
                (true, ..) => Standing::Holds,
                (_, true, _) => Standing::Fails,
                (_, _, true) => Standing::Fault,
                _ => Standing::Open,
            };
        let requirements: Vec<Standing> = (0..self.requirements).map(standing).collect();
        let word = |at: usize| bytes.get(at..at + 4).and_then(|it| it.try_into().ok()).map_or(0, i32::from_le_bytes);
        let granted = word(0) == Verdict::Granted as i32;
        let steps =
            (0..).zip(&self.steps.steps).filter(|(n, _)| bit(self.output.trace, *n)).map(|(_, it): (usize, &Step)| *it);
        Evaluated { requirements, fault: told(word(4)), outputs: granted.then_some(outputs), steps: steps.collect() }
    }
}

fn told(fault: i32) -> Option<Fault> {
    if fault == 0 { None } else { state::told(fault) }
}
