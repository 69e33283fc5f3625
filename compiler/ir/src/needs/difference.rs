//! Conditions as alternatives of literals, and a proof that literals contradict each other: comparisons of terms that are nowhere looked into.

use super::assume::number;
use crate::{Expr, ExprKind, LocalId, Op, Type, Value};
use std::collections::BTreeMap;

/// What locals stand for.
type Meanings<'e> = BTreeMap<LocalId, &'e Expr>;

/// Conditions, each with whether it is asked to be true.
type Literals<'e> = Vec<(&'e Expr, bool)>;

/// Literals that hold together: an expression of type `Bool`, and whether it is true.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conjunction<'e> {
    literals: Vec<(&'e Expr, bool)>,
    meanings: Meanings<'e>,
}

/// Alternatives of a condition; more are not looked at one by one.
const MOST: usize = 64;
/// Locals are followed so far, so that no program makes this long.
const STEPS: usize = 512;

/// The condition as alternatives. `None` if there are too many.
pub(crate) fn conjunctions<'e>(condition: &'e Expr, meanings: Meanings<'e>) -> Option<Vec<Conjunction<'e>>> {
    let mut steps = STEPS;
    let mut meanings = meanings;
    let lists = alternatives(condition, true, &mut meanings, &mut steps)?;
    Some(lists.into_iter().map(|literals| Conjunction { literals, meanings: meanings.clone() }).collect())
}

impl Conjunction<'_> {
    /// The literals as one condition.
    pub(crate) fn expr(&self) -> Expr {
        let literal = |(expr, holds): &(&Expr, bool)| match holds {
            true => (*expr).clone(),
            false => Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Not, vec![(*expr).clone()]) },
        };
        Expr { ty: Type::Bool, kind: ExprKind::Op(Op::And, self.literals.iter().map(literal).collect()) }
    }
}

type Lists<'e> = Vec<Vec<(&'e Expr, bool)>>;

fn alternatives<'e>(expr: &'e Expr, holds: bool, meanings: &mut Meanings<'e>, steps: &mut usize) -> Option<Lists<'e>> {
    *steps = steps.checked_sub(1)?;
    match &expr.kind {
        ExprKind::Const(Value::Bool(known)) => Some(if *known == holds { vec![Vec::new()] } else { Vec::new() }),
        ExprKind::Local(local) => match meanings.get(local).copied() {
            // A binding whose meaning can be taken apart is; any other stays as it is, and keeps its name.
            Some(meaning) if is_connective(meaning) => alternatives(meaning, holds, meanings, steps),
            _ => Some(vec![vec![(expr, holds)]]),
        },
        ExprKind::Op(Op::Not, args) => alternatives(args.first()?, !holds, meanings, steps),
        ExprKind::Op(op @ (Op::And | Op::Or), args) => {
            let all: Vec<Lists<'e>> =
                args.iter().map(|arg| alternatives(arg, holds, meanings, steps)).collect::<Option<_>>()?;
            if (*op == Op::And) == holds {
                return all.into_iter().try_fold(vec![Vec::new()], |found, more| product(&found, &more));
            }
            let any: Lists<'e> = all.into_iter().flatten().collect();
            (any.len() <= MOST).then_some(any)
        }
        ExprKind::If(condition, then, otherwise) => {
            let yes = alternatives(condition, true, meanings, steps)?;
            let no = alternatives(condition, false, meanings, steps)?;
            let mut found = product(&yes, &alternatives(then, holds, meanings, steps)?)?;
            found.extend(product(&no, &alternatives(otherwise, holds, meanings, steps)?)?);
            (found.len() <= MOST).then_some(found)
        }
        _ => Some(vec![vec![(expr, holds)]]),
    }
}

fn is_connective(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Op(op, _) => {
            matches!(op, Op::And | Op::Or | Op::Not | Op::Lt | Op::Le | Op::Eq | Op::IsPresent | Op::Contains)
        }
        ExprKind::If(..) | ExprKind::Local(_) | ExprKind::Const(_) => true,
        _ => false,
    }
}

fn product<'e>(a: &Lists<'e>, b: &Lists<'e>) -> Option<Lists<'e>> {
    let both = |(x, y): (&Literals<'e>, &Literals<'e>)| x.iter().chain(y).copied().collect();
    (a.len().saturating_mul(b.len()) <= MOST)
        .then(|| a.iter().flat_map(|x| b.iter().map(move |y| (x, y))).map(both).collect())
}

