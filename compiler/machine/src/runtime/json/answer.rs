//! Answers out of structs, along their shapes: values, what is missing, what is wrong, and texts chosen by sets of bits.

use super::c;
use super::fact::{ctx, step, why};
use super::shape::{self, flag, member};
use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load, load_byte, load_i32, load_i64, load_ptr, long, lt, ne,
    not, op, select,
};
use crate::runtime::{Helper, Runtime};

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

/// A function that writes.
pub(crate) struct Writer<'r> {
    pub(crate) runtime: &'r mut Runtime,
    pub(crate) build: Build,
    /// Where it writes next.
    pub(crate) out: Local,
}

impl Blocks for Writer<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

impl Writer<'_> {
    /// A byte that is known now.
    pub(crate) fn byte(&mut self, byte: u8) {
        self.build.store(Width::One, get(self.out), 0, c(byte));
        self.build.set(self.out, beyond(get(self.out), i32(1)));
    }

    /// A comma, but for the first time.
    pub(crate) fn comma(&mut self, before: Local) {
        self.when(get(before), |it| it.byte(b','));
        self.build.set(before, i32(1));
    }

    /// By a function that takes where to write and gives where it ends.
    pub(crate) fn print(&mut self, helper: Helper, args: Vec<Expr>) {
        let args = std::iter::once(get(self.out)).chain(args).collect();
        let end = self.runtime.call_one(&mut self.build, helper, Ty::Ptr, args);
        self.build.set(self.out, end);
    }

    /// A text that is known now.
    pub(crate) fn words(&mut self, text: &str) {
        let bytes = Expr::Data(self.runtime.text_at(text.as_bytes()));
        self.print(Helper::Append, vec![bytes, i32(i32::try_from(text.len()).unwrap_or(i32::MAX))]);
    }

    /// The text whose place and length stand in two words.
    pub(crate) fn told(&mut self, at: &Expr, offset: u32) {
        self.print(Helper::Append, vec![shape::constant(at, offset), load_i32(at.clone(), offset + 4)]);
    }

    /// The function, which gives where it ended.
    pub(crate) fn finish(mut self) -> Function {
        self.build.push(Stmt::Return(vec![get(self.out)]));
        self.build.finish(false)
    }
}

/// A function that takes where to write, and more, and gives where it ended.
pub(crate) fn writer<'r>(runtime: &'r mut Runtime, name: &str, more: &[Ty]) -> Writer<'r> {
    let params = [&[Ty::Ptr], more].concat();
    let mut build = Build::new(name, &params, &[Ty::Ptr]);
    let out = build.var(build.param(0));
    Writer { runtime, build, out }
}

fn number(n: Expr) -> Vec<Expr> {
    vec![crate::lower::build::unary(crate::code::Unary::ExtendUnsigned, n), i64(0), i32(0), i32(0)]
}

/// out, shared, how many steps → out after the path in quotes.
pub(crate) fn path(runtime: &mut Runtime) -> Function {
    let mut it = writer(runtime, "json_path", &[Ty::Ptr, Ty::I32]);
    let (shared, depth) = (it.build.param(1), it.build.param(2));
    it.byte(b'"');
    it.count(&depth, |it, n| {
        let at = it.build.keep(beyond(shared, op(Binary::Shl, Ty::I32, n.clone(), i32(3))));
        it.either(
            lt(load_i32(at.clone(), ctx::PATH), i32(0)),
            |it| {
                it.byte(b'[');
                it.print(Helper::PrintNumber, number(load_i32(at.clone(), ctx::PATH + 4)));
                it.byte(b']');
            },
            |it| {
                it.when(n, |it| it.byte(b'.'));
                it.told(&at, ctx::PATH);
            },
        );
    });
    it.byte(b'"');
    it.finish()
}

