//! Test cases: what is given, what must come out, and how an outcome differs from it.

use crate::{
    Facts, Outcome, Program, Type, Value, Verdict, Verified, calendar, decimal, input, interp, ledger,
    outcome_json::value_json,
};
use enact_base::json::Json;
use std::collections::BTreeSet;
use std::convert::Infallible;

/// A test of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The decision.
    pub decision: String,
    /// The facts.
    pub given: Given,
    /// The day of the evaluation; where none is given, whoever runs the case supplies one.
    pub today: Option<i64>,
    /// What must come out.
    pub expected: Expected,
}

/// The facts of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Of a test in the language.
    Facts(Facts),
    /// Of a case file; reading them is part of the case.
    Json(Json),
}

/// What must come out. What is `None` is not compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The verdict.
    pub verdict: Verdict,
    /// The requirements that do not hold, in any order.
    pub refused: Option<Vec<String>>,
    /// The missing facts, in any order.
    pub missing: Option<Vec<String>>,
    /// The outputs, compared only if granted.
    pub outputs: ExpectedOutputs,
    /// The code of the failure.
    pub error: Option<String>,
}

/// Expected outputs.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedOutputs {
    /// These have these values; others are not looked at.
    Some(Vec<(String, Value)>),
    /// Exactly these, as JSON; numbers are compared by value.
    Exactly(Vec<(String, Json)>),
}

impl Expected {
    /// A verdict, and nothing more.
    pub fn verdict(verdict: Verdict) -> Expected {
        let outputs = ExpectedOutputs::Some(Vec::new());
        Expected { verdict, refused: None, missing: None, outputs, error: None }
    }

    fn from_json(json: &Json) -> Result<Expected, String> {
        let word = json.get("verdict").and_then(Json::as_text).ok_or("`expected.verdict` is missing")?;
        let verdict = Verdict::from_word(word).ok_or_else(|| format!("there is no verdict `{word}`"))?;
        let names = |key: &str| match json.get(key) {
            None => Ok(None),
            Some(list) => {
                let names = list.as_array().map(|all| all.iter().map(|it| it.as_text().map(str::to_owned)).collect());
                names.flatten().map(Some).ok_or_else(|| format!("`expected.{key}` is no list of texts"))
            }
        };
        let outputs = match json.get("outputs") {
            None => ExpectedOutputs::Some(Vec::new()),
            Some(outputs) => {
                ExpectedOutputs::Exactly(outputs.as_object().ok_or("`expected.outputs` is no object")?.to_vec())
            }
        };
        let error = match json.get("error") {
            None | Some(Json::Null) => None,
            Some(error) => {
                let code = error.as_text().or_else(|| error.get("code").and_then(Json::as_text));
                Some(code.ok_or("`expected.error` names no code")?.to_owned())
            }
        };
        Ok(Expected { verdict, refused: names("refused")?, missing: names("missing")?, outputs, error })
    }
}

impl Case {
    /// Reads `{"decision", "name", "input", "expected": {"verdict", "refused"?, "missing"?, "outputs"?, "error"?}, "as_of"?}`.
    ///
    /// # Errors
    /// What is missing or of the wrong kind, in words.
    pub fn from_json(json: &Json) -> Result<Case, String> {
        let text = |key: &str| {
            let found = json.get(key).and_then(Json::as_text);
            found.map(str::to_owned).ok_or_else(|| format!("`{key}` is missing or no text"))
        };
        let today = match json.get("as_of") {
            None => None,
            Some(day) => Some(day.as_text().and_then(calendar::parse).ok_or("`as_of` is no day")?),
        };
        Ok(Case {
            name: text("name")?,
            decision: text("decision")?,
            given: Given::Json(json.get("input").ok_or("`input` is missing")?.clone()),
            today,
            expected: Expected::from_json(json.get("expected").ok_or("`expected` is missing")?)?,
        })
    }

    /// Runs the case. `today` is for cases that name no day.
    pub fn run(&self, program: &Verified, today: i64) -> Outcome {
        let decide =
            |decision: &str, facts: &Facts, today| Ok::<_, Infallible>(interp::decide(program, decision, facts, today));
        match self.run_with(program, today, decide) {
            Ok(outcome) => outcome,
            Err(never) => match never {},
        }
    }

    /// The same with another engine: `decide` gets the decision, the facts and the day.
    ///
    /// # Errors
    /// Those of `decide`.
    pub fn run_with<E>(
        &self,
        program: &Verified,
        today: i64,
        decide: impl FnOnce(&str, &Facts, i64) -> Result<Outcome, E>,
    ) -> Result<Outcome, E> {
        let today = self.today.unwrap_or(today);
        let read = match (&self.given, program.decision(&self.decision)) {
            (Given::Json(json), Some(decision)) => input::read_facts(program, decision, json),
            (Given::Facts(facts), _) => Ok(facts.clone()),
            (Given::Json(_), None) => Ok(Facts::default()),
        };
        // Without a ledger nothing has been counted, unless the case says so.
        let counted = |facts| match program.decision(&self.decision) {
            Some(decision) => ledger::uncounted(decision, facts),
            None => facts,
        };
        match read.map(counted) {
            Ok(facts) => decide(&self.decision, &facts, today),
            Err(failure) => Ok(Outcome::failed(failure)),
        }
    }
}

