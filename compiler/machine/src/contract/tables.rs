//! What the functions of a contract walk along: a constant for each decision, input and kind of record.

use super::Contract;
use super::kinds::{self, Holds, Kind};
use super::state::encoded;
use super::tallies;
use crate::code::{Expr, FunctionId};
use crate::interface::Interface;
use crate::layout::Layout;
use crate::lower::json::bound;
use crate::lower::rows::room_of_lists;
use crate::lower::{state, steps};
use crate::runtime::Runtime;
use crate::runtime::json::shape::Shapes;
use enact_ir::interp::Step;
use enact_ir::{Decision, Fault, Field, Program, TableId, Type};
use std::collections::BTreeSet;

/// Places in what is said of a decision.
pub(super) mod of {
    pub(in super::super) const NAME: u32 = 0;
    /// The shape of all inputs as one object.
    pub(in super::super) const SHAPE: u32 = 8;
    /// The sources of the inputs, one each.
    pub(in super::super) const SOURCES: u32 = 12;
    pub(in super::super) const IN_SIZE: u32 = 16;
    pub(in super::super) const OUT_SIZE: u32 = 20;
    pub(in super::super) const LISTS: u32 = 24;
    pub(in super::super) const ARENA: u32 = 28;
    pub(in super::super) const OUTPUTS: u32 = 32;
    pub(in super::super) const OUTPUT_COUNT: u32 = 36;
    /// The names of the requirements, in quotes.
    pub(in super::super) const NAMES: u32 = 40;
    pub(in super::super) const REQUIREMENTS: u32 = 44;
    pub(in super::super) const HOLDS: u32 = 48;
    pub(in super::super) const FAILS: u32 = 52;
    pub(in super::super) const TRACE: u32 = 56;
    pub(in super::super) const TRACE_BYTES: u32 = 60;
    /// Which bits of its last byte are written down.
    pub(in super::super) const TRACE_MASK: u32 = 92;
    pub(in super::super) const DAY: u32 = 64;
    pub(in super::super) const DAY_BYTE: u32 = 68;
    pub(in super::super) const DAY_BIT: u32 = 72;
    /// Which decision it is.
    pub(in super::super) const INDEX: u32 = 76;
    /// What is said of the decision that gives the keys of its tallies, and these.
    pub(in super::super) const KEYS: u32 = 80;
    pub(in super::super) const TALLIES: u32 = 84;
    pub(in super::super) const TALLY_COUNT: u32 = 88;
}

/// Places in the source of an input.
pub(super) mod source {
    /// What the state keys of its records begin with; no bytes where only the sender can say it.
    pub(in super::super) const PREFIX: u32 = 0;
    /// The state key of its issuer.
    pub(in super::super) const ISSUER: u32 = 8;
    /// Whether the record is an object that holds the input as a member.
    pub(in super::super) const WRAPPED: u32 = 16;
    pub(in super::super) const BYTES: u32 = 20;
}

/// Places in a kind of record.
pub(super) mod kind {
    pub(in super::super) const NAME: u32 = 0;
    pub(in super::super) const PREFIX: u32 = 8;
    pub(in super::super) const ISSUER: u32 = 16;
    pub(in super::super) const SHAPE: u32 = 24;
    pub(in super::super) const IN_SIZE: u32 = 28;
    pub(in super::super) const LISTS: u32 = 32;
    pub(in super::super) const BYTES: u32 = 36;
}

/// A decision of a contract.
pub(crate) struct Lowered {
    /// Its name.
    pub(super) name: String,
    /// What is said of it.
    pub(super) said: Expr,
    /// Its outputs as members.
    pub(super) outputs: u32,
    /// Its code.
    pub(super) function: FunctionId,
    /// How many inputs it has.
    pub(crate) inputs: u32,
    /// Bytes for its structs and lists.
    pub(crate) room: u64,
    /// Most bytes of an answer.
    pub(super) answer: u64,
    /// Most steps of a path.
    pub(super) depth: u32,
    /// It is asked only for the keys of another.
    pub(super) gives_keys: bool,
}