/// out, shared, what is wrong, an unknown key and its length → out after an object that says what does not fit. `of` is how many things may be wrong.
pub(crate) fn refusal(runtime: &mut Runtime, of: usize) -> Function {
    let told: Vec<u32> = why::TOLD
        .iter()
        .take(of)
        .flat_map(|(code, message)| [*code, *message])
        .flat_map(|text| [runtime.text_at(text.as_bytes()), u32::try_from(text.len()).unwrap_or(0)])
        .collect();
    let told = Expr::Data(runtime.data_at(&told.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>()));
    let mut it = writer(runtime, "json_refusal", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32]);
    let [shared, wrong, key, length] = [1, 2, 3, 4].map(|n| it.build.param(n));
    let at = beyond(told, op(Binary::Shl, Ty::I32, add(wrong.clone(), i32(-1)), i32(4)));
    let at = it.build.keep(at);
    it.words("{\"code\":\"");
    it.told(&at, 0);
    it.words("\",\"path\":");
    it.either(
        eq(wrong, i32(why::UNKNOWN)),
        |it| {
            let short = le(length.clone(), i32(crate::json::LONGEST_KEY));
            it.print(Helper::PrintText, vec![key, select(Ty::I32, short, length, i32(0))]);
        },
        |it| {
            let depth = load_i32(shared.clone(), ctx::DEPTH);
            it.print(Helper::PrintPath, vec![shared, depth]);
        },
    );
    it.words(",\"message\":\"");
    it.told(&at, 8);
    it.words("\"}");
    it.finish()
}

/// out, a set of bits, texts (place and length each), how many → out after the texts whose bits are set, with commas. Texts without length are passed over.
pub(crate) fn chosen(runtime: &mut Runtime) -> Function {
    let mut it = writer(runtime, "json_chosen", &[Ty::Ptr, Ty::Ptr, Ty::I32, Ty::I32]);
    let [set, texts, count] = [1, 2, 3].map(|n| it.build.param(n));
    let comma = it.build.var(it.build.param(4));
    let word = it.build.local(Ty::I64);
    it.count(&count, |it, n| {
        let bit = op(Binary::And, Ty::I32, n.clone(), i32(63));
        it.when(not(bit), |it| {
            let at = op(Binary::Shl, Ty::I32, op(Binary::ShrU, Ty::I32, n.clone(), i32(6)), i32(3));
            it.build.set(word, load_i64(beyond(set, at), 0));
        });
        let text = it.build.keep(beyond(texts, op(Binary::Shl, Ty::I32, n, i32(3))));
        let set = crate::lower::build::unary(crate::code::Unary::Wrap, long::and(get(word), i64(1)));
        it.when(and(set, ne(load_i32(text.clone(), 4), i32(0))), |it| {
            it.comma(comma);
            it.told(&text, 0);
        });
        it.build.set(word, long::shr_u(get(word), i64(1)));
    });
    it.finish()
}

/// out, the set of those that hold, of those that fail, three texts each, how many → out after one text each, with commas.
pub(crate) fn standings(runtime: &mut Runtime) -> Function {
    let mut it = writer(runtime, "json_standings", &[Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::I32]);
    let [holds, fails, texts, count] = [1, 2, 3, 4].map(|n| it.build.param(n));
    let comma = it.build.var(i32(0));
    it.count(&count, |it, n| {
        let bit = |set: &Expr| {
            let byte = load_byte(beyond(set.clone(), op(Binary::ShrU, Ty::I32, n.clone(), i32(3))), 0);
            op(
                Binary::And,
                Ty::I32,
                op(Binary::ShrU, Ty::I32, byte, op(Binary::And, Ty::I32, n.clone(), i32(7))),
                i32(1),
            )
        };
        let open = select(Ty::I32, bit(&fails), i32(8), i32(16));
        let which = select(Ty::I32, bit(&holds), i32(0), open);
        let at = beyond(texts, op(Binary::Mul, Ty::I32, n, i32(24)));
        let at = it.build.keep(beyond(at, which));
        it.comma(comma);
        it.told(&at, 0);
    });
    it.finish()
}

/// out, the struct of the outputs, the outputs as members, how many → out after those that are given.
pub(crate) fn outputs(runtime: &mut Runtime) -> Function {
    let mut it = writer(runtime, "json_outputs", &[Ty::Ptr, Ty::Ptr, Ty::I32]);
    let (base, count) = (it.build.param(1), it.build.param(3));
    let comma = it.build.local(Ty::I32);
    let one = it.build.var(it.build.param(2));
    it.count(&count, |it, _| {
        let of = get(one);
        let given = load_byte(beyond(base.clone(), load_i32(of.clone(), member::PATH)), 0);
        it.when(given, |it| {
            it.comma(comma);
            it.told(&of, member::QUOTED);
            it.print(Helper::PrintValue, vec![shape::constant(&of, member::SHAPE), base]);
        });
        it.build.set(one, beyond(of, i32(member::BYTES.cast_signed())));
    });
    it.finish()
}

