//! What a module is made of.

use super::{bytes, roomy, seven, single};
use crate::{DATA, Error, FREE, MEMORY, Options, module, sections};
use enact_machine::code::{Expr, Stmt, Ty};
use enact_machine::exec::Machine;
use enact_machine::testing;
use proptest::prelude::*;
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

/// What every chain's machine knows. No floating point.
const FEATURES: WasmFeatures = WasmFeatures::MULTI_VALUE.union(WasmFeatures::SIGN_EXTENSION);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn modules_are_valid_and_the_same_each_time(choices in prop::collection::vec(any::<u32>(), 0..900)) {
        let code = testing::sample(&choices).module;
        let made = bytes(&code);
        prop_assert!(Validator::new_with_features(FEATURES).validate_all(&made).is_ok());
        prop_assert_eq!(made, bytes(&code));
    }
}

#[test]
fn the_validator_would_find_floating_point() {
    let text = [0, b'a', b's', b'm', 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x7d, 0];
    assert!(Validator::new_with_features(WasmFeatures::all()).validate_all(&text).is_ok());
    assert!(Validator::new_with_features(FEATURES).validate_all(&text).is_err());
}

#[test]
fn there_are_no_imports_and_these_exports() {
    let mut code = seven();
    let mut inner = code.functions[0].clone();
    (inner.name, inner.exported) = ("inner".to_owned(), false);
    code.functions.insert(0, inner);
    code.data = vec![1, 2, 3];
    let made = module(&code, &Options { custom: vec![("enact".to_owned(), b"x y".to_vec())], ..roomy() }).unwrap();
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(&made) {
        match payload.unwrap() {
            Payload::ImportSection(_) => found.push("import".to_owned()),
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.unwrap();
                    let kind = match export.kind {
                        ExternalKind::Func => "function",
                        ExternalKind::Memory => "memory",
                        ExternalKind::Global => "global",
                        _ => "other",
                    };
                    found.push(format!("{kind} {} {}", export.name, export.index));
                }
            }
            Payload::TypeSection(types) => found.push(format!("types {}", types.count())),
            Payload::CustomSection(section) => {
                found.push(format!("custom {} {}", section.name(), String::from_utf8_lossy(section.data())));
            }
            _ => {}
        }
    }
    assert_eq!(found, ["types 1", "memory memory 0", "global free 0", "function f 1", "custom enact x y"]);
}

#[test]
fn constants_are_where_the_reference_has_them() {
    assert_eq!(DATA as usize, Machine::DATA);
    for size in [0, 1, 15, 16, 17] {
        let mut code = seven();
        code.data = vec![9; size];
        let engine = crate::engine::Engine::new(&bytes(&code)).unwrap();
        assert_eq!(engine.free() as usize, Machine::new(&code, 0).free());
        assert_eq!(engine.read(DATA, size).unwrap(), &code.data);
    }
}

#[test]
fn what_is_not_well_formed_is_no_module() {
    let code = single(&[], &[Ty::I32], vec![Stmt::Return(vec![Expr::I64(0)])]);
    let why = "f: a result is I64 and not I32".to_owned();
    assert_eq!(module(&code, &roomy()), Err(Error::Malformed(why)));
    for name in [MEMORY, FREE] {
        let mut code = seven();
        name.clone_into(&mut code.functions[0].name);
        assert_eq!(module(&code, &roomy()), Err(Error::Name(name.to_owned())));
        code.functions[0].exported = false;
        assert!(module(&code, &roomy()).is_ok());
    }
}

#[test]
fn sections_are_told_apart_as_far_as_they_can_be_read() {
    let mut code = seven();
    code.data = vec![1, 2, 3];
    let made = module(&code, &Options { custom: vec![("enact".to_owned(), b"x y".to_vec())], ..roomy() }).unwrap();
    let found = sections(&made).unwrap();
    let names: Vec<&str> = found.iter().map(|it| it.name).collect();
    assert_eq!(names, ["type", "function", "memory", "global", "export", "code", "data", "enact"]);
    assert_eq!(found.last().unwrap().bytes, b"x y");
    let cut = sections(&made[..made.len() - 1]).unwrap();
    assert!(cut.len() < names.len() && cut[..] == found[..cut.len()]);
    assert_eq!(sections(b"\0asm"), None);
    assert_eq!(sections(b"policy p"), None);
}
