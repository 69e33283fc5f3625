//! Strict JSON: no key twice, no number that is not a whole one of 64 bits where exactness matters, bounded depth, an error that names the place.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A JSON document. Objects keep their order and hold no key twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number between -2^63 and 2^64-1.
    Integer(i128),
    /// Any other number, as the shortest decimal text that reads back to it. Never used in arithmetic.
    Decimal(String),
    /// Text.
    Text(String),
    /// A list.
    Array(Vec<Json>),
    /// Members in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What kind of value this is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a truth value",
            Json::Integer(_) => "a whole number",
            Json::Decimal(_) => "a number with a fraction or too large",
            Json::Text(_) => "a text",
            Json::Array(_) => "a list",
            Json::Object(_) => "an object",
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&[(String, Json)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// Why a text is not acceptable JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in words.
    pub message: String,
    /// Line from 1.
    pub line: usize,
    /// Column in bytes from 1; 0 where unknown.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Reads one JSON document.
///
/// # Errors
/// Not UTF-8 or not JSON, a key twice in one object, nesting deeper than 128, anything after the document.
pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    serde_json::from_slice(bytes).map_err(|error| JsonError {
        message: strip_position(&error.to_string()),
        line: error.line(),
        column: error.column(),
    })
}

fn strip_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Decimal(format!("{value}")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(format!("the key `{key}` stands twice in one object")));
            }
            members.push((key, access.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_integers() {
        let read = parse(br#"{"b": 18446744073709551615, "a": [null, -1, 0.1]}"#).unwrap();
        assert_eq!(read.as_object().unwrap()[0].0, "b");
        assert_eq!(read.get("b"), Some(&Json::Integer(18_446_744_073_709_551_615)));
        assert_eq!(read.get("a").unwrap().as_array().unwrap()[2], Json::Decimal("0.1".into()));
    }

    #[test]
    fn refuses_a_key_twice_depth_and_trailing_text() {
        assert!(parse(br#"{"a":1,"a":2}"#).unwrap_err().message.contains("`a` stands twice"));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(parse(b"1 2").is_err());
        assert!(parse(b"1e999999").is_err());
        assert_eq!(parse(b"[1,\n x]").unwrap_err().line, 2);
    }
}
