//! Rows of outpatient reimbursements: columns as Arrow has them, decided by native code and by a loop by hand.

use crate::TODAY;
use crate::reimbursement::{CASE, Input, Output, outpatient_employee};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use enact_ir::{Type, Verified};
use enact_machine::arrow::Column;
use enact_machine::rows::Format;
use enact_native::Rows;

/// Rows of one batch.
const ROWS: usize = 8_192;

/// The columns that the decision reads, as Arrow has them: truth as bits, days and cases as 4 bytes, money as 16.
struct Columns {
    entitled: Vec<u8>,
    service_date: Vec<i32>,
    facility: Vec<i32>,
    in_scope: Vec<i128>,
    cause: Vec<i32>,
    category: Vec<i32>,
    birth_date: Vec<i32>,
    ytd_in_scope: Vec<i128>,
    ytd_fund_paid: Vec<i128>,
}

impl Columns {
    fn new() -> Columns {
        let of = |salt: usize, below: usize| {
            (0..ROWS).map(move |n| (n.wrapping_mul(2_654_435_761).wrapping_add(salt * 97) >> 7) % below)
        };
        let small = |salt, below| of(salt, below).map(|n| n as i32).collect::<Vec<_>>();
        let money = |salt, below| of(salt, below).map(|n| n as i128).collect::<Vec<_>>();
        Columns {
            entitled: (0..ROWS / 8).map(|n| if n % 3 == 0 { 0xfe } else { 0xff }).collect(),
            service_date: of(2, 900).map(|n| 19_000 + n as i32).collect(),
            facility: small(3, 2),
            in_scope: money(4, 500_000),
            cause: of(5, 5).map(|n| i32::from(n == 4)).collect(),
            category: small(6, 2),
            birth_date: of(7, 25_000).map(|n| n as i32 - 14_000).collect(),
            ytd_in_scope: money(8, 5_000_000),
            ytd_fund_paid: money(9, 2_000_000),
        }
    }
}

/// The bytes of a column.
fn bytes<T: Copy, const N: usize>(values: &[T], to: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| to(*value)).collect()
}

/// The code for the columns of the decision, and the bytes of each: in the order of the inputs, a record before its fields; what is not read is there too.
fn prepared() -> (Rows, Vec<Vec<u8>>) {
    let program = CASE.program();
    let decision = program.decision(CASE.decision).expect("the decision is there");
    let formats: Vec<Format> = decision.inputs.iter().map(|input| Column::of_field(&program, input).1).collect();
    let rows = Rows::new(&program, CASE.decision, &formats).expect("native code").expect("flat outputs");
    let it = Columns::new();
    let named = |path: &str| match path {
        "entitled" => it.entitled.clone(),
        "visit.service_date" => bytes(&it.service_date, i32::to_le_bytes),
        "visit.facility" => bytes(&it.facility, i32::to_le_bytes),
        "visit.in_scope" => bytes(&it.in_scope, i128::to_le_bytes),
        "visit.cause" => bytes(&it.cause, i32::to_le_bytes),
        "person.category" => bytes(&it.category, i32::to_le_bytes),
        "person.birth_date" => bytes(&it.birth_date, i32::to_le_bytes),
        "ytd.in_scope" => bytes(&it.ytd_in_scope, i128::to_le_bytes),
        "ytd.fund_paid" => bytes(&it.ytd_fund_paid, i128::to_le_bytes),
        _ => vec![0; ROWS * 16],
    };
    let mut held: Vec<Vec<u8>> = Vec::new();
    for input in &decision.inputs {
        hold(&program, &input.ty, &input.name, &named, &mut held);
    }
    let first = rows.decide(&columns(&held), ROWS, TODAY).expect("results");
    assert_eq!(first.verdicts.iter().filter(|it| **it > 1).count(), 0);
    (rows, held)
}

fn columns(held: &[Vec<u8>]) -> Vec<enact_native::Column<'_>> {
    held.iter().map(|values| enact_native::Column { values, ..enact_native::Column::default() }).collect()
}

#[divan::bench(sample_count = 100, counters = [ItemsCount::new(ROWS)])]
fn native(bencher: Bencher<'_, '_>) {
    let (rows, held) = prepared();
    let columns = columns(&held);
    bencher.bench_local(|| rows.decide(black_box(&columns), ROWS, TODAY));
}

