//! `enact needs` as its users meet it: the questions in order, or the answer and what it rests on.

use enact_tests::command::{Run, enact_with};
use enact_tests::repository;
use serde_json::Value;

const NURSE: [&str; 2] = ["nurse_registration", "first_registration"];
const INSURANCE: [&str; 2] = ["insurance_reimbursement", "outpatient_employee"];

/// Asks what is needed for a decision of an example, on a fixed day.
fn needs([project, decision]: [&str; 2], have: &str, more: &[&str]) -> Run {
    let path = repository().join("examples").join(project).display().to_string();
    let args = ["needs", &path, "--decision", decision, "--as-of", "2024-06-11", "--have", "-"];
    enact_with(&[&args[..], more].concat(), have)
}

/// The input that stands beside the example.
fn whole([project, decision]: [&str; 2]) -> String {
    enact_tests::read(format!("examples/{project}/inputs/{decision}.json"))
}

/// That input without some members.
fn without(of: [&str; 2], left_out: &[&str]) -> String {
    let mut input: Value = serde_json::from_str(&whole(of)).unwrap();
    for pointer in left_out {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = input.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        assert!(parent.remove(name).is_some(), "{pointer}");
    }
    input.to_string()
}

#[track_caller]
fn pretty(run: &Run) -> String {
    let all: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    serde_json::to_string_pretty(&all).unwrap()
}

#[test]
fn questions_stand_in_the_order_in_which_to_ask() {
    let left_out = ["/exam", "/sanctions", "/education/diploma"];
    let have = without(NURSE, &left_out);
    insta::assert_snapshot!("nurse_open_zh", needs(NURSE, &have, &["--lang", "zh"]).out);
    insta::assert_snapshot!("nurse_open_en", needs(NURSE, &have, &["--lang", "en"]).out);
    insta::assert_snapshot!("nurse_nothing_known", needs(NURSE, "{}", &[]).out);
    insta::assert_snapshot!("insurance_nothing_known", needs(INSURANCE, "{}", &[]).out);
}

#[test]
fn a_decided_case_names_the_facts_that_it_rests_on() {
    let have = r#"{"education": {"full_time": false, "diploma": true}, "exam": {"passed": true}}"#;
    insta::assert_snapshot!("nurse_refused_zh", needs(NURSE, have, &["--lang", "zh"]).out);
    insta::assert_snapshot!("nurse_refused_en", needs(NURSE, have, &["--lang", "en"]).out);
    insta::assert_snapshot!("nurse_refused_json", pretty(&needs(NURSE, have, &["--json"])));
    insta::assert_snapshot!("insurance_granted", needs(INSURANCE, &whole(INSURANCE), &[]).out);
}

#[test]
fn an_output_is_asked_for_by_itself() {
    let have = without(INSURANCE, &["/visit/facility", "/person", "/ytd"]);
    insta::assert_snapshot!("insurance_verdict", needs(INSURANCE, &have, &[]).out);
    insta::assert_snapshot!("insurance_output", needs(INSURANCE, &have, &["--output", "fund_total"]).out);
    let whole = needs(INSURANCE, &whole(INSURANCE), &["--output", "fund_total", "--json"]);
    insta::assert_snapshot!("insurance_output_json", pretty(&whole));
    let wrong = needs(INSURANCE, "{}", &["--output", "fund_totl"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `fund_total`?"), "{wrong:?}");
}

#[test]
fn json_shows_why_a_fact_is_required() {
    let have = without(NURSE, &["/exam/passed"]);
    insta::assert_snapshot!("nurse_open_json", pretty(&needs(NURSE, &have, &["--json"])));
}

#[test]
fn input_that_cannot_be_read_is_rejected() {
    for more in [&["--json"][..], &[]] {
        let run = needs(NURSE, r#"{"education": {"full_time": 1}}"#, more);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.out.contains("wrong_type") && run.out.contains("education.full_time"), "{run:?}");
    }
}
