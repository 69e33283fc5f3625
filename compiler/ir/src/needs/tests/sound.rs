//! The abstract run against the interpreter, on random programs: what is concrete lies in what is abstract.

use crate::needs::cells::Cells;
use crate::needs::domain::{Abstract, Shape};
use crate::needs::judge::{Judged, Run};
use crate::needs::run::Context;
use crate::needs::witness::{Dice, completed, facts};
use crate::needs::{Answer, Question, needs};
use crate::testing::{DECISION, Sample, sample};
use crate::*;
use std::collections::BTreeSet;
use std::rc::Rc;

fn samples(seeds: std::ops::Range<u64>) -> impl Iterator<Item = (u64, Sample)> {
    seeds.map(|seed| {
        let mut dice = Dice::new(seed);
        let length = 40 + dice.below(2000);
        (seed, sample(&(0..length).map(|_| dice.next() as u32).collect::<Vec<_>>()))
    })
}

/// The answer of the interpreter.
fn interpreted(program: &Verified, facts: &Facts, today: i64) -> Answer {
    let outcome = interp::decide(program, DECISION, facts, today);
    match outcome.verdict {
        Verdict::Refused => Answer::Refused,
        Verdict::Error => Answer::Error(Fault::Absent),
        Verdict::Pending => panic!("everything is known"),
        Verdict::Granted => {
            let outputs = &program.decision(DECISION).unwrap().outputs;
            let given = |output: &Output| {
                outcome.outputs.iter().find(|(name, ..)| *name == output.name).map(|(.., value)| value.clone())
            };
            Answer::Granted(outputs.iter().map(given).collect())
        }
    }
}

/// Everything known, with chance in every cell.
fn completion(context: &Context<'_>, cells: &Cells, dice: &mut Dice) -> Vec<Value> {
    let mut roots = cells.roots.clone();
    for cell in &cells.cells {
        let root = &mut roots[cell.root];
        let Some(part) = super::super::assume::part(root, &cell.steps) else { continue };
        let value = part.sample(dice.next() % 14);
        let kept = match &part.shape {
            // Only whether it is there; what is in it has cells of its own.
            Shape::Optional { present, .. } if value != Value::Absent => {
                Abstract::new(Shape::Optional { absent: false, present: present.clone() }, part.cells.clone())
            }
            _ => part.narrowed_to(&value),
        };
        *root = Rc::new(super::super::assume::change(root, &cell.steps, &|_| Some(kept.clone())).unwrap());
    }
    assert_eq!(roots.len(), context.decision.inputs.len() + 1);
    completed(&roots, 0)
}

fn run_on(context: &Context<'_>, values: &[Value]) -> Run {
    let types = context.decision.inputs.iter().map(|field| &field.ty).chain([&Type::Date]);
    let roots: Vec<Rc<Abstract>> =
        values.iter().zip(types).map(|(value, ty)| Rc::new(Abstract::of(context.program, value, ty))).collect();
    context.run(&roots)
}

/// Whether all that a known value is, fault included, lies in the other.
fn lies_in(known: &Abstract, wide: &Abstract) -> bool {
    match known.point() {
        Some(value) => wide.holds(&value),
        None => known.fault.is_some() && wide.fault.is_some(),
    }
}

#[test]
fn where_all_is_known_the_run_says_what_the_interpreter_says() {
    for (seed, sample) in samples(0..1000) {
        let decision = sample.program.decision(DECISION).unwrap();
        let context = Context::new(&sample.program, decision);
        let cells = Cells::new(&sample.program, decision, &sample.known, Some(sample.today));
        assert!(cells.cells.is_empty());
        match context.run(&cells.roots).judge(Question::Answer) {
            Judged::Point(answer) => assert_eq!(
                answer.key(),
                interpreted(&sample.program, &sample.known, sample.today),
                "seed {seed}\n{sample:?}"
            ),
            Judged::Open(_) => panic!("seed {seed}: open\n{sample:?}"),
        }
    }
}

