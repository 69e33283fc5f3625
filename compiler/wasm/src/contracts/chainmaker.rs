//! ChainMaker (长安链): what a module imports and exports for its WASMER runtime, and how texts go in and out.
//!
//! Source: chainmaker-contract-sdk-rust (`sim_context.rs`, `easycodec.rs`, protocol v1.2.0) and vm-wasmer 2.4.0 (`vm_bridge.go`, `vm_bridge_kv.go`, `vm_pool.go`).
//!
//! A message is the parameter `input` of the methods `execute` and `query`, in the form that it has on every chain. The address of a sender is the SHA-256, in hexadecimal digits, of its organisation, a line feed, and its public key.

use super::Made;
use enact_machine::build::{
    Blocks, Build, add, beyond, bytes_between, eq, i32, i64, le, load_i32, load_ptr, long, not, op, unary,
};
use enact_machine::code::{Binary, Expr, Function, FunctionId, Stmt, Ty, Unary, Width};
use enact_machine::contract::{Contract, Entries, Host, cell};

/// 8 MiB, which is what the chain lets a contract have.
const MAX_PAGES: u32 = 128;

/// The runtime that the contract asks for: WASMER.
const RUNTIME: i32 = 2;

/// What every message of the codec begins with.
const HEAD: &[u8] = b"cmecv1.0\xff\xff\xff\xff\xff\xff\xff\xff";

/// Whose an item is.
const SYSTEM: i32 = 0;
const USER: i32 = 1;

/// The type of an item's value.
const INT32: i32 = 0;
const STRING: i32 = 1;
const BYTES: i32 = 2;

const VERSION: &str = "v1.2.0";

/// Functions that the others call.
#[derive(Clone, Copy)]
struct Ids {
    item: FunctionId,
    argument: FunctionId,
    system: FunctionId,
}

