//! The space of keys of a table or a `match`, cut into boxes at the edges of its patterns: holes, overlaps, rows that nothing reaches.
//!
//! Each key's type is divided into finitely many *atoms* that no pattern tells apart. A pattern is then a set of atoms, a row a box of such sets, and every question
//! is answered exactly by splitting one key after the other into classes of atoms that meet the same rows.

use enact_ir::{NumberType, Pattern, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a key can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// One of these values.
    Finite(Vec<Value>),
    /// A whole number (scaled) from the first to the second.
    Numbers(i128, i128),
    /// A day from the first to the second.
    Dates(i64, i64),
    /// Any text.
    Text,
    /// Absent, or of the inner domain.
    Optional(Box<Domain>),
    /// A value that no pattern but `_` can meet.
    Opaque,
}

/// 0001-01-01 and 9999-12-31, the days that can be written.
pub(crate) const DAYS: (i64, i64) = (-719_162, 2_932_896);

impl Domain {
    /// The domain of a type; `cases` gives the number of cases of an enum.
    pub(crate) fn of(ty: &Type, cases: &dyn Fn(enact_ir::EnumId) -> usize) -> Self {
        match ty {
            Type::Bool => Domain::Finite(vec![Value::Bool(true), Value::Bool(false)]),
            Type::Number(NumberType { lo, hi, .. }) => Domain::Numbers(*lo, *hi),
            Type::Date => Domain::Dates(DAYS.0, DAYS.1),
            Type::Text { .. } => Domain::Text,
            Type::Enum(id) => {
                Domain::Finite((0..cases(*id)).filter_map(|n| u32::try_from(n).ok()).map(Value::Enum).collect())
            }
            Type::Optional(inner) => Domain::Optional(Box::new(Domain::of(inner, cases))),
            Type::Record(_) | Type::List { .. } => Domain::Opaque,
        }
    }
}

/// Values of one key that no pattern tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    /// One value.
    One(Value),
    /// Numbers between two ends, included.
    Numbers(i128, i128),
    /// Days between two ends, included.
    Dates(i64, i64),
    /// Every text but the listed ones; the text is an example.
    OtherText(String),
    /// Whatever an opaque key may be.
    Opaque,
}

impl Atom {
    /// A value of the atom; of numbers and days the one nearest to zero or to 1970.
    pub(crate) fn example(&self) -> Option<Value> {
        match self {
            Atom::One(value) => Some(value.clone()),
            Atom::Numbers(lo, hi) => Some(Value::Number(0.max(*lo).min(*hi))),
            Atom::Dates(lo, hi) => Some(Value::Date(0.max(*lo).min(*hi))),
            Atom::OtherText(text) => Some(Value::Text(text.clone())),
            Atom::Opaque => None,
        }
    }
}

/// Atoms by number, as sorted half-open runs that do not touch.
pub(crate) type Set = Vec<(usize, usize)>;

/// A box: one set a key.
pub(crate) type Region = Vec<Set>;

/// The table has too many different regions to look through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// A row that nothing reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreachable {
    /// The row.
    pub(crate) row: usize,
    /// The earlier rows that take everything; empty if the row's own patterns meet nothing.
    pub(crate) covered_by: Vec<usize>,
}

/// Two rows that overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The earlier row.
    pub(crate) first: usize,
    /// The later row.
    pub(crate) second: usize,
    /// What they share.
    pub(crate) region: Region,
}

/// Rows over keys, divided into atoms.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    columns: Vec<Vec<Atom>>,
    rows: Vec<Region>,
}

/// Row visits that one question may cost: some tenths of a second.
const BUDGET: usize = 400_000;

impl Space {
    /// The space of these keys, cut by these rows. A row with too few patterns has `_` for the rest.
    pub(crate) fn new(keys: &[Domain], rows: &[Vec<Pattern>]) -> Self {
        let column = |key: usize| rows.iter().filter_map(move |row| row.get(key));
        let columns: Vec<Vec<Atom>> =
            keys.iter().enumerate().map(|(n, domain)| atoms(domain, &column(n).collect::<Vec<_>>())).collect();
        let set = |row: &Vec<Pattern>, n: usize, atoms: &Vec<Atom>| match row.get(n) {
            Some(pattern) => collect(atoms, &|atom| meets(pattern, atom)),
            None => full(atoms.len()),
        };
        let rows =
            rows.iter().map(|row| columns.iter().enumerate().map(|(n, atoms)| set(row, n, atoms)).collect()).collect();
        Self { columns, rows }
    }

