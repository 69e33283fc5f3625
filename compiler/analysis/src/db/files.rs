//! Questions about a file: what is wrong in it, by itself and beside the others. What they need of the whole project comes through small answers that most edits leave as they were.

use super::declarations::{
    decision_reaches, file_items, file_outline, is_sound, item_diagnostics, leaks, parsed_item, signature, slices,
};
use super::{Db, Project, SourceFile, catalog};
use crate::checks::ledgers::{self, Counted};
use crate::checks::reach::{Reach, Reaches};
use crate::checks::unused::{Mentioned, Uses};
use crate::checks::{schema_named, unused, versions};
use crate::findings::{self, placed};
use crate::items::{ItemId, ItemPlace};
use crate::scope::Kind;
use enact_base::{Diagnostic, FileId, Place, Severity};
use enact_ir::TableId;
use std::collections::BTreeMap;

/// Firewall: the names that the declarations of a file mention.
#[salsa::tracked]
fn file_mentions(db: &dyn Db, project: Project, file: SourceFile) -> Mentioned {
    let mut all = Mentioned::default();
    for (n, id) in file_items(db, file).iter().enumerate() {
        all.add(n, &parsed_item(db, project, id.clone()).item);
    }
    all
}

/// Firewall: the records that decisions of a file are given without a schema, each with the input's name.
#[salsa::tracked]
fn bare_inputs(db: &dyn Db, project: Project, file: SourceFile) -> Vec<(String, String)> {
    let items = file_items(db, file).iter().map(|id| &parsed_item(db, project, id.clone()).item);
    items.flat_map(schema_named::bare_inputs).collect()
}

/// Firewall: the same of all files; of two inputs of one record the first.
#[salsa::tracked]
fn all_bare_inputs(db: &dyn Db, project: Project) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (record, input) in project.own(db).iter().flat_map(|file| bare_inputs(db, project, *file)) {
        all.entry(record.clone()).or_insert_with(|| input.clone());
    }
    all
}

/// Firewall: the days on which the decisions of a file read figures.
#[salsa::tracked]
fn file_reaches(db: &dyn Db, project: Project, file: SourceFile) -> Reaches {
    let mut all = Reaches::default();
    for id in file_items(db, file) {
        all.join(decision_reaches(db, project, id.clone()));
    }
    all
}

/// Firewall: the same of all files.
#[salsa::tracked]
fn all_reaches(db: &dyn Db, project: Project) -> Reaches {
    let mut all = Reaches::default();
    project.own(db).iter().for_each(|file| all.join(file_reaches(db, project, *file)));
    all
}

/// Firewall: the days on which the figures that a file declares are read.
#[salsa::tracked]
fn reaches_of(db: &dyn Db, project: Project, file: SourceFile) -> BTreeMap<ItemId, Reach> {
    let (all, catalog) = (all_reaches(db, project), catalog(db, project));
    let reach = |id: &ItemId| Some((id.clone(), all.of(TableId(catalog.place(id)?))?));
    file_outline(db, project, file).of_kind(Kind::is_figure).filter_map(reach).collect()
}

