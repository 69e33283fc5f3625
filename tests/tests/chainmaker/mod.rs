//! The host for ChainMaker contracts, rule by rule, with small contracts written by hand.

mod calls;
mod codec;
mod events;
mod modules;
mod state;
mod transactions;

use enact_tests::chainmaker::codec::{Item, Value, encode};
use enact_tests::chainmaker::{Chain, Params, Receipt, Sender, VERSION};

/// A contract in the making: its data and its methods.
#[derive(Clone)]
struct Contract {
    data: Vec<u8>,
    methods: String,
    pages: u32,
}

/// Where data begins. Below it is room for what methods read; the arguments lie at the second page.
const DATA: usize = 4096;

/// Where a method may have a value or its length written.
const ROOM: i32 = 1024;

const PRELUDE: &str = include_str!("prelude.wat");

impl Contract {
    fn new() -> Contract {
        Contract { data: Vec::new(), methods: String::new(), pages: 2 }
    }

    /// Keeps bytes: where, and how many.
    fn keep(&mut self, bytes: &[u8]) -> (usize, usize) {
        let at = DATA + self.data.len();
        self.data.extend(bytes);
        assert!(DATA + self.data.len() < 65_536, "the data reach into the arguments");
        (at, bytes.len())
    }

    /// The instruction for a system call whose body is at an address; it leaves 0 or 1.
    fn raw(&mut self, method: &str, body: &str) -> String {
        let (at, length) = self.keep(&header(0, VERSION, method));
        format!("(call $sys (i32.const {at}) (i32.const {length}) {body})")
    }

    /// The same with bytes that are known.
    fn text(&mut self, method: &str, body: &[u8]) -> String {
        let (at, length) = self.keep(body);
        self.raw(method, &format!("(i32.const {at}) (i32.const {length})"))
    }

    /// The same with items.
    fn sys(&mut self, method: &str, items: &[Item]) -> String {
        self.text(method, &encode(items))
    }

    /// A method: instructions after which nothing is on the stack.
    fn method(&mut self, name: &str, code: &str) {
        self.methods += &format!("(func (export \"{name}\") (call $start) {code})\n");
    }

    /// A method that does system calls one after the other and logs what each leaves.
    fn told(&mut self, name: &str, calls: &[String]) {
        let code: String = calls.iter().map(|call| format!("(call $tell {call})")).collect();
        self.method(name, &code);
    }

    fn wat(&self) -> String {
        let data: String = self.data.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let lifecycle = ["init_contract", "upgrade"].map(|name| {
            let own = self.methods.contains(&format!("\"{name}\""));
            if own { String::new() } else { format!("(func (export \"{name}\"))") }
        });
        let (pages, methods, lifecycle) = (self.pages, &self.methods, lifecycle.concat());
        let memory = format!("(memory (export \"memory\") {pages}) (data (i32.const {DATA}) \"{data}\")");
        format!("(module {PRELUDE} {memory} {lifecycle} {methods})")
    }

    fn wasm(&self) -> Vec<u8> {
        wasm(&self.wat())
    }
}

#[track_caller]
fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn header(context: i32, version: &str, method: &str) -> Vec<u8> {
    encode(&[
        Item::system("ctx_ptr", Value::Int32(context)),
        Item::system("version", Value::String(version.to_owned())),
        Item::system("method", Value::String(method.to_owned())),
    ])
}

fn text(name: &str, value: &str) -> Item {
    Item::user(name, Value::String(value.to_owned()))
}

fn bytes(name: &str, value: &[u8]) -> Item {
    Item::user(name, Value::Bytes(value.to_vec()))
}

fn pointer(at: i32) -> Item {
    Item::user("value_ptr", Value::Int32(at))
}

fn put(key: &str, field: &str, value: &[u8]) -> [Item; 3] {
    [text("key", key), text("field", field), bytes("value", value)]
}

fn get(key: &str, field: &str) -> [Item; 3] {
    [text("key", key), text("field", field), pointer(ROOM)]
}

fn alice() -> Sender {
    Sender::named("alice")
}

fn params(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

/// A chain with one contract `c`.
#[track_caller]
fn chain(contract: &Contract) -> Chain {
    let mut chain = Chain::new(7);
    install(&mut chain, "c", contract);
    chain
}

#[track_caller]
fn install(chain: &mut Chain, name: &str, contract: &Contract) {
    let receipt = chain.create(name, &contract.wasm(), &alice(), &Params::new()).unwrap();
    assert_eq!((receipt.code, receipt.message.as_str()), (0, ""));
}

/// What becomes of a method of `c`.
#[track_caller]
fn invoke(chain: &mut Chain, method: &str) -> Receipt {
    chain.invoke("c", method, &alice(), &Params::new()).unwrap()
}

/// What became of a method that does these system calls, and what each left, as digits.
#[track_caller]
fn run(calls: impl FnOnce(&mut Contract) -> Vec<String>) -> (Receipt, String) {
    let mut contract = Contract::new();
    let calls = calls(&mut contract);
    contract.told("m", &calls);
    let receipt = invoke(&mut chain(&contract), "m");
    let told = receipt.logs.iter().map(|log| log.text.as_str()).collect();
    (receipt, told)
}

/// That the last of some system calls is refused, for a reason that holds these words, and that the transaction fails by it.
#[track_caller]
fn refused(words: &str, calls: impl FnOnce(&mut Contract) -> Vec<String>) {
    let (receipt, told) = run(calls);
    assert!(receipt.code == 1 && receipt.message.contains(words), "`{words}` is not why: {receipt:?}");
    assert_eq!(told, format!("{:0>1$}", 1, told.len()), "{receipt:?}");
    assert!(receipt.writes.is_empty() && receipt.events.is_empty() && receipt.result.is_empty(), "{receipt:?}");
}

/// That no system call is refused.
#[track_caller]
fn allowed(calls: impl FnOnce(&mut Contract) -> Vec<String>) -> Receipt {
    let (receipt, told) = run(calls);
    assert!(receipt.code == 0 && !told.contains('1'), "{told}: {receipt:?}");
    receipt
}
