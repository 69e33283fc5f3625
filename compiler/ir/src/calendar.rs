//! Days: civil dates, months and years between them, working days.
//!
//! A day is the number of days from 1970-01-01 in the proleptic Gregorian calendar. Every day lies between [`FIRST`] and [`LAST`];
//! an operation that would lead beyond an end gives that end, so that `9999-12-31`, which registers use for "for ever", stays itself.

use crate::Calendar;
use std::fmt;

/// 0001-01-01, the first day there is.
pub const FIRST: i64 = -719_162;
/// 9999-12-31, the last day there is.
pub const LAST: i64 = 2_932_896;

/// A day by year, month and day of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Civil {
    /// Year, 1 to 9999.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The number of a day.
pub fn days_from_civil(civil: Civil) -> i64 {
    // Years are counted from 1 March, so that a leap day is the last day of its year.
    let year = i64::from(civil.year) - i64::from(civil.month <= 2);
    let month = (i64::from(civil.month) + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + i64::from(civil.day) - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468;
    days.clamp(FIRST, LAST)
}

/// The day of a number; beyond the ends, the end.
pub fn civil_from_days(day: i64) -> Civil {
    let day = day.clamp(FIRST, LAST) + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil { year: year as i32, month: month as u8, day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8 }
}

/// Days of a month, 28 to 31.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads `YYYY-MM-DD`; `None` for another form or a day that does not exist.
pub fn parse(text: &str) -> Option<i64> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0')))
    };
    let year = number(&[*a, *b, *c, *d]).filter(|year| *year >= 1)?;
    let month = number(&[*e, *f]).filter(|month| (1..=12).contains(month))? as u8;
    let day = number(&[*g, *h])? as u8;
    let exists = (1..=days_in_month(year, month)).contains(&day);
    exists.then(|| days_from_civil(Civil { year, month, day }))
}

/// The day of year, month and day of the month. What lies outside is brought to the nearest that exists: a day beyond the month's last is the last.
pub fn make_date(year: i128, month: i128, day: i128) -> i64 {
    let year = year.clamp(1, 9999) as i32;
    let month = month.clamp(1, 12) as u8;
    let day = day.clamp(1, days_in_month(year, month).into()) as u8;
    days_from_civil(Civil { year, month, day })
}

/// `n` days later.
pub fn add_days(day: i64, n: i64) -> i64 {
    day.saturating_add(n).clamp(FIRST, LAST)
}

/// `n` months later; a day that the month does not have is its last.
pub fn add_months(day: i64, n: i64) -> i64 {
    let civil = civil_from_days(day);
    let month = i64::from(civil.year) * 12 + i64::from(civil.month) - 1;
    let month = month.saturating_add(n);
    match month.div_euclid(12) {
        ..1 => FIRST,
        10_000.. => LAST,
        year => make_date(year.into(), (month.rem_euclid(12) + 1).into(), civil.day.into()),
    }
}

/// Full months from `a` to `b`; a day of the month that is not reached does not count. Negative if `b` is earlier.
pub fn months_between(a: i64, b: i64) -> i64 {
    if b < a {
        return -months_between(b, a);
    }
    let (from, to) = (civil_from_days(a), civil_from_days(b));
    let months = (i64::from(to.year) - i64::from(from.year)) * 12 + i64::from(to.month) - i64::from(from.month);
    months - i64::from(to.day < from.day)
}

/// Full years from `a` to `b`: who is born on 29 February is a year older on 1 March of a common year. Negative if `b` is earlier.
pub fn years_between(a: i64, b: i64) -> i64 {
    months_between(a, b) / 12
}

/// 1 = Monday to 7 = Sunday.
pub fn weekday(day: i64) -> u8 {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) as u8 + 1
}

/// Whether a day is a working day: as the calendar says, else Monday to Friday.
pub fn is_working_day(calendar: &Calendar, day: i64) -> bool {
    calendar.exceptions.get(&day).copied().unwrap_or_else(|| weekday(day) <= 5)
}

/// The day itself if it is a working day, else the next one.
pub fn next_working_day(calendar: &Calendar, day: i64) -> i64 {
    if is_working_day(calendar, day) { day } else { add_working_days(calendar, day, 1) }
}

