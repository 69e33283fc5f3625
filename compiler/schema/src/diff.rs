//! What changed between two versions of a schema, and what that means for those who read the documents.

use crate::demand::Demand;
use crate::describe;
use crate::fit::fit;
use crate::meet::apart;
use crate::misfit::Misfit;
use crate::model::{Alternative, Array, Kind, Number, Object, Origin, Property, Rest, Shape, Text, TextValue};
use crate::reference::step;
use crate::text;

/// How the set of documents changed at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Fewer documents: every reader of the old ones reads the new ones.
    Narrower,
    /// More documents: a reader may meet one that it does not know.
    Wider,
    /// Some are new and some are gone.
    Neither,
    /// A member that nobody could read before.
    Unread,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// A member that the schema no longer names.
    Removed,
    /// A member that the schema names now.
    Added,
    /// Whether the member must be there.
    Required,
    /// Whether it may be `null`.
    Nullable,
    /// The JSON type.
    Type,
    /// The variant of a union.
    Variant,
    /// The range of a number.
    Range,
    /// The listed values.
    Values,
    /// `format` and `pattern`.
    Format,
    /// The length of a text or list.
    Length,
    /// Whether members that are not named are allowed.
    Rest,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// JSON pointer in the documents; `*` stands for any element of a list.
    pub path: String,
    /// What kind.
    pub aspect: Aspect,
    /// What it means for readers.
    pub direction: Direction,
    /// What the old schema says, in words.
    pub old: String,
    /// What the new schema says, in words.
    pub new: String,
    /// Where the new schema says it.
    pub origin: Origin,
}

impl Change {
    /// Whether a policy that read the old documents may fail on the new ones.
    pub fn may_break(&self) -> bool {
        matches!(self.direction, Direction::Wider | Direction::Neither)
    }

    /// The change in a sentence.
    pub fn message(&self) -> String {
        let place = if self.path.is_empty() { "the document".to_owned() } else { format!("`{}`", self.path) };
        match self.aspect {
            Aspect::Removed => format!("{place} is no longer in the schema"),
            Aspect::Added => format!("{place} is new: {}", self.new),
            _ => format!("{place}: {}, was {}", self.new, self.old),
        }
    }
}

/// Every change from `old` to `new`, in the order of the old schema.
pub fn diff(old: &Shape, new: &Shape) -> Vec<Change> {
    let mut changes = Vec::new();
    shapes(old, new, "", &mut changes);
    changes
}

/// What a policy could read under the old schema and cannot read under the new one.
pub fn breaks(old: &Shape, new: &Shape, demand: &Demand) -> Vec<Misfit> {
    let before = fit(old, demand);
    let known = |misfit: &Misfit| before.iter().any(|old| old.code == misfit.code && old.fields == misfit.fields);
    fit(new, demand).into_iter().filter(|misfit| !known(misfit)).collect()
}

fn direction(narrower: bool, wider: bool) -> Direction {
    match (narrower, wider) {
        (true, _) => Direction::Narrower,
        (false, true) => Direction::Wider,
        (false, false) => Direction::Neither,
    }
}

