//! A contract in the virtual machine of CosmWasm's chains, with its state beside it.

use crate::{DAY, Ended, Entry, OnChain, State, answer, noon};
use cosmwasm_vm::testing::{MockApi, MockQuerier};
use cosmwasm_vm::{Backend, BackendResult, GasInfo, Instance, InstanceOptions, Size, Storage, WasmLimits, internals};
use cosmwasm_vm::{call_execute_raw, call_instantiate_raw, call_migrate_raw, call_query_raw};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<State>>);

impl Storage for Shared {
    fn get(&self, key: &[u8]) -> BackendResult<Option<Vec<u8>>> {
        (Ok(self.0.lock().unwrap().get(key).cloned()), GasInfo::free())
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> BackendResult<()> {
        self.0.lock().unwrap().insert(key.to_vec(), value.to_vec());
        (Ok(()), GasInfo::free())
    }

    fn remove(&mut self, key: &[u8]) -> BackendResult<()> {
        self.0.lock().unwrap().remove(key);
        (Ok(()), GasInfo::free())
    }
}

/// A contract that runs.
pub struct Contract {
    instance: Instance<MockApi, Shared, MockQuerier>,
    state: Shared,
    /// Nanoseconds from 1970 at which the next block is made.
    time: u64,
    gas: u64,
}

/// More than any call may take.
const GAS: u64 = u64::MAX / 1024;

/// What the chains' checker says against a module.
pub fn check(wasm: &[u8]) -> Result<(), String> {
    let limits = WasmLimits::default();
    internals::check_wasm(wasm, &HashSet::new(), &limits, internals::Logger::Off).map_err(|it| it.to_string())?;
    internals::compile_module(wasm, None).map(|_| ()).map_err(|it| it.to_string())
}

impl Contract {
    /// The contract of a module, on an empty state.
    pub fn new(wasm: &[u8]) -> Contract {
        check(wasm).unwrap();
        let state = Shared::default();
        let backend = Backend { api: MockApi::default(), storage: state.clone(), querier: MockQuerier::new(&[]) };
        let options = InstanceOptions { gas_limit: GAS };
        let instance = Instance::from_code(wasm, backend, options, Some(Size::mebi(16))).unwrap();
        let mut it = Contract { instance, state, time: 0, gas: 0 };
        it.set_day(DAY);
        it
    }
}

impl OnChain for Contract {
    fn raw(&mut self, entry: Entry, sender: &str, message: &[u8]) -> Ended {
        let env = json!({
            "block": { "height": 12_345, "time": self.time.to_string(), "chain_id": "test" },
            "transaction": { "index": 3 },
            "contract": { "address": "contract" },
            "later": ["versions", { "may": "add" }],
        });
        let (env, info) = (env.to_string(), json!({ "sender": self.address(sender), "funds": [] }).to_string());
        let (env, info, it) = (env.as_bytes(), info.as_bytes(), &mut self.instance);
        let before = self.state.0.lock().unwrap().clone();
        let gas_before = it.create_gas_report().used_internally;
        let answer = match entry {
            Entry::Instantiate => call_instantiate_raw(it, env, info, message),
            Entry::Execute => call_execute_raw(it, env, info, message),
            Entry::Query => call_query_raw(it, env, message),
            Entry::Migrate => call_migrate_raw(it, env, message),
        };
        self.gas = it.create_gas_report().used_internally - gas_before;
        let ended = match answer {
            Err(error) => Ended::Stopped(error.to_string()),
            Ok(bytes) => ended(entry, &bytes),
        };
        if !matches!(ended, Ended::Done(_)) {
            let written = *self.state.0.lock().unwrap() != before;
            assert!(!written || entry != Entry::Execute, "a message that fails has written");
            self.put_state(before);
        }
        ended
    }

    fn address(&self, name: &str) -> String {
        format!("address-of-{name}")
    }

    fn state(&self) -> State {
        self.state.0.lock().unwrap().clone()
    }

    fn put_state(&mut self, state: State) {
        *self.state.0.lock().unwrap() = state;
    }

    fn set_day(&mut self, day: i64) {
        self.time = u64::try_from(noon(day)).unwrap() * 1_000_000_000;
    }

    fn gas(&self) -> u64 {
        self.gas
    }
}

fn ended(entry: Entry, bytes: &[u8]) -> Ended {
    let response: Value =
        serde_json::from_slice(bytes).unwrap_or_else(|it| panic!("{it}: {}", String::from_utf8_lossy(bytes)));
    if let Some(error) = response.get("error") {
        let said = error.as_str().unwrap();
        return Ended::Refused(serde_json::from_str(said).unwrap_or_else(|it| panic!("{it}: {said}")));
    }
    let ok = response.get("ok").unwrap();
    match entry {
        Entry::Query => Ended::Done(decoded(ok)),
        _ => {
            let _: cosmwasm_std::Response = serde_json::from_value(ok.clone()).unwrap();
            Ended::Done(decoded(ok.get("data").unwrap()))
        }
    }
}

/// JSON in base 64.
fn decoded(value: &Value) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    let bytes: cosmwasm_std::Binary = serde_json::from_value(value.clone()).unwrap();
    answer(&bytes)
}
