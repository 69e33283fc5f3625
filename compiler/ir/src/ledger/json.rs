//! A ledger as JSON: `{"claims": [{"key": [{"text": "110"}, {"number": "2026"}], "total": "1"}]}`, in the order of names and keys.

use super::{KeyPart, Ledger};
use crate::calendar;
use enact_base::json::Json;
use serde_json::{Value, json};
use std::fmt;

/// Why a document is no ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError {
    /// Where, such as `claims[0].key[1]`; empty for the whole.
    pub place: String,
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let point = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{point}{}", self.place, self.message)
    }
}

impl std::error::Error for LedgerError {}

fn error<T>(place: &str, message: impl Into<String>) -> Result<T, LedgerError> {
    Err(LedgerError { place: place.to_owned(), message: message.into() })
}

impl Ledger {
    /// The ledger as JSON; the same ledger gives the same bytes.
    pub fn to_json(&self) -> Value {
        let mut all = serde_json::Map::new();
        for (name, key, total) in self.iter() {
            let parts: Vec<Value> = KeyPart::read(key).unwrap_or_default().iter().map(part_json).collect();
            let entry = json!({ "key": parts, "total": total.to_string() });
            if let Value::Array(entries) = all.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
                entries.push(entry);
            }
        }
        Value::Object(all)
    }

    /// Reads a ledger.
    ///
    /// # Errors
    /// The first place where the document is not what [`Ledger::to_json`] writes; entries may stand in any order, but no key twice.
    pub fn from_json(json: &Json) -> Result<Ledger, LedgerError> {
        let Some(names) = json.as_object() else {
            return error("", format!("a ledger is an object, not {}", json.kind()));
        };
        let mut ledger = Ledger::default();
        for (name, entries) in names {
            let Some(entries) = entries.as_array() else {
                return error(name, format!("is {}; a list of totals is needed", entries.kind()));
            };
            for (n, entry) in entries.iter().enumerate() {
                let place = format!("{name}[{n}]");
                let (key, total) = read_entry(entry, &place)?;
                if ledger.total(name, &key) != 0 {
                    return error(&place, "has the key of an entry before it");
                }
                ledger.set(name, &key, total);
            }
        }
        Ok(ledger)
    }
}

fn part_json(part: &KeyPart) -> Value {
    match part {
        KeyPart::Bool(truth) => json!({ "bool": truth }),
        KeyPart::Number(n) => json!({ "number": n.to_string() }),
        KeyPart::Date(day) => json!({ "date": calendar::civil_from_days(*day).to_string() }),
        KeyPart::Text(text) => json!({ "text": text }),
        KeyPart::Case(code) => json!({ "case": code }),
    }
}

fn read_entry(entry: &Json, place: &str) -> Result<(Vec<u8>, i128), LedgerError> {
    let members = entry.as_object().unwrap_or_default();
    let (Some(key), Some(total), 2) = (entry.get("key"), entry.get("total"), members.len()) else {
        return error(place, "an object of `key` and `total` is needed");
    };
    let total = total.as_text().and_then(whole).filter(|total| *total > 0);
    let Some(total) = total else {
        return error(&format!("{place}.total"), "a text of a whole number above 0 is needed");
    };
    let Some(parts) = key.as_array().filter(|parts| !parts.is_empty()) else {
        return error(&format!("{place}.key"), "a list of parts is needed");
    };
    let mut bytes = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        let place = format!("{place}.key[{n}]");
        if read_part(part).and_then(|part| part.write(&mut bytes)).is_none() {
            return error(&place, "one of `bool`, `number`, `date`, `text` and `case` is needed, with its value");
        }
    }
    Ok((bytes, total))
}

fn read_part(part: &Json) -> Option<KeyPart> {
    let [(kind, value)] = part.as_object()? else { return None };
    Some(match (kind.as_str(), value) {
        ("bool", Json::Bool(truth)) => KeyPart::Bool(*truth),
        ("number", Json::Text(text)) => KeyPart::Number(whole(text)?),
        ("date", Json::Text(text)) => KeyPart::Date(calendar::parse(text)?),
        ("text", Json::Text(text)) => KeyPart::Text(text.clone()),
        ("case", Json::Text(text)) => KeyPart::Case(text.clone()),
        _ => return None,
    })
}

/// A whole number as it is written: without sign where none is needed, without zeros before it.
fn whole(text: &str) -> Option<i128> {
    let n: i128 = text.parse().ok()?;
    (n.to_string() == text).then_some(n)
}
