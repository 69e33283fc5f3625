//! Sets of texts as regular expressions with intersection and complement, decided exactly by derivatives.
//!
//! Expressions are hash-consed in a [`Regexes`], so that equal ones have one [`Id`] and the states of the automaton are simply ids.
//! Every search is bounded; one that would be too large says so and is never guessed.

use std::collections::{BTreeMap, VecDeque};

/// An expression of a [`Regexes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u32);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// One character of these ranges, sorted and apart; empty for no text at all.
    Class(Vec<(u32, u32)>),
    /// The empty text.
    Empty,
    Then(Id, Id),
    Or(Vec<Id>),
    And(Vec<Id>),
    Not(Id),
    Repeat(Id, u32, Option<u32>),
}

/// A search that grew beyond its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Most states and most steps of one search.
const STATES: usize = 6_000;
const STEPS: usize = 400_000;
const LAST: u32 = 0x10_FFFF;

/// Where expressions live.
#[derive(Default)]
pub(crate) struct Regexes {
    nodes: Vec<Node>,
    nullable: Vec<bool>,
    ids: BTreeMap<Node, Id>,
    derivatives: BTreeMap<(Id, u32), Id>,
    /// Where the ranges of classes begin: between two of them all characters are alike.
    borders: std::collections::BTreeSet<u32>,
}

