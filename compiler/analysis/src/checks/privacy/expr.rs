//! What each form of expression is calculated from. Branches count: what decides which value is taken can be read off the value.

use super::value::{Flows, How, Origin, Shape, Step, Value};
use super::walk::{Disclosure, Mode, Walk};
use crate::items::ItemId;
use enact_base::Span;
use enact_syntax::ast::{self, AggregateOp, BinaryOp, ExprKind, ItemKind};
use std::collections::BTreeSet;

impl<'w> Walk<'w> {
    /// What an expression is calculated from. The depth of the recursion is that of the expression, which the parser bounds.
    pub(crate) fn expr(&mut self, expr: &'w ast::Expr) -> Value {
        match &expr.kind {
            ExprKind::Error
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Date(_)
            | ExprKind::Text(_)
            | ExprKind::Absent
            | ExprKind::Today => Value::default(),
            ExprKind::Name(name) | ExprKind::Before(name) => self.name(name),
            ExprKind::Field(base, field) => self.field(base, field, expr.span),
            ExprKind::FieldMissing(it)
            | ExprKind::Unary(_, it)
            | ExprKind::IsPresent(it)
            | ExprKind::IsAbsent(it)
            | ExprKind::Round { value: it, .. } => self.expr(it).plain(),
            ExprKind::Call(name, args) => self.call(name, args, None, expr.span),
            ExprKind::At(figure, date) => self.at(figure, date),
            ExprKind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => self.connected(*op, a, b),
            ExprKind::Binary(BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::In, a, b) => self.compared(a, b),
            ExprKind::Binary(_, a, b) | ExprKind::Range(a, b) => self.expr(a).and(self.expr(b)),
            ExprKind::Otherwise(optional, default) => {
                let value = self.expr(optional);
                let deciding = self.deciding(&value, optional.span, How::Side);
                value.and(self.expr(default).under(&deciding))
            }
            ExprKind::If(condition, yes, no) => self.branches(condition, [&**yes, &**no].into_iter()),
            ExprKind::Match(subject, arms) => self.branches(subject, arms.iter().map(|arm| &arm.value)),
            ExprKind::Aggregate { op, body, binder, .. } => {
                let value = self.each(body, binder);
                match op {
                    AggregateOp::First | AggregateOp::Min | AggregateOp::Max => value,
                    _ => value.plain(),
                }
            }
            ExprKind::Comprehension { body, binder } => self.each(body, binder),
            ExprKind::List(parts) => parts.iter().fold(Value::default(), |all, part| all.and(self.expr(part))),
            ExprKind::Record(name, fields) => self.record(name.as_ref(), fields),
        }
    }

