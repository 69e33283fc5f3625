//! Abstract values: everything that a value may be while facts are missing, and the cells that it depends on.
//!
//! The promise of `cells`: two completions of what is known that agree on these cells agree on the value. A value that can be only one thing depends on nothing.

use super::bits::Bits;
use crate::{Fault, Program, Type, Value, calendar};
use std::rc::Rc;

/// Types of verified programs are not nested deeper.
const DEEPEST: usize = 64;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abstract {
    /// The values that it may have; the parts of a whole are abstract values of their own.
    pub(crate) shape: Shape,
    /// The fault that it may be instead.
    pub(crate) fault: Option<Fault>,
    /// What the choice depends on at this level; parts have their own.
    pub(crate) cells: Bits,
}

/// Whole numbers or days from `lo` to `hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) lo: i128,
    pub(crate) hi: i128,
}

/// Which values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// None: the value is a fault, or the place is never reached.
    Nothing,
    Truth {
        yes: bool,
        no: bool,
    },
    Number(Span),
    Date(Span),
    Cases(Bits),
    Text(Text),
    Optional {
        absent: bool,
        present: Option<Rc<Abstract>>,
    },
    Record(Rc<[Abstract]>),
    List(Rc<[Abstract]>),
    /// A list of unknown length, all of whose elements are described by one.
    Many {
        least: u32,
        most: u32,
        element: Rc<Abstract>,
    },
}

/// Texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Known(Rc<str>),
    /// Any text of at most so many characters, except these.
    Any {
        most: u32,
        except: Rc<[String]>,
    },
}

/// Whether something may be true, and whether it may be false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) yes: bool,
    pub(crate) no: bool,
}

impl Truth {
    pub(crate) const YES: Truth = Truth { yes: true, no: false };
    pub(crate) const NO: Truth = Truth { yes: false, no: true };
    pub(crate) const BOTH: Truth = Truth { yes: true, no: true };

    pub(crate) fn and(self, other: Truth) -> Truth {
        Truth { yes: self.yes && other.yes, no: self.no || other.no }
    }

    pub(crate) fn not(self) -> Truth {
        Truth { yes: self.no, no: self.yes }
    }

    pub(crate) fn of(known: bool) -> Truth {
        Truth { yes: known, no: !known }
    }
}

impl Span {
    pub(crate) const DAYS: Span = Span { lo: calendar::FIRST as i128, hi: calendar::LAST as i128 };

    pub(crate) fn point(n: i128) -> Span {
        Span { lo: n, hi: n }
    }

    pub(crate) fn is_point(self) -> bool {
        self.lo == self.hi
    }
}

impl Abstract {
    /// A value of this shape that depends on these cells, or on none if it is decided.
    pub(crate) fn new(shape: Shape, cells: Bits) -> Abstract {
        Abstract { shape, fault: None, cells }.settled()
    }

    pub(crate) fn truth(truth: Truth, cells: Bits) -> Abstract {
        Abstract::new(Shape::Truth { yes: truth.yes, no: truth.no }, cells)
    }

    /// A value that is never had.
    pub(crate) fn nothing() -> Abstract {
        Abstract::new(Shape::Nothing, Bits::EMPTY)
    }

    pub(crate) fn faulty(fault: Fault) -> Abstract {
        Abstract { shape: Shape::Nothing, fault: Some(fault), cells: Bits::EMPTY }
    }

    /// Any value of the type; every part depends on the same cells.
    pub(crate) fn any(program: &Program, ty: &Type, cells: &Bits) -> Abstract {
        any_within(program, ty, cells, DEEPEST)
    }

    /// The value, as a single point.
    pub(crate) fn of(program: &Program, value: &Value, ty: &Type) -> Abstract {
        let shape = match (value, ty) {
            (Value::Absent, _) => Shape::Optional { absent: true, present: None },
            (_, Type::Optional(inner)) => {
                Shape::Optional { absent: false, present: Some(Rc::new(Abstract::of(program, value, inner))) }
            }
            (Value::Bool(known), _) => Shape::Truth { yes: *known, no: !known },
            (Value::Number(n), _) => Shape::Number(Span::point(*n)),
            (Value::Date(day), _) => Shape::Date(Span::point(i128::from(*day))),
            (Value::Text(text), _) => Shape::Text(Text::Known(text.as_str().into())),
            (Value::Enum(case), _) => Shape::Cases(Bits::one(*case as usize)),
            (Value::Record(parts), Type::Record(id)) => {
                let fields = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
                Shape::Record(
                    parts.iter().zip(fields).map(|(part, field)| Abstract::of(program, part, &field.ty)).collect(),
                )
            }
            (Value::List(elements), Type::List { element, .. }) => {
                Shape::List(elements.iter().map(|it| Abstract::of(program, it, element)).collect())
            }
            (Value::Record(_) | Value::List(_), _) => Shape::Nothing,
        };
        Abstract::new(shape, Bits::EMPTY)
    }

