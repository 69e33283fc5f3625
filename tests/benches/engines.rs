//! One decision, by every engine and by hand: the outpatient reimbursement of employees. `cargo bench -p enact-tests --bench engines`.
//!
//! The twin by hand is what an expert would write in Rust: the same struct, checked integers, the same figures by date. Every engine is compared with it, and the ratio is what counts.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops where its material is broken")]

use divan::{Bencher, black_box};
use enact_base::json;
use enact_ir::{Facts, Verified, input, interp};
use enact_machine::border::encode;
use enact_machine::lower;
use enact_native::Native;
use enact_tests::{analyse, files};
use std::sync::Arc;

fn main() {
    divan::main();
}

const DECISION: &str = "outpatient_employee";

fn program() -> Arc<Verified> {
    let sources: Vec<_> = files("examples/insurance_reimbursement", ".enact")
        .into_iter()
        .chain(files("examples/insurance_reimbursement", ".enact.md"))
        .collect();
    let analysed = analyse(&sources, &files("examples/insurance_reimbursement", ".json"));
    analysed.program.expect("the service is valid")
}

const CASE: &str = r#"{ "entitled": true,
  "visit": { "service_date": "2024-03-01", "facility": "other", "in_scope": "1000.00", "cause": "none" },
  "person": { "category": "retiree", "birth_date": "1950-01-01" },
  "ytd": { "in_scope": "25000.00", "fund_paid": "0.00" } }"#;

fn facts(program: &Verified) -> Facts {
    let decision = program.decision(DECISION).expect("the decision is there");
    input::read_facts(program, decision, &json::parse(CASE.as_bytes()).expect("JSON")).expect("facts")
}

const TODAY: i64 = 19_783;

#[divan::bench(sample_size = 1000)]
fn interpreter(bencher: Bencher<'_, '_>) {
    let program = program();
    let facts = facts(&program);
    bencher.bench_local(|| interp::decide(&program, DECISION, black_box(&facts), TODAY));
}

#[divan::bench(sample_size = 10_000)]
fn native(bencher: Bencher<'_, '_>) {
    let program = program();
    let native = Native::new(&program, &[DECISION]).expect("native code");
    let flat = native.flat(DECISION).expect("the inputs are flat");
    let interface = flat.interface();
    let encoded = encode(interface, &facts(&program), TODAY);
    assert!(encoded.complete);
    let words = |bytes: &[u8]| -> Vec<u64> {
        bytes.chunks_exact(8).map(|it| u64::from_ne_bytes(it.try_into().unwrap_or_default())).collect()
    };
    let input = words(&encoded.bytes);
    let mut output = vec![0; interface.output.size.div_ceil(8) as usize];
    let mut arena = vec![0; interface.arena.div_ceil(8) as usize];
    bencher.bench_local(|| flat.call(black_box(&input), black_box(&mut output), &mut arena));
}

#[divan::bench(sample_size = 10_000)]
fn by_hand(bencher: Bencher<'_, '_>) {
    let input = hand::Input {
        entitled: true,
        service_date: TODAY as i32,
        facility: 1,
        in_scope: 100_000,
        cause: 0,
        category: 1,
        birth_date: -7305,
        ytd_in_scope: 2_500_000,
        ytd_fund_paid: 0,
    };
    let mut output = hand::Output::default();
    bencher.bench_local(|| hand::outpatient_employee(black_box(&input), black_box(&mut output)));
}

#[divan::bench(sample_size = 1_000)]
fn wasm(bencher: Bencher<'_, '_>) {
    let program = program();
    let lowered = lower(&program, &[DECISION]).expect("machine code");
    let interface = lowered.decisions[0].clone();
    let bytes = enact_wasm::module(&lowered.module, &enact_wasm::Options::default()).expect("a module");
    let mut engine = enact_wasm::engine::Engine::new(&bytes).expect("an engine");
    let mut encoded = encode(&interface, &facts(&program), TODAY);
    let at = engine.free().next_multiple_of(8);
    encoded.relocate(at.into());
    engine.write(at, &encoded.bytes).expect("memory");
    let output = (at + encoded.bytes.len() as u32).next_multiple_of(8);
    let arena = (output + interface.output.size).next_multiple_of(8);
    engine.reserve(u64::from(arena) + interface.arena).expect("memory");
    bencher.bench_local(|| engine.call(&interface.quick, black_box((at, output, arena))));
}

