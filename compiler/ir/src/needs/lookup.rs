//! Lookups of figures by keys and days that are not fully known: the rows and versions that may be met.

use super::bits::Bits;
use super::domain::{Abstract, Shape, Span, Truth};
use super::run::{Context, Env, hoisted};
use crate::{Expr, Fault, Pattern, Program, Row, Table, TableId, Type, Version};

impl Context<'_> {
    /// The figures that a lookup may find.
    pub(crate) fn lookup(&self, env: &Env, id: TableId, keys: &[Expr], date: Option<&Expr>, ty: &Type) -> Abstract {
        let keys: Vec<Abstract> = keys.iter().map(|key| self.eval(env, key)).collect();
        let date = date.map(|date| self.eval(env, date));
        let Some(table) = self.program.table_of(id) else { return Abstract::any(self.program, ty, &Bits::EMPTY) };
        // The operands are made one whole, so that their faults become one.
        let operands = hoisted(keys.iter().cloned().chain(date.clone()).collect(), |parts| Shape::Record(parts.into()));
        if operands.shape == Shape::Nothing {
            return operands;
        }
        let found = match date.as_ref().and_then(Abstract::span) {
            Some(days) => self.dated(id, table, &keys, days, &date.map(|it| it.cells).unwrap_or_default()),
            None => table.versions.first().map_or_else(Abstract::nothing, |version| self.rows(id, table, version, &keys)),
        };
        found.or_fault(operands.fault, &operands.cells)
    }

    /// The versions that may be in force.
    fn dated(&self, id: TableId, table: &Table, keys: &[Abstract], days: Span, cells: &Bits) -> Abstract {
        let unknown = Abstract::faulty(Fault::NoParameterVersion(id));
        let mut found = Abstract::nothing();
        let mut next = days.lo;
        for version in &table.versions {
            let Some(met) = days.meet(Span { lo: version.from.into(), hi: version.until.into() }) else { continue };
            if met.lo > next {
                found = found.join(&unknown, cells);
            }
            found = found.join(&self.rows(id, table, version, keys), cells);
            next = met.hi.saturating_add(1);
        }
        if next <= days.hi { found.join(&unknown, cells) } else { found }
    }

    /// The rows of a version that may be the first to match.
    fn rows(&self, id: TableId, table: &Table, version: &Version, keys: &[Abstract]) -> Abstract {
        let unknown = Abstract::faulty(Fault::NoParameterVersion(id));
        let Some(rows) = &version.rows else { return unknown };
        let mut left = keys.to_vec();
        let mut met: Vec<(&Row, Vec<Truth>)> = Vec::new();
        for row in rows {
            let matches: Vec<Truth> =
                row.patterns.iter().zip(&left).zip(&table.keys).map(|((it, key), ty)| pattern(self.program, it, key, ty)).collect();
            if matches.iter().any(|it| !it.yes) {
                continue;
            }
            let open: Vec<usize> = matches.iter().enumerate().filter(|(_, it)| it.no).map(|(n, _)| n).collect();
            met.push((row, matches));
            let rest = match open.as_slice() {
                [] => None,
                [one] => left.get(*one).zip(row.patterns.get(*one)).and_then(|(key, it)| beyond(it, key)),
                _ => continue,
            };
            match (rest, open.first()) {
                (Some(rest), Some(one)) => {
                    if let Some(key) = left.get_mut(*one) {
                        *key = rest;
                    }
                }
                _ => return self.join_rows(table, &met, keys, None),
            }
        }
        self.join_rows(table, &met, keys, Some(&unknown))
    }

    /// What the rows give. A key that no row tells apart does not matter.
    fn join_rows(&self, table: &Table, met: &[(&Row, Vec<Truth>)], keys: &[Abstract], hole: Option<&Abstract>) -> Abstract {
        let mut cells = Bits::EMPTY;
        for (n, key) in keys.iter().enumerate() {
            if hole.is_some() || met.iter().any(|(_, matches)| matches.get(n).is_none_or(|it| it.no)) {
                cells.add(&key.all_cells());
            }
        }
        let value = |row: &Row| Abstract::of(self.program, &row.value, &table.ty);
        let found = met.iter().fold(Abstract::nothing(), |all, (row, _)| all.join(&value(row), &cells));
        match hole {
            // The checker and the verifier see to it that rows are complete: what several open keys leave over is no hole.
            Some(hole) if met.is_empty() => found.join(hole, &cells),
            _ => found,
        }
    }
}

/// Whether a key may and may not match.
fn pattern(program: &Program, pattern: &Pattern, key: &Abstract, ty: &Type) -> Truth {
    match pattern {
        Pattern::Any => Truth::YES,
        Pattern::OneOf(values) => {
            let any = values.iter().fold(Truth::NO, |found, value| found.or(key.equal(&Abstract::of(program, value, ty))));
            // Several values together may leave nothing over although none does alone.
            Truth { yes: any.yes, no: any.no && beyond(pattern, key).is_some() }
        }
        Pattern::Range(lo, hi) => match key.span() {
            Some(span) => {
                let (lo, hi) = (lo.unwrap_or(i128::MIN), hi.unwrap_or(i128::MAX));
                Truth { yes: span.lo <= hi && span.hi >= lo, no: span.lo < lo || span.hi > hi }
            }
            None => Truth::BOTH,
        },
        Pattern::Either(patterns) => {
            let any = patterns.iter().map(|it| self::pattern(program, it, key, ty)).fold(Truth::NO, Truth::or);
            let rest = patterns.iter().try_fold(key.clone(), |left, it| beyond(it, &left));
            Truth { yes: any.yes, no: rest.is_some() && any.no }
        }
    }
}

impl Truth {
    fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }
}

/// What a pattern leaves of a key, as far as the domain can tell; `None` if nothing.
fn beyond(pattern: &Pattern, key: &Abstract) -> Option<Abstract> {
    match pattern {
        Pattern::Any => None,
        Pattern::OneOf(values) => values.iter().try_fold(key.clone(), |left, value| left.without(value)),
        Pattern::Range(lo, hi) => {
            let Some(span) = key.span() else { return Some(key.clone()) };
            let (lo, hi) = (lo.unwrap_or(i128::MIN), hi.unwrap_or(i128::MAX));
            let rest = match (span.lo < lo, span.hi > hi) {
                (false, false) => return None,
                (true, false) => Span { lo: span.lo, hi: span.hi.min(lo.saturating_sub(1)) },
                (false, true) => Span { lo: span.lo.max(hi.saturating_add(1)), hi: span.hi },
                (true, true) => span,
            };
            let shape = if matches!(key.shape, Shape::Date(_)) { Shape::Date(rest) } else { Shape::Number(rest) };
            Some(Abstract { shape, ..key.clone() })
        }
        Pattern::Either(patterns) => patterns.iter().try_fold(key.clone(), |left, it| beyond(it, &left)),
    }
}
