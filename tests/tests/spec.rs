//! The examples of the specification: each behaves as the page says.

use enact_ir::samples;
use enact_tests::announce::{self, announced};
use enact_tests::blocks::{blocks, json_files};
use enact_tests::{analyse, files, laws};

/// A block as its page shows it.
struct Example {
    place: String,
    text: String,
    schemas: Vec<(String, String)>,
}

fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for (page, text) in files("lang-spec", ".md") {
        let blocks = blocks(&text);
        let schemas = json_files(&blocks);
        for block in blocks.into_iter().filter(|block| block.info == "enact") {
            let place = format!("lang-spec/{page}:{}", block.line);
            found.push(Example { place, text: block.text, schemas: schemas.clone() });
        }
    }
    found
}

/// Runs `check` on all examples and tells of all failures at once.
fn each(check: impl Fn(&Example) -> Result<(), String>) {
    let examples = examples();
    assert!(examples.len() > 40, "only {} examples", examples.len());
    let failures: Vec<String> = examples
        .iter()
        .filter_map(|example| check(example).err().map(|why| format!("=== {}\n{why}", example.place)))
        .collect();
    assert!(failures.is_empty(), "{} of {} examples fail\n{}", failures.len(), examples.len(), failures.join("\n"));
}

const FILE: &str = "example.enact";

#[test]
fn there_are_many_accepted_and_many_rejected_programs() {
    let (rejected, accepted): (Vec<Example>, Vec<Example>) =
        examples().into_iter().partition(|it| announced(&it.text).iter().any(|it| it.code.starts_with('E')));
    assert!(accepted.len() >= 60 && rejected.len() >= 60, "{} accepted, {} rejected", accepted.len(), rejected.len());
    let promised = accepted.iter().filter(|it| it.place.contains("promises.md")).count();
    assert!(promised >= 5, "only {promised} accepted programs for the promises");
}

#[test]
fn exactly_the_announced_diagnostics_occur() {
    each(|example| {
        let analysed = analyse(&[(FILE.to_owned(), example.text.clone())], &example.schemas);
        announce::compare(FILE, &example.text, &analysed)
    });
}

#[test]
fn the_tests_of_the_examples_pass() {
    each(|example| {
        if announced(&example.text).iter().any(|it| it.code.starts_with('E')) {
            return Ok(());
        }
        let analysed = analyse(&[(FILE.to_owned(), example.text.clone())], &example.schemas);
        let Some(program) = &analysed.program else { return Err("no program".to_owned()) };
        crate::ui::run_tests(program, &analysed.db)
    });
}

#[test]
fn the_properties_of_the_examples_hold_unless_they_are_said_to_fail() {
    each(|example| {
        let analysed = analyse(&[(FILE.to_owned(), example.text.clone())], &example.schemas);
        let Some(program) = &analysed.program else { return Ok(()) };
        for property in analysed.db.properties() {
            let name = format!("\"{}\"", property.name);
            let fails = example.text.lines().any(|line| line.contains(&name) && line.contains("//~ fails"));
            let trial = samples::try_property(program, &property.decision, &property.name, &property.condition);
            if trial.granted == 0 || trial.counter.is_some() != fails {
                return Err(format!("property {name}: {trial:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn the_formatter_keeps_its_laws_on_every_example() {
    each(|example| laws::formatter(FILE, &example.text, &example.schemas));
}

#[test]
fn the_text_form_of_every_example_reads_back() {
    each(|example| {
        let analysed = analyse(&[(FILE.to_owned(), example.text.clone())], &example.schemas);
        let Some(program) = &analysed.program else { return Ok(()) };
        let text = enact_ir::text::print(program);
        match enact_ir::text::parse(&text) {
            Ok(read) if read == ***program => Ok(()),
            Ok(read) => Err(format!("reads back as another program\n{text}\n---\n{}", enact_ir::text::print(&read))),
            Err(error) => Err(format!("does not read back: {error:?}\n{text}")),
        }
    });
}
