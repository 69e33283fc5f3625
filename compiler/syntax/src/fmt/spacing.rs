//! What stands between two tokens of a line.

use super::lines::Word;
use crate::token::{Keyword, Kind};

/// What has to be known of the tokens before: which declaration and statement they are in, and what the open brackets are.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The keyword that began the declaration.
    pub(super) item: Option<Keyword>,
    /// The keyword that began the statement.
    pub(super) statement: Option<Keyword>,
    /// For each open bracket whether it holds a record value.
    pub(super) open: Vec<bool>,
    /// Whether the last `-` is a sign, and no subtraction.
    pub(super) minus_is_sign: bool,
    /// Whether the last word ended an operand.
    after_operand: bool,
}

impl Around {
    /// Takes note of a word that has been written.
    pub(super) fn see(&mut self, word: &Word, next: Option<&Word>) {
        if word.starts_item {
            *self = Around { item: word.keyword(), ..Around::default() };
        }
        self.after_operand = ends_operand(word);
        match word.kind {
            Kind::LeftBrace => self.open.push(self.is_record(next)),
            Kind::LeftParen | Kind::LeftBracket => self.open.push(false),
            Kind::RightBrace | Kind::RightParen | Kind::RightBracket => {
                self.open.pop();
            }
            _ => {}
        }
        if let Some(keyword) = word.keyword().filter(|it| it.starts_statement() || *it == Keyword::Except) {
            self.statement = Some(keyword);
        }
    }

    /// Whether a `{` opens a record value. Inside records and tests every inner brace does; elsewhere a name and a colon after it say so.
    fn is_record(&self, next: Option<&Word>) -> bool {
        let inside_rule =
            matches!(self.item, Some(Keyword::Decision | Keyword::Define | Keyword::Property)) && !self.open.is_empty();
        let in_test = self.item == Some(Keyword::Test) && !self.open.is_empty();
        (inside_rule || in_test || self.item == Some(Keyword::Define)) && next.is_none_or(Word::is_word)
    }

    /// Whether `name : type` is meant rather than `name: value`.
    fn declares(&self) -> bool {
        if self.open.last() == Some(&true) {
            return false;
        }
        match self.item {
            Some(Keyword::Test | Keyword::Property) => false,
            Some(Keyword::Decision) if !self.open.is_empty() => {
                self.statement != Some(Keyword::Require) && self.statement != Some(Keyword::Except)
            }
            _ => true,
        }
    }
}

/// Whether one blank stands between two neighbours of a line.
pub(super) fn blank_between(before: &Word, word: &Word, around: &Around) -> bool {
    match (before.kind, word.kind) {
        (_, Kind::Comment) => true,
        (_, Kind::Comma | Kind::RightParen | Kind::RightBracket | Kind::Dot | Kind::Percent | Kind::Permille) => false,
        (Kind::LeftParen | Kind::LeftBracket | Kind::Dot, _) => false,
        (Kind::LeftBrace, Kind::RightBrace) => false,
        (_, Kind::Colon) => around.declares() && around.in_declaration_of_type(),
        (Kind::Minus, _) if around.minus_is_sign => false,
        (_, Kind::LeftParen) => blank_before_paren(before, around),
        _ => true,
    }
}

impl Around {
    fn in_declaration_of_type(&self) -> bool {
        !self.open.iter().any(|record| *record)
    }

    /// Decides, before a `-` is written, whether it is a sign; called for every word in turn. At the beginning of a line it goes on with
    /// what the line before ended with, but in a table it begins a row.
    pub(super) fn note_minus(&mut self, before: Option<&Word>, word: &Word) {
        if word.kind == Kind::Minus {
            let in_rows = matches!(self.item, Some(Keyword::Table | Keyword::Parameter));
            self.minus_is_sign = match before {
                Some(before) => !ends_operand(before),
                None => in_rows || !self.after_operand,
            };
        }
    }
}

fn ends_operand(word: &Word) -> bool {
    if word.is_word() {
        return true;
    }
    match word.kind {
        Kind::Number
        | Kind::Date
        | Kind::Text
        | Kind::RightParen
        | Kind::RightBracket
        | Kind::RightBrace
        | Kind::Percent
        | Kind::Permille => true,
        Kind::Keyword(keyword) => matches!(
            keyword,
            Keyword::Yes
                | Keyword::No
                | Keyword::Absent
                | Keyword::Today
                | Keyword::Fen
                | Keyword::Yuan
                | Keyword::WanYuan
                | Keyword::YiYuan
                | Keyword::Days
                | Keyword::Months
                | Keyword::Years
        ),
        _ => false,
    }
}

/// `f(x)` and `sum(x …)` have none; `table f (k : K)`, `and (…)`, `to fen (…)` have one.
fn blank_before_paren(before: &Word, around: &Around) -> bool {
    if before.is_word() {
        let head =
            around.open.is_empty() && matches!(around.item, Some(Keyword::Table | Keyword::Parameter | Keyword::Scale));
        return head && !around.in_cite();
    }
    !matches!(
        before.keyword(),
        Some(
            Keyword::Any
                | Keyword::All
                | Keyword::None
                | Keyword::Count
                | Keyword::Sum
                | Keyword::Min
                | Keyword::Max
                | Keyword::First
                | Keyword::Date
                | Keyword::Rate
                | Keyword::Number
                | Keyword::Days
                | Keyword::Months
                | Keyword::Years
        )
    )
}

impl Around {
    /// Whether a head has reached its citations: `cite rules.art(37)`.
    fn in_cite(&self) -> bool {
        self.statement == Some(Keyword::Cite)
    }

    /// Takes note of `cite` in the head of a declaration.
    pub(super) fn note_cite(&mut self, word: &Word) {
        if self.open.is_empty() && word.keyword() == Some(Keyword::Cite) {
            self.statement = Some(Keyword::Cite);
        }
    }
}
