//! The rule of every form of expression.

use super::operations::Interval;
use super::types::{check, fits, holds, show};
use super::{Scope, operations};
use crate::{Each, Expr, ExprKind, RuleId, TableId, Type};

type Checked = Result<(), String>;

fn ensure(right: bool, message: impl FnOnce() -> String) -> Checked {
    if right { Ok(()) } else { Err(message()) }
}

fn fit(from: &Type, to: &Type, what: &str) -> Checked {
    ensure(fits(from, to), || format!("{what} of type {} does not fit {}", show(from), show(to)))
}

impl Scope<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Checked {
        check(self.program, &expr.ty)?;
        match &expr.kind {
            ExprKind::Const(value) => ensure(holds(self.program, &expr.ty, value), || {
                format!("the constant {value:?} is not of type {}", show(&expr.ty))
            }),
            ExprKind::Local(local) => match self.locals.iter().rev().find(|(id, _)| id == local) {
                Some((_, ty)) => fit(ty, &expr.ty, &format!("local {}", local.0)),
                None => Err(format!("local {} cannot be seen here", local.0)),
            },
            ExprKind::Today => fit(&Type::Date, &expr.ty, "today"),
            ExprKind::Op(op, args) => {
                self.all(args)?;
                operations::check(self.program, *op, args, &expr.ty).map_err(|why| format!("`{}`: {why}", op.name()))
            }
            ExprKind::Let(local, value, body) => {
                self.expr(value)?;
                let outside = self.locals.len();
                self.define(*local, value.ty.clone())?;
                self.expr(body)?;
                self.locals.truncate(outside);
                fit(&body.ty, &expr.ty, "what follows `let`")
            }
            ExprKind::If(condition, then, otherwise) => {
                self.truth(condition)?;
                self.branch(then, &expr.ty)?;
                self.branch(otherwise, &expr.ty)
            }
            ExprKind::Choose { rule, exceptions, general } => self.choose(*rule, exceptions, general, &expr.ty),
            ExprKind::Field(record, place) => {
                self.expr(record)?;
                let Type::Record(id) = record.ty else { return Err("a field of what is no record".to_owned()) };
                let field = self.program.record_of(id).and_then(|record| record.fields.get(*place as usize));
                let field = field.ok_or_else(|| format!("there is no field {place}"))?;
                fit(&field.ty, &expr.ty, &format!("field `{}`", field.name))
            }
            ExprKind::Record(parts) => {
                self.all(parts)?;
                let Type::Record(id) = expr.ty else { return Err("a record of another type".to_owned()) };
                let fields = self.program.record_of(id).map(|record| record.fields.as_slice()).unwrap_or_default();
                ensure(fields.len() == parts.len(), || "a record with too few or too many fields".to_owned())?;
                let mut pairs = parts.iter().zip(fields);
                pairs.try_for_each(|(part, field)| fit(&part.ty, &field.ty, &format!("field `{}`", field.name)))
            }
            ExprKind::List(parts) => {
                self.all(parts)?;
                let Type::List { element, max } = &expr.ty else { return Err("a list of another type".to_owned()) };
                ensure(parts.len() <= *max as usize, || format!("{} elements in a list of {max}", parts.len()))?;
                parts.iter().try_for_each(|part| fit(&part.ty, element, "an element"))
            }
            ExprKind::Lookup { table, keys, date } => self.lookup(*table, keys, date.as_deref(), &expr.ty),
            ExprKind::Each { .. } => self.each(expr),
        }
    }

    fn all(&mut self, parts: &[Expr]) -> Checked {
        parts.iter().try_for_each(|part| self.expr(part))
    }

    fn truth(&mut self, expr: &Expr) -> Checked {
        self.expr(expr)?;
        ensure(expr.ty == Type::Bool, || format!("a condition of type {}", show(&expr.ty)))
    }

    fn branch(&mut self, expr: &Expr, ty: &Type) -> Checked {
        self.expr(expr)?;
        fit(&expr.ty, ty, "a branch")
    }

    fn choose(&mut self, rule: RuleId, exceptions: &[(Expr, Expr)], general: &Expr, ty: &Type) -> Checked {
        let declared =
            self.decision.rules.get(rule.0 as usize).ok_or_else(|| format!("there is no rule {}", rule.0))?;
        ensure(declared.exceptions.len() == exceptions.len(), || {
            format!("rule `{}` has {} exceptions, not {}", declared.name, declared.exceptions.len(), exceptions.len())
        })?;
        for (condition, value) in exceptions {
            self.truth(condition)?;
            self.branch(value, ty)?;
        }
        self.branch(general, ty)
    }

    fn lookup(&mut self, id: TableId, keys: &[Expr], date: Option<&Expr>, ty: &Type) -> Checked {
        let table = self.program.table_of(id).ok_or_else(|| format!("there is no table {}", id.0))?;
        self.all(keys)?;
        ensure(table.keys.len() == keys.len(), || format!("`{}` has {} keys", table.name, table.keys.len()))?;
        for (key, declared) in keys.iter().zip(&table.keys) {
            fit(&key.ty, declared, &format!("a key of `{}`", table.name))?;
        }
        ensure(date.is_some() == table.dated, || format!("`{}` and a date do not go together", table.name))?;
        if let Some(date) = date {
            self.expr(date)?;
            fit(&date.ty, &Type::Date, "the date")?;
        }
        fit(&table.ty, ty, &format!("the figure `{}`", table.name))
    }

    fn each(&mut self, expr: &Expr) -> Checked {
        let ExprKind::Each { form, list, element, before, filter, sort, body } = &expr.kind else { return Ok(()) };
        self.expr(list)?;
        let Type::List { element: of, max } = &list.ty else { return Err("a form over what is no list".to_owned()) };
        let outside = self.locals.len();
        self.define(*element, of.as_ref().clone())?;
        if let Some(before) = before {
            self.define(*before, Type::List { element: of.clone(), max: max.saturating_sub(1) })?;
        }
        if let Some(filter) = filter {
            self.truth(filter)?;
        }
        if let Some((key, _)) = sort {
            self.expr(key)?;
            let sorts = matches!(key.ty, Type::Number(_) | Type::Date | Type::Text { .. } | Type::Bool);
            ensure(sorts, || format!("a list cannot be sorted by type {}", show(&key.ty)))?;
        }
        self.expr(body)?;
        self.locals.truncate(outside);
        form_of(*form, &body.ty, *max, &expr.ty)
    }
}