impl Regexes {
    fn intern(&mut self, node: Node) -> Id {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let nullable = match &node {
            Node::Class(_) => false,
            Node::Empty => true,
            Node::Then(a, b) => self.accepts_empty(*a) && self.accepts_empty(*b),
            Node::Or(parts) => parts.iter().any(|part| self.accepts_empty(*part)),
            Node::And(parts) => parts.iter().all(|part| self.accepts_empty(*part)),
            Node::Not(inner) => !self.accepts_empty(*inner),
            Node::Repeat(inner, min, _) => *min == 0 || self.accepts_empty(*inner),
        };
        if let Node::Class(ranges) = &node {
            self.borders.extend(ranges.iter().flat_map(|(low, high)| [*low, *high + 1]));
        }
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node.clone());
        self.nullable.push(nullable);
        self.ids.insert(node, id);
        id
    }

    fn node(&self, id: Id) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Empty)
    }

    /// Whether the empty text is in the set.
    pub(crate) fn accepts_empty(&self, id: Id) -> bool {
        self.nullable.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// No text.
    pub(crate) fn nothing(&mut self) -> Id {
        self.intern(Node::Class(Vec::new()))
    }

    /// The empty text.
    pub(crate) fn empty(&mut self) -> Id {
        self.intern(Node::Empty)
    }

    /// Any text.
    pub(crate) fn all(&mut self) -> Id {
        let nothing = self.nothing();
        self.not(nothing)
    }

    /// One character, whichever.
    pub(crate) fn any_character(&mut self) -> Id {
        self.intern(Node::Class(vec![(0, LAST)]))
    }

    /// One character of the ranges (both ends included).
    pub(crate) fn class(&mut self, ranges: &[(u32, u32)]) -> Id {
        let ranges = joined(ranges.to_vec());
        self.intern(Node::Class(ranges))
    }

    /// One character outside the ranges.
    pub(crate) fn class_except(&mut self, ranges: &[(u32, u32)]) -> Id {
        let mut outside = Vec::new();
        let mut from = 0;
        for (low, high) in joined(ranges.to_vec()) {
            if low > from {
                outside.push((from, low - 1));
            }
            from = high + 1;
        }
        if from <= LAST {
            outside.push((from, LAST));
        }
        self.intern(Node::Class(outside))
    }

    /// Exactly this text.
    pub(crate) fn literal(&mut self, text: &str) -> Id {
        let mut rest = self.empty();
        for character in text.chars().rev() {
            let one = self.class(&[(character.into(), character.into())]);
            rest = self.then(one, rest);
        }
        rest
    }

    /// One after the other.
    pub(crate) fn then(&mut self, first: Id, second: Id) -> Id {
        let nothing = self.nothing();
        if first == nothing || second == nothing {
            return nothing;
        }
        match self.node(first) {
            Node::Empty => second,
            Node::Then(head, tail) => {
                let (head, tail) = (*head, *tail);
                let rest = self.then(tail, second);
                self.then(head, rest)
            }
            _ if *self.node(second) == Node::Empty => first,
            _ => self.intern(Node::Then(first, second)),
        }
    }

    /// One after the other, several.
    pub(crate) fn sequence(&mut self, parts: &[Id]) -> Id {
        let empty = self.empty();
        parts.iter().rev().fold(empty, |rest, part| self.then(*part, rest))
    }

    /// Any of them.
    pub(crate) fn or(&mut self, parts: impl IntoIterator<Item = Id>) -> Id {
        let (mut flat, mut ranges) = (Vec::new(), Vec::new());
        for part in parts {
            match self.node(part) {
                Node::Or(inner) => flat.extend(inner.iter().copied()),
                _ => flat.push(part),
            }
        }
        flat.retain(|part| match self.node(*part) {
            Node::Class(own) => {
                ranges.extend(own.iter().copied());
                false
            }
            _ => true,
        });
        if !ranges.is_empty() {
            flat.push(self.class(&ranges));
        }
        let all = self.all();
        if flat.contains(&all) {
            return all;
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => self.nothing(),
            [one] => *one,
            _ => self.intern(Node::Or(flat)),
        }
    }

    /// What is in all of them.
    pub(crate) fn and(&mut self, parts: impl IntoIterator<Item = Id>) -> Id {
        let mut flat = Vec::new();
        for part in parts {
            match self.node(part) {
                Node::And(inner) => flat.extend(inner.iter().copied()),
                _ => flat.push(part),
            }
        }
        let (nothing, all) = (self.nothing(), self.all());
        flat.retain(|part| *part != all);
        if flat.contains(&nothing) {
            return nothing;
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => all,
            [one] => *one,
            _ => self.intern(Node::And(flat)),
        }
    }

    /// What is not in it.
    pub(crate) fn not(&mut self, inner: Id) -> Id {
        match self.node(inner) {
            Node::Not(again) => *again,
            _ => self.intern(Node::Not(inner)),
        }
    }

    /// `min` to `max` times.
    pub(crate) fn repeat(&mut self, inner: Id, min: u32, max: Option<u32>) -> Id {
        let nothing = self.nothing();
        if max.is_some_and(|max| max < min) {
            return nothing;
        }
        match (self.node(inner), min, max) {
            (_, _, Some(0)) | (Node::Empty, _, _) => self.empty(),
            _ if inner == nothing => {
                if min == 0 {
                    self.empty()
                } else {
                    nothing
                }
            }
            (_, 1, Some(1)) => inner,
            _ => self.intern(Node::Repeat(inner, min, max)),
        }
    }

    /// What may follow `character`.
    fn derivative(&mut self, id: Id, character: u32) -> Id {
        if let Some(found) = self.derivatives.get(&(id, character)) {
            return *found;
        }
        let result = match self.node(id).clone() {
            Node::Class(ranges) if ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) => self.empty(),
            Node::Class(_) | Node::Empty => self.nothing(),
            Node::Then(first, second) => {
                let head = self.derivative(first, character);
                let through = self.then(head, second);
                if self.accepts_empty(first) {
                    let past = self.derivative(second, character);
                    self.or([through, past])
                } else {
                    through
                }
            }
            Node::Or(parts) => {
                let parts: Vec<Id> = parts.into_iter().map(|part| self.derivative(part, character)).collect();
                self.or(parts)
            }
            Node::And(parts) => {
                let parts: Vec<Id> = parts.into_iter().map(|part| self.derivative(part, character)).collect();
                self.and(parts)
            }
            Node::Not(inner) => {
                let inner = self.derivative(inner, character);
                self.not(inner)
            }
            Node::Repeat(inner, min, max) => {
                let once = self.derivative(inner, character);
                let rest = self.repeat(inner, min.saturating_sub(1), max.map(|max| max.saturating_sub(1)));
                self.then(once, rest)
            }
        };
        self.derivatives.insert((id, character), result);
        result
    }

    /// Whether a text is in the set.
    pub(crate) fn matches(&mut self, id: Id, text: &str) -> bool {
        let nothing = self.nothing();
        let mut state = id;
        for character in text.chars() {
            state = self.derivative(state, character.into());
            if state == nothing {
                return false;
            }
        }
        self.accepts_empty(state)
    }

    /// A shortest text of the set; none if the set is empty.
    pub(crate) fn shortest(&mut self, id: Id) -> Result<Option<String>, TooLarge> {
        let nothing = self.nothing();
        let characters = self.representatives();
        let mut found: BTreeMap<Id, Option<(Id, char)>> = BTreeMap::from([(id, None)]);
        let mut queue = VecDeque::from([id]);
        let mut steps = 0;
        while let Some(state) = queue.pop_front() {
            if self.accepts_empty(state) {
                return Ok(Some(trace(&found, state)));
            }
            for character in &characters {
                steps += 1;
                let next = self.derivative(state, u32::from(*character));
                if next != nothing && !found.contains_key(&next) {
                    found.insert(next, Some((state, *character)));
                    queue.push_back(next);
                }
            }
            if found.len() > STATES || steps > STEPS || self.nodes.len() > 20 * STATES {
                return Err(TooLarge);
            }
        }
        Ok(None)
    }

    /// The states that can be reached by `characters`, with where each leads; the first is `id`.
    pub(crate) fn states(&mut self, id: Id, characters: &[char]) -> Result<Vec<(Id, Vec<usize>)>, TooLarge> {
        let mut states = vec![(id, Vec::new())];
        let mut places = BTreeMap::from([(id, 0)]);
        let mut at = 0;
        while let Some((state, _)) = states.get(at) {
            let state = *state;
            let mut row = Vec::new();
            for character in characters {
                let next = self.derivative(state, u32::from(*character));
                let count = states.len();
                let place = *places.entry(next).or_insert(count);
                if place == count {
                    states.push((next, Vec::new()));
                }
                row.push(place);
            }
            if states.len() > STATES {
                return Err(TooLarge);
            }
            if let Some(entry) = states.get_mut(at) {
                entry.1 = row;
            }
            at += 1;
        }
        Ok(states)
    }

    /// No text of the set is longer; none where there is no bound to be seen.
    pub(crate) fn longest(&self, id: Id) -> Option<u64> {
        match self.node(id) {
            Node::Class(_) => Some(1),
            Node::Empty => Some(0),
            Node::Then(a, b) => self.longest(*a)?.checked_add(self.longest(*b)?),
            Node::Or(parts) => parts.iter().map(|part| self.longest(*part)).try_fold(0, |all, one| Some(all.max(one?))),
            Node::And(parts) => parts.iter().filter_map(|part| self.longest(*part)).min(),
            Node::Not(_) => None,
            Node::Repeat(inner, _, max) => self.longest(*inner)?.checked_mul(u64::from((*max)?)),
        }
    }

    /// One character of each set of characters that no class tells apart; those that read best come first.
    fn representatives(&self) -> Vec<char> {
        const LIKED: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.,:/_ ";
        let mut borders: Vec<u32> = self.borders.iter().copied().filter(|border| *border <= LAST).collect();
        if borders.first() != Some(&0) {
            borders.insert(0, 0);
        }
        let ends = borders.iter().skip(1).copied().chain([LAST + 1]);
        let in_range = |(low, next): (u32, u32)| {
            let liked = LIKED.chars().position(|it| (low..next).contains(&u32::from(it)));
            let best = match liked {
                Some(rank) => LIKED.chars().nth(rank),
                None => {
                    [low.max(0x21), low.max(0xE000), low].into_iter().filter(|at| *at < next).find_map(char::from_u32)
                }
            };
            best.map(|character| (liked.unwrap_or(usize::MAX), character))
        };
        let mut found: Vec<(usize, char)> = borders.iter().copied().zip(ends).filter_map(in_range).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, character)| character).collect()
    }
}

