//! Patterns, constants, and `match`.

use super::coerce::Place;
use super::compare::equals;
use super::{Elaborator, Typed, operation, value};
use crate::checks::matches::Match;
use crate::number::{self, UNBOUNDED};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Expr, ExprKind, LocalId, NumberType, Op, Pattern, Type, Value};
use enact_syntax::ast::{self, BinaryOp, ExprKind as Ast, PatternKind};

/// The value of an expression without anything to calculate.
pub(super) fn evaluated(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value.clone()),
        ExprKind::Op(Op::Some, args) => args.first().and_then(evaluated),
        ExprKind::Record(parts) => parts.iter().map(evaluated).collect::<Option<_>>().map(Value::Record),
        ExprKind::List(parts) => parts.iter().map(evaluated).collect::<Option<_>>().map(Value::List),
        _ => None,
    }
}

/// The type without a range: a pattern may lie outside of what can come; the checks say so.
pub(super) fn unranged(ty: &Type) -> Type {
    match ty {
        Type::Number(it) => Type::Number(NumberType { lo: -UNBOUNDED, hi: UNBOUNDED, ..*it }),
        Type::Text { .. } => Type::Text { max: u32::MAX },
        Type::Optional(inner) => Type::Optional(Box::new(unranged(inner))),
        other => other.clone(),
    }
}

