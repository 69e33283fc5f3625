//! Extension of a nurse's registration: by every engine, and by hand.

use crate::calendar::add_years;
use crate::{Case, TODAY};
use divan::{Bencher, black_box};

const CASE: Case = Case {
    service: "nurse_registration",
    decision: "extend_registration",
    facts: r#"{ "application": { "date": "2024-03-01" },
  "registration": { "valid_until": "2024-05-15", "suspended_until": null },
  "health": { "psychiatric_history": false, "colour_deficiency": false, "bilateral_hearing_impairment": false, "impairing_condition": false } }"#,
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
    let input = Input { date: TODAY as i32, valid_until: 19_858, suspended_until: None, health: [false; 4] };
    let mut output = Output::default();
    bencher.bench_local(|| extend_registration(black_box(&input), black_box(&mut output)));
}

struct Input {
    date: i32,
    valid_until: i32,
    suspended_until: Option<i32>,
    health: [bool; 4],
}

#[derive(Default)]
struct Output {
    verdict: u32,
    refused: u64,
    last_timely_day: i32,
    timely: bool,
    new_valid_until: i32,
}

/// 2008-05-12, from when on the figures are known.
const SINCE: i32 = 14_011;

/// `None`: a figure is not known, or a day is beyond the calendar.
#[inline(never)]
fn extend_registration(input: &Input, output: &mut Output) -> Option<u32> {
    let valid = input.date <= input.valid_until;
    let fit = !input.health.contains(&true);
    let free = input.suspended_until.is_none_or(|until| input.date > until);
    output.refused = u64::from(!valid) | u64::from(!fit) << 1 | u64::from(!free) << 2;
    if output.refused != 0 {
        output.verdict = 1;
        return Some(1);
    }
    if input.date < SINCE {
        return None;
    }
    output.last_timely_day = input.valid_until.checked_sub(30)?;
    output.timely = input.date <= output.last_timely_day;
    output.new_valid_until = add_years(input.valid_until, 5);
    output.verdict = 0;
    Some(0)
}
