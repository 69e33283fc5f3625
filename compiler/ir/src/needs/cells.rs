//! What is missing, as cells: the smallest parts of the missing facts that a value can depend on and that a case split can divide.

use super::assume::Step;
use super::bits::Bits;
use super::domain::{Abstract, Shape};
use crate::{Decision, Fact, Facts, Field, Labels, Program, Type};
use std::rc::Rc;

/// A fact, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactRef {
    /// Such as `visit.date` or `history[3].level`.
    pub path: String,
    /// The labels of its field.
    pub labels: Labels,
    /// The record that it is part of; empty for an input of its own.
    pub record: String,
    /// Who issues it; empty for the applicant's own statement.
    pub issuer: String,
    /// The schema by which it lies on chain; empty if it does not.
    pub schema: String,
}

/// A missing fact: what is asked for by one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) fact: FactRef,
    /// Where it stands.
    pub(crate) root: usize,
    /// The way to it from there.
    pub(crate) steps: Vec<Step>,
}

/// A part of a missing fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Whose part it is, by place in [`Cells::missing`].
    pub(crate) fact: usize,
    /// Which input; today comes after the last one.
    pub(crate) root: usize,
    /// The way into it.
    pub(crate) steps: Vec<Step>,
}

/// The inputs of a decision, with what is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// Every missing fact.
    pub(crate) missing: Vec<Missing>,
    /// Every part of them; the cells of abstract values are places in this list.
    pub(crate) cells: Vec<Cell>,
    /// What each input may be, and last what today may be.
    pub(crate) roots: Vec<Rc<Abstract>>,
}

impl Cells {
    /// Reads what is known. Without a day, today is a fact of its own that has no path.
    pub(crate) fn new(program: &Program, decision: &Decision, facts: &Facts, today: Option<i64>) -> Cells {
        let mut reader = Reader { program, cells: Cells::default(), root: 0 };
        for (root, field) in decision.inputs.iter().enumerate() {
            reader.root = root;
            let place = Place { steps: Vec::new(), fact: FactRef::default().field(field, program) };
            let value = reader.read(&field.ty, facts.inputs.get(root).unwrap_or(&Fact::Missing), &place);
            reader.cells.roots.push(Rc::new(value));
        }
        reader.root = decision.inputs.len();
        let day = match today {
            Some(day) => Abstract::new(Shape::Date(super::domain::Span::point(day.into())), Bits::EMPTY),
            None => reader.missing(&Type::Date, &Place::default()),
        };
        reader.cells.roots.push(Rc::new(day));
        reader.cells
    }

    /// The facts that cells are parts of.
    pub(crate) fn facts_of(&self, cells: &Bits) -> Bits {
        cells.iter().filter_map(|cell| self.cells.get(cell)).map(|cell| cell.fact).collect()
    }

    /// The parts of a fact.
    pub(crate) fn cells_of(&self, fact: usize) -> Bits {
        self.cells.iter().enumerate().filter(|(_, cell)| cell.fact == fact).map(|(n, _)| n).collect()
    }
}

/// A place in an input, on the way down.
#[derive(Default)]
struct Place {
    steps: Vec<Step>,
    fact: FactRef,
}

impl Place {
    fn into(&self, step: Step) -> Place {
        let mut fact = self.fact.clone();
        if let Step::At(n) = step {
            fact.path = format!("{}[{n}]", fact.path);
        }
        Place { steps: self.steps.iter().copied().chain([step]).collect(), fact }
    }

    fn field(&self, n: usize, field: &Field, program: &Program) -> Place {
        let place = self.into(Step::Field(u32::try_from(n).unwrap_or(u32::MAX)));
        Place { fact: place.fact.field(field, program), ..place }
    }
}

impl FactRef {
    /// The fact at a way: an input, then fields.
    pub(crate) fn at(program: &Program, decision: &Decision, way: &[usize]) -> FactRef {
        let mut fields = decision.inputs.as_slice();
        let mut found = FactRef::default();
        for n in way {
            let Some(field) = fields.get(*n) else { break };
            found = found.field(field, program);
            fields = record_of(program, &field.ty).map(|record| record.fields.as_slice()).unwrap_or_default();
        }
        found
    }

    /// A field of this one. What is said of it is what stands nearest on the way to it.
    fn field(self, field: &Field, program: &Program) -> FactRef {
        let path = if self.path.is_empty() { field.name.clone() } else { format!("{}.{}", self.path, field.name) };
        let mut inner = FactRef { path, labels: field.labels.clone(), ..self };
        nearer(&mut inner.issuer, &field.issuer);
        nearer(&mut inner.schema, &field.schema);
        if let Some(record) = record_of(program, &field.ty) {
            nearer(&mut inner.record, &record.name);
            nearer(&mut inner.issuer, &record.issuer);
            nearer(&mut inner.schema, &record.schema);
        }
        inner
    }
}

