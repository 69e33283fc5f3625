//! One model of a record's shape: what a document on chain may look like, whatever format its schema is written in.
//!
//! A [`Shape`] is a set of documents, written as alternatives of one JSON type each. What a schema says beyond this model only ever
//! removes documents, so a shape never has too few of them; each [`Alternative`] keeps what was left out in `undecided`. A proof that
//! every document of the shape can be read is therefore a proof for the schema, and where such a proof fails the keyword left out is named.

use crate::Decimal;
use enact_base::Code;
use std::fmt;

/// Where in the project's schemas something stands: a file and a JSON pointer in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The file, relative to the project.
    pub file: String,
    /// The JSON pointer; empty for the whole document.
    pub pointer: String,
}

impl Origin {
    /// The place one step further down.
    pub fn child(&self, step: &str) -> Origin {
        let step = step.replace('~', "~0").replace('/', "~1");
        Origin { file: self.file.clone(), pointer: format!("{}/{step}", self.pointer) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.pointer)
    }
}

/// Why a schema, or a part of it, says nothing that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaProblem {
    /// E0501, E0508, E0510 or E0511.
    pub code: Code,
    /// What is wrong, for a policy author.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// What of the documents it could change.
    pub reach: Reach,
}

/// What of the documents a keyword that was left out could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// Only whether the document as a whole is valid: no field becomes readable by it.
    Document,
    /// Which members must be there.
    Presence,
    /// Anything at this place and below.
    Everything,
}

/// What people are told about a shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notes {
    /// `title`
    pub title: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `x-issuer`: the department that writes the documents.
    pub issuer: Option<String>,
}

/// The documents that are valid at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Where it is said.
    pub origin: Origin,
    /// Title, description, issuer.
    pub notes: Notes,
    /// A document is valid if it is one of these. None: no document is valid.
    pub alternatives: Vec<Alternative>,
}

/// Documents of one JSON type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alternative {
    /// Where it is said.
    pub origin: Origin,
    /// Which.
    pub kind: Kind,
    /// What the schema says beyond `kind`.
    pub undecided: Vec<SchemaProblem>,
}

/// Documents of one JSON type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// One truth value, or either.
    Bool(Option<bool>),
    /// Numbers.
    Number(Number),
    /// Texts.
    Text(Text),
    /// Objects.
    Object(Object),
    /// Lists.
    Array(Array),
}

/// An end of a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The end.
    pub value: Decimal,
    /// Whether the end itself is outside.
    pub open: bool,
}

/// Numbers. `integer` is the multiples of 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Number {
    /// Only its multiples.
    pub multiple: Option<Decimal>,
    /// Lowest.
    pub low: Option<Bound>,
    /// Highest.
    pub high: Option<Bound>,
    /// Only these, in order.
    pub values: Option<Vec<Decimal>>,
}

/// A text that is allowed, with what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextValue {
    /// The text.
    pub text: String,
    /// What it is called (`title` beside a `const`).
    pub label: Option<String>,
}

/// Texts. Lengths are in characters (Unicode scalar values).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    /// Fewest characters.
    pub min: u64,
    /// Most characters.
    pub max: Option<u64>,
    /// Patterns that must all match; each is one that can be decided.
    pub patterns: Vec<String>,
    /// Values of `format`.
    pub formats: Vec<String>,
    /// Only these.
    pub values: Option<Vec<TextValue>>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub shape: Shape,
}

/// What else an object or a list may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// Anything.
    #[default]
    Anything,
    /// Only this.
    Only(Box<Shape>),
}

/// Objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Object {
    /// The members that the schema speaks of, in its order.
    pub properties: Vec<Property>,
    /// All other members.
    pub rest: Rest,
}

/// Lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Array {
    /// The elements.
    pub items: Rest,
    /// Fewest elements.
    pub min: u64,
    /// Most elements.
    pub max: Option<u64>,
    /// No element twice.
    pub unique: bool,
}

impl Shape {
    /// Every document.
    pub fn any(origin: Origin) -> Shape {
        let kinds = [
            Kind::Object(Object::default()),
            Kind::Array(Array::default()),
            Kind::Text(Text::default()),
            Kind::Number(Number::default()),
            Kind::Bool(None),
            Kind::Null,
        ];
        Shape::of(origin, kinds)
    }

    /// No document.
    pub fn never(origin: Origin) -> Shape {
        Shape::of(origin, [])
    }

    /// Alternatives of one place.
    pub fn of(origin: Origin, kinds: impl IntoIterator<Item = Kind>) -> Shape {
        let alternative = |kind| Alternative { origin: origin.clone(), kind, undecided: Vec::new() };
        let alternatives = kinds.into_iter().map(alternative).collect();
        Shape { origin, notes: Notes::default(), alternatives }
    }

