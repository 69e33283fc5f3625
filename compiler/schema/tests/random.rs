//! Random schemas, demands and documents: what fits can be read, what is shown as an example is one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::oracle::{PATTERNS, valid};
use common::{demand, read};
use enact_base::json::{self, Json};
use enact_schema::{
    Demand, Field, Kind, Rest, Schema, Shape, diff, example, fit, infer_max, infer_range, json_text, validate,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Choices drawn from bytes, so that a failure shrinks to the simplest choices.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % count)
    }

    fn often(&mut self) -> bool {
        self.below(4) > 0
    }

    fn seldom(&mut self) -> bool {
        self.below(6) == 5
    }

    fn of<'t>(&mut self, some: &[&'t str]) -> &'t str {
        some[self.below(some.len())]
    }
}

const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "ba",
    "0",
    "7",
    "12",
    "99",
    "0.5",
    "1.25",
    "0.00",
    "99.99",
    "-1",
    "-9.5",
    "-99.9",
    "2024-02-29",
    "2023-02-30",
    "abcdef",
    "中国",
];

fn text(choices: &mut Choices<'_>) -> Json {
    Json::Text(choices.of(TEXTS).to_owned())
}

fn whole(choices: &mut Choices<'_>) -> Json {
    Json::Integer(choices.below(16) as i128 - 4)
}

fn scalar(choices: &mut Choices<'_>) -> Json {
    match choices.below(6) {
        0 => Json::Null,
        1 => Json::Bool(choices.below(2) == 1),
        2 => Json::Decimal("0.5".into()),
        3 => whole(choices),
        _ => text(choices),
    }
}

