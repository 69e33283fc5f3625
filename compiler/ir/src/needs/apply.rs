//! Operations on abstract values. What is known exactly goes through the one table of operations; the rest is bounded from it.

use super::bits::Bits;
use super::domain::{Abstract, Shape, Span, Text, Truth, first_fault};
use super::join::many;
use crate::{Fault, Op, Program, Type, Value, ops};
use std::rc::Rc;

/// So many days are looked at one by one.
const FEW_DAYS: i128 = 31;

/// The result of any operation but `And` and `Or`: a fault of an operand is a fault of the result.
pub(crate) fn apply(program: &Program, op: Op, args: &[Abstract], ty: &Type) -> Abstract {
    match (op, args) {
        (Op::IsPresent, [value]) => present(value),
        (Op::Get, [value]) => get(value),
        (Op::OrElse, [value, other]) => or_else(value, other),
        _ => strict(program, op, args, ty),
    }
}

fn present(value: &Abstract) -> Abstract {
    let truth = match &value.shape {
        Shape::Optional { absent, present } => Truth { yes: present.is_some(), no: *absent },
        _ => Truth { yes: false, no: false },
    };
    let shape = if truth.yes || truth.no { Shape::Truth { yes: truth.yes, no: truth.no } } else { Shape::Nothing };
    Abstract { shape, fault: value.fault, cells: value.cells.clone() }.settled()
}

fn get(value: &Abstract) -> Abstract {
    let Shape::Optional { absent, present } = &value.shape else { return value.clone() };
    let found = present.as_ref().map_or_else(Abstract::nothing, |inner| inner.as_ref().clone());
    let fault = first_fault(value.fault, absent.then_some(Fault::Absent));
    found.or_fault(fault, &value.cells)
}

fn or_else(value: &Abstract, other: &Abstract) -> Abstract {
    let Shape::Optional { absent, present } = &value.shape else { return value.clone() };
    let found = match present {
        Some(inner) if *absent => inner.join(other, &value.cells),
        Some(inner) => inner.as_ref().clone(),
        None => other.clone(),
    };
    found.or_fault(value.fault, &value.cells)
}

fn strict(program: &Program, op: Op, args: &[Abstract], ty: &Type) -> Abstract {
    let fault = args.iter().map(|arg| arg.fault).fold(None, first_fault);
    let mut cells = Bits::EMPTY;
    args.iter().for_each(|arg| cells.add(&arg.all_cells()));
    if args.iter().any(|arg| arg.shape == Shape::Nothing) {
        return Abstract { shape: Shape::Nothing, fault, cells }.settled();
    }
    let free: Vec<Abstract> = args.iter().map(|arg| Abstract { fault: None, ..arg.clone() }).collect();
    bounded(program, op, &free, ty, &cells).or_fault(fault, &cells)
}

/// The result on operands without fault.
fn bounded(program: &Program, op: Op, args: &[Abstract], ty: &Type, cells: &Bits) -> Abstract {
    if let [a, b] = args
        && let (Op::Min | Op::Max, Some(x), Some(y)) = (op, a.span(), b.span())
    {
        // The one that always wins is the result: the other does not matter.
        let (first, second) = (x.hi <= y.lo, y.hi <= x.lo);
        if first || second {
            return if first == (op == Op::Min) { a.clone() } else { b.clone() };
        }
    }
    if op == Op::Some {
        let shape = Shape::Optional { absent: false, present: args.first().map(|it| Rc::new(it.clone())) };
        return Abstract::new(shape, Bits::EMPTY);
    }
    if let Some(values) = args.iter().map(Abstract::point).collect::<Option<Vec<Value>>>()
        && let Some(value) = ops::apply(program, op, &values)
    {
        return Abstract::of(program, &value, ty);
    }
    let truth = |truth: Truth| Abstract::truth(truth, cells.clone());
    match (op, args) {
        (Op::Not, [a]) => truth(a.as_truth().not()),
        (Op::Eq, [a, b]) => truth(a.equal(b)),
        (Op::Lt | Op::Le, [a, b]) => truth(ordered(op, a, b)),
        (Op::Size, [list]) => match many(list) {
            Some((least, most, _)) => {
                Abstract::new(Shape::Number(Span { lo: least.into(), hi: most.into() }), list.cells.clone())
            }
            None => Abstract::any(program, ty, cells),
        },
        (Op::Contains, [value, list]) => truth(contains(value, list)),
        (Op::Concat, [a, b]) => concat(a, b),
        (Op::Month | Op::Day | Op::Weekday | Op::IsWorkingDay(_), [day]) => of_day(program, op, day, ty, cells),
        (Op::Length | Op::Slice | Op::IsDigits | Op::IsAlphanumeric | Op::StartsWith | Op::ToNumber, _) => {
            of_text(program, op, args, ty, cells)
        }
        _ => corners(program, op, args, ty, cells),
    }
}

