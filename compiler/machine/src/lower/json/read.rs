//! Facts out of the nodes into the struct of the inputs.

use super::fail::{Piece, Why};
use super::{Lower, TEXT, TODAY};
use crate::code::{Binary, Expr, Stmt, Ty, Unary, Width};
use crate::layout::{Slot, is_narrow};
use crate::lower::build::{
    Blocks, add, beyond, eq, i32, i64, le, load_byte, long, lt, lt_u, ne, not, op, or, select, unary,
};
use crate::runtime::Helper;
use crate::runtime::json::numbers::code;
use crate::runtime::json::{AT, KIND, LENGTH, NEXT, kind, word};
use crate::runtime::wide;
use enact_ir::{Encoding, Field, NumberType, Type};
use std::collections::BTreeSet;

/// Where a value is to go: the struct, its slot, and the path that leads to it.
struct Place<'s> {
    base: &'s Expr,
    slot: &'s Slot,
    encoding: Encoding,
    path: Vec<Piece>,
}

/// How a member stands: it is not there, it is there, or it is null.
const MISSING: i32 = 0;
const THERE: i32 = 1;
const NULL: i32 = 2;

fn name(text: &str) -> Piece {
    Piece::Name(text.to_owned())
}

impl Lower<'_> {
    /// All inputs, and the day.
    pub(super) fn facts(&mut self, input: &Expr) {
        let root = word(&self.nodes, i32(0), KIND);
        self.fail_if(ne(root, i32(kind::OBJECT)), Why::NoObject, &[]);
        self.unknown_inputs();
        let (decision, interface) = (self.decision, self.interface);
        for (field, slot) in decision.inputs.iter().zip(&interface.input.slots) {
            let place = Place { base: input, slot, encoding: field.encoding, path: vec![name(&field.name)] };
            self.member(&i32(0), field, place);
        }
        if let Some(day) = interface.input.slots.last() {
            let today = self.build.param(TODAY);
            self.build.store(Width::Four, input.clone(), day.offset, today);
            self.known(input, day.bit);
        }
    }

    /// A key beside the inputs is most likely a slip.
    fn unknown_inputs(&mut self) {
        let firsts: BTreeSet<&String> = self.decision.inputs.iter().filter_map(|it| it.path.first()).collect();
        let end = word(&self.nodes, i32(0), NEXT);
        let end = self.build.keep(end);
        let n = self.build.var(i32(1));
        self.repeat(|it| {
            it.when(le(end, Expr::Get(n)), |it| it.build.push(Stmt::Break(0)));
            let (text, length) = it.text_of(&Expr::Get(n));
            let known = it.build.var(i32(0));
            for first in &firsts {
                let same = it.is_text(&text, &length, first);
                it.build.set(known, or(Expr::Get(known), same));
            }
            it.fail_of_key(not(Expr::Get(known)), &text, &length);
            let next = word(&it.nodes, Expr::Get(n), NEXT);
            it.build.set(n, next);
        });
    }

    /// Where the text of a node is, and its length.
    fn text_of(&mut self, node: &Expr) -> (Expr, Expr) {
        let text = beyond(self.build.param(TEXT), word(&self.nodes, node.clone(), AT));
        let text = self.build.keep(text);
        let length = word(&self.nodes, node.clone(), LENGTH);
        (text, self.build.keep(length))
    }

    fn is_text(&mut self, text: &Expr, length: &Expr, wanted: &str) -> Expr {
        let other = self.runtime.data(wanted.as_bytes());
        let count = i32(i32::try_from(wanted.len()).unwrap_or(i32::MAX));
        let args = vec![text.clone(), length.clone(), other, count];
        self.runtime.call_one(&mut self.build, Helper::TextEqual, Ty::I32, args)
    }

    fn kind(&mut self, node: &Expr) -> Expr {
        let found = word(&self.nodes, node.clone(), KIND);
        self.build.keep(found)
    }

    /// Marks a leaf as known.
    fn known(&mut self, base: &Expr, bit: u32) {
        let byte = load_byte(base.clone(), bit / 8);
        self.build.store(Width::One, base.clone(), bit / 8, op(Binary::Or, Ty::I32, byte, i32(1 << (bit % 8))));
    }

    /// A member of an object: the fact of a field.
    fn member(&mut self, object: &Expr, field: &Field, place: Place<'_>) {
        let node = self.build.var(object.clone());
        let stands = self.build.var(i32(THERE));
        let names = &field.path;
        let is_there = || eq(Expr::Get(stands), i32(THERE));
        for (n, member) in names.iter().enumerate() {
            self.when(is_there(), |it| {
                let key = it.runtime.data(member.as_bytes());
                let length = i32(i32::try_from(member.len()).unwrap_or(i32::MAX));
                let args = vec![it.build.param(TEXT), it.nodes.clone(), Expr::Get(node), key, length];
                let found = it.runtime.call_one(&mut it.build, Helper::JsonFind, Ty::I32, args);
                it.build.set(node, found.clone());
                it.either(
                    eq(found.clone(), i32(0)),
                    |it| it.build.set(stands, i32(MISSING)),
                    |it| {
                        let kind = it.kind(&found);
                        it.when(eq(kind.clone(), i32(kind::NULL)), |it| it.build.set(stands, i32(NULL)));
                        if n + 1 < names.len() {
                            let other = op(Binary::And, Ty::I32, is_there(), ne(kind, i32(kind::OBJECT)));
                            it.fail_if(other, Why::NoObject, &place.path);
                        }
                    },
                );
            });
        }
        self.when(eq(Expr::Get(stands), i32(NULL)), |it| it.null(&place));
        self.when(is_there(), |it| it.read_value(&Expr::Get(node), place));
    }

    /// What does not exist.
    fn null(&mut self, place: &Place<'_>) {
        match place.slot.ty {
            Type::Optional(_) => self.known(place.base, place.slot.bit),
            _ => self.fail_if(i32(1), Why::Null, &place.path),
        }
    }

    fn read_value(&mut self, node: &Expr, place: Place<'_>) {
        let (base, slot) = (place.base.clone(), place.slot);
        if matches!(slot.ty, Type::Optional(_)) {
            self.known(&base, slot.bit);
            self.build.store(Width::One, base.clone(), slot.present, i32(1));
        } else if !matches!(slot.ty, Type::Record(_)) {
            self.known(&base, slot.bit);
        }
        let kind = self.kind(node);
        let needs = |it: &mut Self, wanted: i32, why: Why| {
            it.fail_if(ne(kind.clone(), i32(wanted)), why, &place.path);
        };
        match slot.ty.inner() {
            Type::Record(_) => {
                needs(self, kind::OBJECT, Why::NoObject);
                let program = self.program;
                for (field, slot) in program.fields(slot.ty.inner()).iter().zip(&slot.fields) {
                    let mut path = place.path.clone();
                    path.push(name(&format!(".{}", field.name)));
                    self.member(node, field, Place { base: &base, slot, encoding: field.encoding, path });
                }
            }
            Type::List { max, .. } => {
                needs(self, kind::LIST, Why::NoList);
                self.read_list(node, *max, &place);
            }
            Type::Bool => {
                let truth = eq(kind.clone(), i32(kind::TRUE));
                let none = not(or(truth.clone(), eq(kind, i32(kind::FALSE))));
                self.fail_if(none, Why::NoTruth, &place.path);
                self.build.store(Width::One, base, slot.offset, truth);
            }
            Type::Number(number) => self.read_number(node, *number, &kind, &place),
            Type::Date => {
                needs(self, kind::TEXT, Why::NoDay);
                let (text, length) = self.text_of(node);
                let function = self.runtime.helper(Helper::JsonDay);
                let found = self.build.call(function, &[Ty::I32, Ty::I64], vec![text, length]);
                let [fine, day] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i32(0), i64(0)]);
                self.fail_if(not(fine), Why::BadDay, &place.path);
                self.build.store(Width::Four, base, slot.offset, unary(Unary::Wrap, day));
            }
            Type::Text { max } => {
                needs(self, kind::TEXT, Why::NoText);
                let (text, length) = self.text_of(node);
                let args = vec![text.clone(), length.clone()];
                let count = self.runtime.call_one(&mut self.build, Helper::TextLength, Ty::I64, args);
                self.fail_if(long::lt(i64((*max).into()), count), Why::TooLong, &place.path);
                self.pointer(&base, slot.offset, text, length);
            }
            Type::Enum(id) => {
                needs(self, kind::TEXT, Why::NoText);
                let (text, length) = self.text_of(node);
                let found = self.build.var(i32(-1));
                let declared = self.program.enum_of(*id);
                for (n, case) in (0..).zip(declared.into_iter().flat_map(|declared| &declared.cases)) {
                    let same = self.is_text(&text, &length, &case.code);
                    self.build.set(found, select(Ty::I32, same, i32(n), Expr::Get(found)));
                }
                self.fail_if(lt(Expr::Get(found), i32(0)), Why::NoCase, &place.path);
                self.build.store(Width::Four, base, slot.offset, Expr::Get(found));
            }
            Type::Optional(_) => {}
        }
    }

    /// Writes an address of 8 bytes and a length.
    fn pointer(&mut self, base: &Expr, offset: u32, to: Expr, length: Expr) {
        self.build.store(Width::Eight, base.clone(), offset, to);
        self.build.store(Width::Four, base.clone(), offset + 8, length);
    }

    fn read_list(&mut self, node: &Expr, max: u32, place: &Place<'_>) {
        let Some(layout) = place.slot.element.clone() else { return };
        let count = word(&self.nodes, node.clone(), LENGTH);
        let count = self.build.keep(count);
        let most = i32(i32::try_from(max).unwrap_or(i32::MAX));
        self.fail_if(lt_u(most, count.clone()), Why::TooLong, &place.path);
        let list = Expr::Get(self.build.var(Expr::Get(self.lists)));
        self.pointer(place.base, place.slot.offset, list.clone(), count.clone());
        let size = i32(layout.size.cast_signed());
        let taken = op(Binary::Mul, Ty::I32, count.clone(), size.clone());
        self.build.set(self.lists, beyond(list.clone(), taken));
        let child = self.build.var(add(node.clone(), i32(1)));
        self.count(&count, |it, n| {
            let base = it.build.keep(beyond(list, op(Binary::Mul, Ty::I32, n.clone(), size)));
            it.clear(&base, layout.size);
            let mut path = place.path.clone();
            path.extend([name("["), Piece::Index(n), name("]")]);
            if let Some(slot) = layout.slots.first() {
                let kind = it.kind(&Expr::Get(child));
                let element = Place { base: &base, slot, encoding: place.encoding, path };
                it.either(
                    eq(kind, i32(kind::NULL)),
                    |it| it.null(&Place { path: element.path.clone(), ..element }),
                    |it| it.read_value(&Expr::Get(child), Place { path: element.path.clone(), ..element }),
                );
            }
            let next = word(&it.nodes, Expr::Get(child), NEXT);
            it.build.set(child, next);
        });
    }

    fn read_number(&mut self, node: &Expr, number: NumberType, kind: &Expr, place: &Place<'_>) {
        let whole = number.is_whole(place.encoding);
        let (wanted, why) = if whole { (kind::NUMBER, Why::NoWhole) } else { (kind::TEXT, Why::NoDecimal) };
        self.fail_if(ne(kind.clone(), i32(wanted)), why, &place.path);
        let (text, length) = self.text_of(node);
        let helper = if whole { Helper::JsonWhole } else { Helper::JsonDecimal };
        let mut args = vec![text, length];
        if !whole {
            args.push(i32(number.scale.into()));
        }
        let function = self.runtime.helper(helper);
        let found = self.build.call(function, &[Ty::I32, Ty::I64, Ty::I64], args);
        let [fine, low, high] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), i64(0), i64(0)]);
        self.fail_if(eq(fine.clone(), i32(code::LARGE)), Why::Range, &place.path);
        self.fail_if(ne(fine, i32(code::FINE)), Why::BadNumber, &place.path);
        let n = (low.clone(), high.clone());
        let out = or(wide::less(&n, &wide::constant(number.lo)), wide::less(&wide::constant(number.hi), &n));
        self.fail_if(out, Why::Range, &place.path);
        let (base, offset) = (place.base.clone(), place.slot.offset);
        self.build.store(Width::Eight, base.clone(), offset, low);
        if !is_narrow(number) {
            self.build.store(Width::Eight, base, offset + 8, high);
        }
    }
}
