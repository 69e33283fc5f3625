//! E0603: a dated figure that is read although the decision says no date.

use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Item, ItemKind};

/// Every undated reading of a decision, as elaboration has seen them; in a `define` the day is that of the decision that uses it.
/// `text` is that of the declaration.
pub(crate) fn check(item: &Item, text: &str, undated: &[Span]) -> Vec<Diagnostic<Span>> {
    let ItemKind::Decision(decision) = &item.kind else { return Vec::new() };
    let found = |span: &Span| {
        let figure = text.get(span.range()).unwrap_or(&decision.name.text);
        let message = format!("`{figure}` is read without a date");
        let found = Diagnostic::new(Code::NoDate, *span, message, "its figures depend on the day");
        found
            .with_help(format!("write `as of …` after the inputs of decision `{}`, or `at …` here", decision.name.text))
    };
    undated.iter().map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;

    #[test]
    fn only_a_decision_must_say_its_day() {
        for (text, expected) in [
            ("decision d { output o: int = p }", "E0603 `p` is read without a date"),
            ("define f (n: int) : int = n + p", ""),
        ] {
            let at = text.rfind('p').unwrap();
            assert_eq!(lines(&check(&item(text), text, &[Span::new(at, at + 1)])), expected);
        }
    }
}
