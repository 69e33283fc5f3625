//! A whole decision: its requirements, then the outputs unless one of them is false.

use super::build::{Blocks, Build, and, eq, i32, i64, long, ne, not, or, select, unary};
use super::state;
use super::steps::{StepMap, Steps};
use super::value::Val;
use super::{Lower, Mode};
use crate::code::{Expr, Function, Local, Stmt, Ty, Unary, Width};
use crate::interface::{Interface, Verdict};
use crate::runtime::Runtime;
use enact_ir::{Decision, LocalId, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The parameters of the function.
pub(crate) const INPUT: u32 = 0;
const OUTPUT: u32 = 1;
const ARENA: u32 = 2;

/// A decision that has been lowered.
pub(crate) struct Done {
    pub(crate) function: Function,
    /// Bytes that it may need in the arena.
    pub(crate) arena: u64,
    /// The leaves of the input that it reads, by their bits.
    pub(crate) reads: BTreeSet<u32>,
}

/// The function of a decision.
pub(crate) fn lower(
    program: &Program,
    decision: &Decision,
    (interface, steps): (&Interface, &StepMap),
    runtime: &mut Runtime,
    mode: Mode,
    name: &str,
) -> Done {
    let mut build = Build::new(name, &[Ty::Ptr; 3], &[Ty::I32]);
    let input = build.param(INPUT);
    let place = |slot: &Arc<crate::layout::Slot>, may_miss: bool| Val::Place {
        base: input.clone(),
        slot: slot.clone(),
        may_miss,
    };
    let mut slots: Vec<Val> = interface.input.slots.iter().map(|it| place(it, mode.may_miss)).collect();
    // The day of the evaluation stands after the inputs, and is always there.
    slots.pop();
    let today = interface.input.slots.last().map(|it| place(it, false));
    let locals = (0..).zip(slots).map(|(n, value)| (LocalId(n), (value, Steps::None))).collect::<BTreeMap<_, _>>();
    let arena = build.local(Ty::Ptr);
    build.set(arena, build.param(ARENA));
    let mut it = Lower {
        program,
        decision,
        mode,
        runtime,
        steps,
        locals,
        waiting: decision.bindings.iter().map(|it| (it.local, &it.value)).collect(),
        today: today.unwrap_or(Val::Date(state::KNOWN, i64(0))),
        arena,
        reads: BTreeSet::new(),
        arena_need: 0,
        build,
    };
    it.today = {
        let today = it.today.clone();
        it.read(&today)
    };
    it.decide(interface);
    Done { function: it.build.finish(true), arena: it.arena_need, reads: it.reads }
}

/// What is known of the answer so far.
struct Answer {
    refused: Local,
    /// The first fault, as a state; 0 for none.
    fault: Local,
    open: Local,
    trace: Vec<Local>,
}

impl Lower<'_> {
    fn decide(&mut self, interface: &Interface) {
        let mut zero = || self.build.var(i32(0));
        let (refused, fault, open) = (zero(), zero(), zero());
        let answer = Answer { refused, fault, open, trace: self.trace() };
        self.requirements(interface, &answer);
        self.when(Expr::Get(answer.refused), |it| it.end(interface, &answer, i32(Verdict::Refused as i32)));
        self.outputs(interface, &answer);
        let open = select(Ty::I32, Expr::Get(answer.open), i32(Verdict::Pending as i32), i32(Verdict::Granted as i32));
        let verdict = select(Ty::I32, ne(Expr::Get(answer.fault), i32(0)), i32(Verdict::Error as i32), open);
        let verdict = self.build.keep(verdict);
        self.end(interface, &answer, verdict);
    }

    /// Leaves the work to the other function where a condition holds. `None` if there is none.
    pub(crate) fn leave_if(&mut self, condition: Expr) -> Option<()> {
        let instead = self.mode.instead?;
        self.when(condition, |it| {
            let args = [INPUT, OUTPUT, ARENA].map(|n| it.build.param(n)).to_vec();
            let verdict = it.build.call(instead, &[Ty::I32], args);
            it.build.push(Stmt::Return(verdict));
        });
        Some(())
    }

    fn end(&mut self, interface: &Interface, answer: &Answer, verdict: Expr) {
        let output = self.build.param(OUTPUT);
        self.build.store(Width::Four, output.clone(), 0, verdict.clone());
        self.build.store(Width::Four, output.clone(), 4, Expr::Get(answer.fault));
        for (n, word) in (0..).zip(&answer.trace) {
            self.build.store(Width::Eight, output.clone(), interface.output.trace + 8 * n, Expr::Get(*word));
        }
        self.build.push(Stmt::Return(vec![verdict]));
    }

    fn requirements(&mut self, interface: &Interface, answer: &Answer) {
        let output = self.build.param(OUTPUT);
        let decision = self.decision;
        for (n, part) in (0..).zip(decision.requirements.chunks(64)) {
            let words = [(); 3].map(|()| self.build.var(i64(0)));
            for (bit, requirement) in (0..).zip(part) {
                self.prepare(&requirement.condition);
                let (value, steps) = self.expr(&requirement.condition);
                self.note(&answer.trace, &steps);
                let (state, holds) = self.truth(&value);
                let known = state::is_known(state.clone());
                let fails = self.build.keep(and(known.clone(), not(holds.clone())));
                let stands = [and(known, holds), fails.clone(), state::is_fault(state.clone())];
                for (word, stands) in words.iter().zip(stands) {
                    let set = long::shl(unary(Unary::ExtendUnsigned, stands), i64(bit));
                    self.build.set(*word, long::or(Expr::Get(*word), set));
                }
                self.build.set(answer.refused, or(Expr::Get(answer.refused), fails));
                self.take_state(answer, &state, &i32(1));
            }
            for (word, at) in
                words.iter().zip([interface.output.holds, interface.output.fails, interface.output.faults])
            {
                self.build.store(Width::Eight, output.clone(), at + 8 * n, Expr::Get(*word));
            }
        }
    }

    /// The first fault where it counts, and whether anything is missing.
    fn take_state(&mut self, answer: &Answer, value: &state::State, counts: &Expr) {
        if *value == state::KNOWN {
            return;
        }
        let first = and(and(state::is_fault(value.clone()), counts.clone()), eq(Expr::Get(answer.fault), i32(0)));
        self.build.set(answer.fault, select(Ty::I32, first, value.clone(), Expr::Get(answer.fault)));
        if self.mode.may_miss {
            self.build.set(answer.open, or(Expr::Get(answer.open), state::is_missing(value.clone())));
        }
    }

    fn outputs(&mut self, interface: &Interface, answer: &Answer) {
        let base = self.build.param(OUTPUT);
        let decision = self.decision;
        for (place, output) in decision.outputs.iter().enumerate() {
            let Some((given_at, slot)) = interface.output.values.get(place).cloned() else { continue };
            let (when, steps) = match &output.when {
                Some(when) => {
                    self.prepare(when);
                    self.expr(when)
                }
                None => (Val::Bool(state::KNOWN, i32(1)), Steps::None),
            };
            self.note(&answer.trace, &steps);
            self.prepare(&output.value);
            let (when_state, when_value) = self.truth(&when);
            self.take_state(answer, &when_state, &i32(1));
            let given = self.build.keep(and(state::is_known(when_state.clone()), when_value.clone()));
            self.build.store(Width::One, base.clone(), given_at, given.clone());
            let asked = or(given.clone(), not(state::is_known(when_state)));
            let asked = self.build.keep(asked);
            self.when(asked, |it| {
                let (value, steps) = it.expr(&output.value);
                it.note(&answer.trace, &steps);
                let value = it.coerce(&value, &slot.ty);
                let (state, value) = it.state(&value);
                it.take_state(answer, &state, &given);
                let missing = it.any_missing(&value);
                it.build.set(answer.open, or(Expr::Get(answer.open), missing));
                it.write(&value, &base, &slot, &mut Vec::new());
            });
        }
    }
}
