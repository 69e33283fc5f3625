//! What the conditions around an expression say: which optionals are present, between which ends a number lies.

use super::Elaborator;
use crate::number;
use enact_ir::{Expr, ExprKind, Op, Type, Value};

/// Something known of the value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// The optional is present.
    Present(Expr),
    /// The number lies between these ends.
    Between(Expr, i128, i128),
    /// The first number is at most the second.
    AtMost(Expr, Expr),
}

impl Fact {
    fn each(&mut self, mut f: impl FnMut(&mut Expr)) {
        match self {
            Fact::Present(expr) | Fact::Between(expr, ..) => f(expr),
            Fact::AtMost(a, b) => {
                f(a);
                f(b);
            }
        }
    }
}

/// How far an order is looked for through named values and limits.
const LOOKS: u8 = 6;

impl Elaborator<'_> {
    /// Takes a condition as true, or as false, until the end of the surrounding `within`.
    pub(super) fn assume(&mut self, condition: &Expr, truth: bool) {
        match (&condition.kind, truth) {
            (ExprKind::Op(Op::Not, args), _) => args.iter().for_each(|it| self.assume(it, !truth)),
            (ExprKind::Op(Op::And, args), true) | (ExprKind::Op(Op::Or, args), false) => {
                args.iter().for_each(|it| self.assume(it, truth));
            }
            (ExprKind::Op(Op::IsPresent, args), true) => {
                self.facts.extend(args.iter().cloned().map(Fact::Present));
            }
            (ExprKind::Op(op @ (Op::Lt | Op::Le | Op::Eq), args), _) => {
                if let [a, b] = args.as_slice() {
                    self.assume_order(*op, a, b, truth);
                }
            }
            (ExprKind::Local(id), _) => {
                let meaning = self.truths.iter().find(|(local, _)| local == id).map(|(_, value)| value.clone());
                if let Some(meaning) = meaning {
                    self.assume(&meaning, truth);
                }
            }
            (ExprKind::Let(id, value, body), _) => {
                let before = self.facts.len();
                self.assume(body, truth);
                let named = |expr: &mut Expr| {
                    if expr.kind == ExprKind::Local(*id) {
                        *expr = (**value).clone();
                    }
                };
                self.facts.iter_mut().skip(before).for_each(|fact| fact.each(named));
            }
            (ExprKind::If(condition, yes, no), true) => self.assume_if(condition, yes, no),
            _ => {}
        }
    }

    /// `if c then a else no` is true only where `c` and `a` are; likewise the other way round.
    fn assume_if(&mut self, condition: &Expr, yes: &Expr, no: &Expr) {
        let never = |it: &Expr| it.kind == ExprKind::Const(Value::Bool(false));
        if never(no) {
            self.assume(condition, true);
            self.assume(yes, true);
        } else if never(yes) {
            self.assume(condition, false);
            self.assume(no, true);
        }
    }

    fn assume_order(&mut self, op: Op, a: &Expr, b: &Expr, truth: bool) {
        let (Some(x), Some(y)) = (self.range(a), self.range(b)) else { return };
        match (op, truth) {
            (Op::Lt, true) => {
                self.facts.push(Fact::AtMost(a.clone(), b.clone()));
                self.limit(a, x.0, y.1.saturating_sub(1));
                self.limit(b, x.0.saturating_add(1), y.1);
            }
            (Op::Le, true) => {
                self.facts.push(Fact::AtMost(a.clone(), b.clone()));
                self.limit(a, x.0, y.1);
                self.limit(b, x.0, y.1);
            }
            (Op::Lt, false) => {
                self.facts.push(Fact::AtMost(b.clone(), a.clone()));
                self.limit(a, y.0, x.1);
                self.limit(b, y.0, x.1);
            }
            (Op::Le, false) => {
                self.facts.push(Fact::AtMost(b.clone(), a.clone()));
                self.limit(a, y.0.saturating_add(1), x.1);
                self.limit(b, y.0, x.1.saturating_sub(1));
            }
            (Op::Eq, true) => {
                self.limit(a, y.0, y.1);
                self.limit(b, x.0, x.1);
            }
            (Op::Eq, false) => {
                self.exclude(a, x, y);
                self.exclude(b, y, x);
            }
            _ => {}
        }
    }

    /// `a` differs from the only value of `b`: that says something if it is one of the ends of `a`.
    fn exclude(&mut self, a: &Expr, (lo, hi): (i128, i128), b: (i128, i128)) {
        if b.0 == b.1 && b.0 == lo {
            self.limit(a, lo.saturating_add(1), hi);
        } else if b.0 == b.1 && b.0 == hi {
            self.limit(a, lo, hi.saturating_sub(1));
        }
    }

    fn limit(&mut self, expr: &Expr, lo: i128, hi: i128) {
        match &expr.kind {
            ExprKind::Const(_) => {}
            ExprKind::Op(Op::ScaleUp(by), args) => {
                if let (Some(inner), Ok(factor)) = (args.first(), number::power(*by)) {
                    let ceiling = lo.div_euclid(factor).saturating_add(i128::from(lo.rem_euclid(factor) != 0));
                    self.limit(inner, ceiling, hi.div_euclid(factor));
                }
            }
            _ => self.facts.push(Fact::Between(expr.clone(), lo, hi)),
        }
    }

    /// The ends between which a number lies here, by its type and by what is known.
    pub(super) fn range(&self, expr: &Expr) -> Option<(i128, i128)> {
        let ty = number::type_of(expr)?;
        let narrow = |(lo, hi): (i128, i128), fact: &Fact| match fact {
            Fact::Between(known, least, most) if known == expr => (lo.max(*least), hi.min(*most)),
            _ => (lo, hi),
        };
        Some(self.facts.iter().fold((ty.lo, ty.hi), narrow))
    }

    /// Whether `a <= b` is known here, both of one scale: by their ranges, by a condition, or because `a` is limited by `b`.
    pub(super) fn at_most(&self, a: &Expr, b: &Expr, depth: u8) -> bool {
        let apart = match (self.range(a), self.range(b)) {
            (Some((_, highest)), Some((lowest, _))) => highest <= lowest,
            _ => false,
        };
        if apart || a == b || self.facts.iter().any(|it| matches!(it, Fact::AtMost(x, y) if x == a && y == b)) {
            return true;
        }
        if depth >= LOOKS {
            return false;
        }
        match &a.kind {
            ExprKind::Op(Op::Min, args) => args.iter().any(|it| self.at_most(it, b, depth + 1)),
            ExprKind::Op(Op::Max, args) => args.iter().all(|it| self.at_most(it, b, depth + 1)),
            ExprKind::If(_, yes, no) => self.at_most(yes, b, depth + 1) && self.at_most(no, b, depth + 1),
            ExprKind::Local(id) => match self.bindings.iter().find(|it| it.local == *id) {
                Some(binding) => self.at_most(&binding.value, b, depth + 1),
                None => false,
            },
            _ => false,
        }
    }

    /// The number with the range that is known here as its type.
    pub(super) fn narrowed(&self, expr: Expr) -> Expr {
        match self.range(&expr) {
            // An empty range means that this place is never reached; the type stays as it is.
            Some((lo, hi)) if lo <= hi => number::held(expr.clone(), lo, hi).unwrap_or(expr),
            _ => expr,
        }
    }

    /// Whether an optional is known to be present here.
    pub(super) fn is_present(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Op(Op::Some, _))
            || self.facts.iter().any(|fact| matches!(fact, Fact::Present(known) if known == expr))
    }

    /// An optional that is known to be present, opened.
    pub(super) fn opened(&self, expr: Expr) -> Expr {
        match expr.ty.clone() {
            Type::Optional(inner) if self.is_present(&expr) => match expr.kind {
                ExprKind::Op(Op::Some, mut args) if args.len() == 1 => args.remove(0),
                kind => super::operation(Op::Get, vec![Expr { ty: expr.ty, kind }], *inner),
            },
            _ => expr,
        }
    }
}
