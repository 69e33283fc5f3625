//! In what a file that somebody has differs from the one that is built.

use super::Manifest;
use enact_wasm::{Section, sections};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Where they begin to differ. What does not apply is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// What is not as it should be: `artifact`, `manifest` or `signature`.
    #[serde(rename = "in")]
    place: &'static str,
    /// The first section of the module that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<String>,
    /// The first source that differs, where sources stand in the module.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// The first schema that differs, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    /// The first member of the manifest that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    /// The first byte that differs, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<usize>,
    /// In words.
    pub(crate) message: String,
}

impl Difference {
    fn new(place: &'static str, message: String) -> Self {
        Self { place, section: None, source: None, schema: None, member: None, byte: None, message }
    }

    /// Something with a signature.
    pub(crate) fn signature(message: String) -> Self {
        Self::new("signature", message)
    }

    /// Something with a manifest.
    pub(crate) fn manifest(message: String) -> Self {
        Self::new("manifest", message)
    }
}

/// In what an artifact differs from the one that is built; none if in nothing.
pub(crate) fn artifacts(theirs: &[u8], built: &[u8]) -> Option<Difference> {
    if theirs == built {
        return None;
    }
    let byte = theirs.iter().zip(built).take_while(|(a, b)| a == b).count();
    let mut found = Difference { byte: Some(byte), ..Difference::new("artifact", String::new()) };
    if let (Some(theirs), Some(built)) = (sections(theirs), sections(built)) {
        found.section = first_section(&theirs, &built);
        found.source = first_embedded("enact.sources", &theirs, &built);
        found.schema = first_embedded("enact.schemas", &theirs, &built);
    }
    let place = [("section", &found.section), ("source", &found.source), ("schema", &found.schema)];
    let place = place.iter().filter_map(|(kind, name)| name.as_ref().map(|name| format!(", {kind} `{name}`")));
    found.message = format!("differs from what is built: byte {byte}{}", place.collect::<String>());
    Some(found)
}

/// The name of the first section that is not the same in both.
fn first_section(theirs: &[Section<'_>], built: &[Section<'_>]) -> Option<String> {
    let same = theirs.iter().zip(built).take_while(|(a, b)| a == b).count();
    built.get(same).or(theirs.get(same)).map(|it| it.name.to_owned())
}

/// The first path, in their order, of which the texts in two sections are not the same.
fn first_embedded(name: &str, theirs: &[Section<'_>], built: &[Section<'_>]) -> Option<String> {
    let texts = |all: &[Section<'_>]| -> Option<Map<String, Value>> {
        let section = all.iter().find(|it| it.name == name)?;
        serde_json::from_slice(section.bytes).ok()
    };
    let (theirs, built) = (texts(theirs)?, texts(built)?);
    let paths: BTreeSet<&String> = theirs.keys().chain(built.keys()).collect();
    paths.into_iter().find(|path| theirs.get(*path) != built.get(*path)).cloned()
}

/// In what a manifest differs from the one that is built; none if in nothing.
pub(crate) fn manifests(theirs: &[u8], built: &Manifest) -> Option<Difference> {
    let expected = built.to_bytes();
    if theirs == expected {
        return None;
    }
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let member = first_member(&read(theirs), &read(&expected));
    let place = member.as_ref().map_or_else(|| "its form".to_owned(), |it| format!("`{it}`"));
    let said = format!("does not say what is built: {place} differs");
    Some(Difference { member, ..Difference::manifest(said) })
}

/// The way to the first member that is not the same, such as `sources.2.sha256`.
fn first_member(theirs: &Value, built: &Value) -> Option<String> {
    let children = |of: &Value| -> Vec<(String, Value)> {
        match of {
            Value::Object(members) => members.iter().map(|(name, it)| (name.clone(), it.clone())).collect(),
            Value::Array(elements) => {
                (0..).zip(elements).map(|(n, it): (usize, _)| (n.to_string(), it.clone())).collect()
            }
            _ => Vec::new(),
        }
    };
    let (theirs, built) = (children(theirs), children(built));
    let value = |of: &[(String, Value)], name: &str| of.iter().find(|it| it.0 == name).map(|it| it.1.clone());
    for (name, _) in built.iter().chain(&theirs) {
        let (a, b) = (value(&theirs, name), value(&built, name));
        if a != b {
            let deeper = a.zip(b).and_then(|(a, b)| first_member(&a, &b));
            return Some(deeper.map_or_else(|| name.clone(), |deeper| format!("{name}.{deeper}")));
        }
    }
    None
}
