//! The database: every question about a project, answered once and again only after a change that matters.
//!
//! Only this file and `items` know salsa. Each tracked function says whether it is a result that others share, or a firewall: a small value that
//! stays the same after most edits, so that what depends on it is not asked again.

use crate::checks;
use crate::elaborate::{self, Elaborated, Piece, Property};
use crate::findings::{self, Known};
use crate::items::{self, ItemId, ItemPlace, Slices};
use crate::link;
use crate::scope::{Declared, FileOutline, Kind, Modules};
use crate::signature::{Catalog, Signature};
use crate::view::View;
use enact_base::{Diagnostic, FileId, Place, Severity, Sources, Span};
use enact_ir::case::Case;
use enact_ir::{Program, Verified};
use enact_schema::{Schema, SchemaProblem};
use enact_syntax::ParsedItem;
use enact_syntax::ast::ItemKind;
use salsa::{Durability, Setter};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

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
}

/// What tracked functions ask.
#[salsa::db]
pub(crate) trait Db: salsa::Database {}

#[salsa::db]
#[derive(Clone)]
struct Storage {
    storage: salsa::Storage<Self>,
    log: Arc<Mutex<Vec<String>>>,
}

#[salsa::db]
impl salsa::Database for Storage {}

#[salsa::db]
impl Db for Storage {}

impl Default for Storage {
    fn default() -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = log.clone();
        let record = move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{database_key:?}"));
            }
        };
        Self { storage: salsa::Storage::new(Some(Box::new(record))), log }
    }
}

/// Firewall: a file cut into declarations. Runs after every edit of the file.
#[salsa::tracked]
fn slices(db: &dyn Db, file: SourceFile) -> Slices {
    items::slices(file, file.text(db))
}

/// Firewall: which declarations a file has, without their places and texts.
#[salsa::tracked]
fn file_items(db: &dyn Db, file: SourceFile) -> Vec<ItemId> {
    slices(db, file).order.clone()
}

/// Firewall: the text of one declaration. Runs for each declaration of an edited file, and stays the same for all but one.
#[salsa::tracked]
pub(crate) fn item_text(db: &dyn Db, _project: Project, item: ItemId) -> Arc<str> {
    let slice = slices(db, item.file).places.get(&item);
    slice.map_or_else(|| Arc::from(""), |it| it.text.clone())
}

/// Shared: the tree of a declaration, with places from its start.
#[salsa::tracked]
pub(crate) fn parsed_item(db: &dyn Db, project: Project, item: ItemId) -> ParsedItem {
    enact_syntax::parse_item(item_text(db, project, item))
}

/// Firewall: kind and name of a declaration.
#[salsa::tracked]
pub(crate) fn declared(db: &dyn Db, project: Project, item: ItemId) -> Declared {
    let kind = &parsed_item(db, project, item).item.kind;
    let (kind, name) = match kind {
        ItemKind::Policy(it) => (Kind::Policy, elaborate::dotted(&it.path)),
        ItemKind::Import(it) => (Kind::Import, elaborate::dotted(&it.path)),
        ItemKind::Source(it) => (Kind::Source, it.name.text.clone()),
        ItemKind::Enum(it) => (Kind::Enum, it.name.text.clone()),
        ItemKind::Record(it) => (Kind::Record, it.name.text.clone()),
        ItemKind::Table(it) => (if it.dated { Kind::Parameter } else { Kind::Table }, it.name.text.clone()),
        ItemKind::Scale(it) => (Kind::Scale, it.name.text.clone()),
        ItemKind::Calendar(it) => (Kind::Calendar, it.name.text.clone()),
        ItemKind::Define(it) => (Kind::Define, it.name.text.clone()),
        ItemKind::Decision(it) => (Kind::Decision, it.name.text.clone()),
        ItemKind::Test(_) => (Kind::Test, String::new()),
        ItemKind::Property(_) => (Kind::Property, String::new()),
        ItemKind::NotCoded(_) => (Kind::NotCoded, String::new()),
        ItemKind::Error => (Kind::Broken, String::new()),
    };
    Declared { kind, name }
}

