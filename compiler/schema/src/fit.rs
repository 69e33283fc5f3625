//! Fit: whether every document that is valid under a schema can be read as a record asks.
//!
//! Each failure comes with what is asked, what the schema says and where, and a smallest valid document that could not be read.

use crate::demand::{Demand, Field};
use crate::example::{NoExample, array_with, is_nothing, json_text, number_json, object_with, of_alternative};
use crate::misfit::{Found, Misfit, found};
use crate::model::{Alternative, Array, Kind, Number, Object, Reach, SchemaProblem, Shape, Text};
use crate::text::{self, Readable};
use crate::{Decimal, describe, numeral, scaled_text};
use enact_base::json::Json;
use enact_base::{Code, nearest};

/// Every way in which the documents of `shape` cannot be read as `demand` asks; empty is the proof that all of them can.
pub fn fit(shape: &Shape, demand: &Demand) -> Vec<Misfit> {
    let mut misfits: Vec<Misfit> = Vec::new();
    for found in judge(shape, demand) {
        let misfit = found.finish();
        let repeated = |known: &Misfit| {
            known.code == misfit.code
                && (known.fields == misfit.fields || (misfit.is_schema_problem() && known.origin == misfit.origin))
        };
        if !misfits.iter().any(repeated) {
            misfits.push(misfit);
        }
    }
    misfits
}

fn judge(shape: &Shape, demand: &Demand) -> Vec<Found> {
    let (inner, optional) = match demand {
        Demand::Optional(inner) => (&**inner, true),
        other => (other, false),
    };
    let mut all = Vec::new();
    for alternative in shape.alternatives.iter().filter(|it| !(optional && it.kind == Kind::Null)) {
        let names = |name: &str| {
            let has = |kind: &Kind| matches!(kind, Kind::Object(object) if object.property(name).is_some());
            shape.alternatives.iter().any(|it| has(&it.kind))
        };
        let own = judge_alternative(alternative, inner, demand, &names);
        all.extend(own.into_iter().map(|found| blame_undecided(found, &alternative.undecided)));
    }
    let mut kept = most_basic(all);
    if shape.alternatives.len() > 4 {
        for one in kept.iter_mut().filter(|one| one.path.is_empty() && one.code == Code::SchemaTypeMismatch) {
            one.help = Some("have the schema say the `type`".into());
        }
    }
    kept
}

/// Of several findings at one place, a wrong type makes the others pointless.
fn most_basic(all: Vec<Found>) -> Vec<Found> {
    let wrong_type: Vec<Vec<String>> =
        all.iter().filter(|it| it.code == Code::SchemaTypeMismatch).map(|it| it.path.clone()).collect();
    let mut kept: Vec<Found> = Vec::new();
    for one in all {
        let pointless = one.code != Code::SchemaTypeMismatch && wrong_type.contains(&one.path);
        let repeated =
            kept.iter().any(|known| known.code == one.code && known.path == one.path && known.fields == one.fields);
        if !pointless && !repeated {
            kept.push(one);
        }
    }
    kept
}

/// What was left out of the model may be what would make the record fit: then that is what must be said.
fn blame_undecided(found: Found, undecided: &[SchemaProblem]) -> Found {
    let is_problem = matches!(
        found.code,
        Code::SchemaUnsupported | Code::SchemaNotFound | Code::SchemaCycle | Code::SchemaRemoteRef
    );
    let presence = found.path.len() <= 1 && matches!(found.code, Code::SchemaOptional | Code::FieldNotInSchema);
    let matters =
        |problem: &&SchemaProblem| problem.reach == Reach::Everything || (problem.reach == Reach::Presence && presence);
    match undecided.iter().find(matters) {
        Some(problem) if !is_problem => {
            let without = (found.message)("the document");
            let problem = problem.clone();
            let message = problem.message.clone();
            Found {
                code: problem.code,
                message: Box::new(move |_| message.clone()),
                supply: if problem.code == Code::SchemaUnsupported {
                    format!("without it, {without}")
                } else {
                    String::new()
                },
                demand: found.demand,
                origin: problem.origin,
                example: None,
                help: None,
                fields: found.fields,
                path: found.path,
            }
        }
        _ => found,
    }
}

