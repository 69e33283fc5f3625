//! Simpler values, while something goes on being so.

use super::Sample;
use super::author::{Author, PLAIN_DAY};
use crate::{Type, Value, calendar};

/// Samples that are looked at.
const MOST: usize = 2_000;

impl Author<'_> {
    /// A sample of which `fails` is still true, and of which it is true for no simpler value at any one place, as far as could be tried.
    pub(super) fn shrink(&self, sample: Sample, fails: &mut dyn FnMut(&[Value]) -> bool) -> Sample {
        let mut least = sample;
        let mut left = MOST;
        loop {
            let before = least.clone();
            let mut place = 0;
            // The places change while values are taken away.
            while let Some(spot) = self.spots(&least).get(place) {
                let found = spot.get(&least).and_then(|now| {
                    let simpler =
                        simpler(spot.ty, now).into_iter().filter(|it| weight(spot.ty, it) < weight(spot.ty, now));
                    simpler.map(|value| spot.with(&least, value)).find(|sample| {
                        left = left.saturating_sub(1);
                        left > 0 && fails(sample)
                    })
                });
                match found {
                    Some(sample) => least = sample,
                    None => place += 1,
                }
            }
            if let Some(sample) = self.days_moved(&least).filter(|sample| left > 0 && fails(sample)) {
                least = sample;
            }
            if left == 0 || least == before {
                return least;
            }
        }
    }

    /// All days moved alike, so that the first of them is the plainest day.
    fn days_moved(&self, sample: &[Value]) -> Option<Sample> {
        let spots: Vec<_> = self.spots(sample).into_iter().filter(|spot| *spot.ty == Type::Date).collect();
        let day = |spot: &super::spots::Spot<'_>| match spot.get(sample) {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        };
        let by = PLAIN_DAY - spots.iter().find_map(day)?;
        let moved = spots.iter().try_fold(sample.to_vec(), |moved, spot| {
            let day = day(spot)? + by;
            (calendar::FIRST..=calendar::LAST).contains(&day).then(|| spot.with(&moved, Value::Date(day)))
        });
        moved.filter(|_| by != 0)
    }
}

/// How far a value of a place is from the simplest one.
fn weight(ty: &Type, value: &Value) -> u128 {
    match (ty, value) {
        (_, Value::Absent) => 0,
        (Type::Optional(inner), value) => weight(inner, value).saturating_add(1),
        (_, Value::Bool(truth)) => u128::from(*truth),
        (_, Value::Enum(case)) => u128::from(*case),
        (_, Value::Date(day)) => day.abs_diff(PLAIN_DAY).into(),
        (ty, Value::Number(n)) => n.abs_diff(simplest(ty)),
        (_, Value::Text(text)) => {
            text.chars().fold(0_u128, |sum, c| sum.saturating_add(1 << 32).saturating_add(plainness(c)))
        }
        (_, Value::List(parts) | Value::Record(parts)) => parts.len() as u128,
    }
}

fn plainness(c: char) -> u128 {
    u128::from(u32::from(c)).abs_diff(u128::from(b'0'))
}

fn simplest(ty: &Type) -> i128 {
    ty.number().map_or(0, |number| 0_i128.clamp(number.lo, number.hi))
}

/// Values that may be simpler, the simplest first.
fn simpler(ty: &Type, value: &Value) -> Vec<Value> {
    match (ty, value) {
        (_, Value::Absent) => Vec::new(),
        (Type::Optional(_), _) => vec![Value::Absent],
        (_, Value::Bool(_)) => vec![Value::Bool(false)],
        (_, Value::Enum(case)) => (0..*case).map(Value::Enum).collect(),
        (_, Value::Date(day)) => {
            let nearer = nearer((*day).into(), PLAIN_DAY.into(), 0);
            nearer.into_iter().filter_map(|day| i64::try_from(day).ok()).map(Value::Date).collect()
        }
        (Type::Number(number), Value::Number(n)) => {
            let nearer = nearer(*n, simplest(ty), number.scale).into_iter();
            nearer.filter(|n| (number.lo..=number.hi).contains(n)).map(Value::Number).collect()
        }
        (_, Value::Text(text)) => {
            let length = text.chars().count();
            let start = |n: usize| text.chars().take(n).collect::<String>();
            let all = [0, length / 2, length.saturating_sub(1)].map(start).into_iter();
            let plain = (0..length).map(|place| {
                text.chars().enumerate().map(|(n, c)| if n == place { '0' } else { c }).collect::<String>()
            });
            all.chain(["0".repeat(length)]).chain(plain).map(Value::Text).collect()
        }
        (_, Value::List(parts)) => {
            let without =
                |n: usize| parts.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, it)| it.clone()).collect();
            [Vec::new()].into_iter().chain((0..parts.len()).map(without)).map(Value::List).collect()
        }
        _ => Vec::new(),
    }
}

/// Numbers between two: the further one, what lies halfway and nearer to the first, and without its last digits.
fn nearer(n: i128, to: i128, digits: u8) -> Vec<i128> {
    let mut found = vec![to];
    let mut by = n.saturating_sub(to) / 2;
    while by != 0 {
        found.push(n - by);
        by /= 2;
    }
    let units = (1..=u32::from(digits)).rev().filter_map(|k| 10_i128.checked_pow(k));
    found.extend(units.map(|unit| n - n % unit));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NumberKind, NumberType};

    #[test]
    fn simpler_numbers_are_of_the_type() {
        for (lo, hi, n) in [(110, 999, 199), (-999, -110, -199), (0, 10_000, 4_567), (-500, 500, -321), (7, 7, 7)] {
            let ty = Type::Number(NumberType { kind: NumberKind::Money, scale: 2, lo, hi });
            for value in simpler(&ty, &Value::Number(n)) {
                assert!(matches!(value, Value::Number(n) if (lo..=hi).contains(&n)), "{value:?} for {lo} .. {hi}");
            }
        }
    }

    #[test]
    fn a_text_gets_shorter_or_plainer() {
        let ty = Type::Text { max: 9 };
        let value = Value::Text("a1".into());
        let all = simpler(&ty, &value).into_iter().filter(|it| weight(&ty, it) < weight(&ty, &value));
        let texts = ["", "a", "a", "00", "01", "a0"].map(|text| Value::Text(text.into()));
        assert_eq!(all.collect::<Vec<_>>(), texts);
    }
}
