//! Decimals written as text: the set of those in a range, and the range of a set.

use crate::regex::{Id, Regexes};
use std::collections::BTreeSet;

/// Most digits of an amount whose range is found: what fits 128 bits.
const MOST_DIGITS: usize = 37;
/// Most states of an automaton whose range is found.
const MOST_STATES: usize = 1_500;
const SIGNS: &[char] = &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '-'];
const POINT: usize = 10;
const MINUS: usize = 11;

fn digit(regexes: &mut Regexes, low: u32, high: u32) -> Id {
    regexes.class(&[(48 + low, 48 + high)])
}

/// Nothing, or a point and digits of which those after the first `scale` are zeros.
fn any_fraction(regexes: &mut Regexes, scale: u32) -> Id {
    let (any, point) = (digit(regexes, 0, 9), regexes.literal("."));
    let digits = regexes.repeat(any, u32::from(scale > 0), Some(scale));
    let zeros = zeros(regexes, u32::from(scale == 0));
    let written = regexes.sequence(&[point, digits, zeros]);
    regexes.repeat(written, 0, Some(1))
}

fn zeros(regexes: &mut Regexes, min: u32) -> Id {
    let zero = digit(regexes, 0, 0);
    regexes.repeat(zero, min, None)
}

/// What a decimal, a rate or an amount is read from: `-?(0|[1-9][0-9]*)(\.[0-9]{1,scale}0*)?`.
pub(crate) fn decimals(regexes: &mut Regexes, scale: u32) -> Id {
    let (any, first, zero) = (digit(regexes, 0, 9), digit(regexes, 1, 9), digit(regexes, 0, 0));
    let more = regexes.repeat(any, 0, None);
    let positive = regexes.then(first, more);
    let whole = regexes.or([zero, positive]);
    let minus = regexes.literal("-");
    let sign = regexes.repeat(minus, 0, Some(1));
    let fraction = any_fraction(regexes, scale);
    regexes.sequence(&[sign, whole, fraction])
}

/// The same with a value of `low / 10^scale` to `high / 10^scale`.
pub(crate) fn decimals_between(regexes: &mut Regexes, scale: u32, low: i128, high: i128) -> Id {
    let positive = magnitudes_between(regexes, scale, low, high);
    let magnitude = magnitudes_between(regexes, scale, high.saturating_neg(), low.saturating_neg());
    let minus = regexes.literal("-");
    let negative = regexes.then(minus, magnitude);
    let within = regexes.or([positive, negative]);
    let form = decimals(regexes, scale);
    regexes.and([form, within])
}

fn magnitudes_between(regexes: &mut Regexes, scale: u32, low: i128, high: i128) -> Id {
    let Ok(high) = u128::try_from(high) else { return regexes.nothing() };
    let up_to = magnitudes_up_to(regexes, scale, high);
    match u128::try_from(low) {
        Ok(low @ 1..) => {
            let below = magnitudes_up_to(regexes, scale, low - 1);
            let above = regexes.not(below);
            regexes.and([up_to, above])
        }
        _ => up_to,
    }
}