    /// The same of a truth that is known to hold: what it joins with `and` holds too, so nothing of it hides the rest.
    pub(super) fn held(&mut self, expr: &'w ast::Expr) -> Value {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::And, a, b) => self.held(a).and(self.held(b)),
            _ => self.expr(expr),
        }
    }

    /// The facts of a value that decides something at a place.
    fn deciding(&self, value: &Value, span: Span, how: How) -> Flows {
        value.flows.clone().then(&self.step(span, how))
    }

    /// `and`, `or`: once decided, only the sides that decide count.
    fn connected(&mut self, op: BinaryOp, a: &'w ast::Expr, b: &'w ast::Expr) -> Value {
        let (mut all, mut deciding) = (Value::default(), Flows::default());
        // A chain of one connective is a list of sides.
        let mut open = vec![b, a];
        while let Some(next) = open.pop() {
            match &next.kind {
                ExprKind::Binary(inner, a, b) if *inner == op => open.extend([&**b, &**a]),
                _ => {
                    let side = self.expr(next).plain();
                    deciding.add(self.deciding(&side, next.span, How::Side));
                    all = all.and(side);
                }
            }
        }
        all.under(&deciding)
    }

    /// Both values as wholes, with all that they hold.
    fn compared(&mut self, a: &'w ast::Expr, b: &'w ast::Expr) -> Value {
        let [left, right] = [a, b].map(|it| {
            let value = self.expr(it);
            Value { flows: self.whole(&value, it.span), ..value }.plain()
        });
        let (of_left, of_right) = (self.deciding(&left, a.span, How::Side), self.deciding(&right, b.span, How::Side));
        // `x in [f(1), f(2)]` looks at the elements one after the other.
        left.and(right).under(&of_left).under(&of_right)
    }

    fn branches(&mut self, condition: &'w ast::Expr, values: impl Iterator<Item = &'w ast::Expr>) -> Value {
        let decided = self.expr(condition).plain();
        let deciding = self.deciding(&decided, condition.span, How::Branch);
        let mut all = Value { flows: deciding.clone(), ..decided };
        for value in values {
            all = all.and(self.expr(value).under(&deciding));
        }
        all
    }

    /// `body for x in xs where c by k`. What decides which elements there are, which count and in which order, can be read off the result.
    fn each(&mut self, body: &'w ast::Expr, binder: &'w ast::Binder) -> Value {
        let list = self.expr(&binder.list);
        let element = Value { flows: list.flows.clone(), shape: list.shape.clone(), ..Value::default() };
        self.scope.push((&binder.name.text, element));
        let mut deciding = self.deciding(&list, binder.list.span, How::Elements);
        let mut result = Value { shape: None, ..list };
        for part in binder.filter.iter().chain(&binder.by) {
            let value = self.expr(part).plain();
            deciding.add(self.deciding(&value, part.span, How::Elements));
            result.show(value.events);
        }
        let body_value = self.expr(body);
        // One element can make it needless to look at the others.
        let by_body = self.deciding(&body_value, body.span, How::Elements);
        self.scope.pop();
        result = result.and(body_value).under(&deciding).under(&by_body);
        result.flows.add(deciding);
        result
    }

    /// `base.field`.
    fn field(&mut self, base: &'w ast::Expr, field: &'w ast::Name, span: Span) -> Value {
        if let ExprKind::Name(name) = &base.kind
            && !self.is_local(&name.text)
            && let [id] = self.view.resolve(&self.home, &name.text).as_slice()
            && self.view.enum_id(id).is_some()
        {
            return Value::default();
        }
        let mut value = self.expr(base);
        let Some(shape) = value.shape.take() else { return value };
        let view = self.view;
        let ItemKind::Record(record) = &view.item(&shape.record).kind else { return value };
        let Some(declared) = record.fields.iter().find(|it| it.name.text == field.text) else { return value };
        value.shape = self.shape_in(&shape.record, &declared.ty);
        if let Some(inner) = &mut value.shape {
            inner.disclosed = shape.disclosed;
        }
        if self.is_followed(declared, &shape) {
            let origin = Origin::Field { record: shape.record, field: field.text.clone() };
            value.flows.add(Flows::of(origin).then(&self.step(span, How::Read)));
        }
        value
    }

    fn is_followed(&self, field: &ast::Field, shape: &Shape) -> bool {
        self.mode == Mode::All || (field.private.is_some() && !shape.disclosed)
    }

    /// Everything that can be read off a value that is shown or compared as a whole: of a record all its fields.
    pub(crate) fn whole(&self, value: &Value, span: Span) -> Flows {
        let mut flows = value.flows.clone();
        let mut open: Vec<Shape> = value.shape.iter().cloned().collect();
        let mut seen: BTreeSet<ItemId> = BTreeSet::new();
        while let Some(shape) = open.pop() {
            let ItemKind::Record(record) = &self.view.item(&shape.record).kind else { continue };
            if !seen.insert(shape.record.clone()) {
                continue;
            }
            for field in &record.fields {
                if self.is_followed(field, &shape) {
                    let origin = Origin::Field { record: shape.record.clone(), field: field.name.text.clone() };
                    flows.add(Flows::of(origin).then(&self.step(span, How::Read)));
                }
                let inner = self.shape_in(&shape.record, &field.ty);
                open.extend(inner.map(|inner| Shape { disclosed: shape.disclosed, ..inner }));
            }
        }
        flows
    }

    /// `Share { year: y, amount: a }`. What goes into a private field stays private.
    fn record(&mut self, name: Option<&'w ast::Name>, fields: &'w [(ast::Name, ast::Expr)]) -> Value {
        let found = name.map(|name| self.view.resolve(&self.home, &name.text)).unwrap_or_default();
        let view = self.view;
        let record = found.into_iter().find(|id| matches!(view.item(id).kind, ItemKind::Record(_)));
        let mut all = Value::default();
        for (field, value) in fields {
            let mut value = self.expr(value);
            let declared = record.as_ref().and_then(|id| match &view.item(id).kind {
                ItemKind::Record(record) => record.fields.iter().find(|it| it.name.text == field.text),
                _ => None,
            });
            if self.mode == Mode::Private && declared.is_some_and(|it| it.private.is_some()) {
                value.flows = Flows::default();
            }
            all = all.and(value.plain());
        }
        all.shape = record.map(|record| Shape { record, disclosed: false });
        all
    }

    /// `f(a, b)`: what is declared comes before the functions of the language.
    fn call(&mut self, name: &'w ast::Name, args: &'w [ast::Expr], day: Option<(Value, Span)>, span: Span) -> Value {
        let found = self.view.resolve(&self.home, &name.text);
        let callable = found.iter().find(|id| self.view.is_callable(id));
        if let Some(id) = callable {
            return self.declared(id, name, args, day, span);
        }
        match args {
            [arg] if crate::elaborate::is_disclosure(&name.text) => self.disclose(arg, span),
            _ => args.iter().fold(Value::default(), |all, arg| all.and(self.expr(arg).plain())),
        }
    }

    /// `disclose(x)`: from here on nothing of it is private.
    fn disclose(&mut self, arg: &'w ast::Expr, span: Span) -> Value {
        let mut value = self.expr(arg);
        let flows = self.whole(&value, arg.span);
        self.disclosed.push(Disclosure { place: self.place(span), flows });
        if self.mode == Mode::Private {
            value.flows = Flows::default();
        }
        if let Some(shape) = &mut value.shape {
            shape.disclosed = true;
        }
        value
    }

    /// `figure at date`.
    fn at(&mut self, figure: &'w ast::Expr, date: &'w ast::Expr) -> Value {
        let day = Some((self.expr(date), date.span));
        match &figure.kind {
            ExprKind::Call(name, args) => self.call(name, args, day, figure.span),
            ExprKind::Name(name) => match self.view.resolve(&self.home, &name.text).as_slice() {
                [id] => self.declared(id, name, &[], day, name.span),
                _ => self.expr(figure),
            },
            _ => self.expr(figure),
        }
    }
}

/// The last step of a way that stands in a declaration.
pub(super) fn last_in<'p>(path: &'p [Step], home: &ItemId) -> Option<&'p Step> {
    path.iter().rev().find(|step| step.place.item == *home)
}
