//! How a method is called: steps, arguments, gas, and calls from contract to contract.

use super::{Contract, ROOM, alice, bytes, chain, install, invoke, params, pointer, put, text, wasm};
use enact_tests::chainmaker::codec::{Item, Kind, Value, decode, encode};
use enact_tests::chainmaker::{CALL_GAS, Chain, MAX_DEPTH, MAX_PARAMS, MAX_VALUE, Params, Receipt, Refusal, Sender};
use std::collections::BTreeSet;

/// A contract that answers with its parameter of the name, or with nothing.
pub(super) fn echo(name: &str) -> Contract {
    let mut contract = Contract::new();
    let (at, length) = contract.keep(name.as_bytes());
    let answer =
        contract.raw("SuccessResult", "(i32.add (global.get $found) (i32.const 4)) (i32.load (global.get $found))");
    let find = format!("(global.set $found (call $find (i32.const {at}) (i32.const {length})))");
    contract.method("echo", &format!("{find} (if (global.get $found) (then (call $tell {answer})))"));
    contract.methods += "(global $found (mut i32) (i32.const 0))";
    contract
}

#[track_caller]
fn echoed(chain: &mut Chain, params: &Params) -> String {
    let receipt = chain.invoke("c", "echo", &Sender::named("bob"), params).unwrap();
    assert_eq!(receipt.message, "");
    String::from_utf8(receipt.result).unwrap()
}

#[test]
fn parameters_reach_the_method_in_any_order_with_any_context() {
    let given = params(&[("a", "1"), ("name.of-a_parameter", "值"), ("z", "")]);
    for seed in 0..200 {
        let mut chain = Chain::new(seed);
        install(&mut chain, "c", &echo("name.of-a_parameter"));
        assert_eq!(echoed(&mut chain, &given), "值");
    }
}

#[test]
fn the_host_says_for_whom_and_when() {
    let cases = [
        ("__sender_pk__", "pk-of-bob"),
        ("__sender_org_id__", "org-of-bob"),
        ("__sender_role__", "CLIENT"),
        ("__creator_pk__", "pk-of-alice"),
        ("__creator_org_id__", "org-of-alice"),
        ("__creator_role__", "CLIENT"),
        ("__block_height__", "41"),
        ("__tx_time_stamp__", "1704067205"),
    ];
    for (name, value) in cases {
        let mut chain = chain(&echo(name));
        (chain.height, chain.time) = (41, chain.time + 5);
        // What a caller claims to be of the host is not believed.
        assert_eq!(echoed(&mut chain, &params(&[(name, "claimed")])), value, "{name}");
    }
}

#[test]
fn each_transaction_has_a_name_and_each_call_a_context_of_its_own() {
    for name in ["__tx_id__", "__context_ptr__"] {
        let mut chain = chain(&echo(name));
        let found: BTreeSet<String> = (0..50).map(|_| echoed(&mut chain, &Params::new())).collect();
        assert!(found.len() > 40, "{found:?}");
        let negative = found.iter().any(|it| it.starts_with('-'));
        let lengths: BTreeSet<usize> = found.iter().map(String::len).collect();
        if name == "__tx_id__" {
            assert_eq!(lengths, BTreeSet::from([64]));
        } else {
            assert!(negative && lengths.len() > 3, "{found:?}");
        }
    }
}

#[test]
fn arguments_are_bytes_of_the_user_in_an_order_by_chance() {
    let mut contract = Contract::new();
    let answer = contract.raw("SuccessResult", "(global.get $args) (global.get $length)");
    contract.method("all", &format!("(call $tell {answer})"));
    let mut chain = chain(&contract);
    let old = ["creator_org_id", "creator_pk", "creator_role", "sender_org_id", "sender_pk", "sender_role"];
    let old = old.into_iter().chain(["block_height", "context_ptr", "tx_id", "tx_time_stamp"]);
    let old: Vec<String> = old.map(|name| format!("__{name}__")).chain(["p".to_owned()]).collect();
    let mut orders = BTreeSet::new();
    for _ in 0..20 {
        let receipt = chain.invoke("c", "all", &alice(), &params(&[("p", "v")])).unwrap();
        let items = decode(&receipt.result).unwrap();
        assert!(items.iter().all(|it| it.kind == Kind::User && matches!(it.value, Value::Bytes(_))), "{items:?}");
        let names: Vec<String> = items.into_iter().map(|item| item.key).filter(|name| old.contains(name)).collect();
        assert_eq!(names.len(), old.len(), "{names:?}");
        orders.insert(names);
    }
    assert!(orders.len() > 15, "{orders:?}");
}

