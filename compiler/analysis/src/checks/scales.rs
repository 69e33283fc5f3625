//! E0605, E0606: brackets of a scale that are out of order, quick deductions that do not agree with the brackets below.

use super::show::decimal;
use enact_base::{Code, Diagnostic, Edit, Span};
use enact_syntax::ast::{Bracket, Expr, ExprKind, Scale, ScaleVersion, UnaryOp, Unit};

/// Checks every version of a scale.
pub(crate) fn check(scale: &Scale) -> Vec<Diagnostic<Span>> {
    let name = &scale.name.text;
    let of = |version: &ScaleVersion| {
        let disorder = order(name, version);
        if disorder.is_empty() { deductions(name, version) } else { disorder }
    };
    scale.versions.iter().flat_map(of).collect()
}

fn order(name: &str, version: &ScaleVersion) -> Vec<Diagnostic<Span>> {
    let Some(last) = version.brackets.last() else { return Vec::new() };
    let mut found = Vec::new();
    for (lower, upper) in version.brackets.iter().zip(version.brackets.iter().skip(1)) {
        match (&lower.to, &upper.to) {
            (None, _) => {
                let message = format!("a bracket of scale `{name}` stands after `above`");
                let after = Diagnostic::new(Code::ScaleOrder, upper.span, message, "never reached");
                found.push(after.with_label(lower.span, "takes everything").with_help("put `above` last"));
            }
            (Some(below), Some(edge)) if !less_than(below, edge) => {
                let message = format!("the brackets of scale `{name}` do not rise");
                let falling = Diagnostic::new(Code::ScaleOrder, edge.span, message, "not above the edge before it");
                found.push(
                    falling
                        .with_label(below.span, "the edge before it")
                        .with_help("order the brackets from the lowest edge to the highest"),
                );
            }
            _ => {}
        }
    }
    if last.to.is_some() && found.is_empty() {
        let message = format!("scale `{name}` says nothing above its last edge");
        found.push(
            Diagnostic::new(Code::ScaleOrder, last.span, message, "the last bracket").with_help("add `above => …`"),
        );
    }
    found
}

/// Whether the first of two constants is smaller; true where one is no literal.
fn less_than(a: &Expr, b: &Expr) -> bool {
    match (literal(a), literal(b)) {
        (Some(a), Some(b)) => aligned(a, b).is_none_or(|(a, b, _)| a < b),
        _ => true,
    }
}

fn deductions(name: &str, version: &ScaleVersion) -> Vec<Diagnostic<Span>> {
    let mut found = Vec::new();
    let mut below: Option<(&Bracket, Exact)> = None;
    for bracket in &version.brackets {
        let right = match below {
            None => Some((0, 0)),
            Some((lower, deduction)) => next_deduction(lower, deduction, bracket),
        };
        let Some(right) = right else { return found };
        if let Some(less) = &bracket.less {
            found.extend(literal(less).and_then(|written| mismatch(name, less.span, written, right)));
        }
        below = Some((bracket, right));
    }
    found
}

fn mismatch(name: &str, span: Span, written: Exact, right: Exact) -> Option<Diagnostic<Span>> {
    let (a, b, _) = aligned(written, right)?;
    if a == b {
        return None;
    }
    let right = format!("{} yuan", decimal(right.0, right.1));
    let message =
        format!("the quick deduction of scale `{name}` does not agree with the brackets below: it must be {right}");
    let found = Diagnostic::new(Code::QuickDeduction, span, message, "would make the amount jump at the edge");
    let note = "deduction = deduction of the bracket below + its upper edge × (rate here − rate below)";
    Some(found.with_note(note).with_fix(format!("write `less {right}`"), vec![Edit { place: span, text: right }]))
}

