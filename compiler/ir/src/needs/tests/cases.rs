//! Decisions by hand: which facts are unavoidable, in which order to ask, and what a decided case rests on.

use super::brute::{Brute, Tally};
use super::build::*;
use crate::needs::{Answer, Needs, Question, Standing, needs};
use crate::*;

/// Whence a fact comes.
#[derive(Clone, Copy)]
enum Whence {
    Chain,
    Department,
    Applicant,
}
use Whence::{Applicant, Chain, Department};

fn from(whence: Whence, name: &str, ty: Type) -> Field {
    let (schema, issuer) = match whence {
        Chain => ("schemas/s.json", "公安局"),
        Department => ("", "公安局"),
        Applicant => ("", ""),
    };
    Field { schema: schema.to_owned(), issuer: issuer.to_owned(), ..field(name, ty) }
}

/// Truths `a`, `b`, … of which each comes from somewhere, and one requirement.
fn truths(whence: &[Whence], condition: Expr) -> Program {
    let names = ["a", "b", "c", "d"].iter().zip(whence);
    let inputs = names.map(|(name, whence)| from(*whence, name, bool_())).collect();
    program(Decision { requirements: vec![require("r", condition)], ..decision(inputs) })
}

fn truth(n: u32) -> Expr {
    local(n, bool_())
}

fn asked(program: &Program, facts: &[Fact], question: Question) -> Needs {
    needs(program, "d", &Facts { inputs: facts.to_vec() }, 50, question).unwrap()
}

fn yes() -> Fact {
    Fact::Known(Value::Bool(true))
}

fn no() -> Fact {
    Fact::Known(Value::Bool(false))
}

fn certificate(found: &Needs) -> Vec<&str> {
    found.certificate.as_ref().unwrap().facts.iter().map(|it| it.path.as_str()).collect()
}

/// A figure that is not known before day 0, on a day that depends on a condition.
fn figure(known: Expr) -> Expr {
    let day = |day: i64| expr(Type::Date, ExprKind::Const(Value::Date(day)));
    lookup(2, Vec::new(), Some(if_(known, day(50), day(-1))))
}

#[test]
fn unavoidable_is_what_nothing_else_can_make_superfluous() {
    let (a, b, c) = (truth(0), truth(1), truth(2));
    let either = if_(a.clone(), b.clone(), c.clone());
    let same = op(Op::Eq, vec![a.clone(), b.clone()]);
    for (condition, expected) in [
        (a.clone(), vec!["a"]),
        (and(a.clone(), b.clone()), vec![]),
        (or(a.clone(), not(b.clone())), vec![]),
        (same.clone(), vec!["a", "b"]),
        (and(same, c.clone()), vec![]),
        (op(Op::Eq, vec![a.clone(), and(b, c)]), vec!["a"]),
        (either, vec![]),
        (or(a.clone(), not(a)), vec![]),
    ] {
        let found = asked(&truths(&[Chain; 3], condition.clone()), &[], Question::Verdict);
        assert_eq!(found.unavoidable, expected, "{condition:?}");
    }
}

#[test]
fn unavoidable_facts_are_asked_first_whatever_they_cost() {
    let inputs = vec![from(Chain, "n", int(0, 3)), from(Applicant, "sure", bool_())];
    let value = if_(truth(1), n(5), local(0, int(0, 3)));
    let program = program(Decision { outputs: vec![output("o", value)], ..decision(inputs) });
    let found = asked(&program, &[], Question::Output(0));
    assert_eq!(found.order, ["sure", "n"]);
    let standing: Vec<Standing> = found.in_order().iter().map(|(_, standing)| *standing).collect();
    assert_eq!(standing, [Standing::Unavoidable, Standing::Certain]);
}

