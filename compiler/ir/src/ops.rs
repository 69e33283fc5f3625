//! The one exact meaning of every operation. Each engine implements this table and is tested against it.

use crate::{Calendar, CalendarId, Op, Program, Rounding, Value, calendar};

/// Every operation; those with a parameter stand here with 0.
pub const ALL: &[Op] = &[
    Op::Not,
    Op::And,
    Op::Or,
    Op::Eq,
    Op::Lt,
    Op::Le,
    Op::Add,
    Op::Sub,
    Op::Mul,
    Op::Neg,
    Op::ScaleUp(0),
    Op::DivRound(Rounding::Down),
    Op::DivRound(Rounding::Up),
    Op::DivRound(Rounding::HalfUp),
    Op::DivRound(Rounding::HalfEven),
    Op::DivRound(Rounding::Floor),
    Op::DivRound(Rounding::Ceiling),
    Op::Min,
    Op::Max,
    Op::Some,
    Op::IsPresent,
    Op::Get,
    Op::OrElse,
    Op::AddDays,
    Op::AddMonths,
    Op::DaysBetween,
    Op::MonthsBetween,
    Op::YearsBetween,
    Op::Year,
    Op::Month,
    Op::Day,
    Op::Weekday,
    Op::MakeDate,
    Op::IsWorkingDay(CalendarId(0)),
    Op::NextWorkingDay(CalendarId(0)),
    Op::AddWorkingDays(CalendarId(0)),
    Op::WorkingDaysBetween(CalendarId(0)),
    Op::Length,
    Op::Slice,
    Op::IsDigits,
    Op::IsAlphanumeric,
    Op::StartsWith,
    Op::ToNumber,
    Op::Size,
    Op::Contains,
    Op::Concat,
];

impl Op {
    /// The name in the text form.
    pub fn name(self) -> &'static str {
        match self {
            Op::Not => "not",
            Op::And => "and",
            Op::Or => "or",
            Op::Eq => "eq",
            Op::Lt => "lt",
            Op::Le => "le",
            Op::Add => "add",
            Op::Sub => "sub",
            Op::Mul => "mul",
            Op::Neg => "neg",
            Op::ScaleUp(_) => "scale_up",
            Op::DivRound(Rounding::Down) => "div_down",
            Op::DivRound(Rounding::Up) => "div_up",
            Op::DivRound(Rounding::HalfUp) => "div_half_up",
            Op::DivRound(Rounding::HalfEven) => "div_half_even",
            Op::DivRound(Rounding::Floor) => "div_floor",
            Op::DivRound(Rounding::Ceiling) => "div_ceiling",
            Op::Min => "min",
            Op::Max => "max",
            Op::Some => "some",
            Op::IsPresent => "is_present",
            Op::Get => "get",
            Op::OrElse => "or_else",
            Op::AddDays => "add_days",
            Op::AddMonths => "add_months",
            Op::DaysBetween => "days_between",
            Op::MonthsBetween => "months_between",
            Op::YearsBetween => "years_between",
            Op::Year => "year",
            Op::Month => "month",
            Op::Day => "day",
            Op::Weekday => "weekday",
            Op::MakeDate => "make_date",
            Op::IsWorkingDay(_) => "is_working_day",
            Op::NextWorkingDay(_) => "next_working_day",
            Op::AddWorkingDays(_) => "add_working_days",
            Op::WorkingDaysBetween(_) => "working_days_between",
            Op::Length => "length",
            Op::Slice => "slice",
            Op::IsDigits => "is_digits",
            Op::IsAlphanumeric => "is_alphanumeric",
            Op::StartsWith => "starts_with",
            Op::ToNumber => "to_number",
            Op::Size => "size",
            Op::Contains => "contains",
            Op::Concat => "concat",
        }
    }

    /// The number that belongs to the operation itself: digits, or the calendar.
    pub fn parameter(self) -> Option<u32> {
        match self {
            Op::ScaleUp(digits) => Some(digits.into()),
            Op::IsWorkingDay(id) | Op::NextWorkingDay(id) | Op::AddWorkingDays(id) | Op::WorkingDaysBetween(id) => {
                Some(id.0)
            }
            _ => None,
        }
    }

    /// The same operation with another parameter; `None` if it takes none or not this one.
    pub fn with_parameter(self, parameter: u32) -> Option<Op> {
        let id = CalendarId(parameter);
        match self {
            Op::ScaleUp(_) => u8::try_from(parameter).ok().map(Op::ScaleUp),
            Op::IsWorkingDay(_) => Some(Op::IsWorkingDay(id)),
            Op::NextWorkingDay(_) => Some(Op::NextWorkingDay(id)),
            Op::AddWorkingDays(_) => Some(Op::AddWorkingDays(id)),
            Op::WorkingDaysBetween(_) => Some(Op::WorkingDaysBetween(id)),
            _ => None,
        }
    }

    /// How many operands it takes; `None` for `And` and `Or`, which take one or more.
    pub fn arity(self) -> Option<usize> {
        match self {
            Op::And | Op::Or => None,
            Op::Not | Op::Neg | Op::ScaleUp(_) | Op::Some | Op::IsPresent | Op::Get => Some(1),
            Op::Year | Op::Month | Op::Day | Op::Weekday | Op::IsWorkingDay(_) | Op::NextWorkingDay(_) => Some(1),
            Op::Length | Op::IsDigits | Op::IsAlphanumeric | Op::ToNumber | Op::Size => Some(1),
            Op::MakeDate | Op::Slice => Some(3),
            _ => Some(2),
        }
    }
}

