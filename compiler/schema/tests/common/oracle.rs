//! JSON Schema as its specification says it, straight from the JSON, for schemas that the tests make: what the model is held against.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use super::is_date;
use enact_base::json::Json;
use enact_schema::Decimal;

/// Whether a text matches.
type Meaning = fn(&str) -> bool;

/// Patterns that the tests use, each with what it means.
pub(crate) const PATTERNS: &[(&str, Meaning)] = &[
    ("^[0-9]{1,2}$", |text| (1..=2).contains(&text.len()) && digits(text)),
    ("^(0|[1-9][0-9]?)\\.[0-9]{2}$", |text| amount(text, 2)),
    ("^-?(0|[1-9][0-9]?)(\\.[0-9])?$", |text| {
        let text = text.strip_prefix('-').unwrap_or(text);
        amount(text, 1) || (amount(&format!("{text}.0"), 1) && !text.contains('.'))
    }),
    ("^a|b$", |text| text.starts_with('a') || text.ends_with('b')),
    ("[ab]", |text| text.contains(['a', 'b'])),
    ("^(?=a)", |text| text.starts_with('a')),
];

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn amount(text: &str, places: usize) -> bool {
    text.split_once('.').is_some_and(|(whole, fraction)| {
        digits(whole)
            && whole.len() <= 2
            && (whole == "0" || !whole.starts_with('0'))
            && digits(fraction)
            && fraction.len() == places
    })
}

pub(crate) fn valid(root: &Json, schema: &Json, json: &Json) -> bool {
    let Json::Object(keywords) = schema else { return *schema == Json::Bool(true) };
    keywords.iter().all(|(keyword, value)| holds(root, schema, keyword, value, json))
}

fn holds(root: &Json, schema: &Json, keyword: &str, value: &Json, json: &Json) -> bool {
    let number = Decimal::of_json;
    let compare =
        |test: fn(&Decimal, &Decimal) -> bool| number(json).is_none_or(|own| test(&own, &number(value).unwrap()));
    let length = |test: fn(u64, u64) -> bool, own: Option<u64>| own.is_none_or(|own| test(own, count(value)));
    let characters = json.as_text().map(|text| text.chars().count() as u64);
    let elements = json.as_array().map(|elements| elements.len() as u64);
    let branches = || value.as_array().unwrap().iter().filter(|branch| valid(root, branch, json)).count();
    match keyword {
        "type" => match value {
            Json::Text(name) => is(name, json),
            several => several.as_array().unwrap().iter().any(|name| is(name.as_text().unwrap(), json)),
        },
        "enum" => value.as_array().unwrap().contains(json),
        "const" => value == json,
        "minimum" => compare(|own, bound| own >= bound),
        "maximum" => compare(|own, bound| own <= bound),
        "exclusiveMinimum" => compare(|own, bound| own > bound),
        "exclusiveMaximum" => compare(|own, bound| own < bound),
        "multipleOf" => compare(|own, step| own.up_to_multiple(*step) == Some(*own)),
        "minLength" => length(|own, bound| own >= bound, characters),
        "maxLength" => length(|own, bound| own <= bound, characters),
        "minItems" => length(|own, bound| own >= bound, elements),
        "maxItems" => length(|own, bound| own <= bound, elements),
        "pattern" => json
            .as_text()
            .is_none_or(|text| PATTERNS.iter().find(|(name, _)| Some(*name) == value.as_text()).unwrap().1(text)),
        "format" => json.as_text().is_none_or(is_date),
        "uniqueItems" => {
            json.as_array().is_none_or(|all| all.iter().enumerate().all(|(at, one)| !all[..at].contains(one)))
        }
        "items" => json.as_array().is_none_or(|all| all.iter().all(|one| valid(root, value, one))),
        "properties" => json.as_object().is_none_or(|members| {
            members.iter().all(|(name, member)| value.get(name).is_none_or(|schema| valid(root, schema, member)))
        }),
        "additionalProperties" => json.as_object().is_none_or(|members| {
            let named = |name: &str| schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
            members.iter().all(|(name, member)| named(name) || valid(root, value, member))
        }),
        "required" => json
            .as_object()
            .is_none_or(|_| value.as_array().unwrap().iter().all(|name| json.get(name.as_text().unwrap()).is_some())),
        "minProperties" => json.as_object().is_none_or(|members| members.len() as u64 >= count(value)),
        "allOf" => branches() == value.as_array().unwrap().len(),
        "anyOf" => branches() > 0,
        "oneOf" => branches() == 1,
        "not" => !valid(root, value, json),
        "if" => !valid(root, value, json) || schema.get("then").is_none_or(|then| valid(root, then, json)),
        "$ref" => valid(root, root.get("$defs").unwrap().get("d").unwrap(), json),
        "then" | "$defs" => true,
        other => panic!("{other}"),
    }
}

fn count(value: &Json) -> u64 {
    match value {
        Json::Integer(count) => *count as u64,
        _ => panic!("no count"),
    }
}

fn is(name: &str, json: &Json) -> bool {
    match name {
        "integer" => Decimal::of_json(json).is_some_and(Decimal::is_whole),
        "number" => Decimal::of_json(json).is_some(),
        "null" => *json == Json::Null,
        "boolean" => matches!(json, Json::Bool(_)),
        "string" => json.as_text().is_some(),
        "array" => json.as_array().is_some(),
        _ => json.as_object().is_some(),
    }
}
