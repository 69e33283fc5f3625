//! `pattern`: the part of ECMAScript's regular expressions that is regular, read into a set of texts.

use crate::regex::{Id, Regexes};
use std::iter::Peekable;
use std::str::Chars;

/// Why a pattern cannot be decided, in words.
pub(crate) type Reason = String;

/// Longest pattern, deepest nesting and largest count that are read.
const LENGTH: usize = 2_000;
const DEPTH: usize = 40;
const COUNT: u32 = 5_000;

const DIGITS: &[(u32, u32)] = &[(48, 57)];
const WORD: &[(u32, u32)] = &[(48, 57), (65, 90), (95, 95), (97, 122)];
const SPACE: &[(u32, u32)] = &[
    (9, 13),
    (32, 32),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];
const LINE_ENDS: &[(u32, u32)] = &[(10, 10), (13, 13), (0x2028, 0x2029)];

/// The texts in which a pattern finds a match. Without `^` and `$` a match may stand anywhere, as JSON Schema says.
pub(crate) fn language(regexes: &mut Regexes, pattern: &str) -> Result<Id, Reason> {
    if pattern.len() > LENGTH {
        return Err("it is too long".into());
    }
    let mut parser = Parser { regexes, rest: pattern.chars().peekable(), depth: 0 };
    let mut branches = vec![parser.top()?];
    while parser.take('|') {
        branches.push(parser.top()?);
    }
    match parser.rest.next() {
        None => Ok(parser.regexes.or(branches)),
        Some(stray) => Err(format!("`{stray}` stands alone")),
    }
}

struct Parser<'r, 'p> {
    regexes: &'r mut Regexes,
    rest: Peekable<Chars<'p>>,
    depth: usize,
}

impl Parser<'_, '_> {
    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    /// A branch outside all groups: the only place where `^` and `$` are read.
    fn top(&mut self) -> Result<Id, Reason> {
        let from_start = self.take('^');
        let body = self.sequence()?;
        let to_end = self.take('$');
        if self.rest.peek().is_some_and(|next| *next != '|' && *next != ')') {
            return Err("`$` is read at the end of a branch only".into());
        }
        let all = self.regexes.all();
        let before = if from_start { self.regexes.empty() } else { all };
        let after = if to_end { self.regexes.empty() } else { all };
        Ok(self.regexes.sequence(&[before, body, after]))
    }

    fn branches(&mut self) -> Result<Id, Reason> {
        let mut branches = vec![self.sequence()?];
        while self.take('|') {
            branches.push(self.sequence()?);
        }
        Ok(self.regexes.or(branches))
    }

    fn sequence(&mut self) -> Result<Id, Reason> {
        let mut parts = Vec::new();
        while let Some(next) = self.rest.peek() {
            match next {
                '|' | ')' | '$' => break,
                '^' => return Err("`^` is read at the start of a branch only".into()),
                _ => {
                    let atom = self.atom()?;
                    parts.push(self.counted(atom)?);
                }
            }
        }
        Ok(self.regexes.sequence(&parts))
    }

    fn atom(&mut self) -> Result<Id, Reason> {
        match self.rest.next() {
            Some('(') => self.group(),
            Some('[') => self.class(),
            Some('.') => Ok(self.regexes.class_except(LINE_ENDS)),
            Some('\\') => {
                let ranges = self.escape()?;
                Ok(self.regexes.class(&ranges))
            }
            Some(sign @ ('*' | '+' | '?' | '{' | '}' | ']')) => Err(format!("`{sign}` stands alone")),
            Some(plain) => Ok(self.regexes.class(&[(plain.into(), plain.into())])),
            None => Err("it ends too early".into()),
        }
    }

    fn group(&mut self) -> Result<Id, Reason> {
        if self.take('?') {
            match self.rest.next() {
                Some(':') => {}
                Some('<') if self.rest.peek().is_some_and(|next| next.is_alphabetic()) => {
                    while self.rest.next_if(|next| *next != '>').is_some() {}
                    self.rest.next();
                }
                _ => return Err("it looks ahead or behind".into()),
            }
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("its groups nest too deep".into());
        }
        let inner = self.branches()?;
        self.depth -= 1;
        match self.rest.next() {
            Some(')') => Ok(inner),
            Some('$') => Err("`$` is read at the end of a branch only".into()),
            _ => Err("a group is not closed".into()),
        }
    }

