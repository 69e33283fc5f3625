//! Values in memory: reading the struct of the input and elements of lists, writing results and new lists.

use super::Lower;
use super::build::{and, beyond, i32, i64, load, load_byte, load_i32, load_i64, load_ptr, long, op, or, unary};
use super::decision::INPUT;
use super::state::{self, State};
use super::value::{Num, Val};
use crate::code::{Binary, Expr, Ty, Unary, Width};
use crate::layout::{Layout, Slot, is_narrow};
use enact_ir::Type;
use std::sync::Arc;

impl Lower<'_> {
    /// The value with its outermost form read from memory.
    pub(crate) fn read(&mut self, value: &Val) -> Val {
        let Val::Place { base, slot, may_miss } = value else { return value.clone() };
        let base = base.clone();
        if let (Type::Record(_), false) = (&slot.ty, slot.fields.is_empty()) {
            return Val::Record(state::KNOWN, self.fields(&base, slot, *may_miss));
        }
        if base == self.build.param(INPUT) {
            self.reads.insert(slot.bit);
        }
        let state = if *may_miss { self.missing_bit(&base, slot.bit) } else { state::KNOWN };
        match &slot.ty {
            Type::Record(_) => Val::Record(state::KNOWN, Vec::new()),
            Type::Optional(inner) => {
                let present = self.build.keep(load_byte(base.clone(), slot.present));
                let inside = match inner.as_ref() {
                    Type::Record(_) => Val::Record(state::KNOWN, self.fields(&base, slot, *may_miss)),
                    inner => self.scalar(inner, state::KNOWN, &base, slot),
                };
                Val::Optional(state, present, Box::new(inside))
            }
            ty => self.scalar(ty, state, &base, slot),
        }
    }

    fn fields(&self, base: &Expr, slot: &Slot, may_miss: bool) -> Vec<Val> {
        let field = |slot: &Arc<Slot>| Val::Place { base: base.clone(), slot: slot.clone(), may_miss };
        slot.fields.iter().map(field).collect()
    }

    /// 0 if the bit is set, else 1.
    fn missing_bit(&mut self, base: &Expr, bit: u32) -> State {
        let byte = load_byte(base.clone(), bit / 8);
        let bit = i32(1 << (bit % 8));
        self.build.keep(super::build::not(op(Binary::And, Ty::I32, byte, bit)))
    }

    fn scalar(&mut self, ty: &Type, state: State, base: &Expr, slot: &Slot) -> Val {
        let (base, offset) = (base.clone(), slot.offset);
        let build = &mut self.build;
        match ty {
            Type::Bool => Val::Bool(state, build.keep(load_byte(base, offset))),
            Type::Number(number) if is_narrow(*number) => {
                Val::Number(state, Num::Narrow(build.keep(load_i64(base, offset))))
            }
            Type::Number(_) => {
                let low = build.keep(load_i64(base.clone(), offset));
                Val::Number(state, Num::Wide(low, build.keep(load_i64(base, offset + 8))))
            }
            Type::Date => Val::Date(state, build.keep(load(Ty::I64, Width::Four, true, base, offset))),
            Type::Enum(_) => Val::Enum(state, build.keep(load_i32(base, offset))),
            Type::Text { .. } => {
                let address = build.keep(load_ptr(base.clone(), offset));
                let length = known_or_none(&state, load_i32(base, offset + 8));
                Val::Text(state, address, build.keep(length))
            }
            Type::List { .. } => {
                let address = build.keep(load_ptr(base.clone(), offset));
                let count = build.keep(known_or_none(&state, load_i32(base, offset + 8)));
                let element = slot.element.clone().unwrap_or_else(|| Layout::of_element(self.program, &Type::Bool));
                Val::List(state, address, count, element)
            }
            Type::Optional(_) | Type::Record(_) => Val::Record(state, Vec::new()),
        }
    }

    /// Writes a value into a slot of a struct; bits of leaves that are known are added to `mask`.
    pub(crate) fn write(&mut self, value: &Val, base: &Expr, slot: &Slot, mask: &mut Vec<(u32, Expr)>) {
        let value = self.read(value);
        let known = |state: &State| state::is_known(state.clone());
        match (&value, slot.ty.inner()) {
            (Val::Record(state, parts), _) => {
                let mut within = Vec::new();
                for (part, slot) in parts.iter().zip(&slot.fields) {
                    self.write(part, base, slot, &mut within);
                }
                mask.extend(within.into_iter().map(|(bit, it)| (bit, and(known(state), it))));
            }
            (Val::Optional(state, present, inside), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::One, base.clone(), slot.present, present.clone());
                let mut inner = slot.clone();
                inner.ty = slot.ty.inner().clone();
                let mut within = Vec::new();
                self.write(inside, base, &inner, &mut within);
                // The bit of the optional says all of a leaf inside; a record has bits of its own.
                let absent = and(known(state), super::build::not(present.clone()));
                let own = within.into_iter().filter(|(bit, _)| *bit != slot.bit);
                mask.extend(own.map(|(bit, known)| (bit, or(known, absent.clone()))));
            }
            (Val::Bool(state, it), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::One, base.clone(), slot.offset, it.clone());
            }
            (Val::Number(state, n), Type::Number(number)) => {
                mask.push((slot.bit, known(state)));
                match n.clone().fit(is_narrow(*number), &mut self.build) {
                    Num::Narrow(n) => self.build.store(Width::Eight, base.clone(), slot.offset, n),
                    Num::Wide(low, high) => {
                        self.build.store(Width::Eight, base.clone(), slot.offset, low);
                        self.build.store(Width::Eight, base.clone(), slot.offset + 8, high);
                    }
                }
            }
            (Val::Date(state, day), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Four, base.clone(), slot.offset, unary(Unary::Wrap, day.clone()));
            }
            (Val::Enum(state, case), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Four, base.clone(), slot.offset, case.clone());
            }
            (Val::Text(state, address, count) | Val::List(state, address, count, _), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Eight, base.clone(), slot.offset, address.clone());
                self.build.store(Width::Four, base.clone(), slot.offset + 8, count.clone());
            }
            _ => {}
        }
    }

    /// Writes an element of a list with its mask.
    pub(crate) fn write_element(&mut self, value: &Val, at: &Expr, layout: &Arc<Layout>) {
        let Some(slot) = layout.slots.first().cloned() else { return };
        let value = self.coerce(value, &slot.ty);
        let mut mask = Vec::new();
        self.write(&value, at, &slot, &mut mask);
        if self.mode.may_miss {
            self.write_mask(&mask, at, layout.words());
        }
    }

    /// Writes the words of a mask.
    pub(crate) fn write_mask(&mut self, mask: &[(u32, Expr)], at: &Expr, words: u32) {
        for word in 0..words {
            let of_word = mask.iter().filter(|(bit, _)| bit / 64 == word);
            let bits = of_word.fold(i64(0), |bits, (bit, known)| {
                let known = unary(Unary::ExtendUnsigned, known.clone());
                long::or(bits, long::shl(known, i64((bit % 64).into())))
            });
            self.build.store(Width::Eight, at.clone(), word * 8, bits);
        }
    }

    /// Room for elements, from the arena.
    pub(crate) fn allocate(&mut self, count: &Expr, layout: &Layout, most: u32) -> Expr {
        self.arena_need = self.arena_need.saturating_add(u64::from(most) * u64::from(layout.size));
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        let start = Expr::Get(self.build.var(Expr::Get(self.arena)));
        let bytes = op(Binary::Mul, Ty::I32, count.clone(), size);
        let next = beyond(start.clone(), bytes);
        self.build.set(self.arena, next);
        start
    }

    /// The address of an element.
    pub(crate) fn element_at(&mut self, list: &Expr, layout: &Layout, n: Expr) -> Expr {
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        self.build.keep(beyond(list.clone(), op(Binary::Mul, Ty::I32, n, size)))
    }

    /// An element of a list, still in memory.
    pub(crate) fn element(&mut self, list: &Expr, layout: &Arc<Layout>, n: Expr) -> Val {
        let base = self.element_at(list, layout, n);
        match layout.slots.first() {
            Some(slot) => Val::Place { base, slot: slot.clone(), may_miss: self.mode.may_miss },
            None => Val::Record(state::KNOWN, Vec::new()),
        }
    }

    /// A list of values that are written out.
    pub(crate) fn list_of(&mut self, element: &Type, parts: &[Val]) -> Val {
        let layout = Layout::of_element(self.program, element);
        let most = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let count = i32(i32::try_from(parts.len()).unwrap_or(i32::MAX));
        let room = self.allocate(&count, &layout, most);
        for (n, part) in (0..).zip(parts) {
            let at = self.element_at(&room, &layout, i32(n));
            self.write_element(part, &at, &layout);
        }
        Val::List(state::KNOWN, room, count, layout)
    }
}

/// A length that is 0 where nothing is known.
fn known_or_none(state: &State, length: Expr) -> Expr {
    super::build::select(Ty::I32, state::is_known(state.clone()), length, i32(0))
}
