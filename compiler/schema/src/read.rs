//! JSON Schema, drafts 7 and 2020-12, read into a [`Shape`].
//!
//! Keywords only ever forbid documents. What is not modelled is left out, which allows too many documents and never too few, and is
//! noted where it stands (see the module `model`).

use crate::Decimal;
use crate::local::{Here, listed, number, text};
use crate::meet::{Budget, TooLarge, apart, is_possible, leave_out, meet, side_by_side};
use crate::model::{Array, Kind, Notes, Object, Origin, Property, Reach, Rest, SchemaProblem, Shape};
use crate::reference::{Document, Files, Library, problem, step};
use enact_base::Code;
use enact_base::json::Json;
use std::rc::Rc;

/// Deepest nesting of schemas, and most schemas and intersections of one reading.
const DEPTH: usize = 60;
const WORK: usize = 60_000;

/// A schema of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schema {
    /// The file, relative to the project.
    pub path: String,
    /// What its documents look like.
    pub shape: Shape,
}

impl Schema {
    /// Reads the schema at `path` (`schemas/a.json`, or `schemas/a.json#/$defs/b` for a part of a file).
    ///
    /// # Errors
    /// The file or what it refers to as a whole cannot be read. Problems deeper inside are kept in the shape, and matter where they are read.
    pub fn read<F: Files + ?Sized>(path: &str, files: &F) -> Result<Schema, Vec<SchemaProblem>> {
        let (file, fragment) = path.split_once('#').unwrap_or((path, ""));
        let mut reader = Reader { library: Library::new(files), stack: Vec::new(), depth: 0, budget: Budget(WORK) };
        let document = reader.library.document(file).map_err(|problem| vec![problem])?;
        let start = reader.library.resolve(&document, "", &format!("#{fragment}"));
        let (document, pointer) = start.map_err(|problem| vec![problem])?;
        reader.stack.push((document.path.clone(), pointer.clone()));
        let shape = match document.at(&pointer) {
            Some(json) => reader.shape(&document, json, &pointer),
            None => Shape::never(Origin { file: file.to_owned(), pointer }),
        };
        match shape.problem() {
            Some(problem) => Err(vec![problem.clone()]),
            None => Ok(Schema { path: path.to_owned(), shape }),
        }
    }

    /// Everything in the schema that cannot be decided or found, whether or not it is read.
    pub fn problems(&self) -> Vec<SchemaProblem> {
        let mut found = std::collections::BTreeSet::new();
        crate::meet::problems(&self.shape, &mut found);
        found.into_iter().collect()
    }
}

struct Reader<'f, F: Files + ?Sized> {
    library: Library<'f, F>,
    /// The references that are being followed.
    stack: Vec<(String, String)>,
    depth: usize,
    budget: Budget,
}

