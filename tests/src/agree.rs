//! Whether the engines agree with the interpreter: random programs and random inputs through all of them.

use crate::mutate::Mistake;
use crate::random::Random;
use crate::{json, rows};
use enact_ir::testing::{DECISION, Sample, sample, wanted};
use enact_ir::{Facts, Outcome, Verified, interp};
use enact_machine::engine::{Asked, Engine, Stepped, decide};
use enact_machine::{Interface, lower};
use enact_native::Native;
use enact_wasm::Wasm;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A program made ready for an engine.
pub struct Ready {
    /// The engine's name.
    pub name: &'static str,
    engine: Box<dyn Engine>,
    interface: Interface,
}

/// Makes a program ready for every engine.
pub type Make = dyn Fn(&Verified) -> Vec<Ready>;

/// Every engine that there is.
pub fn engines(program: &Verified) -> Vec<Ready> {
    let stepped = Stepped::new(program, &[DECISION]).unwrap();
    let interface = stepped.decisions().first().unwrap().clone();
    let native = Native::new(program, &[DECISION]).unwrap();
    let wasm = Wasm::new(program, &[DECISION]).unwrap();
    vec![
        Ready { name: "stepped", engine: Box::new(stepped), interface: interface.clone() },
        Ready { name: "native", engine: Box::new(native), interface: interface.clone() },
        Ready { name: "wasm", engine: Box::new(wasm), interface },
    ]
}

/// The stepped engine with a mistake in its code.
pub fn mistaken(program: &Verified, mistake: &Mistake) -> Vec<Ready> {
    let mut lowered = lower(program, &[DECISION]).unwrap();
    mistake.plant(&mut lowered.module);
    let interface = lowered.decisions.first().unwrap().clone();
    let stepped = Stepped::of(lowered).with_fuel(1_000_000);
    vec![Ready { name: "stepped", engine: Box::new(stepped), interface }]
}

/// Inputs that are tried on each program, besides those that it comes with.
const INPUTS: usize = 7;

/// Where an engine says something else than the interpreter.
pub struct Disagreement {
    /// The engine.
    pub engine: &'static str,
    /// Program and facts, and both outcomes.
    pub told: String,
}

/// Compares all engines on one program and its inputs; the number of pairs that were compared.
fn compare(make: &Make, choices: &[u32]) -> Result<(u64, Sample), Box<Disagreement>> {
    let first = sample(choices);
    let mut ready = make(&first.program);
    let mut pairs = 0;
    let mut cases = Vec::new();
    for n in 0..=INPUTS {
        let sample = match n {
            0 => first.clone(),
            n => first.with_other_facts(choices.get(n * choices.len() / (INPUTS + 1)..).unwrap_or_default()),
        };
        for (facts, asked) in
            [(&sample.known, Asked::Reasons), (&sample.known, Asked::Answer), (&sample.hidden, Asked::Reasons)]
        {
            let expected = expected(&sample, facts, asked);
            for it in &mut ready {
                one(it, &sample, facts, asked, &expected)?;
            }
        }
        pairs += 2;
        cases.extend([sample.known, sample.hidden]);
    }
    if ready.iter().any(|it| it.name == "native") {
        let choice = choices.iter().fold(0_u32, |sum, it| sum.wrapping_mul(31).wrapping_add(*it));
        // A module with JSON is large, and takes longest to compile.
        if choice.is_multiple_of(8) {
            let mut decider = json::Decider::new(&first.program, DECISION);
            json::agree(&first, &mut decider, &mut Random::new(choice.into()))
                .map_err(|told| Box::new(Disagreement { engine: "json", told }))?;
        }
        rows::compare(&first, &cases, choice).map_err(|told| Box::new(Disagreement { engine: "rows", told }))?;
    }
    Ok((pairs, first))
}

fn expected(sample: &Sample, facts: &Facts, asked: Asked) -> Outcome {
    let mut outcome = interp::decide(&sample.program, DECISION, facts, sample.today);
    if asked == Asked::Answer {
        // Without a trace only the requirements are among the reasons.
        outcome.reasons.truncate(sample.program.decision(DECISION).unwrap().requirements.len());
    }
    outcome
}

fn one(
    ready: &mut Ready,
    sample: &Sample,
    facts: &Facts,
    asked: Asked,
    expected: &Outcome,
) -> Result<(), Box<Disagreement>> {
    let found = decide(ready.engine.as_mut(), &sample.program, &ready.interface, (facts, sample.today), asked);
    if found.as_ref() == Ok(expected) {
        return Ok(());
    }
    let found = found.map_or_else(|error| error.to_string(), |outcome| format!("{outcome:#?}"));
    let facts = sample.json(facts);
    let told = format!("{sample:?}\n{asked:?} of {facts}\nexpected {expected:#?}\nfound {found}");
    Err(Box::new(Disagreement { engine: ready.name, told }))
}

/// A smaller program on which the engines still disagree.
fn shrink(make: &Make, choices: &[u32], found: Box<Disagreement>) -> Box<Disagreement> {
    let (mut best, mut found) = (choices.to_vec(), found);
    let mut budget = 4_000;
    let mut step = best.len() / 2;
    while step > 0 && budget > 0 {
        let mut at = 0;
        while at < best.len() && budget > 0 {
            budget -= 1;
            let mut shorter = best.clone();
            shorter.drain(at..(at + step).min(best.len()));
            let mut simpler = best.clone();
            simpler.iter_mut().skip(at).take(step).for_each(|it| *it = 0);
            let better = [shorter, simpler]
                .into_iter()
                .filter(|it| *it != best)
                .find_map(|it| compare(make, &it).err().map(|found| (it, found)));
            match better {
                Some((smaller, again)) => (best, found) = (smaller, again),
                None => at += step,
            }
        }
        step /= 2;
    }
    found
}

/// What a run has covered.
#[derive(Default)]
pub struct Report {
    /// Programs.
    pub programs: u64,
    /// Programs with one of their inputs.
    pub pairs: u64,
    /// How many programs hold each form and operation, and how many outcomes have each verdict.
    pub covered: BTreeMap<String, u64>,
    /// The first disagreement, made small.
    pub disagreement: Option<Box<Disagreement>>,
}

/// Compares on random programs until so many have been tried or the time is over, or a disagreement has been found.
pub fn run(make: &Make, seed: u64, programs: u64, time: Duration) -> Report {
    let start = Instant::now();
    let mut random = Random::new(seed);
    let mut report = Report { covered: wanted().into_iter().map(|name| (name, 0)).collect(), ..Report::default() };
    while report.programs < programs && start.elapsed() < time {
        let length = 100 + random.below(600);
        let choices: Vec<u32> = (0..length).map(|_| random.number() as u32).collect();
        match compare(make, &choices) {
            Ok((pairs, sample)) => {
                report.programs += 1;
                report.pairs += pairs;
                let verdict = interp::decide(&sample.program, DECISION, &sample.hidden, sample.today).verdict;
                for name in sample.holds().into_iter().chain([verdict.as_str().to_owned()]) {
                    *report.covered.entry(name).or_default() += 1;
                }
            }
            Err(found) => {
                report.disagreement = Some(shrink(make, &choices, found));
                break;
            }
        }
    }
    report
}

/// The number of programs until an engine disagrees; none if none does on so many.
pub fn first_disagreement(make: &Make, seed: u64, programs: u64) -> Option<u64> {
    let mut random = Random::new(seed);
    (1..=programs).find(|_| {
        let length = 100 + random.below(600);
        let choices: Vec<u32> = (0..length).map(|_| random.number() as u32).collect();
        compare(make, &choices).is_err()
    })
}
