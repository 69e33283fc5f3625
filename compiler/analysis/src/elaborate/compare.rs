//! Comparisons and membership.

use super::arithmetic::{combined, is_known, number_type, quotient, times};
use super::coerce::same_kind;
use super::{Elaborator, Typed, value};
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Expr, NumberKind, Op, Type};
use enact_syntax::ast::{self, BinaryOp, ExprKind as Ast};

impl Elaborator<'_> {
    pub(super) fn comparison(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        if let Some(absent) = [a, b].into_iter().find(|side| matches!(side.kind, Ast::Absent)) {
            return self.compared_with_absent(absent.span);
        }
        let (left, right) = if self.is_bare_case(a) && !self.is_bare_case(b) {
            let right = self.operand(b);
            let left = self.compared(a, right.as_ref());
            (left, right)
        } else {
            let left = self.operand(a);
            let right = self.compared(b, left.as_ref());
            (left, right)
        };
        let (Some(left), Some(right)) = (left, right) else { return Typed::Error };
        self.ordered(op, left, right, a.span, b.span, span)
    }

    fn compared_with_absent(&mut self, span: Span) -> Typed {
        let found = Diagnostic::new(Code::MaybeAbsent, span, "`absent` is not compared with", "never there");
        self.report(found.with_help("ask `is absent` or `is present`"))
    }

    /// A side of a comparison, read with the type of the other side.
    fn compared(&mut self, expr: &ast::Expr, other: Option<&Typed>) -> Option<Typed> {
        if other.is_none() && self.is_bare_case(expr) {
            // Nobody knows of which enum, since the other side is broken.
            return None;
        }
        match self.expr(expr, other.and_then(Typed::ty)) {
            Typed::Error => None,
            Typed::Value(value) => self.present(value, expr.span).map(Typed::Value),
            other => Some(other),
        }
    }

    /// A comparison of two values that are there.
    pub(super) fn ordered(&mut self, op: BinaryOp, a: Typed, b: Typed, at_a: Span, at_b: Span, span: Span) -> Typed {
        if let (Some(x), Some(y)) = (number_type(&a), number_type(&b)) {
            let Some(kind) = combined(BinaryOp::Add, x, y, is_known(&a), is_known(&b)) else {
                let (left, right) = (self.describe(&Type::Number(x)), self.describe(&Type::Number(y)));
                let message = format!("{left} is compared with {right}");
                let found = Diagnostic::new(Code::UnitMismatch, at_b, message, right).with_label(at_a, left);
                let money = x.kind == NumberKind::Money || y.kind == NumberKind::Money;
                let help = if money {
                    "write the unit: `yuan`, `fen`, `万元`"
                } else {
                    "write `rate(…)` or `number(…)` to say as what they are compared"
                };
                return self.report(found.with_help(help));
            };
            return self.numbers(op, kind, a, b, at_a, at_b, span);
        }
        let (Typed::Value(a), Typed::Value(b)) = (a, b) else {
            return self.error(
                Code::TypeMismatch,
                span,
                "these cannot be compared",
                "a period, or values of different kinds",
            );
        };
        if !same_kind(&a.ty, &b.ty) && !empty_list(&a.ty, &b.ty) {
            let (left, right) = (self.describe(&a.ty), self.describe(&b.ty));
            let message = format!("{left} is compared with {right}");
            return self.report(Diagnostic::new(Code::TypeMismatch, at_b, message, right).with_label(at_a, left));
        }
        let equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if !equality && a.ty != Type::Date {
            let what = self.describe(&a.ty);
            let found = Diagnostic::new(
                Code::TypeMismatch,
                span,
                format!("{what} has no order"),
                "only numbers and dates are smaller or larger",
            );
            return self.report(found.with_help("compare with `=` or `!=`"));
        }
        let Some((Typed::Value(a), Typed::Value(b))) = self.join(a.into(), b.into(), span) else { return Typed::Error };
        directed(op, a, b, |op, a, b| Ok(number::test(op, vec![a, b]))).map_or(Typed::Error, Typed::Value)
    }

    #[expect(clippy::too_many_arguments, reason = "two sides, each with its place")]
    fn numbers(
        &mut self,
        op: BinaryOp,
        kind: NumberKind,
        a: Typed,
        b: Typed,
        at_a: Span,
        at_b: Span,
        span: Span,
    ) -> Typed {
        let made = match (a, b) {
            (Typed::Value(a), Typed::Value(b)) => directed(op, a, b, number::compare),
            (a, b) => {
                // Both divisors are above zero, so the products are in the order of the quotients.
                let (Some(a), Some(b)) = (self.bounded_side(a, at_a), self.bounded_side(b, at_b)) else {
                    return Typed::Error;
                };
                let (a, b) = (quotient(a), quotient(b));
                let products = times(kind, a.num, b.den).and_then(|left| Ok((left, times(kind, b.num, a.den)?)));
                products.and_then(|(left, right)| directed(op, left, right, number::compare))
            }
        };
        made.map_or_else(|TooLarge| self.overflow(span), Typed::Value)
    }

    fn bounded_side(&mut self, side: Typed, span: Span) -> Option<Typed> {
        match side {
            Typed::Value(value) => self.ranged(value, span).map(Typed::Value),
            other => Some(other),
        }
    }

    /// `x in lo .. hi`, `x in [a, b]`, `x in xs`.
    pub(super) fn membership(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let Some(left) = self.operand(a) else { return Typed::Error };
        // The value is written several times.
        let (lets, left) = match left {
            Typed::Value(value) => {
                let (lets, value) = self.repeatable(value);
                (lets, value.into())
            }
            other => (Vec::new(), other),
        };
        let found = match &b.kind {
            Ast::Range(lo, hi) => match (self.compared(lo, Some(&left)), self.compared(hi, Some(&left))) {
                (Some(low), Some(high)) => self.between(left, low, high, [a.span, lo.span, hi.span], b.span),
                _ => Typed::Error,
            },
            Ast::List(parts) => self.one_of(left, a.span, parts, span),
            _ => match self.plain(b, left.ty().map(list_of).as_ref()) {
                Some(list) => self.contained(left, list, a.span, b.span),
                None => Typed::Error,
            },
        };
        super::calls::bind_all(lets, found)
    }

    fn between(&mut self, value: Typed, low: Typed, high: Typed, at: [Span; 3], range: Span) -> Typed {
        let [at_value, at_low, at_high] = at;
        if let (Some(low), Some(high)) = (low.value().and_then(number::known), high.value().and_then(number::known))
            && low > high
        {
            return self.error(Code::BadRange, range, "the range ends before it begins", "nothing lies in it");
        }
        let span = at_value.to(range);
        let from = self.ordered(BinaryOp::LessEqual, low, value.clone(), at_low, at_value, span);
        let to = self.ordered(BinaryOp::LessEqual, value, high, at_value, at_high, span);
        match (from, to) {
            (Typed::Value(from), Typed::Value(to)) => number::test(Op::And, vec![from, to]).into(),
            _ => Typed::Error,
        }
    }

    fn contained(&mut self, value: Typed, list: Expr, at_value: Span, at_list: Span) -> Typed {
        let Type::List { element, .. } = &list.ty else {
            return self.not_a_list(&list, at_list);
        };
        let element = widened(element);
        match self.coerce(value, &element, super::coerce::Place::Fixed, "an element of the list", at_value) {
            Some(value) => super::operation(Op::Contains, vec![value, list], Type::Bool).into(),
            None => Typed::Error,
        }
    }

    /// Membership in a list that is written out: one of several equalities.
    fn one_of(&mut self, left: Typed, at: Span, parts: &[ast::Expr], span: Span) -> Typed {
        let mut any: Option<Expr> = None;
        let mut failed = false;
        for part in parts {
            let Some(right) = self.compared(part, Some(&left)) else {
                failed = true;
                continue;
            };
            match self.ordered(BinaryOp::Equal, left.clone(), right, at, part.span, span) {
                Typed::Value(equal) => {
                    any = Some(match any {
                        Some(before) => number::test(Op::Or, vec![before, equal]),
                        None => equal,
                    });
                }
                _ => failed = true,
            }
        }
        if failed {
            return Typed::Error;
        }
        any.unwrap_or_else(|| number::truth(false)).into()
    }

    pub(super) fn not_a_list(&mut self, value: &Expr, span: Span) -> Typed {
        let what = self.describe(&value.ty);
        self.error(Code::NotAList, span, format!("{what} is no list"), "a list is needed here")
    }
}

