//! What a name means: a case of the expected enum, a local, a figure or function without arguments, a case of the only enum that has it.

use super::{Elaborator, Typed};
use crate::items::ItemId;
use enact_base::{Code, Diagnostic, Edit, Span, nearest};
use enact_ir::{EnumId, Expr, ExprKind, Type, Value};
use enact_syntax::ast::{self, ExprKind as Ast, ItemKind};

/// Offers the name that was probably meant.
pub(super) fn meant(found: Diagnostic<Span>, name: &ast::Name, nearest: Option<&str>) -> Diagnostic<Span> {
    match nearest {
        Some(nearest) => {
            let text = crate::checks::show::name(nearest);
            let edit = Edit { place: name.span, text: text.clone() };
            found.with_fix(format!("write `{}`", text.trim_matches('`')), vec![edit])
        }
        None => found,
    }
}

impl Elaborator<'_> {
    pub(super) fn name(&mut self, name: &ast::Name, expected: Option<&Type>) -> Typed {
        let wanted = expected.and_then(|ty| match ty.inner() {
            Type::Enum(id) => Some(*id),
            _ => None,
        });
        if let Some(case) = wanted.and_then(|id| self.case(id, &name.text)) {
            return case.into();
        }
        if let Some(variable) = self.variable(&name.text) {
            return variable;
        }
        if let Some(named) = self.named_value(name) {
            return named;
        }
        let found = self.view.resolve(&self.home, &name.text);
        match found.as_slice() {
            [] => self.unresolved(name, wanted),
            [id] if wanted.is_some() && !self.view.is_value(id) => self.unresolved(name, wanted),
            [id] => self.global(name, id),
            _ => self.ambiguous(name, &found),
        }
    }

    fn variable(&self, name: &str) -> Option<Typed> {
        self.variables.iter().rev().find(|it| it.name == name).map(|it| it.value.clone())
    }

    /// Whether a name is that of an input, a named value or an element.
    pub(super) fn is_local(&self, name: &str) -> bool {
        self.variables.iter().any(|it| it.name == name)
            || (self.own && self.named.iter().any(|it| it.name.text == name))
    }

    /// Whether an expression is a bare name that means nothing without an expected enum.
    pub(super) fn is_bare_case(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            Ast::Name(name) => !self.is_local(&name.text) && self.view.resolve(&self.home, &name.text).is_empty(),
            _ => false,
        }
    }

    pub(super) fn case(&self, id: EnumId, name: &str) -> Option<Expr> {
        let place = self.view.enum_of(id)?.cases.iter().position(|case| case.name == name)?;
        let place = u32::try_from(place).ok()?;
        Some(Expr { ty: Type::Enum(id), kind: ExprKind::Const(Value::Enum(place)) })
    }

    /// A declaration used as a value.
    fn global(&mut self, name: &ast::Name, id: &ItemId) -> Typed {
        match &self.view.item(id).kind {
            ItemKind::Table(table) if table.keys.is_empty() => self.lookup(id, Vec::new(), None, name.span),
            ItemKind::Define(define) if define.params.is_empty() => self.inline(id, define, &[], None, name.span),
            ItemKind::Table(_) | ItemKind::Define(_) | ItemKind::Scale(_) => {
                let what = self.view.kind_of(id);
                let message = format!("`{}` is {what} and needs its arguments", name.text);
                self.report(
                    Diagnostic::new(Code::WrongArguments, name.span, message, "nothing in parentheses")
                        .with_help(format!("write `{}(…)`", name.text)),
                )
            }
            _ => {
                let what = self.view.kind_of(id);
                let message = format!("`{}` is {what}, not a value", name.text);
                let found = Diagnostic::new(Code::WrongKindOfName, name.span, message, "a value is needed here");
                let found = match &self.view.item(id).kind {
                    ItemKind::Enum(it) => match it.cases.first() {
                        Some(case) => {
                            found.with_help(format!("write a case of it, such as `{}.{}`", name.text, case.name.text))
                        }
                        None => found,
                    },
                    _ => found,
                };
                self.report(found)
            }
        }
    }

    pub(super) fn ambiguous(&mut self, name: &ast::Name, found: &[ItemId]) -> Typed {
        let mut modules: Vec<String> = found.iter().map(|id| format!("`{}`", self.view.module(id))).collect();
        modules.sort();
        modules.dedup();
        let message = format!("`{}` is declared in {}", name.text, modules.join(" and in "));
        let found = Diagnostic::new(Code::AmbiguousName, name.span, message, "which is meant?");
        self.report(found.with_help("rename one of them, or drop an import that is not needed"))
    }

    fn unresolved(&mut self, name: &ast::Name, wanted: Option<EnumId>) -> Typed {
        if wanted.is_some_and(|id| self.view.enum_of(id).is_none()) {
            // The enum itself is broken, and that has been reported.
            self.failed = true;
            return Typed::Error;
        }
        let text = name.text.as_str();
        let visible = self.view.visible(&self.home);
        let values = visible.iter().filter(|(_, id)| self.view.is_value(id)).map(|(name, _)| name.as_str());
        let named = self.named.iter().filter(|_| self.own).map(|it| it.name.text.as_str());
        let known: Vec<&str> = self.variables.iter().map(|it| it.name.as_str()).chain(named).chain(values).collect();
        let close = nearest(text, known).map(str::to_owned);
        if let Some(declared) = wanted.and_then(|id| self.view.enum_of(id)) {
            let case = nearest(text, declared.cases.iter().map(|case| case.name.as_str()));
            if case.is_some() || close.is_none() {
                return self.no_case(name, declared, case);
            }
        } else {
            let holders: Vec<EnumId> = visible
                .iter()
                .filter_map(|(_, id)| self.view.enum_id(id))
                .filter(|id| self.case(*id, text).is_some())
                .collect();
            match holders.as_slice() {
                [] => {}
                [one] => return self.case(*one, text).map_or(Typed::Error, Typed::Value),
                [first, second, ..] => return self.case_of_many(name, *first, *second),
            }
        }
        let found = Diagnostic::new(Code::UnknownName, name.span, format!("`{text}` is not declared"), "not declared");
        self.report(meant(found, name, close.as_deref()))
    }

    fn case_of_many(&mut self, name: &ast::Name, first: EnumId, second: EnumId) -> Typed {
        let of = |id| self.view.enum_of(id).map(|it| it.name.clone()).unwrap_or_default();
        let (first, second) = (of(first), of(second));
        let message = format!("`{}` is a case of `{first}` and of `{second}`", name.text);
        let found = Diagnostic::new(Code::AmbiguousName, name.span, message, "which is meant?");
        self.report(found.with_help(format!("write `{first}.{0}` or `{second}.{0}`", name.text)))
    }

    pub(super) fn no_case(&mut self, name: &ast::Name, declared: &enact_ir::Enum, case: Option<&str>) -> Typed {
        let message = format!("`{}` is no case of `{}`", name.text, declared.name);
        let found = meant(Diagnostic::new(Code::UnknownCase, name.span, message, "no such case"), name, case);
        let cases: Vec<String> = declared.cases.iter().take(12).map(|case| format!("`{}`", case.name)).collect();
        let more = if declared.cases.len() > cases.len() { ", …" } else { "" };
        self.report(found.with_note(format!("its cases are {}{more}", cases.join(", "))))
    }

    /// `Category.employee`, if the base is the bare name of an enum.
    pub(super) fn qualified(&mut self, base: &ast::Expr, field: &ast::Name) -> Option<Typed> {
        let Ast::Name(name) = &base.kind else { return None };
        if self.is_local(&name.text) {
            return None;
        }
        let found = self.view.resolve(&self.home, &name.text);
        let [id] = found.as_slice() else { return None };
        let declared = self.view.enum_id(id)?;
        if let Some(case) = self.case(declared, &field.text) {
            return Some(case.into());
        }
        let Some(declared) = self.view.enum_of(declared) else {
            self.failed = true;
            return Some(Typed::Error);
        };
        let near = nearest(&field.text, declared.cases.iter().map(|case| case.name.as_str()));
        Some(self.no_case(field, declared, near))
    }
}
