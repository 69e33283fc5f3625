//! The body of a function: statements and expressions as instructions.
//!
//! What a branch names is counted from the inside, among all that can be left: a loop of machine code is two of them, a block to break out of and a loop to begin again.

use crate::emit::value_type;
use crate::layout::DATA;
use enact_machine::code::{Binary, Expr, Function, Stmt, Ty, Unary, Width};
use wasm_encoder::{self as wasm, BlockType, MemArg, MemArgTarget};

/// The body of a well-formed function.
pub(crate) fn function(function: &Function) -> wasm::Function {
    let locals = function.locals.iter().map(|ty| value_type(*ty));
    let mut code = wasm::Function::new_with_locals_types(locals);
    let mut emitter = Emitter { function, to: code.instructions(), depth: 0, loops: Vec::new() };
    match function.body.split_last() {
        // What is left on the stack at the end is returned.
        Some((Stmt::Return(values), before)) => {
            emitter.block(before);
            emitter.all(values);
        }
        _ => {
            emitter.block(&function.body);
            emitter.to.unreachable();
        }
    }
    emitter.to.end();
    code
}

struct Emitter<'e> {
    function: &'e Function,
    to: wasm::InstructionSink<'e>,
    /// How many constructs are around that can be left.
    depth: u32,
    /// How many were around each loop.
    loops: Vec<u32>,
}

/// At a place that need not be a multiple of anything.
fn at(offset: u32) -> MemArg {
    MemArg { offset: offset.into(), align: 0, target: MemArgTarget::Memory(0), ordering: None }
}

