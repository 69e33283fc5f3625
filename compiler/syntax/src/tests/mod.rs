//! What holds for every text: tokens lose nothing, the parser always answers, the formatter changes nothing but form.

mod form;
mod mistakes;

use crate::*;
use enact_base::Code;
use proptest::prelude::*;

fn codes(text: &str) -> Vec<&'static str> {
    parse_file(text).into_iter().flat_map(|(_, parsed)| parsed.diagnostics).map(|found| found.code.as_str()).collect()
}

#[test]
fn mistakes_are_found_where_they_are() {
    let cases: &[(&str, &[&str])] = &[
        ("policy a.b title \"标题\" en \"Title\"", &[]),
        ("政策 a.b 标题 \"标题\" 英文 \"Title\"", &[]),
        ("decision d { output x : int = }", &["E0105"]),
        ("decision d { output x : int = 1 $ 2 }", &["E0101"]),
        ("decision d { output x : text = \"open\n}", &["E0102"]),
        ("decision d { output x : date = 2023-02-29 }", &["E0104"]),
        ("decision d { output x : int = (1 + 2 }", &["E0106"]),
        ("decision d { output x : int = 1", &["E0106"]),
        ("decision d { requrie a : yes\n output x : int = 1 }", &["E0105"]),
        ("decision d { let a = person. }", &["E0105"]),
        ("decision d { let a = 1 +\n let b = * 2\n let c = 3 }", &["E0105", "E0105"]),
        ("record R { a int }\ndecision d { require : yes }\nenum E { a, b } }", &["E0105", "E0105", "E0107"]),
        ("nonsense here", &["E0107"]),
        ("record R { from : date, days : int, number \"n\" : text max 3 }", &[]),
        ("decision d input a : money, 0 yuan .. 9 yuan, b : decimal 2, -1 .. 1 as of today { }", &[]),
        ("table t (a : A) : rate { x => 1% cite s.art(1), s.art(2), y => 2% }", &[]),
        ("decision d { output a : money when n > 3 and x = 50 yuan }", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(text), *expected, "{text}");
    }
}

#[test]
fn a_slip_in_a_keyword_is_named() {
    let found: Vec<_> = parse_file("decision d { let b = 1\n requier a : yes }\nrecrod R { }")
        .into_iter()
        .flat_map(|(_, p)| p.diagnostics)
        .collect();
    let titles: Vec<_> = found.iter().filter_map(|found| found.fix.as_ref()).map(|fix| fix.title.as_str()).collect();
    assert_eq!(titles, ["did you mean `require`?", "did you mean `record`?"], "{found:?}");
}

#[test]
fn depth_and_length_are_bounded() {
    let open = format!("decision d {{ let a = {}", "(".repeat(100_000));
    assert_eq!(codes(&open), ["E0108"]);
    let closed = format!("decision d {{ let a = {}1{} }}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(codes(&closed), ["E0108"]);
    for chain in [" + 1", " and yes", " otherwise 1"] {
        let long = format!("decision d {{ let a = 1{} }}", chain.repeat(100_000));
        assert_eq!(codes(&long), ["E0108"], "{chain}");
    }
    for prefix in ["not ", "-", "if yes then 1 else "] {
        let long = format!("decision d {{ let a = {}1 }}", prefix.repeat(50_000));
        assert_eq!(codes(&long), ["E0108"], "{prefix}");
    }
    assert_eq!(codes(&" ".repeat(MAX_FILE + 1)), [Code::FileTooLarge.as_str()]);
}

#[test]
fn one_form() {
    let messy = "政策   a\nenum  E{a \"甲\",b}\ntable t (e : E, n:int 0..9):rate{\n| <5|>=5\na|1%|20%\nb|100%|3%\n}\ndecision d \"决\" // why\n\n\n\ninput e:E,\nn : int 0 .. 9\n{ // body\nrequire x:n>1 and\nn < -1\noutput r:rate=t ( e,n )\nexcept y when n=1=>2 %\n}\n";
    let tidy = "政策 a\n\nenum E { a \"甲\", b }\n\ntable t (e : E, n : int 0 .. 9) : rate {\n    | < 5  | >= 5\n  a | 1%   | 20%\n  b | 100% | 3%\n}\n\ndecision d \"决\" // why\n\n  input e : E,\n    n : int 0 .. 9\n{ // body\n  require x: n > 1 and\n    n < -1\n  output r : rate = t(e, n)\n    except y when n = 1 => 2%\n}\n";
    assert_eq!(format(messy, FormatOptions::default()).unwrap(), tidy);
    let broken = "decision d { let a = }";
    assert!(format(broken, FormatOptions::default()).is_err());
}

#[test]
fn a_literate_file_keeps_its_prose() {
    let text = "# Title  \n\n```enact\npolicy   a\n```\nprose `x` $ \n\n\n```\ncode   \n```\n```enact\ndecision d {\n```\n\n## 2\n```enact\n  output a :   int = 1\n}\n```\n";
    assert_eq!(literate(text).len(), text.len());
    let formatted = format_literate(text, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap();
    assert_eq!(
        formatted,
        text.replace("policy   a", "政策 a")
            .replace("decision d", "决定 d")
            .replace("output a :   int", "输出 a : 整数")
    );
}

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<String> = Keyword::ALL
        .iter()
        .flat_map(|keyword| [keyword.english(), keyword.chinese()])
        .chain([
            "x",
            "`from`",
            "1",
            "0.5",
            "%",
            "2024-02-29",
            "\"t\"",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            ".",
            "..",
            "=",
            "=>",
            "<",
            "-",
            "|",
            "_",
            "\n",
            "$",
            "// c\n",
            "“q”",
        ])
        .map(str::to_owned)
        .collect();
    proptest::collection::vec((proptest::sample::select(words), proptest::bool::ANY), 0..60)
        .prop_map(|words| words.into_iter().map(|(word, newline)| word + if newline { "\n" } else { " " }).collect())
}

fn laws(text: &str) {
    let joined: String = lex(text).iter().map(|token| text_of(text, token.span)).collect();
    assert_eq!(joined, text, "lexing loses nothing");
    assert_eq!(literate(text).len(), text.len());
    for (at, parsed) in parse_file(text) {
        for found in &parsed.diagnostics {
            assert!(found.primary.place.end <= at.end - at.start, "{found:?}");
        }
    }
    if let Ok(once) = format(text, FormatOptions::default()) {
        assert_eq!(format(&once, FormatOptions::default()).as_ref(), Ok(&once), "formatting twice is formatting once");
        let chinese = format(&once, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap();
        let english = format(&chinese, FormatOptions { keywords: Some(Tongue::English) }).unwrap();
        assert_eq!(
            format(&english, FormatOptions { keywords: Some(Tongue::Chinese) }).unwrap(),
            chinese,
            "there and back"
        );
    }
}

proptest! {
    #[test]
    fn laws_hold_for_any_text(text in "\\PC{0,200}|[ -~\\n]{0,300}") {
        laws(&text);
    }

    #[test]
    fn laws_hold_for_token_soups(text in soup()) {
        laws(&text);
    }
}
