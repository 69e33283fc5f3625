//! Numbers and quotients: which units combine, how scales and ranges flow, what must be rounded.

use super::{Elaborator, Period, Quotient, Typed};
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Expr, ExprKind, NumberKind, NumberType, Op, Rounding, Type};
use enact_syntax::ast::{self, BinaryOp, RoundMode, RoundTo, UnaryOp};

impl Elaborator<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &ast::Expr, span: Span) -> Typed {
        if op == UnaryOp::Not {
            return self
                .condition(operand, "`not`")
                .map_or(Typed::Error, |value| number::test(Op::Not, vec![value]).into());
        }
        match self.operand(operand) {
            Some(value) => self.negated(value, operand.span, span),
            None => Typed::Error,
        }
    }

    fn negated(&mut self, value: Typed, operand: Span, span: Span) -> Typed {
        let negated = match value {
            Typed::Quotient(it) => {
                let Quotient { kind, num, den } = *it;
                number::negate(num).map(|num| Typed::Quotient(Box::new(Quotient { kind, num, den })))
            }
            Typed::Period(period, count) => number::negate(count).map(|count| Typed::Period(period, count)),
            Typed::Value(value) if number::type_of(&value).is_some() => {
                let Some(value) = self.ranged(value, operand) else { return Typed::Error };
                number::negate(value).map(Typed::Value)
            }
            _ => return self.error(Code::TypeMismatch, span, "only a number can be negative", "not a number"),
        };
        negated.unwrap_or_else(|TooLarge| self.overflow(span))
    }

    /// An operand of a calculation: a value that is there, a quotient or a period.
    pub(super) fn operand(&mut self, expr: &ast::Expr) -> Option<Typed> {
        match self.expr(expr, None) {
            Typed::Error => None,
            Typed::Value(value) => self.present(value, expr.span).map(Typed::Value),
            Typed::Absent => {
                self.error(Code::MaybeAbsent, expr.span, "`absent` cannot be calculated with", "never there");
                None
            }
            other => Some(other),
        }
    }

    pub(super) fn arithmetic(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        match (self.operand(a), self.operand(b)) {
            (Some(left), Some(right)) => self.calculated(op, left, right, (a.span, b.span), span),
            _ => Typed::Error,
        }
    }

    fn calculated(&mut self, op: BinaryOp, left: Typed, right: Typed, (at_a, at_b): (Span, Span), span: Span) -> Typed {
        let is_date = |it: &Typed| it.ty() == Some(&Type::Date);
        if is_date(&left) || is_date(&right) || matches!(left, Typed::Period(..)) || matches!(right, Typed::Period(..))
        {
            return self.calendar_arithmetic(op, left, right, span);
        }
        let (Some(x), Some(y)) = (number_type(&left), number_type(&right)) else {
            let (bad, at) = if number_type(&left).is_none() { (&left, at_a) } else { (&right, at_b) };
            let what = bad.ty().map(|ty| self.describe(ty)).unwrap_or_default();
            return self.error(Code::TypeMismatch, at, format!("{what} cannot be calculated with"), what);
        };
        let Some(kind) = combined(op, x, y, is_known(&left), is_known(&right)) else {
            return self.units(op, x.kind, y.kind, at_a, at_b);
        };
        let (Some(left), Some(right)) = (self.bounded_operand(left, at_a), self.bounded_operand(right, at_b)) else {
            return Typed::Error;
        };
        let made = match (op, left, right) {
            (BinaryOp::Divide, left, right) => return self.division(kind, left, right, at_b, span),
            (BinaryOp::Multiply, Typed::Value(a), Typed::Value(b)) => number::product(kind, a, b).map(Typed::Value),
            (BinaryOp::Multiply, a, b) => multiplied(kind, quotient(a), quotient(b)),
            (BinaryOp::Subtract, Typed::Value(a), Typed::Value(b)) => self.difference(kind, a, b).map(Typed::Value),
            (_, Typed::Value(a), Typed::Value(b)) => number::sum(sum_op(op), kind, a, b).map(Typed::Value),
            (_, a, b) => added(sum_op(op), kind, quotient(a), quotient(b)),
        };
        made.unwrap_or_else(|TooLarge| self.overflow(span))
    }

    /// `a - b`, which is never below zero where `b` is known to be at most `a`: what is left of something when a part of it is taken.
    fn difference(&mut self, kind: NumberKind, a: Expr, b: Expr) -> number::Made {
        let (a, b) = number::align(a, b)?;
        let (left, never_negative) = (number::type_of(&a), self.at_most(&b, &a, 0));
        let made = number::sum(Op::Sub, kind, a, b)?;
        match left {
            Some(_) if never_negative => number::held(made, 0, i128::MAX),
            _ => Ok(made),
        }
    }

    /// An operand whose range is known.
    fn bounded_operand(&mut self, value: Typed, span: Span) -> Option<Typed> {
        match value {
            Typed::Value(value) => self.ranged(value, span).map(Typed::Value),
            other => Some(other),
        }
    }

    /// A number with a range; reports one that has none.
    pub(super) fn ranged(&mut self, expr: Expr, span: Span) -> Option<Expr> {
        let Some(ty) = number::type_of(&expr) else { return Some(expr) };
        if !number::is_unbounded(ty) {
            return Some(expr);
        }
        if let Some((lo, hi)) = self.range(&expr)
            && lo <= hi
            && !number::is_unbounded(NumberType { lo, hi, ..ty })
        {
            return Some(self.narrowed(expr));
        }
        let origin = self.origin(&expr);
        if let Some(name) = &origin {
            // One range is missing, however often the field is used.
            if self.own && self.unranged.contains(name) {
                return None;
            }
            self.unranged.push(name.clone());
        }
        let (message, help) = match origin {
            Some(name) => (
                format!("`{name}` has no range, so it cannot be calculated with"),
                format!("give `{name}` a range where it is declared, such as `{}`", example_range(ty.kind)),
            ),
            None => (
                "this value has no range, so it cannot be calculated with".to_owned(),
                format!("give what it is made of a range, such as `{}`", example_range(ty.kind)),
            ),
        };
        self.report(Diagnostic::new(Code::MissingRange, span, message, "could be of any size").with_help(help));
        None
    }

    /// The field or input whose missing range makes a number unbounded.
    fn origin(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Local(id) => self.origins.iter().find(|(local, _)| local == id).map(|(_, name)| name.clone()),
            ExprKind::Field(base, place) => {
                let record = super::record_of(&base.ty).and_then(|id| self.view.record_of(id))?;
                let field = record.fields.get(*place as usize)?;
                let base = self.origin(base).unwrap_or_else(|| record.name.clone());
                Some(format!("{base}.{}", field.name))
            }
            ExprKind::Op(_, args) => args.iter().filter(|it| unbounded(it)).find_map(|it| self.origin(it)),
            ExprKind::If(_, a, b) => [a, b].into_iter().filter(|it| unbounded(it)).find_map(|it| self.origin(it)),
            ExprKind::Let(_, value, body) => self.origin(body).or_else(|| self.origin(value)),
            ExprKind::Each { body, .. } => self.origin(body),
            ExprKind::Lookup { table, .. } => self.view.table_name(*table),
            _ => None,
        }
    }

    fn units(&mut self, op: BinaryOp, a: NumberKind, b: NumberKind, at_a: Span, at_b: Span) -> Typed {
        let describe = |it: &Self, kind| it.describe(&Type::Number(NumberType { kind, scale: 0, lo: 0, hi: 0 }));
        let (left, right) = (describe(self, a), describe(self, b));
        let message = match op {
            BinaryOp::Add => format!("{left} and {right} cannot be added"),
            BinaryOp::Subtract => format!("{right} cannot be subtracted from {left}"),
            BinaryOp::Multiply => format!("{left} and {right} cannot be multiplied"),
            _ => format!("{left} cannot be divided by {right}"),
        };
        let plain = |kind| matches!(kind, NumberKind::Int | NumberKind::Decimal);
        let found = Diagnostic::new(Code::UnitMismatch, at_b, message, right).with_label(at_a, left);
        let found = match (op, a, b) {
            (BinaryOp::Add | BinaryOp::Subtract, NumberKind::Money, other) | (BinaryOp::Add | BinaryOp::Subtract, other, NumberKind::Money) if plain(other) => {
                found.with_help("write the unit: `yuan`, `fen`, `万元`")
            }
            (BinaryOp::Add | BinaryOp::Subtract, NumberKind::Rate, _) | (BinaryOp::Add | BinaryOp::Subtract, _, NumberKind::Rate) => {
                found.with_help("a rate is of something: multiply first; `rate(…)` takes a plain number as a rate, `number(…)` a rate as a plain number")
            }
            _ => found.with_help("money is multiplied by a rate or a number, and divided by money, a rate or a number"),
        };
        self.report(found)
    }

    fn division(&mut self, kind: NumberKind, a: Typed, b: Typed, divisor: Span, span: Span) -> Typed {
        let (a, b) = (quotient(a), quotient(b));
        let Some(below) = self.not_zero(b.num, divisor) else { return Typed::Error };
        let made = (|| {
            let (num, den) = (times(kind, a.num, b.den)?, times(NumberKind::Decimal, a.den, below)?);
            let negative = number::type_of(&den).is_some_and(|ty| ty.hi < 0);
            let (num, den) = if negative { (number::negate(num)?, number::negate(den)?) } else { (num, den) };
            Ok(Typed::Quotient(Box::new(Quotient { kind, num, den })))
        })();
        made.unwrap_or_else(|TooLarge| self.overflow(span))
    }

    /// A divisor that cannot be zero, by its range or by what is known here.
    fn not_zero(&mut self, divisor: Expr, span: Span) -> Option<Expr> {
        let excludes = |expr: &Expr| number::type_of(expr).is_some_and(|ty| ty.lo > 0 || ty.hi < 0);
        if excludes(&divisor) {
            return Some(divisor);
        }
        let narrowed = self.narrowed(divisor);
        if excludes(&narrowed) {
            return Some(narrowed);
        }
        let text = self.source(span);
        let simple = !text.contains('\n') && text.chars().count() <= 40;
        let found = Diagnostic::new(
            Code::MayDivideByZero,
            span,
            if simple { format!("`{text}` may be zero") } else { "the divisor may be zero".to_owned() },
            "divided by this",
        );
        let zero = match number::type_of(&narrowed).map(|ty| ty.kind) {
            Some(NumberKind::Money) => "0 yuan",
            Some(NumberKind::Rate) => "0%",
            _ => "0",
        };
        let help = match simple {
            true => format!("say what holds then: `if {text} > {zero} then … else …`, or give it a range without zero"),
            false => "say what holds then with `if … then … else …`, or give it a range without zero".to_owned(),
        };
        self.report(found.with_help(help));
        None
    }

    pub(super) fn round(&mut self, mode: RoundMode, to: RoundTo, value: &ast::Expr, span: Span) -> Typed {
        match self.operand(value) {
            Some(operand) => self.rounded(rounding(mode), to, operand, value.span, span),
            None => Typed::Error,
        }
    }

    fn rounded(&mut self, mode: Rounding, to: RoundTo, operand: Typed, at: Span, span: Span) -> Typed {
        let Some(ty) = number_type(&operand) else {
            return self.error(Code::TypeMismatch, at, "only a number can be rounded", "not a number");
        };
        let places = match to {
            RoundTo::Fen => 2,
            RoundTo::Yuan => 0,
            RoundTo::Places(places) => places,
        };
        if places > 18 {
            return self.error(Code::BadRange, span, "a number is rounded to at most 18 places", "too many places");
        }
        if !matches!(to, RoundTo::Places(_)) && ty.kind != NumberKind::Money {
            let what = self.describe(&Type::Number(ty));
            let found = Diagnostic::new(Code::UnitMismatch, at, format!("{what} is not rounded to fen or yuan"), what);
            return self.report(found.with_help("write `to 2 places`, or another number of places"));
        }
        let kind = if ty.kind == NumberKind::Decimal && places == 0 { NumberKind::Int } else { ty.kind };
        let made = match operand {
            Typed::Value(it) if ty.scale <= places => {
                let done = ty.kind == kind;
                return if done { it.into() } else { number::as_kind(it, kind).into() };
            }
            Typed::Value(it) => {
                let Some(it) = self.ranged(it, at) else { return Typed::Error };
                number::quotient(mode, kind, places, it, one())
            }
            Typed::Quotient(it) => number::quotient(mode, kind, places, it.num, it.den),
            _ => return Typed::Error,
        };
        made.map_or_else(|TooLarge| self.overflow(span), Typed::Value)
    }

    /// Two values, at least one of them a quotient, as quotients of one kind and of equal scales.
    pub(super) fn join_quotients(&mut self, a: Typed, b: Typed, span: Span) -> Option<(Typed, Typed)> {
        let (Some(x), Some(y)) = (number_type(&a), number_type(&b)) else {
            self.error(
                Code::TypeMismatch,
                span,
                "the branches give values of different kinds",
                "a quotient, and no number",
            );
            return None;
        };
        let Some(kind) = combined(BinaryOp::Add, x, y, is_known(&a), is_known(&b)) else {
            self.units(BinaryOp::Add, x.kind, y.kind, span, span);
            return None;
        };
        let kind = if kind == NumberKind::Int { NumberKind::Decimal } else { kind };
        let (a, b) = (self.bounded_operand(a, span)?, self.bounded_operand(b, span)?);
        let aligned = (|| {
            let (a, b) = (quotient(a), quotient(b));
            let (num_a, num_b) = number::align(a.num, b.num)?;
            let (den_a, den_b) = number::align(a.den, b.den)?;
            let part = |num, den| {
                let (num, den) = (number::as_kind(num, kind), number::as_kind(den, NumberKind::Decimal));
                Typed::Quotient(Box::new(Quotient { kind, num, den }))
            };
            Ok((part(num_a, den_a), part(num_b, den_b)))
        })();
        if aligned.is_err() {
            self.overflow(span);
        }
        aligned.map_err(|TooLarge| ()).ok()
    }
}