/// Adds what the chain's machine calls.
pub(super) fn add_to(contract: &mut Contract) -> Made {
    let sys_call = contract.runtime.host("sys_call", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let item = item(contract);
    let item = contract.runtime.add(item);
    let argument = argument(contract);
    let argument = contract.runtime.add(argument);
    let header = header(contract, item);
    let header = contract.runtime.add(header);
    let system = system(contract, header, sys_call);
    let system = contract.runtime.add(system);
    let ids = Ids { item, argument, system };
    let get = get(contract, ids);
    let get = contract.runtime.add(get);
    let set = put(contract, ids);
    let set = contract.runtime.add(set);
    let remove = delete(contract, ids);
    let remove = contract.runtime.add(remove);
    let Entries { instantiate, execute, query, migrate } = contract.finish(Host { get, set, remove });
    for (name, run) in [("init_contract", instantiate), ("upgrade", migrate), ("execute", execute), ("query", query)] {
        let function = method(contract, ids, name, run);
        contract.runtime.add(function);
    }
    let mut kind = Build::new("runtime_type", &[], &[Ty::I32]);
    kind.push(Stmt::Return(vec![i32(RUNTIME)]));
    contract.runtime.add(kind.finish(true));
    let function = allocate(contract);
    contract.runtime.add(function);
    let mut free = Build::new("deallocate", &[Ty::Ptr], &[]);
    free.push(Stmt::Return(Vec::new()));
    contract.runtime.add(free.finish(true));
    Made { room: 256 * 1024, max_pages: Some(MAX_PAGES) }
}

/// bytes → memory for the arguments of a call; everything of the call before is free again.
fn allocate(contract: &Contract) -> Function {
    let mut it = Build::new("allocate", &[Ty::I32], &[Ty::Ptr]);
    let cells = contract.cells.clone();
    it.store(Width::Eight, cells.clone(), cell::HEAP, load_ptr(cells.clone(), cell::FIRST));
    let size = it.param(0);
    let at = contract.allocated(&mut it, size);
    it.store(Width::Eight, cells, cell::ARGUMENTS, at.clone());
    it.push(Stmt::Return(vec![at]));
    it.finish(true)
}

fn text(contract: &mut Contract, text: &str) -> [Expr; 2] {
    let at = Expr::Data(contract.runtime.text_at(text.as_bytes()));
    [at, i32(i32::try_from(text.len()).unwrap_or(i32::MAX))]
}

/// Writes a number of 4 bytes; where it ends.
fn word(it: &mut Build, out: &Expr, value: Expr) -> Expr {
    it.store(Width::Four, out.clone(), 0, value);
    it.keep(beyond(out.clone(), i32(4)))
}

/// out, whose, key, its length, type, value, its length → out after the item.
fn item(contract: &mut Contract) -> Function {
    let mut it = Build::new("item", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let [out, whose, key, key_length, kind, value, length] = [0, 1, 2, 3, 4, 5, 6].map(|n| it.param(n));
    let at = word(&mut it, &out, whose);
    let at = word(&mut it, &at, key_length.clone());
    let at = contract.write_bytes(&mut it, &at, &[key, key_length]);
    let at = word(&mut it, &at, kind);
    let at = word(&mut it, &at, length.clone());
    let at = contract.write_bytes(&mut it, &at, &[value, length]);
    it.push(Stmt::Return(vec![at]));
    it.finish(false)
}

/// Begins a message of the codec with so many items.
fn begin(contract: &mut Contract, it: &mut Build, out: &Expr, items: i32) -> Expr {
    let at = Expr::Data(contract.runtime.text_at(HEAD));
    let at = contract.write_bytes(it, out, &[at, i32(16)]);
    word(it, &at, i32(items))
}

/// An item of the user, or of the system.
fn write(it: &mut Build, item: FunctionId, out: Expr, whose: i32, key: [Expr; 2], kind: i32, value: [Expr; 2]) -> Expr {
    let args = [vec![out, i32(whose)], key.to_vec(), vec![i32(kind)], value.to_vec()].concat();
    it.call(item, &[Ty::Ptr], args).pop().unwrap_or(Expr::Data(0))
}

/// name, its length → whether there is such an argument, its value, the length.
fn argument(contract: &mut Contract) -> Function {
    let mut it = Build::new("argument", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::Ptr, Ty::I32]);
    let name = [it.param(0), it.param(1)];
    let at = it.var(load_ptr(contract.cells.clone(), cell::ARGUMENTS));
    let get = |at| Expr::Get(at);
    let magic = i32(i32::from_le_bytes(*b"cmec"));
    it.when(eq(load_i32(get(at), 0), magic), |it| it.set(at, beyond(get(at), i32(16))));
    let left = it.var(load_i32(get(at), 0));
    it.set(at, beyond(get(at), i32(4)));
    it.repeat(|it| {
        it.when(le(get(left), i32(0)), |it| it.push(Stmt::Return(vec![i32(0), get(at), i32(0)])));
        let key_length = it.keep(load_i32(get(at), 4));
        let key = it.keep(beyond(get(at), i32(8)));
        let after = it.keep(beyond(key.clone(), key_length.clone()));
        let length = it.keep(load_i32(after.clone(), 4));
        let value = it.keep(beyond(after, i32(8)));
        let same = contract.is_same(it, &name, &[key, key_length]);
        it.when(same, |it| it.push(Stmt::Return(vec![i32(1), value.clone(), length.clone()])));
        it.set(at, beyond(value, length));
        it.set(left, add(get(left), i32(-1)));
    });
    it.finish(false)
}

/// The value of an argument, by its name.
fn given(contract: &mut Contract, it: &mut Build, argument: FunctionId, name: &str) -> [Expr; 2] {
    let name = text(contract, name);
    let found = it.call(argument, &[Ty::I32, Ty::Ptr, Ty::I32], name.to_vec());
    let [_, value, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    [value, length]
}

/// method, its length → the header of a system call, and its length.
fn header(contract: &mut Contract, item: FunctionId) -> Function {
    let mut it = Build::new("header", &[Ty::Ptr, Ty::I32], &[Ty::Ptr, Ty::I32]);
    let method = [it.param(0), it.param(1)];
    let out = contract.allocated(&mut it, i32(256));
    let context = beyond(contract.cells.clone(), i32(cell::CONTEXT.cast_signed()));
    let at = begin(contract, &mut it, &out, 3);
    let key = text(contract, "ctx_ptr");
    let at = write(&mut it, item, at, SYSTEM, key, INT32, [context, i32(4)]);
    let (key, version) = (text(contract, "version"), text(contract, VERSION));
    let at = write(&mut it, item, at, SYSTEM, key, STRING, version);
    let key = text(contract, "method");
    let end = write(&mut it, item, at, SYSTEM, key, STRING, method);
    let length = bytes_between(out.clone(), end.clone());
    it.push(Stmt::Return(vec![out, length]));
    it.finish(false)
}

/// method, its length, body, its length → whether the chain did it.
fn system(contract: &mut Contract, header: FunctionId, sys_call: FunctionId) -> Function {
    let mut it = Build::new("system", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::I32]);
    let [method, method_length, body, length] = [0, 1, 2, 3].map(|n| it.param(n));
    // What a call needs is free again after it.
    let cells = contract.cells.clone();
    let heap = it.keep(load_ptr(cells.clone(), cell::HEAP));
    let head = it.call(header, &[Ty::Ptr, Ty::I32], vec![method, method_length]);
    let args = [head, vec![body, length]].concat();
    let failed = it.call(sys_call, &[Ty::I32], args).pop().unwrap_or(i32(0));
    it.store(Width::Eight, cells, cell::HEAP, heap);
    it.push(Stmt::Return(vec![eq(failed, i32(0))]));
    it.finish(false)
}

fn call(contract: &mut Contract, it: &mut Build, ids: Ids, method: &str, body: [Expr; 2]) -> Expr {
    let method = text(contract, method);
    it.call(ids.system, &[Ty::I32], [method, body].concat()).pop().unwrap_or(i32(0))
}

/// The first two items of a call on state: the key, and an empty field.
fn of_state(contract: &mut Contract, it: &mut Build, ids: Ids, more: Expr, items: i32) -> (Expr, Expr) {
    let (key, length) = (it.param(0), it.param(1));
    let out = contract.allocated(it, add(add(length.clone(), more), i32(256)));
    let at = begin(contract, it, &out, items);
    let name = text(contract, "key");
    let at = write(it, ids.item, at, USER, name, STRING, [key, length]);
    let name = text(contract, "field");
    let at = write(it, ids.item, at, USER, name, STRING, [Expr::Data(0), i32(0)]);
    (out, at)
}

/// The call that reads: `GetStateLen`, or `GetState` after it.
fn read(contract: &mut Contract, it: &mut Build, ids: Ids, method: &str, to: &Expr) -> Expr {
    let place = contract.allocated(it, i32(8));
    it.store(Width::Four, place.clone(), 0, unary(Unary::Wrap, unary(Unary::Address, to.clone())));
    let (out, at) = of_state(contract, it, ids, i32(0), 3);
    let name = text(contract, "value_ptr");
    let end = write(it, ids.item, at, USER, name, INT32, [place, i32(4)]);
    let length = bytes_between(out.clone(), end.clone());
    call(contract, it, ids, method, [out, length])
}

/// key, length → whether there is a value, the value, its length.
fn get(contract: &mut Contract, ids: Ids) -> Function {
    let mut it = Build::new("get", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::Ptr, Ty::I32]);
    let count = contract.allocated(&mut it, i32(8));
    it.store(Width::Eight, count.clone(), 0, i64(0));
    let fine = read(contract, &mut it, ids, "GetStateLen", &count);
    let length = it.keep(load_i32(count.clone(), 0));
    let none = op(Binary::Or, Ty::I32, not(fine), le(length.clone(), i32(0)));
    it.when(none, |it| it.push(Stmt::Return(vec![i32(0), count, i32(0)])));
    // What reads JSON writes a 0 behind it.
    let value = contract.allocated(&mut it, add(length.clone(), i32(8)));
    let fine = read(contract, &mut it, ids, "GetState", &value);
    it.push(Stmt::Return(vec![fine, value, length]));
    it.finish(false)
}

