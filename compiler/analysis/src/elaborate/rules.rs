//! A general rule and its exceptions, in the order that `over` gives.

use super::{Elaborator, Typed};
use crate::checks::exceptions::{CheckedException, CheckedRule};
use crate::checks::mentions::mentioned_in;
use enact_base::{Code, Diagnostic, nearest};
use enact_ir::{ExceptionInfo, Expr, ExprKind, Rule, RuleId, Type};
use enact_syntax::ast;

impl Elaborator<'_> {
    /// The value of a rule.
    pub(super) fn rule(&mut self, name: &str, body: &ast::RuleBody, expected: Option<&Type>) -> Typed {
        if body.exceptions.is_empty() {
            return self.expr(&body.general, expected);
        }
        self.twice(body.exceptions.iter().map(|it| &it.name), "exception");
        let conditions: Vec<Option<Expr>> = body.exceptions.iter().map(|it| self.exception_condition(it)).collect();
        let mut values: Vec<(Typed, enact_base::Span)> = Vec::new();
        for (exception, condition) in body.exceptions.iter().zip(&conditions) {
            let value = self.within(|it| {
                condition.iter().for_each(|condition| it.assume(condition, true));
                it.branch(&exception.value, expected)
            });
            values.push((value, exception.value.span));
        }
        let known = values.iter().find_map(|(value, _)| value.ty()).cloned();
        let general = self.within(|it| {
            conditions.iter().flatten().for_each(|condition| it.assume(condition, false));
            it.branch(&body.general, expected.or(known.as_ref()))
        });
        values.push((general, body.general.span));
        let over: Vec<Vec<usize>> = body.exceptions.iter().map(|it| self.over(it, body)).collect();
        let order = self.precedence(name, body, &over);
        let infos: Vec<ExceptionInfo> = body
            .exceptions
            .iter()
            .map(|it| ExceptionInfo {
                name: it.name.text.clone(),
                labels: super::labels(&it.labels),
                cites: self.cites(&it.cites),
            })
            .collect();
        let conditions: Option<Vec<Expr>> = conditions.into_iter().collect();
        let values = self.join_all(values);
        let (Some(conditions), Some(values), Some(order)) = (conditions, values, order) else { return Typed::Error };
        self.note_rule(name, body, &conditions, over);
        let pick = |all: &[ExceptionInfo]| order.iter().filter_map(|n| all.get(*n).cloned()).collect();
        let id = RuleId(u32::try_from(self.rules.len()).unwrap_or(u32::MAX));
        self.rules.push(Rule { name: name.to_owned(), exceptions: pick(&infos) });
        self.chosen_by(id, &order, &conditions, values)
    }

    fn exception_condition(&mut self, exception: &ast::Exception) -> Option<Expr> {
        let what = format!("the condition of exception `{}`", exception.name.text);
        let made = self.condition(&exception.when, &what)?;
        self.note_condition(&made, exception.when.span);
        Some(made)
    }

    fn note_rule(&mut self, name: &str, body: &ast::RuleBody, conditions: &[Expr], over: Vec<Vec<usize>>) {
        if !self.own {
            return;
        }
        let exceptions = body.exceptions.iter().zip(conditions).zip(over).map(|((it, when), over)| CheckedException {
            name: it.name.text.clone(),
            name_span: it.name.span,
            span: it.span,
            when: when.clone(),
            over,
        });
        let exceptions = exceptions.collect();
        self.material.rules.push(CheckedRule { name: name.to_owned(), exceptions });
    }

    /// The exceptions that give way to one.
    fn over(&mut self, exception: &ast::Exception, body: &ast::RuleBody) -> Vec<usize> {
        let mut found = Vec::new();
        for name in &exception.over {
            match body.exceptions.iter().position(|it| it.name.text == name.text) {
                Some(place) => found.push(place),
                None => {
                    let near = nearest(&name.text, body.exceptions.iter().map(|it| it.name.text.as_str()));
                    let message = format!("there is no exception `{}` in this rule", name.text);
                    let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message, "not declared");
                    self.report(super::name::meant(diagnostic, name, near));
                }
            }
        }
        found
    }

    /// The exceptions in order of precedence: each before those that it is over, otherwise as in the source.
    fn precedence(&mut self, rule: &str, body: &ast::RuleBody, over: &[Vec<usize>]) -> Option<Vec<usize>> {
        let mut order: Vec<usize> = Vec::new();
        while order.len() < over.len() {
            let free = |n: &usize| {
                !order.contains(n)
                    && !over.iter().enumerate().any(|(other, under)| !order.contains(&other) && under.contains(n))
            };
            match (0..over.len()).find(free) {
                Some(next) => order.push(next),
                None => {
                    let rest: Vec<&ast::Exception> = body
                        .exceptions
                        .iter()
                        .enumerate()
                        .filter(|(n, _)| !order.contains(n))
                        .map(|(_, it)| it)
                        .collect();
                    let names: Vec<String> = rest.iter().map(|it| format!("`{}`", it.name.text)).collect();
                    let span = rest.first().map_or(body.general.span, |it| it.name.span);
                    let message = format!("exceptions {} of `{rule}` are ordered in a circle", names.join(", "));
                    let found =
                        Diagnostic::new(Code::ExceptionCycle, span, message, "over another that is over this one");
                    self.report(found.with_help("remove one `over`"));
                    return None;
                }
            }
        }
        Some(order)
    }

    fn chosen_by(&mut self, rule: RuleId, order: &[usize], conditions: &[Expr], mut values: Vec<Typed>) -> Typed {
        let Some(general) = values.pop() else { return Typed::Error };
        let mut pairs: Vec<(Expr, Typed)> = Vec::new();
        for n in order {
            if let (Some(condition), Some(value)) = (conditions.get(*n), values.get(*n)) {
                pairs.push((condition.clone(), value.clone()));
            }
        }
        match general {
            Typed::Value(general) => {
                let exceptions: Vec<(Expr, Expr)> = pairs
                    .into_iter()
                    .filter_map(|(condition, value)| Some((condition, value.value()?.clone())))
                    .collect();
                choose(rule, exceptions, general).into()
            }
            Typed::Quotient(general) => {
                // The numerator carries the rule; the divisor follows the same conditions silently.
                let parts: Vec<(Expr, super::Quotient)> = pairs
                    .into_iter()
                    .filter_map(|(condition, value)| match value {
                        Typed::Quotient(it) => Some((condition, *it)),
                        _ => None,
                    })
                    .collect();
                let den = parts.iter().rev().fold(general.den.clone(), |rest, (condition, it)| {
                    if it.den == rest {
                        return rest;
                    }
                    let ty = super::join::hull(&it.den.ty, &rest.ty);
                    let parts = (Box::new(condition.clone()), Box::new(it.den.clone()), Box::new(rest));
                    Expr { ty, kind: ExprKind::If(parts.0, parts.1, parts.2) }
                });
                let kind = general.kind;
                let num =
                    choose(rule, parts.into_iter().map(|(condition, it)| (condition, it.num)).collect(), general.num);
                Typed::Quotient(Box::new(super::Quotient { kind, num, den }))
            }
            other => {
                pairs.into_iter().rev().fold(other, |rest, (condition, value)| self.either(condition, value, rest))
            }
        }
    }
}

fn choose(rule: RuleId, exceptions: Vec<(Expr, Expr)>, general: Expr) -> Expr {
    let ty = exceptions.iter().fold(general.ty.clone(), |ty, (_, value)| super::join::hull(&ty, &value.ty));
    Expr { ty, kind: ExprKind::Choose { rule, exceptions, general: Box::new(general) } }
}

/// The expressions of a rule.
pub(super) fn parts(body: &ast::RuleBody) -> impl Iterator<Item = &ast::Expr> {
    std::iter::once(&body.general).chain(body.exceptions.iter().flat_map(|it| [&it.when, &it.value]))
}

/// The names that a rule mentions.
pub(super) fn names(body: &ast::RuleBody) -> std::collections::BTreeSet<&str> {
    mentioned_in(parts(body))
}
