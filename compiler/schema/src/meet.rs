//! What two shapes have in common (`allOf`), and shapes side by side (`anyOf`, `oneOf`).

use crate::model::{
    Alternative, Array, Bound, Kind, Number, Object, Property, Reach, Rest, SchemaProblem, Shape, Text,
};
use std::collections::BTreeSet;

/// Most alternatives of one place.
pub(crate) const MOST_ALTERNATIVES: usize = 64;

/// A product that grew beyond its bound.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// How much may still be done.
pub(crate) struct Budget(pub(crate) usize);

impl Budget {
    pub(crate) fn spend(&mut self) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(1).ok_or(TooLarge)?;
        Ok(())
    }
}

/// The documents of both. Notes are those of `a`, or of `b` where `a` has none.
pub(crate) fn meet(a: &Shape, b: &Shape, budget: &mut Budget) -> Result<Shape, TooLarge> {
    let mut alternatives = Vec::new();
    for one in &a.alternatives {
        for other in &b.alternatives {
            if let Some(both) = meet_alternatives(one, other, budget)? {
                alternatives.push(both);
                if alternatives.len() > MOST_ALTERNATIVES {
                    return Err(TooLarge);
                }
            }
        }
    }
    let mut notes = a.notes.clone();
    notes.title = notes.title.or_else(|| b.notes.title.clone());
    notes.description = notes.description.or_else(|| b.notes.description.clone());
    notes.issuer = notes.issuer.or_else(|| b.notes.issuer.clone());
    Ok(Shape { origin: a.origin.clone(), notes, alternatives })
}

fn meet_alternatives(a: &Alternative, b: &Alternative, budget: &mut Budget) -> Result<Option<Alternative>, TooLarge> {
    budget.spend()?;
    let kind = match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => Some(Kind::Null),
        (Kind::Bool(x), Kind::Bool(y)) => match (x, y) {
            (Some(x), Some(y)) if x != y => None,
            _ => Some(Kind::Bool(x.or(*y))),
        },
        (Kind::Number(x), Kind::Number(y)) => Some(Kind::Number(numbers(x, y)?)),
        (Kind::Text(x), Kind::Text(y)) => Some(Kind::Text(texts(x, y))),
        (Kind::Object(x), Kind::Object(y)) => Some(Kind::Object(objects(x, y, budget)?)),
        (Kind::Array(x), Kind::Array(y)) => Some(Kind::Array(arrays(x, y, budget)?)),
        _ => None,
    };
    let origin = if a.kind.is_plain() && !b.kind.is_plain() { &b.origin } else { &a.origin };
    Ok(kind.filter(is_possible).map(|kind| {
        let mut undecided = a.undecided.clone();
        undecided.extend(b.undecided.iter().cloned());
        undecided.dedup();
        Alternative { origin: origin.clone(), kind, undecided }
    }))
}

/// Whether some document can be of it, as far as is seen without search.
pub(crate) fn is_possible(kind: &Kind) -> bool {
    match kind {
        Kind::Null | Kind::Bool(_) => true,
        Kind::Number(number) => {
            let listed = number.values.as_ref().is_none_or(|values| values.iter().any(|it| number.contains(*it)));
            let ordered = match (number.low, number.high) {
                (Some(low), Some(high)) => {
                    low.value < high.value || (low.value == high.value && !low.open && !high.open)
                }
                _ => true,
            };
            let stepped = number.multiple.is_none() || number.low.is_none() || number.at_or_above(None).is_some();
            listed && ordered && stepped
        }
        Kind::Text(text) => {
            let ordered = text.max.is_none_or(|max| text.min <= max);
            ordered && crate::text::values(text).is_none_or(|values| !values.is_empty())
        }
        Kind::Object(object) => !object.properties.iter().any(|it| it.required && it.shape.alternatives.is_empty()),
        Kind::Array(array) => {
            let most = if crate::example::is_nothing(&array.items) { Some(0) } else { array.max };
            most.is_none_or(|most| array.min <= most)
        }
    }
}

