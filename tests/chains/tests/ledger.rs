//! What contracts count is what the simulated ledger counts, under every order of messages.

use enact_chains::services::on;
use enact_chains::{Ended, Entry, OnChain, State};
use enact_ir::ledger::{Ledger, keys_name, step};
use enact_ir::testing::{DECISION, Sample, sample};
use enact_ir::{Facts, Verdict, Verified, interp, verify};
use enact_tests::random::Random;
use enact_wasm::contracts::Chain;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// The ledger as a contract keeps it.
fn kept(ledger: &Ledger) -> State {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let encoded = |name: &str| -> String {
        name.bytes()
            .map(|it| match it {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(it).to_string(),
                other => format!("_{other:02x}"),
            })
            .collect()
    };
    let one = |(name, key, total): (&str, &[u8], i128)| {
        let key = format!("tally.{}.{}", encoded(name), hex(&Sha256::digest(key)));
        (key.into_bytes(), total.to_string().into_bytes())
    };
    ledger.iter().map(one).collect()
}

fn tallies(state: &State) -> State {
    state
        .iter()
        .filter(|(key, _)| key.starts_with(b"tally."))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A granted decision: its number, who asked, and what it added.
struct Granted {
    number: u64,
    sender: &'static str,
    before: Ledger,
    after: Ledger,
    withdrawn: bool,
}

struct Sequence<'s> {
    sample: &'s Sample,
    whole: &'s Verified,
    day: i64,
    ledger: Ledger,
    granted: Vec<Granted>,
}

const SENDERS: [&str; 3] = ["ann", "bob", "cai"];

impl Sequence<'_> {
    /// The facts as evidence, without what has been counted.
    fn evidence(&self, facts: &Facts) -> Value {
        let decision = self.sample.program.decision(DECISION).unwrap();
        let mut json = self.sample.json(facts);
        let members = json.as_object_mut().unwrap();
        for tally in &decision.ledger {
            for name in &decision.inputs[tally.port as usize].path {
                members.remove(name);
            }
        }
        json
    }

    /// A claim that may be granted.
    fn claim(&mut self, contract: &mut dyn OnChain, sender: &'static str, facts: &Facts) {
        let evidence = self.evidence(facts);
        let message = json!({ DECISION: { "subject": "s", "evidence": evidence } });
        let before = self.ledger.clone();
        let mut decide = |name: &str, facts: &Facts| interp::decide(self.whole, name, facts, self.day);
        let outcome = step(self.whole, DECISION, facts, &mut self.ledger, &mut decide);
        match contract.execute(sender, &message) {
            Ended::Done(record) => {
                assert_eq!(outcome.verdict, Verdict::Granted, "{message}\n{record}\n{:?}", self.sample);
                let number = record["number"].as_u64().unwrap();
                let (after, withdrawn) = (self.ledger.clone(), false);
                self.granted.push(Granted { number, sender, before, after, withdrawn });
            }
            Ended::Refused(said) => {
                assert_ne!(outcome.verdict, Verdict::Granted, "{message}\n{said}\n{:?}", self.sample);
            }
            Ended::Stopped(why) => panic!("{why}: {message}"),
        }
    }

    /// Somebody withdraws a decision; only who asked for it may.
    fn withdraw(&mut self, contract: &mut dyn OnChain, sender: &'static str, n: usize) {
        let Some(granted) = self.granted.get_mut(n) else { return };
        let ended = contract.execute(sender, &json!({ "withdraw": { "number": granted.number } }));
        let may = granted.sender == sender && !granted.withdrawn;
        assert_eq!(may, matches!(ended, Ended::Done(_)), "{ended:?}");
        if may {
            granted.withdrawn = true;
            let names = granted.after.iter().map(|(name, key, _)| (name.to_owned(), key.to_vec())).collect::<Vec<_>>();
            for (name, key) in names {
                let added = granted.after.total(&name, &key) - granted.before.total(&name, &key);
                let now = self.ledger.total(&name, &key);
                self.ledger.set(&name, &key, now - added);
            }
        }
    }

    /// A message that cannot be done.
    fn fail(&mut self, contract: &mut dyn OnChain, sender: &'static str, random: &mut Random) {
        let mut evidence = self.evidence(&self.sample.known);
        let decision = self.sample.program.decision(DECISION).unwrap();
        let port = decision.ledger.first().and_then(|it| decision.inputs[it.port as usize].path.first()).cloned();
        let message = match random.below(4) {
            0 => {
                evidence["no such input"] = json!(1);
                json!({ DECISION: { "subject": "s", "evidence": evidence } })
            }
            1 => json!({ DECISION: { "evidence": evidence } }),
            2 => {
                evidence[port.unwrap_or_else(|| "none".to_owned())] = json!(0);
                json!({ DECISION: { "subject": "s", "evidence": evidence } })
            }
            _ => json!({ "withdraw": { "number": 1_000_000 } }),
        };
        assert!(matches!(contract.execute(sender, &message), Ended::Refused(_)), "{message}");
    }
}

