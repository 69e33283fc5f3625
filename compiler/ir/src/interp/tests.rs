//! Properties of random programs, and the rules of missing facts and faults one by one.

use super::*;
use crate::testing::{DECISION, Sample, sample};
use crate::verify::types::holds;
use crate::{ReasonKind, Verdict};
use proptest::prelude::*;

fn samples() -> impl Strategy<Value = Sample> {
    prop::collection::vec(any::<u32>(), 0..700).prop_map(|choices| sample(&choices))
}

proptest! {
    #[test]
    fn known_facts_are_decided_and_values_lie_in_their_types(sample in samples()) {
        let outcome = decide(&sample.program, DECISION, &sample.known, sample.today);
        prop_assert_ne!(outcome.verdict, Verdict::Pending);
        prop_assert_eq!(outcome.verdict == Verdict::Refused, !outcome.refused.is_empty());
        for (name, ty, value) in &outcome.outputs {
            prop_assert!(holds(&sample.program, ty, value), "{} = {:?} is not of {:?}", name, value, ty);
        }
        outcome.to_json(&sample.program);
    }

    #[test]
    fn what_is_decided_under_missing_facts_stays_so(sample in samples()) {
        let early = decide(&sample.program, DECISION, &sample.hidden, sample.today);
        let late = decide(&sample.program, DECISION, &sample.known, sample.today);
        match early.verdict {
            Verdict::Pending => prop_assert!(!early.missing.is_empty()),
            Verdict::Granted => {
                prop_assert_eq!(late.verdict, Verdict::Granted);
                prop_assert_eq!(early.outputs, late.outputs);
            }
            Verdict::Refused => {
                prop_assert_eq!(late.verdict, Verdict::Refused);
                prop_assert!(early.refused.iter().all(|name| late.refused.contains(name)));
            }
            // A requirement that is still missing may turn out false, which comes before an error.
            Verdict::Error => prop_assert!(matches!(late.verdict, Verdict::Error | Verdict::Refused)),
        }
    }

    #[test]
    fn facts_are_read_back_from_their_json(sample in samples()) {
        let decision = sample.program.decision(DECISION).unwrap();
        for facts in [&sample.known, &sample.hidden] {
            let json = sample.json(facts).to_string();
            let read = enact_base::json::parse(json.as_bytes()).unwrap();
            let read = crate::input::read_facts(&sample.program, decision, &read);
            let decided = read.map(|facts| decide(&sample.program, DECISION, &facts, sample.today));
            let expected = decide(&sample.program, DECISION, facts, sample.today);
            prop_assert_eq!(decided, Ok(expected), "{}", json);
        }
    }
}

