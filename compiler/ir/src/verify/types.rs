//! When a type is right, when a value is of a type, and when one type fits into another.
//!
//! The kind of a number says only how it is written; what counts here is its scale and its range.

use crate::{NumberKind, NumberType, Program, Type, Value, calendar};

/// Most digits after the point that fit 128 bits with a digit before it.
const MAX_SCALE: u8 = 37;

/// Lists and optionals are not nested deeper in each other.
const MAX_DEPTH: usize = 8;

pub(super) fn check(program: &Program, ty: &Type) -> Result<(), String> {
    check_at(program, ty, 0)
}

fn check_at(program: &Program, ty: &Type, depth: usize) -> Result<(), String> {
    match ty {
        _ if depth > MAX_DEPTH => Err(format!("lists are nested deeper than {MAX_DEPTH}")),
        Type::Bool | Type::Date | Type::Text { .. } => Ok(()),
        Type::Number(number) => check_number(number),
        Type::Enum(id) => program.enum_of(*id).map(|_| ()).ok_or_else(|| format!("there is no enum {}", id.0)),
        Type::Record(id) => program.record_of(*id).map(|_| ()).ok_or_else(|| format!("there is no record {}", id.0)),
        Type::Optional(inner) => match inner.as_ref() {
            Type::Optional(_) => Err("an optional of an optional".to_owned()),
            inner => check_at(program, inner, depth + 1),
        },
        Type::List { element, .. } => check_at(program, element, depth + 1),
    }
}

fn check_number(number: &NumberType) -> Result<(), String> {
    if number.lo > number.hi {
        return Err(format!("a number from {} to {}: the ends are the wrong way round", number.lo, number.hi));
    }
    if number.scale > MAX_SCALE {
        return Err(format!("a number of {} digits after the point", number.scale));
    }
    if number.kind == NumberKind::Int && number.scale != 0 {
        return Err("a whole number with digits after the point".to_owned());
    }
    Ok(())
}

/// Whether a value is of a type.
pub(crate) fn holds(program: &Program, ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (Type::Optional(_), Value::Absent) | (Type::Bool, Value::Bool(_)) => true,
        (Type::Optional(inner), value) => holds(program, inner, value),
        (Type::Number(number), Value::Number(n)) => (number.lo..=number.hi).contains(n),
        (Type::Date, Value::Date(day)) => (calendar::FIRST..=calendar::LAST).contains(day),
        (Type::Text { max }, Value::Text(text)) => text.chars().count() <= *max as usize,
        (Type::Enum(id), Value::Enum(case)) => {
            program.enum_of(*id).is_some_and(|declared| (*case as usize) < declared.cases.len())
        }
        (Type::Record(id), Value::Record(parts)) => program.record_of(*id).is_some_and(|record| {
            let mut pairs = record.fields.iter().zip(parts);
            record.fields.len() == parts.len() && pairs.all(|(field, part)| holds(program, &field.ty, part))
        }),
        (Type::List { element, max }, Value::List(parts)) => {
            parts.len() <= *max as usize && parts.iter().all(|part| holds(program, element, part))
        }
        _ => false,
    }
}

/// Whether every value of `from` is one of `to`. An optional has to be made of a value by `Some`.
pub(crate) fn fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Number(a), Type::Number(b)) => a.scale == b.scale && a.lo >= b.lo && a.hi <= b.hi,
        (Type::Text { max: a }, Type::Text { max: b }) => a <= b,
        (Type::Optional(a), Type::Optional(b)) => fits(a, b),
        (Type::List { element: a, max: m }, Type::List { element: b, max: n }) => m <= n && fits(a, b),
        _ => from == to,
    }
}

/// Whether two values can be compared: of one type but for ranges, either or both optional.
pub(super) fn comparable(a: &Type, b: &Type) -> bool {
    match (a.inner(), b.inner()) {
        (Type::Number(a), Type::Number(b)) => a.scale == b.scale,
        (Type::Text { .. }, Type::Text { .. }) => true,
        (Type::List { element: a, .. }, Type::List { element: b, .. }) => comparable(a, b),
        (a, b) => a == b,
    }
}

/// A type in a few words.
pub(super) fn show(ty: &Type) -> String {
    match ty {
        Type::Number(NumberType { scale, lo, hi, .. }) => format!("number of scale {scale} in {lo}..{hi}"),
        Type::Optional(inner) => format!("optional {}", show(inner)),
        Type::List { element, max } => format!("list of {} max {max}", show(element)),
        other => crate::text::print_type(other),
    }
}
