//! Builds the tree for the grammar's actions and collects what is wrong on the way. Nothing here fails.

use crate::ast::*;
use crate::expected;
use crate::feed::Fed;
use crate::token::{Keyword, Kind};
use enact_base::{Code, Diagnostic, Span};
use lalrpop_util::{ErrorRecovery, ParseError};
use std::cell::RefCell;

/// More syntax errors than this are not described, in one declaration.
const MOST_ERRORS: usize = 200;

/// The text of a declaration and the diagnostics found while its tree is built.
pub(crate) struct Builder<'s> {
    text: &'s str,
    tokens: &'s [Fed],
    keyword_names: RefCell<Vec<u32>>,
    diagnostics: RefCell<Vec<Diagnostic<Span>>>,
}

impl<'s> Builder<'s> {
    pub(crate) fn new(text: &'s str, tokens: &'s [Fed]) -> Self {
        Self { text, tokens, keyword_names: RefCell::new(Vec::new()), diagnostics: RefCell::new(Vec::new()) }
    }

    pub(crate) fn finish(self) -> Vec<Diagnostic<Span>> {
        self.diagnostics.into_inner()
    }

    pub(crate) fn report(&self, diagnostic: Diagnostic<Span>) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// From `l` to the end of the last token before `r`: where a rule ends in something that is left out, the grammar gives the next token as its end.
    pub(crate) fn span(&self, l: usize, r: usize) -> Span {
        let end = expected::last_before(self.tokens, r).map_or(r, |(_, _, end)| end);
        Span::new(l, end.max(l))
    }

