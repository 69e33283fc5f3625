//! Values of which parts may be missing, and what was read to come to them.

use crate::{Fact, Fault, Field, Program, Type, Value};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Paths of missing facts.
pub(crate) type Paths = BTreeSet<Rc<str>>;

/// What something depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Open {
    /// The missing facts, as far as is known.
    pub(crate) paths: Paths,
    /// Whether it may turn out to be a fault once they are supplied.
    pub(crate) may_fault: bool,
}

/// What an expression comes to while facts may be missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Partial {
    /// Known, and neither a record nor a list.
    Known(Value),
    /// Depends on missing facts.
    Missing(Rc<Open>),
    /// No value although all its facts are there.
    Fault(Fault),
    /// A record; no field is a fault or may become one.
    Record(Rc<[Partial]>),
    /// A list; no element is a fault or may become one.
    List(Rc<[Partial]>),
}

impl Partial {
    pub(crate) const YES: Partial = Partial::Known(Value::Bool(true));
    pub(crate) const NO: Partial = Partial::Known(Value::Bool(false));

    /// The form of a value.
    pub(crate) fn of(value: &Value) -> Partial {
        match value {
            Value::Record(fields) => Partial::Record(fields.iter().map(Partial::of).collect()),
            Value::List(elements) => Partial::List(elements.iter().map(Partial::of).collect()),
            scalar => Partial::Known(scalar.clone()),
        }
    }

    /// The value, if it is known as a whole.
    pub(crate) fn value(&self) -> Option<Value> {
        match self {
            Partial::Known(value) => Some(value.clone()),
            Partial::Record(parts) => parts.iter().map(Partial::value).collect::<Option<_>>().map(Value::Record),
            Partial::List(parts) => parts.iter().map(Partial::value).collect::<Option<_>>().map(Value::List),
            Partial::Missing(_) | Partial::Fault(_) => None,
        }
    }

    /// Adds what it depends on.
    pub(crate) fn add_missing(&self, open: &mut Open) {
        match self {
            Partial::Missing(more) => {
                open.paths.extend(more.paths.iter().cloned());
                open.may_fault |= more.may_fault;
            }
            Partial::Record(parts) | Partial::List(parts) => parts.iter().for_each(|part| part.add_missing(open)),
            Partial::Known(_) => {}
            Partial::Fault(_) => open.may_fault = true,
        }
    }

    /// Missing because of all that is missing in these.
    pub(crate) fn missing<'a>(among: impl IntoIterator<Item = &'a Partial>) -> Partial {
        let mut open = Open::default();
        among.into_iter().for_each(|it| it.add_missing(&mut open));
        Partial::Missing(Rc::new(open))
    }

    /// What is missing may, when it is supplied, make a fault of this.
    pub(crate) fn or_fault(self) -> Partial {
        match self {
            Partial::Missing(open) => Partial::Missing(Rc::new(Open { may_fault: true, ..open.as_ref().clone() })),
            other => other,
        }
    }

    pub(crate) fn may_fault(&self) -> bool {
        matches!(self, Partial::Missing(open) if open.may_fault)
    }

    /// A record or list of parts. A fault of a part is a fault of the whole, so a part that may become one leaves the whole open.
    pub(crate) fn whole(parts: Vec<Partial>, form: fn(Rc<[Partial]>) -> Partial) -> Partial {
        match fault_among(&parts) {
            Some(fault) => Partial::Fault(fault),
            None if parts.iter().any(Partial::may_fault) => Partial::missing(&parts),
            None => form(parts.into()),
        }
    }

    /// What both sides of a branch come to when its condition is missing: parts that are the same on both sides do not depend on it.
    pub(crate) fn join(condition: &Partial, a: &Partial, b: &Partial) -> Partial {
        let parts = |a: &Rc<[Partial]>, b: &Rc<[Partial]>| {
            a.iter().zip(b.iter()).map(|(a, b)| Partial::join(condition, a, b)).collect::<Rc<[Partial]>>()
        };
        match (a, b) {
            (Partial::Fault(x), Partial::Fault(y)) => Partial::Fault(*x.min(y)),
            _ if condition.may_fault() => Partial::missing([condition, a, b]),
            (Partial::Known(x), Partial::Known(y)) if x == y => a.clone(),
            (Partial::Record(x), Partial::Record(y)) if x.len() == y.len() => Partial::Record(parts(x, y)),
            (Partial::List(x), Partial::List(y)) if x.len() == y.len() => Partial::List(parts(x, y)),
            _ => Partial::missing([condition, a, b]),
        }
    }

    /// Whether two are the same, in three values.
    pub(crate) fn equal(&self, other: &Partial) -> Partial {
        match (self, other) {
            (Partial::Fault(_), _) | (_, Partial::Fault(_)) => strict([self, other]).err().unwrap_or(Partial::NO),
            (Partial::Known(a), Partial::Known(b)) => Partial::Known(Value::Bool(a == b)),
            (Partial::Missing(_), _) | (_, Partial::Missing(_)) => Partial::missing([self, other]),
            (Partial::Record(a), Partial::Record(b)) | (Partial::List(a), Partial::List(b)) => match a.len() == b.len()
            {
                true => connect(a.iter().zip(b.iter()).map(|(a, b)| a.equal(b)), false),
                false => Partial::NO,
            },
            _ => Partial::NO,
        }
    }
}

