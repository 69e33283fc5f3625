//! The fit of demands to schemas, from cases that are data.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{demand, read, schema};
use enact_base::json;
use enact_schema::{Demand, Field, fit, json_text, validate};

#[test]
fn cases_of_one_member() {
    let mut shape = None;
    let mut failures = Vec::new();
    for line in include_str!("cases/fit.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((asked, expected)) = line.strip_prefix("  ").and_then(|line| line.split_once(" => ")) else {
            let (required, text) = line.strip_prefix('!').map_or((r#"["x"]"#, line), |text| ("[]", text));
            shape = Some(schema(&format!(
                r#"{{"type":"object","properties":{{"x":{text}}},"required":{required},"additionalProperties":false}}"#
            )));
            continue;
        };
        let (shape, demand) = (shape.as_ref().unwrap(), demand(asked));
        let record = Demand::Record {
            name: "R".into(),
            fields: vec![Field { name: "x".into(), path: vec!["x".into()], demand }],
        };
        let (codes, document) = expected.split_once(' ').unwrap_or((expected, "-"));
        let misfits = fit(shape, &record);
        let found: Vec<&str> = misfits.iter().map(|it| it.code.as_str()).collect();
        let found = if found.is_empty() { "fits".to_owned() } else { found.join(",") };
        let example = misfits.first().and_then(|it| it.example.clone()).unwrap_or("-".into());
        let compact = |text: &str| json::parse(text.as_bytes()).map_or("-".into(), |json| json_text(&json));
        if found != codes || compact(&example) != compact(document) {
            failures.push(format!("{line}\n   found {found} {example}"));
        }
        if let Ok(example) = json::parse(example.as_bytes()) {
            assert_eq!(validate(shape, &example), [], "the example of `{line}` is not valid");
            assert!(read(&record, &example).is_err(), "the example of `{line}` can be read");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
