//! Statements and expressions in the making: new locals, blocks, and constants folded on the way.

use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Unary, Width};

/// A function in the making.
pub struct Build {
    name: String,
    params: Vec<Ty>,
    results: Vec<Ty>,
    locals: Vec<Ty>,
    block: Vec<Stmt>,
}

impl Build {
    /// A function of this name, parameters and results, without statements.
    pub fn new(name: &str, params: &[Ty], results: &[Ty]) -> Build {
        let (name, params, results) = (name.to_owned(), params.to_vec(), results.to_vec());
        Build { name, params, results, locals: Vec::new(), block: Vec::new() }
    }

    /// The function.
    pub fn finish(self, exported: bool) -> Function {
        let Build { name, params, results, locals, block } = self;
        Function { name, exported, host: false, params, results, locals, body: block }
    }

    /// A parameter.
    pub fn param(&self, n: u32) -> Expr {
        Expr::Get(Local(n))
    }

    /// A new local, which is 0 until it is set.
    pub fn local(&mut self, ty: Ty) -> Local {
        let place = self.params.len() + self.locals.len();
        self.locals.push(ty);
        Local(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The type of an expression.
    pub fn ty(&self, expr: &Expr) -> Ty {
        match expr {
            Expr::I32(_) => Ty::I32,
            Expr::I64(_) => Ty::I64,
            Expr::Get(local) => {
                let n = local.0 as usize;
                let own = n.checked_sub(self.params.len()).and_then(|n| self.locals.get(n));
                self.params.get(n).or(own).copied().unwrap_or(Ty::I32)
            }
            Expr::Data(_) | Expr::Offset(..) => Ty::Ptr,
            Expr::Load { ty, .. } | Expr::Select(ty, ..) => *ty,
            Expr::Unary(Unary::IsZero | Unary::Wrap, _) => Ty::I32,
            Expr::Unary(..) => Ty::I64,
            Expr::Binary(op, ty, ..) => {
                if op.compares() {
                    Ty::I32
                } else {
                    *ty
                }
            }
        }
    }

    /// Adds a statement.
    pub fn push(&mut self, stmt: Stmt) {
        self.block.push(stmt);
    }

    /// Gives a local a value.
    pub fn set(&mut self, local: Local, value: Expr) {
        if value != Expr::Get(local) {
            self.push(Stmt::Set(local, value));
        }
    }

    /// A new local with a value.
    pub fn var(&mut self, value: Expr) -> Local {
        let ty = self.ty(&value);
        let local = self.local(ty);
        self.push(Stmt::Set(local, value));
        local
    }

    /// The value as something that can be written down many times: a constant or a local.
    pub fn keep(&mut self, value: Expr) -> Expr {
        match value {
            Expr::I32(_) | Expr::I64(_) | Expr::Get(_) | Expr::Data(_) => value,
            other => Expr::Get(self.var(other)),
        }
    }

    /// Writes to memory, so many bytes beyond an address.
    pub fn store(&mut self, width: Width, address: Expr, offset: u32, value: Expr) {
        self.push(Stmt::Store { width, address, offset, value });
    }

    /// Calls a function; its results, kept.
    pub fn call(&mut self, function: FunctionId, results: &[Ty], args: Vec<Expr>) -> Vec<Expr> {
        let results: Vec<Local> = results.iter().map(|ty| self.local(*ty)).collect();
        let values = results.iter().map(|local| Expr::Get(*local)).collect();
        self.push(Stmt::Call { function, args, results });
        values
    }

    /// The statements that `f` makes, apart.
    pub fn swap(&mut self, block: Vec<Stmt>) -> Vec<Stmt> {
        std::mem::replace(&mut self.block, block)
    }
}

/// Builders of one function, or of what holds one: blocks written as closures.
pub trait Blocks: Sized {
    /// The function in the making.
    fn build(&mut self) -> &mut Build;

    /// What `f` writes, apart from what has been written.
    fn apart<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> (Vec<Stmt>, T) {
        let outer = self.build().swap(Vec::new());
        let result = f(self);
        (self.build().swap(outer), result)
    }

    /// What is done where a condition (I32, not 0) holds.
    fn when(&mut self, condition: Expr, yes: impl FnOnce(&mut Self)) {
        self.either(condition, yes, |_| {});
    }

    /// One of two things, by a condition.
    fn either(&mut self, condition: Expr, yes: impl FnOnce(&mut Self), no: impl FnOnce(&mut Self)) {
        match condition {
            Expr::I32(0) => no(self),
            Expr::I32(_) => yes(self),
            condition => {
                let (yes, ()) = self.apart(yes);
                let (no, ()) = self.apart(no);
                if !(yes.is_empty() && no.is_empty()) {
                    self.build().push(Stmt::If(condition, yes, no));
                }
            }
        }
    }

    /// A loop, which ends where the body breaks out of it.
    fn repeat(&mut self, body: impl FnOnce(&mut Self)) {
        let (body, ()) = self.apart(body);
        self.build().push(Stmt::Loop(body));
    }

    /// Counts a local from 0 up to `count` (I32), with the body in between.
    fn count(&mut self, count: &Expr, body: impl FnOnce(&mut Self, Expr)) {
        let n = self.build().var(i32(0));
        self.repeat(|it| {
            it.when(le_u(count.clone(), Expr::Get(n)), |it| it.build().push(Stmt::Break(0)));
            body(it, Expr::Get(n));
            it.build().set(n, add(Expr::Get(n), i32(1)));
        });
    }
}

impl Blocks for Build {
    fn build(&mut self) -> &mut Build {
        self
    }
}

/// A constant of 32 bits.
pub fn i32(n: i32) -> Expr {
    Expr::I32(n)
}

/// A constant of 64 bits.
pub fn i64(n: i64) -> Expr {
    Expr::I64(n)
}

/// A truth value.
pub fn truth(n: bool) -> Expr {
    Expr::I32(i32::from(n))
}

/// An operation on I32 or I64; the type is that of a constant operand, or given by the name of the function.
pub fn op(op: Binary, ty: Ty, a: Expr, b: Expr) -> Expr {
    let folded = match (&a, &b) {
        (Expr::I32(x), Expr::I32(y)) => {
            fold(op, (*x).into(), (*y).into()).and_then(|n| n.try_into().ok()).map(Expr::I32)
        }
        (Expr::I64(x), Expr::I64(y)) if op.compares() => fold(op, *x, *y).map(|n| truth(n != 0)),
        (Expr::I64(x), Expr::I64(y)) => fold(op, *x, *y).map(Expr::I64),
        _ => None,
    };
    if let Some(constant) = folded {
        return constant;
    }
    let zero = |it: &Expr| matches!(it, Expr::I32(0) | Expr::I64(0));
    match op {
        Binary::Add | Binary::Or | Binary::Xor if zero(&a) => return b,
        Binary::Add | Binary::Sub | Binary::Or | Binary::Xor | Binary::Shl | Binary::ShrS | Binary::ShrU
            if zero(&b) =>
        {
            return a;
        }
        Binary::Mul | Binary::And if zero(&a) => return a,
        Binary::Mul | Binary::And if zero(&b) => return b,
        _ => {}
    }
    Expr::Binary(op, ty, Box::new(a), Box::new(b))
}

/// The result of an operation on constants, where it is known without regard to the width.
fn fold(op: Binary, x: i64, y: i64) -> Option<i64> {
    Some(match op {
        Binary::Add => x.checked_add(y)?,
        Binary::Sub => x.checked_sub(y)?,
        Binary::Mul => x.checked_mul(y)?,
        Binary::And => x & y,
        Binary::Or => x | y,
        Binary::Xor => x ^ y,
        Binary::Eq => (x == y).into(),
        Binary::Ne => (x != y).into(),
        Binary::LtS => (x < y).into(),
        Binary::LeS => (x <= y).into(),
        _ => return None,
    })
}

/// `a + b`
pub fn add(a: Expr, b: Expr) -> Expr {
    op(Binary::Add, Ty::I32, a, b)
}

/// `a` and `b`, which are 0 or 1.
pub fn and(a: Expr, b: Expr) -> Expr {
    match (&a, &b) {
        (Expr::I32(1), _) => b,
        (_, Expr::I32(1)) => a,
        _ => op(Binary::And, Ty::I32, a, b),
    }
}

/// `a` or `b`, which are 0 or 1.
pub fn or(a: Expr, b: Expr) -> Expr {
    match (&a, &b) {
        (Expr::I32(1), _) => a,
        (_, Expr::I32(1)) => b,
        _ => op(Binary::Or, Ty::I32, a, b),
    }
}

/// Whether a number is 0.
pub fn not(a: Expr) -> Expr {
    match a {
        Expr::I32(n) => truth(n == 0),
        other => Expr::Unary(Unary::IsZero, Box::new(other)),
    }
}

/// `a = b`
pub fn eq(a: Expr, b: Expr) -> Expr {
    op(Binary::Eq, Ty::I32, a, b)
}

/// `a != b`
pub fn ne(a: Expr, b: Expr) -> Expr {
    op(Binary::Ne, Ty::I32, a, b)
}

/// `a < b`, unsigned.
pub fn lt_u(a: Expr, b: Expr) -> Expr {
    op(Binary::LtU, Ty::I32, a, b)
}

/// `a <= b`, unsigned.
pub fn le_u(a: Expr, b: Expr) -> Expr {
    op(Binary::LeU, Ty::I32, a, b)
}

/// `a < b`
pub fn lt(a: Expr, b: Expr) -> Expr {
    op(Binary::LtS, Ty::I32, a, b)
}

/// `a <= b`
pub fn le(a: Expr, b: Expr) -> Expr {
    op(Binary::LeS, Ty::I32, a, b)
}

/// Operations on I64.
pub mod long {
    use super::{Binary, Expr, Ty, op};

    macro_rules! operations {
        ($($name:ident $op:ident),*) => {
            $(/// An operation of this name.
            pub fn $name(a: Expr, b: Expr) -> Expr {
                op(Binary::$op, Ty::I64, a, b)
            })*
        };
    }

    operations!(
        add Add, sub Sub, mul Mul, div DivS, div_u DivU, rem RemS, rem_u RemU, and And, or Or, xor Xor, shl Shl, shr ShrS, shr_u ShrU,
        eq Eq, ne Ne, lt LtS, le LeS, lt_u LtU, le_u LeU
    );
}

/// One of two values of a type, by a condition.
pub fn select(ty: Ty, condition: Expr, yes: Expr, no: Expr) -> Expr {
    match condition {
        Expr::I32(0) => no,
        Expr::I32(_) => yes,
        _ if yes == no => yes,
        condition => Expr::Select(ty, Box::new(condition), Box::new(yes), Box::new(no)),
    }
}

/// An operation on one value.
pub fn unary(op: Unary, a: Expr) -> Expr {
    match (op, &a) {
        (Unary::Extend, Expr::I32(n)) => Expr::I64((*n).into()),
        (Unary::ExtendUnsigned, Expr::I32(n)) => Expr::I64(n.cast_unsigned().into()),
        (Unary::Wrap, Expr::I64(n)) => Expr::I32(*n as i32),
        _ => Expr::Unary(op, Box::new(a)),
    }
}

/// Bytes from one address up to another, as an I32.
pub fn bytes_between(from: Expr, to: Expr) -> Expr {
    let address = |of: Expr| unary(Unary::Address, of);
    unary(Unary::Wrap, long::sub(address(to), address(from)))
}

/// Bytes beyond a pointer.
pub fn beyond(pointer: Expr, bytes: Expr) -> Expr {
    match (pointer, bytes) {
        (pointer, Expr::I32(0)) => pointer,
        (Expr::Data(at), Expr::I32(n)) if n > 0 => Expr::Data(at.saturating_add(n.cast_unsigned())),
        (pointer, bytes) => Expr::Offset(Box::new(pointer), Box::new(bytes)),
    }
}

/// Reads memory.
pub fn load(ty: Ty, width: Width, signed: bool, address: Expr, offset: u32) -> Expr {
    Expr::Load { ty, width, signed, address: Box::new(address), offset }
}

/// Reads a byte.
pub fn load_byte(address: Expr, offset: u32) -> Expr {
    load(Ty::I32, Width::One, false, address, offset)
}

/// Reads 4 bytes.
pub fn load_i32(address: Expr, offset: u32) -> Expr {
    load(Ty::I32, Width::Four, true, address, offset)
}

/// Reads 8 bytes.
pub fn load_i64(address: Expr, offset: u32) -> Expr {
    load(Ty::I64, Width::Eight, false, address, offset)
}

/// Reads an address.
pub fn load_ptr(address: Expr, offset: u32) -> Expr {
    load(Ty::Ptr, Width::Eight, false, address, offset)
}
