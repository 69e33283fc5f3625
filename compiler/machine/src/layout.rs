//! How facts and results lie in memory: the flat form that every compiled engine reads and writes.
//!
//! A *struct* begins with a mask, one bit a leaf, in words of 8 bytes: the bit is set where the fact is known. Then its leaves follow in the order of the fields, each aligned to its size:
//!
//! | type | bytes | what |
//! |---|---|---|
//! | `bool` | 1 | 0 or 1 |
//! | number | 8, or 16 where its range needs more than 64 bits | the scaled integer |
//! | `date` | 4 | days from 1970-01-01, signed |
//! | enum | 4 | the place of the case |
//! | `text` | 12 | address (8 bytes) and length in bytes of its UTF-8 |
//! | `list` | 12 | address (8 bytes) of the first element and their number; each element is a struct of one leaf or record |
//! | `optional t` | 1 and those of `t` | 1 where it is there |
//!
//! A record is no leaf: its fields stand in the struct around it. An optional record is one leaf (whether it is there) and its fields.

use enact_ir::{Field, NumberType, Program, Type};
use std::sync::Arc;

/// A struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its bytes; a multiple of 8.
    pub size: u32,
    /// Leaves, and so bits of the mask.
    pub leaves: u32,
    /// The values in it.
    pub slots: Vec<Arc<Slot>>,
}

/// A value in a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its type.
    pub ty: Type,
    /// The bit that says whether it is known; of a record that is not optional the one of its first leaf.
    pub bit: u32,
    /// Bytes from the start of the struct: of the value, or of what is inside of an optional.
    pub offset: u32,
    /// Of an optional, where it is said whether it is there.
    pub present: u32,
    /// Of a record, optional or not: its fields.
    pub fields: Vec<Arc<Slot>>,
    /// Of a list, optional or not: the struct of an element, with one slot.
    pub element: Option<Arc<Layout>>,
}

/// Whether every value of a number type fits 64 bits.
pub fn is_narrow(number: NumberType) -> bool {
    i64::try_from(number.lo).is_ok() && i64::try_from(number.hi).is_ok()
}

impl Layout {
    /// The struct of an input or of fields in order.
    pub fn of_fields<'a>(program: &Program, fields: impl Iterator<Item = &'a Field>) -> Layout {
        Layout::of_types(program, fields.map(|field| &field.ty))
    }

    /// The struct of values in order.
    pub fn of_types<'a>(program: &Program, types: impl Iterator<Item = &'a Type>) -> Layout {
        let types: Vec<&Type> = types.collect();
        let leaves = types.iter().fold(0_u32, |sum, ty| sum.saturating_add(leaves(program, ty)));
        let mask = leaves.div_ceil(64).saturating_mul(8);
        Layout { leaves, ..Layout::after(program, types.into_iter(), mask) }
    }

    /// The end of a struct: values in order from some byte on, which no mask belongs to.
    pub(crate) fn after<'a>(program: &Program, types: impl Iterator<Item = &'a Type>, start: u32) -> Layout {
        let mut place = Place { program, offset: start, bit: 0 };
        let slots = types.map(|ty| Arc::new(place.slot(ty))).collect();
        Layout { size: place.offset.next_multiple_of(8), leaves: 0, slots }
    }

    /// The struct of one value: an element of a list, or a figure.
    pub fn of_element(program: &Program, ty: &Type) -> Arc<Layout> {
        Arc::new(Layout::of_types(program, std::iter::once(ty)))
    }

    /// Words of the mask.
    pub fn words(&self) -> u32 {
        self.leaves.div_ceil(64)
    }
}

/// Leaves of a type. Records hold no records that hold them, so this ends.
fn leaves(program: &Program, ty: &Type) -> u32 {
    let inside =
        program.fields(ty.inner()).iter().fold(0_u32, |sum, field| sum.saturating_add(leaves(program, &field.ty)));
    match ty {
        Type::Record(_) => inside,
        _ => inside.saturating_add(1),
    }
}

struct Place<'p> {
    program: &'p Program,
    offset: u32,
    bit: u32,
}

impl Place<'_> {
    fn take(&mut self, bytes: u32, align: u32) -> u32 {
        let at = self.offset.next_multiple_of(align);
        self.offset = at.saturating_add(bytes);
        at
    }

    fn slot(&mut self, ty: &Type) -> Slot {
        let bit = self.bit;
        let optional = matches!(ty, Type::Optional(_));
        let present = if optional { self.take(1, 1) } else { 0 };
        if optional || !matches!(ty, Type::Record(_)) {
            self.bit = self.bit.saturating_add(1);
        }
        let mut slot = Slot { ty: ty.clone(), bit, offset: self.offset, present, fields: Vec::new(), element: None };
        match ty.inner() {
            Type::Record(_) => {
                slot.fields =
                    self.program.fields(ty.inner()).iter().map(|field| Arc::new(self.slot(&field.ty))).collect();
            }
            Type::List { element, .. } => {
                slot.offset = self.take(12, 8);
                slot.element = Some(Layout::of_element(self.program, element));
            }
            Type::Text { .. } => slot.offset = self.take(12, 8),
            Type::Bool => slot.offset = self.take(1, 1),
            Type::Number(number) if is_narrow(*number) => slot.offset = self.take(8, 8),
            Type::Number(_) => slot.offset = self.take(16, 8),
            Type::Date | Type::Enum(_) | Type::Optional(_) => slot.offset = self.take(4, 4),
        }
        slot
    }
}

impl Slot {
    /// Whether no address stands in it.
    pub fn is_flat(&self) -> bool {
        !matches!(self.ty.inner(), Type::Text { .. } | Type::List { .. }) && self.fields.iter().all(|it| it.is_flat())
    }
}
