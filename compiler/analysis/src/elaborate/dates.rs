//! Dates, periods and working days.

use super::arithmetic::period_name;
use super::{Elaborator, Period, Typed, operation};
use crate::number::{self, TooLarge};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::calendar::{FIRST, LAST};
use enact_ir::{CalendarId, Expr, NumberKind, NumberType, Op, Type};
use enact_syntax::ast::{self, BinaryOp, ExprKind as Ast};

/// Months and years between any two days.
const MONTHS: i128 = 12 * 9999;
const YEARS: i128 = 9999;

/// The type of a whole number between two ends.
pub(super) fn whole(lo: i128, hi: i128) -> Type {
    Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo, hi })
}

/// Any whole number, as the type of an argument.
pub(super) fn any_whole() -> Type {
    whole(-number::UNBOUNDED, number::UNBOUNDED)
}

impl Elaborator<'_> {
    /// Sums and products of which a side is a date or a period.
    pub(super) fn calendar_arithmetic(&mut self, op: BinaryOp, a: Typed, b: Typed, span: Span) -> Typed {
        let is_date = |it: &Typed| it.ty() == Some(&Type::Date);
        match (op, a, b) {
            (BinaryOp::Add, Typed::Value(date), Typed::Period(period, count))
            | (BinaryOp::Add, Typed::Period(period, count), Typed::Value(date))
                if date.ty == Type::Date =>
            {
                self.moved(date, period, count, span)
            }
            (BinaryOp::Subtract, Typed::Value(date), Typed::Period(period, count)) if date.ty == Type::Date => {
                match number::negate(count) {
                    Ok(count) => self.moved(date, period, count, span),
                    Err(TooLarge) => self.overflow(span),
                }
            }
            (BinaryOp::Add | BinaryOp::Subtract, Typed::Period(p, a), Typed::Period(q, b)) if p == q => {
                let op = if op == BinaryOp::Add { Op::Add } else { Op::Sub };
                match number::sum(op, NumberKind::Int, a, b) {
                    Ok(count) => Typed::Period(p, count),
                    Err(TooLarge) => self.overflow(span),
                }
            }
            (BinaryOp::Multiply, Typed::Period(period, count), Typed::Value(factor))
            | (BinaryOp::Multiply, Typed::Value(factor), Typed::Period(period, count))
                if number::type_of(&factor).is_some_and(|ty| ty.kind == NumberKind::Int) =>
            {
                let Some(factor) = self.ranged(factor, span) else { return Typed::Error };
                match number::product(NumberKind::Int, count, factor) {
                    Ok(count) => Typed::Period(period, count),
                    Err(TooLarge) => self.overflow(span),
                }
            }
            (BinaryOp::Subtract, a, b) if is_date(&a) && is_date(&b) => {
                let found =
                    Diagnostic::new(Code::UnitMismatch, span, "a date is not subtracted from a date", "both are dates");
                self.report(found.with_help("write `days_between(…, …)`, `months_between(…, …)` or `years_between(…, …)`, the earlier date first"))
            }
            (BinaryOp::Add | BinaryOp::Subtract, a, b)
                if is_date(&a) && super::arithmetic::number_type(&b).is_some() =>
            {
                let found = Diagnostic::new(
                    Code::UnitMismatch,
                    span,
                    "a number without a unit is added to a date",
                    "days, months or years?",
                );
                self.report(
                    found.with_help("write the unit, such as `3 days`, or `days(…)` for a number that is calculated"),
                )
            }
            (_, a, b) => {
                let name = |it: &Self, side: &Typed| match side {
                    Typed::Period(period, _) => format!("a number of {}", period_name(*period)),
                    Typed::Value(expr) => it.describe(&expr.ty),
                    _ => "a quotient".to_owned(),
                };
                let message = format!("{} and {} do not combine", name(self, &a), name(self, &b));
                let found = Diagnostic::new(Code::UnitMismatch, span, message, "cannot be calculated");
                self.report(
                    found.with_help("a period of days, months or years is added to a date or subtracted from one"),
                )
            }
        }
    }

    fn moved(&mut self, date: Expr, period: Period, count: Expr, span: Span) -> Typed {
        let Some(count) = self.ranged(count, span) else { return Typed::Error };
        let made = match period {
            Period::Days => Ok((Op::AddDays, count)),
            Period::Months => Ok((Op::AddMonths, count)),
            Period::Years => {
                let twelve = number::constant(NumberKind::Int, 0, 12);
                number::product(NumberKind::Int, count, twelve).map(|months| (Op::AddMonths, months))
            }
        };
        match made {
            Ok((op, count)) => operation(op, vec![date, count], Type::Date).into(),
            Err(TooLarge) => self.overflow(span),
        }
    }

    /// `days(n)`, `months(n)`, `years(n)`.
    pub(super) fn period(&mut self, period: Period, count: &ast::Expr) -> Typed {
        let what = format!("`{}(…)`", period_name(period));
        match self.of_type(count, &any_whole(), &what) {
            Some(count) => Typed::Period(period, count),
            None => Typed::Error,
        }
    }

    /// A part of a date, or a number between two.
    pub(super) fn date_function(&mut self, name: &str, args: &[ast::Expr], span: Span) -> Typed {
        let span_of_days = i128::from(LAST) - i128::from(FIRST);
        let (op, ty) = match name {
            "year" => (Op::Year, whole(1, 9999)),
            "month" => (Op::Month, whole(1, 12)),
            "day" => (Op::Day, whole(1, 31)),
            "weekday" => (Op::Weekday, whole(1, 7)),
            "days_between" => (Op::DaysBetween, whole(-span_of_days, span_of_days)),
            "months_between" => (Op::MonthsBetween, whole(-MONTHS, MONTHS)),
            _ => (Op::YearsBetween, whole(-YEARS, YEARS)),
        };
        let count = op.arity().unwrap_or(1);
        let Some(args) = self.arguments(name, args, &vec![Type::Date; count], span) else { return Typed::Error };
        // The operation in days subtracts, as the sign of its name in the IR says; the function counts from the first to the second.
        let args = if op == Op::DaysBetween { args.into_iter().rev().collect() } else { args };
        operation(op, args, ty).into()
    }

    /// `date(year, month, day)`.
    pub(super) fn make_date(&mut self, args: &[ast::Expr], span: Span) -> Typed {
        let types = [any_whole(), any_whole(), any_whole()];
        match self.arguments("date", args, &types, span) {
            Some(args) => operation(Op::MakeDate, args, Type::Date).into(),
            None => Typed::Error,
        }
    }

    /// Functions by a calendar, which is the last argument.
    pub(super) fn calendar_function(&mut self, name: &str, args: &[ast::Expr], span: Span) -> Typed {
        let (types, ty): (Vec<Type>, Type) = match name {
            "is_working_day" => (vec![Type::Date], Type::Bool),
            "next_working_day" => (vec![Type::Date], Type::Date),
            "add_working_days" => (vec![Type::Date, whole(0, 100_000)], Type::Date),
            _ => (vec![Type::Date, Type::Date], whole(0, i128::from(LAST) - i128::from(FIRST))),
        };
        let Some((calendar, rest)) = args.split_last() else {
            return self.wrong_count(name, types.len() + 1, 0, span);
        };
        if rest.len() != types.len() {
            return self.wrong_count(name, types.len() + 1, args.len(), span);
        }
        let id = self.calendar_named(calendar);
        let (Some(args), Some(id)) = (self.arguments(name, rest, &types, span), id) else { return Typed::Error };
        let op = match name {
            "is_working_day" => Op::IsWorkingDay(id),
            "next_working_day" => Op::NextWorkingDay(id),
            "add_working_days" => Op::AddWorkingDays(id),
            _ => Op::WorkingDaysBetween(id),
        };
        operation(op, args, ty).into()
    }

    fn calendar_named(&mut self, expr: &ast::Expr) -> Option<CalendarId> {
        let Ast::Name(name) = &expr.kind else {
            self.error(Code::WrongKindOfName, expr.span, "a calendar is needed here", "not the name of a calendar");
            return None;
        };
        let found = self.view.resolve(&self.home, &name.text);
        if let Some(id) = found.iter().find_map(|id| self.view.calendar_id(id)) {
            return Some(id);
        }
        let visible = self.view.visible(&self.home);
        let calendars =
            visible.iter().filter(|(_, id)| self.view.calendar_id(id).is_some()).map(|(name, _)| name.as_str());
        let near = enact_base::nearest(&name.text, calendars).map(str::to_owned);
        let found = match found.first() {
            Some(id) => {
                let message = format!("`{}` is {}, not a calendar", name.text, self.view.kind_of(id));
                Diagnostic::new(Code::WrongKindOfName, name.span, message, "a calendar is needed here")
            }
            None => {
                let message = format!("there is no calendar `{}`", name.text);
                let found = Diagnostic::new(Code::UnknownName, name.span, message, "not declared");
                super::name::meant(found, name, near.as_deref())
                    .with_help("write `import cn.working_days` and use `cn_working_days`, or declare a `calendar`")
            }
        };
        self.report(found);
        None
    }
}
