//! Facts read from JSON, and what is refused.

use super::*;
use crate::text;

fn program() -> Program {
    let source = r##"
(program "p" (title "" "")
  (enum "Level" "" "" (case "community" "社区" "" "") (case "second" "02" "" ""))
  (record "Amount" "" "" "" "" (field "total" "" "" "" "" standard (money 2 -5000000 5000000) (path "total")))
  (record "Visit" "" "" "" ""
    (field "date" "" "" "" "" standard (optional date) (path "date"))
    (field "level" "" "" "" "" standard (enum 0) (path "level"))
    (field "eligible" "" "" "" "" fen (money 2 0 1000) (path "amount" "eligible"))
    (field "note" "" "" "" "" standard (optional (text 4)) (path "amount" "note"))
    (field "amount" "" "" "" "" standard (record 0) (path "sum")))
  (decision "d" "" "" 0
    (input "visit" "" "" "" "" standard (record 1) (path "visit"))
    (input "history" "" "" "" "" standard (list (record 1) 2) (path "history"))
    (input "share" "" "" "" "" standard (rate 2 0 100) (path "share"))
    (input "n" "" "" "" "" standard (int 0 -3 3) (path "n"))
    (input "yes" "" "" "" "" standard bool (path "yes"))))
"##;
    text::parse(source).unwrap()
}

fn read(json: &str) -> Result<Facts, Failure> {
    let program = program();
    let json = enact_base::json::parse(json.as_bytes()).unwrap();
    read_facts(&program, program.decision("d").unwrap(), &json)
}

