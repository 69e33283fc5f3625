//! W0902: a name that is never used.
//!
//! A name counts as used where any other place of the project that could mean it mentions it; so a warning is never wrong, but a name hidden by a twin may be missed.

use super::mentions::mentions;
use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Item, ItemKind, Name, StatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// A declaration of the project: the module that it belongs to, and its tree.
pub(crate) struct Declared<'a> {
    /// `a.b.c`, from the file's `policy`.
    pub(crate) module: &'a str,
    /// Which file of the project; imports hold for a file.
    pub(crate) file: u32,
    /// Whether it is the author's: others (the standard library) are not judged, but their uses count.
    pub(crate) own: bool,
    /// The tree.
    pub(crate) item: &'a Item,
}

/// Unused declarations, imports, inputs and `let`s, with the place in `items` of the one that they stand in.
pub(crate) fn check(items: &[Declared<'_>]) -> Vec<(usize, Diagnostic<Span>)> {
    let mut uses: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut decided: BTreeSet<&str> = BTreeSet::new();
    for (n, declared) in items.iter().enumerate() {
        if matches!(declared.item.kind, ItemKind::Decision(_)) {
            decided.insert(declared.module);
        }
        mentions(declared.item).iter().for_each(|(name, _)| {
            uses.entry(name).or_default().insert(n);
        });
    }
    let mut found = Vec::new();
    for (n, declared) in items.iter().enumerate().filter(|(_, declared)| declared.own) {
        let elsewhere =
            |name: &Name| uses.get(name.text.as_str()).is_some_and(|users| users.iter().any(|user| *user != n));
        if decided.contains(declared.module) {
            let unused = declaration(&declared.item.kind).filter(|(_, name)| !elsewhere(name));
            found.extend(unused.map(|(word, name)| (n, never_used(word, name))));
        }
        found.extend(lets(declared.item).into_iter().map(|it| (n, it)));
        found.extend(import(declared, items, &uses).map(|it| (n, it)));
    }
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
fn import(
    declared: &Declared<'_>,
    items: &[Declared<'_>],
    uses: &BTreeMap<&str, BTreeSet<usize>>,
) -> Option<Diagnostic<Span>> {
    let ItemKind::Import(import) = &declared.item.kind else { return None };
    let path = import.path.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
    let mentioned_here = |name: &Name| {
        let users = uses.get(name.text.as_str());
        users.is_some_and(|users| users.iter().any(|user| items.get(*user).is_some_and(|it| it.file == declared.file)))
    };
    let mut exported = items.iter().filter(|it| it.module == path).filter_map(|it| it.item.kind.name()).peekable();
    if exported.peek().is_none() || exported.any(mentioned_here) {
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
            let items: Vec<Item> = texts.iter().map(|text| item(text)).collect();
            let declared: Vec<Declared<'_>> =
                items.iter().map(|item| Declared { module: "m", file: 0, own: true, item }).collect();
            let found: Vec<_> = check(&declared).into_iter().map(|(_, it)| it).collect();
            assert_eq!(lines(&found), expected, "{texts:?}");
        }
    }

    #[test]
    fn an_import_is_used_by_its_own_file_only() {
        let items = [item("import lib"), item("define f (n: int) = n"), item("define g (n: int) = f(n)")];
        for (file, expected) in [(0, ""), (1, "W0902 nothing of `lib` is used in this file")] {
            let of = |module, file, item| Declared { module, file, own: true, item };
            let declared = [of("m", 0, &items[0]), of("lib", 2, &items[1]), of("m", file, &items[2])];
            let found: Vec<_> = check(&declared).into_iter().map(|(_, it)| it).collect();
            assert_eq!(lines(&found), expected);
        }
    }
}