/// Firewall: the ledgers that the decisions of a file count in.
#[salsa::tracked]
fn file_ledgers(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Counted> {
    let decisions = file_outline(db, project, file).of_kind(|kind| kind == Kind::Decision);
    decisions.flat_map(|id| ledgers::of(id, signature(db, project, id.clone()))).collect()
}

/// Firewall: the first that counts in each ledger of the project.
#[salsa::tracked]
fn all_ledgers(db: &dyn Db, project: Project) -> BTreeMap<String, Counted> {
    let mut all = BTreeMap::new();
    for counted in project.own(db).iter().flat_map(|file| file_ledgers(db, project, *file)) {
        all.entry(counted.ledger.clone()).or_insert_with(|| counted.clone());
    }
    all
}

/// Shared: what is wrong with the declarations of a file, each by itself.
#[salsa::tracked]
fn own(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic<ItemPlace>> {
    let of = |id: &ItemId| {
        let found = item_diagnostics(db, project, id.clone()).iter().cloned();
        found.map(|it| placed(id, it)).collect::<Vec<_>>()
    };
    file_items(db, file).iter().flat_map(of).collect()
}

/// Shared: what is wrong with the names of a file among those of others: no module, names declared twice, imports of nothing.
#[salsa::tracked]
fn misnamed(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic<ItemPlace>> {
    let modules = project.names(db);
    let tree = |id: &ItemId| &parsed_item(db, project, id.clone()).item;
    let items: Vec<_> = file_items(db, file).iter().map(|id| (id, tree(id))).collect();
    let mut found = findings::policy_of(&items);
    found.extend(findings::twins(file, modules, &tree));
    found.extend(findings::same_decisions(file, modules, &tree));
    found.extend(items.iter().filter_map(|(id, item)| findings::unknown_import(id, item, modules)));
    let (mine, all) = (file_ledgers(db, project, file), all_ledgers(db, project));
    found.extend(ledgers::check(mine, all, &tree));
    found
}

/// Shared: what is wrong with figures and records for the decisions that read them: figures for no date, records without a schema.
#[salsa::tracked]
fn misread(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic<ItemPlace>> {
    let tree = |id: &ItemId| &parsed_item(db, project, id.clone()).item;
    let outline = file_outline(db, project, file);
    let reaches = reaches_of(db, project, file);
    let bare = all_bare_inputs(db, project);
    let mut found = Vec::new();
    for id in outline.of_kind(|kind| kind == Kind::Record) {
        found.extend(schema_named::check(tree(id), bare).map(|it| placed(id, it)));
    }
    for id in outline.of_kind(Kind::is_figure).filter(|id| *is_sound(db, project, (*id).clone())) {
        found.extend(versions::check(tree(id), reaches.get(id)).into_iter().map(|it| placed(id, it)));
    }
    found
}

/// Shared: what the declarations of a file would show that is private.
#[salsa::tracked]
fn leaked(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic<ItemPlace>> {
    file_items(db, file).iter().flat_map(|id| leaks(db, project, id.clone())).cloned().collect()
}

/// Firewall: whether there are no errors in a file.
#[salsa::tracked]
fn file_is_sound(db: &dyn Db, project: Project, file: SourceFile) -> bool {
    let found = all_found(db, project, file);
    is_readable(db, file) && found.into_iter().flatten().all(|it| it.severity() != Severity::Error)
}

/// Firewall: whether there are no errors at all.
#[salsa::tracked]
fn all_are_sound(db: &dyn Db, project: Project) -> bool {
    project.own(db).iter().all(|file| *file_is_sound(db, project, *file))
}

/// Shared: the names of a file that are never used.
#[salsa::tracked]
fn never_used(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic<ItemPlace>> {
    let names = project.names(db);
    let module = names.module(file);
    let others = names.seen_from(module).filter(|it| *it != file).map(|it| file_mentions(db, project, it));
    let uses = Uses {
        here: file_mentions(db, project, file),
        others: &others.collect::<Vec<_>>(),
        is_decided: names.decides(module),
        exported: &|path| names.exported(path),
    };
    let mut found = Vec::new();
    for (n, id) in file_items(db, file).iter().enumerate() {
        let item = &parsed_item(db, project, id.clone()).item;
        found.extend(unused::check(n, item, &uses).into_iter().map(|it| placed(id, it)));
    }
    found
}

/// The number of a file among those of the project, and then of the library.
fn number(db: &dyn Db, project: Project, file: SourceFile) -> FileId {
    let files = project.own(db).iter().chain(project.library(db));
    FileId(files.zip(0..).find(|(it, _)| **it == file).map_or(0, |(_, n)| n))
}

/// A place from the start of its file.
pub(super) fn absolute(db: &dyn Db, project: Project, place: ItemPlace) -> Place {
    let start = slices(db, place.item.file).places.get(&place.item).map_or(0, |it| it.span.start);
    Place { file: number(db, project, place.item.file), span: place.span.shifted(start) }
}

/// Everything but unused names.
fn all_found(db: &dyn Db, project: Project, file: SourceFile) -> [&Vec<Diagnostic<ItemPlace>>; 4] {
    [own(db, project, file), misnamed(db, project, file), misread(db, project, file), leaked(db, project, file)]
}

/// A file without declarations may be too large to be read; others need not look at their text for that.
fn is_readable(db: &dyn Db, file: SourceFile) -> bool {
    !file_items(db, file).is_empty() || file.text(db).len() <= enact_syntax::MAX_FILE
}

/// Shared: everything that is wrong with a file, at places from its start.
#[salsa::tracked]
pub(super) fn file_diagnostics(db: &dyn Db, project: Project, file: SourceFile) -> Vec<Diagnostic> {
    if !is_readable(db, file) {
        let refused = enact_syntax::parse_file(file.text(db)).into_iter().flat_map(|(_, parsed)| parsed.diagnostics);
        return refused.map(|found| found.map_places(|span| Place { file: number(db, project, file), span })).collect();
    }
    // A misspelt name leaves the one that was meant unused, so nothing is said of that while there are errors.
    let unused = if *all_are_sound(db, project) { never_used(db, project, file).as_slice() } else { &[] };
    let all = all_found(db, project, file).into_iter().flatten().chain(unused);
    let mut found: Vec<Diagnostic> =
        all.map(|it| it.clone().map_places(|place| absolute(db, project, place))).collect();
    found.sort_by(|a, b| (a.primary.place, a.code, &a.message).cmp(&(b.primary.place, b.code, &b.message)));
    found.dedup();
    found
}
