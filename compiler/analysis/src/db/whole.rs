//! Questions about the whole project: where declarations stand in the IR, its schemas, and the program that they make together.

use super::declarations::{callees, elaborated, file_items, parsed_item};
use super::files::file_diagnostics;
use super::{Db, NoProgram, Project, SourceFile};
use crate::elaborate;
use crate::items::ItemId;
use crate::link;
use crate::scope::Kind;
use crate::signature::Catalog;
use enact_base::Severity;
use enact_ir::{Program, Verified};
use enact_schema::{Schema, SchemaProblem};
use enact_syntax::ast::ItemKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Firewall: the places of declarations in the IR.
#[salsa::tracked]
pub(crate) fn catalog(db: &dyn Db, project: Project) -> Catalog {
    let mut catalog = Catalog::default();
    for (kind, id) in project.names(db).reachable(project.own(db)) {
        catalog.add(kind, id);
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
pub(super) fn linked(db: &dyn Db, project: Project) -> Program {
    let own = catalog(db, project).decisions.iter().filter(|id| project.own(db).contains(&id.file));
    let sound = own.map(|id| elaborated(db, project, id.clone())).filter(|it| it.diagnostics.is_empty());
    link::with_decisions(context(db, project), sound.map(|it| &it.piece))
}

/// Shared: the program that engines take.
#[salsa::tracked]
pub(super) fn program(db: &dyn Db, project: Project) -> Result<Arc<Verified>, NoProgram> {
    let has_errors = |file: &SourceFile| {
        file_diagnostics(db, project, *file).iter().any(|found| found.severity() == Severity::Error)
    };
    if project.own(db).iter().any(has_errors) {
        return Err(NoProgram::Errors);
    }
    let verified = enact_ir::verify(linked(db, project).clone());
    verified.map(Arc::new).map_err(|errors| NoProgram::Fault(errors.iter().map(ToString::to_string).collect()))
}

/// Firewall: all functions, each after those that it uses. Elaborated in this order, none waits for another, however long the chain.
#[salsa::tracked]
pub(super) fn functions(db: &dyn Db, project: Project) -> Vec<ItemId> {
    let mut order = Vec::new();
    let mut seen: BTreeSet<ItemId> = BTreeSet::new();
    let reachable = project.names(db).reachable(project.own(db)).into_iter();
    for (_, start) in reachable.filter(|(kind, _)| *kind == Kind::Define) {
        // Depth first without recursion; the second visit comes after everything that is used.
        let mut open = vec![(start, false)];
        while let Some((id, finished)) = open.pop() {
            if finished {
                order.push(id);
            } else if seen.insert(id.clone()) {
                open.push((id.clone(), true));
                open.extend(callees(db, project, id).iter().map(|callee| (callee.clone(), false)));
            }
        }
    }
    order
}
