//! What an author reads about a mistake, and what of the tree is left around it.

use crate::ast::{ItemKind, StatementKind, TableBody, TypeKind};
use crate::*;

/// Each diagnostic on a line: code, line, message, and the help or fix.
fn told(text: &str) -> String {
    let mut lines = Vec::new();
    for (at, parsed) in parse_file(text) {
        for found in parsed.diagnostics {
            let start = (at.start + found.primary.place.start) as usize;
            let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
            let help = found.help.or(found.fix.map(|fix| fix.title)).map(|help| format!(" ({help})"));
            lines.push(format!("{}:{line} {}{}", found.code, found.message, help.unwrap_or_default()));
        }
    }
    lines.join("\n")
}

/// The text with all fixes of its diagnostics made.
fn fixed(text: &str) -> String {
    let mut edits = Vec::new();
    for (at, parsed) in parse_file(text) {
        for fix in parsed.diagnostics.into_iter().filter_map(|found| found.fix) {
            edits.extend(fix.edits.into_iter().map(|edit| (edit.place.shifted(at.start).range(), edit.text)));
        }
    }
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut out = text.to_owned();
    edits.into_iter().for_each(|(place, text)| out.replace_range(place, &text));
    out
}

#[test]
fn messages_say_what_could_stand_there() {
    let cases = [
        ("policy\n", "E0105:1 expected a name after `policy`"),
        ("import a.b as c", "E0105:1 expected `.` or the end of the declaration, found `as`"),
        (
            "import a.b\n  record R { }",
            "E0105:2 expected `.` or the end of the declaration, found the keyword `record` (a declaration starts in the first column)",
        ),
        (
            "parameter p : money {\n  from 2020-01-01\n  from 2021-01-01 = 5 yuan\n}",
            "E0105:2 expected `{`, `=`, `cite`, `until` or `unknown` after `2020-01-01`",
        ),
        ("source s law \"x\"", "E0105:1 expected `=`, found `law`"),
        ("record R { a int }", "E0105:1 expected `:`, a text or `en`, found the keyword `int`"),
        ("record R { a : }", "E0105:1 expected a type, found `}`"),
        ("record R { a : itn 0 .. 5 }", "E0105:1 expected `}`, `,` or a name, found `0` (did you mean `int`?)"),
        ("decision d { let a = }", "E0105:1 expected a value after `=`"),
        ("decision d { let a = b c }", "E0105:1 expected `cite`, `except` or an operator, found `c`"),
        ("decision d { let a = [b c] }", "E0105:1 expected `]`, `,`, `for` or an operator, found `c`"),
        ("decision d { let a = if b then c }", "E0105:1 expected `else` after `c`"),
        ("decision d { let a = b. + 1 }", "E0105:1 expected a name after `.`"),
        (
            "decision d { let a = 1 < 2 < 3 }",
            "E0105:1 expected `cite`, `except` or an operator, found `<` (comparisons cannot be chained; join two of them with `and`)",
        ),
        (
            "decision d { output x : int when n = 4 = 1 }",
            "E0105:1 expected `cite`, `except` or an operator, found `=` (a comparison with `=` after `when` needs parentheses: `when (n = 4) =`)",
        ),
        (
            "decision d { output x : int when a or n = 4 = 1 except e when b = 2 => 3 }",
            "E0105:1 expected `cite`, `except` or an operator, found `=` (a comparison with `=` after `when` needs parentheses: `when (a or n = 4) =`)",
        ),
        (
            "decision d { output x : int when n = 4 and m = 5 = 1 }",
            "E0105:1 expected `cite`, `except` or an operator, found `=` (a comparison with `=` after `when` needs parentheses: `when (n = 4 and m = 5) =`)",
        ),
        ("decision d { output x : bool when n = 4 = 1 }", ""),
        (
            "decision d { output x : bool = a except e when b = 2 = 3 => no }",
            "E0105:1 expected `=>` or an operator, found `=` (comparisons cannot be chained; join two of them with `and`)",
        ),
        ("decision d { let a = b == c }", "E0105:1 expected a value, found `=` (two values are compared with one `=`)"),
        ("decision d { let a = b && c }", "E0101:1 `&&` has no meaning here (write `and`)"),
        (
            "decision d { let a = none }",
            "E0105:1 expected `(` after `none` (`none` is a keyword; as a name it stands in backticks)",
        ),
        ("decision d { let a = (1 + 2)) }", "E0105:1 `)` closes nothing (leave the `)` out)"),
        ("decision d { let a = １２ }", "E0101:1 `１２` is of double width (write `12`)"),
        (
            "decision d { let a = 1_ }",
            "E0103:1 the number `1_` has a `_` that does not stand between digits (write `_` between two digits, as in `10_000`)",
        ),
        ("enum A { a } enum B { b }", "E0107:1 `enum` does not stand in the first column (begin a new line with it)"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn fixes_mend_what_they_name() {
    let cases = [
        ("decison d {\n  requrie r : yes\n  lte a = 1\n}\n", "decision d {\n  require r : yes\n  let a = 1\n}\n"),
        ("record R { a : itn 0 .. 5 }", "record R { a : int 0 .. 5 }"),
        ("decision d { let a = b == c }", "decision d { let a = b = c }"),
        ("decision d { output x : int when n = 4 = 1 }", "decision d { output x : int when (n = 4) = 1 }"),
        ("decision d “x” { let a = １２ + 3; }", "decision d \"x\" { let a = 12 + 3 }"),
        ("enum A { a }  enum B { b }", "enum A { a }\nenum B { b }"),
        ("decision d { let a = (1))\n  let b = none }", "decision d { let a = (1)\n  let b = `none` }"),
        ("决定 d {\n  要球 r : 是\n}\n", "决定 d {\n  要求 r : 是\n}\n"),
    ];
    for (text, expected) in cases {
        assert_ne!(told(text), "", "{text}");
        assert_eq!(fixed(text), expected);
        assert_eq!(told(expected), "", "{expected}");
    }
}

#[test]
fn each_statement_reports_for_itself() {
    let text = "decision d \"x\" inpt a : int {
  require a : x y
  let b = (1 +
  output c : int = 4 )
  let e 5
  let f = foo(1,
  require g : yes
}
";
    let expected = "E0105:1 expected `{`, `input`, `as of` or `en`, found `inpt` (did you mean `input`?)
E0105:2 expected `cite`, `except` or an operator, found `y`
E0106:3 `(` is not closed (add `)` where it ends)
E0105:4 `)` closes nothing (leave the `)` out)
E0105:5 expected `:`, `=`, a text, `en` or `cite`, found `5`
E0106:6 `(` is not closed (add `)` where it ends)";
    assert_eq!(told(text), expected);
    let ItemKind::Decision(decision) = &parse_item(text).item.kind else { panic!("no decision") };
    let names: Vec<&str> = decision
        .statements
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Require(it) => it.name.text.as_str(),
            StatementKind::Let(it) => &it.name.text,
            StatementKind::Output(it) => &it.name.text,
            StatementKind::Tally(it) => &it.name.text,
            StatementKind::Error => "?",
        })
        .collect();
    assert_eq!(names, ["a", "b", "c", "e", "f", "g"]);
}

#[test]
fn a_broken_tally_costs_no_neighbour() {
    let text = "decision d input a : int {
  limit once bill (a)
  limit -3 x per (a) of
  total spent money per (a) of paid
  totl more : money per (a) of paid
  budget pool of paid
  let e = 5
}
";
    let expected = "E0105:2 expected a text, `en` or `per`, found `(`
E0105:3 expected `cite` or `in`, found the keyword `of`
E0105:4 expected `:`, a text or `en`, found the keyword `money`
E0105:5 `totl` is no keyword (did you mean `total`?)
E0105:6 expected `-`, a number, a text or `en`, found `of`";
    assert_eq!(told(text), expected);
    let ItemKind::Decision(decision) = parse_item(text).item.kind else { panic!("no decision") };
    let names = decision.statements.iter().filter_map(|it| match &it.kind {
        StatementKind::Tally(it) => Some(it.name.text.as_str()),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), ["bill", "x", "spent", "more", "pool"]);
    assert_eq!(decision.statements.len(), 6);
}

