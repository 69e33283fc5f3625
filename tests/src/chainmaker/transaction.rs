//! A transaction under way, and the run of one method in it.

use super::arguments::{Setting, arguments, context};
use super::module::MEMORY;
use super::state::View;
use super::{Event, Log, Params, Sender};
use crate::random::Random;
use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;
use wasmtime::{Instance, InstancePre, Store, StoreLimits, StoreLimitsBuilder, Trap, WasmParams, WasmResults};

/// What `runtime_type` has to return.
const RUNTIME: i32 = 2;

/// A contract that is installed.
#[derive(Clone)]
pub(super) struct Contract {
    /// Its module, with the host's functions.
    pub(super) code: InstancePre<Host>,
    /// Who installed it first.
    pub(super) creator: Sender,
}

/// What every method of a transaction is told.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// Who sent it.
    pub(super) sender: Sender,
    /// The block's height.
    pub(super) height: u64,
    /// The time, in seconds since 1970.
    pub(super) time: i64,
    /// Its name: 64 hexadecimal digits.
    pub(super) id: String,
}

/// A transaction under way. It moves from host to host as one contract calls another.
#[derive(Default)]
pub(super) struct Transaction {
    /// What every method is told.
    pub(super) about: About,
    /// All contracts.
    pub(super) contracts: Arc<BTreeMap<String, Contract>>,
    /// The state as it sees it.
    pub(super) view: View,
    /// What was announced.
    pub(super) events: Vec<Event>,
    /// What was logged.
    pub(super) logs: Vec<Log>,
    /// What it may still use up.
    pub(super) gas: u64,
    /// What chance starts from; another number for each call.
    pub(super) seed: u64,
    /// Instances that can be called again, by contract; none are kept without it.
    pub(super) pool: Option<BTreeMap<String, Vec<Live>>>,
}

/// An instance with its memory.
pub(super) struct Live {
    store: Store<Host>,
    instance: Option<Instance>,
}

/// What a running instance's functions of the host work on.
#[derive(Default)]
pub(super) struct Host {
    limits: StoreLimits,
    /// The transaction.
    pub(super) tx: Transaction,
    /// This call.
    pub(super) frame: Frame,
}

/// One call of a method, under way.
#[derive(Default)]
pub(super) struct Frame {
    /// Whose method it is.
    pub(super) contract: String,
    /// What its system calls have to name.
    pub(super) context: i32,
    /// 0 for what the sender called, 1 for what that called, and so on.
    pub(super) depth: u32,
    /// What was asked for by its length, until the next system call.
    pub(super) kept: Option<(Asked, Vec<u8>)>,
    /// What it answers.
    pub(super) result: Vec<u8>,
    /// Why its first refused system call was refused.
    pub(super) refused: Option<String>,
    /// The text of its last `ErrorResult`.
    pub(super) error: Option<String>,
}

impl Frame {
    /// Whether it can no longer succeed.
    pub(super) fn failed(&self) -> bool {
        self.refused.is_some() || self.error.is_some()
    }

    fn outcome(&mut self, stopped: Option<String>) -> Result<Vec<u8>, String> {
        let error = self.error.take().map(|text| format!("contract message:{text}"));
        let said: Vec<String> = [self.refused.take(), error, stopped].into_iter().flatten().collect();
        if said.is_empty() { Ok(take(&mut self.result)) } else { Err(said.join("; ")) }
    }
}

/// What a length was asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A place in the contract's own state.
    State(String),
    /// The answer of a method of another contract.
    Call(String, String, Vec<u8>),
    /// The sender's address.
    Sender,
}

/// A method with what it is given.
pub(super) struct Call<'a> {
    /// Whose method it is.
    pub(super) contract: &'a str,
    /// The name of its export.
    pub(super) method: &'a str,
    /// The caller's parameters.
    pub(super) params: &'a Params,
    /// See [`Frame::depth`].
    pub(super) depth: u32,
    /// The calling contract.
    pub(super) caller: Option<&'a str>,
}

/// Runs a method to its end: its answer, or why it failed. The transaction comes back in either case, with all that was written in it.
pub(super) fn run(mut tx: Transaction, call: &Call<'_>) -> (Transaction, Result<Vec<u8>, String>) {
    let Some(contract) = tx.contracts.get(call.contract).cloned() else {
        return (tx, Err(format!("there is no contract `{}`", call.contract)));
    };
    tx.seed = tx.seed.wrapping_add(1);
    let mut random = Random::new(tx.seed);
    let setting = Setting { creator: &contract.creator, context: context(&mut random), caller: call.caller };
    let bytes = arguments(&tx, call.params, &setting, &mut random);
    let (contract_name, depth, gas) = (call.contract.to_owned(), call.depth, tx.gas);
    let frame = Frame { contract: contract_name, context: setting.context, depth, ..Frame::default() };
    let kept = tx.pool.as_mut().and_then(|pool| pool.get_mut(call.contract)?.pop());
    let mut live = kept.unwrap_or_else(|| Live::new(&contract));
    *live.store.data_mut() = Host { limits: limits(), tx, frame };

    let stopped = live.drive(&contract, gas, call.method, &bytes).err();
    let mut host = take(live.store.data_mut());
    host.tx.gas = live.store.get_fuel().unwrap_or(0);
    if stopped.is_none()
        && let Some(pool) = &mut host.tx.pool
    {
        pool.entry(call.contract.to_owned()).or_default().push(live);
    }
    let outcome = host.frame.outcome(stopped);
    (host.tx, outcome)
}

fn limits() -> StoreLimits {
    StoreLimitsBuilder::new().memory_size(MEMORY).build()
}

impl Live {
    fn new(contract: &Contract) -> Live {
        let mut store = Store::new(contract.code.module().engine(), Host::default());
        store.limiter(|host| &mut host.limits);
        Live { store, instance: None }
    }

    /// The steps of a call, in the chain's order.
    fn drive(&mut self, contract: &Contract, gas: u64, method: &str, arguments: &[u8]) -> Result<(), String> {
        self.store.set_fuel(gas).map_err(|error| error.to_string())?;
        let instance = match self.instance {
            Some(instance) => instance,
            None => contract.code.instantiate(&mut self.store).map_err(|error| stopped(&error))?,
        };
        self.instance = Some(instance);
        let found: i32 = self.call("runtime_type", ())?;
        if found != RUNTIME {
            return Err(format!("`runtime_type` is {found}, not {RUNTIME} (WASMER)"));
        }
        let length = i32::try_from(arguments.len()).map_err(|_| "the arguments are too long".to_owned())?;
        let at: i32 = self.call("allocate", length)?;
        self.write(at, arguments)?;
        self.call::<(), ()>(method, ())?;
        self.call("deallocate", 0)
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, params: P) -> Result<R, String> {
        let missing = || format!("find method [{name}] failed");
        let instance = self.instance.ok_or_else(missing)?;
        let function = instance.get_typed_func::<P, R>(&mut self.store, name).map_err(|_| missing())?;
        function.call(&mut self.store, params).map_err(|error| stopped(&error))
    }

    fn write(&mut self, at: i32, bytes: &[u8]) -> Result<(), String> {
        let memory = self.instance.and_then(|it| it.get_memory(&mut self.store, "memory"));
        let memory = memory.ok_or("there is no memory")?;
        let place = at.cast_unsigned() as usize;
        let outside = |_| format!("`allocate({})` gave {at}, and not all of it is memory", bytes.len());
        memory.write(&mut self.store, place, bytes).map_err(outside)
    }
}

/// Why a run stopped.
fn stopped(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => "gas limit exceeded".to_owned(),
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}
