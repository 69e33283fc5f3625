//! From the tokens of a declaration to what the grammar reads: every bracket closed, slips of the pen read as what was meant,
//! and signs told apart by what stands around them.

use crate::token::{Keyword, Kind, Token, text_of};
use enact_base::{Code, Diagnostic, Edit, Span, nearest};

/// Brackets nest at most this deep.
const MAX_BRACKETS: usize = 200;

/// `optional` stands in a row at most this often; once is all that means anything.
const MAX_WRAPPERS: usize = 20;

/// A token as the grammar takes it.
pub(crate) type Fed = (usize, Kind, usize);

/// The tokens for the grammar, and what is wrong with their brackets.
pub(crate) enum Feed {
    /// They can be parsed.
    Ready(Vec<Fed>, Vec<Diagnostic<Span>>),
    /// They nest too deeply here.
    TooDeep(Span),
}

/// Makes the tokens for the grammar.
pub(crate) fn feed(tokens: &[Token]) -> Feed {
    let mut feeder = Feeder { out: Vec::with_capacity(tokens.len()), open: Vec::new(), found: Vec::new() };
    let item = tokens.first().map(|token| token.kind);
    let mut citation = Citation::default();
    let mut wrappers = 0;
    for (at, token) in tokens.iter().enumerate() {
        let view = View { tokens, at };
        wrappers = if token.kind == Kind::Keyword(Keyword::Optional) { wrappers + 1 } else { 0 };
        if wrappers > MAX_WRAPPERS || feeder.open.len() > MAX_BRACKETS {
            return Feed::TooDeep(token.span);
        }
        if ends_brackets(item, token.kind, view.around(1)) {
            feeder.close(1);
        }
        if token.kind.opens() {
            feeder.open.push(*token);
        } else if token.kind.closes() && !feeder.close_for(token) {
            continue;
        }
        let kind = shown(view, item, &citation, token.kind);
        citation.pass(view, kind);
        feeder.out.push((token.span.start as usize, kind, token.span.end as usize));
    }
    feeder.close(0);
    Feed::Ready(feeder.out, feeder.found)
}

/// The one diagnostic of a declaration that nests too deeply.
pub(crate) fn too_deep(span: Span) -> Diagnostic<Span> {
    let message = format!("brackets nest more than {MAX_BRACKETS} levels");
    Diagnostic::new(Code::TooDeep, span, message, "too deep").with_help("name parts of it with `let`")
}

struct Feeder {
    out: Vec<Fed>,
    open: Vec<Token>,
    found: Vec<Diagnostic<Span>>,
}

impl Feeder {
    /// Adds the closing signs that are missing, until `keep` brackets are open. The innermost of them is reported: as long as it is
    /// open, nobody knows about the others.
    fn close(&mut self, keep: usize) {
        let innermost = self.open.len();
        while self.open.len() > keep
            && let Some(opener) = self.open.pop()
        {
            let end = self.out.last().map_or(0, |(_, _, end)| *end);
            self.out.push((end, closer(opener.kind), end));
            if self.open.len() + 1 == innermost {
                self.found.push(unclosed(opener));
            }
        }
    }

    /// Closes up to the bracket that this sign closes. A sign that closes nothing is left out: false.
    fn close_for(&mut self, token: &Token) -> bool {
        // Only a brace closes what is left open within it; `)` and `]` close nothing beyond a brace.
        let own = self.open.iter().rposition(|it| closer(it.kind) == token.kind);
        let in_reach = |at: &usize| {
            let inner = self.open.get(at + 1..).unwrap_or(&[]);
            token.kind == Kind::RightBrace || inner.iter().all(|it| it.kind != Kind::LeftBrace)
        };
        match own.filter(in_reach) {
            Some(at) => {
                self.close(at + 1);
                self.open.pop();
                true
            }
            None => {
                self.found.push(closes_nothing(token));
                false
            }
        }
    }
}

fn closer(kind: Kind) -> Kind {
    match kind {
        Kind::LeftParen => Kind::RightParen,
        Kind::LeftBracket => Kind::RightBracket,
        _ => Kind::RightBrace,
    }
}

fn unclosed(opener: Token) -> Diagnostic<Span> {
    let sign = opener.kind.sign().unwrap_or_default();
    let wanted = closer(opener.kind).sign().unwrap_or_default();
    Diagnostic::new(Code::UnclosedBracket, opener.span, format!("`{sign}` is not closed"), "opened here")
        .with_help(format!("add `{wanted}` where it ends"))
}

fn closes_nothing(token: &Token) -> Diagnostic<Span> {
    let sign = token.kind.sign().unwrap_or_default();
    Diagnostic::new(Code::UnexpectedToken, token.span, format!("`{sign}` closes nothing"), "no bracket is open here")
        .with_fix(format!("leave the `{sign}` out"), vec![Edit { place: token.span, text: String::new() }])
}

/// Whether all brackets inside the block of the declaration must be closed before this token.
fn ends_brackets(item: Option<Kind>, kind: Kind, next: Option<Kind>) -> bool {
    let (Some(Kind::Keyword(item)), Kind::Keyword(keyword)) = (item, kind) else { return false };
    match item {
        // `let :` in a record value is a field; a statement has a name.
        Keyword::Decision => keyword.starts_statement() && next != Some(Kind::Colon),
        Keyword::Parameter | Keyword::Scale => {
            matches!(keyword, Keyword::From | Keyword::Before) && next == Some(Kind::Date)
        }
        Keyword::Test => keyword == Keyword::Expect && next != Some(Kind::Colon),
        _ => false,
    }
}

