//! Cases: read, run and compared.

use super::*;
use crate::{text, verify};
use enact_base::json::parse;

fn program() -> Verified {
    let source = r##"
(program "p" (title "" "")
  (record "Part" "" "" "" "" 
    (field "amount" "" "" "" "" standard (money 2 0 10000) (path "amount"))
    (field "until" "" "" "" "" standard (optional date) (path "until")))
  (parameter "rate" "" "" (rate 4 0 10000) (keys)
    (version start 2021-12-31 (cites) unknown)
    (version 2022-01-01 end (cites) (row (for) 6400 (cites))))
  (decision "d" "" "" 0
    (input "on" "" "" "" "" standard date (path "on"))
    (input "ok" "" "" "" "" standard bool (path "ok"))
    (input "part" "" "" "" "" standard (record 0) (path "part"))
    (require "ok" "" "" (cites) (local bool 1))
    (require "late" "" "" (cites) (lt bool (const date 2000-01-01) (local date 0)))
    (output "share" "" "" (cites) (lookup_at (rate 4 0 10000) 0 (local date 0)))
    (output "parts" "" "" (cites) (list (list (record 0) 1) (local (record 0) 2)))
    (output "today" "" "" (cites) (when (not bool (local bool 1))) (today date))))
"##;
    verify(text::parse(source).unwrap()).unwrap()
}

fn differences(input: &str, expected: &str) -> Vec<String> {
    let case = format!(r#"{{"name": "n", "decision": "d", "input": {input}, "expected": {expected}}}"#);
    let case = Case::from_json(&parse(case.as_bytes()).unwrap()).unwrap();
    check(&program(), &case, &case.run(&program(), 0))
}

const GRANTED: &str = r#"{"on": "2024-01-01", "ok": true, "part": {"amount": "1.50", "until": null}}"#;

#[test]
fn what_is_expected_and_comes_out() {
    for (input, expected) in [
        (GRANTED, r#"{"verdict": "granted"}"#),
        (
            GRANTED,
            r#"{"verdict": "granted", "refused": [], "missing": [], "outputs": {"share": "0.640000", "parts": [{"amount": "1.5"}]}}"#,
        ),
        (
            r#"{"ok": false, "on": "1999-01-01"}"#,
            r#"{"verdict": "refused", "refused": ["late", "ok"], "outputs": {"share": "9"}}"#,
        ),
        (r#"{"ok": false}"#, r#"{"verdict": "refused", "refused": ["ok"]}"#),
        (r#"{"ok": true, "on": "2024-01-01"}"#, r#"{"verdict": "pending", "missing": ["part.until", "part.amount"]}"#),
        ("{}", r#"{"verdict": "pending"}"#),
        (r#"{"ok": true, "on": "2020-01-01"}"#, r#"{"verdict": "error", "error": "no_parameter_version"}"#),
        (r#"{"ok": 1}"#, r#"{"verdict": "error", "error": {"code": "wrong_type"}}"#),
    ] {
        assert_eq!(differences(input, expected), Vec::<String>::new(), "{input} {expected}");
    }
}

#[test]
fn what_differs_is_said() {
    for (input, expected, difference) in [
        (GRANTED, r#"{"verdict": "refused"}"#, "expected refused, got granted"),
        (r#"{"ok": false}"#, r#"{"verdict": "granted"}"#, "expected granted, got refused [ok]"),
        (
            r#"{"ok": 1}"#,
            r#"{"verdict": "granted"}"#,
            "expected granted, got error (wrong_type: ok: is a whole number; a truth value is needed)",
        ),
        (r#"{"ok": false}"#, r#"{"verdict": "refused", "refused": ["late"]}"#, "refused: expected [late], got [ok]"),
        (
            "{}",
            r#"{"verdict": "pending", "missing": ["on"]}"#,
            "missing: expected [on], got [ok, on, part.amount, part.until]",
        ),
        (
            r#"{"ok": 1}"#,
            r#"{"verdict": "error", "error": "bad_date"}"#,
            "error: expected `bad_date`, got `wrong_type`",
        ),
        (
            GRANTED,
            r#"{"verdict": "granted", "outputs": {"share": "0.64"}}"#,
            "parts: not expected, got [{\"amount\":\"1.50\",\"until\":null}]",
        ),
        (
            GRANTED,
            r#"{"verdict": "granted", "outputs": {"share": "0.6401", "parts": [{"amount": "1.5"}]}}"#,
            "share: expected \"0.6401\", got \"0.64\"",
        ),
        (
            GRANTED,
            r#"{"verdict": "granted", "outputs": {"share": "0.64", "parts": [{"amount": "1.5", "x": 1}]}}"#,
            "parts: expected [{\"amount\":\"1.5\",\"x\":1}], got [{\"amount\":\"1.50\",\"until\":null}]",
        ),
        (
            GRANTED,
            r#"{"verdict": "granted", "outputs": {"share": "0.64", "parts": [{"amount": "1.5"}], "today": "1970-01-01"}}"#,
            "today: expected \"1970-01-01\", but not given",
        ),
    ] {
        assert_eq!(differences(input, expected), vec![difference.to_owned()], "{input} {expected}");
    }
}

#[test]
fn cases_of_the_language_name_values() {
    let json = parse(GRANTED.as_bytes()).unwrap();
    let facts = input::read_facts(&program(), program().decision("d").unwrap(), &json).unwrap();
    let outputs = |n: i128| ExpectedOutputs::Some(vec![("share".to_owned(), Value::Number(n))]);
    let case = |n: i128| Case {
        name: "n".into(),
        decision: "d".into(),
        given: Given::Facts(facts.clone()),
        today: Some(3),
        expected: Expected { outputs: outputs(n), ..Expected::verdict(Verdict::Granted) },
    };
    let run = |case: &Case| check(&program(), case, &case.run(&program(), 0));
    assert_eq!(run(&case(6400)), Vec::<String>::new());
    assert_eq!(run(&case(1)), vec!["share: expected \"0.0001\", got \"0.64\"".to_owned()]);
    let unknown = Case { decision: "e".into(), ..case(1) };
    assert_eq!(unknown.run(&program(), 0).error.unwrap().code, "unknown_decision");
}

#[test]
fn what_is_no_case() {
    for (json, message) in [
        (r#"{"decision": "d", "input": {}, "expected": {"verdict": "granted"}}"#, "`name` is missing or no text"),
        (r#"{"name": "n", "decision": "d", "expected": {"verdict": "granted"}}"#, "`input` is missing"),
        (r#"{"name": "n", "decision": "d", "input": {}}"#, "`expected` is missing"),
        (r#"{"name": "n", "decision": "d", "input": {}, "expected": {"verdict": "ok"}}"#, "there is no verdict `ok`"),
        (
            r#"{"name": "n", "decision": "d", "input": {}, "expected": {"verdict": "granted", "refused": [1]}}"#,
            "`expected.refused` is no list of texts",
        ),
        (r#"{"name": "n", "decision": "d", "input": {}, "as_of": "2024", "expected": {}}"#, "`as_of` is no day"),
    ] {
        assert_eq!(Case::from_json(&parse(json.as_bytes()).unwrap()).err().as_deref(), Some(message), "{json}");
    }
}
