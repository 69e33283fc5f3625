//! What a decision comes to where the interpreter alone cannot tell, because facts are missing.

use super::bits::Bits;
use super::cells::Cells;
use super::edges::Edges;
use super::judge::{Answer, Judged, Question, Run};
use super::run::Context;
use super::split::{Diagram, Division, Splitter};
use super::witness::{Pair, Witnesses, completed};
use crate::{Decision, Facts, Fault, Program, Value};

/// The answer under missing facts, or what is still required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refined {
    /// Granted, whatever the missing facts are: the outputs in order; one that is left out is `None`.
    Granted(Vec<Option<Value>>),
    /// Refused, whatever they are: the places of the requirements that are false in every case. There may be none, where it is now one and now another.
    Refused(Vec<usize>),
    /// A fault, whatever they are.
    Error(Fault),
    /// The paths of the missing facts that may still change the answer, sorted.
    Pending(Vec<String>),
}

/// Abstract runs that go into finding out which cells to split.
const SCORING: usize = 256;
/// Abstract runs of the case split.
const SPLITTING: usize = 2048;

/// A question about a decision, with what was found out so far.
pub(crate) struct Inquiry<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) cells: Cells,
    pub(crate) run: Run,
    pub(crate) edges: Edges,
    pub(crate) division: Division,
    pub(crate) question: Question,
}

impl<'c> Inquiry<'c> {
    pub(crate) fn new(context: &'c Context<'c>, facts: &Facts, today: i64, question: Question) -> Inquiry<'c> {
        let cells = Cells::new(context.program, context.decision, facts, Some(today));
        let run = context.run(&cells.roots);
        let edges = match run.judge(question) {
            Judged::Point(_) => Edges::default(),
            Judged::Open(_) => Edges::new(context, &run.env, &[]),
        };
        let division = Division::new(context, &cells, &edges, &run, question, SCORING);
        Inquiry { context, cells, run, edges, division, question }
    }

    pub(crate) fn witnesses(&self) -> Witnesses<'_> {
        let Inquiry { context, cells, edges, division, question, .. } = self;
        Witnesses { context, cells, edges, division, question: *question }
    }

    /// The diagram of the case split.
    pub(crate) fn diagram(&self) -> Diagram {
        Splitter::new(self.context, &self.cells, &self.division, self.question, SPLITTING).diagram(&self.run)
    }

    /// The answer that every completion has, where the diagram has several leaves or an open one, but nothing matters.
    pub(crate) fn any_answer(&self) -> Option<Answer> {
        self.witnesses().answer(&completed(&self.run.roots, 0)).map(|(_, answer)| answer)
    }

    /// The facts that cells are parts of, as paths in order.
    pub(crate) fn paths(&self, cells: &Bits) -> Vec<String> {
        let facts = self.cells.facts_of(cells);
        let mut paths: Vec<String> =
            facts.iter().filter_map(|fact| self.cells.missing.get(fact)).map(|it| it.path.clone()).collect();
        paths.sort();
        paths
    }

    /// Witnesses for each of the facts, if each has some.
    pub(crate) fn all_required(&self, cells: &Bits) -> Option<Vec<(usize, Pair)>> {
        let witnesses = self.witnesses();
        self.cells
            .facts_of(cells)
            .iter()
            .map(|fact| witnesses.by_trial(&self.run, fact).map(|pair| (fact, pair)))
            .collect()
    }
}

/// Decides where the answer is the same whatever the missing facts are; else says which of them may still change it.
pub fn refine(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Refined {
    let context = Context::new(program, decision);
    let inquiry = Inquiry::new(&context, facts, today, Question::Answer);
    let run_is_false =
        || inquiry.run.requirements.iter().enumerate().filter(|(_, it)| it.is_false()).map(|(n, _)| n).collect();
    let open = match inquiry.run.judge(Question::Answer) {
        Judged::Point(answer) => return refined(answer, run_is_false()),
        Judged::Open(open) => open,
    };
    if !open.is_empty() && inquiry.all_required(&open).is_some() {
        return Refined::Pending(inquiry.paths(&open));
    }
    let diagram = inquiry.diagram();
    if let Some(answer) = diagram.answer() {
        return refined(answer.clone(), diagram.always_false.iter().collect());
    }
    let matters = diagram.matters();
    match inquiry.any_answer().filter(|_| matters.is_empty()) {
        Some(answer) => refined(answer, run_is_false()),
        None => Refined::Pending(inquiry.paths(&matters)),
    }
}

fn refined(answer: Answer, is_false: Vec<usize>) -> Refined {
    match answer {
        Answer::Granted(outputs) => Refined::Granted(outputs),
        Answer::Refused => Refined::Refused(is_false),
        Answer::Error(fault) => Refined::Error(fault),
    }
}
