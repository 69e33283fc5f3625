//! Enums, records, tables and calendars, and the types made of them.

use super::choices::Choices;
use super::{facts, labels};
use crate::{
    Calendar, Case, Cite, Encoding, Enum, EnumId, Field, NumberKind, NumberType, Pattern, Program, Record, RecordId,
    Row, Source, Table, Type, Value, Version,
};

pub(super) fn program(choices: &mut Choices<'_>) -> Program {
    let source = Source {
        name: "law".into(),
        kind: "law".into(),
        title: labels("规定 \"暂行\"\\"),
        number: "第1号\n".into(),
        since: Some(0),
    };
    let exceptions = (0..choices.below(6)).map(|_| (choices.day(), choices.one_in(2))).collect();
    let calendar = Calendar { name: "c".into(), exceptions, years: vec![2024, 2025] };
    let (sources, calendars) = (vec![source], vec![calendar]);
    let mut program =
        Program { policy: "random".into(), title: labels("随机"), sources, calendars, ..Program::default() };
    program.enums = [2, 3].into_iter().enumerate().map(|(n, cases)| enumeration(n, cases)).collect();
    for n in 0..2 {
        let fields = (0..1 + choices.below(4)).map(|k| {
            let ty = field_type(choices, &program);
            field(choices, &format!("f{k}"), ty)
        });
        let fields = fields.collect();
        let (name, labels) = (format!("R{n}"), labels(""));
        program.records.push(Record { name, labels, schema: String::new(), issuer: "机关".into(), fields });
    }
    for n in 0..3 {
        let table = table(choices, &program, n);
        program.tables.push(table);
    }
    program
}

fn enumeration(n: usize, cases: usize) -> Enum {
    let case = |k| Case { name: format!("c{n}{k}"), code: format!("{n}-{k}"), labels: labels("情形") };
    Enum { name: format!("E{n}"), labels: labels("枚举"), cases: (0..cases).map(case).collect() }
}

pub(super) fn field(choices: &mut Choices<'_>, name: &str, ty: Type) -> Field {
    let money = ty.number().is_some_and(|number| number.kind == NumberKind::Money && number.scale == 2);
    let encoding = if money && choices.one_in(2) { Encoding::Fen } else { Encoding::Standard };
    let path = if choices.one_in(4) { vec!["nested".into(), name.into()] } else { vec![name.into()] };
    let (schema, issuer) = (String::new(), String::new());
    let private = choices.one_in(4);
    Field { name: name.into(), labels: labels("字段"), path, ty, encoding, private, schema, issuer }
}

pub(super) fn cites(choices: &mut Choices<'_>) -> Vec<Cite> {
    let cite = |n: usize| Cite { source: 0, parts: vec![("art".into(), (n + 1).to_string())] };
    (0..choices.below(3)).map(cite).collect()
}

pub(super) fn number_type(choices: &mut Choices<'_>) -> NumberType {
    let (kind, scale) = *choices
        .pick(&[
            (NumberKind::Int, 0),
            (NumberKind::Money, 2),
            (NumberKind::Rate, 4),
            (NumberKind::Decimal, 1),
            (NumberKind::Decimal, 0),
        ])
        .unwrap_or(&(NumberKind::Int, 0));
    let limit = *choices.pick(&[100, 3, 1_000_000, 1_000_000_000_000]).unwrap_or(&100);
    let lo = if choices.one_in(3) { -limit } else { 0 };
    NumberType { kind, scale, lo, hi: limit }
}

pub(super) fn scalar_type(choices: &mut Choices<'_>, program: &Program) -> Type {
    match choices.below(6) {
        0 => Type::Bool,
        1 => Type::Date,
        2 => Type::Text { max: [12, 0, 3].get(choices.below(3)).copied().unwrap_or(3) },
        3 => Type::Enum(EnumId(choices.below(program.enums.len()) as u32)),
        _ => Type::Number(number_type(choices)),
    }
}

fn field_type(choices: &mut Choices<'_>, program: &Program) -> Type {
    match choices.below(8) {
        0 => Type::Optional(Box::new(scalar_type(choices, program))),
        1 => Type::List { element: Box::new(scalar_type(choices, program)), max: choices.below(4) as u32 },
        2 if !program.records.is_empty() => Type::Record(RecordId(0)),
        3 if !program.records.is_empty() => Type::Optional(Box::new(Type::Record(RecordId(0)))),
        _ => scalar_type(choices, program),
    }
}

pub(super) fn input_type(choices: &mut Choices<'_>, program: &Program) -> Type {
    let record = Type::Record(RecordId(choices.below(program.records.len()) as u32));
    match choices.below(8) {
        0 => record,
        1 => Type::List { element: Box::new(record), max: choices.below(4) as u32 },
        2 => Type::Optional(Box::new(record)),
        _ => field_type(choices, program),
    }
}

/// Table 0 has no dates, the others have.
fn table(choices: &mut Choices<'_>, program: &Program, n: usize) -> Table {
    let dated = n > 0;
    let keys: Vec<Type> = (0..choices.below(3)).map(|_| scalar_type(choices, program)).collect();
    let ty = match choices.below(4) {
        0 => Type::Optional(Box::new(scalar_type(choices, program))),
        _ => scalar_type(choices, program),
    };
    let ends: Vec<(i64, i64)> = match (dated, choices.below(3)) {
        (false, _) => vec![(i64::MIN, i64::MAX)],
        (true, 0) => vec![(i64::MIN, 19_000), (19_001, i64::MAX)],
        (true, 1) => vec![(18_500, 19_000), (19_001, 20_000)],
        _ => vec![(18_500, 19_000), (19_500, i64::MAX)],
    };
    let versions = ends.into_iter().map(|(from, until)| {
        let rows = (!(dated && choices.one_in(4))).then(|| rows(choices, program, &keys, &ty));
        Version { from, until, cites: cites(choices), rows }
    });
    let versions = versions.collect();
    Table { name: format!("t{n}"), labels: labels("表"), dated, keys, ty, versions }
}

fn rows(choices: &mut Choices<'_>, program: &Program, keys: &[Type], ty: &Type) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..choices.below(4))
        .map(|_| {
            let patterns = keys.iter().map(|key| pattern(choices, program, key)).collect();
            Row { patterns, value: facts::value(choices, program, ty), cites: cites(choices) }
        })
        .collect();
    // Tables are complete, as the checker sees to: only a version that is unknown, or a day without one, is a fault.
    let patterns = keys.iter().map(|_| Pattern::Any).collect();
    rows.push(Row { patterns, value: facts::value(choices, program, ty), cites: vec![] });
    rows
}

fn pattern(choices: &mut Choices<'_>, program: &Program, key: &Type) -> Pattern {
    let number = |value: Value| match value {
        Value::Number(n) => Some(n),
        Value::Date(day) => Some(day.into()),
        _ => None,
    };
    match choices.below(4) {
        0 => Pattern::Any,
        1 if matches!(key, Type::Number(_) | Type::Date) => {
            let (a, b) = (facts::value(choices, program, key), facts::value(choices, program, key));
            let open = choices.below(3);
            let (lo, hi) = (number(a.clone().min(b.clone())), number(a.max(b)));
            Pattern::Range(lo.filter(|_| open != 1), hi.filter(|_| open != 2))
        }
        2 => {
            let one = Pattern::OneOf(vec![facts::value(choices, program, key)]);
            let other = Pattern::OneOf(vec![facts::value(choices, program, key)]);
            Pattern::Either(vec![one, other])
        }
        _ => Pattern::OneOf((0..1 + choices.below(2)).map(|_| facts::value(choices, program, key)).collect()),
    }
}
