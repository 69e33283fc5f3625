//! What the verifier refuses, one broken program a row.

use super::*;
use crate::text;

/// A program in which one part may be replaced.
const PROGRAM: &str = r##"
(program "p" (title "" "")
  (source "law" "law" "" "" "")
  (enum "E" "" "" (case "a" "a" "" "") (case "b" "b" "" ""))
  (record "R" "" "" "" "" (field "paid" "" "" "" "" fen (money 2 0 100) (path "paid")))
  (parameter "cap" "" "" (money 2 0 100)
    (keys (enum 0))
    (version start 2020-12-31 (cites) unknown)
    (version 2021-01-01 end (cites (cite 0 "art" "1")) (row (for (one_of #0)) 10 (cites)) (row (for _) 20 (cites))))
  (table "share" "" "" (rate 2 0 100) (keys (int 0 0 9)) (version start end (cites) (row (for (range 0 _)) 50 (cites))))
  (calendar "c" (years 2024) (off 2024-01-01) (work))
  (decision "d" "" "" 0
    (input "r" "" "" "" "" standard (record 0) (path "r"))
    (input "n" "" "" "" "" standard (int 0 0 9) (path "n"))
    (input "x" "" "" "" "" standard (optional date) (path "x"))
    (input "all" "" "" "" "" standard (list (int 0 0 9) 3) (path "all"))
    (rule "o" (except "e" "" "" (cites)))
    (let 4 "b" BINDING)
    (require "q" "" "" (cites) CONDITION)
    (output "o" "" "" (cites) VALUE)))
"##;

const N: &str = "(local (int 0 0 9) 1)";

fn with(replaced: &[(&str, &str)]) -> Result<Verified, Vec<VerifyError>> {
    let defaults = [
        ("BINDING", "(const bool true)"),
        ("CONDITION", "(local bool 4)"),
        ("VALUE", "(add (int 0 0 18) N N)"),
        ("N", N),
    ];
    let mut source = PROGRAM.to_owned();
    for (part, by) in replaced.iter().chain(&defaults) {
        let spaced = [(format!(" {part})"), format!(" {by})")), (format!(" {part} "), format!(" {by} "))];
        let more = spaced.iter().any(|(part, _)| source.contains(part.as_str())) && part.len() < 10;
        if more {
            for _ in 0..3 {
                spaced.iter().for_each(|(part, by)| source = source.replace(part.as_str(), by));
            }
        } else {
            source = source.replace(part, by);
        }
    }
    verify(text::parse(&source).unwrap_or_else(|error| panic!("{error}\n{source}")))
}

fn first_error(replaced: &[(&str, &str)]) -> String {
    match with(replaced) {
        Ok(_) => panic!("accepted: {replaced:?}"),
        Err(errors) => errors.first().map(ToString::to_string).unwrap_or_default(),
    }
}

#[test]
fn a_right_program_is_accepted() {
    assert!(with(&[]).is_ok(), "{:?}", with(&[]));
}

#[test]
fn broken_expressions() {
    for (value, message) in [
        ("(add (int 0 0 17) N N)", "`add`: gives 0..18, which is not within 0..17"),
        ("(add (int 0 0 18) N (const (rate 2 0 9) 1))", "`add`: scales 0 and 2"),
        ("(mul (rate 2 0 90) N N)", "`mul`: gives scale 0, not 2"),
        ("(sub (int 0 0 9) N N)", "`sub`: gives -9..9, which is not within 0..9"),
        ("(neg (int 0 -9 -1) N)", "`neg`: gives -9..0, which is not within -9..-1"),
        ("(scale_up/2 (rate 2 0 899) N)", "`scale_up`: gives 0..900, which is not within 0..899"),
        ("(scale_up/38 (decimal 37 0 9) N)", "`scale_up`: may not fit 128 bits"),
        ("(div_down (int 0 0 9) N N)", "`div_down`: the divisor may be 0: it is in 0..9"),
        ("(div_half_up (int 0 0 4) N (const (int 0 2 3) 2))", "`div_half_up`: gives 0..5, which is not within 0..4"),
        ("(not bool N)", "`not`: cannot take number of scale 0 in 0..9"),
        ("(add (int 0 0 18) N)", "`add`: 1 operands"),
        ("(local (int 0 0 9) 9)", "local 9 cannot be seen here"),
        ("(local (int 0 0 5) 1)", "local 1 of type number of scale 0 in 0..9 does not fit number of scale 0 in 0..5"),
        ("(const (int 0 0 9) 10)", "the constant Number(10) is not of type number of scale 0 in 0..9"),
        ("(const (enum 0) #2)", "the constant Enum(2) is not of type (enum 0)"),
        ("(const (enum 7) #0)", "there is no enum 7"),
        ("(const (optional (optional bool)) true)", "an optional of an optional"),
        ("(const (int 0 9 0) 1)", "a number from 9 to 0: the ends are the wrong way round"),
        ("(if (int 0 0 9) N N N)", "a condition of type number of scale 0 in 0..9"),
        (
            "(if (int 0 0 9) (const bool true) N (const bool true))",
            "a branch of type bool does not fit number of scale 0 in 0..9",
        ),
        ("(choose (int 0 0 9) 0 N)", "rule `o` has 1 exceptions, not 0"),
        ("(choose (int 0 0 9) 3 N)", "there is no rule 3"),
        ("(field (money 2 0 100) 1 (local (record 0) 0))", "there is no field 1"),
        ("(field bool 0 N)", "a field of what is no record"),
        ("(record (record 0))", "a record with too few or too many fields"),
        ("(list (list bool 0) (const bool true))", "1 elements in a list of 0"),
        (
            "(lookup (rate 2 0 100) 1 (const (int 0 10 10) 10))",
            "a key of `share` of type number of scale 0 in 10..10 does not fit number of scale 0 in 0..9",
        ),
        ("(lookup (money 2 0 100) 0 (const (enum 0) #0))", "`cap` and a date do not go together"),
        ("(lookup_at (rate 2 0 100) 1 (today date) N)", "`share` and a date do not go together"),
        ("(lookup (rate 2 0 100) 1)", "`share` has 1 keys"),
        (
            "(lookup (rate 2 0 50) 1 N)",
            "the figure `share` of type number of scale 2 in 0..100 does not fit number of scale 2 in 0..50",
        ),
        ("(get date (today date))", "`get`: cannot take date"),
        ("(is_working_day/1 bool (today date))", "`is_working_day`: there is no calendar 1"),
        (
            "(each (int 0 0 26) sum 5 _ (local (list (int 0 0 9) 3) 3) (local (int 0 0 9) 5))",
            "gives 0..27, which is not within 0..26",
        ),
        ("(each (int 0 0 27) sum 4 _ (local (list (int 0 0 9) 3) 3) N)", "local 4 is defined twice"),
        ("(each (int 0 0 27) sum 70000 _ (local (list (int 0 0 9) 3) 3) N)", "local 70000 is beyond 65536"),
        (
            "(add (int 0 0 18) (each (int 0 0 3) count 5 _ (local (list (int 0 0 9) 3) 3) (const bool true)) (local (int 0 0 9) 5))",
            "local 5 cannot be seen here",
        ),
        (
            "(each (list bool 2) map 5 _ (local (list (int 0 0 9) 3) 3) (const bool true))",
            "the list of type list of bool max 3 does not fit list of bool max 2",
        ),
        (
            "(each (int 0 0 9) min 5 _ (local (list (int 0 0 9) 3) 3) (local (int 0 0 9) 5))",
            "the smallest or largest of type optional number of scale 0 in 0..9 does not fit number of scale 0 in 0..9",
        ),
        ("(to_number (int 0 0 9) (const (text 1) \"1\"))", "`to_number`: gives an optional"),
    ] {
        assert_eq!(first_error(&[("VALUE", value)]), format!("decision `d`, output `o`: {message}"), "{value}");
    }
    assert_eq!(
        first_error(&[("CONDITION", N)]),
        "decision `d`, requirement `q`: is no condition: its type is not `bool`"
    );
    let early = first_error(&[("BINDING", "(local bool 4)")]);
    assert_eq!(early, "decision `d`, binding `b`: local 4 cannot be seen here");
}

#[test]
fn broken_declarations() {
    for (part, by, message) in [
        ("2021-01-01 end", "2020-12-31 end", "table `cap`: its versions overlap or are out of order"),
        (
            "(row (for _) 20",
            "(row (for _) 101",
            "table `cap`: row 1: its value Number(101) is not of type number of scale 2 in 0..100",
        ),
        ("(for (one_of #0))", "(for (one_of 0))", "table `cap`: row 0: the pattern Number(0) is not of type (enum 0)"),
        ("(for (one_of #0))", "(for (range 0 1))", "table `cap`: row 0: a range for a key of type (enum 0)"),
        ("(for (one_of #0))", "(for)", "table `cap`: row 0: has 0 patterns for 1 keys"),
        ("(cite 0 ", "(cite 4 ", "table `cap`: there is no source 4"),
        (
            "(version start end",
            "(version start 2020-01-01",
            "table `share`: a table without dates has one version that holds always",
        ),
        ("\"b\" \"b\"", "\"b\" \"a\"", "enum `E`: the code `a` stands twice"),
        (
            "fen (money 2 0 100)",
            "fen (money 4 0 100)",
            "record `R`, field `paid`: is written in fen but is no money of two digits",
        ),
        (
            "fen (money 2 0 100)",
            "standard (optional (list (record 0) 2))",
            "record `R`: records are nested deeper than 16, or in a circle",
        ),
        ("(path \"n\")", "(path)", "decision `d`, input `n`: has no member that leads to it"),
    ] {
        assert_eq!(first_error(&[(part, by)]), message, "{part} → {by}");
    }
}

#[test]
fn depth_is_bounded_and_what_is_accepted_runs_on_a_small_stack() {
    let nested = |depth: usize| {
        let mut value = "(const bool true)".to_owned();
        for _ in 0..depth {
            value = format!("(if bool (const bool true) {value} (const bool false))");
        }
        value
    };
    let message = "decision `d`, requirement `q`: is nested deeper than 400";
    assert_eq!(first_error(&[("CONDITION", &nested(400))]), message);
    let deepest = nested(399);
    let run = move || {
        let program = with(&[("CONDITION", &deepest)]).unwrap();
        assert_eq!(text::parse(&text::print(&program)).as_ref(), Ok(&*program));
        let known = r#"{"r": {"paid": 1}, "n": 1, "x": null, "all": []}"#;
        for json in [known, "{}"] {
            let json = enact_base::json::parse(json.as_bytes()).unwrap();
            let facts = crate::input::read_facts(&program, program.decision("d").unwrap(), &json).unwrap();
            crate::interp::decide(&program, "d", &facts, 0);
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
