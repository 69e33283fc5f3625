//! Reads the tokens line by line and writes each line anew.

use super::indent::Indent;
use super::spacing::{self, Around};
use super::{FormatOptions, Tongue, grid};
use crate::contextual::lex_marked;
use crate::token::{Keyword, Kind, Token, text_of};
use std::collections::BTreeSet;

/// A significant token or a comment, as it is going to be written.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// What it is.
    pub(super) kind: Kind,
    /// Its new spelling.
    pub(super) text: String,
    /// Whether a word spelled like a keyword stands for a name here.
    pub(super) is_name: bool,
    /// Whether it begins a declaration.
    pub(super) starts_item: bool,
}

impl Word {
    /// The keyword it is, unless it stands for a name.
    pub(super) fn keyword(&self) -> Option<Keyword> {
        match self.kind {
            Kind::Keyword(keyword) if !self.is_name => Some(keyword),
            _ => None,
        }
    }

    /// Whether it is written like a name.
    pub(super) fn is_word(&self) -> bool {
        self.is_name || self.kind == Kind::Name
    }
}

/// Writes a text whose declarations are free of syntax errors. Lines of `prose`, by number, are written as they are given there.
pub(super) fn write(text: &str, prose: &[Option<&str>], names: &BTreeSet<u32>, options: FormatOptions) -> String {
    let mut indent = Indent::default();
    let mut out: Vec<String> = Vec::new();
    let mut rows: Vec<grid::Line> = Vec::new();
    let mut last_item: Option<String> = None;
    let lines = lines_of(text, names, options);
    let is_code = |line: &&Vec<Word>| line.iter().any(|word| word.kind != Kind::Comment);
    let mut next_code = 0;
    for (number, line) in lines.iter().enumerate() {
        // The next line of rules, for comments to stand like it; found once for all comments before it.
        if next_code <= number {
            let after = lines.iter().skip(number + 1);
            next_code = after.take_while(|line| !is_code(line)).count() + number + 1;
        }
        let next = lines.get(next_code).map(Vec::as_slice);
        if let Some(Some(prose)) = prose.get(number) {
            grid::flush(&mut rows, &mut out);
            out.push((*prose).to_owned());
            continue;
        }
        if line.is_empty() {
            grid::flush(&mut rows, &mut out);
            if out.last().is_some_and(|last| !last.is_empty() && !is_fence(last)) {
                out.push(String::new());
            }
            continue;
        }
        let starts_item = line.first().is_some_and(|word| word.starts_item);
        let (blanks, around) = (indent.of(line, next), indent.around(line));
        if starts_item {
            grid::flush(&mut rows, &mut out);
            separate(&mut out, last_item.as_deref(), line);
            last_item = line.first().map(|word| word.text.clone());
        }
        let row = grid::Line { blanks, cells: cells(line, around), is_grid: is_grid_line(line) };
        if !row.is_grid {
            grid::flush(&mut rows, &mut out);
        }
        rows.push(row);
        indent.after(line, blanks);
    }
    grid::flush(&mut rows, &mut out);
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    let mut joined = out.join("\n");
    if !joined.is_empty() {
        joined.push('\n');
    }
    joined
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```")
}

fn is_grid_line(line: &[Word]) -> bool {
    line.iter().any(|word| word.kind == Kind::Bar) && !line.first().is_some_and(|word| word.starts_item)
}

/// The line's text, cut at its `|`.
fn cells(line: &[Word], mut around: Around) -> Vec<String> {
    let mut cells = vec![String::new()];
    for (at, word) in line.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|index| line.get(index));
        let is_bar = word.kind == Kind::Bar;
        let after_bar = before.is_some_and(|before| before.kind == Kind::Bar);
        let next = line.get(at + 1);
        around.note_cite(word);
        around.note_minus(before, word);
        if let Some(cell) = cells.last_mut()
            && !is_bar
        {
            if !after_bar && before.is_some_and(|before| spacing::blank_between(before, word, &around)) {
                cell.push(' ');
            }
            cell.push_str(&word.text);
        }
        around.see(word, next);
        if is_bar {
            cells.push(String::new());
        }
    }
    cells
}

/// Declarations are separated by an empty line, unless they are of one kind and short. A comment right above one belongs to it.
fn separate(out: &mut Vec<String>, last_item: Option<&str>, line: &[Word]) {
    let comments = out.iter().rev().take_while(|line| line.starts_with("//")).count();
    let at = out.len() - comments;
    let Some(last) = at.checked_sub(1).and_then(|index| out.get(index)) else { return };
    let first = line.first().map_or("", |word| word.text.as_str());
    let stand_together = last_item == Some(first) && last != "}";
    if !last.is_empty() && !is_fence(last) && !stand_together {
        out.insert(at, String::new());
    }
}

fn lines_of(text: &str, names: &BTreeSet<u32>, options: FormatOptions) -> Vec<Vec<Word>> {
    let mut lines = vec![Vec::new()];
    let mut first_column = true;
    for token in lex_marked(text) {
        match token.kind {
            Kind::Newline => lines.push(Vec::new()),
            Kind::Blank => {}
            _ => {
                let word = word(text, token, names, options, first_column);
                if let Some(line) = lines.last_mut() {
                    line.push(word);
                }
            }
        }
        first_column = token.kind == Kind::Newline || (first_column && text_of(text, token.span) == "\u{FEFF}");
    }
    lines
}

fn word(text: &str, token: Token, names: &BTreeSet<u32>, options: FormatOptions, first_column: bool) -> Word {
    let written = text_of(text, token.span);
    let is_name = names.contains(&token.span.start);
    let spelled = match (token.kind, options.keywords) {
        (Kind::Keyword(keyword), Some(Tongue::Chinese)) if !is_name => keyword.chinese().to_owned(),
        (Kind::Keyword(keyword), Some(Tongue::English)) if !is_name => keyword.english().to_owned(),
        // The words of a keyword of two have one blank between them.
        (Kind::Keyword(keyword), None) if written.contains([' ', '\t']) => keyword.english().to_owned(),
        (Kind::Comment, _) => written.trim_end().to_owned(),
        (kind, _) => kind.sign().map_or_else(|| written.to_owned(), str::to_owned),
    };
    let starts_item = first_column && !is_name && matches!(token.kind, Kind::Keyword(keyword) if keyword.starts_item());
    Word { kind: token.kind, text: spelled, is_name, starts_item }
}
