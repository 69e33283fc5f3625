//! Lists and records that are written out.

use super::coerce::Place;
use super::join::{hull, joined};
use super::value::constant;
use super::{Elaborator, Typed};
use enact_base::{Code, Diagnostic, Span, nearest};
use enact_ir::{Expr, ExprKind, Type, Value};
use enact_syntax::ast;

impl Elaborator<'_> {
    pub(super) fn list(&mut self, parts: &[ast::Expr], expected: Option<&Type>, span: Span) -> Typed {
        let wanted = expected.and_then(|ty| match ty.inner() {
            Type::List { element, .. } => Some((**element).clone()),
            _ => None,
        });
        let mut made: Vec<(Expr, Span)> = Vec::new();
        let mut failed = false;
        for part in parts {
            let known = wanted.clone().or_else(|| made.last().map(|(it, _)| it.ty.clone()));
            match self.expr(part, known.as_ref()) {
                Typed::Value(value) => made.push((value, part.span)),
                Typed::Error => failed = true,
                other => {
                    let ty = known.unwrap_or(Type::Bool);
                    match self.coerce(other, &ty, Place::Fixed, "an element", part.span) {
                        Some(value) => made.push((value, part.span)),
                        None => failed = true,
                    }
                }
            }
        }
        if failed {
            return Typed::Error;
        }
        let Some(((first, _), rest)) = made.split_first() else {
            let ty = Type::List { element: Box::new(wanted.unwrap_or(Type::Bool)), max: 0 };
            return constant(ty, Value::List(Vec::new())).into();
        };
        let mut common = first.clone();
        for (part, at) in rest {
            let Some(ty) = joined(&common, part) else {
                let message = format!("the list holds {} and {}", self.describe(&common.ty), self.describe(&part.ty));
                return self.error(Code::TypeMismatch, *at, message, "of another kind than the elements before it");
            };
            common = Expr { ty, kind: ExprKind::Today };
        }
        let max = u32::try_from(made.len()).unwrap_or(u32::MAX);
        let elements: Result<Vec<Expr>, _> =
            made.into_iter().map(|(part, _)| self.convert(part, &common.ty, Place::Fixed)).collect();
        let Ok(elements) = elements else { return self.overflow(span) };
        let element = elements.iter().map(|it| it.ty.clone()).reduce(|a, b| hull(&a, &b)).unwrap_or(Type::Bool);
        Expr { ty: Type::List { element: Box::new(element), max }, kind: ExprKind::List(elements) }.into()
    }

    pub(super) fn record_value(
        &mut self,
        name: Option<&ast::Name>,
        fields: &[(ast::Name, ast::Expr)],
        expected: Option<&Type>,
        span: Span,
    ) -> Typed {
        let ty = match name {
            Some(name) => self.record_named(name),
            None => expected.map(Type::inner).filter(|ty| super::record_of(ty).is_some()).cloned(),
        };
        let Some(record) = ty.as_ref().and_then(super::record_of).and_then(|id| self.view.record_of(id)) else {
            if name.is_none() && ty.is_none() {
                let found =
                    Diagnostic::new(Code::UnknownType, span, "a record needs its type's name", "of which type?");
                return self.report(found.with_help("write the name of the record before `{`"));
            }
            // The record itself is broken, and that has been reported.
            self.failed = true;
            return Typed::Error;
        };
        self.twice(fields.iter().map(|(name, _)| name), "field");
        for (name, _) in fields {
            if !record.fields.iter().any(|field| field.name == name.text) {
                let near = nearest(&name.text, record.fields.iter().map(|it| it.name.as_str()));
                let message = format!("record `{}` has no field `{}`", record.name, name.text);
                let found = Diagnostic::new(Code::UnknownField, name.span, message, "no such field");
                self.report(super::name::meant(found, name, near));
            }
        }
        let mut made = Vec::new();
        let mut left_out = Vec::new();
        for field in &record.fields {
            match fields.iter().find(|(name, _)| name.text == field.name) {
                Some((_, value)) => made.push(self.of_type(value, &field.ty, &format!("field `{}`", field.name))),
                None => left_out.push(format!("`{}`", field.name)),
            }
        }
        if !left_out.is_empty() {
            let message = format!("the record `{}` is given without {}", record.name, left_out.join(", "));
            let found = Diagnostic::new(Code::UnknownField, span, message, "every field needs a value");
            return self.report(found.with_help("an optional field that is not there is written as `absent`"));
        }
        let made: Option<Vec<Expr>> = made.into_iter().collect();
        match (made, ty) {
            (Some(parts), Some(ty)) => Expr { ty, kind: ExprKind::Record(parts) }.into(),
            _ => Typed::Error,
        }
    }

    fn record_named(&mut self, name: &ast::Name) -> Option<Type> {
        let reference = ast::TypeRef { kind: ast::TypeKind::Named(name.clone()), span: name.span };
        let ty = self.ty(&reference)?;
        if super::record_of(&ty).is_none() {
            let message = format!("`{}` is no record", name.text);
            self.error(Code::WrongKindOfName, name.span, message, "a record is needed here");
            return None;
        }
        Some(ty)
    }
}
