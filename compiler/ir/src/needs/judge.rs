//! The abstract run of a decision, and what it says of the question that is asked.

use super::bits::Bits;
use super::domain::{Abstract, Shape};
use super::run::{Context, Env};
use crate::{Decision, Expr, Fault, LocalId, Outcome, Program, Value, Verdict};
use std::rc::Rc;

/// What is asked of a decision. What is still required differs from question to question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The verdict and, if granted, every output.
    Answer,
    /// The verdict alone.
    Verdict,
    /// The verdict and, if granted, the output at this place.
    Output(usize),
}

impl Question {
    /// Whether the value of the output at a place is part of the answer.
    pub(crate) fn asks_for(self, output: usize) -> bool {
        match self {
            Question::Answer => true,
            Question::Verdict => false,
            Question::Output(only) => only == output,
        }
    }
}

/// How the question is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Some requirement is false.
    Refused,
    /// None is false, and something is a fault.
    Error(Fault),
    /// The outputs that were asked for; one that is left out is `None`.
    Granted(Vec<Option<Value>>),
}

impl Answer {
    /// The answer as the outcome of a decision. It says neither which requirements are false nor why.
    pub fn outcome(&self, program: &Program, decision: &Decision, question: Question) -> Outcome {
        match self {
            Answer::Refused => Outcome::empty(Verdict::Refused),
            Answer::Error(fault) => Outcome::failed(fault.failure(program)),
            Answer::Granted(values) => {
                let asked = decision.outputs.iter().enumerate().filter(|(n, _)| question.asks_for(*n));
                let given = asked.zip(values).filter_map(|((_, output), value)| {
                    Some((output.name.clone(), output.value.ty.clone(), value.clone()?))
                });
                Outcome { outputs: given.collect(), ..Outcome::empty(Verdict::Granted) }
            }
        }
    }

    /// What tells answers apart: which fault it is does not count.
    pub(crate) fn key(&self) -> Answer {
        match self {
            Answer::Error(_) => Answer::Error(Fault::Absent),
            other => other.clone(),
        }
    }

    /// Whether the two are the same answer.
    pub(crate) fn same(&self, other: &Answer) -> bool {
        self.key() == other.key()
    }
}

/// What a run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// One answer whatever is missing.
    Point(Answer),
    /// Perhaps several; it depends on no other cells than these.
    Open(Bits),
}

/// What everything in a decision may come to.
#[derive(Clone)]
pub(crate) struct Run {
    /// The inputs, and today.
    pub(crate) roots: Vec<Rc<Abstract>>,
    /// The values of all locals.
    pub(crate) env: Env,
    /// One a requirement.
    pub(crate) requirements: Vec<Rc<Abstract>>,
    /// When it is given, and its value; one an output.
    outputs: Vec<(Option<Rc<Abstract>>, Rc<Abstract>)>,
    /// Whether the requirements can all hold at once, as far as is known.
    grantable: bool,
}

impl Context<'_> {
    /// Runs the decision on what its inputs, and today, may be.
    pub(crate) fn run(&self, roots: &[Rc<Abstract>]) -> Run {
        self.run_again(roots.to_vec(), None)
    }

    /// Runs it again after one root has been narrowed in some cells: only what depends on them is evaluated.
    pub(crate) fn narrowed(&self, run: &Run, root: usize, value: Abstract, cells: &Bits) -> Run {
        let mut roots = run.roots.clone();
        if let Some(slot) = roots.get_mut(root) {
            *slot = Rc::new(value);
        }
        self.run_again(roots, Some((run, cells)))
    }

    fn run_again(&self, roots: Vec<Rc<Abstract>>, before: Option<(&Run, &Bits)>) -> Run {
        let again = |env: &Env, expr: &Expr, old: Option<&Rc<Abstract>>| match (before, old) {
            (Some((_, cells)), Some(old)) if old.all_cells().intersection(cells).is_empty() => old.clone(),
            _ => Rc::new(self.eval(env, expr)),
        };
        let earlier = before.map(|(run, _)| run);
        let mut env = Env::new(roots.last().cloned().unwrap_or_else(|| Rc::new(Abstract::nothing())));
        for (n, root) in roots.iter().take(self.decision.inputs.len()).enumerate() {
            env.set(LocalId(u32::try_from(n).unwrap_or(u32::MAX)), root.clone());
        }
        for binding in &self.decision.bindings {
            let old = earlier.and_then(|run| run.env.get(binding.local));
            let value = again(&env, &binding.value, old);
            env.set(binding.local, value);
        }
        let required = self.decision.requirements.iter().enumerate();
        let requirements: Vec<Rc<Abstract>> = required
            .map(|(n, it)| again(&env, &it.condition, earlier.and_then(|run| run.requirements.get(n))))
            .collect();
        // Outputs matter only where every requirement holds.
        let met = self.all_met(&env, &requirements);
        let within = met.as_ref().unwrap_or(&env);
        let given = self.decision.outputs.iter().enumerate();
        let outputs = given
            .map(|(n, output)| {
                let old = earlier.and_then(|run| run.outputs.get(n));
                let when =
                    output.when.as_ref().map(|when| again(within, when, old.and_then(|(when, _)| when.as_ref())));
                (when, again(within, &output.value, old.map(|(_, value)| value)))
            })
            .collect();
        Run { roots, env, requirements, outputs, grantable: met.is_some() }
    }

    fn all_met(&self, env: &Env, requirements: &[Rc<Abstract>]) -> Option<Env> {
        let open = self.decision.requirements.iter().zip(requirements).filter(|(_, value)| !value.is_true());
        open.into_iter().try_fold(env.clone(), |env, (requirement, value)| match value.as_truth().yes {
            true => self.assume(&env, &requirement.condition, true),
            false => None,
        })
    }
}

