//! What schemas say of types: the ranges and bounds that a field does not declare itself.

use crate::number;
use enact_ir::{NumberKind, NumberType, Type};
use enact_schema::{Demand, Kind, Object, Shape, infer_max, infer_range};

/// The shape at a path of members. `whole`: the shape may already be that of the value (for inputs that name a part of a schema).
pub(crate) fn at(shape: &Shape, path: &[String], whole: bool) -> Option<Shape> {
    let mut here = shape.clone();
    for (n, step) in path.iter().enumerate() {
        let objects: Vec<&Object> = here
            .alternatives
            .iter()
            .filter_map(|it| match &it.kind {
                Kind::Object(object) => Some(object),
                _ => None,
            })
            .collect();
        if objects.is_empty() && whole && n == 0 {
            return Some(here);
        }
        let found = objects.iter().find_map(|object| object.property(step))?;
        here = found.shape.clone();
    }
    Some(here)
}

/// The type with the ranges and bounds of the schema where it has none.
pub(crate) fn ranged(shape: &Shape, path: &[String], whole: bool, ty: Type) -> Type {
    let is_record = matches!(ty.inner(), Type::Record(_));
    let place = if whole && is_record { Some(shape.clone()) } else { at(shape, path, whole) };
    match place {
        Some(place) => filled(&place, ty),
        None => ty,
    }
}

fn filled(shape: &Shape, ty: Type) -> Type {
    match ty {
        Type::Number(number) if number.lo == -number::UNBOUNDED && number.hi == number::UNBOUNDED => {
            // How it is written decides how the schema is read; money in fen is a whole number there.
            let demands = demands(number);
            let range = demands.iter().find_map(|demand| infer_range(shape, demand));
            let kept = |(lo, hi): &(i128, i128)| *lo > -number::UNBOUNDED && *hi < number::UNBOUNDED && lo <= hi;
            match range.filter(kept) {
                Some((lo, hi)) => Type::Number(NumberType { lo, hi, ..number }),
                None => ty,
            }
        }
        Type::Text { max: u32::MAX } => Type::Text { max: infer_max(shape).unwrap_or(u32::MAX) },
        Type::Optional(inner) => Type::Optional(Box::new(filled(shape, *inner))),
        Type::List { element, max } => {
            let max = if max == u32::MAX { infer_max(shape).unwrap_or(u32::MAX) } else { max };
            let items = shape.alternatives.iter().find_map(|it| match &it.kind {
                Kind::Array(array) => array.items.shape(&shape.origin),
                _ => None,
            });
            let element = match items {
                Some(items) => Box::new(filled(&items, *element)),
                None => element,
            };
            Type::List { element, max }
        }
        other => other,
    }
}

fn demands(number: NumberType) -> Vec<Demand> {
    let scale = u32::from(number.scale);
    match number.kind {
        NumberKind::Int => vec![Demand::Int { range: None }],
        NumberKind::Decimal => vec![Demand::Decimal { scale, range: None }],
        NumberKind::Rate => vec![Demand::Rate { scale, range: None }],
        NumberKind::Money => vec![Demand::Money { fen: false, range: None }, Demand::Money { fen: true, range: None }],
    }
}