fn tighter(a: Option<Bound>, b: Option<Bound>, lower: bool) -> Option<Bound> {
    let (Some(x), Some(y)) = (a, b) else { return a.or(b) };
    let first = match x.value.cmp(&y.value) {
        std::cmp::Ordering::Equal => x.open,
        order => order.is_gt() == lower,
    };
    Some(if first { x } else { y })
}

fn numbers(a: &Number, b: &Number) -> Result<Number, TooLarge> {
    let multiple = match (a.multiple, b.multiple) {
        (Some(x), Some(y)) => Some(x.common_multiple(y).ok_or(TooLarge)?),
        (x, y) => x.or(y),
    };
    let (low, high) = (tighter(a.low, b.low, true), tighter(a.high, b.high, false));
    let values = a.values.as_ref().or(b.values.as_ref());
    let values =
        values.map(|values| values.iter().filter(|it| a.contains(**it) && b.contains(**it)).copied().collect());
    Ok(Number { multiple, low, high, values })
}

fn texts(a: &Text, b: &Text) -> Text {
    let join = |x: &[String], y: &[String]| {
        let more: Vec<String> = y.iter().filter(|it| !x.contains(it)).cloned().collect();
        [x.to_vec(), more].concat()
    };
    let max = match (a.max, b.max) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    let values = match (&a.values, &b.values) {
        (Some(x), Some(y)) => {
            let both = x.iter().filter_map(|value| {
                let same = y.iter().find(|other| other.text == value.text)?;
                Some(if value.label.is_some() { value.clone() } else { same.clone() })
            });
            Some(both.collect())
        }
        (x, y) => x.clone().or_else(|| y.clone()),
    };
    Text {
        min: a.min.max(b.min),
        max,
        patterns: join(&a.patterns, &b.patterns),
        formats: join(&a.formats, &b.formats),
        values,
    }
}

fn rests(a: &Rest, b: &Rest, budget: &mut Budget) -> Result<Rest, TooLarge> {
    Ok(match (a, b) {
        (Rest::Nothing, _) | (_, Rest::Nothing) => Rest::Nothing,
        (Rest::Anything, other) | (other, Rest::Anything) => other.clone(),
        (Rest::Only(x), Rest::Only(y)) => Rest::Only(Box::new(meet(x, y, budget)?)),
    })
}

/// A member that one side names and the other does not is, on the other side, one of the rest.
fn objects(a: &Object, b: &Object, budget: &mut Budget) -> Result<Object, TooLarge> {
    let mut properties = Vec::new();
    for own in &a.properties {
        budget.spend()?;
        let (required, shape) = match b.property(&own.name) {
            Some(other) => (own.required || other.required, meet(&own.shape, &other.shape, budget)?),
            None => (own.required, with_rest(&own.shape, &b.rest, budget)?),
        };
        properties.push(Property { name: own.name.clone(), required, shape });
    }
    for other in b.properties.iter().filter(|other| a.property(&other.name).is_none()) {
        let shape = with_rest(&other.shape, &a.rest, budget)?;
        properties.push(Property { name: other.name.clone(), required: other.required, shape });
    }
    Ok(Object { properties, rest: rests(&a.rest, &b.rest, budget)? })
}

fn with_rest(shape: &Shape, rest: &Rest, budget: &mut Budget) -> Result<Shape, TooLarge> {
    match rest {
        Rest::Anything => Ok(shape.clone()),
        Rest::Nothing => Ok(Shape { alternatives: Vec::new(), ..shape.clone() }),
        Rest::Only(only) => meet(shape, only, budget),
    }
}

fn arrays(a: &Array, b: &Array, budget: &mut Budget) -> Result<Array, TooLarge> {
    let max = match (a.max, b.max) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    };
    Ok(Array { items: rests(&a.items, &b.items, budget)?, min: a.min.max(b.min), max, unique: a.unique || b.unique })
}

