//! Strict JSON: no key twice, no number that is not a whole one of 64 bits where exactness matters, bounded depth, an error that names the place.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
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
    /// Any other number, as its decimal text without an exponent and without zeros that say nothing; one beyond 400 digits as it was written.
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

/// Reads one JSON document. A number whose value is whole is an [`Json::Integer`], however it is written: `1.0`, `1e2`.
///
/// # Errors
/// Not UTF-8 or not JSON, a key twice in one object, nesting deeper than 128, anything after the document.
pub fn parse(bytes: &[u8]) -> Result<Json, JsonError> {
    let numbers = RefCell::new(Numbers { bytes, at: 0 });
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Reader(&numbers).deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
    read.map_err(|error| JsonError {
        message: strip_position(&error.to_string()),
        line: error.line(),
        column: error.column(),
    })
}

fn strip_position(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// The numbers of a document as they are written, in order. What reads the document gives them in binary, which is not exact.
struct Numbers<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Numbers<'_> {
    /// The text of the next number of what is JSON up to there.
    fn next(&mut self) -> &str {
        let mut in_text = false;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' if in_text => self.at += 1,
                b'"' => in_text = !in_text,
                b'-' | b'0'..=b'9' if !in_text => break,
                _ => {}
            }
            self.at += 1;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|it| matches!(it, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')).count();
        self.at += length;
        rest.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// Longest number that is written out.
const LONGEST: i64 = 400;

/// The number of a JSON text, without loss.
fn number(text: &str) -> Json {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let before = whole.len().saturating_sub(all.len() - digits.len());
    let leading = (all.len() - digits.len()).saturating_sub(whole.len());
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Json::Integer(0);
    }
    // Where the point stands, counted from the first digit that is not 0.
    let point = (before as i64 - leading as i64).checked_add(exponent.parse().unwrap_or(i64::MAX));
    let Some(point) = point.filter(|point| (-LONGEST..=LONGEST).contains(point)) else {
        return Json::Decimal(text.to_owned());
    };
    let places = digits.len() as i64 - point;
    if places <= 0 {
        let written = format!("{sign}{digits}{}", "0".repeat(places.unsigned_abs() as usize));
        let value = written.parse().ok().filter(|value| (i64::MIN.into()..=u64::MAX.into()).contains(value));
        return value.map_or(Json::Decimal(written), Json::Integer);
    }
    let zeros = "0".repeat(usize::try_from(-point).unwrap_or(0));
    let (whole, fraction) = digits.split_at_checked(usize::try_from(point).unwrap_or(0)).unwrap_or(("", digits));
    Json::Decimal(format!("{sign}{}.{zeros}{fraction}", if whole.is_empty() { "0" } else { whole }))
}

/// Reads a value, and takes the texts of its numbers as it comes to them.
#[derive(Clone, Copy)]
struct Reader<'n, 'b>(&'n RefCell<Numbers<'b>>);

impl Reader<'_, '_> {
    fn number(self) -> Json {
        number(self.0.borrow_mut().next())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
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

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(self.number())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(self.number())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(self.number())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(self)? {
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
            members.push((key, access.next_value_seed(self)?));
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
    fn numbers_are_what_is_written() {
        for (text, read) in [
            ("1.0", Json::Integer(1)),
            ("1e2", Json::Integer(100)),
            ("-12.50e1", Json::Integer(-125)),
            ("-0", Json::Integer(0)),
            ("0.000e-999999999999999999999", Json::Integer(0)),
            ("9007199254740993.0", Json::Integer(9_007_199_254_740_993)),
            ("1.00000000000000000001", Json::Decimal("1.00000000000000000001".into())),
            ("-0.050", Json::Decimal("-0.05".into())),
            ("125e-1", Json::Decimal("12.5".into())),
            ("12.5e-4", Json::Decimal("0.00125".into())),
            ("18446744073709551616", Json::Decimal("18446744073709551616".into())),
            ("2E20", Json::Decimal("200000000000000000000".into())),
            ("1e-999", Json::Decimal("1e-999".into())),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(read), "{text}");
        }
        let read = parse(br#"{"1\"2": [3, "\\", 4.0, {"-5": -5.5}]}"#).unwrap();
        let numbers = vec![Json::Integer(3), Json::Text("\\".into()), Json::Integer(4)];
        let [.., last] = read.get("1\"2").and_then(Json::as_array).unwrap() else { unreachable!() };
        assert_eq!(read.get("1\"2").and_then(Json::as_array).unwrap()[..3], numbers);
        assert_eq!(last.get("-5"), Some(&Json::Decimal("-5.5".into())));
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
