//! What a row has come to, out of the struct of the outputs into the columns of results.

use super::fill::at;
use super::{Lower, RESULTS};
use crate::code::{Binary, Expr, Ty, Width};
use crate::interface::Verdict;
use crate::layout::{Slot, is_narrow};
use crate::lower::build::{
    Blocks, Build, and, beyond, eq, i32, i64, load, load_byte, load_i32, load_i64, load_ptr, long, ne, op,
};
use crate::rows::Given;
use enact_ir::Type;

/// The columns of results, with their addresses in locals.
pub(super) struct Results {
    pub(super) verdicts: Expr,
    fails: Expr,
    /// Of each output: its format, its values, and their validity.
    outputs: Vec<(Given, Expr, Expr)>,
}

impl Lower<'_> {
    pub(super) fn results(&mut self, outputs: &[Given]) -> Results {
        let block = self.build.param(RESULTS);
        let mut pointer = |n: u32| self.build.keep(load_ptr(block.clone(), n * 8));
        let (verdicts, fails) = (pointer(0), pointer(1));
        let outputs = (1..).zip(outputs).map(|(n, given)| (*given, pointer(2 * n), pointer(2 * n + 1)));
        Results { verdicts, fails, outputs: outputs.collect() }
    }

    pub(super) fn answer(&mut self, results: &Results, output: &Expr, row: &Expr, verdict: &Expr) {
        let interface = self.interface;
        let words = (interface.output.faults - interface.output.fails) / 8;
        self.when(eq(verdict.clone(), i32(Verdict::Refused as i32)), |it| {
            for word in 0..words {
                let fails = load_i64(output.clone(), interface.output.fails + 8 * word);
                let size = i32((words * 8).cast_signed());
                let to = beyond(results.fails.clone(), op(Binary::Mul, Ty::I32, row.clone(), size));
                it.build.store(Width::Eight, to, 8 * word, fails);
            }
        });
        self.when(eq(verdict.clone(), i32(Verdict::Granted as i32)), |it| {
            for ((given, slot), (format, values, validity)) in interface.output.values.iter().zip(&results.outputs) {
                let mut there = load_byte(output.clone(), *given);
                if matches!(slot.ty, Type::Optional(_)) {
                    there = and(ne(there, i32(0)), ne(load_byte(output.clone(), slot.present), i32(0)));
                }
                it.when(there, |it| {
                    set_bit(&mut it.build, validity, row, &i32(1));
                    it.output(*format, (output, slot), values, row);
                });
            }
        });
    }

    fn output(&mut self, format: Given, (from, slot): (&Expr, &Slot), values: &Expr, row: &Expr) {
        let build = &mut self.build;
        let long = |offset| load_i64(from.clone(), slot.offset + offset);
        match format {
            Given::Bits => {
                let truth = build.keep(load_byte(from.clone(), slot.offset));
                set_bit(build, values, row, &truth);
            }
            Given::Long => build.store(Width::Eight, at(values, row, 3), 0, long(0)),
            Given::Day | Given::Case => {
                build.store(Width::Four, at(values, row, 2), 0, load_i32(from.clone(), slot.offset));
            }
            Given::Wide => {
                let low = build.keep(long(0));
                let narrow = slot.ty.inner().number().is_none_or(is_narrow);
                let high = if narrow { long::shr(low.clone(), i64(63)) } else { long(8) };
                build.store(Width::Eight, at(values, row, 4), 0, low);
                build.store(Width::Eight, at(values, row, 4), 8, high);
            }
            Given::Text => {
                let length = load(Ty::I64, Width::Four, false, from.clone(), slot.offset + 8);
                build.store(Width::Eight, at(values, row, 4), 0, load_ptr(from.clone(), slot.offset));
                build.store(Width::Eight, at(values, row, 4), 8, length);
            }
        }
    }
}

/// Sets the bit of a place, which is 0, to a truth.
fn set_bit(build: &mut Build, bits: &Expr, place: &Expr, truth: &Expr) {
    let byte = build.keep(beyond(bits.clone(), op(Binary::ShrU, Ty::I32, place.clone(), i32(3))));
    let turned = op(Binary::Shl, Ty::I32, truth.clone(), op(Binary::And, Ty::I32, place.clone(), i32(7)));
    let both = op(Binary::Or, Ty::I32, load_byte(byte.clone(), 0), turned);
    build.store(Width::One, byte, 0, both);
}
