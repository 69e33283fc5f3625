//! Modules that read and write JSON: on the cases of real life here, and from plain JavaScript in Node and in a browser, where they are there.

use enact_ir::Verified;
use enact_tests::command::enact;
use enact_tests::json::{Decider, compare};
use enact_tests::{analyse, files, read, repository, services};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

fn program(service: &str) -> Arc<Verified> {
    let folder = format!("examples/{service}");
    let sources: Vec<_> = files(&folder, ".enact").into_iter().chain(files(&folder, ".enact.md")).collect();
    analyse(&sources, &files(&folder, ".json")).program.unwrap()
}

/// 2024-06-01
const TODAY: i64 = 19_875;

#[test]
fn the_cases_of_real_life_have_the_same_answer_in_a_module() {
    let mut tried = 0;
    for service in services() {
        let program = program(&service);
        for file in ["tests/cases/medical.json", "tests/cases/enterprise.json"] {
            let all: Value = serde_json::from_str(&read(file)).unwrap();
            for case in all["cases"].as_array().unwrap().iter().filter(|case| case["service"] == service.as_str()) {
                let Some(decision) = case["decision"].as_str().and_then(|name| program.decision(name)) else {
                    continue;
                };
                let mut decider = Decider::new(&program, &decision.name);
                let text = case["input"].to_string();
                compare(&mut decider, (&program, decision), text.as_bytes(), TODAY)
                    .unwrap_or_else(|what| panic!("{}: {what}", case["id"]));
                tried += 1;
            }
        }
    }
    assert!(tried >= 80, "only {tried} cases were tried");
}

#[test]
fn texts_that_mean_harm_end_in_an_error() {
    let program = program("insurance_reimbursement");
    let decision = program.decision("outpatient_employee").unwrap();
    let mut decider = Decider::new(&program, &decision.name);
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let texts = [
        String::new(),
        " ".repeat(100),
        "[".repeat(100_000),
        deep(127),
        deep(129),
        "{\"entitled\":".repeat(5_000),
        format!("{{\"{}\":1}}", "k".repeat(1_000_000)),
        format!("{{\"entitled\":{}}}", "9".repeat(1_000_000)),
        format!("{{\"visit\":{{\"in_scope\":\"{}\"}}}}", "1".repeat(1_000_000)),
        format!("{{\"visit\":{{\"in_scope\":\"0.{}\"}}}}", "0".repeat(100_000)),
        "{\"entitled\":true,\"entitled\":true}".to_owned(),
        "{\"entitled\":1e99999999999999999999}".to_owned(),
        "{\"visit\":{\"service_date\":\"10000-01-01\"}}".to_owned(),
        "\u{feff}{}".to_owned(),
        "{}x".to_owned(),
    ];
    for text in texts {
        // Such a number is refused as a whole elsewhere, and read here up to the field that has no use for it.
        if text.contains("e9999") || text.contains(&"9".repeat(1_000)) {
            let answer = decider.decide(text.as_bytes(), TODAY).unwrap();
            assert!(answer.contains("\"verdict\":\"error\""), "{answer}");
            continue;
        }
        compare(&mut decider, (&program, decision), text.as_bytes(), TODAY)
            .unwrap_or_else(|what| panic!("{}", what.chars().take(2_000).collect::<String>()));
    }
    for bytes in [
        &b"{\"a\":\"\xff\"}"[..],
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf5\x80\x80\x80\"",
        b"\xf0\x9f",
        b"\"\xe5\xad",
    ] {
        let answer = decider.decide(bytes, TODAY).unwrap();
        assert!(answer.contains("\"code\":\"bad_json\""), "{bytes:?}: {answer}");
    }
}

const FACTS: &str = r#"{"entitled":true,"visit":{"service_date":"2024-03-01","facility":"other","in_scope":"1000.00","cause":"none"},"person":{"category":"retiree","birth_date":"1950-01-01"},"ytd":{"in_scope":"25000.00","fund_paid":"0.00"}}"#;
const DECISION: &str = "outpatient_employee";
const DAY: &str = "2024-03-01";

/// What `enact run` says of the facts, and a folder with the module and the page.
fn built() -> (Value, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let service = repository().join("examples/insurance_reimbursement").display().to_string();
    let run = enact(&["build", &service, "--target", "wasm", "-o", &place("")]);
    assert_eq!(run.code, 0, "{}", run.err);
    for file in ["enact.mjs", "index.html"] {
        fs::copy(repository().join("lang-spec/web").join(file), place(file)).unwrap();
    }
    fs::write(place("facts.json"), FACTS).unwrap();
    let facts = place("facts.json");
    let run = enact(&["run", &service, "--decision", DECISION, "--input", &facts, "--as-of", DAY, "--json"]);
    (serde_json::from_str(&run.out).unwrap(), folder)
}

/// What both have; `enact run` says besides which decision and day it was.
fn same(found: &Value, expected: &Value) {
    for key in ["verdict", "outputs", "refused", "missing", "reasons", "error"] {
        assert_eq!(found[key], expected[key], "{key}");
    }
}

const SCRIPT: &str = "
import { readFileSync } from 'node:fs';
import { load } from './enact.mjs';
const [decision, day] = process.argv.slice(2);
const policy = await load(readFileSync('beijing.insurance.wasm'));
const facts = JSON.parse(readFileSync('facts.json', 'utf8'));
policy.decide(decision, {}, day);
console.log(JSON.stringify([policy.decide(decision, facts, day), policy.decide(decision, '{', day), policy.about.policy]));
";

#[test]
fn a_module_answers_in_node() {
    if !Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("node is not on the path: nothing was run");
        return;
    }
    let (expected, folder) = built();
    fs::write(folder.path().join("run.mjs"), SCRIPT).unwrap();
    let output = Command::new("node").args(["run.mjs", DECISION, DAY]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    same(&said[0], &expected);
    assert_eq!(said[1]["error"], json!({ "code": "bad_json", "path": "", "message": "the input is no JSON" }));
    assert_eq!(said[2], "beijing.insurance");
}

/// The text of a page after its scripts have run.
fn shown(browser: &str, folder: &Path, query: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--allow-file-access-from-files", "--virtual-time-budget=20000", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    let output = command.arg(format!("file://{}/index.html?{query}", folder.display())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_module_answers_in_a_browser() {
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|it| it.status.success());
    let Some(browser) = browsers.into_iter().find(there) else {
        eprintln!("there is no Chromium: nothing was run");
        return;
    };
    let (expected, folder) = built();
    let facts: String = FACTS.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let query = format!("module=beijing.insurance.wasm&decision={DECISION}&today={DAY}&facts={facts}");
    let page = shown(browser, folder.path(), &query);
    let answer = page.split("<pre id=\"answer\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap();
    let answer = answer.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    same(&serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}")), &expected);
}
