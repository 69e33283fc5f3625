//! Decimal text of scaled integers, exact both ways.

/// Why a text is no number of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Not digits with at most one point between them and a `-` before them.
    Form,
    /// More digits after the point than the scale has, and not all of them zero.
    TooPrecise,
    /// Beyond 128 bits.
    TooLarge,
}

/// The integer `n` for which the text says `n / 10^scale`. The form is that of a JSON number without exponent.
///
/// # Errors
/// As [`DecimalError`] says.
pub fn parse(text: &str, scale: u8) -> Result<i128, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || leading_zero {
        return Err(DecimalError::Form);
    }
    let fraction = fraction.trim_end_matches('0');
    let missing = usize::from(scale).checked_sub(fraction.len()).ok_or(DecimalError::TooPrecise)?;
    let digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', missing));
    let mut all = digits.map(|digit| i128::from(digit - b'0'));
    let read =
        all.try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(if negative { -digit } else { digit }));
    read.ok_or(DecimalError::TooLarge)
}

/// The text of `n / 10^scale` with at least `least` digits after the point and otherwise no zeros at the end.
pub fn print(n: i128, scale: u8, least: u8) -> String {
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let fraction = fraction.trim_end_matches('0');
    let sign = if n < 0 { "-" } else { "" };
    let width = fraction.len().max(least.into());
    if width == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction:0<width$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_numbers() {
        for (text, scale, read) in [
            ("1000.00", 2, Ok(100_000)),
            ("-50000.00", 2, Ok(-5_000_000)),
            ("30", 2, Ok(3000)),
            ("0.5000", 2, Ok(50)),
            ("-0.05", 2, Ok(-5)),
            ("0.855", 2, Err(DecimalError::TooPrecise)),
            ("1.", 2, Err(DecimalError::Form)),
            (".5", 2, Err(DecimalError::Form)),
            ("", 2, Err(DecimalError::Form)),
            ("-", 2, Err(DecimalError::Form)),
            ("+1", 2, Err(DecimalError::Form)),
            ("01", 2, Err(DecimalError::Form)),
            ("1e3", 2, Err(DecimalError::Form)),
            ("１", 2, Err(DecimalError::Form)),
            ("1.2.3", 2, Err(DecimalError::Form)),
            ("-170141183460469231731687303715884105728", 0, Ok(i128::MIN)),
            ("170141183460469231731687303715884105728", 0, Err(DecimalError::TooLarge)),
        ] {
            assert_eq!(parse(text, scale), read, "{text}");
        }
    }

    #[test]
    fn numbers_as_texts() {
        for (n, scale, least, text) in [
            (17_000, 2, 2, "170.00"),
            (-3405, 2, 2, "-34.05"),
            (-5, 2, 2, "-0.05"),
            (17_000, 4, 2, "1.70"),
            (17_001, 4, 2, "1.7001"),
            (85, 2, 0, "0.85"),
            (1_000_000, 6, 0, "1"),
            (0, 6, 0, "0"),
            (12, 0, 2, "12.00"),
            (i128::MIN, 0, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(print(n, scale, least), text);
            assert_eq!(parse(text, scale), Ok(n));
        }
    }
}
