//! Exact arithmetic on IR expressions: scales are aligned, ranges computed, constants folded.
//!
//! Nothing here knows the source; the elaborator turns [`TooLarge`] into a diagnostic.

use enact_ir::ops::divide;
use enact_ir::{Expr, ExprKind, NumberKind, NumberType, Op, Rounding, Type, Value};

/// The ends of a number of which no range is known. No calculation ever yields exactly these ends, so they tell the number apart.
pub(crate) const UNBOUNDED: i128 = 999_999_999_999_999_999_999;

/// A value may need more than 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// A made expression.
pub(crate) type Made = Result<Expr, TooLarge>;

/// A number constant.
pub(crate) fn constant(kind: NumberKind, scale: u8, n: i128) -> Expr {
    Expr { ty: Type::Number(NumberType { kind, scale, lo: n, hi: n }), kind: ExprKind::Const(Value::Number(n)) }
}

/// A truth constant.
pub(crate) fn truth(known: bool) -> Expr {
    Expr { ty: Type::Bool, kind: ExprKind::Const(Value::Bool(known)) }
}

/// An operation that yields a truth value; constants are folded.
pub(crate) fn test(op: Op, args: Vec<Expr>) -> Expr {
    let known = |n: usize| match args.get(n).map(|it| &it.kind) {
        Some(ExprKind::Const(Value::Bool(known))) => Some(*known),
        _ => None,
    };
    match (op, known(0)) {
        (Op::Not, Some(a)) => return truth(!a),
        (Op::And, Some(false)) | (Op::Or, Some(true)) => return truth(op == Op::Or),
        _ => {}
    }
    Expr { ty: Type::Bool, kind: ExprKind::Op(op, args) }
}

/// The type of a number expression.
pub(crate) fn type_of(expr: &Expr) -> Option<NumberType> {
    expr.ty.number()
}

/// The value of a constant number.
pub(crate) fn known(expr: &Expr) -> Option<i128> {
    match expr.kind {
        ExprKind::Const(Value::Number(n)) => Some(n),
        _ => None,
    }
}

/// Whether no range is known of a number.
pub(crate) fn is_unbounded(ty: NumberType) -> bool {
    ty.lo == -UNBOUNDED || ty.hi == UNBOUNDED
}

/// `10^n`.
pub(crate) fn power(n: u8) -> Result<i128, TooLarge> {
    10_i128.checked_pow(u32::from(n)).ok_or(TooLarge)
}

fn parts(expr: &Expr) -> NumberType {
    type_of(expr).unwrap_or(NumberType { kind: NumberKind::Int, scale: 0, lo: 0, hi: 0 })
}

fn make(op: Op, args: Vec<Expr>, ty: NumberType) -> Expr {
    if ty.lo == ty.hi && args.iter().all(|it| known(it).is_some()) {
        return constant(ty.kind, ty.scale, ty.lo);
    }
    Expr { ty: Type::Number(ty), kind: ExprKind::Op(op, args) }
}

/// The same number with more digits after the point.
pub(crate) fn scale_up(expr: Expr, by: u8) -> Made {
    if by == 0 {
        return Ok(expr);
    }
    let ty = parts(&expr);
    let factor = power(by)?;
    let end = |n: i128| n.checked_mul(factor).ok_or(TooLarge);
    let scale = ty.scale.checked_add(by).ok_or(TooLarge)?;
    let kind = if ty.kind == NumberKind::Int { NumberKind::Decimal } else { ty.kind };
    Ok(make(Op::ScaleUp(by), vec![expr], NumberType { kind, scale, lo: end(ty.lo)?, hi: end(ty.hi)? }))
}

/// The number with `scale` digits after the point; it must not have more.
pub(crate) fn to_scale(expr: Expr, scale: u8) -> Made {
    let by = scale.saturating_sub(parts(&expr).scale);
    scale_up(expr, by)
}