fn judge_alternative(
    alternative: &Alternative,
    demand: &Demand,
    outer: &Demand,
    named: &dyn Fn(&str) -> bool,
) -> Vec<Found> {
    match (&alternative.kind, demand) {
        (Kind::Null, _) => {
            let help = format!("read it as `optional {}`", demand.words());
            let one = found(Code::SchemaOptional, outer, alternative, Some(Json::Null), |at| {
                format!("the schema allows `null` for {at}")
            });
            vec![Found { help: Some(help), ..one }]
        }
        (Kind::Bool(_), Demand::Bool) => Vec::new(),
        (Kind::Number(number), _) if demand.is_json_number() => judge_number(alternative, number, demand),
        (Kind::Text(text), Demand::Decimal { .. } | Demand::Rate { .. } | Demand::Money { fen: false, .. }) => {
            judge_decimal(alternative, text, demand)
        }
        (Kind::Text(text), Demand::Date) => judge_text(alternative, text, demand, Code::SchemaFormat, Readable::Date),
        (Kind::Text(_), Demand::Text { max: None }) => Vec::new(),
        (Kind::Text(text), Demand::Text { max: Some(max) }) => judge_length(alternative, text, demand, *max),
        (Kind::Text(text), Demand::Enum { codes, .. }) => {
            judge_text(alternative, text, demand, Code::SchemaEnum, Readable::OneOf(codes))
        }
        (Kind::Array(array), Demand::List { element, max }) => judge_list(alternative, array, demand, element, *max),
        (Kind::Object(object), Demand::Record { fields, .. }) => judge_record(alternative, object, fields, named),
        _ => match of_alternative(alternative) {
            Err(NoExample::Impossible) => Vec::new(),
            example => vec![wrong_type(alternative, demand, example.ok())],
        },
    }
}

fn wrong_type(alternative: &Alternative, demand: &Demand, example: Option<Json>) -> Found {
    let (supply, words) = (alternative.kind.words(), demand.words());
    let one = found(Code::SchemaTypeMismatch, demand, alternative, example, move |at| {
        format!("the schema allows {supply} for {at}, which cannot be read as `{words}`")
    });
    let help = match (&alternative.kind, demand) {
        (Kind::Number(number), Demand::Decimal { .. } | Demand::Rate { .. } | Demand::Money { .. })
            if !number.is_whole() =>
        {
            Some(
                "have the schema write it as a text with a `pattern` of decimal digits: a JSON number is not exact"
                    .to_owned(),
            )
        }
        (Kind::Number(_), Demand::Money { fen: false, .. }) => {
            Some("if it counts fen, read it as `money in fen`".to_owned())
        }
        (Kind::Text(_), Demand::Money { fen: true, .. }) => {
            Some("if it is an amount in yuan, read it as `money`".to_owned())
        }
        _ => None,
    };
    Found { help, ..one }
}

fn judge_number(alternative: &Alternative, number: &Number, demand: &Demand) -> Vec<Found> {
    if !number.is_whole() {
        let fraction = [5, 25, 1]
            .into_iter()
            .filter_map(|digits| Decimal::new(digits, 1 + u32::from(digits == 25)))
            .find(|it| number.contains(*it));
        let example = fraction
            .map(number_json)
            .or_else(|| of_alternative(alternative).ok().filter(|json| matches!(json, Json::Decimal(_))));
        return vec![wrong_type(alternative, demand, example)];
    }
    let Some((scale, Some((low, high)))) = demand.number() else { return Vec::new() };
    let above = number.at_or_above(high.checked_add(1).map(Decimal::whole));
    let below = number.at_or_below(low.checked_sub(1).map(Decimal::whole));
    let outside =
        above.filter(|value| *value > Decimal::whole(high)).or(below.filter(|value| *value < Decimal::whole(low)));
    let Some(value) = outside else { return Vec::new() };
    let range = format!("{} .. {}", numeral(&scaled_text(low, scale)), numeral(&scaled_text(high, scale)));
    let unit = if scale == 0 { "" } else { " yuan" };
    let one = found(Code::SchemaRange, demand, alternative, Some(number_json(value)), move |at| {
        format!("the schema allows `{value}` for {at}, outside the range `{range}{unit}`")
    });
    vec![Found { help: Some("widen the range, or leave it out to take the schema's".into()), ..one }]
}

