//! The function that reads columns, decides each row with the code of the decision, and writes columns.
//!
//! It has two loops: one for columns in which every fact is there, where all that asks for missing facts folds away, and one for the others.

mod answer;
pub(crate) mod arrow;
mod fill;

use super::build::{Blocks, Build, beyond, i32, i64, load_i32, load_i64, load_ptr, long, or};
use crate::code::{Expr, Function, FunctionId, Local, Stmt, Ty, Width};
use crate::interface::Interface;
use crate::layout::Slot;
use crate::rows::{Format, Given, UNFIT};
use crate::runtime::Runtime;
use enact_ir::{Program, Type};

const COLUMNS: u32 = 0;
const RESULTS: u32 = 1;
const ROOM: u32 = 2;

/// A column with its addresses in locals.
struct Column<'f> {
    format: &'f Format,
    /// Whether some may be missing, as a truth; then there is a bit for each.
    gaps: Expr,
    validity: Expr,
    values: Expr,
    bytes: Expr,
    /// The place of the first row.
    first: Expr,
    inner: Vec<Column<'f>>,
}

/// A struct that is being filled.
struct Struct {
    base: Expr,
    /// The words of its mask.
    mask: Vec<Local>,
    /// Whether it is the struct of the inputs, of which the code may not read all.
    of_inputs: bool,
}

struct Lower<'r> {
    program: &'r Program,
    interface: &'r Interface,
    runtime: &'r mut Runtime,
    build: Build,
    /// Columns that have been opened.
    opened: u32,
    /// Whether facts may be missing in this loop.
    gaps: bool,
    /// Whether the row fits so far.
    fits: Local,
    /// Whether all is known in the elements of lists so far.
    complete: Local,
    /// Where the next list goes.
    lists: Local,
    /// Whether the code reads nothing of the fact at hand.
    unread: bool,
}

impl Blocks for Lower<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

/// The function, and the bytes of its room.
pub(crate) fn lower(
    program: &Program,
    interface: &Interface,
    (inputs, outputs): (&[Format], &[Given]),
    runtime: &mut Runtime,
    functions: (FunctionId, FunctionId),
) -> (Function, u64) {
    let mut build = Build::new(&format!("rows:{}", interface.decision), &[Ty::Ptr; 3], &[Ty::I32]);
    let (fits, complete, lists) = (build.local(Ty::I32), build.local(Ty::I32), build.local(Ty::Ptr));
    let mut it =
        Lower { program, interface, runtime, build, opened: 0, gaps: false, fits, complete, lists, unread: false };
    let columns: Vec<Column<'_>> = inputs.iter().map(|format| it.open(format)).collect();
    let any = columns.iter().fold(i32(0), |any, column| or(any, gaps(column)));
    let any = it.build.keep(any);
    let size = u64::from(interface.input.size) + u64::from(interface.output.size);
    let in_lists: u64 = interface.input.slots.iter().fold(0, |sum, slot| sum.saturating_add(room_of_lists(slot)));
    let frame = Frame { at_lists: size, at_arena: size.saturating_add(in_lists), functions };
    it.either(
        any,
        |it| {
            it.gaps = true;
            it.rows(&frame, &columns, outputs);
        },
        |it| {
            it.gaps = false;
            it.rows(&frame, &columns, outputs);
        },
    );
    it.build.push(Stmt::Return(vec![i32(0)]));
    (it.build.finish(true), frame.at_arena.saturating_add(interface.arena))
}

/// Where everything is in the room, after the input and the output; and the code of the decision.
struct Frame {
    at_lists: u64,
    at_arena: u64,
    functions: (FunctionId, FunctionId),
}

/// Whether anything may be missing in a column or inside of it.
fn gaps(column: &Column<'_>) -> Expr {
    let own = if matches!(column.format, Format::Nowhere) { i32(1) } else { column.gaps.clone() };
    column.inner.iter().fold(own, |any, inner| or(any, gaps(inner)))
}

/// Bytes for the lists of a slot.
pub(crate) fn room_of_lists(slot: &Slot) -> u64 {
    let fields = slot.fields.iter().fold(0_u64, |sum, field| sum.saturating_add(room_of_lists(field)));
    match (slot.ty.inner(), &slot.element) {
        (Type::List { max, .. }, Some(element)) => {
            let within =
                element.slots.iter().fold(u64::from(element.size), |sum, it| sum.saturating_add(room_of_lists(it)));
            u64::from(*max).saturating_mul(within)
        }
        _ => fields,
    }
}

fn bytes(n: u64) -> Expr {
    i32(u32::try_from(n).unwrap_or(u32::MAX).cast_signed())
}

impl<'r> Lower<'r> {
    fn open<'f>(&mut self, format: &'f Format) -> Column<'f> {
        if *format == Format::Nowhere {
            let [gaps, first] = [i32(1), i32(0)];
            let none = Expr::Data(0);
            let (validity, values, bytes) = (none.clone(), none.clone(), none);
            return Column { format, gaps, validity, values, bytes, first, inner: Vec::new() };
        }
        let base = self.build.param(COLUMNS);
        let at = 16 + 32 * self.opened;
        self.opened += 1;
        let gaps = self.build.keep(long::ne(load_i64(base.clone(), at), i64(0)));
        let mut pointer = |offset| self.build.keep(load_ptr(base.clone(), at + offset));
        let (validity, values, bytes) = (pointer(0), pointer(8), pointer(16));
        let first = self.build.keep(load_i32(base.clone(), at + 24));
        let inner = match format {
            Format::List(element) => vec![self.open(element)],
            Format::Record(fields) => fields.iter().map(|field| self.open(field)).collect(),
            _ => Vec::new(),
        };
        Column { format, gaps, validity, values, bytes, first, inner }
    }

    fn rows(&mut self, frame: &Frame, columns: &[Column<'_>], outputs: &[Given]) {
        let (head, interface) = (self.build.param(COLUMNS), self.interface);
        let base = self.build.param(ROOM);
        let output = self.build.keep(beyond(base.clone(), bytes(interface.input.size.into())));
        let lists = self.build.keep(beyond(base.clone(), bytes(frame.at_lists)));
        let arena = self.build.keep(beyond(base.clone(), bytes(frame.at_arena)));
        let results = self.results(outputs);
        let mask = (0..interface.input.words()).map(|_| self.build.local(Ty::I64)).collect();
        let input = Struct { base: base.clone(), mask, of_inputs: true };
        if let Some(day) = interface.input.slots.last() {
            self.build.store(Width::Four, base.clone(), day.offset, load_i32(head.clone(), 8));
        }
        let count = self.build.keep(load_i32(head, 0));
        self.count(&count, |it, row| {
            it.build.set(it.fits, i32(1));
            it.build.set(it.complete, i32(1));
            it.build.set(it.lists, lists.clone());
            it.fill(&input, columns, &row);
            let ready = it.is_complete(&input, &interface.reads);
            let fits = Expr::Get(it.fits);
            let verdict = it.build.var(i32(UNFIT.into()));
            let args = [base.clone(), output.clone(), arena.clone()];
            it.when(fits, |it| {
                let call = |function| Stmt::Call { function, args: args.to_vec(), results: vec![verdict] };
                let (quick, full) = (call(frame.functions.0), call(frame.functions.1));
                it.either(ready, |it| it.build.push(quick), |it| it.build.push(full));
                it.answer(&results, &output, &row, &Expr::Get(verdict));
            });
            it.build.store(Width::One, beyond(results.verdicts.clone(), row), 0, Expr::Get(verdict));
        });
    }
}
