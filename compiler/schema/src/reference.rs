//! Where a `$ref` leads: pointers, anchors, `$id`s and other files, within the project only.

use crate::model::{Origin, Reach, SchemaProblem};
use enact_base::Code;
use enact_base::json::{self, Json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The project's files by their project-relative paths.
pub trait Files {
    /// The text of a file; none if there is no such file.
    fn read(&self, path: &str) -> Option<&str>;
    /// All paths, for finding a file by its `$id`; where none are given, files are found by path only.
    fn paths(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Option<&str> {
        self.get(path).map(String::as_str)
    }

    fn paths(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

impl Files for [(String, String)] {
    fn read(&self, path: &str) -> Option<&str> {
        self.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }

    fn paths(&self) -> Vec<&str> {
        self.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// A schema file that has been read.
pub(crate) struct Document {
    pub(crate) path: String,
    pub(crate) json: Json,
    /// In draft 7 and before, nothing beside a `$ref` counts.
    pub(crate) reference_alone: bool,
    /// Pointers of schemas that have an identifier of their own, with that identifier.
    ids: Vec<(String, String)>,
    /// Anchors: the identified schema around them, the name, and the pointer that it stands for.
    anchors: Vec<(String, String, String)>,
}

/// The files that have been read so far.
pub(crate) struct Library<'f, F: Files + ?Sized> {
    files: &'f F,
    read: BTreeMap<String, Result<Rc<Document>, SchemaProblem>>,
}

pub(crate) fn problem(code: Code, file: &str, pointer: &str, message: String) -> SchemaProblem {
    let origin = Origin { file: file.to_owned(), pointer: pointer.to_owned() };
    SchemaProblem { code, message, origin, reach: Reach::Everything }
}

impl<'f, F: Files + ?Sized> Library<'f, F> {
    pub(crate) fn new(files: &'f F) -> Self {
        Self { files, read: BTreeMap::new() }
    }

    /// A file as a schema document.
    pub(crate) fn document(&mut self, path: &str) -> Result<Rc<Document>, SchemaProblem> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let found = self.load(path).map(Rc::new);
        self.read.insert(path.to_owned(), found.clone());
        found
    }

    fn load(&self, path: &str) -> Result<Document, SchemaProblem> {
        let refuse = |message: String| Err(problem(Code::SchemaNotFound, path, "", message));
        let Some(text) = self.files.read(path) else {
            return refuse(format!("there is no file `{path}` in the project"));
        };
        let json = match json::parse(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes()) {
            Ok(json) => json,
            Err(error) => return refuse(format!("`{path}` is not valid JSON: {error}")),
        };
        let draft = json.get("$schema").and_then(Json::as_text).unwrap_or("");
        if draft.contains("draft-03") || draft.contains("draft-04") {
            return refuse(format!("`{path}` is written in an old draft of JSON Schema; draft 7 and 2020-12 are read"));
        }
        let mut document = Document {
            path: path.to_owned(),
            reference_alone: draft.contains("draft-06") || draft.contains("draft-07"),
            json: Json::Null,
            ids: vec![(String::new(), path.to_owned())],
            anchors: Vec::new(),
        };
        document.index(&json, "", "", path);
        document.json = json;
        Ok(document)
    }

    /// The place that `reference`, written at `pointer` of `document`, leads to.
    pub(crate) fn resolve(
        &mut self,
        document: &Rc<Document>,
        pointer: &str,
        reference: &str,
    ) -> Result<(Rc<Document>, String), SchemaProblem> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (resource, base) = document.base(pointer);
        let (target, resource) = if name.is_empty() {
            (document.clone(), resource.to_owned())
        } else {
            let wanted = join(base, name).unwrap_or_else(|| name.to_owned());
            match document.ids.iter().find(|(_, id)| *id == wanted) {
                Some((resource, _)) => (document.clone(), resource.clone()),
                None => (self.other_file(document, pointer, name, &wanted)?, String::new()),
            }
        };
        let fragment = percent_decoded(fragment);
        let place = if fragment.is_empty() {
            Some(resource)
        } else if fragment.starts_with('/') {
            Some(format!("{resource}{fragment}"))
        } else {
            let named = |it: &&(String, String, String)| it.0 == resource && it.1 == fragment;
            target.anchors.iter().find(named).map(|(_, _, place)| place.clone())
        };
        match place.filter(|place| target.at(place).is_some()) {
            Some(place) => Ok((target, place)),
            None => {
                let message = format!("`{reference}` refers to nothing in `{}`", target.path);
                Err(problem(Code::SchemaNotFound, &document.path, pointer, message))
            }
        }
    }

    fn other_file(
        &mut self,
        document: &Document,
        pointer: &str,
        name: &str,
        wanted: &str,
    ) -> Result<Rc<Document>, SchemaProblem> {
        let own = document.ids.iter().rev().find(|(place, _)| place.is_empty()).map_or("", |(_, id)| id);
        let beside = if has_scheme(name) { None } else { join(&document.path, name) };
        // An identifier that shares its folders with our own stands for the file beside ours.
        let by_id = relative(own, wanted).and_then(|steps| join(&document.path, &steps));
        for path in [&beside, &by_id].into_iter().flatten() {
            if self.files.read(path).is_some() {
                return self.document(path);
            }
        }
        if has_scheme(wanted) {
            let named: Vec<String> = self.files.paths().into_iter().map(str::to_owned).collect();
            for path in named {
                let names_it =
                    self.files.read(&path).is_some_and(|text| path.ends_with(".json") && text.contains(wanted));
                if let (true, Ok(other)) = (names_it && path != document.path, self.document(&path))
                    && other.ids.iter().any(|(place, id)| place.is_empty() && id == wanted)
                {
                    return Ok(other);
                }
            }
        }
        match beside {
            Some(path) => {
                let message = format!("`{name}` is not there: there is no file `{path}` in the project");
                Err(problem(Code::SchemaNotFound, &document.path, pointer, message))
            }
            None => {
                let message = format!("`{name}` lies outside the project");
                Err(problem(Code::SchemaRemoteRef, &document.path, pointer, message))
            }
        }
    }
}

impl Document {
    /// Collects identifiers and anchors. The depth of a document is bounded by the reader of JSON.
    fn index(&mut self, json: &Json, pointer: &str, resource: &str, base: &str) {
        let (mut resource, mut base) = (resource.to_owned(), base.to_owned());
        let ignored = self.reference_alone && json.get("$ref").is_some();
        if let Some(id) = json.get("$id").and_then(Json::as_text).filter(|_| !ignored) {
            match id.strip_prefix('#') {
                Some(anchor) => self.anchors.push((resource.clone(), anchor.to_owned(), pointer.to_owned())),
                None => {
                    let id = id.split('#').next().unwrap_or(id);
                    base = join(&base, id).unwrap_or_else(|| id.to_owned());
                    resource = pointer.to_owned();
                    self.ids.push((resource.clone(), base.clone()));
                }
            }
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = json.get(key).and_then(Json::as_text) {
                self.anchors.push((resource.clone(), anchor.to_owned(), pointer.to_owned()));
            }
        }
        match json {
            Json::Object(members) => {
                for (key, value) in
                    members.iter().filter(|(key, _)| !matches!(key.as_str(), "enum" | "const" | "default" | "examples"))
                {
                    self.index(value, &step(pointer, key), &resource, &base);
                }
            }
            Json::Array(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    self.index(element, &format!("{pointer}/{at}"), &resource, &base);
                }
            }
            _ => {}
        }
    }

    /// The innermost identified schema around a place: its pointer and its identifier.
    fn base(&self, pointer: &str) -> (&str, &str) {
        let around =
            |place: &str| pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let innermost = self.ids.iter().filter(|(place, _)| around(place)).max_by_key(|(place, _)| place.len());
        innermost.map_or(("", ""), |(place, id)| (place, id))
    }

    /// What stands at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Json> {
        pointer.split('/').skip(1).try_fold(&self.json, |json, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match json {
                Json::Array(elements) => elements.get(step.parse::<usize>().ok()?),
                _ => json.get(&step),
            }
        })
    }
}

