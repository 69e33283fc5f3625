//! Hostile texts: a clear error in bounded time, never a crash.

use enact_base::json;
use enact_schema::Schema;
use enact_tests::analyse_text;
use enact_tests::random::Random;
use std::time::{Duration, Instant};

/// Runs `what` and fails if it takes longer than a text of this size may.
#[track_caller]
fn in_time<T>(what: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = what();
    let limit = Duration::from_secs(30);
    assert!(start.elapsed() < limit, "took {:?}", start.elapsed());
    result
}

#[track_caller]
fn refused(text: &str) {
    let analysed = in_time(|| analyse_text(text));
    assert!(analysed.program.is_none() && analysed.errors().count() > 0, "accepted");
    // The pictures can be drawn too.
    assert!(!analysed.pictures().is_empty());
}

#[test]
fn a_hundred_thousand_brackets() {
    for bracket in ["(", "[", "{", "}", ")", "not ", "- ", "if ", "a.", "match a { _ => ", "optional ", "{ x: "] {
        refused(&format!("policy p\ndecision d {{ require r : {} }}", bracket.repeat(100_000)));
        refused(&bracket.repeat(100_000));
    }
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    refused(&format!("policy p\ndecision d {{ require r : {open}yes{close} }}"));
}

#[test]
fn long_chains_are_read_or_refused() {
    for operator in [" + ", " and ", " otherwise ", " ++ ", " = "] {
        let chain = vec!["n"; 50_000].join(operator);
        in_time(|| analyse_text(&format!("policy p\ndecision d input n : int 0 .. 9 {{ require r : {chain} }}")));
    }
}

#[test]
fn many_declarations_of_one_name() {
    refused(&format!("policy p\n{}", "enum A { a }\n".repeat(3_000)));
}

#[test]
fn ten_megabytes() {
    refused(&"x ".repeat(5_000_000));
    refused(&format!("policy p\ntitle \"{}\"\ndecision", "长".repeat(3_500_000)));
    refused(&"\n".repeat(10_000_000));
}

#[test]
fn random_bytes_and_soups_of_words() {
    let words = [
        "policy",
        "decision",
        "table",
        "parameter",
        "{",
        "}",
        "(",
        ")",
        "=>",
        "|",
        "\n",
        "a",
        "1",
        "元",
        "\"x\"",
        "when",
        "except",
        "要求",
        ":",
        "=",
        ",",
        "2024-02-30",
        "from",
        "enum",
        "\ntest",
        "\ndecision",
        "[",
        "for x in xs",
        "match",
        "round down to fen",
        "..",
        "not",
        "coded",
    ];
    let mut random = Random::new(7);
    for _ in 0..300 {
        let bytes: Vec<u8> = (0..random.below(2_000)).map(|_| random.number() as u8).collect();
        in_time(|| analyse_text(&String::from_utf8_lossy(&bytes)));
        let soup: Vec<&str> = (0..random.below(300)).filter_map(|_| random.pick(&words).copied()).collect();
        in_time(|| analyse_text(&soup.join(" ")));
    }
}

#[test]
fn numbers_beyond_all_bounds() {
    for number in [
        "99999999999999999999999999",
        "0.0000000000000000000000001",
        "1_____",
        "9223372036854775807 亿元",
        "-170141183460469231731687303715884105728",
    ] {
        refused(&format!(
            "policy p\ndecision d input n : int 0 .. {number} {{ require r : n * n * n * n > {number} }}"
        ));
    }
    refused(
        "policy p\ndecision d input xs : list of int 0 .. 9 max 4294967295 { require r : any(any(any(x = y and y = z for x in xs) for y in xs) for z in xs) }",
    );
}

#[test]
fn functions_that_double() {
    let last = (1..40).map(|n| format!("define f{n}(n : int 0 .. 9) : bool = f{}(n) or f{}(n)\n", n - 1, n - 1));
    let chain: String = last.collect();
    let doubling = format!(
        "policy p\ndefine f0(n : int 0 .. 9) : bool = n = 3\n{chain}decision d input n : int 0 .. 9 {{ require r : f39(n) }}"
    );
    let analysed = in_time(|| analyse_text(&doubling));
    assert!(analysed.codes().contains(&"E0314"), "{:?}", analysed.codes());
    // A long chain without doubling is only long.
    let next = (1..3_000).map(|n| format!("define f{n}(n : int 0 .. 9) : bool = f{}(n)\n", n - 1));
    let chain: String = next.collect();
    let long = format!(
        "policy p\ndefine f0(n : int 0 .. 9) : bool = n = 3\n{chain}decision d input n : int 0 .. 9 {{ require r : f2999(n) }}"
    );
    in_time(|| analyse_text(&long));
}

