//! Syntax errors in words: what stands there, what could stand there, and what was probably meant.

use crate::feed::Fed;
use crate::token::{Keyword, Kind, text_of};
use enact_base::{Code, Diagnostic, Edit, Span, nearest};
use lalrpop_util::ParseError;

/// The diagnostic of a syntax error; `None` where another one has been made already.
pub(crate) fn explain(text: &str, tokens: &[Fed], error: ParseError<usize, Kind, ()>) -> Option<Diagnostic<Span>> {
    match error {
        // What is broken has been reported.
        ParseError::UnrecognizedToken { token: (_, Kind::Broken, _), .. } => None,
        ParseError::UnrecognizedToken { token: (l, _, r), expected } if l == r => {
            Some(ends(text, tokens, l, &expected))
        }
        ParseError::UnrecognizedToken { token: (l, kind, r), expected } => {
            Some(unexpected(text, tokens, Span::new(l, r), kind, &expected))
        }
        ParseError::UnrecognizedEof { location, expected } => Some(ends(text, tokens, location, &expected)),
        ParseError::ExtraToken { token: (l, kind, r) } => Some(unexpected(text, tokens, Span::new(l, r), kind, &[])),
        ParseError::InvalidToken { .. } | ParseError::User { .. } => None,
    }
}

/// Something is missing at the end of a statement or a declaration.
fn ends(text: &str, tokens: &[Fed], at: usize, expected: &[String]) -> Diagnostic<Span> {
    let expected = Expected::new(expected);
    let last = last_before(tokens, at);
    let after =
        last.map_or_else(String::new, |(start, _, end)| format!(" after `{}`", text_of(text, Span::new(start, end))));
    let message = format!("expected {}{after}", expected.list());
    let found = Diagnostic::new(Code::UnexpectedToken, Span::new(at, at), message, "something is missing here");
    mend_last(text, last, &expected, found)
}

fn unexpected(text: &str, tokens: &[Fed], span: Span, kind: Kind, expected: &[String]) -> Diagnostic<Span> {
    let (words, expected) = (expected, Expected::new(expected));
    let found = text_of(text, span);
    // What a line lacks is said at its end, not at the beginning of the next one.
    if begins_line(text, span) && !expected.has("}") && !expected.operator && expected.meant(found).is_none() {
        return match kind {
            Kind::Keyword(keyword) if keyword.starts_item() => misplaced(span, found, &expected),
            _ => ends(text, tokens, last_before(tokens, span.start as usize).map_or(0, |(_, _, end)| end), words),
        };
    }
    let what = if matches!(kind, Kind::Keyword(_)) { format!("the keyword `{found}`") } else { format!("`{found}`") };
    let message = match expected.list() {
        words if words.is_empty() => format!("{what} is out of place"),
        words => format!("expected {words}, found {what}"),
    };
    let diagnostic = Diagnostic::new(Code::UnexpectedToken, span, message, "not expected here");
    let edit = |text: &str| vec![Edit { place: span, text: text.to_owned() }];
    let last = last_before(tokens, span.start as usize);
    let is_doubled = last.is_some_and(|(_, before, end)| before == kind && end == span.start as usize);
    let compared = Some(kind).filter(|kind| *kind == Kind::Equal && expected.operator && !is_doubled);
    if let Some(condition) = compared.and_then(|_| condition_of_output(tokens, span)) {
        return in_parentheses(text, condition, diagnostic);
    }
    match kind {
        Kind::Name if expected.meant(found).is_some() => {
            let keyword = expected.meant(found).unwrap_or_default();
            diagnostic.with_fix(format!("did you mean `{keyword}`?"), edit(keyword))
        }
        Kind::Equal if is_doubled => diagnostic.with_fix("two values are compared with one `=`", edit("")),
        Kind::Bar if is_doubled || expected.operator => diagnostic.with_help("write `or`"),
        kind if compares(kind) && expected.operator => {
            diagnostic.with_help("comparisons cannot be chained; join two of them with `and`")
        }
        Kind::Keyword(_) if expected.has("name") && !begins_line(text, span) => {
            let title = format!("`{found}` is a keyword; as a name it stands in backticks");
            diagnostic.with_fix(title, edit(&format!("`{found}`")))
        }
        _ => mend_last(text, last, &expected, diagnostic),
    }
}

