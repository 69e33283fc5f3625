//! The identity of declarations: by their file, their head and their order among twins, never by their place. So an edit elsewhere changes nothing.

use crate::db::SourceFile;
use enact_base::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A declaration of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ItemId {
    /// The file.
    pub(crate) file: SourceFile,
    /// Its first words, such as `decision reimburse`.
    pub(crate) head: Arc<str>,
    /// How many declarations of the same head stand before it.
    pub(crate) twin: u32,
}

/// A place in a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemPlace {
    /// The declaration.
    pub(crate) item: ItemId,
    /// Bytes from its start.
    pub(crate) span: Span,
}

/// The declarations of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slices {
    /// In the order of the file.
    pub(crate) order: Vec<ItemId>,
    /// Where each stands.
    pub(crate) places: BTreeMap<ItemId, Slice>,
}

/// A declaration's place and text in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// Bytes from the file's start.
    pub(crate) span: Span,
    /// Its text.
    pub(crate) text: Arc<str>,
}

/// Cuts a file into declarations.
pub(crate) fn slices(file: SourceFile, text: &str) -> Slices {
    // A file that is too large is refused as a whole.
    let text = if text.len() > enact_syntax::MAX_FILE { "" } else { text };
    let mut twins: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    let mut all = Slices::default();
    for slice in enact_syntax::split(text) {
        let own = text.get(slice.span.range()).unwrap_or_default();
        let head: Arc<str> = head(own).into();
        let count = twins.entry(head.clone()).or_default();
        let id = ItemId { file, head, twin: *count };
        *count += 1;
        all.order.push(id.clone());
        all.places.insert(id, Slice { span: slice.span, text: own.into() });
    }
    all
}

/// The first two words; of a test or another declaration named by a text the line up to its brace.
fn head(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    if second.starts_with('"') {
        return line.split('{').next().unwrap_or_default().trim_end().chars().take(120).collect();
    }
    let end = second.find(['(', ':', '{']).unwrap_or(second.len());
    format!("{first} {}", second.get(..end).unwrap_or_default())
}
