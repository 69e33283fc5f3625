//! What becomes of transactions: results, failures, installing and upgrading.

use super::{Contract, alice, allowed, chain, install, invoke, put, refused, text};
use enact_tests::chainmaker::{Chain, Params, Sender};

#[test]
fn a_result_is_what_was_said_last_or_nothing() {
    assert_eq!(allowed(|_| vec![]).result, b"");
    let said = allowed(|c| vec![c.text("SuccessResult", b"one"), c.text("SuccessResult", b"\xff\0two")]);
    assert_eq!((said.code, said.result.as_slice()), (0, b"\xff\0two".as_slice()));
}

#[test]
fn an_error_stays_an_error() {
    let mut contract = Contract::new();
    let write = contract.sys("PutState", &put("k", "", b"v"));
    let event = contract.sys("EmitEvent", &[text("topic", "t"), text("data", "d")]);
    let (good, bad) = (contract.text("SuccessResult", b"good"), contract.text("ErrorResult", "不符合条件".as_bytes()));
    contract.told("write", &[write.clone(), event.clone(), good.clone()]);
    contract.told("fail", &[write.clone(), event.clone(), good.clone(), bad.clone()]);
    contract.told("trap", &[write, event, good.clone(), "(unreachable)".to_owned()]);
    contract.told("fail_and_trap", &[bad.clone(), "(unreachable)".to_owned()]);
    contract.told("take_back", &[bad, good]);
    let mut chain = chain(&contract);
    let told = [
        ("fail", "contract message:不符合条件"),
        ("trap", "wasm trap: wasm `unreachable` instruction executed"),
        ("fail_and_trap", "contract message:不符合条件; wasm trap: wasm `unreachable` instruction executed"),
        ("take_back", "SuccessResult: the call has failed before; contract message:不符合条件"),
    ];
    for (method, message) in told {
        let receipt = invoke(&mut chain, method);
        assert_eq!((receipt.code, receipt.message.as_str()), (1, message));
        assert!(receipt.result.is_empty() && receipt.events.is_empty() && receipt.writes.is_empty(), "{receipt:?}");
        assert!(chain.state().is_empty());
    }
    let receipt = invoke(&mut chain, "write");
    assert_eq!((receipt.result.as_slice(), receipt.events.len(), chain.state().len()), (b"good".as_slice(), 1, 1));
    invoke(&mut chain, "fail");
    assert_eq!(chain.value("c", "k", ""), Some(&b"v"[..]));
}

#[test]
fn no_success_after_a_refused_call() {
    refused("SuccessResult", |c| {
        let bad = c.text("ErrorResult", b"no");
        vec![bad, c.text("SuccessResult", b"yes")]
    });
    let mut contract = Contract::new();
    let calls = [contract.sys("Sha256", &[]), contract.text("SuccessResult", b"yes")];
    contract.told("m", &calls);
    let receipt = invoke(&mut chain(&contract), "m");
    assert_eq!(
        (receipt.code, receipt.message.as_str(), receipt.logs[1].text.as_str()),
        (1, "Sha256: not provided", "1")
    );
}

/// A contract that says in `who` which one it is, and writes when it begins; the beginning of the name `failing` fails then.
fn numbered(number: &str, failing: &str) -> Contract {
    let mut contract = Contract::new();
    let said = contract.text("SuccessResult", number.as_bytes());
    contract.told("who", &[said]);
    for name in ["init_contract", "upgrade"] {
        let write = contract.sys("PutState", &put(name, "", number.as_bytes()));
        let fail = contract.text("ErrorResult", b"no");
        let calls = if name == failing { vec![write, fail] } else { vec![write] };
        contract.told(name, &calls);
    }
    contract
}

#[test]
fn contracts_are_installed_and_upgraded_or_stay_as_they_were() {
    let mut chain = Chain::new(5);
    // The instance of a module that did not become the contract's must not be called again.
    chain.reuse_instances();
    let none = Params::new();
    let failed = chain.create("c", &numbered("0", "init_contract").wasm(), &alice(), &none).unwrap();
    assert!(failed.code == 1 && chain.state().is_empty());
    assert_eq!(chain.invoke("c", "who", &alice(), &none).unwrap_err().to_string(), "there is no contract `c`");

    install(&mut chain, "c", &numbered("1", ""));
    assert_eq!(chain.value("c", "init_contract", ""), Some(&b"1"[..]));
    let taken = chain.create("c", &numbered("2", "").wasm(), &alice(), &none).unwrap_err();
    assert_eq!(taken.to_string(), "there is a contract `c` already");

    let failed = chain.upgrade("c", &numbered("2", "upgrade").wasm(), &alice(), &none).unwrap();
    assert_eq!((failed.code, chain.value("c", "upgrade", "")), (1, None));
    assert_eq!(invoke(&mut chain, "who").result, b"1");

    let receipt = chain.upgrade("c", &numbered("3", "").wasm(), &Sender::named("bob"), &none).unwrap();
    assert_eq!((receipt.code, chain.value("c", "upgrade", "")), (0, Some(&b"3"[..])));
    assert_eq!(invoke(&mut chain, "who").result, b"3");
    let unknown = chain.upgrade("d", &numbered("3", "").wasm(), &alice(), &none).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no contract `d`");
}

#[test]
fn a_contract_stays_its_creators() {
    let contract = super::calls::echo("__creator_pk__");
    let mut chain = chain(&contract);
    chain.upgrade("c", &contract.wasm(), &Sender::named("bob"), &Params::new()).unwrap();
    let receipt = chain.invoke("c", "echo", &Sender::named("bob"), &Params::new()).unwrap();
    assert_eq!(receipt.result, b"pk-of-alice");
}
