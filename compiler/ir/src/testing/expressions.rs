//! Expressions of a wanted type: every form and every operation.

use super::choices::Choices;
use super::{declarations, facts, local};
use crate::verify::operations::{Interval, interval};
use crate::verify::types::fits;
use crate::{
    CalendarId, Each, Expr, ExprKind, LocalId, NumberKind, NumberType, Op, Program, RecordId, Rounding, RuleId,
    TableId, Type, Value,
};
use std::collections::BTreeSet;

/// A large divisor.
const LIMIT: i128 = 1_000_000_000_000_000;
const CALENDAR: CalendarId = CalendarId(0);

pub(super) struct Author<'a, 'c> {
    program: &'a Program,
    pub(super) choices: &'a mut Choices<'c>,
    /// The locals that can be seen.
    visible: Vec<(LocalId, Type)>,
    /// How many locals there are.
    locals: usize,
    /// How many exceptions each rule has.
    pub(super) rules: Vec<usize>,
}

fn node(ty: Type, kind: ExprKind) -> Expr {
    Expr { ty, kind }
}

fn op(op: Op, args: Vec<Expr>, ty: &Type) -> Expr {
    node(ty.clone(), ExprKind::Op(op, args))
}

fn whole(lo: i128, hi: i128) -> Type {
    Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo, hi })
}

fn optional(ty: &Type) -> Type {
    Type::Optional(Box::new(ty.clone()))
}

impl<'a, 'c> Author<'a, 'c> {
    pub(super) fn new(program: &'a Program, choices: &'a mut Choices<'c>, inputs: Vec<Type>) -> Author<'a, 'c> {
        let visible: Vec<_> = inputs.into_iter().enumerate().map(|(n, ty)| (local(n), ty)).collect();
        Author { program, choices, locals: visible.len(), visible, rules: Vec::new() }
    }

    /// A new local that can be seen from now on.
    pub(super) fn bind(&mut self, ty: Type) -> LocalId {
        let id = local(self.locals);
        self.locals += 1;
        self.visible.push((id, ty));
        id
    }

    /// From now on these locals are not read.
    pub(super) fn hide(&mut self, locals: &BTreeSet<LocalId>) {
        self.visible.retain(|(id, _)| !locals.contains(id));
    }

    pub(super) fn any_type(&mut self) -> Type {
        declarations::input_type(self.choices, self.program)
    }

    pub(super) fn scalar(&mut self) -> Type {
        declarations::scalar_type(self.choices, self.program)
    }

    /// An expression whose type fits the wanted one.
    pub(super) fn expr(&mut self, ty: &Type, depth: usize) -> Expr {
        let Some(depth) = depth.checked_sub(1) else { return self.leaf(ty) };
        match self.choices.below(4) {
            0 => self.leaf(ty),
            1 => self.general(ty, depth),
            _ => self.special(ty, depth),
        }
    }

    /// A local where there is one, else a constant.
    fn leaf(&mut self, ty: &Type) -> Expr {
        let mut fitting: Vec<Expr> = Vec::new();
        for (id, of) in &self.visible {
            let whole = node(of.clone(), ExprKind::Local(*id));
            if let Type::Record(record) = of {
                let fields = self.program.record_of(*record).map(|it| it.fields.as_slice()).unwrap_or_default();
                fitting.extend(
                    (0..)
                        .zip(fields)
                        .map(|(place, field)| node(field.ty.clone(), ExprKind::Field(Box::new(whole.clone()), place))),
                );
            }
            fitting.push(whole);
        }
        if *ty == Type::Date {
            fitting.push(node(Type::Date, ExprKind::Today));
        }
        fitting.retain(|expr| fits(&expr.ty, ty) || same_scale(&expr.ty, ty));
        match self.choices.pick(&fitting) {
            Some(found) if !self.choices.one_in(5) => limited(found.clone(), ty),
            _ => {
                let value = facts::value(self.choices, self.program, ty);
                node(ty.clone(), ExprKind::Const(value))
            }
        }
    }

