//! What a decision comes to where the interpreter alone cannot tell, because facts are missing.

use super::bits::Bits;
use super::cells::Cells;
use super::edges::Edges;
use super::judge::{Answer, Judged, Question, Run};
use super::meet::all_hold;
use super::run::Context;
use super::split::{Diagram, Division, Splitter};
use super::witness::{Witnesses, completed};
use crate::{Decision, Facts, Fault, Program, interp};

/// The answer under missing facts, or what is still required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refined {
    /// The answer, whatever the missing facts are, and the places of the requirements that are false in every case. There may be none in
    /// a refusal, where it is now one and now another.
    Decided(Answer, Vec<usize>),
    /// The paths of the missing facts that may still change the answer, sorted.
    Pending(Vec<String>),
}

/// Abstract runs that go into finding out which cells to split.
const SCORING: usize = 256;
/// Abstract runs of the case split.
const SPLITTING: usize = 2048;

/// What a case split says of a question.
pub(crate) enum Settled {
    /// The answer of every completion; the places of the requirements that are false in every one.
    Decided(Answer, Vec<usize>),
    /// The cells that it may depend on, and how.
    Open(Bits, Diagram),
}

/// A question about a decision, with what was found out so far.
pub(crate) struct Inquiry<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) cells: Cells,
    pub(crate) run: Run,
    pub(crate) edges: Edges,
    pub(crate) division: Division,
    pub(crate) question: Question,
    facts: &'c Facts,
    today: i64,
}

impl<'c> Inquiry<'c> {
    pub(crate) fn new(context: &'c Context<'c>, facts: &'c Facts, today: i64, question: Question) -> Inquiry<'c> {
        let cells = Cells::new(context.program, context.decision, facts, Some(today));
        let run = context.run(&cells.roots);
        let edges = match run.judge(question) {
            Judged::Point(_) => Edges::default(),
            Judged::Open(_) => Edges::new(context, &run.env, &[]),
        };
        let division = Division::new(context, &cells, &edges, &run, question, SCORING);
        Inquiry { context, cells, run, edges, division, question, facts, today }
    }

    pub(crate) fn witnesses(&self) -> Witnesses<'_> {
        let Inquiry { context, cells, edges, division, question, .. } = self;
        Witnesses { context, cells, edges, division, question: *question, granted: None }
    }

    /// Decides by a case split what the run alone leaves open; the answer depends on no other cells than `open`.
    pub(crate) fn settled(&self, open: &Bits) -> Settled {
        let diagram =
            Splitter::new(self.context, &self.cells, &self.division, self.question, SPLITTING).diagram(&self.run);
        if let Some(answer) = diagram.answer() {
            return Settled::Decided(answer.clone(), diagram.always_false.iter().collect());
        }
        let matters = diagram.matters().intersection(open);
        // The diagram may have several leaves, or an open one, though nothing matters: then any completion has the answer.
        let any = || self.witnesses().answer(&completed(&self.run.roots, 0)).map(|(_, answer)| answer);
        match if matters.is_empty() { any() } else { None } {
            Some(answer) => Settled::Decided(answer, self.run.always_false()),
            None => Settled::Open(matters, diagram),
        }
    }

    /// The fault that ends the case although the answer is not the same in every completion.
    pub(crate) fn fault_at_hand(&self) -> Option<Fault> {
        let Context { program, decision, .. } = self.context;
        interp::fault_at_hand(program, decision, self.facts, self.today, self.question)
    }

    /// A completion in which every requirement holds, if one is found.
    pub(crate) fn granted(&self) -> Option<Facts> {
        all_hold(self.context.program, self.context.decision, self.facts, self.today)
    }

    /// The facts that cells are parts of, as paths in order.
    pub(crate) fn paths(&self, cells: &Bits) -> Vec<String> {
        let facts = self.cells.facts_of(cells);
        let mut paths: Vec<String> =
            facts.iter().filter_map(|fact| self.cells.missing.get(fact)).map(|it| it.fact.path.clone()).collect();
        paths.sort();
        paths
    }

    /// Whether there are witnesses for each of the facts, without a case split.
    pub(crate) fn all_required(&self, cells: &Bits) -> bool {
        let witnesses = self.witnesses();
        self.cells.facts_of(cells).iter().all(|fact| witnesses.by_trial(&self.run, fact).is_some())
    }
}

/// Decides where the answer is the same whatever the missing facts are, or where a fault is at hand; else says which of them may still change it.
pub fn refine(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Refined {
    let context = Context::new(program, decision);
    let inquiry = Inquiry::new(&context, facts, today, Question::Answer);
    let open = match inquiry.run.judge(Question::Answer) {
        Judged::Point(answer) => return decided(answer, inquiry.run.always_false()),
        Judged::Open(open) => open,
    };
    let matters = if !open.is_empty() && inquiry.all_required(&open) {
        open
    } else {
        match inquiry.settled(&open) {
            Settled::Decided(answer, always_false) => return decided(answer, always_false),
            Settled::Open(matters, _) => matters,
        }
    };
    match inquiry.fault_at_hand() {
        Some(fault) => decided(Answer::Error(fault), Vec::new()),
        None => Refined::Pending(inquiry.paths(&matters)),
    }
}

fn decided(answer: Answer, always_false: Vec<usize>) -> Refined {
    let refused = answer == Answer::Refused;
    Refined::Decided(answer, if refused { always_false } else { Vec::new() })
}
