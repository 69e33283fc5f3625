//! The keywords of one schema object that need no other schema: numbers, texts, listed values.

use crate::Decimal;
use crate::meet::{Budget, meet};
use crate::model::{Array, Bound, Kind, Notes, Number, Object, Origin, Reach, SchemaProblem, Shape, Text, TextValue};
use crate::pattern;
use crate::reference::{problem, step};
use crate::regex::Regexes;
use enact_base::Code;
use enact_base::json::Json;

/// Something that is left out of the model, and what it could change.
pub(crate) type LeftOut = (SchemaProblem, fn(&Kind) -> bool);

/// A schema object that is being read: where it stands, and what has been found wrong with it.
pub(crate) struct Here<'a> {
    pub(crate) file: &'a str,
    pub(crate) pointer: &'a str,
    pub(crate) json: &'a Json,
    pub(crate) problems: Vec<LeftOut>,
}

impl Here<'_> {
    pub(crate) fn origin(&self) -> Origin {
        Origin { file: self.file.to_owned(), pointer: self.pointer.to_owned() }
    }

    /// Notes a keyword that is not modelled.
    pub(crate) fn undecided(&mut self, keyword: &str, reach: Reach, changes: fn(&Kind) -> bool) {
        let message = format!("`{keyword}` cannot be decided in advance");
        let found = problem(Code::SchemaUnsupported, self.file, &step(self.pointer, keyword), message);
        self.problems.push((SchemaProblem { reach, ..found }, changes));
    }

    /// Notes a keyword whose value is not what it must be.
    pub(crate) fn malformed(&mut self, keyword: &str, wanted: &str) {
        let message = format!("`{keyword}` must be {wanted}");
        self.problems.push((problem(Code::SchemaNotFound, self.file, &step(self.pointer, keyword), message), |_| true));
    }

    pub(crate) fn number(&mut self, keyword: &str) -> Option<Decimal> {
        let value = self.json.get(keyword)?;
        let number = Decimal::of_json(value);
        match (number, value) {
            (Some(_), _) => {}
            (None, Json::Decimal(_)) => {
                self.undecided(keyword, Reach::Everything, |kind| matches!(kind, Kind::Number(_)))
            }
            (None, _) => self.malformed(keyword, "a number"),
        }
        number
    }

    pub(crate) fn count(&mut self, keyword: &str) -> Option<u64> {
        let value = self.json.get(keyword)?;
        // `5.0` is a whole number too.
        let count =
            Decimal::of_json(value).filter(|it| it.is_whole()).and_then(|it| u64::try_from(it.floor_at(0)?).ok());
        if count.is_none() {
            self.malformed(keyword, "a whole number that is not negative");
        }
        count
    }
}

/// What the keywords say of numbers.
pub(crate) fn number(here: &mut Here<'_>, whole: Option<Decimal>) -> Number {
    let mut bound = |closed: &str, open: &str, lower: bool| {
        let closed = here.number(closed).map(|value| Bound { value, open: false });
        let open = here.number(open).map(|value| Bound { value, open: true });
        match (closed, open) {
            (Some(x), Some(y)) if (x.value > y.value) == lower && x.value != y.value => Some(x),
            (x, y) => y.or(x),
        }
    };
    let low = bound("minimum", "exclusiveMinimum", true);
    let high = bound("maximum", "exclusiveMaximum", false);
    let mut multiple = whole;
    if let Some(step) = here.number("multipleOf") {
        if step.is_positive() {
            multiple = match whole {
                Some(whole) => step.common_multiple(whole).or(Some(whole)),
                None => Some(step),
            };
        } else {
            here.malformed("multipleOf", "a number above zero");
        }
    }
    Number { multiple, low, high, values: None }
}

/// What the keywords say of texts.
pub(crate) fn text(here: &mut Here<'_>) -> Text {
    let mut patterns = Vec::new();
    if let Some(value) = here.json.get("pattern") {
        match value.as_text().map(|written| (written, pattern::language(&mut Regexes::default(), written))) {
            Some((written, Ok(_))) => patterns.push(written.to_owned()),
            Some((_, Err(reason))) => {
                let message = format!("`pattern` cannot be decided: {reason}");
                let found = problem(Code::SchemaUnsupported, here.file, &step(here.pointer, "pattern"), message);
                here.problems.push((found, |kind| matches!(kind, Kind::Text(_))));
            }
            None => here.malformed("pattern", "a text"),
        }
    }
    let formats = here.json.get("format").and_then(Json::as_text).map(str::to_owned).into_iter().collect();
    Text { min: here.count("minLength").unwrap_or(0), max: here.count("maxLength"), patterns, formats, values: None }
}

/// What `enum` and `const` list.
pub(crate) fn listed(here: &mut Here<'_>, notes: &Notes) -> Option<Shape> {
    let mut shape: Option<Shape> = None;
    for keyword in ["enum", "const"] {
        let Some(value) = here.json.get(keyword) else { continue };
        let values = match (keyword, value) {
            ("const", one) => std::slice::from_ref(one),
            (_, Json::Array(several)) => several.as_slice(),
            _ => {
                here.malformed("enum", "a list of values");
                continue;
            }
        };
        if values.iter().any(|value| matches!(value, Json::Array(_) | Json::Object(_))) {
            here.undecided(keyword, Reach::Everything, |kind| matches!(kind, Kind::Array(_) | Kind::Object(_)));
        }
        let label = if keyword == "const" { notes.title.clone() } else { None };
        let origin = Origin { file: here.file.to_owned(), pointer: step(here.pointer, keyword) };
        let next = of_values(values, &label, &origin);
        shape = Some(match shape {
            Some(before) => meet(&before, &next, &mut Budget(1_000)).unwrap_or(before),
            None => next,
        });
    }
    // The place of a list is the schema that it stands in.
    let origin = here.origin();
    shape.map(|mut shape| {
        for alternative in &mut shape.alternatives {
            alternative.origin = origin.clone();
        }
        shape
    })
}

fn of_values(values: &[Json], label: &Option<String>, origin: &Origin) -> Shape {
    let mut kinds: Vec<Kind> = Vec::new();
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for value in values {
        let kind = match value {
            Json::Text(text) => {
                texts.push(TextValue { text: text.clone(), label: label.clone() });
                continue;
            }
            Json::Null => Kind::Null,
            Json::Bool(value) => Kind::Bool(Some(*value)),
            Json::Integer(_) | Json::Decimal(_) => match Decimal::of_json(value) {
                Some(number) => {
                    numbers.push(number);
                    continue;
                }
                None => Kind::Number(Number::default()),
            },
            Json::Array(elements) => {
                let count = elements.len() as u64;
                Kind::Array(Array { min: count, max: Some(count), ..Array::default() })
            }
            Json::Object(_) => Kind::Object(Object::default()),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.contains(&Kind::Bool(Some(true))) && kinds.contains(&Kind::Bool(Some(false))) {
        kinds.retain(|kind| !matches!(kind, Kind::Bool(_)));
        kinds.push(Kind::Bool(None));
    }
    if !texts.is_empty() {
        kinds.insert(0, Kind::Text(Text { values: Some(texts), ..Text::default() }));
    }
    if !numbers.is_empty() {
        numbers.sort_unstable();
        kinds.insert(0, Kind::Number(Number { values: Some(numbers), ..Number::default() }));
    }
    Shape::of(origin.clone(), kinds)
}
