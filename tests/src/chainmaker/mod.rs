//! A host for contracts of ChainMaker (长安链) with the runtime WASMER: what a node would do with a module, written from the chain's published
//! sources as they were noted for this project, and not from the code that makes our contracts.
//!
//! Held as the chain holds it:
//! - the module: the exports that every contract has and the imports from `env`, both with their types; 128 pages of memory at most;
//! - a call: `runtime_type` (2), `allocate`, arguments in EasyCodec with the host's own parameters, the method's export, `deallocate(0)`;
//! - parameters: at most 50, names of `[a-zA-Z0-9._-]` up to 1024 bytes, values up to 10 MB;
//! - system calls: three system items in the header, in order, with the context that was given; the body's items by name and type; 0 for
//!   success and 1 for refusal; keys and fields like names of parameters, stored under `key` or `key#field`; the length of a value first, kept
//!   for the call that fetches it; topics of 1 to 255 bytes with 1 to 16 data of up to 65,535 bytes;
//! - calls to other contracts: 5 deep, in the same view of the state, for 100,000 units more;
//! - results: a trap fails with code 1, `ErrorResult` with its text, and no `SuccessResult` changes that; what fails changes nothing.
//!
//! Stricter than is known of the chain, so that what passes here leans on nothing unknown:
//! - WASM as it first was, with mutable globals, sign extension and several results; no floats, no bulk memory; no import of `wasi_unstable`;
//! - a body holds its items and no others, none twice; every message begins with its sixteen bytes and ends with its last item; no `int64`;
//! - a value is fetched by the very next system call or not at all; a refused system call fails the transaction whatever the contract does then;
//! - the context is any `i32` but 0, also a negative one; the order of the arguments and the newer ones among them are by chance;
//! - a contract passes on parameters as `string` or `bytes`; a level of a log is one of the four.
//!
//! Not verified against a live node:
//! - gas: one unit is about one instruction of wasmtime here, which is not the chain's measure; the stack's size;
//! - texts of errors but `contract message:` and `find method [..] failed`; what is said when there are several;
//! - text that would be several SQL statements: here, anything but blanks after a `;`;
//! - whether `init_contract` and `upgrade` can be invoked (here they can), the values of roles, keys, addresses and the newer parameters,
//!   whether `__tx_time_stamp__` counts seconds (here it does), whether a contract's creator changes with its upgrade (here not), the level of
//!   `log_message` (here debug), several `ErrorResult` (here the last counts), how deep `depth` counts (here the sender's own call is 0).
//!
//! Not provided, and so refused: `GetBatchState`, iterators, history, `Sha256`, contracts of the system.

mod arguments;
pub mod codec;
mod host;
mod module;
mod state;
mod transaction;

pub use arguments::{MAX_PARAMS, MAX_VALUE};
pub use host::{CALL_GAS, MAX_DEPTH, VERSION};
pub use state::{MAX_NAME, Place, State};

use crate::random::Random;
use state::{View, commit};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use transaction::{About, Call, Contract, Host, Live, Transaction, run};
use wasmtime::{Engine, Linker};

/// Parameters of a call by name.
pub type Params = BTreeMap<String, Vec<u8>>;

/// Gas of a transaction at most, if nothing else is said.
pub const GAS_LIMIT: u64 = 10_000_000_000;

/// Who sends a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// The organisation.
    pub org_id: String,
    /// The role in it.
    pub role: String,
    /// The public key.
    pub pk: String,
    /// The address that belongs to the key.
    pub address: String,
}

impl Sender {
    /// Somebody with this name in all that belongs to them.
    pub fn named(name: &str) -> Sender {
        let of = |what: &str| format!("{what}-of-{name}");
        Sender { org_id: of("org"), role: "CLIENT".to_owned(), pk: of("pk"), address: of("address") }
    }
}

/// What a contract announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The contract.
    pub contract: String,
    /// What it is about.
    pub topic: String,
    /// What is said of it.
    pub data: Vec<String>,
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// −1
    Debug,
    /// 0
    Info,
    /// 1
    Warn,
    /// 2
    Error,
}

