//! Exact values.

/// A value. Its type says the scale of a number and whether `Absent` may occur; a present optional is the value itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Truth.
    Bool(bool),
    /// The scaled integer of a number.
    Number(i128),
    /// Days from 1970-01-01.
    Date(i64),
    /// Text.
    Text(String),
    /// The case's place in its enum.
    Enum(u32),
    /// Known not to exist.
    Absent,
    /// Fields in the order of the record.
    Record(Vec<Value>),
    /// Elements in order.
    List(Vec<Value>),
}
