//! A sequence of choices; after its end, always the first.

use crate::calendar;

pub(super) struct Choices<'c> {
    rest: std::slice::Iter<'c, u32>,
}

impl<'c> Choices<'c> {
    pub(super) fn new(choices: &'c [u32]) -> Choices<'c> {
        Choices { rest: choices.iter() }
    }

    fn next(&mut self) -> u32 {
        self.rest.next().copied().unwrap_or(0)
    }

    /// True once in `n` times, by the last choice that is left: what is seldom does not move the choices of everything else.
    pub(super) fn last_in(&mut self, n: usize) -> bool {
        self.rest.next_back().copied().unwrap_or(0) as usize % n.max(1) == n - 1
    }

    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n.max(1)
    }

    /// True once in `n` times; false after the end.
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(self.below(among.len()))
    }

    /// A number between two, the ends and what lies near them more often.
    pub(super) fn between(&mut self, lo: i128, hi: i128) -> i128 {
        let width = hi.saturating_sub(lo);
        let offset = i128::from(self.next()) << (8 * self.below(8));
        match self.below(5) {
            0 => 0_i128.clamp(lo, hi),
            1 => lo,
            2 => hi,
            3 => lo.saturating_add(offset % 4).min(hi),
            _ => lo.saturating_add(offset.checked_rem(width).unwrap_or(0)).min(hi),
        }
    }

    /// A day that an input may name; mostly of recent years.
    pub(super) fn day(&mut self) -> i64 {
        match self.below(8) {
            0 => self.between(calendar::FIRST.into(), calendar::LAST.into()) as i64,
            _ => self.between(18_000, 21_000) as i64,
        }
    }
}