fn judge_decimal(alternative: &Alternative, text: &Text, demand: &Demand) -> Vec<Found> {
    let Some((scale, range)) = demand.number() else { return Vec::new() };
    let unreadable =
        judge_text(alternative, text, demand, Code::SchemaFormat, Readable::Decimal { scale, range: None });
    if !unreadable.is_empty() || range.is_none() {
        return unreadable;
    }
    let mut outside = judge_text(alternative, text, demand, Code::SchemaRange, Readable::Decimal { scale, range });
    for one in &mut outside {
        one.help = Some("widen the range, or leave it out to take the schema's".into());
    }
    outside
}

fn judge_text(
    alternative: &Alternative,
    text: &Text,
    demand: &Demand,
    code: Code,
    readable: Readable<'_>,
) -> Vec<Found> {
    let value = match text::shortest_outside(text, readable) {
        Ok(None) => return Vec::new(),
        Ok(Some(value)) => value,
        Err(_) => {
            return vec![found(Code::SchemaUnsupported, demand, alternative, None, |at| {
                format!("the texts that the schema allows for {at} are too many to decide")
            })];
        }
    };
    let (shown, words) = (json_text(&Json::Text(value.clone())), demand.words());
    let one = found(code, demand, alternative, Some(Json::Text(value)), move |at| match code {
        Code::SchemaEnum => format!("the schema allows `{shown}` for {at}, which is no case of `{words}`"),
        Code::SchemaRange => format!("the schema allows `{shown}` for {at}, outside the range of `{words}`"),
        _ => format!("the schema allows `{shown}` for {at}, which cannot be read as `{words}`"),
    });
    let help = match (code, demand) {
        (Code::SchemaEnum, _) if text.values.is_none() => {
            Some("read it as `text`, or have the schema list its values with `enum`".to_owned())
        }
        (Code::SchemaEnum, _) => Some("add the case to the enum".to_owned()),
        (Code::SchemaFormat, Demand::Date) => {
            Some("have the schema say `\"format\": \"date\"`, or read it as `text`".to_owned())
        }
        (Code::SchemaFormat, _) => demand.number().map(|(scale, _)| {
            format!("have the schema say a `pattern` of decimal digits, without leading zeros and with at most {scale} after the point")
        }),
        _ => None,
    };
    vec![Found { help, ..one }]
}

fn judge_length(alternative: &Alternative, text: &Text, demand: &Demand, max: u32) -> Vec<Found> {
    let example = match text::shortest_outside(text, Readable::UpTo(max.into())) {
        Ok(None) => return Vec::new(),
        Ok(Some(value)) => Some(Json::Text(value)),
        Err(_) => None,
    };
    let most = text::most_characters(text);
    let one = found(Code::SchemaLength, demand, alternative, example, move |at| match most {
        Some(most) => format!("the schema allows texts of up to {most} characters for {at}, more than {max}"),
        None => format!("the schema allows texts of any length for {at}, more than {max} characters"),
    });
    let help = match most {
        Some(most) => format!("write `text max {most}`"),
        None => "have the schema say `maxLength`".to_owned(),
    };
    vec![Found { help: Some(help), ..one }]
}

fn judge_list(
    alternative: &Alternative,
    array: &Array,
    demand: &Demand,
    element: &Demand,
    max: Option<u32>,
) -> Vec<Found> {
    let mut all = Vec::new();
    if array.max == Some(0) || is_nothing(&array.items) {
        return all;
    }
    if let Some(max) = max.map(u64::from).filter(|max| array.max.is_none_or(|most| most > *max)) {
        let example = array_with(array, &alternative.origin, None, array.min.max(max + 1));
        if example != Err(NoExample::Impossible) {
            let most = array.max;
            let one = found(Code::SchemaLength, demand, alternative, example.ok(), move |at| match most {
                Some(most) => format!("the schema allows lists of up to {most} elements for {at}, more than {max}"),
                None => format!("the schema allows lists of any length for {at}, more than {max} elements"),
            });
            let help = most.map_or("have the schema say `maxItems`".to_owned(), |most| format!("write `max {most}`"));
            all.push(Found { help: Some(help), ..one });
        }
    }
    if let Some(items) = array.items.shape(&alternative.origin) {
        let around = |inner: &Json| array_with(array, &alternative.origin, Some(inner), array.min);
        all.extend(judge(&items, element).into_iter().map(|one| one.below("*", around)));
    }
    all
}

fn judge_record(
    alternative: &Alternative,
    object: &Object,
    fields: &[Field],
    named: &dyn Fn(&str) -> bool,
) -> Vec<Found> {
    if object_with(object, None) == Err(NoExample::Impossible) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let own = judge_member(alternative, object, &field.path, &field.demand, named);
        all.extend(own.into_iter().map(|mut one| {
            one.fields.push(at);
            one
        }));
    }
    all
}

