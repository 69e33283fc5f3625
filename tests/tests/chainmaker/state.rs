//! State: keys and fields, length and value, what is read and written.

use super::{Contract, ROOM, allowed, bytes, chain, get, invoke, pointer, put, refused, text};
use enact_tests::chainmaker::codec::{Item, Kind, Value, encode};
use enact_tests::chainmaker::{Chain, Params, Receipt, Sender};

/// A contract that counts under `count#total`, in four bytes.
fn counter() -> Contract {
    let mut contract = Contract::new();
    let (length, value) =
        (contract.sys("GetStateLen", &get("count", "total")), contract.sys("GetState", &get("count", "total")));
    let (body, length_of_body) = contract.keep(&encode(&put("count", "total", &[0; 4])));
    let write = contract.raw("PutState", &format!("(i32.const {body}) (i32.const {length_of_body})"));
    let answer = contract.raw("SuccessResult", &format!("(i32.const {ROOM}) (i32.const 4)"));
    // The value is the last of the body.
    let at = body + length_of_body - 4;
    contract.method(
        "increment",
        &format!(
            "(call $tell {length})
            (if (i32.load (i32.const {ROOM})) (then (call $tell {value})))
            (i32.store (i32.const {ROOM}) (i32.add (i32.load (i32.const {ROOM})) (i32.const 1)))
            (i32.store (i32.const {at}) (i32.load (i32.const {ROOM})))
            (call $tell {write})
            (call $tell {answer})"
        ),
    );
    contract
}

#[test]
fn a_counter_counts() {
    let mut chain = chain(&counter());
    let place = ("c".to_owned(), "count#total".to_owned());
    for count in 1..=3_i32 {
        let before = (count > 1).then(|| (count - 1).to_le_bytes().to_vec());
        for commit in [false, true] {
            let sender = Sender::named("bob");
            let run = if commit { Chain::invoke } else { Chain::query };
            let receipt: Receipt = run(&mut chain, "c", "increment", &sender, &Params::new()).unwrap();
            assert_eq!((receipt.code, receipt.message.as_str()), (0, ""));
            assert_eq!(receipt.result, count.to_le_bytes());
            assert_eq!(receipt.reads.get(&place), Some(&before));
            assert_eq!(receipt.writes.get(&place), Some(&Some(count.to_le_bytes().to_vec())));
            let committed = if commit { Some(count.to_le_bytes().to_vec()) } else { before.clone() };
            assert_eq!(chain.value("c", "count", "total").map(<[u8]>::to_vec), committed);
        }
    }
    assert_eq!(chain.state().len(), 1);
}

#[test]
fn a_transaction_sees_what_it_has_written_and_deleted() {
    let place = ("c".to_owned(), "k".to_owned());
    let length = |c: &mut Contract| [c.sys("GetStateLen", &get("k", "")), format!("(i32.load (i32.const {ROOM}))")];
    let mut contract = Contract::new();
    let write = contract.sys("PutState", &put("k", "", b"value"));
    let delete = contract.sys("DeleteState", &[text("key", "k"), text("field", "")]);
    let looked: Vec<_> = (0..4).map(|_| length(&mut contract)).collect();
    let calls = [looked[0].to_vec(), vec![write.clone()], looked[1].to_vec(), vec![delete.clone()], looked[2].to_vec()];
    contract.told("m", &calls.concat());
    contract.told("write", &[write]);
    contract.told("delete", &[delete]);
    let mut chain = chain(&contract);
    let told = |receipt: &Receipt| receipt.logs.iter().map(|log| log.text.as_str()).collect::<String>();
    let receipt = invoke(&mut chain, "m");
    assert_eq!(told(&receipt), "00005000", "{receipt:?}");
    assert_eq!(receipt.reads.len(), 1);
    assert_eq!(receipt.writes.get(&place), Some(&None));
    assert!(chain.state().is_empty());
    invoke(&mut chain, "write");
    assert_eq!(told(&invoke(&mut chain, "m")), "05005000");
    assert!(chain.state().is_empty());
    invoke(&mut chain, "write");
    let receipt = invoke(&mut chain, "delete");
    assert!(receipt.reads.is_empty() && chain.state().is_empty());
}

