//! The checks put to work: which of them look at which declaration, and what is wrong between declarations.

use crate::checks::schema_fit::Read;
use crate::checks::undated::Dated;
use crate::checks::{self, unused};
use crate::db::SourceFile;
use crate::elaborate::{Elaborated, Piece};
use crate::items::{ItemId, ItemPlace};
use crate::scope::Modules;
use crate::signature::Catalog;
use enact_base::{Code, Diagnostic, Edit, Severity, Span, nearest};
use enact_ir::{Program, TableId};
use enact_syntax::ast::{Field, Item, ItemKind};

/// What the checks find in one declaration that has nothing else wrong with it. `context` is the program without decisions.
pub(crate) fn of_item(item: &Item, elaborated: &Elaborated, context: &Program) -> Vec<Diagnostic<Span>> {
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
    found.extend(checks::citations::check(item));
    found
}

/// A declaration of the project or of the library.
pub(crate) struct Known<'p> {
    pub(crate) id: ItemId,
    pub(crate) own: bool,
    pub(crate) item: &'p Item,
    pub(crate) elaborated: &'p Elaborated,
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
    files.iter().for_each(|file| found.extend(policy_of(*file, known)));
    found.extend(twins(known, modules));
    known.iter().filter(|it| it.own).for_each(|it| found.extend(unknown_import(it, modules)));
    found.extend(dated(known));
    found.extend(versions(known, catalog, program));
    found.extend(schemas(known, program, schema));
    let errors = known.iter().any(|it| it.errors) || found.iter().any(|it| it.severity() == Severity::Error);
    if !errors {
        // A misspelt name leaves the one that was meant unused: one mistake, one diagnostic.
        found.extend(never_used(known, modules, files));
    }
    found
}

fn placed(id: &ItemId, found: Diagnostic<Span>) -> Diagnostic<ItemPlace> {
    found.map_places(|span| ItemPlace { item: id.clone(), span })
}

/// Every file says once to which policy it belongs.
fn policy_of(file: SourceFile, known: &[Known<'_>]) -> Vec<Diagnostic<ItemPlace>> {
    let items: Vec<&Known<'_>> = known.iter().filter(|it| it.own && it.id.file == file).collect();
    let policies: Vec<&&Known<'_>> = items.iter().filter(|it| matches!(it.item.kind, ItemKind::Policy(_))).collect();
    match policies.as_slice() {
        [] => {
            // A file without any declaration that could be read says nothing that could belong somewhere.
            let Some(first) = items.first().filter(|_| items.iter().any(|it| !matches!(it.item.kind, ItemKind::Error))) else {
                return Vec::new();
            };
            let start = Span { start: 0, end: 0 };
            let at = Span { start: 0, end: first.item.span.start.saturating_add(1).max(1) };
            let message = "the file does not say to which policy it belongs";
            let diagnostic = Diagnostic::new(Code::MissingPolicy, at, message, "no `policy` before this")
                .with_fix("begin the file with `policy` and the path of its module", vec![Edit { place: start, text: "policy my.policy\n\n".into() }]);
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
    let place = |id: &ItemId| {
        let item = known.iter().find(|it| it.id == *id && it.own)?;
        Some(ItemPlace { item: id.clone(), span: item.item.kind.name().map_or(item.item.span, |name| name.span) })
    };
    let mut found = Vec::new();
    for (name, ids) in modules.twins() {
        let Some(first) = ids.first().and_then(place) else { continue };
        for second in ids.iter().skip(1).filter_map(place) {
            let message = format!("`{name}` is declared twice");
            let diagnostic = Diagnostic::new(Code::DuplicateName, second, message, "a second time");
            found.push(diagnostic.with_label(first.clone(), "first here").with_help("rename one of the two, or remove it"));
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

/// Dated figures that are read for no date.
fn dated(known: &[Known<'_>]) -> Vec<Diagnostic<ItemPlace>> {
    let dated = Dated::of(known.iter().map(|it| it.item));
    let mut found = Vec::new();
    for it in known.iter().filter(|it| it.own && !it.errors) {
        let own = checks::undated::check(it.item, &dated);
        if own.is_empty() {
            // Whatever the names hide, elaboration has seen each reading.
            let unnamed = |span: &Span| {
                Diagnostic::new(Code::NoDate, *span, "a figure is read without a date", "its figures depend on the day")
                    .with_help("write `as of …` after the inputs of the decision, or `at …` here")
            };
            found.extend(it.elaborated.undated.iter().map(unnamed).map(|diagnostic| placed(&it.id, diagnostic)));
        }
        found.extend(own.into_iter().map(|diagnostic| placed(&it.id, diagnostic)));
    }
    found
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

/// Records and inputs by the schemas that they name, and records that name none.
fn schemas<'s>(known: &[Known<'_>], program: &Program, schema: &dyn Fn(&str) -> Read<'s>) -> Vec<Diagnostic<ItemPlace>> {
    let mut found = Vec::new();
    for it in known.iter().filter(|it| it.own && !it.errors) {
        match (&it.item.kind, &it.elaborated.piece) {
            (ItemKind::Record(declared), Piece::Record(record)) => {
                if let Some(named) = &declared.supply.schema {
                    let own = checks::schema_fit::record(program, declared, record, schema(&named.text));
                    found.extend(own.into_iter().map(|diagnostic| placed(&it.id, diagnostic)));
                }
                let inputs = inputs_of(known, &declared.name.text);
                let own = checks::schema_named::check(declared, &inputs);
                found.extend(own.map(|diagnostic| placed(&it.id, diagnostic)));
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

/// Inputs of decisions whose type is a record of this name; the module is not asked, since a hint is all that hangs on it.
fn inputs_of<'p>(known: &'p [Known<'_>], name: &str) -> Vec<&'p Field> {
    let inputs = known.iter().filter(|it| it.own).filter_map(|it| match &it.item.kind {
        ItemKind::Decision(decision) => Some(&decision.inputs),
        _ => None,
    });
    inputs.flatten().filter(|field| names_type(&field.ty, name)).collect()
}

fn names_type(ty: &enact_syntax::ast::TypeRef, name: &str) -> bool {
    use enact_syntax::ast::TypeKind;
    match &ty.kind {
        TypeKind::Named(it) => it.text == name,
        TypeKind::Optional(inner) | TypeKind::List { element: inner, .. } => names_type(inner, name),
        _ => false,
    }
}

fn never_used(known: &[Known<'_>], modules: &Modules, files: &[SourceFile]) -> Vec<Diagnostic<ItemPlace>> {
    let declared: Vec<unused::Declared<'_>> = known
        .iter()
        .map(|it| unused::Declared {
            module: modules.module(it.id.file),
            file: files.iter().position(|file| *file == it.id.file).and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX),
            own: it.own,
            item: it.item,
        })
        .collect();
    let found = unused::check(&declared);
    found.into_iter().filter_map(|(n, found)| Some(placed(&known.get(n)?.id, found))).collect()
}