/// Firewall: the modules of the project and what they declare.
#[salsa::tracked]
pub(crate) fn modules(db: &dyn Db, project: Project) -> Modules {
    let outline = |file: &SourceFile| {
        let items = file_items(db, *file).iter().map(|id| (id.clone(), declared(db, project, id.clone()).clone()));
        FileOutline { file: *file, items: items.collect() }
    };
    Modules::new(project.own(db).iter().map(outline).collect(), project.library(db).iter().map(outline).collect())
}

/// Firewall: the places of declarations in the IR.
#[salsa::tracked]
pub(crate) fn catalog(db: &dyn Db, project: Project) -> Catalog {
    let mut catalog = Catalog::default();
    for id in modules(db, project).reachable(project.own(db)) {
        catalog.add(declared(db, project, id.clone()).kind, id);
    }
    catalog
}

/// Shared: a schema by the path that a record names.
#[salsa::tracked]
pub(crate) fn schema(db: &dyn Db, project: Project, path: String) -> Result<Schema, Vec<SchemaProblem>> {
    let files: BTreeMap<String, String> =
        project.schemas(db).iter().map(|file| (file.path(db).clone(), file.text(db).clone())).collect();
    Schema::read(&path, &files)
}

/// Firewall: what a declaration says to others: its types.
#[salsa::tracked]
pub(crate) fn signature(db: &dyn Db, project: Project, item: ItemId) -> Signature {
    let view = View::new(db, project);
    if declared(db, project, item.clone()).kind == Kind::Define {
        return elaborate::parameters(view, &item).map_or(Signature::None, Signature::Define);
    }
    let keys = match &parsed_item(db, project, item.clone()).item.kind {
        ItemKind::Table(table) => table.keys.iter().map(|key| key.name.text.clone()).collect(),
        _ => Vec::new(),
    };
    let place = catalog(db, project).place(&item);
    Signature::of(elaborated(db, project, item), place, &keys)
}

/// Shared: a declaration as a piece of the IR, with what is wrong with it.
#[salsa::tracked]
pub(crate) fn elaborated(db: &dyn Db, project: Project, item: ItemId) -> Elaborated {
    elaborate::elaborate(View::new(db, project), &item)
}

/// Firewall: the functions that a function mentions.
#[salsa::tracked]
fn callees(db: &dyn Db, project: Project, item: ItemId) -> Vec<ItemId> {
    let tree = &parsed_item(db, project, item.clone()).item;
    if !matches!(tree.kind, ItemKind::Define(_)) {
        return Vec::new();
    }
    let names: BTreeSet<&str> = checks::mentions::mentions(tree).into_iter().map(|(name, _)| name).collect();
    let modules = modules(db, project);
    let found = names.into_iter().flat_map(|name| modules.resolve(item.file, name));
    found.filter(|id| declared(db, project, id.clone()).kind == Kind::Define).collect()
}

/// Firewall: the other functions of a circle in which a function needs itself.
#[salsa::tracked]
pub(crate) fn circle(db: &dyn Db, project: Project, item: ItemId) -> Option<Vec<ItemId>> {
    let mut from: Vec<(ItemId, Option<usize>)> = vec![(item.clone(), None)];
    let mut next = 0;
    while let Some((id, _)) = from.get(next).cloned() {
        for callee in callees(db, project, id.clone()) {
            if *callee == item {
                let mut path = Vec::new();
                let mut at = Some(next);
                while let Some((id, before)) = at.and_then(|at| from.get(at)) {
                    if *id != item {
                        path.push(id.clone());
                    }
                    at = *before;
                }
                path.reverse();
                return Some(path);
            }
            if !from.iter().any(|(known, _)| known == callee) {
                from.push((callee.clone(), Some(next)));
            }
        }
        next += 1;
    }
    None
}

/// Firewall: all pieces but the decisions put together.
#[salsa::tracked]
fn context(db: &dyn Db, project: Project) -> Program {
    let catalog = catalog(db, project);
    let pieces = |ids: &[ItemId]| ids.iter().map(|id| &elaborated(db, project, id.clone()).piece).collect::<Vec<_>>();
    let head = project.own(db).iter().flat_map(|file| file_items(db, *file)).find_map(|id| {
        match &parsed_item(db, project, id.clone()).item.kind {
            ItemKind::Policy(it) => Some((elaborate::dotted(&it.path), elaborate::labels(&it.title))),
            _ => None,
        }
    });
    link::context(&link::Parts {
        head: head.unwrap_or_default(),
        sources: pieces(&catalog.sources),
        enums: pieces(&catalog.enums),
        records: pieces(&catalog.records),
        tables: pieces(&catalog.tables),
        calendars: pieces(&catalog.calendars),
    })
}

