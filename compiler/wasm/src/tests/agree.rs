//! What a module does is what the reference says.

use super::{bytes, roomy, single};
use crate::engine::{Engine, Limits};
use crate::{Options, Strict, module};
use enact_machine::code::{Binary, Expr, Local, Module, Stmt, Ty, Unary, Width};
use enact_machine::exec::Machine;
use enact_machine::testing::{self, BLOCK, ENTRY, SLOTS};
use proptest::prelude::*;
use wasmparser::{Validator, WasmFeatures};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn random_code_does_the_same(choices in prop::collection::vec(any::<u32>(), 0..900)) {
        let sample = testing::sample(&choices);
        let (result, block) = sample.expected().unwrap();
        let limits = Limits { fuel: Some(10_000_000), ..Limits::default() };
        let mut engine = Engine::with(&bytes(&sample.module), limits).unwrap();
        let at = engine.free();
        engine.write(at, &sample.block).unwrap();
        prop_assert_eq!(engine.call_with(ENTRY, &[at]).unwrap(), result);
        prop_assert_eq!(engine.read(at + SLOTS as u32, BLOCK - SLOTS).unwrap(), &block);
    }

    #[test]
    fn random_code_does_the_same_with_few_locals_and_single_results(
        choices in prop::collection::vec(any::<u32>(), 0..900),
        max_locals in 2_u32..12,
    ) {
        let sample = testing::sample(&choices);
        let (result, block) = sample.expected().unwrap();
        let made = module(&sample.module, &Options { strict: Some(Strict { max_locals, heap: vec![] }), ..roomy() }).unwrap();
        prop_assert!(Validator::new_with_features(WasmFeatures::MUTABLE_GLOBAL).validate_all(&made).is_ok());
        let limits = Limits { fuel: Some(10_000_000), ..Limits::default() };
        let mut engine = Engine::with(&made, limits).unwrap();
        let at = engine.free();
        for _ in 0..2 {
            engine.write(at, &sample.block).unwrap();
            prop_assert_eq!(engine.call_with(ENTRY, &[at]).unwrap(), result);
            prop_assert_eq!(engine.read(at + SLOTS as u32, BLOCK - SLOTS).unwrap(), &block);
        }
    }
}

const NUMBERS: [i64; 22] = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    63,
    64,
    255,
    0x8000,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
    u32::MAX as i64,
    1 << 40,
    i64::MAX - 1,
    i64::MAX,
    i64::MIN,
    i64::MIN + 1,
    i32::MIN as i64,
    -2,
    -1,
];

/// The reference's result of `f(in)`, with the bytes of its memory after the constants before and behind.
fn reference(code: &Module, before: &[u8]) -> Option<(u64, Vec<u8>)> {
    let mut machine = Machine::new(code, 64);
    let at = machine.free();
    machine.memory[at..at + before.len()].copy_from_slice(before);
    let results = machine.call(code.find("f").unwrap(), &[at as u64]).ok()?;
    Some((results[0], machine.memory[at..at + 64].to_vec()))
}

/// Runs `f(in)` in both; where the reference stops, nothing is said about the engine.
fn same(engine: &mut Engine, code: &Module, before: &[u8], what: &str) -> bool {
    let Some((result, memory)) = reference(code, before) else { return false };
    let at = engine.free();
    engine.write(at, &[0; 64]).unwrap();
    engine.write(at, before).unwrap();
    assert_eq!(engine.call_with("f", &[at]).unwrap(), (result as u32).cast_signed(), "{what}");
    assert_eq!(engine.read(at, 64).unwrap(), &memory, "{what}");
    true
}

fn load(ty: Ty, width: Width, offset: u32) -> Expr {
    Expr::Load { ty, width, signed: false, address: Box::new(Expr::Get(Local(0))), offset }
}

fn natural(ty: Ty) -> Width {
    if ty == Ty::I32 { Width::Four } else { Width::Eight }
}

/// `f(in)` reads what it needs at 0 and 8, and writes the value at 16.
fn writes(ty: Ty, value: Expr) -> Module {
    let store = Stmt::Store { width: natural(ty), address: Expr::Get(Local(0)), offset: 16, value };
    single(&[Ty::Ptr], &[Ty::I32], vec![store, Stmt::Return(vec![Expr::I32(-5)])])
}

fn pairs() -> impl Iterator<Item = [u8; 16]> {
    NUMBERS.into_iter().flat_map(|a| {
        NUMBERS.into_iter().map(move |b| {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&a.to_le_bytes());
            block[8..].copy_from_slice(&b.to_le_bytes());
            block
        })
    })
}

