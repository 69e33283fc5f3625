//! Whether two conditions can hold together: an example, a proof that they never do, or neither within the budget.

use super::assume::{Step, change, part};
use super::bits::Bits;
use super::cells::Cells;
use super::difference::{conjunctions, contradictory};
use super::domain::{Abstract, Shape, Span};
use super::edges::Edges;
use super::judge::{Question, Run};
use super::run::Context;
use super::split::Division;
use super::witness::{completed, facts};
use crate::{Decision, Expr, ExprKind, Facts, Labels, LocalId, Op, Program, Requirement, Type, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Whether conditions meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// They do, for these facts (on some day, where the day of the evaluation counts).
    Example(Facts),
    /// They do not, whatever the facts.
    Never,
    /// It was not found out.
    Unknown,
}

/// Abstract runs that are made before giving up.
const RUNS: usize = 2000;
/// Values of a box that are tried before it is divided.
const TRIES: u64 = 4;

/// Looks for facts under which both conditions are true. The decision says what the inputs and bindings are; it may be unfinished.
pub fn meet(program: &Program, decision: &Decision, first: &Expr, second: &Expr) -> Meeting {
    let both = Expr { ty: Type::Bool, kind: ExprKind::Op(Op::And, vec![first.clone(), second.clone()]) };
    let meanings = decision.bindings.iter().map(|it| (it.local, &it.value)).collect();
    let Some(cases) = conjunctions(&both, meanings) else { return anywhere(program, decision, both, RUNS) };
    let open: Vec<Expr> = cases.into_iter().filter(|case| !contradictory(case)).map(|case| case.expr()).collect();
    let share = RUNS / open.len().max(1);
    let mut unknown = false;
    for case in open {
        match anywhere(program, decision, case, share) {
            Meeting::Never => {}
            Meeting::Unknown => unknown = true,
            found @ Meeting::Example(_) => return found,
        }
    }
    if unknown { Meeting::Unknown } else { Meeting::Never }
}

/// Whether it is certain that a condition is true, or a fault, whatever the facts.
pub fn always(program: &Program, decision: &Decision, condition: &Expr) -> bool {
    let not = Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Not, vec![condition.clone()]) };
    let truth = Expr { ty: Type::Bool, kind: ExprKind::Const(Value::Bool(true)) };
    meet(program, decision, &not, &truth) == Meeting::Never
}

