//! What must still be handed in as JSON, in the one form that `enact needs --json` prints.

use crate::needs::{Answer, FactNeed, FactRef, Needs, Question, Standing, Witness};
use crate::outcome_json::{labels, value_json};
use crate::{Decision, Fact, Facts, Outcome, Program, Verdict};
use serde_json::{Map, Value as Json, json};

impl Standing {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Unavoidable => "unavoidable",
            Standing::Certain => "certain",
            Standing::Possible => "possible",
        }
    }
}

impl Needs {
    /// `{"question", "output", "decided", "verdict", "outputs", "error", "needs", "certificate"}`: the answer to a question of this decision, or
    /// what is needed for it, in the order in which to ask.
    pub fn to_json(&self, program: &Program, decision: &Decision, question: Question) -> Json {
        let (word, output) = match question {
            Question::Verdict => ("verdict", None),
            Question::Output(n) => ("output", decision.outputs.get(n).map(|it| it.name.as_str())),
            Question::Answer => ("answer", None),
        };
        let form = Form { program, decision, question };
        let mut all = Map::new();
        all.insert("question".into(), word.into());
        all.insert("output".into(), output.into());
        all.insert("decided".into(), self.decided.into());
        form.answer(self.answer.as_ref(), &mut all);
        all.insert(
            "needs".into(),
            self.in_order().into_iter().map(|(need, standing)| form.need(need, standing)).collect(),
        );
        let certified = |it: &crate::needs::Certificate| it.facts.iter().map(|it| Json::Object(fact(it))).collect();
        all.insert("certificate".into(), self.certificate.as_ref().map_or(Json::Null, certified));
        Json::Object(all)
    }
}

/// What is asked of which decision.
#[derive(Clone, Copy)]
struct Form<'a> {
    program: &'a Program,
    decision: &'a Decision,
    question: Question,
}

impl Form<'_> {
    /// Adds the members of an answer.
    fn answer(self, answer: Option<&Answer>, to: &mut Map<String, Json>) {
        let outcome = match answer {
            Some(answer) => answer.outcome(self.program, self.decision, self.question),
            None => Outcome::empty(Verdict::Pending),
        };
        to.insert("verdict".into(), outcome.verdict.as_str().into());
        to.insert("outputs".into(), outcome.outputs_json(self.program));
        to.insert("error".into(), outcome.error_json());
    }

    fn need(self, need: &FactNeed, standing: Standing) -> Json {
        let mut all = fact(&need.fact);
        all.insert("required".into(), standing.as_str().into());
        all.insert("witness".into(), need.witness.as_ref().map_or(Json::Null, |it| self.witness(it)));
        Json::Object(all)
    }

    fn witness(self, witness: &Witness) -> Json {
        let Witness { first, first_answer, second, second_answer } = witness;
        [(first, first_answer), (second, second_answer)]
            .into_iter()
            .map(|(facts, answer)| self.case(facts, answer))
            .collect()
    }

    /// A case in which all is known.
    fn case(self, facts: &Facts, answer: &Answer) -> Json {
        let inputs = self.decision.inputs.iter().zip(&facts.inputs).filter_map(|(field, fact)| match fact {
            Fact::Known(value) => Some((field.name.clone(), value_json(self.program, value, &field.ty))),
            Fact::Missing | Fact::Record(_) | Fact::List(_) => None,
        });
        let mut all = Map::new();
        all.insert("facts".into(), Json::Object(inputs.collect()));
        self.answer(Some(answer), &mut all);
        Json::Object(all)
    }
}

fn fact(fact: &FactRef) -> Map<String, Json> {
    let FactRef { path, labels: of, record, issuer, schema } = fact;
    let members = json!({ "path": path, "labels": labels(of), "record": record, "issuer": issuer, "schema": schema });
    match members {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
#[path = "needs_json_tests.rs"]
mod tests;