/// out, shape, struct → out after the value, in the form of `enact_ir::value_json`.
pub(crate) fn value(runtime: &mut Runtime, own: FunctionId) -> Function {
    let mut it = writer(runtime, "print_value", &[Ty::Ptr, Ty::Ptr]);
    let (of, base) = (it.build.param(1), it.build.param(2));
    let flags = it.build.keep(load_i32(of.clone(), shape::FLAGS));
    let has = |bit: i32| op(Binary::And, Ty::I32, flags.clone(), i32(bit));
    let present = load_byte(beyond(base.clone(), load_i32(of.clone(), shape::PRESENT)), 0);
    let absent = and(ne(has(flag::OPTIONAL), i32(0)), not(present));
    let end = |it: &mut Writer<'_>| it.build.push(Stmt::Return(vec![get(it.out)]));
    it.when(absent, |it| {
        it.words("null");
        end(it);
    });
    let kind = it.build.keep(load_i32(of.clone(), shape::KIND));
    let at = it.build.keep(beyond(base.clone(), load_i32(of.clone(), shape::OFFSET)));
    let is = |wanted: i32| eq(kind.clone(), i32(wanted));
    it.when(and(le(i32(shape::kind::WHOLE), kind.clone()), le(kind.clone(), i32(shape::kind::DECIMAL))), |it| {
        number_value(it, &flags, &of, &at);
        end(it);
    });
    let mut scalar = |wanted: i32, write: &dyn Fn(&mut Writer<'_>)| {
        it.when(is(wanted), |it| {
            write(it);
            end(it);
        });
    };
    scalar(shape::kind::BOOL, &|it| it.either(load_byte(at.clone(), 0), |it| it.words("true"), |it| it.words("false")));
    scalar(shape::kind::DATE, &|it| {
        it.print(Helper::PrintDay, vec![load(Ty::I64, Width::Four, true, at.clone(), 0)]);
    });
    scalar(shape::kind::ENUM, &|it| {
        let case =
            beyond(shape::constant(&of, shape::PARTS), op(Binary::Shl, Ty::I32, load_i32(at.clone(), 0), i32(3)));
        let case = it.build.keep(case);
        it.print(Helper::PrintText, vec![shape::constant(&case, 0), load_i32(case, 4)]);
    });
    scalar(shape::kind::TEXT, &|it| {
        it.print(Helper::PrintText, vec![load_ptr(at.clone(), 0), load_i32(at.clone(), 8)]);
    });
    scalar(shape::kind::RECORD, &|it| record(it, own, &of, &base));
    scalar(shape::kind::LIST, &|it| list(it, own, &of, &at));
    it.build.push(Stmt::Return(vec![get(it.out)]));
    it.build.finish(false)
}

fn number_value(it: &mut Writer<'_>, flags: &Expr, of: &Expr, at: &Expr) {
    let has = |bit: i32| op(Binary::And, Ty::I32, flags.clone(), i32(bit));
    let low = it.build.keep(load_i64(at.clone(), 0));
    let sign = it.build.keep(long::shr(low.clone(), i64(63)));
    let high = it.build.var(sign.clone());
    it.when(has(flag::WIDE), |it| it.build.set(high, load_i64(at.clone(), 8)));
    // A whole number of 64 bits is a number in JSON; all others are texts.
    let bare = it.build.keep(and(ne(has(flag::INT), i32(0)), long::eq(get(high), sign)));
    let least = select(Ty::I32, has(flag::MONEY), i32(2), i32(0));
    it.when(not(bare.clone()), |it| it.byte(b'"'));
    it.print(Helper::PrintNumber, vec![low, get(high), load_i32(of.clone(), shape::SIZE), least]);
    it.when(not(bare), |it| it.byte(b'"'));
}

fn inner(it: &mut Writer<'_>, own: FunctionId, of: Expr, base: Expr) {
    let end = it.build.call(own, &[Ty::Ptr], vec![get(it.out), of, base]).pop();
    it.build.set(it.out, end.unwrap_or(get(it.out)));
}

fn record(it: &mut Writer<'_>, own: FunctionId, of: &Expr, base: &Expr) {
    let comma = it.build.var(i32(0));
    let one = it.build.var(shape::constant(of, shape::PARTS));
    let count = it.build.keep(load_i32(of.clone(), shape::COUNT));
    it.byte(b'{');
    it.count(&count, |it, _| {
        it.comma(comma);
        it.told(&get(one), member::QUOTED);
        inner(it, own, shape::constant(&get(one), member::SHAPE), base.clone());
        it.build.set(one, beyond(get(one), i32(member::BYTES.cast_signed())));
    });
    it.byte(b'}');
}

