//! Looking up a figure where it is certain that nothing is missing and no trace is wanted: straight to the value, without asking which row it stands in.

use super::Lower;
use super::build::{Blocks, add, and, beyond, eq, i32, i64, long, lt_u, not, op, select, truth};
use super::state;
use super::table::{combination, lay};
use super::value::Val;
use crate::code::{Binary, Expr, Ty};
use crate::layout::Layout;
use enact_ir::{Row, Table, Type, Value, Version};

/// Rows that are compared one after the other; longer tables are searched for their row.
const FEW: usize = 16;

/// Values that are chosen by comparing; more are read from an array.
const CHOSEN: usize = 4;

/// How the values of a version are found.
enum Plan<'t> {
    /// It has none.
    None,
    /// One for all keys.
    One(&'t Value),
    /// One for each combination of keys.
    Array(Vec<&'t Value>),
    /// The first row that matches.
    Rows(&'t [Row]),
}

impl Lower<'_> {
    /// The figure; `None` where the table is not of a kind that this can do.
    pub(crate) fn straight(&mut self, table: &Table, keys: &[Val], day: Option<&Expr>, ty: &Type) -> Option<Val> {
        self.mode.instead?;
        if self.mode.trace || self.mode.may_miss {
            return None;
        }
        let plans: Option<Vec<_>> = table.versions.iter().map(|it| Some((it, self.plan(table, it)?))).collect();
        let (plans, whole) = (plans?, truth(true));
        Some(match day {
            Some(day) => self.by_day(table, &plans, (keys, day), ty, (i64::MIN, i64::MAX)),
            None => match plans.first() {
                Some((_, plan)) => self.planned(table, plan, keys, ty),
                None => self.unknown(ty, whole),
            },
        })
    }

    fn plan<'t>(&self, table: &'t Table, version: &'t Version) -> Option<Plan<'t>> {
        let Some(rows) = &version.rows else { return Some(Plan::None) };
        let Some(first) = rows.first() else { return Some(Plan::None) };
        if keys_do_not_matter(rows) {
            return Some(Plan::One(&first.value));
        }
        let flat = Layout::of_element(self.program, &table.ty).slots.first().is_some_and(|it| it.is_flat());
        if let Some(sizes) = self.sizes(table).filter(|_| flat) {
            let all = sizes.iter().product();
            let found = |place: usize| {
                let keys = combination(place, &sizes, table);
                let row =
                    rows.iter().find(|it| it.patterns.iter().zip(&keys).all(|(pattern, key)| pattern.matches(key)));
                row.map(|row| &row.value)
            };
            return (0..all).map(found).collect::<Option<Vec<_>>>().map(Plan::Array);
        }
        (rows.len() <= FEW).then_some(Plan::Rows(rows))
    }

    /// Nothing is known where the condition holds: the other function tells what follows from that.
    fn unknown(&mut self, ty: &Type, condition: Expr) -> Val {
        let _ = self.leave_if(condition);
        self.blank(ty, state::KNOWN)
    }

    /// Binary search over the versions; as deep as the logarithm of their number. The day is known to lie from the first of `within` up to before the second.
    fn by_day(
        &mut self,
        table: &Table,
        plans: &[(&Version, Plan<'_>)],
        (keys, day): (&[Val], &Expr),
        ty: &Type,
        within: (i64, i64),
    ) -> Val {
        let (earlier, later) = plans.split_at(plans.len() / 2);
        match (plans, later.first()) {
            ([(_, Plan::None)], _) => self.unknown(ty, truth(true)),
            ([(version, plan)], _) => {
                let from =
                    if version.from <= within.0 { truth(true) } else { long::le(i64(version.from), day.clone()) };
                let holds = version.until == i64::MAX || version.until >= within.1.saturating_sub(1);
                let until = if holds { truth(true) } else { long::le(day.clone(), i64(version.until)) };
                let _ = self.leave_if(not(and(from, until)));
                self.planned(table, plan, keys, ty)
            }
            (_, Some((version, _))) => {
                let is_later = self.build.keep(long::le(i64(version.from), day.clone()));
                let yes = self.apart(|it| it.by_day(table, later, (keys, day), ty, (version.from, within.1)));
                let no = self.apart(|it| it.by_day(table, earlier, (keys, day), ty, (within.0, version.from)));
                self.merge(is_later, yes, no)
            }
            _ => self.unknown(ty, truth(true)),
        }
    }

    fn planned(&mut self, table: &Table, plan: &Plan<'_>, keys: &[Val], ty: &Type) -> Val {
        match plan {
            Plan::None => self.unknown(ty, truth(true)),
            Plan::One(value) => self.written_out(value, table, ty),
            Plan::Array(values) => self.in_array(table, values, keys, ty),
            Plan::Rows(rows) => self.first_row(table, rows, keys, ty),
        }
    }

    fn written_out(&mut self, value: &Value, table: &Table, ty: &Type) -> Val {
        let value = self.constant(value, &table.ty);
        let value = self.coerce(&value, ty);
        self.deep(&value)
    }

    fn in_array(&mut self, table: &Table, values: &[&Value], keys: &[Val], ty: &Type) -> Val {
        let sizes = self.sizes(table).unwrap_or_default();
        let mut place = i32(0);
        for (key, size) in keys.iter().zip(sizes) {
            let n = match key {
                Val::Bool(_, n) | Val::Enum(_, n) => n.clone(),
                _ => i32(0),
            };
            place = add(op(Binary::Mul, Ty::I32, place, i32(i32::try_from(size).unwrap_or(i32::MAX))), n);
        }
        let place = self.build.keep(place);
        if values.len() <= CHOSEN {
            let mut all = values.iter().enumerate().rev();
            let Some((_, last)) = all.next() else { return self.unknown(ty, truth(true)) };
            let mut chosen = self.written_out(last, table, ty);
            for (n, value) in all {
                let value = self.written_out(value, table, ty);
                let here = eq(place.clone(), i32(i32::try_from(n).unwrap_or(i32::MAX)));
                chosen = self.merge(here, (Vec::new(), value), (Vec::new(), chosen));
            }
            return chosen;
        }
        let layout = Layout::of_element(self.program, &table.ty);
        let Some(slot) = layout.slots.first() else { return self.unknown(ty, truth(true)) };
        let mut bytes = Vec::new();
        for value in values {
            let mut cell = vec![0; layout.size as usize];
            lay(value, slot, &mut cell);
            bytes.extend(cell);
        }
        let figures = self.runtime.data(&bytes);
        // A case that does not exist, as a careless caller may give it, must not lead out of the array.
        let most = i32(i32::try_from(values.len()).unwrap_or(i32::MAX));
        let place = select(Ty::I32, lt_u(place.clone(), most), place, i32(0));
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        let base = self.build.keep(beyond(figures, op(Binary::Mul, Ty::I32, place, size)));
        let value = self.deep(&Val::Place { base, slot: slot.clone(), may_miss: false });
        self.coerce(&value, ty)
    }

    fn first_row(&mut self, table: &Table, rows: &[Row], keys: &[Val], ty: &Type) -> Val {
        let Some((row, rest)) = rows.split_first() else { return self.unknown(ty, truth(true)) };
        let mut matches = truth(true);
        for (pattern, key) in row.patterns.iter().zip(keys) {
            let here = self.matches(pattern, key);
            matches = and(matches, here);
        }
        let matches = self.build.keep(matches);
        let yes = self.apart(|it| it.written_out(&row.value, table, ty));
        let no = self.apart(|it| it.first_row(table, rest, keys, ty));
        self.merge(matches, yes, no)
    }
}

/// Whether the first row takes every key.
fn keys_do_not_matter(rows: &[Row]) -> bool {
    rows.first().is_some_and(|it| it.patterns.iter().all(|pattern| *pattern == enact_ir::Pattern::Any))
}
