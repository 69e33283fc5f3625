//! The function that reads facts from JSON, decides, and writes the answer as JSON.

mod answer;
pub(crate) mod bound;

use super::build::{Blocks, Build, beyond, bytes_between, i32, load_byte, load_ptr, not, op};
use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Width};
use crate::interface::Interface;
use crate::lower::rows::room_of_lists;
use crate::runtime::json::fact::{ctx, why};
use crate::runtime::json::shape::Shapes;
use crate::runtime::json::{AT, LENGTH, word};
use crate::runtime::{Helper, Runtime};
use enact_ir::{Decision, Program};

const TEXT: u32 = 0;
const LENGTH_OF_TEXT: u32 = 1;
const ROOM: u32 = 2;
const TODAY: u32 = 3;

/// Bytes of nodes for a byte of text: a part of a list takes a comma too.
pub(crate) const PER_BYTE: u64 = 8;

/// Bytes of the nodes that may be open when a text ends too early.
const OPEN: u64 = 16 * 132;

/// Bytes after a number that are written over while it is written.
const SLACK: u64 = 128;

/// Where everything lies, and the shape of the inputs.
struct Lower<'r> {
    program: &'r Program,
    decision: &'r Decision,
    interface: &'r Interface,
    runtime: &'r mut Runtime,
    build: Build,
    ctx: Expr,
    input: Expr,
    output: Expr,
    /// The shape of the object that holds the inputs.
    inputs: Expr,
    /// Where the answer is written next.
    out: Local,
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
    let (inputs, depth) = inputs(program, decision, interface, runtime);
    let answer = bound::answer(program, decision, interface, depth);
    let in_lists: u64 = interface.input.slots.iter().fold(0, |sum, slot| sum.saturating_add(room_of_lists(slot)));
    let shared = u64::from(ctx::PATH) + 8 * (u64::from(depth) + 2);
    let sizes = [
        (answer + SLACK).next_multiple_of(8),
        shared,
        interface.input.size.into(),
        interface.output.size.into(),
        in_lists,
        interface.arena,
        OPEN,
    ];
    let mut at = 0_u64;
    let [out, ctx, input, output, lists, arena, nodes] = sizes.map(|size| {
        let from = i32(u32::try_from(at).unwrap_or(u32::MAX).cast_signed());
        at = at.saturating_add(size);
        build.keep(beyond(build.param(ROOM), from))
    });
    let out = build.var(out);
    let mut it = Lower { program, decision, interface, runtime, build, ctx, input, output, inputs, out };
    it.document(nodes, lists);
    it.facts();
    let args = vec![it.input.clone(), it.output.clone(), arena];
    it.build.call(full, &[Ty::I32], args);
    it.answer();
    it.finish();
    (it.build.finish(true), at)
}

/// The shape of all inputs together, and how deep it goes.
fn inputs(program: &Program, decision: &Decision, interface: &Interface, runtime: &mut Runtime) -> (Expr, u32) {
    let mut shapes = Shapes::new(program, runtime);
    shapes.reads = Some(&interface.reads);
    let fields = decision.inputs.iter().zip(interface.input.slots.iter().map(|it| &**it));
    let (at, _) = shapes.object(fields);
    (Expr::Data(at), shapes.depth)
}

impl Lower<'_> {
    /// Reads the text into nodes.
    fn document(&mut self, nodes: Expr, lists: Expr) {
        let text = self.build.param(TEXT);
        for (place, value) in [(ctx::TEXT, text.clone()), (ctx::NODES, nodes.clone()), (ctx::LISTS, lists)] {
            self.build.store(Width::Eight, self.ctx.clone(), place, value);
        }
        for place in [ctx::DEPTH, ctx::COMMA] {
            self.build.store(Width::Four, self.ctx.clone(), place, i32(0));
        }
        let args = vec![text, self.build.param(LENGTH_OF_TEXT), nodes];
        let fine = self.runtime.call_one(&mut self.build, Helper::JsonDocument, Ty::I32, args);
        self.refuse_if(not(fine), i32(why::JSON), [Expr::Data(0), i32(0)]);
    }

    /// All inputs, and the day.
    fn facts(&mut self) {
        let (text, ctx, nodes) = (self.build.param(TEXT), self.ctx.clone(), load_ptr(self.ctx.clone(), ctx::NODES));
        let nodes = self.build.keep(nodes);
        let size = i32(self.interface.input.size.cast_signed());
        self.runtime.call_none(&mut self.build, Helper::Clear, vec![self.input.clone(), size]);
        // A key beside the inputs is most likely a slip.
        let args = vec![text.clone(), nodes.clone(), i32(0), self.inputs.clone()];
        let other = self.runtime.call_one(&mut self.build, Helper::JsonUnknown, Ty::I32, args);
        let key = [beyond(text, word(&nodes, other.clone(), AT)), word(&nodes, other.clone(), LENGTH)];
        self.refuse_if(other, i32(why::UNKNOWN), key);
        let args = vec![ctx, i32(0), self.inputs.clone(), self.input.clone(), i32(0)];
        let wrong = self.runtime.call_one(&mut self.build, Helper::JsonFact, Ty::I32, args);
        self.refuse_if(wrong.clone(), wrong, [Expr::Data(0), i32(0)]);
        if let Some(day) = self.interface.input.slots.last() {
            let today = self.build.param(TODAY);
            self.build.store(Width::Four, self.input.clone(), day.offset, today);
            let byte = with_bit(&self.input, day.bit);
            self.build.store(Width::One, self.input.clone(), day.bit / 8, byte);
        }
    }

    /// Leaves the function with what is wrong.
    fn refuse_if(&mut self, condition: Expr, wrong: Expr, [key, length]: [Expr; 2]) {
        self.when(condition, |it| {
            it.write("{\"verdict\":\"error\",\"outputs\":{},\"refused\":[],\"missing\":[],\"reasons\":[],\"error\":");
            it.print(Helper::PrintRefusal, vec![it.ctx.clone(), wrong, key, length]);
            it.write("}");
            it.finish();
        });
    }

    /// Leaves the function with the length of what has been written.
    fn finish(&mut self) {
        let room = self.build.param(ROOM);
        self.build.push(Stmt::Return(vec![bytes_between(room, Expr::Get(self.out))]));
    }

    /// Writes bytes that are known now.
    fn write(&mut self, text: &str) {
        let bytes = Expr::Data(self.runtime.text_at(text.as_bytes()));
        let length = i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
        self.print(Helper::Append, vec![bytes, length]);
    }

    /// Writes by a function, which takes where to write and gives where it ends.
    fn print(&mut self, helper: Helper, args: Vec<Expr>) {
        let args = std::iter::once(Expr::Get(self.out)).chain(args).collect();
        let end = self.runtime.call_one(&mut self.build, helper, Ty::Ptr, args);
        self.build.set(self.out, end);
    }
}

/// The byte of a mask with a bit set.
fn with_bit(base: &Expr, bit: u32) -> Expr {
    let byte = load_byte(base.clone(), bit / 8);
    op(Binary::Or, Ty::I32, byte, i32(1 << (bit % 8)))
}
