//! How far a line is moved in: two blanks more than the line that opened its bracket, and more where it goes on with what a line before began.

use super::lines::Word;
use super::spacing::Around;
use crate::token::{Keyword, Kind};

const STEP: usize = 2;

/// The state between two lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Indent {
    around: Around,
    last: Option<Word>,
    open: Vec<Opened>,
    unit: Unit,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// Blanks before the line on which it was opened.
    indent: usize,
    /// Whether it is a brace.
    is_brace: bool,
    /// Whether what it holds begins on a line of its own.
    ends_line: bool,
}

/// What the lines of a statement, or of a declaration's head, have begun so far; in blanks beyond its first line.
#[derive(Clone, Copy, Debug, Default)]
struct Unit {
    /// In an exception.
    in_exception: bool,
    /// Where the last line stands that began with `=`, `=>` or `when`: what goes on with it stands one step further in.
    anchor: Option<usize>,
}

impl Indent {
    /// What is known where a line begins.
    pub(super) fn around(&self, line: &[Word]) -> Around {
        if line.first().is_some_and(|first| first.starts_item) { Around::default() } else { self.around.clone() }
    }

    /// Blanks before a line. A line of comments stands like the line of rules that follows it.
    pub(super) fn of(&self, line: &[Word], next: Option<&[Word]>) -> usize {
        let is_comment = line.iter().all(|word| word.kind == Kind::Comment);
        let line = if is_comment { next.unwrap_or(&[]) } else { line };
        let Some(first) = line.first() else { return self.inside() };
        if first.starts_item {
            return 0;
        }
        let closing = line.iter().take_while(|word| word.kind.closes()).count();
        match closing {
            0 => self.inside() + self.beyond(first),
            _ if is_comment => self.inside(),
            _ => self.open.get(self.open.len().saturating_sub(closing)).map_or(0, |opened| opened.indent),
        }
    }

    /// Takes note of a line.
    pub(super) fn after(&mut self, line: &[Word], indent: usize) {
        let Some(first) = line.first().filter(|first| first.kind != Kind::Comment) else { return };
        if first.starts_item {
            *self = Indent::default();
        }
        self.note_unit(first, indent.saturating_sub(self.inside()));
        let code = line.iter().rposition(|word| word.kind != Kind::Comment);
        for (at, word) in line.iter().enumerate().filter(|(_, word)| word.kind != Kind::Comment) {
            self.around.note_cite(word);
            self.around.see(word, line.get(at + 1));
            if word.kind.opens() {
                let is_brace = word.kind == Kind::LeftBrace;
                self.open.push(Opened { indent, is_brace, ends_line: code == Some(at) });
            } else if word.kind.closes() {
                self.open.pop();
            }
            if word.kind == Kind::LeftBrace && self.open.len() == 1 {
                self.unit = Unit::default();
            }
            self.last = Some(word.clone());
        }
    }

    /// Blanks before what stands in the innermost open bracket.
    fn inside(&self) -> usize {
        self.open.last().map_or(0, |opened| opened.indent + STEP)
    }

    /// Whether lines are those of a statement or of a head, with exceptions and conditions.
    fn in_rule(&self) -> bool {
        match self.open.as_slice() {
            [] => true,
            [block] => block.is_brace && self.around.item == Some(Keyword::Decision),
            _ => false,
        }
    }

    fn note_unit(&mut self, first: &Word, beyond: usize) {
        if !self.in_rule() {
            return;
        }
        match first.keyword() {
            Some(keyword) if keyword.starts_statement() => self.unit = Unit::default(),
            Some(Keyword::Except) => self.unit = Unit { in_exception: true, anchor: None },
            Some(Keyword::When) => self.unit.anchor = Some(beyond),
            _ if matches!(first.kind, Kind::Equal | Kind::Arrow) => self.unit.anchor = Some(beyond),
            _ => {}
        }
    }