/// The value of an operation on known values. `None` for `Get` of what is absent (the fault [`crate::Fault::Absent`]),
/// and for operands that no verified program gives: of other types, too large, a divisor of 0.
pub fn apply(program: &Program, op: Op, args: &[Value]) -> Option<Value> {
    match (op, args) {
        (Op::And | Op::Or, []) => None,
        (Op::And, _) => {
            args.iter().map(truth).collect::<Option<Vec<_>>>().map(|all| Value::Bool(!all.contains(&false)))
        }
        (Op::Or, _) => args.iter().map(truth).collect::<Option<Vec<_>>>().map(|all| Value::Bool(all.contains(&true))),
        (Op::Not, [Value::Bool(a)]) => Some(Value::Bool(!a)),
        (Op::Eq, [a, b]) => Some(Value::Bool(a == b)),
        (Op::Some, [a]) => Some(a.clone()),
        (Op::IsPresent, [a]) => Some(Value::Bool(*a != Value::Absent)),
        (Op::Get, [a]) => (*a != Value::Absent).then(|| a.clone()),
        (Op::OrElse, [a, b]) => Some(if *a == Value::Absent { b.clone() } else { a.clone() }),
        (Op::Size, [Value::List(all)]) => Some(Value::Number(all.len() as i128)),
        (Op::Contains, [a, Value::List(all)]) => Some(Value::Bool(all.contains(a))),
        (Op::Concat, [Value::List(a), Value::List(b)]) => Some(Value::List([a.as_slice(), b].concat())),
        (_, [Value::Text(_), ..]) => on_text(op, args),
        (_, [Value::Date(_), ..]) => on_dates(program, op, args),
        _ => on_numbers(op, args),
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        _ => None,
    }
}

fn on_numbers(op: Op, args: &[Value]) -> Option<Value> {
    use Value::Number;
    match (op, args) {
        (Op::Lt, [Number(a), Number(b)]) => Some(Value::Bool(a < b)),
        (Op::Le, [Number(a), Number(b)]) => Some(Value::Bool(a <= b)),
        (Op::Add, [Number(a), Number(b)]) => a.checked_add(*b).map(Number),
        (Op::Sub, [Number(a), Number(b)]) => a.checked_sub(*b).map(Number),
        (Op::Mul, [Number(a), Number(b)]) => a.checked_mul(*b).map(Number),
        (Op::Neg, [Number(a)]) => a.checked_neg().map(Number),
        (Op::ScaleUp(digits), [Number(a)]) => {
            10_i128.checked_pow(digits.into()).and_then(|by| a.checked_mul(by)).map(Number)
        }
        (Op::DivRound(mode), [Number(a), Number(b)]) => divide(mode, *a, *b).map(Number),
        (Op::Min, [Number(a), Number(b)]) => Some(Number(*a.min(b))),
        (Op::Max, [Number(a), Number(b)]) => Some(Number(*a.max(b))),
        (Op::MakeDate, [Number(year), Number(month), Number(day)]) => {
            Some(Value::Date(calendar::make_date(*year, *month, *day)))
        }
        _ => None,
    }
}

