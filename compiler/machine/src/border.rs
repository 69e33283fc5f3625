//! Facts into memory, and what a compiled decision has written back out of it.

use crate::interface::{Interface, Verdict};
use crate::layout::{Layout, Slot, is_narrow};
use enact_ir::interp::Evaluated;
use enact_ir::{Fact, Facts, Type, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Facts as they lie in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The struct of the inputs, then the texts and elements that it points to. Addresses count from the start of these bytes.
    pub bytes: Vec<u8>,
    /// Where addresses stand.
    pub addresses: Vec<usize>,
    /// Whether nothing is missing that the code reads.
    pub complete: bool,
}

impl Encoded {
    /// Makes addresses of the places: these bytes will lie at `base`.
    pub fn relocate(&mut self, base: u64) {
        for at in &self.addresses {
            if let Some(place) = self.bytes.get_mut(*at..*at + 8)
                && let Ok(old) = <[u8; 8]>::try_from(&*place)
            {
                place.copy_from_slice(&(u64::from_le_bytes(old) + base).to_le_bytes());
            }
        }
    }
}

/// Writes facts, and the day of the evaluation.
pub fn encode(interface: &Interface, facts: &Facts, today: i64) -> Encoded {
    let layout = &interface.input;
    let mut out = Encoded { bytes: vec![0; layout.size as usize], addresses: Vec::new(), complete: true };
    let day = Fact::Known(Value::Date(today));
    let inputs = layout.slots.len().saturating_sub(1);
    let facts = (0..inputs).map(|n| facts.inputs.get(n).unwrap_or(&Fact::Missing)).chain([&day]);
    for (slot, fact) in layout.slots.iter().zip(facts) {
        out.fact((0, Some(&interface.reads)), slot, fact);
    }
    out
}

impl Encoded {
    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn known(&mut self, base: usize, bit: u32) {
        if let Some(byte) = self.bytes.get_mut(base + (bit / 8) as usize) {
            *byte |= 1 << (bit % 8);
        }
    }

    /// `place` is where the struct begins, and which of its leaves matter; all of an element.
    fn fact(&mut self, place: (usize, Option<&BTreeSet<u32>>), slot: &Slot, fact: &Fact) {
        let (base, reads) = place;
        match (fact, &slot.ty) {
            (Fact::Known(value), _) => self.value(base, slot, value),
            (Fact::Missing, Type::Record(_)) => {
                slot.fields.iter().for_each(|field| self.fact(place, field, &Fact::Missing));
            }
            (Fact::Missing, _) => self.complete &= reads.is_some_and(|reads| !reads.contains(&slot.bit)),
            (Fact::Record(parts), ty) => {
                if matches!(ty, Type::Optional(_)) {
                    self.known(base, slot.bit);
                    self.put(base + slot.present as usize, &[1]);
                }
                for (n, field) in slot.fields.iter().enumerate() {
                    self.fact(place, field, parts.get(n).unwrap_or(&Fact::Missing));
                }
            }
            (Fact::List(parts), _) => {
                if matches!(slot.ty, Type::Optional(_)) {
                    self.put(base + slot.present as usize, &[1]);
                }
                self.list(base, slot, parts.len(), |it, at, element, n| {
                    it.fact((at, None), element, parts.get(n).unwrap_or(&Fact::Missing));
                });
            }
        }
    }

    fn value(&mut self, base: usize, slot: &Slot, value: &Value) {
        if matches!(slot.ty, Type::Optional(_)) {
            self.known(base, slot.bit);
            self.put(base + slot.present as usize, &[u8::from(*value != Value::Absent)]);
        }
        let at = base + slot.offset as usize;
        let leaf = |it: &mut Self, bytes: &[u8]| {
            it.known(base, slot.bit);
            it.put(at, bytes);
        };
        match (value, slot.ty.inner()) {
            (Value::Record(parts), _) => {
                slot.fields.iter().zip(parts).for_each(|(field, part)| self.value(base, field, part));
            }
            (Value::List(parts), _) => self.list(base, slot, parts.len(), |it, at, element, n| {
                if let Some(part) = parts.get(n) {
                    it.value(at, element, part);
                }
            }),
            (Value::Text(text), _) => {
                self.known(base, slot.bit);
                let place = self.bytes.len();
                self.bytes.extend(text.as_bytes());
                self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
                self.address(at, place, text.len());
            }
            (Value::Bool(truth), _) => leaf(self, &[u8::from(*truth)]),
            (Value::Number(n), Type::Number(number)) if is_narrow(*number) => leaf(self, &(*n as i64).to_le_bytes()),
            (Value::Number(n), _) => leaf(self, &n.to_le_bytes()),
            (Value::Date(day), _) => leaf(self, &i32::try_from(*day).unwrap_or(0).to_le_bytes()),
            (Value::Enum(case), _) => leaf(self, &case.to_le_bytes()),
            (Value::Absent, _) => {}
        }
    }

