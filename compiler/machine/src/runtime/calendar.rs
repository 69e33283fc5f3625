//! The calendar. Days are I64, counted from 1970-01-01; everything is as in `enact_ir::calendar`.
//!
//! The exceptions of a calendar are entries of 12 bytes, sorted by day: the day, whether it is a working day, and what all exceptions up to it add to the count of Mondays to Fridays.

use super::{Helper, Runtime};
use crate::code::Binary;
use crate::code::{Expr, Function, Stmt, Ty, Unary};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, i32, i64, load_i32, long, lt, lt_u, not, op, or, select, unary,
};
use enact_ir::Calendar;
use enact_ir::calendar::{FIRST, LAST, weekday};

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The least or the greatest of a range, if the value lies beyond it.
pub(crate) fn clamp(build: &mut Build, value: Expr, low: i64, high: i64) -> Expr {
    let value = build.keep(value);
    let capped = build.keep(select(Ty::I64, long::lt(i64(high), value.clone()), i64(high), value));
    build.keep(select(Ty::I64, long::lt(capped.clone(), i64(low)), i64(low), capped))
}

/// The exceptions of a calendar as constants.
pub(crate) fn exceptions(calendar: &Calendar) -> Vec<u8> {
    let mut total = 0_i32;
    let mut bytes = Vec::new();
    for (day, works) in &calendar.exceptions {
        total += i32::from(*works) - i32::from(weekday(*day) <= 5);
        let day = i32::try_from(*day).unwrap_or(i32::MAX);
        [day, i32::from(*works), total].iter().for_each(|n| bytes.extend(n.to_le_bytes()));
    }
    bytes
}

/// `n / by` of a small number as a multiplication by the reciprocal with so many bits. A test goes through the days for which it must be right.
fn quotient(n: Expr, by: i64, bits: u32) -> Expr {
    let reciprocal = (1_i64 << bits) / by + 1;
    long::shr_u(long::mul(n, i64(reciprocal)), i64(bits.into()))
}

/// `day` → year, month, day of the month.
///
/// The method is that of C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar algorithms" (2023): years begin in March, and most divisions become
/// multiplications whose halves are quotient and rest.
pub(super) fn civil() -> Function {
    let mut it = Build::new("civil", &[Ty::I64], &[Ty::I64; 3]);
    let day = it.param(0);
    let day = clamp(&mut it, day, FIRST, LAST);
    let quarters = |n: Expr| long::add(long::shl(n, i64(2)), i64(3));
    let of_centuries = it.keep(quarters(long::add(day, i64(EPOCH))));
    let century = it.keep(quotient(of_centuries.clone(), 146_097, 44));
    let of_century = long::shr_u(long::sub(of_centuries, long::mul(century.clone(), i64(146_097))), i64(2));
    let of_years = it.keep(long::mul(quarters(of_century), i64(2_939_745)));
    let year_of_century = long::shr_u(of_years.clone(), i64(32));
    let day_of_year = it.keep(quotient(long::and(of_years, i64(0xffff_ffff)), 4 * 2_939_745, 55));
    let of_months = it.keep(long::add(long::mul(day_of_year.clone(), i64(2_141)), i64(197_913)));
    let month = long::shr_u(of_months.clone(), i64(16));
    let date = long::add(quotient(long::and(of_months, i64(0xffff)), 2_141, 32), i64(1));
    // January and February belong to the year after.
    let late = it.keep(long::le(i64(306), day_of_year));
    let year =
        long::add(long::add(long::mul(century, i64(100)), year_of_century), unary(Unary::ExtendUnsigned, late.clone()));
    let month = long::sub(month, select(Ty::I64, late, i64(12), i64(0)));
    it.push(Stmt::Return(vec![year, month, date]));
    it.finish(false)
}

/// year, month, day of the month → the day; what lies outside is brought to the nearest that exists.
pub(super) fn make_date() -> Function {
    let mut it = Build::new("make_date", &[Ty::I64; 3], &[Ty::I64]);
    let (year, month, day) = (it.param(0), it.param(1), it.param(2));
    let year = clamp(&mut it, year, 1, 9999);
    let month = clamp(&mut it, month, 1, 12);
    let divides = |n: i64| long::eq(long::rem(year.clone(), i64(n)), i64(0));
    let leap = and(divides(4), or(not(divides(100)), divides(400)));
    // From March: 31 30 31 30 31 31 30 31 30 31 31.
    let short = [4, 6, 9, 11].map(|n| long::eq(month.clone(), i64(n))).into_iter().reduce(or).unwrap_or(i32(0));
    let february = select(Ty::I64, leap, i64(29), i64(28));
    let other = select(Ty::I64, short, i64(30), i64(31));
    let last = it.keep(select(Ty::I64, long::eq(month.clone(), i64(2)), february, other));
    let day = it.keep(select(Ty::I64, long::lt(last.clone(), day.clone()), last, day));
    let day = it.keep(select(Ty::I64, long::lt(day.clone(), i64(1)), i64(1), day));
    let early = it.keep(unary(Unary::ExtendUnsigned, long::le(month.clone(), i64(2))));
    let year = it.keep(long::sub(year, early));
    let month = long::rem(long::add(month, i64(9)), i64(12));
    let of_year = long::div(long::add(long::mul(i64(153), month), i64(2)), i64(5));
    let of_year = long::sub(long::add(of_year, day), i64(1));
    let div = |n: i64| long::div(year.clone(), i64(n));
    let leaps = long::add(long::sub(div(4), div(100)), div(400));
    let days = long::add(long::add(long::mul(i64(365), year.clone()), leaps), of_year);
    let days = clamp(&mut it, long::sub(days, i64(EPOCH)), FIRST, LAST);
    it.push(Stmt::Return(vec![days]));
    it.finish(false)
}