    /// Forms that give any type.
    fn general(&mut self, ty: &Type, depth: usize) -> Expr {
        match self.choices.below(7) {
            0 => {
                let condition = Box::new(self.expr(&Type::Bool, depth));
                let (then, otherwise) = (Box::new(self.expr(ty, depth)), Box::new(self.expr(ty, depth)));
                node(ty.clone(), ExprKind::If(condition, then, otherwise))
            }
            1 => self.choose(ty, depth),
            2 => {
                let of = self.any_type();
                let value = self.expr(&of, depth);
                let outside = self.visible.len();
                let id = self.bind(value.ty.clone());
                let body = self.expr(ty, depth);
                self.visible.truncate(outside);
                node(ty.clone(), ExprKind::Let(id, Box::new(value), Box::new(body)))
            }
            3 if !matches!(ty, Type::Optional(_)) => {
                let value = self.expr(&optional(ty), depth);
                let other = self.expr(ty, depth);
                op(Op::OrElse, vec![value, other], ty)
            }
            4 if !matches!(ty, Type::Optional(_)) => self.guarded(ty, depth),
            5 => self.field(ty, depth),
            _ => self.lookup(ty, depth),
        }
    }

    fn choose(&mut self, ty: &Type, depth: usize) -> Expr {
        let exceptions: Vec<(Expr, Expr)> =
            (0..self.choices.below(3)).map(|_| (self.expr(&Type::Bool, depth), self.expr(ty, depth))).collect();
        let rule = RuleId(self.rules.len() as u32);
        self.rules.push(exceptions.len());
        let general = Box::new(self.expr(ty, depth));
        node(ty.clone(), ExprKind::Choose { rule, exceptions, general })
    }

    /// What an optional holds, mostly after asking whether it is there.
    fn guarded(&mut self, ty: &Type, depth: usize) -> Expr {
        let value = self.leaf(&optional(ty));
        let get = op(Op::Get, vec![value.clone()], ty);
        if self.choices.one_in(4) {
            return get;
        }
        let condition = op(Op::IsPresent, vec![value], &Type::Bool);
        let other = self.expr(ty, depth);
        node(ty.clone(), ExprKind::If(Box::new(condition), Box::new(get), Box::new(other)))
    }

    fn field(&mut self, ty: &Type, depth: usize) -> Expr {
        let mut fitting: Vec<(RecordId, u32, Type)> = Vec::new();
        for (id, record) in (0..).zip(&self.program.records) {
            let fields = (0..).zip(&record.fields).filter(|(_, it)| fits(&it.ty, ty) || same_scale(&it.ty, ty));
            fitting.extend(fields.map(|(place, field)| (RecordId(id), place, field.ty.clone())));
        }
        match self.choices.pick(&fitting).cloned() {
            Some((id, place, of)) => {
                let record = Box::new(self.expr(&Type::Record(id), depth));
                limited(node(of, ExprKind::Field(record, place)), ty)
            }
            None => self.leaf(ty),
        }
    }

    fn lookup(&mut self, ty: &Type, depth: usize) -> Expr {
        let program = self.program;
        let fitting = (0..).zip(&program.tables).filter(|(_, it)| fits(&it.ty, ty) || same_scale(&it.ty, ty));
        let fitting: Vec<_> = fitting.collect();
        let Some((id, table)) = self.choices.pick(&fitting).copied() else { return self.leaf(ty) };
        let keys = table.keys.iter().map(|key| self.expr(key, depth)).collect();
        let date = if table.dated { Some(Box::new(self.expr(&Type::Date, depth))) } else { None };
        limited(node(table.ty.clone(), ExprKind::Lookup { table: TableId(id), keys, date }), ty)
    }