/// Shared: all pieces put together, with those decisions that have nothing wrong with them.
#[salsa::tracked]
fn linked(db: &dyn Db, project: Project) -> Program {
    let own = catalog(db, project).decisions.iter().filter(|id| project.own(db).contains(&id.file));
    let sound = own.map(|id| elaborated(db, project, id.clone())).filter(|it| it.diagnostics.is_empty());
    link::with_decisions(context(db, project), sound.map(|it| &it.piece))
}

/// Shared: the program that engines take; none while anything is wrong.
#[salsa::tracked]
fn program(db: &dyn Db, project: Project) -> Option<Arc<Verified>> {
    let broken = project
        .own(db)
        .iter()
        .any(|file| file_diagnostics(db, project, *file).iter().any(|found| found.severity() == Severity::Error));
    if broken { None } else { enact_ir::verify(linked(db, project).clone()).ok().map(Arc::new) }
}

/// Shared: what is wrong with one declaration, by itself and by the checks.
#[salsa::tracked]
fn item_diagnostics(db: &dyn Db, project: Project, item: ItemId) -> Vec<Diagnostic<Span>> {
    let parsed = parsed_item(db, project, item.clone());
    let elaborated = elaborated(db, project, item.clone());
    let mut found = parsed.diagnostics.clone();
    let text = item_text(db, project, item);
    let broken: BTreeSet<usize> = found.iter().map(|it| line_of(text, it.primary.place)).collect();
    // What follows from a line that could not be read is no mistake of its own.
    found
        .extend(elaborated.diagnostics.iter().filter(|it| !broken.contains(&line_of(text, it.primary.place))).cloned());
    if found.is_empty() {
        found.extend(findings::of_item(&parsed.item, text, elaborated, context(db, project)));
    }
    found
}

fn line_of(text: &str, span: Span) -> usize {
    text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count())
}

/// Shared: what is wrong between declarations: modules, names declared twice, figures for no date, what is never used.
#[salsa::tracked]
fn project_diagnostics(db: &dyn Db, project: Project) -> Vec<Diagnostic<ItemPlace>> {
    let mut known = Vec::new();
    for (own, files) in [(true, project.own(db)), (false, project.library(db))] {
        for id in files.iter().flat_map(|file| file_items(db, *file)) {
            let parsed = parsed_item(db, project, id.clone());
            let elaborated = own.then(|| elaborated(db, project, id.clone()));
            let clean = parsed.diagnostics.is_empty() && elaborated.is_none_or(|it| it.diagnostics.is_empty());
            let errors = own && !clean;
            known.push(Known { id: id.clone(), own, item: &parsed.item, elaborated, errors });
        }
    }
    let (modules, catalog) = (modules(db, project), catalog(db, project));
    findings::of_project(&known, project.own(db), modules, catalog, linked(db, project), &|path| {
        schema(db, project, path.to_owned()).as_ref().map_err(Vec::as_slice)
    })
}