/// Reads misspelt keywords at the start of a statement as what was meant, and reports them. Two words in a row are needed, which no expression has.
pub(crate) fn mend_statements(text: &str, tokens: &mut [Token]) -> Vec<Diagnostic<Span>> {
    let mut found = Vec::new();
    if tokens.first().is_none_or(|first| first.kind != Kind::Keyword(Keyword::Decision)) {
        return found;
    }
    let mut depth = 0_usize;
    for at in 1..tokens.len() {
        let Some([last, token, rest @ ..]) = tokens.get(at - 1..) else { break };
        let span = token.span;
        let begins = depth == 1
            && token.kind == Kind::Name
            && matches!(rest, [name, ..] if matches!(name.kind, Kind::Name | Kind::Keyword(_)))
            && (last.kind == Kind::LeftBrace
                || text_of(text, Span { start: last.span.end, end: span.start }).contains('\n'));
        let names = matches!(
            rest.get(1).map(|it| it.kind),
            Some(Kind::Text | Kind::Colon | Kind::Equal | Kind::Keyword(Keyword::En | Keyword::Cite | Keyword::When))
        );
        match token.kind {
            kind if kind.opens() => depth += 1,
            kind if kind.closes() => depth = depth.saturating_sub(1),
            _ => {}
        }
        let meant = if begins && names { meant_statement(text_of(text, span)) } else { None };
        if let Some((keyword, spelled)) = meant
            && let Some(token) = tokens.get_mut(at)
        {
            token.kind = Kind::Keyword(keyword);
            let message = format!("`{}` is no keyword", text_of(text, span));
            found.push(
                Diagnostic::new(Code::UnexpectedToken, span, message, "misspelt?").with_fix(
                    format!("did you mean `{spelled}`?"),
                    vec![Edit { place: span, text: spelled.to_owned() }],
                ),
            );
        }
    }
    found
}

fn meant_statement(written: &str) -> Option<(Keyword, &'static str)> {
    let starts = Keyword::ALL.iter().filter(|keyword| keyword.starts_statement());
    let spelled = nearest(written, starts.flat_map(|keyword| [keyword.english(), keyword.chinese()]))?;
    Keyword::spelled(spelled).map(|keyword| (keyword, spelled))
}

/// A token and its neighbours.
#[derive(Clone, Copy)]
struct View<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl View<'_> {
    fn around(self, offset: isize) -> Option<Kind> {
        self.at.checked_add_signed(offset).and_then(|index| self.tokens.get(index)).map(|token| token.kind)
    }
}

/// A few signs and words mean different things by what stands around them; the grammar sees which.
fn shown(view: View<'_>, item: Option<Kind>, citation: &Citation, kind: Kind) -> Kind {
    let is = |keyword| item == Some(Kind::Keyword(keyword));
    match kind {
        // `{ name :` begins a record value, and so does `{ }` in a test.
        Kind::LeftBrace if may_be_field(view.around(1)) && view.around(2) == Some(Kind::Colon) => Kind::RecordBrace,
        Kind::LeftBrace if view.around(1) == Some(Kind::RightBrace) && is(Keyword::Test) => Kind::RecordBrace,
        // `days : int` and `days "天数" : int` declare a name, they are no unit.
        Kind::Keyword(Keyword::Days | Keyword::Months | Keyword::Years)
            if matches!(view.around(1), Some(Kind::Colon | Kind::Text)) && view.around(-1) != Some(Kind::Number) =>
        {
            Kind::Name
        }
        Kind::Keyword(_) if is(Keyword::Record) && view.around(1) == Some(Kind::Colon) => Kind::Name,
        Kind::Comma if begins_range(view) => Kind::RangeComma,
        Kind::Comma if citation.goes_on(view) => Kind::CiteComma,
        _ => kind,
    }
}

/// `money, 0 yuan .. 9 yuan`: a range follows its type.
fn begins_range(view: View<'_>) -> bool {
    let number = match view.around(1) {
        Some(Kind::Minus) => view.around(2) == Some(Kind::Number),
        other => other == Some(Kind::Number),
    };
    number
        && match view.around(-1) {
            Some(Kind::Keyword(Keyword::Money | Keyword::Rate)) => true,
            Some(Kind::Keyword(Keyword::Fen)) => view.around(-2) == Some(Kind::Keyword(Keyword::In)),
            Some(Kind::Number) => view.around(-2) == Some(Kind::Keyword(Keyword::Decimal)),
            _ => false,
        }
}

/// Whether nothing but citations stands between the last `cite` and here.
#[derive(Default)]
struct Citation {
    open: bool,
}

impl Citation {
    /// Whether a comma here leads to another citation, and not to the next row of a table or arm of a match.
    fn goes_on(&self, view: View<'_>) -> bool {
        let after = if view.around(2) == Some(Kind::Dot) { view.around(4) } else { view.around(2) };
        self.open
            && view.around(1) == Some(Kind::Name)
            && !matches!(after, Some(Kind::Arrow | Kind::DotDot | Kind::Bar | Kind::Keyword(Keyword::Or)))
    }

    fn pass(&mut self, view: View<'_>, kind: Kind) {
        self.open = match kind {
            Kind::Keyword(Keyword::Cite) => true,
            // `x.table(2)`: after a point a keyword is a name.
            Kind::Keyword(_) => self.open && view.around(-1) == Some(Kind::Dot),
            Kind::Name | Kind::Dot | Kind::LeftParen | Kind::RightParen => self.open,
            Kind::Number | Kind::Text | Kind::CiteComma => self.open,
            _ => false,
        };
    }
}

/// Whether a token can be the name of a field; `require`, `let` and `output` begin statements instead.
fn may_be_field(kind: Option<Kind>) -> bool {
    match kind {
        Some(Kind::Name) => true,
        Some(Kind::Keyword(keyword)) => !keyword.starts_statement(),
        _ => false,
    }
}
