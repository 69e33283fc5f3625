//! `enact.lock`: on which schemas, which standard library and which compiler a project has been looked at. `enact build --locked` holds it against what is there.

use super::{Compiler, File, Materials, to_json};
use crate::disk::{self, Kind};
use crate::host::Failure;
use crate::project::Project;
use enact_ir::Program;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The form that is written and read.
const FORMAT: u32 = 1;

/// What is locked. Rule files are not: they are what an author changes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lock {
    format: u32,
    policy: String,
    pub(crate) compiler: Compiler,
    pub(crate) stdlib: Vec<File>,
    pub(crate) schemas: Vec<File>,
}

impl Lock {
    /// What would be locked now.
    pub(crate) fn of(program: &Program, project: &Project) -> Self {
        let Materials { compiler, stdlib, schemas, .. } = Materials::of(program, project);
        Self { format: FORMAT, policy: program.policy.clone(), compiler, stdlib, schemas }
    }

    /// Its file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Everything in which `now` is not what is locked, in words.
    fn differences(&self, now: &Lock) -> Vec<String> {
        let mut found = Vec::new();
        if self.policy != now.policy {
            found.push(format!("the policy is {}, locked is {}", now.policy, self.policy));
        }
        let (locked, this) = (&self.compiler, &now.compiler);
        if locked.version != this.version {
            found.push(format!("the compiler is enact {}, locked is enact {}", this.version, locked.version));
        } else if locked != this {
            found.push(format!("the compiler is another enact {} than the locked one", this.version));
        }
        found.extend(changes(&self.stdlib, &now.stdlib));
        found.extend(changes(&self.schemas, &now.schemas));
        found
    }
}

fn changes(locked: &[File], now: &[File]) -> Vec<String> {
    let by_path = |files: &[File]| -> BTreeMap<String, String> {
        files.iter().map(|it| (it.path.clone(), it.sha256.clone())).collect()
    };
    let (locked, now) = (by_path(locked), by_path(now));
    let paths: BTreeSet<&String> = locked.keys().chain(now.keys()).collect();
    let change = |path: &String| match (locked.get(path), now.get(path)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(_), Some(_)) => Some(format!("{path} has changed")),
        (None, _) => Some(format!("{path} is not locked")),
        (_, None) => Some(format!("{path} is locked and no longer read")),
    };
    paths.into_iter().filter_map(change).collect()
}

/// Where the lock of a project stands.
pub(crate) fn path(project: &Project) -> PathBuf {
    project.root.join("enact.lock")
}

/// Holds a project against its lock.
///
/// # Errors
/// There is no lock, or it cannot be read, or something differs from it.
pub(crate) fn check(program: &Program, project: &Project, place: &str) -> Result<(), Failure> {
    let path = path(project);
    if disk::kind(&path) == Kind::Nothing {
        let said = format!("{}: does not exist; `enact lock {place}` writes it", path.display());
        return Err(Failure::misused(said));
    }
    let bytes = disk::read_bytes(&path).map_err(Failure::policy)?;
    let problem = |why: String| Failure::policy(format!("{}: {why}", path.display()));
    let lock: Lock = serde_json::from_slice(&bytes).map_err(|error| problem(format!("is no lock: {error}")))?;
    if lock.format != FORMAT {
        return Err(problem(format!("has the format {}, and this compiler knows {FORMAT}", lock.format)));
    }
    let mut found = lock.differences(&Lock::of(program, project));
    if found.is_empty() {
        return Ok(());
    }
    found = found.into_iter().map(|it| format!("{}: {it}", path.display())).collect();
    found.push(format!("when this is as it should be, `enact lock {place}` locks what is there now"));
    Err(Failure::policy(found.join("\n")))
}
