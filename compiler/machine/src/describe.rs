//! The flat form of a decision told to others: where each fact and each output stands, by its path.

use crate::interface::{Interface, Lowered};
use crate::json::Json;
use crate::layout::{Layout, Slot, is_narrow};
use enact_ir::interp::Step;
use enact_ir::{Decision, Labels, NumberKind, Program, Type};
use serde_json::{Value, json};
use std::sync::Arc;

/// A value in a struct that is no record: what stands at one place.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Such as `visit.service_date`.
    pub path: String,
    /// The labels of its field.
    pub labels: Labels,
    /// Its place.
    pub slot: Arc<Slot>,
}

/// The leaves of a value, in the order of memory; an optional record is one, and its fields are more.
pub fn leaves(program: &Program, path: &str, labels: &Labels, slot: &Arc<Slot>) -> Vec<Leaf> {
    let own = Leaf { path: path.to_owned(), labels: labels.clone(), slot: slot.clone() };
    let mut all = if matches!(slot.ty, Type::Record(_)) { Vec::new() } else { vec![own] };
    for (field, slot) in program.fields(slot.ty.inner()).iter().zip(&slot.fields) {
        all.extend(leaves(program, &format!("{path}.{}", field.name), &field.labels, slot));
    }
    all
}

impl Interface {
    /// The leaves of the input; the last is the day of the evaluation, `today`.
    pub fn inputs(&self, program: &Program) -> Vec<Leaf> {
        let declared = program.decision(&self.decision).map(|it| it.inputs.as_slice()).unwrap_or_default();
        let today = ("today", Labels::default());
        let named = declared.iter().map(|it| (it.name.as_str(), it.labels.clone())).chain([today]);
        let all = named.zip(&self.input.slots);
        all.flat_map(|((name, labels), slot)| leaves(program, name, &labels, slot)).collect()
    }

    /// The leaves of the outputs.
    pub fn outputs(&self, program: &Program) -> Vec<Leaf> {
        let declared = program.decision(&self.decision).map(|it| it.outputs.as_slice()).unwrap_or_default();
        let all = declared.iter().zip(&self.output.values);
        all.flat_map(|(it, (_, slot))| leaves(program, &it.name, &it.labels, slot)).collect()
    }

    /// Everything that a caller must know, as JSON.
    pub fn to_json(&self, program: &Program) -> Value {
        let Some(decision) = program.decision(&self.decision) else { return Value::Null };
        let leaf = |it: &Leaf| leaf_json(program, it);
        let given = decision.outputs.iter().zip(&self.output.values);
        json!({
            "decision": self.decision,
            "decide": self.quick,
            "explain": self.full,
            "arena": self.arena,
            "input": {
                "size": self.input.size,
                "leaves": self.inputs(program).iter().map(leaf).collect::<Vec<_>>(),
                "read": self.reads,
            },
            "output": {
                "size": self.output.size,
                "holds": self.output.holds,
                "fails": self.output.fails,
                "faults": self.output.faults,
                "trace": self.output.trace,
                "given": given.map(|(it, (at, _))| json!({ "name": it.name, "at": at })).collect::<Vec<_>>(),
                "leaves": self.outputs(program).iter().map(leaf).collect::<Vec<_>>(),
            },
            "requirements": decision.requirements.iter().map(|it| &it.name).collect::<Vec<_>>(),
            "steps": self.steps.steps.iter().map(|it| step_json(program, decision, *it)).collect::<Vec<_>>(),
        })
    }
}

fn leaf_json(program: &Program, leaf: &Leaf) -> Value {
    let slot = &leaf.slot;
    let optional = matches!(slot.ty, Type::Optional(_));
    let mut found = json!({ "path": leaf.path, "type": type_name(&slot.ty), "bit": slot.bit, "at": slot.offset });
    let Some(map) = found.as_object_mut() else { return found };
    if optional {
        map.insert("present".into(), slot.present.into());
    }
    match slot.ty.inner() {
        Type::Number(number) => {
            map.insert("scale".into(), number.scale.into());
            map.insert("least".into(), number.lo.to_string().into());
            map.insert("most".into(), number.hi.to_string().into());
        }
        Type::Enum(id) => {
            let cases = program.enum_of(*id).map(|it| it.cases.as_slice()).unwrap_or_default();
            map.insert("cases".into(), cases.iter().map(|it| it.code.clone()).collect());
        }
        Type::List { max, .. } => {
            map.insert("most".into(), (*max).into());
            if let Some(element) = &slot.element {
                map.insert("element".into(), element_json(program, element));
            }
        }
        _ => {}
    }
    found
}

