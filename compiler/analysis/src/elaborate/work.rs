//! An upper bound of the work of a decision, in evaluated nodes.

use enact_ir::{Decision, Expr, ExprKind, Type};

/// Named values are evaluated once at most, the bodies of list forms once an element.
pub(super) fn of(decision: &Decision) -> u64 {
    let bindings = decision.bindings.iter().map(|it| expr(&it.value));
    let requirements = decision.requirements.iter().map(|it| expr(&it.condition));
    let outputs = decision.outputs.iter().map(|it| it.when.as_ref().map_or(0, expr).saturating_add(expr(&it.value)));
    let keys = decision.ledger.iter().flat_map(|it| &it.key).map(expr);
    bindings.chain(requirements).chain(outputs).chain(keys).fold(0, u64::saturating_add)
}

/// The depth of the recursion is that of the tree, which elaboration bounds.
fn expr(it: &Expr) -> u64 {
    let inner = match &it.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Today => 0,
        ExprKind::Op(op, parts) => {
            // Operations on lists look at every element.
            let elements = match op {
                enact_ir::Op::Contains | enact_ir::Op::Concat | enact_ir::Op::Eq => {
                    parts.iter().map(|it| elements(&it.ty)).fold(0, u64::saturating_add)
                }
                _ => 0,
            };
            all(parts).saturating_add(elements)
        }
        ExprKind::Record(parts) | ExprKind::List(parts) => all(parts),
        ExprKind::Let(_, value, body) => expr(value).saturating_add(expr(body)),
        ExprKind::If(a, b, c) => expr(a).saturating_add(expr(b).max(expr(c))),
        ExprKind::Choose { exceptions, general, .. } => {
            exceptions.iter().flat_map(|(a, b)| [a, b]).map(expr).fold(expr(general), u64::saturating_add)
        }
        ExprKind::Field(base, _) => expr(base),
        ExprKind::Lookup { keys, date, .. } => all(keys).saturating_add(date.as_ref().map_or(0, |it| expr(it))),
        ExprKind::Each { list, filter, sort, body, before, .. } => {
            let times = elements(&list.ty);
            let each = filter.as_ref().map_or(0, |it| expr(it)).saturating_add(expr(body));
            let sorting = match sort {
                // A comparison sort asks for the order at most so many times an element.
                Some((key, _)) => expr(key).saturating_add(u64::from(64 - times.leading_zeros())),
                None => 0,
            };
            let copying = if before.is_some() { times } else { 0 };
            let every = each.saturating_add(sorting).saturating_add(copying).saturating_add(1);
            expr(list).saturating_add(times.saturating_mul(every))
        }
    };
    inner.saturating_add(1)
}

fn all(parts: &[Expr]) -> u64 {
    parts.iter().map(expr).fold(0, u64::saturating_add)
}

fn elements(ty: &Type) -> u64 {
    match ty.inner() {
        Type::List { max, .. } => u64::from(*max),
        _ => 0,
    }
}

/// Whether an expression of the decision stands deeper than engines follow. Level by level, without recursion.
pub(super) fn too_deep(decision: &Decision) -> bool {
    let outputs = decision.outputs.iter().flat_map(|it| it.when.iter().chain([&it.value]));
    let bindings = decision.bindings.iter().map(|it| &it.value);
    let keys = decision.ledger.iter().flat_map(|it| &it.key);
    let mut level: Vec<&Expr> =
        bindings.chain(decision.requirements.iter().map(|it| &it.condition)).chain(outputs).chain(keys).collect();
    for _ in 0..enact_ir::MAX_DEPTH {
        level = level.into_iter().flat_map(Expr::parts).collect();
        if level.is_empty() {
            return false;
        }
    }
    true
}

/// Whether expressions have fewer nodes than a limit; nothing beyond it is looked at.
pub(super) fn smaller(all: &[&Expr], limit: usize) -> bool {
    let mut open: Vec<&Expr> = all.to_vec();
    let mut seen = 0;
    while let Some(expr) = open.pop() {
        seen += 1;
        if seen >= limit {
            return false;
        }
        open.extend(expr.parts());
    }
    true
}