/// day, months → the day.
pub(super) fn add_months(runtime: &mut Runtime) -> Function {
    let (civil, make) = (runtime.helper(Helper::Civil), runtime.helper(Helper::MakeDate));
    let mut it = Build::new("add_months", &[Ty::I64; 2], &[Ty::I64]);
    let (day, n) = (it.param(0), it.param(1));
    let n = clamp(&mut it, n, -200_000, 200_000);
    let parts = it.call(civil, &[Ty::I64; 3], vec![day]);
    let [year, month, day] = <[Expr; 3]>::try_from(parts).unwrap_or_else(|_| std::array::from_fn(|_| i64(0)));
    let months = long::add(long::sub(long::add(long::mul(year, i64(12)), month), i64(1)), n);
    let months = it.keep(months);
    it.when(long::lt(months.clone(), i64(12)), |it| it.push(Stmt::Return(vec![i64(FIRST)])));
    it.when(long::le(i64(120_000), months.clone()), |it| it.push(Stmt::Return(vec![i64(LAST)])));
    let (year, month) = (long::div(months.clone(), i64(12)), long::add(long::rem(months, i64(12)), i64(1)));
    let found = it.call(make, &[Ty::I64], vec![year, month, day]);
    it.push(Stmt::Return(found));
    it.finish(false)
}

/// a, b → full months from a to b; negative if b is earlier.
pub(super) fn months_between(runtime: &mut Runtime) -> Function {
    let civil = runtime.helper(Helper::Civil);
    let mut it = Build::new("months_between", &[Ty::I64; 2], &[Ty::I64]);
    let (a, b) = (it.param(0), it.param(1));
    let back = it.keep(long::lt(b.clone(), a.clone()));
    let first = select(Ty::I64, back.clone(), b.clone(), a.clone());
    let last = select(Ty::I64, back.clone(), a, b);
    let (first, last) = (it.call(civil, &[Ty::I64; 3], vec![first]), it.call(civil, &[Ty::I64; 3], vec![last]));
    let [y1, m1, d1] = <[Expr; 3]>::try_from(first).unwrap_or_else(|_| std::array::from_fn(|_| i64(0)));
    let [y2, m2, d2] = <[Expr; 3]>::try_from(last).unwrap_or_else(|_| std::array::from_fn(|_| i64(0)));
    let months = long::add(long::mul(long::sub(y2, y1), i64(12)), long::sub(m2, m1));
    let months = it.keep(long::sub(months, unary(Unary::ExtendUnsigned, long::lt(d2, d1))));
    let opposite = long::sub(i64(0), months.clone());
    it.push(Stmt::Return(vec![select(Ty::I64, back, opposite, months)]));
    it.finish(false)
}

/// The quotient towards negative infinity by 7, and the rest.
fn weeks(build: &mut Build, days: Expr) -> (Expr, Expr) {
    // A multiple of 7 that makes every day positive.
    let shifted = build.keep(long::add(days, i64(7 * 1_000_000)));
    let weeks = build.keep(long::sub(long::div(shifted.clone(), i64(7)), i64(1_000_000)));
    (weeks, build.keep(long::rem(shifted, i64(7))))
}

/// 1 = Monday to 7 = Sunday.
pub(crate) fn weekday_of(build: &mut Build, day: Expr) -> Expr {
    let (_, rest) = weeks(build, long::add(day, i64(3)));
    long::add(rest, i64(1))
}

/// day → Mondays to Fridays from a fixed Monday up to and including it.
pub(super) fn weekdays_until() -> Function {
    let mut it = Build::new("weekdays_until", &[Ty::I64], &[Ty::I64]);
    let day = it.param(0);
    let (weeks, rest) = weeks(&mut it, long::add(day, i64(4)));
    let rest = select(Ty::I64, long::lt(i64(5), rest.clone()), i64(5), rest);
    it.push(Stmt::Return(vec![long::add(long::mul(weeks, i64(5)), rest)]));
    it.finish(false)
}