/// The constant 1.
pub(super) fn one() -> Expr {
    number::constant(NumberKind::Int, 0, 1)
}

fn unbounded(expr: &Expr) -> bool {
    number::type_of(expr).is_some_and(number::is_unbounded)
}

fn example_range(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Int => "int 0 .. 1_000",
        NumberKind::Decimal => "decimal 2, 0 .. 1_000",
        NumberKind::Rate => "rate, 0% .. 100%",
        NumberKind::Money => "money, 0 yuan .. 100 万元",
    }
}

/// Kind and scale of a number or quotient.
pub(super) fn number_type(value: &Typed) -> Option<NumberType> {
    match value {
        Typed::Value(expr) => number::type_of(expr),
        Typed::Quotient(it) => number::type_of(&it.num).map(|ty| NumberType { kind: it.kind, scale: 18, ..ty }),
        _ => None,
    }
}

/// Whether a value is a constant, or a quotient of constants.
pub(super) fn is_known(value: &Typed) -> bool {
    match value {
        Typed::Value(expr) => number::known(expr).is_some(),
        Typed::Quotient(it) => number::known(&it.num).is_some() && number::known(&it.den).is_some(),
        _ => false,
    }
}

/// A number or quotient as a quotient.
pub(super) fn quotient(value: Typed) -> Quotient {
    match value {
        Typed::Quotient(it) => *it,
        Typed::Value(num) => {
            Quotient { kind: number::type_of(&num).map_or(NumberKind::Int, |ty| ty.kind), num, den: one() }
        }
        _ => Quotient { kind: NumberKind::Int, num: one(), den: one() },
    }
}

