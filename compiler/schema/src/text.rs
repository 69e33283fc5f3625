//! What the texts of a shape are: as sets, as decimals with a range, as dates.

use crate::Decimal;
use crate::amount::{self, decimals, decimals_between};
use crate::model::{Text, TextValue};
use crate::pattern;
use crate::regex::{Id, Regexes, TooLarge};

/// Longest text that is made up as an example.
const LONGEST_EXAMPLE: u64 = 2_000;

/// 0001 to 9999: the calendar has no year 0.
macro_rules! year {
    () => {
        "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
    };
}
macro_rules! date {
    () => {
        concat!(
            "(",
            year!(),
            "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|",
            "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)"
        )
    };
}
macro_rules! time {
    () => {
        "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
    };
}

/// The formats that are understood, each as a pattern; the others say nothing about the text.
const FORMATS: &[(&str, &str)] = &[
    ("date", concat!("^", date!(), "$")),
    ("date-time", concat!("^", date!(), "[Tt]", time!(), "$")),
    ("time", concat!("^", time!(), "$")),
    ("uuid", "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
    ("email", "^[^@\\s]+@[^@\\s]+$"),
    ("uri", "^[A-Za-z][A-Za-z0-9+.\\-]*:[^\\s]*$"),
];

/// A set of texts that a reader takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Readable<'a> {
    /// Decimals with at most `scale` digits after the point.
    Decimal { scale: u32, range: Option<(i128, i128)> },
    /// Days that exist.
    Date,
    /// At most so many characters.
    UpTo(u64),
    /// One of these.
    OneOf(&'a [String]),
}

/// The texts that the lengths, patterns and formats allow; `values` is looked at elsewhere.
fn language(regexes: &mut Regexes, text: &Text) -> Id {
    let mut parts = Vec::new();
    if text.min > 0 || text.max.is_some() {
        let character = regexes.any_character();
        let clip = |length: u64| u32::try_from(length).unwrap_or(u32::MAX);
        parts.push(regexes.repeat(character, clip(text.min), text.max.map(clip)));
    }
    let formats = FORMATS.iter().filter(|(name, _)| text.formats.iter().any(|format| format == name));
    for written in formats.map(|(_, written)| *written).chain(text.patterns.iter().map(String::as_str)) {
        // Patterns that cannot be decided were left out when the schema was read.
        parts.extend(pattern::language(regexes, written));
    }
    regexes.and(parts)
}

/// Whether a text is allowed.
pub(crate) fn allows(text: &Text, value: &str) -> bool {
    let listed = text.values.as_ref().is_none_or(|values| values.iter().any(|it| it.text == value));
    let length = value.chars().count() as u64;
    let fits = length >= text.min && text.max.is_none_or(|max| length <= max);
    if !listed || !fits || (text.patterns.is_empty() && text.formats.is_empty()) {
        return listed && fits;
    }
    let mut regexes = Regexes::default();
    let unbounded = Text { min: 0, max: None, ..text.clone() };
    let language = language(&mut regexes, &unbounded);
    regexes.matches(language, value)
}

/// The listed values that the rest of the shape allows; none where the values are not listed.
pub(crate) fn values(text: &Text) -> Option<Vec<&TextValue>> {
    text.values.as_ref().map(|values| values.iter().filter(|value| allows(text, &value.text)).collect())
}

/// A shortest text; none if there is no text.
pub(crate) fn shortest(text: &Text) -> Result<Option<String>, TooLarge> {
    if let Some(values) = values(text) {
        return Ok(values
            .into_iter()
            .map(|value| value.text.clone())
            .min_by_key(|value| (value.chars().count(), value.clone())));
    }
    if text.patterns.is_empty() && text.formats.is_empty() {
        let possible = text.max.is_none_or(|max| text.min <= max);
        return if possible { filler(text.min).map(Some) } else { Ok(None) };
    }
    let mut regexes = Regexes::default();
    let language = language(&mut regexes, text);
    regexes.shortest(language)
}

fn filler(length: u64) -> Result<String, TooLarge> {
    if length > LONGEST_EXAMPLE {
        Err(TooLarge)
    } else {
        Ok("0".repeat(usize::try_from(length).map_err(|_| TooLarge)?))
    }
}

/// A shortest text of the shape that the reader does not take; none if it takes every one.
pub(crate) fn shortest_outside(text: &Text, readable: Readable<'_>) -> Result<Option<String>, TooLarge> {
    let mut regexes = Regexes::default();
    if let Some(values) = values(text) {
        let taken = taken(&mut regexes, readable);
        let left = values.into_iter().filter(|value| !regexes.matches(taken, &value.text));
        return Ok(left.map(|value| value.text.clone()).min_by_key(|value| (value.chars().count(), value.clone())));
    }
    if let Readable::UpTo(max) = readable {
        if most_characters(text).is_some_and(|most| most <= max) {
            return Ok(None);
        }
        if text.patterns.is_empty() && text.formats.is_empty() {
            return filler(text.min.max(max.saturating_add(1))).map(Some);
        }
    }
    let (language, taken) = (language(&mut regexes, text), taken(&mut regexes, readable));
    let outside = regexes.not(taken);
    let left = regexes.and([language, outside]);
    regexes.shortest(left)
}

/// No text of the shape is longer; none where there is no bound.
pub(crate) fn most_characters(text: &Text) -> Option<u64> {
    if let Some(values) = values(text) {
        return Some(values.iter().map(|value| value.text.chars().count() as u64).max().unwrap_or(0));
    }
    let mut regexes = Regexes::default();
    let language = language(&mut regexes, text);
    regexes.longest(language)
}

/// Whether every text of `a` is one of `b`; false where that cannot be decided.
pub(crate) fn is_within(a: &Text, b: &Text) -> bool {
    if let Some(values) = values(a) {
        return values.iter().all(|value| allows(b, &value.text));
    }
    let mut regexes = Regexes::default();
    let (first, second) = (language(&mut regexes, a), language(&mut regexes, b));
    let second = match values(b) {
        None => second,
        Some(values) => {
            let literals: Vec<Id> = values.iter().map(|value| regexes.literal(&value.text)).collect();
            regexes.or(literals)
        }
    };
    let outside = regexes.not(second);
    let left = regexes.and([first, outside]);
    regexes.shortest(left) == Ok(None)
}

fn taken(regexes: &mut Regexes, readable: Readable<'_>) -> Id {
    match readable {
        Readable::Decimal { scale, range: None } => decimals(regexes, scale),
        Readable::Decimal { scale, range: Some((low, high)) } => decimals_between(regexes, scale, low, high),
        Readable::Date => {
            let written = FORMATS.iter().find(|(name, _)| *name == "date").map_or("", |(_, written)| written);
            pattern::language(regexes, written).unwrap_or_else(|_| regexes.nothing())
        }
        Readable::UpTo(max) => {
            let character = regexes.any_character();
            regexes.repeat(character, 0, Some(u32::try_from(max).unwrap_or(u32::MAX)))
        }
        Readable::OneOf(codes) => {
            let literals: Vec<Id> = codes.iter().map(|code| regexes.literal(code)).collect();
            regexes.or(literals)
        }
    }
}

/// The lowest and highest value, as whole numbers of `10^-scale`, of a shape whose texts are all decimals with at most so many digits;
/// none where they are not, or where there is no bound.
pub(crate) fn range(text: &Text, scale: u32) -> Option<(i128, i128)> {
    if shortest_outside(text, Readable::Decimal { scale, range: None }) != Ok(None) {
        return None;
    }
    if let Some(values) = values(text) {
        let numbers: Vec<i128> =
            values.iter().map(|value| Decimal::parse(&value.text)?.floor_at(scale)).collect::<Option<_>>()?;
        return Some((*numbers.iter().min()?, *numbers.iter().max()?));
    }
    let mut regexes = Regexes::default();
    let language = language(&mut regexes, text);
    amount::extremes(&mut regexes, language, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(pattern: &str) -> Text {
        Text { patterns: vec![pattern.into()], ..Text::default() }
    }

    fn format(name: &str) -> Text {
        Text { formats: vec![name.into()], ..Text::default() }
    }

    #[test]
    fn ranges_of_amounts() {
        for (written, scale, expected) in [
            ("^-?(0|[1-9][0-9]{0,9})\\.[0-9]{2}$", 2, Some((-999_999_999_999, 999_999_999_999))),
            ("^(0|[1-9][0-9]{0,9})\\.[0-9]{2}$", 2, Some((0, 999_999_999_999))),
            ("^(0|[1-9][0-9]{0,9})\\.[0-9]{2}$", 4, Some((0, 99_999_999_999_900))),
            ("^[1-9][0-9]$", 0, Some((10, 99))),
            ("^0?[1-9][0-9]$", 0, None),
            ("^[1-9][0-9](\\.[0-9]00)?$", 1, Some((100, 999))),
            ("^-[1-9](\\.5)?$", 1, Some((-95, -10))),
            ("^(0\\.[0-9]{1,4}|1)$", 4, Some((0, 10_000))),
            ("^[0-9]$", 0, Some((0, 9))),
            ("^[1-9][0-9]*$", 0, None),
            ("^[0-9]\\.[0-9]{3}$", 2, None),
            ("^[a-z]$", 2, None),
            ("^[1-9]{40}$", 2, None),
        ] {
            assert_eq!(range(&pattern(written), scale), expected, "{written}");
        }
    }

    #[test]
    fn amounts_outside_a_range_have_a_shortest_example() {
        let text = pattern("^-?(0|[1-9][0-9]{0,7})\\.[0-9]{2}$");
        for (low, high, expected) in [
            (-9_999_999_999, 9_999_999_999, None),
            (0, 9_999_999_999, Some("-0.01")),
            (-9_999_999_999, 10_000, Some("100.01")),
            (-9_999_999_999, 9_999, Some("100.00")),
            (-505, 9_999_999_999, Some("-5.06")),
            (1, 9_999_999_999, Some("0.00")),
        ] {
            let found = shortest_outside(&text, Readable::Decimal { scale: 2, range: Some((low, high)) }).unwrap();
            assert_eq!(found.as_deref().map(|it| it.len()), expected.map(str::len), "{found:?} for {low}..{high}");
        }
    }

    #[test]
    fn dates_and_lengths() {
        assert_eq!(shortest_outside(&format("date"), Readable::Date), Ok(None));
        assert_eq!(
            shortest_outside(&pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), Readable::Date),
            Ok(Some("0000-00-00".into()))
        );
        for (day, exists) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("1900-02-29", false),
            ("2000-02-29", true),
            ("0000-02-29", false),
            ("0004-02-29", true),
            ("2024-04-31", false),
        ] {
            assert_eq!(allows(&format("date"), day), exists, "{day}");
        }
        assert_eq!(most_characters(&format("date")), Some(10));
        assert_eq!(most_characters(&pattern("^a{2,5}|b$")), None);
        assert_eq!(shortest_outside(&pattern("^[0-9]{18}$"), Readable::UpTo(18)), Ok(None));
        assert_eq!(shortest_outside(&Text::default(), Readable::UpTo(3)), Ok(Some("0000".into())));
        assert!(is_within(&pattern("^[0-5]$"), &pattern("^[0-9]{1,2}$")));
        assert!(!is_within(&pattern("^[0-9]{1,2}$"), &pattern("^[0-5]$")));
    }
}
