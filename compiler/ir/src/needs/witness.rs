//! Witnesses: two completions of what is known that differ in one fact and have different answers. They show that the fact is required.

use super::assume::change;
use super::bits::Bits;
use super::cells::Cells;
use super::domain::Abstract;
use super::edges::Edges;
use super::judge::{Answer, Judged, Question, Run};
use super::run::Context;
use super::split::{Diagram, Division, Node, NodeId, restrict};
use crate::{Fact, Facts, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Two completions that differ in one fact, and their answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) first: (Facts, Answer),
    pub(crate) second: (Facts, Answer),
}

/// Looks for witnesses.
pub(crate) struct Witnesses<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) cells: &'c Cells,
    pub(crate) edges: &'c Edges,
    pub(crate) division: &'c Division,
    pub(crate) question: Question,
    /// A case in which every requirement holds; there a fact that one of them depends on is likely to matter.
    pub(crate) granted: Option<Facts>,
}

/// Times that the other facts are completed anew.
const ROUNDS: u64 = 6;
/// Values of a fact that are tried against each other.
const MOST_VALUES: usize = 48;
/// Values of one part that are tried for whether the fact goes on mattering.
const MOST_TRIES: usize = 6;
/// Steps of the search for a common path to different leaves.
const MOST_STEPS: usize = 4096;

