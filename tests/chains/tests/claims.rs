//! Limits and budgets as the language says them, on both chains: bills that two decisions share, visits per year, and what is left of a fund.

use enact_chains::services::{instantiate, on};
use enact_chains::{DAY, Entry, OnChain};
use enact_ir::Verified;
use enact_tests::command::enact_with;
use enact_tests::{analyse, files};
use enact_wasm::contracts::Chain;
use serde_json::{Value, json};
use std::sync::Arc;

fn policy() -> Arc<Verified> {
    let folder = "tests/chains/policies";
    let analysed = analyse(&files(folder, ".enact"), &files(folder, ".json"));
    assert!(analysed.diagnostics.is_empty(), "{}", analysed.pictures());
    analysed.program.unwrap()
}

fn bill(contract: &mut dyn OnChain, code: &str, amount: &str) {
    let value = json!({ "code": code, "amount": amount, "paper": "what the policy does not read" });
    let put = json!({ "put_record": { "record": "Bill", "key": code, "value": value } });
    contract.execute("财政", &put).done();
}

fn claim(contract: &mut dyn OnChain, code: &str, person: &str) -> Result<Value, Value> {
    let message = json!({ "claim": { "subject": code, "evidence": { "person": person } } });
    match contract.execute(person, &message) {
        enact_chains::Ended::Done(record) => Ok(record["outputs"]["payable"].clone()),
        enact_chains::Ended::Refused(said) => Err(said["refused"].clone()),
        enact_chains::Ended::Stopped(why) => panic!("{why}"),
    }
}

fn story(chain: Chain) {
    let program = policy();
    let mut it = on(chain, &program).unwrap();
    let first = instantiate(&*it, &program);
    it.call(Entry::Instantiate, "operator", &first).done();
    let it = &mut *it;
    for (code, amount) in [("A", "9000.00"), ("B", "8000.00"), ("C", "1.00"), ("D", "2.00"), ("E", "3.00")] {
        bill(it, code, amount);
    }
    assert_eq!(claim(it, "A", "ann"), Ok(json!("9000.00")));
    assert_eq!(claim(it, "A", "bob"), Err(json!(["bill_once"])), "a bill is claimed once, whoever asks");
    let other = it.execute("bob", &json!({ "other_claim": { "subject": "A" } })).refused();
    assert_eq!(other["refused"], json!(["bill_once"]), "and by whatever decision shares the ledger");
    it.execute("bob", &json!({ "other_claim": { "subject": "C" } })).done();
    assert_eq!(claim(it, "C", "cai"), Err(json!(["bill_once"])));
    assert_eq!(claim(it, "B", "ann"), Ok(json!("6000.00")), "what is left of the fund");
    assert_eq!(claim(it, "D", "ann"), Err(json!(["visits", "pool"])));
    assert_eq!(claim(it, "D", "bob"), Err(json!(["pool"])), "nothing is left");
    // A withdrawn claim is free again, for whoever comes first.
    assert_eq!(it.execute("bob", &json!({ "withdraw": { "number": 1 } })).refused()["code"], "unauthorized");
    it.execute("ann", &json!({ "withdraw": { "number": 1 } })).done();
    assert_eq!(it.execute("ann", &json!({ "withdraw": { "number": 1 } })).refused()["code"], "withdrawn");
    assert_eq!(claim(it, "D", "bob"), Ok(json!("2.00")));
    assert_eq!(claim(it, "A", "cai"), Ok(json!("8998.00")));
    // Another year has another fund and other visits, but a bill stays claimed.
    it.set_day(DAY + 366);
    assert_eq!(claim(it, "A", "ann"), Err(json!(["bill_once"])));
    assert_eq!(claim(it, "E", "ann"), Ok(json!("3.00")));
    let status = it.query(&json!({ "status": { "number": 1 } })).done();
    assert_eq!((&status["decision"], &status["subject"]), (&json!("claim"), &json!("A")));
    assert_eq!(it.at("decision").as_deref(), Some("6"));
}

#[test]
fn cosmwasm_keeps_limits_and_budgets() {
    story(Chain::CosmWasm);
}

#[test]
fn chainmaker_keeps_limits_and_budgets() {
    story(Chain::ChainMaker);
}