/// Both numbers with the larger scale of the two.
pub(crate) fn align(a: Expr, b: Expr) -> Result<(Expr, Expr), TooLarge> {
    let scale = parts(&a).scale.max(parts(&b).scale);
    Ok((to_scale(a, scale)?, to_scale(b, scale)?))
}

/// `a + b` or `a - b`.
pub(crate) fn sum(op: Op, kind: NumberKind, a: Expr, b: Expr) -> Made {
    let (a, b) = align(a, b)?;
    let (x, y) = (parts(&a), parts(&b));
    let (lo, hi) = match op {
        Op::Sub => (x.lo.checked_sub(y.hi), x.hi.checked_sub(y.lo)),
        _ => (x.lo.checked_add(y.lo), x.hi.checked_add(y.hi)),
    };
    let ty = NumberType { kind, scale: x.scale, lo: lo.ok_or(TooLarge)?, hi: hi.ok_or(TooLarge)? };
    Ok(make(op, vec![a, b], ty))
}

/// `a * b`.
pub(crate) fn product(kind: NumberKind, a: Expr, b: Expr) -> Made {
    let (x, y) = (parts(&a), parts(&b));
    let corners = [(x.lo, y.lo), (x.lo, y.hi), (x.hi, y.lo), (x.hi, y.hi)];
    let corners: Option<Vec<i128>> = corners.into_iter().map(|(p, q)| p.checked_mul(q)).collect();
    let corners = corners.ok_or(TooLarge)?;
    let scale = x.scale.checked_add(y.scale).ok_or(TooLarge)?;
    let lo = corners.iter().min().copied().unwrap_or(0);
    let hi = corners.iter().max().copied().unwrap_or(0);
    if let Some(simple) = times_one(kind, &a, &b, NumberType { kind, scale, lo, hi }) {
        return Ok(simple);
    }
    Ok(make(Op::Mul, vec![a, b], NumberType { kind, scale, lo, hi }))
}

/// A product with the constant 1 is the other factor, if that has the product's type already.
fn times_one(kind: NumberKind, a: &Expr, b: &Expr, ty: NumberType) -> Option<Expr> {
    let other = if known(b) == Some(1) && parts(b).scale == 0 {
        a
    } else if known(a) == Some(1) && parts(a).scale == 0 {
        b
    } else {
        return None;
    };
    (parts(other).kind == kind && parts(other).scale == ty.scale).then(|| other.clone())
}

/// `-a`.
pub(crate) fn negate(a: Expr) -> Made {
    let ty = parts(&a);
    let end = |n: i128| n.checked_neg().ok_or(TooLarge);
    Ok(make(Op::Neg, vec![a], NumberType { lo: end(ty.hi)?, hi: end(ty.lo)?, ..ty }))
}

/// The smaller or the larger of two numbers.
pub(crate) fn extreme(op: Op, kind: NumberKind, a: Expr, b: Expr) -> Made {
    let (a, b) = align(a, b)?;
    let (x, y) = (parts(&a), parts(&b));
    let (lo, hi) = match op {
        Op::Min => (x.lo.min(y.lo), x.hi.min(y.hi)),
        _ => (x.lo.max(y.lo), x.hi.max(y.hi)),
    };
    Ok(make(op, vec![a, b], NumberType { kind, scale: x.scale, lo, hi }))
}

/// A comparison of two numbers.
pub(crate) fn compare(op: Op, a: Expr, b: Expr) -> Made {
    let (a, b) = align(a, b)?;
    if let (Some(x), Some(y)) = (known(&a), known(&b)) {
        return Ok(truth(match op {
            Op::Lt => x < y,
            Op::Le => x <= y,
            _ => x == y,
        }));
    }
    Ok(test(op, vec![a, b]))
}

/// The number held between two ends that it is known to keep, so that its type says so.
pub(crate) fn held(expr: Expr, lo: i128, hi: i128) -> Made {
    let ty = parts(&expr);
    let raised = if lo > ty.lo { extreme(Op::Max, ty.kind, expr, constant(ty.kind, ty.scale, lo))? } else { expr };
    if hi < ty.hi { extreme(Op::Min, ty.kind, raised, constant(ty.kind, ty.scale, hi)) } else { Ok(raised) }
}