impl Level {
    fn of(number: i32) -> Option<Level> {
        Some(match number {
            -1 => Level::Debug,
            0 => Level::Info,
            1 => Level::Warn,
            2 => Level::Error,
            _ => return None,
        })
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Which contract wrote it.
    pub contract: String,
    /// How much it matters.
    pub level: Level,
    /// What it says.
    pub text: String,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// 0 for success, 1 for failure.
    pub code: u32,
    /// Why it failed; empty if it did not.
    pub message: String,
    /// The answer; empty if it failed.
    pub result: Vec<u8>,
    /// What was announced; nothing if it failed.
    pub events: Vec<Event>,
    /// What was logged, also if it failed.
    pub logs: Vec<Log>,
    /// What it used up.
    pub gas: u64,
    /// What it read of the committed state, and what stood there.
    pub reads: BTreeMap<Place, Option<Vec<u8>>>,
    /// What it writes, with nothing for what it deletes; nothing at all if it failed.
    pub writes: BTreeMap<Place, Option<Vec<u8>>>,
}

/// Why there is no receipt: no contract was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A contract of this name is installed already.
    Exists(String),
    /// No contract of this name is installed.
    Unknown(String),
    /// The module can be no contract.
    Module(String),
    /// A call cannot have these parameters.
    Params(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Exists(name) => write!(f, "there is a contract `{name}` already"),
            Refusal::Unknown(name) => write!(f, "there is no contract `{name}`"),
            Refusal::Module(why) => write!(f, "the module can be no contract: {why}"),
            Refusal::Params(why) => write!(f, "a call cannot have these parameters: {why}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Contracts, their state and the block that is being made.
pub struct Chain {
    /// The height of the block.
    pub height: u64,
    /// Its time, in seconds since 1970.
    pub time: i64,
    /// Gas of a transaction at most.
    pub gas_limit: u64,
    engine: Engine,
    linker: Linker<Host>,
    contracts: Arc<BTreeMap<String, Contract>>,
    state: Arc<State>,
    random: Random,
    pool: Option<BTreeMap<String, Vec<Live>>>,
}

impl Chain {
    /// A chain without contracts at height 1 on 2024-01-01. What is by chance, like the order of arguments, follows from the seed.
    ///
    /// # Panics
    /// If wasmtime cannot work on this machine.
    pub fn new(seed: u64) -> Chain {
        let engine = module::engine().unwrap();
        let linker = host::linker(&engine).unwrap();
        Chain {
            height: 1,
            time: 1_704_067_200,
            gas_limit: GAS_LIMIT,
            engine,
            linker,
            contracts: Arc::default(),
            state: Arc::default(),
            random: Random::new(seed),
            pool: None,
        }
    }

    /// From now on, an instance is called again, as a node does: its memory and globals stay as the call before left them. Without this, every
    /// call has an instance of its own.
    pub fn reuse_instances(&mut self) {
        self.pool.get_or_insert_default();
    }

    /// Installs a contract and runs its `init_contract`; if that fails, it is not installed.
    ///
    /// # Errors
    /// If the name is taken, the module can be no contract, or the parameters are not allowed.
    pub fn create(&mut self, name: &str, wasm: &[u8], sender: &Sender, params: &Params) -> Result<Receipt, Refusal> {
        if self.contracts.contains_key(name) {
            return Err(Refusal::Exists(name.to_owned()));
        }
        self.install((name, "init_contract"), wasm, sender, sender.clone(), params)
    }

    /// Gives a contract another module and runs that one's `upgrade`; if it fails, the contract stays as it was.
    ///
    /// # Errors
    /// If there is no such contract, the module can be no contract, or the parameters are not allowed.
    pub fn upgrade(&mut self, name: &str, wasm: &[u8], sender: &Sender, params: &Params) -> Result<Receipt, Refusal> {
        let creator = self.contract(name)?.creator.clone();
        self.install((name, "upgrade"), wasm, sender, creator, params)
    }

    /// Runs a method; what it wrote is committed if it succeeds.
    ///
    /// # Errors
    /// If there is no such contract, or the parameters are not allowed. A method that is not there makes a receipt of failure.
    pub fn invoke(&mut self, name: &str, method: &str, sender: &Sender, params: &Params) -> Result<Receipt, Refusal> {
        let receipt = self.query(name, method, sender, params)?;
        self.commit(&receipt);
        Ok(receipt)
    }

    /// Runs a method and commits nothing.
    ///
    /// # Errors
    /// As [`Chain::invoke`].
    pub fn query(&mut self, name: &str, method: &str, sender: &Sender, params: &Params) -> Result<Receipt, Refusal> {
        self.contract(name)?;
        self.transact(self.contracts.clone(), (name, method), sender, params)
    }

    /// The committed value of a contract's key and field; the field may be empty.
    pub fn value(&self, contract: &str, key: &str, field: &str) -> Option<&[u8]> {
        let key = state::stored(key, field).ok()?;
        self.state.get(&(contract.to_owned(), key)).map(Vec::as_slice)
    }

    /// All that is committed.
    pub fn state(&self) -> &State {
        &self.state
    }

    fn contract(&self, name: &str) -> Result<&Contract, Refusal> {
        self.contracts.get(name).ok_or_else(|| Refusal::Unknown(name.to_owned()))
    }

    fn commit(&mut self, receipt: &Receipt) {
        commit(Arc::make_mut(&mut self.state), &receipt.writes);
    }

    fn install(
        &mut self,
        (name, method): (&str, &str),
        wasm: &[u8],
        sender: &Sender,
        creator: Sender,
        params: &Params,
    ) -> Result<Receipt, Refusal> {
        let module = module::compile(&self.engine, wasm).map_err(Refusal::Module)?;
        let code = self.linker.instantiate_pre(&module).map_err(|error| Refusal::Module(format!("{error:#}")))?;
        let mut contracts = BTreeMap::clone(&self.contracts);
        contracts.insert(name.to_owned(), Contract { code, creator });
        // Instances of the old module cannot serve the new one, nor the other way round.
        self.forget(name);
        let contracts = Arc::new(contracts);
        let receipt = self.transact(contracts.clone(), (name, method), sender, params)?;
        self.commit(&receipt);
        if receipt.code == 0 {
            self.contracts = contracts;
        } else {
            self.forget(name);
        }
        Ok(receipt)
    }

    fn forget(&mut self, name: &str) {
        self.pool.as_mut().map(|pool| pool.remove(name));
    }

    fn transact(
        &mut self,
        contracts: Arc<BTreeMap<String, Contract>>,
        (contract, method): (&str, &str),
        sender: &Sender,
        params: &Params,
    ) -> Result<Receipt, Refusal> {
        arguments::check(params).map_err(Refusal::Params)?;
        let id = (0..4).map(|_| format!("{:016x}", self.random.number())).collect();
        let tx = Transaction {
            about: About { sender: sender.clone(), height: self.height, time: self.time, id },
            contracts,
            view: View::of(self.state.clone()),
            gas: self.gas_limit,
            seed: self.random.number(),
            pool: self.pool.take(),
            ..Transaction::default()
        };
        let (mut tx, outcome) = run(tx, &Call { contract, method, params, depth: 0, caller: None });
        self.pool = tx.pool.take();
        Ok(receipt(tx, outcome, self.gas_limit))
    }
}

fn receipt(tx: Transaction, outcome: Result<Vec<u8>, String>, limit: u64) -> Receipt {
    let gas = limit.saturating_sub(tx.gas);
    let (reads, logs) = (tx.view.reads, tx.logs);
    match outcome {
        Ok(result) => {
            let (events, writes) = (tx.events, tx.view.writes);
            Receipt { code: 0, message: String::new(), result, events, logs, gas, reads, writes }
        }
        Err(message) => {
            let (result, events, writes) = Default::default();
            Receipt { code: 1, message, result, events, logs, gas, reads, writes }
        }
    }
}
