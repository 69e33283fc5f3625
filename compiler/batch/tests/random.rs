//! Random programs on random rows: a batch says what the interpreter says, row by row.

use crate::service::batch;
use crate::support::{Run, cell};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::Int32Type;
use enact_batch::{Decider, output_column};
use enact_ir::samples::fact_json;
use enact_ir::testing::{DECISION, Sample, sample};
use enact_ir::{Encoding, Fact, Facts, Field, NumberKind, Outcome, Program, Type, Value, decimal, interp, value_json};
use std::sync::Arc;

/// Choices without an end.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn choices(&mut self, count: usize) -> Vec<u32> {
        (0..count).map(|_| u32::try_from(self.roll(1 << 31)).unwrap()).collect()
    }
}

/// One row's values of a leaf, with its type and encoding.
struct Leaf {
    path: String,
    ty: Type,
    encoding: Encoding,
    values: Vec<Option<Value>>,
}

/// Leaves of a row; a value that does not exist, or is missing, is `None`.
fn spread(program: &Program, field: &Field, path: String, fact: Option<&Fact>, n: usize, out: &mut Vec<Leaf>) {
    let inner = field.ty.inner();
    if let Type::Record(_) = inner {
        let parts: Option<Vec<Fact>> = match fact {
            Some(Fact::Known(Value::Record(parts))) => Some(parts.iter().cloned().map(Fact::Known).collect()),
            Some(Fact::Record(parts)) => Some(parts.clone()),
            _ => None,
        };
        for (place, field) in program.fields(inner).iter().enumerate() {
            let part = parts.as_ref().and_then(|parts| parts.get(place));
            spread(program, field, format!("{path}.{}", field.name), part, n, out);
        }
        return;
    }
    let value = match fact {
        Some(Fact::Known(value)) if *value != Value::Absent => Some(value.clone()),
        _ => None,
    };
    match out.iter_mut().find(|leaf| leaf.path == path) {
        Some(leaf) => leaf.values.push(value),
        None => out.push(Leaf { path, ty: inner.clone(), encoding: field.encoding, values: vec![value] }),
    }
    assert!(out.iter().all(|leaf| leaf.values.len() <= n + 1));
}

/// The facts as they can be told in columns: an optional that is missing does not exist, nor does a record of which nothing is known.
fn told(program: &Program, ty: &Type, fact: &Fact, hide: &mut dyn FnMut() -> bool) -> (Fact, bool) {
    let optional = matches!(ty, Type::Optional(_));
    let parts: Option<Vec<Fact>> = match fact {
        Fact::Known(Value::Record(parts)) => Some(parts.iter().cloned().map(Fact::Known).collect()),
        Fact::Record(parts) => Some(parts.clone()),
        _ => None,
    };
    if let Type::Record(_) = ty.inner() {
        let fields = program.fields(ty.inner());
        let parts = parts.unwrap_or_else(|| vec![Fact::Missing; fields.len()]);
        if optional && matches!(fact, Fact::Known(Value::Absent) | Fact::Missing) {
            return (Fact::Known(Value::Absent), false);
        }
        let parts: Vec<(Fact, bool)> =
            fields.iter().zip(&parts).map(|(field, part)| told(program, &field.ty, part, hide)).collect();
        let any = parts.iter().any(|(_, any)| *any);
        let parts = parts.into_iter().map(|(part, _)| part).collect();
        return if optional && !any { (Fact::Known(Value::Absent), false) } else { (Fact::Record(parts), any) };
    }
    match fact {
        Fact::Known(Value::Absent) => (fact.clone(), false),
        Fact::Known(_) if !hide() => (fact.clone(), true),
        _ if optional => (Fact::Known(Value::Absent), false),
        _ => (Fact::Missing, false),
    }
}

