//! Types, values and expressions from S-expressions.

use super::read::{Parts, Read, as_number, as_word, error};
use super::sexp::{Kind, Sexp};
use super::write_expr::{each_name, kind_name};
use crate::{
    Each, EnumId, Expr, ExprKind, LocalId, NumberKind, NumberType, Op, RecordId, RuleId, TableId, Type, Value,
    calendar, ops,
};

const KINDS: [NumberKind; 4] = [NumberKind::Int, NumberKind::Decimal, NumberKind::Rate, NumberKind::Money];
const FORMS: [Each; 8] = [Each::Map, Each::Sum, Each::Count, Each::Any, Each::All, Each::Min, Each::Max, Each::First];

pub(super) fn ty(node: &Sexp) -> Read<Type> {
    if let Kind::Word(word) = &node.kind {
        return match word.as_str() {
            "bool" => Ok(Type::Bool),
            "date" => Ok(Type::Date),
            other => error(node.line, format!("there is no type `{other}`")),
        };
    }
    let mut parts = Parts::of(node)?;
    let read = match parts.head {
        "text" => Type::Text { max: parts.number()? },
        "enum" => Type::Enum(EnumId(parts.number()?)),
        "record" => Type::Record(RecordId(parts.number()?)),
        "optional" => Type::Optional(Box::new(ty(parts.next()?)?)),
        "list" => Type::List { element: Box::new(ty(parts.next()?)?), max: parts.number()? },
        other => match KINDS.into_iter().find(|kind| kind_name(*kind) == other) {
            Some(kind) => {
                let (scale, lo, hi) = (parts.number()?, parts.number()?, parts.number()?);
                Type::Number(NumberType { kind, scale, lo, hi })
            }
            None => return error(node.line, format!("there is no type `{other}`")),
        },
    };
    parts.end().map(|()| read)
}

pub(super) fn day(node: &Sexp) -> Read<i64> {
    let word = as_word(node)?;
    let read = match word {
        "start" => Some(i64::MIN),
        "end" => Some(i64::MAX),
        word => match word.strip_prefix('@') {
            Some(number) => number.parse().ok(),
            None => calendar::parse(word),
        },
    };
    match read {
        Some(day) => Ok(day),
        None => error(node.line, format!("`{word}` is no day")),
    }
}

pub(super) fn value(node: &Sexp) -> Read<Value> {
    match &node.kind {
        Kind::Text(text) => Ok(Value::Text(text.clone())),
        Kind::List(_) => {
            let parts = Parts::of(node)?;
            match parts.head {
                "record" => parts.all(value).map(Value::Record),
                "list" => parts.all(value).map(Value::List),
                other => error(node.line, format!("there is no value `({other} …)`")),
            }
        }
        Kind::Word(word) => match (word.as_str(), word.strip_prefix('#')) {
            ("true", _) => Ok(Value::Bool(true)),
            ("false", _) => Ok(Value::Bool(false)),
            ("absent", _) => Ok(Value::Absent),
            (_, Some(case)) => match case.parse() {
                Ok(case) => Ok(Value::Enum(case)),
                Err(_) => error(node.line, format!("`{word}` is no case")),
            },
            (word, None) => match word.parse() {
                Ok(number) => Ok(Value::Number(number)),
                Err(_) => day(node).map(Value::Date),
            },
        },
    }
}

pub(super) fn expr(node: &Sexp) -> Read<Expr> {
    let mut parts = Parts::of(node)?;
    let ty = ty(parts.next()?)?;
    let kind = match parts.head {
        "const" => ExprKind::Const(value(parts.next()?)?),
        "local" => ExprKind::Local(LocalId(parts.number()?)),
        "today" => ExprKind::Today,
        "let" => ExprKind::Let(LocalId(parts.number()?), boxed(&mut parts)?, boxed(&mut parts)?),
        "if" => ExprKind::If(boxed(&mut parts)?, boxed(&mut parts)?, boxed(&mut parts)?),
        "field" => {
            let place = parts.number()?;
            ExprKind::Field(boxed(&mut parts)?, place)
        }
        "choose" => return choose(parts).map(|kind| Expr { ty, kind }),
        "record" => return all(parts).map(|fields| Expr { ty, kind: ExprKind::Record(fields) }),
        "list" => return all(parts).map(|elements| Expr { ty, kind: ExprKind::List(elements) }),
        "lookup" | "lookup_at" => {
            let dated = parts.head == "lookup_at";
            let table = TableId(parts.number()?);
            let date = if dated { Some(boxed(&mut parts)?) } else { None };
            let keys = all(parts)?;
            return Ok(Expr { ty, kind: ExprKind::Lookup { table, keys, date } });
        }
        "each" => each(&mut parts)?,
        name => {
            let op = operation(name, node)?;
            return all(parts).map(|args| Expr { ty, kind: ExprKind::Op(op, args) });
        }
    };
    parts.end().map(|()| Expr { ty, kind })
}

fn boxed(parts: &mut Parts<'_>) -> Read<Box<Expr>> {
    expr(parts.next()?).map(Box::new)
}

fn all(parts: Parts<'_>) -> Read<Vec<Expr>> {
    parts.all(expr)
}

fn operation(written: &str, node: &Sexp) -> Read<Op> {
    let (name, parameter) = match written.split_once('/') {
        Some((name, parameter)) => (name, Some(parameter)),
        None => (written, None),
    };
    let op = ops::ALL.iter().copied().find(|op| op.name() == name);
    let op = match (op, parameter) {
        (Some(op), Some(parameter)) => parameter.parse().ok().and_then(|parameter| op.with_parameter(parameter)),
        (Some(op), None) => Some(op).filter(|op| op.parameter().is_none()),
        (None, _) => None,
    };
    match op {
        Some(op) => Ok(op),
        None => error(node.line, format!("there is no expression `{written}`")),
    }
}

fn choose(mut parts: Parts<'_>) -> Read<ExprKind> {
    let rule = RuleId(parts.number()?);
    let line = parts.line;
    let mut all = all(parts)?;
    let Some(general) = all.pop() else { return error(line, "`choose` has no general rule") };
    let mut exceptions = Vec::new();
    let mut rest = all.into_iter();
    while let Some(condition) = rest.next() {
        match rest.next() {
            Some(value) => exceptions.push((condition, value)),
            None => return error(line, "an exception has no value"),
        }
    }
    Ok(ExprKind::Choose { rule, exceptions, general: Box::new(general) })
}

fn each(parts: &mut Parts<'_>) -> Read<ExprKind> {
    let name = parts.word()?;
    let Some(form) = FORMS.into_iter().find(|form| each_name(*form) == name) else {
        return error(parts.line, format!("there is no form `{name}`"));
    };
    let element = LocalId(parts.number()?);
    let before = parts.next()?;
    let before = if as_word(before)? == "_" { None } else { Some(LocalId(as_number(before)?)) };
    let (list, body) = (boxed(parts)?, boxed(parts)?);
    let inner = |parts: &mut Parts<'_>, head: &str| -> Read<Option<Box<Expr>>> {
        if !parts.is_next(head) {
            return Ok(None);
        }
        let mut inner = parts.list(head)?;
        let read = boxed(&mut inner)?;
        inner.end().map(|()| Some(read))
    };
    let filter = inner(parts, "where")?;
    let sort = match inner(parts, "ascending")? {
        Some(key) => Some((key, false)),
        None => inner(parts, "descending")?.map(|key| (key, true)),
    };
    Ok(ExprKind::Each { form, list, element, before, filter, sort, body })
}
