//! Limits and budgets as the language says them, on both chains: bills that two decisions share, visits per year, and what is left of a fund.

use enact_chains::services::instantiate;
use enact_chains::{DAY, Entry, OnChain, chainmaker, cosmwasm};
use enact_ir::Verified;
use enact_tests::{analyse, files};
use enact_wasm::contracts::{Chain, contract};
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
    let wasm = contract(&program, chain, Vec::new()).unwrap();
    let mut it: Box<dyn OnChain> = match chain {
        Chain::CosmWasm => Box::new(cosmwasm::Contract::new(&wasm)),
        Chain::ChainMaker => Box::new(chainmaker::Contract::new(&wasm)),
    };
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
