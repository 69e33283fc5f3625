//! What follows for the values of locals from a condition that is taken to hold, or not to hold.

use super::bits::Bits;
use super::domain::{Abstract, Shape, Span};
use super::run::{Context, Env};
use crate::{Expr, ExprKind, LocalId, Op, Value};
use std::rc::Rc;

/// A step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A field of a record.
    Field(u32),
    /// What is in an optional.
    Inside,
    /// An element of a list whose length is known.
    At(u32),
    /// Any element of a list.
    Element,
}

/// Bindings that follow each other are traced back so far.
const FAR: usize = 16;

/// How a value is cut down.
enum Cut<'c> {
    /// To what is in this too.
    To(&'c Abstract),
    /// By this value.
    Without(&'c Value),
    /// To present (`true`) or absent.
    Presence(bool),
    /// To numbers or days in a span.
    Span(Span),
}

impl Context<'_> {
    /// The values of the locals where the condition is as said; `None` if it never is. A condition that says nothing simple leaves all as it was.
    pub(crate) fn assume(&self, env: &Env, condition: &Expr, holds: bool) -> Option<Env> {
        self.assume_within(env, condition, holds, FAR)
    }

    fn assume_within(&self, env: &Env, condition: &Expr, holds: bool, far: usize) -> Option<Env> {
        match &condition.kind {
            ExprKind::Const(Value::Bool(known)) => (*known == holds).then(|| env.clone()),
            ExprKind::Local(_) | ExprKind::Field(..) => {
                let narrowed = self.cut(env, condition, &Cut::Without(&Value::Bool(!holds)), far)?;
                match (&condition.kind, far.checked_sub(1)) {
                    (ExprKind::Local(local), Some(far)) => match self.bindings.get(local) {
                        Some(definition) => self.assume_within(&narrowed, definition, holds, far),
                        None => Some(narrowed),
                    },
                    _ => Some(narrowed),
                }
            }
            ExprKind::Op(Op::Not, args) => match args.as_slice() {
                [inner] => self.assume_within(env, inner, !holds, far),
                _ => Some(env.clone()),
            },
            ExprKind::Op(op @ (Op::And | Op::Or), args) => {
                if (*op == Op::And) == holds {
                    return args.iter().try_fold(env.clone(), |env, arg| self.assume_within(&env, arg, holds, far));
                }
                self.one_of(env, args, holds, far)
            }
            ExprKind::Op(Op::IsPresent, args) => match args.as_slice() {
                [value] => self.cut(env, value, &Cut::Presence(holds), far),
                _ => Some(env.clone()),
            },
            ExprKind::Op(op @ (Op::Eq | Op::Lt | Op::Le), args) => match args.as_slice() {
                [a, b] => self.compared(env, *op, (a, b), holds, far),
                _ => Some(env.clone()),
            },
            ExprKind::Op(Op::Contains, args) => match args.as_slice() {
                [value, list] => self.contained(env, value, list, holds, far),
                _ => Some(env.clone()),
            },
            _ => Some(env.clone()),
        }
    }

    /// One operand at least is as said: it is the last one that can be.
    fn one_of(&self, env: &Env, args: &[Expr], holds: bool, far: usize) -> Option<Env> {
        let mut open = None;
        for arg in args {
            let value = self.eval(env, arg);
            let other_only = if holds { value.is_false() } else { value.is_true() };
            match (other_only, open) {
                (true, _) => {}
                (false, None) => open = Some(arg),
                (false, Some(_)) => return Some(env.clone()),
            }
        }
        open.and_then(|arg| self.assume_within(env, arg, holds, far))
    }

    fn compared(&self, env: &Env, op: Op, (a, b): (&Expr, &Expr), holds: bool, far: usize) -> Option<Env> {
        let (left, right) = (self.eval(env, a), self.eval(env, b));
        if op == Op::Eq {
            if holds {
                let env = self.cut(env, a, &Cut::To(&right), far)?;
                return self.cut(&env, b, &Cut::To(&left), far);
            }
            let env = match right.point() {
                Some(value) => self.cut(env, a, &Cut::Without(&value), far)?,
                None => env.clone(),
            };
            return match left.point() {
                Some(value) => self.cut(&env, b, &Cut::Without(&value), far),
                None => Some(env),
            };
        }
        let (Some(x), Some(y)) = (left.span(), right.span()) else { return Some(env.clone()) };
        let strict = i128::from((op == Op::Lt) == holds);
        // `a < b`, `a <= b`, or, turned round, `b <= a`, `b < a`.
        let ((low, low_span), (high, high_span)) = if holds { ((a, x), (b, y)) } else { ((b, y), (a, x)) };
        let below = Span { lo: i128::MIN, hi: high_span.hi.saturating_sub(strict) };
        let above = Span { lo: low_span.lo.saturating_add(strict), hi: i128::MAX };
        let env = self.cut(env, low, &Cut::Span(below), far)?;
        self.cut(&env, high, &Cut::Span(above), far)
    }

    fn contained(&self, env: &Env, value: &Expr, list: &Expr, holds: bool, far: usize) -> Option<Env> {
        let list = self.eval(env, list);
        let Shape::List(elements) = &list.shape else { return Some(env.clone()) };
        if holds {
            let any = elements.iter().fold(Abstract::nothing(), |all, it| all.join(it, &Bits::EMPTY));
            return self.cut(env, value, &Cut::To(&any), far);
        }
        let known: Vec<Value> = elements.iter().filter_map(Abstract::point).collect();
        known.iter().try_fold(env.clone(), |env, it| self.cut(&env, value, &Cut::Without(it), far))
    }

    /// Cuts down what an expression reads: a part of a local, or such a part shifted by a constant.
    fn cut(&self, env: &Env, expr: &Expr, cut: &Cut<'_>, far: usize) -> Option<Env> {
        if let Some((local, steps)) = place(expr) {
            return self.cut_place(env, local, &steps, cut, far);
        }
        let ExprKind::Op(op, args) = &expr.kind else { return Some(env.clone()) };
        let span = match cut {
            Cut::Span(span) => Some(*span),
            Cut::To(value) => value.span(),
            _ => None,
        };
        let shift = |by: &Expr| self.eval(env, by).point().and_then(|value| number(&value));
        match (op, args.as_slice(), span) {
            (Op::ScaleUp(k), [inner], Some(span)) => {
                let Some(by) = 10i128.checked_pow(u32::from(*k)) else { return Some(env.clone()) };
                let inside = Span { lo: up(span.lo, by), hi: span.hi.div_euclid(by) };
                (inside.lo <= inside.hi).then(|| self.cut(env, inner, &Cut::Span(inside), far))?
            }
            (Op::Neg, [inner], Some(span)) => {
                let inside = Span { lo: span.hi.saturating_neg(), hi: span.lo.saturating_neg() };
                self.cut(env, inner, &Cut::Span(inside), far)
            }
            (Op::Add | Op::AddDays, [inner, by], Some(span)) => match (shift(by), shift(inner)) {
                // The calendar ends: days are not added beyond its ends.
                _ if *op == Op::AddDays && (span.lo <= Span::DAYS.lo || span.hi >= Span::DAYS.hi) => Some(env.clone()),
                (Some(n), _) => self.cut(env, inner, &Cut::Span(shifted(span, n.saturating_neg())), far),
                (None, Some(n)) => self.cut(env, by, &Cut::Span(shifted(span, n.saturating_neg())), far),
                _ => Some(env.clone()),
            },
            (Op::Sub | Op::DaysBetween, [inner, by], Some(span)) => match (shift(by), shift(inner)) {
                (Some(n), _) => self.cut(env, inner, &Cut::Span(shifted(span, n)), far),
                (None, Some(n)) => {
                    let inside = Span { lo: n.saturating_sub(span.hi), hi: n.saturating_sub(span.lo) };
                    self.cut(env, by, &Cut::Span(inside), far)
                }
                _ => Some(env.clone()),
            },
            (Op::Some, [inner], _) => match cut {
                Cut::To(Abstract { shape: Shape::Optional { present: Some(value), .. }, .. }) => {
                    self.cut(env, inner, &Cut::To(value), far)
                }
                _ => Some(env.clone()),
            },
            _ => Some(env.clone()),
        }
    }

    fn cut_place(&self, env: &Env, local: LocalId, steps: &[Step], cut: &Cut<'_>, far: usize) -> Option<Env> {
        let mut env = env.clone();
        if let Some(value) = env.get(local) {
            let narrowed = change(value, steps, &|part| cut.apply(part))?;
            env.set(local, Rc::new(narrowed));
        }
        // A binding that only names another place narrows that too.
        match (self.bindings.get(&local), far.checked_sub(1)) {
            (Some(definition), Some(far)) if steps.is_empty() => self.cut(&env, definition, cut, far),
            (Some(definition), Some(far)) => match place(definition) {
                Some((root, mut path)) => {
                    path.extend(steps);
                    self.cut_place(&env, root, &path, cut, far)
                }
                None => Some(env),
            },
            _ => Some(env),
        }
    }
}

