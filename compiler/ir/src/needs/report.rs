//! The whole answer to "what must still be handed in?".

use super::bits::Bits;
use super::cells::Missing;
use super::certificate::certificate;
use super::judge::{Answer, Judged, Question};
use super::order;
use super::refine::Inquiry;
use super::run::Context;
use super::witness::Pair;
use crate::{Facts, Labels, Program};

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

/// A missing fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactNeed {
    /// Such as `visit.date` or `history[3].level`.
    pub path: String,
    /// The labels of its field.
    pub labels: Labels,
    /// The record that it is part of; empty for an input of its own.
    pub record: String,
    /// Who issues it; empty for the applicant's own statement.
    pub issuer: String,
    /// The schema by which it lies on chain; empty if it does not.
    pub schema: String,
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

/// A set of facts that fix the answer, of which none can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Their paths, in the order of the inputs.
    pub facts: Vec<String>,
    /// The answer.
    pub answer: Answer,
}

/// Finds out what must still be handed in for an answer to the question. `None` if there is no decision of this name.
pub fn needs(program: &Program, decision: &str, facts: &Facts, today: i64, question: Question) -> Option<Needs> {
    let context = Context::new(program, program.decision(decision)?);
    let inquiry = Inquiry::new(&context, facts, today, question);
    let certified = || {
        let found = certificate(&context, facts, Some(today), question)?;
        Some(Certificate { facts: found.paths, answer: found.answer })
    };
    let open = match inquiry.run.judge(question) {
        Judged::Point(answer) => {
            return Some(Needs { decided: true, answer: Some(answer), certificate: certified(), ..Needs::default() });
        }
        Judged::Open(open) => open,
    };
    let diagram = inquiry.diagram();
    let matters = match diagram.answer() {
        Some(_) => Bits::EMPTY,
        None => diagram.matters().intersection(&open),
    };
    if matters.is_empty() {
        let answer = diagram.answer().cloned().or_else(|| inquiry.any_answer());
        return Some(Needs { decided: true, answer, certificate: certified(), ..Needs::default() });
    }
    let witnesses = inquiry.witnesses();
    let required: Vec<usize> = inquiry.cells.facts_of(&matters).iter().collect();
    let mut found = Needs::default();
    let mut unavoidable = Bits::EMPTY;
    for fact in &required {
        let Some(missing) = inquiry.cells.missing.get(*fact) else { continue };
        let pair = witnesses.find(&inquiry.run, *fact, Some(&diagram));
        if pair.is_some() && order::unavoidable(&witnesses, &inquiry.run, *fact, &diagram) {
            unavoidable.insert(*fact);
            found.unavoidable.push(missing.path.clone());
        }
        let list = if pair.is_some() { &mut found.certain } else { &mut found.possible };
        list.push(need(missing, pair));
    }
    let Inquiry { cells, division, run, .. } = &inquiry;
    let ordered = order::order(&context, cells, division, run, question, (&required, &unavoidable));
    found.order = ordered.iter().filter_map(|fact| cells.missing.get(*fact)).map(|it| it.path.clone()).collect();
    found.unavoidable.sort();
    found.certain.sort_by(|a, b| a.path.cmp(&b.path));
    found.possible.sort_by(|a, b| a.path.cmp(&b.path));
    Some(found)
}

fn need(missing: &Missing, pair: Option<Pair>) -> FactNeed {
    let Missing { path, labels, record, issuer, schema, .. } = missing.clone();
    let witness = pair.map(|pair| Witness {
        first: pair.first.0,
        first_answer: pair.first.1,
        second: pair.second.0,
        second_answer: pair.second.1,
    });
    FactNeed { path, labels, record, issuer, schema, witness }
}