#[test]
fn newer_parameters_are_sometimes_there() {
    for name in ["__addr_type__", "__sender_type__", "__creator_type__"] {
        let mut chain = chain(&echo(name));
        let found: BTreeSet<String> = (0..30).map(|_| echoed(&mut chain, &Params::new())).collect();
        assert_eq!(found, BTreeSet::from([String::new(), "0".to_owned()]), "{name}");
    }
}

#[test]
fn parameters_have_limits() {
    let mut chain = chain(&echo("p"));
    let many = |n: usize| (0..n).map(|at| (format!("p{at}"), Vec::new())).collect::<Params>();
    let named = |name: String| Params::from([(name, b"v".to_vec())]);
    assert_eq!(echoed(&mut chain, &many(MAX_PARAMS)), "");
    assert_eq!(echoed(&mut chain, &named("p".repeat(1024))), "");
    let large = Params::from([("p".to_owned(), vec![0; MAX_VALUE + 1])]);
    let cases = [
        (many(MAX_PARAMS + 1), "51 parameters, more than 50"),
        (named(String::new()), "the name of a parameter is empty"),
        (named("p".repeat(1025)), "has 1025 bytes, more than 1024"),
        (named("a b".to_owned()), "`a b` holds more than letters"),
        (named("姓名".to_owned()), "`姓名` holds more than letters"),
        (large, "the parameter `p` has 10000001 bytes, more than 10000000"),
    ];
    for (params, words) in cases {
        let refusal = chain.invoke("c", "echo", &alice(), &params).unwrap_err();
        assert!(matches!(refusal, Refusal::Params(_)) && refusal.to_string().contains(words), "{refusal}");
    }
    // There is room for the value, as far as the host is concerned, but not in the contract's memory.
    let receipt = chain.invoke("c", "echo", &alice(), &Params::from([("p".to_owned(), vec![0; MAX_VALUE])])).unwrap();
    assert!(receipt.code == 1 && receipt.message.contains("gave 65536, and not all of it is memory"), "{receipt:?}");
}

#[test]
fn only_exports_without_parameters_and_results_are_methods() {
    let mut contract = Contract::new();
    contract.methods += "(func (export \"answer\") (result i32) (i32.const 1))";
    let mut chain = chain(&contract);
    for name in ["nothing", "answer", "allocate", "memory", "runtime_type"] {
        let receipt = invoke(&mut chain, name);
        assert_eq!((receipt.code, receipt.message), (1, format!("find method [{name}] failed")));
    }
    assert_eq!(invoke(&mut chain, "upgrade").code, 0);
}

#[test]
fn the_runtime_is_wasmer() {
    let text = Contract::new()
        .wat()
        .replace("\"runtime_type\") (result i32) (i32.const 2)", "\"runtime_type\") (result i32) (i32.const 4)");
    let mut chain = Chain::new(1);
    let receipt = chain.create("c", &wasm(&text), &alice(), &Params::new()).unwrap();
    assert_eq!((receipt.code, receipt.message.as_str()), (1, "`runtime_type` is 4, not 2 (WASMER)"));
    let refusal = chain.invoke("c", "m", &alice(), &Params::new()).unwrap_err();
    assert_eq!(refusal.to_string(), "there is no contract `c`");
}

