//! Every operation on values at the edges: read from the input, and as constants, which Cranelift works out beforehand.

use super::make::{binary, decision, done, input, module, output, select, unary};
use super::{ROOM, agree, expected, found};
use crate::Jit;
use enact_machine::code::{Binary, Expr, Stmt, Ty, Unary};

const INTEGERS: [Ty; 2] = [Ty::I32, Ty::I64];

/// The bits of interesting numbers of a type.
fn edges(ty: Ty) -> Vec<u64> {
    let signed = if ty == Ty::I32 {
        vec![0, 1, -1, 2, -2, 7, -7, 10_000, i32::MIN.into(), i64::from(i32::MIN) + 1, i32::MAX.into(), 0x5555_5555]
    } else {
        let wide = [i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, 0x5555_5555_5555_5555, 1 << 32, -(1 << 32)];
        let narrow = [0, 1, -1, 2, -2, 7, -7, 10_000, i32::MIN.into(), i32::MAX.into(), u32::MAX.into()];
        narrow.into_iter().chain(wide).collect()
    };
    let mask = if ty == Ty::I32 { u64::from(u32::MAX) } else { u64::MAX };
    signed.into_iter().map(|n: i64| n.cast_unsigned() & mask).collect()
}

/// What stands on the right of an operation.
fn seconds(op: Binary, ty: Ty) -> Vec<u64> {
    let bits = if ty == Ty::I32 { 32 } else { 64 };
    if matches!(op, Binary::Shl | Binary::ShrS | Binary::ShrU) { (0..bits).collect() } else { edges(ty) }
}

fn constant(ty: Ty, bits: u64) -> Expr {
    if ty == Ty::I32 { Expr::I32((bits as u32).cast_signed()) } else { Expr::I64(bits.cast_signed()) }
}

/// A decision that shows these values, one a word.
fn showing(values: Vec<(Ty, Expr)>) -> enact_machine::code::Module {
    let shown = (0..).zip(values).map(|(word, (ty, value))| output(ty, word, value));
    module(vec![decision("d", &[], shown.chain([done(Expr::I32(0))]).collect())])
}

#[test]
fn binary_operations() {
    for (op, ty) in Binary::ALL.into_iter().flat_map(|op| INTEGERS.map(|ty| (op, ty))) {
        let result = if op.compares() { Ty::I32 } else { ty };
        let read = showing(vec![(result, binary(op, ty, input(ty, 0), input(ty, 1)))]);
        let jit = Jit::new(&read).unwrap();
        let mut good = Vec::new();
        for (a, b) in edges(ty).into_iter().flat_map(|a| seconds(op, ty).into_iter().map(move |b| (a, b))) {
            // What the reference refuses is nobody's business.
            let Ok(expected) = expected(&read, "d", &[a, b]) else { continue };
            assert_eq!(found(&jit, "d", &[a, b]), expected, "{op:?} {ty:?} {a:#x} {b:#x}");
            good.push((a, b));
        }
        assert!(good.len() >= edges(ty).len() * 7, "{op:?}: {}", good.len());
        for some in good.chunks(ROOM / 3) {
            let forms = some.iter().flat_map(|(a, b)| {
                let (a, b) = (constant(ty, *a), constant(ty, *b));
                let one = input(ty, 0);
                let unknown = binary(Binary::Or, ty, binary(Binary::And, ty, one, constant(ty, 0)), a.clone());
                [(a.clone(), b.clone()), (unknown, b)].map(|(a, b)| (result, binary(op, ty, a, b)))
            });
            agree(&showing(forms.collect()), "d", &[0]);
        }
    }
}

#[test]
fn unary_operations() {
    let table = [
        (Unary::IsZero, Ty::I32, Ty::I32),
        (Unary::Extend, Ty::I32, Ty::I64),
        (Unary::ExtendUnsigned, Ty::I32, Ty::I64),
        (Unary::Wrap, Ty::I64, Ty::I32),
        (Unary::LeadingZeros, Ty::I64, Ty::I64),
    ];
    for (op, from, to) in table {
        let values = edges(from);
        let read = |word| (to, unary(op, input(from, word)));
        agree(&showing((0..values.len() as u32).map(read).collect()), "d", &values);
        let constants = values.iter().map(|bits| (to, unary(op, constant(from, *bits))));
        agree(&showing(constants.collect()), "d", &[]);
    }
}

#[test]
fn choices() {
    for ty in INTEGERS {
        let conditions = edges(Ty::I32);
        let values = (0..conditions.len() as u32).map(|word| {
            (ty, select(ty, input(Ty::I32, word), constant(ty, 5), binary(Binary::Sub, ty, input(ty, 0), input(ty, 1))))
        });
        agree(&showing(values.collect()), "d", &conditions);
    }
    // Of pointers: the second word of the input, or the first.
    let address = |bytes| Expr::Offset(Box::new(Expr::Get(super::make::INPUT)), Box::new(Expr::I32(bytes)));
    let chosen = |word| {
        let address = Box::new(select(Ty::Ptr, input(Ty::I32, word), address(8), address(0)));
        let width = enact_machine::code::Width::Eight;
        (Ty::I64, Expr::Load { ty: Ty::I64, width, signed: false, address, offset: 0 })
    };
    let (_, output) = agree(&showing(vec![chosen(0), chosen(1)]), "d", &[0, 7]);
    assert_eq!(output[..2], [0, 7]);
}

#[test]
fn truth_of_any_width_and_kind_decides() {
    // The condition is not 0 or 1 but any number, a comparison, and a comparison of comparisons.
    for word in edges(Ty::I32) {
        let less = || binary(Binary::LtU, Ty::I32, input(Ty::I32, 0), Expr::I32(8));
        let conditions = [input(Ty::I32, 0), less(), binary(Binary::Eq, Ty::I32, less(), Expr::I32(0))];
        for condition in conditions {
            let body = vec![Stmt::If(condition, vec![done(Expr::I32(1))], vec![done(Expr::I32(2))])];
            agree(&module(vec![decision("d", &[], body)]), "d", &[word]);
        }
    }
}