#[test]
fn what_is_refused_and_where() {
    for (json, code, path, message) in [
        ("[]", "wrong_type", "", "a list, not an object"),
        (r#"{"visits": {}}"#, "unknown_field", "visits", "did you mean `visit`?"),
        (r#"{"something": 1}"#, "unknown_field", "something", "there are: visit, history, share, n, yes"),
        (r#"{"visit": null}"#, "not_optional", "visit", "leave the key out"),
        (r#"{"visit": 1}"#, "wrong_type", "visit", "is a whole number; an object is needed"),
        (r#"{"visit": {"date": "2023-02-29"}}"#, "bad_date", "visit.date", "no day"),
        (r#"{"visit": {"date": "2023-2-1"}}"#, "bad_date", "visit.date", "no day"),
        (r#"{"visit": {"date": "0000-01-01"}}"#, "bad_date", "visit.date", "no day"),
        (r#"{"visit": {"date": "10000-01-01"}}"#, "bad_date", "visit.date", "no day"),
        (r#"{"visit": {"date": 20230201}}"#, "wrong_type", "visit.date", "a day as text"),
        (r#"{"visit": {"level": "2"}}"#, "unknown_case", "visit.level", "there are: 社区, 02"),
        (r#"{"visit": {"level": "community"}}"#, "unknown_case", "visit.level", "none of the cases"),
        (r#"{"visit": {"level": null}}"#, "not_optional", "visit.level", ""),
        (r#"{"visit": {"amount": 3}}"#, "wrong_type", "visit.eligible", "`amount` is a whole number"),
        (r#"{"visit": {"amount": null}}"#, "not_optional", "visit.eligible", ""),
        (r#"{"visit": {"amount": {"eligible": "1.00"}}}"#, "wrong_type", "visit.eligible", "whole number of fen"),
        (r#"{"visit": {"amount": {"eligible": 1.5}}}"#, "bad_number", "visit.eligible", "`1.5`"),
        (
            r#"{"visit": {"amount": {"eligible": 1001}}}"#,
            "out_of_range",
            "visit.eligible",
            "10.01, which is not between 0.00 and 10.00",
        ),
        (r#"{"visit": {"amount": {"note": "12345"}}}"#, "too_long", "visit.note", "has 5 characters; at most 4"),
        (r#"{"visit": {"sum": {"total": "1.001"}}}"#, "bad_number", "visit.amount.total", "more than 2 digits"),
        (r#"{"visit": {"sum": {"total": 1}}}"#, "wrong_type", "visit.amount.total", "\"170.00\""),
        (r#"{"visit": {"sum": {"total": "50000.01"}}}"#, "out_of_range", "visit.amount.total", ""),
        (r#"{"visit": {"sum": {"total": "1,000.00"}}}"#, "bad_number", "visit.amount.total", "no decimal number"),
        (r#"{"history": {}}"#, "wrong_type", "history", "a list is needed"),
        (r#"{"history": [{}, {}, {}]}"#, "too_long", "history", "has 3 elements; at most 2"),
        (r#"{"history": [{}, {"level": 1}]}"#, "wrong_type", "history[1].level", ""),
        (r#"{"history": [null]}"#, "not_optional", "history[0]", ""),
        (r#"{"share": "0.855"}"#, "bad_number", "share", ""),
        (r#"{"share": "1.01"}"#, "out_of_range", "share", "is 1.01, which is not between 0 and 1"),
        (r#"{"share": 0.85}"#, "wrong_type", "share", "\"0.85\""),
        (r#"{"share": "99999999999999999999999999999999999999999"}"#, "out_of_range", "share", "too large"),
        (r#"{"n": 4}"#, "out_of_range", "n", "is 4, which is not between -3 and 3"),
        (r#"{"n": 1.5}"#, "bad_number", "n", "`1.5` is no whole number"),
        (r#"{"n": 1.00000000000000000001}"#, "bad_number", "n", "no whole number"),
        (r#"{"n": 1e2}"#, "out_of_range", "n", "is 100, which is not between"),
        (r#"{"n": "1"}"#, "wrong_type", "n", "a whole number"),
        (r#"{"yes": 1}"#, "wrong_type", "yes", "a truth value"),
        (r#"{"yes": "true"}"#, "wrong_type", "yes", ""),
    ] {
        let failure = read(json).expect_err(json);
        assert_eq!((failure.code.as_str(), failure.path.as_str()), (code, path), "{json}");
        assert!(failure.message.contains(message), "{json}: {}", failure.message);
    }
}

#[test]
fn what_is_read() {
    let facts = read(
        r#"{
            "visit": {"date": null, "level": "02", "amount": {"eligible": 7, "other": []}, "sum": {"total": "-50000.00"}},
            "history": [{"level": "社区", "amount": {}, "more": 1}],
            "share": "0.8500",
            "n": -3
        }"#,
    );
    let known = |value: Value| Fact::Known(value);
    let visit = Fact::Record(vec![
        known(Value::Absent),
        known(Value::Enum(1)),
        known(Value::Number(7)),
        Fact::Missing,
        known(Value::Record(vec![Value::Number(-5_000_000)])),
    ]);
    let earlier = vec![Fact::Missing, known(Value::Enum(0)), Fact::Missing, Fact::Missing, Fact::Missing];
    let history = Fact::List(vec![Fact::Record(earlier)]);
    let inputs = vec![visit, history, known(Value::Number(85)), known(Value::Number(-3)), Fact::Missing];
    assert_eq!(facts, Ok(Facts { inputs }));
}

#[test]
fn every_day_of_the_calendar_is_read() {
    for (text, day) in [("0001-01-01", calendar::FIRST), ("2300-01-01", 120_530), ("9999-12-31", calendar::LAST)] {
        let facts = read(&format!(r#"{{"visit": {{"date": "{text}"}}}}"#)).unwrap();
        assert!(matches!(facts.inputs.first(), Some(Fact::Record(parts)) if parts[0] == Fact::Known(Value::Date(day))));
    }
}

#[test]
fn a_whole_number_may_be_written_with_a_point_or_an_exponent() {
    for (text, n) in [("1.0", 1), ("-3.000", -3), ("2e0", 2), ("30e-1", 3), ("0.2E+1", 2), ("-0", 0), ("0e99", 0)] {
        let facts = read(&format!(r#"{{"n": {text}}}"#)).unwrap();
        assert_eq!(facts.inputs.get(3), Some(&Fact::Known(Value::Number(n))), "{text}");
    }
}
