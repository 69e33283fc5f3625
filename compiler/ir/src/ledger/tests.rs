//! The ledger against a naive recount, and its keys.

use super::*;
use crate::testing::{DECISION, Sample, sample};
use crate::{Fact, Facts, Outcome, Program, Type, Value, Verdict, Verified, interp, verify};
use enact_base::json::parse;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The program of a sample with its keys, if its decision has tallies.
fn with_tallies(sample: &Sample) -> Option<Verified> {
    let counted = sample.program.decision(DECISION).is_some_and(|it| !it.ledger.is_empty());
    counted.then(|| verify(sample.program.with_keys()).expect("the keys are a decision like any other"))
}

fn stepped(program: &Verified, sample: &Sample, facts: &Facts, ledger: &mut Ledger) -> Outcome {
    let mut decide = |name: &str, facts: &Facts| interp::decide(program, name, facts, sample.today);
    step(program, DECISION, facts, ledger, &mut decide)
}

/// Totals by the ledger's name and the parts of the key as anyone would write them.
type Recount = BTreeMap<(String, String), i128>;

/// Counts a granted outcome by hand.
fn recount(program: &Program, sample: &Sample, facts: &Facts, outcome: &Outcome, totals: &mut Recount) {
    let decision = program.decision(DECISION).unwrap();
    let keys = verify(program.clone()).unwrap();
    let asked = Facts { inputs: decision.asked().map(|(place, _)| facts.inputs[place].clone()).collect() };
    let keys = interp::decide(&keys, &keys_name(DECISION), &asked, sample.today);
    for tally in &decision.ledger {
        let amount = match tally.adds.map(|place| &decision.outputs[place as usize].name) {
            None => 1,
            Some(name) => match outcome.outputs.iter().find(|(given, ..)| given == name) {
                Some((.., Value::Number(n))) => *n,
                _ => 0,
            },
        };
        let mine = keys.outputs.iter().filter(|(name, ..)| name.starts_with(&format!("{}.", tally.name)));
        let key: Vec<&Value> = mine.map(|(.., value)| value).collect();
        if amount > 0 {
            assert_eq!(key.len(), tally.key.len());
            *totals.entry((tally.ledger.clone(), format!("{key:?}"))).or_default() += amount;
        }
    }
}

fn readable(program: &Program, ledger: &Ledger) -> Vec<i128> {
    assert_eq!(Ledger::from_json(&parse(ledger.to_json().to_string().as_bytes()).unwrap()).as_ref(), Ok(ledger));
    let decision = program.decision(DECISION).unwrap();
    for (name, _, total) in ledger.iter() {
        let tally = decision.ledger.iter().find(|tally| tally.ledger == name).unwrap();
        assert!((1..=tally.most).contains(&total), "{name}: {total} of {}", tally.most);
    }
    let mut totals: Vec<i128> = ledger.iter().map(|(.., total)| total).collect();
    totals.sort_unstable();
    totals
}

/// Runs cases one after the other; says how many were granted, and how many not for what had been counted.
fn run_through(sample: &Sample, cases: &[Vec<u32>]) -> Option<(usize, usize)> {
    let program = with_tallies(sample)?;
    let (mut ledger, mut totals) = (Ledger::default(), Recount::new());
    let (mut granted, mut stopped) = (0, 0);
    for choices in cases {
        let other = sample.with_other_facts(choices);
        for facts in [&other.known, &other.known, &other.hidden] {
            let before = ledger.clone();
            let outcome = stepped(&program, sample, facts, &mut ledger);
            let again = stepped(&program, sample, facts, &mut before.clone());
            assert_eq!(outcome, again, "the same ledger, the same answer");
            assert!(
                outcome.verdict == Verdict::Granted || ledger == before,
                "{:?} changed the ledger",
                outcome.verdict
            );
            if outcome.verdict == Verdict::Granted {
                recount(&program, sample, facts, &outcome, &mut totals);
                granted += 1;
            }
            let names = || program.decision(DECISION).unwrap().ledger.iter().map(|it| it.name.as_str());
            assert!(outcome.missing.iter().all(|path| names().all(|name| name != path)), "{:?}", outcome.missing);
            stopped += usize::from(names().any(|name| outcome.refused.iter().any(|it| it == name)));
        }
        let mut counted: Vec<i128> = totals.values().copied().collect();
        counted.sort_unstable();
        assert_eq!(readable(&program, &ledger), counted);
    }
    Some((granted, stopped))
}

