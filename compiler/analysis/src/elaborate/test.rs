//! Tests: facts, and what must come out.

use super::coerce::Place;
use super::pattern::{evaluated, unranged};
use super::{Elaborator, Piece};
use crate::checks::show::day_number;
use enact_base::{Code, Diagnostic, nearest};
use enact_ir::case::{Case, Expected, ExpectedOutputs, Given};
use enact_ir::{Decision, Fact, Facts, Type, Value, Verdict};
use enact_syntax::ast::{self, ExprKind as Ast};

const VERDICTS: [&str; 4] = ["granted", "refused", "pending", "error"];

fn verdict(name: &str) -> Option<Verdict> {
    match name {
        "granted" => Some(Verdict::Granted),
        "refused" => Some(Verdict::Refused),
        "pending" => Some(Verdict::Pending),
        "error" => Some(Verdict::Error),
        _ => None,
    }
}

/// Codes of the verdict `error`.
const ERRORS: [&str; 11] = [
    "no_parameter_version",
    "invalid_json",
    "wrong_type",
    "out_of_range",
    "unknown_case",
    "unknown_field",
    "too_long",
    "not_optional",
    "bad_date",
    "bad_number",
    "unknown_decision",
];

impl Elaborator<'_> {
    pub(super) fn test(&mut self, test: &ast::Test) -> Piece {
        let Some((_, decision)) = self.decision_named(&test.decision) else { return Piece::None };
        let facts = self.facts_of(test, decision);
        let outputs = self.expected_outputs(test, decision);
        self.expected_names(test, decision);
        let (Some(facts), Some(outputs)) = (facts, outputs) else { return Piece::None };
        let Some(verdict) = verdict(&test.expect.verdict.text) else { return Piece::None };
        let names: Option<Vec<String>> =
            test.expect.names.as_ref().map(|names| names.iter().map(|it| it.text.clone()).collect());
        let of = |kind: Verdict| names.clone().filter(|_| verdict == kind);
        let expected = Expected {
            verdict,
            refused: of(Verdict::Refused),
            missing: of(Verdict::Pending),
            outputs: ExpectedOutputs::Some(outputs),
            error: of(Verdict::Error).and_then(|names| names.into_iter().next()),
        };
        Piece::Test(Case {
            name: test.name.text.clone(),
            decision: decision.name.clone(),
            given: Given::Facts(facts),
            today: test.as_of.as_ref().map(day_number),
            expected,
        })
    }

    /// Runs `f`; whatever it reports is a finding of the test.
    fn as_finding<T>(&mut self, code: Code, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.diagnostics.len();
        let result = f(self);
        self.diagnostics.iter_mut().skip(before).for_each(|it| it.code = code);
        result
    }

    fn facts_of(&mut self, test: &ast::Test, decision: &Decision) -> Option<Facts> {
        self.as_finding(Code::TestInput, |it| {
            it.twice(test.inputs.iter().map(|(name, _)| name), "input");
            for (name, _) in &test.inputs {
                if !decision.inputs.iter().any(|input| input.name == name.text) {
                    let near = nearest(&name.text, decision.inputs.iter().map(|input| input.name.as_str()));
                    let message = format!("decision `{}` has no input `{}`", decision.name, name.text);
                    let found = Diagnostic::new(Code::TestInput, name.span, message, "no such input");
                    it.report(super::name::meant(found, name, near));
                }
            }
            let mut inputs = Vec::new();
            for input in &decision.inputs {
                let given = test.inputs.iter().find(|(name, _)| name.text == input.name);
                inputs.push(match given {
                    Some((_, value)) => it.fact(value, &input.ty, &format!("input `{}`", input.name)),
                    None => Some(Fact::Missing),
                });
            }
            Some(Facts { inputs: inputs.into_iter().collect::<Option<_>>()? })
        })
    }

    /// A fact; what is left out of a record is missing. The depth of the recursion is that of the expression.
    fn fact(&mut self, given: &ast::Expr, ty: &Type, what: &str) -> Option<Fact> {
        match (&given.kind, ty.inner()) {
            (Ast::Record(_, fields), Type::Record(id)) => {
                let record = self.view.record_of(*id)?;
                self.twice(fields.iter().map(|(name, _)| name), "field");
                for (name, _) in fields {
                    if !record.fields.iter().any(|field| field.name == name.text) {
                        let near = nearest(&name.text, record.fields.iter().map(|field| field.name.as_str()));
                        let message = format!("record `{}` has no field `{}`", record.name, name.text);
                        let found = Diagnostic::new(Code::UnknownField, name.span, message, "no such field");
                        self.report(super::name::meant(found, name, near));
                    }
                }
                let mut parts = Vec::new();
                for field in &record.fields {
                    let value = fields.iter().find(|(name, _)| name.text == field.name);
                    parts.push(match value {
                        Some((_, value)) => self.fact(value, &field.ty, &format!("field `{}`", field.name)),
                        None => Some(Fact::Missing),
                    });
                }
                Some(Fact::Record(parts.into_iter().collect::<Option<_>>()?))
            }
            (Ast::List(elements), Type::List { element, max }) => {
                if elements.len() > *max as usize {
                    let message = format!("{what} takes at most {max} elements");
                    self.error(Code::TestInput, given.span, message, format!("{} given", elements.len()));
                    return None;
                }
                let facts: Vec<Option<Fact>> = elements.iter().map(|it| self.fact(it, element, "an element")).collect();
                Some(Fact::List(facts.into_iter().collect::<Option<_>>()?))
            }
            _ => {
                let made = self.constant_expr(given, ty, Place::Fixed, what)?;
                evaluated(&made).map(Fact::Known)
            }
        }
    }

    fn expected_outputs(&mut self, test: &ast::Test, decision: &Decision) -> Option<Vec<(String, Value)>> {
        let verdict = &test.expect.verdict;
        let mut outputs = Vec::new();
        self.as_finding(Code::TestExpectation, |it| {
            it.twice(test.expect.outputs.iter().map(|(name, _)| name), "output");
            if let Some((first, _)) = test.expect.outputs.first().filter(|_| verdict.text != "granted") {
                let message = format!("a decision that is not granted has no output `{}`", first.text);
                it.report(
                    Diagnostic::new(Code::TestExpectation, first.span, message, "expected here")
                        .with_label(verdict.span, format!("`{}`", verdict.text)),
                );
            }
            for (name, value) in &test.expect.outputs {
                let Some(output) = decision.outputs.iter().find(|output| output.name == name.text) else {
                    let near = nearest(&name.text, decision.outputs.iter().map(|output| output.name.as_str()));
                    let message = format!("decision `{}` has no output `{}`", decision.name, name.text);
                    let found = Diagnostic::new(Code::TestExpectation, name.span, message, "no such output");
                    it.report(super::name::meant(found, name, near));
                    outputs.push(None);
                    continue;
                };
                let made = it.expected_value(value, &output.value.ty, &format!("output `{}`", name.text));
                outputs.push(made.map(|value| (name.text.clone(), value)));
            }
        });
        outputs.into_iter().collect()
    }

    /// The expected value, as exactly as the output is.
    fn expected_value(&mut self, value: &ast::Expr, ty: &Type, what: &str) -> Option<Value> {
        let made = self.constant_expr(value, &unranged(ty), Place::Fixed, what)?;
        evaluated(&made)
    }

    fn expected_names(&mut self, test: &ast::Test, decision: &Decision) {
        let verdict = &test.expect.verdict;
        if !VERDICTS.contains(&verdict.text.as_str()) {
            let message = format!("there is no verdict `{}`", verdict.text);
            let found = Diagnostic::new(Code::TestExpectation, verdict.span, message, "not a verdict");
            let found = super::name::meant(found, verdict, nearest(&verdict.text, VERDICTS));
            self.report(found.with_note("the verdicts are `granted`, `refused`, `pending` and `error`"));
            return;
        }
        for name in test.expect.names.iter().flatten() {
            let (known, what): (Vec<&str>, &str) = match verdict.text.as_str() {
                "refused" => (decision.requirements.iter().map(|it| it.name.as_str()).collect(), "requirement"),
                "error" => (ERRORS.to_vec(), "error code"),
                "pending" if self.is_path_of(decision, &name.text) => continue,
                "pending" => (decision.inputs.iter().map(|it| it.name.as_str()).collect(), "input"),
                _ => {
                    self.error(Code::TestExpectation, name.span, "nothing is listed after `granted`", "has no list");
                    return;
                }
            };
            if !known.contains(&name.text.as_str()) {
                let near = nearest(&name.text, known).map(str::to_owned);
                let message = format!("decision `{}` has no {what} `{}`", decision.name, name.text);
                let found = Diagnostic::new(Code::TestExpectation, name.span, message, format!("no such {what}"));
                self.report(super::name::meant(found, name, near.as_deref()));
            }
        }
    }

    /// Whether `visit.date` leads from an input to a field; places of elements in brackets are not looked at.
    fn is_path_of(&self, decision: &Decision, path: &str) -> bool {
        let mut steps = path.split('.').map(|step| step.split('[').next().unwrap_or(step));
        let first = steps.next().unwrap_or_default();
        let Some(input) = decision.inputs.iter().find(|input| input.name == first) else { return false };
        let mut ty = input.ty.clone();
        for step in steps {
            let record = match ty.inner() {
                Type::Record(id) => self.view.record_of(*id),
                Type::List { element, .. } => super::record_of(element.inner()).and_then(|id| self.view.record_of(id)),
                _ => None,
            };
            let Some(field) = record.and_then(|record| record.fields.iter().find(|field| field.name == step)) else {
                return false;
            };
            ty = field.ty.clone();
        }
        true
    }
}
