//! What a decision comes to.

use crate::{Cite, Fault, Labels, Program, Type, Value};

/// How a decision ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every requirement holds and every output is known.
    Granted,
    /// Some requirement does not hold.
    Refused,
    /// Facts are missing that can still change the answer.
    Pending,
    /// The input breaks its schema, or a dated figure is not known.
    Error,
}

/// The answer to a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ends.
    pub verdict: Verdict,
    /// Name, type and value of each output; only when granted. An output whose `when` is false is not in it.
    pub outputs: Vec<(String, Type, Value)>,
    /// Names of the requirements that do not hold, in source order; only when refused.
    pub refused: Vec<String>,
    /// Paths of the missing facts that can still change the answer, sorted; only when pending.
    pub missing: Vec<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Only for `Verdict::Error`.
    pub error: Option<Failure>,
}

/// One step of the reasoning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What kind of step.
    pub kind: ReasonKind,
    /// Its name: requirement, `rule.exception`, parameter or table.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
}

/// Kinds of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// A requirement that holds.
    Met,
    /// A requirement that does not hold.
    Failed,
    /// A requirement that cannot be judged yet.
    Open,
    /// An exception that applied.
    Exception,
    /// A version of a parameter that was read: in force from (days from 1970-01-01; `i64::MIN` for always), the keys and the value as written in JSON.
    Figure {
        /// First day of the version.
        from: i64,
        /// Place of the row.
        row: usize,
        /// The value.
        value: Value,
        /// Its type.
        ty: Type,
    },
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `no_parameter_version`, `invalid_json`, `wrong_type`, `out_of_range`, `unknown_case`, `unknown_field`, `too_long`, `not_optional`, `bad_date`, `bad_number`, `unknown_decision`, `over_limit`.
    pub code: String,
    /// Path of the fact, such as `visit.date` or `history[3].level`; empty if none.
    pub path: String,
    /// A sentence.
    pub message: String,
}

impl Outcome {
    /// The outcome of facts that cannot be read, or of a decision that has no answer.
    pub fn failed(failure: Failure) -> Outcome {
        Outcome { error: Some(failure), ..Outcome::empty(Verdict::Error) }
    }

    pub(crate) fn empty(verdict: Verdict) -> Outcome {
        let (outputs, refused, missing, reasons) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Outcome { verdict, outputs, refused, missing, reasons, error: None }
    }
}

impl Fault {
    /// Why there is no answer, in words.
    pub fn failure(self, program: &Program) -> Failure {
        let (code, message) = match self {
            Fault::NoParameterVersion(id) => {
                let name = program.table_of(id).map_or("", |table| table.name.as_str());
                ("no_parameter_version", format!("the figure `{name}` is not known for this day"))
            }
            Fault::Absent => ("absent", "a value that does not exist was used".to_owned()),
        };
        Failure { code: code.to_owned(), path: String::new(), message }
    }
}
