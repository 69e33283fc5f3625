//! E0603: a dated figure that is read although the decision says no date.

use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Expr, ExprKind, Item, ItemKind, Name, Pattern, PatternKind, RuleBody, StatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// What may be read only on a date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dated {
    /// By name: the figure that a parameter, a scale or a define reads; for the first two it is itself.
    figures: BTreeMap<String, String>,
}

impl Dated {
    /// Parameters and scales, and the defines that read one without `at`, through any number of others.
    pub(crate) fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut figures = BTreeMap::new();
        let mut defines = Vec::new();
        for item in items {
            match &item.kind {
                ItemKind::Table(it) if it.dated => figures.insert(it.name.text.clone(), it.name.text.clone()),
                ItemKind::Scale(it) => figures.insert(it.name.text.clone(), it.name.text.clone()),
                ItemKind::Define(it) => {
                    let params: BTreeSet<&str> = it.params.iter().map(|param| param.name.text.as_str()).collect();
                    defines.push((&it.name.text, reads(body(&it.body), &params)));
                    None
                }
                _ => None,
            };
        }
        loop {
            let next = defines.iter().find_map(|(name, reads)| {
                let figure = reads.iter().find_map(|it| figures.get(&it.text)).filter(|_| !figures.contains_key(*name));
                figure.map(|figure: &String| ((*name).clone(), figure.clone()))
            });
            match next {
                Some((name, figure)) => figures.insert(name, figure),
                None => return Self { figures },
            };
        }
    }
}

/// Every undated reading of a decision without `as of`.
pub(crate) fn check(item: &Item, dated: &Dated) -> Vec<Diagnostic<Span>> {
    let ItemKind::Decision(decision) = &item.kind else { return Vec::new() };
    if decision.as_of.is_some() {
        return Vec::new();
    }
    let mut locals: BTreeSet<&str> = decision.inputs.iter().map(|input| input.name.text.as_str()).collect();
    let mut exprs: Vec<&Expr> = Vec::new();
    for statement in &decision.statements {
        match &statement.kind {
            StatementKind::Require(it) => exprs.extend(it.when.iter().chain(body(&it.body))),
            StatementKind::Output(it) => exprs.extend(it.when.iter().chain(body(&it.body))),
            StatementKind::Let(it) => {
                locals.insert(&it.name.text);
                exprs.extend(body(&it.body));
            }
            StatementKind::Error => {}
        }
    }
    let found = |name: &Name| {
        let figure = dated.figures.get(&name.text)?;
        let message = match *figure == name.text {
            true => format!("`{figure}` is read without a date"),
            false => format!("`{}` reads `{figure}` without a date", name.text),
        };
        let found = Diagnostic::new(Code::NoDate, name.span, message, "its figures depend on the day");
        Some(found.with_help(format!(
            "write `as of …` after the inputs of decision `{}`, or `at …` here",
            decision.name.text
        )))
    };
    reads(exprs, &locals).into_iter().filter_map(found).collect()
}

fn body(body: &RuleBody) -> Vec<&Expr> {
    std::iter::once(&body.general).chain(body.exceptions.iter().flat_map(|it| [&it.when, &it.value])).collect()
}

/// The names that are read or called without `at`, but for locals.
fn reads<'a>(exprs: impl IntoIterator<Item = &'a Expr>, locals: &BTreeSet<&str>) -> Vec<&'a Name> {
    let mut found = Vec::new();
    exprs.into_iter().for_each(|expr| walk(expr, &mut found));
    found.retain(|name| !locals.contains(name.text.as_str()));
    found
}

/// The depth of the recursion is that of the expression, which the parser bounds.
fn walk<'a>(expr: &'a Expr, found: &mut Vec<&'a Name>) {
    match &expr.kind {
        ExprKind::Name(name) => found.push(name),
        ExprKind::Call(name, args) => {
            found.push(name);
            args.iter().for_each(|it| walk(it, found));
        }
        ExprKind::At(figure, date) => {
            if let ExprKind::Call(_, args) = &figure.kind {
                args.iter().for_each(|it| walk(it, found));
            }
            walk(date, found);
        }
        ExprKind::Field(it, _)
        | ExprKind::FieldMissing(it)
        | ExprKind::Unary(_, it)
        | ExprKind::IsPresent(it)
        | ExprKind::IsAbsent(it) => walk(it, found),
        ExprKind::Round { value, .. } => walk(value, found),
        ExprKind::Range(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Otherwise(a, b) => {
            [a, b].into_iter().for_each(|it| walk(it, found))
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|it| walk(it, found)),
        ExprKind::Match(it, arms) => {
            walk(it, found);
            for arm in arms {
                pattern(&arm.pattern, found);
                walk(&arm.value, found);
            }
        }
        ExprKind::Aggregate { body, binder, .. } | ExprKind::Comprehension { body, binder } => {
            let mut inner = Vec::new();
            [Some(&**body), binder.filter.as_ref(), binder.by.as_ref()]
                .into_iter()
                .flatten()
                .for_each(|it| walk(it, &mut inner));
            found.extend(inner.into_iter().filter(|name| name.text != binder.name.text));
            walk(&binder.list, found);
        }
        ExprKind::List(parts) => parts.iter().for_each(|it| walk(it, found)),
        ExprKind::Record(_, fields) => fields.iter().for_each(|(_, value)| walk(value, found)),
        ExprKind::Error
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Date(_)
        | ExprKind::Text(_)
        | ExprKind::Absent
        | ExprKind::Today
        | ExprKind::Before(_) => {}
    }
}

fn pattern<'a>(it: &'a Pattern, found: &mut Vec<&'a Name>) {
    match &it.kind {
        PatternKind::Value(value) | PatternKind::Compare(_, value) => walk(value, found),
        PatternKind::Range(lo, hi) => [lo, hi].into_iter().for_each(|it| walk(it, found)),
        PatternKind::Or(parts) => parts.iter().for_each(|it| pattern(it, found)),
        PatternKind::Any | PatternKind::Error => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;

    #[test]
    fn a_figure_needs_a_day() {
        let figures = [
            "parameter p : int cite law.art(1) { from 2000-01-01 = 1 }",
            "define f (n: int) = n + p",
            "define g (n: int) = f(n)",
        ];
        for (decision, expected) in [
            ("decision d { output o: int = p }", "E0603 `p` is read without a date"),
            ("decision d { output o: int = p at 2001-01-01 }", ""),
            ("decision d as of today { output o: int = p }", ""),
            ("decision d { output o: int = g(1) }", "E0603 `g` reads `p` without a date"),
            ("decision d input p: int { output o: int = p }", ""),
            ("decision d input xs: list of int max 3 { output o: int = sum(p for p in xs) }", ""),
            ("decision d { require r when p > 0: yes }", "E0603 `p` is read without a date"),
        ] {
            let items: Vec<Item> = figures.iter().chain([&decision]).map(|text| item(text)).collect();
            assert_eq!(lines(&check(&items[3], &Dated::of(&items))), expected, "{decision}");
        }
    }
}
