//! State from case to case: `enact run --ledger`, with every engine.

use enact_tests::command::{Run, enact_with};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

const RULES: &str = "policy aid
source s = law \"S\"
decision claim
  input code : text max 12, cost : money, 0 yuan .. 1_000 yuan, person : text max 18, day : date
  as of day
{
  limit once bill \"一票一报\" per (code) in \"claims\" cite s.art(1)
  total spent : money, 0 yuan .. 100 yuan per (person, calendar year) of paid cite s.art(2)
  budget pool 150 yuan per (calendar month) of paid cite s.art(3)
  output paid : money when cost > 0 yuan = min(cost, pool)
}
decision refund input code : text max 12 {
  limit once again per (code) in \"claims\" cite s.art(1)
  output o : bool = yes
}
";

struct Desk {
    folder: TempDir,
    engine: &'static str,
}

impl Desk {
    fn new(engine: &'static str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rules.enact"), RULES).unwrap();
        Desk { folder, engine }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn run(&self, decision: &str, input: &Value) -> Run {
        let (rules, ledger) = (self.path("rules.enact"), self.path("ledger.json"));
        let asked = ["run", &rules, "--decision", decision, "--input", "-", "--ledger", &ledger, "--json"];
        enact_with(&[&asked[..], &["--engine", self.engine]].concat(), &input.to_string())
    }

    fn ask(&self, decision: &str, input: Value) -> Value {
        let run = self.run(decision, &input);
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
    }

    fn claim(&self, code: &str, cost: &str, person: &str, day: &str) -> String {
        let outcome = self.ask("claim", json!({ "code": code, "cost": cost, "person": person, "day": day }));
        match outcome["verdict"].as_str() {
            Some("granted") => outcome["outputs"]["paid"].as_str().unwrap_or("nothing").to_owned(),
            _ => outcome["refused"].to_string(),
        }
    }

    fn ledger(&self) -> String {
        fs::read_to_string(self.path("ledger.json")).unwrap_or_default()
    }
}

#[test]
fn a_ledger_counts_what_is_granted_with_every_engine() {
    let mut ledgers = Vec::new();
    for engine in ["interp", "native", "wasm"] {
        let desk = Desk::new(engine);
        assert_eq!(desk.claim("1", "60.00", "a", "2024-05-01"), "60.00");
        let before = desk.ledger();
        // The bill was claimed, the year is used up; nothing of that is counted.
        assert_eq!(desk.claim("1", "60.00", "a", "2024-05-02"), r#"["bill","spent"]"#);
        assert_eq!(desk.claim("2", "60.00", "a", "2024-05-02"), r#"["spent"]"#);
        assert_eq!(desk.ledger(), before);
        // What was refused may be claimed again: another year, another person, what is left of the month, nothing.
        assert_eq!(desk.claim("2", "60.00", "a", "2025-05-02"), "60.00");
        assert_eq!(desk.claim("3", "99.00", "b", "2024-05-03"), "90.00");
        assert_eq!(desk.claim("4", "1.00", "c", "2024-05-03"), r#"["pool"]"#);
        assert_eq!(desk.claim("4", "0.00", "c", "2024-06-03"), "nothing");
        // Another decision counts in the same ledger.
        assert_eq!(desk.ask("refund", json!({ "code": "4" }))["refused"], json!(["again"]));
        assert_eq!(desk.ask("refund", json!({ "code": "5" }))["verdict"], "granted");
        assert_eq!(desk.claim("5", "1.00", "c", "2024-06-03"), r#"["bill"]"#);
        ledgers.push(desk.ledger());
    }
    let kept: Value = serde_json::from_str(&ledgers[0]).unwrap();
    assert_eq!(kept["claims"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        kept["aid.claim.pool"][0],
        json!({ "key": [{ "number": "2024" }, { "number": "5" }], "total": "15000" })
    );
    assert_eq!(kept["aid.claim.spent"].as_array().map(Vec::len), Some(3));
    assert!(ledgers.iter().all(|it| *it == ledgers[0]), "{ledgers:?}");
}

#[test]
fn nobody_is_asked_for_a_total() {
    let desk = Desk::new("interp");
    let open = desk.ask("claim", json!({ "code": "1", "cost": "5.00", "day": "2024-05-01" }));
    assert_eq!((&open["verdict"], &open["missing"]), (&json!("pending"), &json!(["person"])));
    assert_eq!(desk.ledger(), "");
    let rules = desk.path("rules.enact");
    let needs = enact_with(&["needs", &rules, "--decision", "claim", "--have", "-", "--json"], "{}");
    let asked: Value = serde_json::from_str(&needs.out).unwrap();
    let paths: Vec<&Value> = asked["needs"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
    assert_eq!(paths, ["cost"], "a first claim depends on nothing else");
    let run = ["run", &rules, "--decision", "refund", "--input", "-"];
    assert!(enact_with(&run, r#"{"code": "1"}"#).out.contains("granted"));
    assert!(enact_with(&run, r#"{"code": "1", "again": 1}"#).out.contains("refused"));
}

#[test]
fn a_ledger_that_cannot_be_read_is_told_and_kept() {
    let desk = Desk::new("interp");
    for (text, said) in [
        ("{", "ledger.json: line 1"),
        (r#"{"claims": [{"key": [{"word": "1"}], "total": "1"}]}"#, "ledger.json: claims[0].key[0]: "),
    ] {
        fs::write(desk.path("ledger.json"), text).unwrap();
        let run = desk.run("refund", &json!({ "code": "1" }));
        assert!(run.code == 3 && run.err.contains(said), "{run:?}");
        assert_eq!(desk.ledger(), text);
    }
    fs::remove_file(desk.path("ledger.json")).unwrap();
    let run = desk.run("refund", &json!({ "code": "1", "again": 0 }));
    assert!(run.code == 3 && run.err.contains("`again` is counted by the ledger"), "{run:?}");
    let nowhere = desk.path("nowhere/ledger.json");
    let rules = desk.path("rules.enact");
    let run =
        enact_with(&["run", &rules, "--decision", "refund", "--input", "-", "--ledger", &nowhere], r#"{"code": "1"}"#);
    assert!(run.code == 2 && run.err.contains("nowhere"), "{run:?}");
}

#[test]
fn claims_at_the_same_time_are_counted_one_after_the_other() {
    let desk = Desk::new("interp");
    let granted = std::thread::scope(|scope| {
        let one = || desk.ask("refund", json!({ "code": "1" }))["verdict"] == "granted";
        let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|it| usize::from(it.join().unwrap())).sum::<usize>()
    });
    assert_eq!(granted, 1);
}
