//! The rule of every operation: types and scales of the operands, and that the type of the result holds all that may come out.

use super::types::{comparable, fits, show};
use crate::{Expr, NumberType, Op, Program, Type, calendar, ops};

type Checked = Result<(), String>;

/// Most days between two days.
const SPAN: i128 = (calendar::LAST - calendar::FIRST) as i128;

pub(super) fn check(program: &Program, op: Op, args: &[Expr], ty: &Type) -> Checked {
    let types: Vec<&Type> = args.iter().map(|arg| &arg.ty).collect();
    let arity = op.arity().map_or(!types.is_empty(), |arity| arity == types.len());
    if !arity {
        return Err(format!("{} operands", types.len()));
    }
    if let Op::IsWorkingDay(id) | Op::NextWorkingDay(id) | Op::AddWorkingDays(id) | Op::WorkingDaysBetween(id) = op
        && program.calendar_of(id).is_none()
    {
        return Err(format!("there is no calendar {}", id.0));
    }
    logic(op, &types, ty)
        .or_else(|| numbers(op, &types, ty))
        .or_else(|| dates(op, &types, ty))
        .or_else(|| texts(op, &types, ty))
        .or_else(|| lists(op, &types, ty))
        .unwrap_or_else(|| {
            let operands: Vec<String> = types.iter().map(|ty| show(ty)).collect();
            Err(format!("cannot take {}", operands.join(" and ")))
        })
}

/// That the result is `to`.
fn gives(from: &Type, to: &Type) -> Option<Checked> {
    let message = || format!("gives {}, not {}", show(from), show(to));
    Some(if fits(from, to) { Ok(()) } else { Err(message()) })
}

/// The numbers that may come out of an operation, as scaled integers.
pub(crate) struct Interval {
    /// `None` where the author of the operation chooses it: the scale of a quotient.
    pub(crate) scale: Option<u8>,
    pub(crate) lo: i128,
    pub(crate) hi: i128,
}

/// That a number in the interval is always of the type.
pub(super) fn within(interval: &Interval, ty: &Type) -> Checked {
    let (Type::Number(to), Interval { scale, lo, hi }) = (ty, interval) else {
        return Err(format!("gives a number, not {}", show(ty)));
    };
    if scale.is_some_and(|scale| to.scale != scale) {
        return Err(format!("gives scale {}, not {}", scale.unwrap_or(0), to.scale));
    }
    if *lo < to.lo || *hi > to.hi {
        return Err(format!("gives {lo}..{hi}, which is not within {}..{}", to.lo, to.hi));
    }
    Ok(())
}

fn logic(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::And | Op::Or, all) if all.iter().all(|it| **it == Type::Bool) => gives(&Type::Bool, ty),
        (Op::Not, [Type::Bool]) => gives(&Type::Bool, ty),
        (Op::Eq, [a, b]) if comparable(a, b) => gives(&Type::Bool, ty),
        (Op::Some, [a]) if !matches!(a, Type::Optional(_)) => gives(&Type::Optional(Box::new((*a).clone())), ty),
        (Op::IsPresent, [Type::Optional(_)]) => gives(&Type::Bool, ty),
        (Op::Get, [Type::Optional(inner)]) => gives(inner, ty),
        (Op::OrElse, [Type::Optional(inner), other]) => match gives(inner, ty) {
            Some(Ok(())) => gives(other, ty),
            wrong => wrong,
        },
        _ => None,
    }
}

fn numbers(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::Lt | Op::Le, [Type::Number(a), Type::Number(b)]) if a.scale == b.scale => gives(&Type::Bool, ty),
        (Op::Lt | Op::Le, [Type::Date, Type::Date]) => gives(&Type::Bool, ty),
        (Op::Min | Op::Max, [Type::Date, Type::Date]) => gives(&Type::Date, ty),
        (Op::MakeDate, [Type::Number(a), Type::Number(b), Type::Number(c)]) if a.scale + b.scale + c.scale == 0 => {
            gives(&Type::Date, ty)
        }
        (Op::ToNumber, [Type::Text { .. }]) => match ty {
            Type::Optional(inner) => interval(op, types).map(|found| found.and_then(|found| within(&found, inner))),
            _ => Some(Err("gives an optional".to_owned())),
        },
        _ => interval(op, types).map(|found| found.and_then(|found| within(&found, ty))),
    }
}

