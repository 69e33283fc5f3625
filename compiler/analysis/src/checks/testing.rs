//! Helpers of the checks' unit tests.

use enact_base::Diagnostic;
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
