//! The manifest: what a release holds and of what it was made, by hashes.

use super::decisions::{Decision, decisions};
use super::{Artifact, Compiler, File, Materials, sbom, sbom_name, sha256, to_json};
use enact_ir::Program;
use serde::{Deserialize, Serialize};

/// The form that is written and read.
const FORMAT: u32 = 1;

/// A manifest. Its members are written in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    policy: String,
    pub(crate) target: String,
    pub(crate) artifact: Made,
    /// The other files of the release, without the schemas.
    files: Vec<File>,
    /// The content hash of the program: what it decides, however its source is written.
    program: String,
    pub(crate) compiler: Compiler,
    stdlib: Vec<File>,
    sources: Vec<File>,
    schemas: Vec<File>,
    decisions: Vec<Decision>,
}

/// The file that is deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) path: String,
    pub(crate) sha256: String,
    /// Bytes.
    size: usize,
}

impl Manifest {
    /// The manifest of what a target made, and the bill of materials that it names.
    pub(crate) fn with_sbom(artifact: &Artifact, program: &Program, materials: &Materials) -> (Self, Vec<u8>) {
        let bom = sbom::bom(artifact, program, materials);
        let beside = artifact.beside.iter().map(|(name, bytes)| File::new(name, bytes));
        let (path, size) = (artifact.name.clone(), artifact.bytes.len());
        let manifest = Self {
            format: FORMAT,
            policy: program.policy.clone(),
            target: artifact.target.clone(),
            artifact: Made { path, sha256: sha256(&artifact.bytes), size },
            files: beside.chain([File::new(&sbom_name(&program.policy), &bom)]).collect(),
            program: program.hash(),
            compiler: materials.compiler.clone(),
            stdlib: materials.stdlib.clone(),
            sources: materials.sources.clone(),
            schemas: materials.schemas.clone(),
            decisions: decisions(program, &artifact.gas),
        };
        (manifest, bom)
    }

    /// Its file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is no manifest, or of a later form; in words.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let read: Self = serde_json::from_slice(bytes).map_err(|error| format!("is no manifest: {error}"))?;
        if read.format != FORMAT {
            return Err(format!("has the format {}, and this compiler knows {FORMAT}", read.format));
        }
        Ok(read)
    }
}
