//! The calendar of the twins by hand: as quick as is known, after C. Neri and L. Schneider (2023).

/// Year, month and day of the month of a day from 0000-03-01 on.
fn civil(day: i32) -> (i32, i32, i32) {
    let of_centuries = 4 * (day + 719_468) as u32 + 3;
    let century = of_centuries / 146_097;
    let of_years = u64::from((of_centuries % 146_097 / 4) * 4 + 3) * 2_939_745;
    let year_of_century = (of_years >> 32) as u32;
    let day_of_year = (of_years & 0xffff_ffff) as u32 / 2_939_745 / 4;
    let of_months = 2_141 * day_of_year + 197_913;
    let (month, date) = (of_months >> 16, (of_months & 0xffff) / 2_141);
    let late = day_of_year >= 306;
    let year = 100 * century + year_of_century + u32::from(late);
    (year as i32, if late { month as i32 - 12 } else { month as i32 }, date as i32 + 1)
}

/// Full years between two days.
pub(crate) fn years_between(from: i32, to: i32) -> i32 {
    let (from, to) = (civil(from), civil(to));
    to.0 - from.0 - i32::from((to.1, to.2) < (from.1, from.2))
}

/// The same day some years later; in a common year 28 February for the 29th.
pub(crate) fn add_years(day: i32, years: i32) -> i32 {
    let (year, month, date) = civil(day);
    let year = year + years;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let date = if month == 2 && date == 29 && !leap { 28 } else { date };
    let (year, month) = if month <= 2 { (year - 1, month + 12) } else { (year, month) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * (month - 3) + 2) / 5 + date
        - 1
        - 719_468
}