    /// Drops the cells of a level that can be only one thing.
    pub(crate) fn settled(mut self) -> Abstract {
        if let Shape::Many { most: 0, .. } = self.shape {
            self.shape = Shape::List(Rc::new([]));
        }
        if self.is_settled() {
            self.cells = Bits::EMPTY;
        }
        self
    }

    fn is_settled(&self) -> bool {
        if self.fault.is_some() {
            return self.shape == Shape::Nothing;
        }
        match &self.shape {
            Shape::Nothing | Shape::Record(_) | Shape::List(_) | Shape::Text(Text::Known(_)) => true,
            Shape::Truth { yes, no } => yes != no,
            Shape::Number(span) | Shape::Date(span) => span.is_point(),
            Shape::Cases(cases) => cases.len() == 1,
            Shape::Text(Text::Any { .. }) | Shape::Many { .. } => false,
            Shape::Optional { absent, present } => *absent != present.is_some(),
        }
    }

    /// The value, if there is only one and no fault.
    pub(crate) fn point(&self) -> Option<Value> {
        if self.fault.is_some() {
            return None;
        }
        match &self.shape {
            Shape::Truth { yes, no } if yes != no => Some(Value::Bool(*yes)),
            Shape::Number(span) if span.is_point() => Some(Value::Number(span.lo)),
            Shape::Date(span) if span.is_point() => i64::try_from(span.lo).ok().map(Value::Date),
            Shape::Cases(cases) => cases.single().and_then(|case| u32::try_from(case).ok()).map(Value::Enum),
            Shape::Text(Text::Known(text)) => Some(Value::Text(text.to_string())),
            Shape::Optional { absent: true, present: None } => Some(Value::Absent),
            Shape::Optional { absent: false, present: Some(inner) } => inner.point(),
            Shape::Record(parts) => parts.iter().map(Abstract::point).collect::<Option<_>>().map(Value::Record),
            Shape::List(elements) => elements.iter().map(Abstract::point).collect::<Option<_>>().map(Value::List),
            _ => None,
        }
    }

    /// Everything that the value and its parts depend on.
    pub(crate) fn all_cells(&self) -> Bits {
        let mut all = self.cells.clone();
        self.collect_cells(&mut all);
        all
    }

    fn collect_cells(&self, all: &mut Bits) {
        all.add(&self.cells);
        match &self.shape {
            Shape::Optional { present: Some(inner), .. } => inner.collect_cells(all),
            Shape::Record(parts) | Shape::List(parts) => parts.iter().for_each(|part| part.collect_cells(all)),
            Shape::Many { element, .. } => element.collect_cells(all),
            _ => {}
        }
    }

    /// Whether it may be true and whether it may be false.
    pub(crate) fn as_truth(&self) -> Truth {
        match self.shape {
            Shape::Truth { yes, no } => Truth { yes, no },
            _ => Truth { yes: false, no: false },
        }
    }

    /// Certainly true, whatever is missing.
    pub(crate) fn is_true(&self) -> bool {
        self.fault.is_none() && self.as_truth() == Truth::YES
    }

    /// Certainly false, whatever is missing.
    pub(crate) fn is_false(&self) -> bool {
        self.fault.is_none() && self.as_truth() == Truth::NO
    }

    /// The numbers or days that it may be.
    pub(crate) fn span(&self) -> Option<Span> {
        match self.shape {
            Shape::Number(span) | Shape::Date(span) => Some(span),
            _ => None,
        }
    }

    /// The same value with a fault that it may be instead.
    pub(crate) fn or_fault(mut self, fault: Option<Fault>, cells: &Bits) -> Abstract {
        if fault.is_some() {
            self.fault = first_fault(self.fault, fault);
            self.cells.add(cells);
        }
        self.settled()
    }

