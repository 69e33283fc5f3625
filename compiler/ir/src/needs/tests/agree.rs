//! What must still be handed in never disagrees with the decision: on random programs, faults included.

use super::brute::Brute;
use super::build::{bool_, int};
use super::random::made;
use crate::needs::{Answer, Needs, Question, needs};
use crate::testing::{DECISION, sample};
use crate::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The answer of an outcome to a question; `None` while it is pending.
fn answer(decision: &Decision, outcome: &Outcome, question: Question) -> Option<Answer> {
    let given =
        |it: &Output| outcome.outputs.iter().find(|(name, ..)| *name == it.name).map(|(.., value)| value.clone());
    match outcome.verdict {
        Verdict::Pending => None,
        Verdict::Refused => Some(Answer::Refused),
        Verdict::Error => Some(Answer::Error(Fault::Absent)),
        Verdict::Granted => Some(Answer::Granted(match question {
            Question::Answer => decision.outputs.iter().map(given).collect(),
            Question::Verdict => Vec::new(),
            Question::Output(n) => decision.outputs.get(n).map(given).into_iter().collect(),
        })),
    }
}

fn paths(found: &Needs) -> BTreeSet<String> {
    found.certain.iter().chain(&found.possible).map(|it| it.fact.path.clone()).collect()
}

/// Asks all questions that can be asked of these facts.
fn agrees(program: &Verified, facts: &Facts, today: i64) -> Result<Verdict, TestCaseError> {
    let decision = program.decision(DECISION).unwrap();
    let asked = |question: Question| needs(program, DECISION, facts, today, question).unwrap();
    let outcome = interp::decide(program, DECISION, facts, today);
    let missing: BTreeSet<String> = outcome.missing.iter().cloned().collect();
    let all = asked(Question::Answer);
    prop_assert_eq!(
        all.answer.as_ref().map(Answer::key),
        answer(decision, &outcome, Question::Answer),
        "{:?}",
        outcome
    );
    prop_assert_eq!(&paths(&all), &missing);
    let outputs = decision.outputs.len();
    for question in [Question::Verdict].into_iter().chain((0..outputs).map(Question::Output)) {
        let one = asked(question);
        prop_assert_eq!(one.decided, one.answer.is_some());
        prop_assert_eq!(one.decided, one.certificate.is_some());
        prop_assert_eq!(one.decided, paths(&one).is_empty());
        prop_assert_eq!(one.order.iter().cloned().collect::<BTreeSet<_>>(), paths(&one));
        match (outcome.verdict, question) {
            // Another output may be the faulty one.
            (Verdict::Error, Question::Output(_)) => {}
            (Verdict::Pending, _) => {
                prop_assert!(paths(&one).is_subset(&missing), "{:?} asks {:?}", question, paths(&one));
                prop_assert!(!matches!(one.answer, Some(Answer::Refused)), "{:?}", question);
            }
            _ => {
                let expected = answer(decision, &outcome, question);
                prop_assert_eq!(one.answer.as_ref().map(Answer::key), expected, "{:?}", question);
            }
        }
    }
    Ok(outcome.verdict)
}

proptest! {
    #[test]
    fn needs_and_the_decision_agree(choices in prop::collection::vec(any::<u32>(), 0..900)) {
        let sample = sample(&choices);
        agrees(&sample.program, &sample.hidden, sample.today)?;
        agrees(&sample.program, &sample.known, sample.today)?;
        let nothing = Facts { inputs: vec![Fact::Missing; sample.known.inputs.len()] };
        agrees(&sample.program, &nothing, sample.today)?;
    }
}

/// Every state of small decisions that read a figure which is not known for every day.
#[test]
fn they_agree_where_faults_are_at_hand() {
    let types = [bool_(), Type::Enum(EnumId(0)), int(0, 2)];
    let mut ended = 0;
    for seed in 400..460 {
        let brute = Brute::new(made(seed, &types, true), Question::Answer);
        let program = verify(brute.program.clone()).unwrap_or_else(|errors| panic!("seed {seed}: {errors:?}"));
        for state in brute.states() {
            let facts = brute.facts(&state);
            let verdict = agrees(&program, &facts, 50)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{state:?}\n{:#?}", program.decision(DECISION)));
            ended += usize::from(verdict == Verdict::Error && !brute.is_decided(&state));
        }
    }
    assert!(ended > 20, "{ended}");
}