#[test]
fn totals_are_those_of_a_naive_recount() {
    let case = prop::collection::vec(any::<u32>(), 0..60);
    let strategy = (prop::collection::vec(any::<u32>(), 200..700), prop::collection::vec(case, 1..12));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 400, ..ProptestConfig::default() });
    let seen = std::cell::Cell::new((0, 0, 0));
    let test = |(choices, cases): (Vec<u32>, Vec<Vec<u32>>)| {
        if let Some((granted, stopped)) = run_through(&sample(&choices), &cases) {
            let (programs, all_granted, all_stopped) = seen.get();
            seen.set((programs + 1, all_granted + granted, all_stopped + stopped));
        }
        Ok(())
    };
    runner.run(&strategy, test).unwrap();
    let (programs, granted, stopped) = seen.get();
    assert!(programs > 60 && granted > 200 && stopped > 100, "{:?}", seen.get());
}

fn any_part() -> impl Strategy<Value = KeyPart> {
    prop_oneof![
        any::<bool>().prop_map(KeyPart::Bool),
        any::<i128>().prop_map(KeyPart::Number),
        any::<i64>().prop_map(KeyPart::Date),
        "[a-b\u{0}北]{0,3}".prop_map(KeyPart::Text),
        "[a-b]{0,3}".prop_map(KeyPart::Case),
    ]
}

fn written(parts: &[KeyPart]) -> Vec<u8> {
    let mut bytes = Vec::new();
    parts.iter().for_each(|part| part.write(&mut bytes).unwrap());
    bytes
}

proptest! {
    #[test]
    fn keys_are_read_back(parts in prop::collection::vec(any_part(), 0..4)) {
        prop_assert_eq!(KeyPart::read(&written(&parts)), Some(parts));
    }

    #[test]
    fn whole_numbers_and_days_keep_their_order(a: i128, b: i128, c: i64, d: i64) {
        let number = |n| written(&[KeyPart::Number(n)]);
        let date = |n| written(&[KeyPart::Date(n)]);
        prop_assert_eq!(a.cmp(&b), number(a).cmp(&number(b)));
        prop_assert_eq!(c.cmp(&d), date(c).cmp(&date(d)));
    }

    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(0_u8..7, 0..40)) {
        if let Some(parts) = KeyPart::read(&bytes) {
            prop_assert_eq!(written(&parts), bytes);
        }
    }
}

