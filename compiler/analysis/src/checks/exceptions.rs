//! E0405, E0406: exceptions that can apply together without an order, exceptions that never come to apply.

use super::conditions::{never, not};
use super::show;
use enact_base::{Code, Diagnostic, Span};
use enact_ir::needs::{Meeting, meet};
use enact_ir::{Decision, Expr, ExprKind, Op, Program, Type};
use std::collections::BTreeSet;

/// A rule with its exceptions, in source order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedRule {
    /// The requirement, output, binding or define that it belongs to.
    pub(crate) name: String,
    /// In source order.
    pub(crate) exceptions: Vec<CheckedException>,
}

/// An exception whose condition has been elaborated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedException {
    /// Its name.
    pub(crate) name: String,
    /// Where the name stands.
    pub(crate) name_span: Span,
    /// From `except` to its end.
    pub(crate) span: Span,
    /// When it applies.
    pub(crate) when: Expr,
    /// Places, in this rule, of the exceptions that give way to it, as written.
    pub(crate) over: Vec<usize>,
}

/// Judges the exceptions of one rule.
pub(crate) fn check(program: &Program, decision: &Decision, rule: &CheckedRule) -> Vec<Diagnostic<Span>> {
    let over = closure(rule);
    let mut found = Vec::new();
    for (n, exception) in rule.exceptions.iter().enumerate() {
        // A condition that can never hold is E0408, and meets nothing.
        found.extend(shadowed(program, decision, rule, n, &over));
        for (m, earlier) in rule.exceptions.iter().take(n).enumerate() {
            if !over.contains(&(n, m)) && !over.contains(&(m, n)) {
                found.extend(conflict(program, decision, rule, earlier, exception));
            }
        }
    }
    found
}

/// Every pair of which the first has precedence over the second.
fn closure(rule: &CheckedRule) -> BTreeSet<(usize, usize)> {
    let mut over: BTreeSet<(usize, usize)> =
        rule.exceptions.iter().enumerate().flat_map(|(n, it)| it.over.iter().map(move |m| (n, *m))).collect();
    loop {
        let longer: Vec<_> = over
            .iter()
            .flat_map(|(a, b)| over.iter().filter(move |(c, _)| b == c).map(move |(_, d)| (*a, *d)))
            .collect();
        let before = over.len();
        over.extend(longer);
        if over.len() == before {
            return over;
        }
    }
}

fn conflict(
    program: &Program,
    decision: &Decision,
    rule: &CheckedRule,
    earlier: &CheckedException,
    later: &CheckedException,
) -> Option<Diagnostic<Span>> {
    let (message, note) = match meet(program, decision, &earlier.when, &later.when) {
        Meeting::Never => return None,
        Meeting::Example(facts) => (
            format!("exceptions `{}` and `{}` of `{}` can apply together", earlier.name, later.name, rule.name),
            Some(format!("both apply for {}", show::facts(program, decision, &facts, &[&earlier.when, &later.when]))),
        ),
        Meeting::Unknown => (
            format!(
                "it cannot be shown that exceptions `{}` and `{}` of `{}` never apply together",
                earlier.name, later.name, rule.name
            ),
            None,
        ),
    };
    let found = Diagnostic::new(Code::ExceptionConflict, later.name_span, message, "no order between this one")
        .with_label(earlier.name_span, "and this one")
        .with_help(format!(
            "say which counts: `over {}` after the value of `{}`, or the other way round",
            show::name(&earlier.name),
            later.name
        ));
    Some(note.into_iter().fold(found, Diagnostic::with_note))
}

fn shadowed(
    program: &Program,
    decision: &Decision,
    rule: &CheckedRule,
    n: usize,
    over: &BTreeSet<(usize, usize)>,
) -> Option<Diagnostic<Span>> {
    let exception = rule.exceptions.get(n)?;
    let higher: Vec<&CheckedException> =
        rule.exceptions.iter().enumerate().filter(|(m, _)| over.contains(&(*m, n))).map(|(_, it)| it).collect();
    if higher.is_empty() || never(program, decision, &exception.when) {
        return None;
    }
    let any = Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Or, higher.iter().map(|it| it.when.clone()).collect()) };
    let left = match higher.as_slice() {
        [one] => not(one.when.clone()),
        _ => not(any),
    };
    if !matches!(meet(program, decision, &exception.when, &left), Meeting::Never) {
        return None;
    }
    let message = format!("exception `{}` of `{}` never comes to apply", exception.name, rule.name);
    let found = Diagnostic::new(
        Code::ShadowedException,
        exception.name_span,
        message,
        "another one applies whenever this one would",
    );
    let labelled = |it: Diagnostic<Span>, other: &&CheckedException| it.with_label(other.name_span, "has precedence");
    Some(higher.iter().fold(found, labelled).with_help("turn the order around, or narrow the other condition"))
}
