//! Days and values as an author writes them.

use super::space::{Atom, Region, Set, Space};
use enact_ir::calendar::{Civil, civil_from_days, days_from_civil};
use enact_ir::{Decision, EnumId, Expr, ExprKind, Fact, Facts, NumberKind, NumberType, Program, RecordId, Type, Value};
use enact_syntax::Keyword;
use enact_syntax::ast::DateLit;
use std::collections::BTreeSet;

/// The number of a written day, counted from 1970-01-01.
pub(crate) fn day_number(date: &DateLit) -> i64 {
    days_from_civil(Civil { year: date.year, month: date.month, day: date.day })
}

/// A day as written, `2024-02-29`.
pub(crate) fn day(number: i64) -> String {
    let Civil { year, month, day } = civil_from_days(number);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A value as a literal of the source.
pub(crate) fn value(program: &Program, ty: &Type, value: &Value) -> String {
    match (ty.inner(), value) {
        (_, Value::Bool(truth)) => if *truth { "yes" } else { "no" }.to_owned(),
        (Type::Number(number), Value::Number(n)) => self::number(number, *n),
        (_, Value::Number(n)) => n.to_string(),
        (_, Value::Date(number)) => day(*number),
        (_, Value::Text(text)) => format!("{text:?}"),
        (Type::Enum(id), Value::Enum(place)) => case(program, *id, *place),
        (_, Value::Enum(place)) => format!("case {place}"),
        (_, Value::Absent) => "absent".to_owned(),
        (Type::List { element, .. }, Value::List(elements)) => {
            format!("[{}]", elements.iter().map(|it| self::value(program, element, it)).collect::<Vec<_>>().join(", "))
        }
        (Type::Record(id), Value::Record(fields)) => {
            let declared = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            let part = |(field, part): (&enact_ir::Field, &Value)| {
                format!("{}: {}", field.name, self::value(program, &field.ty, part))
            };
            format!("{{ {} }}", declared.iter().zip(fields).map(part).collect::<Vec<_>>().join(", "))
        }
        (_, Value::List(_)) => "[…]".to_owned(),
        (_, Value::Record(_)) => "{ … }".to_owned(),
    }
}

/// The name of a case, as it can be written where the enum is expected.
pub(crate) fn case(program: &Program, id: EnumId, place: u32) -> String {
    let case = program.enum_of(id).and_then(|it| it.cases.get(place as usize));
    case.map_or_else(|| format!("case {place}"), |case| name(&case.name))
}

/// A name, in backticks where it needs them: a keyword, or not a word.
pub(crate) fn name(text: &str) -> String {
    let begins = text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
    let word = begins && text.chars().all(|it| it.is_alphanumeric() || it == '_');
    if word && Keyword::of(text).is_none() { text.to_owned() } else { format!("`{text}`") }
}

/// A number with its unit: `1_800 yuan` without the grouping, `85%`, `3.5`.
pub(crate) fn number(ty: &NumberType, n: i128) -> String {
    match ty.kind {
        NumberKind::Int | NumberKind::Decimal => decimal(n, ty.scale),
        NumberKind::Money => format!("{} yuan", decimal(n, ty.scale)),
        NumberKind::Rate => match ty.scale.checked_sub(2) {
            Some(places) => format!("{}%", decimal(n, places)),
            None => format!("{}%", decimal(n.saturating_mul(if ty.scale == 0 { 100 } else { 10 }), 0)),
        },
    }
}

/// `n / 10^scale` without zeros at the end.
pub(crate) fn decimal(n: i128, scale: u8) -> String {
    let digits = format!("{:0width$}", n.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    let part = part.trim_end_matches('0');
    let sign = if n < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A set of atoms as a pattern: `employee or retiree`, `60 .. 64`, `>= 65`, `_`.
pub(crate) fn pattern(program: &Program, ty: &Type, atoms: &[Atom], set: &Set) -> String {
    if set.as_slice() == [(0, atoms.len())] || atoms.is_empty() {
        return "_".to_owned();
    }
    let ends = (atoms.iter().find(|it| !is_absent(it)), atoms.last());
    let mut parts = Vec::new();
    for (start, end) in set {
        let run = atoms.get(*start..*end).unwrap_or_default();
        let numbers: Vec<&Atom> = run.iter().filter(|it| matches!(it, Atom::Numbers(..) | Atom::Dates(..))).collect();
        parts.extend(run.iter().filter_map(|atom| match atom {
            Atom::One(one) => Some(value(program, ty, one)),
            Atom::OtherText(_) | Atom::Opaque => Some("_".to_owned()),
            Atom::Numbers(..) | Atom::Dates(..) => None,
        }));
        if let (Some(first), Some(last)) = (numbers.first(), numbers.last()) {
            parts.push(run_pattern(program, ty, (first, last), (ends.0 == Some(*first), ends.1 == Some(*last))));
        }
    }
    parts.join(" or ")
}

fn run_pattern(
    program: &Program,
    ty: &Type,
    (first, last): (&Atom, &Atom),
    (from_start, to_end): (bool, bool),
) -> String {
    let edges = match (first, last) {
        (Atom::Numbers(lo, _), Atom::Numbers(_, hi)) => Some((Value::Number(*lo), Value::Number(*hi))),
        (Atom::Dates(lo, _), Atom::Dates(_, hi)) => Some((Value::Date(*lo), Value::Date(*hi))),
        _ => None,
    };
    let Some((lo, hi)) = edges else { return "_".to_owned() };
    let text = |edge: &Value| value(program, ty, edge);
    match (from_start, to_end) {
        _ if lo == hi => text(&lo),
        (true, false) => format!("<= {}", text(&hi)),
        (false, true) => format!(">= {}", text(&lo)),
        _ => format!("{} .. {}", text(&lo), text(&hi)),
    }
}

fn is_absent(atom: &Atom) -> bool {
    *atom == Atom::One(Value::Absent)
}

/// The patterns of a region, one a key.
pub(crate) fn patterns(program: &Program, keys: &[Type], space: &Space, region: &Region) -> Vec<String> {
    keys.iter().zip(region).enumerate().map(|(n, (ty, set))| pattern(program, ty, space.atoms(n), set)).collect()
}

/// An example of a region: `category = retiree, level = third`.
pub(crate) fn example(program: &Program, keys: &[(String, Type)], space: &Space, region: &Region) -> String {
    let part =
        |((key, ty), it): (&(String, Type), Option<Value>)| Some(format!("{key} = {}", value(program, ty, &it?)));
    keys.iter().zip(space.example(region)).filter_map(part).collect::<Vec<_>>().join(", ")
}

/// What is known of the inputs as far as the expressions read them: `person.age = 16, person.category = retiree`.
pub(crate) fn facts(program: &Program, decision: &Decision, facts: &Facts, read_by: &[&Expr]) -> String {
    let read = reads(decision, read_by);
    let mut parts = Vec::new();
    for ((n, input), fact) in (0..).zip(&decision.inputs).zip(&facts.inputs) {
        fact_parts(program, (&input.name, &[n]), &input.ty, fact, &read, &mut parts);
    }
    if parts.is_empty() { "every input".to_owned() } else { parts.join(", ") }
}

/// A part of an input: its name, and the places of the input and of the fields that lead to it.
type Path<'a> = (&'a str, &'a [u32]);

/// The depth of the recursion is that of the type, which is finite.
fn fact_parts(
    program: &Program,
    path: Path<'_>,
    ty: &Type,
    fact: &Fact,
    read: &BTreeSet<Vec<u32>>,
    parts: &mut Vec<String>,
) {
    let (name, steps) = path;
    let fields = |id: &RecordId| program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
    let whole = read.iter().any(|it| steps.starts_with(it));
    if !whole && !read.iter().any(|it| it.starts_with(steps)) {
        return;
    }
    let mut each = |id: &RecordId, facts: &[Fact]| {
        for ((n, field), fact) in (0..).zip(fields(id)).zip(facts) {
            let steps: Vec<u32> = steps.iter().copied().chain([n]).collect();
            fact_parts(program, (&format!("{name}.{}", field.name), &steps), &field.ty, fact, read, parts);
        }
    };
    match (fact, ty.inner()) {
        (Fact::Known(Value::Record(values)), Type::Record(id)) => {
            each(id, &values.iter().cloned().map(Fact::Known).collect::<Vec<_>>());
        }
        (Fact::Record(known), Type::Record(id)) => each(id, known),
        (Fact::Known(known), _) => parts.push(format!("{name} = {}", value(program, ty, known))),
        (Fact::Missing | Fact::Record(_) | Fact::List(_), _) => {}
    }
}

/// The parts of the inputs that expressions read, through the bindings that they use.
fn reads(decision: &Decision, exprs: &[&Expr]) -> BTreeSet<Vec<u32>> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Expr> = exprs.to_vec();
    let mut bindings: Vec<&enact_ir::Binding> = decision.bindings.iter().collect();
    while let Some(expr) = open.pop() {
        if let Some(path) = input_path(decision, expr) {
            found.insert(path);
            continue;
        }
        if let ExprKind::Local(local) = &expr.kind {
            let used = |it: &&enact_ir::Binding| it.local == *local;
            open.extend(bindings.iter().copied().filter(used).map(|it| &it.value));
            bindings.retain(|it| !used(it));
        }
        open.extend(expr.parts());
    }
    found
}

/// The input and the fields of an expression such as `person.age`, seen through `Get`.
fn input_path(decision: &Decision, expr: &Expr) -> Option<Vec<u32>> {
    let mut fields = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Field(record, field) => {
                fields.push(*field);
                expr = record;
            }
            ExprKind::Op(enact_ir::Op::Get, args) => expr = args.first()?,
            ExprKind::Local(local) if (local.0 as usize) < decision.inputs.len() => {
                fields.push(local.0);
                fields.reverse();
                return Some(fields);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_they_are_written() {
        let number = |kind, scale, n| super::number(&NumberType { kind, scale, lo: n, hi: n }, n);
        for (kind, scale, n, expected) in [
            (NumberKind::Int, 0, -12, "-12"),
            (NumberKind::Decimal, 2, 5, "0.05"),
            (NumberKind::Decimal, 2, -350, "-3.5"),
            (NumberKind::Money, 2, 180_000, "1800 yuan"),
            (NumberKind::Money, 2, 1, "0.01 yuan"),
            (NumberKind::Rate, 0, 1, "100%"),
            (NumberKind::Rate, 1, 5, "50%"),
            (NumberKind::Rate, 2, 87, "87%"),
            (NumberKind::Rate, 4, 8750, "87.5%"),
            (NumberKind::Decimal, 1, i128::MIN, "-17014118346046923173168730371588410572.8"),
        ] {
            assert_eq!(number(kind, scale, n), expected);
        }
    }

    #[test]
    fn a_set_of_numbers_is_shown_as_a_pattern() {
        let ty = Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo: 0, hi: 99 });
        let atoms = [Atom::Numbers(0, 9), Atom::Numbers(10, 19), Atom::Numbers(20, 20), Atom::Numbers(21, 99)];
        for (set, expected) in [
            (vec![(0, 4)], "_"),
            (vec![(0, 1)], "<= 9"),
            (vec![(1, 3)], "10 .. 20"),
            (vec![(2, 3)], "20"),
            (vec![(2, 4)], ">= 20"),
            (vec![(0, 1), (2, 3)], "<= 9 or 20"),
        ] {
            assert_eq!(pattern(&Program::default(), &ty, &atoms, &set), expected);
        }
        let optional = Type::Optional(Box::new(ty));
        let atoms = [Atom::One(Value::Absent), Atom::Numbers(0, 9), Atom::Numbers(10, 99)];
        for (set, expected) in [(vec![(0, 1)], "absent"), (vec![(0, 2)], "absent or <= 9"), (vec![(2, 3)], ">= 10")] {
            assert_eq!(pattern(&Program::default(), &optional, &atoms, &set), expected);
        }
    }

    #[test]
    fn a_name_that_is_no_word_stands_in_backticks() {
        for (text, expected) in [
            ("retiree", "retiree"),
            ("退休", "退休"),
            ("R2.4", "`R2.4`"),
            ("2x", "`2x`"),
            ("first", "`first`"),
            ("要求", "`要求`"),
            ("", "``"),
        ] {
            assert_eq!(name(text), expected);
        }
    }
}
