//! Keys of a ledger as bytes: `lang-spec/15-ledger.md` describes them byte by byte.

use crate::{Program, Type, Value};

/// The most bytes of a text or code in a key.
pub const MAX_KEY_TEXT: usize = u16::MAX as usize;

/// A part of a key by itself, without the program that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPart {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Number(i128),
    /// A day, counted from 1970-01-01.
    Date(i64),
    /// A text.
    Text(String),
    /// A case of an enum, by its JSON text.
    Case(String),
}

const BOOL: u8 = 1;
const NUMBER: u8 = 2;
const DATE: u8 = 3;
const TEXT: u8 = 4;
const CASE: u8 = 5;

/// The bytes of a key: no two keys have the same. `None` if a value is none of its type, or of a type that no key has.
pub fn key_bytes(program: &Program, values: &[Value], types: &[&Type]) -> Option<Vec<u8>> {
    let parts = values.iter().zip(types).map(|(value, ty)| KeyPart::of(program, value, ty));
    let mut bytes = Vec::new();
    for part in parts {
        part?.write(&mut bytes)?;
    }
    (values.len() == types.len()).then_some(bytes)
}

impl KeyPart {
    /// The part that a value is.
    pub fn of(program: &Program, value: &Value, ty: &Type) -> Option<KeyPart> {
        Some(match (value, ty) {
            (Value::Bool(truth), Type::Bool) => KeyPart::Bool(*truth),
            (Value::Number(n), Type::Number(_)) => KeyPart::Number(*n),
            (Value::Date(day), Type::Date) => KeyPart::Date(*day),
            (Value::Text(text), Type::Text { .. }) => KeyPart::Text(text.clone()),
            (Value::Enum(case), Type::Enum(id)) => {
                KeyPart::Case(program.enum_of(*id)?.cases.get(*case as usize)?.code.clone())
            }
            _ => return None,
        })
    }

    /// Adds its bytes; `None` for a text that is too long.
    pub fn write(&self, bytes: &mut Vec<u8>) -> Option<()> {
        match self {
            KeyPart::Bool(truth) => bytes.extend([BOOL, u8::from(*truth)]),
            KeyPart::Number(n) => {
                bytes.push(NUMBER);
                bytes.extend((n ^ i128::MIN).to_be_bytes());
            }
            KeyPart::Date(day) => {
                bytes.push(DATE);
                bytes.extend((day ^ i64::MIN).to_be_bytes());
            }
            KeyPart::Text(text) => write_text(TEXT, text, bytes)?,
            KeyPart::Case(code) => write_text(CASE, code, bytes)?,
        }
        Some(())
    }

    /// The parts of a key; `None` for bytes that are no key.
    pub fn read(mut bytes: &[u8]) -> Option<Vec<KeyPart>> {
        let mut parts = Vec::new();
        while let Some((tag, rest)) = bytes.split_first() {
            bytes = rest;
            parts.push(match *tag {
                BOOL => match take::<1>(&mut bytes)? {
                    [0] => KeyPart::Bool(false),
                    [1] => KeyPart::Bool(true),
                    _ => return None,
                },
                NUMBER => KeyPart::Number(i128::from_be_bytes(take(&mut bytes)?) ^ i128::MIN),
                DATE => KeyPart::Date(i64::from_be_bytes(take(&mut bytes)?) ^ i64::MIN),
                TEXT => KeyPart::Text(take_text(&mut bytes)?),
                CASE => KeyPart::Case(take_text(&mut bytes)?),
                _ => return None,
            });
        }
        Some(parts)
    }
}

fn write_text(tag: u8, text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let length = u16::try_from(text.len()).ok()?;
    bytes.push(tag);
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
    Some(())
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn take_text(bytes: &mut &[u8]) -> Option<String> {
    let length = usize::from(u16::from_be_bytes(take(bytes)?));
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).ok()
}
