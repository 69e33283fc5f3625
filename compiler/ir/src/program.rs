//! The program: declarations, tables of constants, and decisions as typed expressions.

use crate::{CalendarId, EnumId, LocalId, RecordId, RuleId, TableId, Tally, Type, Value};
use std::collections::BTreeMap;

/// Everything an engine needs to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The policy's module path.
    pub policy: String,
    /// Its title.
    pub title: Labels,
    /// Laws and notices that are cited.
    pub sources: Vec<Source>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// Records.
    pub records: Vec<Record>,
    /// Parameters, tables.
    pub tables: Vec<Table>,
    /// Calendars.
    pub calendars: Vec<Calendar>,
    /// Decisions.
    pub decisions: Vec<Decision>,
}

/// A label in the author's main tongue and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Labels {
    /// The main label; empty where none was given.
    pub main: String,
    /// The English label; empty where none was given.
    pub en: String,
}

/// A law, notice or standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name used in citations.
    pub name: String,
    /// `law`, `notice`, …
    pub kind: String,
    /// Its title.
    pub title: Labels,
    /// Its number; empty where none.
    pub number: String,
    /// In force since (days from 1970-01-01).
    pub since: Option<i64>,
}

/// A cited passage: `parts` are pairs such as (`art`, `37`), outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cite {
    /// Place in [`Program::sources`].
    pub source: u32,
    /// Steps into it.
    pub parts: Vec<(String, String)>,
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A case of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The JSON text that stands for it.
    pub code: String,
    /// Its labels.
    pub labels: Labels,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// The schema file it is checked against; empty where none.
    pub schema: String,
    /// The issuing department; empty where none.
    pub issuer: String,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A field of a record, or an input of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Member names that lead to it in the JSON of its record; usually just the name.
    pub path: Vec<String>,
    /// Its type.
    pub ty: Type,
    /// How it is written in JSON.
    pub encoding: Encoding,
    /// Whether it must never be written where others can read it: the compiler has proved that no output and no exception that applies shows it.
    pub private: bool,
    /// For inputs that are no records: the schema file; empty where none.
    pub schema: String,
    /// For inputs that are no records: the issuing department; empty where none.
    pub issuer: String,
}

/// How a number is written in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As its kind says.
    #[default]
    Standard,
    /// Money as a JSON integer of fen.
    Fen,
}

/// A parameter (dated) or a table: constants by keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// True for a parameter: a lookup carries a date.
    pub dated: bool,
    /// Types of the keys.
    pub keys: Vec<Type>,
    /// Type of the values.
    pub ty: Type,
    /// In order of dates, without overlap. A table has one, from `i64::MIN` to `i64::MAX`.
    pub versions: Vec<Version>,
}

/// What a table says between two days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// First day; `i64::MIN` for always.
    pub from: i64,
    /// Last day; `i64::MAX` for always.
    pub until: i64,
    /// The authority.
    pub cites: Vec<Cite>,
    /// Rows, of which the first that matches counts. `None`: the figure is not known, a lookup is [`Fault::NoParameterVersion`].
    pub rows: Option<Vec<Row>>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One pattern a key.
    pub patterns: Vec<Pattern>,
    /// The value.
    pub value: Value,
    /// Articles for this row.
    pub cites: Vec<Cite>,
}

/// What a key may look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Anything.
    Any,
    /// One of these values.
    OneOf(Vec<Value>),
    /// A number or date between two ends, included; `None` is open.
    Range(Option<i128>, Option<i128>),
    /// One of several patterns.
    Either(Vec<Pattern>),
}

