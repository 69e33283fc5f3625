//! Misfits: what is said of a record that does not fit its schema, and the example that shows it.

use crate::demand::Demand;
use crate::example::{NoExample, json_text};
use crate::model::{Alternative, Origin};
use crate::{describe, reference};
use enact_base::json::Json;
use enact_base::{Code, Diagnostic};

/// Longest document that is shown whole, and longest excerpt.
const SHOWN_WHOLE: usize = 120;
const SHOWN: usize = 300;

/// A way in which a record does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Misfit {
    /// Which kind: E0502 to E0509; or that of a problem of the schema (E0501, E0508, E0510, E0511).
    pub code: Code,
    /// The field, by its place in the record; then the field of that field's record, and so on. Empty: the record as a whole.
    pub fields: Vec<usize>,
    /// JSON pointer in the documents; `*` stands for any element of a list.
    pub path: String,
    /// What is wrong, for a policy author.
    pub message: String,
    /// What the record asks, as a type.
    pub demand: String,
    /// What the schema says, in words.
    pub supply: String,
    /// Where the schema says it.
    pub origin: Origin,
    /// A smallest document that is valid and cannot be read; none where none can be shown.
    pub example: Option<String>,
    /// The same document with `…` for what does not matter, where it is long.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Misfit {
    /// The diagnostic, at the place of the field (for problems of the schema itself: where the schema is named).
    pub fn diagnostic<P>(&self, place: P) -> Diagnostic<P> {
        let label = if self.demand.is_empty() { "the schema".to_owned() } else { format!("read as `{}`", self.demand) };
        let mut found = Diagnostic::new(self.code, place, self.message.clone(), label);
        if self.supply.is_empty() {
            found = found.with_note(format!("at `{}`", self.origin));
        } else {
            found = found.with_note(format!("the schema says: {} (`{}`)", self.supply, self.origin));
        }
        if let Some(excerpt) = &self.excerpt {
            found = found.with_note(format!("this document is valid and cannot be read: `{excerpt}`"));
        }
        found.help.clone_from(&self.help);
        found
    }

    /// Whether the schema itself is at fault, not the way it is read.
    pub fn is_schema_problem(&self) -> bool {
        matches!(self.code, Code::SchemaNotFound | Code::SchemaCycle | Code::SchemaRemoteRef)
    }
}

/// A misfit on its way up from where it was found: path and fields grow at their front, the example grows around itself.
pub(crate) struct Found {
    pub(crate) code: Code,
    pub(crate) fields: Vec<usize>,
    pub(crate) path: Vec<String>,
    /// Says what is wrong, given the name of the place.
    pub(crate) message: Box<dyn Fn(&str) -> String>,
    pub(crate) demand: String,
    pub(crate) supply: String,
    pub(crate) origin: Origin,
    pub(crate) example: Option<Json>,
    pub(crate) help: Option<String>,
}

impl Found {
    pub(crate) fn finish(self) -> Misfit {
        let path = self.path.iter().rev().fold(String::new(), |path, step| reference::step(&path, step));
        let name = if path.is_empty() { "the document".to_owned() } else { format!("`{path}`") };
        Misfit {
            code: self.code,
            fields: self.fields.into_iter().rev().collect(),
            message: (self.message)(&name),
            path,
            demand: self.demand,
            supply: self.supply,
            origin: self.origin,
            excerpt: self.example.as_ref().and_then(|example| excerpt(example, &self.path)),
            example: self.example.as_ref().map(json_text),
            help: self.help,
        }
    }

    pub(crate) fn below(mut self, step: &str, around: impl FnOnce(&Json) -> Result<Json, NoExample>) -> Self {
        self.path.push(step.to_owned());
        self.example = self.example.and_then(|inner| around(&inner).ok());
        self
    }
}

/// What is found at an alternative, with the place still to be named.
pub(crate) fn found(
    code: Code,
    demand: &Demand,
    alternative: &Alternative,
    example: Option<Json>,
    message: impl Fn(&str) -> String + 'static,
) -> Found {
    Found {
        code,
        fields: Vec::new(),
        path: Vec::new(),
        message: Box::new(message),
        demand: demand.words(),
        supply: describe::kind(&alternative.kind),
        origin: alternative.origin.clone(),
        // Where something is left undecided, it is not sure that the document is valid.
        example: example.filter(|_| alternative.undecided.is_empty()),
        help: None,
    }
}

/// The document, or what of it lies on the way (the last step first) to the place in question.
fn excerpt(example: &Json, path: &[String]) -> Option<String> {
    let whole = json_text(example);
    let shown = if whole.chars().count() <= SHOWN_WHOLE { whole } else { along(example, path)? };
    (shown.chars().count() <= SHOWN).then_some(shown)
}

fn along(json: &Json, path: &[String]) -> Option<String> {
    let Some((step, below)) = path.split_last() else { return Some(json_text(json)) };
    let more = |count: usize| if count > 1 { ", …" } else { "" };
    match json {
        Json::Object(members) => {
            let name = json_text(&Json::Text(step.clone()));
            let inner = along(json.get(step)?, below)?;
            Some(format!("{{ {name}: {inner}{} }}", more(members.len())))
        }
        Json::Array(elements) => Some(format!("[{}{}]", along(elements.first()?, below)?, more(elements.len()))),
        _ => None,
    }
}
