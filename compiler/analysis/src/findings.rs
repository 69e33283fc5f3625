//! The checks put to work: which of them look at which declaration, and what is wrong between declarations.

use crate::checks::schema_fit::Read;
use crate::checks::{self, unused};
use crate::db::SourceFile;
use crate::elaborate::{Elaborated, Piece};
use crate::items::{ItemId, ItemPlace};
use crate::scope::Modules;
use crate::signature::Catalog;
use enact_base::{Code, Diagnostic, Edit, Severity, Span, nearest};
use enact_ir::{Program, TableId};
use enact_syntax::ast::{Item, ItemKind};
use std::collections::BTreeMap;

/// What the checks find in one declaration that has nothing else wrong with it. `context` is the program without decisions.
pub(crate) fn of_item(item: &Item, text: &str, elaborated: &Elaborated, context: &Program) -> Vec<Diagnostic<Span>> {
    let mut found = match (&item.kind, &elaborated.piece) {
        (ItemKind::Table(declared), Piece::Table(table)) => checks::tables::check(context, declared, table),
        (ItemKind::Scale(scale), _) => checks::scales::check(scale),
        (ItemKind::Calendar(calendar), _) => checks::calendar::check(calendar),
        (_, Piece::Decision(decision) | Piece::Define(decision)) => {
            let material = &elaborated.material;
            let matches = material.matches.iter().flat_map(|it| checks::matches::check(context, it));
            let rules = material.rules.iter().flat_map(|it| checks::exceptions::check(context, decision, it));
            let conditions = checks::conditions::check(context, decision, &material.conditions);
            matches.chain(rules).chain(conditions).collect()
        }
        _ => Vec::new(),
    };
    found.extend(checks::undated::check(item, text, &elaborated.undated));
    found.extend(checks::citations::check(item));
    found
}

/// A declaration of the project or of the library.
pub(crate) struct Known<'p> {
    pub(crate) id: ItemId,
    pub(crate) own: bool,
    pub(crate) item: &'p Item,
    /// For those of the project.
    pub(crate) elaborated: Option<&'p Elaborated>,
    /// Whether something is wrong with it by itself.
    pub(crate) errors: bool,
}

/// What is wrong between declarations.
pub(crate) fn of_project<'s>(
    known: &[Known<'_>],
    files: &[SourceFile],
    modules: &Modules,
    catalog: &Catalog,
    program: &Program,
    schema: &dyn Fn(&str) -> Read<'s>,
) -> Vec<Diagnostic<ItemPlace>> {
    let mut found = Vec::new();
    let mut by_file: BTreeMap<SourceFile, Vec<&Known<'_>>> = BTreeMap::new();
    for it in known.iter().filter(|it| it.own) {
        by_file.entry(it.id.file).or_default().push(it);
    }
    by_file.values().for_each(|items| found.extend(policy_of(items)));
    found.extend(twins(known, modules));
    found.extend(same_decisions(known, modules));
    known.iter().filter(|it| it.own).for_each(|it| found.extend(unknown_import(it, modules)));
    found.extend(versions(known, catalog, program));
    found.extend(schemas(known, program, schema));
    let outline = outline(known, modules, files);
    found.extend(numbered(known, checks::schema_named::check(&outline)));
    let errors = known.iter().any(|it| it.errors) || found.iter().any(|it| it.severity() == Severity::Error);
    if !errors {
        // A misspelt name leaves the one that was meant unused: one mistake, one diagnostic.
        found.extend(numbered(known, unused::check(&outline)));
    }
    found
}

fn placed(id: &ItemId, found: Diagnostic<Span>) -> Diagnostic<ItemPlace> {
    found.map_places(|span| ItemPlace { item: id.clone(), span })
}

