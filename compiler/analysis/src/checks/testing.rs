//! Helpers of the checks' unit tests.

use enact_base::{Code, Diagnostic};
use enact_syntax::ast::Item;

/// The tree of one declaration without syntax errors.
pub(crate) fn item(text: &str) -> Item {
    let parsed = enact_syntax::parse_item(text);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
    parsed.item
}

/// Code and message of each diagnostic, a line each.
pub(crate) fn lines<P>(found: &[Diagnostic<P>]) -> String {
    found.iter().map(|it| format!("{} {}", it.code, it.message)).collect::<Vec<_>>().join("\n")
}

/// Code and message of everything that is found in `policy` followed by this text, but for missing citations and schemas and for what is unused.
pub(crate) fn findings(text: &str) -> String {
    let mut db = crate::Database::default();
    db.set_files(vec![("test.enact".to_owned(), format!("policy test\n{text}"))], Vec::new());
    let mut found = db.diagnostics();
    found.retain(|it| !matches!(it.code, Code::NoCitation | Code::NoSchema | Code::UnusedName));
    lines(&found)
}

/// The findings that are left when the fixes of all findings have been made.
pub(crate) fn fixed(text: &str) -> String {
    let mut db = crate::Database::default();
    let whole = format!("policy test\n{text}");
    db.set_files(vec![("test.enact".to_owned(), whole.clone())], Vec::new());
    let mut edits: Vec<_> = db.diagnostics().into_iter().filter_map(|it| it.fix).flat_map(|fix| fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span));
    let mut whole = whole;
    for edit in edits {
        whole.replace_range(edit.place.span.range(), &edit.text);
    }
    findings(whole.strip_prefix("policy test\n").expect("the fixes leave the first line"))
}
