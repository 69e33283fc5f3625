//! What contracts weigh and what a decision costs; `-- --nocapture` shows the table of `lang-spec/contracts.md`.

use crate::cases::SERVICES;
use enact_chains::services::{cases, instantiate, program, records};
use enact_chains::{Entry, OnChain, cosmwasm};
use enact_wasm::contracts::{Chain, contract};
use serde_json::json;

#[test]
fn figures() {
    println!(
        "| service | decisions | CosmWasm | ChainMaker | query, least and most gas | execute, least and most gas |"
    );
    println!("|---|---|---|---|---|---|");
    for (service, file) in SERVICES {
        let program = program(service);
        let [wasm, other] = [Chain::CosmWasm, Chain::ChainMaker].map(|it| contract(&program, it, Vec::new()).unwrap());
        let mut it = cosmwasm::Contract::new(&wasm);
        let first = instantiate(&it, &program);
        it.call(Entry::Instantiate, "operator", &first).done();
        let (mut queries, mut executions) = (Vec::new(), Vec::new());
        for (n, case) in cases(file, service).iter().enumerate() {
            let (name, subject) = (case["decision"].as_str().unwrap(), format!("S-{n}"));
            let (puts, evidence) = records(&program, program.decision(name).unwrap(), &case["input"], &subject);
            it.query(&json!({ "decide": { "decision": name, "evidence": case["input"] } }));
            queries.push(it.gas());
            puts.iter().for_each(|(issuer, put)| _ = it.execute(issuer, put));
            it.execute("applicant", &json!({ name: { "subject": subject, "evidence": evidence } }));
            executions.push(it.gas());
        }
        let shown = |all: &[u64]| {
            let of = |it: Option<&u64>| it.map_or("-".to_owned(), |it| format!("{:.1} M", *it as f64 / 1e6));
            format!("{} – {}", of(all.iter().min()), of(all.iter().max()))
        };
        let (size, other) = (wasm.len(), other.len());
        let decisions = program.decisions.len();
        println!("| {service} | {decisions} | {size} | {other} | {} | {} |", shown(&queries), shown(&executions));
        // Samples of either chain in Rust weigh 200 to 300 KB.
        assert!(size < 120_000 && other < 120_000, "{service}: {size} and {other} bytes");
        assert!(queries.iter().all(|gas| *gas < 60_000_000), "{service}: {queries:?}");
    }
}
