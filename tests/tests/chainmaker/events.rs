//! Events, logs, the sender's address, and headers.

use super::{Contract, ROOM, allowed, bytes, chain, header, invoke, pointer, put, refused, text};
use enact_tests::chainmaker::codec::{Item, Value, encode};
use enact_tests::chainmaker::{Event, Level, VERSION};

fn event(topic: &str, data: &[&str]) -> Vec<Item> {
    let data = data.iter().map(|datum| text("data", datum));
    [text("topic", topic)].into_iter().chain(data).collect()
}

#[test]
fn events_are_announced() {
    let receipt = allowed(|c| vec![c.sys("EmitEvent", &event("decided", &["granted", ""]))]);
    let data = vec!["granted".to_owned(), String::new()];
    assert_eq!(receipt.events, [Event { contract: "c".to_owned(), topic: "decided".to_owned(), data }]);
    allowed(|c| vec![c.sys("EmitEvent", &event(&"t".repeat(255), &["d"; 16]))]);
    allowed(|c| vec![c.sys("EmitEvent", &event("t", &["one; ", ";"]))]);
}

#[test]
fn events_have_limits() {
    let cases = [
        (event("", &["d"]), "the topic has 0 bytes, not 1 to 255"),
        (event(&"t".repeat(256), &["d"]), "the topic has 256 bytes"),
        (event("t", &[]), "0 data, not 1 to 16"),
        (event("t", &["d"; 17]), "17 data, not 1 to 16"),
        (event("t", &["select 1; select 2"]), "more than one SQL statement"),
        (event("a;b", &["d"]), "more than one SQL statement"),
        (vec![], "there is no topic"),
        (vec![text("data", "d"), text("topic", "t")], "item 0 of the body is `data`, not the user string `topic`"),
        (vec![text("topic", "t"), bytes("data", b"d")], "item 1 of the body is `data`, not the user string `data`"),
    ];
    for (items, words) in cases {
        refused(words, |c| vec![c.sys("EmitEvent", &items)]);
    }
}

