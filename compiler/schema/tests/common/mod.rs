//! What the tests share: schemas and demands from text, and a little reader that does at run time what a demand says.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests; each uses its part"
)]

pub(crate) mod oracle;

use enact_base::json::{self, Json};
use enact_schema::{Decimal, Demand, Schema, Shape};
use std::collections::BTreeMap;

pub(crate) fn schema(text: &str) -> Shape {
    match Schema::read("s/a.json", &BTreeMap::from([("s/a.json".to_owned(), text.to_owned())])) {
        Ok(schema) => schema.shape,
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

pub(crate) fn json(text: &str) -> Json {
    json::parse(text.as_bytes()).unwrap()
}

/// `optional list 3 int 0 9`
pub(crate) fn demand(text: &str) -> Demand {
    let words: Vec<&str> = text.split(' ').collect();
    let number = |at: usize| words.get(at).map(|word| word.parse::<i128>().unwrap());
    let range = |at: usize| number(at).zip(number(at + 1));
    let scale = || number(1).unwrap() as u32;
    match words[0] {
        "bool" => Demand::Bool,
        "int" => Demand::Int { range: range(1) },
        "fen" => Demand::Money { fen: true, range: range(1) },
        "money" => Demand::Money { fen: false, range: range(1) },
        "decimal" => Demand::Decimal { scale: scale(), range: range(2) },
        "rate" => Demand::Rate { scale: scale(), range: range(2) },
        "date" => Demand::Date,
        "text" => Demand::Text { max: number(2).map(|max| max as u32) },
        "enum" => Demand::Enum { name: "E".into(), codes: words[1..].iter().map(|word| (*word).to_owned()).collect() },
        "optional" => Demand::Optional(Box::new(demand(&words[1..].join(" ")))),
        "list" => Demand::List { element: Box::new(demand(&words[2..].join(" "))), max: Some(scale()) },
        other => panic!("{other}"),
    }
}

/// Reads a document as the demand says; the error is the pointer of what cannot be read.
pub(crate) fn read(demand: &Demand, json: &Json) -> Result<(), String> {
    let ok = match (demand, json) {
        (Demand::Optional(_), Json::Null) => true,
        (Demand::Optional(inner), json) => return read(inner, json),
        (Demand::Bool, Json::Bool(_)) => true,
        (Demand::Int { range } | Demand::Money { fen: true, range }, Json::Integer(_) | Json::Decimal(_)) => {
            let value = Decimal::of_json(json).filter(|it| it.is_whole()).and_then(|it| it.floor_at(0));
            value.is_some_and(|value| within(value, range))
        }
        (Demand::Decimal { scale, range } | Demand::Rate { scale, range }, Json::Text(text)) => {
            decimal(text, *scale, range)
        }
        (Demand::Money { fen: false, range }, Json::Text(text)) => decimal(text, 2, range),
        (Demand::Date, Json::Text(text)) => is_date(text),
        (Demand::Text { max }, Json::Text(text)) => max.is_none_or(|max| text.chars().count() <= max as usize),
        (Demand::Enum { codes, .. }, Json::Text(text)) => codes.contains(text),
        (Demand::List { element, max }, Json::Array(elements)) => {
            for (at, one) in elements.iter().enumerate() {
                read(element, one).map_err(|path| format!("/{at}{path}"))?;
            }
            max.is_none_or(|max| elements.len() <= max as usize)
        }
        (Demand::Record { fields, .. }, Json::Object(_)) => {
            for field in fields {
                let mut at = Some(json);
                for step in &field.path {
                    at = match at {
                        Some(Json::Object(_)) => at.and_then(|at| at.get(step)),
                        Some(Json::Null) | None if field.demand.is_optional() => None,
                        _ => return Err(format!("/{}", field.path.join("/"))),
                    };
                }
                match at {
                    Some(value) => {
                        read(&field.demand, value).map_err(|path| format!("/{}{path}", field.path.join("/")))?
                    }
                    None if field.demand.is_optional() => {}
                    None => return Err(format!("/{}", field.path.join("/"))),
                }
            }
            true
        }
        _ => false,
    };
    if ok { Ok(()) } else { Err(String::new()) }
}

fn within(value: i128, range: &Option<(i128, i128)>) -> bool {
    range.is_none_or(|(low, high)| (low..=high).contains(&value))
}

fn decimal(text: &str, scale: u32, range: &Option<(i128, i128)>) -> bool {
    let written = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        written.split_once('.').map_or((written, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |fraction: &str| digits(fraction) && fraction.trim_end_matches('0').len() <= scale as usize;
    let form = digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(fits);
    form && Decimal::parse(text).is_some_and(|value| within(value.floor_at(scale).unwrap(), range))
}

pub(crate) fn is_date(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| {
        text.get(range).filter(|it| it.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    year > 0
        && text.len() == 10
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[7] == b'-'
        && (1..=12).contains(&month)
        && day >= 1
        && day <= length[month as usize - 1]
}
