//! The way of facts through a decision or a function: names, rules, and what is called. The forms of expressions are in `expr`.

use super::value::{DAY, Event, Flows, How, Origin, Shape, Step, Value};
use crate::checks::mentions::mentioned_in;
use crate::items::{ItemId, ItemPlace};
use crate::view::View;
use enact_base::Span;
use enact_syntax::ast::{self, ItemKind, StatementKind, TypeKind};
use std::collections::BTreeMap;

/// Which facts are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Those that are private, until they are disclosed.
    Private,
    /// All.
    All,
}

/// A use of `disclose`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disclosure {
    /// The call.
    pub(crate) place: ItemPlace,
    /// What is disclosed.
    pub(crate) flows: Flows,
}

/// A function as its callers see it: with its parameters in place of facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// What it gives back.
    pub(crate) value: Value,
    /// What it discloses.
    pub(crate) disclosed: Vec<Disclosure>,
    /// Its exceptions by `rule.exception`, with what their conditions are calculated from.
    pub(crate) exceptions: Vec<(String, Flows)>,
}

/// Work on one declaration.
pub(crate) struct Walk<'w> {
    pub(super) view: View<'w>,
    /// The declaration.
    pub(super) home: ItemId,
    pub(super) mode: Mode,
    /// Inputs, parameters and elements of lists; the last of a name counts.
    pub(super) scope: Vec<(&'w str, Value)>,
    /// Named values and outputs of the decision.
    named: BTreeMap<&'w str, Value>,
    /// Their names, each after those that it mentions.
    order: Vec<&'w str>,
    /// The day on which figures are read.
    pub(super) day: Value,
    /// What is disclosed, in the order in which it was met.
    pub(crate) disclosed: Vec<Disclosure>,
    /// As in [`Summary::exceptions`].
    pub(crate) exceptions: Vec<(String, Flows)>,
}

