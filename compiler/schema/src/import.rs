//! Declarations of Enact for a schema: the record, its nested records and its enums.

use crate::demand::Demand;
use crate::describe::scaled_numeral;
use crate::infer::{infer_max, infer_range};
use crate::keywords::{literal, name, type_name};
use crate::model::{Alternative, Array, Kind, Notes, Object, Origin, Reach, Rest, SchemaProblem, Shape, TextValue};
use crate::read::Schema;
use crate::reference::step;
use crate::text::{self, Readable};
use enact_base::Code;

/// The declarations for a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Source text: enums, then nested records, then the record itself.
    pub text: String,
    /// What could not be expressed; each also stands in the text as a comment at its place.
    pub problems: Vec<SchemaProblem>,
}

/// Writes the record `record` (by default named after the file) that reads everything in the documents of a schema.
pub fn import(schema: &Schema, record: Option<&str>) -> Imported {
    let file = schema.path.rsplit('/').next().unwrap_or(&schema.path);
    let stem = file.split(['.', '#']).next().unwrap_or(file);
    let mut writer = Writer { enums: Vec::new(), records: Vec::new(), problems: Vec::new() };
    let wanted = record.map_or_else(|| type_name(stem), str::to_owned);
    let object = schema.shape.alternatives.iter().find_map(|it| match &it.kind {
        Kind::Object(object) => Some((it, object)),
        _ => None,
    });
    match object {
        Some((alternative, object)) => {
            if schema.shape.alternatives.len() > 1 {
                writer.problem(
                    &schema.shape.origin,
                    Code::SchemaTypeMismatch,
                    "the documents need not all be objects of one kind",
                );
            }
            let supply = literal(&schema.path).map(|path| format!(" from {path}")).unwrap_or_default();
            let issuer = schema
                .shape
                .notes
                .issuer
                .as_deref()
                .and_then(literal)
                .map(|by| format!(" issued by {by}"))
                .unwrap_or_default();
            writer.record(&wanted, &schema.shape.notes, &format!("{supply}{issuer}"), alternative, object);
        }
        None => writer.problem(
            &schema.shape.origin,
            Code::SchemaTypeMismatch,
            "the documents are no objects, so no record can read them",
        ),
    }
    let enums = writer.enums.into_iter().map(|it| it.text);
    let text = enums.chain(writer.records.into_iter().map(|(_, text)| text)).collect::<Vec<_>>().join("\n");
    Imported { text, problems: writer.problems }
}

struct Enum {
    name: String,
    values: Vec<TextValue>,
    text: String,
}

struct Writer {
    enums: Vec<Enum>,
    records: Vec<(String, String)>,
    problems: Vec<SchemaProblem>,
}

/// Why there is no type for a place.
struct Inexpressible(Code, String);

fn wrong_type<T>(why: &str) -> Result<T, Inexpressible> {
    Err(Inexpressible(Code::SchemaTypeMismatch, why.to_owned()))
}

impl Writer {
    fn problem(&mut self, origin: &Origin, code: Code, message: &str) {
        self.problems.push(SchemaProblem {
            code,
            message: message.to_owned(),
            origin: origin.clone(),
            reach: Reach::Everything,
        });
    }

