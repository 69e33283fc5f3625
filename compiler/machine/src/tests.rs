//! The lowered code, run step by step, says what the interpreter says.

use crate::engine::{Asked, Stepped, decide};
use enact_ir::testing::{DECISION, Sample, sample};
use enact_ir::{Facts, Outcome, interp};
use proptest::prelude::*;

fn agrees(sample: &Sample) -> Result<(), TestCaseError> {
    let Sample { program, known, hidden, today } = sample;
    let mut engine = Stepped::new(program, &[DECISION]).unwrap();
    let interface = engine.decisions()[0].clone();
    let mut run = |facts: &Facts, asked| decide(&mut engine, program, &interface, (facts, *today), asked).unwrap();
    let expected = |facts: &Facts| interp::decide(program, DECISION, facts, *today);
    prop_assert_eq!(run(known, Asked::Reasons), expected(known), "explained");
    // Without a trace only the requirements are among the reasons.
    let bare = |mut outcome: Outcome| {
        outcome.reasons.truncate(program.decision(DECISION).unwrap().requirements.len());
        outcome
    };
    prop_assert_eq!(run(known, Asked::Answer), bare(expected(known)), "decided");
    prop_assert_eq!(run(hidden, Asked::Reasons), expected(hidden), "with facts missing");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn lowered_code_agrees_with_the_interpreter(choices in prop::collection::vec(any::<u32>(), 200..700)) {
        agrees(&sample(&choices))?;
    }
}
