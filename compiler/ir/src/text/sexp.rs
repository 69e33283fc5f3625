//! S-expressions: words, quoted texts and lists.

use super::TextError;
use crate::verify::MAX_DEPTH;

/// A node and the line on which it begins (0 if it was not read).
#[derive(Clone, Debug)]
pub(super) struct Sexp {
    pub(super) line: u32,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A word or a number.
    Word(String),
    /// A text in quotes.
    Text(String),
    /// `( … )`
    List(Vec<Sexp>),
}

/// Lists in lists: an expression is at most two levels, and stands in a few more.
const DEEPEST: usize = 2 * MAX_DEPTH + 64;
/// Lists that fit so many characters stay on one line.
const WIDTH: usize = 120;

pub(super) fn word(word: impl ToString) -> Sexp {
    Sexp { line: 0, kind: Kind::Word(word.to_string()) }
}

pub(super) fn text(text: &str) -> Sexp {
    Sexp { line: 0, kind: Kind::Text(text.to_owned()) }
}

/// `(head parts…)`
pub(super) fn list(head: &str, parts: impl IntoIterator<Item = Sexp>) -> Sexp {
    Sexp { line: 0, kind: Kind::List([word(head)].into_iter().chain(parts).collect()) }
}

impl Sexp {
    /// The text, ending in a newline.
    pub(super) fn print(&self) -> String {
        let mut out = String::new();
        self.print_at(0, &mut out);
        out.push('\n');
        out
    }

    fn print_at(&self, indent: usize, out: &mut String) {
        let Kind::List(parts) = &self.kind else { return self.flat(usize::MAX, out) };
        let mut flat = String::new();
        self.flat(WIDTH.saturating_sub(indent), &mut flat);
        if !flat.is_empty() {
            out.push_str(&flat);
            return;
        }
        out.push('(');
        // The head line holds the words and texts that stand in front, and a type.
        let mut on_head_line = true;
        for (place, part) in parts.iter().enumerate() {
            on_head_line &= place < 2 || !matches!(part.kind, Kind::List(_));
            if !on_head_line {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
            } else if place > 0 {
                out.push(' ');
            }
            part.print_at(indent + 2, out);
        }
        out.push(')');
    }

    /// Adds the text on one line, or nothing if that is longer than `width`.
    fn flat(&self, width: usize, out: &mut String) {
        let start = out.len();
        if self.flat_within(width, out).is_none() {
            out.truncate(start);
        }
    }

    /// What is left of the width.
    fn flat_within(&self, width: usize, out: &mut String) -> Option<usize> {
        match &self.kind {
            Kind::Word(word) => {
                out.push_str(word);
                width.checked_sub(word.chars().count())
            }
            Kind::Text(text) => {
                let start = out.len();
                quote(text, out);
                width.checked_sub(out.get(start..).map_or(0, |written| written.chars().count()))
            }
            Kind::List(parts) => {
                let mut left = width.checked_sub(2)?;
                out.push('(');
                for (place, part) in parts.iter().enumerate() {
                    if place > 0 {
                        out.push(' ');
                        left = left.checked_sub(1)?;
                    }
                    left = part.flat_within(left, out)?;
                }
                out.push(')');
                Some(left)
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Reads one S-expression and nothing after it. `;` begins a comment to the end of the line.
pub(super) fn parse(source: &str) -> Result<Sexp, TextError> {
    let mut reader = Reader { rest: source.chars().peekable(), line: 1 };
    let mut open: Vec<(u32, Vec<Sexp>)> = Vec::new();
    let mut done: Option<Sexp> = None;
    while let Some(token) = reader.token()? {
        if done.is_some() {
            return Err(reader.error("something stands after the program"));
        }
        let line = reader.line;
        let kind = match token {
            Token::Open => {
                if open.len() == DEEPEST {
                    return Err(reader.error("lists are nested too deep"));
                }
                open.push((line, Vec::new()));
                continue;
            }
            Token::Close => match open.pop() {
                Some((line, parts)) => (line, Kind::List(parts)),
                None => return Err(reader.error("`)` without `(`")),
            },
            Token::Word(word) => (line, Kind::Word(word)),
            Token::Text(text) => (line, Kind::Text(text)),
        };
        let node = Sexp { line: kind.0, kind: kind.1 };
        match open.last_mut() {
            Some((_, parts)) => parts.push(node),
            None => done = Some(node),
        }
    }
    match open.pop() {
        Some((line, _)) => Err(TextError { line, message: "`(` without `)`".to_owned() }),
        None => done.ok_or_else(|| reader.error("there is no program")),
    }
}

enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

struct Reader<'s> {
    rest: std::iter::Peekable<std::str::Chars<'s>>,
    line: u32,
}

impl Reader<'_> {
    fn error(&self, message: &str) -> TextError {
        TextError { line: self.line, message: message.to_owned() }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += u32::from(next == Some('\n'));
        next
    }

    fn token(&mut self) -> Result<Option<Token>, TextError> {
        loop {
            match self.rest.peek() {
                None => return Ok(None),
                Some(';') => while self.next().is_some_and(|c| c != '\n') {},
                Some(c) if c.is_whitespace() => drop(self.next()),
                Some(_) => break,
            }
        }
        match self.next() {
            Some('(') => Ok(Some(Token::Open)),
            Some(')') => Ok(Some(Token::Close)),
            Some('"') => self.quoted().map(|text| Some(Token::Text(text))),
            first => {
                let mut word: String = first.into_iter().collect();
                let ends = |c: &char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ';');
                while let Some(c) = self.rest.next_if(|c| !ends(c)) {
                    word.push(c);
                }
                Ok(Some(Token::Word(word)))
            }
        }
    }

    fn quoted(&mut self) -> Result<String, TextError> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) => text.push(c),
                None => return Err(self.error("a text without its closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, TextError> {
        match self.next() {
            Some(c @ ('"' | '\\')) => Ok(c),
            Some('n') => Ok('\n'),
            Some('u') if self.rest.next_if_eq(&'{').is_some() => {
                let mut digits = String::new();
                while let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) {
                    digits.push(digit);
                }
                let closed = self.rest.next_if_eq(&'}').is_some();
                let read = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).filter(|_| closed);
                read.ok_or_else(|| self.error("an escape that has no meaning"))
            }
            _ => Err(self.error("an escape that has no meaning")),
        }
    }
}
