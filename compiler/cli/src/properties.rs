//! The `property` declarations of a project, tried, and how that is shown.

use crate::host::{Failure, Host};
use enact_analysis::Property;
use enact_ir::samples::{self, CounterExample};
use enact_ir::{Verified, calendar, value_json};
use serde_json::{Map, Value, json};

/// What came of trying a property.
pub(crate) struct Tried {
    project: String,
    name: String,
    tried: usize,
    granted: usize,
    counter: Option<Counter>,
}

/// A counter-example as it is shown.
struct Counter {
    input: Value,
    as_of: Option<String>,
    outputs: Value,
}

/// Tries a property.
pub(crate) fn tried(project: &str, program: &Verified, property: &Property) -> Tried {
    let trial = samples::try_property(program, &property.decision, &property.name, &property.condition);
    let counter = trial.counter.as_ref().map(|counter| shown(program, &property.decision, counter));
    let (project, name) = (project.to_owned(), property.name.clone());
    Tried { project, name, tried: trial.tried, granted: trial.granted, counter }
}

fn shown(program: &Verified, decision: &str, counter: &CounterExample) -> Counter {
    let outputs = counter.outputs.iter().map(|(name, ty, value)| (name.clone(), value_json(program, value, ty)));
    Counter {
        input: program.decision(decision).map(|it| counter.input(program, it)).unwrap_or_default(),
        as_of: counter.today.map(|day| calendar::civil_from_days(day).to_string()),
        outputs: outputs.collect::<Map<_, _>>().into(),
    }
}

impl Tried {
    pub(crate) fn failed(&self) -> bool {
        self.counter.is_some()
    }

    /// Whether it held wherever the decision was granted, and it was somewhere.
    pub(crate) fn held(&self) -> bool {
        self.counter.is_none() && self.granted > 0
    }

    pub(crate) fn to_json(&self) -> Value {
        let counter = self.counter.as_ref();
        json!({
            "project": self.project,
            "name": self.name,
            "case": false,
            "property": true,
            "result": if self.failed() { "failed" } else if self.held() { "passed" } else { "untried" },
            "tried": self.tried,
            "granted": self.granted,
            "counter_example": counter.map(|it| json!({ "input": it.input, "as_of": it.as_of, "outputs": it.outputs })),
        })
    }

    pub(crate) fn in_words(&self, host: &mut Host<'_>) -> Result<(), Failure> {
        let Tried { project, name, tried, granted, .. } = self;
        let Some(counter) = &self.counter else {
            match granted {
                0 => writeln!(host.out, "warning: untried: {project}: {name}: none of {tried} inputs was granted")?,
                _ => writeln!(host.out, "holds: {project}: {name}: for {granted} granted inputs of {tried}")?,
            }
            return Ok(());
        };
        writeln!(host.out, "failed: {project}: {name}")?;
        writeln!(host.out, "  input: {}", counter.input)?;
        if let Some(day) = &counter.as_of {
            writeln!(host.out, "  as of: {day}")?;
        }
        writeln!(host.out, "  outputs: {}", counter.outputs)?;
        Ok(())
    }
}
