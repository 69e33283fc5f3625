//! Which questions are answered anew after an edit: the only test that sees a lost firewall.

use crate::Database;
use std::collections::BTreeMap;

const RECORDS: &str = "policy shop
source act = law \"条例\"
enum Category { employee, retiree }
record Person { category : Category, age : int 0 .. 120, income : money, 0 yuan .. 1_000_000 yuan }
";

const FIGURES: &str = "policy shop
parameter cap \"限额\" : money { before 2010-01-01 unknown from 2010-01-01 cite act.art(1) = 100 yuan from 2020-01-01 cite act.art(1) = 200 yuan }
table share (c : Category) : rate cite act.art(2) { employee => 70%, retiree => 85% }
define old(age : int 0 .. 120) : bool = age >= 60
";

const RULES: &str = "policy shop
decision aid input person : Person, day_ : date as of day_ {
  require adult cite act.art(3) : person.age >= 18
  output paid : money = round down to fen (min(person.income, cap) * share(person.category))
}
decision pension input person : Person {
  require old cite act.art(4) : old(person.age)
}
test \"adult\" { aid with person { age: 17 } expect refused [adult] }
";

/// The project, with one file open in an editor.
fn project(open: &str) -> Database {
    let mut db = Database::logged();
    let files = [("figures.enact", FIGURES), ("records.enact", RECORDS), ("rules.enact", RULES)];
    db.set_files(files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec(), Vec::new());
    for (path, text) in files.iter().filter(|(path, _)| *path == open) {
        db.set_text(path, (*text).to_owned());
    }
    assert_eq!(super::errors(&db), "");
    db.program().expect("the project is valid");
    db.log();
    db
}

/// How often each question was answered, in alphabetical order.
fn answered(db: &Database) -> String {
    db.diagnostics();
    let _ = db.program();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for question in db.log() {
        *counts.entry(question.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    counts.iter().map(|(name, count)| format!("  {name} {count}\n")).collect()
}

#[test]
fn an_edit_answers_anew_only_what_it_changes() {
    let edits = [
        ("nothing", "rules.enact", "policy shop", "policy shop"),
        ("a comment between declarations", "rules.enact", "decision pension", "// old age\ndecision pension"),
        ("a blank line on top", "figures.enact", "policy shop", "\npolicy shop"),
        ("a condition of a decision", "rules.enact", "person.age >= 18", "person.age >= 16"),
        ("a label", "rules.enact", "require adult cite", "require adult \"成年\" cite"),
        (
            "a figure, within the range of the others",
            "figures.enact",
            "from 2010-01-01 cite act.art(1) = 100",
            "from 2010-01-01 cite act.art(1) = 150",
        ),
        ("a figure that widens the range", "figures.enact", "= 200 yuan", "= 300 yuan"),
        ("the body of a function", "figures.enact", "age >= 60", "age >= 55"),
        ("the range of a field", "records.enact", "age : int 0 .. 120", "age : int 0 .. 110"),
        ("a case of an enum", "records.enact", "retiree }", "retiree, resident }"),
        ("a new declaration", "records.enact", "enum Category", "enum Level { low, high }\nenum Category"),
        ("a test", "rules.enact", "age: 17", "age: 16"),
        ("a syntax error", "rules.enact", "require old cite act.art(4) :", "require old cite act.art(4)"),
    ];
    let mut shown = String::new();
    for (what, path, from, to) in edits {
        let mut db = project(path);
        let before = [("figures.enact", FIGURES), ("records.enact", RECORDS), ("rules.enact", RULES)];
        let text = before.iter().find(|(name, _)| *name == path).unwrap().1;
        assert!(text.contains(from), "{what}");
        db.set_text(path, text.replacen(from, to, 1));
        shown.push_str(&format!("{what}\n{}", answered(&db)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn another_set_of_files_forgets_the_first() {
    let mut db = project("rules.enact");
    assert!(db.program().is_ok());
    db.set_files(vec![("a.enact".into(), "policy a\ndecision d { output x : int = y }".into())], Vec::new());
    assert_eq!(super::lines(&db), "E0201 `y` is not declared\n");
    db.set_text("a.enact", "policy a\ndecision d { output x : int = 1 }".into());
    assert_eq!(super::lines(&db), "");
    assert_eq!(db.program().unwrap().decisions.len(), 1);
}
