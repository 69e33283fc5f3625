//! The abstract run of an expression: the interpreter's meaning, carried out on everything that the missing facts may be at once.

use super::apply::apply;
use super::bits::Bits;
use super::domain::{Abstract, Shape, first_fault};
use crate::{Decision, Expr, ExprKind, LocalId, Op, Program};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What an expression is evaluated in.
pub(crate) struct Context<'a> {
    pub(crate) program: &'a Program,
    pub(crate) decision: &'a Decision,
    /// The definition of each binding.
    pub(crate) bindings: BTreeMap<LocalId, &'a Expr>,
}

/// The values of the locals, and today.
#[derive(Clone)]
pub(crate) struct Env {
    locals: Vec<Option<Rc<Abstract>>>,
    pub(crate) today: Rc<Abstract>,
}

/// Locals beyond this are in no verified program.
const MOST_LOCALS: usize = 1 << 16;

impl Env {
    pub(crate) fn new(today: Rc<Abstract>) -> Env {
        Env { locals: Vec::new(), today }
    }

    pub(crate) fn get(&self, local: LocalId) -> Option<&Rc<Abstract>> {
        self.locals.get(local.0 as usize).and_then(Option::as_ref)
    }

    pub(crate) fn set(&mut self, local: LocalId, value: Rc<Abstract>) {
        let place = local.0 as usize;
        if place >= MOST_LOCALS {
            return;
        }
        if self.locals.len() <= place {
            self.locals.resize(place + 1, None);
        }
        if let Some(slot) = self.locals.get_mut(place) {
            *slot = Some(value);
        }
    }

    pub(crate) fn with(&self, local: LocalId, value: Abstract) -> Env {
        let mut env = self.clone();
        env.set(local, Rc::new(value));
        env
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(program: &'a Program, decision: &'a Decision) -> Context<'a> {
        let bindings = decision.bindings.iter().map(|it| (it.local, &it.value)).collect();
        Context { program, decision, bindings }
    }

    /// Everything that the expression may come to.
    pub(crate) fn eval(&self, env: &Env, expr: &Expr) -> Abstract {
        match &expr.kind {
            ExprKind::Const(value) => Abstract::of(self.program, value, &expr.ty),
            ExprKind::Local(local) => match env.get(*local) {
                Some(value) => value.as_ref().clone(),
                None => Abstract::any(self.program, &expr.ty, &Bits::EMPTY),
            },
            ExprKind::Today => env.today.as_ref().clone(),
            ExprKind::Op(Op::And, args) => self.connective(env, args, false),
            ExprKind::Op(Op::Or, args) => self.connective(env, args, true),
            ExprKind::Op(op, args) => {
                let args: Vec<Abstract> = args.iter().map(|arg| self.eval(env, arg)).collect();
                apply(self.program, *op, &args, &expr.ty)
            }
            ExprKind::Let(local, value, body) => self.eval(&env.with(*local, self.eval(env, value)), body),
            ExprKind::If(condition, then, otherwise) => {
                self.branch(env, condition, |env| self.eval(env, then), |env| self.eval(env, otherwise))
            }
            ExprKind::Choose { exceptions, general, .. } => self.choose(env, exceptions, general),
            ExprKind::Field(record, field) => {
                let record = self.eval(env, record);
                let part = match &record.shape {
                    Shape::Record(parts) => parts.get(*field as usize).cloned(),
                    _ => None,
                };
                part.unwrap_or_else(Abstract::nothing).or_fault(record.fault, &record.cells)
            }
            ExprKind::Record(parts) => self.whole(env, parts, Shape::Record),
            ExprKind::List(elements) => self.whole(env, elements, Shape::List),
            ExprKind::Lookup { table, keys, date } => self.lookup(env, *table, keys, date.as_deref(), &expr.ty),
            ExprKind::Each { .. } => self.each(env, expr),
        }
    }

    /// `and` (its dominating operand is false) or `or` (true): one dominating operand decides, whatever the others are.
    fn connective(&self, env: &Env, args: &[Expr], dominating: bool) -> Abstract {
        let mut env = env.clone();
        let (mut dominated, mut others) = (false, true);
        let (mut fault, mut cells) = (None, Bits::EMPTY);
        for (n, arg) in args.iter().enumerate() {
            let value = self.eval(&env, arg);
            let truth = if dominating { value.as_truth() } else { value.as_truth().not() };
            if truth.yes && !truth.no && value.fault.is_none() {
                return Abstract::truth(super::domain::Truth::of(dominating), Bits::EMPTY);
            }
            dominated |= truth.yes;
            others &= truth.no;
            fault = first_fault(fault, value.fault);
            cells.add(&value.cells);
            // Where this operand does not decide, the next ones are met only with this one as it must then be.
            let last = n + 1 == args.len();
            if truth.yes && truth.no && value.fault.is_none() && !last {
                match self.assume(&env, arg, !dominating) {
                    Some(narrowed) => env = narrowed,
                    None => others = false,
                }
            }
        }
        let (yes, no) = if dominating { (dominated, others) } else { (others, dominated) };
        let shape = if yes || no { Shape::Truth { yes, no } } else { Shape::Nothing };
        Abstract { shape, fault, cells }.settled()
    }

    /// One of two values by a condition; each is evaluated knowing that the condition is as it must be there.
    pub(crate) fn branch(
        &self,
        env: &Env,
        condition: &Expr,
        then: impl FnOnce(&Env) -> Abstract,
        otherwise: impl FnOnce(&Env) -> Abstract,
    ) -> Abstract {
        let decides = self.eval(env, condition);
        let truth = decides.as_truth();
        let one_way = (truth.yes != truth.no).then(|| env.clone());
        let within = |holds: bool| one_way.clone().or_else(|| self.assume(env, condition, holds));
        let yes = if truth.yes { within(true).map(|env| then(&env)) } else { None };
        let no = if truth.no { within(false).map(|env| otherwise(&env)) } else { None };
        let both = match (yes, no) {
            (Some(yes), Some(no)) => yes.join(&no, &decides.cells),
            (one, other) => one.or(other).unwrap_or_else(Abstract::nothing),
        };
        both.or_fault(decides.fault, &decides.cells)
    }

    fn choose(&self, env: &Env, exceptions: &[(Expr, Expr)], general: &Expr) -> Abstract {
        match exceptions.split_first() {
            None => self.eval(env, general),
            Some(((condition, value), rest)) => {
                self.branch(env, condition, |env| self.eval(env, value), |env| self.choose(env, rest, general))
            }
        }
    }

    /// A record or list: a fault of a part is a fault of the whole.
    fn whole(&self, env: &Env, parts: &[Expr], shape: fn(Rc<[Abstract]>) -> Shape) -> Abstract {
        hoisted(parts.iter().map(|part| self.eval(env, part)).collect(), |parts| shape(parts.into()))
    }
}

/// Makes a whole of parts; the faults of the parts become one of the whole.
pub(crate) fn hoisted(mut parts: Vec<Abstract>, shape: impl FnOnce(Vec<Abstract>) -> Shape) -> Abstract {
    let fault = parts.iter().map(|part| part.fault).fold(None, first_fault);
    let mut cells = Bits::EMPTY;
    parts.iter().filter(|part| part.fault.is_some()).for_each(|part| cells.add(&part.cells));
    let never = parts.iter().any(|part| part.shape == Shape::Nothing);
    parts.iter_mut().for_each(|part| part.fault = None);
    let shape = if never { Shape::Nothing } else { shape(parts.into_iter().map(Abstract::settled).collect()) };
    Abstract { shape, fault, cells }.settled()
}
