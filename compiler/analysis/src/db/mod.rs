//! The database: every question about a project, answered once and again only after a change that matters.
//!
//! Only this folder and `items` know salsa. Each tracked function says whether it is a result that others share, or a firewall: a small value that
//! stays the same after most edits, so that what depends on it is not asked again.
//!
//! A file that is being edited has a low durability, all others a higher one, so that after an edit the database sees at a glance that nothing changed in them.
//! The index of names is therefore an input that [`Database`] sets only when a name has come, gone or moved: were it a question, everything would hang on every file.

mod declarations;
mod files;
mod whole;

pub(crate) use declarations::{circle, declared, elaborated, item_text, parsed_item, signature, summary};
pub(crate) use whole::{catalog, schema};

use crate::elaborate::{Piece, Property};
use crate::flows::DecisionFlows;
use crate::scope::{FileOutline, Modules};
use crate::view::View;
use declarations::{file_items, file_outline};
use enact_base::{Diagnostic, Sources};
use enact_ir::Verified;
use enact_ir::case::Case;
use files::file_diagnostics;
use salsa::{Durability, Setter};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use whole::{functions, program};

/// A rule file; literate files come with everything outside their blocks blanked.
#[salsa::input(debug)]
#[derive(PartialOrd, Ord)]
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A schema.
#[salsa::input]
pub(crate) struct SchemaFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The files of a project and of the standard library.
#[salsa::input]
pub(crate) struct Project {
    pub(crate) own: Vec<SourceFile>,
    pub(crate) library: Vec<SourceFile>,
    pub(crate) schemas: Vec<SchemaFile>,
    /// Which names are seen where.
    pub(crate) names: Modules,
}

/// What tracked functions ask.
#[salsa::db]
pub(crate) trait Db: salsa::Database {}

#[salsa::db]
#[derive(Clone, Default)]
struct Storage {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Storage {}

#[salsa::db]
impl Db for Storage {}

/// The questions that were answered, in order.
type Log = Arc<Mutex<Vec<String>>>;

/// A storage that writes down every question that it answers anew.
fn logging(log: &Log) -> Storage {
    let kept = log.clone();
    let record = move |event: salsa::Event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{database_key:?}"));
        }
    };
    Storage { storage: salsa::Storage::new(Some(Box::new(record))) }
}

/// Why there is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoProgram {
    /// There are diagnostics of severity error.
    Errors,
    /// The compiler is at fault: it made a program that does not pass its own verifier. What the verifier says.
    Fault(Vec<String>),
}

/// A project, and everything that can be known of it before it runs.
#[derive(Default)]
pub struct Database {
    storage: Storage,
    project: Option<Project>,
    /// The texts as they were given, for pictures of diagnostics: literate files with their prose.
    texts: BTreeMap<String, String>,
    /// What the index of names was made of: the files of the project, and those of the library.
    outlines: (Vec<FileOutline>, Vec<FileOutline>),
    log: Log,
}

impl Database {
    /// A database that remembers for [`Database::log`] which questions it answers.
    pub fn logged() -> Self {
        let log = Log::default();
        Self { storage: logging(&log), log, ..Self::default() }
    }

    /// Takes the files of a project: rule files (`*.enact`, `*.enact.md`) and schemas, by their project-relative paths. What was there before is forgotten.
    pub fn set_files(&mut self, mut sources: Vec<(String, String)>, mut schemas: Vec<(String, String)>) {
        sources.sort();
        schemas.sort();
        self.texts = sources.iter().cloned().collect();
        let project = self.project();
        let known = project.own(&self.storage).iter().map(|file| (file.path(&self.storage).clone(), *file));
        let known: BTreeMap<String, SourceFile> = known.collect();
        let own: Vec<SourceFile> = sources
            .into_iter()
            .map(|(path, text)| {
                let text = readable(&path, text);
                let Some(file) = known.get(&path) else {
                    return SourceFile::builder(path, text).durability(Durability::MEDIUM).new(&self.storage);
                };
                if *file.text(&self.storage) != text {
                    file.set_text(&mut self.storage).to(text);
                }
                *file
            })
            .collect();
        let schemas = schemas
            .into_iter()
            .map(|(path, text)| SchemaFile::builder(path, text).durability(Durability::MEDIUM).new(&self.storage));
        let schemas = schemas.collect();
        project.set_own(&mut self.storage).with_durability(Durability::HIGH).to(own);
        project.set_schemas(&mut self.storage).with_durability(Durability::HIGH).to(schemas);
        let outline = |file: &SourceFile| file_outline(&self.storage, project, *file).clone();
        let own = project.own(&self.storage).iter().map(outline).collect();
        let library = project.library(&self.storage).iter().map(outline).collect();
        self.set_outlines(project, (own, library));
    }

    /// The project; without files of its own at first.
    fn project(&mut self) -> Project {
        let storage = &self.storage;
        *self.project.get_or_insert_with(|| {
            let library = enact_stdlib::FILES.iter().map(|(path, text)| {
                let file = SourceFile::builder((*path).to_owned(), (*text).to_owned());
                file.durability(Durability::HIGH).new(storage)
            });
            let project = Project::builder(Vec::new(), library.collect(), Vec::new(), Modules::default());
            project.durability(Durability::HIGH).new(storage)
        })
    }