/// The type of a form by the type of its bodies and their greatest number.
fn form_of(form: Each, body: &Type, max: u32, ty: &Type) -> Checked {
    match form {
        Each::Any | Each::All => {
            ensure(*body == Type::Bool && *ty == Type::Bool, || "a condition over a list is not `bool`".to_owned())
        }
        Each::Count => {
            ensure(*body == Type::Bool, || "what is counted is no condition".to_owned())?;
            operations::within(&Interval { scale: Some(0), lo: 0, hi: max.into() }, ty)
        }
        Each::Sum => {
            let body = body.number().ok_or("a sum of what are no numbers")?;
            let times = |end: i128| end.checked_mul(max.into()).ok_or("a sum that may not fit 128 bits");
            let (lo, hi) = (times(body.lo)?.min(0), times(body.hi)?.max(0));
            operations::within(&Interval { scale: Some(body.scale), lo, hi }, ty)
        }
        Each::Min | Each::Max => {
            let orders = matches!(body, Type::Number(_) | Type::Date);
            ensure(orders, || format!("no smallest of type {}", show(body)))?;
            fit(&Type::Optional(Box::new(body.clone())), ty, "the smallest or largest")
        }
        Each::First => fit(&Type::Optional(Box::new(body.inner().clone())), ty, "the first"),
        Each::Map => fit(&Type::List { element: Box::new(body.clone()), max }, ty, "the list"),
    }
}