/// The `n`-th working day after a day, which itself is not counted; the day itself for `n <= 0`.
pub fn add_working_days(calendar: &Calendar, day: i64, n: i64) -> i64 {
    if n <= 0 {
        return day;
    }
    // The count of working days never falls: the day looked for is the first on which it reaches `n`.
    let (mut low, mut high) = (day, LAST.max(day));
    while low < high {
        let middle = low + (high - low) / 2;
        if working_days_between(calendar, day, middle) >= n {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Working days after `a` up to and including `b`; 0 if `b` is not later.
pub fn working_days_between(calendar: &Calendar, a: i64, b: i64) -> i64 {
    if b <= a {
        return 0;
    }
    let by_week = weekdays_until(b) - weekdays_until(a);
    let added = |(day, works): (&i64, &bool)| i64::from(*works) - i64::from(weekday(*day) <= 5);
    by_week + calendar.exceptions.range(a + 1..=b).map(added).sum::<i64>()
}

/// Mondays to Fridays from a fixed Monday up to and including `day`.
fn weekdays_until(day: i64) -> i64 {
    let days = day + 4;
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> i64 {
        parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn shown(day: i64) -> String {
        civil_from_days(day).to_string()
    }

    fn spring_festival() -> Calendar {
        let off = ["2024-02-12", "2024-02-13", "2024-02-14", "2024-02-15", "2024-02-16"];
        let work = ["2024-02-04", "2024-02-18"];
        let days = off.iter().map(|it| (day(it), false)).chain(work.iter().map(|it| (day(it), true)));
        Calendar { name: "state_council".into(), exceptions: days.collect(), years: vec![2024] }
    }

    #[test]
    fn numbers_of_days() {
        for (text, number) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2024-03-01", 19_783),
            ("0001-01-01", FIRST),
            ("9999-12-31", LAST),
        ] {
            assert_eq!(day(text), number, "{text}");
            assert_eq!(shown(number), text);
        }
        for wrong in
            ["2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "2024-1-1", "2024-01-32", "+024-01-01", "二〇二四"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_are_limited_to_the_last_day() {
        for (from, months, to) in [
            ("2024-01-31", 1, "2024-02-29"),
            ("2023-01-31", 1, "2023-02-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-03-31", -1, "2024-02-29"),
            ("2024-01-15", -13, "2022-12-15"),
            ("9999-12-31", 1, "9999-12-31"),
            ("0001-01-31", -1, "0001-01-01"),
            ("2024-01-31", i64::MAX, "9999-12-31"),
        ] {
            assert_eq!(shown(add_months(day(from), months)), to, "{from} + {months}");
        }
    }

    #[test]
    fn full_months_and_years() {
        for (from, to, months, years) in [
            ("2000-02-29", "2001-02-28", 11, 0),
            ("2000-02-29", "2001-03-01", 12, 1),
            ("2000-02-29", "2004-02-29", 48, 4),
            ("2024-01-31", "2024-02-29", 0, 0),
            ("2024-01-15", "2024-01-15", 0, 0),
            ("2024-03-10", "2023-03-11", -11, 0),
            ("2024-03-10", "2022-03-10", -24, -2),
        ] {
            assert_eq!(months_between(day(from), day(to)), months, "months {from} {to}");
            assert_eq!(years_between(day(from), day(to)), years, "years {from} {to}");
        }
    }

    #[test]
    fn parts_that_do_not_exist_are_brought_near() {
        for (parts, to) in [
            ((2023, 2, 31), "2023-02-28"),
            ((2023, 13, 1), "2023-12-01"),
            ((0, 0, 0), "0001-01-01"),
            ((i128::MAX, 1, 1), "9999-01-01"),
        ] {
            assert_eq!(shown(make_date(parts.0, parts.1, parts.2)), to);
        }
    }

    #[test]
    fn working_days() {
        let calendar = spring_festival();
        for (from, n, to) in [
            ("2024-02-09", 0, "2024-02-09"),
            ("2024-02-09", 1, "2024-02-18"),
            ("2024-02-09", 2, "2024-02-19"),
            ("2024-02-03", 1, "2024-02-04"),
            ("2030-01-04", 1, "2030-01-07"),
        ] {
            assert_eq!(shown(add_working_days(&calendar, day(from), n)), to, "{from} + {n}");
        }
        assert_eq!(shown(next_working_day(&calendar, day("2024-02-10"))), "2024-02-18");
        assert_eq!(shown(next_working_day(&calendar, day("2024-02-18"))), "2024-02-18");
        assert_eq!(add_working_days(&calendar, LAST, 9), LAST);
        assert_eq!(weekday(0), 4);
    }

    proptest! {
        #[test]
        fn days_and_civil_dates_correspond(number in FIRST..=LAST) {
            let civil = civil_from_days(number);
            prop_assert_eq!(days_from_civil(civil), number);
            prop_assert_eq!(parse(&civil.to_string()), Some(number));
            prop_assert!(civil.day >= 1 && civil.day <= days_in_month(civil.year, civil.month));
        }

        #[test]
        fn counts_of_working_days_are_as_counted_one_by_one(from in 19_700_i64..19_800, n in 0_i64..60) {
            let calendar = spring_festival();
            let to = from + n;
            let counted = (from + 1..=to).filter(|day| is_working_day(&calendar, *day)).count() as i64;
            prop_assert_eq!(working_days_between(&calendar, from, to), counted);
            let reached = add_working_days(&calendar, from, n);
            prop_assert_eq!(working_days_between(&calendar, from, reached), n);
            prop_assert!(n == 0 || is_working_day(&calendar, reached));
        }

        #[test]
        fn months_between_undoes_add_months(from in -700_000_i64..2_900_000, n in 0_i64..1000) {
            let to = add_months(from, n);
            let months = months_between(from, to);
            prop_assert!(months == n || (months == n - 1 && civil_from_days(to).day < civil_from_days(from).day));
        }
    }
}