/// The type with any range: what is looked for need not be able to be there.
fn widened(ty: &Type) -> Type {
    match ty {
        Type::Number(it) => Type::Number(enact_ir::NumberType { lo: -number::UNBOUNDED, hi: number::UNBOUNDED, ..*it }),
        Type::Text { .. } => Type::Text { max: u32::MAX },
        other => other.clone(),
    }
}

fn list_of(element: &Type) -> Type {
    Type::List { element: Box::new(element.clone()), max: u32::MAX }
}

fn empty_list(a: &Type, b: &Type) -> bool {
    let empty = |ty: &Type| matches!(ty, Type::List { max: 0, .. });
    let list = |ty: &Type| matches!(ty, Type::List { .. });
    (empty(a) && list(b)) || (list(a) && empty(b))
}

/// The six comparisons by three.
fn directed(op: BinaryOp, a: Expr, b: Expr, make: impl Fn(Op, Expr, Expr) -> number::Made) -> number::Made {
    let not = |made: number::Made| made.map(|it| number::test(Op::Not, vec![it]));
    match op {
        BinaryOp::Less => make(Op::Lt, a, b),
        BinaryOp::LessEqual => make(Op::Le, a, b),
        BinaryOp::Greater => make(Op::Lt, b, a),
        BinaryOp::GreaterEqual => make(Op::Le, b, a),
        BinaryOp::NotEqual => not(make(Op::Eq, a, b)),
        _ => make(Op::Eq, a, b),
    }
}

/// `a = b` of a value with a constant of its own type.
pub(super) fn equals(a: &Expr, constant: Expr) -> number::Made {
    match (number::type_of(a), number::type_of(&constant)) {
        (Some(_), Some(_)) => number::compare(Op::Eq, a.clone(), constant),
        _ => Ok(number::test(Op::Eq, vec![a.clone(), value::constant(a.ty.clone(), const_value(constant))])),
    }
}

fn const_value(expr: Expr) -> enact_ir::Value {
    match expr.kind {
        enact_ir::ExprKind::Const(value) => value,
        _ => enact_ir::Value::Absent,
    }
}
