//! Values of a type, complete facts, and facts of which some are missing.

use super::choices::Choices;
use crate::{Decision, Encoding, Fact, Facts, Field, Program, Type, Value, value_json};
use serde_json::{Map, Value as Json};

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
            let fields = fields(program, ty).iter();
            Value::Record(fields.map(|field| value(choices, program, &field.ty)).collect())
        }
        Type::List { element, max } => {
            let length = choices.below(*max as usize + 1);
            Value::List((0..length).map(|_| value(choices, program, element)).collect())
        }
    }
}

fn fields<'p>(program: &'p Program, ty: &Type) -> &'p [Field] {
    match ty {
        Type::Record(id) => program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default(),
        _ => &[],
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
            let parts = fields(program, inner).iter().zip(parts);
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

/// Facts as the JSON that they are read from.
pub(super) fn json(program: &Program, decision: &Decision, facts: &Facts) -> Json {
    let mut object = Map::new();
    for (input, fact) in decision.inputs.iter().zip(&facts.inputs) {
        insert(program, &mut object, input, fact);
    }
    Json::Object(object)
}

fn insert(program: &Program, object: &mut Map<String, Json>, field: &Field, fact: &Fact) {
    let Some(json) = fact_json(program, &field.ty, field.encoding, fact) else { return };
    let Some((last, outer)) = field.path.split_last() else { return };
    let mut object = object;
    for member in outer {
        let inner = object.entry(member.clone()).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(inner) = inner else { return };
        object = inner;
    }
    object.insert(last.clone(), json);
}

fn fact_json(program: &Program, ty: &Type, encoding: Encoding, fact: &Fact) -> Option<Json> {
    match (fact, ty.inner()) {
        (Fact::Missing, _) => None,
        (Fact::Known(Value::Number(n)), _) if encoding == Encoding::Fen => Some(i64::try_from(*n).ok()?.into()),
        (Fact::Known(Value::Record(parts)), of @ Type::Record(_)) => {
            let parts = parts.iter().cloned().map(Fact::Known).collect();
            fact_json(program, of, encoding, &Fact::Record(parts))
        }
        (Fact::Known(Value::List(parts)), of @ Type::List { .. }) => {
            let parts = parts.iter().cloned().map(Fact::Known).collect();
            fact_json(program, of, encoding, &Fact::List(parts))
        }
        (Fact::Known(value), of) => Some(value_json(program, value, of)),
        (Fact::Record(parts), of) => {
            let mut object = Map::new();
            for (field, part) in fields(program, of).iter().zip(parts) {
                insert(program, &mut object, field, part);
            }
            Some(Json::Object(object))
        }
        (Fact::List(parts), Type::List { element, .. }) => {
            // An element of which nothing is known but that it is there can only be a record.
            let part = |part| fact_json(program, element, encoding, part).unwrap_or_else(|| Json::Object(Map::new()));
            Some(parts.iter().map(part).collect())
        }
        (Fact::List(_), _) => None,
    }
}
