//! Runs machine code step by step: slow, safe, and the reference for the engines that turn it into instructions.

use crate::code::{Binary, Expr, FunctionId, Local, Module, Stmt, Ty, Unary, Width};

/// A value of a local: I32 as its 32 bits, an address as its number.
type Bits = u64;

/// Why a run stopped; a fault of whoever made the code, or gave it too little memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap(pub String);

/// A memory, and the module that works on it.
pub struct Machine<'m> {
    module: &'m Module,
    /// Address 0 is never used; the module's constants begin at [`Machine::DATA`].
    pub memory: Vec<u8>,
    /// Steps that may still be made.
    pub fuel: u64,
}

/// How a statement ends.
enum Flow {
    Next,
    Break(u32),
    Continue(u32),
    Return(Vec<Bits>),
}

fn trap<T>(why: &str) -> Result<T, Trap> {
    Err(Trap(why.to_owned()))
}

impl<'m> Machine<'m> {
    /// Where constants begin.
    pub const DATA: usize = 16;

    /// A memory with the module's constants and this much room after them.
    pub fn new(module: &'m Module, room: usize) -> Self {
        let mut memory = vec![0; Self::DATA];
        memory.extend(&module.data);
        memory.resize(memory.len().next_multiple_of(16) + room, 0);
        Machine { module, memory, fuel: u64::MAX }
    }

    /// The first address after the constants; a multiple of 16.
    pub fn free(&self) -> usize {
        (Self::DATA + self.module.data.len()).next_multiple_of(16)
    }

    /// Calls a function. Arguments and results are the bits of their types.
    ///
    /// # Errors
    /// Where the code does what no well-made code does.
    pub fn call(&mut self, id: FunctionId, args: &[u64]) -> Result<Vec<u64>, Trap> {
        let Some(function) = self.module.function(id) else { return trap("no such function") };
        let mut locals = args.to_vec();
        if locals.len() != function.params.len() {
            return trap("wrong number of arguments");
        }
        locals.resize(locals.len() + function.locals.len(), 0);
        match self.block(&mut locals, &function.body)? {
            Flow::Return(results) if results.len() == function.results.len() => Ok(results),
            _ => trap("a function ends without its results"),
        }
    }

    fn burn(&mut self) -> Result<(), Trap> {
        match self.fuel.checked_sub(1) {
            Some(left) => self.fuel = left,
            None => return trap("out of fuel"),
        }
        Ok(())
    }

