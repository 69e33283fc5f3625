//! Facts from JSON, strictly by the types of a decision's inputs: what does not fit is refused with its path, and nothing is guessed.
//!
//! A key that is left out is a missing fact, `null` is one known not to exist. Members of a record that the policy does not read are
//! ignored, since the schema may allow more; a key beside the inputs is an error, since it is most likely a slip.

use crate::decimal::{self, DecimalError};
use crate::{Decision, Encoding, Fact, Facts, Failure, Field, NumberKind, NumberType, Program, Type, Value, calendar};
use enact_base::json::Json;
use enact_base::nearest;

/// Reads the facts of a decision.
///
/// # Errors
/// The first thing that is wrong, with the path of the fact.
pub fn read_facts(program: &Program, decision: &Decision, input: &Json) -> Result<Facts, Failure> {
    let Some(members) = input.as_object() else {
        return Err(failure("wrong_type", "", format!("the input is {}, not an object", input.kind())));
    };
    for (key, _) in members {
        if !decision.inputs.iter().any(|field| first_member(field) == key) {
            let message = format!("the decision `{}` has no input `{key}`", decision.name);
            return Err(failure(
                "unknown_field",
                key,
                with_hint(message, key, decision.inputs.iter().map(first_member)),
            ));
        }
    }
    let inputs = decision.inputs.iter().map(|field| member(program, input, field, &field.name));
    inputs.collect::<Result<_, _>>().map(|inputs| Facts { inputs })
}

fn failure(code: &str, path: &str, message: String) -> Failure {
    Failure { code: code.to_owned(), path: path.to_owned(), message }
}

fn wrong_type(json: &Json, needed: &str, path: &str) -> Failure {
    failure("wrong_type", path, format!("is {}; {needed} is needed", json.kind()))
}

fn with_hint<'a>(message: String, word: &str, right: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, right.clone()) {
        Some(close) => format!("{message}; did you mean `{close}`?"),
        None => format!("{message}; there are: {}", right.collect::<Vec<_>>().join(", ")),
    }
}

fn first_member(field: &Field) -> &str {
    field.path.first().unwrap_or(&field.name)
}

/// The fact of a field in the object that holds it.
fn member(program: &Program, object: &Json, field: &Field, path: &str) -> Result<Fact, Failure> {
    let mut found = object;
    let (last, outer) = field.path.split_last().map_or((&field.name, &[][..]), |(last, outer)| (last, outer));
    for member in outer {
        found = match found.get(member) {
            Some(inner @ Json::Object(_)) => inner,
            None => return Ok(Fact::Missing),
            // What lies inside something that does not exist does not exist.
            Some(Json::Null) => return absent(&field.ty, path),
            Some(other) => {
                return Err(failure("wrong_type", path, format!("`{member}` is {}, not an object", other.kind())));
            }
        };
    }
    match found.get(last) {
        Some(json) => fact(program, json, &field.ty, field.encoding, path),
        None => Ok(Fact::Missing),
    }
}

fn absent(ty: &Type, path: &str) -> Result<Fact, Failure> {
    match ty {
        Type::Optional(_) => Ok(Fact::Known(Value::Absent)),
        _ => {
            let message = "is `null`, but has to exist; leave the key out if it is not known yet";
            Err(failure("not_optional", path, message.to_owned()))
        }
    }
}

fn fact(program: &Program, json: &Json, ty: &Type, encoding: Encoding, path: &str) -> Result<Fact, Failure> {
    match (json, ty) {
        (Json::Null, ty) => absent(ty, path),
        (json, Type::Optional(inner)) => fact(program, json, inner, encoding, path),
        (json, Type::Record(id)) => {
            if json.as_object().is_none() {
                return Err(wrong_type(json, "an object", path));
            }
            let fields = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            let part = |field: &Field| member(program, json, field, &format!("{path}.{}", field.name));
            let parts = fields.iter().map(part).collect::<Result<Vec<_>, _>>()?;
            Ok(whole(parts, Value::Record, Fact::Record))
        }
        (json, Type::List { element, max }) => {
            let Some(all) = json.as_array() else { return Err(wrong_type(json, "a list", path)) };
            if all.len() > *max as usize {
                let message = format!("has {} elements; at most {max} are allowed", all.len());
                return Err(failure("too_long", path, message));
            }
            let part = |(n, json): (usize, &Json)| fact(program, json, element, encoding, &format!("{path}[{n}]"));
            let parts = all.iter().enumerate().map(part).collect::<Result<Vec<_>, _>>()?;
            Ok(whole(parts, Value::List, Fact::List))
        }
        (json, ty) => scalar(program, json, ty, encoding, path).map(Fact::Known),
    }
}

