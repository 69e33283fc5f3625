//! Sizes at their limits, work without an end, and modules that are not ours.

use super::{bytes, roomy, seven, single};
use crate::engine::{Engine, Fault, Limits};
use crate::{Error, Layout, MAX_PAGES, Options, PAGE, module};
use enact_machine::code::{Expr, FunctionId, Local, Module, Stmt, Ty, Width};
use wasmparser::Validator;

fn with_room(room: u32, max_pages: Option<u32>) -> Result<Vec<u8>, Error> {
    module(&seven(), &Options { room, max_pages, ..Options::default() })
}

#[test]
fn memory_is_as_large_as_it_must_be() {
    let pages = |data, room| Layout::of(data, room).map(|layout| (layout.free, layout.pages));
    assert_eq!(pages(0, 0), Ok((16, 1)));
    assert_eq!(pages(0, PAGE - 16), Ok((16, 1)));
    assert_eq!(pages(0, PAGE - 15), Ok((16, 2)));
    assert_eq!(pages(1, PAGE - 32), Ok((32, 1)));
    assert_eq!(pages(0, u32::MAX - 15), Ok((16, MAX_PAGES)));
    assert_eq!(pages(0, u32::MAX), Err(Error::Memory));
    assert_eq!(pages(u64::from(u32::MAX) - 31, 0), Ok((u32::MAX - 15, MAX_PAGES)));
    assert_eq!(pages(u64::from(u32::MAX) - 15, 0), Err(Error::Memory));
    assert_eq!(pages(u64::MAX - 5, 0), Err(Error::Memory));
    assert_eq!(pages(u64::MAX, u32::MAX), Err(Error::Memory));
}

#[test]
fn modules_at_the_limits_of_memory() {
    let largest = with_room(u32::MAX - 15, None).unwrap();
    assert!(Validator::new().validate_all(&largest).is_ok());
    assert!(matches!(Engine::new(&largest), Err(Fault::Module(_))), "more than may be used");
    assert_eq!(with_room(u32::MAX, None), Err(Error::Memory));
    assert_eq!(with_room(PAGE, Some(1)), Err(Error::Memory));
    assert!(with_room(PAGE, Some(2)).is_ok());
    assert!(with_room(PAGE, Some(u32::MAX)).is_ok());
}

#[test]
fn memory_grows_up_to_its_limit() {
    let limits = Limits { memory: 3 * PAGE as usize, fuel: None };
    let mut engine = Engine::with(&bytes(&seven()), limits).unwrap();
    assert_eq!(engine.size(), PAGE as usize);
    engine.write(2 * PAGE - 1, &[5, 6]).unwrap();
    assert_eq!(engine.size(), 3 * PAGE as usize);
    assert_eq!(engine.read(2 * PAGE - 2, 4), Ok([0, 5, 6, 0].as_slice()));
    assert_eq!(engine.write(3 * PAGE - 1, &[5, 6]), Err(Fault::Memory));
    assert_eq!(engine.write(u32::MAX, &[5, 6]), Err(Fault::Memory));
    assert_eq!(engine.reserve(u64::MAX), Err(Fault::Memory));
    assert_eq!(engine.read(3 * PAGE, 0), Ok([].as_slice()));
    assert_eq!(engine.read(3 * PAGE, 1), Err(Fault::Memory));
    assert_eq!(engine.read(u32::MAX, usize::MAX), Err(Fault::Memory));
    assert_eq!(engine.call_with("f", &[]), Ok(7));
    let mut bound = Engine::new(&with_room(0, Some(1)).unwrap()).unwrap();
    assert_eq!(bound.write(PAGE, &[1]), Err(Fault::Memory), "the module's own limit");
}