/// The first fault in the order of faults, so that it does not depend on the order of evaluation.
pub(crate) fn fault_among<'a>(parts: impl IntoIterator<Item = &'a Partial>) -> Option<Fault> {
    let faults = parts.into_iter().filter_map(|part| match part {
        Partial::Fault(fault) => Some(*fault),
        _ => None,
    });
    faults.min()
}

/// The values of operands that all count; else the fault, else what is missing.
pub(crate) fn strict<'a>(operands: impl IntoIterator<Item = &'a Partial> + Clone) -> Result<Vec<Value>, Partial> {
    if let Some(fault) = fault_among(operands.clone()) {
        return Err(Partial::Fault(fault));
    }
    let values: Option<Vec<Value>> = operands.clone().into_iter().map(Partial::value).collect();
    values.ok_or_else(|| Partial::missing(operands))
}

/// `and` (decisive value false) or `or` (true): one operand of the decisive value decides, whatever the others are.
pub(crate) fn connect(operands: impl IntoIterator<Item = Partial>, decisive: bool) -> Partial {
    let operands: Vec<Partial> = operands.into_iter().collect();
    let decides = Partial::Known(Value::Bool(decisive));
    if operands.contains(&decides) {
        return decides;
    }
    let open = operands.iter().any(|it| matches!(it, Partial::Missing(_)));
    match fault_among(&operands) {
        // What is missing may still decide, in spite of the fault.
        _ if open => Partial::missing(&operands),
        Some(fault) => Partial::Fault(fault),
        None => Partial::Known(Value::Bool(!decisive)),
    }
}

/// Where a fact stands, on the way down.
pub(crate) enum Place<'a> {
    /// An input.
    Input(&'a str),
    /// A field of a record.
    Field(&'a Place<'a>, &'a str),
    /// An element of a list.
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Such as `history[3].level`.
    pub(crate) fn path(&self) -> String {
        match self {
            Place::Input(name) => (*name).to_owned(),
            Place::Field(outer, name) => format!("{}.{name}", outer.path()),
            Place::Element(outer, n) => format!("{}[{n}]", outer.path()),
        }
    }
}

/// What a fact says. A missing record that is not optional is missing in each of its fields.
pub(crate) fn read(program: &Program, fact: &Fact, ty: &Type, place: &Place<'_>) -> Partial {
    let fields = match ty.inner() {
        Type::Record(id) => program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default(),
        _ => &[],
    };
    let part = |(n, field): (usize, &Field), facts: &[Fact]| {
        read(program, facts.get(n).unwrap_or(&Fact::Missing), &field.ty, &Place::Field(place, &field.name))
    };
    match (fact, ty) {
        (Fact::Known(value), _) => Partial::of(value),
        (Fact::Missing, Type::Record(_)) => {
            Partial::Record(fields.iter().enumerate().map(|it| part(it, &[])).collect())
        }
        (Fact::Missing, _) => {
            let paths = Paths::from([place.path().into()]);
            Partial::Missing(Rc::new(Open { paths, may_fault: false }))
        }
        (Fact::Record(facts), _) => Partial::Record(fields.iter().enumerate().map(|it| part(it, facts)).collect()),
        (Fact::List(facts), _) => {
            let Type::List { element, .. } = ty.inner() else { return Partial::List(Rc::new([])) };
            let each = facts.iter().enumerate();
            Partial::List(each.map(|(n, fact)| read(program, fact, element, &Place::Element(place, n))).collect())
        }
    }
}
