//! Contracts in the virtual machines of their chains.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where its material is broken")]

pub mod chainmaker;
pub mod cosmwasm;
pub mod services;

use serde_json::Value;
use std::collections::BTreeMap;

/// What stands under each key.
pub type State = BTreeMap<Vec<u8>, Vec<u8>>;

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
    /// It was done: the answer.
    Done(Value),
    /// The contract refused: what it said.
    Refused(Value),
    /// The machine stopped it.
    Stopped(String),
}

impl Ended {
    /// The answer.
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

/// A contract on its chain.
pub trait OnChain {
    /// Calls the contract with bytes. As on a chain, what fails leaves the state as it was.
    fn raw(&mut self, entry: Entry, sender: &str, message: &[u8]) -> Ended;

    /// The address of somebody.
    fn address(&self, name: &str) -> String;

    /// The state now.
    fn state(&self) -> State;

    /// Puts another state in its place.
    fn put_state(&mut self, state: State);

    /// Makes the next blocks at noon in Beijing of a day, counted from 1970-01-01.
    fn set_day(&mut self, day: i64);

    /// Gas of the last call.
    fn gas(&self) -> u64;

    /// Calls the contract with JSON.
    fn call(&mut self, entry: Entry, sender: &str, message: &Value) -> Ended {
        self.raw(entry, sender, message.to_string().as_bytes())
    }

    /// A message.
    fn execute(&mut self, sender: &str, message: &Value) -> Ended {
        self.call(Entry::Execute, sender, message)
    }

    /// A question.
    fn query(&mut self, message: &Value) -> Ended {
        self.call(Entry::Query, "anyone", message)
    }

    /// What stands under a key, as a text.
    fn at(&self, key: &str) -> Option<String> {
        self.state().get(key.as_bytes()).map(|it| String::from_utf8(it.clone()).unwrap())
    }
}

/// 2024-03-01, the day of a chain unless another is set.
pub const DAY: i64 = 19_783;

/// Seconds from 1970 to noon in Beijing of a day.
fn noon(day: i64) -> i64 {
    day * 86_400 + 4 * 3600
}

/// JSON, or a text where it is none; null for nothing.
fn answer(bytes: &[u8]) -> Value {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or_else(|it| panic!("{it}: {text}")) }
}