/// The member at the start of `path`, and what lies below it.
fn judge_member(
    alternative: &Alternative,
    object: &Object,
    path: &[String],
    demand: &Demand,
    named: &dyn Fn(&str) -> bool,
) -> Vec<Found> {
    let Some((name, below)) = path.split_first() else { return Vec::new() };
    let Some(property) = object.property(name) else {
        return judge_unnamed(alternative, object, name, demand, named(name));
    };
    let around = |inner: &Json| match alternative.undecided.as_slice() {
        [] => object_with(object, Some((name, inner))),
        _ => Err(NoExample::Unknown),
    };
    let below =
        if below.is_empty() { judge(&property.shape, demand) } else { judge_path(&property.shape, below, demand) };
    let wrong_type = below.iter().any(|one| one.path.is_empty() && one.code == Code::SchemaTypeMismatch);
    let mut all: Vec<Found> = below.into_iter().map(|one| one.below(name, around)).collect();
    if !property.required && !demand.is_optional() && !wrong_type {
        let without = object_with(object, None).ok();
        let mut one =
            found(Code::SchemaOptional, demand, alternative, without, |at| format!("the schema does not require {at}"));
        one.origin = property.shape.origin.clone();
        one.supply = "not required".into();
        one.help = Some(format!("read it as `optional {}`", demand.words()));
        one.path.push(name.clone());
        all.push(one);
    }
    all
}

/// A member that this alternative does not name; `elsewhere`: another one does.
fn judge_unnamed(
    alternative: &Alternative,
    object: &Object,
    name: &str,
    demand: &Demand,
    elsewhere: bool,
) -> Vec<Found> {
    let without = object_with(object, None).ok().filter(|_| !demand.is_optional());
    let mut one = if !elsewhere {
        let written = name.to_owned();
        let mut one = found(Code::FieldNotInSchema, demand, alternative, without, move |_| {
            format!("the schema has no member `{written}`")
        });
        let names = || object.properties.iter().map(|property| property.name.as_str());
        one.supply = format!("an object of {}", describe::names(names()));
        one.help =
            nearest(name, names()).map(|near| format!("did you mean `{near}`: write `at \"/{near}\"` after the type"));
        one
    } else if demand.is_optional() {
        let Some(rest) = object.rest.shape(&alternative.origin) else { return Vec::new() };
        let around = |inner: &Json| object_with(object, Some((name, inner)));
        return judge(&rest, demand).into_iter().map(|one| one.below(name, around)).collect();
    } else {
        let mut one = found(Code::SchemaOptional, demand, alternative, without, |at| {
            format!("not every variant of the schema requires {at}")
        });
        one.supply = "not required".into();
        one.help = Some(format!("read it as `optional {}`", demand.words()));
        one
    };
    one.path.push(name.to_owned());
    vec![one]
}

/// What lies below a member on the way to a field.
fn judge_path(shape: &Shape, path: &[String], demand: &Demand) -> Vec<Found> {
    let mut all = Vec::new();
    for alternative in &shape.alternatives {
        let named = |name: &str| {
            let has = |kind: &Kind| matches!(kind, Kind::Object(object) if object.property(name).is_some());
            shape.alternatives.iter().any(|it| has(&it.kind))
        };
        let own = match &alternative.kind {
            Kind::Object(object) if object_with(object, None) == Err(NoExample::Impossible) => Vec::new(),
            Kind::Object(object) => judge_member(alternative, object, path, demand, &named),
            Kind::Null if demand.is_optional() => Vec::new(),
            Kind::Null => {
                let help = format!("read the field as `optional {}`", demand.words());
                let one = found(Code::SchemaOptional, demand, alternative, Some(Json::Null), |at| {
                    format!("the schema allows `null` for {at}")
                });
                vec![Found { help: Some(help), ..one }]
            }
            kind => {
                let words = kind.words();
                let example = of_alternative(alternative).ok();
                vec![found(Code::SchemaTypeMismatch, demand, alternative, example, move |at| {
                    format!("the schema allows {words} for {at}, where the way to the field needs an object")
                })]
            }
        };
        all.extend(own.into_iter().map(|found| blame_undecided(found, &alternative.undecided)));
    }
    most_basic(all)
}