    fn free_name(&self, wanted: &str) -> String {
        let taken =
            |name: &str| self.enums.iter().any(|it| it.name == name) || self.records.iter().any(|(own, _)| own == name);
        let numbered = (2..).map(|at| format!("{wanted}{at}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    fn record(
        &mut self,
        wanted: &str,
        notes: &Notes,
        supply: &str,
        alternative: &Alternative,
        object: &Object,
    ) -> String {
        let own = self.free_name(wanted);
        // The name is taken before the fields are written, the text stands after those of nested records.
        self.records.push((own.clone(), String::new()));
        for left_out in alternative.undecided.iter().filter(|it| it.reach > Reach::Document) {
            self.problems.push(left_out.clone());
        }
        let mut lines = vec![format!("record {}{}{supply} {{", name(&own).unwrap_or_default(), label(notes))];
        for (at, property) in object.properties.iter().enumerate() {
            let (field, path) = match name(&property.name) {
                Some(field) => (field, String::new()),
                None => match literal(&step("", &property.name)) {
                    Some(path) => (format!("field_{}", at + 1), format!(" at {path}")),
                    None => {
                        self.problem(
                            &property.shape.origin,
                            Code::FieldNotInSchema,
                            "the name of this member cannot be written",
                        );
                        continue;
                    }
                },
            };
            match self.type_of(&property.shape, &property.name, &own) {
                Ok(ty) => {
                    let optional = if property.required && !property.shape.nullable() { "" } else { "optional " };
                    lines.push(format!("  {field}{} : {optional}{ty}{path}", label(&property.shape.notes)));
                }
                Err(Inexpressible(code, why)) => {
                    self.problem(&property.shape.origin, code, &why);
                    lines.push(format!("  // {field}: {why}"));
                }
            }
        }
        lines.push("}\n".into());
        self.records.retain(|(name, _)| *name != own);
        self.records.push((own.clone(), lines.join("\n")));
        own
    }

    /// The type of a place, without `optional`.
    fn type_of(&mut self, shape: &Shape, member: &str, record: &str) -> Result<String, Inexpressible> {
        let present: Vec<&Alternative> = shape.alternatives.iter().filter(|it| it.kind != Kind::Null).collect();
        if let Some(problem) = present.iter().flat_map(|it| &it.undecided).find(|it| it.code != Code::SchemaUnsupported)
        {
            return Err(Inexpressible(problem.code, problem.message.clone()));
        }
        let left_out: Vec<SchemaProblem> =
            present.iter().flat_map(|it| &it.undecided).filter(|it| it.reach > Reach::Document).cloned().collect();
        let ty = match present.as_slice() {
            [] if shape.alternatives.is_empty() => {
                return wrong_type("nothing may stand here");
            }
            [] => return wrong_type("it is always `null`"),
            [one] => self.type_of_one(shape, one, member, record)?,
            several if several.iter().all(|it| matches!(it.kind, Kind::Bool(_))) => "bool".into(),
            several if several.iter().all(|it| matches!(it.kind, Kind::Text(_))) => text_type(shape),
            several if several.iter().all(|it| matches!(&it.kind, Kind::Number(number) if number.is_whole())) => {
                self.whole(shape, member)
            }
            _ => return wrong_type("the schema allows values of several kinds"),
        };
        // A nested record says so itself.
        if !matches!(present.as_slice(), [Alternative { kind: Kind::Object(_), .. }]) {
            self.problems.extend(left_out);
        }
        Ok(ty)
    }

    fn type_of_one(
        &mut self,
        shape: &Shape,
        one: &Alternative,
        member: &str,
        record: &str,
    ) -> Result<String, Inexpressible> {
        match &one.kind {
            Kind::Null => wrong_type("it is always `null`"),
            Kind::Bool(_) => Ok("bool".into()),
            Kind::Number(number) if number.is_whole() => Ok(self.whole(shape, member)),
            Kind::Number(_) => wrong_type("a JSON number with a fraction is not exact; a text of decimal digits is"),
            Kind::Text(text) => match text::values(text) {
                Some(values) => self.enumeration(shape, member, record, values),
                None => Ok(decimal_type(shape, text, member).unwrap_or_else(|| {
                    let is_date = text::shortest_outside(text, Readable::Date) == Ok(None);
                    if is_date { "date".into() } else { text_type(shape) }
                })),
            },
            Kind::Object(object) if object.properties.is_empty() => {
                wrong_type("the schema names no member of this object")
            }
            Kind::Object(object) => {
                let own = self.record(&type_name(member), &shape.notes, "", one, object);
                Ok(name(&own).unwrap_or_default())
            }
            Kind::Array(Array { items, max, .. }) => {
                let Rest::Only(items) = items else {
                    return wrong_type("the schema does not say what the elements of this list are");
                };
                let max = max.and_then(|max| u32::try_from(max).ok());
                let max = max.ok_or(Inexpressible(
                    Code::SchemaLength,
                    "the schema does not bound this list with `maxItems`".into(),
                ))?;
                let optional = if items.nullable() { "optional " } else { "" };
                Ok(format!("list of {optional}{} max {max}", self.type_of(items, member, record)?))
            }
        }
    }

    fn whole(&mut self, shape: &Shape, member: &str) -> String {
        let demand = Demand::Int { range: None };
        let says_fen = |text: &String| text.contains("（分）") || text.contains("(分)") || text.contains("单位：分");
        let fen = member.ends_with("_fen")
            || shape.notes.title.as_ref().is_some_and(says_fen)
            || shape.notes.description.as_ref().is_some_and(says_fen);
        let fits = |value: i128| u64::try_from(value.unsigned_abs()).is_ok();
        match (infer_range(shape, &demand).filter(|(low, high)| fits(*low) && fits(*high)), fen) {
            (Some((low, high)), false) => format!("int {} .. {}", scaled_numeral(low, 0), scaled_numeral(high, 0)),
            (None, false) => "int".into(),
            (Some((low, high)), true) => {
                format!("money in fen, {} yuan .. {} yuan", scaled_numeral(low, 2), scaled_numeral(high, 2))
            }
            (None, true) => "money in fen".into(),
        }
    }

    fn enumeration(
        &mut self,
        shape: &Shape,
        member: &str,
        record: &str,
        values: Vec<&TextValue>,
    ) -> Result<String, Inexpressible> {
        let values: Vec<TextValue> = values.into_iter().cloned().collect();
        let wanted = type_name(member);
        let written = |own: &str| name(own).unwrap_or_default();
        if let Some(known) = self
            .enums
            .iter()
            .find(|it| it.values == values && (it.name == wanted || it.name == format!("{record}{wanted}")))
        {
            return Ok(written(&known.name));
        }
        let taken = self.enums.iter().any(|it| it.name == wanted) || self.records.iter().any(|(own, _)| *own == wanted);
        let own = if taken { self.free_name(&format!("{record}{wanted}")) } else { wanted };
        let mut cases = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let label = value.label.as_deref().and_then(literal).map(|label| format!(" {label}")).unwrap_or_default();
            let case = match name(&value.text) {
                Some(case) => case,
                None => {
                    let code = literal(&value.text)
                        .ok_or(Inexpressible(Code::SchemaEnum, "a value cannot be written".into()))?;
                    format!("case_{} = {code}", at + 1)
                }
            };
            cases.push(format!("{case}{label}"));
        }
        let head = format!("enum {}{}", written(&own), label(&shape.notes));
        let one_line = format!("{head} {{ {} }}\n", cases.join(", "));
        let text = if one_line.chars().count() <= 100 {
            one_line
        } else {
            format!("{head} {{\n  {}\n}}\n", cases.join(",\n  "))
        };
        self.enums.push(Enum { name: own.clone(), values, text });
        Ok(written(&own))
    }
}

fn label(notes: &Notes) -> String {
    let first_line = |text: &String| text.lines().next().unwrap_or_default().trim().to_owned();
    let text = notes.title.clone().or_else(|| notes.description.as_ref().map(first_line));
    text.filter(|text| !text.is_empty()).as_deref().and_then(literal).map(|text| format!(" {text}")).unwrap_or_default()
}

fn text_type(shape: &Shape) -> String {
    infer_max(shape).map_or("text".into(), |max| format!("text max {max}"))
}

/// A text that is always a decimal with a point: an amount with up to two digits after it, otherwise a rate or a decimal by its name.
/// Digits alone are left a text: they are mostly codes, and codes keep their leading zeros.
fn decimal_type(shape: &Shape, text: &crate::model::Text, member: &str) -> Option<String> {
    let reads = |scale: u32| text::shortest_outside(text, Readable::Decimal { scale, range: None }) == Ok(None);
    if !reads(9) || reads(0) {
        return None;
    }
    let scale = (1..=9).find(|scale| reads(*scale))?;
    let called = |words: &[&str]| {
        let notes = [shape.notes.title.as_deref(), shape.notes.description.as_deref(), Some(member)];
        notes.into_iter().flatten().any(|note| words.iter().any(|word| note.to_lowercase().contains(word)))
    };
    let range = text::range(text, scale)
        .filter(|(low, high)| [low, high].iter().all(|end| u64::try_from(end.unsigned_abs()).is_ok()));
    let ranged = |name: String, end: &dyn Fn(i128) -> String| match range {
        Some((low, high)) => format!("{name}, {} .. {}", end(low), end(high)),
        None => name,
    };
    Some(if called(&["比率", "比例", "税率", "rate", "ratio", "percentage"]) {
        ranged("rate".into(), &|value| format!("{}%", scaled_numeral(value.saturating_mul(100), scale)))
    } else if scale == 2 || (scale < 2 && called(&["（元）", "(元)", "金额", "amount"])) {
        ranged("money".into(), &|value| format!("{} yuan", scaled_numeral(value, scale)))
    } else {
        ranged(format!("decimal {scale}"), &|value| scaled_numeral(value, scale))
    })
}