#[divan::bench(sample_count = 20)]
fn compile(bencher: Bencher<'_, '_>) {
    let program = program();
    bencher.bench_local(|| Native::new(&program, &[DECISION]).is_ok());
}

/// The rules of `examples/insurance_reimbursement/outpatient_employee.enact` by hand.
mod hand {
    use enact_ir::calendar::years_between;

    pub(super) struct Input {
        pub(super) entitled: bool,
        pub(super) service_date: i32,
        pub(super) facility: u32,
        pub(super) in_scope: i64,
        pub(super) cause: u32,
        pub(super) category: u32,
        pub(super) birth_date: i32,
        pub(super) ytd_in_scope: i64,
        pub(super) ytd_fund_paid: i64,
    }

    #[derive(Default)]
    pub(super) struct Output {
        pub(super) verdict: u32,
        pub(super) refused: u64,
        pub(super) band1_base: i64,
        pub(super) band2_base: i64,
        pub(super) rate_band1: i64,
        pub(super) rate_band2: Option<i64>,
        pub(super) large_mutual_aid: i64,
        pub(super) retiree_supplement: i64,
        pub(super) fund_total: i64,
        pub(super) person_pays: i64,
        pub(super) cap_applied: bool,
    }

    /// 2010-05-01 and 2023-01-01.
    const SINCE: i32 = 14_730;
    const SINCE_2023: i32 = 19_358;

    fn half_up(n: i64, by: i64) -> i64 {
        let (quotient, rest) = (n / by, n % by);
        if rest.abs() * 2 >= by { quotient + n.signum() } else { quotient }
    }

    /// `None`: a figure is not known, or a number does not fit.
    #[inline(never)]
    pub(super) fn outpatient_employee(input: &Input, output: &mut Output) -> Option<u32> {
        output.refused = u64::from(!input.entitled) | u64::from(input.cause != 0) << 1;
        if output.refused != 0 {
            output.verdict = 1;
            return Some(1);
        }
        let date = input.service_date;
        if date < SINCE {
            return None;
        }
        let retiree = input.category == 1;
        let senior = retiree && years_between(input.birth_date.into(), date.into()) >= 70;
        let banded = date >= SINCE_2023;
        let total = input.ytd_in_scope.checked_add(input.in_scope)?;
        let deductible = if retiree { 130_000 } else { 180_000 };
        let edge = if banded { 2_000_000 } else { total };
        let large_rate = match (retiree, input.facility == 0) {
            (false, true) => 90,
            (false, false) => 70,
            (true, true) => 80,
            (true, false) => {
                if senior {
                    80
                } else {
                    70
                }
            }
        };
        let share = if retiree { 50 } else { 0 };
        let combined = |large: i64| large * 100 + (100 - large) * share;
        output.band1_base = total.min(edge).checked_sub(input.ytd_in_scope.max(deductible))?.max(0);
        output.band2_base = total.checked_sub(input.ytd_in_scope.max(edge))?.max(0);
        output.rate_band1 = combined(large_rate);
        output.rate_band2 = banded.then(|| combined(60));
        let beyond = if banded { 60 } else { 0 };
        let parts = output
            .band1_base
            .checked_mul(combined(large_rate))?
            .checked_add(output.band2_base.checked_mul(combined(beyond))?)?;
        let due = half_up(parts, 10_000);
        let payable = if banded { due } else { due.min(2_000_000_i64.checked_sub(input.ytd_fund_paid)?.max(0)) };
        let large = output.band1_base.checked_mul(large_rate)?.checked_add(output.band2_base.checked_mul(beyond)?)?;
        let large = half_up(large, 100).min(payable);
        output.large_mutual_aid = large;
        output.retiree_supplement = payable.checked_sub(large)?;
        output.fund_total = payable;
        output.person_pays = input.in_scope.checked_sub(payable)?;
        output.cap_applied = payable < due;
        output.verdict = 0;
        Some(0)
    }
}
