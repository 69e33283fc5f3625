//! Exact decimals: the numbers that stand in a schema. No floating point.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number, `coefficient / 10^scale`, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    coefficient: i128,
    scale: u32,
}

/// Most digits of a number that is kept, and most of them after the point; what is longer is not understood.
/// So any two numbers can be brought to one scale within 128 bits.
const DIGITS: usize = 20;
const PLACES: usize = 18;

impl Decimal {
    /// A whole number.
    pub const fn whole(value: i128) -> Self {
        Self { coefficient: value, scale: 0 }
    }

    /// `coefficient / 10^scale`; none where it has too many digits.
    pub fn new(coefficient: i128, scale: u32) -> Option<Self> {
        let lowest = Self { coefficient, scale }.lowest();
        (lowest.scale as usize <= PLACES + 1).then_some(lowest)
    }

    /// Reads `-12.50`; none for anything else and for more digits than are kept.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(fraction)
            || whole.len() + fraction.len() > DIGITS
            || fraction.len() > PLACES
        {
            return None;
        }
        let magnitude: i128 = format!("{whole}{fraction}").parse().ok()?;
        Self::new(if negative { -magnitude } else { magnitude }, u32::try_from(fraction.len()).ok()?)
    }

    /// The number of a JSON value.
    pub fn of_json(json: &enact_base::json::Json) -> Option<Self> {
        use enact_base::json::Json;
        match json {
            Json::Integer(value) => Some(Self::whole(*value)),
            Json::Decimal(text) => Self::parse(text),
            _ => None,
        }
    }

    fn lowest(mut self) -> Self {
        while self.scale > 0 && self.coefficient % 10 == 0 {
            self.coefficient /= 10;
            self.scale -= 1;
        }
        self
    }

    /// Whether nothing stands after the point.
    pub fn is_whole(self) -> bool {
        self.scale == 0
    }

    /// Whether it is greater than zero.
    pub fn is_positive(self) -> bool {
        self.coefficient > 0
    }

    /// Digits after the point.
    pub fn scale(self) -> u32 {
        self.scale
    }

    /// The largest whole number of `10^-scale` that is not above it.
    pub fn floor_at(self, scale: u32) -> Option<i128> {
        if scale >= self.scale {
            return self.coefficient.checked_mul(10i128.checked_pow(scale - self.scale)?);
        }
        Some(self.coefficient.div_euclid(10i128.checked_pow(self.scale - scale)?))
    }

    /// The smallest whole number of `10^-scale` that is not below it.
    pub fn ceiling_at(self, scale: u32) -> Option<i128> {
        Self { coefficient: -self.coefficient, scale: self.scale }.floor_at(scale).map(|floor| -floor)
    }

    /// The smallest multiple of `step` that is not below `self`.
    pub fn up_to_multiple(self, step: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(step.scale);
        let (value, step) = (self.floor_at(scale)?, step.floor_at(scale)?);
        let count = value.div_euclid(step) + i128::from(value.rem_euclid(step) != 0);
        Self::new(count.checked_mul(step)?, scale)
    }

    /// The largest multiple of `step` that is not above `self`.
    pub fn down_to_multiple(self, step: Decimal) -> Option<Decimal> {
        let negated = Self { coefficient: -self.coefficient, scale: self.scale };
        let up = negated.up_to_multiple(step)?;
        Some(Self { coefficient: -up.coefficient, scale: up.scale })
    }

    /// The smallest number that is a multiple of both (both above zero).
    pub fn common_multiple(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.floor_at(scale)?, other.floor_at(scale)?);
        let (mut x, mut y) = (a, b);
        while y != 0 {
            (x, y) = (y, x % y);
        }
        Self::new((a / x).checked_mul(b)?, scale).filter(|it| *it < Self::whole(10i128.pow(DIGITS as u32 - 1)))
    }

    /// The sum, where it is kept.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        Self::new(self.floor_at(scale)?.checked_add(other.floor_at(scale)?)?, scale)
    }

    /// The difference, where it is kept.
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        self.plus(Self { coefficient: -other.coefficient, scale: other.scale })
    }

    /// Half of it.
    pub fn half(self) -> Option<Decimal> {
        Self::new(self.coefficient.checked_mul(5)?, self.scale + 1)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |number: &Decimal| {
            let unit = 10i128.pow(number.scale);
            (number.coefficient.div_euclid(unit), number.coefficient.rem_euclid(unit))
        };
        let ((a, a_rest), (b, b_rest)) = (parts(self), parts(other));
        let scale = self.scale.max(other.scale);
        // A rest is below 10^scale and scale at most 19, so nothing overflows.
        let aligned = |rest: i128, own: u32| rest * 10i128.pow(scale - own);
        a.cmp(&b).then_with(|| aligned(a_rest, self.scale).cmp(&aligned(b_rest, other.scale)))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", scaled_text(self.coefficient, self.scale))
    }
}

/// `n / 10^scale` with exactly `scale` digits after the point.
pub fn scaled_text(n: i128, scale: u32) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = scale as usize + 1);
    let point = digits.len() - scale as usize;
    let whole: String = digits.chars().take(point).collect();
    let fraction: String = digits.chars().skip(point).collect();
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn reads_and_writes_exactly() {
        for (text, shown) in [("0", "0"), ("-0", "0"), ("1.50", "1.5"), ("-0.01", "-0.01"), ("100", "100")] {
            assert_eq!(d(text).to_string(), shown);
        }
        for text in ["", "-", ".5", "1e5", "1,5", "+1", &"9".repeat(40)] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(scaled_text(-5, 2), "-0.05");
    }

    #[test]
    fn order_and_multiples() {
        let sorted = ["-10", "-0.5", "0", "0.05", "0.5", "1", "99999999999999999999"];
        assert!(sorted.windows(2).all(|pair| d(pair[0]) < d(pair[1])));
        assert_eq!(d("-7").up_to_multiple(d("5")), Some(d("-5")));
        assert_eq!(d("7").down_to_multiple(d("2.5")), Some(d("5")));
        assert_eq!(d("1").common_multiple(d("0.4")), Some(d("2")));
        assert_eq!(d("1.25").ceiling_at(1), Some(13));
        assert_eq!(d("-1.25").floor_at(1), Some(-13));
    }
}