#[test]
fn the_words_of_a_tally_are_names_elsewhere() {
    let text = "decision limit input total : int, per : once, budget : of {
  require once : total > budget
    + limit
  let of = per.limit + x.total
  let total = limit
  let limit = total
  limit once total per (每, x.of, calendar year)
  limit 3 first per (每)
  total per : money per (每) of of
  output budget : total = once
}
";
    let kinds: Vec<String> = parse_item(text).diagnostics.iter().map(|it| it.message.clone()).collect();
    assert_eq!(kinds, Vec::<String>::new());
}

#[test]
fn a_broken_field_costs_no_neighbour() {
    let text = "record R {\n  a : date\n  b date\n  c : : int,\n  d : text max 3 e : bool\n}\n";
    assert_eq!(
        told(text),
        "E0105:3 expected `:`, a text or `en`, found the keyword `date`\nE0105:4 expected a type, found `:`"
    );
    let ItemKind::Record(record) = parse_item(text).item.kind else { panic!("no record") };
    let fields: Vec<(String, bool)> =
        record.fields.into_iter().map(|field| (field.name.text, field.ty.kind == TypeKind::Error)).collect();
    let expected = [("a", false), ("b", true), ("c", true), ("d", false), ("e", false)];
    assert_eq!(fields, expected.map(|(name, broken)| (name.to_owned(), broken)));
}

