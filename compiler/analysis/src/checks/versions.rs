//! E0601, E0602: versions of a dated figure that leave a gap, overlap or stand out of order.

use super::reach::Reach;
use super::show::{day, day_number};
use enact_base::{Code, Diagnostic, Edit, Span};
use enact_syntax::ast::{DateLit, Item, ItemKind, Name, ScaleVersion, TableVersion};

/// The dates of one version, as written.
struct Period {
    from: Option<DateLit>,
    until: Option<DateLit>,
    before: Option<DateLit>,
    span: Span,
}

impl Period {
    /// The date that the version begins with.
    fn head(&self) -> Span {
        self.from.or(self.before).map_or(self.span, |date| date.span)
    }
}

impl From<&TableVersion> for Period {
    fn from(it: &TableVersion) -> Self {
        Self { from: it.from, until: it.until, before: it.before, span: it.span }
    }
}

impl From<&ScaleVersion> for Period {
    fn from(it: &ScaleVersion) -> Self {
        Self { from: it.from, until: it.until, before: it.before, span: it.span }
    }
}

/// Checks the versions of a parameter or scale. `reach`: the days on which it is read, if it is.
pub(crate) fn check(item: &Item, reach: Option<&Reach>) -> Vec<Diagnostic<Span>> {
    let (name, periods): (&Name, Vec<Period>) = match &item.kind {
        ItemKind::Table(table) if table.dated => (&table.name, table.versions.iter().map(Period::from).collect()),
        ItemKind::Scale(scale) => (&scale.name, scale.versions.iter().map(Period::from).collect()),
        _ => return Vec::new(),
    };
    let mut found = order(name, &periods);
    if found.is_empty() {
        found.extend(inner_gaps(name, &periods));
        found.extend(reach.and_then(|reach| early_gap(name, &periods, reach)));
        found.extend(reach.and_then(|reach| late_gap(name, &periods, item.span, reach)));
    }
    found
}

fn order(name: &Name, periods: &[Period]) -> Vec<Diagnostic<Span>> {
    let ending = periods.iter().filter_map(|it| ends_early(name, it));
    let pairs =
        periods.iter().zip(periods.iter().skip(1)).filter_map(|(earlier, later)| misordered(name, earlier, later));
    ending.chain(pairs).collect()
}

fn ends_early(name: &Name, period: &Period) -> Option<Diagnostic<Span>> {
    let (from, until) = (period.from?, period.until?);
    if day_number(&from) <= day_number(&until) {
        return None;
    }
    let message = format!("a version of `{}` ends before it begins", name.text);
    let text = |date: &DateLit| day(day_number(date));
    let found = Diagnostic::new(
        Code::ParameterOverlap,
        until.span,
        message,
        format!("{} is before {}", text(&until), text(&from)),
    );
    Some(found.with_help("`until` names the last day on which the version holds"))
}

fn misordered(name: &Name, earlier: &Period, later: &Period) -> Option<Diagnostic<Span>> {
    let name = &name.text;
    if let Some(before) = later.before {
        let message = format!("`before {} unknown` stands after another version of `{name}`", day(day_number(&before)));
        let found = Diagnostic::new(Code::ParameterOverlap, before.span, message, "must be the first");
        return Some(found.with_label(earlier.head(), "this version stands before it"));
    }
    let from = later.from?;
    let start = day_number(&from);
    let (last, says) = match (earlier.before, earlier.until, earlier.from) {
        (Some(before), ..) => (day_number(&before) - 1, before.span),
        (None, Some(until), _) => (day_number(&until), until.span),
        (None, None, Some(first)) => (day_number(&first), first.span),
        (None, None, None) => return None,
    };
    if start > last {
        return None;
    }
    let first = earlier.from.map_or(i64::MIN, |it| day_number(&it));
    let message = if start < first {
        format!("versions of `{name}` are out of order: {} stands after {}", day(start), day(first))
    } else {
        format!("versions of `{name}` overlap: two of them hold on {}", day(start))
    };
    let found = Diagnostic::new(Code::ParameterOverlap, from.span, message, "begins here");
    Some(
        found
            .with_label(says, "the version before it")
            .with_help("order versions by their first day, each after the last day of the one before"),
    )
}

fn inner_gaps(name: &Name, periods: &[Period]) -> Vec<Diagnostic<Span>> {
    let gap = |(earlier, later): (&Period, &Period)| {
        let from = later.from?;
        let first = match (earlier.before, earlier.until) {
            (Some(before), _) => day_number(&before),
            (None, Some(until)) => day_number(&until) + 1,
            (None, None) => return None,
        };
        let last = day_number(&from) - 1;
        if first > last {
            return None;
        }
        let message = format!("`{}` has no version from {} to {}", name.text, day(first), day(last));
        let found = Diagnostic::new(Code::ParameterGap, from.span, message, "the next version begins here");
        let fix = Edit {
            place: Span { end: later.span.start, ..later.span },
            text: format!("from {} unknown\n  ", day(first)),
        };
        Some(
            found
                .with_label(earlier.head(), "the version before it")
                .with_fix("say that the figure is not known for these days", vec![fix]),
        )
    };
    periods.iter().zip(periods.iter().skip(1)).filter_map(gap).collect()
}

