//! The functions of the language.

use super::arithmetic::number_type;
use super::coerce::Place;
use super::dates::whole;
use super::{Elaborator, Period, Typed, operation};
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Expr, NumberKind, Op, Type};
use enact_syntax::ast::{self, BinaryOp, ExprKind as Ast};

/// Every function of the language; those whose name is a keyword have its two spellings.
pub(super) const NAMES: &[&str] = &[
    "min",
    "max",
    "clamp",
    "abs",
    "date",
    "year",
    "month",
    "day",
    "weekday",
    "days_between",
    "months_between",
    "years_between",
    "is_working_day",
    "next_working_day",
    "add_working_days",
    "working_days_between",
    "days",
    "months",
    "years",
    "length",
    "slice",
    "starts_with",
    "is_digits",
    "is_alphanumeric",
    "to_number",
    "size",
    "number",
    "rate",
    "disclose",
];

/// Whether a name is that of the function that ends privacy. It is the identity: only `checks/privacy` knows it.
pub(crate) fn is_disclosure(name: &str) -> bool {
    english(name) == "disclose"
}

/// Whether the text of a declaration may call it.
pub(crate) fn may_disclose(text: &str) -> bool {
    ["disclose", "公开"].iter().any(|name| text.contains(name))
}

/// The English name of a function.
fn english(name: &str) -> &str {
    match name {
        "最小" => "min",
        "最大" => "max",
        "日期" => "date",
        "比率" => "rate",
        "文号" => "number",
        "天" => "days",
        "个月" => "months",
        "年" => "years",
        "公开" => "disclose",
        other => other,
    }
}