    fn set_outlines(&mut self, project: Project, outlines: (Vec<FileOutline>, Vec<FileOutline>)) {
        if self.outlines != outlines {
            let names = Modules::new(&outlines.0, &outlines.1);
            project.set_names(&mut self.storage).with_durability(Durability::MEDIUM).to(names);
            self.outlines = outlines;
        }
    }

    /// Changes the text of a rule file, or of a schema; a path that is not known is ignored. The first change of a file is slower than those that follow, since the
    /// database then learns that this file is being edited; an editor makes it when it opens the file, with the text as it is.
    pub fn set_text(&mut self, path: &str, text: String) {
        let Some(project) = self.project else { return };
        let file = project.own(&self.storage).iter().find(|file| file.path(&self.storage) == path).copied();
        if let Some(file) = file {
            self.texts.insert(path.to_owned(), text.clone());
            file.set_text(&mut self.storage).with_durability(Durability::LOW).to(readable(path, text));
            self.look_for_new_names(project, file);
            return;
        }
        let schema = project.schemas(&self.storage).iter().find(|file| file.path(&self.storage) == path).copied();
        if let Some(schema) = schema {
            schema.set_text(&mut self.storage).to(text);
        }
    }

    fn look_for_new_names(&mut self, project: Project, file: SourceFile) {
        let outline = file_outline(&self.storage, project, file);
        let known = self.outlines.0.iter().position(|it| it.file == file);
        if let Some(place) = known.filter(|place| self.outlines.0.get(*place) != Some(outline)) {
            let (mut own, library) = self.outlines.clone();
            if let Some(old) = own.get_mut(place) {
                *old = outline.clone();
            }
            self.set_outlines(project, (own, library));
        }
    }

    /// The database, with its functions elaborated in order.
    fn prepared(&self) -> Option<(&dyn Db, Project)> {
        let (db, project): (&dyn Db, Project) = (&self.storage, self.project?);
        for id in functions(db, project) {
            elaborated(db, project, id.clone());
        }
        Some((db, project))
    }

    /// Everything that is wrong, in the order of files and places. Places in the standard library are never the primary ones.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let Some((db, project)) = self.prepared() else { return Vec::new() };
        project.own(db).iter().flat_map(|file| file_diagnostics(db, project, *file)).cloned().collect()
    }

    /// The program for the engines.
    pub fn program(&self) -> Result<Arc<Verified>, NoProgram> {
        let (db, project) = self.prepared().ok_or(NoProgram::Errors)?;
        program(db, project).clone()
    }

    /// The `test` declarations, in order.
    pub fn tests(&self) -> Vec<Case> {
        self.pieces(|piece| match piece {
            Piece::Test(case) => Some(case.clone()),
            _ => None,
        })
    }

    /// The `property` declarations, in order.
    pub fn properties(&self) -> Vec<Property> {
        self.pieces(|piece| match piece {
            Piece::Property(property) => Some(property.clone()),
            _ => None,
        })
    }

    /// What each decision that has no errors reads, from whom and what for, in the order of the program.
    pub fn flows(&self) -> Vec<DecisionFlows> {
        let Some((db, project)) = self.prepared() else { return Vec::new() };
        let place = |place| files::absolute(db, project, place);
        let own = catalog(db, project).decisions.iter().filter(|id| project.own(db).contains(&id.file));
        let sound = own.filter(|id| *declarations::is_sound(db, project, (*id).clone()));
        sound.filter_map(|id| crate::flows::of(View::new(db, project), id, &place)).collect()
    }

    /// The decisions of the project, for tests of a check by itself.
    #[cfg(test)]
    pub(crate) fn decisions(&self) -> Option<(View<'_>, Vec<crate::items::ItemId>)> {
        let (db, project) = self.prepared()?;
        Some((View::new(db, project), catalog(db, project).decisions.clone()))
    }

    fn pieces<T>(&self, pick: impl Fn(&Piece) -> Option<T>) -> Vec<T> {
        let Some((db, project)) = self.prepared() else { return Vec::new() };
        let items = project.own(db).iter().flat_map(|file| file_items(db, *file));
        items.filter_map(|id| pick(&elaborated(db, project, id.clone()).piece)).collect()
    }

    /// The files that places refer to: those of the project as they were given, then those of the standard library.
    pub fn sources(&self) -> Sources {
        let Some(project) = self.project else { return Sources::default() };
        let db: &dyn Db = &self.storage;
        let text = |file: &SourceFile| {
            let path = file.path(db).clone();
            let text = self.texts.get(&path).cloned().unwrap_or_else(|| file.text(db).clone());
            (path, text)
        };
        Sources::new(project.own(db).iter().chain(project.library(db)).map(text).collect())
    }

    /// The questions that a logged database has answered anew since this was last asked.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The text that is read: of a literate file the rules alone, at their places.
fn readable(path: &str, text: String) -> String {
    if path.ends_with(".md") { enact_syntax::literate(&text) } else { text }
}
