//! Facts out of nodes into structs, along their shapes: strictly, as `enact_ir::input` reads them.

use super::numbers::code;
use super::shape::{self, flag, member};
use super::{AT, KIND, LENGTH, NEXT, kind, word};
use crate::code::{Binary, Expr, Function, FunctionId, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load_byte, load_i32, load_i64, load_ptr, long, lt, lt_u, ne,
    not, op, or, select, unary,
};
use crate::runtime::{Helper, Runtime, wide};

/// What may be wrong.
pub(crate) mod why {
    pub(crate) const FINE: i32 = 0;
    pub(crate) const JSON: i32 = 1;
    pub(crate) const NO_OBJECT: i32 = 2;
    pub(crate) const NO_LIST: i32 = 3;
    pub(crate) const NO_TRUTH: i32 = 4;
    pub(crate) const NO_WHOLE: i32 = 5;
    pub(crate) const NO_DECIMAL: i32 = 6;
    pub(crate) const NO_DAY: i32 = 7;
    pub(crate) const NO_TEXT: i32 = 8;
    pub(crate) const NULL: i32 = 9;
    pub(crate) const TOO_LONG: i32 = 10;
    pub(crate) const BAD_DAY: i32 = 11;
    pub(crate) const NO_CASE: i32 = 12;
    pub(crate) const BAD_NUMBER: i32 = 13;
    pub(crate) const RANGE: i32 = 14;
    pub(crate) const UNKNOWN: i32 = 15;
    pub(crate) const TOO_LARGE: i32 = 16;
    pub(crate) const MESSAGE: i32 = 17;
    pub(crate) const NEEDED: i32 = 18;
    pub(crate) const UNAUTHORIZED: i32 = 19;
    pub(crate) const NO_RECORD: i32 = 20;
    pub(crate) const BAD_RECORD: i32 = 21;
    pub(crate) const WITHDRAWN: i32 = 22;
    pub(crate) const NO_KEY: i32 = 23;
    pub(crate) const OVER_LIMIT: i32 = 24;
    /// How many of them are said of facts; the others are said by contracts.
    pub(crate) const OF_FACTS: usize = 15;
    /// Codes and messages, in this order from 1 on.
    pub(crate) const TOLD: [(&str, &str); 24] = [
        ("bad_json", "the input is no JSON"),
        ("wrong_type", "an object is needed"),
        ("wrong_type", "a list is needed"),
        ("wrong_type", "a truth value is needed"),
        ("wrong_type", "a whole number is needed"),
        ("wrong_type", "a decimal number as text is needed"),
        ("wrong_type", "a day as text, `YYYY-MM-DD`, is needed"),
        ("wrong_type", "a text is needed"),
        ("not_optional", "is `null`, but has to exist; leave the key out if it is not known yet"),
        ("too_long", "has more elements or characters than are allowed"),
        ("bad_date", "is no day of the form YYYY-MM-DD"),
        ("unknown_case", "is none of the cases"),
        ("bad_number", "is no number of the form that is needed"),
        ("out_of_range", "is not within the range"),
        ("unknown_field", "the decision has no such input"),
        ("too_large", "is longer than is allowed"),
        ("unknown_message", "is none of the messages of this contract"),
        ("needed", "has to be given"),
        ("unauthorized", "the sender may not do this"),
        ("no_record", "there is no such record"),
        ("bad_record", "the record on chain is no JSON"),
        ("withdrawn", "the decision has been withdrawn already"),
        ("no_key", "the key under which this is counted is not known"),
        ("over_limit", "is more than may be counted"),
    ];
}

/// What the functions share: where the text and its nodes are, where the next list goes, how deep what is wrong lies, and the path that leads there, a step of 8 bytes each: the place and the length of
/// a name, or -1 and the place in a list.
pub(crate) mod ctx {
    pub(crate) const TEXT: u32 = 0;
    pub(crate) const NODES: u32 = 8;
    pub(crate) const LISTS: u32 = 16;
    pub(crate) const OUT: u32 = 24;
    pub(crate) const DEPTH: u32 = 32;
    pub(crate) const COMMA: u32 = 36;
    pub(crate) const PATH: u32 = 40;
}

/// The first four bytes of a text, of which one without them has zeros, mixed with its length: different for most different names.
pub(crate) fn hash(text: &[u8]) -> u32 {
    let mut first = [0; 4];
    first.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
    u32::from_le_bytes(first) ^ u32::try_from(text.len()).unwrap_or(0).wrapping_shl(8)
}

