//! EasyCodec.

use enact_tests::chainmaker::codec::{Item, Kind, MAGIC, Value, decode, encode};
use proptest::prelude::*;

#[test]
fn a_message_has_the_bytes_of_the_format() {
    let items = [
        Item::system("ctx_ptr", Value::Int32(258)),
        Item::user("k", Value::String("值".to_owned())),
        Item::user("b", Value::Bytes(vec![9])),
    ];
    let mut expected = vec![0x63, 0x6d, 0x65, 0x63, 0x76, 0x31, 0x2e, 0x30];
    expected.extend([0xff; 8]);
    expected.extend([3, 0, 0, 0]);
    expected.extend([0, 0, 0, 0, 7, 0, 0, 0]);
    expected.extend(b"ctx_ptr");
    expected.extend([0, 0, 0, 0, 4, 0, 0, 0, 2, 1, 0, 0]);
    expected.extend([1, 0, 0, 0, 1, 0, 0, 0, b'k', 1, 0, 0, 0, 3, 0, 0, 0, 0xe5, 0x80, 0xbc]);
    expected.extend([1, 0, 0, 0, 1, 0, 0, 0, b'b', 2, 0, 0, 0, 1, 0, 0, 0, 9]);
    assert_eq!(encode(&items), expected);
    assert_eq!(decode(&expected).unwrap(), items);
}

/// One item of one-letter key after the start of a message.
fn message(kind: u8, tag: u8, length: i32, value: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0, 0, 0, kind, 0, 0, 0, 1, 0, 0, 0, b'k', tag, 0, 0, 0]);
    bytes.extend(length.to_le_bytes());
    bytes.extend(value);
    bytes
}

#[test]
fn what_is_no_message_is_told_with_its_place() {
    let cases: [(Vec<u8>, &str); 12] = [
        (Vec::new(), "16 bytes wanted, 0 there at byte 0"),
        ([b"CMEC", &MAGIC[4..], &[0; 4]].concat(), "does not begin with `cmec`"),
        (vec![0; 4], "16 bytes wanted, 4 there at byte 0"),
        ([&MAGIC[..], &[0xff; 4]].concat(), "-1 as a length at byte 20"),
        ([&MAGIC[..], &[1, 0, 0, 0]].concat(), "4 bytes wanted, 0 there at byte 20"),
        ([&MAGIC[..], &[0, 0, 0, 0, 7]].concat(), "1 bytes after the last item at byte 20"),
        (message(2, 1, 0, b""), "2 as the type of a key"),
        (message(1, 3, 0, b""), "3 as the type of the value of `k`"),
        (message(1, 10, 8, &[0; 8]), "`k` is an int64"),
        (message(1, 0, 3, &[0; 3]), "an int32 of 3 bytes"),
        (message(1, 1, 1, &[0xff]), "not UTF-8"),
        (message(1, 2, i32::MAX, &[1]), "2147483647 bytes wanted, 1 there at byte 37"),
    ];
    for (bytes, words) in cases {
        let told = decode(&bytes).unwrap_err().to_string();
        assert!(told.contains(words), "`{told}` lacks `{words}`");
    }
}

fn item() -> impl Strategy<Value = Item> {
    let kind = prop_oneof![Just(Kind::System), Just(Kind::User)];
    let value = prop_oneof![
        any::<i32>().prop_map(Value::Int32),
        ".{0,12}".prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
    ];
    (kind, ".{0,12}", value).prop_map(|(kind, key, value)| Item { kind, key, value })
}

proptest! {
    #[test]
    fn what_is_written_is_read(items in prop::collection::vec(item(), 0..8)) {
        prop_assert_eq!(decode(&encode(&items)).unwrap(), items);
    }

    #[test]
    fn any_bytes_are_refused_or_exactly_what_would_be_written(
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        start in any::<bool>(),
    ) {
        if start {
            bytes.splice(..0, MAGIC);
        }
        if let Ok(items) = decode(&bytes) {
            prop_assert_eq!(encode(&items), bytes);
        }
    }

    #[test]
    fn a_message_with_other_bytes_in_it_is_refused_or_exactly_what_would_be_written(
        items in prop::collection::vec(item(), 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..12), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = encode(&items);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        if let Ok(items) = decode(&bytes) {
            prop_assert_eq!(encode(&items), bytes);
        }
    }
}