/// `num / den` with `places` digits after the point; `den > 0` by its range.
pub(crate) fn quotient(mode: Rounding, kind: NumberKind, places: u8, num: Expr, den: Expr) -> Made {
    let wanted = u16::from(places) + u16::from(parts(&den).scale);
    let have = u16::from(parts(&num).scale);
    let by = |n: u16| u8::try_from(n).map_err(|_| TooLarge);
    let (num, den) = if wanted >= have {
        (scale_up(num, by(wanted - have)?)?, den)
    } else {
        (num, scale_up(den, by(have - wanted)?)?)
    };
    let (n, d) = (parts(&num), parts(&den));
    if d.lo <= 0 {
        return Err(TooLarge);
    }
    let corners = [(n.lo, d.lo), (n.lo, d.hi), (n.hi, d.lo), (n.hi, d.hi)];
    let corners: Option<Vec<i128>> = corners.into_iter().map(|(n, d)| divide(mode, n, d)).collect();
    let corners = corners.ok_or(TooLarge)?;
    let lo = corners.iter().min().copied().unwrap_or(0);
    let hi = corners.iter().max().copied().unwrap_or(0);
    if known(&den) == Some(1) {
        return Ok(retyped(num, NumberType { kind, scale: places, lo, hi }));
    }
    Ok(make(Op::DivRound(mode), vec![num, den], NumberType { kind, scale: places, lo, hi }))
}

/// The same number under another type of the same scale and range: as the sum with nothing, which every engine can drop.
pub(crate) fn retyped(expr: Expr, ty: NumberType) -> Expr {
    match expr.kind {
        ExprKind::Const(_) | ExprKind::Op(..) => Expr { ty: Type::Number(ty), kind: expr.kind },
        _ if expr.ty == Type::Number(ty) => expr,
        _ => {
            let zero = constant(ty.kind, ty.scale, 0);
            Expr { ty: Type::Number(ty), kind: ExprKind::Op(Op::Add, vec![expr, zero]) }
        }
    }
}

/// The same number taken as another kind.
pub(crate) fn as_kind(expr: Expr, kind: NumberKind) -> Expr {
    let ty = parts(&expr);
    if ty.kind == kind { expr } else { retyped(expr, NumberType { kind, ..ty }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(lo: i128, hi: i128, scale: u8) -> Expr {
        let ty = NumberType { kind: NumberKind::Decimal, scale, lo, hi };
        Expr { ty: Type::Number(ty), kind: ExprKind::Local(enact_ir::LocalId(0)) }
    }

    #[test]
    fn ranges_and_scales_flow() {
        let (a, b) = (variable(-10, 20, 1), variable(3, 7, 2));
        let range = |made: Made| type_of(&made.unwrap()).map(|it| (it.scale, it.lo, it.hi)).unwrap();
        let kind = NumberKind::Decimal;
        assert_eq!(range(sum(Op::Add, kind, a.clone(), b.clone())), (2, -97, 207));
        assert_eq!(range(sum(Op::Sub, kind, a.clone(), b.clone())), (2, -107, 197));
        assert_eq!(range(product(kind, a.clone(), b.clone())), (3, -70, 140));
        assert_eq!(range(extreme(Op::Max, kind, a.clone(), b.clone())), (2, 3, 200));
        assert_eq!(range(quotient(Rounding::HalfUp, kind, 0, a, b)), (0, -33, 67));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let wide = variable(0, i128::MAX / 2, 0);
        assert_eq!(product(NumberKind::Decimal, wide.clone(), wide.clone()), Err(TooLarge));
        assert_eq!(scale_up(wide.clone(), 1), Err(TooLarge));
        assert!(sum(Op::Add, NumberKind::Decimal, wide.clone(), wide).is_ok());
    }
}
