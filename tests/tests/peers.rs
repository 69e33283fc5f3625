//! What the nearest peer language misses is found here, and what it lacks is there.

use enact_tests::{Analysed, analyse_text};

const PREFIX: &str = "policy p
source s = law \"S\"
enum Kind { red, green, blue }
";

#[track_caller]
fn found(text: &str) -> Analysed {
    analyse_text(&format!("{PREFIX}{text}"))
}

/// Exactly these errors, and their pictures hold these words.
#[track_caller]
fn reports(text: &str, codes: &[&str], words: &[&str]) {
    let analysed = found(text);
    let mut errors: Vec<&str> = analysed.errors().map(|found| found.code.as_str()).collect();
    errors.sort_unstable();
    let pictures = analysed.pictures();
    assert_eq!(errors, codes, "{pictures}");
    for word in words {
        assert!(pictures.contains(word), "`{word}` in\n{pictures}");
    }
}

#[track_caller]
fn clean(text: &str) {
    reports(text, &[], &[]);
}

#[test]
fn a_case_of_an_enum_left_out_is_named() {
    reports(
        "decision d input k : Kind { output n : int cite s.art(1) = match k { red => 1, green => 2 } }",
        &["E0403"],
        &["blue"],
    );
    reports(
        "table t (k: Kind) : int cite s.art(1) { red => 1, green => 2 }\ndecision d input k : Kind { output n : int cite s.art(1) = t(k) }",
        &["E0401"],
        &["blue"],
    );
}

#[test]
fn a_value_that_cannot_be_two_things_at_once_is_reported() {
    reports(
        "decision d input k : Kind { require r cite s.art(1) : k = red and k = blue }",
        &["E0408"],
        &["red", "blue"],
    );
}

#[test]
fn a_literal_that_is_no_case_is_reported_with_the_nearest_one() {
    reports("decision d input k : Kind { require r cite s.art(1) : k = gren }", &["E0204"], &["green"]);
}

#[test]
fn an_exception_wholly_in_the_shadow_of_another_is_reported() {
    reports(
        "decision d input n : int 0 .. 100 {
  output x : int cite s.art(1) = 1
    except wide when n > 10 => 2 over narrow
    except narrow when n > 20 => 3
}",
        &["E0406"],
        &["narrow"],
    );
}

#[test]
fn exceptions_that_meet_without_an_order_are_reported_with_an_input() {
    reports(
        "decision d input n : int 0 .. 100 {
  output x : int cite s.art(1) = 1
    except low when n < 30 => 2
    except high when n > 20 => 3
}",
        &["E0405"],
        &["n"],
    );
}

#[test]
fn several_mistakes_are_reported_at_once_each_with_its_place() {
    let analysed = found(
        "decision d input k : Knd, n : int 0 .. 9 { require r cite s.art(1) : n > 1 }
decision e input n : int 0 .. 9 { require r cite s.art(1) : m > 1 }
decision f input n : int 0 .. 9 { require r cite t.art(1) : n > 1 }",
    );
    let mut codes = analysed.codes();
    codes.retain(|code| code.starts_with('E'));
    assert_eq!(codes, ["E0201", "E0208", "E0209"], "{}", analysed.pictures());
    for error in analysed.errors() {
        assert!(!error.primary.text.is_empty() && error.primary.place.span.end > error.primary.place.span.start);
    }
    assert!(analysed.pictures().contains("Kind"), "a suggestion for the slip");
}

#[test]
fn chinese_names_or_and_both_tongues_are_at_home() {
    clean(
        "决定 报销
  输入 金额 : 金额 , 0 元 .. 1_0000 元, 急诊 : 布尔
{
  要求 合格 \"金额合格\" 援引 s.art(1) : `金额` < 100 元 或 急诊
  output 应付 : money cite s.art(2) = `金额`
}",
    );
    clean("decision d input k : Kind, n : int 0 .. 9 { require r cite s.art(1) : k = red or n > 3 }");
}
