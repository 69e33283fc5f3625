//! What JSON is read into and written from, as constants that the functions of this folder walk along: a field costs some bytes and no code.
//!
//! Places of constants are told as bytes from the first constant of the module, texts as a place and a length.

use super::fact;
use crate::code::Expr;
use crate::layout::{Layout, Slot, is_narrow};
use crate::lower::build::{beyond, load_i32};
use crate::runtime::Runtime;
use enact_ir::{Encoding, Field, NumberKind, NumberType, Program, Type};
use std::collections::BTreeSet;

/// What kind of value a shape is of.
pub(crate) mod kind {
    pub(crate) const RECORD: i32 = 0;
    pub(crate) const LIST: i32 = 1;
    pub(crate) const BOOL: i32 = 2;
    pub(crate) const WHOLE: i32 = 3;
    pub(crate) const DECIMAL: i32 = 4;
    pub(crate) const DATE: i32 = 5;
    pub(crate) const ENUM: i32 = 6;
    pub(crate) const TEXT: i32 = 7;
}

/// What else is said of it, a bit each.
pub(crate) mod flag {
    /// It may be absent.
    pub(crate) const OPTIONAL: i32 = 1;
    /// A number of 128 bits.
    pub(crate) const WIDE: i32 = 2;
    /// Money, which is written with two digits at least.
    pub(crate) const MONEY: i32 = 4;
    /// A whole number, which is written without quotes if it has no more than 64 bits.
    pub(crate) const INT: i32 = 8;
    /// It counts as missing where it is not known.
    pub(crate) const READ: i32 = 16;
}

/// Places in a shape.
pub(crate) const KIND: u32 = 0;
/// The byte of the mask in which its bit is, and that bit; 0 for a record that is no leaf.
pub(crate) const BYTE: u32 = 4;
pub(crate) const BIT: u32 = 8;
/// Where the value is in its struct, and where it is said whether it is there.
pub(crate) const OFFSET: u32 = 12;
pub(crate) const PRESENT: u32 = 16;
/// Members of a record, cases of an enum (a text each), the shape of a list's elements.
pub(crate) const PARTS: u32 = 20;
/// How many members, cases, elements or characters there are at most.
pub(crate) const COUNT: u32 = 24;
/// Bytes of an element, or the digits of a number after the point.
pub(crate) const SIZE: u32 = 28;
pub(crate) const FLAGS: u32 = 32;
/// The range of a number.
pub(crate) const LO: u32 = 40;
pub(crate) const HI: u32 = 56;

/// Places in a member of a record.
pub(crate) mod member {
    /// Its name.
    pub(crate) const NAME: u32 = 0;
    /// Its name in quotes and a colon.
    pub(crate) const QUOTED: u32 = 8;
    pub(crate) const SHAPE: u32 = 16;
    /// The names that lead to it (a text and its hash each), and how many. Of an output: where it is said whether it is given.
    pub(crate) const PATH: u32 = 20;
    pub(crate) const PATHS: u32 = 24;
    pub(crate) const BYTES: u32 = 28;
}

/// Bytes of a step of a path.
pub(crate) const STEP: u32 = 12;

/// The address of a constant whose place is in a word.
pub(crate) fn constant(base: &Expr, at: u32) -> Expr {
    beyond(Expr::Data(0), load_i32(base.clone(), at))
}

/// How shapes are made.
pub(crate) struct Shapes<'r> {
    pub(crate) program: &'r Program,
    pub(crate) runtime: &'r mut Runtime,
    /// Most shapes within one another so far.
    pub(crate) depth: u32,
    /// Which leaves of the struct count as missing; all where there is none.
    pub(crate) reads: Option<&'r BTreeSet<u32>>,
    within: u32,
}