/// The keyword of a declaration inside another one.
fn misplaced(span: Span, found: &str, expected: &Expected<'_>) -> Diagnostic<Span> {
    let message = format!("expected {}, found the keyword `{found}`", expected.list());
    Diagnostic::new(Code::UnexpectedToken, span, message, "not expected here")
        .with_help("a declaration starts in the first column")
}

/// Mistakes that show only one token later: `cause = none`, a case that is spelled like a function over lists, and `n : itn 0 .. 9`, a misspelt type.
fn mend_last(text: &str, last: Option<Fed>, expected: &Expected<'_>, diagnostic: Diagnostic<Span>) -> Diagnostic<Span> {
    use Keyword::{All, Any, Count, First, Max, Min, None as NoneOf, Sum};
    let Some((start, kind, end)) = last else { return diagnostic };
    let place = Span::new(start, end);
    let written = text_of(text, place);
    match kind {
        Kind::Keyword(Any | All | NoneOf | Count | Sum | Min | Max | First) if expected.only("(") => {
            let edits = vec![Edit { place, text: format!("`{written}`") }];
            diagnostic.with_fix(format!("`{written}` is a keyword; as a name it stands in backticks"), edits)
        }
        Kind::Name if !expected.operator => {
            use Keyword::{Decimal, Int, Optional, Text};
            let types = [Int, Decimal, Text, Optional].into_iter().flat_map(|it| [it.english(), it.chinese()]);
            match nearest(written, types) {
                Some(ty) => {
                    diagnostic.with_fix(format!("did you mean `{ty}`?"), vec![Edit { place, text: ty.to_owned() }])
                }
                None => diagnostic,
            }
        }
        _ => diagnostic,
    }
}

