//! What people see: findings, imported declarations, changes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{demand, schema};
use enact_base::{Diagnostic, Label};
use enact_schema::{Demand, Field, Schema, breaks, diff, fit, import};
use std::collections::BTreeMap;

const SETTLEMENT: &str = r##"{
  "title": "门（急）诊结算", "x-issuer": "定点医疗机构", "type": "object",
  "properties": {
    "service_date": { "title": "就诊日期", "type": "string", "format": "date" },
    "level": { "title": "医院级别", "type": "string", "enum": ["first", "second", "三级"] },
    "in_scope": { "title": "医保范围内金额（元）", "type": "string", "pattern": "^(0|[1-9][0-9]{0,9})\\.[0-9]{2}$" },
    "share": { "title": "报销比例", "type": "string", "pattern": "^(0\\.[0-9]{1,4}|1)$" },
    "years": { "type": "string", "pattern": "^(0|[1-9][0-9]?)\\.[0-9]$" },
    "region": { "description": "就医地\n六位行政区划代码", "type": "string", "pattern": "^[0-9]{6}$" },
    "days": { "type": "integer", "minimum": 0, "maximum": 3660 },
    "balance_fen": { "type": "integer", "minimum": -100000, "maximum": 1000000000 },
    "referral_date": { "type": ["string", "null"], "format": "date" },
    "date": { "type": "string", "format": "date" },
    "kind": { "oneOf": [{ "const": "01", "title": "门诊" }, { "const": "02", "title": "\"急诊\"" }] },
    "hospital": {
      "title": "医院", "type": "object", "required": ["name"],
      "properties": {
        "name": { "type": "string", "maxLength": 40 },
        "level": { "type": "string", "enum": ["a", "b"] },
        "days": { "type": "integer" }
      }
    },
    "items": { "type": "array", "maxItems": 50, "items": { "$ref": "#/$defs/item" } },
    "notes": { "type": "array", "items": { "type": "string" } },
    "score": { "type": "number" },
    "mixed": { "type": ["string", "integer"], "maxLength": 3 },
    "previous": { "$ref": "#" },
    "odd`name": { "type": "boolean" }
  },
  "required": ["service_date", "level", "in_scope", "share", "years", "region", "days", "balance_fen", "referral_date", "kind", "hospital", "items"],
  "additionalProperties": false,
  "$defs": { "item": { "type": "object", "required": ["code"], "properties": {
    "code": { "type": "string", "maxLength": 20 }, "level": { "type": "string", "enum": ["first", "second", "三级"] } } } }
}"##;

fn shown(found: &Diagnostic<()>) -> String {
    let Label { text, .. } = &found.primary;
    let mut lines = vec![format!("{} {}\n  | {text}", found.code, found.message)];
    lines.extend(found.notes.iter().map(|note| format!("  = {note}")));
    lines.extend(found.help.iter().map(|help| format!("  = help: {help}")));
    lines.join("\n")
}

fn record(fields: &[(&str, &str)]) -> Demand {
    let field = |(path, asked): &(&str, &str)| Field {
        name: (*path).to_owned(),
        path: path.split('/').map(str::to_owned).collect(),
        demand: demand(asked),
    };
    Demand::Record { name: "Visit".into(), fields: fields.iter().map(field).collect() }
}

#[test]
fn findings() {
    let visit = record(&[
        ("service_dat", "date"),
        ("level", "enum first second"),
        ("in_scope", "money 0 10000000"),
        ("share", "money"),
        ("region", "text max 5"),
        ("region", "enum a"),
        ("days", "int 0 365"),
        ("balance_fen", "money"),
        ("referral_date", "date"),
        ("date", "date"),
        ("kind", "bool"),
        ("hospital/name", "text max 20"),
        ("hospital/level", "enum a b"),
        ("days/part", "int"),
        ("items", "list 20 text"),
        ("notes", "optional list 3 text"),
        ("score", "optional decimal 2"),
        ("previous", "optional text"),
    ]);
    let misfits = fit(&schema(SETTLEMENT), &visit);
    let all: Vec<String> = misfits.iter().map(|it| format!("{:?} {}", it.fields, shown(&it.diagnostic(())))).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn imported() {
    let files = BTreeMap::from([("schemas/outpatient_settlement.schema.json".to_owned(), SETTLEMENT.to_owned())]);
    let read = Schema::read("schemas/outpatient_settlement.schema.json", &files).unwrap();
    let imported = import(&read, None);
    let problems: Vec<String> =
        imported.problems.iter().map(|it| format!("{} {} ({})", it.code, it.message, it.origin)).collect();
    insta::assert_snapshot!(format!("{}\n---\n{}", imported.text, problems.join("\n")));
}

#[test]
fn changes() {
    let old = r#"{"type":"object","required":["date","level","fee","ward","n"],"properties":{
        "date":{"type":"string","format":"date"},"level":{"enum":["a","b"]},"fee":{"type":"integer","minimum":0,"maximum":100},
        "ward":{"type":"string","maxLength":20},"n":{"type":"integer"},"list":{"type":"array","maxItems":5,"items":{"type":"boolean"}},
        "gone":{"type":"boolean"},"who":{"oneOf":[
          {"type":"object","required":["t"],"properties":{"t":{"const":"p"},"id":{"type":"string"}}},
          {"type":"object","required":["t"],"properties":{"t":{"const":"c"}}}]}}}"#;
    let new = r#"{"type":"object","required":["date","fee","ward","n"],"additionalProperties":false,"properties":{
        "date":{"type":["string","null"],"format":"date"},"level":{"enum":["a","b","c"]},"fee":{"type":"integer","minimum":0,"maximum":200},
        "ward":{"type":"string","maxLength":10},"n":{"type":"string"},"list":{"type":"array","maxItems":9,"items":{"type":["boolean","null"]}},
        "fresh":{"type":"boolean"},"who":{"oneOf":[
          {"type":"object","required":["t","id"],"properties":{"t":{"const":"p"},"id":{"type":"string"}}},
          {"type":"object","required":["t"],"properties":{"t":{"const":"f"}}}]}}}"#;
    let (old, new) = (schema(old), schema(new));
    let changes: Vec<String> =
        diff(&old, &new).iter().map(|it| format!("{:?} {}", it.direction, it.message())).collect();
    let visit = record(&[
        ("date", "date"),
        ("level", "optional enum a b"),
        ("fee", "int 0 200"),
        ("ward", "text max 10"),
        ("n", "int"),
    ]);
    let broken: Vec<String> = breaks(&old, &new, &visit).iter().map(|it| shown(&it.diagnostic(()))).collect();
    insta::assert_snapshot!(format!("{}\n---\n{}", changes.join("\n"), broken.join("\n")));
}