    /// The atoms of a key.
    pub(crate) fn atoms(&self, key: usize) -> &[Atom] {
        self.columns.get(key).map_or(&[], Vec::as_slice)
    }

    /// One value a key out of a region.
    pub(crate) fn example(&self, region: &Region) -> Vec<Option<Value>> {
        let pick = |(set, atoms): (&Set, &Vec<Atom>)| atoms.get(set.first()?.0)?.example();
        region.iter().zip(&self.columns).map(pick).collect()
    }

    /// A region that no row covers.
    pub(crate) fn hole(&self) -> Result<Option<Region>, TooLarge> {
        let everything: Region = self.columns.iter().map(|atoms| full(atoms.len())).collect();
        self.uncovered(&everything, (0..self.rows.len()).collect(), &mut BUDGET.clone())
    }

    /// Rows whose own patterns meet nothing.
    pub(crate) fn meeting_nothing(&self) -> Vec<Unreachable> {
        let empty = self.rows.iter().enumerate().filter(|(_, row)| row.iter().any(Vec::is_empty));
        empty.map(|(row, _)| Unreachable { row, covered_by: Vec::new() }).collect()
    }

    /// Rows of which nothing is left by the rows before them, and those that meet nothing at all.
    pub(crate) fn unreachable(&self) -> Result<Vec<Unreachable>, TooLarge> {
        let mut before: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        self.each_touching_pair(&mut |first, second| {
            let overlap = self.rows.get(first).zip(self.rows.get(second)).and_then(|(a, b)| intersection(a, b));
            if overlap.is_some() {
                before.entry(second).or_default().insert(first);
            }
        });
        let mut found = self.meeting_nothing();
        let mut budget = BUDGET;
        for (n, rows) in before {
            let rows: Vec<usize> = rows.into_iter().collect();
            let row = self.rows.get(n).cloned().unwrap_or_default();
            if self.uncovered(&row, rows.clone(), &mut budget)?.is_none() {
                found.push(Unreachable { row: n, covered_by: rows });
            }
        }
        found.sort_by_key(|it| it.row);
        Ok(found)
    }

    /// Rows that overlap and for which `disagree` holds: of each row only the first such partner.
    pub(crate) fn conflicts(&self, disagree: &dyn Fn(usize, usize) -> bool) -> Vec<Overlap> {
        let mut partner: BTreeMap<usize, (usize, Region)> = BTreeMap::new();
        self.each_touching_pair(&mut |first, second| {
            let better = partner.get(&second).is_none_or(|(known, _)| first < *known);
            if better && disagree(first, second) {
                let shared = self.rows.get(first).zip(self.rows.get(second)).and_then(|(a, b)| intersection(a, b));
                if let Some(region) = shared {
                    partner.insert(second, (first, region));
                }
            }
        });
        partner.into_iter().map(|(second, (first, region))| Overlap { first, second, region }).collect()
    }

    /// Calls `f` with the earlier and the later of rows that touch in the key with most atoms (at least once a pair); with no key, of all rows.
    fn each_touching_pair(&self, f: &mut dyn FnMut(usize, usize)) {
        let widest = (0..self.columns.len()).max_by_key(|key| self.atoms(*key).len());
        let whole = vec![(0, 1)];
        let set = |row: &Region| widest.and_then(|key| row.get(key).cloned()).unwrap_or_else(|| whole.clone());
        let mut runs: Vec<(usize, usize, usize)> = self
            .rows
            .iter()
            .enumerate()
            .flat_map(|(n, row)| set(row).into_iter().map(move |(start, end)| (start, end, n)))
            .collect();
        runs.sort_unstable();
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (start, end, row) in runs {
            open.retain(|(open_end, _)| *open_end > start);
            for (_, other) in &open {
                if *other != row {
                    f(row.min(*other), row.max(*other));
                }
            }
            open.push((end, row));
        }
    }

    /// A part of `within` that none of `rows` covers.
    fn uncovered(&self, within: &Region, rows: Vec<usize>, budget: &mut usize) -> Result<Option<Region>, TooLarge> {
        let covers_from = |row: &usize| {
            let sets = self.rows.get(*row)?.iter().zip(within);
            Some((*row, sets.rev().take_while(|(set, limit)| subset(limit, set)).count()))
        };
        let covered_tail = rows.iter().filter_map(covers_from).collect();
        let mut search = Search { space: self, within, covered_tail, covered: BTreeSet::new(), budget };
        search.uncovered(0, rows)
    }
}