impl Witnesses<'_> {
    /// Witnesses that a fact is required: by the diagram, if there is one, else by completing the others so that it goes on mattering.
    pub(crate) fn find(&self, run: &Run, fact: usize, diagram: Option<&Diagram>) -> Option<Pair> {
        let by_diagram = diagram.and_then(|diagram| self.by_diagram(run, fact, diagram));
        by_diagram.or_else(|| self.by_trial(run, fact)).or_else(|| self.by_granted(run, fact))
    }

    /// Completes the other facts one by one, each by a value that leaves the answer dependent on this one, then tries its values.
    pub(crate) fn by_trial(&self, run: &Run, fact: usize) -> Option<Pair> {
        let own = self.cells.cells_of(fact);
        (0..ROUNDS).find_map(|round| {
            let base = self.others_completed(run, fact, &own, round)?;
            self.values_differ(&base, fact, &own, round)
        })
    }

    /// Completes the other facts as in the case in which every requirement holds, then tries the values of this one.
    fn by_granted(&self, run: &Run, fact: usize) -> Option<Pair> {
        let inputs = &self.granted.as_ref()?.inputs;
        let mut base = run.clone();
        for (_, other) in self.cells.missing.iter().enumerate().filter(|(n, _)| *n != fact) {
            let (Fact::Known(value), field) = (inputs.get(other.root)?, self.context.decision.inputs.get(other.root)?)
            else {
                return None;
            };
            let whole = Abstract::of(self.context.program, value, &field.ty);
            let value = super::assume::part(&whole, &other.steps)?.point()?;
            let root = base.roots.get_mut(other.root)?;
            *root = Rc::new(change(root, &other.steps, &|part| Some(part.narrowed_to(&value)))?);
        }
        let own = self.cells.cells_of(fact);
        (0..ROUNDS).find_map(|round| self.values_differ(&base, fact, &own, round))
    }

    fn others_completed(&self, run: &Run, fact: usize, own: &Bits, round: u64) -> Option<Run> {
        let mut dice = Dice::new(round.wrapping_mul(1009).wrapping_add(fact as u64));
        let mut run = run.clone();
        for other in (0..self.cells.missing.len()).filter(|other| *other != fact) {
            let matters = |run: &Run| matches!(run.judge(self.question), Judged::Open(open) if !open.intersection(own).is_empty());
            let parts: Vec<usize> = self.cells.cells_of(other).iter().collect();
            for cell in parts {
                let blocks = self.division.blocks.get(cell).map(Vec::as_slice).unwrap_or_default();
                let start = dice.below(blocks.len().max(1));
                let tries = (0..blocks.len()).map(|n| (n + start) % blocks.len().max(1)).filter_map(|n| blocks.get(n));
                let points: Vec<Value> = tries
                    .map(|block| block.sample(if round == 0 { 1 } else { dice.next() % 8 }))
                    .take(MOST_TRIES)
                    .collect();
                let mut first = None;
                for value in &points {
                    let Some(narrowed) = self.with_part(&run, cell, value) else { continue };
                    if matters(&narrowed) {
                        first = Some(narrowed);
                        break;
                    }
                    first = first.or(Some(narrowed));
                }
                run = first.unwrap_or(run);
            }
            if !matters(&run) {
                return None;
            }
        }
        Some(run)
    }

    /// The run with one part known to be a value. A part that is not there stays so.
    fn with_part(&self, run: &Run, cell: usize, value: &Value) -> Option<Run> {
        let place = self.cells.cells.get(cell)?;
        let now = super::assume::part(run.roots.get(place.root)?, &place.steps)?;
        let block = now.narrowed_to(value);
        restrict(self.context, self.cells, run, cell, &block)
    }

    /// Two values of the fact, everything else being known, that give different answers.
    fn values_differ(&self, base: &Run, fact: usize, own: &Bits, round: u64) -> Option<Pair> {
        let missing = self.cells.missing.get(fact)?;
        let roots = completed(&base.roots, round);
        let mut tried: BTreeSet<Value> = BTreeSet::new();
        let mut first: Option<(Facts, Answer)> = None;
        for value in self.values(fact, own) {
            if tried.len() >= MOST_VALUES || !tried.insert(value.clone()) {
                continue;
            }
            let place = base.roots.get(missing.root)?;
            let known = change(place, &missing.steps, &|part| Some(part.narrowed_to(&value)))?;
            let mut roots = roots.clone();
            *roots.get_mut(missing.root)? = known.sample(round);
            let Some(found) = self.answer(&roots) else { continue };
            match &first {
                None => first = Some(found),
                Some(first) if !first.1.same(&found.1) => return Some(Pair { first: first.clone(), second: found }),
                Some(_) => {}
            }
        }
        None
    }

    /// Values of a fact at the policy's constants and their neighbours.
    pub(crate) fn values(&self, fact: usize, own: &Bits) -> Vec<Value> {
        let Some(missing) = self.cells.missing.get(fact) else { return Vec::new() };
        let Some(whole) = self.cells.roots.get(missing.root).and_then(|root| super::assume::part(root, &missing.steps))
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for cell in own.iter() {
            let Some(place) = self.cells.cells.get(cell) else { continue };
            let steps = place.steps.get(missing.steps.len()..).unwrap_or_default();
            for block in self.division.blocks.get(cell).into_iter().flatten() {
                for which in [0, 1, 3] {
                    let part = block.sample(which);
                    let known = change(whole, steps, &|part_now| Some(part_now.narrowed_to(&part)));
                    found.extend(known.into_iter().flat_map(|known| [known.sample(1), known.sample(3)]));
                }
            }
        }
        found.extend(self.lists(whole, missing));
        found.extend((0..6).map(|which| whole.sample(which)));
        found
    }

    /// Lists of one or two elements, each element at the constants that its parts are compared with.
    fn lists(&self, whole: &Abstract, missing: &super::cells::Missing) -> Vec<Value> {
        let Some((_, most, element)) =
            super::join::many(whole).filter(|_| matches!(whole.shape, super::domain::Shape::Many { .. }))
        else {
            return Vec::new();
        };
        let steps: Vec<_> = missing.steps.iter().copied().chain([super::assume::Step::Element]).collect();
        let elements = self.elements(&element, missing.root, &steps, &element);
        let mut found: Vec<Value> = Vec::new();
        for (n, one) in elements.iter().enumerate() {
            found.push(Value::List(vec![one.clone()]));
            if most > 1 {
                let other = elements.get((n + 1) % elements.len().max(1)).unwrap_or(one);
                found.push(Value::List(vec![one.clone(), other.clone()]));
            }
        }
        found
    }

    /// Elements of which one part at a time is at a constant.
    fn elements(&self, part: &Abstract, root: usize, steps: &[super::assume::Step], whole: &Abstract) -> Vec<Value> {
        use super::assume::Step;
        use super::domain::Shape;
        let own = steps.iter().rposition(|step| *step == Step::Element).map_or(0, |n| n + 1);
        let way = steps.get(own..).unwrap_or_default();
        let inside = |step: Step| steps.iter().copied().chain([step]).collect::<Vec<_>>();
        match &part.shape {
            Shape::Record(parts) => parts
                .iter()
                .enumerate()
                .flat_map(|(n, it)| self.elements(it, root, &inside(Step::Field(n as u32)), whole))
                .collect(),
            Shape::Optional { present: Some(inner), .. } => {
                let absent = change(whole, way, &|it| Some(it.narrowed_to(&Value::Absent))).map(|it| it.sample(1));
                absent.into_iter().chain(self.elements(inner, root, &inside(Step::Inside), whole)).collect()
            }
            _ => {
                let blocks = self.edges.divide(part, &self.edges.at(root, steps));
                let samples = blocks.iter().flat_map(|block| [block.sample(0), block.sample(1)]);
                samples
                    .filter_map(|value| change(whole, way, &|it| Some(it.narrowed_to(&value))).map(|it| it.sample(1)))
                    .take(MOST_VALUES)
                    .collect()
            }
        }
    }

    /// The answer where everything is known.
    pub(crate) fn answer(&self, roots: &[Value]) -> Option<(Facts, Answer)> {
        let types = self.context.decision.inputs.iter().map(|field| &field.ty).chain([&crate::Type::Date]);
        let known: Vec<Rc<Abstract>> =
            roots.iter().zip(types).map(|(value, ty)| Rc::new(Abstract::of(self.context.program, value, ty))).collect();
        match self.context.run(&known).judge(self.question) {
            Judged::Point(answer) => Some((facts(self.context, roots), answer)),
            Judged::Open(_) => None,
        }
    }

    /// A node that branches by a part of the fact, and from two of its children a common path to different answers.
    fn by_diagram(&self, run: &Run, fact: usize, diagram: &Diagram) -> Option<Pair> {
        let own = self.cells.cells_of(fact);
        let mut paths: Vec<(NodeId, Vec<(usize, usize)>)> = vec![(diagram.root, Vec::new())];
        let mut seen: BTreeSet<NodeId> = BTreeSet::new();
        while let Some((id, path)) = paths.pop() {
            let Some((cell, children)) = diagram.children(id).filter(|_| seen.insert(id)) else { continue };
            if own.contains(cell) {
                for (n, a) in children.iter().enumerate() {
                    for (m, b) in children.iter().enumerate().skip(n + 1).filter(|(_, b)| *b != a) {
                        let start = Both { nodes: (*a, *b), first: with(&path, cell, n), second: with(&path, cell, m) };
                        if let Some(found) = self.apart(run, fact, diagram, &own, start) {
                            return Some(found);
                        }
                    }
                }
            }
            paths.extend(children.iter().enumerate().map(|(n, child)| (*child, with(&path, cell, n))));
        }
        None
    }

    /// Follows two paths that differ in the fact's own cells only, to leaves with different answers.
    fn apart(&self, run: &Run, fact: usize, diagram: &Diagram, own: &Bits, start: Both) -> Option<Pair> {
        let mut waiting = vec![start];
        let mut seen: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
        while let Some(both) = waiting.pop() {
            let (a, b) = both.nodes;
            if a == b || !seen.insert((a, b)) || seen.len() > MOST_STEPS {
                continue;
            }
            let place = |id: NodeId| {
                diagram.children(id).and_then(|(cell, _)| self.division.order.iter().position(|it| *it == cell))
            };
            match (diagram.nodes.get(a), diagram.nodes.get(b)) {
                (Some(Node::Leaf(_)), Some(Node::Leaf(_))) => {
                    if let Some(pair) = self.pair(run, fact, &both) {
                        return Some(pair);
                    }
                }
                _ => waiting.extend(both.next(diagram, own, (place(a), place(b)))),
            }
        }
        None
    }

    /// Completes both sides alike but for the fact.
    fn pair(&self, run: &Run, fact: usize, both: &Both) -> Option<Pair> {
        let whole = |path: &[(usize, usize)]| -> Option<Vec<Rc<Abstract>>> {
            let mut roots = run.roots.clone();
            for (cell, block) in path {
                let place = self.cells.cells.get(*cell)?;
                let block = self.division.blocks.get(*cell)?.get(*block)?;
                let root = roots.get_mut(place.root)?;
                // What is inside a part that is not there stays as it is.
                if super::assume::part(root, &place.steps).is_some() {
                    *root = Rc::new(change(root, &place.steps, &|_| Some(block.clone()))?);
                }
            }
            Some(roots)
        };
        let (first, second) = (whole(&both.first)?, whole(&both.second)?);
        let missing = self.cells.missing.get(fact)?;
        (0..4).find_map(|which| {
            let left = completed(&first, which);
            let mut right = left.clone();
            let own = super::assume::part(second.get(missing.root)?, &missing.steps)?.sample(which);
            let now = Abstract::clone(first.get(missing.root)?);
            let changed = change(&now, &missing.steps, &|_| {
                super::assume::part(second.get(missing.root)?, &missing.steps).map(|it| it.narrowed_to(&own))
            })?;
            *right.get_mut(missing.root)? = changed.sample(which);
            let (left, right) = (self.answer(&left)?, self.answer(&right)?);
            (!left.1.same(&right.1)).then_some(Pair { first: left, second: right })
        })
    }
}

