//! Every operation on known values, one row or more each.

use super::*;
use std::collections::BTreeSet;

fn day(text: &str) -> Value {
    Value::Date(calendar::parse(text).unwrap_or_else(|| panic!("{text}")))
}

fn number(n: i128) -> Value {
    Value::Number(n)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn list(values: &[i128]) -> Value {
    Value::List(values.iter().copied().map(Value::Number).collect())
}

const YES: Value = Value::Bool(true);
const NO: Value = Value::Bool(false);

/// Operation, operands, value.
fn table() -> Vec<(Op, Vec<Value>, Value)> {
    let c = CalendarId(0);
    vec![
        (Op::Not, vec![YES], NO),
        (Op::And, vec![YES, YES, NO], NO),
        (Op::And, vec![YES], YES),
        (Op::Or, vec![NO, YES], YES),
        (Op::Or, vec![NO, NO], NO),
        (Op::Eq, vec![number(2), number(2)], YES),
        (Op::Eq, vec![Value::Absent, number(0)], NO),
        (Op::Lt, vec![number(2), number(2)], NO),
        (Op::Lt, vec![day("2024-01-01"), day("2024-01-02")], YES),
        (Op::Le, vec![number(2), number(2)], YES),
        (Op::Add, vec![number(2), number(-3)], number(-1)),
        (Op::Sub, vec![number(2), number(-3)], number(5)),
        (Op::Mul, vec![number(2), number(-3)], number(-6)),
        (Op::Neg, vec![number(-3)], number(3)),
        (Op::ScaleUp(2), vec![number(-3)], number(-300)),
        (Op::DivRound(Rounding::Down), vec![number(-15), number(10)], number(-1)),
        (Op::DivRound(Rounding::Up), vec![number(11), number(10)], number(2)),
        (Op::DivRound(Rounding::HalfUp), vec![number(-15), number(10)], number(-2)),
        (Op::DivRound(Rounding::HalfEven), vec![number(25), number(10)], number(2)),
        (Op::DivRound(Rounding::Floor), vec![number(-11), number(10)], number(-2)),
        (Op::DivRound(Rounding::Ceiling), vec![number(-19), number(10)], number(-1)),
        (Op::Min, vec![number(1), number(2)], number(1)),
        (Op::Max, vec![day("2024-01-01"), day("2024-01-02")], day("2024-01-02")),
        (Op::Some, vec![number(1)], number(1)),
        (Op::IsPresent, vec![Value::Absent], NO),
        (Op::IsPresent, vec![number(0)], YES),
        (Op::Get, vec![number(0)], number(0)),
        (Op::OrElse, vec![Value::Absent, number(7)], number(7)),
        (Op::OrElse, vec![number(1), number(7)], number(1)),
        (Op::AddDays, vec![day("2024-02-28"), number(2)], day("2024-03-01")),
        (Op::AddDays, vec![day("2024-02-28"), number(i128::MAX)], day("9999-12-31")),
        (Op::AddMonths, vec![day("2024-01-31"), number(1)], day("2024-02-29")),
        (Op::DaysBetween, vec![day("2024-03-01"), day("2024-02-28")], number(2)),
        (Op::MonthsBetween, vec![day("2024-01-31"), day("2024-03-30")], number(1)),
        (Op::YearsBetween, vec![day("2000-02-29"), day("2018-03-01")], number(18)),
        (Op::Year, vec![day("2024-03-09")], number(2024)),
        (Op::Month, vec![day("2024-03-09")], number(3)),
        (Op::Day, vec![day("2024-03-09")], number(9)),
        (Op::Weekday, vec![day("2024-03-09")], number(6)),
        (Op::MakeDate, vec![number(2023), number(2), number(30)], day("2023-02-28")),
        (Op::IsWorkingDay(c), vec![day("2024-05-01")], NO),
        (Op::NextWorkingDay(c), vec![day("2024-05-01")], day("2024-05-02")),
        (Op::AddWorkingDays(c), vec![day("2024-04-30"), number(2)], day("2024-05-03")),
        (Op::WorkingDaysBetween(c), vec![day("2024-04-30"), day("2024-05-03")], number(2)),
        (Op::Length, vec![text("北京a")], number(3)),
        (Op::Slice, vec![text("北京市民"), number(1), number(2)], text("京市")),
        (Op::Slice, vec![text("ab"), number(1), number(9)], text("b")),
        (Op::Slice, vec![text("ab"), number(5), number(1)], text("")),
        (Op::IsDigits, vec![text("0123")], YES),
        (Op::IsDigits, vec![text("")], NO),
        (Op::IsDigits, vec![text("１")], NO),
        (Op::IsAlphanumeric, vec![text("a1Z")], YES),
        (Op::IsAlphanumeric, vec![text("a-1")], NO),
        (Op::StartsWith, vec![text("1101"), text("11")], YES),
        (Op::ToNumber, vec![text("0042")], number(42)),
        (Op::ToNumber, vec![text("9999999999999999999")], Value::Absent),
        (Op::ToNumber, vec![text("+1")], Value::Absent),
        (Op::Size, vec![list(&[4, 5])], number(2)),
        (Op::Contains, vec![number(4), list(&[4, 5])], YES),
        (Op::Contains, vec![number(6), list(&[])], NO),
        (Op::Concat, vec![list(&[1]), list(&[2])], list(&[1, 2])),
    ]
}

fn program() -> Program {
    let exceptions = [(calendar::parse("2024-05-01").unwrap(), false)].into();
    let calendar = Calendar { name: "c".into(), exceptions, years: vec![2024] };
    Program { calendars: vec![calendar], ..Program::default() }
}

#[test]
fn every_operation_means_what_the_table_says() {
    for (op, args, value) in table() {
        assert_eq!(apply(&program(), op, &args), Some(value), "{op:?} {args:?}");
    }
}

#[test]
fn every_operation_is_in_the_table_and_has_a_name_of_its_own() {
    let shown: BTreeSet<&str> = table().iter().map(|(op, ..)| op.name()).collect();
    let all: BTreeSet<&str> = ALL.iter().map(|op| op.name()).collect();
    assert_eq!(shown, all);
    assert_eq!(all.len(), ALL.len());
    for op in ALL {
        assert_eq!(op.parameter().is_some(), op.with_parameter(3).is_some(), "{op:?}");
        let known = table().iter().filter(|(it, ..)| it.name() == op.name()).all(|(_, args, _)| match op.arity() {
            Some(arity) => arity == args.len(),
            None => !args.is_empty(),
        });
        assert!(known, "{op:?}");
    }
}

#[test]
fn what_no_verified_program_asks_has_no_value() {
    let max = number(i128::MAX);
    let min = number(i128::MIN);
    for (op, args) in [
        (Op::Get, vec![Value::Absent]),
        (Op::Add, vec![max.clone(), number(1)]),
        (Op::Sub, vec![min.clone(), number(1)]),
        (Op::Mul, vec![max.clone(), number(2)]),
        (Op::Neg, vec![min.clone()]),
        (Op::ScaleUp(200), vec![number(0)]),
        (Op::DivRound(Rounding::Down), vec![number(1), number(0)]),
        (Op::DivRound(Rounding::Down), vec![min, number(-1)]),
        (Op::Add, vec![number(1)]),
        (Op::Add, vec![YES, NO]),
        (Op::And, vec![]),
        (Op::IsWorkingDay(CalendarId(9)), vec![day("2024-01-01")]),
    ] {
        assert_eq!(apply(&program(), op, &args), None, "{op:?} {args:?}");
    }
}

#[test]
fn halves_near_the_ends_do_not_overflow() {
    for mode in [Rounding::Up, Rounding::HalfUp, Rounding::HalfEven, Rounding::Floor, Rounding::Ceiling] {
        let quotient = divide(mode, i128::MAX, i128::MAX - 1).unwrap();
        assert_eq!(quotient, if matches!(mode, Rounding::Up | Rounding::Ceiling) { 2 } else { 1 }, "{mode:?}");
    }
}
