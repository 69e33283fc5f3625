//! What the messages of a contract look like, as JSON Schema (draft 07) in the form in which CosmWasm's contracts publish it: one document with a schema for each entry and each answer.

use enact_ir::{Decision, Encoding, Field, NumberType, Program, Type};
use enact_machine::contract::{Holds, Kind, MAX_KEY, issuers, kinds};
use serde_json::{Map, Value, json};

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schemas of all messages and answers of a program's contract.
pub fn schema(program: &Program, version: &str) -> Value {
    let kinds = kinds(program);
    let entry = |title: &str, schema: Value| titled(title, schema);
    json!({
        "contract_name": program.policy,
        "contract_version": version,
        "idl_version": "1.0.0",
        "instantiate": entry("InstantiateMsg", instantiate(&kinds)),
        "execute": entry("ExecuteMsg", json!({ "oneOf": executes(program, &kinds) })),
        "query": entry("QueryMsg", json!({ "oneOf": queries(program) })),
        "migrate": entry("MigrateMsg", object(Map::new(), &[])),
        "sudo": null,
        "responses": responses(program),
    })
}

fn titled(title: &str, schema: Value) -> Value {
    let mut all = Map::new();
    all.insert("$schema".to_owned(), DRAFT.into());
    all.insert("title".to_owned(), title.into());
    if let Value::Object(members) = schema {
        all.extend(members);
    }
    Value::Object(all)
}

/// An object with these members and no others.
fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn members<'m>(all: impl IntoIterator<Item = (&'m str, Value)>) -> Map<String, Value> {
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn key() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": MAX_KEY })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 1 })
}

/// A message of one member.
fn message(name: &str, body: Value) -> Value {
    object(members([(name, body)]), &[name])
}

fn instantiate(kinds: &[Kind]) -> Value {
    let issuers = members(issuers(kinds).into_iter().map(|name| (name, key())));
    object(members([("admin", key()), ("issuers", object(issuers, &[]))]), &[])
}

fn executes(program: &Program, kinds: &[Kind]) -> Vec<Value> {
    let decide = |it: &Decision| message(&it.name, object(request(program, it), &["subject"]));
    let mut all: Vec<Value> = program.decisions.iter().map(decide).collect();
    for kind in kinds {
        let name = json!({ "const": kind.name });
        let put = members([("record", name.clone()), ("key", key()), ("value", record(program, kind))]);
        all.push(message("put_record", object(put, &["record", "key", "value"])));
        all.push(message("remove_record", object(members([("record", name), ("key", key())]), &["record", "key"])));
    }
    if !kinds.is_empty() {
        let appoint = members([("issuer", json!({ "enum": issuers(kinds) })), ("address", key())]);
        all.push(message("appoint", object(appoint, &["issuer", "address"])));
    }
    all.push(message("set_admin", object(members([("address", key())]), &["address"])));
    all.push(message("withdraw", object(members([("number", number())]), &["number"])));
    all
}

/// What a request to decide may hold beside the decision's name.
fn request(program: &Program, decision: &Decision) -> Map<String, Value> {
    let inputs: Vec<&Field> = decision.asked().map(|(_, input)| input).collect();
    let keys = inputs.iter().filter_map(|it| it.path.first()).map(|name| (name.as_str(), key()));
    let mut evidence = fields(program, inputs.iter().copied());
    evidence.insert("additionalProperties".to_owned(), false.into());
    members([("subject", key()), ("records", object(members(keys), &[])), ("evidence", Value::Object(evidence))])
}

fn queries(program: &Program) -> Vec<Value> {
    let mut all = Vec::new();
    for name in ["decide", "explain", "needs"] {
        for decision in &program.decisions {
            let mut asked = members([("decision", json!({ "const": decision.name }))]);
            asked.extend(request(program, decision));
            all.push(message(name, object(asked, &["decision"])));
        }
    }
    all.push(message("status", object(members([("number", number())]), &["number"])));
    all.push(message("policy", object(Map::new(), &[])));
    all.push(message("state", object(members([("key", key())]), &["key"])));
    all
}