/// Batches that each of so many threads decides.
const BATCHES: usize = 64;

fn on_threads(bencher: Bencher<'_, '_>, threads: usize) {
    let (rows, held) = prepared();
    let columns = columns(&held);
    let work = || (0..BATCHES).for_each(|_| drop(black_box(rows.decide(black_box(&columns), ROWS, TODAY))));
    bencher.counter(ItemsCount::new(ROWS * BATCHES * threads)).bench_local(|| {
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    });
}

#[divan::bench(sample_count = 20)]
fn native_on_one_thread(bencher: Bencher<'_, '_>) {
    on_threads(bencher, 1);
}

#[divan::bench(sample_count = 20)]
fn native_on_two_threads(bencher: Bencher<'_, '_>) {
    on_threads(bencher, 2);
}

fn hold(program: &Verified, ty: &Type, path: &str, named: &dyn Fn(&str) -> Vec<u8>, into: &mut Vec<Vec<u8>>) {
    let Type::Record(_) = ty.inner() else { return into.push(named(path)) };
    into.push(Vec::new());
    for field in program.fields(ty.inner()) {
        hold(program, &field.ty, &format!("{path}.{}", field.name), named, into);
    }
}

/// The same loop by hand: numbers are looked at whether they are in their ranges, and the results written as columns.
#[divan::bench(sample_count = 100, counters = [ItemsCount::new(ROWS)])]
fn by_hand(bencher: Bencher<'_, '_>) {
    let columns = Columns::new();
    bencher.bench_local(|| rows(black_box(&columns)));
}

/// The results of rows, as columns.
#[derive(Default)]
struct Results {
    verdicts: Vec<u8>,
    fails: Vec<u64>,
    numbers: [Vec<i128>; 8],
    valid: [Vec<u8>; 9],
    cap_applied: Vec<u8>,
}

/// What the range of the facts allows, in fen.
const MOST: i128 = 100_000_000_000;

#[inline(never)]
fn rows(columns: &Columns) -> Results {
    let count = columns.service_date.len();
    let mut results = Results {
        verdicts: vec![0; count],
        fails: vec![0; count],
        numbers: std::array::from_fn(|_| vec![0; count]),
        valid: std::array::from_fn(|_| vec![0; count.div_ceil(8)]),
        cap_applied: vec![0; count.div_ceil(8)],
    };
    let mut output = Output::default();
    for row in 0..count {
        let (byte, bit) = (row / 8, row % 8);
        let money = [columns.in_scope[row], columns.ytd_in_scope[row], columns.ytd_fund_paid[row]];
        let cases = [columns.facility[row], columns.cause[row], columns.category[row]];
        let fits = money.iter().all(|n| (0..=MOST).contains(n)) && cases.iter().all(|n| (0..6).contains(n));
        if !fits {
            results.verdicts[row] = 4;
            continue;
        }
        let input = Input {
            entitled: columns.entitled[byte] >> bit & 1 == 1,
            service_date: columns.service_date[row],
            facility: columns.facility[row] as u32,
            in_scope: money[0] as i64,
            cause: columns.cause[row] as u32,
            category: columns.category[row] as u32,
            birth_date: columns.birth_date[row],
            ytd_in_scope: money[1] as i64,
            ytd_fund_paid: money[2] as i64,
        };
        let verdict = outpatient_employee(&input, &mut output).unwrap_or(3);
        results.verdicts[row] = verdict as u8;
        match verdict {
            0 => {
                let numbers = [
                    output.band1_base,
                    output.band2_base,
                    output.rate_band1,
                    output.rate_band2.unwrap_or(0),
                    output.large_mutual_aid,
                    output.retiree_supplement,
                    output.fund_total,
                    output.person_pays,
                ];
                for (column, n) in results.numbers.iter_mut().zip(numbers) {
                    column[row] = n.into();
                }
                for (n, valid) in results.valid.iter_mut().enumerate() {
                    valid[byte] |= u8::from(n != 3 || output.rate_band2.is_some()) << bit;
                }
                results.cap_applied[byte] |= u8::from(output.cap_applied) << bit;
            }
            1 => results.fails[row] = output.refused,
            _ => {}
        }
    }
    results
}
