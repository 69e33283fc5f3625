//! Questions about one declaration. Nothing here looks at a whole project but through its index of names, so an edit elsewhere does not reach it.

use super::{Db, Project, SourceFile, catalog};
use crate::checks::mentions;
use crate::checks::privacy;
use crate::checks::reach::{Reaches, reaches};
use crate::elaborate::{self, Elaborated, Piece};
use crate::findings;
use crate::items::{self, ItemId, ItemPlace, Slices};
use crate::scope::{Declared, FileOutline, Kind};
use crate::signature::Signature;
use crate::view::View;
use enact_base::{Diagnostic, Severity, Span};
use enact_syntax::ParsedItem;
use enact_syntax::ast::ItemKind;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Firewall: a file cut into declarations. Runs after every edit of the file.
#[salsa::tracked]
pub(super) fn slices(db: &dyn Db, file: SourceFile) -> Slices {
    items::slices(file, file.text(db))
}

/// Firewall: which declarations a file has, without their places and texts.
#[salsa::tracked]
pub(super) fn file_items(db: &dyn Db, file: SourceFile) -> Vec<ItemId> {
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

/// Firewall: what a file declares. The database keeps the outlines of all files as its index of names.
#[salsa::tracked]
pub(super) fn file_outline(db: &dyn Db, project: Project, file: SourceFile) -> FileOutline {
    let items = file_items(db, file).iter().map(|id| (id.clone(), declared(db, project, id.clone()).clone()));
    FileOutline { file, items: items.collect() }
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
pub(super) fn callees(db: &dyn Db, project: Project, item: ItemId) -> Vec<ItemId> {
    let tree = &parsed_item(db, project, item.clone()).item;
    if !matches!(tree.kind, ItemKind::Define(_)) {
        return Vec::new();
    }
    let names: BTreeSet<&str> = mentions::mentions(tree).into_iter().map(|(name, _)| name).collect();
    let view = View::new(db, project);
    let found = names.into_iter().flat_map(|name| view.resolve(&item, name));
    found.filter(|id| declared(db, project, id.clone()).kind == Kind::Define).collect()
}

/// Firewall: the other functions of a circle in which a function needs itself.
#[salsa::tracked]
pub(crate) fn circle(db: &dyn Db, project: Project, item: ItemId) -> Option<Vec<ItemId>> {
    let mut from: Vec<(ItemId, Option<usize>)> = vec![(item.clone(), None)];
    let mut known: BTreeSet<ItemId> = BTreeSet::new();
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
            if known.insert(callee.clone()) {
                from.push((callee.clone(), Some(next)));
            }
        }
        next += 1;
    }
    None
}

/// Shared: what a function does with its parameters and with the fields that it reads.
#[salsa::tracked]
pub(crate) fn summary(db: &dyn Db, project: Project, item: ItemId, mode: privacy::Mode) -> privacy::Summary {
    privacy::summary(View::new(db, project), &item, mode)
}

/// Firewall: whether something is declared private in a file.
#[salsa::tracked]
fn has_private(db: &dyn Db, project: Project, file: SourceFile) -> bool {
    file_items(db, file).iter().any(|id| match &parsed_item(db, project, id.clone()).item.kind {
        ItemKind::Record(it) => it.fields.iter().any(|field| field.private.is_some()),
        ItemKind::Decision(it) => it.inputs.iter().any(|input| input.private.is_some()),
        _ => false,
    })
}

/// Firewall: whether anything is private at all.
#[salsa::tracked]
fn any_private(db: &dyn Db, project: Project) -> bool {
    project.own(db).iter().chain(project.library(db)).any(|file| *has_private(db, project, *file))
}

/// Shared: private fields that a declaration would show, and what it needlessly discloses. Only of declarations without other errors.
#[salsa::tracked]
pub(super) fn leaks(db: &dyn Db, project: Project, item: ItemId) -> Vec<Diagnostic<ItemPlace>> {
    let kind = declared(db, project, item.clone()).kind;
    let is_rule = matches!(kind, Kind::Decision | Kind::Define);
    if !is_rule || !(*any_private(db, project) || elaborate::may_disclose(item_text(db, project, item.clone()))) {
        return Vec::new();
    }
    let found = item_diagnostics(db, project, item.clone());
    let is_made = matches!(elaborated(db, project, item.clone()).piece, Piece::Decision(_) | Piece::Define(_));
    if !is_made || found.iter().any(|it| it.severity() == Severity::Error) {
        return Vec::new();
    }
    privacy::check(View::new(db, project), &item)
}

/// Firewall: the days on which a decision reads dated figures; of nothing else, and of no decision with errors.
#[salsa::tracked]
pub(super) fn decision_reaches(db: &dyn Db, project: Project, item: ItemId) -> Reaches {
    let elaborated = elaborated(db, project, item);
    match &elaborated.piece {
        Piece::Decision(decision) if elaborated.diagnostics.is_empty() => reaches(decision),
        _ => Reaches::default(),
    }
}

/// Firewall: whether a declaration could be read and elaborated without error.
#[salsa::tracked]
pub(super) fn is_sound(db: &dyn Db, project: Project, item: ItemId) -> bool {
    parsed_item(db, project, item.clone()).diagnostics.is_empty()
        && elaborated(db, project, item).diagnostics.is_empty()
}

/// Shared: what is wrong with one declaration, by itself and by the checks.
#[salsa::tracked]
pub(super) fn item_diagnostics(db: &dyn Db, project: Project, item: ItemId) -> Vec<Diagnostic<Span>> {
    let parsed = parsed_item(db, project, item.clone());
    let elaborated = elaborated(db, project, item.clone());
    let mut found = parsed.diagnostics.clone();
    let text = item_text(db, project, item.clone());
    let broken: BTreeSet<usize> = found.iter().map(|it| line_of(text, it.primary.place)).collect();
    // What follows from a line that could not be read is no mistake of its own.
    found
        .extend(elaborated.diagnostics.iter().filter(|it| !broken.contains(&line_of(text, it.primary.place))).cloned());
    if found.is_empty() {
        found.extend(findings::of_item(&parsed.item, text, elaborated, View::new(db, project)));
    }
    found
}

fn line_of(text: &str, span: Span) -> usize {
    text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count())
}
