//! The text form there and back.

use super::*;
use crate::testing::sample;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_printed_reads_back(choices in prop::collection::vec(any::<u32>(), 0..600)) {
        let program = sample(&choices).program.into_program();
        let text = print(&program);
        let read = parse(&text);
        prop_assert_eq!(read.as_ref(), Ok(&program), "{}", text);
        prop_assert_eq!(print(&read.unwrap()), text);
    }
}

/// How a program looks.
const FORM: &str = r#"(program "beijing.medical"
  (title "门诊报销" "Outpatient")
  (source "rules" "law" "规定" "" "第158号" 2005-06-06)
  (enum "Category" "参保类别" "" (case "employee" "01" "在职" "") (case "retiree" "02" "退休" ""))
  (record "Visit" "" "" "visit.json" "医疗机构" (field "paid" "" "" "" "" fen (money 2 0 1000) (path "amount" "paid")))
  (parameter "deductible" "起付线" ""
    (money 2 0 180000)
    (keys (enum 0))
    (version start 2009-12-31 (cites) unknown)
    (version 2010-01-01 end
      (cites (cite 0 "art" "37"))
      (row (for (one_of #0)) 180000 (cites))
      (row (for _) 130000 (cites (cite 0 "art" "37" "par" "2")))))
  (calendar "office" (years 2024) (off 2024-06-10) (work 2024-05-11))
  (decision "reimburse" "报销" "" 20
    (input "visit" "" "" "" "" standard (record 0) (path "visit"))
    (rule "share" (except "emergency" "急诊" "" (cites)))
    (let 1 "paid" (field (money 2 0 1000) 0 (local (record 0) 0)))
    (require "some" "" "" (cites (cite 0 "art" "9")) (lt bool (const (money 2 0 0) 0) (local (money 2 0 1000) 1)))
    (output "share" "" ""
      (cites)
      (when (const bool true))
      (choose (rate 2 70 90) 0 (is_working_day/0 bool (today date)) (const (rate 2 90 90) 90) (const (rate 2 70 70) 70)))))
"#;

#[test]
fn a_program_looks_like_this() {
    assert_eq!(parse(FORM).map(|program| print(&program)), Ok(FORM.to_owned()));
}

#[test]
fn what_is_no_program_is_refused_with_its_line() {
    for (text, line, message) in [
        ("", 1, "there is no program"),
        ("(program \"a\"", 1, "`(` without `)`"),
        ("\n)", 2, "`)` without `(`"),
        ("(program \"a\" (title \"\" \"\"))\n x", 2, "something stands after the program"),
        ("(program \"a\"\n(title \"\"))", 2, "`(title …)` ends too early"),
        ("(program \"a\" (title \"\" \"\")\n\n(thing))", 3, "there is no declaration `thing`"),
        ("(program \"a\" (title \"\" \"\") (enum \"E\" \"\" \"\" (case \"x\" y)))", 1, "a text in quotes is needed"),
        ("(program \"a\\q\" (title \"\" \"\"))", 1, "an escape that has no meaning"),
        ("(program \"a", 1, "a text without its closing quote"),
    ] {
        assert_eq!(parse(text), Err(TextError { line, message: message.to_owned() }), "{text}");
    }
    let deep = "(".repeat(100_000);
    assert_eq!(parse(&deep).unwrap_err().message, "lists are nested too deep");
}

#[test]
fn comments_and_blanks_mean_nothing() {
    let plain = parse("(program \"a\" (title \"甲\" \"\"))").unwrap();
    assert_eq!(parse("; a comment\n(program \"\\u{61}\"\n  (title \"甲\" \"\") ; another\n)\n"), Ok(plain));
}

#[test]
fn the_hash_is_that_of_the_text() {
    let (a, b) = (sample(&[]).program, sample(&[5; 40]).program);
    assert_eq!(a.hash().len(), 64);
    assert_eq!(a.hash(), parse(&print(&a)).unwrap().hash());
    assert_ne!(a.hash(), b.hash());
}
