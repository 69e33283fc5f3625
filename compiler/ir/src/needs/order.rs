//! In which order to ask: what no answer to the other questions can make superfluous comes first, then what leaves least to ask.

use super::bits::Bits;
use super::cells::{Cells, Missing};
use super::judge::{Judged, Question, Run};
use super::run::Context;
use super::split::{Diagram, Division, Node, NodeId, restrict};
use super::witness::Witnesses;
use std::collections::BTreeSet;

/// What it costs to come by a fact: it lies on chain; another department has it; the citizen must hand it in.
pub(crate) fn cost(missing: &Missing) -> u64 {
    match (missing.schema.is_empty(), missing.issuer.is_empty()) {
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

/// The facts in the order in which to ask for them.
pub(crate) fn order(
    context: &Context<'_>,
    cells: &Cells,
    division: &Division,
    run: &Run,
    question: Question,
    (required, unavoidable): (&[usize], &Bits),
) -> Vec<usize> {
    let weight = |fact: usize| cells.missing.get(fact).map_or(0, |it| cost(it) * 100 + 1);
    let mut scored: Vec<(bool, u64, usize)> = required
        .iter()
        .map(|fact| {
            let left = expected_left(context, cells, division, run, question, *fact, &weight);
            (!unavoidable.contains(*fact), left.saturating_add(weight(*fact) * 1000), *fact)
        })
        .collect();
    scored.sort_unstable();
    scored.into_iter().map(|(_, _, fact)| fact).collect()
}

/// What is expected to be still required, a thousand times over, once the fact is known: the mean over blocks of its most telling cell.
fn expected_left(
    context: &Context<'_>,
    cells: &Cells,
    division: &Division,
    run: &Run,
    question: Question,
    fact: usize,
    weight: &dyn Fn(usize) -> u64,
) -> u64 {
    let left = |open: &Bits| cells.facts_of(open).iter().filter(|other| *other != fact).map(weight).sum::<u64>();
    let now = match run.judge(question) {
        Judged::Open(open) => left(&open),
        Judged::Point(_) => 0,
    };
    let mean = |cell: usize| {
        let blocks = division.blocks.get(cell).map(Vec::as_slice).unwrap_or_default();
        let stride = blocks.len().div_ceil(MOST_VALUES).max(1);
        let tried: Vec<u64> = blocks
            .iter()
            .step_by(stride)
            .filter_map(|block| restrict(context, cells, run, cell, block))
            .map(|run| match run.judge(question) {
                Judged::Open(open) => left(&open),
                Judged::Point(_) => 0,
            })
            .collect();
        tried.iter().sum::<u64>().saturating_mul(1000).checked_div(tried.len() as u64)
    };
    cells.cells_of(fact).iter().take(MOST_VALUES).filter_map(mean).min().unwrap_or(now.saturating_mul(1000))
}
