//! What an expression comes to. One arm a form, as in the language's description.

use super::each::Form;
use super::partial::{Partial, connect, strict};
use super::settle::Step;
use super::steps::Steps;
use crate::{Expr, ExprKind, Fault, LocalId, Op, Pattern, Program, Table, TableId, Value, ops};

/// A value, and the steps that count for it.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) value: Partial,
    pub(crate) steps: Steps,
}

impl Judged {
    pub(crate) fn new(value: Partial) -> Judged {
        Judged { value, steps: Steps::default() }
    }

    pub(crate) fn truth(&self) -> Option<bool> {
        match self.value {
            Partial::Known(Value::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// This value; the steps of the other count for it too.
    pub(crate) fn after(mut self, other: Judged) -> Judged {
        self.steps = std::mem::take(&mut self.steps).and(other.steps);
        self
    }

    /// The value of a function of others, all of which count.
    pub(crate) fn from_all(all: Vec<Judged>, value: impl FnOnce(&[Partial]) -> Partial) -> Judged {
        let mut steps = Steps::default();
        let mut values = Vec::with_capacity(all.len());
        for judged in all {
            steps = steps.and(judged.steps);
            values.push(judged.value);
        }
        Judged { value: value(&values), steps }
    }

    /// `and` (decisive value false) or `or` (true). If it is decided, only what decides it counts.
    pub(crate) fn connect(all: Vec<Judged>, decisive: bool) -> Judged {
        let decided = all.iter().any(|it| it.truth() == Some(decisive));
        let counting = all.into_iter().filter(|it| !decided || it.truth() == Some(decisive)).collect();
        Judged::from_all(counting, |values| connect(values.iter().cloned(), decisive))
    }

    pub(crate) fn not(mut self) -> Judged {
        if let Partial::Known(Value::Bool(truth)) = &mut self.value {
            *truth = !*truth;
        }
        self
    }
}

/// An evaluation: the program, today, and the locals that have a value.
pub(crate) struct Evaluation<'a> {
    pub(crate) program: &'a Program,
    pub(crate) today: i64,
    locals: Vec<Option<Judged>>,
}

/// Only in programs that are not verified.
pub(crate) const ILL_TYPED: Partial = Partial::Fault(Fault::Absent);

impl<'a> Evaluation<'a> {
    pub(crate) fn new(program: &'a Program, today: i64) -> Self {
        Evaluation { program, today, locals: Vec::new() }
    }

    pub(crate) fn set(&mut self, local: LocalId, value: Judged) {
        let place = local.0 as usize;
        if self.locals.len() <= place {
            self.locals.resize(place + 1, None);
        }
        if let Some(slot) = self.locals.get_mut(place) {
            *slot = Some(value);
        }
    }

    /// What the expression comes to. Expressions have no effects, so evaluating more than is needed is never visible: what does not
    /// count for the value does not count for the steps either.
    pub(crate) fn eval(&mut self, expr: &Expr) -> Judged {
        match &expr.kind {
            ExprKind::Const(value) => Judged::new(Partial::of(value)),
            ExprKind::Local(local) => {
                let found = self.locals.get(local.0 as usize).cloned().flatten();
                found.unwrap_or_else(|| Judged::new(ILL_TYPED))
            }
            ExprKind::Today => Judged::new(Partial::Known(Value::Date(self.today))),
            ExprKind::Op(op, args) => self.operation(*op, args),
            ExprKind::Let(local, value, body) => {
                let value = self.eval(value);
                self.set(*local, value);
                self.eval(body)
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.eval(condition);
                let then = |run: &mut Self| run.eval(then);
                self.branch(condition, then, |run| run.eval(otherwise))
            }
            ExprKind::Choose { rule, exceptions, general } => self.choose(rule.0, exceptions, general),
            ExprKind::Field(record, place) => {
                let mut record = self.eval(record);
                record.value = match record.value {
                    Partial::Record(fields) => fields.get(*place as usize).cloned().unwrap_or(ILL_TYPED),
                    Partial::Known(_) | Partial::List(_) => ILL_TYPED,
                    open => open,
                };
                record
            }
            ExprKind::Record(fields) => {
                let fields = fields.iter().map(|field| self.eval(field)).collect();
                Judged::from_all(fields, |fields| Partial::whole(fields.to_vec(), Partial::Record))
            }
            ExprKind::List(elements) => {
                let elements = elements.iter().map(|element| self.eval(element)).collect();
                Judged::from_all(elements, |elements| Partial::whole(elements.to_vec(), Partial::List))
            }
            ExprKind::Lookup { table, keys, date } => {
                let keys: Vec<Judged> = keys.iter().map(|key| self.eval(key)).collect();
                let date = date.as_ref().map(|date| self.eval(date));
                self.lookup(*table, keys, date)
            }
            ExprKind::Each { form, list, element, before, filter, sort, body } => {
                let list = self.eval(list);
                let sort = sort.as_ref().map(|(key, descending)| (key.as_ref(), *descending));
                let (filter, before) = (filter.as_deref(), *before);
                self.each(list, &Form { form: *form, element: *element, before, filter, sort, body })
            }
        }
    }

    fn operation(&mut self, op: Op, args: &[Expr]) -> Judged {
        if op == Op::OrElse
            && let [value, other] = args
        {
            return self.or_else(value, other);
        }
        match (op, args) {
            (Op::And | Op::Or, _) => {
                let args = args.iter().map(|arg| self.eval(arg)).collect();
                Judged::connect(args, op == Op::Or)
            }
            // Most operations have two operands, and these need no list.
            (_, [a, b]) => {
                let (a, b) = (self.eval(a), self.eval(b));
                Judged { value: apply(self.program, op, &[a.value, b.value]), steps: a.steps.and(b.steps) }
            }
            _ => {
                let args = args.iter().map(|arg| self.eval(arg)).collect();
                Judged::from_all(args, |args| apply(self.program, op, args))
            }
        }
    }

    /// The second operand counts only where the first is absent.
    fn or_else(&mut self, value: &Expr, other: &Expr) -> Judged {
        let value = self.eval(value);
        match value.value {
            Partial::Known(Value::Absent) => self.eval(other).after(value),
            Partial::Missing(_) => {
                let other = self.eval(other);
                Judged::from_all(vec![value, other], |both| Partial::missing(both))
            }
            _ => value,
        }
    }

    /// One of two by a condition. If the condition is missing, both may count.
    pub(crate) fn branch(
        &mut self,
        condition: Judged,
        then: impl FnOnce(&mut Self) -> Judged,
        otherwise: impl FnOnce(&mut Self) -> Judged,
    ) -> Judged {
        match condition.value {
            Partial::Known(Value::Bool(true)) => then(self).after(condition),
            Partial::Known(Value::Bool(false)) => otherwise(self).after(condition),
            Partial::Missing(_) => {
                let (then, otherwise) = (then(self), otherwise(self));
                open_branch(condition, then, otherwise)
            }
            _ => condition,
        }
    }

    /// The first exception whose condition is true, else the general rule.
    fn choose(&mut self, rule: u32, exceptions: &[(Expr, Expr)], general: &Expr) -> Judged {
        let mut passed = Vec::new();
        let mut last = None;
        for (n, (condition, value)) in exceptions.iter().enumerate() {
            let condition = self.eval(condition);
            match condition.value {
                Partial::Known(Value::Bool(false)) => passed.push((condition, None)),
                Partial::Known(Value::Bool(true)) => {
                    let applied =
                        Judged { value: Partial::YES, steps: Steps::one(Step::Exception { rule, exception: n }) };
                    last = Some(self.eval(value).after(condition).after(applied));
                    break;
                }
                Partial::Missing(_) => passed.push((condition, Some(self.eval(value)))),
                _ => {
                    last = Some(condition);
                    break;
                }
            }
        }
        let last = last.unwrap_or_else(|| self.eval(general));
        passed.into_iter().rev().fold(last, |rest, (condition, value)| match value {
            None => rest.after(condition),
            Some(value) => open_branch(condition, value, rest),
        })
    }

    fn lookup(&self, id: TableId, keys: Vec<Judged>, date: Option<Judged>) -> Judged {
        let dated = date.is_some();
        let mut read = None;
        let mut found = Judged::from_all(keys.into_iter().chain(date).collect(), |operands| {
            let mut keys = match strict(operands) {
                Ok(keys) => keys,
                Err(open) => return open.or_fault(),
            };
            let day = match if dated { keys.pop() } else { None } {
                Some(Value::Date(day)) => Some(day),
                _ => None,
            };
            read = self.program.table_of(id).and_then(|table| find(table, &keys, day));
            match read {
                Some((.., value)) => Partial::of(value),
                None => Partial::Fault(Fault::NoParameterVersion(id)),
            }
        });
        if let Some((version, row, _)) = read {
            found.steps = found.steps.and(Steps::one(Step::Figure { table: id, version, row }));
        }
        found
    }
}

/// Both sides of a branch whose condition is missing.
fn open_branch(condition: Judged, then: Judged, otherwise: Judged) -> Judged {
    Judged::from_all(vec![condition, then, otherwise], |all| match all {
        [condition, then, otherwise] => Partial::join(condition, then, otherwise),
        _ => ILL_TYPED,
    })
}

/// Every operation but `And`, `Or` and `OrElse`.
fn apply(program: &Program, op: Op, args: &[Partial]) -> Partial {
    match (op, args) {
        (Op::Eq, [a, b]) => a.equal(b),
        (Op::Some, [value]) => value.clone(),
        (Op::IsPresent, [Partial::Record(_) | Partial::List(_)]) => Partial::YES,
        (Op::Get, [value @ (Partial::Record(_) | Partial::List(_))]) => value.clone(),
        (Op::Size, [Partial::List(all)]) => Partial::Known(Value::Number(all.len() as i128)),
        (Op::Get, [open @ Partial::Missing(_)]) => open.clone().or_fault(),
        (Op::Contains, [Partial::Fault(_), _]) => args.first().cloned().unwrap_or(ILL_TYPED),
        (Op::Contains, [value, _]) if value.may_fault() => Partial::missing(args),
        (Op::Contains, [value, Partial::List(all)]) => connect(all.iter().map(|it| it.equal(value)), true),
        (Op::Concat, [Partial::List(a), Partial::List(b)]) => {
            Partial::List(a.iter().chain(b.iter()).cloned().collect())
        }
        (_, [Partial::Known(a), Partial::Known(b)]) => {
            ops::apply(program, op, &[a.clone(), b.clone()]).map_or(ILL_TYPED, |value| Partial::of(&value))
        }
        _ => match strict(args) {
            Ok(values) => ops::apply(program, op, &values).map_or(ILL_TYPED, |value| Partial::of(&value)),
            Err(open) => open,
        },
    }
}

/// The places of the version and the row that count, and the figure.
fn find<'t>(table: &'t Table, keys: &[Value], day: Option<i64>) -> Option<(usize, usize, &'t Value)> {
    let in_force = |from: i64, until: i64| day.is_none_or(|day| (from..=until).contains(&day));
    let (version, said) = table.versions.iter().enumerate().find(|(_, it)| in_force(it.from, it.until))?;
    let rows = said.rows.as_ref()?.iter().enumerate();
    let mut matching = rows.filter(|(_, row)| row.patterns.iter().zip(keys).all(|(pattern, key)| pattern.matches(key)));
    matching.next().map(|(row, found)| (version, row, &found.value))
}

impl Pattern {
    /// Whether a key is of this pattern.
    pub fn matches(&self, key: &Value) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::OneOf(values) => values.contains(key),
            Pattern::Range(lo, hi) => {
                let key = match key {
                    Value::Number(n) => *n,
                    Value::Date(day) => i128::from(*day),
                    _ => return false,
                };
                lo.is_none_or(|lo| lo <= key) && hi.is_none_or(|hi| key <= hi)
            }
            Pattern::Either(patterns) => patterns.iter().any(|pattern| pattern.matches(key)),
        }
    }
}
