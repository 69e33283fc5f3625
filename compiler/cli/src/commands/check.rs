//! `enact check`: everything that can be known before running.

use crate::analysed::{Analysed, counted, from_here};
use crate::host::{Host, Status};
use crate::{outline, project};
use enact_base::{Severity, to_json};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Find every error that can be found before running
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project, a rule file, or a folder of projects
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write one JSON object to standard output
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let projects: Vec<Analysed> = project::find(&args.path)?.into_iter().map(Analysed::new).collect();
    let errors: usize = projects.iter().map(|project| project.count(Severity::Error)).sum();
    let warnings: usize = projects.iter().map(|project| project.count(Severity::Warning)).sum();
    if args.json {
        let projects: Vec<Value> = projects.iter().map(as_json).collect::<Result<_, _>>()?;
        let all = json!({ "errors": errors, "warnings": warnings, "projects": projects });
        writeln!(host.out, "{all}")?;
    } else {
        for project in &projects {
            project.show(host, Severity::Warning)?;
            summary(project, host)?;
        }
        writeln!(host.out, "{}, {}", counted(errors, "error"), counted(warnings, "warning"))?;
    }
    Ok(if errors == 0 { Status::Done } else { Status::Failed })
}

fn summary(analysed: &Analysed, host: &mut Host<'_>) -> Result<(), crate::Failure> {
    let project = &analysed.project;
    let (files, rules) = (counted(project.sources.len(), "file"), counted(outline::rules(project), "rule"));
    writeln!(host.out, "{}: {files}, {rules}", analysed.place())?;
    if let Some(program) = analysed.valid()? {
        for decision in &program.decisions {
            writeln!(host.out, "  {}: at most {} steps", decision.name, decision.work)?;
        }
    }
    for passage in outline::not_coded(project) {
        let cites = if passage.cites.is_empty() { String::new() } else { format!(" ({})", passage.cites.join(", ")) };
        writeln!(host.out, "  not coded: {}{cites}: {}", passage.passage, passage.because)?;
    }
    Ok(())
}

fn as_json(analysed: &Analysed) -> Result<Value, crate::Failure> {
    let project = &analysed.project;
    let decisions: Vec<Value> = match analysed.valid()? {
        Some(program) => {
            program.decisions.iter().map(|decision| json!({ "name": decision.name, "work": decision.work })).collect()
        }
        None => Vec::new(),
    };
    let not_coded: Vec<Value> = outline::not_coded(project)
        .into_iter()
        .map(|it| {
            let file = from_here(project, &it.file);
            json!({ "file": file, "passage": it.passage, "because": it.because, "cites": it.cites })
        })
        .collect();
    let diagnostics: Vec<Value> = analysed.diagnostics.iter().map(|found| to_json(found, &analysed.sources)).collect();
    Ok(json!({
        "path": analysed.place(),
        "diagnostics": diagnostics,
        "decisions": decisions,
        "not_coded": not_coded,
    }))
}