#[test]
fn a_broken_case_row_version_or_year_costs_no_neighbour() {
    let cases = "enum E { a \"甲\", 5, b = , c }";
    assert_eq!(told(cases), "E0105:1 expected `}` or a name, found `5`\nE0105:1 expected a text, found `,`");
    let ItemKind::Enum(it) = parse_item(cases).item.kind else { panic!("no enum") };
    assert_eq!(it.cases.len(), 3);

    let rows = "table t (a : A, b : B) : int {\n  (x, y) => 5\n  (x, z) 6\n  (y, _) => 7 8\n  (z, _) => 9\n}";
    assert_eq!(told(rows), "E0105:3 expected `=>`, found `6`\nE0105:4 expected `..`, `=>` or `or` after `8`");
    let ItemKind::Table(it) = parse_item(rows).item.kind else { panic!("no table") };
    let TableBody::Rows(rows) = &it.versions[0].body else { panic!("no rows") };
    assert_eq!(rows.len(), 4);

    let versions =
        "parameter p : money {\n  before 2010-01-01 unknwon\n  from 2010-01-01 = 5 yuan\n  from 2011-01-01 6 yuan\n}";
    let ItemKind::Table(it) = parse_item(versions).item.kind else { panic!("no parameter") };
    assert_eq!((told(versions).lines().count(), it.versions.len()), (2, 1), "{}", told(versions));

    let years = "calendar c {\n  2024 { off 2024-01-01 }\n  2025 { wrk 2025-01-01 }\n  2026 { work 2026-01-04 }\n}";
    let ItemKind::Calendar(it) = parse_item(years).item.kind else { panic!("no calendar") };
    assert_eq!((told(years).lines().count(), it.years.len()), (1, 3), "{}", told(years));
}

#[test]
fn a_declaration_never_hides_another() {
    let text =
        "enum E { a, b\nrecord R { x : int }\n  record S { y : int }\nenum F { c } }\ndecison d {\n  let a = 1\n}\n";
    assert_eq!(
        told(text),
        "E0106:1 `{` is not closed (add `}` where it ends)
E0107:3 `record` does not stand in the first column (begin a new line with it)
E0107:4 `}` does not belong to any declaration (a declaration starts in the first column with a keyword such as `decision`, `record` or `parameter`)
E0107:5 `decison` does not belong to any declaration (did you mean `decision`?)"
    );
    let kinds: Vec<String> = parse_file(text)
        .iter()
        .filter_map(|(_, parsed)| parsed.item.kind.name())
        .map(|name| name.text.clone())
        .collect();
    assert_eq!(kinds, ["E", "R", "S", "F", "d"]);
}

