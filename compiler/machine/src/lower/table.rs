//! Looking up a figure: first the version in force, then the first row whose patterns match.

use super::build::{Blocks, add, and, beyond, eq, i32, i64, le, long, lt_u, not, op, or, select, truth};
use super::state::{self, State};
use super::steps::Steps;
use super::value::{Num, Val};
use super::{Judged, Lower};
use crate::code::{Binary, Expr, Ty, Width};
use crate::layout::{Layout, Slot, is_narrow};
use crate::runtime::wide;
use enact_ir::{Fault, Pattern, Row, Table, TableId, Type, Value, Version};

/// Most cells of a table of which every combination of keys is worked out beforehand.
const DENSE: usize = 4096;

impl<'p> Lower<'p> {
    pub(crate) fn lookup(
        &mut self,
        id: TableId,
        keys: &'p [enact_ir::Expr],
        date: Option<&'p enact_ir::Expr>,
        ty: &Type,
    ) -> Judged {
        let Some(table) = self.program.table_of(id) else {
            return (self.blank(ty, i32(state::fault(Fault::NoParameterVersion(id)))), Steps::None);
        };
        let (keys, mut steps): (Vec<Val>, Vec<Steps>) = keys.iter().map(|it| self.expr(it)).unzip();
        let day = date.map(|date| self.expr(date));
        let (day, more) = day.map_or((None, Steps::None), |(day, steps)| (Some(day), steps));
        steps.push(more);
        let mut states: Vec<State> = Vec::new();
        let mut known_keys = Vec::new();
        for key in &keys {
            let (own, key) = self.state(key);
            let key = self.deep(&key);
            states.push(own);
            known_keys.push(key);
        }
        let day = day.map(|day| {
            let (own, day) = self.state(&day);
            states.push(own);
            match day {
                Val::Date(_, day) => day,
                _ => i64(0),
            }
        });
        let open = state::all(&mut self.build, states);
        if open == state::KNOWN
            && let Some(value) = self.straight(table, &known_keys, day.as_ref(), ty)
        {
            return (value, Steps::all(steps));
        }
        let known = self.build.keep(state::is_known(open.clone()));
        let row = self.build.var(i32(-1));
        self.when(known.clone(), |it| it.find(table, &known_keys, day, row));
        let row = Expr::Get(row);
        let found = self.build.keep(le(i32(0), row.clone()));
        let certain = always_found(table);
        let none = i32(state::fault(Fault::NoParameterVersion(id)));
        let certain = certain || self.leave_if(not(found.clone())).is_some();
        let missed = if certain { state::KNOWN } else { select(Ty::I32, found.clone(), state::KNOWN, none) };
        // What is missing may, when it is supplied, ask for a figure that is not known.
        let may = select(Ty::I32, state::is_missing(open.clone()), i32(2), open.clone());
        let state = self.build.keep(select(Ty::I32, known, missed, may));
        let value = self.figure(table, &row, ty);
        let value = self.with_state(&value, state);
        let first = self.steps.table(id);
        let read = self.step(Steps::Row(first, row)).when(found);
        steps.push(read);
        (value, Steps::all(steps))
    }

    /// Sets `row` to the place of the row among all rows of all versions; leaves it where none matches.
    fn find(&mut self, table: &Table, keys: &[Val], day: Option<Expr>, row: crate::code::Local) {
        let mut first = 0_i32;
        let mut versions = Vec::new();
        for version in &table.versions {
            versions.push((version, first));
            first = first.saturating_add(i32::try_from(version.rows.as_ref().map_or(0, Vec::len)).unwrap_or(i32::MAX));
        }
        match day {
            Some(day) => self.in_force(table, &versions, keys, &day, row),
            None => {
                if let Some((version, first)) = versions.first() {
                    self.rows(table, version, *first, keys, row);
                }
            }
        }
    }

    /// Binary search over the versions; as deep as the logarithm of their number.
    fn in_force(
        &mut self,
        table: &Table,
        versions: &[(&Version, i32)],
        keys: &[Val],
        day: &Expr,
        row: crate::code::Local,
    ) {
        let middle = versions.len() / 2;
        match (versions, versions.split_at(middle)) {
            ([], _) => {}
            ([(version, first)], _) => {
                let from =
                    if version.from == i64::MIN { truth(true) } else { long::le(i64(version.from), day.clone()) };
                let until =
                    if version.until == i64::MAX { truth(true) } else { long::le(day.clone(), i64(version.until)) };
                self.when(and(from, until), |it| it.rows(table, version, *first, keys, row));
            }
            (_, (earlier, later)) => {
                let Some((version, _)) = later.first() else { return };
                let is_later = long::le(i64(version.from), day.clone());
                self.either(
                    is_later,
                    |it| it.in_force(table, later, keys, day, row),
                    |it| it.in_force(table, earlier, keys, day, row),
                );
            }
        }
    }

