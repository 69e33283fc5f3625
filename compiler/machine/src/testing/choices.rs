//! A sequence of choices; after its end, always the first.

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

    /// A number below `n`.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        self.next() % n.max(1)
    }

    /// True once in `n` times; false after the end.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == n - 1
    }

    pub(super) fn pick<T: Clone>(&mut self, among: &[T]) -> Option<T> {
        let n = u32::try_from(among.len()).unwrap_or(u32::MAX);
        among.get(self.below(n) as usize).cloned()
    }

    /// Bits of a whole number: small ones, the ends of both widths and what lies near them, and any others.
    pub(super) fn bits(&mut self) -> i64 {
        match self.below(8) {
            0 => i64::from(self.below(4)),
            1 => -1 - i64::from(self.below(3)),
            2 => i64::from(i32::MIN) + i64::from(self.below(2)),
            3 => i64::from(i32::MAX) + i64::from(self.below(2)),
            4 => i64::MIN + i64::from(self.below(2)),
            5 => i64::MAX - i64::from(self.below(2)),
            6 => i64::from(self.next()),
            _ => (u64::from(self.next()) << 32 | u64::from(self.next())).cast_signed(),
        }
    }
}
