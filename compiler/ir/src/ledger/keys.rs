//! Keys as a decision of their own, so that every engine can work them out, and what tallies of one ledger must have in common.

use super::{MAX_KEY_TEXT, Tally};
use crate::{Binding, Decision, EnumId, Expr, ExprKind, Labels, LocalId, NumberKind, Output, Program, Type};
use std::collections::BTreeSet;

/// The name of the decision that gives the keys of a decision.
pub fn keys_name(decision: &str) -> String {
    format!("{decision}.keys")
}

/// What a part of a key may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A truth value.
    Bool,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// A text of at most [`MAX_KEY_TEXT`] bytes.
    Text,
    /// A case.
    Enum(EnumId),
}

impl KeyKind {
    /// The kind of a type; `None` if no key has parts of it.
    pub fn of(ty: &Type) -> Option<KeyKind> {
        match ty {
            Type::Bool => Some(KeyKind::Bool),
            Type::Number(number) if number.scale == 0 => Some(KeyKind::Number),
            Type::Date => Some(KeyKind::Date),
            // A character has at most four bytes.
            Type::Text { max } if *max as usize <= MAX_KEY_TEXT / 4 => Some(KeyKind::Text),
            Type::Enum(id) => Some(KeyKind::Enum(*id)),
            _ => None,
        }
    }
}

/// What tallies of one ledger have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Kinds of the parts of the key; `None` where a type is none of a key.
    pub key: Vec<Option<KeyKind>>,
    /// What is counted, and with how many digits after the point.
    pub unit: Option<(NumberKind, u8)>,
}

impl Tally {
    /// What it must have in common with others of its ledger.
    pub fn shape(&self, decision: &Decision) -> Shape {
        let port = decision.inputs.get(self.port as usize).and_then(|port| port.ty.number());
        let key = self.key.iter().map(|part| KeyKind::of(&part.ty)).collect();
        Shape { key, unit: port.map(|number| (number.kind, number.scale)) }
    }
}

/// The locals of those bindings that read one of these, directly or through others; these included.
pub fn reading(bindings: &[Binding], locals: impl IntoIterator<Item = LocalId>) -> BTreeSet<LocalId> {
    let mut reading: BTreeSet<LocalId> = locals.into_iter().collect();
    for binding in bindings {
        if reads(&binding.value).iter().any(|local| reading.contains(local)) {
            reading.insert(binding.local);
        }
    }
    reading
}

/// The locals that stand in an expression; without recursion, since nobody may have bounded it yet.
pub fn reads(expr: &Expr) -> BTreeSet<LocalId> {
    let mut open = vec![expr];
    let mut found = BTreeSet::new();
    while let Some(expr) = open.pop() {
        if let ExprKind::Local(local) = &expr.kind {
            found.insert(*local);
        }
        open.extend(expr.parts());
    }
    found
}

impl Decision {
    /// The decision that gives the keys of this one: about the inputs that are handed in, with an output `<tally>.<n>` for each part of each key,
    /// `n` from 0 on. `None` without tallies.
    pub fn keys(&self) -> Option<Decision> {
        if self.ledger.is_empty() {
            return None;
        }
        let mut used: BTreeSet<LocalId> = self.ledger.iter().flat_map(|tally| &tally.key).flat_map(reads).collect();
        let mut bindings = Vec::new();
        for binding in self.bindings.iter().rev() {
            if used.contains(&binding.local) {
                used.extend(reads(&binding.value));
                bindings.push(binding.clone());
            }
        }
        bindings.reverse();
        let part = |tally: &Tally, n: usize, value: &Expr| {
            let (labels, cites) = (Labels::default(), Vec::new());
            Output { name: format!("{}.{n}", tally.name), labels, cites, when: None, value: value.clone() }
        };
        let parts = |tally: &Tally| -> Vec<Output> {
            tally.key.iter().enumerate().map(|(n, value)| part(tally, n, value)).collect()
        };
        Some(Decision {
            name: keys_name(&self.name),
            labels: Labels::default(),
            inputs: self.asked().map(|(_, field)| field.clone()).collect(),
            bindings,
            requirements: Vec::new(),
            outputs: self.ledger.iter().flat_map(parts).collect(),
            rules: self.rules.clone(),
            ledger: Vec::new(),
            work: self.work,
        })
    }
}

impl Program {
    /// The program with the decisions that give the keys of its others.
    #[must_use]
    pub fn with_keys(&self) -> Program {
        let keys: Vec<Decision> = self.decisions.iter().filter_map(Decision::keys).collect();
        let decisions = self.decisions.iter().cloned().chain(keys).collect();
        Program { decisions, ..self.clone() }
    }
}
