//! What the tests and benches share: the repository's files, the examples of the specification, announced diagnostics, generated projects.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "tests read the repository")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where its material is broken")]

pub mod agree;
pub mod announce;
pub mod blocks;
pub mod chainmaker;
pub mod command;
pub mod json;
pub mod large;
pub mod laws;
pub mod mutate;
pub mod objects;
pub mod private;
pub mod random;
pub mod rows;

use enact_analysis::{Database, NoProgram};
use enact_base::{Diagnostic, Severity, Sources, render};
use enact_ir::Verified;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The repository's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file of the repository.
#[track_caller]
pub fn read(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Paths (relative to `folder`, with `/`) and texts of all files below a folder of the repository whose names end so, sorted.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&repository().join(folder), "", ending, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, prefix: &str, ending: &str, found: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&entry.path(), &format!("{prefix}{name}/"), ending, found);
            }
        } else if name.ends_with(ending) {
            found.push((format!("{prefix}{name}"), std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

/// The folders of `examples/`.
pub fn services() -> Vec<String> {
    let folder = repository().join("examples");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A project with everything that the analysis says of it.
pub struct Analysed {
    /// The database.
    pub db: Database,
    /// All diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: Sources,
    /// The program, if there is no error.
    pub program: Option<Arc<Verified>>,
}

/// Analyses a project.
pub fn analyse(sources: &[(String, String)], schemas: &[(String, String)]) -> Analysed {
    let mut db = Database::default();
    db.set_files(sources.to_vec(), schemas.to_vec());
    let diagnostics = db.diagnostics();
    let program = db.program().map_err(|why| assert_eq!(why, NoProgram::Errors)).ok();
    let sources = db.sources();
    Analysed { db, diagnostics, sources, program }
}

/// Analyses a project of one file.
pub fn analyse_text(text: &str) -> Analysed {
    analyse(&[("case.enact".to_owned(), text.to_owned())], &[])
}

impl Analysed {
    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|found| found.severity() == Severity::Error)
    }

    /// The pictures of all diagnostics.
    pub fn pictures(&self) -> String {
        self.diagnostics.iter().map(|found| render(found, &self.sources, false)).collect()
    }

    /// Codes of all diagnostics, sorted.
    pub fn codes(&self) -> Vec<&'static str> {
        let mut codes: Vec<&str> = self.diagnostics.iter().map(|found| found.code.as_str()).collect();
        codes.sort_unstable();
        codes
    }
}