/// A contract that answers with four bytes: how many calls its memory has seen.
fn counting() -> Contract {
    let mut contract = Contract::new();
    let answer = contract.raw("SuccessResult", "(i32.const 128) (i32.const 4)");
    let count = "(i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))";
    contract.method("count", &format!("{count} (call $tell {answer})"));
    contract.method("fail", &format!("{count} unreachable"));
    contract
}

#[test]
fn an_instance_serves_one_call_or_many() {
    for (reused, counts) in [(false, [1, 1, 1]), (true, [1, 2, 1])] {
        let mut chain = chain(&counting());
        if reused {
            chain.reuse_instances();
        }
        let mut count = |method| invoke(&mut chain, method).result.first().copied();
        let found = [count("count"), count("count"), count("fail").or(count("count"))];
        // After a trap the instance is not used again.
        assert_eq!(found, counts.map(Some), "{reused}");
    }
}

#[test]
fn arguments_are_freed_after_every_call() {
    let text = Contract::new().wat();
    let (from, to) = (
        "(func (export \"deallocate\") (param i32)",
        "(func (export \"deallocate\") (param i32) (call $tell (local.get 0))",
    );
    assert!(text.contains(from));
    let receipt = Chain::new(1).create("c", &wasm(&text.replace(from, to)), &alice(), &Params::new()).unwrap();
    assert_eq!(receipt.logs[0].text, "0");
    let to = format!("{from} unreachable");
    let receipt = Chain::new(1).create("c", &wasm(&text.replace(from, &to)), &alice(), &Params::new()).unwrap();
    assert_eq!(receipt.code, 1);
}

#[test]
fn work_is_counted_and_has_an_end() {
    let mut contract = Contract::new();
    contract.method("little", "");
    contract.method("more", &"(drop (i32.load (i32.const 0)))".repeat(1_000));
    contract.method("endless", "(loop $again (br $again))");
    contract.method("deep", "(call $deep)");
    contract.methods += "(func $deep (call $deep))";
    let mut chain = chain(&contract);
    let (little, more) = (invoke(&mut chain, "little"), invoke(&mut chain, "more"));
    assert!(little.gas > 10 && more.gas > little.gas + 1_000, "{} {}", little.gas, more.gas);
    chain.gas_limit = 1_000_000;
    let receipt = invoke(&mut chain, "endless");
    assert_eq!((receipt.code, receipt.message.as_str(), receipt.gas), (1, "gas limit exceeded", 1_000_000));
    let receipt = invoke(&mut chain, "deep");
    assert!(receipt.code == 1 && receipt.message.contains("stack"), "{receipt:?}");
}

/// The items of a call to another contract.
fn to(contract: &str, method: &str, param: &[Item]) -> [Item; 4] {
    [text("contract_name", contract), text("method", method), pointer(ROOM), bytes("param", &encode(param))]
}

/// A method that asks another contract and answers with what that answered.
fn relay(contract: &mut Contract, name: &str, items: &[Item]) {
    let (length, value) = (contract.sys("CallContractLen", items), contract.sys("CallContract", items));
    let shift: Vec<Item> =
        items.iter().map(|it| if it.key == "value_ptr" { pointer(ROOM + 8) } else { it.clone() }).collect();
    let moved = contract.sys("CallContract", &shift);
    let answer = contract.raw("SuccessResult", &format!("(i32.const {}) (i32.load (i32.const {ROOM}))", ROOM + 8));
    // The value goes behind its length; the second fetch is one too many.
    contract.method(name, &format!("(call $tell {length}) (call $tell {moved}) (call $tell {answer})"));
    contract
        .method(&format!("{name}_again"), &format!("(call $tell {length}) (call $tell {value}) (call $tell {value})"));
}