fn nearer(known: &mut String, given: &str) {
    if !given.is_empty() {
        given.clone_into(known);
    }
}

/// The record behind optionals and lists.
fn record_of<'p>(program: &'p Program, ty: &Type) -> Option<&'p crate::Record> {
    match ty {
        Type::Record(id) => program.record_of(*id),
        Type::Optional(inner) => record_of(program, inner),
        Type::List { element, .. } => record_of(program, element),
        Type::Bool | Type::Number(_) | Type::Date | Type::Text { .. } | Type::Enum(_) => None,
    }
}

struct Reader<'p> {
    program: &'p Program,
    cells: Cells,
    root: usize,
}

/// Steps into inputs of verified programs are not more.
const DEEPEST: usize = 64;

impl<'p> Reader<'p> {
    fn fields(&self, ty: &Type) -> &'p [Field] {
        match ty {
            Type::Record(id) => self.program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default(),
            _ => &[],
        }
    }

    fn read(&mut self, ty: &Type, fact: &Fact, place: &Place) -> Abstract {
        if place.steps.len() > DEEPEST {
            return Abstract::nothing();
        }
        match (fact, ty) {
            (Fact::Known(value), _) => Abstract::of(self.program, value, ty),
            (Fact::Missing, Type::Record(_)) => {
                let fields = self.fields(ty).iter().enumerate();
                let parts = fields
                    .map(|(n, field)| self.read(&field.ty, &Fact::Missing, &place.field(n, field, self.program)))
                    .collect();
                Abstract::new(Shape::Record(parts), Bits::EMPTY)
            }
            (Fact::Missing, _) => self.missing(ty, place),
            (Fact::Record(_) | Fact::List(_), Type::Optional(inner)) => {
                let inside = self.read(inner, fact, &place.into(Step::Inside));
                Abstract::new(Shape::Optional { absent: false, present: Some(Rc::new(inside)) }, Bits::EMPTY)
            }
            (Fact::Record(facts), _) => {
                let fields = self.fields(ty).iter().enumerate();
                let fact = |n: usize| facts.get(n).unwrap_or(&Fact::Missing);
                let parts = fields
                    .map(|(n, field)| self.read(&field.ty, fact(n), &place.field(n, field, self.program)))
                    .collect();
                Abstract::new(Shape::Record(parts), Bits::EMPTY)
            }
            (Fact::List(facts), Type::List { element, .. }) => {
                let each = facts.iter().enumerate();
                let elements =
                    each.map(|(n, fact)| self.read(element, fact, &place.into(Step::At(n as u32)))).collect();
                Abstract::new(Shape::List(elements), Bits::EMPTY)
            }
            (Fact::List(_), _) => Abstract::nothing(),
        }
    }

    /// A fact of its own, of which nothing is known.
    fn missing(&mut self, ty: &Type, place: &Place) -> Abstract {
        let missing = Missing { fact: place.fact.clone(), root: self.root, steps: place.steps.clone() };
        self.cells.missing.push(missing);
        self.parts(ty, &place.steps)
    }

    /// Any value of the type; every level that can be divided is a cell.
    fn parts(&mut self, ty: &Type, steps: &[Step]) -> Abstract {
        let inside = |step: Step| steps.iter().copied().chain([step]).collect::<Vec<_>>();
        if steps.len() > DEEPEST {
            return Abstract::nothing();
        }
        match ty {
            Type::Record(_) => {
                let fields = self.fields(ty).iter().enumerate();
                let parts = fields.map(|(n, field)| self.parts(&field.ty, &inside(Step::Field(n as u32)))).collect();
                Abstract::new(Shape::Record(parts), Bits::EMPTY)
            }
            Type::Optional(inner) => {
                let cell = self.cell(steps);
                let present = Some(Rc::new(self.parts(inner, &inside(Step::Inside))));
                Abstract::new(Shape::Optional { absent: true, present }, cell)
            }
            _ => {
                let cell = self.cell(steps);
                Abstract::any(self.program, ty, &cell)
            }
        }
    }

    fn cell(&mut self, steps: &[Step]) -> Bits {
        let fact = self.cells.missing.len().saturating_sub(1);
        self.cells.cells.push(Cell { fact, root: self.root, steps: steps.to_vec() });
        Bits::one(self.cells.cells.len() - 1)
    }
}
