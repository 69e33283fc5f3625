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
        if let Some(diagnostic) = judge(program, decision, condition).filter(|_| !inside) {
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

fn judge(program: &Program, decision: &Decision, condition: &Condition) -> Option<Diagnostic<Span>> {
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
        return Some(found.with_help(help));
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