/// Digits and a fraction whose value is at most `n / 10^scale`; that nothing leads with a zero is said elsewhere.
fn magnitudes_up_to(regexes: &mut Regexes, scale: u32, n: u128) -> Id {
    let unit = 10u128.checked_pow(scale).unwrap_or(u128::MAX);
    let digits = |value: u128| value.to_string().bytes().map(|byte| u32::from(byte) - 48).collect::<Vec<_>>();
    let whole = if n < unit { Vec::new() } else { digits(n / unit) };
    let fraction = format!("{:0>width$}", n % unit, width = scale as usize);
    let fraction: Vec<u32> = fraction.bytes().take(scale as usize).map(|byte| u32::from(byte) - 48).collect();

    let any = digit(regexes, 0, 9);
    let zeros = zeros(regexes, 0);
    let some_digit = regexes.repeat(any, 1, None);
    let at_least_one = |regexes: &mut Regexes, parts: &[Id]| {
        let value = regexes.sequence(parts);
        regexes.and([value, some_digit])
    };
    // Smaller before the point: then anything after it.
    let mut smaller = Vec::new();
    let mut prefix = Vec::new();
    for (at, own) in whole.iter().enumerate() {
        if *own > 0 {
            let left = u32::try_from(whole.len() - at - 1).unwrap_or(u32::MAX);
            let (less, tail) = (digit(regexes, 0, own - 1), regexes.repeat(any, left, Some(left)));
            let mut parts = prefix.clone();
            parts.extend([less, tail]);
            smaller.push(regexes.sequence(&parts));
        }
        prefix.push(digit(regexes, *own, *own));
    }
    let shorter = u32::try_from(whole.len()).unwrap_or(u32::MAX);
    if shorter > 0 {
        smaller.push(regexes.repeat(any, 0, Some(shorter - 1)));
    }
    let smaller = regexes.or(smaller);
    let smaller = at_least_one(regexes, &[zeros, smaller]);
    let free = any_fraction(regexes, scale);
    let smaller = regexes.then(smaller, free);
    // The same before the point: then at most as much after it.
    let same = regexes.sequence(&prefix);
    let same = at_least_one(regexes, &[zeros, same]);
    let bounded = fraction_up_to(regexes, &fraction);
    let same = regexes.then(same, bounded);
    regexes.or([smaller, same])
}

/// Nothing, or a point and digits that are at most these; only zeros may follow.
fn fraction_up_to(regexes: &mut Regexes, digits: &[u32]) -> Id {
    let (any, empty, zeros) = (digit(regexes, 0, 9), regexes.empty(), zeros(regexes, 0));
    let mut rest = zeros;
    let mut first = self::zeros(regexes, 1);
    for (at, own) in digits.iter().enumerate().rev() {
        let left = u32::try_from(digits.len() - at - 1).unwrap_or(u32::MAX);
        let same = digit(regexes, *own, *own);
        let same = regexes.then(same, rest);
        first = if *own == 0 {
            same
        } else {
            let (less, free) = (digit(regexes, 0, own - 1), regexes.repeat(any, 0, Some(left)));
            let less = regexes.sequence(&[less, free, zeros]);
            regexes.or([less, same])
        };
        rest = regexes.or([empty, first]);
    }
    let point = regexes.literal(".");
    let written = regexes.then(point, first);
    regexes.or([empty, written])
}

/// The lowest and highest value of a set of decimals with at most `scale` digits after the point, as whole numbers of `10^-scale`;
/// none where there is no bound, or no value.
pub(crate) fn extremes(regexes: &mut Regexes, language: Id, scale: u32) -> Option<(i128, i128)> {
    let states = regexes.states(language, SIGNS).ok()?;
    if states.len() > MOST_STATES {
        return None;
    }
    let accepting = states.iter().map(|(id, _)| regexes.accepts_empty(*id)).collect();
    let automaton =
        Automaton { next: states.into_iter().map(|(_, row)| row).collect(), accepting, scale: scale as usize };
    let (positive, negative) = (0, automaton.follow(0, MINUS)?);
    let high = match automaton.extreme(positive, true).ok()? {
        Some(value) => value,
        None => -automaton.extreme(negative, false).ok()??,
    };
    let low = match automaton.extreme(negative, true).ok()? {
        Some(value) => -value,
        None => automaton.extreme(positive, false).ok()??,
    };
    Some((low, high))
}

/// There is no greatest value, or it has too many digits.
struct Unbounded;

/// A value on the way: digits before the point, then all digits. So of two values the greater is greater as a pair.
type Digits = (usize, Vec<u8>);

struct Automaton {
    next: Vec<Vec<usize>>,
    accepting: Vec<bool>,
    scale: usize,
}

impl Automaton {
    fn follow(&self, state: usize, sign: usize) -> Option<usize> {
        self.next.get(state)?.get(sign).copied()
    }