#[test]
fn a_contract_calls_another() {
    let mut chain = chain(&echo("p"));
    let mut caller = Contract::new();
    relay(&mut caller, "ask", &to("c", "echo", &[text("p", "hello")]));
    relay(&mut caller, "bytes", &to("c", "echo", &[bytes("p", b"hi")]));
    install(&mut chain, "caller", &caller);
    let ask = |chain: &mut Chain, name: &str| chain.invoke("caller", name, &alice(), &Params::new()).unwrap();
    let receipt = ask(&mut chain, "ask");
    assert_eq!((receipt.message.as_str(), receipt.result.as_slice()), ("", b"hello".as_slice()));
    assert!(receipt.gas > CALL_GAS && receipt.gas < 2 * CALL_GAS, "{}", receipt.gas);
    assert_eq!(ask(&mut chain, "bytes").result, b"hi");
    let receipt = ask(&mut chain, "ask_again");
    assert!(receipt.code == 1 && receipt.message.contains("was no `CallContractLen` of the same"), "{receipt:?}");
    chain.gas_limit = CALL_GAS;
    let receipt = ask(&mut chain, "ask");
    assert!(receipt.code == 1 && receipt.message.contains("gas limit exceeded"), "{receipt:?}");
}

#[test]
fn the_work_of_a_called_contract_is_paid_by_the_transaction() {
    let mut contract = Contract::new();
    contract.method("little", "");
    contract.method("more", &"(drop (i32.load (i32.const 0)))".repeat(1_000));
    relay(&mut contract, "ask_little", &to("c", "little", &[]));
    relay(&mut contract, "ask_more", &to("c", "more", &[]));
    let mut chain = chain(&contract);
    let [little, more] = ["ask_little", "ask_more"].map(|name| invoke(&mut chain, name).gas);
    assert!(more > little + 1_000, "{little} {more}");
}

#[test]
fn a_called_contract_knows_who_called_and_who_sent() {
    let mut callers = BTreeSet::new();
    for (name, wanted) in [("__cross_caller__", "caller"), ("__sender_pk__", "pk-of-alice")] {
        let mut chain = chain(&echo(name));
        let mut caller = Contract::new();
        relay(&mut caller, "ask", &to("c", "echo", &[]));
        install(&mut chain, "caller", &caller);
        for _ in 0..20 {
            let receipt = chain.invoke("caller", "ask", &alice(), &Params::new()).unwrap();
            callers.insert(String::from_utf8(receipt.result).unwrap());
        }
        assert!(callers.contains(wanted), "{callers:?}");
    }
    assert_eq!(callers.len(), 3);
}

#[track_caller]
fn asked(items: &[Item]) -> Receipt {
    let mut contract = Contract::new();
    relay(&mut contract, "m", items);
    contract.method("fail", "unreachable");
    invoke(&mut chain(&contract), "m")
}

#[test]
fn calls_that_cannot_be_are_refused() {
    let number = Item::user("n", Value::Int32(1));
    let system = Item::system("p", Value::Bytes(Vec::new()));
    let many: Vec<Item> = (0..51).map(|at| text(&format!("p{at}"), "")).collect();
    let cases = [
        (to("nobody", "m", &[]), "there is no contract `nobody`"),
        (to("c", "nothing", &[]), "find method [nothing] failed"),
        (to("c", "fail", &[]), "`c.fail` failed: wasm trap"),
        (to("c", "upgrade", &[number]), "the parameter `n` is an int32"),
        (to("c", "upgrade", &[text("p", ""), text("p", "")]), "there twice"),
        (to("c", "upgrade", &[system]), "`p` is no user item"),
        (to("c", "upgrade", &[text("a b", "")]), "`a b` holds more than letters"),
        (to("c", "upgrade", &many), "51 parameters, more than 50"),
        (to("c", "m", &[]), "6 calls deep, more than 5"),
        (
            [text("contract_name", "c"), text("method", "m"), pointer(ROOM), bytes("param", b"")],
            "`param` is no EasyCodec",
        ),
        (
            [text("contract_name", "c"), text("method", "m"), pointer(ROOM), text("param", "")],
            "`param` is string, not bytes",
        ),
    ];
    for (items, words) in cases {
        let receipt = asked(&items);
        assert!(receipt.code == 1 && receipt.message.contains(words), "`{words}`: {}", receipt.message);
    }
}

