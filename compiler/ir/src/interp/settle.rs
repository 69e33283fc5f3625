//! From what the parts of a decision come to, to its outcome. Every engine ends here, so that verdicts and reasons are made in one place.

use crate::needs::{self, Question, Refined};
use crate::{Decision, Facts, Fault, Outcome, Program, Reason, ReasonKind, Requirement, TableId, Value, Verdict};
use std::collections::BTreeSet;

/// Something that was applied or read, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An exception of a rule.
    Exception {
        /// The rule, by its place in [`Decision::rules`].
        rule: u32,
        /// The exception, by its place in the rule.
        exception: usize,
    },
    /// A row of a version of a table.
    Figure {
        /// The table.
        table: TableId,
        /// The version, by its place.
        version: usize,
        /// The row, by its place in the version.
        row: usize,
    },
}

/// How a requirement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is true.
    Holds,
    /// It is false.
    Fails,
    /// It ends in a fault.
    Fault,
    /// It depends on missing facts.
    Open,
}

/// What an engine has found out by evaluating the parts of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// One a requirement, in order.
    pub requirements: Vec<Standing>,
    /// The first fault that certainly comes up: of a requirement, or of an output that is given.
    pub fault: Option<Fault>,
    /// The outputs that are given, by their places, in order; `None` if anything in them or in the requirements is missing. Without meaning if a requirement fails.
    pub outputs: Option<Vec<(usize, Value)>>,
    /// The exceptions that applied and the figures that were read, as far as they count.
    pub steps: BTreeSet<Step>,
}

/// The outcome of what was evaluated. Where facts are missing and evaluation cannot tell, the answer may still be the same whatever they are: that is found out here.
pub fn settle(program: &Program, decision: &Decision, case: (&Facts, i64), evaluated: &Evaluated) -> Outcome {
    let mut outcome = verdict(program, decision, evaluated);
    let may_refuse = evaluated.requirements.contains(&Standing::Open);
    // A fault at hand comes before what is missing, but not before a requirement that is false whatever is missing.
    if outcome.verdict == Verdict::Pending || (outcome.verdict == Verdict::Error && may_refuse) {
        outcome = refined(program, decision, needs::refine(program, decision, case.0, case.1));
    }
    outcome.reasons = reasons(program, decision, evaluated, &outcome);
    outcome
}

/// Refused before error before pending before granted; without reasons, and without what is missing.
pub(super) fn verdict(program: &Program, decision: &Decision, evaluated: &Evaluated) -> Outcome {
    let standing = decision.requirements.iter().zip(&evaluated.requirements);
    let failed = standing.filter(|(_, standing)| **standing == Standing::Fails);
    let refused: Vec<String> = failed.map(|(it, _)| it.name.clone()).collect();
    if !refused.is_empty() {
        return Outcome { refused, ..Outcome::empty(Verdict::Refused) };
    }
    if let Some(fault) = evaluated.fault {
        return Outcome::failed(fault.failure(program));
    }
    let Some(given) = &evaluated.outputs else { return Outcome::empty(Verdict::Pending) };
    let outputs = given.iter().filter_map(|(place, value)| {
        let output = decision.outputs.get(*place)?;
        Some((output.name.clone(), output.value.ty.clone(), value.clone()))
    });
    Outcome { outputs: outputs.collect(), ..Outcome::empty(Verdict::Granted) }
}

/// What is known of a decision that is open as far as evaluation can tell: perhaps the answer is the same whatever is missing.
fn refined(program: &Program, decision: &Decision, refined: Refined) -> Outcome {
    match refined {
        Refined::Decided(answer, always_false) => {
            let names = always_false.iter().filter_map(|place| decision.requirements.get(*place));
            let refused = names.map(|it| it.name.clone()).collect();
            Outcome { refused, ..answer.outcome(program, decision, Question::Answer) }
        }
        Refined::Pending(missing) => Outcome { missing, ..Outcome::empty(Verdict::Pending) },
    }
}

/// The requirements in order, then the exceptions that applied, then the figures that were read. What belongs to an output that is not given does not count.
fn reasons(program: &Program, decision: &Decision, evaluated: &Evaluated, outcome: &Outcome) -> Vec<Reason> {
    let standing = decision.requirements.iter().zip(&evaluated.requirements);
    let required = standing.map(|(requirement, standing)| {
        let kind = match standing {
            Standing::Holds => ReasonKind::Met,
            _ if outcome.refused.contains(&requirement.name) => ReasonKind::Failed,
            _ if outcome.verdict == Verdict::Granted => ReasonKind::Met,
            _ => ReasonKind::Open,
        };
        requirement_reason(requirement, kind)
    });
    required.chain(evaluated.steps.iter().filter_map(|step| step_reason(program, decision, *step))).collect()
}

/// The reason that a requirement is, of this kind.
pub fn requirement_reason(requirement: &Requirement, kind: ReasonKind) -> Reason {
    let (name, labels) = (requirement.name.clone(), requirement.labels.clone());
    Reason { kind, name, labels, cites: requirement.cites.clone() }
}

/// The reason that a step is; `None` if there is no such step.
pub fn step_reason(program: &Program, decision: &Decision, step: Step) -> Option<Reason> {
    match step {
        Step::Exception { rule, exception } => {
            let rule = decision.rules.get(rule as usize)?;
            let exception = rule.exceptions.get(exception)?;
            Some(Reason {
                kind: ReasonKind::Exception,
                name: format!("{}.{}", rule.name, exception.name),
                labels: exception.labels.clone(),
                cites: exception.cites.clone(),
            })
        }
        Step::Figure { table, version, row } => {
            let table = program.table_of(table)?;
            let version = table.versions.get(version)?;
            let found = version.rows.as_ref()?.get(row)?;
            let kind = ReasonKind::Figure { from: version.from, row, value: found.value.clone(), ty: table.ty.clone() };
            let cites = version.cites.iter().chain(&found.cites).cloned().collect();
            Some(Reason { kind, name: table.name.clone(), labels: table.labels.clone(), cites })
        }
    }
}