#[test]
fn circles() {
    refused(
        "policy p\ndefine f (n: int 0 .. 9) : int = g(n)\ndefine g (n: int 0 .. 9) : int = f(n)\ndecision d input n : int 0 .. 9 { require r : f(n) > 1 }",
    );
    refused("policy p\nrecord A { b : B }\nrecord B { a : optional A }\ndecision d input a : A { require r : yes }");
    refused("policy p\ndecision d { let a = b let b = a require r : a }");
    refused("policy p\nimport p\nimport p\ndecision d { require r : x }");
    for figure in ["a", "a + 1", "1 + b", "- a", "a.f", "if a = 1 then 1 else 2", "[a]"] {
        refused(&format!(
            "policy p\nparameter a : int 0 .. 9 {{ from 2020-01-01 = {figure} }}\nparameter b : int 0 .. 9 {{ from 2020-01-01 = a }}\ndecision d {{ require r : a at 2024-01-01 > 1 }}"
        ));
    }
    refused("policy p\nparameter a : bool { from 2020-01-01 = a <= a }\ndecision d { require r : a at 2024-01-01 }");
}

fn schema(text: &str) -> bool {
    let files = [("s.json".to_owned(), text.to_owned())];
    in_time(|| enact_tests::analyse(&[("p.enact".to_owned(), RECORD.to_owned())], &files)).program.is_some()
}

const RECORD: &str = "policy p
source s = law \"S\"
record R from \"s.json\" { a : int 0 .. 9 }
decision d input r : R { require small cite s.art(1) : r.a < 5 }
";

#[test]
fn schemas_that_mean_harm() {
    let good = r#"{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":0,"maximum":9}}}"#;
    assert!(schema(good), "the good schema is refused");
    let deep = format!("{}{}", r#"{"allOf":["#.repeat(5_000), "]}".repeat(5_000));
    let refs: String = (0..2_000).map(|i| format!("\"d{i}\":{{\"$ref\":\"#/$defs/d{}\"}},", i + 1)).collect();
    let chain = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{refs}"z":{{}}}}}}"##);
    let doubling: String = (0..60)
        .map(|i| format!(r##""d{i}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}},"##, i + 1))
        .collect();
    let doubling = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{doubling}"d60":{good}}}}}"##);
    for bad in [
        "",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{",
        r##"{"$ref":"#"}"##,
        r##"{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/properties/a"}}}"##,
        r#"{"$ref":"https://example.org/s.json"}"#,
        r#"{"$ref":"../../../etc/passwd"}"#,
        r#"{"$ref":"s.json"}"#,
        r#"{"type":"object","type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":0,"maximum":9}}}"#,
        r#"{"type":"object","required":"a","properties":{"a":{"type":"integer","minimum":0,"maximum":9}}}"#,
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":0,"maximum":1e400}}}"#,
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":"0","maximum":9}}}"#,
        r#"{"type":"object","required":["a"],"properties":{"a":{"type":["integer",{}]}}}"#,
        r#"{"type":"object","required":["a"],"properties":[]}"#,
        &deep,
        &chain,
    ] {
        assert!(!schema(bad), "accepted: {}", bad.chars().take(200).collect::<String>());
    }
    // May be read or refused, but not walked 2^60 times.
    schema(&doubling);
}

#[test]
fn inputs_that_mean_harm() {
    for bad in [
        "",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1}x",
        "[1,]",
        "nul",
        "{\"a\":1e999}",
        "\"\\ud800\"",
        "{\"a\": NaN}",
        "\u{feff}{}",
    ] {
        assert!(json::parse(bad.as_bytes()).is_err(), "accepted: {bad}");
    }
    for open in ["[", "{\"a\":"] {
        assert!(in_time(|| json::parse(open.repeat(1_000_000).as_bytes())).is_err());
    }
    assert!(json::parse(&[b'"', 0xff, b'"']).is_err());
}

#[test]
fn a_schema_is_read_on_its_own_too() {
    let files = [
        ("s.json".to_owned(), "{\"$ref\":\"t.json\"}".to_owned()),
        ("t.json".to_owned(), "{\"$ref\":\"s.json\"}".to_owned()),
    ];
    assert!(in_time(|| Schema::read("s.json", files.as_slice())).is_err());
}
