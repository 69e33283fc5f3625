//! Expressions as instructions.

use super::body::Body;
use super::clif;
use crate::Error;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Endianness, InstBuilder, MemFlagsData, Value, types};
use enact_machine::code::{Binary, Expr, Ty, Unary, Width};

/// Callers give memory that may be read and written. Nothing is said of alignment: it costs nothing, and a caller may err.
const MEMORY: MemFlagsData = MemFlagsData::new().with_notrap().with_endianness(Endianness::Little);

impl Body<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Result<Vec<Value>, Error> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result<Value, Error> {
        Ok(match expr {
            Expr::I32(n) => self.number(types::I32, i64::from(n.cast_unsigned())),
            Expr::I64(n) => self.number(types::I64, *n),
            Expr::Get(local) => self.get(*local)?,
            Expr::Data(at) => {
                let data = self.data();
                let start = self.builder.ins().symbol_value(types::I64, data);
                self.further(start, *at)
            }
            Expr::Load { ty, width, signed, address, offset } => {
                let (address, offset) = self.address(address, *offset)?;
                self.read(*ty, *width, *signed, address, offset)
            }
            Expr::Offset(pointer, bytes) => {
                let pointer = self.expr(pointer)?;
                let bytes = self.expr(bytes)?;
                let bytes = self.builder.ins().uextend(types::I64, bytes);
                self.builder.ins().iadd(pointer, bytes)
            }
            Expr::Unary(op, value) => {
                let value = self.expr(value)?;
                self.unary(*op, value)
            }
            Expr::Binary(op, _, a, b) => {
                let (a, b) = (self.expr(a)?, self.expr(b)?);
                self.binary(*op, a, b)
            }
            Expr::Select(_, condition, yes, no) => {
                let (condition, yes, no) = (self.expr(condition)?, self.expr(yes)?, self.expr(no)?);
                self.builder.ins().select(condition, yes, no)
            }
        })
    }

    fn number(&mut self, ty: types::Type, n: i64) -> Value {
        self.builder.ins().iconst(ty, n)
    }

    fn further(&mut self, pointer: Value, bytes: u32) -> Value {
        if bytes == 0 {
            return pointer;
        }
        let bytes = self.number(types::I64, bytes.into());
        self.builder.ins().iadd(pointer, bytes)
    }

    /// An address and the bytes beyond it, which Cranelift counts with a sign.
    pub(super) fn address(&mut self, address: &Expr, offset: u32) -> Result<(Value, i32), Error> {
        let address = self.expr(address)?;
        Ok(match i32::try_from(offset) {
            Ok(offset) => (address, offset),
            Err(_) => (self.further(address, offset), 0),
        })
    }

    fn read(&mut self, ty: Ty, width: Width, signed: bool, at: Value, offset: i32) -> Value {
        let (ty, ins) = (clif(ty), self.builder.ins());
        match (width, signed) {
            (Width::One, true) => ins.sload8(ty, MEMORY, at, offset),
            (Width::One, false) => ins.uload8(ty, MEMORY, at, offset),
            (Width::Two, true) => ins.sload16(ty, MEMORY, at, offset),
            (Width::Two, false) => ins.uload16(ty, MEMORY, at, offset),
            (Width::Four, _) if ty == types::I32 => ins.load(ty, MEMORY, at, offset),
            (Width::Four, true) => ins.sload32(MEMORY, at, offset),
            (Width::Four, false) => ins.uload32(MEMORY, at, offset),
            (Width::Eight, _) => {
                let value = ins.load(types::I64, MEMORY, at, offset);
                if ty == types::I32 { self.builder.ins().ireduce(ty, value) } else { value }
            }
        }
    }

    pub(super) fn write(&mut self, width: Width, at: Value, offset: i32, value: Value) {
        let narrow = self.builder.func.dfg.value_type(value) == types::I32;
        let ins = self.builder.ins();
        match width {
            Width::One => ins.istore8(MEMORY, value, at, offset),
            Width::Two => ins.istore16(MEMORY, value, at, offset),
            Width::Four if !narrow => ins.istore32(MEMORY, value, at, offset),
            Width::Eight if narrow => {
                let value = ins.uextend(types::I64, value);
                self.builder.ins().store(MEMORY, value, at, offset)
            }
            Width::Four | Width::Eight => ins.store(MEMORY, value, at, offset),
        };
    }

    fn unary(&mut self, op: Unary, a: Value) -> Value {
        match op {
            Unary::IsZero => {
                let ty = self.builder.func.dfg.value_type(a);
                let zero = self.number(ty, 0);
                self.compare(IntCC::Equal, a, zero)
            }
            Unary::Extend => self.builder.ins().sextend(types::I64, a),
            Unary::ExtendUnsigned => self.builder.ins().uextend(types::I64, a),
            Unary::Wrap => self.builder.ins().ireduce(types::I32, a),
            Unary::LeadingZeros => self.builder.ins().clz(a),
            // An address has 64 bits.
            Unary::Address => a,
        }
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        match op {
            Binary::Add => self.builder.ins().iadd(a, b),
            Binary::Sub => self.builder.ins().isub(a, b),
            Binary::Mul => self.builder.ins().imul(a, b),
            Binary::DivS => self.builder.ins().sdiv(a, b),
            Binary::DivU => self.builder.ins().udiv(a, b),
            Binary::RemS => self.builder.ins().srem(a, b),
            Binary::RemU => self.builder.ins().urem(a, b),
            Binary::And => self.builder.ins().band(a, b),
            Binary::Or => self.builder.ins().bor(a, b),
            Binary::Xor => self.builder.ins().bxor(a, b),
            Binary::Shl => self.builder.ins().ishl(a, b),
            Binary::ShrS => self.builder.ins().sshr(a, b),
            Binary::ShrU => self.builder.ins().ushr(a, b),
            Binary::Eq => self.compare(IntCC::Equal, a, b),
            Binary::Ne => self.compare(IntCC::NotEqual, a, b),
            Binary::LtS => self.compare(IntCC::SignedLessThan, a, b),
            Binary::LtU => self.compare(IntCC::UnsignedLessThan, a, b),
            Binary::LeS => self.compare(IntCC::SignedLessThanOrEqual, a, b),
            Binary::LeU => self.compare(IntCC::UnsignedLessThanOrEqual, a, b),
        }
    }

    /// Truth is an I32 for us and a byte for Cranelift.
    fn compare(&mut self, how: IntCC, a: Value, b: Value) -> Value {
        let truth = self.builder.ins().icmp(how, a, b);
        self.builder.ins().uextend(types::I32, truth)
    }
}
