//! EasyCodec: the form of arguments and system calls between a contract and its host.

use std::fmt;

/// What a message begins with: `cmec`, `v1.0` and eight bytes ff.
pub const MAGIC: [u8; 16] = *b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff";

/// Whose item it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0: of the protocol.
    System,
    /// 1: of the contract and its callers.
    User,
}

/// A value with its type. There is no `int64` (10): its byte order is not the same in all of the chain's own readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// 0: four bytes, little-endian.
    Int32(i32),
    /// 1: UTF-8.
    String(String),
    /// 2: anything.
    Bytes(Vec<u8>),
}

impl Value {
    /// The type's name in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Value::Int32(_) => "int32",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
        }
    }
}

/// One named value of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose it is.
    pub kind: Kind,
    /// Its name.
    pub key: String,
    /// What it holds.
    pub value: Value,
}

impl Item {
    /// An item of the protocol.
    pub fn system(key: &str, value: Value) -> Item {
        Item { kind: Kind::System, key: key.to_owned(), value }
    }

    /// An item of a contract.
    pub fn user(key: &str, value: Value) -> Item {
        Item { kind: Kind::User, key: key.to_owned(), value }
    }
}

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where it was seen, in bytes from the start.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no EasyCodec message: {} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Malformed {}

/// The bytes of a message.
///
/// # Panics
/// If a key, a value or the list is longer than 2 GiB: no message can say so.
pub fn encode(items: &[Item]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    length(&mut bytes, items.len());
    for item in items {
        let kind: i32 = match item.kind {
            Kind::System => 0,
            Kind::User => 1,
        };
        bytes.extend(kind.to_le_bytes());
        sized(&mut bytes, item.key.as_bytes());
        let (tag, value): (i32, &[u8]) = match &item.value {
            Value::Int32(number) => (0, &number.to_le_bytes()),
            Value::String(text) => (1, text.as_bytes()),
            Value::Bytes(value) => (2, value),
        };
        bytes.extend(tag.to_le_bytes());
        sized(&mut bytes, value);
    }
    bytes
}

fn length(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend(i32::try_from(count).unwrap().to_le_bytes());
}

fn sized(bytes: &mut Vec<u8>, part: &[u8]) {
    length(bytes, part.len());
    bytes.extend(part);
}

/// The items of a message.
///
/// # Errors
/// If the sixteen bytes at the start are others, a length is negative or leads beyond the end, a type is unknown or `int64`, a text is not
/// UTF-8, an `int32` has not four bytes, or bytes follow the last item. So exactly the messages that [`encode`] makes are read.
pub fn decode(bytes: &[u8]) -> Result<Vec<Item>, Malformed> {
    let mut reader = Reader { bytes, at: 0 };
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(Malformed { at: 0, what: "it does not begin with `cmec`, `v1.0` and eight bytes ff".to_owned() });
    }
    let count = reader.count()?;
    // Nothing is reserved for a count that somebody claims.
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(reader.item()?);
    }
    match bytes.len() - reader.at {
        0 => Ok(items),
        more => Err(reader.wrong(format!("{more} bytes after the last item"))),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, what: String) -> Malformed {
        Malformed { at: self.at, what }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken =
            rest.get(..count).ok_or_else(|| self.wrong(format!("{count} bytes wanted, {} there", rest.len())))?;
        self.at += count;
        Ok(taken)
    }

    fn number(&mut self) -> Result<i32, Malformed> {
        let bytes = self.take(4)?.try_into().map_err(|_| self.wrong("no number".to_owned()))?;
        Ok(i32::from_le_bytes(bytes))
    }

    fn count(&mut self) -> Result<usize, Malformed> {
        let number = self.number()?;
        usize::try_from(number).map_err(|_| self.wrong(format!("{number} as a length")))
    }

    fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let count = self.count()?;
        self.take(count)
    }

    fn text(&mut self) -> Result<String, Malformed> {
        let bytes = self.sized()?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong("a text that is not UTF-8 before".to_owned()))
    }

    fn item(&mut self) -> Result<Item, Malformed> {
        let kind = match self.number()? {
            0 => Kind::System,
            1 => Kind::User,
            other => return Err(self.wrong(format!("{other} as the type of a key"))),
        };
        let key = self.text()?;
        let value = match self.number()? {
            0 => self.int32()?,
            1 => Value::String(self.text()?),
            2 => Value::Bytes(self.sized()?.to_vec()),
            10 => return Err(self.wrong(format!("`{key}` is an int64, whose byte order nobody can be sure of"))),
            other => return Err(self.wrong(format!("{other} as the type of the value of `{key}`"))),
        };
        Ok(Item { kind, key, value })
    }

    fn int32(&mut self) -> Result<Value, Malformed> {
        match self.count()? {
            4 => self.number().map(Value::Int32),
            other => Err(self.wrong(format!("an int32 of {other} bytes"))),
        }
    }
}