pub(super) fn words(all: &[u32]) -> Vec<u8> {
    all.iter().flat_map(|word| word.to_le_bytes()).collect()
}

pub(super) fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

pub(super) fn text(runtime: &mut Runtime, text: &str) -> [u32; 2] {
    [runtime.text_at(text.as_bytes()), narrow(text.len() as u64)]
}

/// What is said of each decision.
pub(super) fn lowered(contract: &mut Contract, interfaces: &[Interface]) -> Vec<Lowered> {
    let program = contract.program.clone();
    // Those that give keys come first, since others tell where they are.
    let mut order: Vec<(u32, &Interface)> = (0..).zip(interfaces).collect();
    order.sort_by_key(|(_, interface)| !tallies::gives_keys(&program, &interface.decision));
    let mut all: Vec<Lowered> = Vec::new();
    for (_, interface) in order {
        let (Some(decision), Some(function)) =
            (program.decision(&interface.decision), contract.runtime.module.find(&interface.full))
        else {
            continue;
        };
        let index = narrow(all.len() as u64);
        let tallies = tallies::table(&mut contract.runtime, decision, interface, &all);
        let mut lowered = one(&mut contract.runtime, &program, decision, interface, (index, function), tallies);
        lowered.gives_keys = tallies::gives_keys(&program, &decision.name);
        all.push(lowered);
    }
    all
}

fn one(
    runtime: &mut Runtime,
    program: &Program,
    decision: &Decision,
    interface: &Interface,
    (index, function): (u32, FunctionId),
    [keys, tallies, tally_count]: [u32; 3],
) -> Lowered {
    let mut shapes = Shapes::new(program, runtime);
    // Nobody has to say what has been counted.
    let reads = tallies::without_ports(decision, interface);
    shapes.reads = Some(&reads);
    let (shape, _) = shapes.object(decision.inputs.iter().zip(interface.input.slots.iter().map(|it| &**it)));
    let depth = shapes.depth;
    let names = decision.outputs.iter().map(|it| it.name.as_str());
    let outputs = names.zip(&interface.output.values).map(|(name, (given, slot))| (name, *given, &**slot));
    let (outputs, output_count) = Shapes::new(program, runtime).outputs(outputs);
    let outputs_at = outputs;
    let mut sources = Vec::new();
    for (place, input) in decision.inputs.iter().enumerate() {
        if decision.tally_at(place).is_some() {
            // Nobody is the issuer of what has been counted.
            let [nobody, nobody_len] = text(runtime, "-");
            sources.extend([0, 0, nobody, nobody_len, 0]);
            continue;
        }
        sources.extend(match kinds::of_input(program, decision, input) {
            Some(kind) => {
                let [prefix, prefix_len] = text(runtime, &prefix(&kind.name));
                let [issuer, issuer_len] = text(runtime, &issuer(&kind.issuer));
                [prefix, prefix_len, issuer, issuer_len, u32::from(matches!(kind.holds, Holds::Input(_)))]
            }
            None => [0; 5],
        });
    }
    let sources = runtime.data_at(&words(&sources));
    let names = decision.requirements.iter().map(|it| serde_json::Value::from(it.name.as_str()).to_string());
    let requirements = runtime.texts_at(names);
    let [name, name_len] = text(runtime, &decision.name);
    let lists = interface.input.slots.iter().map(|it| room_of_lists(it)).fold(0, u64::saturating_add);
    let day = interface.input.slots.last();
    let given = interface.output.values.first().map_or(interface.output.size, |it| it.0);
    let output = &interface.output;
    let (bytes, mask) = trace(program, interface, given - output.trace);
    let said = [
        name,
        name_len,
        shape,
        sources,
        interface.input.size,
        output.size,
        narrow(lists),
        narrow(interface.arena),
        outputs,
        output_count,
        requirements,
        narrow(decision.requirements.len() as u64),
        output.holds,
        output.fails,
        output.trace,
        bytes,
        day.map_or(0, |it| it.offset),
        day.map_or(0, |it| it.bit / 8),
        day.map_or(0, |it| 1 << (it.bit % 8)),
        index,
        keys,
        tallies,
        tally_count,
        mask,
    ];
    let sizes = u64::from(interface.input.size) + u64::from(output.size) + lists + interface.arena;
    Lowered {
        name: decision.name.clone(),
        outputs: outputs_at,
        said: Expr::Data(runtime.data_at(&words(&said))),
        function,
        inputs: narrow(decision.inputs.len() as u64),
        room: sizes + 1024,
        answer: bound::answer(program, decision, interface, depth),
        depth,
        gives_keys: false,
    }
}

