//! Cuts a file into declarations before anything is parsed, so that a mistake in one never hides another.

use crate::token::{Keyword, Kind, Token, Tokens, lex, text_of};
use enact_base::{Span, nearest};

/// A piece of a file: a declaration with its tokens, or stray text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemSlice {
    /// From its keyword to its last token. Where the keyword is not in the first column, from the blanks before it, so that
    /// `parse_item` can tell.
    pub span: Span,
    /// Whether it starts with the keyword of a declaration in the first column.
    pub is_item: bool,
}

/// Cuts at every keyword of a declaration in the first column, and after a `}` that closes the block of a declaration.
pub fn split(text: &str) -> Vec<ItemSlice> {
    split_tokens(text, &lex(text))
}

pub(crate) fn split_tokens(text: &str, tokens: &Tokens) -> Vec<ItemSlice> {
    let mut pieces: Vec<ItemSlice> = Vec::new();
    let mut keyword = None;
    let mut depth = 0_usize;
    let mut ended = true;
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.kind.is_trivia()) {
        let place = Position { text, tokens, at };
        let declares = place.declares(keyword.is_none());
        let slip = if depth == 0 { place.slip() } else { None };
        if declares.is_some() || slip.is_some() || (ended && !place.is_glued()) {
            let start = place.start();
            pieces.push(ItemSlice { span: start.to(token.span), is_item: declares.is_some() && start == token.span });
            keyword = item_keyword(token.kind).or(slip);
            depth = 0;
            ended = false;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.span = piece.span.to(token.span);
        }
        match token.kind {
            Kind::LeftBrace => depth += 1,
            Kind::RightBrace => {
                depth = depth.saturating_sub(1);
                ended = depth == 0 && keyword.is_some_and(Keyword::ends_with_block);
            }
            _ => {}
        }
    }
    pieces
}

fn item_keyword(kind: Kind) -> Option<Keyword> {
    match kind {
        Kind::Keyword(keyword) if keyword.starts_item() => Some(keyword),
        _ => None,
    }
}

/// The keyword of a declaration that the first of these tokens was meant to be: `decison subsidy {`.
///
/// Two words in a row are needed, which no expression has.
pub(crate) fn slip(text: &str, tokens: &[Token]) -> Option<Keyword> {
    let mut line = tokens.iter().take_while(|token| token.kind != Kind::Newline).filter(|it| it.kind != Kind::Blank);
    let (first, second) = (line.next()?, line.next()?);
    if first.kind != Kind::Name || !matches!(second.kind, Kind::Name | Kind::Text) {
        return None;
    }
    let starts = Keyword::ALL.iter().filter(|keyword| keyword.starts_item());
    let spellings = starts.flat_map(|keyword| [keyword.english(), keyword.chinese()]);
    nearest(text_of(text, first.span), spellings).and_then(Keyword::of)
}

/// A token among its neighbours.
struct Position<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    at: usize,
}

impl Position<'_> {
    fn back(&self, steps: usize) -> Option<&Token> {
        self.tokens.get(self.at.checked_sub(steps)?)
    }

    /// In the first column, or behind the byte order mark.
    fn in_first_column(&self) -> bool {
        let mark = |token: &Token| token.span.start == 0 && text_of(self.text, token.span) == "\u{FEFF}";
        self.back(1).is_none_or(|before| before.kind == Kind::Newline || mark(before))
    }

    /// The first of its line, behind blanks.
    fn is_indented(&self) -> bool {
        self.back(1).is_some_and(|before| before.kind == Kind::Blank)
            && self.back(2).is_none_or(|before| before.kind == Kind::Newline)
    }

    /// The keyword of a declaration that begins here. In stray text an indented one is better than none.
    fn declares(&self, in_stray_text: bool) -> Option<Keyword> {
        let keyword = self.tokens.get(self.at).and_then(|token| item_keyword(token.kind))?;
        (self.in_first_column() || (in_stray_text && self.is_indented())).then_some(keyword)
    }

    /// A misspelt keyword of a declaration in the first column.
    fn slip(&self) -> Option<Keyword> {
        if self.in_first_column() { slip(self.text, self.tokens.get(self.at..)?) } else { None }
    }

    /// `}record` without a blank begins no piece: nobody could see that its keyword stands in the wrong place.
    fn is_glued(&self) -> bool {
        let begins = self.tokens.get(self.at).is_some_and(|token| item_keyword(token.kind).is_some());
        begins && self.back(1).is_some_and(|before| !before.kind.is_trivia())
    }

    fn start(&self) -> Span {
        let own = self.tokens.get(self.at).map_or(Span::default(), |token| token.span);
        let misplaced = item_keyword(self.tokens.get(self.at).map_or(Kind::Blank, |token| token.kind)).is_some()
            && !self.in_first_column();
        match self.back(1) {
            Some(blank) if misplaced && blank.kind == Kind::Blank => blank.span,
            _ => own,
        }
    }
}
