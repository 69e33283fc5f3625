//! JSON into nodes, strictly: no key twice in an object, nothing after the document, no more than 128 within one another.

use super::fact::hash_of;
use super::text::is_digit;
use super::{AT, KIND, LENGTH, NEXT, byte, c, kind, node, word};
use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, beyond, eq, i32, i64, le, load_i32, long, lt, ne, not, op, or, select, unary,
};
use crate::runtime::{Helper, Runtime};

/// Most within one another.
const DEPTH: i32 = 128;

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

/// text, place → the place of the next byte that is no space. After the text stands a 0.
pub(crate) fn space() -> Function {
    let mut it = Build::new("json_space", &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let text = it.param(0);
    let at = it.var(it.param(1));
    it.repeat(|it| {
        let now = it.keep(byte(&text, get(at)));
        let blank = [b' ', b'\n', b'\r', b'\t'].into_iter().fold(i32(0), |any, one| or(any, eq(now.clone(), c(one))));
        it.when(not(blank), |it| it.push(Stmt::Return(vec![get(at)])));
        it.set(at, add(get(at), i32(1)));
    });
    it.finish(false)
}

/// text, place → the place after the number there, or -1. After the text stands a 0.
pub(crate) fn number() -> Function {
    let mut it = Build::new("json_number", &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let text = it.param(0);
    let at = it.var(it.param(1));
    let wrong = |it: &mut Build| it.push(Stmt::Return(vec![i32(-1)]));
    let is = |at: Local, wanted: u8| eq(byte(&text, get(at)), c(wanted));
    let step = |it: &mut Build| it.set(at, add(get(at), i32(1)));
    let digits = |it: &mut Build| {
        let before = it.keep(get(at));
        let start = it.var(before);
        it.repeat(|it| {
            it.when(not(is_digit(byte(&text, get(at)))), |it| it.push(Stmt::Break(0)));
            step(it);
        });
        it.when(eq(get(start), get(at)), wrong);
    };
    let minus = is(at, b'-');
    it.set(at, add(get(at), minus));
    it.either(is(at, b'0'), step, digits);
    it.when(is(at, b'.'), |it| {
        step(it);
        digits(it);
    });
    let exponent = op(Binary::Or, Ty::I32, byte(&text, get(at)), i32(0x20));
    it.when(eq(exponent, c(b'e')), |it| {
        step(it);
        let sign = it.keep(or(is(at, b'+'), is(at, b'-')));
        it.set(at, add(get(at), sign));
        digits(it);
    });
    it.push(Stmt::Return(vec![get(at)]));
    it.finish(false)
}

/// A function that is being written and may call itself.
struct Value<'r> {
    runtime: &'r mut Runtime,
    build: Build,
    /// Itself.
    own: FunctionId,
    at: Local,
    n: Local,
    /// Of an object, what hashes its keys have.
    seen: Local,
}

impl Blocks for Value<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

/// text, length, place, nodes, number of the next node, depth → the place after the value or -1, and the number of the node after it. After the text stands a 0.
pub(crate) fn value(runtime: &mut Runtime, own: FunctionId) -> Function {
    let params = [Ty::Ptr, Ty::I32, Ty::I32, Ty::Ptr, Ty::I32, Ty::I32];
    let mut build = Build::new("json_value", &params, &[Ty::I32; 2]);
    let (at, n) = (build.var(build.param(2)), build.var(build.param(4)));
    let seen = build.local(Ty::I64);
    let mut it = Value { runtime, build, own, at, n, seen };
    let own_node = it.build.keep(node(&it.build.param(3), it.build.param(4)));
    it.skip();
    let now = it.now();
    it.set_node(&own_node, AT, get(at));
    it.when(eq(now.clone(), c(b'"')), |it| {
        let (start, length) = it.string();
        it.set_node(&own_node, AT, start);
        it.done(&own_node, kind::TEXT, length);
    });
    it.when(or(eq(now.clone(), c(b'-')), is_digit(now.clone())), |it| {
        let text = it.build.param(0);
        let end = it.runtime.call_one(&mut it.build, Helper::JsonNumber, Ty::I32, vec![text, get(it.at)]);
        it.refuse(lt(end.clone(), i32(0)));
        let length = op(Binary::Sub, Ty::I32, end.clone(), get(it.at));
        let length = it.build.keep(length);
        it.build.set(it.at, end);
        it.done(&own_node, kind::NUMBER, length);
    });
    it.when(eq(op(Binary::And, Ty::I32, now.clone(), i32(0x5f)), c(b'[')), |it| it.whole(&now, &own_node));
    for (word, kind) in [("null", kind::NULL), ("false", kind::FALSE), ("true", kind::TRUE)] {
        let first = word.as_bytes().first().copied().unwrap_or(0);
        it.when(eq(now.clone(), c(first)), |it| {
            for wanted in word.bytes() {
                it.expect(wanted);
            }
            it.done(&own_node, kind, i32(0));
        });
    }
    it.refuse(i32(1));
    it.build.push(Stmt::Return(vec![i32(-1), i32(0)]));
    it.build.finish(false)
}

impl Value<'_> {
    /// A list or an object, by its bracket.
    fn whole(&mut self, now: &Expr, node: &Expr) {
        let deep = le(i32(DEPTH), self.build.param(5));
        self.refuse(deep);
        self.when(eq(now.clone(), c(b'{')), |it| it.all(node, kind::OBJECT, b'}', Value::member));
        self.when(eq(now.clone(), c(b'[')), |it| it.all(node, kind::LIST, b']', Value::inner));
    }

    fn refuse(&mut self, condition: Expr) {
        self.when(condition, |it| it.build.push(Stmt::Return(vec![i32(-1), i32(0)])));
    }

    /// Goes on to what is no space.
    fn skip(&mut self) {
        let now = self.now();
        self.when(le(now, c(b' ')), |it| {
            let args = vec![it.build.param(0), get(it.at)];
            let next = it.runtime.call_one(&mut it.build, Helper::JsonSpace, Ty::I32, args);
            it.build.set(it.at, next);
        });
    }

    fn now(&mut self) -> Expr {
        let now = byte(&self.build.param(0), get(self.at));
        self.build.keep(now)
    }

    /// Goes on past a byte that must be there.
    fn expect(&mut self, wanted: u8) {
        let now = self.now();
        self.refuse(ne(now, c(wanted)));
        self.build.set(self.at, add(get(self.at), i32(1)));
    }

    fn set_node(&mut self, node: &Expr, place: u32, value: Expr) {
        self.build.store(Width::Four, node.clone(), place, value);
    }

    /// Finishes the node; whatever is inside of it has been read.
    fn done(&mut self, node: &Expr, kind: i32, length: Expr) {
        self.set_node(node, KIND, i32(kind));
        self.set_node(node, LENGTH, length);
        let inside = matches!(kind, kind::LIST | kind::OBJECT);
        let next = if inside { get(self.n) } else { add(self.build.param(4), i32(1)) };
        let next = self.build.keep(next);
        self.set_node(node, NEXT, next.clone());
        self.build.push(Stmt::Return(vec![get(self.at), next]));
    }

    /// A text whose opening quote is here: where it begins and how long it is.
    fn string(&mut self) -> (Expr, Expr) {
        let args = vec![self.build.param(0), self.build.param(1), add(get(self.at), i32(1))];
        let function = self.runtime.helper(Helper::JsonString);
        let found = self.build.call(function, &[Ty::I32; 3], args);
        let [end, start, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(-1), i32(0), i32(0)]);
        self.refuse(lt(end.clone(), i32(0)));
        self.build.set(self.at, end);
        (start, length)
    }

    /// A list or an object: its parts with commas between them.
    fn all(&mut self, node: &Expr, kind: i32, close: u8, part: impl FnOnce(&mut Self)) {
        let (at, count) = (self.at, self.build.local(Ty::I32));
        self.build.set(count, i32(0));
        self.build.set(at, add(get(at), i32(1)));
        let first = add(self.build.param(4), i32(1));
        self.build.set(self.n, first);
        self.skip();
        let now = self.now();
        self.when(eq(now, c(close)), |it| {
            it.build.set(at, add(get(at), i32(1)));
            it.closed(node, kind, i32(0));
        });
        self.repeat(|it| {
            part(it);
            it.build.set(count, add(get(count), i32(1)));
            it.skip();
            let now = it.now();
            it.build.set(at, add(get(at), i32(1)));
            it.when(eq(now.clone(), c(close)), |it| it.closed(node, kind, get(count)));
            it.refuse(ne(now, c(b',')));
        });
    }

    /// Finishes a list of so many values, or an object, of which the bytes are counted.
    fn closed(&mut self, node: &Expr, kind: i32, count: Expr) {
        let bytes = op(Binary::Sub, Ty::I32, get(self.at), load_i32(node.clone(), AT));
        self.done(node, kind, if kind == kind::OBJECT { bytes } else { count });
    }

    /// A value inside of this one.
    fn inner(&mut self) {
        let param = |n| self.build.param(n);
        let args = vec![param(0), param(1), get(self.at), param(3), get(self.n), add(param(5), i32(1))];
        let own = self.own;
        let found = self.build.call(own, &[Ty::I32; 2], args);
        let [at, n] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i32(-1), i32(0)]);
        self.refuse(lt(at.clone(), i32(0)));
        self.build.set(self.at, at);
        self.build.set(self.n, n);
    }

    /// A text inside of this one: the most common value.
    fn text(&mut self, nodes: &Expr) {
        let own = self.build.keep(node(nodes, get(self.n)));
        let (start, length) = self.string();
        let next = add(get(self.n), i32(1));
        self.build.set(self.n, next);
        for (place, value) in [(KIND, i32(kind::TEXT)), (AT, start), (LENGTH, length), (NEXT, get(self.n))] {
            self.set_node(&own, place, value);
        }
    }

    /// A member of an object: its key, which stands only once, and its value.
    fn member(&mut self) {
        let (text, nodes) = (self.build.param(0), self.build.param(3));
        self.skip();
        let now = self.now();
        self.refuse(ne(now, c(b'"')));
        let (start, length) = self.string();
        let key = self.build.keep(get(self.n));
        let key_node = self.build.keep(node(&nodes, key.clone()));
        let place = beyond(text.clone(), start.clone());
        let hash = hash_of(&mut self.build, &place, &length);
        // Of hashes that have been seen, a bit each: only where the bit is set may the key be there already.
        let spread = op(Binary::Mul, Ty::I32, hash.clone(), i32(0x9e37_79b1_u32.cast_signed()));
        let bit = op(Binary::ShrU, Ty::I32, spread, i32(26));
        let bit = self.build.keep(long::shl(i64(1), unary(Unary::ExtendUnsigned, bit)));
        let seen = self.seen;
        self.when(long::ne(long::and(get(seen), bit.clone()), i64(0)), |it| {
            let args = vec![text, nodes.clone(), it.build.param(4), key.clone(), place, length.clone(), hash.clone()];
            let same = it.runtime.call_one(&mut it.build, Helper::JsonTwice, Ty::I32, args);
            it.refuse(same);
        });
        self.build.set(seen, long::or(get(seen), bit));
        for (place, value) in [(KIND, hash), (AT, start), (LENGTH, length)] {
            self.set_node(&key_node, place, value);
        }
        self.build.set(self.n, add(key, i32(1)));
        self.skip();
        self.expect(b':');
        self.skip();
        let now = self.now();
        self.either(eq(now, c(b'"')), |it| it.text(&nodes), Self::inner);
        self.set_node(&key_node, NEXT, get(self.n));
    }
}