    fn block(&mut self, locals: &mut Vec<Bits>, block: &[Stmt]) -> Result<Flow, Trap> {
        for stmt in block {
            self.burn()?;
            match self.stmt(locals, stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, locals: &mut Vec<Bits>, stmt: &Stmt) -> Result<Flow, Trap> {
        match stmt {
            Stmt::Set(local, value) => {
                let value = self.expr(locals, value)?;
                set(locals, *local, value)?;
            }
            Stmt::Call { function: callee, args, results } => {
                let args = args.iter().map(|arg| self.expr(locals, arg)).collect::<Result<Vec<_>, _>>()?;
                let found = self.call(*callee, &args)?;
                for (local, value) in results.iter().zip(found) {
                    set(locals, *local, value)?;
                }
            }
            Stmt::Store { width, address, offset, value } => {
                let at = self.expr(locals, address)?.wrapping_add(u64::from(*offset));
                let value = self.expr(locals, value)?;
                let bytes = value.to_le_bytes();
                let count = width.bytes() as usize;
                let Some(place) =
                    usize::try_from(at).ok().and_then(|at| self.memory.get_mut(at..at.checked_add(count)?))
                else {
                    return trap("a write outside memory");
                };
                place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
            }
            Stmt::If(condition, yes, no) => {
                let branch = if self.expr(locals, condition)? != 0 { yes } else { no };
                return self.block(locals, branch);
            }
            Stmt::Loop(body) => loop {
                // A turn takes a step too, so that a loop without a body ends.
                self.burn()?;
                match self.block(locals, body)? {
                    Flow::Next | Flow::Continue(0) => {}
                    Flow::Break(0) => break,
                    Flow::Break(n) => return Ok(Flow::Break(n - 1)),
                    Flow::Continue(n) => return Ok(Flow::Continue(n - 1)),
                    done @ Flow::Return(_) => return Ok(done),
                }
            },
            Stmt::Break(n) => return Ok(Flow::Break(*n)),
            Stmt::Continue(n) => return Ok(Flow::Continue(*n)),
            Stmt::Return(values) => {
                let values = values.iter().map(|value| self.expr(locals, value)).collect::<Result<_, _>>()?;
                return Ok(Flow::Return(values));
            }
        }
        Ok(Flow::Next)
    }

    fn expr(&self, locals: &[Bits], expr: &Expr) -> Result<Bits, Trap> {
        let eval = |it: &Expr| self.expr(locals, it);
        Ok(match expr {
            Expr::I32(n) => u64::from(n.cast_unsigned()),
            Expr::I64(n) => n.cast_unsigned(),
            Expr::Get(local) => match locals.get(local.0 as usize) {
                Some(value) => *value,
                None => return trap("no such local"),
            },
            Expr::Data(at) => Self::DATA as u64 + u64::from(*at),
            Expr::Load { ty, width, signed, address, offset } => {
                let at = eval(address)?.wrapping_add(u64::from(*offset));
                self.load(at, *ty, *width, *signed)?
            }
            Expr::Offset(pointer, bytes) => eval(pointer)?.wrapping_add(eval(bytes)?),
            Expr::Unary(op, value) => unary(*op, eval(value)?),
            Expr::Binary(op, ty, a, b) => binary(*op, *ty, eval(a)?, eval(b)?)?,
            Expr::Select(_, condition, yes, no) => {
                let (condition, yes, no) = (eval(condition)?, eval(yes)?, eval(no)?);
                if condition != 0 { yes } else { no }
            }
        })
    }

    fn load(&self, at: u64, ty: Ty, width: Width, signed: bool) -> Result<Bits, Trap> {
        let count = width.bytes() as usize;
        let place = usize::try_from(at).ok().and_then(|at| self.memory.get(at..at.checked_add(count)?));
        let Some(place) = place else { return trap("a read outside memory") };
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(place).for_each(|(byte, read)| *byte = *read);
        let bits = u64::from_le_bytes(bytes);
        let unused = 64 - 8 * width.bytes();
        let value = if signed { ((bits << unused).cast_signed() >> unused).cast_unsigned() } else { bits };
        Ok(if ty == Ty::I32 { value & 0xffff_ffff } else { value })
    }
}

fn set(locals: &mut [Bits], local: Local, value: Bits) -> Result<(), Trap> {
    match locals.get_mut(local.0 as usize) {
        Some(place) => *place = value,
        None => return trap("no such local"),
    }
    Ok(())
}

fn unary(op: Unary, a: Bits) -> Bits {
    match op {
        Unary::IsZero => u64::from(a == 0),
        Unary::Extend => i64::from((a as u32).cast_signed()).cast_unsigned(),
        Unary::ExtendUnsigned | Unary::Wrap => a & 0xffff_ffff,
        Unary::LeadingZeros => a.leading_zeros().into(),
        Unary::Address => a,
    }
}

fn binary(op: Binary, ty: Ty, a: Bits, b: Bits) -> Result<Bits, Trap> {
    let narrow = ty == Ty::I32;
    let signed = |n: Bits| if narrow { i64::from((n as u32).cast_signed()) } else { n.cast_signed() };
    let (sa, sb) = (signed(a), signed(b));
    let divides = matches!(op, Binary::DivS | Binary::DivU | Binary::RemS | Binary::RemU);
    if divides && b == 0 {
        return trap("a division by 0");
    }
    let bits = if narrow { 32 } else { 64 };
    let least = if narrow { i64::from(i32::MIN) } else { i64::MIN };
    if matches!(op, Binary::DivS | Binary::RemS) && sa == least && sb == -1 {
        return trap("a quotient that does not fit");
    }
    let value = match op {
        Binary::Add => a.wrapping_add(b),
        Binary::Sub => a.wrapping_sub(b),
        Binary::Mul => a.wrapping_mul(b),
        Binary::DivS => (sa / sb).cast_unsigned(),
        Binary::RemS => (sa % sb).cast_unsigned(),
        Binary::DivU => a / b,
        Binary::RemU => a % b,
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::Shl | Binary::ShrS | Binary::ShrU if b >= bits => return trap("a shift by too much"),
        Binary::Shl => a << b,
        Binary::ShrS => (sa >> b).cast_unsigned(),
        Binary::ShrU => a >> b,
        Binary::Eq => u64::from(a == b),
        Binary::Ne => u64::from(a != b),
        Binary::LtS => u64::from(sa < sb),
        Binary::LtU => u64::from(a < b),
        Binary::LeS => u64::from(sa <= sb),
        Binary::LeU => u64::from(a <= b),
    };
    Ok(if narrow { value & 0xffff_ffff } else { value })
}
