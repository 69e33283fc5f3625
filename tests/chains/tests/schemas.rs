//! The published schemas against real messages and answers, by a validator that is not ours.

use crate::cases::SERVICES;
use boon::{Compiler, SchemaIndex, Schemas};
use enact_chains::services::{cases, instantiate, program, records};
use enact_chains::{Entry, OnChain, cosmwasm};
use enact_wasm::contracts::{Chain, contract, schema};
use serde_json::{Value, json};

struct Published {
    schemas: Schemas,
    all: Vec<(String, SchemaIndex)>,
}

impl Published {
    fn new(whole: &Value) -> Published {
        let (mut schemas, mut compiler, mut all) = (Schemas::new(), Compiler::new(), Vec::new());
        let mut add = |name: &str, schema: &Value| {
            let place = format!("file:///{name}.json");
            compiler.add_resource(&place, schema.clone()).unwrap();
            all.push((name.to_owned(), compiler.compile(&place, &mut schemas).unwrap()));
        };
        for entry in ["instantiate", "execute", "query", "migrate"] {
            add(entry, &whole[entry]);
        }
        whole["responses"].as_object().unwrap().iter().for_each(|(name, schema)| add(name, schema));
        Published { schemas, all }
    }

    fn allows(&self, name: &str, value: &Value) -> Result<(), String> {
        let index = self.all.iter().find(|it| it.0 == name).unwrap().1;
        self.schemas.validate(value, index).map_err(|it| format!("{name}: {value}\n{it:#}"))
    }
}

#[test]
fn messages_and_answers_are_what_the_schemas_say() {
    for (service, file) in SERVICES {
        let program = program(service);
        let published = Published::new(&schema(&program, "1.0.0"));
        let wasm = contract(&program, Chain::CosmWasm, Vec::new()).unwrap();
        let mut it = cosmwasm::Contract::new(&wasm);
        let first = instantiate(&it, &program);
        published.allows("instantiate", &first).unwrap();
        it.call(Entry::Instantiate, "operator", &first).done();
        for case in cases(file, service).iter().filter(|it| it["expected"]["verdict"] != "error") {
            let name = case["decision"].as_str().unwrap();
            let (puts, evidence) = records(&program, program.decision(name).unwrap(), &case["input"], "s");
            for (issuer, put) in &puts {
                published.allows("execute", put).unwrap();
                it.execute(issuer, put);
            }
            let asked = json!({ "decision": name, "subject": "s", "evidence": evidence });
            for question in ["decide", "explain", "needs"] {
                let message = json!({ question: asked });
                published.allows("query", &message).unwrap();
                published.allows(question, &it.query(&message).done()).unwrap();
            }
            published.allows("execute", &json!({ name: { "subject": "s", "evidence": evidence } })).unwrap();
        }
    }
}

#[test]
fn what_the_contract_refuses_by_its_form_the_schemas_refuse_too() {
    let program = program("insurance_reimbursement");
    let published = Published::new(&schema(&program, "1.0.0"));
    let apply = |body: Value| json!({ "outpatient_employee": body });
    for message in [
        json!({}),
        json!({ "no such": {} }),
        apply(json!({})),
        apply(json!({ "subject": "" })),
        apply(json!({ "subject": "x".repeat(201) })),
        apply(json!({ "subject": "s", "surplus": 1 })),
        apply(json!({ "subject": "s", "evidence": { "nonsense": 1 } })),
        apply(json!({ "subject": "s", "evidence": { "visit": { "service_date": 1 } } })),
        apply(json!({ "subject": "s", "evidence": { "visit": { "in_scope": 5 } } })),
        json!({ "put_record": { "record": "Nothing", "key": "k", "value": {} } }),
        json!({ "put_record": { "record": "Visit", "key": "k", "value": [] } }),
        json!({ "withdraw": { "number": 0 } }),
        json!({ "withdraw": { "number": "1" } }),
        json!({ "appoint": { "issuer": "nobody", "address": "a" } }),
    ] {
        assert!(published.allows("execute", &message).is_err(), "{message}");
    }
}
