//! Messages that mean harm end in an error that says what is wrong: no trap, no change of the state.

use enact_chains::services::{instantiate, on, program, records};
use enact_chains::{Ended, Entry, OnChain};
use enact_ir::Verified;
use enact_tests::random::Random;
use enact_wasm::contracts::Chain;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SERVICE: &str = "insurance_reimbursement";
const DECISION: &str = "outpatient_employee";
const SUBJECT: &str = "人-1 \"x\"";

/// A contract whose issuers have written the records of a case.
struct Prepared {
    contract: Box<dyn OnChain>,
    program: Arc<Verified>,
    case: Value,
    evidence: Value,
    puts: Vec<(String, Value)>,
}

fn prepared(chain: Chain) -> Prepared {
    let program = program(SERVICE);
    let mut contract = on(chain, &program).unwrap();
    let first = instantiate(&*contract, &program);
    contract.call(Entry::Instantiate, "operator", &first).done();
    let case = enact_tests::read(format!("examples/{SERVICE}/inputs/{DECISION}.json"));
    let case: Value = serde_json::from_str(&case).unwrap();
    let decision = program.decision(DECISION).unwrap();
    let (puts, evidence) = records(&program, decision, &case, SUBJECT);
    for (issuer, put) in &puts {
        contract.execute(issuer, put);
    }
    Prepared { contract, program, case, evidence, puts }
}

impl Prepared {
    /// An error, and nothing has changed.
    #[track_caller]
    fn refuses(&mut self, sender: &str, message: &[u8]) -> Value {
        let before = self.contract.state();
        let shown = || String::from_utf8_lossy(message.get(..300).unwrap_or(message)).into_owned();
        let said = match self.contract.raw(Entry::Execute, sender, message) {
            Ended::Refused(said) => said,
            other => panic!("{other:?}: {}", shown()),
        };
        assert_eq!(self.contract.state(), before, "{}", shown());
        said
    }

    #[track_caller]
    fn says(&mut self, sender: &str, message: &Value, code: &str, path: &str) {
        let said = self.refuses(sender, message.to_string().as_bytes());
        assert_eq!((said["code"].as_str(), said["path"].as_str()), (Some(code), Some(path)), "{message}\n{said}");
        assert!(said["message"].as_str().is_some_and(|it| it.len() > 5));
    }
}

fn known_harm(chain: Chain) {
    let mut it = prepared(chain);
    let apply = |more: Value| {
        let mut body = json!({ "subject": SUBJECT });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        json!({ DECISION: body })
    };
    let deep = "[".repeat(100_000);
    let long = "x".repeat(1_000_000);
    for bytes in [
        &b""[..],
        b"{",
        b"null",
        b"[]",
        b"{}",
        b"1",
        b"\xff\xfe",
        b"{\"a\":1}",
        b"{\"a\":1,\"a\":1}",
        b"{\"withdraw\":1}",
        b"{\"withdraw\":{}}",
        b"{\"put_record\":[]}",
        b"{\"set_admin\":{\"address\":\"\"}}",
        b"{\"outpatient_employee\":{},\"outpatient_employee\":{}}",
        b"{\"outpatient_employee\":{\"subject\":\"a\"},\"withdraw\":{\"number\":1}}",
        deep.as_bytes(),
        long.as_bytes(),
        format!("{{\"outpatient_employee\":{{\"subject\":\"{long}\"}}}}").as_bytes(),
        format!("{{\"outpatient_employee\":{{\"subject\":{deep}").as_bytes(),
    ] {
        let said = it.refuses("mallory", bytes);
        assert!(said["code"].is_string(), "{said}");
    }
    it.says("mallory", &json!({ "no such": {} }), "unknown_message", "");
    it.says("mallory", &apply(json!({ "subject": 5 })), "wrong_type", "subject");
    it.says("mallory", &apply(json!({ "subject": "x".repeat(201) })), "too_long", "subject");
    it.says("mallory", &apply(json!({ "surplus": 1 })), "unknown_field", "surplus");
    it.says("mallory", &apply(json!({ "evidence": [] })), "wrong_type", "evidence");
    it.says("mallory", &apply(json!({ "evidence": { "nonsense": 1 } })), "unknown_field", "nonsense");
    it.says("mallory", &apply(json!({ "records": { "visit": 7 } })), "wrong_type", "visit");
    it.says("mallory", &apply(json!({ "evidence": { "visit": it.case["visit"] } })), "unauthorized", "visit");
    it.says("mallory", &json!({ "set_admin": { "address": "mallory" } }), "unauthorized", "");
    it.says("mallory", &json!({ "appoint": { "issuer": "医保局", "address": "mallory" } }), "unauthorized", "");
    it.says("mallory", &json!({ "withdraw": { "number": 1 } }), "no_record", "number");
    it.says("mallory", &json!({ "withdraw": { "number": "1" } }), "wrong_type", "number");
    it.says("mallory", &json!({ "withdraw": { "number": 1e300 } }), "bad_number", "number");
    it.says("mallory", &json!({ "withdraw": { "number": -1 } }), "bad_number", "number");
    let (issuer, put) = it.puts.iter().find(|it| it.1["put_record"]["record"] == "Visit").unwrap().clone();
    it.says("mallory", &put, "unauthorized", "");
    let mut other = put.clone();
    other["put_record"]["value"]["service_date"] = json!("2024-02-30");
    it.says(&issuer, &other, "bad_date", "value.service_date");
    other["put_record"]["value"]["service_date"] = json!(20_240_301);
    it.says(&issuer, &other, "wrong_type", "value.service_date");
    other["put_record"]["value"] = json!([]);
    it.says(&issuer, &other, "wrong_type", "value");
    other["put_record"]["record"] = json!("Nothing");
    it.says(&issuer, &other, "unknown_case", "record");
    let mut large = put.clone();
    large["put_record"]["value"]["surplus"] = json!("x".repeat(40_000));
    it.says(&issuer, &large, "too_large", "value");
    // The right of one issuer is none of another.
    let others: Vec<String> = it.puts.iter().map(|it| it.0.clone()).filter(|it| *it != issuer).collect();
    for other in others {
        it.says(&other, &put, "unauthorized", "");
    }
    let nobody = json!({ "remove_record": { "record": "Visit", "key": "nobody" } });
    it.says(&issuer, &nobody, "no_record", "");
    // A record that is not there is missing, and nothing is granted.
    let said = it.refuses("ann", json!({ DECISION: { "subject": "nobody" } }).to_string().as_bytes());
    assert_eq!(said["verdict"], "pending");
    it.contract.execute(&issuer, &json!({ "remove_record": { "record": "Visit", "key": SUBJECT } })).done();
    let said = it.refuses("ann", apply(json!({ "evidence": it.evidence })).to_string().as_bytes());
    assert!(said["missing"].as_array().is_some_and(|it| !it.is_empty()), "{said}");
    it.contract.execute(&issuer, &put).done();
    it.contract.execute("ann", &apply(json!({ "evidence": it.evidence }))).done();
    assert!(it.program.decision(DECISION).is_some());
}

