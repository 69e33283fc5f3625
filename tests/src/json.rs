//! Decisions on JSON inside of a module, against the interpreter on the same JSON.

#![expect(clippy::indexing_slicing, reason = "what is not there is a fault of the test")]

use crate::random::Random;
use enact_base::json;
use enact_ir::interp::{self, Standing};
use enact_ir::testing::{DECISION, Sample};
use enact_ir::{Decision, Outcome, Program, Verified, input};
use enact_machine::border::encode;
use enact_machine::engine::{Engine as _, Stepped};
use enact_machine::json::Json;
use enact_machine::lower;
use enact_wasm::engine::{Engine, Fault};
use enact_wasm::{Options, module};
use serde_json::Value;

/// A module that decides on JSON.
pub struct Decider {
    engine: Engine,
    json: Json,
}

impl Decider {
    /// The module of one decision.
    pub fn new(program: &Verified, decision: &str) -> Decider {
        let lowered = lower(program, &[decision]).unwrap().with_json(program);
        let bytes = module(&lowered.module, &Options::default()).unwrap();
        Decider { engine: Engine::new(&bytes).unwrap(), json: lowered.json.into_iter().next().unwrap() }
    }

    /// The answer to a text.
    pub fn decide(&mut self, text: &[u8], today: i64) -> Result<String, Fault> {
        let at = self.engine.free().next_multiple_of(8);
        let length = u32::try_from(text.len()).unwrap();
        let room = (at + length).next_multiple_of(8);
        let size = self.json.room + self.json.room_per_byte * u64::from(length);
        self.engine.reserve(u64::from(room) + size)?;
        // What an earlier call has left there must not matter.
        self.engine.write(room, &vec![0xa5; usize::try_from(size).unwrap()])?;
        self.engine.write(at, text)?;
        let today = (today as i32).cast_unsigned();
        let length = self.engine.call_with(&self.json.function, &[at, length, room, today])?;
        let answer = self.engine.read(room, usize::try_from(length).unwrap())?;
        Ok(String::from_utf8(answer.to_vec()).unwrap())
    }
}

/// What is wrong with the answer to a text; nothing if it is right.
pub fn compare(decider: &mut Decider, of: (&Verified, &Decision), text: &[u8], today: i64) -> Result<(), String> {
    let (program, decision) = of;
    let answer = decider.decide(text, today).map_err(|fault| fault.to_string())?;
    let found: Value = serde_json::from_str(&answer).map_err(|error| format!("{error}: {answer}"))?;
    let wrong = |what: &str, expected: &dyn std::fmt::Display| {
        Err(format!("{what}\n{}\nexpected {expected}\nfound {answer}", String::from_utf8_lossy(text)))
    };
    let Ok(read) = json::parse(text) else {
        return match found["error"]["code"].as_str() {
            Some("bad_json") => Ok(()),
            _ => wrong("no JSON", &"bad_json"),
        };
    };
    let facts = match input::read_facts(program, decision, &read) {
        Ok(facts) => facts,
        Err(failure) => {
            let told = (found["error"]["code"].as_str(), found["error"]["path"].as_str());
            // A key without end is not repeated.
            let path = if failure.code == "unknown_field" && failure.path.len() > 200 { "" } else { &failure.path };
            return match told == (Some(&failure.code), Some(path)) {
                true => Ok(()),
                false => wrong("another error", &failure.to_json()),
            };
        }
    };
    let outcome = interp::decide(program, &decision.name, &facts, today);
    let mut alone = Stepped::new(program, &[&decision.name]).unwrap();
    let interface = alone.decisions().first().unwrap().clone();
    let said = alone.run(&interface, &interface.full, encode(&interface, &facts, today)).unwrap();
    if said.outputs.is_none() && !said.requirements.contains(&Standing::Fails) {
        return open(&outcome, &found).or_else(|what| wrong(&what, &outcome.to_json(program)));
    }
    let expected = outcome.to_json(program).to_string();
    if answer == expected { Ok(()) } else { wrong("another answer", &expected) }
}

/// What code alone cannot settle it leaves open, and names at least what can still matter.
fn open(outcome: &Outcome, found: &Value) -> Result<(), String> {
    let verdict = found["verdict"].as_str().unwrap_or_default();
    let missing: Vec<&str> = found["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if verdict == "error" {
        let same = outcome.error.is_none() || found["error"] == outcome.error.as_ref().unwrap().to_json();
        return if same { Ok(()) } else { Err("another fault".to_owned()) };
    }
    match outcome.missing.iter().find(|path| !missing.contains(&path.as_str())) {
        _ if verdict != "pending" => Err("not pending".to_owned()),
        Some(path) => Err(format!("`{path}` is not among what is missing")),
        None => Ok(()),
    }
}

/// Compares a random program on its facts, and on texts that are near them.
pub fn agree(sample: &Sample, decider: &mut Decider, random: &mut Random) -> Result<u64, String> {
    let program: &Program = &sample.program;
    let decision = program.decision(DECISION).unwrap();
    let mut tried = 0;
    for facts in [&sample.known, &sample.hidden] {
        let text = sample.json(facts).to_string();
        let mut texts = vec![text.clone().into_bytes()];
        texts.extend((0..3).map(|_| near(&text, random)));
        for text in texts {
            compare(decider, (&sample.program, decision), &text, sample.today)
                .map_err(|what| format!("{what}\n{sample:?}"))?;
            tried += 1;
        }
    }
    Ok(tried)
}

/// Pieces that are put in the place of others.
const PIECES: [&str; 36] = [
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "1",
    "-1",
    "1.0",
    "1e2",
    "0.5",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "\"170.00\"",
    "\"0.123456789\"",
    "\"1e3\"",
    "\"-\"",
    "\"2024-02-29\"",
    "\"2023-02-29\"",
    "\"0000-01-01\"",
    "\"\\u5b57\\ud83d\\ude00\\n\"",
    "\"\\ud800\"",
    "\"\\x\"",
    "\"字\"",
    "[null]",
    "{\"a\":1,\"a\":2}",
    "\"99999999999999999999999999999999999999999\"",
    "\"00\"",
    "\"1.\"",
    "[[[[]]]]",
    "100e-2",
    "0.000",
    "-0",
    " \t\r\n1",
    "tru",
];

/// A text with something else in one place.
fn near(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    match random.below(4) {
        0 => {
            let at = random.below(bytes.len());
            bytes.truncate(at);
        }
        1 => {
            let at = random.below(bytes.len());
            bytes[at] = random.number() as u8;
        }
        _ => {
            // In the place of a value: from a colon, comma or bracket to the next of them.
            let ends: Vec<usize> = (0..bytes.len()).filter(|at| b":,[]{}".contains(&bytes[*at])).collect();
            let n = random.below(ends.len().max(2) - 1);
            if let [from, to, ..] = ends.get(n..).unwrap_or_default() {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(from + 1..*to, piece.bytes());
            }
        }
    }
    bytes
}
