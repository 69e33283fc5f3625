//! The function that checks rows as Arrow tells them and hands their buffers on.

use crate::arrow::{Column, Refusal};
use crate::code::{Expr, Function, FunctionId, Stmt, Ty, Unary, Width};
use crate::lower::build::{Blocks, Build, and, beyond, i32, i64, load_i64, load_ptr, long, lt, not, or, unary};
use crate::rows::{Format, MOST, Rows};
use crate::runtime::{Helper, Runtime};

/// Places in `struct ArrowSchema`.
mod schema {
    pub(super) const FORMAT: u32 = 0;
    pub(super) const NAME: u32 = 8;
    pub(super) const N_CHILDREN: u32 = 32;
    pub(super) const CHILDREN: u32 = 40;
    pub(super) const DICTIONARY: u32 = 48;
    pub(super) const RELEASE: u32 = 56;
}

/// Places in `struct ArrowArray`.
mod array {
    pub(super) const LENGTH: u32 = 0;
    pub(super) const OFFSET: u32 = 16;
    pub(super) const N_BUFFERS: u32 = 24;
    pub(super) const N_CHILDREN: u32 = 32;
    pub(super) const BUFFERS: u32 = 40;
    pub(super) const CHILDREN: u32 = 48;
    pub(super) const RELEASE: u32 = 64;
}

const SCHEMA: u32 = 0;
const ROWS: u32 = 1;
const RESULTS: u32 = 2;
const ROOM: u32 = 3;
const TODAY: u32 = 4;

struct Lower<'r> {
    runtime: &'r mut Runtime,
    build: Build,
    /// Columns so far, the whole among them.
    seen: i32,
    /// The next descriptor.
    next: u32,
}

impl Blocks for Lower<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