    /// Forms that give this type alone.
    fn special(&mut self, ty: &Type, depth: usize) -> Expr {
        match ty {
            Type::Bool => self.truth(depth),
            Type::Number(number) => {
                let found = self.number(*number, depth);
                limited(found, ty)
            }
            Type::Date => self.date(depth),
            Type::Text { max } => self.slice(*max, depth),
            Type::Enum(_) => self.leaf(ty),
            Type::Optional(inner) => self.optional(inner, depth),
            Type::Record(id) => {
                let fields = self.program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
                let parts = fields.iter().map(|field| self.expr(&field.ty, depth)).collect();
                node(ty.clone(), ExprKind::Record(parts))
            }
            Type::List { element, max } => self.list(element, *max, depth),
        }
    }

    fn truth(&mut self, depth: usize) -> Expr {
        let ty = &Type::Bool;
        match self.choices.below(13) {
            0 => op(Op::Not, vec![self.expr(ty, depth)], ty),
            1 => op(Op::And, (0..1 + self.choices.below(3)).map(|_| self.expr(ty, depth)).collect(), ty),
            2 => op(Op::Or, (0..1 + self.choices.below(3)).map(|_| self.expr(ty, depth)).collect(), ty),
            3 => {
                let of = self.any_type();
                let (a, b) = (self.expr(&of, depth), self.expr(&of, depth));
                op(Op::Eq, vec![a, b], ty)
            }
            4 | 5 => {
                let of = if self.choices.one_in(3) { Type::Date } else { Type::Number(self.number_type()) };
                let (a, b) = (self.expr(&of, depth), self.expr(&of, depth));
                op(if self.choices.one_in(2) { Op::Lt } else { Op::Le }, vec![a, b], ty)
            }
            6 => {
                let of = optional(&self.scalar());
                op(Op::IsPresent, vec![self.expr(&of, depth)], ty)
            }
            7 => op(Op::IsWorkingDay(CALENDAR), vec![self.expr(&Type::Date, depth)], ty),
            8 => op(Op::IsDigits, vec![self.text(depth)], ty),
            9 => op(Op::IsAlphanumeric, vec![self.text(depth)], ty),
            10 => {
                let (a, b) = (self.text(depth), self.text(depth));
                op(Op::StartsWith, vec![a, b], ty)
            }
            11 => {
                let element = self.scalar();
                let value = self.expr(&element, depth);
                let list = self.expr(&Type::List { element: Box::new(element), max: 3 }, depth);
                op(Op::Contains, vec![value, list], ty)
            }
            _ => {
                let form = if self.choices.one_in(2) { Each::All } else { Each::Any };
                self.each(form, &Type::Bool, 3, ty, depth)
            }
        }
    }

    fn text(&mut self, depth: usize) -> Expr {
        self.expr(&Type::Text { max: 12 }, depth)
    }

    fn slice(&mut self, max: u32, depth: usize) -> Expr {
        let text = self.text(depth);
        let (from, count) = (self.expr(&whole(0, 12), depth), self.expr(&whole(0, max.into()), depth));
        op(Op::Slice, vec![text, from, count], &Type::Text { max })
    }

    fn number_type(&mut self) -> NumberType {
        declarations::number_type(self.choices)
    }