/// Every file says once to which policy it belongs.
fn policy_of(items: &[&Known<'_>]) -> Vec<Diagnostic<ItemPlace>> {
    let policies: Vec<&&Known<'_>> = items.iter().filter(|it| matches!(it.item.kind, ItemKind::Policy(_))).collect();
    match policies.as_slice() {
        [] => {
            // A file without any declaration that could be read says nothing that could belong somewhere.
            let Some(first) = items.first().filter(|_| items.iter().any(|it| !matches!(it.item.kind, ItemKind::Error)))
            else {
                return Vec::new();
            };
            let start = Span { start: 0, end: 0 };
            let at = Span { start: 0, end: first.item.span.start.saturating_add(1).max(1) };
            let message = "the file does not say to which policy it belongs";
            let diagnostic = Diagnostic::new(Code::MissingPolicy, at, message, "no `policy` before this").with_fix(
                "begin the file with `policy` and the path of its module",
                vec![Edit { place: start, text: "policy my.policy\n\n".into() }],
            );
            vec![placed(&first.id, diagnostic)]
        }
        [first, rest @ ..] => rest
            .iter()
            .map(|it| {
                let place = |it: &Known<'_>| ItemPlace { item: it.id.clone(), span: it.item.span };
                Diagnostic::new(Code::DuplicateName, place(it), "the file names its policy twice", "a second time")
                    .with_label(place(first), "first here")
            })
            .collect(),
    }
}

/// Names that are declared twice in a module.
fn twins(known: &[Known<'_>], modules: &Modules) -> Vec<Diagnostic<ItemPlace>> {
    let index: BTreeMap<&ItemId, &Known<'_>> = known.iter().filter(|it| it.own).map(|it| (&it.id, it)).collect();
    let place = |id: &ItemId| {
        let item = index.get(id)?;
        Some(ItemPlace { item: id.clone(), span: item.item.kind.name().map_or(item.item.span, |name| name.span) })
    };
    let mut found = Vec::new();
    for (name, ids) in modules.twins() {
        let Some(first) = ids.first().and_then(place) else { continue };
        for second in ids.iter().skip(1).filter_map(place) {
            let message = format!("`{name}` is declared twice");
            let diagnostic = Diagnostic::new(Code::DuplicateName, second, message, "a second time");
            found.push(
                diagnostic.with_label(first.clone(), "first here").with_help("rename one of the two, or remove it"),
            );
        }
    }
    found
}

/// Decisions are asked for by their names alone, so the modules of a project do not share one.
fn same_decisions(known: &[Known<'_>], modules: &Modules) -> Vec<Diagnostic<ItemPlace>> {
    let mut seen: BTreeMap<&str, &Known<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for it in known.iter().filter(|it| it.own) {
        let ItemKind::Decision(decision) = &it.item.kind else { continue };
        let name = &decision.name;
        let place = |it: &Known<'_>, span: Span| ItemPlace { item: it.id.clone(), span };
        match seen.get(name.text.as_str()) {
            // Two of one module are told as such.
            Some(first) if modules.module(first.id.file) != modules.module(it.id.file) => {
                let message = format!("the project has two decisions `{}`", name.text);
                let span = first.item.kind.name().map_or(first.item.span, |name| name.span);
                found.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        place(it, name.span),
                        message,
                        "a second one, of another module",
                    )
                    .with_label(place(first, span), "the first")
                    .with_help("decisions are asked for by their names: rename one of the two"),
                );
            }
            Some(_) => {}
            None => {
                seen.insert(&name.text, it);
            }
        }
    }
    found
}

fn unknown_import(known: &Known<'_>, modules: &Modules) -> Option<Diagnostic<ItemPlace>> {
    let ItemKind::Import(import) = &known.item.kind else { return None };
    let path = crate::elaborate::dotted(&import.path);
    if path.is_empty() || modules.contains(&path) {
        return None;
    }
    let span = import.path.iter().map(|name| name.span).reduce(Span::to).unwrap_or(known.item.span);
    let found = Diagnostic::new(Code::UnknownModule, span, format!("there is no module `{path}`"), "not declared");
    let near = nearest(&path, modules.paths().filter(|path| !path.starts_with('#'))).map(str::to_owned);
    let found = match near {
        Some(near) => {
            let edit = Edit { place: span, text: near.clone() };
            found.with_fix(format!("write `{near}`"), vec![edit])
        }
        None => found.with_help("a module is named by the `policy` line of its files"),
    };
    Some(placed(&known.id, found))
}

/// Versions of parameters and scales, with the days on which decisions read them.
fn versions(known: &[Known<'_>], catalog: &Catalog, program: &Program) -> Vec<Diagnostic<ItemPlace>> {
    let reaches = checks::reach::reaches(program);
    let mut found = Vec::new();
    for it in known.iter().filter(|it| it.own && !it.errors) {
        let reach = catalog.place(&it.id).and_then(|place| reaches.get(&TableId(place)));
        found.extend(checks::versions::check(it.item, reach).into_iter().map(|diagnostic| placed(&it.id, diagnostic)));
    }
    found
}

/// Records and inputs by the schemas that they name.
fn schemas<'s>(
    known: &[Known<'_>],
    program: &Program,
    schema: &dyn Fn(&str) -> Read<'s>,
) -> Vec<Diagnostic<ItemPlace>> {
    let mut found = Vec::new();
    for it in known.iter().filter(|it| it.own && !it.errors) {
        let Some(elaborated) = it.elaborated else { continue };
        match (&it.item.kind, &elaborated.piece) {
            (ItemKind::Record(declared), Piece::Record(record)) => {
                if let Some(named) = &declared.supply.schema {
                    let own = checks::schema_fit::record(program, declared, record, schema(&named.text));
                    found.extend(own.into_iter().map(|diagnostic| placed(&it.id, diagnostic)));
                }
            }
            (ItemKind::Decision(declared), Piece::Decision(decision)) => {
                for (field, input) in declared.inputs.iter().zip(&decision.inputs) {
                    if let Some(named) = &field.supply.schema {
                        let own = checks::schema_fit::input(program, field, input, schema(&named.text));
                        found.extend(own.into_iter().map(|diagnostic| placed(&it.id, diagnostic)));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Every declaration as the checks of the whole project see it.
fn outline<'p>(known: &'p [Known<'_>], modules: &'p Modules, files: &[SourceFile]) -> Vec<unused::Declared<'p>> {
    let numbers: BTreeMap<SourceFile, u32> = files.iter().copied().zip(0..).collect();
    let number = |it: &Known<'_>| numbers.get(&it.id.file).copied();
    let declared = |it: &'p Known<'_>| unused::Declared {
        module: modules.module(it.id.file),
        file: number(it).unwrap_or(u32::MAX),
        own: it.own,
        item: it.item,
    };
    known.iter().map(declared).collect()
}

fn numbered(known: &[Known<'_>], found: Vec<(usize, Diagnostic<Span>)>) -> Vec<Diagnostic<ItemPlace>> {
    found.into_iter().filter_map(|(n, found)| Some(placed(&known.get(n)?.id, found))).collect()
}