/// The same of a text in memory, of which four bytes may be read whatever its length is.
pub(crate) fn hash_of(it: &mut Build, text: &Expr, length: &Expr) -> Expr {
    let bits = op(Binary::Shl, Ty::I32, length.clone(), i32(3));
    let cut =
        op(Binary::Sub, Ty::I32, op(Binary::Shl, Ty::I32, i32(1), op(Binary::And, Ty::I32, bits, i32(31))), i32(1));
    let mask = select(Ty::I32, lt_u(length.clone(), i32(4)), cut, i32(-1));
    let first = op(Binary::And, Ty::I32, load_i32(text.clone(), 0), mask);
    it.keep(op(Binary::Xor, Ty::I32, first, op(Binary::Shl, Ty::I32, length.clone(), i32(8))))
}

/// Writes a step of the path.
pub(crate) fn step(it: &mut Build, ctx: &Expr, depth: &Expr, [first, second]: [Expr; 2]) {
    let at = it.keep(beyond(ctx.clone(), op(Binary::Shl, Ty::I32, depth.clone(), i32(3))));
    it.store(Width::Four, at.clone(), ctx::PATH, first);
    it.store(Width::Four, at, ctx::PATH + 4, second);
}

/// A function that reads a fact, which may hold others.
struct Fact<'r> {
    runtime: &'r mut Runtime,
    build: Build,
    own: FunctionId,
    ctx: Expr,
    nodes: Expr,
    node: Expr,
    shape: Expr,
    base: Expr,
    depth: Expr,
}

impl Blocks for Fact<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