/// One walk for a region that no row covers.
struct Search<'a> {
    space: &'a Space,
    within: &'a Region,
    /// By row: of how many keys at the end it covers everything of `within`.
    covered_tail: BTreeMap<usize, usize>,
    /// Keys and rows already found to leave nothing.
    covered: BTreeSet<(usize, Vec<usize>)>,
    budget: &'a mut usize,
}

impl Search<'_> {
    /// Of the keys from `key` on: a box that none of `rows` covers. The depth of the recursion is the number of keys.
    fn uncovered(&mut self, key: usize, rows: Vec<usize>) -> Result<Option<Region>, TooLarge> {
        let left = self.within.len().saturating_sub(key);
        let covers = |row: &usize| self.covered_tail.get(row).is_some_and(|tail| *tail >= left);
        if rows.iter().any(covers) {
            return Ok(None);
        }
        if rows.is_empty() {
            return Ok(Some(self.within.get(key..).unwrap_or_default().to_vec()));
        }
        if self.covered.contains(&(key, rows.clone())) {
            return Ok(None);
        }
        for (meeting, set) in self.classes(key, &rows)? {
            if let Some(mut rest) = self.uncovered(key + 1, meeting)? {
                rest.insert(0, set);
                return Ok(Some(rest));
            }
        }
        self.covered.insert((key, rows));
        Ok(None)
    }

    /// The atoms of a key inside the limit, by the rows that they meet: fewest rows first, as holes are likeliest there.
    fn classes(&mut self, key: usize, rows: &[usize]) -> Result<Vec<(Vec<usize>, Set)>, TooLarge> {
        let empty = Set::new();
        let limit = self.within.get(key).unwrap_or(&empty);
        *self.budget = self.budget.checked_sub(rows.len()).ok_or(TooLarge)?;
        let mut edges: Vec<(usize, bool, usize)> = Vec::new();
        for row in rows {
            let set = self.space.rows.get(*row).and_then(|row| row.get(key)).unwrap_or(&empty);
            for (start, end) in meet(set, limit) {
                edges.push((start, true, *row));
                edges.push((end, false, *row));
            }
        }
        let mut cuts: BTreeSet<usize> = edges.iter().map(|(at, _, _)| *at).collect();
        cuts.extend(limit.iter().flat_map(|(start, end)| [*start, *end]));
        edges.sort_unstable();
        let mut edges = edges.into_iter().peekable();
        let mut open: BTreeSet<usize> = BTreeSet::new();
        let mut classes: BTreeMap<(usize, Vec<usize>), Set> = BTreeMap::new();
        for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
            while let Some((_, opens, row)) = edges.next_if(|(at, _, _)| at <= start) {
                if opens {
                    open.insert(row);
                } else {
                    open.remove(&row);
                }
            }
            if !limit.iter().any(|(low, high)| low <= start && end <= high) {
                continue;
            }
            *self.budget = self.budget.checked_sub(open.len() + 1).ok_or(TooLarge)?;
            let set = classes.entry((open.len(), open.iter().copied().collect())).or_default();
            match set.last_mut() {
                Some(last) if last.1 == *start => last.1 = *end,
                _ => set.push((*start, *end)),
            }
        }
        Ok(classes.into_iter().map(|((_, meeting), set)| (meeting, set)).collect())
    }
}

/// Divides a domain at the edges of the patterns.
fn atoms(domain: &Domain, patterns: &[&Pattern]) -> Vec<Atom> {
    match domain {
        Domain::Finite(values) => values.iter().cloned().map(Atom::One).collect(),
        Domain::Numbers(lo, hi) => {
            intervals(*lo, *hi, patterns).into_iter().map(|(lo, hi)| Atom::Numbers(lo, hi)).collect()
        }
        Domain::Dates(lo, hi) => {
            let day = |n: i128| i64::try_from(n).unwrap_or(DAYS.1);
            intervals((*lo).into(), (*hi).into(), patterns)
                .into_iter()
                .map(|(lo, hi)| Atom::Dates(day(lo), day(hi)))
                .collect()
        }
        Domain::Text => {
            let mut listed = BTreeSet::new();
            patterns.iter().for_each(|pattern| texts(pattern, &mut listed));
            let other = other_text(&listed);
            listed.into_iter().map(|text| Atom::One(Value::Text(text))).chain([Atom::OtherText(other)]).collect()
        }
        Domain::Optional(inner) => std::iter::once(Atom::One(Value::Absent)).chain(atoms(inner, patterns)).collect(),
        Domain::Opaque => vec![Atom::Opaque],
    }
}

