//! Small sets of numbers: the cells that a value depends on, the cases that an enum may have.

/// A set of small numbers. The first 128 need no memory of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bits {
    low: u128,
    high: Vec<u128>,
}

const WORD: usize = 128;

impl Bits {
    pub(crate) const EMPTY: Bits = Bits { low: 0, high: Vec::new() };

    pub(crate) fn one(n: usize) -> Bits {
        let mut bits = Bits::EMPTY;
        bits.insert(n);
        bits
    }

    /// All numbers below `n`.
    pub(crate) fn below(n: usize) -> Bits {
        (0..n).collect()
    }

    pub(crate) fn insert(&mut self, n: usize) {
        if n < WORD {
            self.low |= 1 << n;
            return;
        }
        let word = n / WORD - 1;
        if self.high.len() <= word {
            self.high.resize(word + 1, 0);
        }
        if let Some(high) = self.high.get_mut(word) {
            *high |= 1 << (n % WORD);
        }
    }

    pub(crate) fn contains(&self, n: usize) -> bool {
        let word = if n < WORD { self.low } else { self.high.get(n / WORD - 1).copied().unwrap_or(0) };
        word >> (n % WORD) & 1 == 1
    }

    pub(crate) fn add(&mut self, other: &Bits) {
        self.low |= other.low;
        if self.high.len() < other.high.len() {
            self.high.resize(other.high.len(), 0);
        }
        for (mine, theirs) in self.high.iter_mut().zip(&other.high) {
            *mine |= theirs;
        }
    }

    pub(crate) fn union(&self, other: &Bits) -> Bits {
        let mut all = self.clone();
        all.add(other);
        all
    }

    pub(crate) fn intersection(&self, other: &Bits) -> Bits {
        let high: Vec<u128> = self.high.iter().zip(&other.high).map(|(mine, theirs)| mine & theirs).collect();
        Bits { low: self.low & other.low, high }.trimmed()
    }

    pub(crate) fn without(&self, n: usize) -> Bits {
        self.iter().filter(|it| *it != n).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low == 0 && self.high.iter().all(|word| *word == 0)
    }

    pub(crate) fn len(&self) -> usize {
        self.words().map(|word| word.count_ones() as usize).sum()
    }

    /// The only member, if there is just one.
    pub(crate) fn single(&self) -> Option<usize> {
        if self.len() == 1 { self.iter().next() } else { None }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words()
            .enumerate()
            .flat_map(|(at, word)| (0..WORD).filter(move |n| word >> n & 1 == 1).map(move |n| at * WORD + n))
    }

    fn words(&self) -> impl Iterator<Item = u128> + '_ {
        std::iter::once(self.low).chain(self.high.iter().copied())
    }

    /// Equal sets are equal values.
    fn trimmed(mut self) -> Bits {
        while self.high.last() == Some(&0) {
            self.high.pop();
        }
        self
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(all: I) -> Bits {
        let mut bits = Bits::EMPTY;
        for n in all {
            bits.insert(n);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn sets_beyond_the_first_word() {
        let some: Bits = [3, 127, 128, 700].into_iter().collect();
        assert_eq!(some.iter().collect::<Vec<_>>(), [3, 127, 128, 700]);
        assert!(some.contains(700) && !some.contains(699));
        assert_eq!(some.intersection(&Bits::below(128)), [3, 127].into_iter().collect());
        assert_eq!(some.without(700).without(128), [3, 127].into_iter().collect());
        assert_eq!(Bits::one(500).single(), Some(500));
        assert_eq!(Bits::one(1).union(&Bits::one(200)).len(), 2);
    }
}