/// A product, where the constant 1 changes nothing.
pub(super) fn times(kind: NumberKind, a: Expr, b: Expr) -> number::Made {
    let is_one = |it: &Expr| number::known(it) == Some(1) && number::type_of(it).is_some_and(|ty| ty.scale == 0);
    if is_one(&b) {
        Ok(a)
    } else if is_one(&a) {
        Ok(b)
    } else {
        number::product(kind, a, b)
    }
}

fn multiplied(kind: NumberKind, a: Quotient, b: Quotient) -> Result<Typed, TooLarge> {
    let (num, den) = (times(kind, a.num, b.num)?, times(NumberKind::Decimal, a.den, b.den)?);
    Ok(Typed::Quotient(Box::new(Quotient { kind, num, den })))
}

fn added(op: Op, kind: NumberKind, a: Quotient, b: Quotient) -> Result<Typed, TooLarge> {
    if a.den == b.den {
        let num = number::sum(op, kind, a.num, b.num)?;
        return Ok(Typed::Quotient(Box::new(Quotient { kind, num, den: a.den })));
    }
    let left = times(kind, a.num, b.den.clone())?;
    let right = times(kind, b.num, a.den.clone())?;
    let den = times(NumberKind::Decimal, a.den, b.den)?;
    Ok(Typed::Quotient(Box::new(Quotient { kind, num: number::sum(op, kind, left, right)?, den })))
}

