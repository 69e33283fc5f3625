//! A row out of the columns into the struct of the inputs.

use super::{Column, Lower, Struct};
use crate::code::{Binary, Expr, Local, Ty, Unary, Width};
use crate::layout::{Layout, Slot, is_narrow};
use crate::lower::build::{
    Blocks, add, and, beyond, i32, i64, le, load, load_byte, load_i32, load_i64, long, lt_u, not, op, or, unary,
};
use crate::rows::Format;
use crate::runtime::Helper;
use crate::runtime::wide::{self, Wide};
use enact_ir::{NumberType, Type, calendar};
use std::collections::BTreeSet;

/// The bit of a place.
fn bit(bits: &Expr, place: &Expr) -> Expr {
    let byte = load_byte(beyond(bits.clone(), op(Binary::ShrU, Ty::I32, place.clone(), i32(3))), 0);
    let turned = op(Binary::ShrU, Ty::I32, byte, op(Binary::And, Ty::I32, place.clone(), i32(7)));
    op(Binary::And, Ty::I32, turned, i32(1))
}

/// The value of a place, of `1 << log` bytes.
pub(super) fn at(values: &Expr, place: &Expr, log: i32) -> Expr {
    beyond(values.clone(), op(Binary::Shl, Ty::I32, place.clone(), i32(log)))
}

