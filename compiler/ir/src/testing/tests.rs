//! The generator reaches everything that a program can hold.

use super::*;
use crate::{Each, Expr, ExprKind, Verdict, interp, ops};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

fn note(expr: &Expr, seen: &mut BTreeSet<String>) {
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

#[test]
fn every_form_operation_and_verdict_comes_up() {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<u32>(), 200..700);
    let mut seen = BTreeSet::new();
    for _ in 0..1500 {
        let sample = sample(&strategy.new_tree(&mut runner).unwrap().current());
        let decision = sample.program.decision(DECISION).unwrap();
        decision.bindings.iter().for_each(|it| note(&it.value, &mut seen));
        decision.requirements.iter().for_each(|it| note(&it.condition, &mut seen));
        decision.outputs.iter().for_each(|it| note(&it.value, &mut seen));
        for facts in [&sample.known, &sample.hidden] {
            seen.insert(interp::decide(&sample.program, DECISION, facts, sample.today).verdict.as_str().to_owned());
        }
    }
    let forms = [Each::Map, Each::Sum, Each::Count, Each::Any, Each::All, Each::Min, Each::Max, Each::First];
    let verdicts = [Verdict::Granted, Verdict::Refused, Verdict::Pending, Verdict::Error];
    let kinds = ["const", "local", "today", "let", "if", "choose", "field", "record", "list", "lookup"];
    let parts = ["part 0", "part 1", "part 2"];
    let wanted = ops::ALL.iter().map(|op| op.name().to_owned());
    let wanted = wanted.chain(forms.iter().map(|form| format!("each {form:?}")));
    let wanted = wanted.chain(verdicts.iter().map(|verdict| verdict.as_str().to_owned()));
    let wanted: BTreeSet<String> = wanted.chain(kinds.iter().chain(&parts).map(|it| (*it).to_owned())).collect();
    let missing: Vec<&String> = wanted.difference(&seen).collect();
    assert!(missing.is_empty(), "never made: {missing:?}");
}