/// Facts for which every requirement holds, that agree with what is known.
pub(crate) fn all_hold(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Option<Facts> {
    let both = |a: Expr, b: Expr| Expr { ty: Type::Bool, kind: ExprKind::Op(Op::And, vec![a, b]) };
    let condition = decision.requirements.iter().map(|it| it.condition.clone()).reduce(both)?;
    let decision = reduced(decision, condition);
    let cells = Cells::new(program, &decision, facts, Some(today));
    match search(program, &decision, cells, RUNS) {
        Meeting::Example(facts) => Some(facts),
        Meeting::Never | Meeting::Unknown => None,
    }
}

/// Looks for any facts for which the condition is true.
fn anywhere(program: &Program, decision: &Decision, condition: Expr, budget: usize) -> Meeting {
    let decision = reduced(decision, condition);
    let nothing = Facts { inputs: vec![crate::Fact::Missing; decision.inputs.len()] };
    let cells = Cells::new(program, &decision, &nothing, None);
    search(program, &decision, cells, budget)
}

/// Branches over boxes of facts, each first cut down to where the decision's only requirement can hold.
fn search(program: &Program, decision: &Decision, cells: Cells, budget: usize) -> Meeting {
    let context = Context::new(program, decision);
    let mut left = budget;
    let Some(run) = contracted(&context, context.run(&cells.roots), &mut left) else { return Meeting::Never };
    let edges = Edges::new(&context, &run.env, &[]);
    let division = Division::new(&context, &cells, &edges, &run, Question::Verdict, budget / 8);
    let mut waiting = vec![run];
    let mut unknown = false;
    while let Some(run) = waiting.pop() {
        if let Some(example) = example(&context, &run, &mut left) {
            return Meeting::Example(example);
        }
        let pieces = divide(&cells, &edges, &division, &run);
        if left == 0 || pieces.is_empty() {
            unknown = true;
            if left == 0 {
                break;
            }
            continue;
        }
        for (place, cell, block) in pieces.into_iter().rev() {
            left = left.saturating_sub(1);
            let Some(root) = run.roots.get(place) else { continue };
            let Some(value) = cells.cells.get(cell).and_then(|it| change(root, &it.steps, &|_| Some(block.clone())))
            else {
                continue;
            };
            let narrowed = context.narrowed(&run, place, value, &Bits::one(cell));
            waiting.extend(contracted(&context, narrowed, &mut left));
        }
    }
    if unknown || !waiting.is_empty() { Meeting::Unknown } else { Meeting::Never }
}

/// The decision with this one requirement and only the bindings that it uses.
fn reduced(decision: &Decision, condition: Expr) -> Decision {
    let mut used = BTreeSet::new();
    locals(&condition, &mut used);
    let mut bindings = Vec::new();
    for binding in decision.bindings.iter().rev() {
        if used.contains(&binding.local) {
            locals(&binding.value, &mut used);
            bindings.push(binding.clone());
        }
    }
    bindings.reverse();
    let requirement = Requirement { name: String::new(), labels: Labels::default(), cites: Vec::new(), condition };
    Decision {
        name: String::new(),
        labels: Labels::default(),
        inputs: decision.inputs.clone(),
        bindings,
        requirements: vec![requirement],
        outputs: Vec::new(),
        rules: Vec::new(),
        ledger: Vec::new(),
        work: 0,
    }
}

/// The locals that an expression reads.
fn locals(expr: &Expr, all: &mut BTreeSet<LocalId>) {
    if let ExprKind::Local(local) = &expr.kind {
        all.insert(*local);
    }
    expr.parts().into_iter().for_each(|it| locals(it, all));
}

/// The run on what is left of the inputs where the condition holds; `None` if nothing is.
fn contracted(context: &Context<'_>, run: Run, left: &mut usize) -> Option<Run> {
    let mut run = run;
    for _ in 0..3 {
        let condition = run.requirements.first()?;
        if !condition.as_truth().yes {
            return None;
        }
        if condition.is_true() || *left == 0 {
            return Some(run);
        }
        let met = context.assume(&run.env, &context.decision.requirements.first()?.condition, true)?;
        let local = |n: usize| LocalId(u32::try_from(n).unwrap_or(u32::MAX));
        let inputs = context.decision.inputs.len();
        let mut roots: Vec<Rc<Abstract>> = (0..inputs).filter_map(|n| met.get(local(n)).cloned()).collect();
        roots.extend(run.roots.get(inputs).cloned());
        if roots.len() != run.roots.len() || roots == run.roots {
            return Some(run);
        }
        *left = left.saturating_sub(1);
        run = context.run(&roots);
    }
    run.requirements.first().filter(|it| it.as_truth().yes).is_some().then_some(run)
}

/// Facts of the box for which the condition is true.
fn example(context: &Context<'_>, run: &Run, left: &mut usize) -> Option<Facts> {
    let types = || context.decision.inputs.iter().map(|field| &field.ty).chain([&Type::Date]);
    for which in 0..TRIES {
        *left = left.checked_sub(1)?;
        let values = completed(&run.roots, which);
        let known: Vec<Rc<Abstract>> =
            values.iter().zip(types()).map(|(value, ty)| Rc::new(Abstract::of(context.program, value, ty))).collect();
        if context.run(&known).requirements.first().is_some_and(|it| it.is_true()) {
            return Some(facts(context, &values));
        }
    }
    None
}

/// Blocks of one cell that the condition still depends on: at the policy's constants, or halves.
fn divide(cells: &Cells, edges: &Edges, division: &Division, run: &Run) -> Vec<(usize, usize, Abstract)> {
    let Some(open) = run.requirements.first().map(|it| it.cells.clone()) else { return Vec::new() };
    let ordered = division.order.iter().copied().chain(open.iter());
    let mut candidates: Vec<usize> = Vec::new();
    for cell in ordered.filter(|cell| open.contains(*cell)) {
        if !candidates.contains(&cell) {
            candidates.push(cell);
        }
    }
    let now = |cell: usize| {
        let place = cells.cells.get(cell)?;
        Some((place, part(run.roots.get(place.root)?, &place.steps)?))
    };
    // What a cell lies in is divided before it.
    let reachable = |cell: usize| {
        let Some(place) = cells.cells.get(cell) else { return false };
        (0..place.steps.len()).all(|n| {
            let outer = place.steps.get(..n).and_then(|steps| part(run.roots.get(place.root)?, steps));
            let next = place.steps.get(n);
            next != Some(&Step::Inside)
                || matches!(outer.map(|it| &it.shape), Some(Shape::Optional { absent: false, .. }))
        })
    };
    let at_constants = candidates.iter().filter(|cell| reachable(**cell)).find_map(|cell| {
        let (place, value) = now(*cell)?;
        let blocks = edges.divide(value, &edges.at(place.root, &place.steps));
        (blocks.len() > 1).then(|| blocks.into_iter().map(|block| (place.root, *cell, block)).collect::<Vec<_>>())
    });
    let in_halves = || {
        let wide = |cell: &&usize| {
            now(**cell).and_then(|(_, value)| value.span()).map_or(0, |span| span.hi.saturating_sub(span.lo))
        };
        let cell = candidates.iter().filter(|cell| reachable(**cell)).max_by_key(|cell| wide(cell))?;
        let (place, value) = now(*cell)?;
        let span = value.span().filter(|span| span.lo < span.hi)?;
        let middle = span.lo + (span.hi.saturating_sub(span.lo)) / 2;
        let half = |lo: i128, hi: i128| {
            let shape = if matches!(value.shape, Shape::Date(_)) {
                Shape::Date(Span { lo, hi })
            } else {
                Shape::Number(Span { lo, hi })
            };
            (place.root, *cell, Abstract::new(shape, value.cells.clone()))
        };
        Some(vec![half(span.lo, middle), half(middle + 1, span.hi)])
    };
    at_constants.or_else(in_halves).unwrap_or_default()
}