impl Cut<'_> {
    fn apply(&self, value: &Abstract) -> Option<Abstract> {
        match self {
            Cut::To(other) => value.meet(other),
            Cut::Without(other) => value.without(other),
            Cut::Presence(there) => match &value.shape {
                Shape::Optional { present, .. } if *there => {
                    let shape = Shape::Optional { absent: false, present: Some(present.clone()?) };
                    Some(Abstract { shape, ..value.clone() }.settled())
                }
                Shape::Optional { absent, .. } => {
                    let shape = Shape::Optional { absent: true, present: None };
                    absent.then(|| Abstract { shape, ..value.clone() }.settled())
                }
                _ => Some(value.clone()),
            },
            Cut::Span(span) => match value.shape {
                Shape::Number(own) => {
                    Some(Abstract { shape: Shape::Number(own.meet(*span)?), ..value.clone() }.settled())
                }
                Shape::Date(own) => Some(Abstract { shape: Shape::Date(own.meet(*span)?), ..value.clone() }.settled()),
                _ => Some(value.clone()),
            },
        }
    }
}

/// The local and the way into it that an expression reads, if it does only that.
pub(crate) fn place(expr: &Expr) -> Option<(LocalId, Vec<Step>)> {
    match &expr.kind {
        ExprKind::Local(local) => Some((*local, Vec::new())),
        ExprKind::Field(record, field) => place(record).map(|(local, mut steps)| {
            steps.push(Step::Field(*field));
            (local, steps)
        }),
        ExprKind::Op(Op::Get, args) => args.first().and_then(place).map(|(local, mut steps)| {
            steps.push(Step::Inside);
            (local, steps)
        }),
        _ => None,
    }
}