/// What may come out of an operation whose result is a number or an optional number; `None` for other operations and operands.
pub(crate) fn interval(op: Op, types: &[&Type]) -> Option<Result<Interval, String>> {
    let whole = |lo: i128, hi: i128| Some(Ok(Interval { scale: Some(0), lo, hi }));
    match (op, types) {
        (_, [Type::Number(a)]) => unary(op, *a),
        (_, [Type::Number(a), Type::Number(b)]) => binary(op, *a, *b),
        (Op::DaysBetween, [Type::Date, Type::Date]) => whole(-SPAN, SPAN),
        (Op::MonthsBetween, [Type::Date, Type::Date]) => whole(-9999 * 12 + 1, 9999 * 12 - 1),
        (Op::YearsBetween, [Type::Date, Type::Date]) => whole(-9998, 9998),
        (Op::WorkingDaysBetween(_), [Type::Date, Type::Date]) => whole(0, SPAN),
        (Op::Year, [Type::Date]) => whole(1, 9999),
        (Op::Month, [Type::Date]) => whole(1, 12),
        (Op::Day, [Type::Date]) => whole(1, 31),
        (Op::Weekday, [Type::Date]) => whole(1, 7),
        (Op::Length, [Type::Text { max }]) | (Op::Size, [Type::List { max, .. }]) => whole(0, (*max).into()),
        (Op::ToNumber, [Type::Text { max }]) => whole(0, 10_i128.pow((*max).min(18)) - 1),
        _ => None,
    }
}

fn unary(op: Op, a: NumberType) -> Option<Result<Interval, String>> {
    match op {
        Op::Neg => Some(hull(Some(a.scale), [a.hi.checked_neg(), a.lo.checked_neg()])),
        Op::ScaleUp(digits) => {
            let by = 10_i128.checked_pow(digits.into());
            let end = |end: i128| by.and_then(|by| end.checked_mul(by));
            Some(hull(Some(a.scale.saturating_add(digits)), [end(a.lo), end(a.hi)]))
        }
        _ => None,
    }
}

fn binary(op: Op, a: NumberType, b: NumberType) -> Option<Result<Interval, String>> {
    let scale = Some(a.scale);
    if matches!(op, Op::Add | Op::Sub | Op::Min | Op::Max) && a.scale != b.scale {
        return Some(Err(format!("scales {} and {}", a.scale, b.scale)));
    }
    match op {
        Op::Add => Some(hull(scale, [a.lo.checked_add(b.lo), a.hi.checked_add(b.hi)])),
        Op::Sub => Some(hull(scale, [a.lo.checked_sub(b.hi), a.hi.checked_sub(b.lo)])),
        Op::Mul => Some(hull(Some(a.scale.saturating_add(b.scale)), corners(a, b, i128::checked_mul))),
        Op::Min => Some(hull(scale, [Some(a.lo.min(b.lo)), Some(a.hi.min(b.hi))])),
        Op::Max => Some(hull(scale, [Some(a.lo.max(b.lo)), Some(a.hi.max(b.hi))])),
        Op::DivRound(_) if b.lo <= 0 && b.hi >= 0 => {
            Some(Err(format!("the divisor may be 0: it is in {}..{}", b.lo, b.hi)))
        }
        Op::DivRound(mode) => Some(hull(None, corners(a, b, |a, b| ops::divide(mode, a, b)))),
        _ => None,
    }
}

/// What comes out at the four corners of two ranges; between them lies all the rest.
fn corners(a: NumberType, b: NumberType, f: impl Fn(i128, i128) -> Option<i128>) -> [Option<i128>; 4] {
    [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)]
}

fn hull<const N: usize>(scale: Option<u8>, ends: [Option<i128>; N]) -> Result<Interval, String> {
    let ends: Vec<i128> = ends.into_iter().collect::<Option<_>>().ok_or("may not fit 128 bits")?;
    let (lo, hi) = ends.iter().fold((i128::MAX, i128::MIN), |(lo, hi), end| (lo.min(*end), hi.max(*end)));
    Ok(Interval { scale, lo, hi })
}

fn dates(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::AddDays | Op::AddMonths | Op::AddWorkingDays(_), [Type::Date, Type::Number(n)]) if n.scale == 0 => {
            gives(&Type::Date, ty)
        }
        (Op::IsWorkingDay(_), [Type::Date]) => gives(&Type::Bool, ty),
        (Op::NextWorkingDay(_), [Type::Date]) => gives(&Type::Date, ty),
        _ => None,
    }
}

fn texts(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::Slice, [Type::Text { max }, Type::Number(from), Type::Number(count)]) if from.scale + count.scale == 0 => {
            let longest = count.hi.clamp(0, (*max).into());
            gives(&Type::Text { max: u32::try_from(longest).unwrap_or(*max) }, ty)
        }
        (Op::IsDigits | Op::IsAlphanumeric, [Type::Text { .. }]) => gives(&Type::Bool, ty),
        (Op::StartsWith, [Type::Text { .. }, Type::Text { .. }]) => gives(&Type::Bool, ty),
        _ => None,
    }
}

fn lists(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::Contains, [value, Type::List { element, .. }]) if comparable(value, element) => gives(&Type::Bool, ty),
        (Op::Concat, [Type::List { element: a, max: m }, Type::List { element: b, max: n }]) => {
            let max = m.saturating_add(*n);
            match gives(&Type::List { element: a.clone(), max }, ty) {
                Some(Ok(())) => gives(&Type::List { element: b.clone(), max }, ty),
                wrong => wrong,
            }
        }
        _ => None,
    }
}