/// Whether no values of the terms make all literals true. A term is any expression: the same one has the same value everywhere.
pub(crate) fn contradictory(case: &Conjunction<'_>) -> bool {
    let mut system = System { case, terms: Vec::new(), bounds: Vec::new() };
    for (n, (expr, holds)) in case.literals.iter().enumerate() {
        if case.literals.iter().take(n).any(|(other, held)| held != holds && other == expr) {
            return true;
        }
        system.add(expr, *holds);
    }
    system.impossible()
}

/// Bounds `a - b <= c` between terms; term 0 is the number zero.
struct System<'e, 'c> {
    case: &'c Conjunction<'e>,
    terms: Vec<&'e Expr>,
    bounds: Vec<(usize, usize, i128)>,
}

impl<'e> System<'e, '_> {
    fn add(&mut self, expr: &'e Expr, holds: bool) {
        let ExprKind::Op(op @ (Op::Lt | Op::Le | Op::Eq), args) = &expr.kind else { return };
        let [left, right] = args.as_slice() else { return };
        if !matches!(left.ty, Type::Number(_) | Type::Date) {
            return;
        }
        let (Some((a, x)), Some((b, y))) = (self.term(left), self.term(right)) else { return };
        let Some(apart) = y.checked_sub(x) else { return };
        // `a + x <= b + y` is `a - b <= y - x`.
        match (op, holds) {
            (Op::Lt, true) => self.bounds.push((a, b, apart.saturating_sub(1))),
            (Op::Lt, false) => self.bounds.push((b, a, apart.saturating_neg())),
            (Op::Le, true) => self.bounds.push((a, b, apart)),
            (Op::Le, false) => self.bounds.push((b, a, apart.saturating_neg().saturating_sub(1))),
            (_, true) => self.bounds.extend([(a, b, apart), (b, a, apart.saturating_neg())]),
            (_, false) => {}
        }
    }

    /// A term and what is added to it.
    fn term(&mut self, expr: &'e Expr) -> Option<(usize, i128)> {
        let expr = self.meaning(expr);
        match &expr.kind {
            ExprKind::Const(value) => return number(value).map(|n| (0, n)),
            ExprKind::Op(op @ (Op::Add | Op::AddDays | Op::Sub), args) => {
                let [inner, by] = args.as_slice() else { return None };
                let constant = |it: &'e Expr| match &self.meaning(it).kind {
                    ExprKind::Const(value) => number(value),
                    _ => None,
                };
                let moved = match (op, constant(inner), constant(by)) {
                    (Op::Sub, _, Some(n)) => Some((inner, n.checked_neg()?)),
                    (Op::Add | Op::AddDays, _, Some(n)) => Some((inner, n)),
                    (Op::Add, Some(n), _) => Some((by, n)),
                    _ => None,
                };
                if let Some((inner, n)) = moved {
                    let (term, more) = self.term(inner)?;
                    return Some((term, more.checked_add(n)?));
                }
            }
            _ => {}
        }
        let known = self.terms.iter().position(|it| *it == expr);
        let place = known.unwrap_or_else(|| {
            self.terms.push(expr);
            self.terms.len() - 1
        });
        Some((place + 1, 0))
    }

    fn meaning(&self, expr: &'e Expr) -> &'e Expr {
        let mut expr = expr;
        for _ in 0..16 {
            match &expr.kind {
                ExprKind::Local(local) => match self.case.meanings.get(local) {
                    Some(meaning) => expr = meaning,
                    None => break,
                },
                _ => break,
            }
        }
        expr
    }

    /// A way round of bounds whose sum is below zero.
    fn impossible(&self) -> bool {
        let nodes = self.terms.len() + 1;
        let mut at_most = vec![0i128; nodes];
        for round in 0..=nodes {
            let mut changed = false;
            for (a, b, bound) in &self.bounds {
                let through = at_most.get(*b).copied().unwrap_or(0).saturating_add(*bound);
                if let Some(now) = at_most.get_mut(*a).filter(|now| **now > through) {
                    *now = through;
                    changed = true;
                }
            }
            if !changed {
                return false;
            }
            if round == nodes {
                return true;
            }
        }
        false
    }
}
