//! What the code of a chain needs of the contract: JSON that the chain gives, and texts that it wants.

use super::{Contract, cell};
use crate::code::Binary;
use crate::code::{Expr, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, bytes_between, i32, i64, le, load_byte, load_i32, load_i64, load_ptr, long, lt,
    ne, op, select, unary,
};
use crate::runtime::Helper;
use crate::runtime::json::{AT, KIND, LENGTH, fact, kind, word};

impl Contract {
    /// Memory for some bytes.
    pub fn allocated(&self, it: &mut Build, bytes: Expr) -> Expr {
        it.call(self.alloc, &[Ty::Ptr], vec![bytes]).pop().unwrap_or(Expr::Data(0))
    }

    /// Reads JSON into nodes, of which the address is given. What is no JSON has no members; the text is written over.
    pub fn document(&mut self, it: &mut Build, text: &Expr, length: &Expr) -> Expr {
        let size = add(op(Binary::Shl, Ty::I32, length.clone(), i32(3)), i32(16 * 132));
        let nodes = self.allocated(it, size);
        let args = vec![text.clone(), length.clone(), nodes.clone()];
        let fine = self.runtime.call_one(it, Helper::JsonDocument, Ty::I32, args);
        it.when(crate::lower::build::not(fine), |it| {
            // An empty object.
            it.store(Width::Four, nodes.clone(), KIND, i32(kind::OBJECT));
            it.store(Width::Four, nodes.clone(), 12, i32(1));
        });
        nodes
    }

    /// The text and the length of a value, by the names that lead to it; no bytes where it is not there.
    pub fn member(&mut self, it: &mut Build, (text, nodes): (&Expr, &Expr), path: &[&str]) -> [Expr; 2] {
        let node = it.var(i32(0));
        let there = it.var(i32(1));
        for name in path {
            let at = Expr::Data(self.runtime.text_at(name.as_bytes()));
            let length = i32(i32::try_from(name.len()).unwrap_or(i32::MAX));
            let hash = i32(fact::hash(name.as_bytes()).cast_signed());
            let args = vec![text.clone(), nodes.clone(), Expr::Get(node), at, length, hash, i32(0)];
            let found = self.runtime.call_one(it, Helper::JsonFind, Ty::I32, args);
            it.set(there, and(Expr::Get(there), ne(found.clone(), i32(0))));
            it.set(node, found);
        }
        let what = it.keep(word(nodes, Expr::Get(node), KIND));
        let scalar = and(lt(i32(kind::TRUE), what.clone()), lt(what, i32(kind::LIST)));
        let length = select(Ty::I32, and(Expr::Get(there), scalar), word(nodes, Expr::Get(node), LENGTH), i32(0));
        [it.keep(beyond(text.clone(), word(nodes, Expr::Get(node), AT))), it.keep(length)]
    }

    /// Keeps the block: its time is decimal digits, of which the last so many are parts of a second.
    pub fn note_block(&mut self, it: &mut Build, height: &[Expr; 2], time: &[Expr; 2], parts_of_second: i32) {
        let cells = self.cells.clone();
        for ([text, length], at, length_at) in
            [(height, cell::HEIGHT, cell::HEIGHT_LENGTH), (time, cell::TIME, cell::TIME_LENGTH)]
        {
            it.store(Width::Eight, cells.clone(), at, text.clone());
            it.store(Width::Four, cells.clone(), length_at, length.clone());
        }
        let [text, length] = time;
        let (seconds, at) = (it.var(i64(0)), it.var(i32(0)));
        it.repeat(|it| {
            let end = op(Binary::Sub, Ty::I32, length.clone(), i32(parts_of_second));
            it.when(le(end, Expr::Get(at)), |it| it.push(Stmt::Break(0)));
            let digit = op(Binary::Sub, Ty::I32, load_byte(beyond(text.clone(), Expr::Get(at)), 0), i32(b'0'.into()));
            let more = long::mul(Expr::Get(seconds), i64(10));
            it.set(seconds, long::add(more, unary(Unary::ExtendUnsigned, digit)));
            it.set(at, add(Expr::Get(at), i32(1)));
        });
        // Beijing is eight hours ahead, and has no summer time.
        let seconds = long::add(Expr::Get(seconds), i64(8 * 3600));
        let day = unary(Unary::Wrap, long::div_u(seconds, i64(86_400)));
        it.store(Width::Four, cells, cell::DAY, day);
    }

