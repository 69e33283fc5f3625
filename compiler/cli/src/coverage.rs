//! What the tests of a project have reached: requirements both ways, exceptions, rows of tables and parameters.

use enact_ir::{Outcome, Program, ReasonKind};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Something that a test can reach. Ordered as it is reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Met { decision: String, requirement: String },
    Failed { decision: String, requirement: String },
    Exception { decision: String, name: String },
    Row { table: String, from: i64, row: usize },
}

/// The points that were reached.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    seen: BTreeSet<Point>,
}

impl Coverage {
    /// Adds what an outcome of a decision has reached.
    pub(crate) fn see(&mut self, decision: &str, outcome: &Outcome) {
        for reason in &outcome.reasons {
            let (decision, name) = (decision.to_owned(), reason.name.clone());
            self.seen.extend(match &reason.kind {
                ReasonKind::Met => Some(Point::Met { decision, requirement: name }),
                ReasonKind::Failed => Some(Point::Failed { decision, requirement: name }),
                ReasonKind::Exception => Some(Point::Exception { decision, name }),
                ReasonKind::Figure { from, row, .. } => Some(Point::Row { table: name, from: *from, row: *row }),
                ReasonKind::Open => None,
            });
        }
    }

    /// How many points of a program were reached, how many there are, and in words those that never were.
    pub(crate) fn report(&self, program: &Program) -> Report {
        let all = points(program);
        let never: Vec<&Point> = all.iter().filter(|point| !self.seen.contains(point)).collect();
        Report { reached: all.len() - never.len(), of: all.len(), never: in_words(&never, program) }
    }
}

/// The coverage of one program.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) reached: usize,
    pub(crate) of: usize,
    pub(crate) never: Vec<String>,
}

impl Report {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "reached": self.reached, "of": self.of, "never": self.never })
    }
}

fn points(program: &Program) -> BTreeSet<Point> {
    let mut all = BTreeSet::new();
    for decision in &program.decisions {
        let name = || decision.name.clone();
        for requirement in &decision.requirements {
            all.insert(Point::Met { decision: name(), requirement: requirement.name.clone() });
            all.insert(Point::Failed { decision: name(), requirement: requirement.name.clone() });
        }
        for rule in &decision.rules {
            for exception in &rule.exceptions {
                let exception = format!("{}.{}", rule.name, exception.name);
                all.insert(Point::Exception { decision: name(), name: exception });
            }
        }
    }
    for table in &program.tables {
        for version in &table.versions {
            for row in 0..version.rows.as_ref().map_or(0, Vec::len) {
                all.insert(Point::Row { table: table.name.clone(), from: version.from, row });
            }
        }
    }
    all
}

/// One line a point; the rows of one version share a line.
fn in_words(never: &[&Point], program: &Program) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rows: BTreeMap<(&str, i64), Vec<usize>> = BTreeMap::new();
    for point in never {
        match point {
            Point::Met { decision, requirement } => lines.push(format!("{decision}: `{requirement}` was never met")),
            Point::Failed { decision, requirement } => lines.push(format!("{decision}: `{requirement}` never failed")),
            Point::Exception { decision, name } => lines.push(format!("{decision}: `{name}` never applied")),
            Point::Row { table, from, row } => rows.entry((table, *from)).or_default().push(*row),
        }
    }
    for ((table, from), rows) in rows {
        let since = match from {
            i64::MIN => String::new(),
            day => format!(" from {}", enact_ir::calendar::civil_from_days(day)),
        };
        let versions = program.tables.iter().filter(|it| it.name == table).flat_map(|it| &it.versions);
        let of = versions.filter(|it| it.from == from).filter_map(|it| it.rows.as_ref()).map(Vec::len).sum::<usize>();
        let places: Vec<String> = rows.iter().map(|row| (row + 1).to_string()).collect();
        lines.push(match (of, places.len()) {
            (1, _) => format!("`{table}`{since} was never read"),
            (of, never) if of == never => format!("`{table}`{since}: no row was ever read"),
            _ => format!("`{table}`{since}: row {} was never read", places.join(", ")),
        });
    }
    lines
}
