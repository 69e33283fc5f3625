//! Abstract values: everything that a value may be while facts are missing, and the cells that it depends on.
//!
//! The promise of `cells`: two completions of what is known that agree on these cells agree on the value. A value that can be only one thing depends on nothing.

use super::bits::Bits;
use crate::{Fault, Program, Type, Value, calendar};
use std::rc::Rc;

/// Types of verified programs are not nested deeper.
const DEEPEST: usize = 64;

/// Texts that are excluded one by one.
const MOST_TEXTS: usize = 64;

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

    pub(crate) fn hull(self, other: Span) -> Span {
        Span { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    pub(crate) fn meet(self, other: Span) -> Option<Span> {
        let both = Span { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        (both.lo <= both.hi).then_some(both)
    }

    pub(crate) fn is_point(self) -> bool {
        self.lo == self.hi
    }

    /// Without one number, if that is an end.
    fn without(self, n: i128) -> Option<Span> {
        match (self.lo == n, self.hi == n) {
            (true, true) => None,
            (true, false) => Some(Span { lo: n + 1, ..self }),
            (false, true) => Some(Span { hi: n - 1, ..self }),
            (false, false) => Some(self),
        }
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

    /// One or the other; which of them depends on `choice`.
    pub(crate) fn join(&self, other: &Abstract, choice: &Bits) -> Abstract {
        let (none, other_none) = (self.shape == Shape::Nothing, other.shape == Shape::Nothing);
        if none && self.fault.is_none() {
            return other.clone();
        }
        if other_none && other.fault.is_none() {
            return self.clone();
        }
        let mut cells = self.cells.union(&other.cells);
        cells.add(choice);
        let shape = match (none, other_none) {
            (true, _) => other.shape.clone(),
            (_, true) => self.shape.clone(),
            _ => join_shapes(self, other, choice),
        };
        Abstract { shape, fault: first_fault(self.fault, other.fault), cells }.settled()
    }

    /// What is in both; `None` if nothing is. Keeps the cells of the first.
    pub(crate) fn meet(&self, other: &Abstract) -> Option<Abstract> {
        let shape = match (&self.shape, &other.shape) {
            (Shape::Truth { yes, no }, Shape::Truth { yes: y, no: n }) => {
                let both = Truth { yes: *yes && *y, no: *no && *n };
                (both.yes || both.no).then_some(Shape::Truth { yes: both.yes, no: both.no })?
            }
            (Shape::Number(a), Shape::Number(b)) => Shape::Number(a.meet(*b)?),
            (Shape::Date(a), Shape::Date(b)) => Shape::Date(a.meet(*b)?),
            (Shape::Cases(a), Shape::Cases(b)) => {
                let both = a.intersection(b);
                (!both.is_empty()).then_some(Shape::Cases(both))?
            }
            (Shape::Text(a), Shape::Text(b)) => Shape::Text(meet_texts(a, b)?),
            (Shape::Optional { absent, present }, Shape::Optional { absent: other_absent, present: other_present }) => {
                let absent = *absent && *other_absent;
                let present = match (present, other_present) {
                    (Some(a), Some(b)) => a.meet(b).map(Rc::new),
                    _ => None,
                };
                (absent || present.is_some()).then_some(Shape::Optional { absent, present })?
            }
            (Shape::Record(a), Shape::Record(b)) if a.len() == b.len() => {
                Shape::Record(a.iter().zip(b.iter()).map(|(a, b)| a.meet(b)).collect::<Option<_>>()?)
            }
            (Shape::Nothing, _) | (_, Shape::Nothing) => return None,
            _ => self.shape.clone(),
        };
        Some(Abstract { shape, fault: self.fault, cells: self.cells.clone() }.settled())
    }

    /// Without one value, as far as the domain can tell; `None` if nothing is left.
    pub(crate) fn without(&self, value: &Value) -> Option<Abstract> {
        let shape = match (&self.shape, value) {
            (Shape::Truth { .. }, Value::Bool(known)) => {
                return self.meet(&Abstract::truth(Truth::of(!known), Bits::EMPTY));
            }
            (Shape::Number(span), Value::Number(n)) => Shape::Number(span.without(*n)?),
            (Shape::Date(span), Value::Date(day)) => Shape::Date(span.without(i128::from(*day))?),
            (Shape::Cases(cases), Value::Enum(case)) => {
                let rest = cases.without(*case as usize);
                (!rest.is_empty()).then_some(Shape::Cases(rest))?
            }
            (Shape::Text(Text::Known(text)), Value::Text(other)) if text.as_ref() == other => return None,
            (Shape::Text(Text::Any { most, except }), Value::Text(text))
                if except.len() < MOST_TEXTS && !except.contains(text) =>
            {
                let except = except.iter().chain(std::iter::once(text)).cloned().collect();
                Shape::Text(Text::Any { most: *most, except })
            }
            (Shape::Optional { present, .. }, Value::Absent) => {
                Shape::Optional { absent: false, present: Some(present.clone()?) }
            }
            (Shape::Optional { absent, present: Some(inner) }, value) => {
                let present = inner.without(value).map(Rc::new);
                (*absent || present.is_some()).then_some(Shape::Optional { absent: *absent, present })?
            }
            _ => return Some(self.clone()),
        };
        Some(Abstract { shape, fault: self.fault, cells: self.cells.clone() }.settled())
    }

    /// The same place with only this value in it.
    pub(crate) fn narrowed_to(&self, value: &Value) -> Abstract {
        let each = |values: &[Value], part: &dyn Fn(usize) -> Option<Abstract>| -> Rc<[Abstract]> {
            values.iter().enumerate().filter_map(|(n, value)| part(n).map(|part| part.narrowed_to(value))).collect()
        };
        let shape = match (&self.shape, value) {
            (Shape::Truth { .. }, Value::Bool(known)) => Shape::Truth { yes: *known, no: !known },
            (Shape::Number(_), Value::Number(n)) => Shape::Number(Span::point(*n)),
            (Shape::Date(_), Value::Date(day)) => Shape::Date(Span::point((*day).into())),
            (Shape::Cases(_), Value::Enum(case)) => Shape::Cases(Bits::one(*case as usize)),
            (Shape::Text(_), Value::Text(text)) => Shape::Text(Text::Known(text.as_str().into())),
            (Shape::Optional { .. }, Value::Absent) => Shape::Optional { absent: true, present: None },
            (Shape::Optional { present: Some(inner), .. }, value) => {
                Shape::Optional { absent: false, present: Some(Rc::new(inner.narrowed_to(value))) }
            }
            (Shape::Record(parts), Value::Record(values)) => Shape::Record(each(values, &|n| parts.get(n).cloned())),
            (Shape::List(elements), Value::List(values)) => Shape::List(each(values, &|n| elements.get(n).cloned())),
            (Shape::Many { element, .. }, Value::List(values)) => {
                Shape::List(each(values, &|_| Some(element.as_ref().clone())))
            }
            (other, _) => other.clone(),
        };
        Abstract { shape, fault: self.fault, cells: self.cells.clone() }.settled()
    }

    /// Whether the two may be the same value and whether they may differ.
    pub(crate) fn equal(&self, other: &Abstract) -> Truth {
        match (&self.shape, &other.shape) {
            (Shape::Nothing, _) | (_, Shape::Nothing) => Truth { yes: false, no: false },
            (Shape::Optional { absent, present }, Shape::Optional { absent: other_absent, present: other_present }) => {
                let inner = match (present, other_present) {
                    (Some(a), Some(b)) => a.equal(b),
                    _ => Truth { yes: false, no: false },
                };
                let apart = (*absent && other_present.is_some()) || (*other_absent && present.is_some());
                Truth { yes: inner.yes || (*absent && *other_absent), no: inner.no || apart }
            }
            (Shape::Record(a), Shape::Record(b)) => all_equal(a, b),
            (Shape::List(a), Shape::List(b)) if a.len() == b.len() => all_equal(a, b),
            (Shape::List(a), Shape::Many { least, most, .. }) | (Shape::Many { least, most, .. }, Shape::List(a)) => {
                let possible = (*least as usize..=*most as usize).contains(&a.len());
                Truth { yes: possible, no: true }
            }
            (Shape::List(_), Shape::List(_)) => Truth::NO,
            (Shape::Many { .. }, Shape::Many { .. }) => Truth::BOTH,
            _ => match (self.point(), other.point()) {
                (Some(a), Some(b)) => Truth::of(a == b),
                _ => Truth { yes: self.meet(other).is_some(), no: true },
            },
        }
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

fn join_shapes(a: &Abstract, b: &Abstract, choice: &Bits) -> Shape {
    match (&a.shape, &b.shape) {
        (Shape::Truth { yes, no }, Shape::Truth { yes: y, no: n }) => Shape::Truth { yes: *yes || *y, no: *no || *n },
        (Shape::Number(a), Shape::Number(b)) => Shape::Number(a.hull(*b)),
        (Shape::Date(a), Shape::Date(b)) => Shape::Date(a.hull(*b)),
        (Shape::Cases(a), Shape::Cases(b)) => Shape::Cases(a.union(b)),
        (Shape::Text(a), Shape::Text(b)) => Shape::Text(join_texts(a, b)),
        (Shape::Optional { absent, present }, Shape::Optional { absent: other_absent, present: other_present }) => {
            let present = match (present, other_present) {
                (Some(a), Some(b)) => Some(Rc::new(a.join(b, choice))),
                (one, other) => one.clone().or_else(|| other.clone()),
            };
            Shape::Optional { absent: *absent || *other_absent, present }
        }
        (Shape::Record(a), Shape::Record(b)) => {
            Shape::Record(a.iter().zip(b.iter()).map(|(a, b)| a.join(b, choice)).collect())
        }
        (Shape::List(a), Shape::List(b)) if a.len() == b.len() => {
            Shape::List(a.iter().zip(b.iter()).map(|(a, b)| a.join(b, choice)).collect())
        }
        _ => match (many(a), many(b)) {
            (Some((least, most, x)), Some((other_least, other_most, y))) => {
                let mut choice = choice.union(&a.all_cells());
                choice.add(&b.all_cells());
                let element = Rc::new(blurred(&x.join(&y, &choice), &choice));
                Shape::Many { least: least.min(other_least), most: most.max(other_most), element }
            }
            _ => Shape::Nothing,
        },
    }
}

/// A list as one of unknown length: fewest, most, and what describes every element.
pub(crate) fn many(list: &Abstract) -> Option<(u32, u32, Abstract)> {
    match &list.shape {
        Shape::Many { least, most, element } => Some((*least, *most, element.as_ref().clone())),
        Shape::List(elements) => {
            let cells = list.all_cells();
            let length = u32::try_from(elements.len()).unwrap_or(u32::MAX);
            let element = elements.iter().fold(Abstract::nothing(), |all, it| all.join(it, &cells));
            Some((length, length, element))
        }
        _ => None,
    }
}

/// The same values, every undecided level of which depends on more cells: for elements whose places are not known.
pub(crate) fn blurred(value: &Abstract, more: &Bits) -> Abstract {
    let parts = |all: &Rc<[Abstract]>| all.iter().map(|it| blurred(it, more)).collect();
    let shape = match &value.shape {
        Shape::Optional { absent, present } => {
            Shape::Optional { absent: *absent, present: present.as_ref().map(|inner| Rc::new(blurred(inner, more))) }
        }
        Shape::Record(all) => Shape::Record(parts(all)),
        Shape::List(all) => Shape::List(parts(all)),
        Shape::Many { least, most, element } => {
            Shape::Many { least: *least, most: *most, element: Rc::new(blurred(element, more)) }
        }
        other => other.clone(),
    };
    Abstract { shape, fault: value.fault, cells: value.cells.union(more) }.settled()
}

fn all_equal(a: &[Abstract], b: &[Abstract]) -> Truth {
    a.iter().zip(b).fold(Truth::YES, |all, (a, b)| all.and(a.equal(b)))
}

fn longest(text: &Text) -> u32 {
    match text {
        Text::Known(text) => u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
        Text::Any { most, .. } => *most,
    }
}

fn join_texts(a: &Text, b: &Text) -> Text {
    if a == b {
        return a.clone();
    }
    let excludes = |text: &Text, excluded: &String| match text {
        Text::Known(known) => known.as_ref() != excluded,
        Text::Any { except, .. } => except.contains(excluded),
    };
    let except = match (a, b) {
        (Text::Any { except, .. }, other) | (other, Text::Any { except, .. }) => {
            except.iter().filter(|it| excludes(other, it)).cloned().collect()
        }
        _ => Rc::new([]) as Rc<[String]>,
    };
    Text::Any { most: longest(a).max(longest(b)), except }
}

fn meet_texts(a: &Text, b: &Text) -> Option<Text> {
    match (a, b) {
        (Text::Known(a), Text::Known(b)) => (a == b).then(|| Text::Known(a.clone())),
        (Text::Known(known), Text::Any { most, except }) | (Text::Any { most, except }, Text::Known(known)) => {
            let fits = known.chars().count() <= *most as usize && !except.iter().any(|it| it == known.as_ref());
            fits.then(|| Text::Known(known.clone()))
        }
        (Text::Any { most, except }, Text::Any { most: other, except: others }) => {
            let more = others.iter().filter(|it| !except.contains(it));
            Some(Text::Any { most: *most.min(other), except: except.iter().chain(more).cloned().collect() })
        }
    }
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