fn object(members: Vec<(&str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn word(text: &str) -> Json {
    Json::Text(text.into())
}

/// A schema; `here` is the name of the only reference, empty inside of what it refers to.
fn schema(choices: &mut Choices<'_>, depth: usize, reference: bool) -> Json {
    let mut all = Vec::new();
    let small = |choices: &mut Choices<'_>| Json::Integer(choices.below(4) as i128);
    match choices.below(if depth == 0 { 6 } else { 14 }) {
        0 => all.push(("type", word("boolean"))),
        1 => {
            all.push(("type", word(if choices.often() { "integer" } else { "number" })));
            for keyword in ["minimum", "maximum"] {
                if choices.often() {
                    all.push((keyword, whole(choices)));
                }
            }
            for keyword in ["exclusiveMinimum", "exclusiveMaximum"] {
                if choices.seldom() {
                    all.push((keyword, whole(choices)));
                }
            }
            if choices.seldom() {
                all.push(("multipleOf", Json::Integer(choices.below(4) as i128 + 2)));
            }
        }
        2 => {
            all.push(("type", word("string")));
            if choices.often() {
                all.push(("maxLength", Json::Integer(choices.below(7) as i128)));
            }
            if choices.seldom() {
                all.push(("minLength", small(choices)));
            }
            if choices.below(2) == 1 {
                all.push(("pattern", word(PATTERNS[choices.below(PATTERNS.len())].0)));
            }
            if choices.seldom() {
                all.push(("format", word("date")));
            }
        }
        3 => {
            let count = choices.below(3) + 1;
            let mut values: Vec<Json> = Vec::new();
            for _ in 0..count {
                let value = if choices.often() { text(choices) } else { scalar(choices) };
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            all.push(("enum", Json::Array(values)));
        }
        4 => all.push(("const", scalar(choices))),
        5 => {
            all.push(("type", Json::Array(vec![word("null"), word(choices.of(&["string", "integer", "boolean"]))])));
            if choices.often() {
                all.push(("maximum", whole(choices)));
            }
            if choices.often() {
                all.push(("maxLength", small(choices)));
            }
        }
        6..=8 => {
            all.push(("type", word("object")));
            let names = ["a", "b", "c"];
            let mut properties = Vec::new();
            for name in names {
                if choices.often() {
                    properties.push((name, schema(choices, depth - 1, reference)));
                }
            }
            all.push(("properties", object(properties)));
            let required = names.iter().filter(|_| choices.often()).map(|name| word(name)).collect();
            all.push(("required", Json::Array(required)));
            match choices.below(4) {
                0 => all.push(("additionalProperties", schema(choices, 0, reference))),
                1 => {}
                _ => all.push(("additionalProperties", Json::Bool(false))),
            }
            if choices.seldom() {
                all.push(("minProperties", small(choices)));
            }
        }
        9 => {
            all.push(("type", word("array")));
            all.push(("items", schema(choices, depth - 1, reference)));
            if choices.often() {
                all.push(("maxItems", small(choices)));
            }
            if choices.seldom() {
                all.push(("minItems", small(choices)));
            }
            if choices.seldom() {
                all.push(("uniqueItems", Json::Bool(true)));
            }
        }
        10 => {
            let keyword = choices.of(&["allOf", "anyOf", "oneOf"]);
            let branches = vec![schema(choices, depth - 1, reference), schema(choices, depth - 1, reference)];
            all.push((if keyword == "allOf" { "allOf" } else { keyword }, Json::Array(branches)));
        }
        11 => {
            all.push(("type", word("integer")));
            all.push(("not", schema(choices, depth - 1, reference)));
        }
        12 => {
            all.push(("if", schema(choices, depth - 1, reference)));
            all.push(("then", schema(choices, depth - 1, reference)));
        }
        _ if reference => all.push(("$ref", word("#/$defs/d"))),
        _ => return Json::Bool(choices.often()),
    }
    object(all)
}

/// A document that is likely to be valid.
fn document(choices: &mut Choices<'_>, shape: &Shape, depth: usize) -> Json {
    if depth == 0 || shape.alternatives.is_empty() || choices.seldom() {
        return scalar(choices);
    }
    let alternative = &shape.alternatives[choices.below(shape.alternatives.len())];
    match &alternative.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => Json::Bool(value.unwrap_or(choices.below(2) == 1)),
        Kind::Number(_) => whole(choices),
        Kind::Text(text) => match &text.values {
            Some(values) if choices.often() && !values.is_empty() => {
                Json::Text(values[choices.below(values.len())].text.clone())
            }
            _ => self::text(choices),
        },
        Kind::Object(object) => {
            let mut members = Vec::new();
            for property in &object.properties {
                if property.required || choices.below(2) == 1 {
                    members.push((property.name.clone(), document(choices, &property.shape, depth - 1)));
                }
            }
            for name in ["a", "b", "c"] {
                if object.property(name).is_none() && choices.seldom() {
                    members.push((name.to_owned(), scalar(choices)));
                }
            }
            Json::Object(members)
        }
        Kind::Array(array) => {
            let items = match &array.items {
                Rest::Only(items) => (**items).clone(),
                _ => Shape::any(shape.origin.clone()),
            };
            let count = array.min as usize + choices.below(3);
            Json::Array((0..count).map(|_| document(choices, &items, depth - 1)).collect())
        }
    }
}

/// A demand that probably fits a shape.
fn fitting(choices: &mut Choices<'_>, shape: &Shape) -> Demand {
    let off = choices.seldom();
    let present = shape.alternatives.iter().find(|it| it.kind != Kind::Null);
    let slip = |range: Option<(i128, i128)>| range.map(|(low, high)| (low, if off { high - 1 } else { high }));
    let inner = match present.map(|it| &it.kind) {
        Some(Kind::Bool(_)) => Demand::Bool,
        Some(Kind::Number(_)) => Demand::Int { range: slip(infer_range(shape, &demand("int"))) },
        Some(Kind::Text(text)) => match (&text.values, choices.below(4)) {
            (Some(values), 0) => Demand::Enum {
                name: "E".into(),
                codes: values.iter().skip(usize::from(off)).map(|value| value.text.clone()).collect(),
            },
            (_, 1) => Demand::Decimal { scale: 2, range: slip(infer_range(shape, &demand("decimal 2"))) },
            (_, 2) => demand("date"),
            _ => Demand::Text { max: infer_max(shape).map(|max| if off { max.saturating_sub(1) } else { max }) },
        },
        Some(Kind::Array(array)) => {
            let element = match &array.items {
                Rest::Only(items) => fitting(choices, items),
                _ => Demand::Bool,
            };
            Demand::List { element: Box::new(element), max: Some(infer_max(shape).unwrap_or(2)) }
        }
        Some(Kind::Object(object)) => {
            let mut fields = Vec::new();
            for property in &object.properties {
                let inner = property.shape.alternatives.iter().find_map(|it| match &it.kind {
                    Kind::Object(object) => object.properties.first(),
                    _ => None,
                });
                let (path, mut demand) = match inner {
                    Some(inner) if choices.below(2) == 1 => {
                        (vec![property.name.clone(), inner.name.clone()], fitting(choices, &inner.shape))
                    }
                    _ => (vec![property.name.clone()], fitting(choices, &property.shape)),
                };
                if !property.required && !off && !demand.is_optional() {
                    demand = Demand::Optional(Box::new(demand));
                }
                fields.push(Field { name: property.name.clone(), path, demand });
            }
            Demand::Record { name: "R".into(), fields }
        }
        Some(Kind::Null) | None => Demand::Bool,
    };
    if shape.nullable() && !off { Demand::Optional(Box::new(inner)) } else { inner }
}

fn reading(schema: &Json) -> Option<Shape> {
    let files = BTreeMap::from([("a.json".to_owned(), json_text(schema))]);
    Schema::read("a.json", &files).ok().map(|schema| schema.shape)
}

fn whole_schema(choices: &mut Choices<'_>) -> Json {
    let definition = schema(choices, 1, false);
    match schema(choices, 3, true) {
        Json::Object(mut members) => {
            members.push(("$defs".into(), object(vec![("d", definition)])));
            Json::Object(members)
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_fits_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let schema = whole_schema(&mut choices);
        let shape = reading(&schema).unwrap();
        let demand = fitting(&mut choices, &shape);
        let misfits = fit(&shape, &demand);
        for misfit in &misfits {
            let Some(example) = &misfit.example else { continue };
            let example = json::parse(example.as_bytes()).unwrap();
            prop_assert!(valid(&schema, &schema, &example), "{} is no example of {}: {:?}", json_text(&example), json_text(&schema), misfit);
            prop_assert!(read(&demand, &example).is_err(), "{} can be read: {} {:?}", json_text(&example), json_text(&schema), misfit);
        }
        for round in 0..12 {
            let more: Vec<u8> = bytes.iter().skip(round).map(|byte| byte.wrapping_mul(37).wrapping_add(round as u8)).collect();
            let document = document(&mut Choices(more.iter().rev().cycle().take(200).cloned().collect::<Vec<_>>().iter()), &shape, 4);
            let is_valid = valid(&schema, &schema, &document);
            if is_valid {
                prop_assert_eq!(validate(&shape, &document), [], "{} under {}", json_text(&document), json_text(&schema));
                prop_assert!(!misfits.is_empty() || read(&demand, &document).is_ok(),
                    "{} under {} for {}", json_text(&document), json_text(&schema), demand.words());
            } else if shape.alternatives.iter().all(|it| decided(&it.kind, &it.undecided)) {
                prop_assert!(!validate(&shape, &document).is_empty(), "{} under {}", json_text(&document), json_text(&schema));
            }
        }
    }

    #[test]
    fn examples_are_valid(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let schema = whole_schema(&mut choices);
        let shape = reading(&schema).unwrap();
        if let Ok(example) = example(&shape) {
            prop_assert!(valid(&schema, &schema, &example), "{} under {}", json_text(&example), json_text(&schema));
        }
    }

    #[test]
    fn a_safe_change_breaks_no_document(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let (old_schema, new_schema) = (schema(&mut choices, 2, false), schema(&mut choices, 2, false));
        let (old, new) = (reading(&old_schema).unwrap(), reading(&new_schema).unwrap());
        prop_assert_eq!(diff(&old, &old), []);
        let changes = diff(&old, &new);
        let narrower = changes.iter().all(|change| change.direction == enact_schema::Direction::Narrower);
        let exact = |shape: &Shape| shape.alternatives.iter().all(|it| decided(&it.kind, &it.undecided));
        if narrower && exact(&old) && exact(&new) {
            for round in 0..8u8 {
                let more: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_mul(31).wrapping_add(round)).collect();
                let document = document(&mut Choices(more.iter()), &new, 4);
                if valid(&new_schema, &new_schema, &document) {
                    prop_assert!(valid(&old_schema, &old_schema, &document), "{}: {} to {}: {:?}",
                        json_text(&document), json_text(&old_schema), json_text(&new_schema), changes);
                }
            }
        }
    }
}

/// Whether nothing was left out of the model.
fn decided(kind: &Kind, undecided: &[enact_schema::SchemaProblem]) -> bool {
    let shape = |shape: &Shape| shape.alternatives.iter().all(|it| decided(&it.kind, &it.undecided));
    let rest = |rest: &Rest| !matches!(rest, Rest::Only(only) if !shape(only));
    undecided.is_empty()
        && match kind {
            Kind::Object(object) => {
                object.properties.iter().all(|property| shape(&property.shape)) && rest(&object.rest)
            }
            Kind::Array(array) => rest(&array.items),
            _ => true,
        }
}
