//! Reading and writing in every width, constants, and addresses.

use super::agree;
use super::make::{INPUT, OUTPUT, decision, done, get, input, module, output, unary};
use enact_machine::code::{Expr, Module, Stmt, Ty, Unary, Width};

const WIDTHS: [Width; 4] = [Width::One, Width::Two, Width::Four, Width::Eight];
const WORDS: [u64; 6] = [0, u64::MAX, 0x8182_8384_8586_8788, 0x7172_7374_7576_7778, 1 << 63, 0x80];

fn widths(ty: Ty) -> impl Iterator<Item = Width> {
    WIDTHS.into_iter().filter(move |width| ty == Ty::I64 || width.bytes() <= 4)
}

fn load(ty: Ty, width: Width, signed: bool, address: Expr, offset: u32) -> Expr {
    Expr::Load { ty, width, signed, address: Box::new(address), offset }
}

fn further(address: Expr, bytes: Expr) -> Expr {
    Expr::Offset(Box::new(address), Box::new(bytes))
}

#[test]
fn reads_of_every_width() {
    for ty in [Ty::I32, Ty::I64] {
        for (width, signed) in widths(ty).flat_map(|width| [(width, true), (width, false)]) {
            // Also where no word begins.
            let places = (0..WORDS.len() as u32 * 8 - 8).step_by(3);
            let mut body: Vec<Stmt> = (0..)
                .zip(places)
                .map(|(word, at)| output(ty, word, load(ty, width, signed, Expr::Get(INPUT), at)))
                .collect();
            body.push(done(Expr::I32(7)));
            agree(&module(vec![decision("d", &[], body)]), "d", &WORDS);
        }
    }
}

#[test]
fn writes_of_every_width() {
    for ty in [Ty::I32, Ty::I64] {
        for width in widths(ty) {
            let mut body = Vec::new();
            for (n, word) in (0..).zip(WORDS) {
                let narrow = Expr::I32((word as u32).cast_signed());
                let constant = if ty == Ty::I32 { narrow } else { Expr::I64(word.cast_signed()) };
                for (place, value) in [(2 * n, input(ty, n)), (2 * n + 1, constant)] {
                    // What lies around it stays.
                    body.push(output(Ty::I64, place, Expr::I64(-1)));
                    body.push(Stmt::Store { width, address: Expr::Get(OUTPUT), offset: 8 * place + n % 4, value });
                }
            }
            body.push(done(Expr::I32(7)));
            agree(&module(vec![decision("d", &[], body)]), "d", &WORDS);
        }
    }
}

#[test]
fn an_address_goes_through_memory() {
    let output = |word| further(Expr::Get(OUTPUT), Expr::I32(8 * word));
    let body = vec![
        Stmt::Store { width: Width::Eight, address: get(2), offset: 16, value: output(3) },
        set_address(load(Ty::Ptr, Width::Eight, false, get(2), 16)),
        Stmt::Store { width: Width::Eight, address: get(3), offset: 8, value: Expr::I64(99) },
        // An address is different in each run.
        Stmt::Store { width: Width::Eight, address: get(2), offset: 16, value: Expr::I64(0) },
        done(Expr::I32(0)),
    ];
    let (_, found) = agree(&module(vec![decision("d", &[Ty::Ptr], body)]), "d", &[]);
    assert_eq!(found[4], 99);
}

fn set_address(value: Expr) -> Stmt {
    super::make::set(3, value)
}

#[test]
fn far_offsets() {
    // An offset is without sign, as a constant and as a value; the sum wraps in the executor as in the processor.
    let back = |bytes: u64| further(Expr::Get(INPUT), unary(Unary::Wrap, Expr::I64(bytes.cast_signed())));
    for far in [0u32, 8, 0x7fff_fff8, 0x8000_0000, 0xffff_fff8] {
        let body = vec![
            // Too far, but only for a moment: the address is compared with itself.
            set_address(back(far.into())),
            set_address(further(get(3), Expr::I32(0))),
            done(Expr::I32(1)),
        ];
        agree(&module(vec![decision("d", &[Ty::Ptr], body)]), "d", &[1, 2]);
    }
    let index = |word| further(Expr::Get(INPUT), input(Ty::I32, word));
    let body = vec![output(Ty::I64, 0, load(Ty::I64, Width::Eight, false, index(0), 8)), done(Expr::I32(0))];
    let (_, found) = agree(&module(vec![decision("d", &[], body)]), "d", &[16, 0, 0, 77]);
    assert_eq!(found[0], 77);
}

#[test]
fn constants_are_read() {
    let data: Vec<u8> = (0..100).map(|n: u8| n.wrapping_mul(37) ^ 0x5a).collect();
    let mut body: Vec<Stmt> =
        (0..92).map(|at| output(Ty::I64, at, load(Ty::I64, Width::Eight, false, Expr::Data(at), 0))).collect();
    body.push(output(Ty::I32, 92, load(Ty::I32, Width::One, true, further(Expr::Data(50), input(Ty::I32, 0)), 2)));
    body.push(done(Expr::I32(0)));
    let module = Module { functions: vec![decision("d", &[], body)], data };
    let (_, found) = agree(&module, "d", &[40]);
    assert_eq!(found[0].to_le_bytes()[..], module.data[..8]);
    assert_eq!(found[92] as u8, module.data[92]);
}
