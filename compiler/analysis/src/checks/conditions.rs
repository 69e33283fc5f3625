//! E0408, W0904: a condition that can never hold, a requirement that always holds.

use super::{Condition, Role};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::needs::{Meeting, always, meet};
use enact_ir::{Decision, Expr, ExprKind, Op, Program, Type, Value};

/// Judges the conditions of a decision or define. Of conditions inside each other only the outermost is reported.
pub(crate) fn check(program: &Program, decision: &Decision, conditions: &[Condition]) -> Vec<Diagnostic<Span>> {
    let mut ordered: Vec<&Condition> = conditions.iter().collect();
    ordered.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end), it.role == Role::Part));
    let mut reported: Vec<Span> = Vec::new();
    let mut found = Vec::new();
    for condition in ordered {
        let inside =
            reported.iter().any(|outer| outer.start <= condition.span.start && condition.span.end <= outer.end);
        if let Some(diagnostic) = judge(program, decision, condition, conditions).filter(|_| !inside) {
            reported.push(condition.span);
            found.push(diagnostic);
        }
    }
    if found.iter().any(|it| it.code == Code::ContradictoryCondition) {
        // A requirement that applies never always holds: one mistake, one diagnostic.
        found.retain(|it| it.code == Code::ContradictoryCondition);
    }
    found
}

fn judge(program: &Program, decision: &Decision, condition: &Condition, all: &[Condition]) -> Option<Diagnostic<Span>> {
    if never(program, decision, &condition.expr) {
        let (message, help) = match &condition.role {
            Role::Requirement(name) => {
                (format!("requirement `{name}` can never hold"), "every case would be refused: correct the condition")
            }
            Role::When | Role::Part => {
                ("this condition can never hold".to_owned(), "correct it, or remove what depends on it")
            }
        };
        let found = Diagnostic::new(Code::ContradictoryCondition, condition.span, message, "no input makes this true");
        return Some(contradiction(program, decision, condition, all, found.with_help(help)));
    }
    let Role::Requirement(name) = &condition.role else { return None };
    if !always(program, decision, &condition.expr) {
        return None;
    }
    let message = format!("requirement `{name}` always holds");
    Some(
        Diagnostic::new(Code::AlwaysTrue, condition.span, message, "no input makes this false")
            .with_help("remove it, or correct the condition"),
    )
}

/// Of a longer conjunction, no part is left out in search of those that exclude each other.
const MOST_PARTS: usize = 24;

/// Shows which parts of a conjunction exclude each other: none of them can be left out.
fn contradiction(
    program: &Program,
    decision: &Decision,
    condition: &Condition,
    all: &[Condition],
    found: Diagnostic<Span>,
) -> Diagnostic<Span> {
    let whole = conjuncts(condition.span, all);
    if whole.len() < 2 || whole.len() > MOST_PARTS {
        return found;
    }
    let mut core = whole.clone();
    for part in whole {
        let rest: Vec<_> = core.iter().filter(|it| **it != part).copied().collect();
        let exprs = rest.iter().map(|(expr, _)| Expr::clone(expr)).collect();
        if !rest.is_empty() && never(program, decision, &Expr { ty: Type::Bool, kind: ExprKind::Op(Op::And, exprs) }) {
            core = rest;
        }
    }
    match core.as_slice() {
        // With the `when` of a requirement, it may be something else that is never true.
        [(alone, _)] if !never(program, decision, alone) => found,
        [(_, alone)] => found.with_label(*alone, "this alone is never true"),
        [(_, first), (_, second)] => {
            let text = "excludes the other marked part";
            found.with_label(*first, text).with_label(*second, text)
        }
        parts => parts
            .iter()
            .fold(found, |found, (_, part)| found.with_label(*part, "never true with the other marked parts")),
    }
}

/// The parts of the conjunction that stands at a place.
fn conjuncts(span: Span, all: &[Condition]) -> Vec<(&Expr, Span)> {
    let Some(conjunction) = all.iter().find(|it| it.role == Role::Part && it.span == span) else { return Vec::new() };
    let parts = conjunction.operands.iter().flat_map(|(expr, span)| match conjuncts(*span, all) {
        inner if inner.is_empty() => vec![(expr, *span)],
        inner => inner,
    });
    parts.collect()
}