fn wide(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

impl<'r> Shapes<'r> {
    pub(crate) fn new(program: &'r Program, runtime: &'r mut Runtime) -> Self {
        Shapes { program, runtime, depth: 1, reads: None, within: 1 }
    }

    fn text(&mut self, text: &str) -> [u32; 2] {
        [self.runtime.text_at(text.as_bytes()), wide(text.len())]
    }

    /// The shape of fields as the members of one object, and how many they are.
    pub(crate) fn object<'f>(&mut self, fields: impl Iterator<Item = (&'f Field, &'f Slot)>) -> (u32, u32) {
        let (parts, count) = self.members(fields);
        let at = self.runtime.data_at(&bytes(&[0, 0, 0, 0, 0, parts, count, 0, 0]));
        (at, count)
    }

    fn members<'f>(&mut self, fields: impl Iterator<Item = (&'f Field, &'f Slot)>) -> (u32, u32) {
        let mut words = Vec::new();
        let mut count = 0;
        for (field, slot) in fields {
            let [quoted, quoted_len] = self.text(&format!("{}:", serde_json::Value::from(field.name.as_str())));
            let [name, name_len] = self.text(&field.name);
            let shape = self.value(slot, field.encoding);
            let mut path = Vec::new();
            for step in &field.path {
                let [at, length] = self.text(step);
                path.extend([at, length, fact::hash(step.as_bytes())]);
            }
            let steps = self.runtime.data_at(&bytes(&path));
            words.extend([name, name_len, quoted, quoted_len, shape, steps, wide(field.path.len())]);
            count += 1;
        }
        (self.runtime.data_at(&bytes(&words)), count)
    }

    /// Outputs as members: each with the byte that says whether it is given.
    pub(crate) fn outputs<'o>(&mut self, outputs: impl Iterator<Item = (&'o str, u32, &'o Slot)>) -> (u32, u32) {
        let mut words = Vec::new();
        let mut count = 0;
        for (name, given, slot) in outputs {
            let [quoted, quoted_len] = self.text(&format!("{}:", serde_json::Value::from(name)));
            let shape = self.value(slot, Encoding::Standard);
            words.extend([0, 0, quoted, quoted_len, shape, given, 0]);
            count += 1;
        }
        (self.runtime.data_at(&bytes(&words)), count)
    }

    /// The shape of a value.
    pub(crate) fn value(&mut self, slot: &Slot, encoding: Encoding) -> u32 {
        self.within += 1;
        self.depth = self.depth.max(self.within);
        let optional = matches!(slot.ty, Type::Optional(_));
        let plain = !optional && matches!(slot.ty, Type::Record(_));
        let mut flags = if optional { flag::OPTIONAL } else { 0 };
        if self.reads.is_none_or(|reads| reads.contains(&slot.bit)) {
            flags |= flag::READ;
        }
        let [mut parts, mut count, mut size] = [0; 3];
        let mut range = Vec::new();
        let kind = match slot.ty.inner() {
            Type::Record(_) => {
                let fields = self.program.fields(slot.ty.inner());
                (parts, count) = self.members(fields.iter().zip(slot.fields.iter().map(|it| &**it)));
                kind::RECORD
            }
            Type::List { max, .. } => {
                count = *max;
                if let Some(layout) = &slot.element {
                    size = layout.size;
                    parts = self.element(layout, encoding);
                }
                kind::LIST
            }
            Type::Number(number) => {
                size = number.scale.into();
                flags |= number_flags(*number);
                range = [number.lo.to_le_bytes(), number.hi.to_le_bytes()].concat();
                if number.is_whole(encoding) { kind::WHOLE } else { kind::DECIMAL }
            }
            Type::Text { max } => {
                count = *max;
                kind::TEXT
            }
            Type::Enum(id) => {
                let declared = self.program.enum_of(*id);
                let cases: Vec<&str> =
                    declared.into_iter().flat_map(|it| &it.cases).map(|case| case.code.as_str()).collect();
                count = wide(cases.len());
                let cases: Vec<u32> = cases.into_iter().flat_map(|case| self.text(case)).collect();
                parts = self.runtime.data_at(&bytes(&cases));
                kind::ENUM
            }
            Type::Bool => kind::BOOL,
            Type::Date | Type::Optional(_) => kind::DATE,
        };
        self.within -= 1;
        let bit = if plain { 0 } else { 1 << (slot.bit % 8) };
        let words = [kind.cast_unsigned(), slot.bit / 8, bit, slot.offset, slot.present, parts, count, size];
        let mut shape = bytes(&words);
        shape.extend(bytes(&[flags.cast_unsigned(), 0]));
        shape.extend(range);
        self.runtime.data_at(&shape)
    }

    /// What is inside of a list always counts.
    fn element(&mut self, layout: &Layout, encoding: Encoding) -> u32 {
        let reads = self.reads.take();
        let shape = layout.slots.first().map_or(0, |slot| self.value(slot, encoding));
        self.reads = reads;
        shape
    }
}

fn number_flags(number: NumberType) -> i32 {
    let mut flags = if is_narrow(number) { 0 } else { flag::WIDE };
    match number.kind {
        NumberKind::Money => flags |= flag::MONEY,
        NumberKind::Int => flags |= flag::INT,
        _ => {}
    }
    flags
}
