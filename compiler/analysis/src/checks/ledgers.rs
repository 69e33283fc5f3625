//! E0805: tallies of one ledger that do not count the same under keys of the same kinds, or that one decision has twice.

use crate::items::{ItemId, ItemPlace};
use crate::signature::Signature;
use enact_base::{Code, Diagnostic};
use enact_ir::NumberKind;
use enact_ir::ledger::{KeyKind, Shape};
use enact_syntax::ast::{Item, ItemKind, StatementKind};
use std::collections::BTreeMap;

/// A tally and the ledger that it counts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The ledger's name.
    pub(crate) ledger: String,
    /// Its decision.
    decision: ItemId,
    /// Its place among the tallies of the decision.
    place: usize,
    shape: Shape,
}

/// The tallies of a decision.
pub(crate) fn of(decision: &ItemId, signature: &Signature) -> Vec<Counted> {
    let Signature::Decision(bare) = signature else { return Vec::new() };
    let counted = |(place, tally): (usize, &enact_ir::Tally)| Counted {
        ledger: tally.ledger.clone(),
        decision: decision.clone(),
        place,
        shape: tally.shape(bare),
    };
    bare.ledger.iter().enumerate().map(counted).collect()
}

/// Compares the tallies of a file with the first of their ledgers in the project, and those of one decision with each other.
pub(crate) fn check<'a>(
    mine: &[Counted],
    all: &BTreeMap<String, Counted>,
    tree: &dyn Fn(&ItemId) -> &'a Item,
) -> Vec<Diagnostic<ItemPlace>> {
    let mut found = Vec::new();
    for (n, counted) in mine.iter().enumerate() {
        let before = mine.iter().take(n);
        let twin = before.rev().find(|it| it.decision == counted.decision && it.ledger == counted.ledger);
        let first = all.get(&counted.ledger);
        found.extend(match (twin, first) {
            (Some(twin), _) => Some(twice(counted, twin, tree)),
            (None, Some(first)) if first.shape != counted.shape => Some(differs(counted, first, tree)),
            _ => None,
        });
    }
    found
}

fn twice<'a>(counted: &Counted, twin: &Counted, tree: &dyn Fn(&ItemId) -> &'a Item) -> Diagnostic<ItemPlace> {
    let message = format!("a decision counts twice in the ledger `{}`", counted.ledger);
    Diagnostic::new(Code::LedgerShared, place_of(counted, tree), message, "a second time")
        .with_label(place_of(twin, tree), "first here")
        .with_help("one grant would be counted under two keys that may be the same: name two ledgers, or count once")
}

fn differs<'a>(counted: &Counted, first: &Counted, tree: &dyn Fn(&ItemId) -> &'a Item) -> Diagnostic<ItemPlace> {
    let message = format!("the ledger `{}` is counted in two ways", counted.ledger);
    Diagnostic::new(Code::LedgerShared, place_of(counted, tree), message, describe(&counted.shape))
        .with_label(place_of(first, tree), describe(&first.shape))
        .with_help("tallies that share a ledger have keys of the same kinds and count in the same unit")
}

/// Where the tally names its ledger, or itself.
fn place_of<'a>(counted: &Counted, tree: &dyn Fn(&ItemId) -> &'a Item) -> ItemPlace {
    let item = tree(&counted.decision);
    let tallies = match &item.kind {
        ItemKind::Decision(decision) => decision.statements.as_slice(),
        _ => &[],
    };
    let mut tallies = tallies.iter().filter_map(|it| match &it.kind {
        StatementKind::Tally(tally) => Some(tally),
        _ => None,
    });
    let tally = tallies.nth(counted.place);
    let span = tally.map_or(item.span, |it| it.ledger.as_ref().map_or(it.name.span, |ledger| ledger.span));
    ItemPlace { item: counted.decision.clone(), span }
}

fn describe(shape: &Shape) -> String {
    let unit = match shape.unit {
        Some((NumberKind::Money, _)) => "money".to_owned(),
        Some((NumberKind::Int, _)) => "whole numbers".to_owned(),
        Some((NumberKind::Rate, scale)) => format!("rates of {scale} digits"),
        Some((NumberKind::Decimal, scale)) => format!("decimals of {scale} digits"),
        None => "nothing".to_owned(),
    };
    let part = |kind: &Option<KeyKind>| match kind {
        Some(KeyKind::Bool) => "truth value",
        Some(KeyKind::Number) => "whole number",
        Some(KeyKind::Date) => "date",
        Some(KeyKind::Text) => "text",
        Some(KeyKind::Enum(_)) => "case",
        None => "?",
    };
    format!("counts {unit} per ({})", shape.key.iter().map(part).collect::<Vec<_>>().join(", "))
}
