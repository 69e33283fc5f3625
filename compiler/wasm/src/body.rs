//! The body of a function: statements and expressions as instructions.
//!
//! What a branch names is counted from the inside, among all that can be left: a loop of machine code is two of them, a block to break out of and a loop to begin again.

use crate::emit::{Around, value_type};
use crate::layout::DATA;
use crate::locals::{Locals, Place};
use enact_machine::code::{Binary, Expr, Function, Local, Stmt, Ty, Unary, Width};
use wasm_encoder::{self as wasm, BlockType, MemArg, MemArgTarget};

/// The body of a well-formed function, with its frame at an address.
pub(crate) fn function(function: &Function, locals: &Locals, around: &Around, frame: u32) -> wasm::Function {
    let types = locals.types.iter().map(|ty| value_type(*ty));
    let mut code = wasm::Function::new_with_locals_types(types);
    let (to, depth, loops) = (code.instructions(), 0, Vec::new());
    let mut emitter = Emitter { function, locals, around, frame, to, depth, loops, held: None };
    for at in &locals.zeros {
        emitter.to.i32_const(frame.wrapping_add(*at).cast_signed()).i64_const(0).i64_store(self::at(0));
    }
    match function.body.split_last() {
        // What is left on the stack at the end is returned.
        Some((Stmt::Return(values), before)) => {
            emitter.statements(before, function.body.last());
            emitter.results(values);
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
    locals: &'e Locals,
    around: &'e Around,
    /// Where the locals begin that lie in memory.
    frame: u32,
    /// A local whose value lies on the stack for the next expression to begin with.
    held: Option<Local>,
    to: wasm::InstructionSink<'e>,
    /// How many constructs are around that can be left.
    depth: u32,
    /// How many were around each loop.
    loops: Vec<u32>,
}

/// The local whose value an expression needs first.
fn first(expr: &Expr) -> Option<Local> {
    match expr {
        Expr::Get(local) => Some(*local),
        Expr::I32(_) | Expr::I64(_) | Expr::Data(_) => None,
        Expr::Load { address: inner, .. } | Expr::Unary(_, inner) => first(inner),
        Expr::Offset(a, _) | Expr::Binary(_, _, a, _) => first(a),
        Expr::Select(_, _, yes, _) => first(yes),
    }
}

/// At a place that need not be a multiple of anything.
fn at(offset: u32) -> MemArg {
    MemArg { offset: offset.into(), align: 0, target: MemArgTarget::Memory(0), ordering: None }
}

impl Emitter<'_> {
    fn block(&mut self, block: &[Stmt]) {
        self.statements(block, None);
    }

    /// Statements, and what comes after them.
    fn statements(&mut self, block: &[Stmt], after: Option<&Stmt>) {
        let nexts = block.iter().skip(1).map(Some).chain([after]);
        for (stmt, next) in block.iter().zip(nexts) {
            match stmt {
                Stmt::Set(local, value) if next.and_then(|next| self.begins_with(next)) == Some(*local) => {
                    self.pass_on(*local, value);
                }
                stmt => self.stmt(stmt),
            }
        }
    }

    /// The local whose value is the first thing that a statement needs.
    fn begins_with(&self, stmt: &Stmt) -> Option<Local> {
        match stmt {
            Stmt::Set(local, value) => match self.locals.place(*local) {
                Place::Local(_) => first(value),
                Place::Memory(_) => None,
            },
            Stmt::Call { args, .. } => args.first().and_then(first),
            Stmt::Store { address, .. } => first(address),
            Stmt::If(condition, ..) => first(condition),
            Stmt::Return(values) => values.first().and_then(first),
            Stmt::Loop(_) | Stmt::Break(_) | Stmt::Continue(_) => None,
        }
    }

    /// Sets a local and leaves its value on the stack.
    fn pass_on(&mut self, local: Local, value: &Expr) {
        match self.locals.place(local) {
            Place::Local(place) => {
                self.expr(value);
                if !self.locals.is_passed_on(local) {
                    self.to.local_tee(place);
                }
                self.held = Some(local);
            }
            Place::Memory(_) if self.locals.is_passed_on(local) => {
                self.expr(value);
                self.held = Some(local);
            }
            Place::Memory(_) => self.set(local, value),
        }
    }

    fn set(&mut self, local: Local, value: &Expr) {
        match self.locals.place(local) {
            Place::Local(place) => {
                self.expr(value);
                self.to.local_set(place);
            }
            Place::Memory(at) => {
                self.to.i32_const(self.frame.wrapping_add(at).cast_signed());
                self.expr(value);
                self.store_whole(local);
            }
        }
    }

    /// Sets a local to what lies on the stack.
    fn take(&mut self, local: Local) {
        match self.locals.place(local) {
            Place::Local(place) => _ = self.to.local_set(place),
            Place::Memory(at) => {
                let long = self.function.local(local) == Some(Ty::I64);
                let [narrow, wide] = self.locals.scratch;
                let scratch = if long { wide } else { narrow };
                self.to.local_set(scratch).i32_const(self.frame.wrapping_add(at).cast_signed()).local_get(scratch);
                self.store_whole(local);
            }
        }
    }

    fn store_whole(&mut self, local: Local) {
        match self.function.local(local) {
            Some(Ty::I64) => self.to.i64_store(at(0)),
            _ => self.to.i32_store(at(0)),
        };
    }

    /// The values that the function gives: all on the stack, or where only one may be, the others in globals.
    fn results(&mut self, values: &[Expr]) {
        self.all(values);
        for (n, ty) in self.function.results.iter().enumerate().skip(1).rev() {
            if let Some(global) = self.around.global(n, *ty) {
                self.to.global_set(global);
            }
        }
    }

    fn all(&mut self, values: &[Expr]) {
        values.iter().for_each(|value| _ = self.expr(value));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set(local, value) => self.set(*local, value),
            Stmt::Call { function, args, results } => {
                self.all(args);
                self.to.call(self.around.index(*function));
                // The last result lies on top.
                for (n, local) in results.iter().enumerate().rev() {
                    let ty = self.function.local(*local).unwrap_or(Ty::I32);
                    if self.around.global(n, ty).is_none() {
                        self.take(*local);
                    }
                }
                for (n, local) in results.iter().enumerate() {
                    let ty = self.function.local(*local).unwrap_or(Ty::I32);
                    if let Some(global) = self.around.global(n, ty) {
                        self.to.global_get(global);
                        self.take(*local);
                    }
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
            Stmt::Break(n) => self.leave(*n, 1, false),
            Stmt::Continue(n) => self.leave(*n, 2, false),
            Stmt::Return(values) => {
                self.results(values);
                self.to.return_();
            }
        }
    }

    /// To the block (1) or the loop (2) of a loop of machine code, always or by a condition on the stack.
    fn leave(&mut self, n: u32, inside: u32, maybe: bool) {
        let around = self.loops.iter().rev().nth(n as usize);
        match around.and_then(|around| self.depth.checked_sub(around + inside)) {
            Some(label) if maybe => self.to.br_if(label),
            Some(label) => self.to.br(label),
            // No well-formed code breaks out of a loop that is not there.
            None => self.to.unreachable(),
        };
    }

    fn choice(&mut self, condition: &Expr, yes: &[Stmt], no: &[Stmt]) {
        self.expr(condition);
        match (yes, no) {
            ([Stmt::Break(n)], []) => return self.leave(*n, 1, true),
            ([Stmt::Continue(n)], []) => return self.leave(*n, 2, true),
            _ => {}
        }
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
                let ty = self.function.local(*local).unwrap_or(Ty::I32);
                if self.held.take() == Some(*local) {
                    return ty;
                }
                match self.locals.place(*local) {
                    Place::Local(place) => _ = self.to.local_get(place),
                    Place::Memory(at) => {
                        self.to.i32_const(self.frame.wrapping_add(at).cast_signed());
                        self.load(ty, if ty == Ty::I64 { Width::Eight } else { Width::Four }, false, 0);
                    }
                }
                ty
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
