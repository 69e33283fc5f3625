//! Decisions, defines and properties: their names, in whatever order they stand, and their rules.

use super::coerce::Place;
use super::pattern::is_path;
use super::{Elaborator, Piece, Property, Typed, local, rules, tally, unique, work};
use crate::checks::{Condition, Role};
use crate::number;
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Binding, Expr, ExprKind, Field, Op, Output, Requirement, Type};
use enact_syntax::ast::{self, StatementKind};

/// A named value or output of a decision.
pub(super) struct Named<'w> {
    pub(super) name: &'w ast::Name,
    form: Form<'w>,
    state: State,
}

#[derive(Clone, Copy)]
enum Form<'w> {
    Let(&'w ast::Let),
    Output(&'w ast::Output),
}

#[derive(Clone)]
enum State {
    Waiting,
    Working,
    Done(Typed),
}

/// Named values that may be elaborated inside each other. They are taken in an order in which this hardly ever happens.
const WAITING: usize = 24;

/// Work beyond which a decision is refused, in evaluated nodes.
const MOST_WORK: u64 = 1_000_000_000;

impl<'w> Elaborator<'w> {
    pub(super) fn decision(&mut self, decision: &'w ast::Decision) -> Piece {
        let inputs = self.inputs(&decision.inputs);
        let ports = self.ports(decision);
        self.counted = tally::locals(&ports);
        let as_of =
            decision.as_of.as_ref().and_then(|date| self.of_type(date, &Type::Date, "`as of`").map(|it| (it, date)));
        if let Some((date, _)) = as_of {
            self.as_of = Some(if is_path(&date) { date } else { self.bind("_as_of", date) });
        }
        self.name_ports(decision, &ports);
        let statements = || decision.statements.iter().map(|it| &it.kind);
        self.named = statements()
            .filter_map(|it| match it {
                StatementKind::Let(it) => Some((&it.name, Form::Let(it))),
                StatementKind::Output(it) => Some((&it.name, Form::Output(it))),
                _ => None,
            })
            .map(|(name, form)| Named { name, form, state: State::Waiting })
            .collect();
        let names: Vec<&ast::Name> =
            decision.inputs.iter().map(|it| &it.name).chain(self.named.iter().map(|it| it.name)).collect();
        let counted = || tally::tallies(decision).map(|it| &it.name);
        self.twice(names.into_iter().chain(counted()), "name");
        let requirements: Vec<&ast::Require> = statements()
            .filter_map(|it| match it {
                StatementKind::Require(it) => Some(it),
                _ => None,
            })
            .collect();
        // A tally that stands twice has been told.
        let mut seen = std::collections::BTreeSet::new();
        let counted = counted().filter(|it| seen.insert(it.text.as_str()));
        self.twice(requirements.iter().map(|it| &it.name).chain(counted), "requirement");
        for n in self.order() {
            self.make(n);
        }
        let required: Vec<Option<Requirement>> = requirements.into_iter().map(|it| self.requirement(it)).collect();
        let mut outputs: Vec<Option<Output>> = (0..self.named.len()).filter_map(|n| self.output(n)).collect();
        let counted = ports.iter().map(|it| self.tally(it.as_ref()?, decision, &mut outputs));
        let counted: Vec<Option<_>> = counted.collect();
        let ledger = counted.into_iter().collect::<Option<Vec<_>>>();
        let required = required.into_iter().collect::<Option<Vec<_>>>();
        let complete = (inputs, required, outputs.into_iter().collect(), ledger);
        let (Some(mut inputs), Some(required), Some(outputs), Some(ledger)) = complete else { return Piece::None };
        inputs.extend(ports.iter().flatten().map(tally::Port::field));
        let (ledger, limits): (Vec<_>, Vec<_>) = ledger.into_iter().unzip();
        let (mut required, mut limits) = (required.into_iter(), limits.into_iter());
        let in_order = statements().filter_map(|it| match it {
            StatementKind::Require(_) => required.next(),
            StatementKind::Tally(_) => limits.next(),
            _ => None,
        });
        let requirements = in_order.collect();
        let made = enact_ir::Decision {
            name: decision.name.text.clone(),
            labels: super::labels(&decision.labels),
            inputs,
            bindings: std::mem::take(&mut self.bindings),
            requirements,
            outputs,
            rules: std::mem::take(&mut self.rules),
            ledger,
            work: 0,
        };
        let made = self.settled(made, decision.name.span);
        Piece::Decision(made)
    }

    /// Locals made unique and work bounded.
    fn settled(&mut self, mut decision: enact_ir::Decision, name: Span) -> enact_ir::Decision {
        let locals = unique::decision(&mut decision, self.next_local);
        if work::too_deep(&decision) || locals >= enact_ir::MAX_LOCALS {
            let message = format!("the expressions of `{}` are too large", decision.name);
            let found = Diagnostic::new(Code::TooDeep, name, message, "too deep, or too many values inside of others");
            self.report(found.with_help("name intermediate values with `let`, and divide what is calculated at once"));
        }
        decision.work = work::of(&decision);
        if decision.work > MOST_WORK {
            let message = format!("the work of `{}` is too large: up to {} steps", decision.name, decision.work);
            let found = Diagnostic::new(Code::TooMuchWork, name, message, format!("more than {MOST_WORK} steps"));
            self.report(
                found.with_help("lower the bounds of its lists, or name with `let` what is calculated again and again"),
            );
        }
        decision
    }

    /// Inputs or parameters as the first locals; `None` if one of them has no type.
    fn inputs(&mut self, inputs: &[ast::Field]) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        for input in inputs {
            let field = self.field(input, None);
            let id = self.local();
            self.origins.push((id, input.name.text.clone()));
            let value = field.as_ref().map_or(Typed::Error, |field| local(id, field.ty.clone()).into());
            self.declare(&input.name.text, value);
            fields.push(field);
        }
        self.inputs = self.variables.len();
        fields.into_iter().collect()
    }

    /// An order in which named values come after those that they mention, as far as that can be told by the names alone.
    fn order(&self) -> Vec<usize> {
        let mentions: Vec<Vec<usize>> = self
            .named
            .iter()
            .map(|it| {
                let (body, when) = match it.form {
                    Form::Let(it) => (&it.body, None),
                    Form::Output(it) => (&it.body, it.when.as_ref()),
                };
                let mut names = rules::names(body);
                names.extend(crate::checks::mentions::mentioned_in(when));
                let place = |(n, it): (usize, &Named<'_>)| names.contains(it.name.text.as_str()).then_some(n);
                self.named.iter().enumerate().filter_map(place).collect()
            })
            .collect();
        let mut order = Vec::new();
        let mut seen = vec![false; mentions.len()];
        for start in 0..mentions.len() {
            // Depth first without recursion; the second visit of a value comes after all that it mentions.
            let mut open = vec![(start, false)];
            while let Some((n, finished)) = open.pop() {
                if finished {
                    order.push(n);
                } else if let Some(mark) = seen.get_mut(n).filter(|mark| !**mark) {
                    *mark = true;
                    open.push((n, true));
                    open.extend(mentions.get(n).into_iter().flatten().map(|m| (*m, false)));
                }
            }
        }
        order
    }

    /// The value of a name that stands for a named value or output.
    pub(super) fn named_value(&mut self, name: &ast::Name) -> Option<Typed> {
        if !self.own {
            return None;
        }
        let n = self.named.iter().position(|it| it.name.text == name.text)?;
        let state = self.named.get(n).map(|it| it.state.clone())?;
        Some(match state {
            State::Done(value) => value,
            State::Working => self.circle(n, name.span),
            State::Waiting if self.working.len() >= WAITING => {
                let message = format!("`{}` stands too deep in values that need each other", name.text);
                self.error(Code::TooDeep, name.span, message, "move the values that it needs before it")
            }
            State::Waiting => {
                self.make(n);
                match self.named.get(n).map(|it| it.state.clone()) {
                    Some(State::Done(value)) => value,
                    _ => Typed::Error,
                }
            }
        })
    }

    /// A value that is needed for itself: told at the first of the circle in the source.
    fn circle(&mut self, n: usize, used: Span) -> Typed {
        let around: Vec<usize> = self.working.iter().copied().skip_while(|it| *it != n).collect();
        let first = around.iter().min().copied().unwrap_or(n);
        let others = around.iter().filter(|it| **it != first).filter_map(|it| self.named.get(*it));
        let others: Vec<String> = others.map(|it| format!("`{}`", it.name.text)).collect();
        let Some(name) = self.named.get(first).map(|it| it.name) else { return Typed::Error };
        let message = match others.is_empty() {
            true => format!("`{}` depends on itself", name.text),
            false => format!("`{}` depends on itself through {}", name.text, others.join(", ")),
        };
        let found = Diagnostic::new(Code::Cycle, name.span, message, "needed for its own value");
        self.report(found.with_label(used, "used here"))
    }

    /// Elaborates a named value where only the names of the decision are seen.
    fn make(&mut self, n: usize) {
        let Some(named) = self.named.get_mut(n) else { return };
        if !matches!(named.state, State::Waiting) {
            return;
        }
        named.state = State::Working;
        let (name, form) = (named.name, named.form);
        let inner = self.variables.split_off(self.inputs.min(self.variables.len()));
        let facts = std::mem::take(&mut self.facts);
        self.working.push(n);
        let value = match form {
            Form::Let(it) => self.let_value(it),
            Form::Output(it) => self.output_value(it),
        };
        self.working.pop();
        self.facts = facts;
        self.variables.extend(inner);
        let value = self.bound(&name.text, value);
        if let Some(named) = self.named.get_mut(n) {
            named.state = State::Done(value);
        }
    }

    fn let_value(&mut self, it: &ast::Let) -> Typed {
        let ty = it.ty.as_ref().map(|ty| self.ty(ty));
        self.cites(&it.cites);
        let known = ty.as_ref().and_then(Option::as_ref);
        let value = self.rule(&it.name.text, &it.body, known);
        match ty {
            None => value,
            Some(None) => Typed::Error,
            Some(Some(ty)) => {
                let what = format!("`{}`", it.name.text);
                self.coerce(value, &ty, Place::Open, &what, it.body.general.span).map_or(Typed::Error, Typed::Value)
            }
        }
    }

    fn output_value(&mut self, it: &ast::Output) -> Typed {
        let Some(ty) = self.ty(&it.ty) else {
            return Typed::Error;
        };
        let what = format!("output `{}`", it.name.text);
        self.within(|this| {
            let when =
                it.when.as_ref().map(|when| this.condition(when, &format!("`when` of output `{}`", it.name.text)));
            if let Some(Some(when)) = &when {
                this.assume(when, true);
            }
            let value = this.rule(&it.name.text, &it.body, Some(&ty));
            this.coerce(value, &ty, Place::Open, &what, it.body.general.span).map_or(Typed::Error, Typed::Value)
        })
    }

    /// A value under a name: constants and paths stand for themselves, everything else becomes a binding.
    fn bound(&mut self, name: &str, value: Typed) -> Typed {
        match value {
            Typed::Value(value) if is_path(&value) => value.into(),
            Typed::Value(value) => self.bind(name, value).into(),
            Typed::Quotient(it) => {
                let part = |this: &mut Self, part: Expr, suffix: &str| match is_path(&part) {
                    true => part,
                    false => this.bind(&format!("_{name}_{suffix}"), part),
                };
                let num = part(self, it.num, "dividend");
                let den = part(self, it.den, "divisor");
                Typed::Quotient(Box::new(super::Quotient { kind: it.kind, num, den }))
            }
            Typed::Period(period, count) if !is_path(&count) => {
                Typed::Period(period, self.bind(&format!("_{name}"), count))
            }
            other => other,
        }
    }

    pub(super) fn bind(&mut self, name: &str, value: Expr) -> Expr {
        let id = self.local();
        let ty = value.ty.clone();
        if ty == Type::Bool {
            self.truths.push((id, value.clone()));
        }
        if ty.number().is_some_and(number::is_unbounded) {
            self.origins.push((id, name.to_owned()));
        }
        self.bindings.push(Binding { local: id, name: name.to_owned(), value });
        local(id, ty)
    }

    fn requirement(&mut self, it: &ast::Require) -> Option<Requirement> {
        let cites = self.cites(&it.cites);
        let what = format!("requirement `{}`", it.name.text);
        let when = it.when.as_ref().map(|when| {
            let made = self.condition(when, &format!("`when` of {what}"));
            if let Some(made) = &made {
                self.note_condition(made, when.span);
            }
            made
        });
        let body = self.within(|this| {
            if let Some(Some(when)) = &when {
                this.assume(when, true);
            }
            let value = this.rule(&it.name.text, &it.body, Some(&Type::Bool));
            this.coerce(value, &Type::Bool, Place::Fixed, &what, it.body.general.span)
        })?;
        let condition = match when {
            None => body,
            Some(when) => number::test(Op::Or, vec![number::test(Op::Not, vec![when?]), body]),
        };
        if self.own {
            let role = Role::Requirement(it.name.text.clone());
            let (expr, span, operands) = (condition.clone(), it.body.general.span, Vec::new());
            self.material.conditions.push(Condition { role, expr, span, operands });
        }
        let (name, labels) = (it.name.text.clone(), super::labels(&it.labels));
        Some(Requirement { name, labels, cites, condition })
    }

    /// The output among the named values at this place, if it is one; the inner `None` says that it is broken.
    fn output(&mut self, n: usize) -> Option<Option<Output>> {
        let named = self.named.get(n)?;
        let (Form::Output(it), State::Done(value)) = (named.form, named.state.clone()) else { return None };
        let cites = self.cites(&it.cites);
        let when = it.when.as_ref().map(|when| {
            let made = self.condition(when, &format!("`when` of output `{}`", it.name.text));
            if let Some(made) = &made {
                self.note_condition(made, when.span);
            }
            made
        });
        let when = match when {
            None => None,
            Some(Some(when)) => Some(when),
            Some(None) => return Some(None),
        };
        let value = match value {
            Typed::Value(value) => value,
            _ => return Some(None),
        };
        Some(Some(Output { name: it.name.text.clone(), labels: super::labels(&it.labels), cites, when, value }))
    }

    pub(super) fn define(&mut self, define: &'w ast::Define) -> Piece {
        self.cites(&define.cites);
        self.twice(define.params.iter().map(|it| &it.name), "parameter");
        if self.view.is_circular(&self.home) {
            if let Some(others) = self.view.circle(&self.home) {
                let message = match others.is_empty() {
                    true => format!("function `{}` uses itself", define.name.text),
                    false => format!("function `{}` uses itself through {}", define.name.text, others.join(", ")),
                };
                let found = Diagnostic::new(Code::Cycle, define.name.span, message, "would never end");
                self.report(found.with_help("a list form such as `sum(… for x in …)` says what is repeated"));
            }
            return Piece::None;
        }
        let inputs = self.inputs(&define.params);
        // The day is the caller's; here any day will do.
        self.as_of = Some(Expr { ty: Type::Date, kind: ExprKind::Today });
        let value = self.define_value(define);
        let value = match value {
            Typed::Value(value) => value,
            Typed::Quotient(it) => it.num,
            Typed::Period(_, count) => count,
            Typed::Error => return Piece::None,
            Typed::Absent => {
                let found = Diagnostic::new(
                    Code::TypeMismatch,
                    define.body.general.span,
                    "this is never anything but absent",
                    "no value",
                );
                self.report(found);
                return Piece::None;
            }
        };
        let Some(inputs) = inputs else { return Piece::None };
        let output = Output {
            name: define.name.text.clone(),
            labels: super::labels(&define.labels),
            cites: Vec::new(),
            when: None,
            value,
        };
        let made = enact_ir::Decision {
            name: define.name.text.clone(),
            labels: super::labels(&define.labels),
            inputs,
            bindings: Vec::new(),
            requirements: Vec::new(),
            outputs: vec![output],
            rules: std::mem::take(&mut self.rules),
            ledger: Vec::new(),
            work: 0,
        };
        Piece::Define(self.settled(made, define.name.span))
    }

    /// A property over the inputs and outputs of a decision.
    pub(super) fn property(&mut self, property: &ast::Property) -> Piece {
        let Some((_, decision)) = self.decision_named(&property.decision) else { return Piece::None };
        for input in &decision.inputs {
            let id = self.local();
            self.origins.push((id, input.name.clone()));
            self.declare(&input.name, local(id, input.ty.clone()).into());
        }
        for output in &decision.outputs {
            let id = self.local();
            let ty = match (&output.when, &output.value.ty) {
                (Some(_), ty) if !matches!(ty, Type::Optional(_)) => Type::Optional(Box::new(ty.clone())),
                (_, ty) => ty.clone(),
            };
            self.declare(&output.name, local(id, ty).into());
        }
        let what = format!("property \"{}\"", property.name.text);
        let Some(condition) = self.condition(&property.body, &what) else { return Piece::None };
        let (name, decision) = (property.name.text.clone(), decision.name.clone());
        Piece::Property(Property { name, decision, condition })
    }

    /// The decision that a test or property is about; reports an unknown one, and is silent about a broken one.
    pub(super) fn decision_named(
        &mut self,
        name: &ast::Name,
    ) -> Option<(crate::items::ItemId, &'w enact_ir::Decision)> {
        let found = self.view.resolve(&self.home, &name.text);
        let decisions: Vec<_> = found.iter().filter(|id| self.view.is_decision(id)).collect();
        let Some(id) = decisions.first() else {
            let visible = self.view.visible(&self.home);
            let known = visible.iter().filter(|(_, id)| self.view.is_decision(id)).map(|(name, _)| name.as_str());
            let near = enact_base::nearest(&name.text, known).map(str::to_owned);
            let message = format!("there is no decision `{}`", name.text);
            let found = Diagnostic::new(Code::UnknownDecision, name.span, message, "not declared");
            self.report(super::name::meant(found, name, near.as_deref()));
            return None;
        };
        let decision = self.view.decision(id);
        if decision.is_none() {
            self.failed = true;
        }
        Some(((*id).clone(), decision?))
    }
}