/// The number of entries whose day is not after `day`.
fn entries_until(it: &mut Build, table: &Expr, count: Expr, day: &Expr) -> Expr {
    let (low, high) = (it.var(i32(0)), it.var(count));
    let get = Expr::Get;
    it.repeat(|it| {
        it.when(not(lt_u(get(low), get(high))), |it| it.push(Stmt::Break(0)));
        let middle = it.keep(op(Binary::ShrU, Ty::I32, add(get(low), get(high)), i32(1)));
        let at = beyond(table.clone(), op(Binary::Mul, Ty::I32, middle.clone(), i32(12)));
        let after = long::lt(day.clone(), unary(Unary::Extend, load_i32(at, 0)));
        it.either(after, |it| it.set(high, middle.clone()), |it| it.set(low, add(middle.clone(), i32(1))));
    });
    get(low)
}

fn entry(table: &Expr, place: Expr) -> Expr {
    beyond(table.clone(), op(Binary::Mul, Ty::I32, place, i32(12)))
}

/// exceptions, their number, day → what they add up to the day, included.
pub(super) fn exceptions_until() -> Function {
    let mut it = Build::new("exceptions_until", &[Ty::Ptr, Ty::I32, Ty::I64], &[Ty::I64]);
    let (table, count, day) = (it.param(0), it.param(1), it.param(2));
    let until = entries_until(&mut it, &table, count, &day);
    it.when(lt(until.clone(), i32(1)), |it| it.push(Stmt::Return(vec![i64(0)])));
    let last = entry(&table, op(Binary::Sub, Ty::I32, until, i32(1)));
    it.push(Stmt::Return(vec![unary(Unary::Extend, load_i32(last, 8))]));
    it.finish(false)
}

/// exceptions, their number, day → whether it is a working day.
pub(super) fn is_working_day(_: &mut Runtime) -> Function {
    let mut it = Build::new("is_working_day", &[Ty::Ptr, Ty::I32, Ty::I64], &[Ty::I32]);
    let (table, count, day) = (it.param(0), it.param(1), it.param(2));
    let until = entries_until(&mut it, &table, count, &day);
    it.when(lt(i32(0), until.clone()), |it| {
        let last = it.keep(entry(&table, op(Binary::Sub, Ty::I32, until, i32(1))));
        let same = long::eq(unary(Unary::Extend, load_i32(last.clone(), 0)), day.clone());
        it.when(same, |it| it.push(Stmt::Return(vec![load_i32(last, 4)])));
    });
    let weekday = weekday_of(&mut it, day);
    it.push(Stmt::Return(vec![long::le(weekday, i64(5))]));
    it.finish(false)
}

/// exceptions, their number, a, b → working days after a up to and including b.
pub(super) fn working_days_between(runtime: &mut Runtime) -> Function {
    let (week, except) = (runtime.helper(Helper::WeekdaysUntil), runtime.helper(Helper::ExceptionsUntil));
    let mut it = Build::new("working_days_between", &[Ty::Ptr, Ty::I32, Ty::I64, Ty::I64], &[Ty::I64]);
    let (table, count, a, b) = (it.param(0), it.param(1), it.param(2), it.param(3));
    it.when(long::le(b.clone(), a.clone()), |it| it.push(Stmt::Return(vec![i64(0)])));
    let mut until = |day: Expr| {
        let by_week = it.call(week, &[Ty::I64], vec![day.clone()]).pop().unwrap_or(i64(0));
        let added = it.call(except, &[Ty::I64], vec![table.clone(), count.clone(), day]).pop().unwrap_or(i64(0));
        long::add(by_week, added)
    };
    let (to, from) = (until(b), until(a));
    it.push(Stmt::Return(vec![long::sub(to, from)]));
    it.finish(false)
}

/// exceptions, their number, day, n → the n-th working day after the day.
pub(super) fn add_working_days(runtime: &mut Runtime) -> Function {
    let between = runtime.helper(Helper::WorkingDaysBetween);
    let mut it = Build::new("add_working_days", &[Ty::Ptr, Ty::I32, Ty::I64, Ty::I64], &[Ty::I64]);
    let (table, count, day, n) = (it.param(0), it.param(1), it.param(2), it.param(3));
    it.when(long::le(n.clone(), i64(0)), |it| it.push(Stmt::Return(vec![day.clone()])));
    let (low, high) = (it.var(day.clone()), it.var(i64(LAST)));
    let get = Expr::Get;
    it.when(long::lt(get(high), day.clone()), |it| it.set(high, day.clone()));
    it.repeat(|it| {
        it.when(not(long::lt(get(low), get(high))), |it| it.push(Stmt::Break(0)));
        let half = long::shr(long::sub(get(high), get(low)), i64(1));
        let middle = it.keep(long::add(get(low), half));
        let args = vec![table.clone(), count.clone(), day.clone(), middle.clone()];
        let counted = it.call(between, &[Ty::I64], args).pop().unwrap_or(i64(0));
        it.either(
            long::le(n.clone(), counted),
            |it| it.set(high, middle.clone()),
            |it| it.set(low, long::add(middle.clone(), i64(1))),
        );
    });
    it.push(Stmt::Return(vec![get(low)]));
    it.finish(false)
}
