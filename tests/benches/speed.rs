//! How fast: reading, checking, re-checking and deciding. `cargo bench -p enact-tests`.

use divan::{Bencher, black_box};
use enact_analysis::Database;
use enact_ir::{Fact, Facts, Value, interp};
use enact_tests::large::project;
use enact_tests::{analyse, files};

fn main() {
    divan::main();
}

/// 1,000 files of 100 lines.
fn large() -> Vec<(String, String)> {
    project(1_000, 100)
}

fn bytes(files: &[(String, String)]) -> u64 {
    files.iter().map(|(_, text)| text.len() as u64).sum()
}

#[divan::bench(sample_count = 5)]
fn lex(bencher: Bencher<'_, '_>) {
    let files = large();
    bencher.counter(divan::counter::BytesCount::new(bytes(&files))).bench_local(|| {
        for (_, text) in &files {
            black_box(enact_syntax::lex(text));
        }
    });
}

#[divan::bench(sample_count = 5)]
fn parse(bencher: Bencher<'_, '_>) {
    let files = large();
    bencher.counter(divan::counter::BytesCount::new(bytes(&files))).bench_local(|| {
        for (_, text) in &files {
            black_box(enact_syntax::parse_file(text));
        }
    });
}

/// What is asked for first needs all of what comes before it, and nothing of what comes after: lexing is part of parsing, parsing of elaborating, that of checking, that of linking.
/// So the share of a stage is what it takes beyond the stage before.
#[divan::bench(sample_count = 3)]
fn elaborate_everything(bencher: Bencher<'_, '_>) {
    let files = large();
    bencher.counter(divan::counter::BytesCount::new(bytes(&files))).bench_local(|| {
        let mut db = Database::default();
        db.set_files(files.clone(), Vec::new());
        black_box(db.tests());
    });
}

#[divan::bench(sample_count = 3)]
fn link_everything(bencher: Bencher<'_, '_>) {
    let files = large();
    bencher.counter(divan::counter::BytesCount::new(bytes(&files))).bench_local(|| {
        let mut db = Database::default();
        db.set_files(files.clone(), Vec::new());
        black_box(db.program().is_ok());
    });
}

#[divan::bench(sample_count = 3)]
fn check_everything(bencher: Bencher<'_, '_>) {
    let files = large();
    bencher.counter(divan::counter::BytesCount::new(bytes(&files))).bench_local(|| {
        let mut db = Database::default();
        db.set_files(files.clone(), Vec::new());
        black_box(db.diagnostics());
    });
}

#[divan::bench(sample_count = 10)]
fn check_again_after_an_edit_of_one_line(bencher: Bencher<'_, '_>) {
    let files = large();
    let mut db = Database::default();
    db.set_files(files.clone(), Vec::new());
    black_box(db.diagnostics());
    let Some((path, text)) = files.get(500) else { return };
    // As an editor does that opens the file.
    db.set_text(path, text.clone());
    black_box(db.diagnostics());
    let mut limit = 1_000_000;
    bencher.bench_local(|| {
        limit += 1;
        db.set_text(path, text.replace("1_000_000 yuan", &format!("{limit} yuan")));
        black_box(db.diagnostics());
    });
}

#[divan::bench(sample_count = 10)]
fn decide(bencher: Bencher<'_, '_>) {
    let analysed = analyse(&project(1, 40), &[]);
    let Some(program) = analysed.program else { return };
    let Some(decision) = program.decisions.first() else { return };
    let visit = Value::Record(vec![
        Value::Date(19_783),
        Value::Enum(1),
        Value::Bool(false),
        Value::Number(50_000),
        Value::Number(100_000),
    ]);
    let facts = Facts { inputs: vec![Fact::Known(visit)] };
    bencher
        .counter(divan::counter::ItemsCount::new(1u32))
        .bench_local(|| black_box(interp::decide(&program, &decision.name, &facts, 19_783)));
}

#[divan::bench(sample_count = 10)]
fn check_a_service(bencher: Bencher<'_, '_>) {
    let sources = files("examples/medical_aid", ".enact");
    let schemas = files("examples/medical_aid", ".json");
    bencher.bench_local(|| {
        let mut db = Database::default();
        db.set_files(sources.clone(), schemas.clone());
        black_box(db.diagnostics());
    });
}