impl Elaborator<'_> {
    /// A call of a function of the language; `None` if there is none of this name.
    pub(super) fn builtin(
        &mut self,
        name: &str,
        args: &[ast::Expr],
        expected: Option<&Type>,
        span: Span,
    ) -> Option<Typed> {
        let name = english(name);
        Some(match name {
            "min" => self.extreme(Op::Min, name, args, span),
            "max" => self.extreme(Op::Max, name, args, span),
            "clamp" => self.clamp(args, span),
            "abs" => self.absolute(args, span),
            "date" => self.make_date(args, span),
            "year" | "month" | "day" | "weekday" | "days_between" | "months_between" | "years_between" => {
                self.date_function(name, args, span)
            }
            "is_working_day" | "next_working_day" | "add_working_days" | "working_days_between" => {
                self.calendar_function(name, args, span)
            }
            "days" => self.period_call(name, Period::Days, args, span),
            "months" => self.period_call(name, Period::Months, args, span),
            "years" => self.period_call(name, Period::Years, args, span),
            "length" | "slice" | "starts_with" | "is_digits" | "is_alphanumeric" | "to_number" => {
                self.text_function(name, args, span)
            }
            "size" => self.size(args, span),
            "number" => self.taken_as(NumberKind::Decimal, name, args, span),
            "rate" => self.taken_as(NumberKind::Rate, name, args, span),
            "disclose" => match self.single(name, args, span) {
                Some(arg) => self.expr(arg, expected),
                None => Typed::Error,
            },
            _ => return None,
        })
    }

    /// Arguments of the types.
    pub(super) fn arguments(
        &mut self,
        name: &str,
        args: &[ast::Expr],
        types: &[Type],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if args.len() != types.len() {
            self.wrong_count(name, types.len(), args.len(), span);
            return None;
        }
        let what = format!("`{name}(…)`");
        let made: Vec<Option<Expr>> = args.iter().zip(types).map(|(arg, ty)| self.of_type(arg, ty, &what)).collect();
        made.into_iter().collect()
    }

    pub(super) fn wrong_count(&mut self, name: &str, wanted: usize, given: usize, span: Span) -> Typed {
        let plural = if wanted == 1 { "" } else { "s" };
        let message = format!("`{name}` takes {wanted} argument{plural}, not {given}");
        self.error(Code::WrongArguments, span, message, format!("{given} given"))
    }

    fn single<'a>(&mut self, name: &str, args: &'a [ast::Expr], span: Span) -> Option<&'a ast::Expr> {
        match args {
            [one] => Some(one),
            _ => {
                self.wrong_count(name, 1, args.len(), span);
                None
            }
        }
    }

    fn period_call(&mut self, name: &str, period: Period, args: &[ast::Expr], span: Span) -> Typed {
        match self.single(name, args, span) {
            Some(arg) => self.period(period, arg),
            None => Typed::Error,
        }
    }

    fn extreme(&mut self, op: Op, name: &str, args: &[ast::Expr], span: Span) -> Typed {
        if let [one] = args {
            let found = Diagnostic::new(
                Code::WrongArguments,
                one.span,
                format!("`{name}` takes two values or more"),
                "only one",
            );
            return self.report(found.with_help(format!("for the elements of a list write `{name}(x for x in …)`")));
        }
        let operands: Vec<Option<(Typed, Span)>> =
            args.iter().map(|arg| self.operand(arg).map(|value| (value, arg.span))).collect();
        let Some(operands) = operands.into_iter().collect::<Option<Vec<_>>>() else { return Typed::Error };
        let mut operands = operands.into_iter();
        let Some((mut result, mut at)) = operands.next() else { return self.wrong_count(name, 2, 0, span) };
        for (value, next) in operands {
            result = self.extreme_of_two(op, result, value, at, next, span);
            at = at.to(next);
        }
        result
    }

    fn extreme_of_two(&mut self, op: Op, a: Typed, b: Typed, at_a: Span, at_b: Span, span: Span) -> Typed {
        if a.is_error() || b.is_error() {
            return Typed::Error;
        }
        if a.ty() == Some(&Type::Date) && b.ty() == Some(&Type::Date) {
            return match (a, b) {
                (Typed::Value(a), Typed::Value(b)) => operation(op, vec![a, b], Type::Date).into(),
                _ => Typed::Error,
            };
        }
        let order = if op == Op::Min { BinaryOp::LessEqual } else { BinaryOp::GreaterEqual };
        // The comparison reports what does not go together.
        let Typed::Value(first) = self.ordered(order, a.clone(), b.clone(), at_a, at_b, span) else {
            return Typed::Error;
        };
        match self.join(a, b, span) {
            Some((Typed::Value(a), Typed::Value(b))) => match (number::type_of(&a), number::type_of(&b)) {
                (Some(ty), Some(_)) => {
                    number::extreme(op, ty.kind, a, b).map_or_else(|TooLarge| self.overflow(span), Typed::Value)
                }
                _ => self.error(Code::TypeMismatch, span, "only numbers and dates are smaller or larger", "neither"),
            },
            Some((a, b)) => {
                let chosen = self.either(first, a, b);
                self.sized(chosen, span)
            }
            None => Typed::Error,
        }
    }

    fn clamp(&mut self, args: &[ast::Expr], span: Span) -> Typed {
        let (value, lo, hi) = match args {
            [value, ast::Expr { kind: Ast::Range(lo, hi), .. }] => (value, &**lo, &**hi),
            _ => return self.no_range(span),
        };
        let operands: Vec<Option<Typed>> = [value, lo, hi].into_iter().map(|it| self.operand(it)).collect();
        self.limited(operands, [value.span, lo.span, hi.span], span)
    }

    fn no_range(&mut self, span: Span) -> Typed {
        let found =
            Diagnostic::new(Code::WrongArguments, span, "`clamp` takes a value and a range", "written otherwise");
        self.report(found.with_help("write `clamp(value, lowest .. highest)`"))
    }

    fn limited(&mut self, operands: Vec<Option<Typed>>, [at, at_low, at_high]: [Span; 3], span: Span) -> Typed {
        let mut operands = operands.into_iter();
        let mut next = || operands.next().flatten();
        let (Some(value), Some(low), Some(high)) = (next(), next(), next()) else { return Typed::Error };
        let below = self.extreme_of_two(Op::Min, value, high, at, at_high, span);
        self.extreme_of_two(Op::Max, below, low, at, at_low, span)
    }

    fn absolute(&mut self, args: &[ast::Expr], span: Span) -> Typed {
        let Some(arg) = self.single("abs", args, span) else { return Typed::Error };
        let Some(value) = self.plain(arg, None) else { return Typed::Error };
        if number::type_of(&value).is_none() {
            let what = self.describe(&value.ty);
            return self.error(Code::TypeMismatch, arg.span, format!("{what} has no absolute value"), "not a number");
        }
        let Some(value) = self.ranged(value, arg.span) else { return Typed::Error };
        let made = self.shared(value, |it, value| {
            let ty = number::type_of(&value)?;
            let made =
                number::negate(value.clone()).and_then(|negated| number::extreme(Op::Max, ty.kind, value, negated));
            match made.map(|it| tighter(it, ty.lo, ty.hi)) {
                Ok(made) => made.ok(),
                Err(TooLarge) => {
                    it.overflow(span);
                    None
                }
            }
        });
        made.map_or(Typed::Error, Typed::Value)
    }

    fn size(&mut self, args: &[ast::Expr], span: Span) -> Typed {
        let Some(arg) = self.single("size", args, span) else { return Typed::Error };
        let Some(list) = self.plain(arg, None) else { return Typed::Error };
        match &list.ty {
            Type::List { max, .. } => {
                let ty = whole(0, i128::from(*max));
                operation(Op::Size, vec![list], ty).into()
            }
            _ => self.not_a_list(&list, arg.span),
        }
    }

    /// `number(x)` and `rate(x)`: the same number as another kind.
    fn taken_as(&mut self, kind: NumberKind, name: &str, args: &[ast::Expr], span: Span) -> Typed {
        let Some(arg) = self.single(name, args, span) else { return Typed::Error };
        let Some(value) = self.operand(arg) else { return Typed::Error };
        match number_type(&value).map(|ty| ty.kind) {
            Some(NumberKind::Money) | None => {
                let what = value.ty().map_or_else(|| "this".to_owned(), |ty| self.describe(ty));
                let found = Diagnostic::new(
                    Code::UnitMismatch,
                    arg.span,
                    format!("{what} is not taken as a number by `{name}`"),
                    what,
                );
                self.report(found.with_help("divide the amount by an amount, such as `1 yuan`"))
            }
            Some(_) => match value {
                Typed::Value(it) => {
                    let plain = kind == NumberKind::Decimal && number::type_of(&it).is_some_and(|ty| ty.scale == 0);
                    let kind = if plain { NumberKind::Int } else { kind };
                    number::as_kind(it, kind).into()
                }
                Typed::Quotient(it) => Typed::Quotient(Box::new(super::Quotient { kind, ..*it })),
                other => other,
            },
        }
    }

    /// A declared function's argument.
    pub(super) fn argument(&mut self, arg: &ast::Expr, ty: &Type, function: &str, param: &str) -> Option<Expr> {
        let value = self.expr(arg, Some(ty));
        self.coerce(value, ty, Place::Open, &format!("`{param}` of `{function}`"), arg.span)
    }
}

/// The absolute value of a number in `lo .. hi` is never below zero, nor nearer to it than the range is.
fn tighter(expr: Expr, lo: i128, hi: i128) -> number::Made {
    let least = if lo > 0 {
        lo
    } else if hi < 0 {
        -hi
    } else {
        0
    };
    number::held(expr, least, i128::MAX)
}