fn early_gap(name: &Name, periods: &[Period], reach: &Reach) -> Option<Diagnostic<Span>> {
    let first = periods.first()?;
    let from = first.from?;
    let start = day_number(&from);
    if reach.earliest >= start {
        return None;
    }
    let example = start - 1;
    let message =
        format!("`{}` has no version before {}, but can be asked for {}", name.text, day(start), day(example));
    let found = Diagnostic::new(Code::ParameterGap, from.span, message, "the first version begins here");
    let fix = Edit {
        place: Span { end: first.span.start, ..first.span },
        text: format!("before {} unknown\n  ", day(start)),
    };
    Some(found.with_note(asked(reach)).with_fix(format!("write `before {} unknown`", day(start)), vec![fix]))
}

fn late_gap(name: &Name, periods: &[Period], item: Span, reach: &Reach) -> Option<Diagnostic<Span>> {
    let last = periods.last()?;
    let until = last.until?;
    let end = day_number(&until);
    if reach.latest <= end {
        return None;
    }
    let after = day(end + 1);
    let message = format!("`{}` has no version after {}, but can be asked for {after}", name.text, day(end));
    let found = Diagnostic::new(Code::ParameterGap, until.span, message, "the last version ends here");
    // The declaration ends with the brace of its versions.
    let brace = item.end.saturating_sub(1);
    let fix = Edit { place: Span { start: brace, end: brace }, text: format!("  from {after} unknown\n") };
    Some(found.with_note(asked(reach)).with_fix(format!("write `from {after} unknown`"), vec![fix]))
}

fn asked(reach: &Reach) -> String {
    match &reach.date {
        Some(date) => format!("decision `{}` reads it as of `{date}`", reach.decision),
        None => format!("decision `{}` reads it", reach.decision),
    }
}

#[cfg(test)]
mod tests {
    use super::super::space::DAYS;
    use super::super::testing::{findings, fixed, item, lines};
    use super::*;

    fn reach(earliest: i64, latest: i64) -> Reach {
        Reach { earliest, latest, decision: "d".into(), date: Some("day".into()) }
    }

    #[test]
    fn versions_follow_each_other_without_gap() {
        let always = reach(DAYS.0, DAYS.1);
        for (versions, expected) in [
            ("before 2010-01-01 unknown from 2010-01-01 = 1 from 2020-01-01 = 2", ""),
            ("before 2010-01-01 unknown from 2010-01-01 until 2019-12-31 = 1 from 2020-01-01 = 2", ""),
            ("from 2010-01-01 = 1", "E0601 `p` has no version before 2010-01-01, but can be asked for 2009-12-31"),
            (
                "before 2010-01-01 unknown from 2010-01-01 until 2011-12-31 = 1",
                "E0601 `p` has no version after 2011-12-31, but can be asked for 2012-01-01",
            ),
            (
                "before 2010-01-01 unknown from 2010-01-01 until 2010-12-31 = 1 from 2012-01-01 = 2",
                "E0601 `p` has no version from 2011-01-01 to 2011-12-31",
            ),
            ("before 2009-01-01 unknown from 2010-01-01 = 1", "E0601 `p` has no version from 2009-01-01 to 2009-12-31"),
            (
                "before 2011-01-01 unknown from 2010-01-01 = 1",
                "E0602 versions of `p` overlap: two of them hold on 2010-01-01",
            ),
            (
                "from 2010-01-01 = 1 from 2010-01-01 = 2",
                "E0602 versions of `p` overlap: two of them hold on 2010-01-01",
            ),
            (
                "from 2010-01-01 until 2011-01-01 = 1 from 2011-01-01 = 2",
                "E0602 versions of `p` overlap: two of them hold on 2011-01-01",
            ),
            (
                "from 2011-01-01 = 1 from 2010-01-01 = 2",
                "E0602 versions of `p` are out of order: 2010-01-01 stands after 2011-01-01",
            ),
            (
                "from 2011-01-01 = 1 before 2011-01-01 unknown",
                "E0602 `before 2011-01-01 unknown` stands after another version of `p`",
            ),
            ("from 2011-01-01 until 2010-01-01 = 1", "E0602 a version of `p` ends before it begins"),
        ] {
            let item = item(&format!("parameter p : int {{ {versions} }}"));
            assert_eq!(lines(&check(&item, Some(&always))), expected, "{versions}");
        }
    }

    #[test]
    fn only_days_that_can_be_asked_for_count() {
        let item = item("parameter p : int { from 1970-01-02 until 1970-01-10 = 1 }");
        for (reach, expected) in [
            (None, ""),
            (Some(reach(1, 9)), ""),
            (Some(reach(0, 9)), "E0601 `p` has no version before 1970-01-02, but can be asked for 1970-01-01"),
            (Some(reach(1, 10)), "E0601 `p` has no version after 1970-01-10, but can be asked for 1970-01-11"),
        ] {
            assert_eq!(lines(&check(&item, reach.as_ref())), expected);
        }
    }

    #[test]
    fn the_fix_of_a_gap_closes_it() {
        for versions in [
            "{ from 2010-01-01 = 1 }",
            "{\n  before 2010-01-01 unknown\n  from 2010-01-01 until 2011-12-31 = 1 // the last\n}",
            "{\n  before 2010-01-01 unknown\n  from 2010-01-01 until 2010-12-31 = 1 // a gap\n  from 2012-01-01 = 2\n}",
            "{ from 2010-01-01 until 2010-12-31 = 1 from 2012-01-01 until 2012-12-31 = 2 }",
        ] {
            let text = format!(
                "parameter p : int {versions}\ndecision d input day_ : date as of day_ {{ output o : int = p }}\n"
            );
            assert!(findings(&text).starts_with("E0601"), "{versions}");
            assert_eq!(fixed(&text), "", "{versions}");
        }
    }
}
