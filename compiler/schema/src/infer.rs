//! What a schema bounds: ranges and lengths for fields whose record declares none.

use crate::demand::Demand;
use crate::model::{Array, Kind, Rest, Shape};
use crate::text;

/// The range of a number by its schema, in units of the demand's last digit; none where the schema sets no bounds or does not fit.
pub fn infer_range(shape: &Shape, demand: &Demand) -> Option<(i128, i128)> {
    let demand = if let Demand::Optional(inner) = demand { inner } else { demand };
    let (scale, _) = demand.number()?;
    let mut all: Option<(i128, i128)> = None;
    for alternative in shape.alternatives.iter().filter(|it| it.kind != Kind::Null) {
        let (low, high) = match &alternative.kind {
            Kind::Number(number) if demand.is_json_number() && number.is_whole() => {
                (number.at_or_above(None)?.floor_at(0)?, number.at_or_below(None)?.floor_at(0)?)
            }
            Kind::Text(text) if !demand.is_json_number() => text::range(text, scale)?,
            _ => return None,
        };
        all = Some(all.map_or((low, high), |(lowest, highest)| (low.min(lowest), high.max(highest))));
    }
    all
}

/// The most characters or elements by the schema; none where it sets no bound.
pub fn infer_max(shape: &Shape) -> Option<u32> {
    let mut all = 0;
    for alternative in shape.alternatives.iter().filter(|it| it.kind != Kind::Null) {
        let own = match &alternative.kind {
            Kind::Text(text) => text::most_characters(text)?,
            Kind::Array(Array { items: Rest::Nothing, .. }) => 0,
            Kind::Array(array) => array.max?,
            _ => return None,
        };
        all = all.max(own);
    }
    u32::try_from(all).ok()
}