/// text, length, nodes → whether the text is JSON. A 0 is written behind it.
pub(crate) fn document(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_document", &[Ty::Ptr, Ty::I32, Ty::Ptr], &[Ty::I32]);
    let (text, length, nodes) = (it.param(0), it.param(1), it.param(2));
    let value = runtime.helper(Helper::JsonValue);
    it.store(Width::One, beyond(text.clone(), length.clone()), 0, i32(0));
    let args = vec![text.clone(), length.clone(), i32(0), nodes, i32(0), i32(0)];
    let found = it.call(value, &[Ty::I32; 2], args);
    let end = found.into_iter().next().unwrap_or(i32(-1));
    it.when(lt(end.clone(), i32(0)), |it| it.push(Stmt::Return(vec![i32(0)])));
    let rest = runtime.call_one(&mut it, Helper::JsonSpace, Ty::I32, vec![text, end]);
    it.push(Stmt::Return(vec![eq(rest, length)]));
    it.finish(false)
}

/// text, nodes, an object, the node of its last key so far, that key, its length and hash → whether it stands there before.
pub(crate) fn twice(runtime: &mut Runtime) -> Function {
    let params = [Ty::Ptr, Ty::Ptr, Ty::I32, Ty::I32, Ty::Ptr, Ty::I32, Ty::I32];
    let mut it = Build::new("json_twice", &params, &[Ty::I32]);
    let [text, nodes, object, until, key, length, hash] = [0, 1, 2, 3, 4, 5, 6].map(|n| it.param(n));
    let n = it.var(add(object, i32(1)));
    seek(runtime, &mut it, (&text, &nodes), (n, &until), (&key, &length, &hash), |_| i32(1));
    it.push(Stmt::Return(vec![i32(0)]));
    it.finish(false)
}

