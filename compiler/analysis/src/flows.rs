//! Which facts a decision reads, from which department, and what for: for the one who must answer for reading them.

use crate::checks::privacy::{Flows, Mode, Origin, Walk, keys};
use crate::elaborate::labels;
use crate::items::{ItemId, ItemPlace};
use crate::view::View;
use enact_base::Place;
use enact_ir::Labels;
use enact_syntax::ast::{self, ItemKind, StatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// What one decision reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionFlows {
    /// Its name.
    pub decision: String,
    /// Those whose facts it reads, by their names; the one without a name, the applicant, is the last.
    pub departments: Vec<Department>,
}

/// A department and what is read of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its name; empty for what the applicant says himself.
    pub issuer: String,
    /// The facts: by record, in the order in which they are declared, then the inputs that are no records.
    pub facts: Vec<Fact>,
}

/// A fact that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The record; empty for an input.
    pub record: String,
    /// The field, or the input.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// The schema of its record; empty where none.
    pub schema: String,
    /// Whether it is declared private.
    pub private: bool,
    /// What for, in the order of [`Purpose`] and then of the rules. Empty for what is only disclosed.
    pub uses: Vec<Use>,
    /// Where it, or something that is calculated from it, is disclosed.
    pub disclosed: Vec<Place>,
}

/// What a fact is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The kind of use.
    pub purpose: Purpose,
    /// The requirement, the output, or `rule.exception`; empty for the date of the decision.
    pub name: String,
}

/// Kinds of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A requirement depends on it.
    Requirement,
    /// The value of an output depends on it.
    Output,
    /// Whether an output is given depends on it.
    OutputGiven,
    /// Whether an exception applies depends on it.
    Exception,
    /// It is counted by a key that depends on it.
    Key,
    /// Figures are read on a day that depends on it.
    AsOf,
}

/// The facts that a decision reads. `place` finds places in files.
pub(crate) fn of(view: View<'_>, id: &ItemId, place: &dyn Fn(ItemPlace) -> Place) -> Option<DecisionFlows> {
    let ItemKind::Decision(decision) = &view.item(id).kind else { return None };
    let mut walk = Walk::decision(view, id, decision, Mode::All);
    let mut read = Read::default();
    read.rules(&mut walk, decision);
    for disclosure in &walk.disclosed {
        let at = place(disclosure.place.clone());
        for origin in disclosure.flows.0.keys() {
            read.facts.entry(origin.clone()).or_default().disclosed.insert(at);
        }
    }
    let mut departments: BTreeMap<(bool, String), Vec<(Order, Fact)>> = BTreeMap::new();
    for (origin, found) in read.facts {
        if let Some((order, issuer, fact)) = described(view, decision, &origin, found) {
            departments.entry((issuer.is_empty(), issuer)).or_default().push((order, fact));
        }
    }
    let departments = departments.into_iter().map(|((_, issuer), mut facts)| {
        facts.sort_by(|(a, _), (b, _)| a.cmp(b));
        Department { issuer, facts: facts.into_iter().map(|(_, fact)| fact).collect() }
    });
    Some(DecisionFlows { decision: decision.name.text.clone(), departments: departments.collect() })
}

/// Inputs after records; the record's name, and the place of the field in it.
type Order = (bool, String, usize);

/// What was found of one fact.
#[derive(Default)]
struct Found {
    uses: Vec<Use>,
    disclosed: BTreeSet<Place>,
}

#[derive(Default)]
struct Read {
    facts: BTreeMap<Origin, Found>,
}

impl Read {
    fn rules<'w>(&mut self, walk: &mut Walk<'w>, decision: &'w ast::Decision) {
        for statement in &decision.statements {
            match &statement.kind {
                StatementKind::Require(it) => {
                    let flows = walk.requirement(it).flows;
                    self.note(Purpose::Requirement, &it.name.text, &flows);
                }
                StatementKind::Output(it) => {
                    let value = walk.rule(&it.name.text, &it.body, false);
                    let flows = walk.whole(&value, it.body.general.span);
                    self.note(Purpose::Output, &it.name.text, &flows);
                    if let Some(when) = &it.when {
                        let flows = walk.expr(when).flows;
                        self.note(Purpose::OutputGiven, &it.name.text, &flows);
                    }
                }
                StatementKind::Tally(tally) => {
                    for key in keys(decision, tally) {
                        let flows = walk.expr(key.expr).flows;
                        self.note(Purpose::Key, &tally.name.text, &flows);
                    }
                }
                StatementKind::Let(_) | StatementKind::Error => {}
            }
        }
        for (name, flows) in &walk.exceptions {
            self.note(Purpose::Exception, name, flows);
        }
        if let Some(date) = &decision.as_of {
            let flows = walk.expr(date).flows;
            self.note(Purpose::AsOf, "", &flows);
        }
        self.facts.values_mut().for_each(|it| it.uses.sort_by_key(|it| it.purpose));
    }

    fn note(&mut self, purpose: Purpose, name: &str, flows: &Flows) {
        for origin in flows.0.keys() {
            let found = self.facts.entry(origin.clone()).or_default();
            let new = Use { purpose, name: name.to_owned() };
            if !found.uses.contains(&new) {
                found.uses.push(new);
            }
        }
    }
}

/// A fact with what is declared of it: where it is listed, and who issues it.
fn described(view: View<'_>, decision: &ast::Decision, origin: &Origin, found: Found) -> Option<(Order, String, Fact)> {
    let text = |it: &Option<ast::TextLit>| it.as_ref().map(|it| it.text.clone()).unwrap_or_default();
    let (record, supply, fields, name) = match origin {
        Origin::Field { record, field } => match &view.item(record).kind {
            ItemKind::Record(it) => (it.name.text.clone(), Some(&it.supply), &it.fields, field),
            _ => return None,
        },
        Origin::Input(name) => (String::new(), None, &decision.inputs, name),
        Origin::Param(_) => return None,
    };
    let (place, field) = fields.iter().enumerate().find(|(_, it)| it.name.text == *name)?;
    let supply = supply.unwrap_or(&field.supply);
    let fact = Fact {
        record: record.clone(),
        name: name.clone(),
        labels: labels(&field.labels),
        schema: text(&supply.schema),
        private: field.private.is_some(),
        uses: found.uses,
        disclosed: found.disclosed.into_iter().collect(),
    };
    Some(((record.is_empty(), record, place), text(&supply.issuer), fact))
}
