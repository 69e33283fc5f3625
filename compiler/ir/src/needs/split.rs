//! The case split: a decision diagram over blocks of the missing facts' domains, reduced so that a fact stands in it only if it matters.
//!
//! Where every leaf is one answer, the diagram is exact: the decision depends on a fact if and only if a part of it labels a node.
//! A leaf that is not, because it depends on more than blocks or because the budget ran out, says what it may depend on.

use super::assume::{change, part};
use super::bits::Bits;
use super::cells::Cells;
use super::domain::Abstract;
use super::edges::Edges;
use super::judge::{Answer, Judged, Question, Run};
use super::run::Context;
use std::collections::BTreeMap;

/// A node, by its place in [`Diagram::nodes`].
pub(crate) type NodeId = usize;

/// A node of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// One answer.
    Leaf(Answer),
    /// Perhaps several; nothing else than these cells matters.
    Open(Bits),
    /// By the block that a cell lies in.
    Branch(usize, Vec<NodeId>),
}

/// A decision by blocks.
#[derive(Clone, Debug)]
pub(crate) struct Diagram {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: NodeId,
    /// Places of the requirements that are false in every case.
    pub(crate) always_false: Bits,
    /// Whether it was given up early, because two answers had been met and nothing more was asked.
    pub(crate) stopped: bool,
}

/// Missing facts with their blocks and an order in which to split them.
pub(crate) struct Division {
    /// The blocks of each cell.
    pub(crate) blocks: Vec<Vec<Abstract>>,
    /// The cells that are worth splitting, most influential first, none before what it lies in.
    pub(crate) order: Vec<usize>,
}

impl Division {
    /// Divides the cells that the run depends on. Looks at what each block leaves open, within a number of runs.
    pub(crate) fn new(
        context: &Context<'_>,
        cells: &Cells,
        edges: &Edges,
        run: &Run,
        question: Question,
        most_runs: usize,
    ) -> Division {
        let blocks: Vec<Vec<Abstract>> = cells.cells.iter().map(|cell| edges.blocks(cells, cell)).collect();
        let Judged::Open(open) = run.judge(question) else { return Division { blocks, order: Vec::new() } };
        let mut left = most_runs;
        let mut scored: Vec<(u64, usize)> = Vec::new();
        for cell in open.iter() {
            let Some(all) = blocks.get(cell).filter(|all| all.len() > 1) else { continue };
            let score = if all.len() <= left {
                left -= all.len();
                let remaining: u64 =
                    all.iter().map(|block| open_after(context, cells, run, cell, block, question)).sum();
                remaining * 1000 / all.len() as u64
            } else {
                u64::MAX
            };
            scored.push((score.saturating_mul(all.len() as u64), cell));
        }
        scored.sort_unstable();
        let mut order = Vec::new();
        for (_, cell) in &scored {
            for outer in containing(cells, *cell).into_iter().chain([*cell]) {
                let splits = blocks.get(outer).is_some_and(|all| all.len() > 1);
                if splits && !order.contains(&outer) {
                    order.push(outer);
                }
            }
        }
        Division { blocks, order }
    }
}

/// How many cells are open once this one lies in this block.
fn open_after(
    context: &Context<'_>,
    cells: &Cells,
    run: &Run,
    cell: usize,
    block: &Abstract,
    question: Question,
) -> u64 {
    match restrict(context, cells, run, cell, block).map(|run| run.judge(question)) {
        Some(Judged::Open(open)) => open.len() as u64,
        _ => 0,
    }
}

/// The cells that this one lies in, outermost first.
fn containing(cells: &Cells, cell: usize) -> Vec<usize> {
    let Some(inner) = cells.cells.get(cell) else { return Vec::new() };
    let outer = |other: &super::cells::Cell| {
        other.root == inner.root && other.steps.len() < inner.steps.len() && inner.steps.starts_with(&other.steps)
    };
    let mut found: Vec<usize> = cells.cells.iter().enumerate().filter(|(_, it)| outer(it)).map(|(n, _)| n).collect();
    found.sort_by_key(|n| cells.cells.get(*n).map_or(0, |it| it.steps.len()));
    found
}

/// The run with a cell restricted to a block; `None` where the cell is not there.
pub(crate) fn restrict(context: &Context<'_>, cells: &Cells, run: &Run, cell: usize, block: &Abstract) -> Option<Run> {
    let place = cells.cells.get(cell)?;
    let root = run.roots.get(place.root)?;
    part(root, &place.steps)?;
    let value = change(root, &place.steps, &|_| Some(block.clone()))?;
    Some(context.narrowed(run, place.root, value, &Bits::one(cell)))
}

