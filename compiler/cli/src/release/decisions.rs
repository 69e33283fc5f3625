//! The decisions of a policy as a manifest tells them: what they ask for, which articles they rest on, and how much work they can be.

use enact_ir::{Cite, Labels, NumberKind, Program, Type};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A label in both tongues, each standing in for the other where it is not given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Both {
    zh: String,
    en: String,
}

impl Both {
    fn of(labels: &Labels) -> Self {
        Self { zh: labels.in_chinese().to_owned(), en: labels.in_english().to_owned() }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    name: String,
    labels: Both,
    inputs: Vec<Input>,
    cites: Vec<Article>,
    /// The most work, in evaluated nodes.
    work: u64,
    /// The most gas, for targets that count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gas: Option<u64>,
}

/// What a decision asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Input {
    name: String,
    labels: Both,
    #[serde(rename = "type")]
    ty: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    issuer: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    schema: String,
}

/// A cited passage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Article {
    source: String,
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    number: String,
    /// Such as `["art", "7"]`, outermost first.
    parts: Vec<(String, String)>,
}

/// The decisions of a program in order, with the most gas of those that have such a bound.
pub(super) fn decisions(program: &Program, gas: &BTreeMap<String, u64>) -> Vec<Decision> {
    let told = program.decisions.iter().map(|decision| Decision {
        name: decision.name.clone(),
        labels: Both::of(&decision.labels),
        inputs: decision.inputs.iter().map(|it| input(program, it)).collect(),
        cites: articles(&program.only(&[&decision.name])),
        work: decision.work,
        gas: gas.get(&decision.name).copied(),
    });
    told.collect()
}

/// An input; what is a record, or a list of records, comes from where the record comes from.
fn input(program: &Program, field: &enact_ir::Field) -> Input {
    let record = record(&field.ty).and_then(|id| program.record_of(id));
    let or = |own: &String, of: fn(&enact_ir::Record) -> &String| match record.filter(|_| own.is_empty()) {
        Some(record) => of(record).clone(),
        None => own.clone(),
    };
    Input {
        name: field.name.clone(),
        labels: Both::of(&field.labels),
        ty: words(program, &field.ty),
        issuer: or(&field.issuer, |it| &it.issuer),
        schema: or(&field.schema, |it| &it.schema),
    }
}

fn record(ty: &Type) -> Option<enact_ir::RecordId> {
    match ty {
        Type::Record(id) => Some(*id),
        Type::Optional(inner) => record(inner),
        Type::List { element, .. } => record(element),
        _ => None,
    }
}

/// A type as an author would write it, without bounds.
fn words(program: &Program, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Number(number) => match number.kind {
            NumberKind::Int => "int".to_owned(),
            NumberKind::Decimal => "decimal".to_owned(),
            NumberKind::Rate => "rate".to_owned(),
            NumberKind::Money => "money".to_owned(),
        },
        Type::Date => "date".to_owned(),
        Type::Text { .. } => "text".to_owned(),
        Type::Enum(id) => program.enum_of(*id).map(|it| it.name.clone()).unwrap_or_default(),
        Type::Record(id) => program.record_of(*id).map(|it| it.name.clone()).unwrap_or_default(),
        Type::Optional(inner) => format!("optional {}", words(program, inner)),
        Type::List { element, .. } => format!("list of {}", words(program, element)),
    }
}

/// The passages behind a program of one decision, each once, in the order of its requirements, outputs, exceptions and figures.
fn articles(program: &Program) -> Vec<Article> {
    let mut cites: Vec<&Cite> = Vec::new();
    for decision in &program.decisions {
        cites.extend(decision.requirements.iter().flat_map(|it| &it.cites));
        cites.extend(decision.outputs.iter().flat_map(|it| &it.cites));
        cites.extend(decision.rules.iter().flat_map(|it| &it.exceptions).flat_map(|it| &it.cites));
    }
    for version in program.tables.iter().flat_map(|it| &it.versions) {
        cites.extend(&version.cites);
        cites.extend(version.rows.iter().flatten().flat_map(|it| &it.cites));
    }
    let mut seen = std::collections::BTreeSet::new();
    cites.retain(|cite| seen.insert(*cite));
    let told = cites.into_iter().filter_map(|cite| {
        let source = program.sources.get(usize::try_from(cite.source).ok()?)?;
        Some(Article {
            source: source.name.clone(),
            title: source.title.in_chinese().to_owned(),
            number: source.number.clone(),
            parts: cite.parts.clone(),
        })
    });
    told.collect()
}
