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

#[cfg(test)]
mod tests {
    use super::super::testing::findings;

    /// What is found in an output with these exceptions.
    fn of(exceptions: &str) -> String {
        findings(&format!(
            "enum Kind {{ a, b, c }}\n\
             decision d input k : Kind, n : int 0 .. 120, m : int 0 .. 120 {{\noutput x : int = 0\n{exceptions}\n}}\n"
        ))
    }

    #[test]
    fn exceptions_that_meet_need_an_order() {
        let meet = |a: &str, b: &str| format!("E0405 exceptions `{a}` and `{b}` of `x` can apply together");
        for (exceptions, expected) in [
            ("except old when n >= 70 => 1 except young when n < 18 => 2", String::new()),
            ("except old when n >= 70 => 1 except all_ when k = a => 2", meet("old", "all_")),
            ("except old when n >= 70 => 1 except all_ when k = a => 2 over old", String::new()),
            ("except old when n >= 70 => 1 over all_ except all_ when k = a => 2", String::new()),
            ("except p when n > 1 => 1 except q when m > 1 => 2 over p except r when k = a => 3 over q", String::new()),
            (
                "except p when n > 1 => 1 except q when m > 1 => 2 over p except r when k = a => 3 over p",
                meet("q", "r"),
            ),
            ("except p when n > m => 1 except q when n < m => 2", String::new()),
            ("except p when n > m => 1 except q when n <= m => 2 except r when n = 3 => 3 over p, q", String::new()),
            (
                "except p when k = a and n > 5 => 1 except q when k = b => 2 except r when k = a and n <= 5 => 3",
                String::new(),
            ),
        ] {
            assert_eq!(of(exceptions), expected, "{exceptions}");
        }
    }

    #[test]
    fn an_exception_that_others_always_cover_is_shadowed() {
        let shadowed = |name: &str| format!("E0406 exception `{name}` of `x` never comes to apply");
        for (exceptions, expected) in [
            ("except old when n >= 70 => 1 over oldest except oldest when n >= 100 => 2", shadowed("oldest")),
            ("except old when n >= 70 => 1 except oldest when n >= 100 => 2 over old", String::new()),
            (
                "except p when n < 50 => 1 over r except q when n >= 40 => 2 over p, r except r when k = a => 3",
                shadowed("r"),
            ),
        ] {
            assert_eq!(of(exceptions), expected, "{exceptions}");
        }
    }

    #[test]
    fn the_example_shows_only_what_the_conditions_read() {
        let mut db = crate::Database::default();
        let text = "policy t\nrecord P { n : int 0 .. 9, m : int 0 .. 9 }\ndecision d input p : P, z : bool {\nlet big = p.n > 5\n\
                    output x : int = p.m\nexcept a when big => 1\nexcept b when z => 2\n}\n";
        db.set_files(vec![("t.enact".into(), text.into())], Vec::new());
        let found = db.diagnostics();
        let note = found.iter().find(|it| it.code == enact_base::Code::ExceptionConflict).map(|it| it.notes.concat());
        assert_eq!(note.as_deref(), Some("both apply for p.n = 6, z = yes"));
    }
}
