//! Tallies: ports, keys, what is added, and what those of one ledger have in common.

use super::{Errors, Scope, declarations, types};
use crate::ledger::{KeyKind, MAX_KEY_TEXT, Shape, reading};
use crate::{Decision, Expr, LocalId, NumberType, Program, Tally, Type};
use std::collections::{BTreeMap, BTreeSet};

/// The tallies of a decision, after everything that they may refer to.
pub(super) fn check(scope: &mut Scope<'_>, errors: &mut Errors) {
    let (program, decision) = (scope.program, scope.decision);
    errors.at(format!("decision `{}`", decision.name));
    errors.distinct("tally", decision.ledger.iter().map(|it| it.name.as_str()));
    errors.distinct("ledger", decision.ledger.iter().map(|it| it.ledger.as_str()));
    let ports: BTreeSet<u32> = decision.ledger.iter().map(|it| it.port).collect();
    let first = decision.inputs.len().saturating_sub(decision.ledger.len());
    if ports.len() != decision.ledger.len() || ports.iter().any(|port| (*port as usize) < first) {
        errors.add("the ports of its tallies are not the last of its inputs, one each");
    }
    let counted = reading(&decision.bindings, ports.iter().map(|port| LocalId(*port)));
    for tally in &decision.ledger {
        errors.at(format!("decision `{}`, tally `{}`", decision.name, tally.name));
        tally.cites.iter().for_each(|cite| errors.check(declarations::cite(program, cite)));
        errors.check(amount(decision, tally));
        if tally.key.is_empty() {
            errors.add("has no key");
        }
        for part in &tally.key {
            errors.check(scope.whole(part));
            errors.check(key_part(program, part));
            if crate::ledger::reads(part).iter().any(|local| counted.contains(local)) {
                errors.add("its key depends on what has been counted");
            }
        }
    }
}

/// The port and what is added to it.
fn amount(decision: &Decision, tally: &Tally) -> Result<(), String> {
    let input = decision.inputs.get(tally.port as usize);
    let Some(port) = input.and_then(|input| input.ty.number()).filter(|port| port.lo == 0) else {
        return Err("its port is no number from 0 on".to_owned());
    };
    if input.is_some_and(|input| input.name != tally.name) {
        return Err("its port has another name".to_owned());
    }
    if tally.most <= 0 {
        return Err(format!("its most is {}", tally.most));
    }
    let adds = match tally.adds {
        None => NumberType { scale: 0, lo: 1, hi: 1, ..port },
        Some(place) => match decision.outputs.get(place as usize).and_then(|output| output.value.ty.number()) {
            Some(number) => number,
            None => return Err(format!("adds output {place}, which is no number")),
        },
    };
    if adds.scale != port.scale {
        return Err(format!("adds a number of scale {} to one of scale {}", adds.scale, port.scale));
    }
    if adds.lo < 0 { Err(format!("adds what may be {}", adds.lo)) } else { Ok(()) }
}

fn key_part(program: &Program, part: &Expr) -> Result<(), String> {
    if KeyKind::of(&part.ty).is_none() {
        return Err(format!("a part of its key is of type {}", types::show(&part.ty)));
    }
    let Type::Enum(id) = &part.ty else { return Ok(()) };
    let cases = program.enum_of(*id).map(|declared| declared.cases.as_slice()).unwrap_or_default();
    match cases.iter().find(|case| case.code.len() > MAX_KEY_TEXT) {
        Some(case) => Err(format!("the code of case `{}` is too long for a key", case.name)),
        None => Ok(()),
    }
}

/// Tallies of one ledger count the same under keys of the same kinds.
pub(super) fn shared(program: &Program, errors: &mut Errors) {
    let mut shapes: BTreeMap<&str, Shape> = BTreeMap::new();
    for decision in &program.decisions {
        for tally in &decision.ledger {
            let shape = tally.shape(decision);
            if shapes.get(tally.ledger.as_str()).is_some_and(|first| *first != shape) {
                errors.at(format!("decision `{}`, tally `{}`", decision.name, tally.name));
                errors.add(format!("the ledger `{}` has other keys or another unit elsewhere", tally.ledger));
            }
            shapes.entry(&tally.ledger).or_insert(shape);
        }
    }
}