    fn address(&mut self, at: usize, place: usize, count: usize) {
        self.put(at, &(place as u64).to_le_bytes());
        self.put(at + 8, &u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        self.addresses.push(at);
    }

    fn list(&mut self, base: usize, slot: &Slot, count: usize, each: impl Fn(&mut Self, usize, &Slot, usize)) {
        let Some(element) = slot.element.clone() else { return };
        self.known(base, slot.bit);
        let start = self.bytes.len();
        let size = element.size as usize;
        self.bytes.resize(start + size * count, 0);
        self.address(base + slot.offset as usize, start, count);
        for n in 0..count {
            if let Some(slot) = element.slots.first() {
                each(self, start + n * size, slot, n);
            }
        }
    }
}

/// Memory that can be read.
pub trait Memory {
    /// The bytes at an address; `None` if they are not all there.
    fn bytes(&self, address: u64, count: usize) -> Option<&[u8]>;
}

/// Reads what a decision has written at `output`; `None` if the memory does not hold what the code says.
pub fn decode(interface: &Interface, memory: &dyn Memory, output: u64) -> Option<Evaluated> {
    let size = interface.output.size as usize;
    let bytes = memory.bytes(output, size)?;
    let mut outputs = Vec::new();
    if bytes.first() == Some(&(Verdict::Granted as u8)) {
        for (place, (given, slot)) in interface.output.values.iter().enumerate() {
            if *bytes.get(*given as usize)? == 1 {
                outputs.push((place, value(memory, output, slot)?));
            }
        }
    }
    Some(interface.evaluated(bytes, outputs))
}

fn array<const N: usize>(memory: &dyn Memory, at: u64) -> Option<[u8; N]> {
    memory.bytes(at, N)?.try_into().ok()
}

fn value(memory: &dyn Memory, base: u64, slot: &Slot) -> Option<Value> {
    let at = base + u64::from(slot.offset);
    if matches!(slot.ty, Type::Optional(_)) && memory.bytes(base + u64::from(slot.present), 1)? == [0] {
        return Some(Value::Absent);
    }
    Some(match slot.ty.inner() {
        Type::Bool => Value::Bool(memory.bytes(at, 1)? != [0]),
        Type::Number(number) if is_narrow(*number) => Value::Number(i64::from_le_bytes(array(memory, at)?).into()),
        Type::Number(_) => Value::Number(i128::from_le_bytes(array(memory, at)?)),
        Type::Date => Value::Date(i32::from_le_bytes(array(memory, at)?).into()),
        Type::Enum(_) => Value::Enum(u32::from_le_bytes(array(memory, at)?)),
        Type::Record(_) => {
            Value::Record(slot.fields.iter().map(|field| value(memory, base, field)).collect::<Option<_>>()?)
        }
        Type::Text { .. } => {
            let (address, count) = span(memory, at)?;
            Value::Text(String::from_utf8(memory.bytes(address, count)?.to_vec()).ok()?)
        }
        Type::List { .. } => list(memory, at, slot.element.as_ref()?)?,
        Type::Optional(_) => Value::Absent,
    })
}

fn span(memory: &dyn Memory, at: u64) -> Option<(u64, usize)> {
    let address = u64::from_le_bytes(array(memory, at)?);
    let count = u32::from_le_bytes(array(memory, at + 8)?);
    Some((address, count as usize))
}

fn list(memory: &dyn Memory, at: u64, element: &Arc<Layout>) -> Option<Value> {
    let (address, count) = span(memory, at)?;
    let slot = element.slots.first()?;
    let each = (0..count as u64).map(|n| value(memory, address + n * u64::from(element.size), slot));
    Some(Value::List(each.collect::<Option<_>>()?))
}