fn element_json(program: &Program, element: &Layout) -> Value {
    let slots = element.slots.iter().flat_map(|it| leaves(program, "", &Labels::default(), it));
    json!({ "size": element.size, "leaves": slots.map(|it| leaf_json(program, &it)).collect::<Vec<_>>() })
}

/// What stands at a place, in a word.
pub fn type_name(ty: &Type) -> &'static str {
    match ty.inner() {
        Type::Bool => "bool",
        Type::Number(number) => match (number.kind, is_narrow(*number)) {
            (NumberKind::Int, true) => "int",
            (NumberKind::Decimal, true) => "decimal",
            (NumberKind::Rate, true) => "rate",
            (NumberKind::Money, true) => "money",
            (NumberKind::Int, false) => "int128",
            (NumberKind::Decimal, false) => "decimal128",
            (NumberKind::Rate, false) => "rate128",
            (NumberKind::Money, false) => "money128",
        },
        Type::Date => "date",
        Type::Text { .. } => "text",
        Type::Enum(_) => "enum",
        Type::Record(_) => "record",
        Type::List { .. } => "list",
        Type::Optional(_) => "optional",
    }
}

fn step_json(program: &Program, decision: &Decision, step: Step) -> Value {
    match step {
        Step::Exception { rule, exception } => {
            let rule = decision.rules.get(rule as usize);
            let name = rule.and_then(|it| it.exceptions.get(exception)).map(|it| it.name.as_str());
            json!({ "rule": rule.map(|it| it.name.as_str()), "exception": name })
        }
        Step::Figure { table, version, row } => {
            let name = program.table_of(table).map(|it| it.name.as_str());
            json!({ "figure": name, "version": version, "row": row })
        }
    }
}

impl Lowered {
    /// All decisions, as JSON: `{ "policy", "hash", "decisions" }`.
    pub fn to_json(&self, program: &Program) -> Value {
        let mut all = json!({
            "policy": program.policy,
            "hash": program.hash(),
            "decisions": self.decisions.iter().map(|it| it.to_json(program)).collect::<Vec<_>>(),
        });
        if let (false, Some(map)) = (self.batches.is_empty(), all.as_object_mut()) {
            map.insert("batches".into(), self.batches.iter().map(|it| it.to_json(program)).collect());
        }
        if let (false, Some(map)) = (self.json.is_empty(), all.as_object_mut()) {
            map.insert("json".into(), self.json.iter().map(Json::to_json).collect());
        }
        all
    }

    /// The same code with names for C: `enact_<decision>_decide` and `enact_<decision>_explain`, where a character that C does not know stands as `u` and its number.
    #[must_use]
    pub fn with_c_names(mut self) -> Lowered {
        let mut rename = |old: &mut String, new: String| {
            if let Some(function) = self.module.functions.iter_mut().find(|it| it.name == *old) {
                function.name.clone_from(&new);
            }
            *old = new;
        };
        for interface in &mut self.decisions {
            let name = identifier(&interface.decision);
            rename(&mut interface.quick, format!("enact_{name}_decide"));
            rename(&mut interface.full, format!("enact_{name}_explain"));
        }
        for batch in &mut self.batches {
            let name = identifier(&batch.decision);
            rename(&mut batch.function, format!("enact_{name}_batch"));
            rename(&mut batch.rows.function, format!("enact_{name}_rows"));
        }
        self
    }
}

/// A name as C can write it.
pub fn identifier(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(c),
            '.' => out.push('_'),
            other => out.push_str(&format!("u{:x}", u32::from(other))),
        }
    }
    out
}
