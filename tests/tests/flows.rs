//! `enact flows` as its users meet it: who is asked for which facts, and what for.

use enact_tests::command::{Run, enact};
use std::fs;

const RULES: &str = "policy shop
source act = law \"条例\"
enum City { big, small }
record Person \"人员\" from \"person.schema.json\" issued by \"民政局\" {
  income \"收入\" en \"income\" : money, 0 yuan .. 9_999 yuan private
  born \"出生日期\" en \"born\" : date private
  city : City
  unread : bool private
}
record Visit issued by \"卫健委\" { cost : money, 0 yuan .. 9_999 yuan, day_ : date }
parameter cap (c : City) : money { before 2000-01-01 unknown from 2000-01-01 cite act.art(1) { big => 100 yuan, small => 50 yuan } }
define old \"老人\" (p : Person) : bool cite act.art(2) = years_between(p.born, 2024-01-01) >= 60
decision aid \"补助\" en \"Aid\"
  input person : Person, visits : list of Visit max 9, urgent \"急\" : bool private, day_ : date
  as of day_
{
  require low \"收入低\" en \"low income\" cite act.art(3) : person.income <= 2_000 yuan or urgent
  let aged = disclose(old(person))
  output paid \"补助额\" en \"paid\" : money cite act.art(4) = min(sum(v.cost for v in visits), cap(person.city))
    except aged \"老人\" en \"aged\" when aged => 500 yuan
  output note : int cite act.art(5) when (person.city = City.big and day_ > 2024-01-01) = 1
}
decision other input visit : Visit { output again : money cite act.art(6) = visit.cost }
";

const SCHEMA: &str = r#"{ "type": "object", "required": ["income", "born", "city", "unread"], "properties": {
  "income": { "type": "string", "pattern": "^(0|[1-9][0-9]{0,2})\\.[0-9]{2}$" }, "born": { "type": "string", "format": "date" },
  "city": { "enum": ["big", "small"] }, "unread": { "type": "boolean" } } }"#;

/// The flows of the project above; the folder's name is left out of what is written.
fn flows(more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    fs::write(folder.path().join("rules.enact"), RULES).unwrap();
    fs::write(folder.path().join("person.schema.json"), SCHEMA).unwrap();
    let mut run = enact(&[&["flows", &path][..], more].concat());
    run.out = run.out.replace(&path, "…");
    run
}

#[test]
fn every_fact_is_listed_with_what_it_is_read_for() {
    let zh = flows(&["--lang", "zh"]);
    assert_eq!((zh.code, zh.err.as_str()), (0, ""), "{zh:?}");
    insta::assert_snapshot!("flows_zh", zh.out);
    insta::assert_snapshot!("flows_en", flows(&["--lang", "en", "--decision", "aid"]).out);
}

#[test]
fn the_same_as_json() {
    let run = flows(&["--json", "--decision", "aid"]);
    let all: serde_json::Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    insta::assert_snapshot!("flows_json", serde_json::to_string_pretty(&all).unwrap());
    assert_eq!(run.out, flows(&["--json", "--decision", "aid"]).out);
}

#[test]
fn what_cannot_be_listed_is_said() {
    let wrong = flows(&["--decision", "aids"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{wrong:?}");
    assert!(wrong.err.contains("did you mean `aid`?"), "{wrong:?}");
}