fn compares(kind: Kind) -> bool {
    use Kind::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(kind, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// `output x : int when n = 4 = 1`, where the second `=` was meant to begin the value: what is said at that sign.
pub(crate) fn bare_comparison(text: &str, tokens: &[Fed], value: Span) -> Option<Diagnostic<Span>> {
    let mut depth = 0_usize;
    let inside = tokens.iter().rev().skip_while(|(_, _, end)| *end > value.end as usize);
    let sign = inside.take_while(|(start, ..)| *start > value.start as usize).find(|(_, kind, _)| {
        if kind.closes() {
            depth += 1;
        } else if kind.opens() {
            depth = depth.saturating_sub(1);
        }
        *kind == Kind::Equal && depth == 0
    });
    let sign = sign.map(|(start, _, end)| Span::new(*start, *end))?;
    let condition = condition_of_output(tokens, sign)?;
    let message = "expected `cite`, `except` or an operator, found `=`";
    Some(in_parentheses(text, condition, Diagnostic::new(Code::UnexpectedToken, sign, message, "not expected here")))
}

fn in_parentheses(text: &str, condition: Span, diagnostic: Diagnostic<Span>) -> Diagnostic<Span> {
    let edit = |at: u32, text: &str| Edit { place: Span { start: at, end: at }, text: text.to_owned() };
    let condition_text = text_of(text, condition);
    let title = format!("a comparison with `=` after `when` needs parentheses: `when ({condition_text}) =`");
    diagnostic
        .with_label(condition, "its first `=` already begins the value")
        .with_fix(title, vec![edit(condition.start, "("), edit(condition.end, ")")])
}

/// What stands between the `when` of an output and this sign, if the value has begun before.
fn condition_of_output(tokens: &[Fed], sign: Span) -> Option<Span> {
    let before = tokens.get(..tokens.partition_point(|(start, ..)| *start < sign.start as usize))?;
    let mut depth = 0_usize;
    let mut begun = false;
    for (at, (_, kind, _)) in before.iter().enumerate().rev() {
        match kind {
            kind if kind.closes() => depth += 1,
            kind if kind.opens() => depth = depth.checked_sub(1)?,
            Kind::Equal if depth == 0 => begun = true,
            Kind::Keyword(Keyword::When) if depth == 0 && begun => {
                let (start, end) = (before.get(at + 1)?.0, before.last()?.2);
                return is_of_output(before.get(..at)?).then(|| Span::new(start, end));
            }
            Kind::Keyword(keyword) if keyword.starts_statement() => return None,
            _ => {}
        }
    }
    None
}

/// Whether the statement to which these tokens lead is an output, and not yet one of its exceptions.
fn is_of_output(before: &[Fed]) -> bool {
    let statement = before.iter().rev().find_map(|(_, kind, _)| match kind {
        Kind::Keyword(word) if word.starts_statement() || *word == Keyword::Except => Some(*word),
        _ => None,
    });
    statement == Some(Keyword::Output)
}

/// The last token that ends at or before a byte.
pub(crate) fn last_before(tokens: &[Fed], at: usize) -> Option<Fed> {
    let after = tokens.partition_point(|(_, _, end)| *end <= at);
    let before = tokens.get(..after)?;
    before.iter().rfind(|(start, _, end)| start < end).copied()
}

/// Whether only blanks stand before it on its line.
fn begins_line(text: &str, span: Span) -> bool {
    let before = text.get(..span.start as usize).unwrap_or("");
    before.trim_end_matches([' ', '\t', '\u{3000}']).ends_with('\n')
}

/// What could stand in a place, with what belongs together named by one word.
struct Expected<'a> {
    words: Vec<&'a str>,
    /// A value may begin here.
    value: bool,
    /// A type may begin here.
    ty: bool,
    /// A value may go on here.
    operator: bool,
    /// A name may stand here, and so most keywords.
    name: bool,
}

const OPERATORS: &[&str] = &[
    "at",
    "in",
    "or",
    "and",
    "otherwise",
    "is present",
    "is absent",
    "+",
    "-",
    "*",
    "/",
    "++",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    ".",
    "..",
];
const UNITS: &[&str] = &["fen", "yuan", "wan_yuan", "yi_yuan", "%", "‰", "days", "months", "years"];

impl<'a> Expected<'a> {
    fn new(expected: &'a [String]) -> Self {
        let words: Vec<&str> = expected.iter().map(|word| word.trim_matches('"')).collect();
        let all = |some: &[&str]| some.iter().all(|word| words.contains(word));
        let name = all(&["name", "table", "match", "half up"]);
        Self {
            value: all(&["today", "absent", "int or number"]) && !all(&["policy"]),
            ty: all(&["bool", "money"]) && !name,
            operator: all(&["or", "and"]) && !name,
            name,
            words,
        }
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    fn only(&self, word: &str) -> bool {
        self.words == [word]
    }

    /// The expected keyword that a name nearly spells.
    fn meant(&self, found: &str) -> Option<&'static str> {
        let allowed = |keyword: &&Keyword| self.has(keyword.english()) && !self.is_covered(keyword.english());
        let spellings = Keyword::ALL.iter().filter(allowed).flat_map(|keyword| [keyword.english(), keyword.chinese()]);
        nearest(found, spellings)
    }

    /// Whether a word is named by one for several.
    fn is_covered(&self, word: &str) -> bool {
        let is_keyword = Keyword::spelled(word).is_some();
        (self.value && !self.operator && !matches!(word, "]" | ")" | "}" | "," | ":" | "{"))
            || (self.name && is_keyword)
            || (self.ty && (is_keyword || word == "name"))
            || (self.operator && (OPERATORS.contains(&word) || matches!(word, "(" | "{:")))
            || (self.has("wan_yuan") && UNITS.contains(&word))
    }

    /// At most five of them, signs before words.
    fn list(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut add = |word: String| {
            if !words.contains(&word) {
                words.push(word);
            }
        };
        if self.value && !self.operator {
            add("a value".into());
        }
        if self.ty {
            add("a type".into());
        }
        let left: Vec<&str> = self.words.iter().copied().filter(|word| !self.is_covered(word)).collect();
        let (signs, others): (Vec<&str>, Vec<&str>) =
            left.into_iter().partition(|word| !word.chars().any(char::is_alphabetic));
        for word in signs {
            add(if word == "{:" { "`{`".into() } else { format!("`{word}`") });
        }
        for word in others {
            match word {
                "name" => add("a name".into()),
                "int or number" => add("a number".into()),
                "a text" | "a date" => add(word.into()),
                ",.." | ",cite" => add("`,`".into()),
                "broken" => {}
                _ => add(format!("`{word}`")),
            }
        }
        if words == ["`.`"] {
            words.push("the end of the declaration".to_owned());
        }
        if self.operator {
            words.push("an operator".to_owned());
        }
        let shown = words.len().min(5);
        let mut out = words.get(..shown).unwrap_or(&[]).join(", ");
        if let Some(at) = out.rfind(", ") {
            out.replace_range(at..at + 2, " or ");
        }
        out
    }
}
