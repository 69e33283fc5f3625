//! CosmWasm: what a module imports and exports for version 8 of its interface, and how texts go in and out.
//!
//! Source: cosmwasm-vm 3.0 (`compatibility.rs`, `imports.rs`, `memory.rs`, `calls.rs`) and cosmwasm-std 3.0 (`results/`, `types.rs`).

use super::Made;
use enact_machine::build::{Blocks, Build, add, beyond, eq, i32, i64, load_i32, load_ptr, long, lt, ne, op, unary};
use enact_machine::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Unary, Width};
use enact_machine::contract::{Contract, Entries, Host, cell};

/// Places in a region: where it is, how many bytes it has, and how many of them count.
const AT: u32 = 0;
const CAPACITY: u32 = 4;
const LENGTH: u32 = 8;

/// Most bytes that the host may ask for at once: more than any message or value that a chain lets through.
const MAX_REGION: u32 = 2 * 1024 * 1024;

/// Digits of a time that are parts of a second: it is told in nanoseconds.
const PARTS_OF_SECOND: i32 = 9;

/// Adds what the chain's machine calls.
pub(super) fn add_to(contract: &mut Contract) -> Made {
    let region = contract.runtime.add(region(contract));
    let [read, write, remove] = [
        ("db_read", &[Ty::Ptr][..], &[Ty::Ptr][..]),
        ("db_write", &[Ty::Ptr, Ty::Ptr], &[]),
        ("db_remove", &[Ty::Ptr], &[]),
    ]
    .map(|(name, params, results)| contract.runtime.host(name, params, results));
    let get = contract.runtime.add(get(region, read));
    let set = contract.runtime.add(set(region, write));
    let remove = contract.runtime.add(remove_by(region, remove));
    let entries = contract.finish(Host { get, set, remove });
    let exported = [
        Function { name: "interface_version_8".to_owned(), exported: true, ..nothing(&[]) },
        Function { name: "allocate".to_owned(), exported: true, ..allocate(contract, region) },
        Function { name: "deallocate".to_owned(), exported: true, ..deallocate(contract) },
    ];
    for function in exported {
        contract.runtime.add(function);
    }
    let Entries { instantiate, execute, query, migrate } = entries;
    for (name, run, sender) in
        [("instantiate", instantiate, true), ("execute", execute, true), ("migrate", migrate, false)]
    {
        let function = message(contract, region, name, run, sender);
        contract.runtime.add(function);
    }
    let function = question(contract, region, query);
    contract.runtime.add(function);
    Made { room: MAX_REGION.into(), max_pages: None }
}

fn nothing(params: &[Ty]) -> Function {
    let mut it = Build::new("", params, &[]);
    it.push(Stmt::Return(Vec::new()));
    it.finish(true)
}

/// An address as a number of 32 bits.
fn number(address: Expr) -> Expr {
    unary(Unary::Wrap, unary(Unary::Address, address))
}

