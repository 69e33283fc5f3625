//! Forms over the elements of lists.

use super::dates::whole;
use super::join::{joined, optional};
use super::value::constant;
use super::{Elaborator, Typed, Variable, local, operation};
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Each, Expr, ExprKind, LocalId, NumberType, Op, Type, Value};
use enact_syntax::ast::{self, AggregateOp};

/// A binder whose parts have been elaborated, with what is taken of each element.
struct Form<T> {
    list: Expr,
    max: u32,
    element: LocalId,
    before: Option<LocalId>,
    filter: Option<Expr>,
    sort: Option<(Box<Expr>, bool)>,
    body: T,
}

impl<T> Form<T> {
    fn with(self, form: Each, body: Expr, ty: Type) -> Expr {
        let Form { list, element, before, filter, sort, .. } = self;
        let (list, filter, body) = (Box::new(list), filter.map(Box::new), Box::new(body));
        Expr { ty, kind: ExprKind::Each { form, list, element, before, filter, sort, body } }
    }
}

impl Elaborator<'_> {
    /// The list, the filter and the sort of a binder, and `body` with the element declared; `None` if something is wrong.
    fn each<T>(&mut self, binder: &ast::Binder, body: impl FnOnce(&mut Self) -> Option<T>) -> Option<Form<T>> {
        let list = self.plain(&binder.list, None);
        let (list, ty, max) = match list {
            Some(list) => match list.ty.clone() {
                Type::List { element, max } => (Some(list), Some(*element), max),
                _ => {
                    self.not_a_list(&list, binder.list.span);
                    (None, None, 0)
                }
            },
            None => (None, None, 0),
        };
        let (element, before) = (self.local(), self.local());
        let value = ty.clone().map_or(Typed::Error, |ty| local(element, ty).into());
        let earlier = ty.map(|ty| local(before, Type::List { element: Box::new(ty), max }));
        self.within(|it| {
            let place = it.variables.len();
            let name = binder.name.text.clone();
            it.variables.push(Variable { name: name.clone(), value, before: earlier.map(|list| (list, false)) });
            it.origins.push((element, name));
            let filter = binder.filter.as_ref().map(|filter| {
                let made = it.condition(filter, "`where`");
                if let Some(made) = &made {
                    it.note_condition(made, filter.span);
                    it.assume(made, true);
                }
                made
            });
            let sort = binder.by.as_ref().map(|key| it.sort_key(key).map(|made| (Box::new(made), binder.descending)));
            let body = body(it);
            let used = it.variables.get(place).and_then(|it| it.before.as_ref()).is_some_and(|(_, used)| *used);
            Some(Form {
                list: list?,
                max,
                element,
                before: used.then_some(before),
                // An inner `None` has been reported.
                filter: filter.map_or(Some(None), |made| made.map(Some))?,
                sort: sort.map_or(Some(None), |made| made.map(Some))?,
                body: body?,
            })
        })
    }

    fn sort_key(&mut self, key: &ast::Expr) -> Option<Expr> {
        let made = self.plain(key, None)?;
        if matches!(made.ty, Type::Number(_) | Type::Date | Type::Text { .. } | Type::Bool) {
            return Some(made);
        }
        let what = self.describe(&made.ty);
        let found = Diagnostic::new(Code::TypeMismatch, key.span, format!("{what} has no order to sort by"), what);
        self.report(found.with_help("sort by a number, a date, a text or a truth value"));
        None
    }

    pub(super) fn aggregate(
        &mut self,
        op: AggregateOp,
        n: Option<u32>,
        body: &ast::Expr,
        binder: &ast::Binder,
        span: Span,
    ) -> Typed {
        match op {
            AggregateOp::Any | AggregateOp::All | AggregateOp::None | AggregateOp::Count | AggregateOp::Exactly => {
                self.counted(op, n, body, binder)
            }
            AggregateOp::Sum => self.total(body, binder, span),
            AggregateOp::Min | AggregateOp::Max | AggregateOp::First => self.chosen(op, body, binder),
        }
    }

    fn counted(&mut self, op: AggregateOp, n: Option<u32>, body: &ast::Expr, binder: &ast::Binder) -> Typed {
        match self.each(binder, |it| it.condition(body, "what is asked of each element")) {
            Some(form) => count(op, n, form),
            None => Typed::Error,
        }
    }

    fn total(&mut self, body: &ast::Expr, binder: &ast::Binder, span: Span) -> Typed {
        let form = self.each(binder, |it| {
            let made = it.plain(body, None)?;
            it.summand(made, body.span)
        });
        form.map_or(Typed::Error, |form| sum(form).unwrap_or_else(|| self.overflow(span)))
    }

    fn summand(&mut self, made: Expr, span: Span) -> Option<Expr> {
        if number::type_of(&made).is_none() {
            let what = self.describe(&made.ty);
            self.error(Code::TypeMismatch, span, format!("{what} cannot be added up"), what);
            return None;
        }
        self.ranged(made, span)
    }

    fn chosen(&mut self, op: AggregateOp, body: &ast::Expr, binder: &ast::Binder) -> Typed {
        match self.each(binder, |it| it.plain(body, None)) {
            Some(form) => self.picked(op, form, body.span),
            None => Typed::Error,
        }
    }

    fn picked(&mut self, op: AggregateOp, mut form: Form<Expr>, at: Span) -> Typed {
        let ordered = matches!(form.body.ty, Type::Number(_) | Type::Date);
        let each = match op {
            AggregateOp::Min => Each::Min,
            AggregateOp::Max => Each::Max,
            _ => Each::First,
        };
        if each != Each::First {
            form.sort = None;
            if !ordered {
                let what = self.describe(&form.body.ty);
                return self.error(Code::TypeMismatch, at, format!("{what} is neither smaller nor larger"), what);
            }
        }
        let body = form.body.clone();
        let ty = optional(body.ty.clone());
        form.with(each, body, ty).into()
    }

    pub(super) fn comprehension(&mut self, body: &ast::Expr, binder: &ast::Binder, expected: Option<&Type>) -> Typed {
        let wanted = expected.and_then(|ty| match ty.inner() {
            Type::List { element, .. } => Some((**element).clone()),
            _ => None,
        });
        let form = self.each(binder, |it| match it.expr(body, wanted.as_ref()) {
            Typed::Value(value) => Some(value),
            Typed::Error => None,
            other => {
                let ty = wanted.clone().unwrap_or(Type::Bool);
                it.coerce(other, &ty, super::coerce::Place::Fixed, "an element", body.span)
            }
        });
        let Some(form) = form else { return Typed::Error };
        let body = form.body.clone();
        let ty = Type::List { element: Box::new(body.ty.clone()), max: form.max };
        form.with(Each::Map, body, ty).into()
    }

    /// `before x`.
    pub(super) fn before(&mut self, name: &ast::Name) -> Typed {
        let variable = self.variables.iter_mut().rev().find(|it| it.name == name.text);
        match variable {
            Some(Variable { before: Some((list, used)), .. }) => {
                *used = true;
                list.clone().into()
            }
            Some(Variable { value: Typed::Error, .. }) => Typed::Error,
            _ => {
                let message = format!("`{}` is not an element of a list", name.text);
                let found = Diagnostic::new(Code::WrongKindOfName, name.span, message, "nothing stands before it");
                self.report(found.with_help("name the element that `for … in …` declares"))
            }
        }
    }

    /// `xs ++ ys`.
    pub(super) fn concatenation(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let left = self.plain(a, None);
        let right = self.plain(b, left.as_ref().map(|it| &it.ty));
        let (Some(left), Some(right)) = (left, right) else { return Typed::Error };
        for (side, at) in [(&left, a.span), (&right, b.span)] {
            if !matches!(side.ty, Type::List { .. }) {
                return self.not_a_list(side, at);
            }
        }
        let Some(Type::List { element, .. }) = joined(&left, &right) else {
            let (x, y) = (self.describe(&left.ty), self.describe(&right.ty));
            return self.error(
                Code::TypeMismatch,
                span,
                format!("{x} and {y} do not join"),
                "elements of different kinds",
            );
        };
        let most = |it: &Expr| match it.ty {
            Type::List { max, .. } => max,
            _ => 0,
        };
        let max = most(&left).saturating_add(most(&right));
        let ty = Type::List { element, max };
        let place = super::coerce::Place::Fixed;
        match (self.convert(left, &ty, place), self.convert(right, &ty, place)) {
            (Ok(left), Ok(right)) => {
                let Type::List { element, .. } = super::join::hull(&left.ty, &right.ty) else { return Typed::Error };
                if let (ExprKind::Const(Value::List(x)), ExprKind::Const(Value::List(y))) = (&left.kind, &right.kind) {
                    return constant(Type::List { element, max }, Value::List([x.clone(), y.clone()].concat())).into();
                }
                operation(Op::Concat, vec![left, right], Type::List { element, max }).into()
            }
            (Err(TooLarge), _) | (_, Err(TooLarge)) => self.overflow(span),
        }
    }
}

