//! Planted mistakes: what a code generator could get wrong, put into the code that it makes. The tests of the engines must notice each.

use enact_machine::code::{Binary, Expr, Module, Stmt, Ty, Unary, Width};

/// A mistake: one part of an expression, or a statement, is made into another.
pub struct Mistake {
    /// What is wrong.
    pub name: &'static str,
    expr: fn(&mut Expr),
    stmt: fn(&mut Stmt),
}

fn nothing_expr(_: &mut Expr) {}
fn nothing_stmt(_: &mut Stmt) {}

macro_rules! swap {
    ($name:literal, $from:ident, $to:ident, $of:pat) => {
        Mistake {
            name: $name,
            expr: |expr| {
                if let Expr::Binary(op @ Binary::$from, $of, ..) = expr {
                    *op = Binary::$to;
                }
            },
            stmt: nothing_stmt,
        }
    };
}

/// The mistakes.
pub const MISTAKES: &[Mistake] = &[
    swap!("sums are differences", Add, Sub, Ty::I64),
    swap!("products are sums", Mul, Add, Ty::I64),
    swap!("`<` is `<=`", LtS, LeS, Ty::I64),
    swap!("`<=` is `<`", LeS, LtS, Ty::I64),
    swap!("a shift loses the sign", ShrS, ShrU, Ty::I64),
    swap!("a quotient is unsigned", DivS, DivU, Ty::I64),
    swap!("a rest is unsigned", RemS, RemU, Ty::I64),
    swap!("states are combined by `or`", And, Or, Ty::I32),
    swap!("what is equal differs", Eq, Ne, Ty::I32),
    swap!("a carry is lost", LtU, Xor, Ty::I64),
    Mistake {
        name: "a choice is the other way round",
        expr: |expr| {
            if let Expr::Select(_, _, yes, no) = expr {
                std::mem::swap(yes, no);
            }
        },
        stmt: nothing_stmt,
    },
    Mistake {
        name: "dates before 1970 lose their sign",
        expr: |expr| {
            if let Expr::Load { ty: Ty::I64, width: Width::Four, signed, .. } = expr {
                *signed = false;
            }
        },
        stmt: nothing_stmt,
    },
    Mistake {
        name: "an extended number loses its sign",
        expr: |expr| {
            if let Expr::Unary(op @ Unary::Extend, _) = expr {
                *op = Unary::ExtendUnsigned;
            }
        },
        stmt: nothing_stmt,
    },
    Mistake {
        name: "numbers are stored by half",
        expr: nothing_expr,
        stmt: |stmt| {
            if let Stmt::Store { width: width @ Width::Eight, .. } = stmt {
                *width = Width::Four;
            }
        },
    },
    Mistake {
        name: "branches are the wrong way round",
        expr: nothing_expr,
        stmt: |stmt| {
            if let Stmt::If(_, yes, no) = stmt {
                std::mem::swap(yes, no);
            }
        },
    },
];

impl Mistake {
    /// Makes the mistake everywhere.
    pub fn plant(&self, module: &mut Module) {
        module.functions.iter_mut().for_each(|it| self.block(&mut it.body));
    }

    fn block(&self, block: &mut [Stmt]) {
        for stmt in block {
            (self.stmt)(stmt);
            match stmt {
                Stmt::Set(_, value) => self.expr(value),
                Stmt::Call { args: values, .. } | Stmt::Return(values) => {
                    values.iter_mut().for_each(|it| self.expr(it))
                }
                Stmt::Store { address, value, .. } => {
                    self.expr(address);
                    self.expr(value);
                }
                Stmt::If(condition, yes, no) => {
                    self.expr(condition);
                    self.block(yes);
                    self.block(no);
                }
                Stmt::Loop(body) => self.block(body),
                Stmt::Break(_) | Stmt::Continue(_) => {}
            }
        }
    }

    fn expr(&self, expr: &mut Expr) {
        (self.expr)(expr);
        match expr {
            Expr::I32(_) | Expr::I64(_) | Expr::Get(_) | Expr::Data(_) => {}
            Expr::Load { address, .. } => self.expr(address),
            Expr::Unary(_, it) => self.expr(it),
            Expr::Offset(a, b) | Expr::Binary(_, _, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Expr::Select(_, a, b, c) => {
                self.expr(a);
                self.expr(b);
                self.expr(c);
            }
        }
    }
}
