//! What a policy is made of: its files, the modules of the standard library that it imports, the schemas that it reads, and the compiler.

use super::sha256;
use crate::outline;
use crate::project::Project;
use enact_ir::Program;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The compiler that this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compiler {
    /// Its version.
    pub(crate) version: String,
    /// The hash of its sources, see `build.rs`.
    pub(crate) sha256: String,
}

impl Compiler {
    pub(crate) fn this() -> Self {
        let (version, sha256) = (env!("CARGO_PKG_VERSION"), env!("ENACT_COMPILER_SHA256"));
        Self { version: version.to_owned(), sha256: sha256.to_owned() }
    }
}

/// A file by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    /// Relative to the project (or the release, or the sources of the compiler), with `/`.
    pub(crate) path: String,
    /// Over its bytes; for texts of the project without a byte order mark, as the compiler reads them.
    pub(crate) sha256: String,
}

impl File {
    pub(crate) fn new(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), sha256: sha256(bytes) }
    }
}

/// What a policy is made of.
pub(crate) struct Materials {
    pub(crate) compiler: Compiler,
    /// The modules of the standard library that are imported, also through others.
    pub(crate) stdlib: Vec<File>,
    /// The rule files.
    pub(crate) sources: Vec<File>,
    /// The schemas that are read.
    pub(crate) schemas: Vec<File>,
}

impl Materials {
    pub(crate) fn of(program: &Program, project: &Project) -> Self {
        let files =
            |all: &[(String, String)]| all.iter().map(|(path, text)| File::new(path, text.as_bytes())).collect();
        let stdlib = outline::library(project);
        Self {
            compiler: Compiler::this(),
            stdlib: stdlib.into_iter().map(|(path, text)| File::new(path, text.as_bytes())).collect(),
            sources: files(&project.sources),
            schemas: files(&schemas(program, project)),
        }
    }
}

/// The schemas that a program reads, with those that they refer to. Other JSON files of the project, such as inputs, are not among them.
pub(crate) fn schemas(program: &Program, project: &Project) -> Vec<(String, String)> {
    let records = program.records.iter().map(|it| it.schema.as_str());
    let inputs = program.decisions.iter().flat_map(|it| &it.inputs).map(|it| it.schema.as_str());
    let named: BTreeSet<&str> = records.chain(inputs).filter(|path| !path.is_empty()).collect();
    let needed = named.into_iter().flat_map(|path| enact_schema::needed(path, project.schemas.as_slice()));
    let needed: BTreeSet<String> = needed.collect();
    project.schemas.iter().filter(|(path, _)| needed.contains(path)).cloned().collect()
}
