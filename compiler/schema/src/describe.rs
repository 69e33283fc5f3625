//! Shapes in words, for messages.

use crate::model::{Bound, Kind, Number, Text};
use crate::scaled_text;

/// A number as an author writes it, with `_` between thousands.
pub(crate) fn numeral(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let grouped: String = whole
        .chars()
        .enumerate()
        .flat_map(|(at, digit)| {
            let separator = (at > 0 && whole.len() > 4 && (whole.len() - at) % 3 == 0).then_some('_');
            separator.into_iter().chain([digit])
        })
        .collect();
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fraction}") }
}

/// What a schema says of one alternative.
pub(crate) fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Null => "`null`".into(),
        Kind::Bool(None) => "`boolean`".into(),
        Kind::Bool(Some(value)) => format!("`{value}`"),
        Kind::Number(it) => number(it),
        Kind::Text(it) => text(it),
        Kind::Object(object) => match object.properties.as_slice() {
            [] => "`object`".into(),
            some => format!("an object of {}", names(some.iter().map(|property| property.name.as_str()))),
        },
        Kind::Array(array) => match array.max {
            Some(max) => format!("`array` of at most {max} elements"),
            None => "`array` without `maxItems`".into(),
        },
    }
}

fn number(number: &Number) -> String {
    let name = if number.is_whole() { "`integer`" } else { "`number`" };
    if let Some(values) = &number.values {
        return format!(
            "{name}: {}",
            names(values.iter().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str))
        );
    }
    let end = |bound: Option<Bound>, closed: &str, open: &str| {
        bound.map(|bound| format!("{} {}", if bound.open { open } else { closed }, numeral(&bound.value.to_string())))
    };
    let low = end(number.low, "from", "above");
    let high = end(number.high, "to", "below");
    match (low, high) {
        (None, None) => format!("{name} without bounds"),
        (low, high) => std::iter::once(name.to_owned()).chain(low).chain(high).collect::<Vec<_>>().join(" "),
    }
}

fn text(text: &Text) -> String {
    if let Some(values) = &text.values {
        return format!("one of {}", names(values.iter().map(|value| value.text.as_str())));
    }
    let mut parts = vec!["`string`".to_owned()];
    parts.extend(text.formats.iter().map(|format| format!("`format` `{format}`")));
    parts.extend(text.patterns.iter().map(|pattern| format!("`pattern` `{pattern}`")));
    match text.max {
        Some(max) => parts.push(format!("at most {max} characters")),
        None if text.formats.is_empty() && text.patterns.is_empty() => parts.push("any text".to_owned()),
        None => {}
    }
    parts.join(", ")
}

/// Names in backticks, the first few.
pub(crate) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN { format!("{shown} and {} more", all.len() - SHOWN) } else { shown }
}

/// A scaled number as an author writes it.
pub(crate) fn scaled_numeral(value: i128, scale: u32) -> String {
    numeral(&scaled_text(value, scale))
}
