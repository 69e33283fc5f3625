//! W0902: a name that is never used.
//!
//! A name counts as used where any other place of the project that could mean it mentions it; so a warning is never wrong, but a name hidden by a twin may be missed.

use super::mentions::mentions;
use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Item, ItemKind, Name, StatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// The names that the declarations of a file mention: each with the declaration that does, by its place, or `None` if several do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mentioned {
    names: BTreeMap<String, Option<usize>>,
}

impl Mentioned {
    /// Adds what the declaration at this place mentions.
    pub(crate) fn add(&mut self, place: usize, item: &Item) {
        for (name, _) in mentions(item) {
            match self.names.get_mut(name) {
                Some(by) => *by = by.filter(|known| *known == place),
                None => {
                    self.names.insert(name.to_owned(), Some(place));
                }
            }
        }
    }

    fn contains(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Whether a declaration other than the one at this place mentions the name.
    fn elsewhere(&self, place: usize, name: &str) -> bool {
        self.names.get(name).is_some_and(|by| *by != Some(place))
    }
}

/// Where the names of a file may be used.
pub(crate) struct Uses<'a> {
    /// In the file itself.
    pub(crate) here: &'a Mentioned,
    /// In the other files that see its module.
    pub(crate) others: &'a [&'a Mentioned],
    /// Whether the file's module makes decisions; one that does not is there for others.
    pub(crate) is_decided: bool,
    /// The names that a module declares.
    pub(crate) exported: &'a dyn Fn(&str) -> Vec<&'a str>,
}

/// What is unused of the declaration at this place of its file: itself, its inputs and `let`s, or the import that it is.
pub(crate) fn check(place: usize, item: &Item, uses: &Uses<'_>) -> Vec<Diagnostic<Span>> {
    let is_used = |name: &str| uses.here.elsewhere(place, name) || uses.others.iter().any(|it| it.contains(name));
    let own = declaration(&item.kind).filter(|(_, name)| uses.is_decided && !is_used(&name.text));
    let mut found: Vec<_> = own.map(|(word, name)| never_used(word, name)).into_iter().collect();
    found.extend(lets(item));
    found.extend(import(item, uses));
    found
}

/// What a reader calls the declaration, for kinds that are of no use by themselves.
fn declaration(kind: &ItemKind) -> Option<(&'static str, &Name)> {
    match kind {
        ItemKind::Source(it) => Some(("source", &it.name)),
        ItemKind::Enum(it) => Some(("enum", &it.name)),
        ItemKind::Record(it) => Some(("record", &it.name)),
        ItemKind::Table(it) => Some((if it.dated { "parameter" } else { "table" }, &it.name)),
        ItemKind::Scale(it) => Some(("scale", &it.name)),
        ItemKind::Calendar(it) => Some(("calendar", &it.name)),
        ItemKind::Define(it) => Some(("define", &it.name)),
        _ => None,
    }
}

fn never_used(word: &str, name: &Name) -> Diagnostic<Span> {
    let message = format!("{word} `{}` is never used", name.text);
    Diagnostic::new(Code::UnusedName, name.span, message, "declared here")
        .with_help("remove it, or use it where it was meant")
}

fn lets(item: &Item) -> Vec<Diagnostic<Span>> {
    let ItemKind::Decision(decision) = &item.kind else { return Vec::new() };
    let used: BTreeSet<&str> = mentions(item).into_iter().map(|(name, _)| name).collect();
    let bound = decision.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Let(it) => Some(("let", &it.name)),
        _ => None,
    });
    let inputs = decision.inputs.iter().map(|input| ("input", &input.name));
    inputs
        .chain(bound)
        .filter(|(_, name)| !used.contains(name.text.as_str()))
        .map(|(word, name)| never_used(word, name))
        .collect()
}

/// An import of which the importing file mentions no name.
fn import(item: &Item, uses: &Uses<'_>) -> Option<Diagnostic<Span>> {
    let ItemKind::Import(import) = &item.kind else { return None };
    let path = import.path.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
    let exported = (uses.exported)(&path);
    if exported.is_empty() || exported.iter().any(|name| uses.here.contains(name)) {
        return None;
    }
    let span = import.path.iter().map(|part| part.span).reduce(Span::to)?;
    let message = format!("nothing of `{path}` is used in this file");
    Some(Diagnostic::new(Code::UnusedName, span, message, "imported here").with_help("remove the import"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;

    /// What is found in a file beside another file, where every module exports these names.
    fn found(texts: &[&str], others: &[&str], exported: &[&str]) -> String {
        let items: Vec<Item> = texts.iter().map(|text| item(text)).collect();
        let (mut here, mut there) = (Mentioned::default(), Mentioned::default());
        items.iter().enumerate().for_each(|(n, it)| here.add(n, it));
        others.iter().enumerate().for_each(|(n, text)| there.add(n, &item(text)));
        let is_decided = items.iter().any(|it| matches!(it.kind, ItemKind::Decision(_)));
        let uses = Uses { here: &here, others: &[&there], is_decided, exported: &|_| exported.to_vec() };
        let found: Vec<_> = items.iter().enumerate().flat_map(|(n, it)| check(n, it, &uses)).collect();
        lines(&found)
    }

    #[test]
    fn what_nothing_mentions_is_reported_once() {
        let used = "decision d input a: A { let x = t(a.b) output o: int cite law.art(1) = x }";
        for (texts, expected) in [
            (vec![used, "record A { b: int }", "source law = law \"…\"", "table t (b: int) : int { _ => 1 }"], ""),
            (vec![used, "record B { b: int }"], "W0902 record `B` is never used"),
            (vec![used, "define f (n: int) = f(n)"], "W0902 define `f` is never used"),
            (
                vec![used, "enum E { a, b }", "source other = law \"…\""],
                "W0902 enum `E` is never used\nW0902 source `other` is never used",
            ),
            (
                vec!["decision d input a: int, b: int { let x = a let y = a output o: int = x }"],
                "W0902 input `b` is never used\nW0902 let `y` is never used",
            ),
            // A module without decision is there for others.
            (vec!["define f (n: int) = n", "enum E { a }"], ""),
        ] {
            assert_eq!(found(&texts, &[], &[]), expected, "{texts:?}");
        }
    }

    #[test]
    fn an_import_is_used_by_its_own_file_only() {
        let unused = "W0902 nothing of `lib` is used in this file";
        for (texts, others, expected) in [
            (vec!["import lib", "define g (n: int) = f(n)"], vec![], ""),
            (vec!["import lib"], vec!["define g (n: int) = f(n)"], unused),
        ] {
            assert_eq!(found(&texts, &others, &["f"]), expected);
        }
    }
}
