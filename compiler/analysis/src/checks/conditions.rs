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
