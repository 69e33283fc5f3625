//! What is made up can be read and decided, and is the same every time.

use super::*;
use crate::testing::{DECISION, sample};
use crate::{Expr, ExprKind, Type, Value, Verdict, input, interp};
use proptest::prelude::*;

fn always(truth: bool) -> Expr {
    Expr { ty: Type::Bool, kind: ExprKind::Const(Value::Bool(truth)) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_counter_example_is_read_and_granted(choices in prop::collection::vec(any::<u32>(), 0..400)) {
        let program = sample(&choices).program;
        let decision = program.decision(DECISION).unwrap();
        let trial = try_property(&program, DECISION, "never", &always(false));
        prop_assert_eq!(&trial, &try_property(&program, DECISION, "never", &always(false)));
        prop_assert_eq!(trial.granted == 0, trial.counter.is_none());
        let Some(counter) = trial.counter else { return Ok(()) };
        let json = counter.input(&program, decision).to_string();
        let read = enact_base::json::parse(json.as_bytes()).unwrap();
        let facts = input::read_facts(&program, decision, &read);
        prop_assert_eq!(facts.as_ref(), Ok(&counter.facts), "{}", json);
        for today in [Some(0), Some(30_000)] {
            let outcome = interp::decide(&program, DECISION, &counter.facts, counter.today.or(today).unwrap());
            prop_assert_eq!(outcome.verdict, Verdict::Granted);
            prop_assert_eq!(outcome.outputs, counter.outputs.clone());
        }
    }

    #[test]
    fn what_always_holds_never_fails(choices in prop::collection::vec(any::<u32>(), 0..400)) {
        let program = sample(&choices).program;
        let trial = try_property(&program, DECISION, "always", &always(true));
        prop_assert_eq!(&trial.counter, &None);
        prop_assert!(trial.granted <= trial.tried && trial.tried >= AT_RANDOM && trial.tried <= AT_RANDOM + AT_EDGES);
    }
}

#[test]
fn a_decision_that_is_not_there_is_not_tried() {
    assert_eq!(try_property(&sample(&[]).program, "e", "x", &always(false)), Trial::default());
}