/// Working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// The days that differ from "Monday to Friday are working days", and to which of the two: `true` = a working day.
    pub exceptions: BTreeMap<i64, bool>,
    /// Years with a published arrangement. Other years follow the week alone.
    pub years: Vec<i32>,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// What it is asked about. `Local(i)` for `i < inputs.len()` is input `i`.
    pub inputs: Vec<Field>,
    /// Named values in order; each may use the inputs and the bindings before it. Evaluated only when needed.
    pub bindings: Vec<Binding>,
    /// The requirements, in order.
    pub requirements: Vec<Requirement>,
    /// The outputs, in order.
    pub outputs: Vec<Output>,
    /// The rules with exceptions that stand in its expressions, for trace and reasons.
    pub rules: Vec<Rule>,
    /// The totals that it is counted under. Their ports are the last of its inputs.
    pub ledger: Vec<Tally>,
    /// Upper bound of the work, in evaluated nodes.
    pub work: u64,
}

/// A named value of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its local.
    pub local: LocalId,
    /// Its name in the source; generated ones start with `_`.
    pub name: String,
    /// Its value.
    pub value: Expr,
}

/// A requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The name listed in `refused`.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
    /// Must be true; of type `Bool`. A `when` is already part of it.
    pub condition: Expr,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
    /// Given only when true; of type `Bool`. `None`: always.
    pub when: Option<Expr>,
    /// The value; its type is the output's.
    pub value: Expr,
}

/// A general rule and its exceptions, as named in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Name of the requirement, output, binding or define that it belongs to.
    pub name: String,
    /// In order of precedence, as in [`ExprKind::Choose`].
    pub exceptions: Vec<ExceptionInfo>,
}

/// What is known of an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionInfo {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
}

/// A typed expression. Pure and total; it can end in a [`Fault`] but never fails to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// The type of its value. For numbers every value lies in the type's range.
    pub ty: Type,
    /// Which.
    pub kind: ExprKind,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// A constant of the expression's type.
    Const(Value),
    /// An input, a binding, or the variable of a list form or `Let`.
    Local(LocalId),
    /// The date of the evaluation.
    Today,
    /// An operation on values; see [`Op`].
    Op(Op, Vec<Expr>),
    /// `let local = value in body`.
    Let(LocalId, Box<Expr>, Box<Expr>),
    /// If the first is true the second, else the third. The branch not taken has no effect.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// The general rule, unless an exception applies: the first whose condition is true.
    Choose {
        /// Place in [`Decision::rules`].
        rule: RuleId,
        /// Conditions and values, in order of precedence.
        exceptions: Vec<(Expr, Expr)>,
        /// The general rule.
        general: Box<Expr>,
    },
    /// Field by place, of a record.
    Field(Box<Expr>, u32),
    /// A record from its fields in order.
    Record(Vec<Expr>),
    /// A list from its elements.
    List(Vec<Expr>),
    /// A figure of a table; `date` is given if and only if the table is dated.
    Lookup {
        /// Which table.
        table: TableId,
        /// The keys.
        keys: Vec<Expr>,
        /// The day.
        date: Option<Box<Expr>>,
    },
    /// A form over the elements of a list.
    Each {
        /// What is made of them.
        form: Each,
        /// The list.
        list: Box<Expr>,
        /// The element's variable.
        element: LocalId,
        /// If given, a variable for the list of the elements before the current one (in the list as given, before filter and sort).
        before: Option<LocalId>,
        /// Only elements for which it is true.
        filter: Option<Box<Expr>>,
        /// Sorted by this key (number, date, text or truth; `true` means descending), stable.
        sort: Option<(Box<Expr>, bool)>,
        /// What is taken of each.
        body: Box<Expr>,
    },
}

/// What is made of the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Each {
    /// The list of the bodies.
    Map,
    /// The total of the bodies (numbers); 0 for none.
    Sum,
    /// How many bodies are true.
    Count,
    /// Whether some body is true.
    Any,
    /// Whether every body is true.
    All,
    /// The smallest body; absent for none.
    Min,
    /// The largest body; absent for none.
    Max,
    /// The first body; absent for none.
    First,
}

/// How digits are dropped. Same meaning as in the source language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest, a half away from zero.
    HalfUp,
    /// To the nearest, a half to the even neighbour.
    HalfEven,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceiling,
}