/// Builds a diagram.
pub(crate) struct Splitter<'c> {
    context: &'c Context<'c>,
    cells: &'c Cells,
    division: &'c Division,
    question: Question,
    /// Runs that may still be made.
    left: usize,
    /// Stop as soon as two answers have been met, or one that cannot be told.
    only_whether_decided: bool,
    nodes: Vec<Node>,
    leaves: BTreeMap<Answer, NodeId>,
    known: BTreeMap<(usize, Vec<NodeId>), NodeId>,
    always_false: Option<Bits>,
    stopped: bool,
}

impl<'c> Splitter<'c> {
    pub(crate) fn new(
        context: &'c Context<'c>,
        cells: &'c Cells,
        division: &'c Division,
        question: Question,
        left: usize,
    ) -> Splitter<'c> {
        Splitter {
            context,
            cells,
            division,
            question,
            left,
            only_whether_decided: false,
            nodes: Vec::new(),
            leaves: BTreeMap::new(),
            known: BTreeMap::new(),
            always_false: None,
            stopped: false,
        }
    }

    /// The whole diagram.
    pub(crate) fn diagram(mut self, run: &Run) -> Diagram {
        let root = self.build(run, 0);
        Diagram { nodes: self.nodes, root, always_false: self.always_false.unwrap_or_default(), stopped: self.stopped }
    }

    /// Whether there is one answer only, and which.
    pub(crate) fn decided(mut self, run: &Run) -> Option<Answer> {
        self.only_whether_decided = true;
        let diagram = self.diagram(run);
        match diagram.nodes.get(diagram.root) {
            Some(Node::Leaf(answer)) if !diagram.stopped => Some(answer.clone()),
            _ => None,
        }
    }

    fn build(&mut self, run: &Run, from: usize) -> NodeId {
        let open = match run.judge(self.question) {
            Judged::Point(answer) => return self.leaf(run, answer),
            Judged::Open(open) => open,
        };
        let wanted = |cell: &usize| open.contains(*cell);
        let mut places = self.division.order.iter().enumerate().skip(from);
        let next = places.find(|(_, cell)| wanted(cell)).map(|(place, cell)| (place, *cell));
        let Some((place, cell)) = next else { return self.open(open) };
        let blocks = self.division.blocks.get(cell).map(Vec::as_slice).unwrap_or_default();
        if self.left < blocks.len() {
            self.left = 0;
            return self.open(open);
        }
        self.left -= blocks.len();
        let mut children = Vec::with_capacity(blocks.len());
        for block in blocks {
            let child = match restrict(self.context, self.cells, run, cell, block) {
                Some(run) => self.build(&run, place + 1),
                None => self.open(open.clone()),
            };
            children.push(child);
            if self.stopped {
                break;
            }
        }
        self.branch(cell, children)
    }

    fn leaf(&mut self, run: &Run, answer: Answer) -> NodeId {
        let is_false: Bits = run.always_false().into_iter().collect();
        self.always_false = Some(self.always_false.take().map_or(is_false.clone(), |all| all.intersection(&is_false)));
        if let Some(known) = self.leaves.get(&answer.key()) {
            return *known;
        }
        self.stopped |= self.only_whether_decided && !self.leaves.is_empty();
        let id = self.push(Node::Leaf(answer.clone()));
        self.leaves.insert(answer.key(), id);
        id
    }

    fn open(&mut self, cells: Bits) -> NodeId {
        self.stopped |= self.only_whether_decided;
        self.push(Node::Open(cells))
    }

    fn branch(&mut self, cell: usize, children: Vec<NodeId>) -> NodeId {
        if let Some(first) = children.first()
            && children.iter().all(|child| child == first)
        {
            return *first;
        }
        let key = (cell, children);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.push(Node::Branch(cell, key.1.clone()));
        self.known.insert(key, id);
        id
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }
}

impl Diagram {
    /// The answer, if there is only one.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        match self.nodes.get(self.root) {
            Some(Node::Leaf(answer)) => Some(answer),
            _ => None,
        }
    }

    /// The cells that the answer may depend on.
    pub(crate) fn matters(&self) -> Bits {
        let mut seen = vec![false; self.nodes.len()];
        let mut waiting = vec![self.root];
        let mut cells = Bits::EMPTY;
        while let Some(id) = waiting.pop() {
            let Some(flag) = seen.get_mut(id).filter(|flag| !**flag) else { continue };
            *flag = true;
            match self.nodes.get(id) {
                Some(Node::Open(open)) => cells.add(open),
                Some(Node::Branch(cell, children)) => {
                    cells.insert(*cell);
                    waiting.extend(children);
                }
                _ => {}
            }
        }
        cells
    }

    /// The children of a node if it branches by this cell; else the node itself stands for all.
    pub(crate) fn children(&self, id: NodeId) -> Option<(usize, &[NodeId])> {
        match self.nodes.get(id) {
            Some(Node::Branch(cell, children)) => Some((*cell, children)),
            _ => None,
        }
    }
}