impl Run {
    /// What is known of the answer.
    pub(crate) fn judge(&self, question: Question) -> Judged {
        let mut cells = Bits::EMPTY;
        self.requirements.iter().for_each(|it| cells.add(&it.cells));
        if self.requirements.iter().any(|it| it.is_false()) {
            return Judged::Point(Answer::Refused);
        }
        let refusable = self.requirements.iter().any(|it| it.as_truth().no);
        let fault = self.requirements.iter().find_map(|it| it.fault);
        let grantable = self.grantable && self.requirements.iter().all(|it| it.as_truth().yes);
        if !grantable {
            return match (refusable, fault) {
                (true, None) => Judged::Point(Answer::Refused),
                (false, Some(fault)) => Judged::Point(Answer::Error(fault)),
                _ => Judged::Open(cells),
            };
        }
        let asked = self.outputs_for(question, &mut cells);
        let fault = fault.or(asked.fault);
        match (refusable, fault, asked.givable, asked.values) {
            (false, None, true, Some(values)) => Judged::Point(Answer::Granted(values)),
            (false, Some(fault), false, _) => Judged::Point(Answer::Error(fault)),
            _ => Judged::Open(cells),
        }
    }

    /// The places of the requirements that are false whatever is missing.
    pub(crate) fn always_false(&self) -> Vec<usize> {
        self.requirements.iter().enumerate().filter(|(_, it)| it.is_false()).map(|(n, _)| n).collect()
    }

    /// Whether it is certain that the two runs do not have the same answer, whatever is missing in either.
    pub(crate) fn never_same(&self, other: &Run, question: Question) -> bool {
        let (mine, theirs) = (self.possible(question), other.possible(question));
        if (mine.refused && theirs.refused) || (mine.error && theirs.error) {
            return false;
        }
        !(mine.granted && theirs.granted) || self.outputs_differ(other, question)
    }

    fn outputs_differ(&self, other: &Run, question: Question) -> bool {
        let given = |when: &Option<Rc<Abstract>>| when.as_ref().is_none_or(|when| when.is_true());
        let pairs = self.outputs.iter().zip(&other.outputs).enumerate();
        pairs
            .filter(|(n, _)| question.asks_for(*n))
            .any(|(_, (mine, theirs))| given(&mine.0) && given(&theirs.0) && !mine.1.equal(&theirs.1).yes)
    }

    fn possible(&self, question: Question) -> Possible {
        let mut nowhere = Bits::EMPTY;
        let refused = self.requirements.iter().any(|it| it.as_truth().no);
        let certain = self.requirements.iter().any(|it| it.is_false());
        let granted = self.grantable && self.requirements.iter().all(|it| it.as_truth().yes);
        let fault = self.requirements.iter().any(|it| it.fault.is_some());
        let asked = self.outputs_for(question, &mut nowhere);
        Possible { refused, error: !certain && (fault || asked.fault.is_some()), granted: granted && asked.givable }
    }

    /// What is asked of the outputs; adds the cells that it depends on.
    fn outputs_for(&self, question: Question, cells: &mut Bits) -> Asked {
        let mut asked = Asked { fault: None, givable: true, values: Some(Vec::new()) };
        for (n, (when, value)) in self.outputs.iter().enumerate() {
            match question {
                Question::Output(only) if only != n => continue,
                _ => {}
            }
            let truth = when.as_ref().map_or(super::domain::Truth::YES, |when| when.as_truth());
            let when_fault = when.as_ref().and_then(|when| when.fault);
            let value_fault = value.fault.filter(|_| truth.yes);
            let has_value = truth.yes && value.shape != Shape::Nothing;
            asked.fault = asked.fault.or(when_fault).or(value_fault);
            asked.givable &= truth.no || has_value;
            let only_faults = question == Question::Verdict;
            if !only_faults || when_fault.is_some() || value_fault.is_some() {
                cells.add(&when.as_ref().map(|it| it.cells.clone()).unwrap_or_default());
            }
            if truth.yes && (!only_faults || value_fault.is_some()) {
                cells.add(&if only_faults { value.cells.clone() } else { value.all_cells() });
            }
            if only_faults {
                continue;
            }
            let known = match (truth.yes, truth.no, value.point()) {
                (false, true, _) => Some(None),
                (true, false, Some(value)) => Some(Some(value)),
                _ => None,
            };
            asked.values = match (asked.values, known) {
                (Some(mut values), Some(known)) => {
                    values.push(known);
                    Some(values)
                }
                _ => None,
            };
        }
        asked
    }
}

/// How a decision may end.
struct Possible {
    refused: bool,
    error: bool,
    granted: bool,
}

/// What the outputs say.
struct Asked {
    /// A fault that may be.
    fault: Option<Fault>,
    /// Whether all may be without fault.
    givable: bool,
    /// The values, if each can be only one.
    values: Option<Vec<Option<Value>>>,
}
