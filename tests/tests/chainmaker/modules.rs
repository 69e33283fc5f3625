//! What a module must have, and how much memory it may.

use super::{Contract, alice, chain, install, invoke, wasm};
use enact_tests::chainmaker::{Chain, Params};

/// Why a module can be no contract.
#[track_caller]
fn refusal(text: &str) -> String {
    Chain::new(1).create("c", &wasm(text), &alice(), &Params::new()).unwrap_err().to_string()
}

/// The text of a contract without methods, with a part of it replaced.
#[track_caller]
fn changed(from: &str, to: &str) -> String {
    let text = Contract::new().wat();
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    let refusal = Chain::new(1).create("c", b"\0asm no", &alice(), &Params::new()).unwrap_err();
    assert!(refusal.to_string().starts_with("the module can be no contract: "), "{refusal}");
}

#[test]
fn every_export_of_a_contract_is_wanted() {
    install(&mut Chain::new(1), "c", &Contract::new());
    for name in ["runtime_type", "allocate", "deallocate", "init_contract", "upgrade", "memory"] {
        let told = refusal(&changed(&format!("export \"{name}\""), "export \"other\""));
        assert!(told.ends_with(&format!("the export `{name}` is missing")), "{told}");
    }
}

#[test]
fn exports_have_their_types() {
    let cases = [
        (
            r#""runtime_type") (result i32) (i32.const 2)"#,
            r#""runtime_type") (result i64) (i64.const 2)"#,
            "from 0 to 1",
        ),
        (r#"(export "init_contract"))"#, r#"(export "init_contract") (param i32))"#, "from 0 to 0"),
        (r#"(export "upgrade"))"#, r#"(export "upgrade") (result i32) (i32.const 0))"#, "from 0 to 0"),
    ];
    for (from, to, words) in cases {
        let told = refusal(&changed(from, to));
        assert!(told.contains(words), "{told}");
    }
    let told = refusal(&changed("(memory (export \"memory\") 2)", "(memory 2) (func (export \"memory\"))"));
    assert!(told.ends_with("the export `memory` is no memory"), "{told}");
}

#[test]
fn only_the_known_imports_are_there_and_with_their_types() {
    let cases = [
        ("(import \"env\" \"log_message\" ", "(import \"env\" \"print\" ", "`env.print` is not there"),
        ("(import \"env\" \"sys_call\" ", "(import \"host\" \"sys_call\" ", "`host.sys_call` is not there"),
        (
            "(import \"env\" \"log_message\" ",
            "(import \"wasi_unstable\" \"fd_close\" (func)) (import \"env\" \"log_message\" ",
            "`wasi_unstable.fd_close` is not there",
        ),
        (
            "(import \"env\" \"log_message\" ",
            "(import \"env\" \"sys_call\" (func (param i32))) (import \"env\" \"log_message\" ",
            "`env.sys_call` must be a function from 4 to 1",
        ),
        (
            "(import \"env\" \"log_message\" ",
            "(import \"env\" \"log_message\" (global i32)) (import \"env\" \"log_message\" ",
            "`env.log_message` must be a function from 2 to 0",
        ),
    ];
    for (from, to, words) in cases {
        let told = refusal(&changed(from, to));
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn instructions_that_came_later_are_refused() {
    for code in ["(drop (f64.const 1))", "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))"] {
        let mut contract = Contract::new();
        contract.method("m", code);
        let told = refusal(&contract.wat());
        assert!(told.contains("the module can be no contract"), "{told}");
    }
    let mut contract = Contract::new();
    contract.method("m", "(drop (i32.extend8_s (i32.const 1)))");
    assert_eq!(invoke(&mut chain(&contract), "m").code, 0);
}

#[test]
fn memory_ends_at_128_pages() {
    let mut contract = Contract { pages: 128, ..Contract::new() };
    contract.method("grow", "(call $tell (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))");
    assert_eq!(invoke(&mut chain(&contract), "grow").logs[0].text, "1");
    contract.pages = 127;
    assert_eq!(invoke(&mut chain(&contract), "grow").logs[0].text, "0");
    contract.pages = 129;
    let told = refusal(&contract.wat());
    assert!(told.ends_with("it begins with 129 pages of memory, more than 128"), "{told}");
}