/// shared, a node, its shape, the struct, how deep it lies → what is wrong, or 0.
pub(crate) fn fact(runtime: &mut Runtime, own: FunctionId) -> Function {
    let build = Build::new("json_fact", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let [ctx, node, shape, base, depth] = [0, 1, 2, 3, 4].map(|n| build.param(n));
    let nodes = i32(0);
    let mut it = Fact { runtime, build, own, ctx, nodes, node, shape, base, depth };
    it.nodes = it.build.keep(load_ptr(it.ctx.clone(), ctx::NODES));
    let found = it.build.keep(word(&it.nodes, it.node.clone(), KIND));
    let optional = op(Binary::And, Ty::I32, it.word(shape::FLAGS), i32(flag::OPTIONAL));
    let optional = it.build.keep(optional);
    it.when(eq(found.clone(), i32(kind::NULL)), |it| {
        it.fail_if(not(optional.clone()), why::NULL);
        it.known();
        it.give(i32(why::FINE));
    });
    it.known();
    it.when(optional, |it| {
        let at = beyond(it.base.clone(), it.word(shape::PRESENT));
        it.build.store(Width::One, at, 0, i32(1));
    });
    let of = it.word(shape::KIND);
    let of = it.build.keep(of);
    it.when(eq(of.clone(), i32(shape::kind::RECORD)), |it| {
        it.fail_if(ne(found.clone(), i32(kind::OBJECT)), why::NO_OBJECT);
        it.members();
        it.give(i32(why::FINE));
    });
    it.when(eq(of, i32(shape::kind::LIST)), |it| {
        it.fail_if(ne(found.clone(), i32(kind::LIST)), why::NO_LIST);
        it.elements();
        it.give(i32(why::FINE));
    });
    let text = beyond(load_ptr(it.ctx.clone(), ctx::TEXT), word(&it.nodes, it.node.clone(), AT));
    let args = vec![text, word(&it.nodes, it.node.clone(), LENGTH), found, it.shape.clone(), it.base.clone()];
    let wrong = it.runtime.call_one(&mut it.build, Helper::JsonScalar, Ty::I32, args);
    it.build.store(Width::Four, it.ctx.clone(), ctx::DEPTH, it.depth.clone());
    it.give(wrong);
    it.build.finish(false)
}

impl Fact<'_> {
    fn word(&self, place: u32) -> Expr {
        load_i32(self.shape.clone(), place)
    }

    fn give(&mut self, result: Expr) {
        self.build.push(Stmt::Return(vec![result]));
    }

    fn fail_if(&mut self, condition: Expr, why: i32) {
        self.when(condition, |it| {
            it.build.store(Width::Four, it.ctx.clone(), ctx::DEPTH, it.depth.clone());
            it.give(i32(why));
        });
    }

    /// Sets the bit of the mask.
    fn known(&mut self) {
        let at = self.build.keep(beyond(self.base.clone(), load_i32(self.shape.clone(), shape::BYTE)));
        let set = op(Binary::Or, Ty::I32, load_byte(at.clone(), 0), self.word(shape::BIT));
        self.build.store(Width::One, at, 0, set);
    }

    /// Reads what is one deeper.
    fn inner(&mut self, node: Expr, shape: Expr, base: Expr) {
        let args = vec![self.ctx.clone(), node, shape, base, add(self.depth.clone(), i32(1))];
        let own = self.own;
        let wrong = self.build.call(own, &[Ty::I32], args).pop().unwrap_or(i32(0));
        self.when(wrong.clone(), |it| it.give(wrong));
    }

    fn members(&mut self) {
        let count = self.build.keep(load_i32(self.shape.clone(), shape::COUNT));
        let declared = self.build.var(shape::constant(&self.shape, shape::PARTS));
        let hint = self.build.var(i32(0));
        self.count(&count, |it, _| {
            let of = Expr::Get(declared);
            let name = [load_i32(of.clone(), member::NAME), load_i32(of.clone(), member::NAME + 4)];
            step(&mut it.build, &it.ctx.clone(), &it.depth.clone(), name);
            let text = load_ptr(it.ctx.clone(), ctx::TEXT);
            let args = vec![text, it.nodes.clone(), it.node.clone(), of.clone(), Expr::Get(hint)];
            let found = it.runtime.call_one(&mut it.build, Helper::JsonMember, Ty::I32, args);
            it.when(found.clone(), |it| {
                // Where a single name leads to it, the next member is likely to be the next asked for.
                let next = word(&it.nodes, add(found.clone(), i32(-1)), NEXT);
                let end = word(&it.nodes, it.node.clone(), NEXT);
                let direct = and(eq(load_i32(of.clone(), member::PATHS), i32(1)), lt(next.clone(), end));
                it.build.set(hint, select(Ty::I32, direct, next, i32(0)));
                it.when(lt(found.clone(), i32(0)), |it| {
                    it.build.store(Width::Four, it.ctx.clone(), ctx::DEPTH, add(it.depth.clone(), i32(1)));
                    it.give(i32(why::NO_OBJECT));
                });
                it.inner(found, shape::constant(&of, member::SHAPE), it.base.clone());
            });
            it.build.set(declared, beyond(of, i32(member::BYTES.cast_signed())));
        });
    }

    fn elements(&mut self) {
        let count = self.build.keep(word(&self.nodes, self.node.clone(), LENGTH));
        self.fail_if(lt_u(self.word(shape::COUNT), count.clone()), why::TOO_LONG);
        let list = self.build.keep(load_ptr(self.ctx.clone(), ctx::LISTS));
        let at = self.build.keep(beyond(self.base.clone(), load_i32(self.shape.clone(), shape::OFFSET)));
        self.build.store(Width::Eight, at.clone(), 0, list.clone());
        self.build.store(Width::Four, at, 8, count.clone());
        let size = self.build.keep(load_i32(self.shape.clone(), shape::SIZE));
        let end = self.build.keep(beyond(list.clone(), op(Binary::Mul, Ty::I32, count.clone(), size.clone())));
        self.build.store(Width::Eight, self.ctx.clone(), ctx::LISTS, end);
        let child = self.build.var(add(self.node.clone(), i32(1)));
        let element = self.build.var(list);
        self.count(&count, |it, n| {
            it.runtime.call_none(&mut it.build, Helper::Clear, vec![Expr::Get(element), size.clone()]);
            step(&mut it.build, &it.ctx.clone(), &it.depth.clone(), [i32(-1), n]);
            it.inner(Expr::Get(child), shape::constant(&it.shape, shape::PARTS), Expr::Get(element));
            let next = word(&it.nodes, Expr::Get(child), NEXT);
            it.build.set(child, next);
            it.build.set(element, beyond(Expr::Get(element), size));
        });
    }
}