#[test]
fn what_follows_a_block_of_an_expression_belongs_to_its_declaration() {
    for text in [
        "define f (x : E) : int = match x { a => 1, b => 2 } cite s.art(1)\n  except z when x = a => 3",
        "define f (x : E) : R = R { a: 1 }\n  cite s.art(1)",
        "property \"p\" for d: match x { a => yes, _ => no } and y",
    ] {
        assert_eq!(parse_file(text).len(), 1, "{text}");
        assert_eq!(told(text), "");
    }
}

#[test]
fn a_keyword_after_a_point_is_a_name() {
    let text = "decision d {\n  require r cite s.table(2).output(1): f(visit.output, [x.require]) = y.cite\n  let b = x.\n  output z : int = 1\n}\n";
    assert_eq!(told(text), "E0105:3 expected a name after `.`");
    let ItemKind::Decision(decision) = parse_item(text).item.kind else { panic!("no decision") };
    assert_eq!(decision.statements.len(), 3);
    let whole = text.replace("x.\n", "x.let\n");
    let zh = format(&whole, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap();
    assert!(
        zh.contains("援引 s.table(2).output(1): f(visit.output, [x.require]) = y.cite") && zh.contains("x.let"),
        "{zh}"
    );
}

#[test]
fn a_text_without_its_end_takes_no_more_than_it_must() {
    for text in [
        "decision d \"补贴 { // why\n  output a : money = 200 yuan\n}",
        "decision d { let a = \"x\\",
        "decision d { let a = f(\"x)\n  let b = 1\n}",
        "decision d { let a = `foo + 1 }",
    ] {
        assert_eq!(told(text).lines().count(), 1, "{}", told(text));
        assert!(told(text).starts_with("E0102"), "{}", told(text));
    }
}

#[test]
fn the_mark_and_the_line_ends_of_windows_are_read() {
    let text = "\u{FEFF}policy a\r\n// c\r\ndecision d {\r\n  let a = 1\r\n}\r\n";
    assert_eq!(told(text), "");
    assert_eq!(parse_file(text).len(), 2);
    assert_eq!(format(text, FormatOptions::default()).unwrap(), text.replace("// c", "\r\n// c"));
}

#[test]
fn full_width_signs_are_their_twins() {
    let wide = "决定 d ｛ 令 a ＝ （1 ＋＋ 2） ＜＝ 3 且 b ！＝ ［c、d］ ｝\n";
    assert_eq!(told(wide), "");
    let narrow = format(wide, FormatOptions::default()).unwrap();
    assert_eq!(narrow, "决定 d { 令 a = (1 ++ 2) <= 3 且 b != [c, d] }\n");
}

#[test]
fn no_input_is_slow_or_deep() {
    let many = |head: &str, part: &str, n: usize, tail: &str| format!("{head}{}{tail}", part.repeat(n));
    let cases = [
        many("record R { a : ", "optional ", 30_000, "int }"),
        many("record R { a : ", "list of ", 20_000, "int }"),
        many("decision d { let a = [", "abc, ", 40_000, "] }"),
        many("decision d { require x cite ", "abc, ", 40_000, "b: yes }"),
        many("decision d { ", "let a = * \n", 8_000, "}"),
        many("record R { ", "a b : int\n", 8_000, "}"),
        many("decision d { let a = ", ")", 200_000, "}"),
        many("decision d { let a = ", "{", 200_000, ""),
        many("", "\"x {\n", 50_000, ""),
        many("", "$ ", 200_000, ""),
        many("", "enum E { a, b } ", 10_000, ""),
        many("enum E { ", "// c\n", 100_000, "a }"),
    ];
    for text in cases {
        let found: usize = parse_file(&text).iter().map(|(_, parsed)| parsed.diagnostics.len()).sum();
        assert!(found <= 50_000);
        let _ = format(&text, FormatOptions::default());
    }
}
