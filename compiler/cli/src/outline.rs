//! What the command reads straight from the tree: passages that are not coded, and where a single file keeps its schemas.

use crate::project::Project;
use enact_syntax::ast::{Cite, ItemKind, Name, StatementKind, Supply};
use std::collections::{BTreeMap, BTreeSet};

/// A passage that the author has deliberately not coded.
#[derive(Debug)]
pub(crate) struct NotCoded {
    pub(crate) file: String,
    pub(crate) passage: String,
    pub(crate) because: String,
    pub(crate) cites: Vec<String>,
}

/// The passages of a project that are not coded, in the order of its files.
pub(crate) fn not_coded(project: &Project) -> Vec<NotCoded> {
    let mut found = Vec::new();
    for (file, text) in &project.sources {
        for kind in items(file, text) {
            let ItemKind::NotCoded(it) = kind else { continue };
            found.push(NotCoded {
                file: file.clone(),
                passage: it.passage.text,
                because: it.because.text,
                cites: it.cites.iter().map(cite).collect(),
            });
        }
    }
    found
}

/// The folders, relative to the file, of the schemas that it names.
pub(crate) fn schema_folders(file: &str, text: &str) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    let mut add = |supply: &Supply| {
        let Some(schema) = &supply.schema else { return };
        let path = schema.text.split('#').next().unwrap_or_default();
        folders.insert(path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned()));
    };
    for kind in items(file, text) {
        match kind {
            ItemKind::Record(it) => add(&it.supply),
            ItemKind::Decision(it) => it.inputs.iter().for_each(|input| add(&input.supply)),
            _ => {}
        }
    }
    folders
}

/// The files of the standard library that a project imports, also through others, in the order of their paths.
pub(crate) fn library(project: &Project) -> Vec<(&'static str, &'static str)> {
    let mut open: Vec<String> = project.sources.iter().flat_map(|(file, text)| imports(file, text)).collect();
    let mut found = BTreeMap::new();
    while let Some(wanted) = open.pop() {
        for (path, text) in enact_stdlib::FILES.iter().filter(|(path, text)| module(path, text) == wanted) {
            if found.insert(*path, *text).is_none() {
                open.extend(imports(path, text));
            }
        }
    }
    found.into_iter().collect()
}

/// The modules that a file imports.
fn imports(file: &str, text: &str) -> Vec<String> {
    let imported = |kind| match kind {
        ItemKind::Import(it) => Some(dotted(&it.path)),
        _ => None,
    };
    items(file, text).into_iter().filter_map(imported).collect()
}

/// The module that a file declares; empty where it names none.
fn module(file: &str, text: &str) -> String {
    let declared = |kind| match kind {
        ItemKind::Policy(it) => Some(dotted(&it.path)),
        _ => None,
    };
    items(file, text).into_iter().find_map(declared).unwrap_or_default()
}

fn dotted(path: &[Name]) -> String {
    path.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}

/// How many rules a project states: requirements and outputs.
pub(crate) fn rules(project: &Project) -> usize {
    let statements = |kind: ItemKind| match kind {
        ItemKind::Decision(it) => {
            it.statements.iter().filter(|it| !matches!(it.kind, StatementKind::Let(_) | StatementKind::Error)).count()
        }
        _ => 0,
    };
    project.sources.iter().flat_map(|(file, text)| items(file, text)).map(statements).sum()
}

fn items(file: &str, text: &str) -> Vec<ItemKind> {
    let blanked = file.ends_with(".md").then(|| enact_syntax::literate(text));
    let parsed = enact_syntax::parse_file(blanked.as_deref().unwrap_or(text));
    parsed.into_iter().map(|(_, parsed)| parsed.item.kind).collect()
}

fn cite(cite: &Cite) -> String {
    let mut text = cite.source.text.clone();
    for part in &cite.parts {
        text.push_str(&format!(".{}({})", part.kind.text, part.value));
    }
    text
}
