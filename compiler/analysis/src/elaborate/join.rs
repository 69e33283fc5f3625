//! Values that come together in one place, from the branches of a choice or as the elements of a list: their common type.

use super::coerce::{Place, same_kind};
use super::value::constant;
use super::{Elaborator, Typed};
use crate::number;
use enact_base::{Code, Span};
use enact_ir::{Expr, ExprKind, NumberKind, NumberType, Type, Value};

impl Elaborator<'_> {
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