impl<'w> Walk<'w> {
    fn new(view: View<'w>, home: &ItemId, mode: Mode) -> Self {
        Walk {
            view,
            home: home.clone(),
            mode,
            scope: Vec::new(),
            named: BTreeMap::new(),
            order: Vec::new(),
            day: Value::default(),
            disclosed: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// A function with parameters in place of facts.
    pub(crate) fn define(view: View<'w>, home: &ItemId, define: &'w ast::Define, mode: Mode) -> Summary {
        let mut walk = Walk::new(view, home, mode);
        let param = |n: u32| Value {
            flows: Flows::of(Origin::Param(n)),
            shape: None,
            events: [(Event::Param(n), Flows::default())].into(),
        };
        walk.day = param(DAY);
        for (n, field) in (0..).zip(&define.params) {
            let value = Value { shape: walk.shape(&field.ty), ..param(n) };
            walk.scope.push((&field.name.text, value));
        }
        let value = walk.rule(&define.name.text, &define.body, false);
        let shape = value.shape.clone().or_else(|| walk.shape(define.ty.as_ref()?));
        Summary { value: Value { shape, ..value }, disclosed: walk.disclosed, exceptions: walk.exceptions }
    }

    /// A decision whose inputs and named values are known; its requirements and outputs can be asked for.
    pub(crate) fn decision(view: View<'w>, home: &ItemId, decision: &'w ast::Decision, mode: Mode) -> Self {
        let mut walk = Walk::new(view, home, mode);
        for input in &decision.inputs {
            let shape = walk.shape(&input.ty);
            let is_single = shape.is_some() && matches!(input.ty.kind, TypeKind::Named(_));
            let counts = input.private.is_some() || (mode == Mode::All && !is_single);
            let flows = if counts { Flows::of(Origin::Input(input.name.text.clone())) } else { Flows::default() };
            walk.scope.push((&input.name.text, Value { flows, shape, ..Value::default() }));
        }
        if let Some(date) = &decision.as_of {
            walk.day = walk.expr(date);
        }
        for (name, body) in in_order(decision) {
            let step = walk.step(name.span, How::Value(name.text.clone()));
            let value = walk.rule(&name.text, body, false);
            walk.named.insert(&name.text, Value { flows: value.flows.then(&step), ..value });
            walk.order.push(&name.text);
        }
        walk
    }

    /// A requirement. Where the decision is granted it is true, and so is everything that it joins with `and`: all of that counts. With a `when`
    /// it counts only if it is true, and the `when` only if it is false.
    pub(crate) fn requirement(&mut self, it: &'w ast::Require) -> Value {
        let body = self.rule(&it.name.text, &it.body, it.when.is_none());
        let Some(when) = &it.when else { return body };
        let when = self.expr(when);
        let (of_when, of_body) = (when.flows.clone(), body.flows.clone());
        when.under(&of_when).and(body.under(&of_body))
    }

    /// What shows in the trace for an output.
    pub(crate) fn output_events(&mut self, it: &'w ast::Output) -> BTreeMap<Event, Flows> {
        let mut when = it.when.as_ref().map(|when| self.expr(when)).unwrap_or_default();
        let deciding = when.flows.clone();
        when.show(self.rule(&it.name.text, &it.body, false).under(&deciding).events);
        when.events
    }

    /// What shows, with what shows for the named values in it.
    pub(crate) fn resolved(&self, mut events: BTreeMap<Event, Flows>) -> BTreeMap<Event, Flows> {
        for name in self.order.iter().rev() {
            let Some(deciding) = events.remove(&Event::Named((*name).to_owned())) else { continue };
            let shown = self.named.get(name).map(|value| &value.events).into_iter().flatten();
            for (event, flows) in shown {
                let all = events.entry(event.clone()).or_default();
                all.add(flows.clone());
                all.add(deciding.clone());
            }
        }
        events
    }

    /// A rule: its general value and its exceptions. `holds` says that its value is true wherever the decision is granted.
    pub(crate) fn rule(&mut self, name: &str, body: &'w ast::RuleBody, holds: bool) -> Value {
        let mut deciding = Flows::default();
        let mut result = Value::default();
        for exception in &body.exceptions {
            let when = self.expr(&exception.when);
            let step = self.step(exception.when.span, How::Exception(exception.name.text.clone()));
            self.exceptions.push((format!("{name}.{}", exception.name.text), when.flows.clone()));
            deciding.add(when.flows.then(&step));
            result.show(when.events);
        }
        for value in std::iter::once(&body.general).chain(body.exceptions.iter().map(|it| &it.value)) {
            let value = if holds { self.held(value) } else { self.expr(value) };
            result = result.and(value);
        }
        if let Some(first) = body.exceptions.first() {
            let event = Event::Rule { item: self.home.clone(), span: first.name.span, name: name.to_owned() };
            result.show([(event, Flows::default())].into());
        }
        result = result.under(&deciding);
        result.flows.add(deciding);
        result
    }

    pub(super) fn place(&self, span: Span) -> ItemPlace {
        ItemPlace { item: self.home.clone(), span }
    }

    pub(super) fn step(&self, span: Span, how: How) -> Step {
        Step { place: self.place(span), how }
    }

    /// The value of a name.
    pub(super) fn name(&mut self, name: &'w ast::Name) -> Value {
        if let Some((_, value)) = self.scope.iter().rev().find(|(known, _)| *known == name.text) {
            let value = value.clone();
            return Value { flows: value.flows.read(&self.place(name.span)), ..value };
        }
        if let Some(value) = self.named.get(name.text.as_str()) {
            let events = [(Event::Named(name.text.clone()), Flows::default())].into();
            return Value { flows: value.flows.clone(), shape: value.shape.clone(), events };
        }
        match self.view.resolve(&self.home, &name.text).as_slice() {
            [id] => self.declared(id, name, &[], None, name.span),
            _ => Value::default(),
        }
    }

    /// Whether a name is that of a value of this declaration.
    pub(super) fn is_local(&self, name: &str) -> bool {
        self.scope.iter().any(|(known, _)| *known == name) || self.named.contains_key(name)
    }

    /// A table, scale or function with its arguments; nothing comes from what is neither. `day` is the one after `at`.
    pub(super) fn declared(
        &mut self,
        id: &ItemId,
        name: &ast::Name,
        args: &'w [ast::Expr],
        day: Option<(Value, Span)>,
        span: Span,
    ) -> Value {
        let given: Vec<Value> = args.iter().map(|arg| self.expr(arg)).collect();
        match &self.view.item(id).kind {
            ItemKind::Table(table) => {
                let date = if table.dated { self.version(name, day) } else { Value::default() };
                let row = |(value, arg): (Value, &ast::Expr)| {
                    let step = self.step(arg.span, How::Row(name.text.clone()));
                    Value { flows: value.flows.then(&step), ..value }.plain()
                };
                given.into_iter().zip(args).map(row).fold(date, Value::and)
            }
            ItemKind::Scale(_) => {
                let date = self.version(name, day);
                given.into_iter().fold(date, |all, value| all.and(value.plain()))
            }
            ItemKind::Define(define) => {
                let day = day.map_or_else(|| self.day.clone(), |(day, _)| day);
                let given: Vec<(Value, Span)> = given.into_iter().zip(args.iter().map(|arg| arg.span)).collect();
                self.called(id, &define.name.text, &given, &day, span)
            }
            _ => Value::default(),
        }
    }

    /// The day on which a figure is read.
    fn version(&self, name: &ast::Name, day: Option<(Value, Span)>) -> Value {
        let (day, span) = day.unwrap_or_else(|| (self.day.clone(), name.span));
        let step = self.step(span, How::Version(name.text.clone()));
        Value { flows: day.flows.then(&step), ..day }.plain()
    }

    /// The value of a function for what it is given.
    fn called(&mut self, id: &ItemId, name: &str, args: &[(Value, Span)], day: &Value, span: Span) -> Value {
        let summary = self.view.summary(id, self.mode);
        let call = self.step(span, How::Through(name.to_owned()));
        let arg = |n: u32| args.get(n as usize).map_or(day, |(value, _)| value);
        let flows = |n: u32| {
            let at = args.get(n as usize).map_or(span, |(_, span)| *span);
            arg(n).flows.clone().then(&self.step(at, How::Given(name.to_owned())))
        };
        let mut value = Value { shape: summary.value.shape.clone(), ..Value::default() };
        value.flows = summary.value.flows.given(&flows, &call);
        for (event, deciding) in &summary.value.events {
            let deciding = deciding.given(&flows, &call);
            match event {
                Event::Param(n) => value.show(arg(*n).clone().under(&deciding).events),
                Event::Rule { .. } | Event::Named(_) => value.show([(event.clone(), deciding)].into()),
            }
        }
        let disclosed = summary.disclosed.iter().map(|it| {
            let flows = it.flows.given(&flows, &call);
            Disclosure { place: it.place.clone(), flows }
        });
        let exceptions = summary.exceptions.iter().map(|(name, it)| (name.clone(), it.given(&flows, &call)));
        let (disclosed, exceptions): (Vec<_>, Vec<_>) = (disclosed.collect(), exceptions.collect());
        self.disclosed.extend(disclosed);
        self.exceptions.extend(exceptions);
        value
    }

    /// The record of a type.
    pub(super) fn shape(&self, ty: &ast::TypeRef) -> Option<Shape> {
        self.shape_in(&self.home, ty)
    }

    /// The record of a type that stands in another declaration.
    pub(super) fn shape_in(&self, home: &ItemId, ty: &ast::TypeRef) -> Option<Shape> {
        match &ty.kind {
            TypeKind::Named(name) => {
                let found = self.view.resolve(home, &name.text);
                let record = found.into_iter().find(|id| matches!(self.view.item(id).kind, ItemKind::Record(_)))?;
                Some(Shape { record, disclosed: false })
            }
            TypeKind::Optional(inner) | TypeKind::List { element: inner, .. } => self.shape_in(home, inner),
            _ => None,
        }
    }
}

/// The named values and outputs of a decision, each after those that it mentions.
fn in_order(decision: &ast::Decision) -> Vec<(&ast::Name, &ast::RuleBody)> {
    let named: Vec<(&ast::Name, &ast::RuleBody)> = decision
        .statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Let(it) => Some((&it.name, &it.body)),
            StatementKind::Output(it) => Some((&it.name, &it.body)),
            _ => None,
        })
        .collect();
    let places: BTreeMap<&str, usize> = named.iter().zip(0..).map(|((name, _), n)| (name.text.as_str(), n)).collect();
    let mentioned = |body: &ast::RuleBody| {
        let exceptions = body.exceptions.iter().flat_map(|it| [&it.when, &it.value]);
        let names = mentioned_in(std::iter::once(&body.general).chain(exceptions));
        names.into_iter().filter_map(|name| places.get(name).copied()).collect::<Vec<_>>()
    };
    let (mut order, mut seen) = (Vec::new(), vec![false; named.len()]);
    for start in 0..named.len() {
        // Depth first without recursion; the second visit of a value comes after all that it mentions.
        let mut open = vec![(start, false)];
        while let Some((n, finished)) = open.pop() {
            let Some(one) = named.get(n) else { continue };
            if finished {
                order.push(*one);
            } else if let Some(mark) = seen.get_mut(n).filter(|mark| !**mark) {
                *mark = true;
                open.push((n, true));
                open.extend(mentioned(one.1).into_iter().map(|m| (m, false)));
            }
        }
    }
    order
}
