//! A contract in the virtual machine of CosmWasm's chains, with its state beside it.

use cosmwasm_vm::testing::{MockApi, MockQuerier};
use cosmwasm_vm::{Backend, BackendResult, GasInfo, Instance, InstanceOptions, Size, Storage, WasmLimits, internals};
use cosmwasm_vm::{call_execute_raw, call_instantiate_raw, call_migrate_raw, call_query_raw};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

/// What stands under each key.
pub type State = BTreeMap<Vec<u8>, Vec<u8>>;

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

/// What a contract is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Its first message.
    Instantiate,
    /// A message.
    Execute,
    /// A question.
    Query,
    /// Another version.
    Migrate,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// It was done: the response, or the answer to a question.
    Done(Value),
    /// The contract refused: what it said.
    Refused(Value),
    /// The machine stopped it.
    Stopped(String),
}

impl Ended {
    /// The response or answer.
    #[track_caller]
    pub fn done(self) -> Value {
        match self {
            Ended::Done(value) => value,
            other => panic!("{other:?}"),
        }
    }

    /// What the contract said.
    #[track_caller]
    pub fn refused(self) -> Value {
        match self {
            Ended::Refused(value) => value,
            other => panic!("{other:?}"),
        }
    }
}

/// A contract that runs.
pub struct Contract {
    instance: Instance<MockApi, Shared, MockQuerier>,
    state: Shared,
    /// Nanoseconds from 1970 at which the next block is made.
    pub time: u64,
    /// Gas of the last call.
    pub gas: u64,
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
        // 2024-03-01, noon in Beijing.
        Contract { instance, state, time: 1_709_265_600_000_000_000, gas: 0 }
    }

    /// The state now.
    pub fn state(&self) -> State {
        self.state.0.lock().unwrap().clone()
    }

    /// What stands under a key, as a text.
    pub fn at(&self, key: &str) -> Option<String> {
        self.state.0.lock().unwrap().get(key.as_bytes()).map(|it| String::from_utf8(it.clone()).unwrap())
    }

    /// Puts another state in its place.
    pub fn put_state(&self, state: State) {
        *self.state.0.lock().unwrap() = state;
    }

    /// Calls the contract with JSON.
    pub fn call(&mut self, entry: Entry, sender: &str, message: &Value) -> Ended {
        self.raw(entry, sender, message.to_string().as_bytes())
    }

    /// A message.
    pub fn execute(&mut self, sender: &str, message: &Value) -> Ended {
        self.call(Entry::Execute, sender, message)
    }

    /// A question.
    pub fn query(&mut self, message: &Value) -> Ended {
        self.call(Entry::Query, "", message)
    }

    /// Calls the contract with bytes. As on a chain, what fails leaves the state as it was; a message that is refused must not even have written.
    pub fn raw(&mut self, entry: Entry, sender: &str, message: &[u8]) -> Ended {
        let env = json!({
            "block": { "height": 12_345, "time": self.time.to_string(), "chain_id": "test" },
            "transaction": { "index": 3 },
            "contract": { "address": "contract" },
            "later": ["versions", { "may": "add" }],
        });
        let (env, info) = (env.to_string(), json!({ "sender": sender, "funds": [] }).to_string());
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
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
