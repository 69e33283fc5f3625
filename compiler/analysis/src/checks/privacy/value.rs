//! What is known of a value: from which facts it is calculated and by which way, and which rules show in the trace where it counts.

use crate::items::{ItemId, ItemPlace};
use enact_base::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A fact from which a value is calculated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A field of a record.
    Field {
        /// The record.
        record: ItemId,
        /// The field's name.
        field: String,
    },
    /// An input of the decision.
    Input(String),
    /// In a function: its parameter, from 0; [`DAY`] is the day on which it reads figures.
    Param(u32),
}

/// The parameter that every function has without saying so: the day on which figures are read.
pub(super) const DAY: u32 = u32::MAX;

/// What happens to a fact at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is read.
    Read,
    /// A named value is calculated from it.
    Value(String),
    /// It is given to a function.
    Given(String),
    /// A function that is called here reads it.
    Through(String),
    /// It decides which value is taken.
    Branch,
    /// It decides which side of `and`, `or` or `otherwise` counts.
    Side,
    /// It decides which row of a table is read.
    Row(String),
    /// It decides on which day a figure is read.
    Version(String),
    /// It decides which elements of a list count, or their order.
    Elements,
    /// It decides whether an exception applies.
    Exception(String),
}

impl How {
    /// In words, for the label of the place.
    pub(super) fn text(&self) -> String {
        match self {
            How::Read => "read here".to_owned(),
            How::Value(name) => format!("`{name}` is calculated from it"),
            How::Given(name) => format!("given to `{name}`"),
            How::Through(name) => format!("`{name}` reads it"),
            How::Branch => "decides which value is taken".to_owned(),
            How::Side => "decides which side counts".to_owned(),
            How::Row(name) => format!("decides which row of `{name}` is read"),
            How::Version(name) => format!("decides on which day `{name}` is read"),
            How::Elements => "decides which elements count".to_owned(),
            How::Exception(name) => format!("decides whether exception `{name}` applies"),
        }
    }

    /// Whether the place is an expression through which the fact goes, so that `disclose` around it ends the way.
    pub(super) fn is_expression(&self) -> bool {
        !matches!(self, How::Value(_) | How::Through(_))
    }
}

/// One step of the way of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where.
    pub(crate) place: ItemPlace,
    /// What happens there.
    pub(crate) how: How,
}

/// The way of a fact, from where it is read.
pub(crate) type Path = Arc<Vec<Step>>;

/// Steps that are remembered of one way; of longer ones the middle is left out.
const STEPS: usize = 12;

/// The facts from which something is calculated, each with one way by which it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flows(pub(crate) BTreeMap<Origin, Path>);

impl Flows {
    /// One fact that has not gone any way yet.
    pub(super) fn of(origin: Origin) -> Flows {
        Flows([(origin, Path::default())].into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Both; of two ways of one fact the shorter.
    pub(super) fn add(&mut self, other: Flows) {
        for (origin, path) in other.0 {
            let known = self.0.entry(origin).or_insert_with(|| path.clone());
            if path.len() < known.len() {
                *known = path;
            }
        }
    }

    /// The same facts, one step further.
    pub(super) fn then(mut self, step: &Step) -> Flows {
        self.0.values_mut().for_each(|path| push(path, step.clone()));
        self
    }

    /// Marks where inputs are read that have not been read before.
    pub(super) fn read(mut self, place: &ItemPlace) -> Flows {
        for (origin, path) in &mut self.0 {
            if path.is_empty() && matches!(origin, Origin::Input(_)) {
                push(path, Step { place: place.clone(), how: How::Read });
            }
        }
        self
    }

    /// In place of parameters what they are given, with the steps of both ways; `call` is the step of facts that the function itself reads.
    pub(super) fn given(&self, args: &impl Fn(u32) -> Flows, call: &Step) -> Flows {
        let mut all = Flows::default();
        for (origin, path) in &self.0 {
            let mut one = match origin {
                Origin::Param(n) => args(*n),
                _ => Flows([(origin.clone(), path.clone())].into()),
            };
            match origin {
                Origin::Param(_) => path.iter().for_each(|step| one = std::mem::take(&mut one).then(step)),
                _ => one = one.then(call),
            }
            all.add(one);
        }
        all
    }
}

fn push(path: &mut Path, step: Step) {
    let steps = Arc::make_mut(path);
    if steps.last() == Some(&step) {
        return;
    }
    if steps.len() >= STEPS {
        steps.remove(STEPS / 2);
    }
    steps.push(step);
}

/// What shows in the trace where a value counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// Which exception of a rule applied.
    Rule {
        /// The declaration in which the rule stands.
        item: ItemId,
        /// Its first exception.
        span: Span,
        /// The rule's name.
        name: String,
    },
    /// Whatever shows for this named value of the decision: it is looked up once, at the end.
    Named(String),
    /// In a function: whatever shows for this parameter.
    Param(u32),
}

/// The record that a value is, or that it or its elements hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The record.
    pub(crate) record: ItemId,
    /// Whether it has been disclosed as a whole, so that no field of it is private any more.
    pub(crate) disclosed: bool,
}

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// What it is calculated from. Of a record: what decides which record it is; its fields are asked for one by one.
    pub(crate) flows: Flows,
    /// The record that it is.
    pub(crate) shape: Option<Shape>,
    /// What shows where it counts, and the facts that can be read off that.
    pub(crate) events: BTreeMap<Event, Flows>,
}

impl Value {
    /// A value that is calculated from both.
    pub(super) fn and(mut self, other: Value) -> Value {
        self.flows.add(other.flows);
        self.show(other.events);
        self.shape = match (self.shape, other.shape) {
            (Some(a), Some(b)) => Some(Shape { disclosed: a.disclosed && b.disclosed, ..a }),
            (a, b) => a.or(b),
        };
        self
    }

    /// The same, where no record is made of them.
    pub(super) fn plain(self) -> Value {
        Value { shape: None, ..self }
    }

    /// What shows for others shows for this too.
    pub(super) fn show(&mut self, events: BTreeMap<Event, Flows>) {
        events.into_iter().for_each(|(event, flows)| self.events.entry(event).or_default().add(flows));
    }

    /// The value where these facts decide whether it counts.
    pub(super) fn under(mut self, deciding: &Flows) -> Value {
        self.events.values_mut().for_each(|flows| flows.add(deciding.clone()));
        self
    }
}
