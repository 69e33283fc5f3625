//! Tests of the whole analysis on small programs.

mod accepted;
mod incremental;
mod rejected;

use crate::Database;
use enact_base::{Severity, render};
use enact_ir::case;

/// A database with one file.
fn database(text: &str) -> Database {
    let mut db = Database::default();
    db.set_files(vec![("rules.enact".to_owned(), text.to_owned())], Vec::new());
    db
}

/// Pictures of the errors of a program.
fn errors(db: &Database) -> String {
    let sources = db.sources();
    let errors = db.diagnostics().into_iter().filter(|it| it.severity() == Severity::Error);
    errors.map(|it| render(&it, &sources, false)).collect()
}

/// Codes and messages of the errors of a program, a line each.
fn lines(db: &Database) -> String {
    let errors = db.diagnostics().into_iter().filter(|it| it.severity() == Severity::Error);
    errors.map(|it| format!("{} {}\n", it.code, it.message)).collect()
}

/// Fails unless the program has no errors and its tests pass.
#[track_caller]
fn passes(text: &str) {
    let db = database(text);
    assert_eq!(errors(&db), "", "{text}");
    let program = db.program().unwrap_or_else(|why| panic!("no program: {why:?}: {text}"));
    let cases = db.tests();
    assert!(!cases.is_empty(), "without a test: {text}");
    for it in cases {
        let differences: Vec<String> =
            case::check(&program, &it, &it.run(&program, 0)).iter().map(ToString::to_string).collect();
        assert_eq!(differences, Vec::<String>::new(), "{}: {text}", it.name);
    }
}