/// A fact of parts: known as a whole if every part is.
fn whole(parts: Vec<Fact>, value: fn(Vec<Value>) -> Value, fact: fn(Vec<Fact>) -> Fact) -> Fact {
    let known = parts.iter().map(|part| match part {
        Fact::Known(value) => Some(value.clone()),
        _ => None,
    });
    match known.collect::<Option<Vec<_>>>() {
        Some(values) => Fact::Known(value(values)),
        None => fact(parts),
    }
}

fn scalar(program: &Program, json: &Json, ty: &Type, encoding: Encoding, path: &str) -> Result<Value, Failure> {
    match (json, ty) {
        (Json::Bool(truth), Type::Bool) => Ok(Value::Bool(*truth)),
        (json, Type::Number(number)) => number_value(json, *number, encoding, path),
        (Json::Text(text), Type::Date) => date(text, path),
        (Json::Text(text), Type::Text { max }) => {
            let length = text.chars().count();
            if length > *max as usize {
                let message = format!("has {length} characters; at most {max} are allowed");
                return Err(failure("too_long", path, message));
            }
            Ok(Value::Text(text.clone()))
        }
        (Json::Text(text), Type::Enum(id)) => {
            let cases = program.enum_of(*id).map(|declared| declared.cases.as_slice()).unwrap_or_default();
            match (0..).zip(cases).find(|(_, case)| case.code == *text) {
                Some((place, _)) => Ok(Value::Enum(place)),
                None => {
                    let message = format!("`{text}` is none of the cases");
                    let codes = cases.iter().map(|case| case.code.as_str());
                    Err(failure("unknown_case", path, with_hint(message, text, codes)))
                }
            }
        }
        (json, Type::Bool) => Err(wrong_type(json, "a truth value", path)),
        (json, Type::Date) => Err(wrong_type(json, "a day as text, `YYYY-MM-DD`,", path)),
        (json, _) => Err(wrong_type(json, "a text", path)),
    }
}

fn date(text: &str, path: &str) -> Result<Value, Failure> {
    match calendar::parse(text) {
        Some(day) => Ok(Value::Date(day)),
        None => Err(failure("bad_date", path, format!("`{text}` is no day of the form YYYY-MM-DD"))),
    }
}

fn number_value(json: &Json, ty: NumberType, encoding: Encoding, path: &str) -> Result<Value, Failure> {
    let whole = ty.is_whole(encoding);
    let least = if ty.kind == NumberKind::Money { 2 } else { 0 };
    let read = match json {
        Json::Integer(n) if whole => *n,
        Json::Decimal(text) if whole => {
            return Err(failure("bad_number", path, format!("`{text}` is no whole number of 64 bits")));
        }
        Json::Text(text) if !whole => match decimal::parse(text, ty.scale) {
            Ok(read) => read,
            Err(DecimalError::TooLarge) => return Err(failure("out_of_range", path, format!("`{text}` is too large"))),
            Err(DecimalError::Form) => {
                return Err(failure("bad_number", path, format!("`{text}` is no decimal number")));
            }
            Err(DecimalError::TooPrecise) => {
                let message = format!("`{text}` has more than {} digits after the point", ty.scale);
                return Err(failure("bad_number", path, message));
            }
        },
        json if whole && encoding == Encoding::Fen => return Err(wrong_type(json, "a whole number of fen", path)),
        json if whole => return Err(wrong_type(json, "a whole number", path)),
        json => {
            let example = if least == 2 { "170.00" } else { "0.85" };
            return Err(wrong_type(json, &format!("a decimal number as text, such as \"{example}\","), path));
        }
    };
    if !(ty.lo..=ty.hi).contains(&read) {
        let shown = |n: i128| decimal::print(n, ty.scale, least);
        let message = format!("is {}, which is not between {} and {}", shown(read), shown(ty.lo), shown(ty.hi));
        return Err(failure("out_of_range", path, message));
    }
    Ok(Value::Number(read))
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