/// Two nodes reached together, and the blocks chosen on the way.
struct Both {
    nodes: (NodeId, NodeId),
    first: Vec<(usize, usize)>,
    second: Vec<(usize, usize)>,
}

impl Both {
    /// One step down: the node of the cell that comes first branches; both, if it is the same cell. Own cells branch freely.
    fn next(&self, diagram: &Diagram, own: &Bits, places: (Option<usize>, Option<usize>)) -> Vec<Both> {
        let first = |place: Option<usize>| place.unwrap_or(usize::MAX);
        let (left, right) = (first(places.0), first(places.1));
        let (a, b) = self.nodes;
        let pick = if left <= right { a } else { b };
        let Some((cell, children)) = diagram.children(pick) else { return Vec::new() };
        let side = |id: NodeId, n: usize| match diagram.children(id) {
            Some((other, children)) if other == cell => children.get(n).copied(),
            _ => Some(id),
        };
        let ways: Vec<(usize, usize)> = if own.contains(cell) {
            (0..children.len()).flat_map(|n| (0..children.len()).map(move |m| (n, m))).collect()
        } else {
            (0..children.len()).map(|n| (n, n)).collect()
        };
        let to = |(n, m): (usize, usize)| {
            let nodes = (side(a, n)?, side(b, m)?);
            Some(Both { nodes, first: with(&self.first, cell, n), second: with(&self.second, cell, m) })
        };
        ways.into_iter().filter_map(to).collect()
    }
}

fn with(path: &[(usize, usize)], cell: usize, block: usize) -> Vec<(usize, usize)> {
    path.iter().copied().chain([(cell, block)]).collect()
}

/// One value of each input, and today.
pub(crate) fn completed(roots: &[Rc<Abstract>], which: u64) -> Vec<Value> {
    roots.iter().map(|root| root.sample(which)).collect()
}

/// Known inputs as facts.
pub(crate) fn facts(context: &Context<'_>, roots: &[Value]) -> Facts {
    Facts { inputs: roots.iter().take(context.decision.inputs.len()).cloned().map(Fact::Known).collect() }
}

/// Repeatable chance.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_add(0x9E37_79B9_7F4A_7C15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % (n.max(1) as u64)) as usize
    }
}
