//! The services of `examples/`: free of findings, their own tests pass, and so do the cases of real life in `cases/`.

use enact_tests::command::{Run, enact};
use enact_tests::{repository, services};
use serde_json::Value;

fn path(of: &str) -> String {
    repository().join(of).display().to_string()
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
}

#[test]
fn every_service_is_free_of_findings() {
    let run = enact(&["check", &path("examples")]);
    assert!(run.code == 0 && run.err.is_empty(), "{}\n{}", run.err, run.out);
}

#[test]
fn the_tests_of_every_service_pass_and_there_are_some() {
    for service in services() {
        let run = enact(&["test", &path(&format!("examples/{service}")), "--json"]);
        let found = json(&run);
        assert!(run.code == 0 && found["failed"] == 0, "{service}: {}\n{found:#}", run.err);
        assert!(found["passed"].as_u64() >= Some(5), "{service} has too few tests");
        assert_eq!(found["untried"], 0, "a property of {service} is never tried");
    }
}

#[test]
fn the_tests_of_the_standard_library_pass() {
    let run = enact(&["test", &path("stdlib/tests"), "--json"]);
    let found = json(&run);
    assert!(run.code == 0 && found["failed"] == 0 && found["passed"].as_u64() >= Some(30), "{found:#}");
}

/// Runs the cases of a file by every engine: all pass, and so many of each service at least were run.
fn cases(file: &str, wanted: &[(&str, usize)]) {
    for engine in ["interp", "native", "wasm"] {
        cases_by(engine, file, wanted);
    }
}

fn cases_by(engine: &str, file: &str, wanted: &[(&str, usize)]) {
    let file = path(&format!("tests/cases/{file}"));
    let run = enact(&["test", &path("examples"), "--cases", &file, "--engine", engine, "--json"]);
    let found = json(&run);
    let failed: Vec<&Value> =
        found["tests"].as_array().unwrap().iter().filter(|test| test["result"] == "failed").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    for (service, least) in wanted {
        let ran = |test: &&Value| test["project"] == *service && test["case"] == true && test["result"] == "passed";
        let ran = found["tests"].as_array().unwrap().iter().filter(ran).count();
        assert!(ran >= *least, "{service}: {ran} cases ran, at least {least} should");
    }
}

#[test]
fn every_medical_case_passes() {
    let services =
        [("medical_aid", 12), ("nurse_registration", 20), ("insurance_reimbursement", 27), ("fiscal_e_bill", 18)];
    cases("medical.json", &services);
}

#[test]
fn every_case_of_the_training_subsidy_passes() {
    cases("enterprise.json", &[("skills", 8)]);
}

#[test]
fn the_examples_of_the_readme_folder_are_services() {
    for service in services() {
        assert!(repository().join("examples").join(&service).join("README.md").is_file(), "{service} has no README.md");
    }
}