fn ordered(op: Op, a: &Abstract, b: &Abstract) -> Truth {
    match (a.span(), b.span()) {
        (Some(a), Some(b)) if op == Op::Lt => Truth { yes: a.lo < b.hi, no: a.hi >= b.lo },
        (Some(a), Some(b)) => Truth { yes: a.lo <= b.hi, no: a.hi > b.lo },
        _ => Truth::BOTH,
    }
}

fn contains(value: &Abstract, list: &Abstract) -> Truth {
    match &list.shape {
        Shape::List(elements) => {
            elements.iter().fold(Truth::NO, |found, it| found.not().and(it.equal(value).not()).not())
        }
        Shape::Many { element, .. } => Truth { yes: element.equal(value).yes, no: true },
        _ => Truth::BOTH,
    }
}

fn concat(a: &Abstract, b: &Abstract) -> Abstract {
    if let (Shape::List(first), Shape::List(second)) = (&a.shape, &b.shape) {
        return Abstract::new(Shape::List(first.iter().chain(second.iter()).cloned().collect()), Bits::EMPTY);
    }
    let (Some((least, most, x)), Some((other_least, other_most, y))) = (many(a), many(b)) else {
        return Abstract::nothing();
    };
    let cells = a.all_cells().union(&b.all_cells());
    let element = super::join::blurred(&x.join(&y, &cells), &cells);
    let shape = Shape::Many {
        least: least.saturating_add(other_least),
        most: most.saturating_add(other_most),
        element: Rc::new(element),
    };
    Abstract::new(shape, cells)
}

/// Operations that rise or fall steadily with each operand: the corners bound them.
fn corners(program: &Program, op: Op, args: &[Abstract], ty: &Type, cells: &Bits) -> Abstract {
    let mut points: Vec<Vec<Value>> = vec![Vec::new()];
    for arg in args {
        let ends = [arg.sample(0), arg.sample(1)];
        let longer = |point: &Vec<Value>| {
            ends.iter().map(|end| point.iter().cloned().chain([end.clone()]).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        points = points.iter().flat_map(longer).collect();
    }
    let whole = Abstract::any(program, ty, cells);
    let divides_by_zero = matches!(op, Op::DivRound(_))
        && args.get(1).and_then(Abstract::span).is_some_and(|by| by.lo <= 0 && by.hi >= 0);
    if divides_by_zero || args.iter().any(|arg| arg.span().is_none()) {
        return whole;
    }
    let values: Option<Vec<Value>> = points.iter().map(|point| ops::apply(program, op, point)).collect();
    let hull =
        values.and_then(|all| all.iter().filter_map(|it| Abstract::of(program, it, ty).span()).reduce(Span::hull));
    match (hull, &whole.shape) {
        (Some(hull), Shape::Number(range)) => {
            Abstract::new(Shape::Number(hull.meet(*range).unwrap_or(*range)), cells.clone())
        }
        (Some(hull), Shape::Date(_)) => Abstract::new(Shape::Date(hull), cells.clone()),
        _ => whole,
    }
}

/// Parts of a day that come round again.
fn of_day(program: &Program, op: Op, day: &Abstract, ty: &Type, cells: &Bits) -> Abstract {
    let whole = Abstract::any(program, ty, cells);
    let Some(span) = day.span() else { return whole };
    let at = |op: Op, day: i128| ops::apply(program, op, &[Value::Date(i64::try_from(day).ok()?)]);
    if span.hi.saturating_sub(span.lo) <= FEW_DAYS {
        let each: Option<Vec<Value>> = (span.lo..=span.hi).map(|day| at(op, day)).collect();
        let join = |all: Abstract, value: &Value| all.join(&Abstract::of(program, value, ty), cells);
        return each.map_or(whole, |each| each.iter().fold(Abstract::nothing(), join));
    }
    let same_year = at(Op::Year, span.lo) == at(Op::Year, span.hi);
    match (op, at(op, span.lo), at(op, span.hi)) {
        (Op::Month, Some(Value::Number(lo)), Some(Value::Number(hi))) if same_year => {
            Abstract::new(Shape::Number(Span { lo, hi }), cells.clone())
        }
        _ => whole,
    }
}

/// Texts that are not known.
fn of_text(program: &Program, op: Op, args: &[Abstract], ty: &Type, cells: &Bits) -> Abstract {
    let most = |text: Option<&Abstract>| match text.map(|it| &it.shape) {
        Some(Shape::Text(Text::Any { most, .. })) => *most,
        Some(Shape::Text(Text::Known(text))) => u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
        _ => u32::MAX,
    };
    match op {
        Op::Length => Abstract::new(Shape::Number(Span { lo: 0, hi: most(args.first()).into() }), cells.clone()),
        Op::Slice => {
            let count = args
                .get(2)
                .and_then(Abstract::span)
                .map_or(u32::MAX, |span| u32::try_from(span.hi).unwrap_or(u32::MAX));
            let text = Text::Any { most: most(args.first()).min(count), except: Rc::new([]) };
            Abstract::new(Shape::Text(text), cells.clone())
        }
        _ => Abstract::any(program, ty, cells),
    }
}