/// A program whose output `o` is an expression over `a`, `b` (bool), `n` (0..9), `d` (optional date), `r` (record of `n` and `m`), `all` (list of those), and
/// whose requirement is `q`.
fn program(condition: &str, value: &str) -> Verified {
    let source = r##"
(program "p" (title "" "")
  (record "R" "" "" "" "" (field "n" "" "" "" "" standard (int 0 0 9) (path "n")) (field "m" "" "" "" "" standard (int 0 0 9) (path "m")))
  (parameter "cap" "封顶" "" (int 0 0 9) (keys (int 0 0 9))
    (version start 2020-12-31 (cites) unknown)
    (version 2021-01-01 end (cites) (row (for (one_of 1)) 5 (cites)) (row (for _) 6 (cites))))
  (decision "d" "" "" 0
    (input "a" "" "" "" "" standard bool (path "a"))
    (input "b" "" "" "" "" standard bool (path "b"))
    (input "n" "" "" "" "" standard (int 0 0 9) (path "n"))
    (input "d" "" "" "" "" standard (optional date) (path "d"))
    (input "r" "" "" "" "" standard (record 0) (path "r"))
    (input "all" "" "" "" "" standard (list (record 0) 4) (path "all"))
    (rule "o" (except "x" "甲" "" (cites)) (except "y" "乙" "" (cites)))
    (require "q" "" "" (cites) CONDITION)
    (output "o" "" "" (cites) VALUE)))
"##;
    let mut source = source.replace("CONDITION", condition).replace("VALUE", value);
    let names = [
        ("$cap", "(lookup_at (int 0 0 9) 0 (get date $d) $n)"),
        ("$each", "(local (list (record 0) 4) 5) "),
        ("$xn", "(field (int 0 0 9) 0 (local (record 0) 20))"),
        ("$xm", "(field (int 0 0 9) 1 (local (record 0) 20))"),
        ("$rn", "(field (int 0 0 9) 0 (local (record 0) 4))"),
        ("$a", "(local bool 0)"),
        ("$b", "(local bool 1)"),
        ("$n", "(local (int 0 0 9) 2)"),
        ("$d", "(local (optional date) 3)"),
        ("$yes", "(const bool true)"),
    ];
    names.iter().for_each(|(name, text)| source = source.replace(name, text));
    crate::verify(crate::text::parse(&source).unwrap()).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn outcome(program: &Verified, facts: &str) -> Outcome {
    let json = enact_base::json::parse(facts.as_bytes()).unwrap();
    let facts = crate::input::read_facts(program, program.decision("d").unwrap(), &json).unwrap();
    decide(program, "d", &facts, 0)
}

/// The value in JSON, the missing paths, or the code of the error: by evaluation alone, without refinement.
fn plain(value: &str, facts: &str) -> String {
    let program = program("$yes", value);
    let json = enact_base::json::parse(facts.as_bytes()).unwrap();
    let decision = program.decision("d").unwrap();
    let facts = crate::input::read_facts(&program, decision, &json).unwrap();
    let parts = evaluate(&program, decision, &facts, 0);
    let outcome = verdict(&program, decision, &parts.evaluated());
    match outcome.verdict {
        Verdict::Granted => outcome.to_json(&program)["outputs"]["o"].to_string(),
        Verdict::Pending => {
            let missing = parts.outputs().unwrap_err().paths;
            format!("missing {}", missing.iter().map(|path| path.as_ref()).collect::<Vec<_>>().join(" "))
        }
        Verdict::Error => outcome.error.unwrap().code,
        Verdict::Refused => "refused".to_owned(),
    }
}

#[test]
fn truth_and_branches() {
    for (value, facts, expected) in [
        ("(and bool $a $b)", r#"{"b": false}"#, "false"),
        ("(and bool $a $b)", r#"{"b": true}"#, "missing a"),
        ("(or bool $a $b)", r#"{"b": true}"#, "true"),
        ("(or bool $a $b)", "{}", "missing a b"),
        ("(not bool $a)", "{}", "missing a"),
        ("(and bool $a (eq bool $cap $n))", r#"{"a": false, "d": null}"#, "false"),
        ("(and bool (eq bool $cap $n) $a)", r#"{"a": true, "n": 1, "d": "2020-01-01"}"#, "no_parameter_version"),
        ("(and bool (eq bool $cap $n) $a)", r#"{"n": 1, "d": "2020-01-01"}"#, "missing a"),
        ("(if (int 0 0 9) $a $n (const (int 0 3 3) 3))", r#"{"n": 3}"#, "3"),
        ("(if (int 0 0 9) $a $n (const (int 0 3 3) 3))", r#"{"n": 4}"#, "missing a"),
        ("(if (int 0 0 9) $a $n (const (int 0 3 3) 3))", r#"{"a": false}"#, "3"),
        ("(if (int 0 0 9) $a $n (const (int 0 3 3) 3))", "{}", "missing a n"),
        ("(if (int 0 0 9) $a $cap $cap)", r#"{"n": 1, "d": "2020-01-01"}"#, "no_parameter_version"),
        ("(if (int 0 0 9) $a $cap $n)", r#"{"a": false, "n": 1, "d": "2020-01-01"}"#, "1"),
        ("(if (int 0 0 9) (eq bool $cap $n) $n $n)", r#"{"n": 1}"#, "missing d"),
        (
            "(choose (int 0 0 9) 0 $a (const (int 0 1 1) 1) $b (const (int 0 2 2) 2) (const (int 0 1 1) 1))",
            r#"{"b": false}"#,
            "1",
        ),
        (
            "(choose (int 0 0 9) 0 $a (const (int 0 1 1) 1) $b (const (int 0 2 2) 2) (const (int 0 1 1) 1))",
            r#"{"a": false}"#,
            "missing b",
        ),
        (
            "(choose (int 0 0 9) 0 $a (const (int 0 1 1) 1) $b (const (int 0 2 2) 2) (const (int 0 1 1) 1))",
            r#"{"a": true}"#,
            "1",
        ),
        ("(let (int 0 0 9) 20 $cap (const (int 0 1 1) 1))", r#"{"n": 1, "d": "2020-01-01"}"#, "1"),
    ] {
        assert_eq!(plain(value, facts), expected, "{value} {facts}");
    }
}

#[test]
fn optionals_records_and_figures() {
    for (value, facts, expected) in [
        ("(is_present bool $d)", "{}", "missing d"),
        ("(is_present bool $d)", r#"{"d": null}"#, "false"),
        ("(or_else date $d (today date))", r#"{"d": null}"#, "\"1970-01-01\""),
        ("(or_else date $d (today date))", "{}", "missing d"),
        ("(get date $d)", r#"{"d": null}"#, "absent"),
        ("(and bool (is_present bool $d) (lt bool (get date $d) (today date)))", r#"{"d": null}"#, "false"),
        ("$rn", r#"{"r": {"n": 4}}"#, "4"),
        ("$rn", "{}", "missing r.n"),
        ("(local (record 0) 4)", r#"{"r": {"n": 4}}"#, "missing r.m"),
        ("(eq bool (local (record 0) 4) (const (record 0) (record 5 1)))", r#"{"r": {"n": 4}}"#, "false"),
        ("(eq bool (local (record 0) 4) (const (record 0) (record 4 1)))", r#"{"r": {"n": 4}}"#, "missing r.m"),
        ("(field (int 0 0 9) 1 (record (record 0) $cap $n))", r#"{"n": 1, "d": "2020-01-01"}"#, "no_parameter_version"),
        ("(field (int 0 0 9) 1 (record (record 0) $cap $n))", r#"{"n": 1}"#, "missing d"),
        ("$cap", r#"{"n": 1, "d": "2021-01-01"}"#, "5"),
        ("$cap", r#"{"n": 2, "d": "2021-01-01"}"#, "6"),
        ("$cap", r#"{"d": "2021-01-01"}"#, "missing n"),
        ("(contains bool $n (list (list (int 0 0 9) 2) $n $rn))", r#"{"n": 2}"#, "true"),
        ("(size (int 0 0 2) (list (list (int 0 0 9) 2) $n $rn))", "{}", "2"),
    ] {
        assert_eq!(plain(value, facts), expected, "{value} {facts}");
    }
}

#[test]
fn forms_over_lists() {
    let all = r#"{"all": [{"n": 3, "m": 1}, {"n": 1, "m": 2}, {"n": 3, "m": 4}]}"#;
    let partly = r#"{"all": [{"n": 3, "m": 1}, {"n": 1}, {"m": 4}]}"#;
    let over = "(const (int 0 2 2) 2)";
    let big = format!("(lt bool {over} $xn)");
    for (value, facts, expected) in [
        ("(each (int 0 0 36) sum 20 _ $each $xm)".to_owned(), all, "7"),
        ("(each (int 0 0 36) sum 20 _ $each $xm)".to_owned(), partly, "missing all[1].m"),
        ("(each (int 0 0 36) sum 20 _ $each $xm)".to_owned(), r#"{"all": []}"#, "0"),
        ("(each (int 0 0 36) sum 20 _ $each $xm)".to_owned(), "{}", "missing all"),
        (format!("(each (int 0 0 36) sum 20 _ $each $xm (where {big}))"), all, "5"),
        (format!("(each (int 0 0 36) sum 20 _ $each $xm (where {big}))"), partly, "missing all[2].n"),
        (format!("(each (int 0 0 4) count 20 _ $each {big})"), all, "2"),
        (format!("(each (int 0 0 4) count 20 _ $each {big})"), partly, "missing all[2].n"),
        (format!("(each bool any 20 _ $each {big})"), partly, "true"),
        (format!("(each bool all 20 _ $each {big})"), partly, "false"),
        (format!("(each bool all 20 _ $each {big})"), r#"{"all": []}"#, "true"),
        ("(each (optional (int 0 0 9)) min 20 _ $each $xn)".to_owned(), all, "1"),
        ("(each (optional (int 0 0 9)) max 20 _ $each $xm)".to_owned(), all, "4"),
        ("(each (optional (int 0 0 9)) max 20 _ $each $xm)".to_owned(), r#"{"all": []}"#, "null"),
        ("(each (optional (int 0 0 9)) first 20 _ $each $xm (ascending $xn))".to_owned(), all, "2"),
        ("(each (optional (int 0 0 9)) first 20 _ $each $xm (descending $xn))".to_owned(), all, "1"),
        (format!("(each (optional (int 0 0 9)) first 20 _ $each $xm (where (not bool {big})))"), all, "2"),
        ("(each (optional (int 0 0 9)) first 20 _ $each $xm)".to_owned(), partly, "1"),
        (
            "(each (optional (int 0 0 9)) first 20 _ $each $xm (ascending $xn))".to_owned(),
            partly,
            "missing all[1].m all[2].n",
        ),
        ("(each (list (int 0 0 9) 4) map 20 _ $each $xm (ascending $xn))".to_owned(), all, "[2,1,4]"),
        ("(each (list (int 0 0 9) 4) map 20 _ $each $xm (descending $xn))".to_owned(), all, "[1,4,2]"),
        (
            "(each (list (int 0 0 3) 4) map 20 21 $each (size (int 0 0 3) (local (list (record 0) 3) 21)))".to_owned(),
            partly,
            "[0,1,2]",
        ),
    ] {
        assert_eq!(plain(&value, facts), expected, "{value} {facts}");
    }
}

#[test]
fn verdicts_and_reasons() {
    let choose = "(choose (int 0 0 9) 0 $a $cap $b (const (int 0 2 2) 2) (const (int 0 1 1) 1))";
    let reasons = |condition: &str, facts: &str| {
        let program = program(condition, choose);
        let outcome = outcome(&program, facts);
        let shown = outcome.reasons.iter().map(|reason| match &reason.kind {
            ReasonKind::Figure { from, row, value: Value::Number(n), .. } => {
                format!("figure {} {} {row} {n}", reason.name, crate::calendar::civil_from_days(*from))
            }
            kind => format!("{kind:?} {}", reason.name),
        });
        (outcome.verdict, shown.collect::<Vec<_>>().join(", "))
    };
    for (condition, facts, verdict, expected) in [
        (
            "$yes",
            r#"{"a": true, "b": true, "n": 1, "d": "2021-01-01"}"#,
            Verdict::Granted,
            "Met q, Exception o.x, figure cap 2021-01-01 0 5",
        ),
        ("$yes", r#"{"a": false, "b": true}"#, Verdict::Granted, "Met q, Exception o.y"),
        ("$yes", r#"{"a": false, "b": false}"#, Verdict::Granted, "Met q"),
        ("$b", r#"{"b": false}"#, Verdict::Refused, "Failed q"),
        ("$b", r#"{"a": false}"#, Verdict::Pending, "Open q"),
        (
            "(eq bool $cap $n)",
            r#"{"n": 1, "d": "2021-01-01"}"#,
            Verdict::Refused,
            "Failed q, figure cap 2021-01-01 0 5",
        ),
        ("(eq bool $cap $n)", r#"{"a": false, "n": 1, "d": "2020-12-31"}"#, Verdict::Error, "Open q"),
        // Only what decides counts, on either side.
        (
            "(or bool (eq bool $cap $n) $a)",
            r#"{"a": true, "b": true, "n": 2, "d": "2021-01-01"}"#,
            Verdict::Granted,
            "Met q, Exception o.x, figure cap 2021-01-01 1 6",
        ),
        (
            "(or bool $b (eq bool $cap $n))",
            r#"{"a": false, "b": true, "n": 2, "d": "2021-01-01"}"#,
            Verdict::Granted,
            "Met q, Exception o.y",
        ),
    ] {
        assert_eq!(reasons(condition, facts), (verdict, expected.to_owned()), "{condition} {facts}");
    }
}

#[test]
fn refinement_decides_what_evaluation_leaves_open() {
    let both = program("(or bool $a (not bool $a))", "(const (int 0 1 1) 1)");
    let decided = outcome(&both, "{}");
    assert_eq!((decided.verdict, decided.outputs.len()), (Verdict::Granted, 1));
    assert_eq!(decided.reasons.iter().map(|reason| &reason.kind).collect::<Vec<_>>(), [&ReasonKind::Met]);
    let neither = program("(and bool $a (not bool $a))", "(const (int 0 1 1) 1)");
    assert_eq!(outcome(&neither, "{}").refused, ["q"]);
    assert_eq!(decide(&both, "other", &Facts::default(), 0).error.unwrap().code, "unknown_decision");
}
