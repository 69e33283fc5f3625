//! The smallest document of a shape.

use crate::model::{Alternative, Array, Kind, Number, Object, Origin, Rest, Shape};
use crate::{Decimal, text};
use enact_base::json::Json;

/// Why there is no example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoExample {
    /// No document is valid.
    Impossible,
    /// There may be one, but it depends on what cannot be decided, or it would be very large.
    Unknown,
}

/// Most elements of a list that is made up.
const MOST_ELEMENTS: u64 = 200;

/// A smallest document that is valid: of all alternatives the one with the shortest text.
///
/// # Errors
/// There is none, or none that can be relied on.
pub fn example(shape: &Shape) -> Result<Json, NoExample> {
    let found: Vec<Result<Json, NoExample>> = shape.alternatives.iter().map(of_alternative).collect();
    let unknown = found.contains(&Err(NoExample::Unknown));
    let smallest = found.into_iter().flatten().min_by_key(|json| json_text(json).len());
    smallest.ok_or(if unknown { NoExample::Unknown } else { NoExample::Impossible })
}

/// A smallest document of one alternative.
pub(crate) fn of_alternative(alternative: &Alternative) -> Result<Json, NoExample> {
    let found = match &alternative.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(value.unwrap_or(false)),
        Kind::Number(number) => number_json(near_zero(number)?),
        Kind::Text(text) => match text::shortest(text) {
            Ok(Some(text)) => Json::Text(text),
            Ok(None) => return Err(NoExample::Impossible),
            Err(_) => return Err(NoExample::Unknown),
        },
        Kind::Object(object) => object_with(object, None)?,
        Kind::Array(array) => array_with(array, &alternative.origin, None, array.min)?,
    };
    if alternative.undecided.is_empty() { Ok(found) } else { Err(NoExample::Unknown) }
}

/// An object with what is required, and with one member as given.
pub(crate) fn object_with(object: &Object, given: Option<(&str, &Json)>) -> Result<Json, NoExample> {
    let mut members = Vec::new();
    let mut unknown = false;
    for property in &object.properties {
        match given {
            Some((name, json)) if name == property.name => members.push((property.name.clone(), json.clone())),
            _ if !property.required => {}
            _ => match example(&property.shape) {
                Ok(json) => members.push((property.name.clone(), json)),
                Err(NoExample::Impossible) => return Err(NoExample::Impossible),
                Err(NoExample::Unknown) => unknown = true,
            },
        }
    }
    if let Some((name, json)) = given.filter(|(name, _)| object.property(name).is_none()) {
        members.push((name.to_owned(), json.clone()));
    }
    if unknown { Err(NoExample::Unknown) } else { Ok(Json::Object(members)) }
}

/// A list of `count` elements, or of one more than none where an element is given.
pub(crate) fn array_with(array: &Array, origin: &Origin, given: Option<&Json>, count: u64) -> Result<Json, NoExample> {
    let count = count.max(u64::from(given.is_some()));
    if array.max.is_some_and(|max| max < count) {
        return Err(NoExample::Impossible);
    }
    let more = count - u64::from(given.is_some());
    let mut elements: Vec<Json> = given.into_iter().cloned().collect();
    if more > 0 {
        let Some(shape) = array.items.shape(origin) else { return Err(NoExample::Impossible) };
        if more > MOST_ELEMENTS {
            return example(&shape).and(Err(NoExample::Unknown));
        }
        if array.unique && count > 1 {
            elements.extend(different(&shape, more, given)?);
        } else {
            let element = example(&shape)?;
            elements.extend((0..more).map(|_| element.clone()));
        }
    }
    Ok(Json::Array(elements))
}

/// Elements that differ from each other, for the shapes for which they are easily counted.
fn different(shape: &Shape, count: u64, except: Option<&Json>) -> Result<Vec<Json>, NoExample> {
    let mut found: Vec<Json> = Vec::new();
    for alternative in shape.alternatives.iter().filter(|it| it.undecided.is_empty()) {
        match &alternative.kind {
            Kind::Null => found.push(Json::Null),
            Kind::Bool(None) => found.extend([Json::Bool(false), Json::Bool(true)]),
            Kind::Bool(Some(value)) => found.push(Json::Bool(*value)),
            Kind::Text(text) => match text::values(text) {
                Some(values) => found.extend(values.into_iter().map(|value| Json::Text(value.text.clone()))),
                None => {
                    let plain =
                        (0..=count).map(|at| format!("{at:0>width$}", width = usize::try_from(text.min).unwrap_or(0)));
                    found.extend(plain.filter(|it| text::allows(text, it)).map(Json::Text));
                }
            },
            Kind::Number(number) => {
                let mut next = near_zero(number).ok();
                for _ in 0..=count {
                    let Some(value) = next else { break };
                    found.push(number_json(value));
                    next = value
                        .plus(number.multiple.unwrap_or(Decimal::whole(1)))
                        .and_then(|from| number.at_or_above(Some(from)));
                }
            }
            Kind::Object(_) | Kind::Array(_) => found.extend(of_alternative(alternative)),
        }
    }
    found.retain(|json| Some(json) != except);
    found.truncate(usize::try_from(count).map_err(|_| NoExample::Unknown)?);
    if found.len() as u64 == count { Ok(found) } else { Err(NoExample::Unknown) }
}

/// The number closest to zero.
fn near_zero(number: &Number) -> Result<Decimal, NoExample> {
    let zero = Decimal::whole(0);
    let above = number.at_or_above(Some(zero));
    if let Some(found) = above.or_else(|| number.at_or_below(Some(zero))) {
        return Ok(found);
    }
    if number.multiple.is_some() || number.values.is_some() {
        return Err(NoExample::Impossible);
    }
    // Between two open ends, or beyond one.
    let one = Decimal::whole(1);
    let (low, high) = (number.low.map(|it| it.value), number.high.map(|it| it.value));
    let found = match (low, high) {
        (Some(low), Some(high)) if low < high => low.plus(high).and_then(Decimal::half),
        (Some(low), None) => low.plus(one),
        (None, Some(high)) => high.minus(one),
        _ => return Err(NoExample::Impossible),
    };
    found.filter(|value| number.contains(*value)).ok_or(NoExample::Unknown)
}

/// A number as JSON.
pub(crate) fn number_json(value: Decimal) -> Json {
    match value.floor_at(0) {
        Some(whole) if value.is_whole() && i64::try_from(whole).is_ok() => Json::Integer(whole),
        _ => Json::Decimal(value.to_string()),
    }
}

/// JSON on one line, with a blank after each colon and comma.
pub fn json_text(json: &Json) -> String {
    match json {
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(value) => value.to_string(),
        Json::Decimal(text) => text.clone(),
        Json::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Json::Array(elements) => format!("[{}]", elements.iter().map(json_text).collect::<Vec<_>>().join(", ")),
        Json::Object(members) if members.is_empty() => "{}".into(),
        Json::Object(members) => {
            let member = |(name, value): &(String, Json)| {
                format!("{}: {}", serde_json::Value::from(name.as_str()), json_text(value))
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Whether nothing can be in the rest of a list or an object.
pub(crate) fn is_nothing(rest: &Rest) -> bool {
    match rest {
        Rest::Nothing => true,
        Rest::Anything => false,
        Rest::Only(shape) => shape.alternatives.is_empty(),
    }
}