#[test]
fn keys_and_fields_are_of_few_characters() {
    let longest = "k".repeat(1024);
    let receipt = allowed(|c| {
        vec![c.sys("PutState", &put(&longest, &longest, b"")), c.sys("PutState", &put("aZ09._-", "", b""))]
    });
    let keys: Vec<&str> = receipt.writes.keys().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys, ["aZ09._-", &format!("{longest}#{longest}")]);
    let too_long = "k".repeat(1025);
    let cases = [
        ("", "", "the key is empty"),
        ("", "f", "the key is empty"),
        ("a b", "", "the key `a b` holds more than letters"),
        ("a#b", "", "the key `a#b` holds more than letters"),
        ("身份证", "", "the key `身份证` holds more than letters"),
        ("k", "a/b", "the field `a/b` holds more than letters"),
        (&too_long, "", "the key has 1025 bytes, more than 1024"),
        ("k", &too_long, "the field has 1025 bytes, more than 1024"),
    ];
    for (key, field, words) in cases {
        refused(words, |c| vec![c.sys("PutState", &put(key, field, b"v"))]);
        refused(words, |c| vec![c.sys("GetStateLen", &get(key, field))]);
        refused(words, |c| vec![c.sys("DeleteState", &[text("key", key), text("field", field)])]);
    }
}

#[test]
fn a_value_is_fetched_right_after_its_length() {
    let length = |c: &mut Contract| c.sys("GetStateLen", &get("k", "f"));
    let value = |c: &mut Contract| c.sys("GetState", &get("k", "f"));
    allowed(|c| vec![length(c), value(c)]);
    // It may go elsewhere than its length.
    allowed(|c| vec![length(c), c.sys("GetState", &[text("key", "k"), text("field", "f"), pointer(ROOM + 4)])]);
    let words = "GetState: the system call before was no `GetStateLen` of the same";
    refused(words, |c| vec![value(c)]);
    refused(words, |c| vec![length(c), value(c), value(c)]);
    refused(words, |c| vec![length(c), c.sys("GetState", &get("k", "g"))]);
    refused(words, |c| vec![length(c), c.sys("GetState", &get("other", "f"))]);
    refused(words, |c| vec![length(c), c.sys("PutState", &put("k", "f", b"v")), value(c)]);
    refused(words, |c| vec![length(c), c.sys("GetSenderAddressLen", &[pointer(ROOM)]), value(c)]);
}

#[test]
fn a_value_that_has_no_room_is_refused() {
    refused("not all of the 5 bytes there are memory", |c| {
        let at = [text("key", "k"), text("field", ""), pointer(131_068)];
        let write = c.sys("PutState", &put("k", "", b"12345"));
        vec![write, c.sys("GetStateLen", &at), c.sys("GetState", &at)]
    });
}

#[test]
fn bodies_hold_their_items_by_name_and_type() {
    let [key, field, value] = put("k", "f", b"v");
    let system = Item { kind: Kind::System, ..key.clone() };
    // The order is free.
    allowed(|c| vec![c.sys("PutState", &[value.clone(), field.clone(), key.clone()])]);
    let not = "not the user items [\"key\", \"field\", \"value\"]";
    let cases: [(Vec<Item>, &str); 8] = [
        (vec![], not),
        (vec![key.clone(), value.clone()], not),
        (vec![key.clone(), field.clone(), value.clone(), value.clone()], not),
        (vec![key.clone(), key.clone(), value.clone()], not),
        (vec![system, field.clone(), value.clone()], not),
        (vec![bytes("key", b"k"), field.clone(), value.clone()], "`key` is bytes, not string"),
        (vec![key.clone(), Item::user("field", Value::Int32(1)), value], "`field` is int32, not string"),
        (vec![key, field, text("value", "v")], "`value` is string, not bytes"),
    ];
    for (items, words) in cases {
        refused(words, |c| vec![c.sys("PutState", &items)]);
    }
    refused("the body is no EasyCodec message", |c| vec![c.text("PutState", b"k=v")]);
    refused("`value_ptr` is string, not int32", |c| {
        vec![c.sys("GetStateLen", &[text("key", "k"), text("field", ""), text("value_ptr", "4")])]
    });
}