fn texts(values: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

/// A column of one of the types that can hold it.
fn column(program: &Program, leaf: &Leaf, dice: &mut Dice) -> ArrayRef {
    let values = leaf.values.iter();
    // As facts are read: fields at their paths, money in fen where the field says so.
    let json = |value: &Value| match fact_json(program, &leaf.ty, leaf.encoding, &Fact::Known(value.clone())) {
        Some(serde_json::Value::String(text)) => text,
        other => other.unwrap_or_default().to_string(),
    };
    match &leaf.ty {
        Type::Bool if dice.roll(2) == 0 => {
            Arc::new(values.map(|it| it.as_ref().map(|it| *it == Value::Bool(true))).collect::<BooleanArray>())
        }
        Type::Number(number) => {
            let n = |value: &Option<Value>| match value {
                Some(Value::Number(n)) => Some(*n),
                _ => None,
            };
            let whole = number.kind == NumberKind::Int || leaf.encoding == Encoding::Fen;
            let scale = if whole { 0 } else { number.scale };
            let small = values.clone().all(|it| n(it).is_none_or(|n| n.unsigned_abs() < 10_u128.pow(18)));
            match dice.roll(3) {
                0 if small => {
                    let column: Decimal128Array = values.map(n).collect();
                    Arc::new(column.with_precision_and_scale(38, i8::try_from(scale).unwrap()).unwrap())
                }
                1 if small && scale == 0 => Arc::new(values.map(|it| n(it).map(|n| n as i64)).collect::<Int64Array>()),
                _ => texts(values.map(|it| n(it).map(|n| decimal::print(n, scale, 0)))),
            }
        }
        Type::Date if dice.roll(2) == 0 => {
            let day = |value: &Option<Value>| match value {
                Some(Value::Date(day)) => Some(i32::try_from(*day).unwrap()),
                _ => None,
            };
            Arc::new(values.map(day).collect::<Date32Array>())
        }
        Type::Enum(_) if dice.roll(2) == 0 => {
            let codes: Vec<Option<String>> = values.map(|it| it.as_ref().map(json)).collect();
            Arc::new(codes.iter().map(Option::as_deref).collect::<DictionaryArray<Int32Type>>())
        }
        _ => texts(values.map(|it| it.as_ref().map(json))),
    }
}

/// A value as its cell is written as text.
fn shown(program: &Program, value: &Value, ty: &Type) -> Option<String> {
    match (value, ty.inner()) {
        (Value::Absent, _) => None,
        (Value::Number(n), Type::Number(number)) => Some(decimal::print(*n, number.scale, 0)),
        _ => Some(match value_json(program, value, ty) {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }),
    }
}

/// Zeros at the end of a fraction say nothing.
fn plain(text: &str, ty: &Type) -> String {
    match ty.inner() {
        Type::Number(number) if number.scale > 0 && text.contains('.') => {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => text.to_owned(),
    }
}

fn compare(sample: &Sample, expected: &Outcome, results: &RecordBatch, row: usize) {
    let is = |column: &str, wanted: Option<String>| {
        assert_eq!(cell(results, column, row), wanted, "`{column}` of row {row}: {sample:?}");
    };
    let listed = |names: &[String]| (!names.is_empty()).then(|| names.join(","));
    is("verdict", Some(expected.verdict.as_str().to_owned()));
    is("refused", listed(&expected.refused));
    is("missing", listed(&expected.missing));
    is("error", expected.error.as_ref().map(|it| it.code.clone()));
    for output in &sample.program.decision(DECISION).unwrap().outputs {
        let given = expected.outputs.iter().find(|(name, ..)| *name == output.name);
        let wanted = given.and_then(|(_, ty, value)| shown(&sample.program, value, ty));
        let found = cell(results, &output_column(&output.name), row);
        assert_eq!(
            found.map(|it| plain(&it, &output.value.ty)),
            wanted.map(|it| plain(&it, &output.value.ty)),
            "`{}` of row {row}: {sample:?}",
            output.name
        );
    }
}

/// How many rows agreed, and how many of them were decided.
fn agree(seed: u64) -> (usize, usize) {
    let mut dice = Dice(seed);
    let first = sample(&dice.choices(400));
    let program = &first.program;
    let decision = program.decision(DECISION).unwrap();
    if decision.inputs.iter().any(|input| input.path.len() > 1) {
        return (0, 0);
    }
    let mut leaves: Vec<Leaf> = Vec::new();
    let mut all: Vec<Facts> = Vec::new();
    for n in 0..9 {
        let other = first.with_other_facts(&dice.choices(200));
        let hiding = n % 3 == 2;
        let mut hide = || hiding && dice.roll(4) == 0;
        let inputs = decision.inputs.iter().zip(&other.known.inputs);
        let inputs: Vec<Fact> = inputs.map(|(input, fact)| told(program, &input.ty, fact, &mut hide).0).collect();
        for (input, fact) in decision.inputs.iter().zip(&inputs) {
            spread(program, input, input.name.clone(), Some(fact), n, &mut leaves);
        }
        all.push(Facts { inputs });
    }
    let columns: Vec<(String, ArrayRef)> =
        leaves.iter().map(|leaf| (leaf.path.clone(), column(program, leaf, &mut dice))).collect();
    let run = Run::parquet(&batch(columns.iter().map(|(name, array)| (name.as_str(), array.clone())).collect()));
    let decider = Arc::new(Decider::new(&Arc::new(program.clone()), DECISION, first.today, false).unwrap());
    let report = run.run(&decider).unwrap_or_else(|fault| panic!("{fault}: {first:?}"));
    assert_eq!((report.rows, report.rejected), (9, 0), "{} {first:?}", run.rejects());
    let results = run.results();
    for (row, facts) in all.iter().enumerate() {
        let expected = interp::decide(program, DECISION, facts, first.today);
        compare(&first, &expected, &results, row);
    }
    (all.len(), usize::try_from(report.granted + report.refused).unwrap())
}

#[test]
fn random_rows_of_random_programs_agree_with_the_interpreter() {
    let (mut rows, mut decided) = (0, 0);
    for seed in 0..120 {
        let (n, granted) = agree(seed);
        rows += n;
        decided += granted;
    }
    assert!(rows > 500 && decided > 200, "{rows} rows, {decided} decided");
}
