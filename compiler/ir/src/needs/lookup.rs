//! Lookups of figures by keys and days that are not fully known: the rows and versions that may be met.

use super::bits::Bits;
use super::domain::{Abstract, Shape, Span, Truth};
use super::run::{Context, Env, hoisted};
use crate::{Expr, Fault, Pattern, Program, Row, Table, TableId, Type, Value, Version};

/// Boxes of keys that are told apart in one lookup.
const MOST_BOXES: usize = 256;

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
            None => {
                table.versions.first().map_or_else(Abstract::nothing, |version| self.rows(id, table, version, &keys))
            }
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
        // Boxes of keys that no row has matched so far.
        let mut left = vec![keys.to_vec()];
        let mut matters = vec![false; keys.len()];
        let mut met: Vec<&Row> = Vec::new();
        for row in rows {
            let mut rest = Vec::new();
            let mut is_met = false;
            for keys in left {
                is_met |= self.against(row, table, keys, &mut rest, &mut matters);
            }
            met.extend(is_met.then_some(row));
            left = rest;
            if left.is_empty() {
                break;
            }
        }
        // A key that tells no two rows apart does not matter.
        let mut cells = Bits::EMPTY;
        let counting = keys.iter().zip(&matters).filter(|(_, matters)| **matters);
        counting.for_each(|(key, _)| cells.add(&key.all_cells()));
        let found = met
            .iter()
            .fold(Abstract::nothing(), |all, row| all.join(&Abstract::of(self.program, &row.value, &table.ty), &cells));
        if left.is_empty() { found } else { found.join(&unknown, &cells) }
    }

    /// Whether a row matches keys of this box; adds the boxes that it leaves over.
    fn against(
        &self,
        row: &Row,
        table: &Table,
        keys: Vec<Abstract>,
        rest: &mut Vec<Vec<Abstract>>,
        matters: &mut [bool],
    ) -> bool {
        let each = row.patterns.iter().zip(&keys).zip(&table.keys);
        let matches: Vec<Truth> = each.map(|((it, key), ty)| pattern(self.program, it, key, ty)).collect();
        if matches.iter().any(|it| !it.yes) {
            rest.push(keys);
            return false;
        }
        let open: Vec<usize> = matches.iter().enumerate().filter(|(_, it)| it.no).map(|(n, _)| n).collect();
        matters.iter_mut().enumerate().filter(|(n, _)| open.contains(n)).for_each(|(_, flag)| *flag = true);
        if open.len() > 1 && rest.len() >= MOST_BOXES {
            rest.push(keys);
            return true;
        }
        // What does not match differs in the first open key, or matches there and differs in the second, and so on.
        let mut inside = keys;
        for n in open {
            let (Some(it), Some(key), Some(ty)) = (row.patterns.get(n), inside.get(n).cloned(), table.keys.get(n))
            else {
                continue;
            };
            if let Some(beyond) = beyond(it, &key) {
                let mut outside = inside.clone();
                outside.iter_mut().skip(n).take(1).for_each(|slot| *slot = beyond.clone());
                rest.push(outside);
            }
            let within = within(self.program, it, &key, ty);
            inside.iter_mut().skip(n).take(1).for_each(|slot| *slot = within.clone());
        }
        true
    }
}

/// Whether a key may and may not match.
fn pattern(program: &Program, pattern: &Pattern, key: &Abstract, ty: &Type) -> Truth {
    match pattern {
        Pattern::Any => Truth::YES,
        Pattern::OneOf(values) => {
            let any =
                values.iter().fold(Truth::NO, |found, value| found.or(key.equal(&Abstract::of(program, value, ty))));
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

/// What of a key a pattern matches, as far as the domain can tell.
fn within(program: &Program, pattern: &Pattern, key: &Abstract, ty: &Type) -> Abstract {
    let values = |all: &[Value]| {
        let any = all
            .iter()
            .fold(Abstract::nothing(), |any, value| any.join(&Abstract::of(program, value, ty), &Bits::EMPTY));
        key.meet(&any).unwrap_or_else(|| key.clone())
    };
    match pattern {
        Pattern::OneOf(all) => values(all),
        Pattern::Range(lo, hi) => match key
            .span()
            .and_then(|span| span.meet(Span { lo: lo.unwrap_or(i128::MIN), hi: hi.unwrap_or(i128::MAX) }))
        {
            Some(span) if matches!(key.shape, Shape::Date(_)) => Abstract { shape: Shape::Date(span), ..key.clone() },
            Some(span) => Abstract { shape: Shape::Number(span), ..key.clone() },
            None => key.clone(),
        },
        Pattern::Any | Pattern::Either(_) => key.clone(),
    }
}
