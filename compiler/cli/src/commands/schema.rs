//! `enact schema`: the records on chain that policies read.

use crate::analysed::{Analysed, counted};
use crate::host::{Failure, Host, Status};
use crate::{disk, project};
use enact_base::{Diagnostic, Severity, render};
use enact_schema::{Schema, SchemaProblem, diff, import};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Check, import and compare the schemas of records on chain
#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    /// Prove that every document that is valid under its schema can be read
    Check {
        /// A project, a rule file, or a folder of projects
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Write the declaration of the record that reads the documents of a schema
    Import {
        /// The schema; references are followed within its folder and those below
        schema: PathBuf,
        /// The record's name; else that of the file
        #[arg(long, value_name = "NAME")]
        record: Option<String>,
        /// A new rule file for the declaration; else it is printed
        #[arg(short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Say what a new version of a schema changes, and which policies it breaks
    Diff {
        /// The schema as it is
        old: PathBuf,
        /// The schema as it will be
        new: PathBuf,
        /// A project, or a folder of projects, that may read it
        path: Option<PathBuf>,
        /// Write one JSON object
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(verb: &Verb, host: &mut Host<'_>) -> crate::Ended {
    match verb {
        Verb::Check { path } => check(path, host),
        Verb::Import { schema, record, output } => import_record(schema, record.as_deref(), output.as_deref(), host),
        Verb::Diff { old, new, path, json } => compare(old, new, path.as_deref(), *json, host),
    }
}

fn is_about_schemas(found: &Diagnostic) -> bool {
    found.severity() == Severity::Error && found.code.as_str().starts_with("E05")
}

fn check(path: &Path, host: &mut Host<'_>) -> crate::Ended {
    let mut misfits = 0;
    for analysed in project::find(path)?.into_iter().map(Analysed::new) {
        let found: Vec<&Diagnostic> = analysed.diagnostics.iter().filter(|it| is_about_schemas(it)).collect();
        for one in &found {
            writeln!(host.err, "{}", render(one, &analysed.sources, host.color).trim_end())?;
        }
        misfits += found.len();
        writeln!(host.out, "{}: {}", analysed.place(), counted(found.len(), "misfit"))?;
        let program = analysed.valid()?;
        let records = program.iter().flat_map(|program| &program.records).filter(|record| !record.schema.is_empty());
        for record in records {
            writeln!(host.out, "  {} fits {}", record.name, record.schema)?;
        }
    }
    Ok(if misfits == 0 { Status::Done } else { Status::Failed })
}

/// Reads a schema with the other JSON files of its folder in reach.
fn read(path: &Path) -> Result<Schema, Failure> {
    if disk::kind(path) != disk::Kind::File {
        return Err(Failure::misused(format!("{}: is no file", path.display())));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut files = BTreeMap::new();
    let others = disk::entries(folder).map_err(Failure::policy)?;
    let is_schema =
        |entry: &&disk::Entry| !entry.folder && !entry.link && entry.name.ends_with(".json") && entry.name != name;
    for entry in others.iter().filter(is_schema) {
        // A neighbour that cannot be read matters only if it is referred to; then it is reported as not there.
        if let Ok(text) = disk::read_text(&entry.path) {
            files.insert(entry.name.clone(), text);
        }
    }
    files.insert(name.clone(), disk::read_text(path).map_err(Failure::policy)?);
    Schema::read(&name, &files).map_err(|problems| Failure::policy(sentences(folder, &problems)))
}

fn sentences(folder: &Path, problems: &[SchemaProblem]) -> String {
    let sentence = |it: &SchemaProblem| {
        let file = folder.join(&it.origin.file);
        format!("{}: {} ({}#{})", it.code, it.message, file.display(), it.origin.pointer)
    };
    problems.iter().map(sentence).collect::<Vec<_>>().join("\n")
}

fn import_record(schema: &Path, record: Option<&str>, output: Option<&Path>, host: &mut Host<'_>) -> crate::Ended {
    let imported = import(&read(schema)?, record);
    for problem in &imported.problems {
        writeln!(host.err, "warning: {}: {} ({})", problem.code, problem.message, problem.origin)?;
    }
    match output {
        None => write!(host.out, "{}", imported.text)?,
        Some(file) => {
            disk::create(file, &imported.text)?;
            writeln!(host.out, "{}", file.display())?;
        }
    }
    Ok(Status::Done)
}

/// A policy that cannot read every document of the new version.
struct Broken {
    project: String,
    pictures: Vec<String>,
    findings: Vec<Value>,
}

fn compare(old: &Path, new: &Path, policies: Option<&Path>, as_json: bool, host: &mut Host<'_>) -> crate::Ended {
    let changes = diff(&read(old)?.shape, &read(new)?.shape);
    let broken = match policies {
        Some(path) => broken_by(old, new, path, host.color)?,
        None => Vec::new(),
    };
    let may_break = changes.iter().any(enact_schema::Change::may_break);
    if as_json {
        let changes: Vec<Value> = changes
            .iter()
            .map(|it| json!({ "path": it.path, "message": it.message(), "old": it.old, "new": it.new, "may_break": it.may_break() }))
            .collect();
        let broken: Vec<Value> =
            broken.iter().map(|it| json!({ "project": it.project, "diagnostics": it.findings })).collect();
        writeln!(host.out, "{}", json!({ "changes": changes, "broken": broken }))?;
    } else {
        for change in &changes {
            let mark = if change.may_break() { "may break" } else { "safe" };
            writeln!(host.out, "{mark}: {}", change.message())?;
        }
        for one in &broken {
            writeln!(host.out, "breaks {}", one.project)?;
            for picture in &one.pictures {
                writeln!(host.err, "{}", picture.trim_end())?;
            }
        }
        let policies = policies.map_or_else(String::new, |_| format!(", {} broken", counted(broken.len(), "project")));
        writeln!(host.out, "{}{policies}", counted(changes.len(), "change"))?;
    }
    let fails = if policies.is_some() { !broken.is_empty() } else { may_break };
    Ok(if fails { Status::Failed } else { Status::Done })
}

/// Checks each policy once as it is and once with the new version in the place of the old one; what is found only then, the new version breaks.
fn broken_by(old: &Path, new: &Path, path: &Path, color: bool) -> Result<Vec<Broken>, Failure> {
    let newer = disk::read_text(new).map_err(Failure::policy)?;
    let old = disk::real(old).map_err(Failure::policy)?;
    let mut broken = Vec::new();
    for project in project::find(path)? {
        let root = project.root.clone();
        let is_old = |name: &str| disk::real(&root.join(name)).is_ok_and(|real| real == old);
        let mut changed = project.clone();
        let mut reads_it = false;
        for (name, text) in &mut changed.schemas {
            if is_old(name) {
                text.clone_from(&newer);
                reads_it = true;
            }
        }
        if !reads_it {
            continue;
        }
        let before = Analysed::new(project);
        let after = Analysed::new(changed);
        let found: Vec<&Diagnostic> =
            after.diagnostics.iter().filter(|it| is_about_schemas(it) && !before.diagnostics.contains(it)).collect();
        if !found.is_empty() {
            broken.push(Broken {
                project: after.place(),
                pictures: found.iter().map(|it| render(it, &after.sources, color)).collect(),
                findings: found.iter().map(|it| enact_base::to_json(it, &after.sources)).collect(),
            });
        }
    }
    Ok(broken)
}
