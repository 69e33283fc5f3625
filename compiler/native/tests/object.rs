//! An object, linked with C by the compiler of the system.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

use enact_machine::code::{Binary, Expr, Function, FunctionId, Local, Module, Stmt, Ty, Width};
use enact_native::object;
use std::path::Path;
use std::process::Command;

/// `pair(a)` gives `a * 3` and a constant; `decide` writes their sum behind the input, and counts.
fn module() -> Module {
    let get = |n| Expr::Get(Local(n));
    let i64 = |op, a, b| Expr::Binary(op, Ty::I64, Box::new(a), Box::new(b));
    let load =
        |address| Expr::Load { ty: Ty::I64, width: Width::Eight, signed: true, address: Box::new(address), offset: 0 };
    let pair = Function {
        name: "对".to_owned(),
        exported: false,
        host: false,
        params: vec![Ty::I64],
        results: vec![Ty::I64, Ty::I64],
        locals: vec![],
        body: vec![Stmt::Return(vec![i64(Binary::Mul, get(0), Expr::I64(3)), load(Expr::Data(8))])],
    };
    let decide = Function {
        name: "decide".to_owned(),
        exported: true,
        host: false,
        params: vec![Ty::Ptr; 3],
        results: vec![Ty::I32],
        locals: vec![Ty::I64; 2],
        body: vec![
            Stmt::Call { function: FunctionId(0), args: vec![load(get(0))], results: vec![Local(3), Local(4)] },
            Stmt::Store { width: Width::Eight, address: get(1), offset: 8, value: i64(Binary::Add, get(3), get(4)) },
            Stmt::Return(vec![Expr::I32(-7)]),
        ],
    };
    let data = [0u64, 1_000].iter().flat_map(|word| word.to_le_bytes()).collect();
    Module { functions: vec![pair, decide], data }
}

const PROGRAM: &str = r#"
#include <stdint.h>
#include <stdio.h>
int32_t enact_decide(const uint64_t *input, uint64_t *output, uint64_t *arena);
int main(void) {
    uint64_t input[1] = {14}, output[2] = {5, 6};
    int32_t result = enact_decide(input, output, 0);
    printf("%d %llu %llu\n", (int)result, (unsigned long long)output[0], (unsigned long long)output[1]);
    return 0;
}
"#;

#[test]
fn the_same_module_gives_the_same_bytes() {
    let first = object(&module(), "enact_").unwrap();
    assert!((0..3).all(|_| object(&module(), "enact_").unwrap() == first));
    assert!(object(&module(), "other_").unwrap() != first);
}

#[test]
fn c_calls_it() {
    if Command::new("cc").arg("--version").output().is_err() {
        eprintln!("skipped: this system has no `cc` to link with");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("rules.o"), object(&module(), "enact_").unwrap()).unwrap();
    std::fs::write(file("main.c"), PROGRAM).unwrap();
    // As position-independent as the system has it by default, without, and in a library of its own.
    for flags in [&["-O1"][..], &["-O1", "-no-pie"]] {
        build(folder.path(), flags, &["main.c", "rules.o"]);
        assert_eq!(run(&file("program")), "-7 5 1042\n");
    }
    build(folder.path(), &["-shared"], &["rules.o"]);
}

fn build(folder: &Path, flags: &[&str], from: &[&str]) {
    let mut cc = Command::new("cc");
    let built = cc.current_dir(folder).args(flags).args(from).args(["-o", "program"]).output().unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && said.is_empty(), "{flags:?}: {said}");
}

fn run(program: &Path) -> String {
    let run = Command::new(program).output().unwrap();
    assert!(run.status.success());
    String::from_utf8(run.stdout).unwrap()
}