/// How an outcome differs from what a case expects, one sentence each; empty if it does not.
pub fn check(program: &Program, case: &Case, outcome: &Outcome) -> Vec<String> {
    let expected = &case.expected;
    if expected.verdict != outcome.verdict {
        return vec![other_verdict(expected.verdict, outcome)];
    }
    let mut differences = Vec::new();
    for (what, wanted, got) in
        [("refused", &expected.refused, &outcome.refused), ("missing", &expected.missing, &outcome.missing)]
    {
        if let Some(wanted) = wanted {
            differences.extend(set_difference(what, wanted, got));
        }
    }
    let code = outcome.error.as_ref().map_or("", |error| error.code.as_str());
    if let Some(wanted) = expected.error.as_deref().filter(|wanted| *wanted != code) {
        differences.push(format!("error: expected `{wanted}`, got `{code}`"));
    }
    if outcome.verdict == Verdict::Granted {
        match &expected.outputs {
            ExpectedOutputs::Some(outputs) => {
                let different = |(name, value): &(String, Value)| named_output(program, outcome, name, value);
                differences.extend(outputs.iter().filter_map(different));
            }
            ExpectedOutputs::Exactly(outputs) => differences.extend(all_outputs(program, outcome, outputs)),
        }
    }
    differences
}

fn other_verdict(expected: Verdict, outcome: &Outcome) -> String {
    let because = match outcome.verdict {
        Verdict::Granted => String::new(),
        Verdict::Refused => format!(" [{}]", outcome.refused.join(", ")),
        Verdict::Pending => format!(" [{}]", outcome.missing.join(", ")),
        Verdict::Error => outcome.error.as_ref().map_or_else(String::new, |error| {
            let at = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
            format!(" ({}: {at}{})", error.code, error.message)
        }),
    };
    format!("expected {}, got {}{because}", expected.as_str(), outcome.verdict.as_str())
}

fn set_difference(what: &str, wanted: &[String], got: &[String]) -> Option<String> {
    let (wanted, got): (BTreeSet<&String>, BTreeSet<&String>) = (wanted.iter().collect(), got.iter().collect());
    let show = |names: &BTreeSet<&String>| names.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
    (wanted != got).then(|| format!("{what}: expected [{}], got [{}]", show(&wanted), show(&got)))
}

fn named_output(program: &Program, outcome: &Outcome, name: &str, wanted: &Value) -> Option<String> {
    match outcome.outputs.iter().find(|(given, ..)| given == name) {
        Some((.., value)) if wanted == value => None,
        Some((_, ty, value)) => {
            let (wanted, got) = (value_json(program, wanted, ty), value_json(program, value, ty));
            Some(format!("{name}: expected {wanted}, got {got}"))
        }
        None => Some(format!("{name}: expected, but not given")),
    }
}

fn all_outputs(program: &Program, outcome: &Outcome, wanted: &[(String, Json)]) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, json) in wanted {
        match outcome.outputs.iter().find(|(given, ..)| given == name) {
            None => differences.push(format!("{name}: expected {}, but not given", show_json(json))),
            Some((_, ty, value)) if !same(program, value, ty, json) => {
                let got = value_json(program, value, ty);
                differences.push(format!("{name}: expected {}, got {got}", show_json(json)));
            }
            Some(_) => {}
        }
    }
    for (name, ty, value) in &outcome.outputs {
        if !wanted.iter().any(|(expected, _)| expected == name) {
            differences.push(format!("{name}: not expected, got {}", value_json(program, value, ty)));
        }
    }
    differences
}

/// Whether a value is what the JSON says. Numbers are compared by value: `"0.640000"` is `"0.64"`.
fn same(program: &Program, value: &Value, ty: &Type, json: &Json) -> bool {
    match (value, ty.inner(), json) {
        (Value::Number(n), Type::Number(number), Json::Integer(wanted)) => {
            decimal::parse(&wanted.to_string(), number.scale) == Ok(*n)
        }
        (Value::Number(n), Type::Number(number), Json::Text(wanted) | Json::Decimal(wanted)) => {
            decimal::parse(wanted, number.scale) == Ok(*n)
        }
        (Value::Record(parts), Type::Record(id), Json::Object(members)) => {
            let fields = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            let known = members.iter().all(|(key, _)| fields.iter().any(|field| field.name == *key));
            // A member that is left out stands for what does not exist.
            let right = |(field, part): (&crate::Field, &Value)| {
                same(program, part, &field.ty, json.get(&field.name).unwrap_or(&Json::Null))
            };
            known && fields.iter().zip(parts).all(right)
        }
        (Value::List(parts), Type::List { element, .. }, Json::Array(wanted)) => {
            let mut pairs = parts.iter().zip(wanted);
            parts.len() == wanted.len() && pairs.all(|(part, wanted)| same(program, part, element, wanted))
        }
        (Value::Absent, _, json) => *json == Json::Null,
        (Value::Bool(truth), _, json) => *json == Json::Bool(*truth),
        (Value::Date(_) | Value::Text(_) | Value::Enum(_), _, Json::Text(wanted)) => {
            value_json(program, value, ty).as_str() == Some(wanted)
        }
        _ => false,
    }
}

/// JSON on one line, for a message.
fn show_json(json: &Json) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(truth) => truth.to_string(),
        Json::Integer(n) => n.to_string(),
        Json::Decimal(text) => text.clone(),
        Json::Text(text) => quoted(text),
        Json::Array(all) => format!("[{}]", all.iter().map(show_json).collect::<Vec<_>>().join(",")),
        Json::Object(members) => {
            let shown = members.iter().map(|(key, value)| format!("{}:{}", quoted(key), show_json(value)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(","))
        }
    }
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
