//! Conditions that meet, those that never do, and those that always hold.

use super::brute::Brute;
use super::build::*;
use super::random::made;
use crate::needs::{Answer, Meeting, Question, always, meet};
use crate::*;
use std::collections::BTreeSet;

/// Far too many values to be tried one by one.
fn wide() -> Type {
    int(0, 1_000_000_000)
}

/// `a`, `b` wide numbers, `day` and `until` dates, `t` a text, `k` a kind, `p` an optional number.
fn wide_decision() -> Decision {
    decision(vec![
        field("a", wide()),
        field("b", wide()),
        field("day", Type::Date),
        field("until", Type::Date),
        field("t", Type::Text { max: 12 }),
        field("k", Type::Enum(EnumId(0))),
        field("p", optional(int(0, 9))),
    ])
}

fn a() -> Expr {
    local(0, wide())
}

fn b() -> Expr {
    local(1, wide())
}

fn date(n: u32) -> Expr {
    local(n, Type::Date)
}

fn day(day: i64) -> Expr {
    expr(Type::Date, ExprKind::Const(Value::Date(day)))
}

fn text_is(text: &str) -> Expr {
    let ty = Type::Text { max: 12 };
    eq(local(4, ty.clone()), expr(ty, ExprKind::Const(Value::Text(text.to_owned()))))
}

fn kind_is(n: u32) -> Expr {
    eq(local(5, Type::Enum(EnumId(0))), case(n))
}

fn p() -> Expr {
    local(6, optional(int(0, 9)))
}

fn p_at_most(most: i128) -> Expr {
    and(op(Op::IsPresent, vec![p()]), le(op(Op::Get, vec![p()]), n(most)))
}

/// Whether the facts of an example make both conditions true: says the interpreter.
fn shows(decision: &Decision, conditions: [&Expr; 2], facts: &Facts) -> bool {
    let requirements = vec![require("first", conditions[0].clone()), require("second", conditions[1].clone())];
    let program = verify(program(Decision { requirements, outputs: Vec::new(), ..decision.clone() })).unwrap();
    interp::decide(&program, "d", facts, 50).verdict == Verdict::Granted
}

#[test]
fn conditions_that_meet_come_with_an_example() {
    let decision = wide_decision();
    let made = program(decision.clone());
    let sum = op(Op::Add, vec![a(), b()]);
    for (first, second) in [
        (lt(a(), n(500)), lt(n(498), a())),
        (lt(a(), b()), lt(b(), n(2))),
        (eq(sum.clone(), n(1_999_999_999)), le(b(), a())),
        (lt(date(2), day(19_000)), lt(day(18_998), date(2))),
        (lt(date(2), date(3)), le(date(3), day(18_000))),
        (not(text_is("A")), not(text_is(""))),
        (text_is("北京"), kind_is(2)),
        (p_at_most(3), not(p_at_most(2))),
        (not(op(Op::IsPresent, vec![p()])), or(kind_is(0), kind_is(1))),
        (eq(lookup(0, vec![local(5, Type::Enum(EnumId(0)))], None), n(3)), not(kind_is(0))),
    ] {
        match meet(&made, &decision, &first, &second) {
            Meeting::Example(facts) => {
                assert!(shows(&decision, [&first, &second], &facts), "{first:?} {second:?} {facts:?}")
            }
            other => panic!("{other:?}: {first:?} {second:?}"),
        }
    }
}

#[test]
fn conditions_that_exclude_each_other_never_meet() {
    let decision = wide_decision();
    let made = program(decision.clone());
    let sum = op(Op::Add, vec![a(), b()]);
    for (first, second) in [
        (lt(a(), n(500)), le(n(500), a())),
        (lt(a(), b()), lt(b(), a())),
        (lt(a(), b()), eq(a(), b())),
        (lt(sum, n(10)), lt(n(9), a())),
        (lt(date(2), day(19_000)), le(day(19_000), date(2))),
        (lt(date(2), date(3)), and(lt(date(3), day(10)), le(day(10), date(2)))),
        (text_is("A"), text_is("B")),
        (kind_is(0), kind_is(1)),
        (p_at_most(3), not(op(Op::IsPresent, vec![p()]))),
        (p_at_most(3), not(p_at_most(4))),
        (eq(lookup(0, vec![local(5, Type::Enum(EnumId(0)))], None), n(3)), not(kind_is(1))),
    ] {
        assert_eq!(meet(&made, &decision, &first, &second), Meeting::Never, "{first:?} {second:?}");
    }
}

#[test]
fn what_always_holds() {
    let decision = wide_decision();
    let made = program(decision.clone());
    for (condition, expected) in [
        (le(a(), n(1_000_000_000)), true),
        (lt(a(), n(1_000_000_000)), false),
        (or(lt(a(), b()), le(b(), a())), true),
        (or(lt(a(), b()), lt(b(), a())), false),
        (or(or(kind_is(0), kind_is(1)), kind_is(2)), true),
        (or(kind_is(0), kind_is(1)), false),
        (or(text_is("A"), not(text_is("A"))), true),
        (or(not(op(Op::IsPresent, vec![p()])), p_at_most(9)), true),
        (p_at_most(9), false),
        // A figure that is not known: a fault is no counterexample.
        (lt(lookup(2, Vec::new(), Some(day(-5))), n(0)), true),
        (lt(lookup(2, Vec::new(), Some(date(2))), n(4)), false),
    ] {
        assert_eq!(always(&made, &decision, &condition), expected, "{condition:?}");
    }
}

/// Of random conditions on small domains, faults included: what is said is true, and almost always something is said.
#[test]
fn meetings_are_those_that_brute_force_finds() {
    let types = [bool_(), Type::Enum(EnumId(0)), int(0, 3), int(-1, 2), optional(int(0, 2)), list(int(0, 1), 2)];
    let (mut examples, mut never, mut unknown) = (0, 0, 0);
    for seed in 500..900 {
        let mut made = made(seed, &types, seed % 2 == 0);
        made.decisions[0].outputs.clear();
        let decision = made.decisions[0].clone();
        let (first, last) = (&decision.requirements[0].condition, &decision.requirements.last().unwrap().condition);
        let brute = Brute::new(made.clone(), Question::Verdict);
        let answers: BTreeSet<Answer> = brute.answers().map(Answer::key).collect();
        let granted = answers.contains(&Answer::Granted(Vec::new()));
        match meet(&made, &decision, first, last) {
            Meeting::Example(facts) => {
                examples += 1;
                assert_eq!(
                    brute.answer(&facts),
                    Some(&Answer::Granted(Vec::new())),
                    "seed {seed}: {facts:?}\n{decision:#?}"
                );
            }
            Meeting::Never => {
                never += 1;
                assert!(!granted, "seed {seed}\n{decision:#?}");
            }
            Meeting::Unknown => unknown += 1,
        }
        if decision.requirements.len() == 1 && always(&made, &decision, first) {
            assert!(!answers.contains(&Answer::Refused), "seed {seed}\n{decision:#?}");
        }
    }
    assert!(examples > 100 && never > 20 && unknown < 10, "{examples} {never} {unknown}");
}