    fn counted(&mut self, atom: Id) -> Result<Id, Reason> {
        let (min, max) = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.rest.next();
                let bounds = self.bounds()?;
                self.take('?');
                return Ok(self.regexes.repeat(atom, bounds.0, bounds.1));
            }
            _ => return Ok(atom),
        };
        self.rest.next();
        // A lazy count finds the same texts.
        self.take('?');
        Ok(self.regexes.repeat(atom, min, max))
    }

    fn bounds(&mut self) -> Result<(u32, Option<u32>), Reason> {
        let min = self.number()?.ok_or("a count is empty")?;
        let max = if self.take(',') { self.number()? } else { Some(min) };
        if !self.take('}') || max.is_some_and(|max| max < min) {
            return Err("a count cannot be read".into());
        }
        Ok((min, max))
    }

    fn number(&mut self) -> Result<Option<u32>, Reason> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)) {
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        }
        if value.is_some_and(|value| value > COUNT) { Err("a count is too large".into()) } else { Ok(value) }
    }

    fn class(&mut self) -> Result<Id, Reason> {
        let negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let low = match self.rest.next() {
                Some(']') => break,
                Some('\\') => self.escape()?,
                Some(plain) => vec![(plain.into(), plain.into())],
                None => return Err("a class is not closed".into()),
            };
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']');
            match (low.as_slice(), is_range) {
                ([(from, same)], true) if from == same => {
                    self.rest.next();
                    let high = match self.rest.next() {
                        Some('\\') => self.escape()?,
                        Some(plain) => vec![(plain.into(), plain.into())],
                        None => return Err("a class is not closed".into()),
                    };
                    match high.as_slice() {
                        [(to, last)] if to == last && from <= to => ranges.push((*from, *to)),
                        _ => return Err("a range of characters cannot be read".into()),
                    }
                }
                _ => ranges.extend(low),
            }
        }
        Ok(if negated { self.regexes.class_except(&ranges) } else { self.regexes.class(&ranges) })
    }

    /// What stands after a backslash, as ranges of characters.
    fn escape(&mut self) -> Result<Vec<(u32, u32)>, Reason> {
        let one = |code: u32| Ok(vec![(code, code)]);
        match self.rest.next() {
            Some('d') => Ok(DIGITS.to_vec()),
            Some('w') => Ok(WORD.to_vec()),
            Some('s') => Ok(SPACE.to_vec()),
            Some('D') => Ok(outside(DIGITS)),
            Some('W') => Ok(outside(WORD)),
            Some('S') => Ok(outside(SPACE)),
            Some('n') => one(10),
            Some('r') => one(13),
            Some('t') => one(9),
            Some('v') => one(11),
            Some('f') => one(12),
            Some('x') => one(self.hexadecimal(2)?),
            Some('u') if self.take('{') => {
                let mut code = 0u32;
                while let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit).and_then(|digit| digit.to_digit(16))
                {
                    code = code.saturating_mul(16).saturating_add(digit);
                }
                if self.take('}') { one(code) } else { Err("an escape is not closed".into()) }
            }
            Some('u') => match self.hexadecimal(4)? {
                0xD800..=0xDFFF => Err("it names half of a character".into()),
                code => one(code),
            },
            Some(letter) if letter.is_ascii_alphanumeric() => Err(format!("`\\{letter}` is not known")),
            Some(sign) => one(sign.into()),
            None => Err("it ends in `\\`".into()),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<u32, Reason> {
        (0..digits).try_fold(0, |code, _| {
            let digit = self.rest.next().and_then(|next| next.to_digit(16)).ok_or("an escape is too short")?;
            Ok(code * 16 + digit)
        })
    }
}

fn outside(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let starts = std::iter::once(0).chain(ranges.iter().map(|(_, high)| high + 1));
    let ends = ranges.iter().map(|(low, _)| low.wrapping_sub(1)).chain([0x10_FFFF]);
    starts.zip(ends).filter(|(low, high)| low <= high).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_ecmascript_does() {
        for (pattern, inside, outside) in [
            ("^[0-9]{2}$", &["00", "42"][..], &["", "1", "123", "ab", "٣٤"][..]),
            ("^-?(0|[1-9][0-9]{0,7})\\.[0-9]{2}$", &["0.00", "-12345678.90"], &["00.00", "1", "1.0", "123456789.00"]),
            ("a", &["a", "bab"], &["", "b"]),
            ("^a|b$", &["a", "ab", "xb", "ax"], &["xa", "bx"]),
            ("^(?:ab|c)+$", &["ab", "cab"], &["", "a"]),
            ("^[^\\d]$", &["x", "中"], &["1", "xx"]),
            ("^\\w+@[a-z\\-]+?\\.cn$", &["a_1@x-y.cn"], &["a@.cn"]),
            ("^.{0,2}$", &["", "中国"], &["\n", "abc"]),
            ("^\\u4e2d\\x41$", &["中A"], &["中a"]),
            ("^[\\u4e00-\\u9fa5]{2,4}$", &["张三"], &["张", "ab"]),
            ("^(?<year>[0-9]{4})$", &["2024"], &["24"]),
            ("", &["", "x"], &[]),
        ] {
            let mut regexes = Regexes::default();
            let language = language(&mut regexes, pattern).unwrap();
            for text in inside {
                assert!(regexes.matches(language, text), "{pattern} {text}");
            }
            for text in outside {
                assert!(!regexes.matches(language, text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_decided_is_said() {
        for pattern in [
            "(?=a)b",
            "(a)\\1",
            "\\bword",
            "\\p{L}",
            "(",
            ")",
            "[",
            "a{3,1}",
            "a{9999999}",
            "*",
            "(^a$|b)",
            "a$b",
            "\\",
            "[z-a]",
        ] {
            assert!(language(&mut Regexes::default(), pattern).is_err(), "{pattern}");
        }
        assert!(language(&mut Regexes::default(), &"(".repeat(1_000)).is_err());
        assert!(language(&mut Regexes::default(), &"a".repeat(100_000)).is_err());
    }
}