#[test]
fn keys_byte_by_byte() {
    let program = Program::default();
    let text = Type::Text { max: 10 };
    let (values, types) =
        ([Value::Text("票1".into()), Value::Date(0), Value::Bool(true)], [&text, &Type::Date, &Type::Bool]);
    let bytes = [4, 0, 4, 0xE7, 0xA5, 0xA8, b'1', 3, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    assert_eq!(key_bytes(&program, &values, &types), Some(bytes.to_vec()));
    assert_eq!(key_bytes(&program, &values, &[&text, &text, &Type::Bool]), None);
    assert_eq!(key_bytes(&program, &values, &types[..2]), None);
    assert_eq!(written(&[KeyPart::Number(-1)])[..2], [2, 0x7F]);
    let long = KeyPart::Text("x".repeat(MAX_KEY_TEXT + 1));
    assert_eq!(long.write(&mut Vec::new()), None);
}

#[test]
fn a_document_that_is_no_ledger_is_refused_with_its_place() {
    for (json, message) in [
        ("[]", "a ledger is an object, not a list"),
        (r#"{"a": 1}"#, "a: is a whole number; a list of totals is needed"),
        (r#"{"a": [1]}"#, "a[0]: an object of `key` and `total` is needed"),
        (r#"{"a": [{"key": [{"text": "x"}], "total": 1}]}"#, "a[0].total: a text of a whole number above 0 is needed"),
        (
            r#"{"a": [{"key": [{"text": "x"}], "total": "01"}]}"#,
            "a[0].total: a text of a whole number above 0 is needed",
        ),
        (
            r#"{"a": [{"key": [{"text": "x"}], "total": "0"}]}"#,
            "a[0].total: a text of a whole number above 0 is needed",
        ),
        (r#"{"a": [{"key": [], "total": "1"}]}"#, "a[0].key: a list of parts is needed"),
        (
            r#"{"a": [{"key": [{"number": "1"}, {"date": "2024-02-30"}], "total": "1"}]}"#,
            "a[0].key[1]: one of `bool`, `number`, `date`, `text` and `case` is needed, with its value",
        ),
        (
            r#"{"a": [{"key": [{"bool": true}], "total": "1"}, {"key": [{"bool": true}], "total": "2"}]}"#,
            "a[1]: has the key of an entry before it",
        ),
    ] {
        let read = Ledger::from_json(&parse(json.as_bytes()).unwrap());
        assert_eq!(read.map_err(|error| error.to_string()), Err(message.to_owned()), "{json}");
    }
}

/// A decision that may be granted twice for a person, and adds `n` to what may be at most 10.
const PROGRAM: &str = r##"
(program "p" (title "" "")
  (decision "d" "" "" 0
    (input "person" "" "" "" "" standard (text 18) (path "person"))
    (input "n" "" "" "" "" standard (int 0 0 9) (path "n"))
    (input "times" "" "" "" "" standard (int 0 0 1000000000) (path "times"))
    (input "sum" "" "" "" "" standard (int 0 0 10) (path "sum"))
    (require "times" "" "" (cites)
      (le bool (add (int 0 1 1000000001) (local (int 0 0 1000000000) 2) (const (int 0 1 1) 1)) (const (int 0 2 2) 2)))
    (require "sum" "" "" (cites)
      (le bool (add (int 0 0 19) (local (int 0 0 10) 3) (local (int 0 0 9) 1)) (const (int 0 10 10) 10)))
    (output "o" "" "" (cites) (local (int 0 0 9) 1))
    (tally "times" "" "" (cites) "a" 2 _ 2 (local (text 18) 0))
    (tally "sum" "" "" (cites) "b" 3 0 10 (local (text 18) 0) (year (int 0 1 9999) (today date)))))
"##;

fn example() -> Verified {
    verify(verify(crate::text::parse(PROGRAM).unwrap()).unwrap().with_keys()).unwrap()
}

fn asked(program: &Verified, person: Option<&str>, n: i128, today: i64, ledger: &mut Ledger) -> Outcome {
    let person = person.map_or(Fact::Missing, |it| Fact::Known(Value::Text(it.to_owned())));
    let facts = Facts { inputs: vec![person, Fact::Known(Value::Number(n))] };
    step(program, "d", &facts, ledger, &mut |name, facts| interp::decide(program, name, facts, today))
}

#[test]
fn a_limit_holds_and_what_is_refused_leaves_no_trace() {
    let program = example();
    let mut ledger = Ledger::default();
    let mut ask = |person, n, today| {
        let outcome = asked(&program, Some(person), n, today, &mut ledger);
        (outcome.verdict.as_str(), outcome.refused.join(","), ledger.to_json().to_string())
    };
    assert_eq!(ask("a", 9, 0).0, "granted");
    let (verdict, refused, before) = ask("a", 2, 0);
    assert_eq!((verdict, refused.as_str()), ("refused", "sum"));
    assert_eq!(
        before,
        r#"{"a":[{"key":[{"text":"a"}],"total":"1"}],"b":[{"key":[{"text":"a"},{"number":"1970"}],"total":"9"}]}"#
    );
    // Another year has its own sum, but the times go on.
    assert_eq!(ask("a", 9, 400).0, "granted");
    assert_eq!(ask("a", 0, 800).1, "times");
    assert_eq!(ask("b", 0, 800).0, "granted");
    assert_eq!(ledger.iter().count(), 4, "nothing added, nothing kept");
}

#[test]
fn what_the_key_needs_is_asked_for_instead_of_the_total() {
    let program = example();
    let outcome = asked(&program, None, 1, 0, &mut Ledger::default());
    assert_eq!((outcome.verdict, outcome.missing), (Verdict::Pending, vec!["person".to_owned()]));
}

#[test]
fn a_total_beyond_the_type_counts_as_its_end() {
    let program = example();
    let mut ledger = Ledger::default();
    let mut key = Vec::new();
    KeyPart::Text("a".into()).write(&mut key).unwrap();
    KeyPart::Number(1970).write(&mut key).unwrap();
    ledger.set("b", &key, 50);
    let before = ledger.clone();
    assert_eq!(asked(&program, Some("a"), 1, 0, &mut ledger).refused, ["sum"]);
    assert_eq!(ledger, before);
    assert_eq!(asked(&program, Some("a"), 0, 0, &mut ledger).verdict, Verdict::Granted);
    assert_eq!(ledger.total("b", &key), 50);
}

#[test]
fn without_its_requirement_a_decision_still_cannot_go_beyond() {
    let (before, rest) = PROGRAM.split_once("(require \"sum\"").unwrap();
    let (_, after) = rest.split_once("(output").unwrap();
    let text = format!("{before}(output{after}");
    let program = verify(verify(crate::text::parse(&text).unwrap()).unwrap().with_keys()).unwrap();
    let mut ledger = Ledger::default();
    assert_eq!(asked(&program, Some("a"), 9, 0, &mut ledger).verdict, Verdict::Granted);
    let before = ledger.clone();
    let outcome = asked(&program, Some("a"), 2, 0, &mut ledger);
    assert_eq!(outcome.error.map(|error| error.code).as_deref(), Some("over_limit"));
    assert_eq!(ledger, before);
}

#[test]
fn broken_tallies_are_refused() {
    for (part, by, message) in [
        (
            " 2 _ 2 (local",
            " 1 _ 2 (local",
            "decision `d`: the ports of its tallies are not the last of its inputs, one each",
        ),
        (" 2 _ 2 (local", " 2 _ 0 (local", "decision `d`, tally `times`: its most is 0"),
        ("\"a\" 2", "\"b\" 2", "decision `d`: the ledger `b` stands twice"),
        ("(tally \"times\"", "(tally \"many\"", "decision `d`, tally `times`: its port has another name"),
        (" 3 0 10 ", " 3 4 10 ", "decision `d`, tally `sum`: adds output 4, which is no number"),
        ("(int 0 0 1000000000) (path", "(int 0 -1 1000000000) (path", "decision `d`, requirement `times`"),
        (
            " 2 _ 2 (local (text 18) 0)",
            " 2 _ 2 (local (int 0 0 10) 3)",
            "decision `d`, tally `times`: its key depends on what has been counted",
        ),
        (" 2 _ 2 (local (text 18) 0)", " 2 _ 2", "decision `d`, tally `times`: has no key"),
        (
            " 2 _ 2 (local (text 18) 0)",
            " 2 _ 2 (some (optional (text 18)) (local (text 18) 0))",
            "decision `d`, tally `times`: a part of its key is of type optional (text 18)",
        ),
        ("(cites) \"a\"", "(cites (cite 3)) \"a\"", "decision `d`, tally `times`: there is no source 3"),
    ] {
        assert!(PROGRAM.contains(part), "{part}");
        let found = verify(crate::text::parse(&PROGRAM.replace(part, by)).unwrap()).unwrap_err();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let message =
            if part.starts_with("(tally") { message.replace("`times`", "`many`") } else { message.to_owned() };
        assert!(found.iter().any(|it| it.starts_with(&message)), "{part}: {found:?}");
    }
    let other = PROGRAM.replace("(decision \"d\"", "(decision \"e\"").replace("(text 18)", "bool");
    let mut program = crate::text::parse(PROGRAM).unwrap();
    program.decisions.extend(crate::text::parse(&other).unwrap().decisions);
    let found: Vec<String> = verify(program).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "decision `e`, tally `times`: the ledger `a` has other keys or another unit elsewhere",
            "decision `e`, tally `sum`: the ledger `b` has other keys or another unit elsewhere"
        ]
    );
}
