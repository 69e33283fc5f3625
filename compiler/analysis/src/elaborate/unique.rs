//! Every local of a decision is bound once: where an expression was written twice, the second copy gets locals of its own.

use enact_ir::{Decision, Expr, ExprKind, LocalId};
use std::collections::{BTreeMap, BTreeSet};

struct Renaming {
    bound: BTreeSet<LocalId>,
    names: BTreeMap<LocalId, LocalId>,
    next: u32,
}

/// Renames what is bound twice; `next` is the first unused local. The result is the first that is unused then.
pub(super) fn decision(decision: &mut Decision, next: u32) -> u32 {
    let mut it = Renaming { bound: BTreeSet::new(), names: BTreeMap::new(), next };
    decision.bindings.iter_mut().for_each(|binding| it.expr(&mut binding.value));
    decision.requirements.iter_mut().for_each(|requirement| it.expr(&mut requirement.condition));
    for output in &mut decision.outputs {
        output.when.iter_mut().for_each(|when| it.expr(when));
        it.expr(&mut output.value);
    }
    decision.ledger.iter_mut().flat_map(|tally| &mut tally.key).for_each(|part| it.expr(part));
    it.next
}

impl Renaming {
    fn bind(&mut self, local: &mut LocalId) -> Option<(LocalId, Option<LocalId>)> {
        if self.bound.insert(*local) {
            return None;
        }
        let fresh = LocalId(self.next);
        self.next = self.next.saturating_add(1);
        self.bound.insert(fresh);
        let old = *local;
        let outer = self.names.insert(old, fresh);
        *local = fresh;
        Some((old, outer))
    }

    fn unbind(&mut self, renamed: Option<(LocalId, Option<LocalId>)>) {
        match renamed {
            Some((old, Some(outer))) => {
                self.names.insert(old, outer);
            }
            Some((old, None)) => {
                self.names.remove(&old);
            }
            None => {}
        }
    }

    /// The depth of the recursion is that of the tree, which elaboration bounds.
    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Const(_) | ExprKind::Today => {}
            ExprKind::Local(local) => {
                if let Some(fresh) = self.names.get(local) {
                    *local = *fresh;
                }
            }
            ExprKind::Op(_, parts) | ExprKind::Record(parts) | ExprKind::List(parts) => {
                parts.iter_mut().for_each(|it| self.expr(it));
            }
            ExprKind::Let(local, value, body) => {
                self.expr(value);
                let renamed = self.bind(local);
                self.expr(body);
                self.unbind(renamed);
            }
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|it| self.expr(it)),
            ExprKind::Choose { exceptions, general, .. } => {
                for (condition, value) in exceptions {
                    self.expr(condition);
                    self.expr(value);
                }
                self.expr(general);
            }
            ExprKind::Field(base, _) => self.expr(base),
            ExprKind::Lookup { keys, date, .. } => {
                keys.iter_mut().for_each(|it| self.expr(it));
                date.iter_mut().for_each(|it| self.expr(it));
            }
            ExprKind::Each { list, element, before, filter, sort, body, .. } => {
                self.expr(list);
                let element = self.bind(element);
                let before = before.as_mut().and_then(|it| self.bind(it));
                filter.iter_mut().for_each(|it| self.expr(it));
                sort.iter_mut().for_each(|(key, _)| self.expr(key));
                self.expr(body);
                self.unbind(before);
                self.unbind(element);
            }
        }
    }
}