/// A JSON pointer one step further down.
pub(crate) fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// `https://host` and `folder/file` of an identifier; a path has no host.
fn split_host(id: &str) -> (&str, &str) {
    let after = id.find("://").map(|at| at + 3);
    match after.and_then(|start| id.get(start..)?.find('/').map(|slash| start + slash)) {
        Some(slash) => (id.get(..slash).unwrap_or(id), id.get(slash + 1..).unwrap_or("")),
        None => ("", id),
    }
}

/// `reference` as seen from `base`; none if it leaves the base's root.
fn join(base: &str, reference: &str) -> Option<String> {
    if has_scheme(reference) {
        return Some(reference.to_owned());
    }
    let (host, folder) = split_host(base);
    let (start, rest) = match reference.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (folder.rsplit_once('/').map_or("", |(folder, _)| folder), reference),
    };
    let mut steps: Vec<&str> = Vec::new();
    for part in start.split('/').chain(rest.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            name => steps.push(name),
        }
    }
    let path = steps.join("/");
    Some(if host.is_empty() { path } else { format!("{host}/{path}") })
}

/// The way from one identifier to another of the same host.
fn relative(from: &str, to: &str) -> Option<String> {
    let ((host, from), (other, to)) = (split_host(from), split_host(to));
    if host.is_empty() || host != other {
        return None;
    }
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len().saturating_sub(1);
    let common = from.iter().take(folders).zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folders - common);
    Some(up.chain(to.into_iter().skip(common)).collect::<Vec<_>>().join("/"))
}

fn percent_decoded(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let mut ahead = rest.clone();
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_stay_inside() {
        for (base, reference, expected) in [
            ("schemas/a.json", "b.json", Some("schemas/b.json")),
            ("schemas/a.json", "../b.json", Some("b.json")),
            ("schemas/a.json", "../../b.json", None),
            ("https://x.cn/s/a.json", "b/c.json", Some("https://x.cn/s/b/c.json")),
            ("https://x.cn/s/a.json", "/c.json", Some("https://x.cn/c.json")),
            ("https://x.cn/s/a.json", "https://y.cn/c.json", Some("https://y.cn/c.json")),
        ] {
            assert_eq!(join(base, reference).as_deref(), expected, "{base} {reference}");
        }
        assert_eq!(relative("https://x.cn/s/t/a.json", "https://x.cn/s/u/b.json").as_deref(), Some("../u/b.json"));
        assert_eq!(relative("https://x.cn/a.json", "https://y.cn/b.json"), None);
        assert_eq!(percent_decoded("/a%20b%c3%A9%zz"), "/a bé%zz");
    }
}
