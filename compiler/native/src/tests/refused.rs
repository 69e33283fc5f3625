//! Machine code that is not well made ends as an error.

use super::make::{decision, done, get, helper, module, set};
use crate::{Error, Jit, object};
use enact_machine::code::{Expr, Function, Stmt, Ty};

fn refused(function: Function) {
    let module = module(vec![function]);
    assert!(matches!(Jit::new(&module).err(), Some(Error::Code(_))), "{module:?}");
    assert!(matches!(object(&module, "p_"), Err(Error::Code(_))), "{module:?}");
}

#[test]
fn faults_of_the_code() {
    let zero = || done(Expr::I32(0));
    refused(decision("d", &[], vec![]));
    refused(decision("d", &[], vec![set(9, get(0)), zero()]));
    refused(decision("d", &[Ty::I64], vec![set(3, Expr::I32(1)), zero()]));
    refused(decision("d", &[], vec![Stmt::Break(0)]));
    refused(Function { results: vec![Ty::I32; 2], ..decision("d", &[], vec![Stmt::Return(vec![Expr::I32(0); 2])]) });
}

#[test]
fn only_exported_functions_of_three_addresses_decide() {
    let done = |name, exported, params: &[Ty]| {
        let function = helper(name, params, &[Ty::I32], &[], vec![done(Expr::I32(0))]);
        Function { exported, ..function }
    };
    let functions = vec![
        done("good", true, &[Ty::Ptr; 3]),
        done("hidden", false, &[Ty::Ptr; 3]),
        done("numbers", true, &[Ty::Ptr, Ty::Ptr, Ty::I64]),
    ];
    let jit = Jit::new(&module(functions)).unwrap();
    let found = ["good", "hidden", "numbers"].map(|name| jit.decision(name).is_some());
    assert_eq!(found, [true, false, false]);
}