    fn rows(&mut self, table: &Table, version: &Version, first: i32, keys: &[Val], row: crate::code::Local) {
        let Some(rows) = &version.rows else { return };
        if keys.is_empty() {
            if !rows.is_empty() {
                self.build.set(row, i32(first));
            }
            return;
        }
        match self.sizes(table) {
            Some(sizes) if rows.len() > 1 && i16::try_from(rows.len()).is_ok() => {
                self.dense(table, rows, first, keys, &sizes, row)
            }
            _ => self.one_by_one(rows, first, keys, row),
        }
    }

    /// The number of values of each key, if every key has few and all combinations are not too many.
    pub(super) fn sizes(&self, table: &Table) -> Option<Vec<usize>> {
        let size = |ty: &Type| match ty {
            Type::Bool => Some(2),
            Type::Enum(id) => self.program.enum_of(*id).map(|it| it.cases.len()),
            _ => None,
        };
        let sizes: Vec<usize> = table.keys.iter().map(size).collect::<Option<_>>()?;
        let all = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))?;
        (all <= DENSE).then_some(sizes)
    }

    /// Every combination of keys has its row in an array.
    fn dense(
        &mut self,
        table: &Table,
        rows: &[Row],
        first: i32,
        keys: &[Val],
        sizes: &[usize],
        row: crate::code::Local,
    ) {
        let total: usize = sizes.iter().product();
        let mut bytes = Vec::with_capacity(total * 2);
        for place in 0..total {
            let key = combination(place, sizes, table);
            let matching =
                rows.iter().position(|it| it.patterns.iter().zip(&key).all(|(pattern, key)| pattern.matches(key)));
            let n = matching.and_then(|n| i16::try_from(n).ok()).unwrap_or(-1);
            bytes.extend(n.to_le_bytes());
        }
        let cells = self.runtime.data(&bytes);
        let mut place = i32(0);
        for (key, size) in keys.iter().zip(sizes) {
            let n = match key {
                Val::Bool(_, n) | Val::Enum(_, n) => n.clone(),
                _ => i32(0),
            };
            let size = i32(i32::try_from(*size).unwrap_or(i32::MAX));
            place = add(op(Binary::Mul, Ty::I32, place, size), n);
        }
        // A case that does not exist, as a careless caller may give it, must not lead out of the array.
        let place = self.build.keep(place);
        let size = i32(i32::try_from(total).unwrap_or(i32::MAX));
        let place = select(Ty::I32, lt_u(place.clone(), size), place, i32(0));
        let at = beyond(cells, op(Binary::Mul, Ty::I32, place, i32(2)));
        let n = self.build.keep(super::build::load(Ty::I32, Width::Two, true, at, 0));
        let value = select(Ty::I32, le(i32(0), n.clone()), add(n, i32(first)), i32(-1));
        self.build.set(row, value);
    }

    /// The rows in order; the depth of the code is bounded by cutting long tables into parts.
    fn one_by_one(&mut self, rows: &[Row], first: i32, keys: &[Val], row: crate::code::Local) {
        for (n, candidate) in (first..).zip(rows) {
            let open = super::build::lt(Expr::Get(row), i32(0));
            let mut matches = truth(true);
            for (pattern, key) in candidate.patterns.iter().zip(keys) {
                let here = self.matches(pattern, key);
                matches = and(matches, here);
            }
            let matches = if n == first { matches } else { and(open, matches) };
            self.when(matches, |it| it.build.set(row, i32(n)));
        }
    }

    /// Whether a known key is of a pattern.
    pub(super) fn matches(&mut self, pattern: &Pattern, key: &Val) -> Expr {
        match pattern {
            Pattern::Any => truth(true),
            Pattern::OneOf(values) => values.iter().map(|it| self.is(it, key)).fold(truth(false), or),
            Pattern::Either(patterns) => patterns.iter().map(|it| self.matches(it, key)).fold(truth(false), or),
            Pattern::Range(low, high) => self.within(*low, *high, key),
        }
    }

    fn within(&mut self, low: Option<i128>, high: Option<i128>, key: &Val) -> Expr {
        let number = match key {
            Val::Number(_, n) => n.clone(),
            Val::Date(_, day) => Num::Narrow(day.clone()),
            Val::Optional(_, present, inside) => return and(present.clone(), self.within(low, high, inside)),
            _ => return truth(false),
        };
        let constant = |n: i128| {
            let (low, high) = wide::constant(n);
            Num::Wide(low, high)
        };
        let fits = |n: &i128| i64::try_from(*n).is_ok();
        let end = |n: i128| if fits(&n) { Num::Narrow(i64(n as i64)) } else { constant(n) };
        let above = low.map_or(truth(true), |low| self.less_or_equal(&end(low), &number));
        let below = high.map_or(truth(true), |high| self.less_or_equal(&number, &end(high)));
        and(above, below)
    }

    /// Whether a known key is this value, which may be beyond what the key can be.
    fn is(&mut self, value: &Value, key: &Val) -> Expr {
        match (value, key) {
            (Value::Absent, Val::Optional(_, present, _)) => not(present.clone()),
            (value, Val::Optional(_, present, inside)) => and(present.clone(), self.is(value, inside)),
            (Value::Bool(truth), Val::Bool(_, it)) => {
                if *truth {
                    it.clone()
                } else {
                    not(it.clone())
                }
            }
            (Value::Enum(case), Val::Enum(_, it)) => eq(it.clone(), i32(case.cast_signed())),
            (Value::Date(day), Val::Date(_, it)) => long::eq(it.clone(), i64(*day)),
            (Value::Number(n), Val::Number(..)) => self.within(Some(*n), Some(*n), key),
            (Value::Text(_), Val::Text(..)) => {
                let constant = self.constant(value, &Type::Text { max: u32::MAX });
                self.same(&constant, key)
            }
            (Value::Record(parts), Val::Record(_, keys)) => {
                parts.iter().zip(keys).fold(truth(true), |all, (part, key)| and(all, self.is(part, key)))
            }
            _ => truth(false),
        }
    }

    /// The value of a row. Without meaning if the row is -1.
    fn figure(&mut self, table: &Table, row: &Expr, ty: &Type) -> Val {
        let layout = Layout::of_element(self.program, &table.ty);
        let rows: Vec<&Row> = table.versions.iter().flat_map(|it| it.rows.iter().flatten()).collect();
        let (Some(slot), Some(first)) = (layout.slots.first(), rows.first()) else {
            return self.blank(ty, state::KNOWN);
        };
        if rows.iter().all(|it| it.value == first.value) {
            let value = self.constant(&first.value, &table.ty);
            return self.coerce(&value, ty);
        }
        if !slot.is_flat() {
            return self.one_of(&rows, row, &table.ty, ty);
        }
        let mut bytes = Vec::new();
        for row in &rows {
            let mut cell = vec![0; layout.size as usize];
            lay(&row.value, slot, &mut cell);
            bytes.extend(cell);
        }
        let figures = self.runtime.data(&bytes);
        let last = i32(i32::try_from(rows.len()).unwrap_or(i32::MAX));
        let place = select(Ty::I32, lt_u(row.clone(), last), row.clone(), i32(0));
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        let base = self.build.keep(beyond(figures, op(Binary::Mul, Ty::I32, place, size)));
        let value = Val::Place { base, slot: slot.clone(), may_miss: false };
        let value = self.deep(&value);
        self.coerce(&value, ty)
    }

    /// Figures that cannot lie in constants, such as texts: each under the condition that its row was found.
    fn one_of(&mut self, rows: &[&Row], row: &Expr, own: &Type, ty: &Type) -> Val {
        let mut value = self.blank(ty, state::KNOWN);
        for (n, candidate) in (0..).zip(rows) {
            let here = eq(row.clone(), i32(n));
            let chosen = self.apart(|it| {
                let constant = it.constant(&candidate.value, own);
                let constant = it.coerce(&constant, ty);
                it.deep(&constant)
            });
            value = self.merge(here, chosen, (Vec::new(), value));
        }
        value
    }
}