    /// Blanks beyond the place where a statement, field or row begins, for a line that goes on with one.
    fn beyond(&self, first: &Word) -> usize {
        match self.open.as_slice() {
            [] => self.beyond_head(first),
            [block] if block.is_brace => match self.around.item {
                Some(Keyword::Decision) => self.beyond_rule(first),
                // What is given and what is expected go on with the line that names them.
                Some(Keyword::Test) => {
                    let begins = self.last.as_ref().is_some_and(|last| last.kind == Kind::LeftBrace)
                        || matches!(first.keyword(), Some(Keyword::Expect | Keyword::AsOf));
                    if begins { 0 } else { STEP }
                }
                _ => self.beyond_field(first),
            },
            [.., inner] if inner.is_brace => self.beyond_field(first),
            [.., inner] if inner.ends_line && joins(first) => STEP,
            _ => 0,
        }
    }

    /// In the head of a declaration, or the body of one without braces.
    fn beyond_head(&self, first: &Word) -> usize {
        if first.kind == Kind::LeftBrace || first.keyword() == Some(Keyword::Title) || self.last.is_none() {
            return 0;
        }
        if self.around.item != Some(Keyword::Decision) {
            return self.beyond_rule(first);
        }
        // Inputs of a decision stand one step further in than the word `input`, and what goes on with an input one more.
        if matches!(first.keyword(), Some(Keyword::Input | Keyword::AsOf | Keyword::En)) {
            return STEP;
        }
        let last = self.last.as_ref();
        let next_input = last.is_some_and(|last| last.kind == Kind::Comma || last.keyword() == Some(Keyword::Input));
        if next_input || self.around.statement == Some(Keyword::AsOf) { 2 * STEP } else { 3 * STEP }
    }

    /// In a statement: exceptions one step in, what belongs to them another; a condition goes on one step beyond the sign that began it.
    fn beyond_rule(&self, first: &Word) -> usize {
        match first.keyword() {
            Some(keyword) if keyword.starts_statement() && !self.open.is_empty() => return 0,
            Some(Keyword::Except) => return STEP,
            _ => {}
        }
        let plain = if self.unit.in_exception { 2 * STEP } else { STEP };
        match self.unit.anchor {
            Some(anchor) if joins(first) => anchor + STEP,
            _ => plain,
        }
    }

    /// In a list of fields, rows, versions or days.
    fn beyond_field(&self, first: &Word) -> usize {
        let last_expects = self.last.as_ref().is_some_and(expects_more);
        // `>= 90 => …` begins a row or an arm.
        if matches!(first.kind, Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual) && !last_expects {
            return 0;
        }
        let days = self.around.item == Some(Keyword::Calendar)
            && self.open.len() > 1
            && !matches!(first.keyword(), Some(Keyword::Off | Keyword::Work));
        if days || goes_on(first) || joins(first) || last_expects { STEP } else { 0 }
    }
}

/// Words and signs that join what follows to the expression before.
fn joins(word: &Word) -> bool {
    match word.kind {
        Kind::NotEqual | Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => true,
        Kind::Plus | Kind::PlusPlus | Kind::Minus | Kind::Star | Kind::Slash => true,
        _ => matches!(
            word.keyword(),
            Some(
                Keyword::And
                    | Keyword::Or
                    | Keyword::Then
                    | Keyword::Else
                    | Keyword::Otherwise
                    | Keyword::For
                    | Keyword::Where
                    | Keyword::By
                    | Keyword::In
            )
        ),
    }
}

/// Other words and signs that never begin a field, row or version.
fn goes_on(word: &Word) -> bool {
    matches!(word.kind, Kind::Equal | Kind::Arrow | Kind::Colon | Kind::LeftBrace)
        || matches!(
            word.keyword(),
            Some(Keyword::Except | Keyword::Cite | Keyword::When | Keyword::Over | Keyword::IssuedBy | Keyword::At)
        )
}

/// Words after which something must still come.
fn expects_more(word: &Word) -> bool {
    use Kind::{Arrow, Colon, Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    use Kind::{Minus, Plus, PlusPlus, Slash, Star};
    let sign = matches!(
        word.kind,
        Equal
            | NotEqual
            | Less
            | LessEqual
            | Greater
            | GreaterEqual
            | Plus
            | PlusPlus
            | Minus
            | Star
            | Slash
            | Arrow
            | Colon
    );
    let keyword = matches!(
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
                | Keyword::Cite
        )
    );
    sign || keyword
}
