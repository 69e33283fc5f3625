//! Whether a document is valid under a schema, as far as its shape says.

use crate::example::json_text;
use crate::model::{Alternative, Array, Kind, Number, Object, Rest, Shape, Text};
use crate::{Decimal, reference, text};
use enact_base::json::Json;

/// What is wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer in the document.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// Checks a document. Keywords that cannot be decided in advance are not checked; `format` is, where it is understood.
pub fn validate(shape: &Shape, json: &Json) -> Vec<Violation> {
    let mut found = Vec::new();
    check(shape, json, "", &mut found);
    found
}

fn check(shape: &Shape, json: &Json, path: &str, found: &mut Vec<Violation>) {
    let mut closest: Option<Vec<Violation>> = None;
    for alternative in shape.alternatives.iter().filter(|it| same_type(&it.kind, json)) {
        let mut own = Vec::new();
        check_alternative(alternative, json, path, &mut own);
        if own.is_empty() {
            return;
        }
        if closest.as_ref().is_none_or(|closest| own.len() < closest.len()) {
            closest = Some(own);
        }
    }
    found.extend(closest.unwrap_or_else(|| {
        let mut wanted: Vec<&str> = shape.alternatives.iter().map(|it| it.kind.words()).collect();
        wanted.dedup();
        let message = match wanted.as_slice() {
            [] => "nothing may stand here".to_owned(),
            _ => format!("{} where {} must stand", json.kind(), wanted.join(" or ")),
        };
        vec![Violation { path: path.to_owned(), message }]
    }));
}

fn same_type(kind: &Kind, json: &Json) -> bool {
    matches!(
        (kind, json),
        (Kind::Null, Json::Null)
            | (Kind::Bool(_), Json::Bool(_))
            | (Kind::Number(_), Json::Integer(_) | Json::Decimal(_))
            | (Kind::Text(_), Json::Text(_))
            | (Kind::Object(_), Json::Object(_))
            | (Kind::Array(_), Json::Array(_))
    )
}

fn check_alternative(alternative: &Alternative, json: &Json, path: &str, found: &mut Vec<Violation>) {
    let mut say = |message: String| found.push(Violation { path: path.to_owned(), message });
    match (&alternative.kind, json) {
        (Kind::Bool(Some(wanted)), Json::Bool(value)) if wanted != value => say(format!("`{value}` is not allowed")),
        (Kind::Number(number), Json::Integer(_) | Json::Decimal(_)) if !allows_number(number, json) => {
            say(format!("`{}` is not allowed", json_text(json)));
        }
        (Kind::Text(text), Json::Text(value)) => check_text(text, value, say),
        (Kind::Object(object), Json::Object(members)) => check_object(object, members, path, found),
        (Kind::Array(array), Json::Array(elements)) => check_array(array, elements, path, found),
        _ => {}
    }
}

/// A number with more digits than are kept is checked against nothing but a list.
fn allows_number(number: &Number, json: &Json) -> bool {
    Decimal::of_json(json).map_or(number.values.is_none(), |value| number.contains(value))
}

fn check_text(text: &Text, value: &str, mut say: impl FnMut(String)) {
    let length = value.chars().count() as u64;
    if length < text.min {
        say(format!("a text of {length} characters, fewer than {}", text.min));
    } else if text.max.is_some_and(|max| length > max) {
        say(format!("a text of {length} characters, more than {}", text.max.unwrap_or_default()));
    } else if !text::allows(text, value) {
        say(format!("{} is not allowed", json_text(&Json::Text(value.to_owned()))));
    }
}

fn check_object(object: &Object, members: &[(String, Json)], path: &str, found: &mut Vec<Violation>) {
    for (name, value) in members {
        let at = reference::step(path, name);
        match (object.property(name), &object.rest) {
            (Some(property), _) => check(&property.shape, value, &at, found),
            (None, Rest::Anything) => {}
            (None, Rest::Nothing) => found.push(Violation { path: at, message: "this member is not allowed".into() }),
            (None, Rest::Only(shape)) => check(shape, value, &at, found),
        }
    }
    let missing = |name: &str| members.iter().all(|(own, _)| own != name);
    for property in object.properties.iter().filter(|property| property.required && missing(&property.name)) {
        let message = format!("the member `{}` is not there", property.name);
        found.push(Violation { path: path.to_owned(), message });
    }
}

fn check_array(array: &Array, elements: &[Json], path: &str, found: &mut Vec<Violation>) {
    let count = elements.len() as u64;
    let mut say = |message: String| found.push(Violation { path: path.to_owned(), message });
    if count < array.min {
        say(format!("a list of {count} elements, fewer than {}", array.min));
    }
    if array.max.is_some_and(|max| count > max) {
        say(format!("a list of {count} elements, more than {}", array.max.unwrap_or_default()));
    }
    if array.unique
        && elements.iter().enumerate().any(|(at, one)| elements.iter().take(at).any(|other| same(one, other)))
    {
        say("an element stands twice".into());
    }
    if let Rest::Only(shape) = &array.items {
        for (at, element) in elements.iter().enumerate() {
            check(shape, element, &format!("{path}/{at}"), found);
        }
    }
}

/// Whether two values are the same; the order of members means nothing.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(one, other)| same(one, other)),
        _ => a == b,
    }
}