    /// Whether two texts are the same.
    pub fn is_same(&mut self, it: &mut Build, [a, a_length]: &[Expr; 2], [b, b_length]: &[Expr; 2]) -> Expr {
        let args = vec![a.clone(), a_length.clone(), b.clone(), b_length.clone()];
        self.runtime.call_one(it, Helper::TextEqual, Ty::I32, args)
    }

    /// The number that decimal digits write (I64); 0 for what is none.
    pub fn number_of(&mut self, it: &mut Build, [text, length]: &[Expr; 2]) -> Expr {
        let decimal = self.runtime.helper(Helper::JsonDecimal);
        let read = it.call(decimal, &[Ty::I32, Ty::I64, Ty::I64], vec![text.clone(), length.clone(), i32(0)]);
        read.into_iter().nth(1).unwrap_or(i64(0))
    }

    /// The SHA-256 of bytes in hexadecimal digits, and how many these are.
    pub fn hash_of(&mut self, it: &mut Build, [bytes, length]: &[Expr; 2]) -> [Expr; 2] {
        let hash = self.allocated(it, i32(320));
        self.runtime.call_none(it, Helper::Sha256, vec![bytes.clone(), length.clone(), hash.clone()]);
        let text = self.allocated(it, i32(64));
        self.runtime.call_one(it, Helper::PrintHex, Ty::Ptr, vec![text.clone(), hash, i32(32)]);
        [text, i32(64)]
    }

    /// Keeps the address of the sender.
    pub fn note_sender(&mut self, it: &mut Build, [text, length]: &[Expr; 2]) {
        it.store(Width::Eight, self.cells.clone(), cell::SENDER, text.clone());
        it.store(Width::Four, self.cells.clone(), cell::SENDER_LENGTH, length.clone());
    }

    /// The answer of the last message, and its length.
    pub fn answer(&self, it: &mut Build) -> [Expr; 2] {
        let start = it.keep(load_ptr(self.cells.clone(), cell::ANSWER));
        let end = load_ptr(self.cells.clone(), cell::END);
        let length = it.keep(bytes_between(start.clone(), end));
        [start, length]
    }

    /// The name of the last message, and its length.
    pub fn message_name(&self) -> [Expr; 2] {
        [load_ptr(self.cells.clone(), cell::NAME), load_i32(self.cells.clone(), cell::NAME_LENGTH)]
    }

    /// The number of the decision that the last message made; 0 for none.
    pub fn decision_number(&self) -> Expr {
        load_i64(self.cells.clone(), cell::NUMBER)
    }

    /// Writes a text that is known now; where it ends.
    pub fn write(&mut self, it: &mut Build, out: &Expr, text: &str) -> Expr {
        let at = Expr::Data(self.runtime.text_at(text.as_bytes()));
        let length = i32(i32::try_from(text.len()).unwrap_or(i32::MAX));
        self.write_bytes(it, out, &[at, length])
    }

    /// Writes bytes as they are; where they end.
    pub fn write_bytes(&mut self, it: &mut Build, out: &Expr, [bytes, length]: &[Expr; 2]) -> Expr {
        let args = vec![out.clone(), bytes.clone(), length.clone()];
        self.runtime.call_one(it, Helper::Append, Ty::Ptr, args)
    }

    /// Writes a text as JSON, in quotes; where it ends. Up to six bytes for each.
    pub fn write_text(&mut self, it: &mut Build, out: &Expr, [text, length]: &[Expr; 2]) -> Expr {
        let args = vec![out.clone(), text.clone(), length.clone()];
        self.runtime.call_one(it, Helper::PrintText, Ty::Ptr, args)
    }

    /// Writes bytes in base 64; where they end.
    pub fn write_base64(&mut self, it: &mut Build, out: &Expr, [bytes, length]: &[Expr; 2]) -> Expr {
        let args = vec![out.clone(), bytes.clone(), length.clone()];
        self.runtime.call_one(it, Helper::PrintBase64, Ty::Ptr, args)
    }

    /// Writes a number that is not negative; where it ends. Up to 64 bytes after it are written over.
    pub fn write_number(&mut self, it: &mut Build, out: &Expr, number: Expr) -> Expr {
        let args = vec![out.clone(), number, i64(0), i32(0), i32(0)];
        self.runtime.call_one(it, Helper::PrintNumber, Ty::Ptr, args)
    }
}