impl Elaborator<'_> {
    /// A constant of the type, made open: a rate keeps its digits.
    pub(super) fn constant_expr(&mut self, expr: &ast::Expr, ty: &Type, place: Place, what: &str) -> Option<Expr> {
        // Looked at first: a figure that is made of figures could be made of itself.
        if !self.is_written_out(expr) {
            self.not_constant(expr.span);
            return None;
        }
        let value = self.expr(expr, Some(ty));
        let made = self.coerce(value, ty, place, what, expr.span)?;
        match evaluated(&made) {
            Some(value) => Some(Expr { ty: made.ty, kind: ExprKind::Const(value) }),
            None => {
                self.not_constant(expr.span);
                None
            }
        }
    }

    /// Whether an expression is made of literals and cases: a constant that a function computes is none of the regulation.
    fn is_written_out(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            Ast::Bool(_) | Ast::Number(_) | Ast::Date(_) | Ast::Text(_) | Ast::Absent => true,
            Ast::Field(of, _) => self.is_written_out(of),
            Ast::Name(name) => {
                let declared = self.view.resolve(&self.home, &name.text);
                !declared.iter().any(|id| self.view.is_value(id))
            }
            Ast::Unary(_, operand) => self.is_written_out(operand),
            Ast::Binary(_, a, b) => self.is_written_out(a) && self.is_written_out(b),
            Ast::List(parts) => parts.iter().all(|it| self.is_written_out(it)),
            Ast::Record(_, fields) => fields.iter().all(|(_, it)| self.is_written_out(it)),
            _ => false,
        }
    }

    fn constant_value(&mut self, expr: &ast::Expr, ty: &Type) -> Option<Value> {
        let made = self.constant_expr(expr, &unranged(ty), Place::Fixed, "the pattern")?;
        evaluated(&made)
    }

    /// A pattern for keys or subjects of the type.
    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, ty: &Type) -> Option<Pattern> {
        match &pattern.kind {
            PatternKind::Any => Some(Pattern::Any),
            PatternKind::Error => {
                self.failed = true;
                None
            }
            PatternKind::Value(expr) => Some(Pattern::OneOf(vec![self.constant_value(expr, ty)?])),
            PatternKind::Range(lo, hi) => {
                let (low, high) = (self.pattern_end(lo, ty), self.pattern_end(hi, ty));
                let (low, high) = (low?, high?);
                if low > high {
                    let span = lo.span.to(hi.span);
                    let found =
                        Diagnostic::new(Code::BadRange, span, "the range ends before it begins", "nothing lies in it");
                    self.report(found.with_help("write the lowest value first"));
                    return None;
                }
                Some(Pattern::Range(Some(low), Some(high)))
            }
            PatternKind::Compare(op, end) => {
                let end = self.pattern_end(end, ty)?;
                Some(match op {
                    BinaryOp::Less => Pattern::Range(None, Some(end.saturating_sub(1))),
                    BinaryOp::LessEqual => Pattern::Range(None, Some(end)),
                    BinaryOp::Greater => Pattern::Range(Some(end.saturating_add(1)), None),
                    _ => Pattern::Range(Some(end), None),
                })
            }
            PatternKind::Or(parts) => {
                let parts: Vec<Option<Pattern>> = parts.iter().map(|it| self.pattern(it, ty)).collect();
                let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
                let values: Option<Vec<Vec<Value>>> = parts
                    .iter()
                    .map(|it| match it {
                        Pattern::OneOf(values) => Some(values.clone()),
                        _ => None,
                    })
                    .collect();
                Some(values.map_or(Pattern::Either(parts), |values| Pattern::OneOf(values.concat())))
            }
        }
    }

    /// An end of a range of numbers or days.
    fn pattern_end(&mut self, end: &ast::Expr, ty: &Type) -> Option<i128> {
        if !matches!(ty.inner(), Type::Number(_) | Type::Date) {
            let what = self.describe(ty);
            self.error(
                Code::TypeMismatch,
                end.span,
                format!("{what} has no order"),
                "only numbers and dates have ranges",
            );
            return None;
        }
        match self.constant_value(end, ty)? {
            Value::Number(n) => Some(n),
            Value::Date(day) => Some(day.into()),
            _ => {
                self.not_constant(end.span);
                None
            }
        }
    }

    /// `match subject { … }`: the first arm whose pattern fits. That some arm fits is for the checks to show.
    pub(super) fn matching(
        &mut self,
        subject: &ast::Expr,
        arms: &[ast::MatchArm],
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        let value = match self.expr(subject, None) {
            Typed::Value(value) => Some(value),
            Typed::Error => None,
            _ => {
                self.error(
                    Code::TypeMismatch,
                    subject.span,
                    "only a value can be matched",
                    "a quotient, a period or `absent`",
                );
                None
            }
        };
        let Some(value) = value else {
            // The arms cannot be read without the subject's type.
            return Typed::Error;
        };
        let ty = value.ty.clone();
        if matches!(ty.inner(), Type::Record(_) | Type::List { .. }) {
            let what = self.describe(&ty);
            return self.error(
                Code::TypeMismatch,
                subject.span,
                format!("{what} cannot be matched"),
                "match one of its fields",
            );
        }
        let (lets, value) = self.repeatable(value);
        let patterns: Vec<Option<Pattern>> = arms.iter().map(|arm| self.pattern(&arm.pattern, &ty)).collect();
        let complete = patterns.iter().all(Option::is_some);
        let conditions: Vec<Expr> =
            patterns.iter().map(|it| it.as_ref().map_or(number::truth(true), |it| fits(it, &value))).collect();
        let values = self.arm_values(arms, &conditions, expected);
        if self.own && complete {
            let arms = arms.iter().zip(&patterns).filter_map(|(arm, pattern)| Some((pattern.clone()?, arm.span)));
            let subject_text = self.source(subject.span);
            let arms = arms.collect();
            self.material.matches.push(Match { subject: subject_text, ty, span, subject_span: subject.span, arms });
        }
        if !complete {
            return Typed::Error;
        }
        let Some(values) = self.join_all(values) else { return Typed::Error };
        let mut pairs = conditions.into_iter().zip(values).rev();
        let Some((_, last)) = pairs.next() else {
            // `match x { }`: the checks show a value without an arm.
            self.failed = true;
            return Typed::Error;
        };
        let result = pairs.fold(last, |rest, (condition, value)| self.either(condition, value, rest));
        super::calls::bind_all(lets, result)
    }

    fn arm_values(
        &mut self,
        arms: &[ast::MatchArm],
        conditions: &[Expr],
        expected: Option<&Type>,
    ) -> Vec<(Typed, Span)> {
        self.within(|it| {
            let mut values: Vec<(Typed, Span)> = Vec::new();
            for (arm, condition) in arms.iter().zip(conditions) {
                let known = values.iter().find_map(|(value, _)| value.ty()).cloned();
                let value = it.within(|it| {
                    it.assume(condition, true);
                    it.branch(&arm.value, expected.or(known.as_ref()))
                });
                it.assume(condition, false);
                values.push((value, arm.value.span));
            }
            values
        })
    }

    /// A value that may be written several times: what is more than a path becomes a local.
    pub(super) fn repeatable(&mut self, value: Expr) -> (Vec<(LocalId, Expr)>, Expr) {
        if is_path(&value) {
            return (Vec::new(), value);
        }
        let id = self.local();
        let bound = super::local(id, value.ty.clone());
        (vec![(id, value)], bound)
    }

    /// Values that come together in one place, made of one type.
    pub(super) fn join_all(&mut self, values: Vec<(Typed, Span)>) -> Option<Vec<Typed>> {
        let mut sample: Option<Typed> = None;
        for (value, span) in &values {
            sample = Some(match sample {
                None => value.clone(),
                Some(before) => self.join(before, value.clone(), *span)?.1,
            });
        }
        if values.iter().any(|(value, _)| value.is_error()) {
            return None;
        }
        let sample = sample?;
        values.into_iter().map(|(value, span)| Some(self.join(value, sample.clone(), span)?.0)).collect()
    }
}