    /// A number of the wanted scale, with whatever range comes of it.
    fn number(&mut self, want: NumberType, depth: usize) -> Expr {
        let ty = &Type::Number(want);
        match self.choices.below(if want.scale == 0 { 12 } else { 9 }) {
            0 | 1 => {
                let ops = [Op::Add, Op::Sub, Op::Min, Op::Max];
                let (a, b) = (self.expr(ty, depth), self.expr(ty, depth));
                let of = self.choices.pick(&ops).copied().unwrap_or(Op::Add);
                self.numeric(of, vec![a, b], want)
            }
            2 => {
                let other = NumberType { scale: self.choices.below(usize::from(want.scale) + 1) as u8, ..want };
                let rest = NumberType { scale: want.scale - other.scale, ..want };
                let (a, b) = (self.expr(&Type::Number(other), depth), self.expr(&Type::Number(rest), depth));
                self.numeric(Op::Mul, vec![a, b], want)
            }
            3 => {
                let value = self.expr(ty, depth);
                self.numeric(Op::Neg, vec![value], want)
            }
            4 => {
                let digits = self.choices.below(usize::from(want.scale) + 1) as u8;
                let inner = NumberType { scale: want.scale - digits, ..want };
                let value = self.expr(&Type::Number(inner), depth);
                self.numeric(Op::ScaleUp(digits), vec![value], want)
            }
            5 | 6 => self.quotient(want, depth),
            7 => {
                let times = |n: i128| n.saturating_mul(3);
                let sum = NumberType { lo: times(want.lo).min(0), hi: times(want.hi).max(0), ..want };
                self.each(Each::Sum, ty, 3, &Type::Number(sum), depth)
            }
            8 => self.general(ty, depth),
            9 => self.each(Each::Count, &Type::Bool, 3, &whole(0, 3), depth),
            10 => {
                let ops = [Op::DaysBetween, Op::MonthsBetween, Op::YearsBetween, Op::WorkingDaysBetween(CALENDAR)];
                let (a, b) = (self.expr(&Type::Date, depth), self.expr(&Type::Date, depth));
                let of = self.choices.pick(&ops).copied().unwrap_or(Op::DaysBetween);
                self.numeric(of, vec![a, b], want)
            }
            _ => match self.choices.below(6) {
                0 => {
                    let text = self.text(depth);
                    self.numeric(Op::Length, vec![text], want)
                }
                1 => {
                    let element = Box::new(self.any_type());
                    let list = self.expr(&Type::List { element, max: 3 }, depth);
                    self.numeric(Op::Size, vec![list], want)
                }
                n => {
                    let date = self.expr(&Type::Date, depth);
                    let part = [Op::Year, Op::Month, Op::Day, Op::Weekday];
                    self.numeric(part.get(n - 2).copied().unwrap_or(Op::Year), vec![date], want)
                }
            },
        }
    }

    /// An operation with the range that comes of its operands; a leaf where that is not possible.
    fn numeric(&mut self, of: Op, args: Vec<Expr>, want: NumberType) -> Expr {
        let types: Vec<&Type> = args.iter().map(|arg| &arg.ty).collect();
        match interval(of, &types) {
            Some(Ok(Interval { lo, hi, .. })) => op(of, args, &Type::Number(NumberType { lo, hi, ..want })),
            _ => self.leaf(&Type::Number(want)),
        }
    }

    fn quotient(&mut self, want: NumberType, depth: usize) -> Expr {
        let modes =
            [Rounding::Down, Rounding::Up, Rounding::HalfUp, Rounding::HalfEven, Rounding::Floor, Rounding::Ceiling];
        let mode = self.choices.pick(&modes).copied().unwrap_or(Rounding::Down);
        let of = Type::Number(self.number_type());
        let by = self.choices.pick(&[(1, 7), (2, 2), (-9, -2), (1, LIMIT)]).copied().unwrap_or((1, 7));
        let (a, b) = (self.expr(&of, depth), self.expr(&whole(by.0, by.1), depth));
        self.numeric(Op::DivRound(mode), vec![a, b], want)
    }

    fn date(&mut self, depth: usize) -> Expr {
        let ty = &Type::Date;
        match self.choices.below(8) {
            0 => {
                let n = whole(-4_000_000, 4_000_000);
                let args = vec![self.expr(ty, depth), self.expr(&n, depth)];
                op(Op::AddDays, args, ty)
            }
            1 => op(Op::AddMonths, vec![self.expr(ty, depth), self.expr(&whole(-40, 40), depth)], ty),
            2 => op(Op::AddWorkingDays(CALENDAR), vec![self.expr(ty, depth), self.expr(&whole(0, 60), depth)], ty),
            3 => op(Op::NextWorkingDay(CALENDAR), vec![self.expr(ty, depth)], ty),
            4 => op(Op::Min, vec![self.expr(ty, depth), self.expr(ty, depth)], ty),
            5 => op(Op::Max, vec![self.expr(ty, depth), self.expr(ty, depth)], ty),
            6 => {
                let (year, month) = (self.expr(&whole(1990, 2030), depth), self.expr(&whole(0, 14), depth));
                let day = self.expr(&whole(1, 31), depth);
                op(Op::MakeDate, vec![year, month, day], ty)
            }
            _ => self.leaf(ty),
        }
    }

