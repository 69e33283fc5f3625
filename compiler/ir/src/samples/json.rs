//! Facts as the JSON that they are read from.

use crate::{Decision, Encoding, Fact, Facts, Field, Program, Type, Value, value_json};
use serde_json::{Map, Value as Json};

/// What [`crate::input::read_facts`] reads these facts from.
pub fn facts_json(program: &Program, decision: &Decision, facts: &Facts) -> Json {
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

/// One fact of a type as it is read; `None` if it is missing.
pub fn fact_json(program: &Program, ty: &Type, encoding: Encoding, fact: &Fact) -> Option<Json> {
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
            for (field, part) in program.fields(of).iter().zip(parts) {
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