    pub(crate) fn slice(&self, l: usize, r: usize) -> &'s str {
        self.text.get(l..r).unwrap_or("")
    }

    /// A syntax error that the parser recovered from.
    pub(crate) fn recover(&self, error: ErrorRecovery<usize, Kind, ()>) {
        self.syntax_error(error.error);
    }

    /// A syntax error.
    pub(crate) fn syntax_error(&self, error: ParseError<usize, Kind, ()>) {
        self.report_syntax(error, |found| found);
    }

    /// Reports a syntax error; beyond [`MOST_ERRORS`] they say nothing new.
    fn report_syntax(&self, error: ParseError<usize, Kind, ()>, adapt: impl Fn(Diagnostic<Span>) -> Diagnostic<Span>) {
        if self.diagnostics.borrow().len() < MOST_ERRORS
            && let Some(found) = expected::explain(self.text, self.tokens, error)
        {
            self.report(adapt(found));
        }
    }

    /// `person.` with nothing after the point.
    pub(crate) fn missing_field(&self, error: ErrorRecovery<usize, Kind, ()>) {
        self.report_syntax(error.error, |mut found| {
            let point = expected::last_before(self.tokens, found.primary.place.start as usize);
            found.primary.place = point.map_or(found.primary.place, |(start, _, end)| Span::new(start, end));
            found.message = "expected a name after `.`".to_owned();
            found.primary.text = "which part?".to_owned();
            (found.help, found.fix) = (None, None);
            found
        });
    }

    /// An output. One that is no truth value has no comparison as its value: that was meant to be a part of the condition.
    pub(crate) fn output(&self, mut output: Output) -> StatementKind {
        let value = &mut output.body.general;
        let compares = matches!(value.kind, ExprKind::Binary(BinaryOp::Equal | BinaryOp::And | BinaryOp::Or, ..));
        if let Some(when) = &mut output.when
            && compares
            && !output.ty.kind.is_truth()
            && let Some(found) = expected::bare_comparison(self.text, self.tokens, value.span)
        {
            self.report(found);
            (when.kind, value.kind) = (ExprKind::Error, ExprKind::Error);
        }
        StatementKind::Output(output)
    }

    /// A statement whose head cannot be read; its name is kept, so that what refers to it is not wrong as well.
    pub(crate) fn broken_statement(&self, fed: &[Fed], span: Span) -> StatementKind {
        let first = fed.first().copied();
        // `limit once bill`: before the name stands how often.
        let is_limit = matches!(first, Some((_, Kind::Keyword(Keyword::Limit), _)));
        let named = fed.iter().take(4).position(|(_, kind, _)| *kind == Kind::Name).filter(|_| is_limit);
        let (Some((_, Kind::Keyword(keyword), _)), Some((start, Kind::Name, end))) =
            (first, fed.get(named.unwrap_or(1)).copied())
        else {
            return StatementKind::Error;
        };
        let name = self.name(start, end);
        let general = Expr { kind: ExprKind::Error, span, depth: 1 };
        let body = RuleBody { general, exceptions: Vec::new() };
        let (labels, cites) = (Labels::default(), Vec::new());
        match keyword {
            Keyword::Require => StatementKind::Require(Require { name, labels, cites, when: None, body }),
            Keyword::Let => StatementKind::Let(Let { name, labels, ty: None, cites, body }),
            Keyword::Output => {
                let ty = TypeRef { kind: TypeKind::Error, span };
                StatementKind::Output(Output { name, labels, ty, cites, when: None, body })
            }
            Keyword::Limit | Keyword::Total | Keyword::Budget => {
                let kind = TallyKind::Total(TypeRef { kind: TypeKind::Error, span });
                StatementKind::Tally(Tally { name, labels, kind, key: Vec::new(), of: None, ledger: None, cites })
            }
            _ => StatementKind::Error,
        }
    }

    /// A declaration whose head cannot be read; its name is kept, and what else others would have to know of it is broken.
    pub(crate) fn broken_item(&self, fed: &[Fed], span: Span) -> ItemKind {
        let (Some((_, Kind::Keyword(keyword), _)), Some((start, Kind::Name, end))) =
            (fed.first().copied(), fed.get(1).copied())
        else {
            return ItemKind::Error;
        };
        let name = self.name(start, end);
        let (labels, cites, supply) = (Labels::default(), Vec::new(), Supply::default());
        let ty = TypeRef { kind: TypeKind::Error, span };
        let unnamed = Name { text: String::new(), span };
        let case = EnumCase { name: unnamed.clone(), code: None, labels: labels.clone() };
        let part = Field {
            name: unnamed,
            labels: labels.clone(),
            ty: ty.clone(),
            private: None,
            at: None,
            supply: supply.clone(),
        };
        let general = Expr { kind: ExprKind::Error, span, depth: 1 };
        match keyword {
            Keyword::Enum => ItemKind::Enum(Enum { name, labels, cases: vec![case] }),
            Keyword::Record => ItemKind::Record(Record { name, labels, supply, fields: vec![part] }),
            Keyword::Parameter | Keyword::Table => {
                let (dated, first_hit, versions) = (keyword == Keyword::Parameter, false, Vec::new());
                ItemKind::Table(Table { name, labels, dated, keys: vec![part], ty, first_hit, cites, versions })
            }
            Keyword::Scale => ItemKind::Scale(Scale { name, labels, key: part, cites, versions: Vec::new() }),
            Keyword::Define => {
                let body = RuleBody { general, exceptions: Vec::new() };
                ItemKind::Define(Define { name, labels, params: vec![part], ty: Some(ty), cites, body })
            }
            Keyword::Decision => {
                let statements = vec![Statement { kind: StatementKind::Error, span }];
                ItemKind::Decision(Decision { name, labels, inputs: vec![part], as_of: None, statements })
            }
            _ => ItemKind::Error,
        }
    }

    /// A row of a table that cannot be read.
    pub(crate) fn broken_row(&self, l: usize, r: usize) -> TableRow {
        let span = self.span(l, r);
        let pattern = Pattern { kind: PatternKind::Error, span };
        TableRow { patterns: vec![pattern], value: self.leaf(l, r, ExprKind::Error), cites: Vec::new(), span }
    }

    // Names and literals.

    /// Where words that are spelled like keywords stand for names; the formatter leaves their spelling alone.
    pub(crate) fn keyword_names(&self) -> Vec<u32> {
        self.keyword_names.borrow().clone()
    }

    pub(crate) fn name(&self, l: usize, r: usize) -> Name {
        let written = self.slice(l, r);
        if Keyword::of(written).is_some() {
            self.keyword_names.borrow_mut().push(self.span(l, r).start);
        }
        let text = written.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(written);
        Name { text: text.to_owned(), span: self.span(l, r) }
    }

    /// A builtin function whose name is a keyword, such as `date`; known by its English spelling in either tongue.
    pub(crate) fn function(&self, l: usize, r: usize) -> Name {
        let written = self.slice(l, r);
        let text = Keyword::of(written).map_or(written, |keyword| keyword.english());
        Name { text: text.to_owned(), span: self.span(l, r) }
    }

    pub(crate) fn dotted(&self, l: usize, r: usize, path: Vec<Name>) -> Name {
        let text = path.into_iter().map(|name| name.text).collect::<Vec<_>>().join(".");
        Name { text, span: self.span(l, r) }
    }

    pub(crate) fn text(&self, l: usize, r: usize) -> TextLit {
        let written = self.slice(l, r);
        let inner = written.strip_prefix(['"', '“']).unwrap_or(written);
        let inner = inner.strip_suffix(['"', '”']).unwrap_or(inner);
        let mut text = String::with_capacity(inner.len());
        let mut chars = inner.char_indices();
        while let Some((_, c)) = chars.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, other @ ('"' | '\\'))) => text.push(other),
                Some((at, other)) => {
                    let span = Span::new(l + at, l + 1 + at + other.len_utf8());
                    let message = format!("`\\{other}` has no meaning in a text");
                    self.report(Diagnostic::new(Code::BadEscape, span, message, "not an escape").with_help(
                        "the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`; a backslash itself is written `\\\\`",
                    ));
                }
                None => {}
            }
        }
        TextLit { text, span: self.span(l, r) }
    }

    pub(crate) fn date(&self, l: usize, r: usize) -> DateLit {
        let written = self.slice(l, r);
        let mut parts = written.split('-').map(|part| part.parse::<i32>().unwrap_or(0));
        let (year, month, day) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        let span = self.span(l, r);
        let last = last_day(year, month);
        let well_written = written.len() == 10;
        if year < 1 || !(1..=12).contains(&month) || day < 1 || day > last || !well_written {
            let mut diagnostic =
                Diagnostic::new(Code::BadDate, span, format!("the date `{written}` does not exist"), "no such day");
            if (1..=12).contains(&month) && day > last {
                diagnostic = diagnostic.with_note(format!("{year:04}-{month:02} has {last} days"));
            } else if !well_written {
                diagnostic = diagnostic.with_help("write a date as YYYY-MM-DD, such as 2024-02-29");
            }
            self.report(diagnostic);
            return DateLit { year: 2000, month: 1, day: 1, span };
        }
        DateLit { year, month: month as u8, day: day as u8, span }
    }

    pub(crate) fn number(&self, l: usize, r: usize, unit: Option<Unit>) -> NumberLit {
        let written = &crate::lexical::narrow(self.slice(l, r));
        if let Some((message, help)) = malformed(written) {
            let message = format!("the number `{written}` {message}");
            self.report(Diagnostic::new(Code::BadNumber, self.span(l, r), message, "cannot be read").with_help(help));
            return NumberLit { digits: 0, places: 0, unit };
        }
        let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
        let digits: String = whole.chars().chain(fraction.chars()).filter(char::is_ascii_digit).collect();
        let places = fraction.chars().filter(char::is_ascii_digit).count();
        match (digits.parse::<u64>(), u8::try_from(places)) {
            (Ok(digits), Ok(places)) if digits < 1_000_000_000_000_000_000 && places <= 9 => {
                NumberLit { digits, places, unit }
            }
            _ => {
                let message = format!("the number `{written}` has too many digits");
                self.report(
                    Diagnostic::new(Code::BadNumber, self.span(l, r), message, "too many digits")
                        .with_help("a number has at most 18 digits, 9 of them after the point"),
                );
                NumberLit { digits: 0, places: 0, unit }
            }
        }
    }

    /// A small whole number, as in `max 20`.
    pub(crate) fn count(&self, n: &NumberLit, l: usize, r: usize) -> u32 {
        match u32::try_from(n.digits) {
            Ok(count) if n.places == 0 && count <= 1_000_000 => count,
            _ => {
                let message = format!("`{}` is not a whole number up to 1,000,000", self.slice(l, r));
                self.report(Diagnostic::new(
                    Code::BadNumber,
                    self.span(l, r),
                    message,
                    "a whole number is needed here",
                ));
                1
            }
        }
    }

    pub(crate) fn places(&self, n: &NumberLit, l: usize, r: usize) -> u8 {
        match u8::try_from(n.digits) {
            Ok(places) if n.places == 0 && places <= 9 => places,
            _ => {
                let message = format!("`{}` is not a number of digits from 0 to 9", self.slice(l, r));
                self.report(Diagnostic::new(Code::BadNumber, self.span(l, r), message, "from 0 to 9"));
                0
            }
        }
    }

    pub(crate) fn year(&self, n: &NumberLit, l: usize, r: usize) -> i32 {
        match i32::try_from(n.digits) {
            Ok(year) if n.places == 0 && (1800..=2299).contains(&year) => year,
            _ => {
                let text = self.slice(l, r).split_whitespace().next().unwrap_or("").to_owned();
                let span = Span::new(l, l + text.len());
                self.report(Diagnostic::new(
                    Code::BadNumber,
                    span,
                    format!("`{text}` is not a year from 1800 to 2299"),
                    "a year is needed here",
                ));
                2000
            }
        }
    }

    pub(crate) fn join(&self, mut first: Vec<Cite>, second: Vec<Cite>) -> Vec<Cite> {
        first.extend(second);
        first
    }

    // Expressions. Each constructor counts the depth, so that no later recursion is deeper than `Expr::MAX_DEPTH`.

    fn make(&self, l: usize, r: usize, below: u16, kind: ExprKind) -> Expr {
        let span = self.span(l, r);
        if below >= Expr::MAX_DEPTH {
            let mut found = self.diagnostics.borrow_mut();
            if !found.iter().any(|diagnostic| diagnostic.code == Code::TooDeep) {
                let message = format!("this expression nests more than {} levels", Expr::MAX_DEPTH);
                found.push(
                    Diagnostic::new(Code::TooDeep, span, message, "too deep").with_help("name parts of it with `let`"),
                );
            }
            return Expr { kind: ExprKind::Error, span, depth: 1 };
        }
        Expr { kind, span, depth: below + 1 }
    }

    pub(crate) fn leaf(&self, l: usize, r: usize, kind: ExprKind) -> Expr {
        self.make(l, r, 0, kind)
    }

    pub(crate) fn unary(&self, l: usize, r: usize, op: UnaryOp, x: Expr) -> Expr {
        self.make(l, r, x.depth, ExprKind::Unary(op, Box::new(x)))
    }

    pub(crate) fn negate(&self, l: usize, r: usize, x: Expr) -> Expr {
        self.unary(l, r, UnaryOp::Negate, x)
    }

    pub(crate) fn binary(&self, l: usize, r: usize, op: BinaryOp, x: Expr, y: Expr) -> Expr {
        self.make(l, r, x.depth.max(y.depth), ExprKind::Binary(op, Box::new(x), Box::new(y)))
    }

    pub(crate) fn range(&self, l: usize, r: usize, lo: Expr, hi: Expr) -> Expr {
        self.make(l, r, lo.depth.max(hi.depth), ExprKind::Range(Box::new(lo), Box::new(hi)))
    }

    pub(crate) fn present(&self, l: usize, r: usize, x: Expr) -> Expr {
        self.make(l, r, x.depth, ExprKind::IsPresent(Box::new(x)))
    }

    pub(crate) fn absent(&self, l: usize, r: usize, x: Expr) -> Expr {
        self.make(l, r, x.depth, ExprKind::IsAbsent(Box::new(x)))
    }

    pub(crate) fn otherwise(&self, l: usize, r: usize, x: Expr, y: Expr) -> Expr {
        self.make(l, r, x.depth.max(y.depth), ExprKind::Otherwise(Box::new(x), Box::new(y)))
    }

    pub(crate) fn if_(&self, l: usize, r: usize, c: Expr, a: Expr, z: Expr) -> Expr {
        let below = c.depth.max(a.depth).max(z.depth);
        self.make(l, r, below, ExprKind::If(Box::new(c), Box::new(a), Box::new(z)))
    }

    pub(crate) fn at(&self, l: usize, r: usize, x: Expr, y: Expr) -> Expr {
        self.make(l, r, x.depth.max(y.depth), ExprKind::At(Box::new(x), Box::new(y)))
    }

    pub(crate) fn field(&self, l: usize, r: usize, x: Expr, name: Name) -> Expr {
        self.make(l, r, x.depth, ExprKind::Field(Box::new(x), name))
    }

    pub(crate) fn field_missing(&self, l: usize, r: usize, x: Expr) -> Expr {
        self.make(l, r, x.depth, ExprKind::FieldMissing(Box::new(x)))
    }

    pub(crate) fn call(&self, l: usize, r: usize, name: Name, args: Vec<Expr>) -> Expr {
        self.make(l, r, deepest(&args), ExprKind::Call(name, args))
    }

    pub(crate) fn list(&self, l: usize, r: usize, elements: Vec<Expr>) -> Expr {
        self.make(l, r, deepest(&elements), ExprKind::List(elements))
    }

    pub(crate) fn record(&self, l: usize, r: usize, ty: Option<Name>, fields: Vec<(Name, Expr)>) -> Expr {
        let below = fields.iter().map(|(_, value)| value.depth).max().unwrap_or(0);
        self.make(l, r, below, ExprKind::Record(ty, fields))
    }

    pub(crate) fn match_(&self, l: usize, r: usize, x: Expr, arms: Vec<MatchArm>) -> Expr {
        let below = arms.iter().map(|arm| arm.value.depth).max().unwrap_or(0).max(x.depth);
        self.make(l, r, below, ExprKind::Match(Box::new(x), arms))
    }

    pub(crate) fn round(&self, l: usize, r: usize, mode: RoundMode, to: RoundTo, x: Expr) -> Expr {
        self.make(l, r, x.depth, ExprKind::Round { mode, to, value: Box::new(x) })
    }

    pub(crate) fn aggregate(
        &self,
        l: usize,
        r: usize,
        op: AggregateOp,
        n: Option<u32>,
        body: Expr,
        binder: Binder,
    ) -> Expr {
        let below = body.depth.max(binder_depth(&binder));
        self.make(l, r, below, ExprKind::Aggregate { op, n, body: Box::new(body), binder: Box::new(binder) })
    }

    pub(crate) fn comprehension(&self, l: usize, r: usize, body: Expr, binder: Binder) -> Expr {
        let below = body.depth.max(binder_depth(&binder));
        self.make(l, r, below, ExprKind::Comprehension { body: Box::new(body), binder: Box::new(binder) })
    }

    pub(crate) fn pattern(&self, l: usize, r: usize, first: PatternKind, rest: Vec<Pattern>) -> Pattern {
        let span = self.span(l, r);
        if rest.is_empty() {
            return Pattern { kind: first, span };
        }
        let end = rest.first().map_or(r, |next| next.span.start as usize);
        let before_or = self.slice(l, end).trim_end();
        let before_or =
            before_or.strip_suffix("or").or_else(|| before_or.strip_suffix('或')).unwrap_or(before_or).trim_end();
        let first = Pattern { kind: first, span: self.span(l, l + before_or.len()) };
        Pattern { kind: PatternKind::Or(std::iter::once(first).chain(rest).collect()), span }
    }
}

fn deepest(exprs: &[Expr]) -> u16 {
    exprs.iter().map(|expr| expr.depth).max().unwrap_or(0)
}

fn binder_depth(binder: &Binder) -> u16 {
    let optional = |expr: &Option<Expr>| expr.as_ref().map_or(0, |expr| expr.depth);
    binder.list.depth.max(optional(&binder.filter)).max(optional(&binder.by))
}

/// What is wrong with the form of a number, and what to do.
fn malformed(written: &str) -> Option<(&'static str, &'static str)> {
    if written.matches('.').count() > 1 {
        return Some(("has more than one point", "write one point at most; a date is YYYY-MM-DD"));
    }
    let misplaced = written.split(['.', '_']).any(str::is_empty);
    misplaced
        .then_some(("has a `_` that does not stand between digits", "write `_` between two digits, as in `10_000`"))
}

fn last_day(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
