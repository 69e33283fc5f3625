//! The tree of one declaration. Spans are bytes from the start of the declaration, so an edit elsewhere changes nothing here.
//!
//! The tree keeps broken parts as `Error` nodes; each stands for a diagnostic that the parser has already made.

mod expr;
mod item;

pub use expr::*;
pub use item::*;

use enact_base::Span;

/// A name as written, without backticks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands, backticks included.
    pub span: Span,
}

/// The labels of a declaration: `"起付线" en "Deductible"`. The first is in the author's first tongue, the second in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels {
    /// The label that directly follows the name.
    pub main: Option<TextLit>,
    /// The label after `en`.
    pub en: Option<TextLit>,
}

/// A text literal with its escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextLit {
    /// The text.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `rules.art(37).par(2)`: a passage of a declared source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cite {
    /// The source.
    pub source: Name,
    /// `art(37)`, `par(2)`, … outermost first.
    pub parts: Vec<CitePart>,
    /// The whole citation.
    pub span: Span,
}

/// One step into a source, such as `art(37)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CitePart {
    /// `art`, `par`, `item`, `section`, `annex`, `table`, or another word.
    pub kind: Name,
    /// The number or text in parentheses, as written without quotes.
    pub value: String,
}
