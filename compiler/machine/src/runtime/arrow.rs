//! What of Arrow's columns takes a loop to check.

use crate::code::{Binary, Expr, Function, Local, Stmt, Ty};
use crate::lower::build::{Blocks, Build, add, beyond, eq, i32, load_byte, load_i32, lt, lt_u, ne, not, op};

/// text that ends with 0, pattern that ends with 0 → whether they are the same, where `#` stands for one digit or more.
pub(super) fn is_word() -> Function {
    let mut it = Build::new("is_word", &[Ty::Ptr; 2], &[Ty::I32]);
    let (text, wanted) = (it.param(0), it.param(1));
    let (at, n) = (it.local(Ty::I32), it.local(Ty::I32));
    let byte = |of: &Expr, at: Local| load_byte(beyond(of.clone(), Expr::Get(at)), 0);
    let digit = |byte: Expr| lt_u(op(Binary::Sub, Ty::I32, byte, i32(b'0'.into())), i32(10));
    it.repeat(|it| {
        let (found, want) = (it.keep(byte(&text, at)), it.keep(byte(&wanted, n)));
        it.either(
            eq(want.clone(), i32(b'#'.into())),
            |it| {
                it.when(not(digit(byte(&text, at))), |it| it.push(Stmt::Return(vec![i32(0)])));
                it.repeat(|it| {
                    it.when(not(digit(byte(&text, at))), |it| it.push(Stmt::Break(0)));
                    it.set(at, add(Expr::Get(at), i32(1)));
                });
            },
            |it| {
                it.when(ne(found.clone(), want), |it| it.push(Stmt::Return(vec![i32(0)])));
                it.when(eq(found, i32(0)), |it| it.push(Stmt::Return(vec![i32(1)])));
                it.set(at, add(Expr::Get(at), i32(1)));
            },
        );
        it.set(n, add(Expr::Get(n), i32(1)));
    });
    it.finish(false)
}

/// offsets, first, count → the last of `count + 1` offsets from the first on, or -1 if one is less than the one before or than 0.
pub(super) fn ends() -> Function {
    let mut it = Build::new("ends", &[Ty::Ptr, Ty::I32, Ty::I32], &[Ty::I32]);
    let (offsets, first, count) = (it.param(0), it.param(1), it.param(2));
    let start = it.keep(beyond(offsets, op(Binary::Shl, Ty::I32, first, i32(2))));
    let last = it.var(load_i32(start.clone(), 0));
    it.when(lt(Expr::Get(last), i32(0)), |it| it.push(Stmt::Return(vec![i32(-1)])));
    it.count(&count, |it, n| {
        let next = it.keep(load_i32(beyond(start, op(Binary::Shl, Ty::I32, n, i32(2))), 4));
        it.when(lt(next.clone(), Expr::Get(last)), |it| it.push(Stmt::Return(vec![i32(-1)])));
        it.set(last, next);
    });
    it.push(Stmt::Return(vec![Expr::Get(last)]));
    it.finish(false)
}
