//! The places of a sample that can be changed by themselves.

use super::Sample;
use crate::needs::Step;
use crate::{Field, Program, Type, Value};

/// A truth, number, day, text or case; a list or an optional as a whole.
pub(super) struct Spot<'p> {
    /// Which value of the sample.
    pub(super) root: usize,
    /// The way through the value: places of fields and elements.
    way: Vec<usize>,
    /// The same way through the type.
    pub(super) steps: Vec<Step>,
    /// The type of what is there.
    pub(super) ty: &'p Type,
}

impl Spot<'_> {
    pub(super) fn get<'s>(&self, sample: &'s [Value]) -> Option<&'s Value> {
        self.way.iter().try_fold(sample.get(self.root)?, |value, place| match value {
            Value::Record(parts) | Value::List(parts) => parts.get(*place),
            _ => None,
        })
    }

    /// The sample with another value here.
    pub(super) fn with(&self, sample: &[Value], value: Value) -> Sample {
        let mut changed = sample.to_vec();
        let found = self.way.iter().try_fold(changed.get_mut(self.root), |found, place| match found {
            Some(Value::Record(parts) | Value::List(parts)) => Some(parts.get_mut(*place)),
            _ => None,
        });
        if let Some(Some(slot)) = found {
            *slot = value;
        }
        changed
    }
}

/// Every place of a sample whose values have these types; the outer before the inner.
pub(super) fn spots<'p>(program: &'p Program, types: &[&'p Type], sample: &[Value]) -> Vec<Spot<'p>> {
    let mut found = Vec::new();
    for (root, (ty, value)) in types.iter().zip(sample).enumerate() {
        add(program, Spot { root, way: Vec::new(), steps: Vec::new(), ty }, value, &mut found);
    }
    found
}

/// The depth of the recursion is that of the type.
fn add<'p>(program: &'p Program, spot: Spot<'p>, value: &Value, found: &mut Vec<Spot<'p>>) {
    let Spot { root, ref way, ref steps, ty } = spot;
    let inner = |place: Option<usize>, step: Step, ty: &'p Type| {
        let way = way.iter().copied().chain(place).collect();
        Spot { root, way, steps: steps.iter().copied().chain([step]).collect(), ty }
    };
    let inside: Vec<(Spot<'p>, &Value)> = match (ty, value) {
        (Type::Optional(_), Value::Absent) => Vec::new(),
        (Type::Optional(present), value) => vec![(inner(None, Step::Inside, present), value)],
        (Type::Record(_), Value::Record(parts)) => {
            let fields = (0..).zip(program.fields(ty)).zip(parts);
            let part =
                |((n, field), part): ((u32, &'p Field), _)| (inner(Some(n as usize), Step::Field(n), &field.ty), part);
            fields.map(part).collect()
        }
        (Type::List { element, .. }, Value::List(parts)) => {
            parts.iter().enumerate().map(|(n, part)| (inner(Some(n), Step::Element, element), part)).collect()
        }
        _ => Vec::new(),
    };
    if !matches!(ty, Type::Record(_)) {
        found.push(spot);
    }
    for (spot, value) in inside {
        add(program, spot, value, found);
    }
}
