//! Which forms and operations a program holds, and which there are.

use crate::{Each, Expr, ExprKind, Verdict, ops};
use std::collections::BTreeSet;

/// Adds the names of what an expression holds.
pub(super) fn note(expr: &Expr, seen: &mut BTreeSet<String>) {
    let name = match &expr.kind {
        ExprKind::Const(_) => "const".to_owned(),
        ExprKind::Local(_) => "local".to_owned(),
        ExprKind::Today => "today".to_owned(),
        ExprKind::Op(op, _) => op.name().to_owned(),
        ExprKind::Let(..) => "let".to_owned(),
        ExprKind::If(..) => "if".to_owned(),
        ExprKind::Choose { .. } => "choose".to_owned(),
        ExprKind::Field(..) => "field".to_owned(),
        ExprKind::Record(_) => "record".to_owned(),
        ExprKind::List(_) => "list".to_owned(),
        ExprKind::Lookup { .. } => "lookup".to_owned(),
        ExprKind::Each { form, filter, sort, before, .. } => {
            let parts = [filter.is_some(), sort.is_some(), before.is_some()];
            seen.extend(parts.iter().enumerate().filter(|(_, there)| **there).map(|(n, _)| format!("part {n}")));
            format!("each {form:?}")
        }
    };
    seen.insert(name);
    expr.parts().into_iter().for_each(|part| note(part, seen));
}

/// The names of everything that random programs and their outcomes must reach.
pub fn wanted() -> BTreeSet<String> {
    let forms = [Each::Map, Each::Sum, Each::Count, Each::Any, Each::All, Each::Min, Each::Max, Each::First];
    let verdicts = [Verdict::Granted, Verdict::Refused, Verdict::Pending, Verdict::Error];
    let kinds = ["const", "local", "today", "let", "if", "choose", "field", "record", "list", "lookup"];
    let parts = ["part 0", "part 1", "part 2"];
    let wanted = ops::ALL.iter().map(|op| op.name().to_owned());
    let wanted = wanted.chain(forms.iter().map(|form| format!("each {form:?}")));
    let wanted = wanted.chain(verdicts.iter().map(|verdict| verdict.as_str().to_owned()));
    wanted.chain(kinds.iter().chain(&parts).map(|it| (*it).to_owned())).collect()
}
