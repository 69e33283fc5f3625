//! Machine code with little to write.

use enact_machine::code::{Binary, Expr, Function, FunctionId, Local, Module, Stmt, Ty, Unary, Width};

/// The input, the output and the arena of a decision.
pub(super) const INPUT: Local = Local(0);
pub(super) const OUTPUT: Local = Local(1);

pub(super) fn get(n: u32) -> Expr {
    Expr::Get(Local(n))
}

pub(super) fn set(n: u32, value: Expr) -> Stmt {
    Stmt::Set(Local(n), value)
}

pub(super) fn binary(op: Binary, ty: Ty, a: Expr, b: Expr) -> Expr {
    Expr::Binary(op, ty, Box::new(a), Box::new(b))
}

pub(super) fn unary(op: Unary, a: Expr) -> Expr {
    Expr::Unary(op, Box::new(a))
}

pub(super) fn add(a: Expr, b: Expr) -> Expr {
    binary(Binary::Add, Ty::I64, a, b)
}

pub(super) fn select(ty: Ty, condition: Expr, yes: Expr, no: Expr) -> Expr {
    Expr::Select(ty, Box::new(condition), Box::new(yes), Box::new(no))
}

/// A word of the input.
pub(super) fn input(ty: Ty, word: u32) -> Expr {
    let width = if ty == Ty::I32 { Width::Four } else { Width::Eight };
    Expr::Load { ty, width, signed: false, address: Box::new(Expr::Get(INPUT)), offset: 8 * word }
}

/// Writes an integer to a word of the output.
pub(super) fn output(ty: Ty, word: u32, value: Expr) -> Stmt {
    let width = if ty == Ty::I32 { Width::Four } else { Width::Eight };
    Stmt::Store { width, address: Expr::Get(OUTPUT), offset: 8 * word, value }
}

pub(super) fn done(value: Expr) -> Stmt {
    Stmt::Return(vec![value])
}

pub(super) fn when(condition: Expr, yes: Vec<Stmt>) -> Stmt {
    Stmt::If(condition, yes, vec![])
}

/// A decision of these locals, the first of which is number 3.
pub(super) fn decision(name: &str, locals: &[Ty], body: Vec<Stmt>) -> Function {
    let (params, results) = (vec![Ty::Ptr; 3], vec![Ty::I32]);
    Function { name: name.to_owned(), exported: true, host: false, params, results, locals: locals.to_vec(), body }
}

/// A function that only the module calls.
pub(super) fn helper(name: &str, params: &[Ty], results: &[Ty], locals: &[Ty], body: Vec<Stmt>) -> Function {
    let (params, results, locals) = (params.to_vec(), results.to_vec(), locals.to_vec());
    Function { name: name.to_owned(), exported: false, host: false, params, results, locals, body }
}

pub(super) fn call(function: u32, args: Vec<Expr>, results: &[u32]) -> Stmt {
    Stmt::Call { function: FunctionId(function), args, results: results.iter().map(|n| Local(*n)).collect() }
}

pub(super) fn module(functions: Vec<Function>) -> Module {
    Module { functions, data: Vec::new() }
}
