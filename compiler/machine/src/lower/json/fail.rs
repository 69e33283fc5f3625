//! What is said of an input that does not fit.

use super::{Lower, ROOM};
use crate::code::{Expr, Ty};
use crate::lower::build::{Blocks, i32, le, select};
use crate::runtime::Helper;

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Json,
    NoObject,
    NoList,
    NoTruth,
    NoWhole,
    NoDecimal,
    NoDay,
    NoText,
    Null,
    TooLong,
    BadDay,
    NoCase,
    BadNumber,
    Range,
    Unknown,
}

impl Why {
    /// Code and message.
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Why::Json => ("bad_json", "the input is no JSON"),
            Why::NoObject => ("wrong_type", "an object is needed"),
            Why::NoList => ("wrong_type", "a list is needed"),
            Why::NoTruth => ("wrong_type", "a truth value is needed"),
            Why::NoWhole => ("wrong_type", "a whole number is needed"),
            Why::NoDecimal => ("wrong_type", "a decimal number as text is needed"),
            Why::NoDay => ("wrong_type", "a day as text, `YYYY-MM-DD`, is needed"),
            Why::NoText => ("wrong_type", "a text is needed"),
            Why::Null => ("not_optional", "is `null`, but has to exist; leave the key out if it is not known yet"),
            Why::TooLong => ("too_long", "has more elements or characters than are allowed"),
            Why::BadDay => ("bad_date", "is no day of the form YYYY-MM-DD"),
            Why::NoCase => ("unknown_case", "is none of the cases"),
            Why::BadNumber => ("bad_number", "is no number of the form that is needed"),
            Why::Range => ("out_of_range", "is not within the range"),
            Why::Unknown => ("unknown_field", "the decision has no such input"),
        }
    }
}

/// A part of a path.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Name(String),
    Index(Expr),
}

impl Lower<'_> {
    /// Leaves the function with an error where a condition holds.
    pub(super) fn fail_if(&mut self, condition: Expr, why: Why, path: &[Piece]) {
        let path = path.to_vec();
        self.fail_with(condition, why, |it| {
            it.write_path(path);
        });
    }

    /// Writes a path as a text.
    pub(super) fn write_path(&mut self, path: Vec<Piece>) {
        self.write("\"");
        for piece in merged(path) {
            match piece {
                Piece::Name(name) => self.write(&name),
                Piece::Index(n) => self.write_count(n),
            }
        }
        self.write("\"");
    }

    /// The same with the text of a key as the path.
    pub(super) fn fail_of_key(&mut self, condition: Expr, key: &Expr, length: &Expr) {
        self.fail_with(condition, Why::Unknown, |it| {
            let short = le(length.clone(), i32(crate::json::LONGEST_KEY));
            it.most += 6 * crate::json::LONGEST_KEY.unsigned_abs() as u64;
            let args = vec![key.clone(), select(Ty::I32, short, length.clone(), i32(0))];
            it.print(Helper::PrintText, args);
        });
    }

    fn fail_with(&mut self, condition: Expr, why: Why, path: impl FnOnce(&mut Self)) {
        let (code, message) = why.told();
        let before = std::mem::take(&mut self.most);
        self.when(condition, |it| {
            let room = it.build.param(ROOM);
            it.build.set(it.out, room);
            it.write("{\"verdict\":\"error\",\"outputs\":{},\"refused\":[],\"missing\":[],\"reasons\":[],\"error\":{\"code\":\"");
            it.write(code);
            it.write("\",\"path\":");
            path(it);
            it.write(",\"message\":\"");
            it.write(message);
            it.write("\"}}");
            it.finish();
        });
        self.longest_fail = self.longest_fail.max(self.most);
        self.most = before;
    }
}

/// Names that follow one another as one.
fn merged(path: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in path {
        match (out.last_mut(), piece) {
            (Some(Piece::Name(before)), Piece::Name(name)) => before.push_str(&name),
            (_, piece) => out.push(piece),
        }
    }
    out
}