/// `deduction + edge × (rate − rate below)`, exactly.
fn next_deduction(lower: &Bracket, deduction: Exact, bracket: &Bracket) -> Option<Exact> {
    let edge = literal(lower.to.as_ref()?)?;
    let (rate, rate_below, scale) = aligned(literal(&bracket.rate)?, literal(&lower.rate)?)?;
    let step = (edge.0.checked_mul(rate.checked_sub(rate_below)?)?, edge.1.checked_add(scale)?);
    let (a, b, scale) = aligned(deduction, step)?;
    Some((a.checked_add(b)?, scale))
}

/// `n / 10^scale`
type Exact = (i128, u8);

/// Both with the larger scale; `None` if that does not fit.
fn aligned(a: Exact, b: Exact) -> Option<(i128, i128, u8)> {
    let scale = a.1.max(b.1);
    let raise = |(n, from): Exact| n.checked_mul(10_i128.checked_pow(u32::from(scale - from))?);
    Some((raise(a)?, raise(b)?, scale))
}

/// The value of a number literal, money in yuan.
fn literal(expr: &Expr) -> Option<Exact> {
    match &expr.kind {
        ExprKind::Number(number) => {
            let n = i128::from(number.digits);
            Some(match number.unit {
                Some(Unit::Fen | Unit::Percent) => (n, number.places.checked_add(2)?),
                Some(Unit::Permille) => (n, number.places.checked_add(3)?),
                Some(Unit::WanYuan) => (n.checked_mul(10_000)?, number.places),
                Some(Unit::YiYuan) => (n.checked_mul(100_000_000)?, number.places),
                Some(Unit::Yuan | Unit::Days | Unit::Months | Unit::Years) | None => (n, number.places),
            })
        }
        ExprKind::Unary(UnaryOp::Negate, inner) => literal(inner).map(|(n, scale)| (-n, scale)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, fixed, item, lines};
    use enact_syntax::ast::ItemKind;

    #[test]
    fn brackets_rise_and_deductions_agree() {
        for (brackets, expected) in [
            (
                "to 36000 yuan => 3%, to 144000 yuan => 10% less 2520 yuan, to 30 万元 => 20% less 16920 yuan, above => 45% less 91920 yuan",
                "",
            ),
            ("to 36000 yuan => 3%, above => 10%", ""),
            ("to 36000 yuan => 3% less 0 yuan, above => 10% less 2520 yuan", ""),
            (
                "to 36000 yuan => 3%, above => 10% less 2500 yuan",
                "E0606 the quick deduction of scale `s` does not agree with the brackets below: it must be 2520 yuan",
            ),
            (
                "to 100 yuan => 0.5%, above => 1.25% less 0.7 yuan",
                "E0606 the quick deduction of scale `s` does not agree with the brackets below: it must be 0.75 yuan",
            ),
            ("to 2 万元 => 3%, to 15000 yuan => 10%, above => 20%", "E0605 the brackets of scale `s` do not rise"),
            ("to 36000 yuan => 3%, to 36000 yuan => 10%, above => 20%", "E0605 the brackets of scale `s` do not rise"),
            ("above => 3%, to 36000 yuan => 10%", "E0605 a bracket of scale `s` stands after `above`"),
            ("to 36000 yuan => 3%", "E0605 scale `s` says nothing above its last edge"),
        ] {
            let text = format!("scale s (x: money) cite law.art(3) {{ from 2019-01-01 {{ {brackets} }} }}");
            let ItemKind::Scale(scale) = item(&text).kind else { panic!("no scale") };
            assert_eq!(lines(&super::check(&scale)), expected, "{brackets}");
        }
    }

    #[test]
    fn the_fix_of_a_deduction_agrees() {
        let text = "scale s (x : money) { from 2000-01-01 { to 100 yuan => 0.5%, above => 1.25% less 7 yuan } }\n\
                    decision d input x : money, 0 yuan .. 1000 yuan { output o : money = round down to fen (s(x) at 2000-01-01) }\n";
        assert!(findings(text).starts_with("E0606"));
        assert_eq!(fixed(text), "");
    }
}