/// A message is made in memory here: it is longer than what a test's contract can keep.
#[test]
fn a_datum_has_at_most_65535_bytes() {
    for (length, code) in [(65_535, 0), (65_536, 1)] {
        let message = encode(&event("t", &["#"]));
        let start = message.len() - 5;
        let mut contract = Contract { pages: 8, ..Contract::new() };
        let kept = contract.keep(&message[..start]);
        let call = contract.raw("EmitEvent", &format!("(i32.const 200000) (i32.const {})", start + 4 + length));
        let code_of = format!(
            "(call $copy (i32.const 200000) (i32.const {}) (i32.const {start})) (i32.store (i32.const {}) (i32.const {length})) (call $tell {call})",
            kept.0,
            200_000 + start,
        );
        contract.method("m", &code_of);
        contract.methods += "(func $copy (param $to i32) (param $from i32) (param $n i32)
            (loop $next
                (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
                (local.set $to (i32.add (local.get $to) (i32.const 1)))
                (local.set $from (i32.add (local.get $from) (i32.const 1)))
                (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                (br_if $next (local.get $n))))";
        let receipt = invoke(&mut chain(&contract), "m");
        assert_eq!(receipt.code, code, "{}", receipt.message);
        assert!(
            code == 0 || receipt.message.contains("a datum of 65536 bytes, more than 65535"),
            "{}",
            receipt.message
        );
    }
}

#[test]
fn logs_have_a_level_and_stay() {
    let mut contract = Contract::new();
    let (at, length) = contract.keep("日志".as_bytes());
    let text = format!("(i32.const {at}) (i32.const {length})");
    let raw = contract.raw("LogMessage", &text);
    let typed: String = (-1..=2).map(|level| format!("(call $log_with {text} (i32.const {level}))")).collect();
    contract.method("m", &format!("(drop {raw}) (call $log {text}) {typed} unreachable"));
    contract.method("other", &format!("(call $log_with {text} (i32.const 3))"));
    contract.method("outside", "(call $log (i32.const -1) (i32.const 1))");
    let mut chain = chain(&contract);
    let receipt = invoke(&mut chain, "m");
    let levels: Vec<Level> = receipt.logs.iter().map(|log| log.level).collect();
    assert_eq!(levels, [Level::Debug, Level::Debug, Level::Debug, Level::Info, Level::Warn, Level::Error]);
    assert!(receipt.code == 1 && receipt.logs.iter().all(|log| log.text == "日志" && log.contract == "c"));
    assert_eq!(invoke(&mut chain, "other").message, "3 is no level of a log");
    assert_eq!(invoke(&mut chain, "outside").message, "1 bytes at -1 are not all memory");
}

#[test]
fn the_sender_has_an_address() {
    let receipt = allowed(|c| {
        let body = [pointer(ROOM)];
        let (length, value) = (c.sys("GetSenderAddressLen", &body), c.sys("GetSenderAddress", &body));
        let answer = c.raw("SuccessResult", &format!("(i32.const {ROOM}) (i32.const 16)"));
        vec![length, value, answer]
    });
    assert_eq!(receipt.result, b"address-of-alice");
    refused("was no `GetSenderAddressLen`", |c| vec![c.sys("GetSenderAddress", &[pointer(ROOM)])]);
}

/// A call of `LogMessage` with these bytes as its header, which has the right context where `patched`.
fn with_header(contract: &mut Contract, header: &[u8], patched: bool) -> Vec<String> {
    let (at, length) = contract.keep(header);
    let call = if patched { "$sys" } else { "$sys_call" };
    vec![format!("(call {call} (i32.const {at}) (i32.const {length}) (i32.const 0) (i32.const 0))")]
}

#[test]
fn the_header_is_read_strictly() {
    let context = || Item::system("ctx_ptr", Value::Int32(0));
    let version = || Item::system("version", Value::String(VERSION.to_owned()));
    let method = || Item::system("method", Value::String("LogMessage".to_owned()));
    allowed(|c| with_header(c, &header(1, VERSION, "LogMessage"), true));
    let not = "not the system items `ctx_ptr`, `version`, `method`";
    let cases = [
        (encode(&[context(), method(), version()]), not),
        (encode(&[context(), version()]), not),
        (encode(&[context(), version(), method(), method()]), not),
        (encode(&[Item::user("ctx_ptr", Value::Int32(0)), version(), method()]), not),
        (encode(&[context(), version(), Item::system("method", Value::Int32(1))]), "not of an int32 and two strings"),
        (header(0, "v1.1.0", "LogMessage"), "version is `v1.1.0`, not `v1.2.0`"),
        (header(0, VERSION, "KvIterator"), "KvIterator: not provided"),
        (header(0, VERSION, "Sha256"), "Sha256: not provided"),
        (header(0, VERSION, "getstate"), "getstate: not provided"),
        ([header(0, VERSION, "LogMessage"), vec![0]].concat(), "1 bytes after the last item"),
    ];
    for (bytes, words) in cases {
        refused(words, |c| with_header(c, &bytes, true));
    }
    refused("the header is no EasyCodec", |c| with_header(c, &[0; 60], true));
    refused("the header is no EasyCodec", |c| with_header(c, &header(0, VERSION, "LogMessage")[16..], true));
    refused("the header's `ctx_ptr` is 0, the call's is ", |c| {
        with_header(c, &header(0, VERSION, "LogMessage"), false)
    });
}

#[test]
fn addresses_outside_of_memory_are_refused() {
    for body in ["(i32.const -1) (i32.const 2)", "(i32.const 0) (i32.const -1)", "(i32.const 0) (i32.const 131073)"] {
        refused("are not all memory", |c| vec![c.raw("LogMessage", body)]);
    }
    refused("are not all memory", |_| {
        vec!["(call $sys_call (i32.const 131072) (i32.const 1) (i32.const 0) (i32.const 0))".to_owned()]
    });
    for at in [131_069, -4] {
        let items = [text("key", "k"), text("field", ""), pointer(at)];
        refused("not all of the 4 bytes there are memory", |c| vec![c.sys("GetStateLen", &items)]);
    }
}

#[test]
fn what_a_refused_call_has_made_of_a_transaction_stays() {
    refused("EmitEvent: 0 data", |c| {
        let good = c.sys("EmitEvent", &event("t", &["d"]));
        let put = c.sys("PutState", &put("k", "", b"v"));
        vec![good, put, c.sys("EmitEvent", &event("t", &[]))]
    });
}
