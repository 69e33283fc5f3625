//! The one form: what the formatter makes of a text, and what it never changes.

use crate::*;
use proptest::prelude::*;

fn formed(text: &str) -> String {
    format(text, FormatOptions::default()).unwrap_or_else(|found| panic!("{text}\n{found:?}"))
}

/// Compares line by line, so that a failure shows the line.
#[track_caller]
fn same_lines(found: &str, expected: &str) {
    for (at, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {}", at + 1);
    }
    assert_eq!(found.len(), expected.len());
}

/// Texts in the one form, of every kind of declaration.
const FORMED: &str = r#"// The rules of an example.
policy example.subsidy
title "补贴" en "Subsidy"

import cn.age

source act = law "规定" en "Act" number "2020 第1号" since 2020-01-01
source note = notice "通知" number "2021 第2号"

enum Category "类别" {
  employee "在职",
  retiree = "02" "退休" // the code on chain
}

record Person "人员" from "schemas/person.schema.json" issued by "民政部门" {
  born "出生日期" : date private
  category : Category private at "/category"
  from : optional money in fen, 0 yuan .. 10_000 yuan
}

parameter cap "限额" (c : Category) : money {
  before 2020-01-01 unknown
  from 2020-01-01 until 2020-12-31 cite act.art(3) { employee => 1_800 yuan, retiree => 1_300 yuan }
  // Since the notice.
  from 2021-01-01 cite note.item(1), act.art(4)
    { employee => 2_000 yuan, retiree => 1_500 yuan }
}

table share (c : Category, age : int 0 .. 150) : rate cite act.art(5) {
            | < 60 | 60 .. 69 | >= 70
  employee  | 70%  | 85.5%    | 0.5‰
  `retiree` | 80%  | 90%      | 100%
}

scale tax (x : money, 0 yuan .. 1 亿元) {
  from 2020-01-01 cite act.art(6) {
    to 36_000 yuan => 3%,
    above => 45% less 2_520 yuan
  }
}

calendar cn "日历" {
  2024 cite note.item(2) {
    off 2024-01-01, 2024-02-10 .. 2024-02-17,
      2024-04-04
    work 2024-02-04
  }
}

define rate_of "比例" (c : Category) : rate
  cite act.art(7)
  = match c {
    employee => 70%,
    _ => 80%
  }

define long(a : int 0 .. 9, b : int 0 .. 9) : bool
  cite act.art(8)
  = a > -1
    and b = 2
    and (a < 3
      or b > 4)

decision subsidy "补贴"
  input person "人员" : Person,
    amount "金额" : money, 0 yuan .. 10_000 yuan
      from "schemas/claim.schema.json" issued by "单位",
    visits : list of Visit max 10
  as of person.born
{
  limit once bill "一票一报" per (bill.code, `per`) in "claims" cite act.art(1), act.art(2)
  limit 3 visits per (person.id, calendar year)
  total spent "累计" : money, 0 yuan .. 10_000 yuan
    per (person.id, calendar month) of paid
    cite act.art(4)
  budget pool "资金" en "Pool" 10_000 yuan per (calendar year) of paid
  // Everybody.
  require adult "成年" cite act.art(1), act.art(2): age(person.born, today) >= 18
    except student "学生" cite act.art(9)
      when person.category = employee
        and amount > 5 yuan
      => yes
      over other
    except other when amount = 3 fen => no

  let kept = [
    v.amount for v in visits
      where v.amount > 0 yuan
      by v.date descending
  ]
  let some =
    sum(v.amount for v in visits) otherwise 0 yuan

  output paid "金额" : money cite act.art(3) when amount > 0 yuan = round half up to fen (
    amount * rate_of(person.category)
      - min(amount, cap(person.category) at person.born)
  )
  output note : text max 20 = if amount > 1 yuan then "“a”, \"b\"" else `c` ++ d
}

test "one" {
  subsidy with
    person { born: 1990-01-01, category: employee }
    amount: -1 yuan visits: [
      { date: 2024-01-01, amount: 3 fen },
      { date: 2024-01-02, amount: 4 fen }
    ]
  as of 2024-01-01
  expect granted, paid = 3 yuan,
    note = "x"
}

test "two" { subsidy expect pending [person.born, amount] }

property "never more" for subsidy: paid <= amount

not coded "第十条" cite act.art(10) because "由人判断"
"#;

#[test]
fn what_has_the_form_keeps_it() {
    same_lines(&formed(FORMED), FORMED);
}

#[test]
fn the_form_does_not_depend_on_blanks() {
    let squeezed: String = FORMED.lines().map(|line| format!("{}\n", line.trim())).collect();
    same_lines(&formed(&squeezed), FORMED);
    let stretched =
        FORMED.replace(" => ", "   =>\t").replace(" : ", ":").replace("\n\n", "\n\n\n\n").replace(" | ", "|");
    same_lines(&formed(&stretched), FORMED);
}

