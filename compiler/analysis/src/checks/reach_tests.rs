//! On which days a figure is read, by the conditions around it.

use super::*;
use enact_ir::{Binding, Encoding, Field, Labels, NumberKind, NumberType, Output, Requirement};

fn boolean(kind: ExprKind) -> Expr {
    Expr { ty: Type::Bool, kind }
}

fn date(kind: ExprKind) -> Expr {
    Expr { ty: Type::Date, kind }
}

fn day(n: i64) -> Expr {
    date(ExprKind::Const(Value::Date(n)))
}

/// The decision's only input.
fn asked() -> Expr {
    date(ExprKind::Local(LocalId(0)))
}

fn op(op: Op, args: &[Expr]) -> Expr {
    boolean(ExprKind::Op(op, args.to_vec()))
}

/// `table 0 at date > 0`
fn figure(at: Expr) -> Expr {
    boolean(ExprKind::Lookup { table: TableId(0), keys: vec![], date: Some(Box::new(at)) })
}

fn if_else(condition: Expr, yes: Expr, no: Expr) -> Expr {
    boolean(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)))
}

fn decision(requirements: Vec<Expr>, bindings: Vec<Expr>, outputs: Vec<(Option<Expr>, Expr)>) -> Decision {
    let name = "d".to_owned();
    let (labels, cites) = (Labels::default(), vec![]);
    let input = Field {
        name: "day".into(),
        labels: labels.clone(),
        path: vec![],
        ty: Type::Date,
        encoding: Encoding::Standard,
        private: false,
        schema: String::new(),
        issuer: String::new(),
    };
    let require =
        |condition| Requirement { name: name.clone(), labels: labels.clone(), cites: cites.clone(), condition };
    let bind = |(n, value): (u32, Expr)| Binding { local: LocalId(n), name: format!("b{n}"), value };
    let output =
        |(when, value)| Output { name: name.clone(), labels: labels.clone(), cites: cites.clone(), when, value };
    Decision {
        name: name.clone(),
        labels: labels.clone(),
        inputs: vec![input],
        bindings: (1..).zip(bindings).map(bind).collect(),
        requirements: requirements.into_iter().map(require).collect(),
        outputs: outputs.into_iter().map(output).collect(),
        rules: vec![],
        ledger: vec![],
        work: 0,
    }
}

/// The days on which the decision reads table 0.
fn days(decision: Decision) -> Option<(i64, i64)> {
    reaches(&decision).of(TableId(0)).map(|reach| (reach.earliest, reach.latest))
}

#[test]
fn a_date_is_narrowed_by_its_form() {
    let year = |n| Expr {
        ty: Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo: n, hi: n }),
        kind: ExprKind::Const(Value::Number(n)),
    };
    let small = Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo: -3, hi: 5 });
    let late = date(ExprKind::Op(Op::Max, vec![asked(), day(100)]));
    for (at, expected) in [
        (asked(), DAYS),
        (date(ExprKind::Today), DAYS),
        (day(7), (7, 7)),
        (late.clone(), (100, DAYS.1)),
        (date(ExprKind::Op(Op::Min, vec![late, day(200)])), (100, 200)),
        (date(ExprKind::Op(Op::AddDays, vec![day(7), Expr { ty: small, kind: ExprKind::Today }])), (4, 12)),
        (date(ExprKind::If(Box::new(boolean(ExprKind::Today)), Box::new(day(3)), Box::new(day(9)))), (3, 9)),
        (date(ExprKind::Op(Op::MakeDate, vec![year(1970), year(1), year(31)])), (27, 30)),
    ] {
        assert_eq!(days(decision(vec![], vec![], vec![(None, figure(at.clone()))])), Some(expected), "{at:?}");
    }
}

#[test]
fn a_condition_that_hides_the_fault_narrows_the_date() {
    let from_ten = op(Op::Le, &[day(10), asked()]);
    let before_ten = op(Op::Lt, &[asked(), day(10)]);
    let read = figure(asked());
    let late = Some((10, DAYS.1));
    let early = Some((DAYS.0, 9));
    let yes = boolean(ExprKind::Const(Value::Bool(true)));
    for (decision, expected, why) in [
        (
            decision(vec![from_ten.clone()], vec![], vec![(None, read.clone())]),
            late,
            "outputs are computed when the requirements hold",
        ),
        (
            decision(vec![from_ten.clone(), read.clone()], vec![], vec![]),
            late,
            "a requirement that is false hides the fault of another",
        ),
        (decision(vec![], vec![], vec![(Some(from_ten.clone()), read.clone())]), late, "`when`"),
        (decision(vec![op(Op::And, &[read.clone(), from_ten.clone()])], vec![], vec![]), late, "`and`, on either side"),
        (decision(vec![op(Op::Or, &[before_ten.clone(), read.clone()])], vec![], vec![]), late, "`or`"),
        (decision(vec![op(Op::Or, &[from_ten.clone(), read.clone()])], vec![], vec![]), early, "`or` the other way"),
        (decision(vec![if_else(from_ten.clone(), yes.clone(), read.clone())], vec![], vec![]), early, "`else`"),
        (
            decision(
                vec![if_else(op(Op::Not, std::slice::from_ref(&from_ten)), yes.clone(), read.clone())],
                vec![],
                vec![],
            ),
            late,
            "`not`",
        ),
        (
            decision(vec![boolean(ExprKind::Local(LocalId(1)))], vec![from_ten.clone()], vec![(None, read.clone())]),
            late,
            "a condition with a name",
        ),
        (
            decision(vec![from_ten.clone()], vec![asked()], vec![(None, figure(date(ExprKind::Local(LocalId(1)))))]),
            late,
            "a date with a name",
        ),
        (decision(vec![op(Op::Eq, &[asked(), day(5)])], vec![], vec![(None, read.clone())]), Some((5, 5)), "`=`"),
        (decision(vec![from_ten, before_ten], vec![], vec![(None, read)]), None, "never read"),
    ] {
        assert_eq!(days(decision), expected, "{why}");
    }
}

#[test]
fn what_is_too_intricate_counts_as_any_day() {
    let deep = (0..2000).map(|n| date(ExprKind::Local(LocalId(if n == 0 { 0 } else { n })))).collect();
    let reading = decision(vec![], deep, vec![(None, figure(date(ExprKind::Local(LocalId(2000)))))]);
    assert_eq!(days(reading), Some(DAYS));
}
