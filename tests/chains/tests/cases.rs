//! The cases of the services by real messages, with records that their issuers have written: what the contract says is what the interpreter says.

use enact_base::json as strict;
use enact_chains::services::{cases, instantiate, on, program, records};
use enact_chains::{DAY, Ended, Entry, OnChain};
use enact_ir::{Verified, input, interp};
use enact_wasm::contracts::Chain;
use serde_json::{Value, json};

/// The services that have cases, and the file of these.
pub(crate) const SERVICES: [(&str, &str); 5] = [
    ("insurance_reimbursement", "medical"),
    ("nurse_registration", "medical"),
    ("medical_aid", "medical"),
    ("fiscal_e_bill", "medical"),
    ("skills", "enterprise"),
];

/// What the interpreter says.
fn expected(program: &Verified, decision: &str, facts: &Value) -> Value {
    let decision = program.decision(decision).unwrap();
    let read = strict::parse(facts.to_string().as_bytes()).unwrap();
    match input::read_facts(program, decision, &read) {
        Ok(facts) => interp::decide(program, &decision.name, &facts, DAY).to_json(program),
        Err(failure) => json!({ "failure": failure.to_json() }),
    }
}

#[track_caller]
fn same(found: &Value, expected: &Value, what: &Value) {
    let fields: &[&str] = match expected["verdict"].as_str() {
        // What is missing may be said of more than matters: code alone does not weigh it.
        Some("pending") => &["verdict", "outputs", "refused", "error"],
        _ => &["verdict", "outputs", "refused", "missing", "error"],
    };
    for field in fields {
        assert_eq!(found[field], expected[field], "{field} of {what}\n{found}\n{expected}");
    }
    for missing in expected["missing"].as_array().into_iter().flatten() {
        assert!(found["missing"].as_array().unwrap().contains(missing), "{missing} of {what}");
    }
}

fn all_cases(chain: Chain) {
    let mut tried = 0;
    for (service, file) in SERVICES {
        let program = program(service);
        let mut contract = on(chain, &program).unwrap();
        let first = instantiate(&*contract, &program);
        contract.call(Entry::Instantiate, "operator", &first).done();
        for (n, case) in cases(file, service).iter().enumerate() {
            one(&mut *contract, &program, case, &format!("S-{n}"));
            tried += 1;
        }
    }
    let there = enact_tests::repository().join("../shared/cases").exists();
    assert!(tried >= 85 || !there, "only {tried} cases");
}

fn one(contract: &mut dyn OnChain, program: &Verified, case: &Value, subject: &str) {
    let decision = program.decision(case["decision"].as_str().unwrap()).unwrap();
    let expected = expected(program, &decision.name, &case["input"]);
    let (messages, evidence) = records(program, decision, &case["input"], subject);
    let supposed = contract.query(&json!({ "decide": { "decision": decision.name, "evidence": case["input"] } }));
    if let Some(failure) = expected.get("failure") {
        let said = supposed.refused();
        assert_eq!((&said["code"], &said["path"]), (&failure["code"], &failure["path"]), "{case}");
        // Whoever writes the record is told so at once; if it is not in a record, the applicant is.
        let mut refused =
            messages.iter().filter(|(sender, it)| matches!(contract.execute(sender, it), Ended::Refused(_)));
        let of_records = refused.next().is_some();
        let apply = json!({ decision.name.as_str(): { "subject": subject, "evidence": evidence } });
        assert!(of_records || matches!(contract.execute("applicant", &apply), Ended::Refused(_)), "{case}");
        return;
    }
    same(&supposed.done(), &expected, case);
    for (issuer, message) in &messages {
        contract.execute(issuer, message).done();
    }
    let asked = json!({ "decision": decision.name, "subject": subject, "evidence": evidence });
    same(&contract.query(&json!({ "explain": asked })).done(), &expected, case);
    let apply = json!({ decision.name.as_str(): { "subject": subject, "evidence": evidence } });
    let before = contract.state();
    match contract.execute("applicant", &apply) {
        Ended::Done(record) => {
            same(&record, &expected, case);
            let number = &record["number"];
            let kept = contract.at(&format!("decision.{number}")).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), record);
            assert_eq!(contract.query(&json!({ "status": { "number": number } })).done(), record);
            assert_eq!(expected["verdict"], "granted");
        }
        Ended::Refused(said) => {
            same(&said, &expected, case);
            assert_ne!(expected["verdict"], "granted");
            assert_eq!(contract.state(), before, "a refusal has changed the state");
        }
        Ended::Stopped(why) => panic!("{why}: {case}"),
    }
}

#[test]
fn cosmwasm_says_what_the_interpreter_says() {
    all_cases(Chain::CosmWasm);
}

#[test]
fn chainmaker_says_what_the_interpreter_says() {
    all_cases(Chain::ChainMaker);
}