/// The sample with no issuers, so that anyone may say everything.
fn open_to_all(sample: Sample) -> Sample {
    let mut program = sample.program.clone().into_program();
    program.records.iter_mut().for_each(|it| it.issuer.clear());
    for decision in &mut program.decisions {
        decision.inputs.iter_mut().for_each(|it| it.issuer.clear());
    }
    Sample { program: verify(program).unwrap(), ..sample }
}

/// How many sequences were run, and how many decisions were granted, and not for what had been counted.
#[derive(Default, Debug)]
struct Report {
    sequences: usize,
    granted: usize,
    withdrawn: usize,
    counted_out: usize,
}

fn run(chain: Chain, seed: u64, sequences: usize, time: Duration) -> Report {
    let mut random = Random::new(seed);
    let mut report = Report::default();
    let start = Instant::now();
    while report.sequences < sequences && start.elapsed() < time {
        let choices: Vec<u32> = (0..600).map(|_| random.number() as u32).collect();
        let sample = open_to_all(sample(&choices));
        let counted = sample.program.decision(DECISION).is_some_and(|it| !it.ledger.is_empty());
        if !counted {
            continue;
        }
        let whole = verify(sample.program.with_keys()).unwrap();
        assert!(whole.decision(&keys_name(DECISION)).is_some());
        let Some(mut contract) = on(chain, &sample.program) else { continue };
        contract.call(Entry::Instantiate, "operator", &json!({})).done();
        let first = contract.state();
        let per_program = if chain == Chain::CosmWasm { 40 } else { 1 };
        for _ in 0..per_program {
            if chain == Chain::CosmWasm {
                contract.put_state(first.clone());
            }
            sequence(&sample, &whole, &mut *contract, &mut random, &mut report);
        }
    }
    report
}

fn sequence(sample: &Sample, whole: &Verified, contract: &mut dyn OnChain, random: &mut Random, report: &mut Report) {
    let day = 1 + random.below(36_000) as i64;
    contract.set_day(day);
    let mut it = Sequence { sample, whole, day, ledger: Ledger::default(), granted: Vec::new() };
    let mut cases = vec![sample.known.clone()];
    for _ in 0..2 {
        let choices: Vec<u32> = (0..200).map(|_| random.number() as u32).collect();
        cases.push(sample.with_other_facts(&choices).known);
    }
    for _ in 0..2 + random.below(8) {
        let sender = SENDERS[random.below(SENDERS.len())];
        match random.below(6) {
            0 => it.withdraw(contract, sender, random.below(4)),
            1 => it.fail(contract, sender, random),
            _ => {
                let facts = &cases[random.below(cases.len())];
                it.claim(contract, sender, facts);
            }
        }
        assert_eq!(tallies(&contract.state()), kept(&it.ledger), "{sample:?}");
    }
    report.sequences += 1;
    report.granted += it.granted.len();
    report.withdrawn += it.granted.iter().filter(|it| it.withdrawn).count();
    report.counted_out += usize::from(it.granted.is_empty());
}

/// How many sequences a run makes at least; `ENACT_SEQUENCES` asks for more.
fn wanted(usual: usize) -> usize {
    std::env::var("ENACT_SEQUENCES").ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
}

#[test]
fn cosmwasm_counts_what_the_ledger_counts() {
    let sequences = wanted(10_000);
    let report = run(Chain::CosmWasm, 41, sequences, Duration::from_secs(60 * 30));
    println!("{report:?}");
    assert!(report.sequences >= sequences && report.granted > sequences / 4 && report.withdrawn > 0, "{report:?}");
}

#[test]
fn chainmaker_counts_what_the_ledger_counts() {
    let report = run(Chain::ChainMaker, 43, 150, Duration::from_secs(60));
    println!("{report:?}");
    assert!(report.granted > 20, "{report:?}");
}
