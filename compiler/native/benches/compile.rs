//! How long it takes until a decision can be called. `cargo bench -p enact-native`.

use divan::{Bencher, black_box};
use enact_machine::code::{Binary, Expr, Function, Local, Module, Stmt, Ty, Width};
use enact_native::{Jit, object};

fn main() {
    divan::main();
}

/// A decision of so many rules: each reads two facts, compares, works out an amount, and writes it down; 12 operations.
fn decision(rules: u32) -> Module {
    let get = |n| Expr::Get(Local(n));
    let i64 = |op, a, b| Expr::Binary(op, Ty::I64, Box::new(a), Box::new(b));
    let load = |offset| {
        let address = Box::new(get(0));
        Expr::Load { ty: Ty::I64, width: Width::Eight, signed: true, address, offset }
    };
    let rule = |n: u32| {
        let share = i64(Binary::DivS, i64(Binary::Mul, get(3), Expr::I64(i64::from(n) + 7)), Expr::I64(100));
        let capped = Box::new(i64(Binary::LtS, get(4), Expr::I64(1 << 20)));
        let amount = Expr::Select(Ty::I64, capped, Box::new(get(4)), Box::new(Expr::I64(1 << 20)));
        let granted = vec![
            Stmt::Set(Local(4), i64(Binary::Add, get(4), share)),
            Stmt::Store { width: Width::Eight, address: get(1), offset: 8 * n, value: amount },
        ];
        let refused = vec![Stmt::Set(Local(4), i64(Binary::Sub, get(4), Expr::I64(1)))];
        [Stmt::Set(Local(3), load(16 * n)), Stmt::If(i64(Binary::LtS, get(3), load(16 * n + 8)), granted, refused)]
    };
    let mut body: Vec<Stmt> = (0..rules).flat_map(rule).collect();
    body.push(Stmt::Return(vec![Expr::I32(0)]));
    let (params, results, locals) = (vec![Ty::Ptr; 3], vec![Ty::I32], vec![Ty::I64; 2]);
    let function = Function { name: "d".to_owned(), exported: true, host: false, params, results, locals, body };
    Module { functions: vec![function], data: Vec::new() }
}

#[divan::bench(args = [1, 15, 60], sample_count = 50)]
fn jit(bencher: Bencher<'_, '_>, rules: u32) {
    let module = decision(rules);
    bencher.bench_local(|| black_box(Jit::new(&module).is_ok()));
}

#[divan::bench(args = [15], sample_count = 50)]
fn object_file(bencher: Bencher<'_, '_>, rules: u32) {
    let module = decision(rules);
    bencher.bench_local(|| black_box(object(&module, "enact_").is_ok()));
}