#[test]
fn then_what_costs_least_and_leaves_least_to_ask() {
    let (a, b, c) = (truth(0), truth(1), truth(2));
    for (whence, condition, expected) in [
        // Each decides alone: only the cost counts.
        ([Applicant, Department, Chain], or(or(a.clone(), b.clone()), c.clone()), ["c", "b", "a"]),
        ([Chain, Applicant, Department], and(and(a.clone(), b.clone()), c.clone()), ["a", "c", "b"]),
        // All cost the same: the branch that is taken tells which of the others matters.
        ([Applicant; 3], if_(c.clone(), a.clone(), b.clone()), ["c", "a", "b"]),
        ([Chain; 3], if_(b.clone(), c.clone(), a.clone()), ["b", "a", "c"]),
        // One of them decides alone if it is false, of the others both must be.
        ([Department; 3], and(or(a.clone(), b.clone()), c.clone()), ["c", "a", "b"]),
        // What is free is looked up before the applicant is asked, though an answer of the applicant would tell more.
        ([Chain, Chain, Applicant], and(or(a.clone(), b.clone()), c.clone()), ["a", "b", "c"]),
        ([Chain, Applicant, Applicant], and(or(a, b), c), ["a", "c", "b"]),
    ] {
        let found = asked(&truths(&whence, condition.clone()), &[], Question::Verdict);
        assert_eq!(found.order, expected, "{condition:?}");
    }
}

#[test]
fn a_certificate_keeps_what_costs_least_and_leaves_out_the_rest() {
    let (a, b) = (truth(0), truth(1));
    let any = or(a.clone(), b.clone());
    let both = and(a.clone(), b.clone());
    for (whence, condition, facts, expected) in [
        ([Chain, Chain], any.clone(), [yes(), yes()], vec!["a"]),
        ([Applicant, Chain], any.clone(), [yes(), yes()], vec!["b"]),
        ([Applicant, Department], any.clone(), [yes(), yes()], vec!["b"]),
        ([Department, Applicant], any.clone(), [yes(), yes()], vec!["a"]),
        ([Applicant, Chain], any.clone(), [yes(), no()], vec!["a"]),
        ([Chain, Chain], any.clone(), [no(), no()], vec!["a", "b"]),
        ([Chain, Chain], both.clone(), [yes(), yes()], vec!["a", "b"]),
        ([Chain, Chain], both, [Fact::Missing, no()], vec!["b"]),
        ([Chain, Chain], or(a.clone(), not(a.clone())), [yes(), no()], vec![]),
        ([Chain, Chain], if_(a, b.clone(), or(b.clone(), not(b))), [no(), no()], vec!["a"]),
    ] {
        let found = asked(&truths(&whence, condition.clone()), &facts, Question::Verdict);
        assert_eq!(certificate(&found), expected, "{condition:?} {facts:?}");
    }
}

#[test]
fn a_certificate_names_parts_of_records() {
    let part = || Type::Record(RecordId(0));
    let present = local(0, optional(part()));
    let inside = |n: u32, ty: Type| expr(ty, ExprKind::Field(Box::new(op(Op::Get, vec![present.clone()])), n));
    let is_present = op(Op::IsPresent, vec![present.clone()]);
    let done = and(is_present.clone(), inside(0, bool_()));
    let known = Value::Record(vec![Value::Bool(true), Value::Number(2)]);
    let untrained = Fact::Known(Value::Absent);
    let partly = Fact::Record(vec![Fact::Known(Value::Bool(true)), Fact::Missing]);
    for (condition, fact, expected) in [
        (is_present.clone(), Fact::Known(known.clone()), vec!["p"]),
        (is_present.clone(), untrained.clone(), vec!["p"]),
        (done.clone(), Fact::Known(known.clone()), vec!["p.done"]),
        (done.clone(), partly, vec!["p.done"]),
        (done, untrained, vec!["p"]),
        (or(is_present.clone(), not(is_present.clone())), Fact::Known(known.clone()), vec![]),
    ] {
        let inputs = vec![field("p", optional(part()))];
        let program = program(Decision { requirements: vec![require("r", condition.clone())], ..decision(inputs) });
        let found = asked(&program, std::slice::from_ref(&fact), Question::Verdict);
        assert_eq!(certificate(&found), expected, "{condition:?} {fact:?}");
    }
    let count = expr(int(0, 3), ExprKind::Field(Box::new(local(0, part())), 1));
    let enough = Decision { requirements: vec![require("r", le(n(1), count))], ..decision(vec![field("p", part())]) };
    let found = asked(&program(enough), &[Fact::Known(known)], Question::Verdict);
    assert_eq!(certificate(&found), ["p.count"]);
}

