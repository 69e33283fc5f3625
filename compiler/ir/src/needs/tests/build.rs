//! Small programs, built by hand.

use crate::*;

pub(super) fn bool_() -> Type {
    Type::Bool
}

pub(super) fn int(lo: i128, hi: i128) -> Type {
    Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo, hi })
}

pub(super) fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

pub(super) fn list(element: Type, max: u32) -> Type {
    Type::List { element: Box::new(element), max }
}

pub(super) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        labels: Labels::default(),
        path: vec![name.to_owned()],
        ty,
        encoding: Encoding::Standard,
        private: false,
        schema: String::new(),
        issuer: String::new(),
    }
}

pub(super) fn expr(ty: Type, kind: ExprKind) -> Expr {
    Expr { ty, kind }
}

pub(super) fn local(n: u32, ty: Type) -> Expr {
    expr(ty, ExprKind::Local(LocalId(n)))
}

pub(super) fn n(value: i128) -> Expr {
    expr(int(value, value), ExprKind::Const(Value::Number(value)))
}

pub(super) fn case(value: u32) -> Expr {
    expr(Type::Enum(EnumId(0)), ExprKind::Const(Value::Enum(value)))
}

pub(super) fn op(op: Op, args: Vec<Expr>) -> Expr {
    let args_ty = |n: usize| args[n].ty.clone();
    let ty = match op {
        Op::Add => {
            let (a, b) = (args_ty(0).number().unwrap(), args_ty(1).number().unwrap());
            int(a.lo + b.lo, a.hi + b.hi)
        }
        Op::Sub => {
            let (a, b) = (args_ty(0).number().unwrap(), args_ty(1).number().unwrap());
            int(a.lo - b.hi, a.hi - b.lo)
        }
        Op::Mul => {
            let (a, b) = (args_ty(0).number().unwrap(), args_ty(1).number().unwrap());
            let all = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
            int(*all.iter().min().unwrap(), *all.iter().max().unwrap())
        }
        Op::Min | Op::Max if args_ty(0) == Type::Date => Type::Date,
        Op::Min => {
            let (a, b) = (args_ty(0).number().unwrap(), args_ty(1).number().unwrap());
            int(a.lo.min(b.lo), a.hi.min(b.hi))
        }
        Op::Max => {
            let (a, b) = (args_ty(0).number().unwrap(), args_ty(1).number().unwrap());
            int(a.lo.max(b.lo), a.hi.max(b.hi))
        }
        Op::Get => args_ty(0).inner().clone(),
        Op::OrElse => args_ty(1),
        Op::AddMonths | Op::AddDays => Type::Date,
        Op::YearsBetween | Op::DaysBetween | Op::MonthsBetween => int(-4_000_000, 4_000_000),
        _ => Type::Bool,
    };
    expr(ty, ExprKind::Op(op, args))
}

pub(super) fn and(a: Expr, b: Expr) -> Expr {
    op(Op::And, vec![a, b])
}

pub(super) fn or(a: Expr, b: Expr) -> Expr {
    op(Op::Or, vec![a, b])
}

pub(super) fn not(a: Expr) -> Expr {
    op(Op::Not, vec![a])
}

pub(super) fn lt(a: Expr, b: Expr) -> Expr {
    op(Op::Lt, vec![a, b])
}

pub(super) fn le(a: Expr, b: Expr) -> Expr {
    op(Op::Le, vec![a, b])
}

pub(super) fn eq(a: Expr, b: Expr) -> Expr {
    op(Op::Eq, vec![a, b])
}

pub(super) fn if_(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    let ty = match (then.ty.number(), otherwise.ty.number()) {
        (Some(a), Some(b)) => int(a.lo.min(b.lo), a.hi.max(b.hi)),
        _ => then.ty.clone(),
    };
    expr(ty, ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)))
}

pub(super) fn require(name: &str, condition: Expr) -> Requirement {
    Requirement { name: name.to_owned(), labels: Labels::default(), cites: Vec::new(), condition }
}

pub(super) fn output(name: &str, value: Expr) -> Output {
    Output { name: name.to_owned(), labels: Labels::default(), cites: Vec::new(), when: None, value }
}

pub(super) fn decision(inputs: Vec<Field>) -> Decision {
    Decision {
        name: "d".to_owned(),
        labels: Labels::default(),
        inputs,
        bindings: Vec::new(),
        requirements: Vec::new(),
        outputs: Vec::new(),
        rules: Vec::new(),
        ledger: Vec::new(),
        work: 0,
    }
}

fn row(cases: &[u32], value: i128) -> Row {
    let pattern = |case: &u32| Pattern::OneOf(vec![Value::Enum(*case)]);
    Row { patterns: cases.iter().map(pattern).collect(), value: Value::Number(value), cites: Vec::new() }
}

fn table(name: &str, dated: bool, keys: Vec<Type>, versions: Vec<Version>) -> Table {
    Table { name: name.to_owned(), labels: Labels::default(), dated, keys, ty: int(0, 9), versions }
}

fn version(from: i64, until: i64, rows: Option<Vec<Row>>) -> Version {
    Version { from, until, cites: Vec::new(), rows }
}

/// One enum of three cases; a record of a truth and a number; a table by the enum, a table by a number, and a dated figure, unknown before day 0.
pub(super) fn program(decision: Decision) -> Program {
    let enums = vec![Enum {
        name: "Kind".to_owned(),
        labels: Labels::default(),
        cases: ["x", "y", "z"]
            .map(|name| Case { name: name.to_owned(), code: name.to_owned(), labels: Labels::default() })
            .to_vec(),
    }];
    let records = vec![Record {
        name: "Part".to_owned(),
        labels: Labels::default(),
        schema: String::new(),
        issuer: String::new(),
        fields: vec![field("done", Type::Bool), field("count", int(0, 3))],
    }];
    let ranges = [(None, Some(0), 2), (Some(1), Some(2), 5), (Some(3), None, 2)];
    let ranges = ranges.map(|(lo, hi, value)| Row {
        patterns: vec![Pattern::Range(lo, hi)],
        value: Value::Number(value),
        cites: Vec::new(),
    });
    let always = |rows: Vec<Row>| vec![version(i64::MIN, i64::MAX, Some(rows))];
    let dated = vec![
        version(i64::MIN, -1, None),
        version(0, 99, Some(vec![Row { patterns: Vec::new(), value: Value::Number(1), cites: Vec::new() }])),
        version(100, i64::MAX, Some(vec![Row { patterns: Vec::new(), value: Value::Number(4), cites: Vec::new() }])),
    ];
    let tables = vec![
        table("by_kind", false, vec![Type::Enum(EnumId(0))], always(vec![row(&[0], 1), row(&[1], 3), row(&[2], 1)])),
        table("by_number", false, vec![int(0, 3)], always(ranges.to_vec())),
        table("figure", true, Vec::new(), dated),
    ];
    Program { enums, records, tables, decisions: vec![decision], ..Program::default() }
}

pub(super) fn lookup(table: u32, keys: Vec<Expr>, date: Option<Expr>) -> Expr {
    expr(int(0, 9), ExprKind::Lookup { table: TableId(table), keys, date: date.map(Box::new) })
}
