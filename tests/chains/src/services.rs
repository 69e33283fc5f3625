//! The services of `examples/`, and their cases as messages.

use crate::{OnChain, chainmaker, cosmwasm};
use enact_ir::{Decision, Program, Verified};
use enact_machine::contract::{Holds, kinds};
use enact_tests::{analyse, files, read};
use enact_wasm::contracts::{Chain, contract};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The program of a service.
pub fn program(service: &str) -> Arc<Verified> {
    let folder = format!("examples/{service}");
    let sources: Vec<_> = files(&folder, ".enact").into_iter().chain(files(&folder, ".enact.md")).collect();
    analyse(&sources, &files(&folder, ".json")).program.unwrap()
}

/// The contract of a program on a chain, without its first message; `None` if there can be none.
pub fn on(chain: Chain, program: &Verified) -> Option<Box<dyn OnChain>> {
    let wasm = contract(program, chain, Vec::new()).ok()?;
    Some(match chain {
        Chain::CosmWasm => Box::new(cosmwasm::Contract::new(&wasm)),
        Chain::ChainMaker => Box::new(chainmaker::Contract::new(&wasm)),
    })
}

/// The cases of a file beside the project, `medical` or `enterprise`, for a service; none where there is no such file.
pub fn cases(file: &str, service: &str) -> Vec<Value> {
    let path = format!("../shared/cases/{file}.json");
    if !enact_tests::repository().join(&path).exists() {
        return Vec::new();
    }
    let all: Value = serde_json::from_str(&read(path)).unwrap();
    let all = all.get("cases").and_then(Value::as_array).cloned().unwrap_or_default();
    all.into_iter().filter(|case| case.get("service").and_then(Value::as_str) == Some(service)).collect()
}

/// The first message: every issuer is appointed.
pub fn instantiate(chain: &dyn OnChain, program: &Program) -> Value {
    let issuers: Map<String, Value> =
        kinds(program).into_iter().map(|kind| (kind.issuer.clone(), json!(chain.address(&kind.issuer)))).collect();
    json!({ "admin": chain.address("admin"), "issuers": issuers })
}

/// An input as messages of issuers (who sends it, and what), and what is left for the applicant to say.
pub fn records(program: &Program, decision: &Decision, input: &Value, subject: &str) -> (Vec<(String, Value)>, Value) {
    let mut evidence = input.as_object().cloned().unwrap_or_default();
    let mut messages = Vec::new();
    let all = kinds(program);
    for field in &decision.inputs {
        let by_record = |name: &str| program.records.iter().position(|it| it.name == name);
        let kind = all.iter().find(|kind| match &kind.holds {
            Holds::Record(id) => {
                matches!(field.ty.inner(), enact_ir::Type::Record(own) if own == id) && by_record(&kind.name).is_some()
            }
            Holds::Input(_) => kind.name == format!("{}.{}", decision.name, field.name),
        });
        let (Some(kind), [name]) = (kind, field.path.as_slice()) else { continue };
        let Some(value) = evidence.remove(name) else { continue };
        let value = match &kind.holds {
            Holds::Record(_) => value,
            Holds::Input(_) => json!({ name: value }),
        };
        let put = json!({ "put_record": { "record": kind.name, "key": subject, "value": value } });
        messages.push((kind.issuer.clone(), put));
    }
    (messages, Value::Object(evidence))
}
