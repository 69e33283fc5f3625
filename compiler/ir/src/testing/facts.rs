//! Values of a type, complete facts, and facts of which some are missing.

use super::choices::Choices;
use crate::{Decision, Fact, Facts, Program, Type, Value};

const TEXTS: [&str; 6] = ["", "110", "北京", "a1", "01-02", "999999999999"];

pub(super) fn value(choices: &mut Choices<'_>, program: &Program, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(choices.one_in(2)),
        Type::Number(number) => Value::Number(choices.between(number.lo, number.hi)),
        Type::Date => Value::Date(choices.day()),
        Type::Text { max } => {
            let text = choices.pick(&TEXTS).copied().unwrap_or_default();
            Value::Text(text.chars().take(*max as usize).collect())
        }
        Type::Enum(id) => {
            let cases = program.enum_of(*id).map_or(1, |declared| declared.cases.len());
            Value::Enum(choices.below(cases) as u32)
        }
        Type::Optional(_) if choices.one_in(3) => Value::Absent,
        Type::Optional(inner) => value(choices, program, inner),
        Type::Record(_) => {
            let fields = program.fields(ty).iter();
            Value::Record(fields.map(|field| value(choices, program, &field.ty)).collect())
        }
        Type::List { element, max } => {
            let length = choices.below(*max as usize + 1);
            Value::List((0..length).map(|_| value(choices, program, element)).collect())
        }
    }
}

pub(super) fn known(choices: &mut Choices<'_>, program: &Program, decision: &Decision) -> Facts {
    let inputs = decision.inputs.iter().map(|input| Fact::Known(value(choices, program, &input.ty)));
    Facts { inputs: inputs.collect() }
}

pub(super) fn hidden(choices: &mut Choices<'_>, program: &Program, decision: &Decision, known: &Facts) -> Facts {
    let inputs = decision.inputs.iter().zip(&known.inputs).map(|(input, fact)| match fact {
        Fact::Known(value) => hide(choices, program, &input.ty, value),
        other => other.clone(),
    });
    Facts { inputs: inputs.collect() }
}

fn hide(choices: &mut Choices<'_>, program: &Program, ty: &Type, value: &Value) -> Fact {
    match (ty.inner(), value) {
        _ if choices.one_in(3) => Fact::Missing,
        (inner @ Type::Record(_), Value::Record(parts)) => {
            let parts = program.fields(inner).iter().zip(parts);
            Fact::Record(parts.map(|(field, part)| hide(choices, program, &field.ty, part)).collect())
        }
        (Type::List { element, .. }, Value::List(parts)) => {
            // An element that is no record cannot be missing by itself: its place in the list would be missing too.
            let part = |part| match element.as_ref() {
                Type::Record(_) => hide(choices, program, element, part),
                _ => Fact::Known(Value::clone(part)),
            };
            Fact::List(parts.iter().map(part).collect())
        }
        _ => Fact::Known(value.clone()),
    }
}