/// bytes, their number → a region of them.
fn region(contract: &Contract) -> Function {
    let mut it = Build::new("region", &[Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (bytes, length) = (it.param(0), it.param(1));
    let made = contract.allocated(&mut it, i32(16));
    it.store(Width::Four, made.clone(), AT, number(bytes));
    it.store(Width::Four, made.clone(), CAPACITY, length.clone());
    it.store(Width::Four, made.clone(), LENGTH, length);
    it.push(Stmt::Return(vec![made]));
    it.finish(false)
}

/// The bytes of a region, and their number.
fn inside(it: &mut Build, region: &Expr) -> [Expr; 2] {
    // A local that is never set is the address of nothing.
    let nothing = it.local(Ty::Ptr);
    let bytes = it.keep(beyond(Expr::Get(nothing), load_i32(region.clone(), AT)));
    [bytes, it.keep(load_i32(region.clone(), LENGTH))]
}

fn call_region(it: &mut Build, region: FunctionId, bytes: Expr, length: Expr) -> Expr {
    it.call(region, &[Ty::Ptr], vec![bytes, length]).pop().unwrap_or(Expr::Data(0))
}

fn get(region: FunctionId, read: FunctionId) -> Function {
    let mut it = Build::new("get", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::Ptr, Ty::I32]);
    let (bytes, length) = (it.param(0), it.param(1));
    let key = call_region(&mut it, region, bytes, length);
    let found = it.call(read, &[Ty::Ptr], vec![key]).pop().unwrap_or(Expr::Data(0));
    it.when(eq(number(found.clone()), i32(0)), |it| {
        it.push(Stmt::Return(vec![i32(0), found.clone(), i32(0)]));
    });
    let [bytes, length] = inside(&mut it, &found);
    it.push(Stmt::Return(vec![i32(1), bytes, length]));
    it.finish(false)
}

fn set(region: FunctionId, write: FunctionId) -> Function {
    let mut it = Build::new("set", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[]);
    let [key, value] = [0, 2].map(|n| {
        let (bytes, length) = (it.param(n), it.param(n + 1));
        call_region(&mut it, region, bytes, length)
    });
    it.call(write, &[], vec![key, value]);
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

fn remove_by(region: FunctionId, remove: FunctionId) -> Function {
    let mut it = Build::new("remove", &[Ty::Ptr, Ty::I32], &[]);
    let (bytes, length) = (it.param(0), it.param(1));
    let key = call_region(&mut it, region, bytes, length);
    it.call(remove, &[], vec![key]);
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

/// bytes → an empty region of so many. The host calls it in the middle of calls too.
fn allocate(contract: &Contract, region: FunctionId) -> Function {
    let mut it = Build::new("", &[Ty::I32], &[Ty::Ptr]);
    let size = it.param(0);
    let nothing = it.local(Ty::Ptr);
    let large = op(Binary::LtU, Ty::I32, i32(MAX_REGION.cast_signed()), size.clone());
    it.when(large, |it| it.push(Stmt::Return(vec![Expr::Get(nothing)])));
    // What reads JSON writes a 0 behind it.
    let bytes = contract.allocated(&mut it, add(size.clone(), i32(8)));
    let made = call_region(&mut it, region, bytes, size);
    it.store(Width::Four, made.clone(), LENGTH, i32(0));
    it.push(Stmt::Return(vec![made]));
    it.finish(true)
}

/// The host gives back only the region of a result, at the end of a call: everything is free again.
fn deallocate(contract: &Contract) -> Function {
    let mut it = Build::new("", &[Ty::Ptr], &[]);
    let cells = contract.cells.clone();
    it.store(Width::Eight, cells.clone(), cell::HEAP, load_ptr(cells, cell::FIRST));
    it.push(Stmt::Return(Vec::new()));
    it.finish(true)
}

/// Keeps what the environment says of the block.
fn block(contract: &mut Contract, it: &mut Build, env: &Expr) {
    let [text, length] = inside(it, env);
    let nodes = contract.document(it, &text, &length);
    let height = contract.member(it, (&text, &nodes), &["block", "height"]);
    let time = contract.member(it, (&text, &nodes), &["block", "time"]);
    contract.note_block(it, &height, &time, PARTS_OF_SECOND);
}

/// Room for a response, and where it begins.
fn response(contract: &Contract, it: &mut Build) -> ([Expr; 2], Expr) {
    let answer = contract.answer(it);
    let [_, length] = &answer;
    let size = add(op(Binary::Mul, Ty::I32, length.clone(), i32(6)), i32(2048));
    let out = contract.allocated(it, size);
    (answer, out)
}

fn finish(it: &mut Build, region: FunctionId, from: &Expr, to: &Expr) {
    let length = op(Binary::Sub, Ty::I32, number(to.clone()), number(from.clone()));
    let made = call_region(it, region, from.clone(), length);
    it.push(Stmt::Return(vec![made]));
}

/// `{"error": …}`
fn refuse(contract: &mut Contract, it: &mut Build, region: FunctionId) {
    let (answer, out) = response(contract, it);
    let at = contract.write(it, &out, "{\"error\":");
    let at = contract.write_text(it, &at, &answer);
    let end = contract.write(it, &at, "}");
    finish(it, region, &out, &end);
}

/// env, info (not of a migration), message → the response.
fn message(contract: &mut Contract, region: FunctionId, name: &str, run: FunctionId, sender: bool) -> Function {
    let params = if sender { &[Ty::Ptr; 3][..] } else { &[Ty::Ptr; 2] };
    let mut build = Build::new(name, params, &[Ty::Ptr]);
    let it = &mut build;
    block(contract, it, &it.param(0));
    if sender {
        let [text, length] = inside(it, &it.param(1));
        let nodes = contract.document(it, &text, &length);
        let sender = contract.member(it, (&text, &nodes), &["sender"]);
        contract.note_sender(it, &sender);
    }
    let message = inside(it, &it.param(if sender { 2 } else { 1 }));
    let done = it.call(run, &[Ty::I32], message.to_vec()).pop().unwrap_or(i32(0));
    it.when(eq(done, i32(0)), |it| refuse(contract, it, region));
    let (answer, out) = response(contract, it);
    let at = contract.write(
        it,
        &out,
        &format!("{{\"ok\":{{\"messages\":[],\"attributes\":[{{\"key\":\"action\",\"value\":\"{name}"),
    );
    let at = it.var(at);
    let [_, name_length] = contract.message_name();
    it.when(ne(name_length, i32(0)), |it| {
        let end = contract.write(it, &Expr::Get(at), ".");
        let end = contract.write_bytes(it, &end, &contract.message_name());
        it.set(at, end);
    });
    let number = it.keep(contract.decision_number());
    it.when(long::ne(number.clone(), i64(0)), |it| {
        let end = contract.write(it, &Expr::Get(at), "\"},{\"key\":\"number\",\"value\":\"");
        let end = contract.write_number(it, &end, number);
        it.set(at, end);
    });
    let end = contract.write(it, &Expr::Get(at), "\"}],\"events\":[],\"data\":");
    it.set(at, end);
    data(contract, it, at, &answer);
    let end = contract.write(it, &Expr::Get(at), "}}");
    finish(it, region, &out, &end);
    build.finish(true)
}

/// The answer in base 64, or null where there is none.
fn data(contract: &mut Contract, it: &mut Build, at: Local, answer: &[Expr; 2]) {
    let [_, length] = answer;
    let some = it.keep(lt(i32(0), length.clone()));
    it.when(some.clone(), |it| {
        let end = contract.write(it, &Expr::Get(at), "\"");
        let end = contract.write_base64(it, &end, answer);
        let end = contract.write(it, &end, "\"");
        it.set(at, end);
    });
    it.when(eq(some, i32(0)), |it| {
        let end = contract.write(it, &Expr::Get(at), "null");
        it.set(at, end);
    });
}

/// env, question → the answer.
fn question(contract: &mut Contract, region: FunctionId, run: FunctionId) -> Function {
    let mut build = Build::new("query", &[Ty::Ptr; 2], &[Ty::Ptr]);
    let it = &mut build;
    block(contract, it, &it.param(0));
    let message = inside(it, &it.param(1));
    let done = it.call(run, &[Ty::I32], message.to_vec()).pop().unwrap_or(i32(0));
    it.when(eq(done, i32(0)), |it| refuse(contract, it, region));
    let (answer, out) = response(contract, it);
    let at = contract.write(it, &out, "{\"ok\":\"");
    let at = contract.write_base64(it, &at, &answer);
    let end = contract.write(it, &at, "\"}");
    finish(it, region, &out, &end);
    build.finish(true)
}