/// Changes a part of a value; to reach into an optional is to know that it is there. `None` if no value is left.
pub(crate) fn change(
    value: &Abstract,
    steps: &[Step],
    change_part: &dyn Fn(&Abstract) -> Option<Abstract>,
) -> Option<Abstract> {
    let Some((step, rest)) = steps.split_first() else { return change_part(value) };
    let shape = match (step, &value.shape) {
        (Step::Field(field), Shape::Record(parts)) => {
            let mut parts = parts.to_vec();
            if let Some(part) = parts.get_mut(*field as usize) {
                *part = change(part, rest, change_part)?;
            }
            Shape::Record(parts.into())
        }
        (Step::At(place), Shape::List(elements)) => {
            let mut elements = elements.to_vec();
            if let Some(element) = elements.get_mut(*place as usize) {
                *element = change(element, rest, change_part)?;
            }
            Shape::List(elements.into())
        }
        (Step::Inside, Shape::Optional { present, .. }) => {
            let inner = change(present.as_ref()?, rest, change_part)?;
            Shape::Optional { absent: false, present: Some(Rc::new(inner)) }
        }
        _ => return Some(value.clone()),
    };
    Some(Abstract { shape, fault: value.fault, cells: value.cells.clone() }.settled())
}

/// The part of a value that a way leads to; `None` where it is not there.
pub(crate) fn part<'v>(value: &'v Abstract, steps: &[Step]) -> Option<&'v Abstract> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    match (step, &value.shape) {
        (Step::Field(field), Shape::Record(parts)) => part(parts.get(*field as usize)?, rest),
        (Step::At(place), Shape::List(elements)) => part(elements.get(*place as usize)?, rest),
        (Step::Inside, Shape::Optional { present, .. }) => part(present.as_ref()?, rest),
        _ => None,
    }
}

/// The whole number behind a number or day.
pub(crate) fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Date(day) => Some(i128::from(*day)),
        _ => None,
    }
}

/// Adds to both ends; the ends of the world stay where they are.
fn shifted(span: Span, by: i128) -> Span {
    let end = |n: i128| if n == i128::MIN || n == i128::MAX { n } else { n.saturating_add(by) };
    Span { lo: end(span.lo), hi: end(span.hi) }
}

/// The quotient, upwards.
fn up(n: i128, by: i128) -> i128 {
    n.div_euclid(by).saturating_add(i128::from(n.rem_euclid(by) != 0))
}