impl Emitter<'_> {
    fn block(&mut self, block: &[Stmt]) {
        block.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn all(&mut self, values: &[Expr]) {
        values.iter().for_each(|value| _ = self.expr(value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set(local, value) => {
                self.expr(value);
                self.to.local_set(local.0);
            }
            Stmt::Call { function, args, results } => {
                self.all(args);
                self.to.call(function.0);
                // The last result lies on top.
                for local in results.iter().rev() {
                    self.to.local_set(local.0);
                }
            }
            Stmt::Store { width, address, offset, value } => {
                self.expr(address);
                let ty = self.expr(value);
                self.store(ty, *width, *offset);
            }
            Stmt::If(condition, yes, no) => self.choice(condition, yes, no),
            Stmt::Loop(body) => {
                self.to.block(BlockType::Empty).loop_(BlockType::Empty);
                self.loops.push(self.depth);
                self.depth += 2;
                self.block(body);
                self.to.br(0).end().end();
                self.depth -= 2;
                self.loops.pop();
            }
            Stmt::Break(n) => self.leave(*n, 1),
            Stmt::Continue(n) => self.leave(*n, 2),
            Stmt::Return(values) => {
                self.all(values);
                self.to.return_();
            }
        }
    }

    /// To the block (1) or the loop (2) of a loop of machine code.
    fn leave(&mut self, n: u32, inside: u32) {
        let around = self.loops.iter().rev().nth(n as usize);
        match around.and_then(|around| self.depth.checked_sub(around + inside)) {
            Some(label) => self.to.br(label),
            // No well-formed code breaks out of a loop that is not there.
            None => self.to.unreachable(),
        };
    }

    fn choice(&mut self, condition: &Expr, yes: &[Stmt], no: &[Stmt]) {
        self.expr(condition);
        let (yes, no) = if yes.is_empty() {
            self.to.i32_eqz();
            (no, yes)
        } else {
            (yes, no)
        };
        self.to.if_(BlockType::Empty);
        self.depth += 1;
        self.block(yes);
        if !no.is_empty() {
            self.to.else_();
            self.block(no);
        }
        self.depth -= 1;
        self.to.end();
    }

    fn store(&mut self, ty: Ty, width: Width, offset: u32) {
        let to = &mut self.to;
        match (ty, width) {
            // The upper half is zeros.
            (Ty::Ptr, _) => to.i64_extend_i32_u().i64_store(at(offset)),
            (Ty::I32, Width::One) => to.i32_store8(at(offset)),
            (Ty::I32, Width::Two) => to.i32_store16(at(offset)),
            (Ty::I32, Width::Four | Width::Eight) => to.i32_store(at(offset)),
            (Ty::I64, Width::One) => to.i64_store8(at(offset)),
            (Ty::I64, Width::Two) => to.i64_store16(at(offset)),
            (Ty::I64, Width::Four) => to.i64_store32(at(offset)),
            (Ty::I64, Width::Eight) => to.i64_store(at(offset)),
        };
    }

    fn load(&mut self, ty: Ty, width: Width, signed: bool, offset: u32) {
        let to = &mut self.to;
        match (ty, width, signed) {
            (Ty::I32, Width::One, true) => to.i32_load8_s(at(offset)),
            (Ty::I32, Width::One, false) => to.i32_load8_u(at(offset)),
            (Ty::I32, Width::Two, true) => to.i32_load16_s(at(offset)),
            (Ty::I32, Width::Two, false) => to.i32_load16_u(at(offset)),
            // The lower half of a pointer is all of it.
            (Ty::I32, Width::Four | Width::Eight, _) | (Ty::Ptr, _, _) => to.i32_load(at(offset)),
            (Ty::I64, Width::One, true) => to.i64_load8_s(at(offset)),
            (Ty::I64, Width::One, false) => to.i64_load8_u(at(offset)),
            (Ty::I64, Width::Two, true) => to.i64_load16_s(at(offset)),
            (Ty::I64, Width::Two, false) => to.i64_load16_u(at(offset)),
            (Ty::I64, Width::Four, true) => to.i64_load32_s(at(offset)),
            (Ty::I64, Width::Four, false) => to.i64_load32_u(at(offset)),
            (Ty::I64, Width::Eight, _) => to.i64_load(at(offset)),
        };
    }

    /// Leaves the value on the stack.
    fn expr(&mut self, expr: &Expr) -> Ty {
        match expr {
            Expr::I32(n) => {
                self.to.i32_const(*n);
                Ty::I32
            }
            Expr::I64(n) => {
                self.to.i64_const(*n);
                Ty::I64
            }
            Expr::Get(local) => {
                self.to.local_get(local.0);
                self.function.local(*local).unwrap_or(Ty::I32)
            }
            Expr::Data(place) => {
                self.to.i32_const(DATA.wrapping_add(*place).cast_signed());
                Ty::Ptr
            }
            Expr::Load { ty, width, signed, address, offset } => {
                self.expr(address);
                self.load(*ty, *width, *signed, *offset);
                *ty
            }
            Expr::Offset(pointer, bytes) => {
                self.expr(pointer);
                self.expr(bytes);
                self.to.i32_add();
                Ty::Ptr
            }
            Expr::Unary(op, value) => {
                self.expr(value);
                self.unary(*op)
            }
            Expr::Binary(op, ty, a, b) => {
                self.expr(a);
                self.expr(b);
                if *ty == Ty::I64 {
                    self.binary64(*op)
                } else {
                    self.binary32(*op)
                }
                if op.compares() { Ty::I32 } else { *ty }
            }
            Expr::Select(ty, condition, yes, no) => {
                self.expr(yes);
                self.expr(no);
                self.expr(condition);
                self.to.select();
                *ty
            }
        }
    }

    fn unary(&mut self, op: Unary) -> Ty {
        let (_, ty) = match op {
            Unary::IsZero => (self.to.i32_eqz(), Ty::I32),
            Unary::Extend => (self.to.i64_extend_i32_s(), Ty::I64),
            Unary::ExtendUnsigned => (self.to.i64_extend_i32_u(), Ty::I64),
            Unary::Wrap => (self.to.i32_wrap_i64(), Ty::I32),
            Unary::LeadingZeros => (self.to.i64_clz(), Ty::I64),
            Unary::Address => (self.to.i64_extend_i32_u(), Ty::I64),
        };
        ty
    }

    fn binary32(&mut self, op: Binary) {
        let to = &mut self.to;
        match op {
            Binary::Add => to.i32_add(),
            Binary::Sub => to.i32_sub(),
            Binary::Mul => to.i32_mul(),
            Binary::DivS => to.i32_div_s(),
            Binary::DivU => to.i32_div_u(),
            Binary::RemS => to.i32_rem_s(),
            Binary::RemU => to.i32_rem_u(),
            Binary::And => to.i32_and(),
            Binary::Or => to.i32_or(),
            Binary::Xor => to.i32_xor(),
            Binary::Shl => to.i32_shl(),
            Binary::ShrS => to.i32_shr_s(),
            Binary::ShrU => to.i32_shr_u(),
            Binary::Eq => to.i32_eq(),
            Binary::Ne => to.i32_ne(),
            Binary::LtS => to.i32_lt_s(),
            Binary::LtU => to.i32_lt_u(),
            Binary::LeS => to.i32_le_s(),
            Binary::LeU => to.i32_le_u(),
        };
    }

    fn binary64(&mut self, op: Binary) {
        let to = &mut self.to;
        match op {
            Binary::Add => to.i64_add(),
            Binary::Sub => to.i64_sub(),
            Binary::Mul => to.i64_mul(),
            Binary::DivS => to.i64_div_s(),
            Binary::DivU => to.i64_div_u(),
            Binary::RemS => to.i64_rem_s(),
            Binary::RemU => to.i64_rem_u(),
            Binary::And => to.i64_and(),
            Binary::Or => to.i64_or(),
            Binary::Xor => to.i64_xor(),
            Binary::Shl => to.i64_shl(),
            Binary::ShrS => to.i64_shr_s(),
            Binary::ShrU => to.i64_shr_u(),
            Binary::Eq => to.i64_eq(),
            Binary::Ne => to.i64_ne(),
            Binary::LtS => to.i64_lt_s(),
            Binary::LtU => to.i64_lt_u(),
            Binary::LeS => to.i64_le_s(),
            Binary::LeU => to.i64_le_u(),
        };
    }
}
