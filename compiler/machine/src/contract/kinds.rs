//! The records that a contract keeps: those of the policy's records that have an issuer, and a record for each input that has one and is none itself.

use enact_ir::{Decision, Field, Program, RecordId, Type};
use std::collections::BTreeMap;

/// A kind of record on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name: that of the record, or of decision and input with a point between them.
    pub name: String,
    /// Who may write it.
    pub issuer: String,
    /// The schema that it is checked against; empty where none.
    pub schema: String,
    /// What it holds.
    pub holds: Holds,
}

/// What a kind of record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A record of the policy.
    Record(RecordId),
    /// One input, as a member of an object.
    Input(Box<Field>),
}

/// The kind of record that an input is read from; none where only the sender can say it.
pub(crate) fn of_input(program: &Program, decision: &Decision, input: &Field) -> Option<Kind> {
    if let Type::Record(id) = input.ty.inner()
        && let Some(record) = program.record_of(*id).filter(|it| !it.issuer.is_empty())
    {
        let (name, issuer, schema) = (record.name.clone(), record.issuer.clone(), record.schema.clone());
        return Some(Kind { name, issuer, schema, holds: Holds::Record(*id) });
    }
    let name = format!("{}.{}", decision.name, input.name);
    let kind = Kind {
        name,
        issuer: input.issuer.clone(),
        schema: input.schema.clone(),
        holds: Holds::Input(Box::new(input.clone())),
    };
    (!input.issuer.is_empty()).then_some(kind)
}

/// All kinds of records of a program, by their names.
pub fn kinds(program: &Program) -> Vec<Kind> {
    let mut all = BTreeMap::new();
    for decision in &program.decisions {
        for (_, input) in decision.asked() {
            if let Some(kind) = of_input(program, decision, input) {
                all.entry(kind.name.clone()).or_insert(kind);
            }
        }
    }
    all.into_values().collect()
}

/// The issuers of these kinds, each once, in order.
pub fn issuers(kinds: &[Kind]) -> Vec<&str> {
    let mut all: Vec<&str> = kinds.iter().map(|it| it.issuer.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all
}
