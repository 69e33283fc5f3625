//! Modules are valid, and engines find in them what machine code means.

mod agree;
mod limits;
mod shape;

use crate::{Options, module};
use enact_machine::code::{Expr, Function, Module, Stmt, Ty};

/// Options with room for the block of a sample.
pub(super) fn roomy() -> Options {
    Options { room: 4096, ..Options::default() }
}

/// Code of one exported function `f`.
pub(super) fn single(params: &[Ty], results: &[Ty], body: Vec<Stmt>) -> Module {
    let (params, results) = (params.to_vec(), results.to_vec());
    let function =
        Function { name: "f".to_owned(), exported: true, host: false, params, results, locals: vec![], body };
    Module { functions: vec![function], data: vec![] }
}

/// `f()` returns a number.
pub(super) fn seven() -> Module {
    single(&[], &[Ty::I32], vec![Stmt::Return(vec![Expr::I32(7)])])
}

/// Its bytes.
pub(super) fn bytes(code: &Module) -> Vec<u8> {
    module(code, &roomy()).unwrap()
}