/// `lo ..= hi` cut wherever a pattern begins, and after where one ends.
fn intervals(lo: i128, hi: i128, patterns: &[&Pattern]) -> Vec<(i128, i128)> {
    let mut starts = BTreeSet::from([lo]);
    patterns.iter().for_each(|pattern| cuts(pattern, &mut starts));
    let starts: Vec<i128> = starts.into_iter().filter(|n| (lo..=hi).contains(n)).collect();
    let ends = starts.iter().skip(1).map(|n| n.saturating_sub(1)).chain([hi]);
    starts.iter().copied().zip(ends).collect()
}

fn cuts(pattern: &Pattern, starts: &mut BTreeSet<i128>) {
    match pattern {
        Pattern::Any => {}
        Pattern::OneOf(values) => {
            for n in values.iter().filter_map(whole) {
                starts.extend([n, n.saturating_add(1)]);
            }
        }
        Pattern::Range(low, high) => {
            starts.extend(*low);
            starts.extend(high.map(|n| n.saturating_add(1)));
        }
        Pattern::Either(parts) => parts.iter().for_each(|part| cuts(part, starts)),
    }
}

fn texts(pattern: &Pattern, listed: &mut BTreeSet<String>) {
    match pattern {
        Pattern::OneOf(values) => listed.extend(values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })),
        Pattern::Either(parts) => parts.iter().for_each(|part| texts(part, listed)),
        Pattern::Any | Pattern::Range(..) => {}
    }
}

/// A short text that is not listed.
fn other_text(listed: &BTreeSet<String>) -> String {
    let letters = ('a'..='z').map(String::from);
    let numbers = (0..=listed.len()).map(|n| n.to_string());
    letters.rev().chain(numbers).find(|text| !listed.contains(text)).unwrap_or_default()
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Date(day) => Some((*day).into()),
        _ => None,
    }
}

/// Whether a pattern meets an atom; atoms are cut so that it meets all of it or nothing.
fn meets(pattern: &Pattern, atom: &Atom) -> bool {
    let first: Option<i128> = match atom {
        Atom::Numbers(lo, _) => Some(*lo),
        Atom::Dates(lo, _) => Some((*lo).into()),
        Atom::One(value) => whole(value),
        Atom::OtherText(_) | Atom::Opaque => None,
    };
    match pattern {
        Pattern::Any => true,
        Pattern::OneOf(values) => match atom {
            Atom::One(value) => values.contains(value),
            _ => first.is_some_and(|first| values.iter().any(|value| whole(value) == Some(first))),
        },
        Pattern::Range(low, high) => {
            first.is_some_and(|first| low.is_none_or(|n| n <= first) && high.is_none_or(|n| first <= n))
        }
        Pattern::Either(parts) => parts.iter().any(|part| meets(part, atom)),
    }
}

fn collect(atoms: &[Atom], chosen: &dyn Fn(&Atom) -> bool) -> Set {
    let mut set = Set::new();
    for (n, _) in atoms.iter().enumerate().filter(|(_, atom)| chosen(atom)) {
        match set.last_mut() {
            Some(last) if last.1 == n => last.1 = n + 1,
            _ => set.push((n, n + 1)),
        }
    }
    set
}

fn full(length: usize) -> Set {
    if length == 0 { Set::new() } else { vec![(0, length)] }
}

fn meet(a: &Set, b: &Set) -> Set {
    let (mut i, mut j, mut out) = (0, 0, Set::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (start, end) = (x.0.max(y.0), x.1.min(y.1));
        if start < end {
            out.push((start, end));
        }
        if x.1 <= y.1 { i += 1 } else { j += 1 }
    }
    out
}

fn subset(a: &Set, b: &Set) -> bool {
    meet(a, b) == *a
}

/// What two boxes share; `None` if nothing.
fn intersection(a: &Region, b: &Region) -> Option<Region> {
    a.iter().zip(b).map(|(x, y)| Some(meet(x, y)).filter(|set| !set.is_empty())).collect()
}

#[cfg(test)]
#[path = "space_tests.rs"]
mod tests;