/// The function, and the bytes of its room that come before the room of the rows.
pub(crate) fn lower(
    name: &str,
    (columns, formats): (&[Column], &[Format]),
    told: &Rows,
    rows: FunctionId,
    runtime: &mut Runtime,
) -> (Function, u64) {
    let build = Build::new(name, &[Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let mut it = Lower { runtime, build, seen: 0, next: 16 };
    let [schema, array, results, room, today] = [SCHEMA, ROWS, RESULTS, ROOM, TODAY].map(|n| it.build.param(n));
    let described: u32 = formats.iter().map(|format| u32::try_from(format.columns()).unwrap_or(u32::MAX)).sum();
    let block = described.saturating_mul(32).saturating_add(16);
    [&results, &room].into_iter().for_each(|pointer| it.pointer(pointer, 0));
    for n in (0..2 + 2 * told.outputs.len()).filter(|n| *n != 1 || told.fails > 0) {
        let place = load_i64(results.clone(), u32::try_from(8 * n).unwrap_or(u32::MAX));
        it.refuse(long::eq(place, i64(0)), Refusal::Null, 0);
    }
    let whole = Column { name: None, format: "+s".to_owned(), optional: false, inner: Vec::new(), buffers: 1 };
    it.pointer(&array, 0);
    let count = it.build.keep(load_i64(array.clone(), array::LENGTH));
    it.refuse(long::lt(count.clone(), i64(0)), Refusal::Short, 0);
    let (schema, array) = (it.told(&whole, schema, columns.len()), it.held(&whole, array, columns.len(), &count));
    let first = it.build.keep(load_i64(array.clone(), array::OFFSET));
    it.seen = 1;
    for (n, (column, format)) in (0..).zip(columns.iter().zip(formats)) {
        let child = |of, at| load_ptr(load_ptr(of, at), 8 * n);
        let (schema, array) = (child(schema.clone(), schema::CHILDREN), child(array.clone(), array::CHILDREN));
        it.column((column, format), schema, array, (&first, &count));
    }
    it.build.store(Width::Eight, room.clone(), 0, count);
    it.build.store(Width::Eight, room.clone(), 8, unary(Unary::Extend, today));
    let inner = beyond(room.clone(), i32(block.cast_signed()));
    it.build.call(rows, &[Ty::I32], vec![room, results, inner]);
    it.build.push(Stmt::Return(vec![i32(Refusal::Nothing as i32)]));
    (it.build.finish(true), block.into())
}

impl Lower<'_> {
    /// Leaves the function where a condition holds.
    fn refuse(&mut self, condition: Expr, why: Refusal, column: i32) {
        let code = i32(why as i32 | column << 8);
        self.when(condition, |it| it.build.push(Stmt::Return(vec![code])));
    }

    /// A pointer must be one, to something that is aligned.
    fn pointer(&mut self, pointer: &Expr, column: i32) {
        let address = self.build.keep(unary(Unary::Address, pointer.clone()));
        self.refuse(long::eq(address.clone(), i64(0)), Refusal::Null, column);
        self.refuse(long::ne(long::and(address, i64(7)), i64(0)), Refusal::Misaligned, column);
    }

    /// Checks what a schema says of a column.
    fn told(&mut self, column: &Column, schema: Expr, children: usize) -> Expr {
        let (schema, at) = (self.build.keep(schema), self.seen);
        self.pointer(&schema, at);
        let none = |offset| long::eq(load_i64(schema.clone(), offset), i64(0));
        self.refuse(none(schema::RELEASE), Refusal::Released, at);
        self.refuse(none(schema::FORMAT), Refusal::Null, at);
        let said = load_ptr(schema.clone(), schema::FORMAT);
        let fits = self.is(said, &column.format);
        self.refuse(not(fits), Refusal::Format, at);
        self.refuse(not(none(schema::DICTIONARY)), Refusal::Format, at);
        if let Some(name) = &column.name {
            self.refuse(none(schema::NAME), Refusal::Null, at);
            let same = self.is(load_ptr(schema.clone(), schema::NAME), name);
            self.refuse(not(same), Refusal::Name, at);
        }
        self.children(&schema, (schema::N_CHILDREN, schema::CHILDREN), children);
        schema
    }

    fn children(&mut self, of: &Expr, (count, pointers): (u32, u32), children: usize) {
        let (at, wanted) = (self.seen, i64(i64::try_from(children).unwrap_or(i64::MAX)));
        self.refuse(long::ne(load_i64(of.clone(), count), wanted), Refusal::Shape, at);
        if children > 0 {
            self.pointer(&load_ptr(of.clone(), pointers), at);
        }
    }

    /// Whether a text that ends with 0 is this one.
    fn is(&mut self, text: Expr, wanted: &str) -> Expr {
        let mut bytes = wanted.as_bytes().to_vec();
        bytes.push(0);
        let wanted = self.runtime.data(&bytes);
        self.runtime.call_one(&mut self.build, Helper::IsWord, Ty::I32, vec![text, wanted])
    }

    /// Checks an array that has at least so many rows from its offset on.
    fn held(&mut self, column: &Column, array: Expr, children: usize, rows: &Expr) -> Expr {
        let (array, at) = (self.build.keep(array), self.seen);
        self.pointer(&array, at);
        let number = |offset| load_i64(array.clone(), offset);
        self.refuse(long::eq(number(array::RELEASE), i64(0)), Refusal::Released, at);
        self.children(&array, (array::N_CHILDREN, array::CHILDREN), children);
        let buffers = long::lt(number(array::N_BUFFERS), i64(column.buffers.into()));
        self.refuse(buffers, Refusal::Shape, at);
        self.pointer(&load_ptr(array.clone(), array::BUFFERS), at);
        let offset = self.build.keep(number(array::OFFSET));
        self.refuse(
            or(long::lt(number(array::LENGTH), rows.clone()), long::lt(offset.clone(), i64(0))),
            Refusal::Short,
            at,
        );
        let most = i64(i64::try_from(MOST).unwrap_or(i64::MAX));
        let many = or(long::lt(most.clone(), rows.clone()), long::lt(long::sub(most, rows.clone()), offset));
        self.refuse(many, Refusal::Many, at);
        array
    }

    /// Checks a column of which `rows` are read from `first` on, beside its own offset, and describes it.
    fn column(&mut self, of: (&Column, &Format), schema: Expr, array: Expr, (first, rows): (&Expr, &Expr)) {
        let (column, format) = of;
        let at = self.seen;
        let until = self.build.keep(long::add(first.clone(), rows.clone()));
        let schema = self.told(column, schema, column.inner.len());
        let array = self.held(column, array, column.inner.len(), &until);
        self.seen += 1;
        let place = long::add(first.clone(), load_i64(array.clone(), array::OFFSET));
        let place = self.build.keep(place);
        self.describe(column, &array, &place, rows, at);
        let inner = |n: u32| {
            let child = |of: &Expr, at| load_ptr(load_ptr(of.clone(), at), 8 * n);
            (child(&schema, schema::CHILDREN), child(&array, array::CHILDREN))
        };
        match format {
            Format::Record(fields) => {
                let until = self.build.keep(long::add(place, rows.clone()));
                for (n, of) in (0..).zip(column.inner.iter().zip(fields)) {
                    let (schema, array) = inner(n);
                    self.column(of, schema, array, (&i64(0), &until));
                }
            }
            Format::List(element) => {
                let last = self.ends(&array, &place, rows, at);
                if let Some(of) = column.inner.first() {
                    let (schema, array) = inner(0);
                    self.column((of, element), schema, array, (&i64(0), &last));
                }
            }
            Format::Text => {
                self.ends(&array, &place, rows, at);
            }
            _ => {}
        }
    }

    /// Writes the words of a column. Where there are rows there are buffers.
    fn describe(&mut self, column: &Column, array: &Expr, place: &Expr, rows: &Expr, at: i32) {
        let (room, next) = (self.build.param(ROOM), self.next);
        self.next += 32;
        let buffers = self.build.keep(load_ptr(array.clone(), array::BUFFERS));
        self.build.store(Width::Eight, room.clone(), next, load_i64(buffers.clone(), 0));
        for n in 1..column.buffers {
            let buffer = self.build.keep(load_i64(buffers.clone(), 8 * n));
            if n == 1 {
                let lost = and(long::eq(buffer.clone(), i64(0)), long::lt(i64(0), rows.clone()));
                self.refuse(lost, Refusal::Null, at);
            }
            self.build.store(Width::Eight, room.clone(), next + 8 * n, buffer);
        }
        self.build.store(Width::Eight, room, next + 24, place.clone());
    }

    /// The end of the last text or list, none of which ends before it begins.
    fn ends(&mut self, array: &Expr, place: &Expr, rows: &Expr, at: i32) -> Expr {
        let last = self.build.var(i64(0));
        self.when(long::lt(i64(0), rows.clone()), |it| {
            let values = load_ptr(load_ptr(array.clone(), array::BUFFERS), 8);
            let args = [place, rows].map(|it| unary(Unary::Wrap, it.clone()));
            let [place, rows] = args;
            let found = it.runtime.call_one(&mut it.build, Helper::Ends, Ty::I32, vec![values, place, rows]);
            it.refuse(lt(found.clone(), i32(0)), Refusal::Ends, at);
            it.build.set(last, unary(Unary::Extend, found));
        });
        Expr::Get(last)
    }
}