/// bytes, how many (a multiple of 8): all 0.
pub(crate) fn clear() -> Function {
    let mut it = Build::new("clear", &[Ty::Ptr, Ty::I32], &[]);
    let (from, size) = (it.param(0), it.param(1));
    let n = it.var(i32(0));
    it.repeat(|it| {
        it.when(le(size, Expr::Get(n)), |it| it.push(Stmt::Break(0)));
        it.store(Width::Eight, beyond(from, Expr::Get(n)), 0, i64(0));
        it.set(n, add(Expr::Get(n), i32(8)));
    });
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

/// text, nodes, an object, a member as declared, a node of the object to begin with or 0 → the node of its value; 0 if it is not there, -1 if something on the way is no object.
pub(crate) fn member(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_member", &[Ty::Ptr, Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (text, nodes, declared) = (it.param(0), it.param(1), it.param(3));
    let hint = it.var(it.param(4));
    let node = it.var(it.param(2));
    let at = it.var(shape::constant(&declared, member::PATH));
    let left = it.var(load_i32(declared, member::PATHS));
    it.repeat(|it| {
        let step = Expr::Get(at);
        let key = vec![shape::constant(&step, 0), load_i32(step.clone(), 4), load_i32(step.clone(), 8)];
        let args = [vec![text, nodes.clone(), Expr::Get(node)], key, vec![Expr::Get(hint)]].concat();
        it.set(hint, i32(0));
        let found = runtime.call_one(it, Helper::JsonFind, Ty::I32, args);
        it.set(left, add(Expr::Get(left), i32(-1)));
        it.when(or(not(Expr::Get(left)), not(found.clone())), |it| it.push(Stmt::Return(vec![found.clone()])));
        let stands = it.keep(word(&nodes, found.clone(), KIND));
        it.when(ne(stands.clone(), i32(kind::OBJECT)), |it| {
            // What lies inside something that does not exist does not exist.
            let null = eq(stands, i32(kind::NULL));
            it.push(Stmt::Return(vec![select(Ty::I32, null, found.clone(), i32(-1))]));
        });
        it.set(node, found);
        it.set(at, beyond(step, i32(shape::STEP.cast_signed())));
    });
    it.finish(false)
}

/// text, nodes, an object, the shape of an object → the node of the first key that none of the members begins with, or 0.
pub(crate) fn unknown(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_unknown", &[Ty::Ptr, Ty::Ptr, Ty::I32, Ty::Ptr], &[Ty::I32]);
    let (text, nodes, object, of) = (it.param(0), it.param(1), it.param(2), it.param(3));
    it.when(ne(word(&nodes, object.clone(), KIND), i32(kind::OBJECT)), |it| give(it, i32(0)));
    let count = it.keep(load_i32(of.clone(), shape::COUNT));
    let members = it.keep(shape::constant(&of, shape::PARTS));
    let end = it.keep(word(&nodes, object.clone(), NEXT));
    let n = it.var(add(object, i32(1)));
    it.repeat(|it| {
        it.when(le(end, Expr::Get(n)), |it| it.push(Stmt::Return(vec![i32(0)])));
        let key = it.keep(beyond(text, word(&nodes, Expr::Get(n), AT)));
        let length = it.keep(word(&nodes, Expr::Get(n), LENGTH));
        let hash = it.keep(word(&nodes, Expr::Get(n), KIND));
        let known = it.var(i32(0));
        let declared = it.var(members);
        it.count(&count, |it, _| {
            let first = it.keep(shape::constant(&Expr::Get(declared), member::PATH));
            it.when(eq(hash, load_i32(first.clone(), 8)), |it| {
                let args = vec![key, length, shape::constant(&first, 0), load_i32(first.clone(), 4)];
                let same = runtime.call_one(it, Helper::TextEqual, Ty::I32, args);
                it.set(known, or(Expr::Get(known), same));
            });
            it.when(Expr::Get(known), |it| it.push(Stmt::Break(0)));
            it.set(declared, beyond(Expr::Get(declared), i32(member::BYTES.cast_signed())));
        });
        it.when(not(Expr::Get(known)), |it| it.push(Stmt::Return(vec![Expr::Get(n)])));
        let next = word(&nodes, Expr::Get(n), NEXT);
        it.set(n, next);
    });
    it.finish(false)
}

fn give(it: &mut Build, result: Expr) {
    it.push(Stmt::Return(vec![result]));
}

fn needs(it: &mut Build, found: &Expr, wanted: i32, why: i32) {
    it.when(ne(found.clone(), i32(wanted)), |it| give(it, i32(why)));
}

/// text, length, kind of the node, shape, struct → what is wrong, or 0.
pub(crate) fn scalar(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_scalar", &[Ty::Ptr, Ty::I32, Ty::I32, Ty::Ptr, Ty::Ptr], &[Ty::I32]);
    let [text, length, found, of] = [0, 1, 2, 3].map(|n| it.param(n));
    let at = it.keep(beyond(it.param(4), load_i32(of.clone(), shape::OFFSET)));
    let wanted = it.keep(load_i32(of.clone(), shape::KIND));
    let is = |kind: i32| eq(wanted.clone(), i32(kind));
    it.when(is(shape::kind::ENUM), |it| {
        needs(it, &found, kind::TEXT, why::NO_TEXT);
        case(runtime, it, (&text, &length), &of, &at);
    });
    it.when(is(shape::kind::DATE), |it| {
        needs(it, &found, kind::TEXT, why::NO_DAY);
        let function = runtime.helper(Helper::JsonDay);
        let read = it.call(function, &[Ty::I32, Ty::I64], vec![text.clone(), length.clone()]);
        let [fine, day] = <[Expr; 2]>::try_from(read).unwrap_or_else(|_| [i32(0), i64(0)]);
        it.store(Width::Four, at.clone(), 0, unary(Unary::Wrap, day));
        give(it, select(Ty::I32, fine, i32(why::FINE), i32(why::BAD_DAY)));
    });
    it.when(is(shape::kind::TEXT), |it| {
        needs(it, &found, kind::TEXT, why::NO_TEXT);
        let most = it.keep(load_i32(of.clone(), shape::COUNT));
        // There are no more characters than bytes.
        it.when(lt_u(most.clone(), length.clone()), |it| {
            let args = vec![text.clone(), length.clone()];
            let count = runtime.call_one(it, Helper::TextLength, Ty::I64, args);
            let over = long::lt(unary(Unary::ExtendUnsigned, most), count);
            it.when(over, |it| give(it, i32(why::TOO_LONG)));
        });
        it.store(Width::Eight, at.clone(), 0, text.clone());
        it.store(Width::Four, at.clone(), 8, length.clone());
        give(it, i32(why::FINE));
    });
    it.when(is(shape::kind::BOOL), |it| {
        let truth = it.keep(eq(found.clone(), i32(kind::TRUE)));
        it.store(Width::One, at.clone(), 0, truth.clone());
        let fine = or(truth, eq(found.clone(), i32(kind::FALSE)));
        give(it, select(Ty::I32, fine, i32(why::FINE), i32(why::NO_TRUTH)));
    });
    number(runtime, &mut it, (&text, &length), (&wanted, &found), &of, &at);
    it.finish(false)
}

fn case(runtime: &mut Runtime, it: &mut Build, (text, length): (&Expr, &Expr), of: &Expr, at: &Expr) {
    let count = it.keep(load_i32(of.clone(), shape::COUNT));
    let one = it.var(shape::constant(of, shape::PARTS));
    it.count(&count, |it, n| {
        let own_length = it.keep(load_i32(Expr::Get(one), 4));
        it.when(eq(own_length.clone(), length.clone()), |it| {
            let args = vec![text.clone(), length.clone(), shape::constant(&Expr::Get(one), 0), own_length];
            let same = runtime.call_one(it, Helper::TextEqual, Ty::I32, args);
            it.when(same, |it| {
                it.store(Width::Four, at.clone(), 0, n);
                give(it, i32(why::FINE));
            });
        });
        it.set(one, beyond(Expr::Get(one), i32(8)));
    });
    give(it, i32(why::NO_CASE));
}

fn number(
    runtime: &mut Runtime,
    it: &mut Build,
    (text, length): (&Expr, &Expr),
    (wanted, found): (&Expr, &Expr),
    of: &Expr,
    at: &Expr,
) {
    let [fine, low, high] = [it.local(Ty::I32), it.local(Ty::I64), it.local(Ty::I64)];
    let (whole, decimal) = (runtime.helper(Helper::JsonWhole), runtime.helper(Helper::JsonDecimal));
    let results = vec![fine, low, high];
    it.either(
        eq(wanted.clone(), i32(shape::kind::WHOLE)),
        |it| {
            needs(it, found, kind::NUMBER, why::NO_WHOLE);
            let args = vec![text.clone(), length.clone()];
            it.push(Stmt::Call { function: whole, args, results: results.clone() });
        },
        |it| {
            needs(it, found, kind::TEXT, why::NO_DECIMAL);
            let args = vec![text.clone(), length.clone(), load_i32(of.clone(), shape::SIZE)];
            it.push(Stmt::Call { function: decimal, args, results: results.clone() });
        },
    );
    let [fine, low, high] = [fine, low, high].map(Expr::Get);
    it.when(fine.clone(), |it| {
        give(it, select(Ty::I32, eq(fine, i32(code::LARGE)), i32(why::RANGE), i32(why::BAD_NUMBER)));
    });
    let n = (low.clone(), high.clone());
    let end = |place: u32| (load_i64(of.clone(), place), load_i64(of.clone(), place + 8));
    let out = or(wide::less(&n, &end(shape::LO)), wide::less(&end(shape::HI), &n));
    it.when(out, |it| give(it, i32(why::RANGE)));
    it.store(Width::Eight, at.clone(), 0, low);
    let large = op(Binary::And, Ty::I32, load_i32(of.clone(), shape::FLAGS), i32(flag::WIDE));
    it.when(large, |it| it.store(Width::Eight, at.clone(), 8, high));
    give(it, i32(why::FINE));
}
