//! Keywords that are names everywhere but in the statements that they begin: `limit`, `total`, `budget`, and the words inside those.
//!
//! No expression has two names in a row, so a statement shows by what follows its first word.

use crate::split::split;
use crate::token::{Keyword, Kind, Token, Tokens, lex, text_of};
use enact_base::Span;

/// The tokens of a whole text, with these keywords told apart from names.
pub(crate) fn lex_marked(text: &str) -> Tokens {
    let tokens = lex(text);
    let mut out = Tokens::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    for piece in split(text) {
        let end = rest.partition_point(|token| token.span.start < piece.span.end);
        let start = rest.partition_point(|token| token.span.start < piece.span.start);
        out.extend_from_slice(rest.get(..start).unwrap_or(&[]));
        let mut inside = rest.get(start..end).unwrap_or(&[]).to_vec();
        mark(text, &mut inside);
        out.extend(inside);
        rest = rest.get(end..).unwrap_or(&[]);
    }
    out.extend_from_slice(rest);
    out
}

/// Makes keywords of the names that are meant as such in the tokens of a declaration, comments and blanks among them or not.
pub(crate) fn mark(text: &str, tokens: &mut Tokens) {
    let places: Vec<usize> =
        (0..).zip(tokens.iter()).filter(|(_, it)| !it.kind.is_trivia()).map(|(at, _)| at).collect();
    let words: Vec<Token> = places.iter().filter_map(|at| tokens.get(*at).copied()).collect();
    if words.first().is_none_or(|first| first.kind != Kind::Keyword(Keyword::Decision)) {
        return;
    }
    let mut inside = None;
    let mut named = 0;
    let mut made: Vec<(usize, usize, Keyword)> = Vec::new();
    for (at, token) in words.iter().enumerate() {
        // The name of a tally may be any word.
        if at < named {
            continue;
        }
        let view = View { text, words: &words, at };
        if let Kind::Keyword(keyword) = token.kind
            && keyword.starts_statement()
        {
            inside = keyword.begins_tally().then_some(keyword);
        } else if let Some((head, words)) = view.head() {
            inside = Some(head);
            made.push((at, at, head));
            if head == Keyword::Limit && view.spelled(1) == Some(Keyword::Once) {
                made.push((at + 1, at + 1, Keyword::Once));
            }
            named = at + words;
        } else if inside.is_some()
            && let Some((keyword, more)) = view.within()
        {
            made.push((at, at + more, keyword));
        }
    }
    // From the last on, so that the places of those before stay as they are.
    for (first, last, keyword) in made.into_iter().rev() {
        let (Some(first), Some(last)) = (places.get(first).copied(), places.get(last).copied()) else { continue };
        let span = tokens.get(first..=last).and_then(|all| Some(all.first()?.span.to(all.last()?.span)));
        if let Some(span) = span {
            tokens.splice(first..=last, [Token { kind: Kind::Keyword(keyword), span }]);
        }
    }
}

/// A token that means something, among those around it.
struct View<'a> {
    text: &'a str,
    words: &'a [Token],
    at: usize,
}

impl View<'_> {
    fn token(&self, offset: isize) -> Option<Token> {
        self.at.checked_add_signed(offset).and_then(|at| self.words.get(at)).copied()
    }

    fn kind(&self, offset: isize) -> Option<Kind> {
        self.token(offset).map(|token| token.kind)
    }

    /// The contextual keyword that a name spells.
    fn spelled(&self, offset: isize) -> Option<Keyword> {
        let token = self.token(offset).filter(|token| token.kind == Kind::Name)?;
        Keyword::spelled(text_of(self.text, token.span))
    }

    /// The keyword of a statement that begins here, and how many words it has with its name: `limit 3 visits`, `limit once bill`, `total spent …`, `budget pool …`.
    fn head(&self) -> Option<(Keyword, usize)> {
        let keyword = self.spelled(0).filter(|it| it.begins_tally() && self.kind(-1) != Some(Kind::Dot))?;
        let is_name = |offset| self.kind(offset) == Some(Kind::Name);
        let words = match (keyword, self.kind(1)) {
            (Keyword::Limit, Some(Kind::Minus)) if self.kind(2) == Some(Kind::Number) => 4,
            (Keyword::Limit, Some(Kind::Number)) => 3,
            (Keyword::Limit, _) if self.spelled(1) == Some(Keyword::Once) => 3,
            (Keyword::Limit, _) => return None,
            _ => 2,
        };
        let after = self.kind(words);
        let goes_on = match keyword {
            Keyword::Limit => true,
            _ if after == Some(Kind::Name) => matches!(self.spelled(2), Some(Keyword::Per | Keyword::Of)),
            Keyword::Total => after != Some(Kind::Number),
            _ => true,
        };
        // After `limit once` even a keyword is a name, if a label or the key follows.
        let is_keyword = keyword == Keyword::Limit
            && matches!(self.kind(words - 1), Some(Kind::Keyword(it)) if !it.starts_statement())
            && (after == Some(Kind::Text) || self.spelled(words) == Some(Keyword::Per));
        ((is_name(words - 1) || is_keyword) && goes_on).then_some((keyword, words.unsigned_abs()))
    }

    /// A keyword inside such a statement, and how many tokens more it has.
    fn within(&self) -> Option<(Keyword, usize)> {
        let is_part = |more: isize| {
            matches!(self.kind(-1), Some(Kind::LeftParen | Kind::Comma))
                && matches!(self.kind(more + 1), Some(Kind::RightParen | Kind::Comma))
        };
        if let Some(Token { kind: Kind::Keyword(Keyword::Calendar), span }) = self.token(0) {
            let unit = self.token(1).filter(|it| it.kind == Kind::Name && is_part(1))?;
            let both = |span: Span| text_of(self.text, span);
            return Keyword::spelled(&format!("{} {}", both(span), both(unit.span))).map(|keyword| (keyword, 1));
        }
        let keyword = self.spelled(0)?;
        let meant = match keyword {
            Keyword::Once => self.kind(-1) == Some(Kind::Keyword(Keyword::Limit)),
            Keyword::Per => self.kind(1) == Some(Kind::LeftParen),
            Keyword::Of => self.kind(-1) == Some(Kind::RightParen),
            Keyword::CalendarYear | Keyword::CalendarMonth => is_part(0),
            _ => false,
        };
        meant.then_some((keyword, 0))
    }
}
