//! The whole answer to "what must still be handed in?".

use super::bits::Bits;
use super::cells::FactRef;
use super::certificate::{Case, Ground};
use super::judge::{Answer, Judged, Question};
use super::order;
use super::refine::{Inquiry, Settled};
use super::run::Context;
use super::split::Diagram;
use super::witness::{Pair, Witnesses};
use crate::{Facts, Program};

/// What must still be handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Whether the answer is the same whatever the missing facts are.
    pub decided: bool,
    /// That answer.
    pub answer: Option<Answer>,
    /// Missing facts that are shown to be required, each with its witnesses; by path.
    pub certain: Vec<FactNeed>,
    /// Missing facts of which it is not known whether they are required; by path. A fact in neither list is not required.
    pub possible: Vec<FactNeed>,
    /// Paths of the facts that are required whatever the others are.
    pub unavoidable: Vec<String>,
    /// All the paths, in the order in which to ask.
    pub order: Vec<String>,
    /// What a decided case rests on.
    pub certificate: Option<Certificate>,
}

/// A missing fact that may change the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactNeed {
    /// Which fact.
    pub fact: FactRef,
    /// Why it is required.
    pub witness: Option<Witness>,
}

/// Two completions of what is known that differ in one fact alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// All facts, in one case.
    pub first: Facts,
    /// How that case ends.
    pub first_answer: Answer,
    /// All facts, in the other case.
    pub second: Facts,
    /// How the other case ends.
    pub second_answer: Answer,
}

/// How much is known of a missing fact's being required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whatever the others are.
    Unavoidable,
    /// For some values of the others: witnesses show it.
    Certain,
    /// It was not found out.
    Possible,
}

impl Needs {
    /// The missing facts in the order in which to ask.
    pub fn in_order(&self) -> Vec<(&FactNeed, Standing)> {
        let found = |path: &String| {
            let need = self.certain.iter().chain(&self.possible).find(|need| need.fact.path == *path)?;
            let standing = match need.witness {
                Some(_) if self.unavoidable.contains(path) => Standing::Unavoidable,
                Some(_) => Standing::Certain,
                None => Standing::Possible,
            };
            Some((need, standing))
        };
        self.order.iter().filter_map(found).collect()
    }
}

/// A set of facts that fix the answer, of which none can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// In the order of the inputs.
    pub facts: Vec<FactRef>,
}

/// Finds out what must still be handed in for an answer to the question. `None` if there is no decision of this name.
///
/// As in [`crate::interp::decide`], a part that has no value although its facts are there decides at once, unless a requirement is false: the answer is a fault.
pub fn needs(program: &Program, decision: &str, facts: &Facts, today: i64, question: Question) -> Option<Needs> {
    let context = Context::new(program, program.decision(decision)?);
    let inquiry = Inquiry::new(&context, facts, today, question);
    let decided = |answer: Answer, ground: Ground| {
        let case = Case { context: &context, today, question, ground };
        let certificate = Some(Certificate { facts: case.certificate(facts) });
        Some(Needs { decided: true, answer: Some(answer), certificate, ..Needs::default() })
    };
    let open = match inquiry.run.judge(question) {
        Judged::Point(answer) => return decided(answer, Ground::Whatever),
        Judged::Open(open) => open,
    };
    let (matters, diagram) = match inquiry.settled(&open) {
        Settled::Decided(answer, _) => return decided(answer, Ground::Whatever),
        Settled::Open(matters, diagram) => (matters, diagram),
    };
    match inquiry.fault_at_hand() {
        Some(fault) => decided(Answer::Error(fault), Ground::FaultAtHand),
        None => Some(required(&inquiry, &matters, &diagram)),
    }
}

/// The facts that these cells are parts of, each with what is known of its being required, and the order in which to ask.
fn required(inquiry: &Inquiry<'_>, matters: &Bits, diagram: &Diagram) -> Needs {
    let witnesses = Witnesses { granted: inquiry.granted(), ..inquiry.witnesses() };
    let facts: Vec<usize> = inquiry.cells.facts_of(matters).iter().collect();
    let path = |fact: usize| inquiry.cells.missing.get(fact).map(|it| it.fact.path.clone());
    let mut found = Needs::default();
    let mut unavoidable = Bits::EMPTY;
    for fact in &facts {
        let Some(missing) = inquiry.cells.missing.get(*fact) else { continue };
        let witness = witnesses.find(&inquiry.run, *fact, Some(diagram)).map(Witness::from);
        if witness.is_some() && order::unavoidable(&witnesses, &inquiry.run, *fact, diagram) {
            unavoidable.insert(*fact);
        }
        let list = if witness.is_some() { &mut found.certain } else { &mut found.possible };
        list.push(FactNeed { fact: missing.fact.clone(), witness });
    }
    found.unavoidable = unavoidable.iter().filter_map(path).collect();
    found.order = order::order(inquiry, &facts, &unavoidable).into_iter().filter_map(path).collect();
    found.unavoidable.sort();
    found.certain.sort_by(|a, b| a.fact.path.cmp(&b.fact.path));
    found.possible.sort_by(|a, b| a.fact.path.cmp(&b.fact.path));
    found
}

impl From<Pair> for Witness {
    fn from(pair: Pair) -> Witness {
        let ((first, first_answer), (second, second_answer)) = (pair.first, pair.second);
        Witness { first, first_answer, second, second_answer }
    }
}
