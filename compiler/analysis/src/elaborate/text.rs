//! Texts: length, parts, digits, beginnings.

use super::dates::{any_whole, whole};
use super::{Elaborator, Typed, operation};
use crate::number;
use enact_base::Span;
use enact_ir::{Op, Type};
use enact_syntax::ast;

/// Digits that fit the largest number that a text can give.
const DIGITS: u32 = 18;

impl Elaborator<'_> {
    pub(super) fn text_function(&mut self, name: &str, args: &[ast::Expr], span: Span) -> Typed {
        let text = Type::Text { max: u32::MAX };
        let types = match name {
            "slice" => vec![text, any_whole(), any_whole()],
            "starts_with" => vec![text.clone(), text],
            _ => vec![text],
        };
        let Some(args) = self.arguments(name, args, &types, span) else { return Typed::Error };
        let longest = match args.first().map(|it| &it.ty) {
            Some(Type::Text { max }) => *max,
            _ => 0,
        };
        let (op, ty) = match name {
            "length" => (Op::Length, whole(0, i128::from(longest))),
            "slice" => {
                let most = args.get(2).and_then(number::type_of).map_or(0, |ty| ty.hi.max(0));
                (Op::Slice, Type::Text { max: u32::try_from(most).unwrap_or(u32::MAX).min(longest) })
            }
            "starts_with" => (Op::StartsWith, Type::Bool),
            "is_digits" => (Op::IsDigits, Type::Bool),
            "is_alphanumeric" => (Op::IsAlphanumeric, Type::Bool),
            _ => {
                let most = 10_i128.pow(longest.min(DIGITS)) - 1;
                (Op::ToNumber, Type::Optional(Box::new(whole(0, most))))
            }
        };
        operation(op, args, ty).into()
    }
}