impl<F: Files + ?Sized> Reader<'_, F> {
    fn shape(&mut self, document: &Rc<Document>, json: &Json, pointer: &str) -> Shape {
        let origin = Origin { file: document.path.clone(), pointer: pointer.to_owned() };
        if self.depth >= DEPTH || self.budget.spend().is_err() {
            return Shape::unknown(too_large(&origin));
        }
        self.depth += 1;
        let shape = match json {
            Json::Bool(true) => Shape::any(origin),
            Json::Bool(false) => Shape::never(origin),
            Json::Object(_) => self
                .object_schema(document, json, pointer)
                .unwrap_or_else(|TooLarge| Shape::unknown(too_large(&origin))),
            other => {
                let message = format!("a schema is an object, `true` or `false`, not {}", other.kind());
                Shape::unknown(problem(Code::SchemaNotFound, &origin.file, pointer, message))
            }
        };
        self.depth -= 1;
        shape
    }

    fn object_schema(&mut self, document: &Rc<Document>, json: &Json, pointer: &str) -> Result<Shape, TooLarge> {
        let mut here = Here { file: &document.path, pointer, json, problems: Vec::new() };
        let notes = notes(json);
        let reference = json.get("$ref").map(|reference| match reference.as_text() {
            Some(text) => self.reference(document, pointer, text),
            None => {
                Shape::unknown(problem(Code::SchemaNotFound, &document.path, pointer, "`$ref` must be a text".into()))
            }
        });
        if let (Some(target), true) = (&reference, document.reference_alone) {
            return Ok(with_notes(target.clone(), notes));
        }
        let mut shape = self.own(&mut here, document);
        if let Some(target) = reference {
            shape = meet(&shape, &target, &mut self.budget)?;
        }
        for branch in self.branches(document, &mut here, "allOf").unwrap_or_default() {
            shape = meet(&shape, &branch, &mut self.budget)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(branches) = self.branches(document, &mut here, keyword) else { continue };
            let pairs =
                || branches.iter().enumerate().flat_map(|(at, a)| branches.iter().skip(at + 1).map(move |b| (a, b)));
            if keyword == "oneOf" && (branches.len() > 40 || !pairs().all(|(a, b)| apart(a, b, 4))) {
                here.undecided("oneOf", Reach::Everything, |_| true);
            }
            let alternatives = side_by_side(&branches)?;
            let either = Shape { origin: here.origin(), notes: Notes::default(), alternatives };
            shape = meet(&shape, &either, &mut self.budget)?;
        }
        if let Some(listed) = listed(&mut here, &notes) {
            shape = meet(&shape, &listed, &mut self.budget)?;
        }
        for (found, changes) in &here.problems {
            leave_out(&mut shape, found, changes);
        }
        Ok(with_notes(shape, notes))
    }

    fn reference(&mut self, document: &Rc<Document>, pointer: &str, reference: &str) -> Shape {
        let here = step(pointer, "$ref");
        let (target, place) = match self.library.resolve(document, pointer, reference) {
            Ok(found) => found,
            Err(found) => {
                let origin = if found.origin.pointer == pointer {
                    Origin { file: document.path.clone(), pointer: here }
                } else {
                    found.origin
                };
                return Shape::unknown(SchemaProblem { origin, ..found });
            }
        };
        let key = (target.path.clone(), place);
        if self.stack.contains(&key) {
            let message = format!("`{reference}` leads back to itself in a circle");
            return Shape::unknown(problem(Code::SchemaCycle, &document.path, &here, message));
        }
        self.stack.push(key.clone());
        let shape = match target.at(&key.1) {
            Some(json) => self.shape(&target, json, &key.1),
            None => Shape::never(Origin { file: key.0, pointer: key.1 }),
        };
        self.stack.pop();
        shape
    }

    fn branches(&mut self, document: &Rc<Document>, here: &mut Here<'_>, keyword: &str) -> Option<Vec<Shape>> {
        let value = here.json.get(keyword)?;
        let Some(elements) = value.as_array().filter(|elements| !elements.is_empty()) else {
            here.malformed(keyword, "a list of schemas");
            return None;
        };
        let at = step(here.pointer, keyword);
        Some(
            elements
                .iter()
                .enumerate()
                .map(|(index, json)| self.shape(document, json, &format!("{at}/{index}")))
                .collect(),
        )
    }

    /// What the keywords say that stand in the schema itself.
    fn own(&mut self, here: &mut Here<'_>, document: &Rc<Document>) -> Shape {
        const TYPES: &[&str] = &["object", "array", "string", "number", "boolean", "null"];
        let mut named: Vec<&str> = match here.json.get("type") {
            None => TYPES.to_vec(),
            Some(Json::Text(one)) => vec![one],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_text).collect(),
            Some(_) => Vec::new(),
        };
        if named.is_empty() || named.iter().any(|name| *name != "integer" && !TYPES.contains(name)) {
            here.malformed("type", "the name of a JSON type, or a list of such names");
            named = TYPES.to_vec();
        }
        if named.contains(&"number") {
            named.retain(|name| *name != "integer");
        }
        for keyword in ["if", "not", "$dynamicRef", "$recursiveRef"] {
            if here.json.get(keyword).is_some() {
                here.undecided(keyword, Reach::Everything, |_| true);
            }
        }
        let kinds: Vec<Kind> = named
            .into_iter()
            .map(|name| match name {
                "object" => Kind::Object(self.object(here, document)),
                "array" => Kind::Array(self.array(here, document)),
                "string" => Kind::Text(text(here)),
                "number" => Kind::Number(number(here, None)),
                "integer" => Kind::Number(number(here, Some(Decimal::whole(1)))),
                "boolean" => Kind::Bool(None),
                _ => Kind::Null,
            })
            .collect();
        Shape::of(here.origin(), kinds.into_iter().filter(is_possible))
    }

    fn object(&mut self, here: &mut Here<'_>, document: &Rc<Document>) -> Object {
        const IS_OBJECT: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Object(_));
        for (keyword, reach) in [
            ("patternProperties", Reach::Everything),
            ("dependentSchemas", Reach::Everything),
            ("dependencies", Reach::Everything),
            ("unevaluatedProperties", Reach::Document),
            ("dependentRequired", Reach::Presence),
            ("minProperties", Reach::Presence),
            ("maxProperties", Reach::Document),
            ("propertyNames", Reach::Document),
        ] {
            if here.json.get(keyword).is_some() {
                here.undecided(keyword, reach, IS_OBJECT);
            }
        }
        let rest = match here.json.get("additionalProperties") {
            // A member that is not named may be one of those that a pattern names.
            _ if here.json.get("patternProperties").is_some() => Rest::Anything,
            None | Some(Json::Bool(true)) => Rest::Anything,
            Some(Json::Bool(false)) => Rest::Nothing,
            Some(json) => Rest::Only(Box::new(self.shape(document, json, &step(here.pointer, "additionalProperties")))),
        };
        let mut properties = Vec::new();
        match here.json.get("properties") {
            None => {}
            Some(Json::Object(members)) => {
                let at = step(here.pointer, "properties");
                for (name, json) in members {
                    let shape = self.shape(document, json, &step(&at, name));
                    properties.push(Property { name: name.clone(), required: false, shape });
                }
            }
            Some(_) => here.malformed("properties", "an object"),
        }
        let required = match here.json.get("required") {
            None => &[],
            Some(Json::Array(names)) if names.iter().all(|name| name.as_text().is_some()) => names.as_slice(),
            Some(_) => {
                here.malformed("required", "a list of names");
                &[]
            }
        };
        for name in required.iter().filter_map(Json::as_text) {
            match properties.iter_mut().find(|property| property.name == name) {
                Some(property) => property.required = true,
                None => {
                    let origin = here.origin();
                    let shape = rest.shape(&origin).unwrap_or_else(|| Shape::never(origin));
                    properties.push(Property { name: name.to_owned(), required: true, shape });
                }
            }
        }
        Object { properties, rest }
    }

    fn array(&mut self, here: &mut Here<'_>, document: &Rc<Document>) -> Array {
        const IS_ARRAY: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Array(_));
        for keyword in ["contains", "unevaluatedItems"] {
            if here.json.get(keyword).is_some() {
                here.undecided(keyword, Reach::Document, IS_ARRAY);
            }
        }
        let tuple = if here.json.get("prefixItems").is_some() { Some("prefixItems") } else { None };
        let tuple = tuple.or(matches!(here.json.get("items"), Some(Json::Array(_))).then_some("items"));
        let items = match (tuple, here.json.get("items")) {
            (Some(keyword), _) => {
                here.undecided(keyword, Reach::Everything, IS_ARRAY);
                Rest::Anything
            }
            (None, None | Some(Json::Bool(true))) => Rest::Anything,
            (None, Some(Json::Bool(false))) => Rest::Nothing,
            (None, Some(json)) => Rest::Only(Box::new(self.shape(document, json, &step(here.pointer, "items")))),
        };
        let unique = here.json.get("uniqueItems") == Some(&Json::Bool(true));
        let max = if items == Rest::Nothing { Some(0) } else { None };
        Array { items, min: here.count("minItems").unwrap_or(0), max: here.count("maxItems").or(max), unique }
    }
}

fn too_large(origin: &Origin) -> SchemaProblem {
    problem(
        Code::SchemaUnsupported,
        &origin.file,
        &origin.pointer,
        "the schema is too large or nests too deep from here on".into(),
    )
}

fn notes(json: &Json) -> Notes {
    let note = |key: &str| json.get(key).and_then(Json::as_text).map(str::to_owned).filter(|text| !text.is_empty());
    Notes { title: note("title"), description: note("description"), issuer: note("x-issuer") }
}

fn with_notes(mut shape: Shape, own: Notes) -> Shape {
    shape.notes = Notes {
        title: own.title.or(shape.notes.title),
        description: own.description.or(shape.notes.description),
        issuer: own.issuer.or(shape.notes.issuer),
    };
    shape
}