fn list(it: &mut Writer<'_>, own: FunctionId, of: &Expr, at: &Expr) {
    let comma = it.build.var(i32(0));
    let one = it.build.var(load_ptr(at.clone(), 0));
    let count = it.build.keep(load_i32(at.clone(), 8));
    it.byte(b'[');
    it.count(&count, |it, _| {
        it.comma(comma);
        inner(it, own, shape::constant(of, shape::PARTS), get(one));
        it.build.set(one, beyond(get(one), load_i32(of.clone(), shape::SIZE)));
    });
    it.byte(b']');
}

/// shared, shape, struct, how deep it lies: writes the paths of the facts that count and are not known. What is inside of something that is not there is not missing.
pub(crate) fn missing(runtime: &mut Runtime, own: FunctionId) -> Function {
    let build = Build::new("json_missing", &[Ty::Ptr, Ty::Ptr, Ty::Ptr, Ty::I32], &[]);
    let mut it = Writer { runtime, build, out: Local(0) };
    let [shared, of, base, depth] = [0, 1, 2, 3].map(|n| it.build.param(n));
    it.out = it.build.local(Ty::Ptr);
    let end = |it: &mut Writer<'_>| it.build.push(Stmt::Return(Vec::new()));
    let flags = it.build.keep(load_i32(of.clone(), shape::FLAGS));
    let has = |bit: i32| op(Binary::And, Ty::I32, flags.clone(), i32(bit));
    let bit = it.build.keep(load_i32(of.clone(), shape::BIT));
    let mask = load_byte(beyond(base.clone(), load_i32(of.clone(), shape::BYTE)), 0);
    it.when(ne(op(Binary::And, Ty::I32, mask, bit.clone()), bit), |it| {
        it.when(has(flag::READ), |it| {
            it.build.set(it.out, load_ptr(shared.clone(), ctx::OUT));
            let before = it.build.var(load_i32(shared.clone(), ctx::COMMA));
            it.comma(before);
            it.build.store(Width::Four, shared.clone(), ctx::COMMA, i32(1));
            it.print(Helper::PrintPath, vec![shared.clone(), depth.clone()]);
            it.build.store(Width::Eight, shared.clone(), ctx::OUT, get(it.out));
        });
        end(it);
    });
    let present = load_byte(beyond(base.clone(), load_i32(of.clone(), shape::PRESENT)), 0);
    it.when(and(ne(has(flag::OPTIONAL), i32(0)), not(present)), end);
    let kind = it.build.keep(load_i32(of.clone(), shape::KIND));
    let one = it.build.local(Ty::Ptr);
    let deeper = add(depth.clone(), i32(1));
    it.when(eq(kind.clone(), i32(shape::kind::RECORD)), |it| {
        let count = it.build.keep(load_i32(of.clone(), shape::COUNT));
        it.build.set(one, shape::constant(&of, shape::PARTS));
        it.count(&count, |it, _| {
            let name = [load_i32(get(one), member::NAME), load_i32(get(one), member::NAME + 4)];
            step(&mut it.build, &shared, &depth, name);
            let args = vec![shared.clone(), shape::constant(&get(one), member::SHAPE), base.clone(), deeper.clone()];
            it.build.call(own, &[], args);
            it.build.set(one, beyond(get(one), i32(member::BYTES.cast_signed())));
        });
    });
    it.when(eq(kind, i32(shape::kind::LIST)), |it| {
        let element = it.build.keep(shape::constant(&of, shape::PARTS));
        // An element that has no parts is there.
        it.when(ne(load_i32(element.clone(), shape::KIND), i32(shape::kind::RECORD)), end);
        let at = it.build.keep(beyond(base.clone(), load_i32(of.clone(), shape::OFFSET)));
        let count = it.build.keep(load_i32(at.clone(), 8));
        it.build.set(one, load_ptr(at, 0));
        it.count(&count, |it, n| {
            step(&mut it.build, &shared, &depth, [i32(-1), n]);
            it.build.call(own, &[], vec![shared.clone(), element.clone(), get(one), deeper.clone()]);
            it.build.set(one, beyond(get(one), load_i32(of.clone(), shape::SIZE)));
        });
    });
    end(&mut it);
    it.build.finish(false)
}
