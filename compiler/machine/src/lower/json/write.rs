//! The answer out of the struct of the outputs.

use super::Lower;
use super::fail::Piece;
use crate::code::{Binary, Expr, Local, Ty, Width};
use crate::interface::Verdict;
use crate::layout::{Layout, Slot, is_narrow};
use crate::lower::build::{
    Blocks, and, beyond, eq, i32, i64, load, load_byte, load_i32, load_i64, load_ptr, long, ne, not, op,
};
use crate::lower::state;
use crate::runtime::Helper;
use enact_ir::interp::{requirement_reason, step_reason};
use enact_ir::{Fault, NumberKind, NumberType, ReasonKind, TableId, Type};
use serde_json::Value;

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether a bit of a set is set.
fn bit(base: &Expr, set: u32, n: u32) -> Expr {
    ne(op(Binary::And, Ty::I32, load_byte(base.clone(), set + n / 8), i32(1 << (n % 8))), i32(0))
}

impl Lower<'_> {
    /// The whole answer.
    pub(super) fn answer(&mut self, input: &Expr, output: &Expr) {
        let verdict = self.build.keep(load_i32(output.clone(), 0));
        let is = |wanted: Verdict| eq(verdict.clone(), i32(wanted as i32));
        for (wanted, word) in [
            (Verdict::Granted, "granted"),
            (Verdict::Refused, "refused"),
            (Verdict::Pending, "pending"),
            (Verdict::Error, "error"),
        ] {
            self.when(is(wanted), |it| it.write(&format!("{{\"verdict\":\"{word}\",\"outputs\":{{")));
        }
        self.when(is(Verdict::Granted), |it| it.outputs(output));
        self.write("},\"refused\":[");
        self.when(is(Verdict::Refused), |it| it.refused(output));
        self.write("],\"missing\":[");
        self.when(is(Verdict::Pending), |it| it.missing(input));
        self.write("],\"reasons\":[");
        self.reasons(output);
        self.write("],\"error\":");
        self.either(is(Verdict::Error), |it| it.fault(output), |it| it.write("null"));
        self.write("}");
    }

    /// Writes a comma, but for the first time.
    fn comma(&mut self, before: Local) {
        self.when(ne(Expr::Get(before), i32(0)), |it| it.write(","));
        self.build.set(before, i32(1));
    }

    fn outputs(&mut self, output: &Expr) {
        let comma = self.build.var(i32(0));
        let (decision, interface) = (self.decision, self.interface);
        for (declared, (given, slot)) in decision.outputs.iter().zip(&interface.output.values) {
            self.when(load_byte(output.clone(), *given), |it| {
                it.comma(comma);
                it.write(&format!("{}:", quoted(&declared.name)));
                it.value(output, slot);
            });
        }
    }

    fn refused(&mut self, output: &Expr) {
        let comma = self.build.var(i32(0));
        let (decision, fails) = (self.decision, self.interface.output.fails);
        for (n, requirement) in (0..).zip(&decision.requirements) {
            self.when(bit(output, fails, n), |it| {
                it.comma(comma);
                it.write(&quoted(&requirement.name));
            });
        }
    }

    fn reasons(&mut self, output: &Expr) {
        let comma = self.build.var(i32(0));
        let (program, decision, interface) = (self.program, self.decision, self.interface);
        for (n, requirement) in (0..).zip(&decision.requirements) {
            let told = |kind: ReasonKind| requirement_reason(requirement, kind).to_json(program).to_string();
            self.comma(comma);
            self.either(
                bit(output, interface.output.holds, n),
                |it| it.write(&told(ReasonKind::Met)),
                |it| {
                    it.either(
                        bit(output, interface.output.fails, n),
                        |it| it.write(&told(ReasonKind::Failed)),
                        |it| it.write(&told(ReasonKind::Open)),
                    );
                },
            );
        }
        for (n, step) in (0..).zip(&interface.steps.steps) {
            let Some(reason) = step_reason(program, decision, *step) else { continue };
            self.when(bit(output, interface.output.trace, n), |it| {
                it.comma(comma);
                it.write(&reason.to_json(program).to_string());
            });
        }
    }

    fn fault(&mut self, output: &Expr) {
        let program = self.program;
        let fault = self.build.keep(load_i32(output.clone(), 4));
        let tables = (0..).zip(&program.tables).map(|(n, _)| Fault::NoParameterVersion(TableId(n)));
        let used = |fault: &Fault| match fault {
            Fault::NoParameterVersion(id) => self.interface.steps.reads(*id),
            Fault::Absent => true,
        };
        let all: Vec<Fault> = tables.chain([Fault::Absent]).filter(used).collect();
        for one in all {
            self.when(eq(fault.clone(), i32(state::fault(one))), |it| {
                it.write(&one.failure(program).to_json().to_string());
            });
        }
    }

    /// The facts that are read and not there. What is inside of something that is not there is not missing.
    fn missing(&mut self, input: &Expr) {
        let comma = self.build.var(i32(0));
        let (decision, interface) = (self.decision, self.interface);
        for (field, slot) in decision.inputs.iter().zip(&interface.input.slots) {
            self.missing_in(input, slot, (vec![Piece::Name(field.name.clone())], true), comma);
        }
    }

    /// `top`: whether the leaves stand in the struct of the inputs, of which not all are read.
    fn missing_in(&mut self, base: &Expr, slot: &Slot, (path, top): (Vec<Piece>, bool), comma: Local) {
        if matches!(slot.ty, Type::Record(_)) {
            return self.missing_fields(base, slot, (&path, top), comma);
        }
        let known = bit(base, 0, slot.bit);
        if !top || self.interface.reads.contains(&slot.bit) {
            self.when(not(known.clone()), |it| {
                it.comma(comma);
                it.write_path(path.clone());
            });
        }
        let optional = matches!(slot.ty, Type::Optional(_));
        let there = if optional { ne(load_byte(base.clone(), slot.present), i32(0)) } else { i32(1) };
        let there = and(known, there);
        if let Some(layout) = &slot.element {
            self.when(there, |it| it.missing_elements(base, slot, (layout, path), comma));
        } else if !slot.fields.is_empty() {
            self.when(there, |it| it.missing_fields(base, slot, (&path, top), comma));
        }
    }

    fn missing_fields(&mut self, base: &Expr, slot: &Slot, (path, top): (&[Piece], bool), comma: Local) {
        let program = self.program;
        for (field, inner) in program.fields(slot.ty.inner()).iter().zip(&slot.fields) {
            let mut path = path.to_vec();
            path.push(Piece::Name(format!(".{}", field.name)));
            self.missing_in(base, inner, (path, top), comma);
        }
    }

    fn missing_elements(&mut self, base: &Expr, slot: &Slot, of: (&Layout, Vec<Piece>), comma: Local) {
        let (layout, path) = of;
        // An element that has no parts is there.
        let Some(inner) = layout.slots.first().filter(|it| !it.fields.is_empty()) else { return };
        self.each(base, slot, layout, |it, element, n| {
            let mut path = path;
            path.extend([Piece::Name("[".to_owned()), Piece::Index(n), Piece::Name("]".to_owned())]);
            it.missing_in(&element, inner, (path, false), comma);
        });
    }

    /// Writes something for each element of a list, of which the address and the number are given.
    fn each(&mut self, base: &Expr, slot: &Slot, layout: &Layout, one: impl FnOnce(&mut Self, Expr, Expr)) {
        let max = if let Type::List { max, .. } = slot.ty.inner() { *max } else { 0 };
        let list = self.build.keep(load_ptr(base.clone(), slot.offset));
        let count = self.build.keep(load_i32(base.clone(), slot.offset + 8));
        let before = self.most;
        self.count(&count, |it, n| {
            let size = i32(layout.size.cast_signed());
            let element = it.build.keep(beyond(list, op(Binary::Mul, Ty::I32, n.clone(), size)));
            one(it, element, n);
        });
        let of_one = self.most - before;
        self.most = before.saturating_add(of_one.saturating_mul(max.into()));
    }

    /// A value, in the form of `enact_ir::value_json`.
    fn value(&mut self, base: &Expr, slot: &Slot) {
        if let Type::Optional(_) = slot.ty {
            let there = ne(load_byte(base.clone(), slot.present), i32(0));
            return self.either(there, |it| it.present(base, slot), |it| it.write("null"));
        }
        self.present(base, slot);
    }

    fn present(&mut self, base: &Expr, slot: &Slot) {
        let at = slot.offset;
        match slot.ty.inner() {
            Type::Bool => self.either(load_byte(base.clone(), at), |it| it.write("true"), |it| it.write("false")),
            Type::Number(number) => self.number(base, at, *number),
            Type::Date => {
                self.most += 12;
                self.print(Helper::PrintDay, vec![load(Ty::I64, Width::Four, true, base.clone(), at)]);
            }
            Type::Enum(id) => {
                let case = self.build.keep(load_i32(base.clone(), at));
                let declared = self.program.enum_of(*id);
                for (n, declared) in (0..).zip(declared.into_iter().flat_map(|declared| &declared.cases)) {
                    self.when(eq(case.clone(), i32(n)), |it| it.write(&quoted(&declared.code)));
                }
            }
            Type::Text { max } => {
                self.most += 2 + 6 * u64::from(*max);
                let args = vec![load_ptr(base.clone(), at), load_i32(base.clone(), at + 8)];
                self.print(Helper::PrintText, args);
            }
            Type::Record(_) => {
                let program = self.program;
                let mut before = "{";
                for (field, inner) in program.fields(slot.ty.inner()).iter().zip(&slot.fields) {
                    self.write(&format!("{before}{}:", quoted(&field.name)));
                    self.value(base, inner);
                    before = ",";
                }
                self.write(if before == "{" { "{}" } else { "}" });
            }
            Type::List { .. } => {
                if let Some(layout) = &slot.element {
                    self.list(base, slot, layout);
                }
            }
            Type::Optional(_) => {}
        }
    }

    fn list(&mut self, base: &Expr, slot: &Slot, layout: &Layout) {
        let comma = self.build.var(i32(0));
        self.write("[");
        self.each(base, slot, layout, |it, element, _| {
            it.comma(comma);
            if let Some(inner) = layout.slots.first() {
                it.value(&element, inner);
            }
        });
        self.write("]");
    }

    fn number(&mut self, base: &Expr, at: u32, number: NumberType) {
        self.most += 48;
        let low = self.build.keep(load_i64(base.clone(), at));
        let sign = long::shr(low.clone(), i64(63));
        let high = if is_narrow(number) { sign.clone() } else { load_i64(base.clone(), at + 8) };
        let high = self.build.keep(high);
        let least = if number.kind == NumberKind::Money { 2 } else { 0 };
        // A whole number of 64 bits is a number in JSON; all others are texts.
        let bare = if number.kind == NumberKind::Int { long::eq(high.clone(), sign) } else { i32(0) };
        let bare = self.build.keep(bare);
        self.when(not(bare.clone()), |it| it.write("\""));
        self.print(Helper::PrintNumber, vec![low, high, i32(number.scale.into()), i32(least)]);
        self.when(not(bare), |it| it.write("\""));
    }
}
