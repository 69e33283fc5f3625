//! The function that reads facts from JSON, decides, and writes the answer as JSON.

mod fail;
mod read;
mod write;

use super::build::{Blocks, Build, beyond, i32, i64, not, op, unary};
use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Unary, Width};
use crate::interface::Interface;
use crate::lower::rows::room_of_lists;
use crate::runtime::{Helper, Runtime};
use enact_ir::{Decision, Program};
use fail::Why;

const TEXT: u32 = 0;
const LENGTH: u32 = 1;
const ROOM: u32 = 2;
const TODAY: u32 = 3;

/// Bytes of nodes for a byte of text: a part of a list takes a comma too.
pub(crate) const PER_BYTE: u64 = 8;

/// Bytes of the nodes that may be open when a text ends too early.
const OPEN: u64 = 16 * 132;

/// Bytes after a number that are written over while it is written.
const SLACK: u64 = 128;

struct Lower<'r> {
    program: &'r Program,
    decision: &'r Decision,
    interface: &'r Interface,
    runtime: &'r mut Runtime,
    build: Build,
    /// The nodes of the text.
    nodes: Expr,
    /// Where the next list goes.
    lists: Local,
    /// Where the answer is written next.
    out: Local,
    /// Bytes that what is being written has at most, so far.
    most: u64,
    /// And the longest of the answers to what does not fit.
    longest_fail: u64,
}

impl Blocks for Lower<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

/// The function, and the bytes of its room beside those for the text.
pub(crate) fn lower(
    name: &str,
    (program, decision): (&Program, &Decision),
    interface: &Interface,
    runtime: &mut Runtime,
    full: FunctionId,
) -> (Function, u64) {
    let mut build = Build::new(name, &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (lists, out) = (build.local(Ty::Ptr), build.local(Ty::Ptr));
    let nodes = Expr::Get(build.local(Ty::Ptr));
    let mut it = Lower {
        program,
        decision,
        interface,
        runtime,
        build,
        nodes: nodes.clone(),
        lists,
        out,
        most: 0,
        longest_fail: 0,
    };
    let output = Expr::Get(it.build.local(Ty::Ptr));
    let input = Expr::Get(it.build.local(Ty::Ptr));
    let arena = Expr::Get(it.build.local(Ty::Ptr));
    // How long an answer may be is known when its code is written; where all else is in the room depends on it.
    let (answer, ()) = it.apart(|it| it.answer(&input, &output));
    let (reading, ()) = it.apart(|it| {
        it.document();
        it.clear(&input, interface.input.size);
        it.facts(&input);
    });
    let answer_size = (it.most.max(it.longest_fail) + SLACK).next_multiple_of(8);
    let in_lists: u64 = interface.input.slots.iter().fold(0, |sum, slot| sum.saturating_add(room_of_lists(slot)));
    let mut at = answer_size;
    let room = it.build.param(ROOM);
    let sizes = [u64::from(interface.input.size), u64::from(interface.output.size), in_lists, interface.arena, OPEN];
    for (place, size) in [&input, &output, &Expr::Get(lists), &arena, &nodes].into_iter().zip(sizes) {
        if let Expr::Get(local) = place {
            let from = i32(u32::try_from(at).unwrap_or(u32::MAX).cast_signed());
            it.build.set(*local, beyond(room.clone(), from));
        }
        at = at.saturating_add(size);
    }
    reading.into_iter().for_each(|stmt| it.build.push(stmt));
    it.build.call(full, &[Ty::I32], vec![input, output, arena]);
    it.build.set(out, room);
    answer.into_iter().for_each(|stmt| it.build.push(stmt));
    it.finish();
    (it.build.finish(true), at)
}

impl Lower<'_> {
    /// Reads the text into nodes; the first must be an object.
    fn document(&mut self) {
        let args = vec![self.build.param(TEXT), self.build.param(LENGTH), self.nodes.clone()];
        let fine = self.runtime.call_one(&mut self.build, Helper::JsonDocument, Ty::I32, args);
        self.fail_if(not(fine), Why::Json, &[]);
    }

    /// Sets bytes to 0, a multiple of 8.
    fn clear(&mut self, from: &Expr, size: u32) {
        let words = i32((size / 8).cast_signed());
        self.count(&words, |it, n| {
            let place = beyond(from.clone(), op(Binary::Shl, Ty::I32, n, i32(3)));
            it.build.store(Width::Eight, place, 0, i64(0));
        });
    }

    /// Leaves the function with the length of what has been written.
    fn finish(&mut self) {
        let address = |pointer| unary(Unary::Address, pointer);
        let room = self.build.param(ROOM);
        let length = super::build::long::sub(address(Expr::Get(self.out)), address(room));
        self.build.push(Stmt::Return(vec![unary(Unary::Wrap, length)]));
    }

    /// Writes bytes that are known now.
    fn write(&mut self, text: &str) {
        self.most += text.len() as u64;
        let bytes = self.runtime.data(text.as_bytes());
        let length = i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
        self.print(Helper::Append, vec![bytes, length]);
    }

    /// Writes by a function, which takes where to write and gives where it ends.
    fn print(&mut self, helper: Helper, args: Vec<Expr>) {
        let args = std::iter::once(Expr::Get(self.out)).chain(args).collect();
        let end = self.runtime.call_one(&mut self.build, helper, Ty::Ptr, args);
        self.build.set(self.out, end);
    }

    /// Writes a number below 2^31.
    fn write_count(&mut self, n: Expr) {
        self.most += 80;
        let n = unary(Unary::ExtendUnsigned, n);
        self.print(Helper::PrintNumber, vec![n, i64(0), i32(0), i32(0)]);
    }
}
