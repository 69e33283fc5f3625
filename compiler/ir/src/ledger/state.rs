//! The simulated ledger: what a contract does on a chain, with any engine.

use super::{Tally, key_bytes, keys_name};
use crate::{Decision, Fact, Facts, Failure, Outcome, Program, Type, Value, Verdict};
use std::collections::BTreeMap;

/// Totals by the ledger's name and the bytes of a key. What is not in it is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    totals: BTreeMap<(String, Vec<u8>), i128>,
}

impl Ledger {
    /// What has been counted under a key.
    pub fn total(&self, ledger: &str, key: &[u8]) -> i128 {
        self.totals.get(&(ledger.to_owned(), key.to_vec())).copied().unwrap_or(0)
    }

    /// Sets what has been counted under a key. A total of 0 leaves no trace.
    pub fn set(&mut self, ledger: &str, key: &[u8], total: i128) {
        let place = (ledger.to_owned(), key.to_vec());
        match total {
            0 => drop(self.totals.remove(&place)),
            total => drop(self.totals.insert(place, total)),
        }
    }

    /// Names, keys and totals, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8], i128)> {
        self.totals.iter().map(|((ledger, key), total)| (ledger.as_str(), key.as_slice(), *total))
    }
}

/// Facts for a decision without a ledger: nothing has been counted yet, but where a total is given.
#[must_use]
pub fn uncounted(decision: &Decision, mut facts: Facts) -> Facts {
    for tally in &decision.ledger {
        if let Some(port @ Fact::Missing) = facts.inputs.get_mut(tally.port as usize) {
            *port = Fact::Known(Value::Number(0));
        }
    }
    facts
}

/// Decides a case with what the ledger holds, and counts it there if it is granted. All or nothing: any other verdict leaves the ledger as it was.
///
/// `decide` is an engine on this program, to which [`Program::with_keys`] has added the keys, and on the day of the case. Totals in `facts`
/// are not looked at. If a part of a key is not known, no total is; what is then missing are the facts that the keys need.
pub fn step(
    program: &Program,
    decision: &str,
    facts: &Facts,
    ledger: &mut Ledger,
    decide: &mut dyn FnMut(&str, &Facts) -> Outcome,
) -> Outcome {
    let Some(decision) = program.decision(decision).filter(|it| !it.ledger.is_empty()) else {
        return decide(decision, facts);
    };
    let fact = |place: usize| facts.inputs.get(place).cloned().unwrap_or(Fact::Missing);
    let asked = Facts { inputs: decision.asked().map(|(place, _)| fact(place)).collect() };
    let keyed = decide(&keys_name(&decision.name), &asked);
    let keys: Vec<Option<Vec<u8>>> = decision.ledger.iter().map(|tally| key_of(program, tally, &keyed)).collect();
    let counted = |place: usize, ty: &Type| {
        let at = decision.ledger.iter().position(|tally| tally.port as usize == place)?;
        let (tally, key) = (decision.ledger.get(at)?, keys.get(at)?.as_ref());
        let total = key.map(|key| ledger.total(&tally.ledger, key));
        // A total that the type does not hold, of a policy with a higher most, is as much as the type can say.
        let total = total.zip(ty.number()).map(|(total, ty)| total.min(ty.hi));
        Some(total.map_or(Fact::Missing, |total| Fact::Known(Value::Number(total))))
    };
    let inputs = decision.inputs.iter().enumerate();
    let inputs = inputs.map(|(place, field)| counted(place, &field.ty).unwrap_or_else(|| fact(place)));
    let outcome = decide(&decision.name, &Facts { inputs: inputs.collect() });
    match outcome.verdict {
        Verdict::Granted => count(decision, outcome, &keyed, &keys, ledger),
        Verdict::Pending => asked_for(decision, outcome, &keyed),
        Verdict::Refused | Verdict::Error => outcome,
    }
}

/// The key of a tally in the answer of the decision that gives the keys.
fn key_of(program: &Program, tally: &Tally, keyed: &Outcome) -> Option<Vec<u8>> {
    let part = |n: usize| keyed.outputs.iter().find(|(name, ..)| *name == format!("{}.{n}", tally.name));
    let parts: Vec<_> = (0..tally.key.len()).map(part).collect::<Option<_>>()?;
    let values: Vec<Value> = parts.iter().map(|(_, _, value)| value.clone()).collect();
    let types: Vec<&Type> = parts.iter().map(|(_, ty, _)| ty).collect();
    key_bytes(program, &values, &types)
}

/// What a granted outcome adds to a tally; an output that is not given adds nothing.
fn amount(decision: &Decision, tally: &Tally, outcome: &Outcome) -> i128 {
    let Some(adds) = tally.adds else { return 1 };
    let name = decision.outputs.get(adds as usize).map(|output| &output.name);
    let given = outcome.outputs.iter().find(|(given, ..)| Some(given) == name);
    match given {
        Some((.., Value::Number(n))) => *n,
        _ => 0,
    }
}

/// Adds to every tally, or to none.
fn count(
    decision: &Decision,
    outcome: Outcome,
    keyed: &Outcome,
    keys: &[Option<Vec<u8>>],
    ledger: &mut Ledger,
) -> Outcome {
    let mut totals = Vec::new();
    for (tally, key) in decision.ledger.iter().zip(keys) {
        let amount = amount(decision, tally, &outcome);
        if amount == 0 {
            continue;
        }
        let Some(key) = key else { return unkeyed(keyed) };
        let total = ledger.total(&tally.ledger, key).checked_add(amount);
        let Some(total) = total.filter(|total| amount > 0 && *total <= tally.most) else { return beyond(tally) };
        totals.push((tally.ledger.as_str(), key, total));
    }
    totals.into_iter().for_each(|(name, key, total)| ledger.set(name, key, total));
    outcome
}

/// The answer where a key is needed and not known: what the keys say of it.
fn unkeyed(keyed: &Outcome) -> Outcome {
    match keyed.verdict {
        Verdict::Pending => Outcome { missing: keyed.missing.clone(), ..Outcome::empty(Verdict::Pending) },
        _ => Outcome { reasons: Vec::new(), ..keyed.clone() },
    }
}

/// What a requirement of the decision should have refused; no decision that was written in the language comes here.
fn beyond(tally: &Tally) -> Outcome {
    let message = format!("`{}` would be more than its most", tally.name);
    Outcome::failed(Failure { code: "over_limit".to_owned(), path: tally.name.clone(), message })
}

/// A pending outcome: nobody can hand in a total, so what the keys need is asked for instead.
fn asked_for(decision: &Decision, mut outcome: Outcome, keyed: &Outcome) -> Outcome {
    let is_port = |path: &String| decision.ledger.iter().any(|tally| tally.name == *path);
    if !outcome.missing.iter().any(is_port) {
        return outcome;
    }
    if keyed.verdict != Verdict::Pending {
        return unkeyed(keyed);
    }
    outcome.missing.retain(|path| !is_port(path));
    outcome.missing.extend(keyed.missing.iter().cloned());
    outcome.missing.sort();
    outcome.missing.dedup();
    outcome
}