/// A record as it lies on chain.
fn record(program: &Program, kind: &Kind) -> Value {
    match &kind.holds {
        Holds::Record(id) => {
            let declared = program.record_of(*id).map(|it| it.fields.as_slice()).unwrap_or_default();
            or_null(Value::Object(fields(program, declared.iter())))
        }
        Holds::Input(field) => Value::Object(fields(program, std::iter::once(&**field))),
    }
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// An object in which fields lie at their paths; what else it has does not matter.
fn fields<'f>(program: &Program, all: impl Iterator<Item = &'f Field>) -> Map<String, Value> {
    let mut root = members([("type", "object".into()), ("properties", Value::Object(Map::new()))]);
    for field in all {
        let Some((last, outer)) = field.path.split_last() else { continue };
        let mut here = &mut root;
        for name in outer {
            let Some(inner) = inside(here, name) else { return root };
            here = inner;
        }
        if let Some(Value::Object(properties)) = here.get_mut("properties") {
            properties.insert(last.clone(), value(program, &field.ty, field.encoding));
        }
    }
    root
}

/// The schema of a member that is an object, which is made if it is not there.
fn inside<'s>(schema: &'s mut Map<String, Value>, name: &str) -> Option<&'s mut Map<String, Value>> {
    let properties = schema.get_mut("properties")?.as_object_mut()?;
    let made = || json!({ "type": ["object", "null"], "properties": {} });
    properties.entry(name).or_insert_with(made).as_object_mut()
}

/// The JSON of a value, as facts are written.
fn value(program: &Program, ty: &Type, encoding: Encoding) -> Value {
    match ty {
        Type::Optional(inner) => or_null(value(program, inner, encoding)),
        Type::Bool => json!({ "type": "boolean" }),
        Type::Number(number) => number_value(*number, encoding),
        Type::Date => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Type::Text { max } => json!({ "type": "string", "maxLength": max }),
        Type::Enum(id) => {
            let cases = program.enum_of(*id).into_iter().flat_map(|it| &it.cases).map(|it| it.code.as_str());
            json!({ "enum": cases.collect::<Vec<_>>() })
        }
        Type::Record(id) => {
            let declared = program.record_of(*id).map(|it| it.fields.as_slice()).unwrap_or_default();
            Value::Object(fields(program, declared.iter()))
        }
        Type::List { element, max } => {
            json!({ "type": "array", "maxItems": max, "items": value(program, element, encoding) })
        }
    }
}

fn number_value(number: NumberType, encoding: Encoding) -> Value {
    if number.is_whole(encoding) {
        // Beyond 64 bits a number of JSON means something else to everybody.
        let end = |n: i128| i64::try_from(n).ok();
        return match (end(number.lo), end(number.hi)) {
            (Some(lo), Some(hi)) => json!({ "type": "integer", "minimum": lo, "maximum": hi }),
            _ => json!({ "type": "integer" }),
        };
    }
    let sign = if number.lo < 0 { "-?" } else { "" };
    let places = if number.scale == 0 { "(\\.0+)?".to_owned() } else { format!("(\\.[0-9]{{1,{}}}0*)?", number.scale) };
    json!({ "type": "string", "pattern": format!("^{sign}(0|[1-9][0-9]*){places}$") })
}

/// The answers to the questions.
fn responses(program: &Program) -> Value {
    let answer = || titled("Answer", Value::Object(answer(program)));
    let mut explained = self::answer(program);
    if let Some(Value::Object(properties)) = explained.get_mut("properties") {
        let standing = json!({ "type": "object", "additionalProperties": { "enum": ["met", "failed", "open"] } });
        properties.insert("requirements".to_owned(), standing);
        properties.insert("trace".to_owned(), json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" }));
    }
    json!({
        "decide": answer(),
        "explain": titled("Explanation", Value::Object(explained)),
        "needs": answer(),
        "status": titled("Record", json!({ "type": "object", "required": ["number", "decision", "subject", "sender", "policy", "records", "tallies"] })),
        "policy": titled("Version", json!({ "type": "object", "required": ["version", "policy", "hash"] })),
        "state": titled("Value", json!({})),
    })
}

fn answer(program: &Program) -> Map<String, Value> {
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let outputs = program.decisions.iter().flat_map(|it| &it.outputs);
    let outputs = outputs.map(|it| (it.name.as_str(), json!({}))).collect::<Vec<_>>();
    let properties = members([
        ("verdict", json!({ "enum": ["granted", "refused", "pending", "error"] })),
        ("outputs", json!({ "type": "object", "properties": members(outputs), "additionalProperties": false })),
        ("refused", texts()),
        ("missing", texts()),
        ("error", json!({ "type": ["object", "null"] })),
    ]);
    let required = json!(["verdict", "outputs", "refused", "missing", "error"]);
    members([("type", "object".into()), ("properties", Value::Object(properties)), ("required", required)])
}
