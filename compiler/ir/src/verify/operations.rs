//! The rule of every operation: types and scales of the operands, and that the type of the result holds all that may come out.

use super::types::{comparable, fits, show};
use crate::{Expr, NumberType, Op, Program, Rounding, Type, calendar, ops};

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

/// That a number between the two, of this scale, is always of the type.
pub(super) fn range(scale: u8, (lo, hi): (i128, i128), ty: &Type) -> Checked {
    let Type::Number(to) = ty else { return Err(format!("gives a number, not {}", show(ty))) };
    if to.scale != scale {
        return Err(format!("gives scale {scale}, not {}", to.scale));
    }
    if lo < to.lo || hi > to.hi {
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
        (Op::Add | Op::Sub | Op::Min | Op::Max, [Type::Number(a), Type::Number(b)]) if a.scale != b.scale => {
            Some(Err(format!("scales {} and {}", a.scale, b.scale)))
        }
        (_, [Type::Number(a)]) => unary(op, *a, ty),
        (_, [Type::Number(a), Type::Number(b)]) => binary(op, *a, *b, ty),
        (Op::MakeDate, [Type::Number(a), Type::Number(b), Type::Number(c)]) if a.scale + b.scale + c.scale == 0 => {
            gives(&Type::Date, ty)
        }
        _ => None,
    }
}

fn unary(op: Op, a: NumberType, ty: &Type) -> Option<Checked> {
    match op {
        Op::Neg => Some(ends(a.scale, [a.hi.checked_neg(), a.lo.checked_neg()], ty)),
        Op::ScaleUp(digits) => {
            let by = 10_i128.checked_pow(digits.into());
            let end = |end: i128| by.and_then(|by| end.checked_mul(by));
            Some(ends(a.scale.saturating_add(digits), [end(a.lo), end(a.hi)], ty))
        }
        _ => None,
    }
}

fn binary(op: Op, a: NumberType, b: NumberType, ty: &Type) -> Option<Checked> {
    let scale = a.scale;
    match op {
        Op::Add => Some(ends(scale, [a.lo.checked_add(b.lo), a.hi.checked_add(b.hi)], ty)),
        Op::Sub => Some(ends(scale, [a.lo.checked_sub(b.hi), a.hi.checked_sub(b.lo)], ty)),
        Op::Mul => Some(ends(scale.saturating_add(b.scale), corners(a, b, i128::checked_mul), ty)),
        Op::Min => Some(range(scale, (a.lo.min(b.lo), a.hi.min(b.hi)), ty)),
        Op::Max => Some(range(scale, (a.lo.max(b.lo), a.hi.max(b.hi)), ty)),
        Op::DivRound(mode) => Some(divide(mode, a, b, ty)),
        _ => None,
    }
}

/// The scale of a quotient is what its author makes of it: only the range is checked.
fn divide(mode: Rounding, a: NumberType, b: NumberType, ty: &Type) -> Checked {
    if b.lo <= 0 && b.hi >= 0 {
        return Err(format!("the divisor may be 0: it is in {}..{}", b.lo, b.hi));
    }
    let scale = ty.number().map_or(0, |number| number.scale);
    ends(scale, corners(a, b, |a, b| ops::divide(mode, a, b)), ty)
}

/// What comes out at the four corners of two ranges; between them lies all the rest.
fn corners(a: NumberType, b: NumberType, f: impl Fn(i128, i128) -> Option<i128>) -> [Option<i128>; 4] {
    [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)]
}

fn ends<const N: usize>(scale: u8, ends: [Option<i128>; N], ty: &Type) -> Checked {
    let ends: Vec<i128> = ends.into_iter().collect::<Option<_>>().ok_or("may not fit 128 bits")?;
    let (lo, hi) = ends.iter().fold((i128::MAX, i128::MIN), |(lo, hi), end| (lo.min(*end), hi.max(*end)));
    range(scale, (lo, hi), ty)
}

fn dates(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    let between = |lo: i128, hi: i128| Some(range(0, (lo, hi), ty));
    match (op, types) {
        (Op::AddDays | Op::AddMonths | Op::AddWorkingDays(_), [Type::Date, Type::Number(n)]) if n.scale == 0 => {
            gives(&Type::Date, ty)
        }
        (Op::DaysBetween, [Type::Date, Type::Date]) => between(-SPAN, SPAN),
        (Op::MonthsBetween, [Type::Date, Type::Date]) => between(-9999 * 12 + 1, 9999 * 12 - 1),
        (Op::YearsBetween, [Type::Date, Type::Date]) => between(-9998, 9998),
        (Op::WorkingDaysBetween(_), [Type::Date, Type::Date]) => between(0, SPAN),
        (Op::Year, [Type::Date]) => between(1, 9999),
        (Op::Month, [Type::Date]) => between(1, 12),
        (Op::Day, [Type::Date]) => between(1, 31),
        (Op::Weekday, [Type::Date]) => between(1, 7),
        (Op::IsWorkingDay(_), [Type::Date]) => gives(&Type::Bool, ty),
        (Op::NextWorkingDay(_), [Type::Date]) => gives(&Type::Date, ty),
        _ => None,
    }
}

fn texts(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::Length, [Type::Text { max }]) => Some(range(0, (0, (*max).into()), ty)),
        (Op::Slice, [Type::Text { max }, Type::Number(from), Type::Number(count)]) if from.scale + count.scale == 0 => {
            let longest = count.hi.clamp(0, (*max).into());
            gives(&Type::Text { max: u32::try_from(longest).unwrap_or(*max) }, ty)
        }
        (Op::IsDigits | Op::IsAlphanumeric, [Type::Text { .. }]) => gives(&Type::Bool, ty),
        (Op::StartsWith, [Type::Text { .. }, Type::Text { .. }]) => gives(&Type::Bool, ty),
        (Op::ToNumber, [Type::Text { max }]) => match ty {
            Type::Optional(inner) => Some(range(0, (0, 10_i128.pow((*max).min(18)) - 1), inner)),
            _ => Some(Err("gives an optional".to_owned())),
        },
        _ => None,
    }
}

fn lists(op: Op, types: &[&Type], ty: &Type) -> Option<Checked> {
    match (op, types) {
        (Op::Size, [Type::List { max, .. }]) => Some(range(0, (0, (*max).into()), ty)),
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
