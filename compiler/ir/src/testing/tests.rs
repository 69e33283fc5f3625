//! The generator reaches everything that a program can hold.

use super::*;
use crate::interp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

#[test]
fn every_form_operation_and_verdict_comes_up() {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<u32>(), 200..700);
    let mut seen = BTreeSet::new();
    for _ in 0..1500 {
        let sample = sample(&strategy.new_tree(&mut runner).unwrap().current());
        seen.extend(sample.holds());
        for facts in [&sample.known, &sample.hidden] {
            seen.insert(interp::decide(&sample.program, DECISION, facts, sample.today).verdict.as_str().to_owned());
        }
    }
    let wanted = wanted();
    let missing: Vec<&String> = wanted.difference(&seen).collect();
    assert!(missing.is_empty(), "never made: {missing:?}");
}
