//! The parts of a declaration that report for themselves: statements, fields, rows. One mistake in one of them is one diagnostic.

use crate::feed::Fed;
use crate::token::{Keyword, Kind};

/// Where the parts begin.
pub(crate) struct Segments {
    starts: Vec<usize>,
}

impl Segments {
    /// Divides the tokens of a declaration: a decision at its inputs and statements, another one at the lines and commas of its blocks.
    pub(crate) fn new(text: &str, fed: &[Fed]) -> Self {
        let item = fed.first().and_then(|(_, kind, _)| keyword(*kind));
        let is_decision = item == Some(Keyword::Decision);
        let levels = match item {
            Some(Keyword::Parameter | Keyword::Scale | Keyword::Calendar) => 2,
            Some(Keyword::Enum | Keyword::Record | Keyword::Table) => 1,
            _ => 0,
        };
        let mut starts = Vec::new();
        let mut depth = 0_usize;
        let mut last = (Kind::Newline, 0);
        for (start, kind, end) in fed.iter().copied() {
            if kind.closes() {
                depth = depth.saturating_sub(1);
            }
            let after_comma = last.0 == Kind::Comma;
            let new_line = || text.get(last.1..start).is_some_and(|gap| gap.contains('\n'));
            let begins = match keyword(kind) {
                Some(Keyword::Expect) => true,
                Some(word) if is_decision && depth > 0 => word.starts_statement(),
                Some(Keyword::AsOf) if is_decision => true,
                _ if is_decision => {
                    let is_block = matches!(kind, Kind::LeftBrace | Kind::RightBrace);
                    depth == 0 && (after_comma || is_block || last.0 == Kind::Keyword(Keyword::Input))
                }
                _ => (1..=levels).contains(&depth) && (after_comma || last.0.opens() || new_line()),
            };
            if begins || (kind == Kind::RightBrace && depth < levels) {
                starts.push(start);
            }
            if kind.opens() {
                depth += 1;
            }
            last = (kind, end);
        }
        starts.dedup();
        Self { starts }
    }

    /// The part in which a byte stands.
    pub(crate) fn of(&self, at: u32) -> usize {
        self.starts.partition_point(|start| *start <= at as usize)
    }

    /// The tokens with the field, row or case in which a byte stands replaced by a sign that it is broken; its name is kept.
    ///
    /// `None` where that would tear a bracket apart, for the head of a declaration, and for a part that is marked already.
    pub(crate) fn without(&self, fed: &[Fed], at: u32) -> Option<Vec<Fed>> {
        let part = self.of(at);
        let start = *self.starts.get(part.checked_sub(1)?)?;
        let end = self.starts.get(part).copied().unwrap_or(usize::MAX);
        let from = fed.partition_point(|token| token.0 < start);
        let to = fed.partition_point(|token| token.0 < end);
        let mut inside = fed.get(from..to)?;
        let separator = inside.split_last().filter(|(last, _)| last.1 == Kind::Comma);
        if let Some((_, rest)) = separator {
            inside = rest;
        }
        let first = *inside.first()?;
        if inside.iter().any(|token| token.1 == Kind::Broken) || !is_balanced(inside) {
            return None;
        }
        let item = fed.first().and_then(|(_, kind, _)| keyword(*kind));
        let (start, end) = (first.0, inside.last()?.2);
        let mut new = fed.get(..from)?.to_vec();
        match item {
            Some(Keyword::Record | Keyword::Decision) if first.1 == Kind::Name => {
                new.extend([first, (first.2, Kind::Colon, first.2), (first.2, Kind::Broken, end)]);
            }
            Some(Keyword::Enum) if first.1 == Kind::Name => new.extend([first, (first.2, Kind::Broken, end)]),
            _ => new.push((start, Kind::Broken, end)),
        }
        new.extend(separator.map(|(comma, _)| *comma));
        new.extend_from_slice(fed.get(to..)?);
        Some(new)
    }
}

fn is_balanced(fed: &[Fed]) -> bool {
    let mut depth = 0_i64;
    let open = fed.iter().all(|(_, kind, _)| {
        depth += i64::from(kind.opens()) - i64::from(kind.closes());
        depth >= 0
    });
    open && depth == 0
}

fn keyword(kind: Kind) -> Option<Keyword> {
    match kind {
        Kind::Keyword(keyword) => Some(keyword),
        _ => None,
    }
}
