//! A project with everything that can be known before running.

use crate::host::{Failure, Host};
use crate::project::Project;
use enact_analysis::{Database, NoProgram};
use enact_base::{Diagnostic, FileId, Severity, Sources, render};
use enact_ir::Verified;
use std::sync::Arc;

/// A project, its database, and its diagnostics with paths as the user would write them.
pub(crate) struct Analysed {
    pub(crate) project: Project,
    pub(crate) db: Database,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl Analysed {
    /// Analyses a project.
    pub(crate) fn new(project: Project) -> Self {
        let mut db = Database::default();
        db.set_files(project.sources.clone(), project.schemas.clone());
        let diagnostics = db.diagnostics();
        let sources = shown(&db.sources(), &project);
        Self { project, db, diagnostics, sources }
    }

    /// How many findings of a severity there are.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity() == severity).count()
    }

    /// Shows the findings from a severity on.
    pub(crate) fn show(&self, host: &mut Host<'_>, least: Severity) -> Result<(), Failure> {
        for found in self.diagnostics.iter().filter(|found| found.severity() <= least) {
            writeln!(host.err, "{}", render(found, &self.sources, host.color).trim_end())?;
        }
        Ok(())
    }

    /// The program; where there are errors they are shown instead.
    pub(crate) fn program(&self, host: &mut Host<'_>) -> Result<Arc<Verified>, Failure> {
        if let Some(program) = self.valid()? {
            return Ok(program);
        }
        self.show(host, Severity::Error)?;
        let errors = self.count(Severity::Error);
        Err(Failure::policy(format!("{}: {}", self.place(), counted(errors, "error"))))
    }

    /// The program; none where there are errors. A program that its own verifier refuses is a mistake of the compiler, and is said to be one.
    pub(crate) fn valid(&self) -> Result<Option<Arc<Verified>>, Failure> {
        match self.db.program() {
            Ok(program) => Ok(Some(program)),
            Err(NoProgram::Errors) => Ok(None),
            Err(NoProgram::Fault(told)) => Err(Failure::policy(format!(
                "{}: enact itself is at fault: the compiled program is not valid; please report this\n{}",
                self.place(),
                told.join("\n")
            ))),
        }
    }

    /// The project's folder, or file, as the user would write it.
    pub(crate) fn place(&self) -> String {
        let root = self.project.root.display().to_string();
        if root.is_empty() { ".".to_owned() } else { root }
    }
}

/// The same sources with paths from where the user stands, so that a terminal can follow them.
fn shown(sources: &Sources, project: &Project) -> Sources {
    let files = (0..)
        .map(|id| sources.get(FileId(id)))
        .take_while(|(path, _)| !path.is_empty())
        .map(|(path, text)| (from_here(project, path), text.to_owned()));
    Sources::new(files.collect())
}

/// A project-relative path as the user would write it.
pub(crate) fn from_here(project: &Project, path: &str) -> String {
    let joined = project.root.join(path);
    joined.strip_prefix(".").unwrap_or(&joined).display().to_string()
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
