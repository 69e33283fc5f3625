//! Diagnostics as an author sees them: every file of `ui/` announces its own, and its picture is kept as a snapshot.

use enact_analysis::Database;
use enact_ir::{Verified, case};
use enact_tests::command::TODAY;
use enact_tests::{analyse, announce, files};

fn schemas() -> Vec<(String, String)> {
    files("tests/ui/schemas", ".json").into_iter().map(|(path, text)| (format!("schemas/{path}"), text)).collect()
}

#[test]
fn every_case_gives_exactly_what_it_announces() {
    let schemas = schemas();
    let mut failures = Vec::new();
    for (path, text) in files("tests/ui", ".enact") {
        let analysed = analyse(&[(path.clone(), text.clone())], &schemas);
        if let Err(why) = announce::compare(&path, &text, &analysed) {
            failures.push(format!("=== tests/ui/{path}\n{why}"));
        }
    }
    assert!(failures.is_empty(), "{} fail\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_pictures() {
    let schemas = schemas();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../ui/pictures" }, {
        for (path, text) in files("tests/ui", ".enact") {
            let analysed = analyse(&[(path.clone(), text.clone())], &schemas);
            let shown = format!("{}\n{}", text.trim_end(), analysed.pictures());
            insta::assert_snapshot!(path.trim_end_matches(".enact").replace('/', "__"), shown);
        }
    });
}

/// Every text in a value, but for paths and the texts of edits.
fn texts(value: &serde_json::Value, all: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => all.push(text.clone()),
        serde_json::Value::Array(parts) => parts.iter().for_each(|it| texts(it, all)),
        serde_json::Value::Object(parts) => {
            parts
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), "file" | "edits" | "severity"))
                .for_each(|(_, it)| texts(it, all));
        }
        _ => {}
    }
}

#[test]
fn json_says_what_the_pictures_say() {
    let schemas = schemas();
    let plain = |text: &str| text.split_whitespace().collect::<String>().replace(['│', '┆'], "");
    for (path, text) in files("tests/ui", ".enact") {
        let analysed = analyse(&[(path.clone(), text)], &schemas);
        for found in &analysed.diagnostics {
            let picture = plain(&enact_base::render(found, &analysed.sources, false));
            let mut all = Vec::new();
            texts(&enact_base::to_json(found, &analysed.sources), &mut all);
            assert!(all.len() >= 3, "{path}: {all:?}");
            for said in all {
                assert!(picture.contains(&plain(&said)), "{path}: the picture does not say `{said}`");
            }
        }
    }
}

/// Runs the `test` declarations of a project.
pub(crate) fn run_tests(program: &Verified, db: &Database) -> Result<(), String> {
    let mut failures = String::new();
    for case in db.tests() {
        let outcome = case.run(program, TODAY);
        for difference in case::check(program, &case, &outcome) {
            failures.push_str(&format!("test `{}`: {difference}\n", case.name));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}
