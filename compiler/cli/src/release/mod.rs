//! A release: what a target made, with a manifest that says of what it was made, a bill of materials, and the schemas. The same source gives the same bytes.
//!
//! The form of each file is told in `lang-spec/pipeline.md`.

mod decisions;
pub(crate) mod differ;
pub(crate) mod lock;
pub(crate) mod manifest;
mod materials;
mod sbom;
pub(crate) mod sign;

pub(crate) use manifest::Manifest;
pub(crate) use materials::{Compiler, File, Materials, schemas};

use crate::host::Failure;
use crate::project::Project;
use enact_ir::Program;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What a target made of a policy, whatever the target.
pub(crate) struct Artifact {
    /// The target's name on the command line.
    pub(crate) target: String,
    /// The file's name.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// Files that go with it, such as the description of its interface: names and content.
    pub(crate) beside: Vec<(String, Vec<u8>)>,
    /// The most gas that each decision uses, by its name; empty for targets that count none.
    pub(crate) gas: BTreeMap<String, u64>,
}

impl Artifact {
    /// All its files.
    pub(crate) fn into_files(self) -> Vec<(String, Vec<u8>)> {
        std::iter::once((self.name, self.bytes)).chain(self.beside).collect()
    }
}

/// The files of a release by their paths in its folder, `/` between folders: those of the artifact, the schemas, the bill of materials, and at last the manifest.
///
/// # Errors
/// If two of them would have the same path.
pub(crate) fn files(
    artifact: Artifact,
    program: &Program,
    project: &Project,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let materials = Materials::of(program, project);
    let (manifest, sbom) = Manifest::with_sbom(&artifact, program, &materials);
    let mut all = artifact.into_files();
    all.extend(schemas(program, project).into_iter().map(|(path, text)| (path, text.into_bytes())));
    all.push((sbom_name(&program.policy), sbom));
    all.push((manifest_name(&program.policy), manifest.to_bytes()));
    let mut names = BTreeSet::new();
    match all.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(Failure::policy(format!("a release cannot hold two files `{name}`; rename the schema"))),
        None => Ok(all),
    }
}

/// The name of the manifest of a policy.
pub(crate) fn manifest_name(policy: &str) -> String {
    format!("{policy}.manifest.json")
}

/// The name of its bill of materials.
fn sbom_name(policy: &str) -> String {
    format!("{policy}.sbom.json")
}

/// SHA-256, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// JSON for files: members in the order of the type, two spaces a level, a line end at the end. What is written here has text as keys and cannot fail.
fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}
