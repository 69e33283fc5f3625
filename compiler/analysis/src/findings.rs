//! The checks put to work: which of them look at which declaration, and what is wrong between declarations.

use crate::checks::{self, schema_fit};
use crate::db::SourceFile;
use crate::elaborate::{Elaborated, Piece};
use crate::items::{ItemId, ItemPlace};
use crate::scope::Modules;
use crate::view::View;
use enact_base::{Code, Diagnostic, Edit, Span, nearest};
use enact_ir::Subset;
use enact_syntax::ast::{Item, ItemKind};

/// What the checks find in one declaration that has nothing else wrong with it.
pub(crate) fn of_item(item: &Item, text: &str, elaborated: &Elaborated, view: View<'_>) -> Vec<Diagnostic<Span>> {
    let mut found = match (&item.kind, &elaborated.piece) {
        (ItemKind::Table(declared), Piece::Table(table)) => {
            let mut subset = Subset::new(&view);
            let table = subset.table(table);
            checks::tables::check(&subset.finish(), declared, &table)
        }
        (ItemKind::Scale(scale), _) => checks::scales::check(scale),
        (ItemKind::Calendar(calendar), _) => checks::calendar::check(calendar),
        (_, Piece::Decision(decision) | Piece::Define(decision)) if !elaborated.material.is_empty() => {
            let mut subset = Subset::new(&view);
            let (decision, material) = (subset.decision(decision), elaborated.material.within(&mut subset));
            let program = subset.finish();
            let matches = material.matches.iter().flat_map(|it| checks::matches::check(&program, it));
            let rules = material.rules.iter().flat_map(|it| checks::exceptions::check(&program, &decision, it));
            let conditions = checks::conditions::check(&program, &decision, &material.conditions);
            matches.chain(rules).chain(conditions).collect()
        }
        _ => Vec::new(),
    };
    found.extend(checks::undated::check(item, text, &elaborated.undated));
    found.extend(checks::citations::check(item));
    found.extend(schemas(item, elaborated, view));
    found
}

/// A record or the inputs of a decision by the schemas that they name.
fn schemas(item: &Item, elaborated: &Elaborated, view: View<'_>) -> Vec<Diagnostic<Span>> {
    let mut subset = Subset::new(&view);
    match (&item.kind, &elaborated.piece) {
        (ItemKind::Record(declared), Piece::Record(record)) => {
            let Some(named) = &declared.supply.schema else { return Vec::new() };
            let fields = record.fields.iter().map(|it| subset.field(it)).collect();
            let record = enact_ir::Record { fields, ..record.clone() };
            schema_fit::record(&subset.finish(), declared, &record, view.schema(&named.text))
        }
        (ItemKind::Decision(declared), Piece::Decision(decision)) => {
            let named = declared.inputs.iter().zip(&decision.inputs).filter(|(it, _)| it.supply.schema.is_some());
            let named: Vec<_> = named.map(|(declared, input)| (declared, subset.field(input))).collect();
            let program = subset.finish();
            let judge = |(declared, input): &(&enact_syntax::ast::Field, enact_ir::Field)| {
                let named = declared.supply.schema.as_ref()?;
                Some(schema_fit::input(&program, declared, input, view.schema(&named.text)))
            };
            named.iter().filter_map(judge).flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// The tree of a declaration.
type Trees<'a> = dyn Fn(&ItemId) -> &'a Item + 'a;

/// A finding in a declaration.
pub(crate) fn placed(id: &ItemId, found: Diagnostic<Span>) -> Diagnostic<ItemPlace> {
    found.map_places(|span| ItemPlace { item: id.clone(), span })
}

/// Every file says once to which policy it belongs.
pub(crate) fn policy_of(items: &[(&ItemId, &Item)]) -> Vec<Diagnostic<ItemPlace>> {
    let policies: Vec<_> = items.iter().filter(|(_, item)| matches!(item.kind, ItemKind::Policy(_))).collect();
    let place = |(id, item): &(&ItemId, &Item)| ItemPlace { item: (*id).clone(), span: item.span };
    match policies.as_slice() {
        [] => no_policy(items).into_iter().collect(),
        [first, rest @ ..] => rest
            .iter()
            .map(|it| {
                Diagnostic::new(Code::DuplicateName, place(it), "the file names its policy twice", "a second time")
                    .with_label(place(first), "first here")
            })
            .collect(),
    }
}

fn no_policy(items: &[(&ItemId, &Item)]) -> Option<Diagnostic<ItemPlace>> {
    // A file without any declaration that could be read says nothing that could belong somewhere.
    let (id, first) = items.first().filter(|_| items.iter().any(|(_, it)| !matches!(it.kind, ItemKind::Error)))?;
    let at = Span { start: 0, end: first.span.start.saturating_add(1).max(1) };
    let message = "the file does not say to which policy it belongs";
    let found = Diagnostic::new(Code::MissingPolicy, at, message, "no `policy` before this").with_fix(
        "begin the file with `policy` and the path of its module",
        vec![Edit { place: Span { start: 0, end: 0 }, text: "policy my.policy\n\n".into() }],
    );
    Some(placed(id, found))
}

/// Where the name of a declaration stands.
fn name_of(id: &ItemId, trees: &Trees<'_>) -> ItemPlace {
    let item = trees(id);
    ItemPlace { item: id.clone(), span: item.kind.name().map_or(item.span, |name| name.span) }
}

/// Names that a module declares twice.
pub(crate) fn twins(file: SourceFile, modules: &Modules, trees: &Trees<'_>) -> Vec<Diagnostic<ItemPlace>> {
    let found = |(first, second): &(ItemId, ItemId)| {
        let name = trees(second).kind.name().map_or("", |name| &name.text);
        let message = format!("`{name}` is declared twice");
        Diagnostic::new(Code::DuplicateName, name_of(second, trees), message, "a second time")
            .with_label(name_of(first, trees), "first here")
            .with_help("rename one of the two, or remove it")
    };
    modules.twins(file).iter().map(found).collect()
}

/// Decisions of one name in two modules.
pub(crate) fn same_decisions(file: SourceFile, modules: &Modules, trees: &Trees<'_>) -> Vec<Diagnostic<ItemPlace>> {
    let found = |(first, second): &(ItemId, ItemId)| {
        let name = trees(second).kind.name().map_or("", |name| &name.text);
        let message = format!("the project has two decisions `{name}`");
        Diagnostic::new(Code::DuplicateName, name_of(second, trees), message, "a second one, of another module")
            .with_label(name_of(first, trees), "the first")
            .with_help("decisions are asked for by their names: rename one of the two")
    };
    modules.rivals(file).iter().map(found).collect()
}

/// An import of a module that is not there.
pub(crate) fn unknown_import(id: &ItemId, item: &Item, modules: &Modules) -> Option<Diagnostic<ItemPlace>> {
    let ItemKind::Import(import) = &item.kind else { return None };
    let path = crate::elaborate::dotted(&import.path);
    if path.is_empty() || modules.contains(&path) {
        return None;
    }
    let span = import.path.iter().map(|name| name.span).reduce(Span::to).unwrap_or(item.span);
    let found = Diagnostic::new(Code::UnknownModule, span, format!("there is no module `{path}`"), "not declared");
    let near = nearest(&path, modules.paths().filter(|path| !path.starts_with('#'))).map(str::to_owned);
    let found = match near {
        Some(near) => {
            let edit = Edit { place: span, text: near.clone() };
            found.with_fix(format!("write `{near}`"), vec![edit])
        }
        None => found.with_help("a module is named by the `policy` line of its files"),
    };
    Some(placed(id, found))
}