#[test]
fn cosmwasm_withstands_known_harm() {
    known_harm(Chain::CosmWasm);
}

#[test]
fn chainmaker_withstands_known_harm() {
    known_harm(Chain::ChainMaker);
}

/// Records that were not written through the contract, or for another version: they are told apart from what the applicant sends.
#[test]
fn records_that_break_their_schema_are_refused_by_name() {
    let mut it = prepared(Chain::CosmWasm);
    let key = it.contract.state().into_keys().find(|it| it.starts_with(b"record.Visit.")).unwrap();
    let apply = json!({ DECISION: { "subject": SUBJECT, "evidence": it.evidence } });
    for (bytes, code, path) in [
        (&b"{"[..], "bad_record", "visit"),
        (b"\xff", "bad_record", "visit"),
        (b"[1]", "wrong_type", "visit"),
        (b"null", "not_optional", "visit"),
        (b"{\"service_date\":\"yesterday\"}", "bad_date", "visit.service_date"),
        (b"{\"service_date\":null}", "not_optional", "visit.service_date"),
        (b"{\"service_date\":\"2024-01-01\",\"service_date\":\"2024-01-01\"}", "bad_record", "visit"),
    ] {
        let mut state = it.contract.state();
        state.insert(key.clone(), bytes.to_vec());
        it.contract.put_state(state);
        it.says("ann", &apply, code, path);
    }
    let mut state = it.contract.state();
    state.insert(key, vec![b' '; 40_000]);
    it.contract.put_state(state);
    it.says("ann", &apply, "too_large", "visit");
}

/// Pieces of which wrong messages are made.
const PIECES: [&str; 22] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-",
    "1e999",
    "0.1",
    "99999999999999999999",
    "\u{0}",
    "字",
    "\"subject\":",
    "\"evidence\":{",
    "\"visit\":",
    "\u{feff}",
];

/// A message with something wrong in it.
fn damaged(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len().max(1)).min(bytes.len());
        match random.below(5) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = random.number() as u8,
            2 => {
                let end = (at + random.below(20)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let end = (at + random.below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

fn fuzz(chain: Chain, seed: u64, time: Duration) -> usize {
    let mut it = prepared(chain);
    let mut random = Random::new(seed);
    let mut messages: Vec<(String, String)> =
        it.puts.iter().map(|(issuer, put)| (issuer.clone(), put.to_string())).collect();
    for message in [
        json!({ DECISION: { "subject": SUBJECT, "evidence": it.evidence, "records": { "visit": SUBJECT } } }),
        json!({ "appoint": { "issuer": "医保局", "address": "x" } }),
        json!({ "withdraw": { "number": 1 } }),
        json!({ "remove_record": { "record": "Visit", "key": SUBJECT } }),
    ] {
        messages.push(("ann".to_owned(), message.to_string()));
    }
    let ask = json!({ "explain": { "decision": DECISION, "subject": SUBJECT, "evidence": it.case } }).to_string();
    let (start, mut tried) = (Instant::now(), 0);
    while start.elapsed() < time {
        let (sender, text) = &messages[random.below(messages.len())];
        let message = damaged(text, &mut random);
        let before = it.contract.state();
        match it.contract.raw(Entry::Execute, sender, &message) {
            Ended::Done(_) => {}
            Ended::Refused(_) => assert_eq!(it.contract.state(), before),
            Ended::Stopped(why) => panic!("{why}: {:?}", String::from_utf8_lossy(&message)),
        }
        let question = damaged(&ask, &mut random);
        if let Ended::Stopped(why) = it.contract.raw(Entry::Query, sender, &question) {
            panic!("{why}: {:?}", String::from_utf8_lossy(&question));
        }
        tried += 2;
    }
    tried
}

/// How long a machine is fuzzed; `ENACT_FUZZ_SECONDS` asks for more.
fn seconds() -> Duration {
    let more = std::env::var("ENACT_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok());
    Duration::from_secs(more.unwrap_or(10))
}

#[test]
fn cosmwasm_withstands_random_harm() {
    let tried = fuzz(Chain::CosmWasm, 5, seconds());
    println!("{tried} messages");
    assert!(tried > 500, "only {tried}");
}

#[test]
fn chainmaker_withstands_random_harm() {
    let tried = fuzz(Chain::ChainMaker, 6, seconds());
    println!("{tried} messages");
    assert!(tried > 200, "only {tried}");
}