#[test]
fn traps_are_faults_and_the_engine_lives_on() {
    let forever = vec![Stmt::Loop(vec![])];
    let deeper =
        Stmt::Call { function: FunctionId(0), args: (0..3).map(|n| Expr::Get(Local(n))).collect(), results: vec![] };
    let three = [Ty::I32, Ty::I32, Ty::I32];
    let outside = Stmt::Store { width: Width::One, address: Expr::Data(0), offset: u32::MAX, value: Expr::I32(1) };
    let mut code = Module::default();
    let mut add = |name: &str, params: &[Ty], body: Vec<Stmt>| {
        let mut function = single(params, &[], body).functions.remove(0);
        name.clone_into(&mut function.name);
        code.functions.push(function);
    };
    add("recurse", &three, vec![deeper, Stmt::Return(vec![])]);
    let results = |code: &mut Module, name: &str, body| {
        let mut function = single(&three, &[Ty::I32], body).functions.remove(0);
        name.clone_into(&mut function.name);
        code.functions.push(function);
    };
    let call =
        Stmt::Call { function: FunctionId(0), args: vec![Expr::I32(1), Expr::I32(2), Expr::I32(3)], results: vec![] };
    let one = || Stmt::Return(vec![Expr::Get(Local(2))]);
    results(&mut code, "forever", forever);
    results(&mut code, "outside", vec![outside, one()]);
    results(&mut code, "deep", vec![call, one()]);
    results(&mut code, "third", vec![one()]);
    let limits = Limits { fuel: Some(1_000_000), ..Limits::default() };
    let mut engine = Engine::with(&module(&code, &roomy()).unwrap(), limits).unwrap();
    let args = (1, 2, u32::MAX);
    assert_eq!(engine.call("forever", args), Err(Fault::Fuel));
    assert!(matches!(engine.call("outside", args), Err(Fault::Trap(_))));
    assert!(matches!(engine.call("deep", args), Err(Fault::Trap(_))));
    assert_eq!(engine.call("third", args), Ok(-1));
    assert_eq!(engine.call_with("third", &[1, 2, 3]), Ok(3));
    assert_eq!(engine.call_with("third", &[1, 2]), Err(Fault::Export("third".to_owned())));
    assert_eq!(engine.call_with("recurse", &[1, 2, 3]), Err(Fault::Export("recurse".to_owned())));
    assert_eq!(engine.call("nothing", args), Err(Fault::Export("nothing".to_owned())));
}

#[test]
fn modules_that_are_not_ours_are_refused() {
    let refused = |bytes: &[u8]| Engine::new(bytes).err();
    assert!(matches!(refused(b""), Some(Fault::Module(_))));
    assert!(matches!(refused(b"(module)"), Some(Fault::Module(_))), "text is no module");
    let empty = wasm_encoder::Module::new().finish();
    assert_eq!(refused(&empty), Some(Fault::Export("memory".to_owned())));
    let mut whole = bytes(&seven());
    whole.pop();
    assert!(matches!(refused(&whole), Some(Fault::Module(_))), "cut short");
    let mut types = wasm_encoder::TypeSection::new();
    types.ty().function([], []);
    let mut imports = wasm_encoder::ImportSection::new();
    imports.import("env", "print", wasm_encoder::EntityType::Function(0));
    let mut wants = wasm_encoder::Module::new();
    wants.section(&types).section(&imports);
    assert!(matches!(refused(&wants.finish()), Some(Fault::Module(_))), "nothing is given to a module");
}

#[test]
fn deep_code_is_a_module_too() {
    let mut body = vec![Stmt::Return(vec![Expr::I32(1)])];
    for n in 0..300 {
        body = if n % 2 == 0 {
            vec![Stmt::Loop(body)]
        } else {
            vec![Stmt::If(Expr::I32(1), body.clone(), vec![]), Stmt::Return(vec![Expr::I32(2)])]
        };
    }
    let mut engine = Engine::new(&bytes(&single(&[], &[Ty::I32], body))).unwrap();
    assert_eq!(engine.call_with("f", &[]), Ok(1));
}
