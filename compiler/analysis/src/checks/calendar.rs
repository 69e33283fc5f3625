//! E0604: a calendar whose days contradict each other.

use super::show::{day, day_number};
use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Calendar, CalendarYear, DateLit};

/// A range of days of one year's entry, as written.
struct Entry {
    first: i64,
    last: i64,
    work: bool,
    span: Span,
}

/// Checks every year of a calendar.
pub(crate) fn check(calendar: &Calendar) -> Vec<Diagnostic<Span>> {
    let mut found = Vec::new();
    for (n, year) in calendar.years.iter().enumerate() {
        let earlier = calendar.years.iter().take(n).find(|other| other.year == year.year);
        if let Some(earlier) = earlier {
            let message = format!("the year {} stands twice in calendar `{}`", year.year, calendar.name.text);
            let twice = Diagnostic::new(Code::CalendarEntry, year.span, message, "a second entry for the same year");
            found.push(twice.with_label(earlier.span, "the first").with_help("put all days of a year into one entry"));
        } else {
            check_year(year, &mut found);
        }
    }
    found
}

fn check_year(year: &CalendarYear, found: &mut Vec<Diagnostic<Span>>) {
    let off = year.off.iter().map(|range| (range, false));
    let work = year.work.iter().map(|range| (range, true));
    let mut entries: Vec<Entry> = Vec::new();
    for ((first, last), work) in off.chain(work) {
        let entry = Entry { first: day_number(first), last: day_number(last), work, span: first.span.to(last.span) };
        match misplaced(year, first, last).or_else(|| contradiction(&entry, &entries)) {
            Some(diagnostic) => found.push(diagnostic),
            None => entries.push(entry),
        }
    }
}

fn misplaced(year: &CalendarYear, first: &DateLit, last: &DateLit) -> Option<Diagnostic<Span>> {
    let (from, to) = (day_number(first), day_number(last));
    let span = first.span.to(last.span);
    if to < from {
        let message = format!("the days {} .. {} run backwards", day(from), day(to));
        return Some(Diagnostic::new(Code::CalendarEntry, span, message, "ends before it begins"));
    }
    let stray = [first, last].into_iter().find(|it| it.year != year.year)?;
    let message = format!("{} is not a day of {}", day(day_number(stray)), year.year);
    let diagnostic =
        Diagnostic::new(Code::CalendarEntry, stray.span, message, format!("outside the entry's year {}", year.year));
    Some(diagnostic.with_help(format!("move it to the entry of {}", stray.year)))
}

fn contradiction(entry: &Entry, earlier: &[Entry]) -> Option<Diagnostic<Span>> {
    let clashes = |it: &&Entry| it.work != entry.work && it.first <= entry.last && entry.first <= it.last;
    let other = earlier.iter().find(clashes)?;
    let shared = day(entry.first.max(other.first));
    let word = |work: bool| if work { "work" } else { "off" };
    let message = format!("{shared} is both a day off and a working day");
    let diagnostic = Diagnostic::new(Code::CalendarEntry, entry.span, message, format!("`{}` here", word(entry.work)));
    Some(
        diagnostic
            .with_label(other.span, format!("`{}` here", word(other.work)))
            .with_help("keep the one that the notice orders"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use enact_syntax::ast::ItemKind;

    #[test]
    fn days_must_be_of_their_year_and_of_one_kind() {
        for (years, expected) in [
            ("2024 { off 2024-01-01, 2024-02-10 .. 2024-02-17 work 2024-02-04 }", ""),
            ("2024 { off 2024-01-02 work 2024-01-03 }", ""),
            (
                "2024 { off 2024-02-10 .. 2024-02-17 work 2024-02-12 }",
                "E0604 2024-02-12 is both a day off and a working day",
            ),
            ("2024 { off 2023-12-31 .. 2024-01-01 }", "E0604 2023-12-31 is not a day of 2024"),
            ("2024 { work 2025-01-26 }", "E0604 2025-01-26 is not a day of 2024"),
            ("2024 { off 2024-02-17 .. 2024-02-10 }", "E0604 the days 2024-02-17 .. 2024-02-10 run backwards"),
            ("2024 { off 2024-01-01 } 2024 { off 2024-05-01 }", "E0604 the year 2024 stands twice in calendar `cn`"),
        ] {
            let ItemKind::Calendar(calendar) = item(&format!("calendar cn {{ {years} }}")).kind else {
                panic!("no calendar")
            };
            assert_eq!(lines(&super::check(&calendar)), expected, "{years}");
        }
    }
}