    /// The greatest or least value that can be read from a state on, without a sign.
    fn extreme(&self, state: usize, greatest: bool) -> Result<Option<i128>, Unbounded> {
        let fractions = self.fractions(greatest);
        // Zeros in front count for nothing, so what lies behind them is looked at apart from what lies behind the first other digit.
        let zeros = self.closure([state], 0..1);
        let firsts = zeros.iter().flat_map(|at| (1..10).filter_map(|digit| self.follow(*at, digit)));
        let inside = self.closure(firsts, 0..10);
        let inner = self.settle(greatest, &inside, |known, at| {
            let digits = (0..10).filter_map(|digit| prefixed(digit, known(self.follow(at, digit)?)?));
            best(greatest, self.endings(at, &fractions).chain(digits))
        })?;
        let leading = self.settle(greatest, &zeros, |known, at| {
            let zero = self.follow(at, 0).and_then(known);
            let after = |digit| prefixed(digit, inner.get(self.follow(at, digit)?)?.clone()?);
            best(greatest, self.endings(at, &fractions).chain(zero).chain((1..10).filter_map(after)))
        })?;
        let found = leading.get(state).cloned().flatten();
        Ok(found.map(|(_, digits)| digits.into_iter().fold(0, |value, digit| value * 10 + i128::from(digit))))
    }

    /// The states that are reached from some by digits.
    fn closure(&self, from: impl IntoIterator<Item = usize>, digits: std::ops::Range<usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(at) = open.pop() {
            if reached.insert(at) {
                open.extend(digits.clone().filter_map(|digit| self.follow(at, digit)));
            }
        }
        reached
    }

    /// The values where the digits before the point end.
    fn endings(&self, at: usize, fractions: &[Option<Vec<u8>>]) -> impl Iterator<Item = Digits> {
        let end = self.accepting.get(at).is_some_and(|accepts| *accepts).then(|| (0, vec![0; self.scale]));
        let point = self.follow(at, POINT).and_then(|next| fractions.get(next).cloned().flatten());
        end.into_iter().chain(point.map(|digits| (0, digits)))
    }

    /// For each state the best digits after the point, filled up with zeros.
    fn fractions(&self, greatest: bool) -> Vec<Option<Vec<u8>>> {
        let ends = |at: usize| self.closure([at], 0..1).iter().any(|at| self.accepting.get(*at) == Some(&true));
        let mut table: Vec<Option<Vec<u8>>> = (0..self.next.len()).map(|at| ends(at).then(Vec::new)).collect();
        for length in 1..=self.scale {
            let row = |(at, accepts): (usize, &bool)| {
                let end = accepts.then(|| (0, vec![0; length]));
                let digit = |digit| prefixed(digit, (0, table.get(self.follow(at, digit)?)?.clone()?));
                best(greatest, end.into_iter().chain((0..10).filter_map(digit).map(|(_, digits)| (0, digits))))
                    .map(|found| found.1)
            };
            table = self.accepting.iter().enumerate().map(row).collect();
        }
        table
    }

    /// Values of all states that no further look at their followers improves.
    fn settle(
        &self,
        greatest: bool,
        within: &BTreeSet<usize>,
        look: impl Fn(&dyn Fn(usize) -> Option<Digits>, usize) -> Option<Digits>,
    ) -> Result<Vec<Option<Digits>>, Unbounded> {
        let mut known: Vec<Option<Digits>> = vec![None; self.next.len()];
        for _ in 0..self.next.len() + MOST_DIGITS + 2 {
            let mut changed = false;
            for at in within.iter().copied() {
                let found = look(&|state| known.get(state).cloned().flatten(), at);
                let old = known.get_mut(at);
                let better = old.filter(|old| best(greatest, found.iter().chain(old.iter()).cloned()) != **old);
                if let Some(old) = better {
                    if found.as_ref().is_some_and(|(whole, _)| whole + self.scale > MOST_DIGITS) {
                        return Err(Unbounded);
                    }
                    *old = found;
                    changed = true;
                }
            }
            if !changed {
                return Ok(known);
            }
        }
        Err(Unbounded)
    }
}

fn best(greatest: bool, values: impl Iterator<Item = Digits>) -> Option<Digits> {
    if greatest { values.max() } else { values.min() }
}

fn prefixed(digit: usize, (whole, rest): Digits) -> Option<Digits> {
    let digit = u8::try_from(digit).ok()?;
    Some((whole + 1, std::iter::once(digit).chain(rest).collect()))
}
