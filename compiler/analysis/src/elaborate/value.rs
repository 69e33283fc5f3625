//! Expressions by their form; the larger families have files of their own.

use super::coerce::{Place, same_kind};
use super::{Elaborator, Period, Typed, local, operation};
use crate::number;
use enact_base::{Code, Diagnostic, Span, nearest};
use enact_ir::{Expr, ExprKind, NumberKind, NumberType, Op, Type, Value};
use enact_syntax::ast::{self, ExprKind as Ast, Unit};

impl Elaborator<'_> {
    /// The meaning of an expression. `expected` is the type of its place, where that is known: it finds the cases of enums.
    ///
    /// The depth of the recursion is that of the tree, which the parser bounds, times the bounded nesting of defines.
    pub(super) fn expr(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        self.steps = self.steps.saturating_add(1);
        if self.steps > super::STEPS {
            return self.too_large(expr.span);
        }
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
            Ast::Call(name, args) => self.call(name, args, None, expr.span),
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

    fn too_large(&mut self, span: Span) -> Typed {
        // Said once: everything after it fails silently.
        if self.steps == super::STEPS + 1 || !self.own {
            self.steps = self.steps.saturating_add(1);
            let found = Diagnostic::new(
                Code::TooMuchWork,
                span,
                "this declaration becomes too large",
                "too many functions inside each other",
            );
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
        let Some(record) = super::record_of(&value.ty).and_then(|id| self.view.record_of(id)) else {
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
        let (value, span) = (self.expr(value, inner), value.span);
        let value = match value {
            Typed::Value(it) if matches!(it.ty, Type::Optional(_)) => it,
            Typed::Error => {
                self.expr(default, inner);
                return Typed::Error;
            }
            _ => {
                let found = Diagnostic::new(
                    Code::TypeMismatch,
                    span,
                    "`otherwise` stands after what is never absent",
                    "always present",
                );
                return self.report(found.with_help("leave `otherwise` out, or write `optional` before its type"));
            }
        };
        let ty = value.ty.inner().clone();
        let other = self.expr(default, Some(&ty));
        let there = Typed::Value(operation(Op::Get, vec![value.clone()], ty));
        match self.join(there.clone(), other.clone(), span.to(default.span)) {
            Some((Typed::Value(a), Typed::Value(b))) if !matches!(a.ty, Type::Optional(_)) => {
                // Where nothing had to be changed, one operation says it all.
                if there == Typed::Value(a.clone()) {
                    let ty = hull(&a.ty, &b.ty);
                    return operation(Op::OrElse, vec![value, b], ty).into();
                }
                let asked = operation(Op::IsPresent, vec![value], Type::Bool);
                self.either(asked, a.into(), b.into())
            }
            Some((a, b)) => {
                let asked = operation(Op::IsPresent, vec![value], Type::Bool);
                self.either(asked, a, b)
            }
            None => Typed::Error,
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
                it.expr(branch, expected)
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

    /// `if condition then a else b` of values that have been joined.
    pub(super) fn either(&mut self, condition: Expr, a: Typed, b: Typed) -> Typed {
        let branch = |condition: Expr, a: Expr, b: Expr| {
            let ty = hull(&a.ty, &b.ty);
            Expr { ty, kind: ExprKind::If(Box::new(condition), Box::new(a), Box::new(b)) }
        };
        match (a, b) {
            (Typed::Value(a), Typed::Value(b)) => branch(condition, a, b).into(),
            (Typed::Quotient(a), Typed::Quotient(b)) => {
                let num = branch(condition.clone(), a.num, b.num);
                let den = if a.den == b.den { a.den } else { branch(condition, a.den, b.den) };
                Typed::Quotient(Box::new(super::Quotient { kind: a.kind, num, den }))
            }
            (Typed::Period(p, a), Typed::Period(_, b)) => Typed::Period(p, branch(condition, a, b)),
            (Typed::Absent, Typed::Absent) => Typed::Absent,
            _ => Typed::Error,
        }
    }

    /// Two values that come together in one place, made of one type; reports where that cannot be.
    pub(super) fn join(&mut self, a: Typed, b: Typed, span: Span) -> Option<(Typed, Typed)> {
        match (a, b) {
            (Typed::Error, _) | (_, Typed::Error) => None,
            (Typed::Absent, Typed::Absent) => Some((Typed::Absent, Typed::Absent)),
            (Typed::Absent, Typed::Value(b)) => {
                let ty = optional(b.ty.clone());
                let b = self.convert(b, &ty, Place::Open).ok()?;
                let ty = b.ty.clone();
                Some((constant(ty, Value::Absent).into(), b.into()))
            }
            (a @ Typed::Value(_), Typed::Absent) => self.join(Typed::Absent, a, span).map(|(b, a)| (a, b)),
            (Typed::Value(a), Typed::Value(b)) => {
                let Some(ty) = joined(&a, &b) else {
                    let message = format!("the branches give {} and {}", self.describe(&a.ty), self.describe(&b.ty));
                    self.error(Code::TypeMismatch, span, message, "values of different kinds");
                    return None;
                };
                match (self.convert(a, &ty, Place::Fixed), self.convert(b, &ty, Place::Fixed)) {
                    (Ok(a), Ok(b)) => Some((a.into(), b.into())),
                    _ => {
                        self.overflow(span);
                        None
                    }
                }
            }
            (a @ (Typed::Quotient(_) | Typed::Value(_)), b @ (Typed::Quotient(_) | Typed::Value(_))) => {
                self.join_quotients(a, b, span)
            }
            (Typed::Period(p, a), Typed::Period(q, b)) if p == q => Some((Typed::Period(p, a), Typed::Period(q, b))),
            _ => {
                self.error(
                    Code::TypeMismatch,
                    span,
                    "the branches give values of different kinds",
                    "cannot come together",
                );
                None
            }
        }
    }

    fn list(&mut self, parts: &[ast::Expr], expected: Option<&Type>, span: Span) -> Typed {
        let wanted = expected.and_then(|ty| match ty.inner() {
            Type::List { element, .. } => Some((**element).clone()),
            _ => None,
        });
        let mut made: Vec<(Expr, Span)> = Vec::new();
        let mut failed = false;
        for part in parts {
            let known = wanted.clone().or_else(|| made.last().map(|(it, _)| it.ty.clone()));
            match self.expr(part, known.as_ref()) {
                Typed::Value(value) => made.push((value, part.span)),
                Typed::Error => failed = true,
                other => {
                    let ty = known.unwrap_or(Type::Bool);
                    match self.coerce(other, &ty, Place::Fixed, "an element", part.span) {
                        Some(value) => made.push((value, part.span)),
                        None => failed = true,
                    }
                }
            }
        }
        if failed {
            return Typed::Error;
        }
        let Some(((first, _), rest)) = made.split_first() else {
            let ty = Type::List { element: Box::new(wanted.unwrap_or(Type::Bool)), max: 0 };
            return constant(ty, Value::List(Vec::new())).into();
        };
        let mut common = first.clone();
        for (part, at) in rest {
            let Some(ty) = joined(&common, part) else {
                let message = format!("the list holds {} and {}", self.describe(&common.ty), self.describe(&part.ty));
                return self.error(Code::TypeMismatch, *at, message, "of another kind than the elements before it");
            };
            common = Expr { ty, kind: ExprKind::Today };
        }
        let max = u32::try_from(made.len()).unwrap_or(u32::MAX);
        let elements: Result<Vec<Expr>, _> =
            made.into_iter().map(|(part, _)| self.convert(part, &common.ty, Place::Fixed)).collect();
        let Ok(elements) = elements else { return self.overflow(span) };
        let element = elements.iter().map(|it| it.ty.clone()).reduce(|a, b| hull(&a, &b)).unwrap_or(Type::Bool);
        Expr { ty: Type::List { element: Box::new(element), max }, kind: ExprKind::List(elements) }.into()
    }

    fn record_value(
        &mut self,
        name: Option<&ast::Name>,
        fields: &[(ast::Name, ast::Expr)],
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        let ty = match name {
            Some(name) => self.record_named(name),
            None => expected.map(Type::inner).filter(|ty| super::record_of(ty).is_some()).cloned(),
        };
        let Some(record) = ty.as_ref().and_then(super::record_of).and_then(|id| self.view.record_of(id)) else {
            if name.is_none() {
                let found =
                    Diagnostic::new(Code::UnknownType, span, "a record needs its type's name", "of which type?");
                return self.report(found.with_help("write the name of the record before `{`"));
            }
            return Typed::Error;
        };
        self.twice(fields.iter().map(|(name, _)| name), "field");
        for (name, _) in fields {
            if !record.fields.iter().any(|field| field.name == name.text) {
                let near = nearest(&name.text, record.fields.iter().map(|it| it.name.as_str()));
                let message = format!("record `{}` has no field `{}`", record.name, name.text);
                let found = Diagnostic::new(Code::UnknownField, name.span, message, "no such field");
                self.report(super::name::meant(found, name, near));
            }
        }
        let mut made = Vec::new();
        let mut left_out = Vec::new();
        for field in &record.fields {
            match fields.iter().find(|(name, _)| name.text == field.name) {
                Some((_, value)) => made.push(self.of_type(value, &field.ty, &format!("field `{}`", field.name))),
                None => left_out.push(format!("`{}`", field.name)),
            }
        }
        if !left_out.is_empty() {
            let message = format!("the record `{}` is given without {}", record.name, left_out.join(", "));
            let found = Diagnostic::new(Code::UnknownField, span, message, "every field needs a value");
            return self.report(found.with_help("an optional field that is not there is written as `absent`"));
        }
        let made: Option<Vec<Expr>> = made.into_iter().collect();
        match (made, ty) {
            (Some(parts), Some(ty)) => Expr { ty, kind: ExprKind::Record(parts) }.into(),
            _ => Typed::Error,
        }
    }

    fn record_named(&mut self, name: &ast::Name) -> Option<Type> {
        let reference = ast::TypeRef { kind: ast::TypeKind::Named(name.clone()), span: name.span };
        let ty = self.ty(&reference)?;
        if super::record_of(&ty).is_none() {
            let message = format!("`{}` is no record", name.text);
            self.error(Code::WrongKindOfName, name.span, message, "a record is needed here");
            return None;
        }
        Some(ty)
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

pub(super) fn optional(ty: Type) -> Type {
    match ty {
        Type::Optional(_) => ty,
        other => Type::Optional(Box::new(other)),
    }
}

/// The type of two values that come together; `None` if they are of different kinds.
pub(super) fn joined(a: &Expr, b: &Expr) -> Option<Type> {
    let constant = |it: &Expr| number::known(it).is_some();
    joined_types(&a.ty, &b.ty, constant(a), constant(b))
}

fn joined_types(a: &Type, b: &Type, constant_a: bool, constant_b: bool) -> Option<Type> {
    match (a, b) {
        (Type::Optional(a), Type::Optional(b)) => Some(optional(joined_types(a, b, false, false)?)),
        (Type::Optional(a), b) | (b, Type::Optional(a)) => Some(optional(joined_types(a, b, false, constant_b)?)),
        (Type::Number(x), Type::Number(y)) => {
            use NumberKind::{Decimal, Int, Rate};
            let kind = match (x.kind, y.kind) {
                (x, y) if x == y => x,
                (Int, Decimal) | (Decimal, Int) => Decimal,
                (Rate, Int | Decimal) if constant_b => Rate,
                (Int | Decimal, Rate) if constant_a => Rate,
                _ => return None,
            };
            Some(Type::Number(NumberType {
                kind,
                scale: x.scale.max(y.scale),
                lo: -number::UNBOUNDED,
                hi: number::UNBOUNDED,
            }))
        }
        (Type::List { max: 0, .. }, other @ Type::List { .. })
        | (other @ Type::List { .. }, Type::List { max: 0, .. }) => Some(other.clone()),
        (Type::List { element: x, max: m }, Type::List { element: y, max: n }) => {
            Some(Type::List { element: Box::new(joined_types(x, y, false, false)?), max: *m.max(n) })
        }
        (Type::Text { max: m }, Type::Text { max: n }) => Some(Type::Text { max: *m.max(n) }),
        (a, b) => same_kind(a, b).then(|| a.clone()),
    }
}

/// The type that holds the values of both, which are of one kind and scale.
pub(super) fn hull(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Number(x), Type::Number(y)) => Type::Number(NumberType { lo: x.lo.min(y.lo), hi: x.hi.max(y.hi), ..*x }),
        (Type::Optional(x), Type::Optional(y)) => optional(hull(x, y)),
        (Type::List { max: 0, .. }, other @ Type::List { .. })
        | (other @ Type::List { .. }, Type::List { max: 0, .. }) => other.clone(),
        (Type::List { element: x, max: m }, Type::List { element: y, max: n }) => {
            Type::List { element: Box::new(hull(x, y)), max: *m.max(n) }
        }
        (Type::Text { max: m }, Type::Text { max: n }) => Type::Text { max: *m.max(n) },
        (a, _) => a.clone(),
    }
}
