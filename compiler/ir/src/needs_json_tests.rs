//! What must still be handed in, as JSON.

use super::*;
use crate::needs::needs;

const PROGRAM: &str = r##"
(program "p" (title "" "")
  (record "Home" "" "" "schemas/home.json" "公安局" (field "local" "本市" "local" "" "" standard bool (path "local")))
  (parameter "cap" "封顶" "" (int 0 0 9) (keys)
    (version start 2020-12-31 (cites) unknown)
    (version 2021-01-01 end (cites) (row (for) 5 (cites))))
  (decision "d" "" "" 0
    (input "home" "" "" "" "" standard (record 0) (path "home"))
    (input "day" "日期" "" "" "" standard date (path "day"))
    (require "q" "" "" (cites) (field bool 0 (local (record 0) 0)))
    (output "o" "" "" (cites) (lookup_at (int 0 0 9) 0 (local date 1)))))
"##;

fn asked(have: &str, question: Question) -> Json {
    let program = crate::verify(crate::text::parse(PROGRAM).unwrap()).unwrap();
    let decision = program.decision("d").unwrap();
    let have = enact_base::json::parse(have.as_bytes()).unwrap();
    let facts = crate::input::read_facts(&program, decision, &have).unwrap();
    needs(&program, "d", &facts, 0, question).unwrap().to_json(&program, decision, question)
}

#[test]
fn an_open_question() {
    let found = asked(r#"{"day": "2024-01-01"}"#, Question::Output(0));
    let side = |local: bool, verdict: &str, outputs: Json| {
        let facts = json!({ "home": { "local": local }, "day": "2024-01-01" });
        json!({ "facts": facts, "verdict": verdict, "outputs": outputs, "error": null })
    };
    let expected = json!({
        "question": "output",
        "output": "o",
        "decided": false,
        "verdict": "pending",
        "outputs": {},
        "error": null,
        "needs": [{
            "path": "home.local",
            "labels": { "zh": "本市", "en": "local" },
            "record": "Home",
            "issuer": "公安局",
            "schema": "schemas/home.json",
            "required": "unavoidable",
            "witness": [side(false, "refused", json!({})), side(true, "granted", json!({ "o": 5 }))],
        }],
        "certificate": null,
    });
    assert_eq!(found, expected);
}

#[test]
fn a_decided_question() {
    let known = r#"{"home": {"local": true}, "day": "2024-01-01"}"#;
    let verdict = asked(known, Question::Verdict);
    assert_eq!((&verdict["question"], &verdict["output"]), (&json!("verdict"), &json!(null)));
    assert_eq!((&verdict["verdict"], &verdict["outputs"]), (&json!("granted"), &json!({})));
    let paths = |found: &Json| -> Vec<Json> {
        found["certificate"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect()
    };
    assert_eq!(paths(&verdict), [json!("home.local"), json!("day")]);
    let all = asked(known, Question::Answer);
    assert_eq!((&all["question"], &all["outputs"]), (&json!("answer"), &json!({ "o": 5 })));
    let faulty = asked(r#"{"day": "2020-01-01"}"#, Question::Verdict);
    assert_eq!((&faulty["decided"], &faulty["verdict"]), (&json!(true), &json!("error")));
    assert_eq!(faulty["error"]["code"], "no_parameter_version");
    assert_eq!(paths(&faulty), [json!("day")]);
}
