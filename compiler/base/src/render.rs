//! Diagnostics for the terminal (ariadne) and for pipelines (JSON). Both carry the same content.

use crate::{Diagnostic, FileId, LineIndex, Place, Severity, Span};
use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, Source};
use serde_json::{Value, json};
use std::fmt;

/// The files that places refer to: path and text by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    /// Files in the order of their ids.
    pub fn new(files: Vec<(String, String)>) -> Self {
        Self { files }
    }

    /// Path and text of a file; an unknown id gives empty ones.
    pub fn get(&self, file: FileId) -> (&str, &str) {
        self.files.get(file.0 as usize).map_or(("", ""), |(path, text)| (path, text))
    }
}

struct Cache<'a> {
    sources: &'a Sources,
    loaded: std::collections::BTreeMap<u32, Source<&'a str>>,
}

impl<'a> ariadne::Cache<FileId> for Cache<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<&'a str>, impl fmt::Debug> {
        let text = self.sources.get(*id).1;
        Ok::<_, std::convert::Infallible>(&*self.loaded.entry(id.0).or_insert_with(|| Source::from(text)))
    }

    fn display<'b>(&self, id: &'b FileId) -> Option<impl fmt::Display + 'b> {
        Some(self.sources.get(*id).0.to_owned())
    }
}

/// The picture of one diagnostic for a terminal, ending in a newline.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let at = |place: &Place| (place.file, visible(place.span, sources.get(place.file).1));
    let (kind, paint) = match diagnostic.severity() {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
    };
    let config = Config::default().with_color(color).with_index_type(IndexType::Byte);
    let mut report = Report::build(kind, at(&diagnostic.primary.place))
        .with_config(config)
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_label(Label::new(at(&diagnostic.primary.place)).with_message(&diagnostic.primary.text).with_color(paint));
    for label in &diagnostic.secondary {
        report = report.with_label(Label::new(at(&label.place)).with_message(&label.text).with_color(Color::Blue));
    }
    for note in &diagnostic.notes {
        report = report.with_note(note);
    }
    if let Some(help) = help(diagnostic) {
        report = report.with_help(help);
    }
    let mut out = Vec::new();
    let cache = Cache { sources, loaded: std::collections::BTreeMap::new() };
    if report.finish().write(cache, &mut out).is_err() {
        return format!("{}: {}\n", diagnostic.code, diagnostic.message);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// One diagnostic as JSON: `{code, severity, message, file, start, end, label, labels, notes, help, fix}` with lines and columns from 1.
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let place = |place: &Place| {
        let (path, text) = sources.get(place.file);
        let index = LineIndex::new(text);
        json!({
            "file": path,
            "start": index.line_column(text, place.span.start),
            "end": index.line_column(text, place.span.end),
            "bytes": [place.span.start, place.span.end],
        })
    };
    let labelled = |label: &crate::Label| {
        let mut object = place(&label.place);
        if let Some(map) = object.as_object_mut() {
            map.insert("text".into(), label.text.clone().into());
        }
        object
    };
    let edit = |edit: &crate::Edit| json!({ "at": place(&edit.place), "text": edit.text });
    json!({
        "code": diagnostic.code.as_str(),
        "severity": match diagnostic.severity() { Severity::Error => "error", Severity::Warning => "warning" },
        "message": diagnostic.message,
        "primary": labelled(&diagnostic.primary),
        "labels": diagnostic.secondary.iter().map(labelled).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": help(diagnostic),
        "fix": diagnostic.fix.as_ref().map(|fix| json!({
            "title": fix.title,
            "edits": fix.edits.iter().map(edit).collect::<Vec<_>>(),
        })),
    })
}

fn help(diagnostic: &Diagnostic) -> Option<String> {
    diagnostic.help.clone().or_else(|| diagnostic.fix.as_ref().map(|fix| fix.title.clone()))
}

/// Ariadne draws nothing for an empty span, and panics outside the text: keep at least one byte, inside.
fn visible(span: Span, text: &str) -> std::ops::Range<usize> {
    let range = span.range();
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(range.start), floor(range.end));
    if end > start {
        return start..end;
    }
    match text.get(start..).and_then(|rest| rest.chars().next()) {
        Some(next) => start..start + next.len_utf8(),
        None => start..start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn a_picture_shows_code_message_label_and_help() {
        let sources = Sources::new(vec![("规则.enact".into(), "令 x = y\n".into())]);
        let place = Place { file: FileId(0), span: Span::new(8, 9) };
        let found =
            Diagnostic::new(Code::UnknownName, place, "`y` is not declared", "not declared").with_help("declare it");
        let picture = render(&found, &sources, false);
        for part in ["E0201", "`y` is not declared", "not declared", "declare it", "规则.enact"] {
            assert!(picture.contains(part), "{part} in\n{picture}");
        }
        assert_eq!(to_json(&found, &sources)["primary"]["start"]["column"], 7);
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        let sources = Sources::new(vec![("a".into(), "é".into())]);
        for (start, end) in [(0, 0), (1, 1), (2, 2), (5, 9), (1, 0)] {
            let place = Place { file: FileId(0), span: Span::new(start, end) };
            render(&Diagnostic::new(Code::UnknownName, place, "m", "l"), &sources, false);
        }
    }
}
