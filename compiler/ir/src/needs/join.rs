//! How abstract values are put together, cut and compared: one or the other, both, all but one, the same.

use super::bits::Bits;
use super::domain::{Abstract, Shape, Span, Text, Truth, first_fault};
use crate::Value;
use std::rc::Rc;

/// Texts that are excluded one by one.
const MOST_TEXTS: usize = 64;

impl Span {
    pub(crate) fn hull(self, other: Span) -> Span {
        Span { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    pub(crate) fn meet(self, other: Span) -> Option<Span> {
        let both = Span { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        (both.lo <= both.hi).then_some(both)
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
