//! How long an answer may be.

use crate::interface::Interface;
use crate::layout::Slot;
use crate::runtime::json::fact::why;
use enact_ir::interp::{requirement_reason, step_reason};
use enact_ir::{Decision, Fault, Program, ReasonKind, TableId, Type};
use serde_json::Value;

/// What stands in an answer whatever it says.
const AROUND: u64 = 256;

/// Digits, sign, point and quotes of a number.
const NUMBER: u64 = 48;

/// Most bytes of the answer of a decision whose facts are so many steps deep at most.
pub(crate) fn answer(program: &Program, decision: &Decision, interface: &Interface, depth: u32) -> u64 {
    let text = |text: String| text.len() as u64 + 1;
    let quoted = |name: &str| text(Value::from(name).to_string());
    let outputs = decision.outputs.iter().zip(&interface.output.values);
    let outputs: u64 =
        outputs.map(|(it, (_, slot))| quoted(&it.name) + 1 + value(program, slot)).fold(0, u64::saturating_add);
    let requirements: u64 = decision
        .requirements
        .iter()
        .map(|it| {
            let reason = |kind| text(requirement_reason(it, kind).to_json(program).to_string());
            let reasons = [ReasonKind::Met, ReasonKind::Failed, ReasonKind::Open].map(reason);
            quoted(&it.name) + reasons.into_iter().max().unwrap_or(0)
        })
        .sum();
    let steps = interface.steps.steps.iter().filter_map(|step| step_reason(program, decision, *step));
    let steps: u64 = steps.map(|reason| text(reason.to_json(program).to_string())).sum();
    let faults = (0..).zip(&program.tables).map(|(n, _)| Fault::NoParameterVersion(TableId(n))).chain([Fault::Absent]);
    let fault = faults.map(|it| text(it.failure(program).to_json().to_string())).max().unwrap_or(0);
    let names = decision.inputs.iter().zip(&interface.input.slots);
    let missing =
        names.map(|(field, slot)| paths(program, slot, field.name.len() as u64 + 3)).fold(0, u64::saturating_add);
    let wrong = why::TOLD.iter().map(|(code, message)| (code.len() + message.len()) as u64).max().unwrap_or(0);
    let longest_name =
        program.records.iter().flat_map(|it| &it.fields).chain(&decision.inputs).map(|it| it.name.len()).max();
    let path = u64::from(depth + 1) * (longest_name.unwrap_or(0) as u64 + 16);
    let wrong = wrong + path.max(6 * crate::json::LONGEST_KEY.unsigned_abs() as u64);
    let said = [outputs, requirements, steps, fault, missing].into_iter().fold(0, u64::saturating_add);
    said.max(wrong).saturating_add(AROUND)
}

/// The paths of all that may be missing in a value, of which the path has so many bytes.
fn paths(program: &Program, slot: &Slot, path: u64) -> u64 {
    let fields = program.fields(slot.ty.inner()).iter().zip(&slot.fields);
    let fields = fields.map(|(field, inner)| paths(program, inner, path + 1 + field.name.len() as u64));
    let fields = fields.fold(0, u64::saturating_add);
    let elements = match (slot.ty.inner(), &slot.element) {
        (Type::List { max, .. }, Some(layout)) => {
            let one = layout.slots.first().map_or(0, |inner| paths(program, inner, path + 14));
            one.saturating_mul((*max).into())
        }
        _ => 0,
    };
    path.saturating_add(fields).saturating_add(elements)
}

/// Most bytes of a value.
fn value(program: &Program, slot: &Slot) -> u64 {
    match slot.ty.inner() {
        Type::Text { max } => 2 + 6 * u64::from(*max),
        Type::Enum(id) => {
            let cases = program.enum_of(*id).into_iter().flat_map(|it| &it.cases);
            cases.map(|case| 6 * case.code.len() as u64 + 2).max().unwrap_or(0).max(4)
        }
        Type::Record(_) => {
            let fields = program.fields(slot.ty.inner()).iter().zip(&slot.fields);
            let one = |(field, inner): (&enact_ir::Field, &std::sync::Arc<Slot>)| {
                6 * field.name.len() as u64 + 4 + value(program, inner)
            };
            fields.map(one).fold(4, u64::saturating_add)
        }
        Type::List { max, .. } => {
            let one = slot.element.iter().flat_map(|it| &it.slots).map(|it| value(program, it) + 1).sum::<u64>();
            one.saturating_mul((*max).into()).saturating_add(4)
        }
        _ => NUMBER,
    }
}
