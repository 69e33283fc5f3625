//! The lowered code, run step by step, says what the interpreter says.

use crate::border::{Memory, decode, encode};
use crate::exec::Machine;
use crate::lower;
use enact_ir::testing::{DECISION, Sample, sample};
use enact_ir::{Facts, Outcome, Verified, interp};
use proptest::prelude::*;

struct Bytes<'m>(&'m [u8]);

impl Memory for Bytes<'_> {
    fn bytes(&self, address: u64, count: usize) -> Option<&[u8]> {
        let at = usize::try_from(address).ok()?;
        self.0.get(at..at.checked_add(count)?)
    }
}

/// The outcome of the lowered code; of the quick function where the facts are complete and it is asked for.
fn run(program: &Verified, facts: &Facts, today: i64, quick: bool) -> Outcome {
    let lowered = lower(program, &[DECISION]).unwrap();
    let interface = &lowered.decisions[0];
    let decision = program.decision(DECISION).unwrap();
    let mut encoded = encode(interface, facts, today);
    assert!(!quick || encoded.complete);
    let room = encoded.bytes.len() + interface.output.size as usize + interface.arena as usize + 64;
    let mut machine = Machine::new(&lowered.module, room);
    machine.fuel = 50_000_000;
    let input = machine.free();
    encoded.relocate(input as u64);
    machine.memory[input..input + encoded.bytes.len()].copy_from_slice(&encoded.bytes);
    let output = (input + encoded.bytes.len()).next_multiple_of(8);
    let arena = (output + interface.output.size as usize).next_multiple_of(8);
    let name = if quick { &interface.quick } else { &interface.full };
    let function = lowered.module.find(name).unwrap();
    let results = machine.call(function, &[input as u64, output as u64, arena as u64]).unwrap();
    assert_eq!(results[0] as u8, machine.memory[output]);
    let mut evaluated = decode(interface, &Bytes(&machine.memory), output as u64).unwrap();
    if quick {
        // Without a trace there are no steps.
        evaluated.steps.clear();
    }
    interp::settle(program, decision, (facts, today), &evaluated)
}

fn agrees(sample: &Sample) -> Result<(), TestCaseError> {
    let Sample { program, known, hidden, today } = sample;
    let expected = |facts: &Facts| interp::decide(program, DECISION, facts, *today);
    prop_assert_eq!(run(program, known, *today, false), expected(known), "explained");
    let bare = |outcome: Outcome| {
        let required = outcome.reasons.len().min(program.decision(DECISION).unwrap().requirements.len());
        Outcome { reasons: outcome.reasons[..required].to_vec(), ..outcome }
    };
    prop_assert_eq!(run(program, known, *today, true), bare(expected(known)), "decided");
    prop_assert_eq!(run(program, hidden, *today, false), expected(hidden), "with facts missing");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_shrink_iters: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn lowered_code_agrees_with_the_interpreter(choices in prop::collection::vec(any::<u32>(), 200..700)) {
        agrees(&sample(&choices))?;
    }
}
