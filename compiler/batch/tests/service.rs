//! What tests and measurements share: the programs of the examples, and batches.

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use enact_analysis::Database;
use enact_ir::Verified;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The program of an example.
pub(crate) fn service(name: &str) -> Arc<Verified> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    let of = |folder: &Path, prefix: &str, endings: &[&str]| {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push((format!("{prefix}{name}"), fs::read_to_string(folder.join(&name)).unwrap()));
            }
        }
        found.sort();
        found
    };
    let sources = of(&folder, "", &[".enact", ".enact.md"]);
    let schemas = of(&folder.join("schemas"), "schemas/", &[".json"]);
    let mut db = Database::default();
    db.set_files(sources, schemas);
    db.program().unwrap()
}

/// A batch of columns of these names.
pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}