/// The one table of operations. Numbers are scaled integers: the operations work on the integers, the result type says the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `not a`
    Not,
    /// False if one is false, even if the other is missing or a fault.
    And,
    /// True if one is true, even if the other is missing or a fault.
    Or,
    /// Same value; both of one type (ranges may differ); optionals of it too.
    Eq,
    /// `a < b` on numbers of one scale, dates.
    Lt,
    /// `a <= b` on numbers of one scale, dates.
    Le,
    /// `a + b` of one scale.
    Add,
    /// `a - b` of one scale.
    Sub,
    /// `a * b`; scales add.
    Mul,
    /// `-a`
    Neg,
    /// `a * 10^k`; the scale grows by `k`.
    ScaleUp(u8),
    /// Integer quotient of `a / b`, rounded; `b` is never 0 by its range.
    DivRound(Rounding),
    /// The smaller of two numbers of one scale, or dates.
    Min,
    /// The larger of two numbers of one scale, or dates.
    Max,
    /// An optional made of a value.
    Some,
    /// Whether an optional is there.
    IsPresent,
    /// The value of an optional; [`Fault::Absent`] if it is not there (the checker proves that it is).
    Get,
    /// `a` if it is there, else `b`; `a` optional, `b` not.
    OrElse,
    /// `date + n` days.
    AddDays,
    /// `date + n` months; the day is limited to the last of the month.
    AddMonths,
    /// `a - b` in days.
    DaysBetween,
    /// Full months from `a` to `b` (a day of month not reached does not count); negative if `b` is earlier.
    MonthsBetween,
    /// Full years from `a` to `b`; negative if `b` is earlier.
    YearsBetween,
    /// Year of a date.
    Year,
    /// Month of a date, 1 to 12.
    Month,
    /// Day of the month of a date, 1 to 31.
    Day,
    /// Weekday of a date, 1 = Monday to 7 = Sunday.
    Weekday,
    /// Date from year, month and day; a day beyond the month's last is the last.
    MakeDate,
    /// Whether a date is a working day.
    IsWorkingDay(CalendarId),
    /// The date itself if it is a working day, else the next one.
    NextWorkingDay(CalendarId),
    /// The `n`-th working day after the date, which itself is not counted; `n = 0` is the date itself; `n >= 0`.
    AddWorkingDays(CalendarId),
    /// Working days after the first date up to and including the second; 0 if the second is not later.
    WorkingDaysBetween(CalendarId),
    /// Characters in a text.
    Length,
    /// `text`, first character from 0, number of characters; cut to what is there.
    Slice,
    /// Whether a text is not empty and all its characters are ASCII digits.
    IsDigits,
    /// Whether a text is not empty and all its characters are ASCII letters or digits.
    IsAlphanumeric,
    /// Whether the first text begins with the second.
    StartsWith,
    /// The number written by a text of 1 to 18 ASCII digits, as optional; absent otherwise.
    ToNumber,
    /// Elements in a list.
    Size,
    /// Whether the second, a list, holds the first.
    Contains,
    /// One list after the other.
    Concat,
}

/// Why an expression has no value although all its facts are there. Ends in the verdict `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A parameter whose figure is not known on the date; error code `no_parameter_version`.
    NoParameterVersion(TableId),
    /// An optional that is not there; excluded by the checker.
    Absent,
}

/// Where an id points, by the program; `None` only in programs that are not verified.
impl Program {
    /// The enum.
    pub fn enum_of(&self, id: EnumId) -> Option<&Enum> {
        self.enums.get(id.0 as usize)
    }

    /// The record.
    pub fn record_of(&self, id: RecordId) -> Option<&Record> {
        self.records.get(id.0 as usize)
    }

    /// The fields of a type; none of what is no record.
    pub fn fields(&self, ty: &Type) -> &[Field] {
        match ty {
            Type::Record(id) => self.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The table.
    pub fn table_of(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0 as usize)
    }

    /// The calendar.
    pub fn calendar_of(&self, id: CalendarId) -> Option<&Calendar> {
        self.calendars.get(id.0 as usize)
    }

    /// The decision of this name.
    pub fn decision(&self, name: &str) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.name == name)
    }
}