/// How many bytes of the trace are written down, and which bits of the last one: where anything is private, only those of exceptions, which come first. Which figures were read may depend on
/// what is private.
fn trace(program: &Program, interface: &Interface, all: u32) -> (u32, u32) {
    let inputs = program.decisions.iter().flat_map(|it| &it.inputs);
    let private = program.records.iter().flat_map(|it| &it.fields).chain(inputs).any(|it| it.private);
    if !private {
        return (all, 0xff);
    }
    let exceptions = interface.steps.steps.iter().filter(|it| matches!(it, Step::Exception { .. })).count();
    let exceptions = narrow(exceptions as u64);
    let rest = exceptions % 8;
    (exceptions.div_ceil(8), if rest == 0 { 0xff } else { (1 << rest) - 1 })
}

/// What the state keys of a kind's records begin with.
pub(super) fn prefix(kind: &str) -> String {
    format!("record.{}.", encoded(kind))
}

/// The state key of an issuer's address.
pub(super) fn issuer(name: &str) -> String {
    format!("issuer.{}", encoded(name))
}

/// The kinds of records as constants, how many they are, and bytes and depth for the largest.
pub(super) fn kinds(runtime: &mut Runtime, program: &Program, all: &[Kind]) -> (Expr, u32) {
    let mut said = Vec::new();
    for kind in all {
        let ty = match &kind.holds {
            Holds::Record(id) => Type::Optional(Box::new(Type::Record(*id))),
            Holds::Input(field) => field.ty.clone(),
        };
        let layout = Layout::of_types(program, std::iter::once(&ty));
        let mut shapes = Shapes::new(program, runtime);
        let slots = || layout.slots.iter().map(|it| &**it);
        let shape = match &kind.holds {
            Holds::Record(_) => slots().next().map_or(0, |slot| shapes.value(slot, enact_ir::Encoding::Standard)),
            Holds::Input(field) => shapes.object(std::iter::once::<&Field>(&**field).zip(slots())).0,
        };
        let lists = slots().map(room_of_lists).fold(0, u64::saturating_add);
        let [name, name_len] = text(runtime, &kind.name);
        let [prefix, prefix_len] = text(runtime, &prefix(&kind.name));
        let [issuer, issuer_len] = text(runtime, &issuer(&kind.issuer));
        said.extend([name, name_len, prefix, prefix_len, issuer, issuer_len, shape, layout.size, narrow(lists)]);
    }
    (Expr::Data(runtime.data_at(&words(&said))), narrow(all.len() as u64))
}

/// The faults that any decision may end in: their states, and what is said of them.
pub(super) fn faults(program: &Program) -> Vec<(i32, String)> {
    let read: BTreeSet<TableId> = program.decisions.iter().flat_map(steps::tables).collect();
    let told = |fault: Fault| (state::fault(fault), fault.failure(program).to_json().to_string());
    read.into_iter().map(Fault::NoParameterVersion).chain([Fault::Absent]).map(told).collect()
}
