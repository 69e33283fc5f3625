//! Mutated examples against every reader, for as long as `ENACT_FUZZ_SECONDS` says (2 by default). A failure names its seed: `ENACT_FUZZ_SEED` repeats it.

use enact_base::json;
use enact_syntax::{FormatOptions, format, lex, literate, parse_file};
use enact_tests::blocks::blocks;
use enact_tests::random::{Random, mutate};
use enact_tests::{analyse, files};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Calls `reader` with mutations of the corpus until the time is over.
fn hunt(corpus: &[String], share: u32, reader: impl Fn(&mut Random, &str)) {
    assert!(corpus.len() > 3, "a corpus of {}", corpus.len());
    let end = Instant::now() + Duration::from_secs(variable("ENACT_FUZZ_SECONDS").unwrap_or(2)) / share;
    let fixed = variable("ENACT_FUZZ_SEED");
    let first = fixed.unwrap_or(1);
    for seed in first.. {
        let mut random = Random::new(seed);
        let text = mutate(&mut random, corpus);
        let start = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| reader(&mut random, &text))).is_err() {
            panic!("seed {seed} fails on this text:\n{text}");
        }
        assert!(start.elapsed() < Duration::from_secs(20), "seed {seed} takes {:?}:\n{text}", start.elapsed());
        if Instant::now() > end || fixed.is_some() {
            break;
        }
    }
}

fn rules() -> Vec<String> {
    let mut corpus: Vec<String> = Vec::new();
    for (_, page) in files("lang-spec", ".md") {
        corpus.extend(blocks(&page).into_iter().filter(|block| block.info == "enact").map(|block| block.text));
    }
    for folder in ["examples", "stdlib", "tests/ui", "compiler/cli/template"] {
        corpus.extend(files(folder, ".enact").into_iter().map(|(_, text)| text));
    }
    corpus
}

#[test]
fn lexer() {
    hunt(&rules(), 2, |_, text| {
        let tokens = lex(text);
        let read: String = tokens.iter().map(|token| enact_syntax::text_of(text, token.span)).collect();
        assert_eq!(read, text, "the lexer loses text");
        assert_eq!(literate(text).len(), text.len());
    });
}

#[test]
fn parser() {
    hunt(&rules(), 2, |_, text| {
        for (_, item) in parse_file(text) {
            let within =
                |it: &enact_base::Diagnostic<enact_base::Span>| it.primary.place.end as usize <= text.len() + 1;
            assert!(item.diagnostics.iter().all(within), "a place outside the text");
        }
    });
}

#[test]
fn formatter() {
    hunt(&rules(), 1, |_, text| {
        let parsed = parse_file(text);
        let broken = parsed.iter().any(|(_, item)| !item.diagnostics.is_empty());
        match format(text, FormatOptions::default()) {
            Err(found) => assert!(broken && !found.is_empty(), "refused without a reason"),
            Ok(once) => {
                assert!(!broken, "a broken text is formatted");
                let twice = format(&once, FormatOptions::default()).unwrap();
                assert_eq!(once, twice, "formatting twice is not formatting once");
            }
        }
    });
}

#[test]
fn the_whole_analysis() {
    hunt(&rules(), 1, |_, text| {
        let analysed = analyse(&[("a.enact".to_owned(), text.to_owned())], &[]);
        assert_eq!(analysed.program.is_none(), analysed.errors().count() > 0, "errors and no program go together");
        analysed.pictures();
        if let Some(program) = &analysed.program {
            let printed = enact_ir::text::print(program);
            assert!(enact_ir::text::parse(&printed).is_ok_and(|read| read == ***program), "the text form");
            crate::ui::run_tests(program, &analysed.db).ok();
        }
    });
}

#[test]
fn schemas() {
    let corpus: Vec<String> = ["examples", "tests/ui/schemas", "compiler/cli/template"]
        .iter()
        .flat_map(|folder| files(folder, ".json"))
        .map(|(_, text)| text)
        .collect();
    hunt(&corpus, 2, |_, text| {
        let files = [("s.json".to_owned(), text.to_owned())];
        if let Err(problems) = enact_schema::Schema::read("s.json", files.as_slice()) {
            assert!(!problems.is_empty());
        }
    });
}

#[test]
fn inputs() {
    let cases = enact_tests::read("tests/cases/medical.json");
    let cases: serde_json::Value = serde_json::from_str(&cases).unwrap();
    let mut corpus = Vec::new();
    for case in cases["cases"].as_array().unwrap() {
        corpus.push(case["input"].to_string());
    }
    let programs: Vec<_> = enact_tests::services()
        .iter()
        .filter_map(|service| {
            let folder = format!("examples/{service}");
            analyse(&files(&folder, ".enact"), &files(&folder, ".json")).program
        })
        .collect();
    assert!(!programs.is_empty());
    hunt(&corpus, 1, |random, text| {
        let Ok(input) = json::parse(text.as_bytes()) else { return };
        let Some(program) = random.pick(&programs) else { return };
        let Some(decision) = random.pick(&program.decisions) else { return };
        match enact_ir::input::read_facts(program, decision, &input) {
            Err(failure) => assert!(!failure.code.is_empty() && !failure.message.is_empty()),
            Ok(facts) => {
                let outcome = enact_ir::interp::decide(program, &decision.name, &facts, enact_tests::command::TODAY);
                outcome.to_json(program);
            }
        }
    });
}