/// A count, or a question about one.
fn count(op: AggregateOp, n: Option<u32>, mut form: Form<Expr>) -> Typed {
    let (max, asked) = (i128::from(form.max), form.body.clone());
    // Order does not matter to a count.
    form.sort = None;
    match op {
        AggregateOp::Any => form.with(Each::Any, asked, Type::Bool).into(),
        AggregateOp::All => form.with(Each::All, asked, Type::Bool).into(),
        AggregateOp::None => number::test(Op::Not, vec![form.with(Each::Any, asked, Type::Bool)]).into(),
        AggregateOp::Exactly => {
            let count = form.with(Each::Count, asked, whole(0, max));
            let wanted = number::constant(enact_ir::NumberKind::Int, 0, i128::from(n.unwrap_or(0)));
            number::test(Op::Eq, vec![count, wanted]).into()
        }
        _ => form.with(Each::Count, asked, whole(0, max)).into(),
    }
}

/// The total; `None` if it may not fit.
fn sum(mut form: Form<Expr>) -> Option<Typed> {
    form.sort = None;
    let ty = number::type_of(&form.body)?;
    let times = i128::from(form.max);
    let (lo, hi) = (ty.lo.min(0).checked_mul(times)?, ty.hi.max(0).checked_mul(times)?);
    let body = form.body.clone();
    Some(form.with(Each::Sum, body, Type::Number(NumberType { lo, hi, ..ty })).into())
}