/// Whether a lookup always finds a row: one version for ever, whose last row takes everything.
fn always_found(table: &Table) -> bool {
    let [version] = table.versions.as_slice() else { return false };
    let rows = version.rows.as_deref().unwrap_or_default();
    let any = |row: &Row| row.patterns.iter().all(|it| *it == Pattern::Any);
    version.from == i64::MIN && version.until == i64::MAX && rows.iter().any(any)
}

/// The keys at a place of the array.
pub(super) fn combination(place: usize, sizes: &[usize], table: &Table) -> Vec<Value> {
    let mut rest = place;
    let mut keys = Vec::new();
    for (size, ty) in sizes.iter().zip(&table.keys).rev() {
        let n = rest % (*size).max(1);
        rest /= (*size).max(1);
        keys.push(match ty {
            Type::Bool => Value::Bool(n == 1),
            _ => Value::Enum(u32::try_from(n).unwrap_or(u32::MAX)),
        });
    }
    keys.reverse();
    keys
}

/// Writes a constant as it lies in memory.
pub(super) fn lay(value: &Value, slot: &Slot, cell: &mut [u8]) {
    let mut put = |at: u32, bytes: &[u8]| {
        let at = at as usize;
        if let Some(place) = cell.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    if matches!(slot.ty, Type::Optional(_)) {
        put(slot.present, &[u8::from(*value != Value::Absent)]);
    }
    match (value, slot.ty.inner()) {
        (Value::Bool(truth), _) => put(slot.offset, &[u8::from(*truth)]),
        (Value::Number(n), Type::Number(number)) if is_narrow(*number) => put(slot.offset, &(*n as i64).to_le_bytes()),
        (Value::Number(n), _) => put(slot.offset, &n.to_le_bytes()),
        (Value::Date(day), _) => put(slot.offset, &i32::try_from(*day).unwrap_or(0).to_le_bytes()),
        (Value::Enum(case), _) => put(slot.offset, &case.to_le_bytes()),
        (Value::Record(parts), _) => {
            parts.iter().zip(&slot.fields).for_each(|(part, slot)| lay(part, slot, cell));
        }
        _ => {}
    }
}
