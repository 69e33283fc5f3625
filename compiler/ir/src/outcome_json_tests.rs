//! The JSON of an outcome, member by member.

use super::*;
use crate::{Case, Enum, EnumId, Field, Record, RecordId, Row, Source, Table, Version};

fn number(kind: NumberKind, scale: u8) -> Type {
    Type::Number(NumberType { kind, scale, lo: i128::MIN, hi: i128::MAX })
}

fn program() -> Program {
    let labels = |main: &str, en: &str| Labels { main: main.into(), en: en.into() };
    let case = Case { name: "employee".into(), code: "在职".into(), labels: Labels::default() };
    let category = Enum { name: "Category".into(), labels: Labels::default(), cases: vec![case] };
    let field = |name: &str, ty: Type| Field {
        name: name.into(),
        labels: Labels::default(),
        path: vec!["elsewhere".into(), name.into()],
        ty,
        encoding: crate::Encoding::Standard,
        private: false,
        schema: String::new(),
        issuer: String::new(),
    };
    let record = Record {
        name: "Share".into(),
        labels: Labels::default(),
        schema: String::new(),
        issuer: String::new(),
        fields: vec![field("who", Type::Enum(EnumId(0))), field("paid", number(NumberKind::Money, 2))],
    };
    let row =
        Row { patterns: vec![Pattern::OneOf(vec![Value::Enum(0)])], value: Value::Number(180_000), cites: vec![] };
    let version = Version { from: 14_610, until: i64::MAX, cites: vec![], rows: Some(vec![row]) };
    let table = Table {
        name: "deductible".into(),
        labels: labels("起付线", ""),
        dated: true,
        keys: vec![Type::Enum(EnumId(0))],
        ty: number(NumberKind::Money, 2),
        versions: vec![version],
    };
    let source = Source {
        name: "nurses".into(),
        kind: "law".into(),
        title: labels("护士条例", "Nurse Regulations"),
        number: String::new(),
        since: None,
    };
    Program {
        sources: vec![source],
        enums: vec![category],
        records: vec![record],
        tables: vec![table],
        ..Program::default()
    }
}

#[test]
fn values() {
    let share = Value::Record(vec![Value::Enum(0), Value::Number(-3405)]);
    let shares = Type::List { element: Box::new(Type::Record(RecordId(0))), max: 3 };
    for (value, ty, expected) in [
        (Value::Number(17_000), number(NumberKind::Money, 2), json!("170.00")),
        (Value::Number(850_000), number(NumberKind::Rate, 6), json!("0.85")),
        (Value::Number(100), number(NumberKind::Rate, 2), json!("1")),
        (Value::Number(-7), number(NumberKind::Int, 0), json!(-7)),
        (Value::Number(1 << 70), number(NumberKind::Int, 0), json!("1180591620717411303424")),
        (Value::Bool(true), Type::Bool, json!(true)),
        (Value::Date(19_783), Type::Optional(Box::new(Type::Date)), json!("2024-03-01")),
        (Value::Absent, Type::Optional(Box::new(Type::Date)), json!(null)),
        (Value::List(vec![share]), shares, json!([{ "who": "在职", "paid": "-34.05" }])),
    ] {
        assert_eq!(value_json(&program(), &value, &ty), expected);
    }
}

#[test]
fn an_outcome() {
    let cite = Cite { source: 0, parts: vec![("art".into(), "7".into()), ("par".into(), "2".into())] };
    let labels = Labels { main: "健康".into(), en: "health".into() };
    let failed = Reason { kind: ReasonKind::Failed, name: "health".into(), labels, cites: vec![cite] };
    let kind =
        ReasonKind::Figure { from: 14_610, row: 0, value: Value::Number(180_000), ty: number(NumberKind::Money, 2) };
    let figure = Reason { kind, name: "deductible".into(), labels: program().tables[0].labels.clone(), cites: vec![] };
    let outcome = Outcome {
        verdict: Verdict::Refused,
        outputs: vec![],
        refused: vec!["health".into()],
        missing: vec![],
        reasons: vec![failed, figure],
        error: None,
    };
    let expected = json!({
        "verdict": "refused",
        "outputs": {},
        "refused": ["health"],
        "missing": [],
        "reasons": [
            {
                "kind": "failed",
                "name": "health",
                "labels": { "zh": "健康", "en": "health" },
                "cites": [{
                    "source": "nurses",
                    "parts": [["art", "7"], ["par", "2"]],
                    "zh": "护士条例 第7条第2款",
                    "en": "Nurse Regulations art. 7 par. 2",
                }],
            },
            {
                "kind": "figure",
                "name": "deductible",
                "labels": { "zh": "起付线", "en": "起付线" },
                "cites": [],
                "from": "2010-01-01",
                "row": 0,
                "key": ["在职"],
                "value": "1800.00",
            },
        ],
        "error": null,
    });
    assert_eq!(outcome.to_json(&program()), expected);
}

#[test]
fn a_failure() {
    let failure = Failure { code: "bad_date".into(), path: "visit.date".into(), message: "no day".into() };
    let json = Outcome::failed(failure).to_json(&program());
    assert_eq!(json["error"], json!({ "code": "bad_date", "path": "visit.date", "message": "no day" }));
    assert_eq!(json["verdict"], "error");
}