fn shapes(old: &Shape, new: &Shape, path: &str, changes: &mut Vec<Change>) {
    let change = |aspect, direction, old: String, new_words: String| Change {
        path: path.to_owned(),
        aspect,
        direction,
        old,
        new: new_words,
        origin: new.origin.clone(),
    };
    let (before, after) = (types(old), types(new));
    if before != after {
        let within = |a: &[&str], b: &[&str]| a.iter().all(|word| b.contains(word));
        let direction = direction(within(&after, &before), within(&before, &after));
        changes.push(change(Aspect::Type, direction, either(&before), either(&after)));
    }
    if old.nullable() != new.nullable() {
        let words = |nullable: bool| if nullable { "may be `null`" } else { "may not be `null`" }.to_owned();
        changes.push(change(
            Aspect::Nullable,
            direction(old.nullable(), true),
            words(old.nullable()),
            words(new.nullable()),
        ));
    }
    let mut open: Vec<&Alternative> = new.alternatives.iter().filter(|it| it.kind != Kind::Null).collect();
    for one in old.alternatives.iter().filter(|it| it.kind != Kind::Null) {
        let alike = |it: &&Alternative| std::mem::discriminant(&it.kind) == std::mem::discriminant(&one.kind);
        let same = open.iter().position(|it| alike(it) && it.kind == one.kind);
        let close = || open.iter().position(|it| alike(it) && !apart(&alone(one), &alone(it), 4));
        let only = || {
            let count = |shape: &Shape| shape.alternatives.iter().filter(|it| alike(it)).count();
            open.iter().position(|it| alike(it) && count(old) == 1 && count(new) == 1)
        };
        match same.or_else(close).or_else(only) {
            Some(at) => alternatives(one, open.remove(at), path, changes),
            None if after.contains(&json_type(&one.kind)) => {
                changes.push(change(
                    Aspect::Variant,
                    Direction::Narrower,
                    describe::kind(&one.kind),
                    "no longer a variant".into(),
                ));
            }
            None => {}
        }
    }
    for one in open.into_iter().filter(|it| before.contains(&json_type(&it.kind))) {
        changes.push(change(Aspect::Variant, Direction::Wider, "no such variant".into(), describe::kind(&one.kind)));
    }
}

/// The JSON types of a shape but `null`, in words.
fn types(shape: &Shape) -> Vec<&'static str> {
    let mut words: Vec<&str> =
        shape.alternatives.iter().filter(|it| it.kind != Kind::Null).map(|it| json_type(&it.kind)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn json_type(kind: &Kind) -> &'static str {
    if matches!(kind, Kind::Number(_)) { "a number" } else { kind.words() }
}

fn either(words: &[&str]) -> String {
    if words.is_empty() { "nothing".into() } else { words.join(" or ") }
}

fn alone(alternative: &Alternative) -> Shape {
    let origin = alternative.origin.clone();
    Shape { origin, notes: crate::Notes::default(), alternatives: vec![alternative.clone()] }
}

fn alternatives(old: &Alternative, new: &Alternative, path: &str, changes: &mut Vec<Change>) {
    let mut push = |aspect, direction| {
        let change = Change {
            path: path.to_owned(),
            aspect,
            direction,
            old: describe::kind(&old.kind),
            new: describe::kind(&new.kind),
            origin: new.origin.clone(),
        };
        changes.push(change);
    };
    match (&old.kind, &new.kind) {
        (Kind::Bool(x), Kind::Bool(y)) if x != y => push(Aspect::Values, direction(x.is_none(), y.is_none())),
        (Kind::Number(x), Kind::Number(y)) if x != y => {
            let direction = direction(numbers_within(y, x), numbers_within(x, y));
            let listed = x.values.is_some() || y.values.is_some();
            let aspect = match x.is_whole() == y.is_whole() {
                false => Aspect::Type,
                true if listed => Aspect::Values,
                true => Aspect::Range,
            };
            push(aspect, direction);
        }
        (Kind::Text(x), Kind::Text(y)) if unlabelled(x) != unlabelled(y) => {
            let (narrower, wider) = (text::is_within(y, x), text::is_within(x, y));
            if !(narrower && wider) {
                push(text_aspect(x, y), direction(narrower, wider));
            }
        }
        (Kind::Array(x), Kind::Array(y)) => {
            if (x.min, x.max, x.unique) != (y.min, y.max, y.unique) {
                push(Aspect::Length, direction(lengths_within(y, x), lengths_within(x, y)));
            }
            elements(&x.items, &y.items, new, path, changes);
        }
        (Kind::Object(x), Kind::Object(y)) => objects(x, y, new, path, changes),
        _ => {}
    }
}

/// The text without what its values are called.
fn unlabelled(text: &Text) -> Text {
    let bare = |value: &TextValue| TextValue { text: value.text.clone(), label: None };
    Text { values: text.values.as_ref().map(|values| values.iter().map(bare).collect()), ..text.clone() }
}

