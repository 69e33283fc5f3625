//! Diagnostics as data. How they look is decided in `render`; what they say is decided where they are made.

use crate::{Code, FileId, Severity, Span};
use serde::Serialize;

/// A span in a file, by bytes from the file's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Bytes from the file's start.
    pub span: Span,
}

/// A place with a few words on what is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label<P = Place> {
    /// Where.
    pub place: P,
    /// What is there; never empty.
    pub text: String,
}

/// One replacement of a fix.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit<P = Place> {
    /// What is replaced; an empty span inserts.
    pub place: P,
    /// The new text.
    pub text: String,
}

/// A change of the source that would resolve a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix<P = Place> {
    /// What the change does, as an instruction (`write 'round down to fen'`).
    pub title: String,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit<P>>,
}

/// One finding about a policy, a schema or an input.
///
/// Wording: lower case, no full stop, the user's text in backticks, terms of the language and never of the compiler.
/// `P` is how places are given: relative to a declaration inside the analysis, [`Place`] everywhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic<P = Place> {
    /// The stable code; gives severity and title.
    pub code: Code,
    /// The sentence shown first: what is wrong here, for a policy author.
    pub message: String,
    /// The one place to look at.
    pub primary: Label<P>,
    /// Other places that explain it.
    pub secondary: Vec<Label<P>>,
    /// Facts that help, such as a counter-example.
    pub notes: Vec<String>,
    /// What to do, in a sentence.
    pub help: Option<String>,
    /// A ready change, where there is one.
    pub fix: Option<Fix<P>>,
}

impl<P> Diagnostic<P> {
    /// A diagnostic with its primary place; the rest is added by the builder methods.
    pub fn new(code: Code, place: P, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: Label { place, text: label.into() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Adds a second place.
    #[must_use]
    pub fn with_label(mut self, place: P, text: impl Into<String>) -> Self {
        self.secondary.push(Label { place, text: text.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a ready change.
    #[must_use]
    pub fn with_fix(mut self, title: impl Into<String>, edits: Vec<Edit<P>>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// Error or warning, by the code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The same diagnostic with its places given another way.
    pub fn map_places<Q>(self, mut f: impl FnMut(P) -> Q) -> Diagnostic<Q> {
        Diagnostic {
            code: self.code,
            message: self.message,
            primary: Label { place: f(self.primary.place), text: self.primary.text },
            secondary: self.secondary.into_iter().map(|l| Label { place: f(l.place), text: l.text }).collect(),
            notes: self.notes,
            help: self.help,
            fix: self.fix.map(|fix| Fix {
                title: fix.title,
                edits: fix.edits.into_iter().map(|e| Edit { place: f(e.place), text: e.text }).collect(),
            }),
        }
    }
}