fn sum_op(op: BinaryOp) -> Op {
    if op == BinaryOp::Subtract { Op::Sub } else { Op::Add }
}

pub(super) fn rounding(mode: RoundMode) -> Rounding {
    match mode {
        RoundMode::Down => Rounding::Down,
        RoundMode::Up => Rounding::Up,
        RoundMode::HalfUp => Rounding::HalfUp,
        RoundMode::HalfEven => Rounding::HalfEven,
        RoundMode::Floor => Rounding::Floor,
        RoundMode::Ceiling => Rounding::Ceiling,
    }
}

/// What two kinds of numbers give together; `None` if they do not combine. A plain constant may stand for a rate in a sum: `1 + rate`.
pub(super) fn combined(op: BinaryOp, a: NumberType, b: NumberType, known_a: bool, known_b: bool) -> Option<NumberKind> {
    use NumberKind::{Decimal, Int, Money, Rate};
    let plain = |kind| matches!(kind, Int | Decimal);
    match (op, a.kind, b.kind) {
        (BinaryOp::Multiply, Money, Money) => None,
        (BinaryOp::Multiply, Money, _) | (BinaryOp::Multiply, _, Money) => Some(Money),
        (BinaryOp::Multiply, Rate, _) | (BinaryOp::Multiply, _, Rate) => Some(Rate),
        (BinaryOp::Divide, Money, Money) => Some(Rate),
        (BinaryOp::Divide, _, Money) => None,
        (BinaryOp::Divide, Money, _) => Some(Money),
        (BinaryOp::Divide, Rate, Rate) => Some(Decimal),
        (BinaryOp::Divide, Rate, _) => Some(Rate),
        (BinaryOp::Divide, ..) => Some(Decimal),
        (_, Int, Int) => Some(Int),
        (_, x, y) if plain(x) && plain(y) => Some(Decimal),
        (_, x, y) if x == y => Some(x),
        (_, Rate, y) if plain(y) && known_b => Some(Rate),
        (_, x, Rate) if plain(x) && known_a => Some(Rate),
        _ => None,
    }
}

/// The name of a unit of time.
pub(super) fn period_name(period: Period) -> &'static str {
    match period {
        Period::Days => "days",
        Period::Months => "months",
        Period::Years => "years",
    }
}