/// The quotient of two integers, rounded to an integer; `None` for a divisor of 0 or a quotient beyond 128 bits.
pub fn divide(mode: Rounding, a: i128, b: i128) -> Option<i128> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    if rest == 0 {
        return Some(quotient);
    }
    let negative = (a < 0) != (b < 0);
    // `rest` against half of `b`, without doubling, which could overflow.
    let half = rest.unsigned_abs().cmp(&(b.unsigned_abs() - rest.unsigned_abs()));
    let away = match mode {
        Rounding::Down => false,
        Rounding::Up => true,
        Rounding::Floor => negative,
        Rounding::Ceiling => !negative,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 != 0),
    };
    quotient.checked_add(if !away {
        0
    } else if negative {
        -1
    } else {
        1
    })
}

fn on_dates(program: &Program, op: Op, args: &[Value]) -> Option<Value> {
    use Value::{Date, Number};
    let number = |n: i64| Some(Number(n.into()));
    match (op, args) {
        (Op::Lt, [Date(a), Date(b)]) => Some(Value::Bool(a < b)),
        (Op::Le, [Date(a), Date(b)]) => Some(Value::Bool(a <= b)),
        (Op::Min, [Date(a), Date(b)]) => Some(Date(*a.min(b))),
        (Op::Max, [Date(a), Date(b)]) => Some(Date(*a.max(b))),
        (Op::AddDays, [Date(a), Number(n)]) => Some(Date(calendar::add_days(*a, clip(*n)))),
        (Op::AddMonths, [Date(a), Number(n)]) => Some(Date(calendar::add_months(*a, clip(*n)))),
        (Op::DaysBetween, [Date(a), Date(b)]) => Some(Number(i128::from(*a) - i128::from(*b))),
        (Op::MonthsBetween, [Date(a), Date(b)]) => number(calendar::months_between(*a, *b)),
        (Op::YearsBetween, [Date(a), Date(b)]) => number(calendar::years_between(*a, *b)),
        (Op::Year, [Date(a)]) => number(calendar::civil_from_days(*a).year.into()),
        (Op::Month, [Date(a)]) => number(calendar::civil_from_days(*a).month.into()),
        (Op::Day, [Date(a)]) => number(calendar::civil_from_days(*a).day.into()),
        (Op::Weekday, [Date(a)]) => number(calendar::weekday(*a).into()),
        (Op::IsWorkingDay(id), [Date(a)]) => Some(Value::Bool(calendar::is_working_day(by(program, id)?, *a))),
        (Op::NextWorkingDay(id), [Date(a)]) => Some(Date(calendar::next_working_day(by(program, id)?, *a))),
        (Op::AddWorkingDays(id), [Date(a), Number(n)]) => {
            Some(Date(calendar::add_working_days(by(program, id)?, *a, clip(*n))))
        }
        (Op::WorkingDaysBetween(id), [Date(a), Date(b)]) => {
            number(calendar::working_days_between(by(program, id)?, *a, *b))
        }
        _ => None,
    }
}

fn by(program: &Program, id: CalendarId) -> Option<&Calendar> {
    program.calendar_of(id)
}

/// A count of days or months; what does not fit 64 bits lies beyond every end of the calendar.
fn clip(n: i128) -> i64 {
    n.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

fn on_text(op: Op, args: &[Value]) -> Option<Value> {
    use Value::{Bool, Number, Text};
    match (op, args) {
        (Op::Length, [Text(a)]) => Some(Number(a.chars().count() as i128)),
        (Op::Slice, [Text(a), Number(from), Number(count)]) => {
            let place = |n: i128| usize::try_from(n.max(0)).unwrap_or(usize::MAX);
            Some(Text(a.chars().skip(place(*from)).take(place(*count)).collect()))
        }
        (Op::IsDigits, [Text(a)]) => Some(Bool(digits(a))),
        (Op::IsAlphanumeric, [Text(a)]) => Some(Bool(!a.is_empty() && a.bytes().all(|it| it.is_ascii_alphanumeric()))),
        (Op::StartsWith, [Text(a), Text(b)]) => Some(Bool(a.starts_with(b.as_str()))),
        (Op::ToNumber, [Text(a)]) => {
            let read = if digits(a) && a.len() <= 18 { a.parse().ok() } else { None };
            Some(read.map_or(Value::Absent, Number))
        }
        _ => None,
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
