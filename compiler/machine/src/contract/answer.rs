//! What a contract answers and records.

use super::cell;
use super::parts::Parts;
use super::tables::{self, of};
use crate::code::{Binary, Expr, Function, Ty};
use crate::code::{Unary, Width};
use crate::interface::Verdict;
use crate::lower::build::{
    Blocks, beyond, bytes_between, eq, i32, i64, load_byte, load_i32, load_ptr, long, not, op, unary,
};
use crate::runtime::Helper;
use crate::runtime::json::answer::{Writer, writer};
use crate::runtime::json::fact::ctx;
use crate::runtime::json::shape::{self, member};

/// How much an answer says.
pub(super) mod mode {
    pub(in super::super) const DECIDE: i32 = 0;
    pub(in super::super) const EXPLAIN: i32 = 1;
    pub(in super::super) const NEEDS: i32 = 2;
}

/// out, what is said of the decision, the verdict, the mode → out after the members of an answer, without its brackets.
pub(super) fn answer(parts: &mut Parts<'_>) -> Function {
    let faults = tables::faults(&parts.program());
    let (cells, shared_at) = (parts.cells(), beyond(parts.cells(), i32(cell::SHARED.cast_signed())));
    let mut it = writer(parts.runtime(), "answer", &[Ty::Ptr, Ty::I32, Ty::I32]);
    let [said, verdict, mode] = [1, 2, 3].map(|n| it.build.param(n));
    let shared = it.build.keep(load_ptr(shared_at, 0));
    let input = it.build.keep(load_ptr(cells.clone(), cell::INPUT));
    let output = it.build.keep(load_ptr(cells, cell::OUTPUT));
    let is = |wanted: Verdict| eq(verdict.clone(), i32(wanted as i32));
    it.when(is(Verdict::Granted), |it| {
        it.words("\"verdict\":\"granted\",\"outputs\":{");
        let count = load_i32(said.clone(), of::OUTPUT_COUNT);
        it.print(Helper::PrintOutputs, vec![output.clone(), shape::constant(&said, of::OUTPUTS), count]);
        it.words("},\"refused\":[],\"missing\":[],\"error\":null");
    });
    it.when(is(Verdict::Refused), |it| {
        it.words("\"verdict\":\"refused\",\"outputs\":{},\"refused\":[");
        let set = beyond(output.clone(), load_i32(said.clone(), of::FAILS));
        let count = load_i32(said.clone(), of::REQUIREMENTS);
        it.print(Helper::PrintChosen, vec![set, shape::constant(&said, of::NAMES), count, i32(0)]);
        it.words("],\"missing\":[],\"error\":null");
    });
    it.when(is(Verdict::Pending), |it| {
        it.words("\"verdict\":\"pending\",\"outputs\":{},\"refused\":[],\"missing\":[");
        missing(it, &shared, &said, &input);
        it.words("],\"error\":null");
    });
    it.when(is(Verdict::Error), |it| {
        it.words("\"verdict\":\"error\",\"outputs\":{},\"refused\":[],\"missing\":[],\"error\":");
        let fault = it.build.keep(load_i32(output.clone(), 4));
        for (state, told) in faults {
            it.when(eq(fault.clone(), i32(state)), |it| it.words(&told));
        }
    });
    it.when(eq(mode, i32(mode::EXPLAIN)), |it| explained(it, &said, &output));
    it.finish()
}

fn missing(it: &mut Writer<'_>, shared: &Expr, said: &Expr, input: &Expr) {
    it.build.store(Width::Eight, shared.clone(), ctx::OUT, Expr::Get(it.out));
    it.build.store(Width::Four, shared.clone(), ctx::COMMA, i32(0));
    let args = vec![shared.clone(), shape::constant(said, of::SHAPE), input.clone(), i32(0)];
    let function = it.runtime.helper(Helper::JsonMissing);
    it.build.call(function, &[], args);
    it.build.set(it.out, load_ptr(shared.clone(), ctx::OUT));
}

/// How each requirement stands, and the trace.
fn explained(it: &mut Writer<'_>, said: &Expr, output: &Expr) {
    it.words(",\"requirements\":{");
    let count = it.build.keep(load_i32(said.clone(), of::REQUIREMENTS));
    let comma = it.build.local(Ty::I32);
    it.build.set(comma, i32(0));
    let name = it.build.var(shape::constant(said, of::NAMES));
    let [holds, fails] =
        [of::HOLDS, of::FAILS].map(|set| it.build.keep(beyond(output.clone(), load_i32(said.clone(), set))));
    it.count(&count, |it, n| {
        let bit = |set: &Expr| {
            let byte = load_byte(beyond(set.clone(), op(Binary::ShrU, Ty::I32, n.clone(), i32(3))), 0);
            let bit = op(Binary::ShrU, Ty::I32, byte, op(Binary::And, Ty::I32, n.clone(), i32(7)));
            op(Binary::And, Ty::I32, bit, i32(1))
        };
        it.comma(comma);
        it.told(&Expr::Get(name), 0);
        it.either(
            bit(&holds),
            |it| it.words(":\"met\""),
            |it| it.either(bit(&fails), |it| it.words(":\"failed\""), |it| it.words(":\"open\"")),
        );
        it.build.set(name, beyond(Expr::Get(name), i32(8)));
    });
    it.words("},\"trace\":\"");
    trace(it, said, output);
    it.words("\"");
}

