//! How far a line is moved in: two blanks a bracket, and two more where it goes on with what the line before began.

use super::lines::Word;
use super::spacing::Around;
use crate::token::{Keyword, Kind};

/// The state between two lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Indent {
    around: Around,
    last: Option<Word>,
}

impl Indent {
    /// Blanks before a line, and what is known where it begins.
    pub(super) fn before(&mut self, line: &[Word]) -> (usize, Around) {
        let Some(first) = line.first() else { return (0, self.around.clone()) };
        if first.starts_item {
            self.around = Around::default();
            self.last = None;
            return (0, self.around.clone());
        }
        let closing = line.iter().take_while(|word| closes(word.kind)).count();
        let depth = self.around.open.len().saturating_sub(closing);
        let goes_on = first.kind != Kind::Comment && closing == 0 && self.goes_on(first);
        let more = if goes_on { self.step(first) } else { 0 };
        (2 * depth + more, self.around.clone())
    }

    /// Takes note of a line.
    pub(super) fn after(&mut self, line: &[Word]) {
        for (at, word) in line.iter().enumerate() {
            if word.kind != Kind::Comment {
                self.around.note_cite(word);
                self.around.see(word, line.get(at + 1));
                self.last = Some(word.clone());
            }
        }
    }

    /// Inputs of a decision stand one step further in than the word `input`, and what goes on with an input one more.
    fn step(&self, first: &Word) -> usize {
        let head = self.around.open.is_empty() && self.around.item == Some(Keyword::Decision);
        if !head || matches!(first.keyword(), Some(Keyword::Input | Keyword::AsOf)) {
            return 2;
        }
        let next_input =
            self.last.as_ref().is_some_and(|last| last.kind == Kind::Comma || last.keyword() == Some(Keyword::Input));
        if next_input { 4 } else { 6 }
    }

    fn goes_on(&self, first: &Word) -> bool {
        let Some(last) = &self.last else { return false };
        if self.around.open.is_empty() {
            return !matches!(first.kind, Kind::LeftBrace) && first.keyword() != Some(Keyword::Title);
        }
        // The body of a test: what is given and what is expected go on with the line that names them.
        if self.around.item == Some(Keyword::Test) && self.around.open.len() == 1 {
            return last.kind != Kind::LeftBrace && !matches!(first.keyword(), Some(Keyword::Expect | Keyword::AsOf));
        }
        continues(first) || (expects_more(last) && !opens_or_separates(last))
    }
}

fn closes(kind: Kind) -> bool {
    matches!(kind, Kind::RightBrace | Kind::RightParen | Kind::RightBracket)
}

fn opens_or_separates(word: &Word) -> bool {
    matches!(word.kind, Kind::LeftBrace | Kind::LeftParen | Kind::LeftBracket | Kind::Comma | Kind::RightBrace)
}

/// Words that never begin a field, row or statement.
fn continues(word: &Word) -> bool {
    match word.kind {
        Kind::Equal | Kind::NotEqual | Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => true,
        Kind::Plus | Kind::PlusPlus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Arrow | Kind::Colon => true,
        _ => matches!(
            word.keyword(),
            Some(
                Keyword::Except
                    | Keyword::Cite
                    | Keyword::When
                    | Keyword::Over
                    | Keyword::And
                    | Keyword::Or
                    | Keyword::Then
                    | Keyword::Else
                    | Keyword::Otherwise
                    | Keyword::For
                    | Keyword::Where
                    | Keyword::By
                    | Keyword::In
                    | Keyword::IssuedBy
                    | Keyword::With
            )
        ),
    }
}

/// Words after which something must still come.
fn expects_more(word: &Word) -> bool {
    match word.kind {
        Kind::Equal | Kind::NotEqual | Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => true,
        Kind::Plus | Kind::PlusPlus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Arrow | Kind::Colon => true,
        _ => matches!(
            word.keyword(),
            Some(
                Keyword::When
                    | Keyword::And
                    | Keyword::Or
                    | Keyword::Not
                    | Keyword::If
                    | Keyword::Then
                    | Keyword::Else
                    | Keyword::In
            )
        ),
    }
}
