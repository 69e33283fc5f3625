//! Calls of what is declared: tables and parameters, scales, defines; and figures at another date.

use super::coerce::Place;
use super::join::hull;
use super::table::Scale;
use super::{Elaborator, NESTING, Quotient, Typed, local};
use crate::items::ItemId;
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span, nearest};
use enact_ir::{Expr, ExprKind, LocalId, NumberKind, Op, Type};
use enact_syntax::ast::{self, ExprKind as Ast, ItemKind};

impl Elaborator<'_> {
    /// `f(a, b)`, read on `date` or else on the decision's.
    pub(super) fn call(
        &mut self,
        name: &ast::Name,
        args: &[ast::Expr],
        date: Option<Expr>,
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        let found = self.view.resolve(&self.home, &name.text);
        let callable: Vec<&ItemId> = found.iter().filter(|id| self.view.is_callable(id)).collect();
        match callable.as_slice() {
            [id] => return self.call_declared(name, (*id).clone(), args, date, span),
            [] => {}
            _ => return self.ambiguous(name, &found),
        }
        if let Some(made) = self.builtin(&name.text, args, expected, span) {
            return made;
        }
        if let Some(id) = found.first() {
            let message = format!("`{}` is {}, not a function", name.text, self.view.kind_of(id));
            return self.error(Code::WrongKindOfName, name.span, message, "cannot be called");
        }
        if self.is_local(&name.text) {
            let message = format!("`{}` is a value, not a function", name.text);
            return self.error(Code::WrongKindOfName, name.span, message, "cannot be called");
        }
        let visible = self.view.visible(&self.home);
        let declared = visible.iter().filter(|(_, id)| self.view.is_callable(id)).map(|(name, _)| name.as_str());
        let near = nearest(&name.text, declared.chain(super::builtin::NAMES.iter().copied())).map(str::to_owned);
        let found = Diagnostic::new(
            Code::UnknownName,
            name.span,
            format!("there is no function or table `{}`", name.text),
            "not declared",
        );
        self.report(super::name::meant(found, name, near.as_deref()))
    }

    fn call_declared(
        &mut self,
        name: &ast::Name,
        id: ItemId,
        args: &[ast::Expr],
        date: Option<Expr>,
        span: Span,
    ) -> Typed {
        match &self.view.item(&id).kind {
            ItemKind::Table(table) => {
                if args.len() != table.keys.len() {
                    return self.wrong_count(&name.text, table.keys.len(), args.len(), span);
                }
                let Some(signature) = self.view.table(&id) else { return self.broken() };
                let keys: Vec<Option<Expr>> = args
                    .iter()
                    .zip(&signature.keys)
                    .map(|(arg, (key, ty))| self.of_type(arg, ty, &format!("key `{key}` of `{}`", name.text)))
                    .collect();
                match keys.into_iter().collect::<Option<Vec<Expr>>>() {
                    Some(keys) => self.lookup(&id, keys, date, name.span),
                    None => Typed::Error,
                }
            }
            ItemKind::Scale(_) => match args {
                [arg] => self.scaled(name, &id, arg, date, span),
                _ => self.wrong_count(&name.text, 1, args.len(), span),
            },
            ItemKind::Define(define) => {
                if args.len() != define.params.len() {
                    return self.wrong_count(&name.text, define.params.len(), args.len(), span);
                }
                self.inline(&id, define, args, date, span)
            }
            _ => Typed::Error,
        }
    }

    /// Something whose own declaration is broken; that has been reported there.
    fn broken(&mut self) -> Typed {
        self.failed = true;
        Typed::Error
    }

    /// A figure of a table.
    pub(super) fn lookup(&mut self, id: &ItemId, keys: Vec<Expr>, date: Option<Expr>, span: Span) -> Typed {
        let Some(signature) = self.view.table(id) else { return self.broken() };
        if !signature.dated && date.is_some() {
            let found = Diagnostic::new(Code::WrongKindOfName, span, "a table has no dates", "read with `at`");
            return self.report(found.with_help("leave `at` out, or declare it as a `parameter`"));
        }
        let date = signature.dated.then(|| Box::new(date.unwrap_or_else(|| self.day(span))));
        let kind = ExprKind::Lookup { table: signature.id, keys, date };
        Expr { ty: signature.ty.clone(), kind }.into()
    }

    /// The day on which figures are read. Where the decision says none, that is noted, and any day will do.
    fn day(&mut self, span: Span) -> Expr {
        if let Some(day) = &self.as_of {
            return day.clone();
        }
        self.undated.push(self.call_site.unwrap_or(span));
        Expr { ty: Type::Date, kind: ExprKind::Today }
    }

    /// `figure at date`.
    pub(super) fn at(&mut self, figure: &ast::Expr, date: &ast::Expr, span: Span) -> Typed {
        let date = self.of_type(date, &Type::Date, "`at`");
        let Some(date) = date else { return Typed::Error };
        match &figure.kind {
            Ast::Call(name, args) => self.call(name, args, Some(date), None, figure.span),
            Ast::Name(name) => {
                let found = self.view.resolve(&self.home, &name.text);
                match found.as_slice() {
                    [id] => match &self.view.item(id).kind {
                        ItemKind::Table(table) if table.keys.is_empty() => {
                            self.lookup(id, Vec::new(), Some(date), name.span)
                        }
                        ItemKind::Define(define) if define.params.is_empty() => {
                            self.inline(id, define, &[], Some(date), name.span)
                        }
                        _ => self.name(name, None),
                    },
                    _ => {
                        let message = format!("`{}` is not read on a date", name.text);
                        self.error(Code::WrongKindOfName, span, message, "only parameters, scales and functions are")
                    }
                }
            }
            _ => self.error(Code::WrongKindOfName, span, "only a figure is read `at` a date", "no figure"),
        }
    }

    /// A define with its arguments in place of its parameters.
    pub(super) fn inline(
        &mut self,
        id: &ItemId,
        define: &ast::Define,
        args: &[ast::Expr],
        date: Option<Expr>,
        span: Span,
    ) -> Typed {
        if self.steps > super::STEPS || !self.view.is_sound(id) {
            return self.broken();
        }
        let Some(params) = self.view.define(id).filter(|params| params.len() == args.len()) else {
            return self.broken();
        };
        if self.nesting >= NESTING {
            let message = format!("functions stand more than {NESTING} levels inside each other");
            return self.error(Code::TooDeep, span, message, "too deep here");
        }
        let name = &define.name.text;
        let values: Vec<Option<Expr>> =
            args.iter().zip(params).map(|(arg, (param, ty))| self.argument(arg, ty, name, param)).collect();
        let Some(values) = values.into_iter().collect::<Option<Vec<Expr>>>() else { return Typed::Error };
        let mut lets: Vec<(LocalId, Expr)> = Vec::new();
        let mut variables = Vec::new();
        for ((param, _), value) in params.iter().zip(values) {
            let value = match value.kind {
                ExprKind::Const(_) | ExprKind::Local(_) => value,
                _ => {
                    let id = self.local();
                    let bound = local(id, value.ty.clone());
                    lets.push((id, value));
                    bound
                }
            };
            variables.push(super::Variable { name: param.clone(), value: value.into(), before: None });
        }
        let outer_variables = std::mem::replace(&mut self.variables, variables);
        let outer_home = std::mem::replace(&mut self.home, id.clone());
        let outer_day = self.as_of.clone();
        let (own, failed) = (std::mem::replace(&mut self.own, false), std::mem::replace(&mut self.failed, false));
        if date.is_some() {
            self.as_of = date;
        }
        self.nesting += 1;
        let call_site = self.call_site;
        if own {
            self.call_site = Some(span);
        }
        let result = self.define_value(define);
        self.nesting -= 1;
        self.as_of = outer_day;
        self.variables = outer_variables;
        self.home = outer_home;
        self.own = own;
        let body_failed = std::mem::replace(&mut self.failed, failed);
        self.call_site = call_site;
        match result {
            Typed::Error if self.steps > super::STEPS => self.too_large(span),
            Typed::Error if body_failed => {
                let message = format!("`{name}` cannot be calculated exactly for these values");
                let found =
                    Diagnostic::new(Code::MayOverflow, span, message, "too many digits, too large, or too deep");
                self.report(found.with_help("round the values that it is given, or name them with `let`"))
            }
            Typed::Error => self.broken(),
            result => bind_all(lets, result),
        }
    }

    /// The body of a define, as its declared type.
    pub(super) fn define_value(&mut self, define: &ast::Define) -> Typed {
        let ty = define.ty.as_ref().and_then(|ty| self.ty(ty));
        if define.ty.is_some() && ty.is_none() {
            self.failed = true;
            return Typed::Error;
        }
        let name = &define.name.text;
        let value = self.rule(name, &define.body, ty.as_ref());
        match ty {
            // A quotient stays one: the caller rounds it.
            Some(ty) if !matches!(value, Typed::Quotient(_)) => {
                match self.coerce(value, &ty, Place::Open, &format!("`{name}`"), define.body.general.span) {
                    Some(value) => value.into(),
                    None => Typed::Error,
                }
            }
            _ => value,
        }
    }

    /// The tax of a scale: of each bracket the part inside it, times its rate.
    fn scaled(&mut self, name: &ast::Name, id: &ItemId, arg: &ast::Expr, date: Option<Expr>, span: Span) -> Typed {
        let Some(scale) = self.view.scale(id) else { return self.broken() };
        let scale: Scale = scale.clone();
        let Some(amount) = self.of_type(arg, &scale.key, &format!("key `{}` of `{}`", scale.key_name, name.text))
        else {
            return Typed::Error;
        };
        let Some(amount) = self.ranged(amount, arg.span) else { return Typed::Error };
        let Typed::Value(version) = self.lookup(id, Vec::new(), date, name.span) else { return Typed::Error };
        let made = self.shared(amount, |it, amount| {
            let versions: Result<Vec<Expr>, TooLarge> = scale.versions.iter().map(|it| it.value(&amount)).collect();
            let Ok(versions) = versions else {
                it.overflow(span);
                return None;
            };
            it.by_version(version, versions, span)
        });
        made.map_or(Typed::Error, Typed::Value)
    }

    /// The value of the version in force, which `version` numbers from 1.
    fn by_version(&mut self, version: Expr, values: Vec<Expr>, span: Span) -> Option<Expr> {
        let places = values.iter().filter_map(number::type_of).map(|ty| ty.scale).max()?;
        let values: Result<Vec<Expr>, TooLarge> = values.into_iter().map(|it| number::to_scale(it, places)).collect();
        let Ok(mut values) = values else {
            self.overflow(span);
            return None;
        };
        self.shared(version, |_, version| {
            // The lookup stands in the condition even of a single version: the figure may not be known on the date.
            let mut result = values.pop()?;
            let last = i128::try_from(values.len()).ok()? + 1;
            if values.is_empty() {
                values.push(result.clone());
            }
            for (value, n) in values.into_iter().rev().zip((1..=last.max(2) - 1).rev()) {
                let ty = hull(&value.ty, &result.ty);
                let asked = Expr {
                    ty: Type::Bool,
                    kind: ExprKind::Op(Op::Eq, vec![version.clone(), number::constant(NumberKind::Int, 0, n)]),
                };
                result = Expr { ty, kind: ExprKind::If(Box::new(asked), Box::new(value), Box::new(result)) };
            }
            Some(result)
        })
    }
}

/// A body inside `let`s.
pub(super) fn bound(lets: &[(LocalId, Expr)], body: Expr) -> Expr {
    lets.iter().rev().fold(body, |body, (id, value)| Expr {
        ty: body.ty.clone(),
        kind: ExprKind::Let(*id, Box::new(value.clone()), Box::new(body)),
    })
}

/// The result inside `let`s.
pub(super) fn bind_all(lets: Vec<(LocalId, Expr)>, result: Typed) -> Typed {
    match result {
        Typed::Value(body) => bound(&lets, body).into(),
        Typed::Quotient(it) => {
            let den = if number::known(&it.den).is_some() { it.den } else { bound(&lets, it.den) };
            Typed::Quotient(Box::new(Quotient { kind: it.kind, num: bound(&lets, it.num), den }))
        }
        Typed::Period(period, count) => Typed::Period(period, bound(&lets, count)),
        other => other,
    }
}