fn trace(it: &mut Writer<'_>, said: &Expr, output: &Expr) {
    let from = it.build.keep(beyond(output.clone(), load_i32(said.clone(), of::TRACE)));
    let bytes = it.build.keep(load_i32(said.clone(), of::TRACE_BYTES));
    it.when(bytes.clone(), |it| {
        let last = op(Binary::Sub, Ty::I32, bytes.clone(), i32(1));
        let last = it.build.keep(beyond(from.clone(), last));
        let kept = op(Binary::And, Ty::I32, load_byte(last.clone(), 0), load_i32(said.clone(), of::TRACE_MASK));
        it.build.store(Width::One, last, 0, kept);
        it.print(Helper::PrintHex, vec![from, bytes]);
    });
}

/// what is said of an input, a state key, its length, what stands there, its length: notes that it was read.
pub(super) fn note(parts: &mut Parts<'_>) -> Function {
    let cells = parts.cells();
    let room = crate::lower::build::Build::new("note", &[Ty::Ptr, Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[]);
    let alloc = parts.contract.alloc;
    let mut it = Writer { runtime: &mut parts.contract.runtime, build: room, out: crate::code::Local(0) };
    let [declared, key, length, text, bytes] = [0, 1, 2, 3, 4].map(|n| it.build.param(n));
    let hash = it.build.call(alloc, &[Ty::Ptr], vec![i32(320)]).pop().unwrap_or(Expr::Data(0));
    it.runtime.call_none(&mut it.build, Helper::Sha256, vec![text, bytes, hash.clone()]);
    it.out = it.build.var(load_ptr(cells.clone(), cell::READ_END));
    let first =
        long::eq(unary(Unary::Address, Expr::Get(it.out)), unary(Unary::Address, load_ptr(cells.clone(), cell::READ)));
    let first = it.build.keep(first);
    it.when(not(first), |it| it.byte(b','));
    it.words("{\"input\":\"");
    it.told(&declared, member::NAME);
    it.words("\",\"key\":\"");
    it.print(Helper::Append, vec![key, length]);
    it.words("\",\"hash\":\"");
    it.print(Helper::PrintHex, vec![hash, i32(32)]);
    it.words("\"}");
    it.build.store(Width::Eight, cells, cell::READ_END, Expr::Get(it.out));
    it.build.push(crate::code::Stmt::Return(Vec::new()));
    it.build.finish(false)
}

/// out, number, what is said of the decision, subject, its length → out after the record of a granted decision.
pub(super) fn record(parts: &mut Parts<'_>) -> Function {
    let (cells, answer, hash) = (parts.cells(), parts.ids.answer, parts.hash());
    let mut it = writer(parts.runtime(), "decision_record", &[Ty::I64, Ty::Ptr, Ty::Ptr, Ty::I32]);
    let [number, said, subject, subject_length] = [1, 2, 3, 4].map(|n| it.build.param(n));
    it.words("{\"number\":");
    it.print(Helper::PrintNumber, vec![number, i64(0), i32(0), i32(0)]);
    it.words(",\"decision\":\"");
    it.told(&said, of::NAME);
    it.words("\",\"subject\":");
    it.print(Helper::PrintText, vec![subject, subject_length]);
    it.words(",\"sender\":");
    let of_cell = |at: u32, length: u32| vec![load_ptr(cells.clone(), at), load_i32(cells.clone(), length)];
    it.print(Helper::PrintText, of_cell(cell::SENDER, cell::SENDER_LENGTH));
    it.words(&format!(",\"policy\":\"{hash}\",\"height\":"));
    it.print(Helper::Append, of_cell(cell::HEIGHT, cell::HEIGHT_LENGTH));
    it.words(",\"time\":");
    it.print(Helper::PrintText, of_cell(cell::TIME, cell::TIME_LENGTH));
    it.words(",");
    let args = vec![Expr::Get(it.out), said.clone(), i32(Verdict::Granted as i32), i32(mode::EXPLAIN)];
    let end = it.build.call(answer, &[Ty::Ptr], args).pop().unwrap_or(Expr::Data(0));
    it.build.set(it.out, end);
    for (before, from, until) in
        [(",\"records\":[", cell::READ, cell::READ_END), ("],\"tallies\":[", cell::ADDED, cell::ADDED_END)]
    {
        it.words(before);
        let from = it.build.keep(load_ptr(cells.clone(), from));
        let bytes = bytes_between(from.clone(), load_ptr(cells.clone(), until));
        it.print(Helper::Append, vec![from, bytes]);
    }
    it.words("]}");
    it.finish()
}