/// key, length, value, length.
fn put(contract: &mut Contract, ids: Ids) -> Function {
    let mut it = Build::new("set", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[]);
    let (value, size) = ([it.param(2), it.param(3)], it.param(3));
    let (out, at) = of_state(contract, &mut it, ids, size, 3);
    let name = text(contract, "value");
    let end = write(&mut it, ids.item, at, USER, name, BYTES, value);
    let length = bytes_between(out.clone(), end.clone());
    call(contract, &mut it, ids, "PutState", [out, length]);
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

/// key, length.
fn delete(contract: &mut Contract, ids: Ids) -> Function {
    let mut it = Build::new("remove", &[Ty::Ptr, Ty::I32], &[]);
    let (out, end) = of_state(contract, &mut it, ids, i32(0), 2);
    let length = bytes_between(out.clone(), end.clone());
    call(contract, &mut it, ids, "DeleteState", [out, length]);
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

/// Keeps who calls and when.
fn note(contract: &mut Contract, it: &mut Build, ids: Ids) {
    let [context, length] = given(contract, it, ids.argument, "__context_ptr__");
    let number = contract.number_of(it, &[context, length]);
    it.store(Width::Eight, contract.cells.clone(), cell::CONTEXT, number);
    let height = given(contract, it, ids.argument, "__block_height__");
    let time = given(contract, it, ids.argument, "__tx_time_stamp__");
    contract.note_block(it, &height, &time, 0);
    let organisation = given(contract, it, ids.argument, "__sender_org_id__");
    let key = given(contract, it, ids.argument, "__sender_pk__");
    let ([_, first], [_, second]) = (&organisation, &key);
    let size = add(add(first.clone(), second.clone()), i32(16));
    let whole = contract.allocated(it, size);
    let at = contract.write_bytes(it, &whole, &organisation);
    let at = contract.write(it, &at, "\n");
    let end = contract.write_bytes(it, &at, &key);
    let length = bytes_between(whole.clone(), end.clone());
    let address = contract.hash_of(it, &[whole, length]);
    contract.note_sender(it, &address);
}

/// A method: reads the arguments, does what they say, and gives the result by system calls.
fn method(contract: &mut Contract, ids: Ids, name: &str, run: FunctionId) -> Function {
    let mut build = Build::new(name, &[], &[]);
    let it = &mut build;
    note(contract, it, ids);
    let given = given(contract, it, ids.argument, "input");
    let [input, length] = text(contract, "{}");
    let (input, length) = (it.var(input), it.var(length));
    let [_, some] = &given;
    it.when(some.clone(), |it| {
        let [text, bytes] = &given;
        it.set(input, text.clone());
        it.set(length, bytes.clone());
    });
    // What is read is written over, and a 0 is written behind it.
    let copy = contract.allocated(it, add(Expr::Get(length), i32(8)));
    contract.write_bytes(it, &copy, &[Expr::Get(input), Expr::Get(length)]);
    let done = it.call(run, &[Ty::I32], vec![copy, Expr::Get(length)]).pop().unwrap_or(i32(0));
    let answer = contract.answer(it);
    it.when(done.clone(), |it| {
        event(contract, it, ids);
        call(contract, it, ids, "SuccessResult", answer.clone());
    });
    it.when(not(done), |it| _ = call(contract, it, ids, "ErrorResult", answer));
    it.push(Stmt::Return(Vec::new()));
    build.finish(true)
}

/// Tells that a decision was made: the topic `decision`, its name and its number.
fn event(contract: &mut Contract, it: &mut Build, ids: Ids) {
    let number = it.keep(contract.decision_number());
    it.when(long::ne(number.clone(), i64(0)), |it| {
        let [name, length] = contract.message_name();
        let digits = contract.allocated(it, i32(256));
        let end = contract.write_number(it, &digits, number);
        let digits_length = it.keep(bytes_between(digits.clone(), end.clone()));
        let out = contract.allocated(it, add(length.clone(), i32(512)));
        let at = begin(contract, it, &out, 3);
        let (topic, decision) = (text(contract, "topic"), text(contract, "decision"));
        let at = write(it, ids.item, at, USER, topic, STRING, decision);
        let data = text(contract, "data");
        let at = write(it, ids.item, at, USER, data.clone(), STRING, [name, length]);
        let end = write(it, ids.item, at, USER, data, STRING, [digits, digits_length]);
        let bytes = bytes_between(out.clone(), end.clone());
        call(contract, it, ids, "EmitEvent", [out, bytes]);
    });
}