/// Shared: everything that is wrong with a file, at places from its start.
#[salsa::tracked]
fn file_diagnostics(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic> {
    let own = project.own(db);
    let number = |file: SourceFile| {
        own.iter()
            .chain(project.library(db))
            .position(|it| *it == file)
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(0)
    };
    // Only a file without declarations can be too large; others need not look at their text here.
    if file_items(db, file).is_empty() && file.text(db).len() > enact_syntax::MAX_FILE {
        let refused = enact_syntax::parse_file(file.text(db)).into_iter().flat_map(|(_, parsed)| parsed.diagnostics);
        return refused.map(|found| found.map_places(|span| Place { file: FileId(number(file)), span })).collect();
    }
    let absolute = |place: ItemPlace| {
        let start = slices(db, place.item.file).places.get(&place.item).map_or(0, |it| it.span.start);
        Place { file: FileId(number(place.item.file)), span: place.span.shifted(start) }
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    for id in file_items(db, file) {
        for diagnostic in item_diagnostics(db, project, id.clone()) {
            let placed = diagnostic.clone().map_places(|span| ItemPlace { item: id.clone(), span });
            found.push(placed.map_places(absolute));
        }
    }
    let between = project_diagnostics(db, project).iter().filter(|it| it.primary.place.item.file == file);
    found.extend(between.map(|it| it.clone().map_places(absolute)));
    found.sort_by(|a, b| (a.primary.place, a.code, &a.message).cmp(&(b.primary.place, b.code, &b.message)));
    found.dedup();
    found
}

/// A project, and everything that can be known of it before it runs.
#[derive(Default)]
pub struct Database {
    storage: Storage,
    project: Option<Project>,
    /// The texts as they were given, for pictures of diagnostics: literate files with their prose.
    texts: BTreeMap<String, String>,
}

impl Database {
    /// Takes the files of a project: rule files (`*.enact`, `*.enact.md`) and schemas, by their project-relative paths. What was there before is forgotten.
    pub fn set_files(&mut self, mut sources: Vec<(String, String)>, mut schemas: Vec<(String, String)>) {
        sources.sort();
        schemas.sort();
        self.texts = sources.iter().cloned().collect();
        let known: BTreeMap<String, SourceFile> = match self.project {
            Some(project) => {
                project.own(&self.storage).iter().map(|file| (file.path(&self.storage).clone(), *file)).collect()
            }
            None => BTreeMap::new(),
        };
        let own: Vec<SourceFile> = sources
            .into_iter()
            .map(|(path, text)| {
                let text = readable(&path, text);
                match known.get(&path) {
                    Some(file) => {
                        if *file.text(&self.storage) != text {
                            file.set_text(&mut self.storage).to(text);
                        }
                        *file
                    }
                    None => SourceFile::new(&self.storage, path, text),
                }
            })
            .collect();
        let schemas = schemas.into_iter().map(|(path, text)| SchemaFile::new(&self.storage, path, text)).collect();
        match self.project {
            Some(project) => {
                project.set_own(&mut self.storage).to(own);
                project.set_schemas(&mut self.storage).to(schemas);
            }
            None => {
                let library = enact_stdlib::FILES.iter().map(|(path, text)| {
                    SourceFile::builder((*path).to_owned(), (*text).to_owned())
                        .durability(Durability::HIGH)
                        .new(&self.storage)
                });
                self.project = Some(Project::new(&self.storage, own, library.collect(), schemas));
            }
        }
    }

    /// Changes the text of a rule file, or of a schema; a path that is not known is ignored.
    pub fn set_text(&mut self, path: &str, text: String) {
        let Some(project) = self.project else { return };
        let file = project.own(&self.storage).iter().find(|file| file.path(&self.storage) == path).copied();
        if let Some(file) = file {
            self.texts.insert(path.to_owned(), text.clone());
            file.set_text(&mut self.storage).to(readable(path, text));
            return;
        }
        let schema = project.schemas(&self.storage).iter().find(|file| file.path(&self.storage) == path).copied();
        if let Some(schema) = schema {
            schema.set_text(&mut self.storage).to(text);
        }
    }

    /// Everything that is wrong, in the order of files and places. Places in the standard library are never the primary ones.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let Some(project) = self.project else { return Vec::new() };
        let db: &dyn Db = &self.storage;
        project.own(db).iter().flat_map(|file| file_diagnostics(db, project, *file)).cloned().collect()
    }

    /// The program for the engines; none while there are errors.
    pub fn program(&self) -> Option<Arc<Verified>> {
        let project = self.project?;
        program(&self.storage, project).clone()
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

    fn pieces<T>(&self, pick: impl Fn(&Piece) -> Option<T>) -> Vec<T> {
        let Some(project) = self.project else { return Vec::new() };
        let db: &dyn Db = &self.storage;
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

    /// The questions that were answered anew since this was last asked.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut *self.storage.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the verifier says of the linked program: always nothing, unless the compiler is at fault.
    #[cfg(test)]
    pub(crate) fn verify_errors(&self) -> Vec<String> {
        let Some(project) = self.project else { return Vec::new() };
        match enact_ir::verify(linked(&self.storage, project).clone()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The text that is read: of a literate file the rules alone, at their places.
fn readable(path: &str, text: String) -> String {
    if path.ends_with(".md") { enact_syntax::literate(&text) } else { text }
}
