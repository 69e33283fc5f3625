//! The space of keys against brute force on small domains.

use super::*;

/// A small generator of numbers, so that the cases are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn domains() -> Vec<(Domain, Vec<Value>)> {
    let numbers: Vec<Value> = (0..6).map(Value::Number).collect();
    let days: Vec<Value> = (10..14).map(Value::Date).collect();
    let cases: Vec<Value> = (0..3).map(Value::Enum).collect();
    let truth = vec![Value::Bool(true), Value::Bool(false)];
    let texts: Vec<Value> = ["甲", "乙", "z"].map(|text| Value::Text(text.into())).to_vec();
    let maybe = |inner: &Vec<Value>| std::iter::once(Value::Absent).chain(inner.clone()).collect();
    vec![
        (Domain::Numbers(0, 5), numbers.clone()),
        (Domain::Dates(10, 13), days),
        (Domain::Finite(cases.clone()), cases.clone()),
        (Domain::Finite(truth.clone()), truth),
        (Domain::Text, texts),
        (Domain::Optional(Box::new(Domain::Numbers(0, 5))), maybe(&numbers)),
        (Domain::Optional(Box::new(Domain::Finite(cases.clone()))), maybe(&cases)),
    ]
}

fn pattern(dice: &mut Dice, values: &[Value], depth: u64) -> Pattern {
    let pick = |dice: &mut Dice| values[dice.roll(values.len() as u64) as usize].clone();
    let number = |value: &Value| whole(value);
    match dice.roll(if depth == 0 { 3 } else { 5 }) {
        0 => Pattern::Any,
        // "z" is the text that stands for all others: no pattern lists it.
        1 | 2 => Pattern::OneOf(
            (0..=dice.roll(2)).map(|_| pick(dice)).filter(|value| *value != Value::Text("z".into())).collect(),
        ),
        3 => match (number(&pick(dice)), number(&pick(dice))) {
            (Some(a), Some(b)) => {
                [Pattern::Range(Some(a), Some(b)), Pattern::Range(None, Some(b)), Pattern::Range(Some(a), None)]
                    [dice.roll(3) as usize]
                    .clone()
            }
            _ => Pattern::Any,
        },
        _ => Pattern::Either(vec![pattern(dice, values, 0), pattern(dice, values, 0)]),
    }
}

fn matches(pattern: &Pattern, value: &Value) -> bool {
    match pattern {
        Pattern::Any => true,
        Pattern::OneOf(values) => values.contains(value),
        Pattern::Range(low, high) => {
            whole(value).is_some_and(|n| low.is_none_or(|low| low <= n) && high.is_none_or(|high| n <= high))
        }
        Pattern::Either(parts) => parts.iter().any(|part| matches(part, value)),
    }
}

fn product(domains: &[&Vec<Value>]) -> Vec<Vec<Value>> {
    domains.iter().fold(vec![vec![]], |points, values| {
        points
            .iter()
            .flat_map(|point| values.iter().map(|value| [point.clone(), vec![value.clone()]].concat()))
            .collect()
    })
}

fn hits(row: &[Pattern], point: &[Value]) -> bool {
    row.iter().zip(point).all(|(pattern, value)| matches(pattern, value))
}