    /// One value of those that it may be: the smallest for 0, the largest for 1, and others between for larger numbers.
    pub(crate) fn sample(&self, which: u64) -> Value {
        let between = |span: Span| match which {
            0 => span.lo,
            1 => span.hi,
            n => span.lo + (span.hi.saturating_sub(span.lo) / 7).saturating_mul(i128::from(n % 7)),
        };
        match &self.shape {
            Shape::Nothing => Value::Absent,
            Shape::Truth { yes, no } => Value::Bool(*yes && (!no || which % 2 == 1)),
            Shape::Number(span) => Value::Number(between(*span)),
            Shape::Date(span) => Value::Date(i64::try_from(between(*span)).unwrap_or(0)),
            Shape::Cases(cases) => {
                let place = which as usize % cases.len().max(1);
                Value::Enum(cases.iter().nth(place).unwrap_or(0) as u32)
            }
            Shape::Text(Text::Known(text)) => Value::Text(text.to_string()),
            Shape::Text(Text::Any { most, except }) => Value::Text(some_text(*most, except, which)),
            Shape::Optional { absent, present } => match present {
                Some(inner) if !absent || which % 2 == 1 => inner.sample(which / 2),
                _ => Value::Absent,
            },
            Shape::Record(parts) => Value::Record(parts.iter().map(|part| part.sample(which)).collect()),
            Shape::List(elements) => Value::List(elements.iter().map(|it| it.sample(which)).collect()),
            Shape::Many { least, most, element } => {
                let length = (*most).min(*least + (which % 3) as u32);
                Value::List((0..u64::from(length)).map(|n| element.sample(which + n)).collect())
            }
        }
    }
}

/// Of two faults the one that is reported, as in the interpreter.
pub(crate) fn first_fault(a: Option<Fault>, b: Option<Fault>) -> Option<Fault> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn any_within(program: &Program, ty: &Type, cells: &Bits, deepest: usize) -> Abstract {
    let Some(deepest) = deepest.checked_sub(1) else { return Abstract::nothing() };
    let part = |ty: &Type| any_within(program, ty, cells, deepest);
    let shape = match ty {
        Type::Bool => Shape::Truth { yes: true, no: true },
        Type::Number(number) => Shape::Number(Span { lo: number.lo, hi: number.hi }),
        Type::Date => Shape::Date(Span::DAYS),
        Type::Text { max } => Shape::Text(Text::Any { most: *max, except: Rc::new([]) }),
        Type::Enum(id) => Shape::Cases(Bits::below(program.enum_of(*id).map_or(0, |it| it.cases.len()))),
        Type::Record(id) => {
            let fields = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            Shape::Record(fields.iter().map(|field| part(&field.ty)).collect())
        }
        Type::Optional(inner) => Shape::Optional { absent: true, present: Some(Rc::new(part(inner))) },
        Type::List { element, max } => Shape::Many { least: 0, most: *max, element: Rc::new(part(element)) },
    };
    Abstract::new(shape, cells.clone())
}

/// A text that is none of those excluded: as one would type it, of digits and letters.
fn some_text(most: u32, except: &[String], which: u64) -> String {
    let most = most as usize;
    let candidates = ["", "1", "A", "a", "0", "x1", "甲"];
    let start = which as usize % candidates.len();
    let mut tries = candidates.iter().cycle().skip(start).take(candidates.len()).map(|it| (*it).to_owned());
    let fits = |text: &String| text.chars().count() <= most && !except.contains(text);
    let found = tries.find(fits).or_else(|| (0..=except.len()).map(|n| n.to_string()).find(fits));
    found.unwrap_or_default()
}

#[cfg(test)]
impl Abstract {
    /// Whether the value is one of those.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        match (&self.shape, value) {
            (Shape::Truth { yes, no }, Value::Bool(known)) => {
                if *known {
                    *yes
                } else {
                    *no
                }
            }
            (Shape::Number(span), Value::Number(n)) => span.lo <= *n && *n <= span.hi,
            (Shape::Date(span), Value::Date(day)) => span.lo <= i128::from(*day) && i128::from(*day) <= span.hi,
            (Shape::Cases(cases), Value::Enum(case)) => cases.contains(*case as usize),
            (Shape::Text(Text::Known(text)), Value::Text(other)) => text.as_ref() == other,
            (Shape::Text(Text::Any { most, except }), Value::Text(text)) => {
                text.chars().count() <= *most as usize && !except.contains(text)
            }
            (Shape::Optional { absent, .. }, Value::Absent) => *absent,
            (Shape::Optional { present, .. }, value) => present.as_ref().is_some_and(|inner| inner.holds(value)),
            (Shape::Record(parts), Value::Record(values)) | (Shape::List(parts), Value::List(values)) => {
                parts.len() == values.len() && parts.iter().zip(values).all(|(part, value)| part.holds(value))
            }
            (Shape::Many { least, most, element }, Value::List(values)) => {
                (*least as usize..=*most as usize).contains(&values.len()) && values.iter().all(|it| element.holds(it))
            }
            _ => false,
        }
    }
}
