//! Expressions by their form; the larger families have files of their own.

use super::coerce::Place;
use super::join::hull;
use super::{Elaborator, Period, Typed, local, operation};
use crate::number;
use enact_base::{Code, Diagnostic, Span, nearest};
use enact_ir::{Expr, ExprKind, NumberKind, Op, Type, Value};
use enact_syntax::ast::{self, ExprKind as Ast, Unit};

/// Most expressions in a quotient.
const QUOTIENT: usize = 4_000;

impl Elaborator<'_> {
    /// The meaning of an expression. `expected` is the type of its place, where that is known: it finds the cases of enums.
    ///
    /// The depth of the recursion is that of the tree, which the parser bounds, times the bounded nesting of defines.
    pub(super) fn expr(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        self.steps = self.steps.saturating_add(1);
        if self.steps > super::STEPS {
            return self.too_large(expr.span);
        }
        if self.depth >= super::DEPTH {
            let found = Diagnostic::new(
                Code::TooDeep,
                expr.span,
                "expressions stand too deep inside each other",
                "too deep here",
            );
            return self.report(found.with_help("name intermediate values with `let`"));
        }
        self.depth += 1;
        let value = self.form(expr, expected);
        self.depth -= 1;
        match value {
            Typed::Quotient(_) => self.sized(value, expr.span),
            value => value,
        }
    }

    /// A quotient repeats what it is made of; where that grows beyond reason, it must be given a name.
    pub(super) fn sized(&mut self, value: Typed, span: Span) -> Typed {
        let Typed::Quotient(it) = &value else { return value };
        if super::work::smaller(&[&it.num, &it.den], QUOTIENT) {
            return value;
        }
        let found = Diagnostic::new(
            Code::TooMuchWork,
            span,
            "this quotient becomes too large",
            "quotients inside of quotients",
        );
        self.report(found.with_help("name the inner quotients with `let`, or round them"))
    }

    fn form(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        match &expr.kind {
            Ast::Error | Ast::FieldMissing(_) => {
                // The parser has made the diagnostic.
                self.failed = true;
                Typed::Error
            }
            Ast::Bool(known) => number::truth(*known).into(),
            Ast::Number(literal) => self.number_literal(literal, expr.span),
            Ast::Date(date) => constant(Type::Date, Value::Date(crate::checks::show::day_number(date))).into(),
            Ast::Text(text) => text_constant(text).into(),
            Ast::Absent => Typed::Absent,
            Ast::Today => Expr { ty: Type::Date, kind: ExprKind::Today }.into(),
            Ast::Name(name) => self.name(name, expected),
            Ast::Field(base, field) => self.field_of(base, field),
            Ast::Call(name, args) => self.call(name, args, None, expected, expr.span),
            Ast::At(figure, date) => self.at(figure, date, expr.span),
            Ast::Range(..) => self.error(
                Code::TypeMismatch,
                expr.span,
                "a range is no value",
                "stands only after `in` and in `clamp`",
            ),
            Ast::Unary(op, operand) => self.unary(*op, operand, expr.span),
            Ast::Binary(op, a, b) => self.binary(*op, a, b, expr.span),
            Ast::IsPresent(operand) => self.presence(operand, true),
            Ast::IsAbsent(operand) => self.presence(operand, false),
            Ast::Otherwise(value, default) => self.otherwise(value, default, expected),
            Ast::If(condition, yes, no) => self.choice(condition, yes, no, expected),
            Ast::Match(subject, arms) => self.matching(subject, arms, expected, expr.span),
            Ast::Round { mode, to, value } => self.round(*mode, *to, value, expr.span),
            Ast::Aggregate { op, n, body, binder } => self.aggregate(*op, *n, body, binder, expr.span),
            Ast::List(parts) => self.list(parts, expected, expr.span),
            Ast::Comprehension { body, binder } => self.comprehension(body, binder, expected),
            Ast::Before(name) => self.before(name),
            Ast::Record(name, fields) => self.record_value(name.as_ref(), fields, expected, expr.span),
        }
    }

    /// A declaration with more expressions than can be looked at; said once.
    pub(super) fn too_large(&mut self, span: Span) -> Typed {
        if self.own && !std::mem::replace(&mut self.told_large, true) {
            let message = "this declaration becomes too large";
            let found = Diagnostic::new(Code::TooMuchWork, span, message, "too many functions inside each other");
            return self.report(found.with_help("name intermediate values with `let`, and use them"));
        }
        self.failed = true;
        Typed::Error
    }

    /// A value of any type that is there; quotients and periods are reported.
    pub(super) fn plain(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Option<Expr> {
        match self.expr(expr, expected) {
            Typed::Value(value) => self.present(value, expr.span),
            Typed::Error => None,
            Typed::Absent => {
                self.error(
                    Code::MaybeAbsent,
                    expr.span,
                    "`absent` is no value to calculate or compare with",
                    "never there",
                );
                None
            }
            Typed::Quotient(_) => {
                let found = Diagnostic::new(
                    Code::QuotientNotRounded,
                    expr.span,
                    "a quotient must be rounded before it is used here",
                    "may have no last digit",
                );
                self.report(super::coerce::rounding(found, expr.span, "4 places"));
                None
            }
            Typed::Period(..) => {
                self.error(
                    Code::UnitMismatch,
                    expr.span,
                    "a period is only added to a date or subtracted from one",
                    "a number of days, months or years",
                );
                None
            }
        }
    }

    /// A value of a type, for an operand, key or argument.
    pub(super) fn of_type(&mut self, expr: &ast::Expr, ty: &Type, what: &str) -> Option<Expr> {
        let value = self.expr(expr, Some(ty));
        self.coerce(value, ty, Place::Fixed, what, expr.span)
    }

    /// A truth value.
    pub(super) fn condition(&mut self, expr: &ast::Expr, what: &str) -> Option<Expr> {
        self.of_type(expr, &Type::Bool, what)
    }

    fn number_literal(&mut self, literal: &ast::NumberLit, span: Span) -> Typed {
        let digits = i128::from(literal.digits);
        let (kind, shift, least) = match literal.unit {
            None => (NumberKind::Decimal, 0, 0),
            Some(Unit::Yuan) => (NumberKind::Money, 0, 2),
            Some(Unit::Fen) => (NumberKind::Money, 2, 2),
            Some(Unit::WanYuan) => (NumberKind::Money, -4, 2),
            Some(Unit::YiYuan) => (NumberKind::Money, -8, 2),
            Some(Unit::Percent) => (NumberKind::Rate, 2, 0),
            Some(Unit::Permille) => (NumberKind::Rate, 3, 0),
            Some(unit) => return self.period_literal(literal, unit, span),
        };
        // The value is `digits / 10^scale`; zeros at the end are dropped down to the unit's own digits.
        let (mut n, mut scale) = (digits, i32::from(literal.places) + shift);
        while scale > least && n % 10 == 0 {
            n /= 10;
            scale -= 1;
        }
        while scale < least {
            n = n.saturating_mul(10);
            scale += 1;
        }
        let kind = if kind == NumberKind::Decimal && scale == 0 { NumberKind::Int } else { kind };
        number::constant(kind, u8::try_from(scale).unwrap_or(0), n).into()
    }

    fn period_literal(&mut self, literal: &ast::NumberLit, unit: Unit, span: Span) -> Typed {
        let period = match unit {
            Unit::Days => Period::Days,
            Unit::Months => Period::Months,
            _ => Period::Years,
        };
        if literal.places > 0 {
            return self.error(
                Code::TypeMismatch,
                span,
                "a period is a whole number of days, months or years",
                "has digits after the point",
            );
        }
        Typed::Period(period, number::constant(NumberKind::Int, 0, i128::from(literal.digits)))
    }

    fn field_of(&mut self, base: &ast::Expr, field: &ast::Name) -> Typed {
        if let Some(case) = self.qualified(base, field) {
            return case;
        }
        let Some(value) = self.plain(base, None) else { return Typed::Error };
        let id = super::record_of(&value.ty);
        let Some(record) = id.and_then(|id| self.view.record_of(id)) else {
            if id.is_some() {
                // The record itself is broken, and that has been reported.
                self.failed = true;
                return Typed::Error;
            }
            let message = format!("{} has no fields", self.describe(&value.ty));
            return self.error(Code::UnknownField, field.span, message, "not a record");
        };
        match record.fields.iter().zip(0..).find(|(it, _)| it.name == field.text) {
            Some((declared, place)) => {
                Expr { ty: declared.ty.clone(), kind: ExprKind::Field(Box::new(value), place) }.into()
            }
            // A field that is broken where it is declared has been reported there.
            None if self.view.declares_field(&value.ty, &field.text) => {
                self.failed = true;
                Typed::Error
            }
            None => {
                let near = nearest(&field.text, record.fields.iter().map(|it| it.name.as_str()));
                let message = format!("record `{}` has no field `{}`", record.name, field.text);
                let found = Diagnostic::new(Code::UnknownField, field.span, message, "no such field");
                let found = super::name::meant(found, field, near);
                self.report(found)
            }
        }
    }

    fn presence(&mut self, operand: &ast::Expr, present: bool) -> Typed {
        match self.expr(operand, None) {
            Typed::Error => Typed::Error,
            Typed::Value(value) if matches!(value.ty, Type::Optional(_)) => {
                let asked = operation(Op::IsPresent, vec![value], Type::Bool);
                if present { asked.into() } else { number::test(Op::Not, vec![asked]).into() }
            }
            _ => {
                let text = self.source(operand.span);
                let message = format!("`{text}` is always present");
                let found = Diagnostic::new(Code::TypeMismatch, operand.span, message, "not optional");
                self.report(found.with_help("leave the question out, or write `optional` before its type"))
            }
        }
    }

    fn otherwise(&mut self, value: &ast::Expr, default: &ast::Expr, expected: Option<&Type>) -> Typed {
        let inner = expected.map(Type::inner);
        let optional = match self.expr(value, inner) {
            Typed::Value(it) if matches!(it.ty, Type::Optional(_)) => Some(it),
            Typed::Error => None,
            _ => {
                self.always_present(value.span);
                None
            }
        };
        let other = self.expr(default, optional.as_ref().map(|it| it.ty.inner()).or(inner));
        match optional {
            Some(optional) => self.or_else(optional, other, value.span.to(default.span)),
            None => Typed::Error,
        }
    }

    fn always_present(&mut self, span: Span) {
        let found = Diagnostic::new(
            Code::TypeMismatch,
            span,
            "`otherwise` stands after what is never absent",
            "always present",
        );
        self.report(found.with_help("leave `otherwise` out, or write `optional` before its type"));
    }

    fn or_else(&mut self, value: Expr, other: Typed, span: Span) -> Typed {
        let (lets, value) = self.repeatable(value);
        let there = operation(Op::Get, vec![value.clone()], value.ty.inner().clone());
        let made = match self.join(there.clone().into(), other, span) {
            // Where nothing had to be changed, one operation says it all.
            Some((Typed::Value(a), Typed::Value(b))) if a == there => {
                let ty = hull(&a.ty, &b.ty);
                operation(Op::OrElse, vec![value, b], ty).into()
            }
            Some((a, b)) => self.either(operation(Op::IsPresent, vec![value], Type::Bool), a, b),
            None => Typed::Error,
        };
        super::calls::bind_all(lets, made)
    }

    /// A value where conditions hold: a number carries the range that they leave it.
    pub(super) fn branch(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        match self.expr(expr, expected) {
            Typed::Value(value) if matches!(value.ty, Type::Number(_)) => self.narrowed(value).into(),
            other => other,
        }
    }

    fn choice(&mut self, condition: &ast::Expr, yes: &ast::Expr, no: &ast::Expr, expected: Option<&Type>) -> Typed {
        let asked = self.condition(condition, "the condition of `if`");
        if let Some(asked) = &asked {
            self.note_condition(asked, condition.span);
        }
        let branch = |it: &mut Self, branch: &ast::Expr, expected: Option<&Type>, truth: bool| {
            it.within(|it| {
                asked.iter().for_each(|asked| it.assume(asked, truth));
                it.branch(branch, expected)
            })
        };
        let (a, b) = if expected.is_none() && self.is_bare_case(yes) {
            let b = branch(self, no, expected, false);
            let a = branch(self, yes, b.ty(), true);
            (a, b)
        } else {
            let a = branch(self, yes, expected, true);
            let b = branch(self, no, expected.or(a.ty()), false);
            (a, b)
        };
        let joined = self.join(a, b, yes.span.to(no.span));
        match (asked, joined) {
            (Some(asked), Some((a, b))) => self.either(asked, a, b),
            _ => Typed::Error,
        }
    }

    /// `let id = value in body`, where the value is used more than once: constants and locals are repeated instead.
    pub(super) fn shared(&mut self, value: Expr, body: impl FnOnce(&mut Self, Expr) -> Option<Expr>) -> Option<Expr> {
        if matches!(value.kind, ExprKind::Const(_) | ExprKind::Local(_)) {
            return body(self, value);
        }
        let id = self.local();
        let body = body(self, local(id, value.ty.clone()))?;
        Some(Expr { ty: body.ty.clone(), kind: ExprKind::Let(id, Box::new(value), Box::new(body)) })
    }
}

pub(super) fn constant(ty: Type, value: Value) -> Expr {
    Expr { ty, kind: ExprKind::Const(value) }
}

pub(super) fn text_constant(text: &str) -> Expr {
    let max = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    constant(Type::Text { max }, Value::Text(text.to_owned()))
}