#[test]
fn every_binary_operation() {
    for op in Binary::ALL {
        for ty in [Ty::I32, Ty::I64] {
            let (a, b) = (load(ty, natural(ty), 0), load(ty, natural(ty), 8));
            let result = if op.compares() { Ty::I32 } else { ty };
            let code = writes(result, Expr::Binary(op, ty, Box::new(a), Box::new(b)));
            let mut engine = Engine::new(&bytes(&code)).unwrap();
            let run = pairs().filter(|pair| same(&mut engine, &code, pair, &format!("{op:?} {ty:?} {pair:?}"))).count();
            assert!(run > 100, "{op:?} {ty:?} ran only {run} times");
        }
    }
}

#[test]
fn every_unary_operation() {
    let table = [
        (Unary::IsZero, Ty::I32, Ty::I32),
        (Unary::Extend, Ty::I32, Ty::I64),
        (Unary::ExtendUnsigned, Ty::I32, Ty::I64),
        (Unary::Wrap, Ty::I64, Ty::I32),
        (Unary::LeadingZeros, Ty::I64, Ty::I64),
    ];
    for (op, of, ty) in table {
        let code = writes(ty, Expr::Unary(op, Box::new(load(of, natural(of), 0))));
        let mut engine = Engine::new(&bytes(&code)).unwrap();
        for number in NUMBERS {
            assert!(same(&mut engine, &code, &number.to_le_bytes(), &format!("{op:?} {number}")));
        }
    }
}

#[test]
fn every_width_and_sign() {
    let widths = [Width::One, Width::Two, Width::Four, Width::Eight];
    for ty in [Ty::I32, Ty::I64] {
        for width in widths.into_iter().filter(|it| it.bytes() <= natural(ty).bytes()) {
            for signed in [true, false] {
                for offset in [0, 1] {
                    let address = || Box::new(Expr::Get(Local(0)));
                    let value = Expr::Load { ty, width, signed, address: address(), offset };
                    let stores = [(natural(ty), 16), (width, 33)].map(|(width, offset)| Stmt::Store {
                        width,
                        address: *address(),
                        offset,
                        value: value.clone(),
                    });
                    let body = stores.into_iter().chain([Stmt::Return(vec![Expr::I32(0)])]).collect();
                    let code = single(&[Ty::Ptr], &[Ty::I32], body);
                    let mut engine = Engine::new(&bytes(&code)).unwrap();
                    for number in NUMBERS {
                        let what = format!("{ty:?} {width:?} {signed} {number}");
                        assert!(same(&mut engine, &code, &number.to_le_bytes(), &what));
                    }
                }
            }
        }
    }
}

#[test]
fn pointers_take_eight_bytes_with_zeros_above() {
    let address = Expr::Get(Local(0));
    let store = Stmt::Store { width: Width::Eight, address: address.clone(), offset: 8, value: address.clone() };
    let back = load(Ty::Ptr, Width::Eight, 8);
    let value = Expr::Load { ty: Ty::I32, width: Width::Four, signed: true, address: Box::new(back), offset: 0 };
    let code = single(&[Ty::Ptr], &[Ty::I32], vec![store, Stmt::Return(vec![value])]);
    let mut engine = Engine::new(&bytes(&code)).unwrap();
    let at = engine.free();
    engine.write(at, &[1, 2, 3, 4]).unwrap();
    engine.write(at + 8, &[0xff; 16]).unwrap();
    assert_eq!(engine.call_with("f", &[at]), Ok(0x0403_0201));
    assert_eq!(engine.read(at + 8, 8).unwrap(), u64::from(at).to_le_bytes());
    assert_eq!(engine.read(at + 16, 8).unwrap(), [0xff; 8]);
    // Also where an address has its highest bit.
    let store = Stmt::Store { width: Width::Eight, address, offset: 0, value: Expr::Get(Local(1)) };
    let code = single(&[Ty::Ptr, Ty::Ptr], &[Ty::I32], vec![store, Stmt::Return(vec![Expr::I32(0)])]);
    let mut engine = Engine::new(&bytes(&code)).unwrap();
    assert_eq!(engine.call_with("f", &[at, 0x9000_0000]), Ok(0));
    assert_eq!(engine.read(at, 8).unwrap(), 0x9000_0000_u64.to_le_bytes());
}
