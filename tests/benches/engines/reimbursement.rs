//! Outpatient reimbursement of employees: by every engine, and by hand.

use crate::calendar::years_between;
use crate::{Case, TODAY};
use divan::{Bencher, black_box};

pub(super) const CASE: Case = Case {
    service: "insurance_reimbursement",
    decision: "outpatient_employee",
    facts: r#"{ "entitled": true,
  "visit": { "service_date": "2024-03-01", "facility": "other", "in_scope": "1000.00", "cause": "none" },
  "person": { "category": "retiree", "birth_date": "1950-01-01" },
  "ytd": { "in_scope": "25000.00", "fund_paid": "0.00" } }"#,
};

#[divan::bench(sample_size = 1000)]
fn interpreter(bencher: Bencher<'_, '_>) {
    CASE.interpreter(bencher);
}

#[divan::bench(sample_size = 10_000)]
fn native(bencher: Bencher<'_, '_>) {
    CASE.native(bencher);
}

#[divan::bench(sample_size = 10_000)]
fn wasm(bencher: Bencher<'_, '_>) {
    CASE.wasm(bencher);
}

#[divan::bench(sample_count = 20)]
fn compile(bencher: Bencher<'_, '_>) {
    CASE.compile(bencher);
}

#[divan::bench(sample_size = 10_000)]
fn by_hand(bencher: Bencher<'_, '_>) {
    let input = Input {
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
    let mut output = Output::default();
    bencher.bench_local(|| outpatient_employee(black_box(&input), black_box(&mut output)));
}

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
    let senior = retiree && years_between(input.birth_date, date) >= 70;
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