/// Whether it is certain that no input makes the condition true.
pub(super) fn never(program: &Program, decision: &Decision, condition: &Expr) -> bool {
    matches!(meet(program, decision, condition, &truth()), Meeting::Never)
}

/// The constant `yes`.
fn truth() -> Expr {
    Expr { ty: Type::Bool, kind: ExprKind::Const(Value::Bool(true)) }
}

/// The opposite of a condition.
pub(super) fn not(condition: Expr) -> Expr {
    Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Not, vec![condition]) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::findings;

    /// What is found in a decision with one statement.
    fn of(statement: &str) -> String {
        findings(&format!(
            "enum Kind {{ a, b, c }}\ntable rank (k : Kind) : int {{ a => 1, b => 2, c => 3 }}\n\
             decision d input k : Kind, n : int 0 .. 120, t : text max 9, day_ : date, o : optional int 0 .. 9 {{\n{statement}\n}}\n"
        ))
    }

    /// The texts of what is marked beside the whole condition.
    fn marked(statement: &str) -> Vec<String> {
        let text = format!("policy test\ndecision d input n : int 0 .. 120, m : int 0 .. 9 {{\n{statement}\n}}\n");
        let mut db = crate::Database::default();
        db.set_files(vec![("test.enact".to_owned(), text.clone())], Vec::new());
        let all = db.diagnostics();
        let found = all.iter().filter(|it| it.code == enact_base::Code::ContradictoryCondition);
        let labels = found.flat_map(|it| &it.secondary);
        labels.map(|label| text.get(label.place.span.range()).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn the_parts_that_exclude_each_other_are_marked() {
        for (statement, expected) in [
            ("require r : n > 5 and n < 3", &["n > 5", "n < 3"][..]),
            ("require r : n > 5 and m = 2 and (n < 3 and m > 1)", &["n > 5", "n < 3"]),
            ("require r : m = 2 and n > 120", &["n > 120"]),
            ("require r : n > 120", &[]),
            ("require r : n > m and m > 5 and n < 6", &["n > m", "m > 5", "n < 6"]),
            ("require r when n > 5 and n < 3 : m = 2", &["n > 5", "n < 3"]),
            ("require r when n > 5 : m > 3 and m < 2", &["m > 3", "m < 2"]),
            ("let a = n > 5\nrequire r : a and n < 3", &["a", "n < 3"]),
        ] {
            assert_eq!(marked(statement), expected, "{statement}");
        }
    }

    #[test]
    fn what_can_never_hold_is_an_error_and_what_always_holds_a_warning() {
        let never = "E0408 requirement `r` can never hold";
        let inner = "E0408 this condition can never hold";
        let always = "W0904 requirement `r` always holds";
        for (statement, expected) in [
            ("require r : k = a and k = b", never),
            ("require r : k = a or k = b", ""),
            ("require r : k != a or k != b", always),
            ("require r : n > 5 and n < 6", never),
            ("require r : n > 5 and n < 7", ""),
            ("require r : n > 120", never),
            ("require r : n <= 120", always),
            ("require r : t = \"x\" and t = \"y\"", never),
            ("require r : day_ > 2024-01-01 and day_ < 2024-01-01", never),
            ("require r : o is present and o > 9", never),
            ("require r : n < 18 or (k = a and k = b)", inner),
            ("require r : n < 18 or n >= 18", always),
            ("require r when n > 60 and n < 20 : k = a", inner),
            ("output x : int = if n > 200 then 1 else 2", inner),
            ("output x : int when (n = 3 and n = 4) = 1", inner),
            ("output x : int = 1 except e when k = a and k = b => 2", inner),
            ("let late = day_ > 2024-01-01\nrequire r : late and day_ < 2023-01-01", never),
            ("require r : rank(k) > 3", never),
            ("require r : k in [a, b] and k = c", never),
        ] {
            assert_eq!(of(statement), expected, "{statement}");
        }
    }
}
