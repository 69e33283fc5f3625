//! Putting a value where a type is expected: kinds must agree, digits must not be lost, ranges must hold.

use super::{Elaborator, Typed, operation};
use crate::number;
use enact_base::{Code, Diagnostic, Edit, Span};
use enact_ir::{Each, Expr, ExprKind, NumberKind, NumberType, Op, Type, Value};

/// How strictly a place takes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A field, an element, a key, an argument: its type is the place's, digit for digit.
    Fixed,
    /// A named value, an output, a figure: a rate keeps as many digits as it has.
    Open,
}

impl Elaborator<'_> {
    /// The value as one of the type, or a diagnostic and `None`. `what` names the place: "output `paid`".
    pub(super) fn coerce(&mut self, value: Typed, ty: &Type, place: Place, what: &str, span: Span) -> Option<Expr> {
        let expr = match value {
            Typed::Error => return None,
            Typed::Absent => return self.coerce_absent(ty, what, span),
            Typed::Quotient(_) => {
                self.not_rounded(ty, what, span);
                return None;
            }
            Typed::Period(..) => {
                let message = format!("{what} takes {}, not a period", self.describe(ty));
                self.report(
                    Diagnostic::new(Code::TypeMismatch, span, message, "a number of days, months or years")
                        .with_help("a period is only added to a date or subtracted from one"),
                );
                return None;
            }
            Typed::Value(expr) => expr,
        };
        if matches!(expr.ty, Type::Optional(_)) && !matches!(ty, Type::Optional(_)) {
            let opened = self.present(expr, span)?;
            return self.coerce(opened.into(), ty, place, what, span);
        }
        self.fits(&expr, ty, place, what, span)?;
        let tight = self.tightened(expr, ty);
        let converted = self.convert(tight, ty, place);
        if converted.is_err() {
            self.overflow(span);
        }
        converted.ok()
    }

    fn coerce_absent(&mut self, ty: &Type, what: &str, span: Span) -> Option<Expr> {
        if matches!(ty, Type::Optional(_)) {
            return Some(Expr { ty: ty.clone(), kind: ExprKind::Const(Value::Absent) });
        }
        let message = format!("{what} is never absent");
        self.report(
            Diagnostic::new(Code::TypeMismatch, span, message, format!("{} is needed here", self.describe(ty)))
                .with_help("write `optional` before its type if it may be absent"),
        );
        None
    }

    fn not_rounded(&mut self, ty: &Type, what: &str, span: Span) {
        let to = match ty.inner() {
            Type::Number(NumberType { kind: NumberKind::Money, .. }) => "fen".to_owned(),
            Type::Number(NumberType { kind: NumberKind::Int, .. }) => "0 places".to_owned(),
            Type::Number(NumberType { scale, kind: NumberKind::Decimal, .. }) => format!("{scale} places"),
            _ => "4 places".to_owned(),
        };
        let found = Diagnostic::new(
            Code::QuotientNotRounded,
            span,
            format!("{what} takes a quotient only after rounding"),
            "may have no last digit",
        );
        self.report(rounding(found, span, &to));
    }

    /// Whether a value of one type can stand where the other is expected; reports if not.
    fn fits(&mut self, expr: &Expr, ty: &Type, place: Place, what: &str, span: Span) -> Option<()> {
        match (&expr.ty, ty) {
            (Type::Optional(from), Type::Optional(to)) => {
                let inner = operation(Op::Get, vec![expr.clone()], (**from).clone());
                self.fits(&inner, to, place, what, span)
            }
            (_, Type::Optional(to)) => self.fits(expr, to, place, what, span),
            (Type::Number(from), Type::Number(to)) => {
                let constant = number::known(expr).is_some();
                let (lo, hi) = self.range(expr).unwrap_or((from.lo, from.hi));
                self.number_fits(NumberType { lo, hi, ..*from }, constant, *to, place, what, span)
            }
            (Type::Text { max: from }, Type::Text { max: to }) if from > to => {
                let message = format!("{what} takes at most {to} characters");
                self.error(Code::OutOfRange, span, message, format!("may have {from}"));
                None
            }
            (Type::List { max: 0, .. }, Type::List { .. }) => Some(()),
            (Type::List { max: from, .. }, Type::List { max: to, .. }) if from > to => {
                let message = format!("{what} takes at most {to} elements");
                self.error(Code::OutOfRange, span, message, format!("may have {from}"));
                None
            }
            (Type::List { element: from, .. }, Type::List { element: to, .. }) => {
                let element = Expr { ty: (**from).clone(), kind: ExprKind::Today };
                self.fits(&element, to, Place::Fixed, what, span)
            }
            (from, to) if same_kind(from, to) => Some(()),
            (from, to) => {
                let message = format!("{what} takes {}, not {}", self.describe(to), self.describe(from));
                let label = self.describe(from);
                self.error(Code::TypeMismatch, span, message, label);
                None
            }
        }
    }

    fn number_fits(
        &mut self,
        from: NumberType,
        constant: bool,
        to: NumberType,
        place: Place,
        what: &str,
        span: Span,
    ) -> Option<()> {
        if !kind_fits(from.kind, to.kind, constant) {
            self.wrong_unit(from, to, what, span);
            return None;
        }
        let scale =
            if place == Place::Open && to.kind == NumberKind::Rate { from.scale.max(to.scale) } else { to.scale };
        if from.scale > scale {
            self.too_precise(from, to, what, span);
            return None;
        }
        if number::is_unbounded(to) {
            return Some(());
        }
        let up = |n: i128, by: u8| number::power(by).ok().and_then(|factor| n.checked_mul(factor));
        let (lo, hi) = (up(from.lo, scale - from.scale), up(from.hi, scale - from.scale));
        let (least, most) = (up(to.lo, scale.saturating_sub(to.scale)), up(to.hi, scale.saturating_sub(to.scale)));
        let inside = match (lo, hi, least, most) {
            (Some(lo), Some(hi), Some(least), Some(most)) => least <= lo && hi <= most,
            _ => false,
        };
        if inside {
            return Some(());
        }
        self.outside(from, to, what, span);
        None
    }

    fn wrong_unit(&mut self, from: NumberType, to: NumberType, what: &str, span: Span) {
        let (have, want) = (self.describe(&Type::Number(from)), self.describe(&Type::Number(to)));
        let code = if from.kind == NumberKind::Decimal && to.kind == NumberKind::Int {
            Code::RoundingNeeded
        } else {
            Code::UnitMismatch
        };
        let found = Diagnostic::new(code, span, format!("{what} takes {want}, not {have}"), have.clone());
        let found = match (from.kind, to.kind) {
            (NumberKind::Decimal, NumberKind::Int) => rounding(found, span, "0 places"),
            (NumberKind::Int | NumberKind::Decimal, NumberKind::Money) => {
                found.with_help("write the unit: `yuan`, `fen`, `万元`")
            }
            (NumberKind::Int | NumberKind::Decimal, NumberKind::Rate) => {
                found.with_help("write `rate(…)` to take the number as a rate")
            }
            (NumberKind::Rate, NumberKind::Int | NumberKind::Decimal) => {
                found.with_help("write `number(…)` to take the rate as a plain number")
            }
            _ => found,
        };
        self.report(found);
    }

    fn too_precise(&mut self, from: NumberType, to: NumberType, what: &str, span: Span) {
        let (unit, digits) = match to.kind {
            NumberKind::Money if to.scale == 2 => ("fen".to_owned(), "whole fen".to_owned()),
            _ => (format!("{} places", to.scale), format!("{} digits after the point", to.scale)),
        };
        let message = format!("{what} takes {digits}, but the value can have {} digits after the point", from.scale);
        let found = Diagnostic::new(Code::RoundingNeeded, span, message, "must be rounded");
        self.report(rounding(found, span, &unit));
    }

    fn outside(&mut self, from: NumberType, to: NumberType, what: &str, span: Span) {
        let ends = |ty: &NumberType| {
            let end = |n: i128| crate::checks::show::number(ty, n);
            format!("{} .. {}", end(ty.lo), end(ty.hi))
        };
        if number::is_unbounded(from) {
            let message = format!("{what} must lie in {}, but nothing bounds this value", ends(&to));
            let found = Diagnostic::new(Code::OutOfRange, span, message, "no range");
            self.report(found.with_help("give it a range, or hold it with `clamp`"));
            return;
        }
        let message = match from.lo == from.hi {
            true => format!("{what} must lie in {}", ends(&to)),
            false => format!("{what} must lie in {}, but the value can be {}", ends(&to), ends(&from)),
        };
        self.error(Code::OutOfRange, span, message, "outside the range");
    }

    /// Where the type alone does not show that a number is inside the range, what is known here is written into the expression.
    fn tightened(&self, expr: Expr, ty: &Type) -> Expr {
        match (number::type_of(&expr), ty.inner()) {
            (Some(from), Type::Number(to)) if !number::is_unbounded(*to) && number::known(&expr).is_none() => {
                let up = |n: i128, by: u8| number::power(by).ok().and_then(|factor| n.checked_mul(factor));
                let by = to.scale.saturating_sub(from.scale);
                let inside =
                    up(from.lo, by).is_some_and(|lo| lo >= to.lo) && up(from.hi, by).is_some_and(|hi| hi <= to.hi);
                if inside { expr } else { self.narrowed(expr) }
            }
            _ => expr,
        }
    }

    /// An optional used as a value: it must be known to be present.
    pub(super) fn present(&mut self, expr: Expr, span: Span) -> Option<Expr> {
        if !matches!(expr.ty, Type::Optional(_)) {
            return Some(expr);
        }
        let opened = self.opened(expr);
        if !matches!(opened.ty, Type::Optional(_)) {
            return Some(opened);
        }
        let text = self.source(span);
        let simple = text.chars().count() <= 40 && !text.contains('\n');
        let name = if simple { format!("`{text}`") } else { "this value".to_owned() };
        let found = Diagnostic::new(Code::MaybeAbsent, span, format!("{name} may be absent"), "may be absent here");
        let help = if simple {
            format!("ask first (`{text} is present and …`), or say what counts instead (`{text} otherwise …`)")
        } else {
            "ask first with `is present and …`, or say what counts instead with `otherwise …`".to_owned()
        };
        self.report(found.with_help(help));
        None
    }

    pub(super) fn overflow(&mut self, span: Span) -> Typed {
        let found = Diagnostic::new(
            Code::MayOverflow,
            span,
            "the value may need more than 128 bits",
            "may not fit by its range",
        );
        self.report(found.with_help("narrow the ranges of what it is made of, or round in between"))
    }

    /// The value as one of a type that it is known to fit.
    pub(super) fn convert(&mut self, expr: Expr, ty: &Type, place: Place) -> number::Made {
        match (expr.ty.clone(), ty) {
            (Type::Optional(from), Type::Optional(to)) => self.convert_optional(expr, &from, to, place),
            (_, Type::Optional(to)) => {
                let inner = self.convert(expr, to, place)?;
                let ty = Type::Optional(Box::new(inner.ty.clone()));
                match inner.kind {
                    kind @ ExprKind::Const(_) => Ok(Expr { ty, kind }),
                    _ => Ok(operation(Op::Some, vec![inner], ty)),
                }
            }
            (Type::Number(from), Type::Number(to)) => {
                let open = place == Place::Open && to.kind == NumberKind::Rate;
                let scaled = number::to_scale(expr, if open { from.scale } else { to.scale })?;
                Ok(number::as_kind(scaled, to.kind))
            }
            (Type::List { max: 0, .. }, Type::List { element, .. }) => {
                let ty = Type::List { element: element.clone(), max: 0 };
                Ok(Expr { ty, kind: ExprKind::Const(Value::List(Vec::new())) })
            }
            (Type::List { element: from, .. }, Type::List { element: to, .. }) => self.convert_list(expr, &from, to),
            _ => Ok(expr),
        }
    }

    fn convert_optional(&mut self, expr: Expr, from: &Type, to: &Type, place: Place) -> number::Made {
        let inner = operation(Op::Get, vec![expr.clone()], from.clone());
        let converted = self.convert(inner.clone(), to, place)?;
        if converted == inner {
            return Ok(expr);
        }
        let ty = Type::Optional(Box::new(converted.ty.clone()));
        match &expr.kind {
            ExprKind::Const(Value::Absent) => return Ok(Expr { ty, kind: expr.kind }),
            ExprKind::Const(value) => {
                let inner = Expr { ty: from.clone(), kind: ExprKind::Const(value.clone()) };
                let converted = self.convert(inner, to, place)?;
                return Ok(Expr { ty, kind: converted.kind });
            }
            _ => {}
        }
        let (lets, expr) = self.repeatable(expr);
        let inner = operation(Op::Get, vec![expr.clone()], from.clone());
        let converted = self.convert(inner, to, place)?;
        let absent = Expr { ty: ty.clone(), kind: ExprKind::Const(Value::Absent) };
        let there = operation(Op::Some, vec![converted], ty.clone());
        let asked = operation(Op::IsPresent, vec![expr], Type::Bool);
        let made = Expr { ty, kind: ExprKind::If(Box::new(asked), Box::new(there), Box::new(absent)) };
        Ok(super::calls::bound(&lets, made))
    }

    fn convert_list(&mut self, expr: Expr, from: &Type, to: &Type) -> number::Made {
        let Type::List { max, .. } = expr.ty else { return Ok(expr) };
        let list = |element: &Type| Type::List { element: Box::new(element.clone()), max };
        match expr.kind {
            kind if same_scale(from, to) => Ok(Expr { ty: expr.ty, kind }),
            ExprKind::List(parts) => {
                let parts: Result<Vec<Expr>, _> =
                    parts.into_iter().map(|it| self.convert(it, to, Place::Fixed)).collect();
                Ok(Expr { ty: list(to), kind: ExprKind::List(parts?) })
            }
            // The body of a form is converted in place, so that no second pass over the list is needed.
            ExprKind::Each { form: form @ Each::Map, list: over, element, before, filter, sort, body } => {
                let body = Box::new(self.convert(*body, to, Place::Fixed)?);
                let ty = list(&body.ty);
                Ok(Expr { ty, kind: ExprKind::Each { form, list: over, element, before, filter, sort, body } })
            }
            kind => {
                let element = self.local();
                let body = self.convert(super::local(element, from.clone()), to, Place::Fixed)?;
                let ty = list(&body.ty);
                let over = Box::new(Expr { ty: expr.ty, kind });
                let form = Each::Map;
                let body = Box::new(body);
                Ok(Expr {
                    ty,
                    kind: ExprKind::Each { form, list: over, element, before: None, filter: None, sort: None, body },
                })
            }
        }
    }
}