#[test]
fn agrees_with_brute_force() {
    let all = domains();
    let mut dice = Dice(7);
    let mut seen = [0; 4];
    for _ in 0..4000 {
        let keys: Vec<&(Domain, Vec<Value>)> =
            (0..1 + dice.roll(3)).map(|_| &all[dice.roll(all.len() as u64) as usize]).collect();
        let rows: Vec<Vec<Pattern>> =
            (0..dice.roll(7)).map(|_| keys.iter().map(|(_, values)| pattern(&mut dice, values, 1)).collect()).collect();
        let points = product(&keys.iter().map(|(_, values)| values).collect::<Vec<_>>());
        let space = Space::new(&keys.iter().map(|(domain, _)| domain.clone()).collect::<Vec<_>>(), &rows);

        let hole = space.hole().unwrap();
        let bare = points.iter().any(|point| !rows.iter().any(|row| hits(row, point)));
        assert_eq!(hole.is_some(), bare, "{rows:?}");
        if let Some(region) = hole {
            seen[0] += 1;
            let example: Vec<Value> = space.example(&region).into_iter().flatten().collect();
            assert!(points.contains(&example) && !rows.iter().any(|row| hits(row, &example)), "{example:?} {rows:?}");
        } else {
            seen[1] += 1;
        }

        let dead: Vec<usize> = space.unreachable().unwrap().into_iter().map(|it| it.row).collect();
        let reached = |n: usize| points.iter().any(|point| rows.iter().position(|row| hits(row, point)) == Some(n));
        let expected: Vec<usize> = (0..rows.len()).filter(|n| !reached(*n)).collect();
        assert_eq!(dead, expected, "{rows:?}");
        seen[2] += dead.len();

        let conflicts = space.conflicts(&|a, b| (a + b) % 3 != 0);
        let together = |a: usize, b: usize| points.iter().any(|point| hits(&rows[a], point) && hits(&rows[b], point));
        let expected: Vec<(usize, usize)> = (0..rows.len())
            .filter_map(|b| (0..b).find(|a| (a + b) % 3 != 0 && together(*a, b)).map(|a| (a, b)))
            .collect();
        assert_eq!(conflicts.iter().map(|it| (it.first, it.second)).collect::<Vec<_>>(), expected, "{rows:?}");
        for it in conflicts {
            seen[3] += 1;
            let example: Vec<Value> = space.example(&it.region).into_iter().flatten().collect();
            assert!(hits(&rows[it.first], &example) && hits(&rows[it.second], &example));
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "every kind of answer occurs: {seen:?}");
}

#[test]
fn a_reference_table_of_thousands_of_rows_is_quick() {
    let row = |n: i128| vec![Pattern::OneOf(vec![Value::Text(n.to_string())]), Pattern::Range(Some(n), Some(n + 40))];
    let rows: Vec<Vec<Pattern>> = (0..5000).map(row).chain([vec![Pattern::Any, Pattern::Any]]).collect();
    let space = Space::new(&[Domain::Text, Domain::Numbers(0, i128::MAX)], &rows);
    assert_eq!(space.hole(), Ok(None));
    assert_eq!(space.conflicts(&|_, b| b < 5000), vec![]);
}

#[test]
fn ends_of_the_numbers_do_not_overflow() {
    let rows = [vec![Pattern::Range(None, Some(i128::MAX))], vec![Pattern::OneOf(vec![Value::Number(i128::MIN)])]];
    let space = Space::new(&[Domain::Numbers(i128::MIN, i128::MAX)], &rows);
    assert_eq!(space.hole(), Ok(None));
    assert_eq!(space.unreachable().unwrap(), vec![Unreachable { row: 1, covered_by: vec![0] }]);
}

/// Rows that each tie three of many truths: whether they cover everything is a hard question in general.
fn intricate(rows: usize) -> Space {
    let mut dice = Dice(1);
    let keys = vec![Domain::Finite(vec![Value::Bool(true), Value::Bool(false)]); 60];
    let row = |dice: &mut Dice| {
        let mut patterns = vec![Pattern::Any; keys.len()];
        for _ in 0..3 {
            patterns[dice.roll(60) as usize] = Pattern::OneOf(vec![Value::Bool(dice.roll(2) == 0)]);
        }
        patterns
    };
    let rows: Vec<Vec<Pattern>> = (0..rows).map(|_| row(&mut dice)).collect();
    Space::new(&keys, &rows)
}

#[test]
fn too_many_regions_are_refused_and_not_looked_through() {
    assert_eq!(intricate(290).hole(), Err(TooLarge));
    assert!(matches!(intricate(60).hole(), Ok(Some(_))));
}