#[test]
fn keywords_change_their_tongue_and_names_do_not() {
    let zh = format(FORMED, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap();
    for line in ["决定 subsidy \"补贴\"", "  要求 adult \"成年\" 援引", "  from : 可缺 金额 属于 分"] {
        assert!(zh.contains(line), "{line}\n{zh}");
    }
    let en = format(&zh, FormatOptions { keywords: Some(Tongue::English) }).unwrap();
    same_lines(&en, &FORMED.replace("亿元", "yi_yuan"));
    let mixed =
        "decision d { let a = date(2024, 1, 1)\n  let b = x.日期 }\nrecord R { 金额 : 金额, date \"日\" : date }\n";
    let zh = format(mixed, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap();
    assert_eq!(
        zh,
        "决定 d { 令 a = 日期(2024, 1, 1)\n  令 b = x.日期 }\n\n记录 R { 金额 : 金额, date \"日\" : 日期 }\n"
    );
}

#[test]
fn private_is_a_name_everywhere_but_after_a_type() {
    let text = "record R {
  private : bool
  private \"私\" : int 0 .. 9 private
  share : rate, 0% .. 100% private, pay : money, 0 yuan .. 9 yuan private at \"/x\"
  list_ : list of R max 3 private
}

define private(private : bool) : bool = private and private(private)

decision d
  input private : bool private, r : R private from \"r.json\", private as of r.private
{
  let private = r.private
  output x : private when private = private at private
}
";
    let items = crate::parse_file(text);
    let found: Vec<String> = items.iter().flat_map(|(_, it)| &it.diagnostics).map(|it| it.message.clone()).collect();
    // The one that lacks a type is no modifier either.
    assert_eq!(found, ["expected `:`, a text or `en`, found the keyword `as of`"]);
    let chinese = format(&text.replace(", private as of", " as of"), FormatOptions { keywords: Some(Tongue::Chinese) });
    let chinese = chinese.unwrap();
    let kept: Vec<&str> = chinese.lines().filter(|line| line.contains("私密")).collect();
    assert_eq!(chinese.matches("私密").count(), 6, "{kept:?}");
    assert_eq!(chinese.matches("private").count(), text.matches("private").count() - 6 - 1);
    assert_eq!(
        format(&chinese, FormatOptions { keywords: Some(Tongue::English) }).unwrap(),
        text.replace(", private as of", " as of")
    );
}

#[test]
fn columns_are_as_wide_as_they_look() {
    let text = "table t (c : C, d : D) : rate {\n| 甲 | 乙乙\n在职 | 1% | 2%\nab | 10% | absent\n}\n";
    let expected =
        "table t (c : C, d : D) : rate {\n       | 甲  | 乙乙\n  在职 | 1%  | 2%\n  ab   | 10% | absent\n}\n";
    assert_eq!(formed(text), expected);
}

#[test]
fn comments_keep_their_place() {
    let text = "// head\n\n\n\n// of a\npolicy a // trailing  \n// of e\nenum E { // open\n// of x\nx // x\n  , y\n// last\n}\n// end";
    let expected = "// head\n\n// of a\npolicy a // trailing\n\n// of e\nenum E { // open\n  // of x\n  x // x\n  , y\n  // last\n}\n// end\n";
    assert_eq!(formed(text), expected);
}

fn comments(text: &str) -> Vec<String> {
    let comments = lex(text).into_iter().filter(|token| token.kind == Kind::Comment);
    comments.map(|token| text_of(text, token.span).trim_end().to_owned()).collect()
}

/// The tree without its spans, by its debug form.
fn trees(text: &str) -> Vec<String> {
    let without_spans = |shown: String| {
        let mut out = String::new();
        let mut rest = shown.as_str();
        while let Some((before, after)) = rest.split_once("Span {") {
            out.push_str(before);
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        out + rest
    };
    parse_file(text).into_iter().map(|(_, parsed)| without_spans(format!("{:?}", parsed.item))).collect()
}

#[test]
fn places_in_the_tree_end_with_what_belongs_to_them() {
    for (at, parsed) in parse_file(FORMED) {
        let text = text_of(FORMED, at);
        for shown in format!("{:?}", parsed.item).split("Span { start: ").skip(1) {
            let (start, end) = shown.split_once(" }").and_then(|(place, _)| place.split_once(", end: ")).unwrap();
            let place = text.get(start.parse().unwrap()..end.parse().unwrap()).unwrap();
            assert_eq!(place, place.trim(), "{text}");
            assert!(!place.ends_with(','), "{place}");
        }
    }
}

/// A text in the form with some of its tokens gone, doubled or moved to other lines.
fn mutated() -> impl Strategy<Value = String> {
    let count = lex(FORMED).len();
    proptest::collection::vec((0..count, 0..5_u8, 0..count), 0..4).prop_map(|changes| {
        let mut tokens: Vec<&str> = lex(FORMED).iter().map(|token| text_of(FORMED, token.span)).collect();
        for (at, what, other) in changes {
            match what {
                0 => tokens[at] = "",
                1 => tokens[at] = tokens[other],
                2 => tokens[at] = "\n",
                3 => tokens[at] = " ",
                _ => tokens.swap(at, other),
            }
        }
        tokens.concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn laws_hold_near_the_form(text in mutated()) {
        super::laws(&text);
        if let Ok(once) = format(&text, FormatOptions { keywords: Some(Tongue::Chinese) }) {
            prop_assert_eq!(comments(&once), comments(&text));
            prop_assert_eq!(trees(&once), trees(&text));
        }
    }

    #[test]
    fn line_breaks_never_change_the_tree(places in proptest::collection::vec(0..lex(FORMED).len(), 0..12)) {
        let mut tokens: Vec<(Kind, String)> =
            lex(FORMED).iter().map(|token| (token.kind, text_of(FORMED, token.span).to_owned())).collect();
        for at in places {
            let before_item = matches!(tokens.get(at + 1), Some((Kind::Keyword(keyword), _)) if keyword.starts_item());
            if tokens[at].0 == Kind::Blank && !before_item {
                tokens[at].1 = "\n ".to_owned();
            }
        }
        let text: String = tokens.into_iter().map(|(_, text)| text).collect();
        prop_assert_eq!(trees(&text), trees(FORMED));
        prop_assert_eq!(trees(&formed(&text)), trees(FORMED));
    }
}
