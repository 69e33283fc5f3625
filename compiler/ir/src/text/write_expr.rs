//! Types, values and expressions as S-expressions. After its head, an expression names its type.

use super::sexp::{Sexp, list, text, word};
use crate::{Each, Expr, ExprKind, NumberKind, Op, Type, Value, calendar};

pub(super) fn ty(of: &Type) -> Sexp {
    match of {
        Type::Bool => word("bool"),
        Type::Date => word("date"),
        Type::Number(number) => {
            let parts = [word(number.scale), word(number.lo), word(number.hi)];
            list(kind_name(number.kind), parts)
        }
        Type::Text { max } => list("text", [word(max)]),
        Type::Enum(id) => list("enum", [word(id.0)]),
        Type::Record(id) => list("record", [word(id.0)]),
        Type::Optional(inner) => list("optional", [ty(inner)]),
        Type::List { element, max } => list("list", [ty(element), word(max)]),
    }
}

pub(super) fn kind_name(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Int => "int",
        NumberKind::Decimal => "decimal",
        NumberKind::Rate => "rate",
        NumberKind::Money => "money",
    }
}

/// `2024-03-01`; `@` and the number for what is no day, such as the ends of time.
pub(super) fn day(day: i64) -> Sexp {
    match day {
        i64::MIN => word("start"),
        i64::MAX => word("end"),
        calendar::FIRST..=calendar::LAST => word(calendar::civil_from_days(day)),
        other => word(format!("@{other}")),
    }
}

pub(super) fn value(of: &Value) -> Sexp {
    match of {
        Value::Bool(truth) => word(truth),
        Value::Number(n) => word(n),
        Value::Date(date) => day(*date),
        Value::Text(content) => text(content),
        Value::Enum(case) => word(format!("#{case}")),
        Value::Absent => word("absent"),
        Value::Record(fields) => list("record", fields.iter().map(value)),
        Value::List(elements) => list("list", elements.iter().map(value)),
    }
}

pub(super) fn expr(of: &Expr) -> Sexp {
    let form = |head: &str, parts: Vec<Sexp>| list(head, [ty(&of.ty)].into_iter().chain(parts));
    let all = |parts: &[Expr]| parts.iter().map(expr).collect::<Vec<_>>();
    match &of.kind {
        ExprKind::Const(constant) => form("const", vec![value(constant)]),
        ExprKind::Local(local) => form("local", vec![word(local.0)]),
        ExprKind::Today => form("today", Vec::new()),
        ExprKind::Op(op, args) => form(&op_name(*op), all(args)),
        ExprKind::Let(local, inner, body) => form("let", vec![word(local.0), expr(inner), expr(body)]),
        ExprKind::If(condition, then, otherwise) => form("if", vec![expr(condition), expr(then), expr(otherwise)]),
        ExprKind::Choose { rule, exceptions, general } => {
            let mut parts = vec![word(rule.0)];
            parts.extend(exceptions.iter().flat_map(|(condition, value)| [expr(condition), expr(value)]));
            parts.push(expr(general));
            form("choose", parts)
        }
        ExprKind::Field(record, place) => form("field", vec![word(place), expr(record)]),
        ExprKind::Record(fields) => form("record", all(fields)),
        ExprKind::List(elements) => form("list", all(elements)),
        ExprKind::Lookup { table, keys, date } => {
            let mut parts = vec![word(table.0)];
            parts.extend(date.as_deref().map(expr));
            parts.extend(keys.iter().map(expr));
            form(if date.is_some() { "lookup_at" } else { "lookup" }, parts)
        }
        ExprKind::Each { form: each, list: over, element, before, filter, sort, body } => {
            let before = before.map_or_else(|| word("_"), |before| word(before.0));
            let mut parts = vec![word(each_name(*each)), word(element.0), before, expr(over), expr(body)];
            parts.extend(filter.as_deref().map(|filter| list("where", [expr(filter)])));
            parts.extend(
                sort.as_ref()
                    .map(|(key, descending)| list(if *descending { "descending" } else { "ascending" }, [expr(key)])),
            );
            form("each", parts)
        }
    }
}

/// The name of an operation with its parameter: `scale_up/2`.
fn op_name(op: Op) -> String {
    match op.parameter() {
        Some(parameter) => format!("{}/{parameter}", op.name()),
        None => op.name().to_owned(),
    }
}

pub(super) fn each_name(form: Each) -> &'static str {
    match form {
        Each::Map => "map",
        Each::Sum => "sum",
        Each::Count => "count",
        Each::Any => "any",
        Each::All => "all",
        Each::Min => "min",
        Each::Max => "max",
        Each::First => "first",
    }
}
