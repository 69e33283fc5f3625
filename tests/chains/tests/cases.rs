//! The cases of the services by real messages, with records that their issuers have written.

use enact_chains::cosmwasm::{Contract, Entry};
use enact_chains::services::{cases, instantiate, program, records};
use enact_wasm::contracts::{Chain, contract};
use serde_json::json;

#[test]
fn the_first_words() {
    let program = program("insurance_reimbursement");
    let wasm = contract(&program, Chain::CosmWasm, Vec::new()).unwrap();
    println!("{} bytes", wasm.len());
    std::fs::write("/tmp/o4/contract.wasm", &wasm).unwrap();
    let mut contract = Contract::new(&wasm);
    contract.call(Entry::Instantiate, "me", &instantiate(&program)).done();
    println!("instantiate {}", contract.gas);
    for case in cases("medical", "insurance_reimbursement").iter().take(3) {
        let decision = program.decision(case["decision"].as_str().unwrap()).unwrap();
        let subject = "S-1";
        let (messages, evidence) = records(&program, decision, &case["input"], subject);
        for (sender, message) in messages {
            contract.execute(&sender, &message).done();
            println!("put {}", contract.gas);
        }
        let ask = json!({ "explain": { "decision": decision.name, "subject": subject, "evidence": evidence } });
        println!("{}", contract.query(&ask).done());
        println!("query {}", contract.gas);
        let ask = json!({ "decide": { "decision": decision.name, "evidence": case["input"] } });
        println!("{} {}", contract.query(&ask).done(), case["expected"]);
        println!("query {}", contract.gas);
        let apply = json!({ decision.name.as_str(): { "subject": subject, "evidence": evidence } });
        println!("{:?}", contract.execute("applicant", &apply));
        println!("execute {}", contract.gas);
    }
}
