//! Properties of random programs, and the rules of missing facts and faults one by one.

use super::*;
use crate::testing::{DECISION, Sample, sample};
use crate::verify::types::holds;
use proptest::prelude::*;

fn samples() -> impl Strategy<Value = Sample> {
    prop::collection::vec(any::<u32>(), 0..700).prop_map(|choices| sample(&choices))
}

proptest! {
    #[test]
    fn known_facts_are_decided_and_values_lie_in_their_types(sample in samples()) {
        let outcome = decide(&sample.program, DECISION, &sample.known, sample.today);
        prop_assert_ne!(outcome.verdict, Verdict::Pending);
        prop_assert_eq!(outcome.verdict == Verdict::Refused, !outcome.refused.is_empty());
        for (name, ty, value) in &outcome.outputs {
            prop_assert!(holds(&sample.program, ty, value), "{} = {:?} is not of {:?}", name, value, ty);
        }
        outcome.to_json(&sample.program);
    }

    #[test]
    fn what_is_decided_under_missing_facts_stays_so(sample in samples()) {
        let early = decide(&sample.program, DECISION, &sample.hidden, sample.today);
        let late = decide(&sample.program, DECISION, &sample.known, sample.today);
        match early.verdict {
            Verdict::Pending => prop_assert!(!early.missing.is_empty()),
            Verdict::Granted => {
                prop_assert_eq!(late.verdict, Verdict::Granted);
                prop_assert_eq!(early.outputs, late.outputs);
            }
            Verdict::Refused => {
                prop_assert_eq!(late.verdict, Verdict::Refused);
                prop_assert!(early.refused.iter().all(|name| late.refused.contains(name)));
            }
            // A requirement that is still missing may turn out false, which comes before an error.
            Verdict::Error => prop_assert!(matches!(late.verdict, Verdict::Error | Verdict::Refused)),
        }
    }

    #[test]
    fn facts_are_read_back_from_their_json(sample in samples()) {
        let decision = sample.program.decision(DECISION).unwrap();
        for facts in [&sample.known, &sample.hidden] {
            let json = sample.json(facts).to_string();
            let read = enact_base::json::parse(json.as_bytes()).unwrap();
            let read = crate::input::read_facts(&sample.program, decision, &read);
            let decided = read.map(|facts| decide(&sample.program, DECISION, &facts, sample.today));
            let expected = decide(&sample.program, DECISION, facts, sample.today);
            prop_assert_eq!(decided, Ok(expected), "{}", json);
        }
    }
}