#[test]
fn a_fault_at_hand_decides_unless_something_is_refused() {
    let made = |condition: Expr| {
        let inputs = vec![field("a", bool_()), field("b", bool_()), field("m", int(0, 3))];
        let outputs = vec![output("o", figure(truth(1))), output("p", local(2, int(0, 3)))];
        program(Decision { requirements: vec![require("r", condition)], outputs, ..decision(inputs) })
    };
    let error = Some(Answer::Error(Fault::NoParameterVersion(TableId(2))));
    let facts = |a: Fact, b: Fact| [a, b, Fact::Missing];
    let open = facts(Fact::Missing, no());
    // `a` may still refuse; but no fact leads to a result.
    let found = asked(&made(truth(0)), &open, Question::Verdict);
    assert_eq!((&found.answer, certificate(&found)), (&error, vec!["b"]));
    let found = asked(&made(truth(0)), &facts(yes(), no()), Question::Verdict);
    assert_eq!((&found.answer, certificate(&found)), (&error, vec!["a", "b"]));
    let found = asked(&made(truth(0)), &facts(no(), no()), Question::Verdict);
    assert_eq!((&found.answer, certificate(&found)), (&Some(Answer::Refused), vec!["a"]));
    // Never true, though evaluation alone cannot tell: refused comes before the fault.
    let never = and(truth(0), lt(local(2, int(0, 3)), n(0)));
    let found = asked(&made(never), &open, Question::Verdict);
    assert_eq!((&found.answer, certificate(&found)), (&Some(Answer::Refused), vec![]));
    // The other output has no fault.
    let found = asked(&made(truth(0)), &open, Question::Output(1));
    assert_eq!((found.decided, found.order), (false, vec!["a".to_owned(), "m".to_owned()]));
    // The figure is known on some days.
    let found = asked(&made(truth(0)), &facts(yes(), Fact::Missing), Question::Verdict);
    assert_eq!((found.decided, found.unavoidable), (false, vec!["b".to_owned()]));
}

#[test]
fn small_decisions_are_told_as_brute_force_tells_them() {
    let (a, b, m) = (truth(0), truth(1), local(2, int(0, 3)));
    let kind = local(3, Type::Enum(EnumId(0)));
    let by_kind = lookup(0, vec![kind.clone()], None);
    let mut tally = Tally::default();
    for (condition, value) in [
        (and(a.clone(), b.clone()), by_kind.clone()),
        (or(a.clone(), eq(kind.clone(), case(1))), if_(b.clone(), m.clone(), n(2))),
        (le(m.clone(), n(1)), if_(lt(m.clone(), n(1)), by_kind.clone(), n(3))),
        (op(Op::Eq, vec![a.clone(), b.clone()]), lookup(1, vec![m.clone()], None)),
        (or(not(a), eq(kind, case(2))), if_(b, by_kind, m)),
    ] {
        let inputs = vec![
            from(Chain, "a", bool_()),
            from(Department, "b", bool_()),
            from(Applicant, "m", int(0, 3)),
            from(Chain, "kind", Type::Enum(EnumId(0))),
        ];
        let outputs = vec![output("o", value)];
        let made = program(Decision { requirements: vec![require("r", condition)], outputs, ..decision(inputs) });
        for question in [Question::Verdict, Question::Output(0), Question::Answer] {
            let brute = Brute::new(made.clone(), question);
            for state in brute.states() {
                brute.check(&state, true, &mut tally);
            }
        }
    }
    assert!(tally.decided > 500 && tally.required > 500, "{tally:?}");
}

#[test]
fn the_key_of_a_single_element_may_still_be_a_fault() {
    let one = list(int(1, 1), 1);
    let inputs = vec![from(Chain, "a", bool_())];
    let value = Expr {
        ty: one.clone(),
        kind: ExprKind::Each {
            form: Each::Map,
            list: Box::new(expr(one, ExprKind::Const(Value::List(vec![Value::Number(1)])))),
            element: LocalId(7),
            before: None,
            filter: None,
            sort: Some((Box::new(figure(truth(0))), false)),
            body: Box::new(n(1)),
        },
    };
    let program = program(Decision { outputs: vec![output("o", value)], ..decision(inputs) });
    let found = asked(&program, &[], Question::Verdict);
    assert_eq!(found.answer, None);
    assert_eq!(found.unavoidable, ["a"]);
}