#[test]
fn what_is_recorded_can_be_explained_from_the_source() {
    let program = enact_chains::services::program("insurance_reimbursement");
    let mut it = on(Chain::CosmWasm, &program).unwrap();
    let first = instantiate(&*it, &program);
    it.call(Entry::Instantiate, "operator", &first).done();
    let source = enact_tests::repository().join("examples/insurance_reimbursement");
    let source = source.to_str().unwrap();
    let input = enact_tests::read("examples/insurance_reimbursement/inputs/outpatient_employee.json");
    let decision = program.decision("outpatient_employee").unwrap();
    let facts: Value = serde_json::from_str(&input).unwrap();
    let (puts, evidence) = enact_chains::services::records(&program, decision, &facts, "s");
    puts.iter().for_each(|(issuer, put)| _ = it.execute(issuer, put).done());
    it.execute("ann", &json!({ "outpatient_employee": { "subject": "s", "evidence": evidence } })).done();
    let record = it.query(&json!({ "status": { "number": 1 } })).done();
    let said = enact_with(&["reasons", source, "--record", "-", "--json"], &record.to_string());
    assert_eq!(said.code, 0, "{said:?}");
    let run = enact_with(&["run", source, "--decision", "outpatient_employee", "--input", "-", "--json"], &input);
    let [said, run]: [Value; 2] = [&said.out, &run.out].map(|it| serde_json::from_str(it).unwrap());
    assert_eq!(said["reasons"], run["reasons"]);
    let mut other = record.clone();
    other["policy"] = json!("0");
    let said = enact_with(&["reasons", source, "--record", "-"], &other.to_string());
    assert_eq!(said.code, 1);
    assert!(said.err.contains("by a policy with the hash 0"), "{said:?}");
    for wrong in ["0", "zz", "+1"] {
        other = record.clone();
        other["trace"] = json!(wrong);
        assert_eq!(enact_with(&["reasons", source, "--record", "-"], &other.to_string()).code, 3, "{wrong}");
    }
}

#[test]
fn another_version_must_read_what_the_first_has_left() {
    let folder = std::env::temp_dir().join(format!("enact-against-{}", std::process::id()));
    let project = folder.join("policy");
    std::fs::create_dir_all(&project).unwrap();
    let written = |text: &str, schema: &str| {
        std::fs::write(project.join("claims.enact"), text).unwrap();
        std::fs::write(project.join("bill.schema.json"), schema).unwrap();
    };
    let text = enact_tests::read("tests/chains/policies/claims.enact");
    let schema = enact_tests::read("tests/chains/policies/bill.schema.json");
    let (source, out) = (project.to_str().unwrap(), folder.join("out"));
    let build = |more: &[&str]| {
        let args = ["build", source, "--target", "cosmwasm", "-o", out.to_str().unwrap()];
        enact_with(&[&args[..], more].concat(), "")
    };
    written(&text, &schema);
    assert_eq!(build(&[]).code, 0);
    let old = folder.join("old.wasm");
    std::fs::copy(out.join("test.claims.cosmwasm.wasm"), &old).unwrap();
    let old = old.to_str().unwrap();
    assert_eq!(build(&["--against", old]).code, 0, "itself");
    written(&text.replace("text max 20", "text max 30"), &schema);
    assert_eq!(build(&["--against", old]).code, 0, "more is taken");
    let shorter = schema.replace("\"maxLength\": 20", "\"maxLength\": 10");
    written(&text.replace("text max 20", "text max 10"), &shorter);
    let said = build(&["--against", old]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("Bill.code: texts on chain may be longer"), "{said:?}");
    written(&text.replace("per (bill.code) in \"claims\"", "per (calendar year) in \"claims\""), &schema);
    let said = build(&["--against", old]);
    assert!(said.code == 1 && said.err.contains("the ledger `claims`"), "{said:?}");
    std::fs::write(folder.join("no.wasm"), b"\0asm\x01\0\0\0").unwrap();
    assert_eq!(build(&["--against", folder.join("no.wasm").to_str().unwrap()]).code, 3);
    std::fs::remove_dir_all(&folder).unwrap();
}