/// A fix that rounds the expression.
pub(super) fn rounding(found: Diagnostic<Span>, span: Span, to: &str) -> Diagnostic<Span> {
    let (start, end) = (Span { end: span.start, ..span }, Span { start: span.end, ..span });
    let open = Edit { place: start, text: format!("round half up to {to} (") };
    found.with_fix(
        format!("say how it is rounded: `round half up to {to} (…)`"),
        vec![open, Edit { place: end, text: ")".into() }],
    )
}

/// Whether a number of one kind may stand where the other is expected.
fn kind_fits(from: NumberKind, to: NumberKind, constant: bool) -> bool {
    match (from, to) {
        (NumberKind::Int, NumberKind::Decimal) => true,
        (NumberKind::Int | NumberKind::Decimal, NumberKind::Rate) => constant,
        (from, to) => from == to,
    }
}

/// Whether two types are the same but for scales, ranges and lengths.
pub(super) fn same_kind(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Optional(a), Type::Optional(b)) | (Type::List { element: a, .. }, Type::List { element: b, .. }) => {
            same_kind(a, b)
        }
        (Type::Number(a), Type::Number(b)) => a.kind == b.kind,
        (Type::Text { .. }, Type::Text { .. }) => true,
        (a, b) => a == b,
    }
}

/// Whether values of the types are written alike, so that a list of one is a list of the other.
pub(super) fn same_scale(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Number(a), Type::Number(b)) => a.scale == b.scale && a.kind == b.kind,
        (Type::Optional(a), Type::Optional(b)) | (Type::List { element: a, .. }, Type::List { element: b, .. }) => {
            same_scale(a, b)
        }
        (a, b) => same_kind(a, b),
    }
}