/// Whether an expression is an input, a named value, an element, or a field of one: cheap to repeat, and known by its name.
pub(super) fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Today => true,
        ExprKind::Field(base, _) => is_path(base),
        ExprKind::Op(Op::Get, args) => args.iter().all(is_path),
        _ => false,
    }
}

/// Whether a value is as a pattern says.
pub(super) fn fits(pattern: &Pattern, subject: &Expr) -> Expr {
    let present = || operation(Op::IsPresent, vec![subject.clone()], Type::Bool);
    let inner = match &subject.ty {
        Type::Optional(inner) => operation(Op::Get, vec![subject.clone()], (**inner).clone()),
        _ => subject.clone(),
    };
    let guarded = |condition: Expr| match &subject.ty {
        Type::Optional(_) => number::test(Op::And, vec![present(), condition]),
        _ => condition,
    };
    match pattern {
        Pattern::Any => number::truth(true),
        Pattern::OneOf(values) => any(values.iter().map(|value| match value {
            Value::Absent => number::test(Op::Not, vec![present()]),
            value => {
                let ty = match (&inner.ty, value) {
                    (Type::Number(it), Value::Number(n)) => Type::Number(NumberType { lo: *n, hi: *n, ..*it }),
                    (ty, _) => ty.clone(),
                };
                guarded(equals(&inner, value::constant(ty, value.clone())).unwrap_or_else(|_| number::truth(false)))
            }
        })),
        Pattern::Range(lo, hi) => {
            let end = |n: i128| match &inner.ty {
                Type::Number(it) => number::constant(it.kind, it.scale, n),
                _ => value::constant(Type::Date, Value::Date(i64::try_from(n).unwrap_or(i64::MAX))),
            };
            let from = lo.map(|lo| number::test(Op::Le, vec![end(lo), inner.clone()]));
            let to = hi.map(|hi| number::test(Op::Le, vec![inner.clone(), end(hi)]));
            guarded(match (from, to) {
                (Some(from), Some(to)) => number::test(Op::And, vec![from, to]),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => number::truth(true),
            })
        }
        Pattern::Either(parts) => any(parts.iter().map(|it| fits(it, subject))),
    }
}

fn any(conditions: impl Iterator<Item = Expr>) -> Expr {
    conditions.reduce(|a, b| number::test(Op::Or, vec![a, b])).unwrap_or_else(|| number::truth(false))
}
