//! Case files: `{"cases": [{"id", "service", "decision", "name", "input", "expected"}]}`.

use crate::disk;
use crate::host::Failure;
use enact_base::json::{self, Json};
use enact_ir::case::Case;
use std::path::Path;

/// A case for the service of a name.
#[derive(Debug)]
pub(crate) struct FromFile {
    /// The name of the project's folder.
    pub(crate) service: String,
    /// The case.
    pub(crate) case: Case,
}

/// Reads a case file.
pub(crate) fn read(file: &Path) -> Result<Vec<FromFile>, Failure> {
    if disk::kind(file) == disk::Kind::Nothing {
        return Err(Failure::misused(format!("{}: does not exist", file.display())));
    }
    let problem = |what: String| Failure::rejected(format!("{}: {what}", file.display()));
    let bytes = disk::read_bytes(file).map_err(Failure::rejected)?;
    let all = json::parse(&bytes).map_err(|error| problem(error.to_string()))?;
    let Some(cases) = all.get("cases").and_then(Json::as_array) else {
        return Err(problem("is not a case file: it has no list `cases`".to_owned()));
    };
    let read = |(at, json): (usize, &Json)| {
        one(json).map_err(|what| problem(format!("case {} of {}: {what}", at + 1, cases.len())))
    };
    cases.iter().enumerate().map(read).collect()
}

fn one(json: &Json) -> Result<FromFile, String> {
    let text = |key: &str| {
        let found = json.get(key).and_then(Json::as_text);
        found.map(str::to_owned).ok_or_else(|| format!("`{key}` is missing or no text"))
    };
    let service = text("service")?;
    let mut case = Case::from_json(json)?;
    if let Ok(id) = text("id") {
        case.name = format!("{id} {}", case.name);
    }
    Ok(FromFile { service, case })
}