    /// Every document, because nothing can be said.
    pub fn unknown(problem: SchemaProblem) -> Shape {
        let mut shape = Shape::any(problem.origin.clone());
        for alternative in &mut shape.alternatives {
            alternative.undecided.push(problem.clone());
        }
        shape
    }

    /// Whether nothing at all is said here, and why.
    pub fn problem(&self) -> Option<&SchemaProblem> {
        let whole = |found: &SchemaProblem| {
            self.alternatives.len() > 1 && self.alternatives.iter().all(|it| it.undecided.contains(found))
        };
        let first = self.alternatives.first()?;
        first.undecided.iter().find(|found| found.code != Code::SchemaUnsupported && whole(found))
    }

    /// Whether `null` is among the documents.
    pub fn nullable(&self) -> bool {
        self.alternatives.iter().any(|it| it.kind == Kind::Null)
    }
}

impl Kind {
    /// What it is, in words.
    pub fn words(&self) -> &'static str {
        match self {
            Kind::Null => "`null`",
            Kind::Bool(_) => "a truth value",
            Kind::Number(number) if number.is_whole() => "a whole number",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::Object(_) => "an object",
            Kind::Array(_) => "a list",
        }
    }

    /// Whether nothing but the JSON type is said.
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Kind::Null | Kind::Bool(None) => true,
            Kind::Bool(Some(_)) => false,
            Kind::Number(number) => *number == Number::default(),
            Kind::Text(text) => *text == Text::default(),
            Kind::Object(object) => *object == Object::default(),
            Kind::Array(array) => *array == Array::default(),
        }
    }
}

impl Object {
    /// The member of a name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

impl Rest {
    /// What the rest may be, as a shape; none for nothing.
    pub fn shape(&self, origin: &Origin) -> Option<Shape> {
        match self {
            Rest::Nothing => None,
            Rest::Anything => Some(Shape::any(origin.clone())),
            Rest::Only(shape) => Some((**shape).clone()),
        }
    }
}

impl Number {
    /// Whether only whole numbers are among them.
    pub fn is_whole(&self) -> bool {
        let listed = self.values.as_ref().is_some_and(|values| values.iter().all(|value| value.is_whole()));
        listed || self.multiple.is_some_and(Decimal::is_whole)
    }

    /// Whether a number is among them.
    pub fn contains(&self, value: Decimal) -> bool {
        let above = self.low.is_none_or(|low| value > low.value || (value == low.value && !low.open));
        let below = self.high.is_none_or(|high| value < high.value || (value == high.value && !high.open));
        let multiple = self.multiple.is_none_or(|step| value.up_to_multiple(step) == Some(value));
        let listed = self.values.as_ref().is_none_or(|values| values.contains(&value));
        above && below && multiple && listed
    }

    /// The smallest of them that is not below `from` (none: the smallest of all); none where there is none, or no smallest.
    pub fn at_or_above(&self, from: Option<Decimal>) -> Option<Decimal> {
        if let Some(values) = &self.values {
            let fits = |value: &&Decimal| from.is_none_or(|from| **value >= from) && self.contains(**value);
            return values.iter().filter(fits).min().copied();
        }
        let start = match (from, self.low) {
            (Some(from), Some(low)) if from > low.value => from,
            (_, Some(low)) => low.value,
            (Some(from), None) => from,
            (None, None) => return None,
        };
        let Some(step) = self.multiple else { return Some(start).filter(|start| self.contains(*start)) };
        let first = start.up_to_multiple(step)?;
        [Some(first), first.plus(step)].into_iter().flatten().find(|value| self.contains(*value))
    }

    /// The largest of them that is not above `to` (none: the largest of all); none where there is none, or no largest.
    pub fn at_or_below(&self, to: Option<Decimal>) -> Option<Decimal> {
        let mirrored = self.mirrored()?;
        let to = match to {
            Some(to) => Some(negated(to)?),
            None => None,
        };
        negated(mirrored.at_or_above(to)?)
    }

    /// The same numbers with their signs changed.
    fn mirrored(&self) -> Option<Number> {
        let turn = |bound: Option<Bound>| match bound {
            Some(bound) => negated(bound.value).map(|value| Some(Bound { value, open: bound.open })),
            None => Some(None),
        };
        let values = match &self.values {
            Some(values) => Some(values.iter().map(|value| negated(*value)).collect::<Option<Vec<_>>>()?),
            None => None,
        };
        Some(Number { multiple: self.multiple, low: turn(self.high)?, high: turn(self.low)?, values })
    }
}

fn negated(value: Decimal) -> Option<Decimal> {
    Decimal::whole(0).minus(value)
}