fn trace(found: &BTreeMap<Id, Option<(Id, char)>>, mut state: Id) -> String {
    let mut text = Vec::new();
    while let Some(Some((before, character))) = found.get(&state) {
        text.push(*character);
        state = *before;
    }
    text.into_iter().rev().collect()
}

/// Sorted, apart, within Unicode.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut result: Vec<(u32, u32)> = Vec::new();
    for (low, high) in ranges {
        let high = high.min(LAST);
        match result.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ if low <= high => result.push((low, high)),
            _ => {}
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intersection_and_complement_are_exact() {
        let mut regexes = Regexes::default();
        let digit = regexes.class(&[(48, 57)]);
        let two_to_four = regexes.repeat(digit, 2, Some(4));
        let three = regexes.repeat(digit, 3, Some(3));
        let not_three = regexes.not(three);
        let both = regexes.and([two_to_four, not_three]);
        assert!(regexes.matches(both, "12") && regexes.matches(both, "1234") && !regexes.matches(both, "123"));
        assert_eq!(regexes.shortest(both), Ok(Some("00".into())));
        let none = regexes.and([three, not_three]);
        assert_eq!(regexes.shortest(none), Ok(None));
        assert_eq!(regexes.longest(both), Some(4));
    }

    #[test]
    fn a_search_is_bounded() {
        let mut regexes = Regexes::default();
        let any = regexes.any_character();
        let long = regexes.repeat(any, 1_000_000, None);
        assert_eq!(regexes.shortest(long), Err(TooLarge));
    }
}
