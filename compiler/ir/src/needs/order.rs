//! In which order to ask: what no answer to the other questions can make superfluous comes first, then what leaves least to ask.

use super::bits::Bits;
use super::cells::FactRef;
use super::judge::{Judged, Run};
use super::refine::Inquiry;
use super::split::{Diagram, Division, Node, NodeId, restrict};
use super::witness::Witnesses;
use std::collections::BTreeSet;

/// What it costs to come by a fact: it lies on chain; another department has it; the citizen must hand it in.
pub(crate) fn cost(fact: &FactRef) -> u64 {
    match (fact.schema.is_empty(), fact.issuer.is_empty()) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 3,
    }
}

/// Sets of nodes that are looked at to show that a fact is unavoidable.
const MOST_SETS: usize = 4096;
/// Values of a fact that are tried for what they leave open.
const MOST_VALUES: usize = 8;

/// Whether it is shown that the decision depends on a fact whatever the others are.
pub(crate) fn unavoidable(witnesses: &Witnesses<'_>, run: &Run, fact: usize, diagram: &Diagram) -> bool {
    let own = witnesses.cells.cells_of(fact);
    let mut walk = Walk { diagram, division: witnesses.division, own: &own, seen: BTreeSet::new() };
    !walk.avoidable(BTreeSet::from([diagram.root])) || two_values_never_agree(witnesses, run, fact, &own)
}

/// Two values of the fact under which the answers cannot be the same, whatever the rest is.
fn two_values_never_agree(witnesses: &Witnesses<'_>, run: &Run, fact: usize, own: &Bits) -> bool {
    let Some(missing) = witnesses.cells.missing.get(fact) else { return false };
    let mut values = witnesses.values(fact, own);
    values.sort();
    values.dedup();
    let stride = values.len().div_ceil(MOST_VALUES).max(1);
    let ends = values.first().into_iter().chain(values.last());
    let with = |value: &crate::Value| {
        let root = run.roots.get(missing.root)?;
        let known = super::assume::change(root, &missing.steps, &|part| Some(part.narrowed_to(value)))?;
        Some(witnesses.context.narrowed(run, missing.root, known, own))
    };
    let runs: Vec<Run> = ends.chain(values.iter().step_by(stride)).filter_map(with).collect();
    let pairs = runs.iter().enumerate().flat_map(|(n, a)| runs.iter().skip(n + 1).map(move |b| (a, b)));
    pairs.into_iter().any(|(a, b)| a.never_same(b, witnesses.question))
}

struct Walk<'d> {
    diagram: &'d Diagram,
    division: &'d Division,
    own: &'d Bits,
    seen: BTreeSet<BTreeSet<NodeId>>,
}

impl Walk<'_> {
    /// Whether the other cells can be such that the nodes, which the own cells lead to, have one answer. In doubt, yes.
    fn avoidable(&mut self, nodes: BTreeSet<NodeId>) -> bool {
        if nodes.iter().filter_map(|id| self.diagram.nodes.get(*id)).any(|node| matches!(node, Node::Open(_))) {
            return true;
        }
        let place = |cell: usize| self.division.order.iter().position(|it| *it == cell);
        let next = nodes.iter().filter_map(|id| self.diagram.children(*id)).min_by_key(|(cell, _)| place(*cell));
        let Some((cell, children)) = next else { return nodes.len() == 1 };
        if self.seen.len() > MOST_SETS {
            return true;
        }
        if !self.seen.insert(nodes.clone()) {
            return false;
        }
        let ways = children.len();
        let step = |n: usize| -> BTreeSet<NodeId> {
            let down = |id: &NodeId| match self.diagram.children(*id) {
                Some((other, children)) if other == cell => children.get(n).copied().unwrap_or(*id),
                _ => *id,
            };
            nodes.iter().map(down).collect()
        };
        let sets: Vec<BTreeSet<NodeId>> = (0..ways).map(step).collect();
        if self.own.contains(cell) {
            return self.avoidable(sets.into_iter().flatten().collect());
        }
        sets.into_iter().any(|set| self.avoidable(set))
    }
}

/// The facts in the order in which to ask for them: the unavoidable ones, then by what they and all that is expected to be left cost, then the
/// cheaper ones, then by how many are expected to be left.
pub(crate) fn order(inquiry: &Inquiry<'_>, required: &[usize], unavoidable: &Bits) -> Vec<usize> {
    let score = |fact: &usize| {
        let own = Left::of(inquiry, &Bits::one(*fact));
        let left = expected_left(inquiry, *fact);
        let all = left.cost.saturating_add(own.cost.saturating_mul(SCALE));
        (!unavoidable.contains(*fact), all, own.cost, left.number, *fact)
    };
    let mut scored: Vec<_> = required.iter().map(score).collect();
    scored.sort_unstable();
    scored.into_iter().map(|(.., fact)| fact).collect()
}

/// Means are told in thousandths.
const SCALE: u64 = 1000;

/// What facts cost, and how many they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    cost: u64,
    number: u64,
}

impl Left {
    fn of(inquiry: &Inquiry<'_>, facts: &Bits) -> Left {
        let missing = facts.iter().filter_map(|fact| inquiry.cells.missing.get(fact));
        Left { cost: missing.map(|it| cost(&it.fact)).sum(), number: facts.len() as u64 }
    }

    fn mean(all: &[Left]) -> Option<Left> {
        let mean = |part: fn(&Left) -> u64| {
            all.iter().map(part).sum::<u64>().saturating_mul(SCALE).checked_div(all.len() as u64)
        };
        Some(Left { cost: mean(|it| it.cost)?, number: mean(|it| it.number)? })
    }
}

/// What is expected to be still required once the fact is known: the mean over blocks of its most telling cell.
fn expected_left(inquiry: &Inquiry<'_>, fact: usize) -> Left {
    let Inquiry { context, cells, run, division, question, .. } = inquiry;
    let left = |run: &Run| match run.judge(*question) {
        Judged::Open(open) => {
            let others: Bits = cells.facts_of(&open).iter().filter(|other| *other != fact).collect();
            Left::of(inquiry, &others)
        }
        Judged::Point(_) => Left::default(),
    };
    let mean = |cell: usize| {
        let blocks = division.blocks.get(cell).map(Vec::as_slice).unwrap_or_default();
        let stride = blocks.len().div_ceil(MOST_VALUES).max(1);
        let tried = blocks.iter().step_by(stride).filter_map(|block| restrict(context, cells, run, cell, block));
        Left::mean(&tried.map(|run| left(&run)).collect::<Vec<_>>())
    };
    let means = cells.cells_of(fact).iter().take(MOST_VALUES).filter_map(mean).min();
    means.or_else(|| Left::mean(&[left(run)])).unwrap_or_default()
}