fn text_aspect(old: &Text, new: &Text) -> Aspect {
    if old.values.is_some() || new.values.is_some() {
        Aspect::Values
    } else if old.formats != new.formats || old.patterns != new.patterns {
        Aspect::Format
    } else {
        Aspect::Length
    }
}

fn numbers_within(a: &Number, b: &Number) -> bool {
    if let Some(values) = &a.values {
        return values.iter().filter(|value| a.contains(**value)).all(|value| b.contains(*value));
    }
    if b.values.is_some() {
        return false;
    }
    let multiple = match (a.multiple, b.multiple) {
        (_, None) => true,
        (Some(own), Some(other)) => own.up_to_multiple(other) == Some(own),
        (None, Some(_)) => false,
    };
    let low = b.low.is_none_or(|low| {
        a.at_or_above(None).map_or_else(
            || a.low.is_some_and(|own| own.value >= low.value),
            |least| least > low.value || (least == low.value && !low.open),
        )
    });
    let high = b.high.is_none_or(|high| {
        a.at_or_below(None).map_or_else(
            || a.high.is_some_and(|own| own.value <= high.value),
            |most| most < high.value || (most == high.value && !high.open),
        )
    });
    multiple && low && high
}

fn lengths_within(a: &Array, b: &Array) -> bool {
    let max = b.max.is_none_or(|max| a.max.is_some_and(|own| own <= max));
    a.min >= b.min && max && (a.unique || !b.unique)
}

fn elements(old: &Rest, new: &Rest, place: &Alternative, path: &str, changes: &mut Vec<Change>) {
    let empty = |rest: &Rest| rest.shape(&place.origin).unwrap_or_else(|| Shape::never(place.origin.clone()));
    if old != new {
        shapes(&empty(old), &empty(new), &step(path, "*"), changes);
    }
}

fn objects(old: &Object, new: &Object, place: &Alternative, path: &str, changes: &mut Vec<Change>) {
    for was in &old.properties {
        let at = step(path, &was.name);
        let Some(is) = new.property(&was.name) else {
            let direction = if new.rest == Rest::Nothing { Direction::Neither } else { Direction::Wider };
            changes.push(member(
                &at,
                Aspect::Removed,
                direction,
                summary(was),
                "not in the schema".into(),
                &place.origin,
            ));
            continue;
        };
        if was.required != is.required {
            let words = |required: bool| if required { "required" } else { "not required" }.to_owned();
            changes.push(member(
                &at,
                Aspect::Required,
                direction(is.required, true),
                words(was.required),
                words(is.required),
                &is.shape.origin,
            ));
        }
        shapes(&was.shape, &is.shape, &at, changes);
    }
    for is in new.properties.iter().filter(|is| old.property(&is.name).is_none()) {
        let at = step(path, &is.name);
        changes.push(member(
            &at,
            Aspect::Added,
            Direction::Unread,
            "not in the schema".into(),
            summary(is),
            &is.shape.origin,
        ));
    }
    if old.rest != new.rest {
        let words = |rest: &Rest| match rest {
            Rest::Nothing => "no further members".to_owned(),
            Rest::Anything => "any further members".to_owned(),
            Rest::Only(_) => "further members of one kind".to_owned(),
        };
        let direction = direction(
            old.rest == Rest::Anything || new.rest == Rest::Nothing,
            new.rest == Rest::Anything || old.rest == Rest::Nothing,
        );
        changes.push(member(path, Aspect::Rest, direction, words(&old.rest), words(&new.rest), &place.origin));
    }
}

fn member(path: &str, aspect: Aspect, direction: Direction, old: String, new: String, origin: &Origin) -> Change {
    Change { path: path.to_owned(), aspect, direction, old, new, origin: origin.clone() }
}

fn summary(property: &Property) -> String {
    let kinds: Vec<String> = property.shape.alternatives.iter().map(|it| describe::kind(&it.kind)).collect();
    let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" or ") };
    format!("{kinds}, {}", if property.required { "required" } else { "not required" })
}
