//! Types of the IR. Numbers carry scale and range, so that overflow and precision are settled before anything runs.

use crate::Encoding;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Truth.
    Bool,
    /// A whole or fixed-point number.
    Number(NumberType),
    /// A day. Counted from 1970-01-01 in the proleptic Gregorian calendar.
    Date,
    /// Unicode text.
    Text {
        /// Most characters (Unicode scalar values).
        max: u32,
    },
    /// A case of an enum of the program.
    Enum(EnumId),
    /// A record of the program.
    Record(RecordId),
    /// May be absent. Never nested in itself.
    Optional(Box<Type>),
    /// A list.
    List {
        /// Type of an element.
        element: Box<Type>,
        /// Most elements.
        max: u32,
    },
}

/// What a number counts; decides how it is written in JSON and which numbers mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberKind {
    /// Whole; JSON integer. Scale is always 0.
    Int,
    /// Fixed point; JSON text.
    Decimal,
    /// A ratio; JSON decimal text (`"0.85"`).
    Rate,
    /// Yuan; JSON text with two digits (`"170.00"`).
    Money,
}

/// A number is the integer `n` standing for `n / 10^scale`; `lo <= n <= hi` always holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NumberType {
    /// What it counts.
    pub kind: NumberKind,
    /// Digits after the point; money in fen has 2.
    pub scale: u8,
    /// Smallest, as the scaled integer.
    pub lo: i128,
    /// Largest, as the scaled integer.
    pub hi: i128,
}

impl NumberType {
    /// Whether JSON and columns hold whole numbers for it, in this encoding: integers, and money in fen.
    pub fn is_whole(self, encoding: Encoding) -> bool {
        self.kind == NumberKind::Int || encoding == Encoding::Fen
    }
}

/// An enum, by its place in [`crate::Program::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub u32);

/// A record, by its place in [`crate::Program::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub u32);

/// A table, by its place in [`crate::Program::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// A calendar, by its place in [`crate::Program::calendars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CalendarId(pub u32);

/// A local value of a decision; unique in its decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A rule with exceptions, by its place in [`crate::Decision::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);

impl Type {
    /// The type inside an optional, or the type itself.
    pub fn inner(&self) -> &Type {
        match self {
            Type::Optional(inner) => inner,
            other => other,
        }
    }

    /// The same type ignoring scale bounds: what two values must share to be compared or joined.
    pub fn number(&self) -> Option<NumberType> {
        match self {
            Type::Number(number) => Some(*number),
            _ => None,
        }
    }
}