/// text, nodes, an object, key, its length, its hash, a node of the object to begin with or 0 → the node of the member's value, or 0.
pub(crate) fn find(runtime: &mut Runtime) -> Function {
    let params = [Ty::Ptr, Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32, Ty::I32, Ty::I32];
    let mut it = Build::new("json_find", &params, &[Ty::I32]);
    let [text, nodes, object, key, length, hash, hint] = [0, 1, 2, 3, 4, 5, 6].map(|n| it.param(n));
    let first = it.keep(add(object.clone(), i32(1)));
    let until = it.keep(word(&nodes, object, NEXT));
    let n = it.var(select(Ty::I32, hint.clone(), hint.clone(), first.clone()));
    let given = |n: Expr| add(n, i32(1));
    seek(runtime, &mut it, (&text, &nodes), (n, &until), (&key, &length, &hash), given);
    // Members in the order in which they are asked for are found at once; others from the start on.
    it.when(hint.clone(), |it| {
        it.set(n, first);
        seek(runtime, it, (&text, &nodes), (n, &hint), (&key, &length, &hash), given);
    });
    it.push(Stmt::Return(vec![i32(0)]));
    it.finish(false)
}

/// Looks for a key among those from a node up to another, and returns what `found` makes of its node.
fn seek(
    runtime: &mut Runtime,
    it: &mut Build,
    (text, nodes): (&Expr, &Expr),
    (n, until): (Local, &Expr),
    (key, length, hash): (&Expr, &Expr, &Expr),
    found: impl Fn(Expr) -> Expr,
) {
    it.repeat(|it| {
        it.when(le(until.clone(), get(n)), |it| it.push(Stmt::Break(0)));
        let at = it.keep(node(nodes, get(n)));
        let alike = eq(load_i32(at.clone(), KIND), hash.clone());
        it.when(alike, |it| {
            let own = beyond(text.clone(), load_i32(at.clone(), AT));
            let args = vec![own, load_i32(at.clone(), LENGTH), key.clone(), length.clone()];
            let same = runtime.call_one(it, Helper::TextEqual, Ty::I32, args);
            it.when(same, |it| it.push(Stmt::Return(vec![found(get(n))])));
        });
        it.set(n, load_i32(at, NEXT));
    });
}