#[test]
fn every_completion_lies_in_the_abstract_run() {
    let mut open = 0;
    for (seed, sample) in samples(100_000..101_000) {
        let decision = sample.program.decision(DECISION).unwrap();
        let context = Context::new(&sample.program, decision);
        let cells = Cells::new(&sample.program, decision, &sample.hidden, Some(sample.today));
        let wide = context.run(&cells.roots);
        open += usize::from(!cells.cells.is_empty());
        let mut dice = Dice::new(seed);
        for _ in 0..8 {
            let values = completion(&context, &cells, &mut dice);
            let known = run_on(&context, &values);
            let shown = || format!("seed {seed}: {values:?}\n{sample:?}");
            for binding in &decision.bindings {
                let (known, wide) = (known.env.get(binding.local).unwrap(), wide.env.get(binding.local).unwrap());
                assert!(lies_in(known, wide), "{}: {known:?} in {wide:?} {}", binding.name, shown());
            }
            for (n, (known, wide)) in known.requirements.iter().zip(&wide.requirements).enumerate() {
                assert!(lies_in(known, wide), "requirement {n}: {known:?} in {wide:?} {}", shown());
            }
            let facts = facts(&context, &values);
            let answer = interpreted(&sample.program, &facts, sample.today);
            match wide.judge(Question::Answer) {
                Judged::Point(only) => assert_eq!(only.key(), answer, "{}", shown()),
                Judged::Open(_) => {
                    assert!(!known.never_same(&wide, Question::Answer), "{}", shown());
                }
            }
        }
    }
    assert!(open > 200, "{open}");
}

#[test]
fn what_changes_the_answer_is_named_and_witnesses_are_true() {
    let (mut changed, mut certain) = (0, 0);
    for (seed, sample) in samples(200_000..200_800) {
        let decision = sample.program.decision(DECISION).unwrap();
        let context = Context::new(&sample.program, decision);
        let cells = Cells::new(&sample.program, decision, &sample.hidden, Some(sample.today));
        let found = needs(&sample.program, DECISION, &sample.hidden, sample.today, Question::Answer).unwrap();
        // Then the case ends, though a requirement may yet turn out false.
        if matches!(found.answer, Some(Answer::Error(_))) {
            continue;
        }
        let named: BTreeSet<&str> =
            found.certain.iter().chain(&found.possible).map(|it| it.fact.path.as_str()).collect();
        let mut dice = Dice::new(seed);
        for (fact, missing) in cells.missing.iter().enumerate() {
            for _ in 0..4 {
                let first = completion(&context, &cells, &mut dice);
                let other = completion(&context, &cells, &mut dice);
                let mut second = first.clone();
                let place = Abstract::of(&sample.program, &first[missing.root], &decision.inputs[missing.root].ty);
                let from = Abstract::of(&sample.program, &other[missing.root], &decision.inputs[missing.root].ty);
                let own = super::super::assume::part(&from, &missing.steps).unwrap().clone();
                second[missing.root] = super::super::assume::change(&place, &missing.steps, &|_| Some(own.clone()))
                    .unwrap()
                    .point()
                    .unwrap();
                let answers =
                    [&first, &second].map(|it| interpreted(&sample.program, &facts(&context, it), sample.today));
                if answers[0] != answers[1] {
                    changed += 1;
                    assert!(
                        named.contains(missing.fact.path.as_str()),
                        "fact {fact}, {}: seed {seed}\n{sample:?}",
                        missing.fact.path
                    );
                }
            }
        }
        for need in &found.certain {
            let witness = need.witness.as_ref().unwrap();
            certain += 1;
            assert_eq!(
                interpreted(&sample.program, &witness.first, sample.today),
                witness.first_answer.key(),
                "seed {seed}"
            );
            assert_eq!(
                interpreted(&sample.program, &witness.second, sample.today),
                witness.second_answer.key(),
                "seed {seed}"
            );
            assert_ne!(witness.first_answer.key(), witness.second_answer.key());
        }
    }
    assert!(changed > 100 && certain > 50, "{changed} {certain}");
}