/// The documents of any of the branches. Values that are merely listed become one list.
pub(crate) fn side_by_side(branches: &[Shape]) -> Result<Vec<Alternative>, TooLarge> {
    let mut all: Vec<Alternative> = Vec::new();
    for next in branches.iter().flat_map(|branch| &branch.alternatives) {
        if all.iter().any(|known| known.kind == next.kind && known.undecided == next.undecided) {
            continue;
        }
        let listed = next.undecided.is_empty().then(|| listed(&next.kind)).flatten();
        let known = all.iter_mut().find(|it| it.undecided.is_empty() && self::listed(&it.kind).is_some());
        match (listed, known) {
            (Some(more), Some(known)) => {
                if let Kind::Text(Text { values: Some(values), .. }) = &mut known.kind {
                    let fresh: Vec<_> =
                        more.iter().filter(|it| values.iter().all(|old| old.text != it.text)).cloned().collect();
                    values.extend(fresh);
                }
            }
            _ => all.push(next.clone()),
        }
        if all.len() > MOST_ALTERNATIVES {
            return Err(TooLarge);
        }
    }
    Ok(all)
}

/// The values of texts that are listed and nothing more.
fn listed(kind: &Kind) -> Option<&Vec<crate::model::TextValue>> {
    match kind {
        Kind::Text(Text { values: Some(values), min: 0, max: None, patterns, formats })
            if patterns.is_empty() && formats.is_empty() =>
        {
            Some(values)
        }
        _ => None,
    }
}

/// Whether no document can be of both shapes, as far as tags and ranges show.
pub(crate) fn apart(a: &Shape, b: &Shape, depth: usize) -> bool {
    let pair = |x: &Alternative, y: &Alternative| match (&x.kind, &y.kind) {
        (Kind::Bool(Some(x)), Kind::Bool(Some(y))) => x != y,
        (Kind::Number(x), Kind::Number(y)) => numbers(x, y).is_ok_and(|both| !is_possible(&Kind::Number(both))),
        (Kind::Text(x), Kind::Text(y)) => !is_possible(&Kind::Text(texts(x, y))),
        (Kind::Array(x), Kind::Array(y)) => {
            x.max.is_some_and(|max| max < y.min) || y.max.is_some_and(|max| max < x.min)
        }
        (Kind::Object(x), Kind::Object(y)) => depth > 0 && objects_apart(x, y, depth - 1),
        (x, y) => std::mem::discriminant(x) != std::mem::discriminant(y),
    };
    a.alternatives.iter().all(|x| b.alternatives.iter().all(|y| pair(x, y)))
}

fn objects_apart(a: &Object, b: &Object, depth: usize) -> bool {
    let differs = |own: &Property, other: &Object| {
        own.required
            && match other.property(&own.name) {
                Some(same) => apart(&own.shape, &same.shape, depth),
                None => other.rest == Rest::Nothing,
            }
    };
    a.properties.iter().any(|own| differs(own, b)) || b.properties.iter().any(|own| differs(own, a))
}

/// Notes a keyword that was left out at every alternative that it can change.
pub(crate) fn leave_out(shape: &mut Shape, problem: &SchemaProblem, changes: impl Fn(&Kind) -> bool) {
    for alternative in shape.alternatives.iter_mut().filter(|it| changes(&it.kind)) {
        if !alternative.undecided.contains(problem) {
            alternative.undecided.push(problem.clone());
        }
    }
}

/// All problems of a shape that say that nothing is known there, for reports on a schema as a whole.
pub(crate) fn problems(shape: &Shape, found: &mut BTreeSet<SchemaProblem>) {
    for alternative in &shape.alternatives {
        found.extend(alternative.undecided.iter().filter(|it| it.reach > Reach::Document).cloned());
        match &alternative.kind {
            Kind::Object(object) => {
                object.properties.iter().for_each(|property| problems(&property.shape, found));
                if let Rest::Only(rest) = &object.rest {
                    problems(rest, found);
                }
            }
            Kind::Array(Array { items: Rest::Only(items), .. }) => problems(items, found),
            _ => {}
        }
    }
}