    fn optional(&mut self, inner: &Type, depth: usize) -> Expr {
        let ty = &optional(inner);
        match self.choices.below(4) {
            0 => op(Op::Some, vec![self.expr(inner, depth)], ty),
            1 if fits(&whole(0, 999), inner) => op(Op::ToNumber, vec![self.expr(&Type::Text { max: 3 }, depth)], ty),
            2 if matches!(inner, Type::Number(_) | Type::Date) => {
                let form = if self.choices.one_in(2) { Each::Max } else { Each::Min };
                self.each(form, inner, 3, ty, depth)
            }
            _ => self.each(Each::First, inner, 3, ty, depth),
        }
    }

    fn list(&mut self, element: &Type, max: u32, depth: usize) -> Expr {
        let ty = &Type::List { element: Box::new(element.clone()), max };
        match self.choices.below(3) {
            0 => {
                let parts = (0..self.choices.below(max as usize + 1)).map(|_| self.expr(element, depth)).collect();
                node(ty.clone(), ExprKind::List(parts))
            }
            1 if max > 1 => {
                let part = |max: u32| Type::List { element: Box::new(element.clone()), max };
                let (a, b) = (self.expr(&part(1), depth), self.expr(&part(max - 1), depth));
                op(Op::Concat, vec![a, b], ty)
            }
            _ => self.each(Each::Map, element, max, ty, depth),
        }
    }

    fn each(&mut self, form: Each, body: &Type, max: u32, ty: &Type, depth: usize) -> Expr {
        let element = Box::new(self.any_type());
        let list = Box::new(self.expr(&Type::List { element: element.clone(), max }, depth));
        let outside = self.visible.len();
        let id = self.bind(*element.clone());
        let before = match self.choices.one_in(3) {
            true => Some(self.bind(Type::List { element, max: max.saturating_sub(1) })),
            false => None,
        };
        let filter = if self.choices.one_in(3) { Some(Box::new(self.expr(&Type::Bool, depth))) } else { None };
        let sort = match self.choices.one_in(3) {
            true => {
                let key = [Type::Date, Type::Bool, Type::Text { max: 12 }, whole(0, 9)];
                let key = self.choices.pick(&key).cloned().unwrap_or(Type::Date);
                Some((Box::new(self.expr(&key, depth)), self.choices.one_in(2)))
            }
            false => None,
        };
        let body = Box::new(self.expr(body, depth));
        self.visible.truncate(outside);
        let kind = ExprKind::Each { form, list, element: id, before, filter, sort, body };
        node(ty.clone(), kind)
    }
}

fn same_scale(from: &Type, to: &Type) -> bool {
    from.number().zip(to.number()).is_some_and(|(from, to)| from.scale == to.scale)
}

/// The expression itself if it fits, else limited to the range of the wanted number.
fn limited(expr: Expr, ty: &Type) -> Expr {
    let (Some(from), Some(to)) = (expr.ty.number(), ty.number()) else { return expr };
    if fits(&expr.ty, ty) {
        return expr;
    }
    let end = |n: i128| node(Type::Number(NumberType { lo: n, hi: n, ..to }), ExprKind::Const(Value::Number(n)));
    let above = NumberType { lo: from.lo.max(to.lo), hi: from.hi.max(to.lo), ..to };
    let limited = op(Op::Max, vec![expr, end(to.lo)], &Type::Number(above));
    let both = NumberType { lo: above.lo.min(to.hi), hi: above.hi.min(to.hi), ..to };
    op(Op::Min, vec![limited, end(to.hi)], &Type::Number(both))
}