#[test]
fn deep_calls_in_deep_calls_stop_before_the_thread_does() {
    let mut contract = Contract::new();
    let again = contract.sys("CallContractLen", &to("c", "m", &[]));
    contract.method("m", "(call $tell (call $down (global.get $depth)))");
    let deeper = "(call $down (i32.sub (local.get 0) (i32.const 1)))";
    contract.methods += &format!(
        "(func $down (param i32) (result i32) (if (result i32) (local.get 0) (then (i32.add {deeper} (i32.const 1))) (else {again})))"
    );
    let mut ends = BTreeSet::new();
    for depth in (1_000..20_000).step_by(500) {
        let mut contract = contract.clone();
        contract.methods += &format!("(global $depth i32 (i32.const {depth}))");
        let message = invoke(&mut chain(&contract), "m").message;
        let end = ["6 calls deep, more than 5", "call stack exhausted"].into_iter().find(|end| message.contains(end));
        ends.insert(end.unwrap_or_else(|| panic!("{message}")));
    }
    assert_eq!(ends.len(), 2);
}

#[test]
fn calls_go_five_deep() {
    let mut chain = Chain::new(3);
    install(&mut chain, "c0", &echo("p"));
    for at in 1..=MAX_DEPTH + 1 {
        let mut contract = Contract::new();
        let method = if at == 1 { "echo" } else { "ask" };
        relay(&mut contract, "ask", &to(&format!("c{}", at - 1), method, &[text("p", "deep")]));
        install(&mut chain, &format!("c{at}"), &contract);
    }
    let mut ask = |name: &str| chain.invoke(name, "ask", &alice(), &Params::new()).unwrap();
    assert_eq!(ask("c1").result, b"deep");
    assert_eq!(ask("c5").result, b"deep");
    let receipt = ask("c6");
    assert!(receipt.code == 1 && receipt.message.ends_with("6 calls deep, more than 5"), "{receipt:?}");
}

#[test]
fn contracts_of_one_transaction_share_a_view_but_not_their_keys() {
    let mut other = Contract::new();
    let own = other.sys("PutState", &put("k", "", b"other"));
    let fail = other.text("ErrorResult", b"no");
    other.told("write", std::slice::from_ref(&own));
    other.told("write_and_fail", &[own, fail]);
    let mut chain = Chain::new(1);
    install(&mut chain, "other", &other);
    let mut contract = Contract::new();
    let own = contract.sys("PutState", &put("k", "", b"own"));
    let good = contract.sys("CallContractLen", &to("other", "write", &[]));
    let bad = contract.sys("CallContractLen", &to("other", "write_and_fail", &[]));
    let success = contract.text("SuccessResult", b"done");
    contract.told("good", &[own.clone(), good]);
    contract.told("bad", &[own, bad, success]);
    // A contract that calls itself finds what it has just written.
    let length = contract.sys("GetStateLen", &super::get("k", ""));
    let answer = contract.raw("SuccessResult", &format!("(i32.const {ROOM}) (i32.const 4)"));
    contract.told("length", &[length, answer]);
    let long = contract.sys("PutState", &put("k", "", b"a longer value"));
    let ask = to("c", "length", &[]);
    let (asked, fetched) = (contract.sys("CallContractLen", &ask), contract.sys("CallContract", &ask));
    let answer = contract.raw("SuccessResult", &format!("(i32.const {ROOM}) (i32.const 4)"));
    contract.told("itself", &[long, asked, fetched, answer]);
    install(&mut chain, "c", &contract);

    let receipt = invoke(&mut chain, "bad");
    assert!(receipt.message.contains("`other.write_and_fail` failed: contract message:no"), "{receipt:?}");
    assert!(receipt.code == 1 && chain.state().is_empty());
    assert_eq!(invoke(&mut chain, "good").code, 0);
    assert_eq!((chain.value("c", "k", ""), chain.value("other", "k", "")), (Some(&b"own"[..]), Some(&b"other"[..])));
    assert_eq!(invoke(&mut chain, "itself").result, 14_i32.to_le_bytes());
}