impl Lower<'_> {
    /// Whether all is known that the code reads, or that stands in a list.
    pub(super) fn is_complete(&mut self, input: &Struct, reads: &BTreeSet<u32>) -> Expr {
        if !self.gaps {
            return i32(1);
        }
        let mut all = Expr::Get(self.complete);
        for (word, mask) in (0..).zip(&input.mask) {
            let need = reads.iter().filter(|bit| *bit / 64 == word).fold(0_u64, |bits, bit| bits | 1 << (bit % 64));
            let need = i64(need.cast_signed());
            all = and(all, long::eq(long::and(Expr::Get(*mask), need.clone()), need));
        }
        self.build.keep(all)
    }

    /// Fills the struct of the inputs, but for the day, which is there.
    pub(super) fn fill(&mut self, input: &Struct, columns: &[Column<'_>], row: &Expr) {
        let slots = &self.interface.input.slots;
        input.mask.iter().for_each(|word| self.build.set(*word, i64(0)));
        for (slot, column) in slots.iter().zip(columns) {
            self.fact(input, slot, column, row);
        }
        if let Some(day) = slots.last() {
            self.known(input, day.bit);
        }
        self.write_mask(input);
    }

    fn write_mask(&mut self, to: &Struct) {
        for (word, mask) in (0..).zip(&to.mask) {
            self.build.store(Width::Eight, to.base.clone(), word * 8, Expr::Get(*mask));
        }
    }

    fn known(&mut self, to: &Struct, bit: u32) {
        if let Some(mask) = to.mask.get((bit / 64) as usize) {
            self.build.set(*mask, long::or(Expr::Get(*mask), i64((1_u64 << (bit % 64)).cast_signed())));
        }
    }

    /// What is inside of a record that does not exist is not missing.
    fn inside_known(&mut self, to: &Struct, slot: &Slot) {
        for field in &slot.fields {
            if !matches!(field.ty, Type::Record(_)) {
                self.known(to, field.bit);
            }
            self.inside_known(to, field);
        }
    }

    /// Writes to the struct, unless nobody reads what is at hand.
    fn put(&mut self, width: Width, base: Expr, offset: u32, value: Expr) {
        if !self.unread {
            self.build.store(width, base, offset, value);
        }
    }

    fn must(&mut self, holds: Expr) {
        self.build.set(self.fits, and(Expr::Get(self.fits), holds));
    }

    /// The place of a row in a column, and whether something is there.
    fn there(&mut self, column: &Column<'_>, row: &Expr) -> (Expr, Expr) {
        let place = self.build.keep(add(column.first.clone(), row.clone()));
        if !self.gaps {
            return (place, i32(1));
        }
        let there = self.build.var(i32(1));
        self.when(column.gaps.clone(), |it| it.build.set(there, bit(&column.validity, &place)));
        (place, Expr::Get(there))
    }

    /// A fact. What the code does not read is only looked at whether it fits.
    fn fact(&mut self, to: &Struct, slot: &Slot, column: &Column<'_>, row: &Expr) {
        let outer = self.unread;
        let leaf = to.of_inputs && !matches!(slot.ty, Type::Record(_));
        self.unread |= leaf && slot.fields.is_empty() && !self.interface.reads.contains(&slot.bit);
        self.fact_at_hand(to, slot, column, row);
        self.unread = outer;
    }

    fn fact_at_hand(&mut self, to: &Struct, slot: &Slot, column: &Column<'_>, row: &Expr) {
        if *column.format == Format::Nowhere {
            return;
        }
        let (place, there) = self.there(column, row);
        let optional = matches!(slot.ty, Type::Optional(_));
        if optional {
            self.known(to, slot.bit);
            self.put(Width::One, to.base.clone(), slot.present, there.clone());
        }
        self.either(
            there,
            |it| it.value(to, slot, column, &place),
            |it| {
                if optional {
                    it.inside_known(to, slot);
                }
            },
        );
    }

    fn value(&mut self, to: &Struct, slot: &Slot, column: &Column<'_>, place: &Expr) {
        if !matches!(slot.ty.inner(), Type::Record(_)) {
            self.known(to, slot.bit);
        }
        let (base, offset) = (to.base.clone(), slot.offset);
        match (slot.ty.inner(), column.format) {
            (Type::Record(_), Format::Record(_)) => {
                for (field, inner) in slot.fields.iter().zip(&column.inner) {
                    self.fact(to, field, inner, place);
                }
            }
            (Type::Bool, Format::Bits) => self.put(Width::One, base, offset, bit(&column.values, place)),
            (Type::Number(number), Format::Number(..) | Format::Wide(_)) => {
                self.number(&base, offset, *number, column, place);
            }
            (Type::Date, Format::Day) => {
                let day = self.build.keep(load(Ty::I64, Width::Four, true, at(&column.values, place, 2), 0));
                self.must(between(&day, calendar::FIRST, calendar::LAST));
                self.put(Width::Four, base, offset, unary(Unary::Wrap, day));
            }
            (Type::Enum(id), Format::Case) => {
                let cases = self.program.enum_of(*id).map_or(0, |it| it.cases.len());
                let case = self.build.keep(load_i32(at(&column.values, place, 2), 0));
                self.must(lt_u(case.clone(), i32(i32::try_from(cases).unwrap_or(i32::MAX))));
                self.put(Width::Four, base, offset, case);
            }
            (Type::Text { max }, Format::Text) => self.text(&base, offset, *max, column, place),
            (Type::List { max, .. }, Format::List(_)) => self.list(&base, slot, *max, column, place),
            _ => self.must(i32(0)),
        }
    }

    /// Where a text or list begins and how long it is, if that can be.
    fn span(&mut self, column: &Column<'_>, place: &Expr) -> (Expr, Expr, Expr) {
        let start = self.build.keep(load_i32(at(&column.values, place, 2), 0));
        let end = self.build.keep(load_i32(at(&column.values, place, 2), 4));
        let can = self.build.keep(and(le(i32(0), start.clone()), le(start.clone(), end.clone())));
        let length = self.build.keep(op(Binary::Sub, Ty::I32, end, start.clone()));
        (start, length, can)
    }

    fn text(&mut self, base: &Expr, offset: u32, max: u32, column: &Column<'_>, place: &Expr) {
        let (start, length, can) = self.span(column, place);
        self.must(can.clone());
        let text = self.build.keep(beyond(column.bytes.clone(), start));
        let most = i32(i32::try_from(max).unwrap_or(i32::MAX));
        // A text has no more characters than bytes, so most need not be counted.
        self.when(and(can, lt_u(most, length.clone())), |it| {
            let args = vec![text.clone(), length.clone()];
            let count = it.runtime.call_one(&mut it.build, Helper::TextLength, Ty::I64, args);
            it.must(long::le_u(count, i64(max.into())));
        });
        self.put(Width::Eight, base.clone(), offset, text);
        self.put(Width::Four, base.clone(), offset + 8, length);
    }

    fn list(&mut self, base: &Expr, slot: &Slot, max: u32, column: &Column<'_>, place: &Expr) {
        let (Some(layout), Some(elements)) = (slot.element.clone(), column.inner.first()) else { return };
        let (start, count, can) = self.span(column, place);
        let most = i32(i32::try_from(max).unwrap_or(i32::MAX));
        let can = self.build.keep(and(can, not(lt_u(most, count.clone()))));
        self.must(can.clone());
        let list = Expr::Get(self.build.var(Expr::Get(self.lists)));
        self.put(Width::Eight, base.clone(), slot.offset, list.clone());
        self.put(Width::Four, base.clone(), slot.offset + 8, count.clone());
        self.when(can, |it| {
            let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
            let taken = op(Binary::Mul, Ty::I32, count.clone(), size.clone());
            it.build.set(it.lists, beyond(list.clone(), taken));
            it.count(&count, |it, n| {
                let element = it.build.keep(beyond(list, op(Binary::Mul, Ty::I32, n.clone(), size)));
                let row = it.build.keep(add(start, n));
                it.element(element, &layout, elements, &row);
            });
        });
    }

    /// An element; there is none of which nothing is said.
    fn element(&mut self, base: Expr, layout: &Layout, column: &Column<'_>, row: &Expr) {
        let mask: Vec<Local> = (0..layout.words()).map(|_| self.build.local(Ty::I64)).collect();
        mask.iter().for_each(|word| self.build.set(*word, i64(0)));
        let element = Struct { base, mask, of_inputs: false };
        if let Some(slot) = layout.slots.first() {
            if !matches!(slot.ty, Type::Optional(_)) {
                let (_, there) = self.there(column, row);
                self.must(there);
            }
            self.fact(&element, slot, column, row);
        }
        self.write_mask(&element);
        if self.gaps {
            let all: BTreeSet<u32> = (0..layout.leaves).collect();
            let complete = self.is_complete(&element, &all);
            self.build.set(self.complete, complete);
        }
    }

    fn number(&mut self, base: &Expr, offset: u32, number: NumberType, column: &Column<'_>, place: &Expr) {
        match *column.format {
            Format::Number(size, shift) => {
                let (width, log) = width(size);
                let n = self.build.keep(load(Ty::I64, width, true, at(&column.values, place, log), 0));
                self.narrow(base, offset, number, n, shift);
            }
            Format::Wide(shift) => {
                let from = at(&column.values, place, 4);
                let low = self.build.keep(load_i64(from.clone(), 0));
                let high = self.build.keep(load_i64(from, 8));
                if is_narrow(number) {
                    self.must(long::eq(high, long::shr(low.clone(), i64(63))));
                    self.narrow(base, offset, number, low, shift);
                } else {
                    self.must(i32((shift == 0).into()));
                    self.wide(base, offset, number, &(low, high));
                }
            }
            _ => {}
        }
    }

    /// A column's number of 64 bits.
    fn narrow(&mut self, base: &Expr, offset: u32, number: NumberType, n: Expr, shift: i8) {
        if !is_narrow(number) {
            self.must(i32((shift == 0).into()));
            let high = self.build.keep(long::shr(n.clone(), i64(63)));
            return self.wide(base, offset, number, &(n, high));
        }
        let Some(power) = 10_i64.checked_pow(shift.unsigned_abs().into()) else { return self.must(i32(0)) };
        let (lo, hi) = (number.lo as i64, number.hi as i64);
        let scaled = if shift >= 0 {
            // What is within these bounds can be multiplied.
            let (lo, hi) = (lo.div_euclid(power) + i64::from(lo.rem_euclid(power) != 0), hi.div_euclid(power));
            self.must(between(&n, lo, hi));
            if power == 1 { n } else { long::mul(n, i64(power)) }
        } else {
            self.must(long::eq(long::rem(n.clone(), i64(power)), i64(0)));
            let scaled = self.build.keep(long::div(n, i64(power)));
            self.must(between(&scaled, lo, hi));
            scaled
        };
        self.put(Width::Eight, base.clone(), offset, scaled);
    }

    fn wide(&mut self, base: &Expr, offset: u32, number: NumberType, n: &Wide) {
        let out = or(wide::less(n, &wide::constant(number.lo)), wide::less(&wide::constant(number.hi), n));
        self.must(not(out));
        self.put(Width::Eight, base.clone(), offset, n.0.clone());
        self.put(Width::Eight, base.clone(), offset + 8, n.1.clone());
    }
}

/// `lo <= n <= hi`
fn between(n: &Expr, lo: i64, hi: i64) -> Expr {
    if lo > hi {
        return i32(0);
    }
    long::le_u(long::sub(n.clone(), i64(lo)), i64(hi.wrapping_sub(lo)))
}

fn width(size: u8) -> (Width, i32) {
    match size {
        1 => (Width::One, 0),
        2 => (Width::Two, 1),
        4 => (Width::Four, 2),
        _ => (Width::Eight, 3),
    }
}
