//! Random decisions on tiny domains, every state of them.

use super::brute::{Brute, Tally};
use super::build::*;
use crate::needs::Question;
use crate::needs::witness::Dice;
use crate::*;

/// Makes expressions of the inputs.
struct Maker {
    dice: Dice,
    inputs: Vec<Field>,
    /// Whether figures are read that are not known for every day.
    faults: bool,
}

impl Maker {
    fn any(&mut self, ty: impl Fn(&Type) -> bool) -> Option<(u32, Type)> {
        let fitting: Vec<(u32, Type)> = self
            .inputs
            .iter()
            .enumerate()
            .filter(|(_, it)| ty(&it.ty))
            .map(|(n, it)| (n as u32, it.ty.clone()))
            .collect();
        if fitting.is_empty() { None } else { Some(fitting[self.dice.below(fitting.len())].clone()) }
    }

    fn truth(&mut self, depth: usize) -> Expr {
        let leaf = depth == 0;
        match self.dice.below(if leaf { 5 } else { 12 }) {
            0 | 1 => match self.any(|ty| *ty == Type::Bool) {
                Some((n, ty)) => local(n, ty),
                None => lt(self.number(0), n(2)),
            },
            2 => match self.any(|ty| matches!(ty, Type::Enum(_))) {
                Some((n, ty)) => eq(local(n, ty), case(self.dice.below(3) as u32)),
                None => eq(self.number(0), n(1)),
            },
            3 => match self.any(|ty| matches!(ty, Type::Optional(inner) if **inner != Type::Record(RecordId(0)))) {
                Some((n, ty)) => {
                    let is = op(Op::IsPresent, vec![local(n, ty.clone())]);
                    let get = op(Op::Get, vec![local(n, ty.clone())]);
                    let inner = if *ty.inner() == Type::Bool {
                        get
                    } else {
                        le(get, super::build::n(self.dice.below(4) as i128))
                    };
                    if self.dice.below(2) == 0 { and(is, inner) } else { or(not(is), inner) }
                }
                None => le(self.number(0), self.number(0)),
            },
            4 => lt(self.number(0), n(self.dice.below(4) as i128)),
            5 | 6 => and(self.truth(depth - 1), self.truth(depth - 1)),
            7 | 8 => or(self.truth(depth - 1), self.truth(depth - 1)),
            9 => not(self.truth(depth - 1)),
            10 => if_(self.truth(depth - 1), self.truth(depth - 1), self.truth(depth - 1)),
            _ => le(self.number(depth - 1), self.number(depth - 1)),
        }
    }

    fn number(&mut self, depth: usize) -> Expr {
        let leaf = depth == 0;
        if self.faults && self.dice.below(4) == 0 {
            let day = |day: i64| expr(Type::Date, ExprKind::Const(Value::Date(day)));
            let asked = if leaf { day(-1) } else { if_(self.truth(depth - 1), day(-1), day(50)) };
            return lookup(2, Vec::new(), Some(asked));
        }
        match self.dice.below(if leaf { 5 } else { 11 }) {
            0 => n(self.dice.below(5) as i128),
            1 | 2 => match self.any(|ty| matches!(ty, Type::Number(_))) {
                Some((n, ty)) => local(n, ty),
                None => n(self.dice.below(4) as i128),
            },
            3 => match self.any(|ty| matches!(ty, Type::Enum(_))) {
                Some((n, ty)) => lookup(0, vec![local(n, ty)], None),
                None => n(1),
            },
            4 => match self.any(|ty| matches!(ty, Type::Record(_) | Type::List { .. })) {
                Some((place, ty @ Type::Record(_))) => expr(int(0, 3), ExprKind::Field(Box::new(local(place, ty)), 1)),
                Some((place, ty)) => self.of_list(place, ty),
                None => n(2),
            },
            5 => op(Op::Add, vec![self.number(depth - 1), self.number(depth - 1)]),
            6 => op(Op::Min, vec![self.number(depth - 1), self.number(depth - 1)]),
            7 => op(Op::Max, vec![self.number(depth - 1), self.number(depth - 1)]),
            8 => op(Op::Sub, vec![self.number(depth - 1), self.number(depth - 1)]),
            9 => op(Op::Mul, vec![self.number(depth - 1), self.number(0)]),
            _ => if_(self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1)),
        }
    }

    fn of_list(&mut self, place: u32, ty: Type) -> Expr {
        let element = LocalId(100 + self.dice.below(1000) as u32);
        let it = local(element.0, int(0, 1));
        let form = [Each::Sum, Each::Count][self.dice.below(2)];
        let body = if form == Each::Sum { it.clone() } else { eq(it.clone(), n(1)) };
        let filter = (self.dice.below(2) == 0).then(|| Box::new(eq(it, n(1))));
        expr(
            int(0, 2),
            ExprKind::Each {
                form,
                list: Box::new(local(place, ty)),
                element,
                before: None,
                filter,
                sort: None,
                body: Box::new(body),
            },
        )
    }
}

/// A decision on inputs of these types.
pub(super) fn made(seed: u64, types: &[Type], faults: bool) -> Program {
    let mut dice = Dice::new(seed);
    let inputs: Vec<Field> = (0..3 + dice.below(2))
        .map(|n| field(["a", "b", "c", "d"][n], types[dice.below(types.len())].clone()))
        .collect();
    let mut made = decision(inputs.clone());
    let mut maker = Maker { dice, inputs, faults };
    for name in ["first", "second"].iter().take(1 + maker.dice.below(2)) {
        made.requirements.push(require(name, maker.truth(3)));
    }
    let value = maker.number(2);
    made.outputs.push(output("o", value));
    if maker.dice.below(3) == 0 {
        let when = maker.truth(1);
        let value = maker.truth(2);
        made.outputs.push(Output { when: Some(when), ..output("p", value) });
    }
    program(made)
}

const QUESTIONS: [Question; 3] = [Question::Answer, Question::Verdict, Question::Output(0)];

#[test]
fn truths_and_cases_are_told_exactly() {
    let mut tally = Tally::default();
    for seed in 0..60 {
        let types = [bool_(), Type::Enum(EnumId(0)), bool_()];
        let brute = Brute::new(made(seed, &types, false), QUESTIONS[seed as usize % 3]);
        for state in brute.states() {
            brute.check(&state, true, &mut tally);
        }
    }
    assert!(tally.decided > 500 && tally.required > 500, "{tally:?}");
}

#[test]
fn numbers_records_optionals_and_lists_are_bounded_from_both_sides() {
    let mut tally = Tally::default();
    let types = [
        bool_(),
        Type::Enum(EnumId(0)),
        int(0, 3),
        int(-1, 2),
        optional(int(0, 2)),
        optional(bool_()),
        Type::Record(RecordId(0)),
        list(int(0, 1), 2),
    ];
    for seed in 100..160 {
        let brute = Brute::new(made(seed, &types, false), QUESTIONS[seed as usize % 3]);
        for state in brute.states().iter().step_by(3) {
            brute.check(state, false, &mut tally);
        }
    }
    assert!(tally.decided_found * 100 >= tally.decided * 99, "{tally:?}");
    assert!(tally.certain * 100 >= tally.required * 95, "{tally:?}");
}
