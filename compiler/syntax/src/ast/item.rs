//! Declarations.

use super::{Cite, Expr, Labels, Name, Pattern, TextLit, TypeRef};
use enact_base::Span;

/// A declaration: what stands between one keyword in the first column and the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// Which.
    pub kind: ItemKind,
    /// From its keyword to its last token.
    pub span: Span,
}

/// The kinds of declarations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// `policy a.b.c` with `title`.
    Policy(Policy),
    /// `import a.b.c`.
    Import(Import),
    /// `source rules = law "…" number "…" since 2005-06-06`.
    Source(Source),
    /// `enum`.
    Enum(Enum),
    /// `record`.
    Record(Record),
    /// `parameter` (dated) and `table` (not dated): one idea, a table of constants by keys.
    Table(Table),
    /// `scale`: progressive brackets.
    Scale(Scale),
    /// `calendar`: holidays and make-up working days by year.
    Calendar(Calendar),
    /// `define`: a function.
    Define(Define),
    /// `decision`.
    Decision(Decision),
    /// `test`.
    Test(Test),
    /// `property`.
    Property(Property),
    /// `not coded`: a passage that is deliberately not implemented.
    NotCoded(NotCoded),
    /// What could not be parsed at all; the diagnostic has been made.
    Error,
}

impl ItemKind {
    /// Whether what it declares is not known, but for its name: the diagnostic has been made.
    pub fn is_unread(&self) -> bool {
        match self {
            ItemKind::Error => true,
            ItemKind::Enum(it) => it.cases.iter().any(|case| case.name.text.is_empty()),
            ItemKind::Record(it) => it.fields.iter().any(Field::is_unread),
            ItemKind::Table(it) => it.keys.iter().any(Field::is_unread),
            ItemKind::Scale(it) => it.key.is_unread(),
            ItemKind::Define(it) => it.params.iter().any(Field::is_unread),
            ItemKind::Decision(it) => it.inputs.iter().any(Field::is_unread),
            _ => false,
        }
    }

    /// The declared name, for kinds that have one that can be referred to.
    pub fn name(&self) -> Option<&Name> {
        match self {
            ItemKind::Source(it) => Some(&it.name),
            ItemKind::Enum(it) => Some(&it.name),
            ItemKind::Record(it) => Some(&it.name),
            ItemKind::Table(it) => Some(&it.name),
            ItemKind::Scale(it) => Some(&it.name),
            ItemKind::Calendar(it) => Some(&it.name),
            ItemKind::Define(it) => Some(&it.name),
            ItemKind::Decision(it) => Some(&it.name),
            ItemKind::Policy(_)
            | ItemKind::Import(_)
            | ItemKind::Test(_)
            | ItemKind::Property(_)
            | ItemKind::NotCoded(_)
            | ItemKind::Error => None,
        }
    }
}

/// `policy beijing.medical.outpatient title "…" en "…"`. The path is the module of the file's declarations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The module path.
    pub path: Vec<Name>,
    /// From `title`.
    pub title: Labels,
}

/// `import cn.working_days`: the module's declarations can be used by their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The module path.
    pub path: Vec<Name>,
}

/// A law, notice or standard that rules cite.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The name used in `cite`.
    pub name: Name,
    /// `law`, `regulation`, `notice`, `standard`, `assumption` or another word.
    pub kind: Name,
    /// Its title, in the main tongue and in English.
    pub title: Labels,
    /// The document's number.
    pub number: Option<TextLit>,
    /// In force since.
    pub since: Option<DateLit>,
}

/// A date as written; that it exists is checked when the tree is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateLit {
    /// Year, 1 to 9999.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31, existing in that month.
    pub day: u8,
    /// Where it stands.
    pub span: Span,
}

/// `enum Category "…" { employee "…", retiree = "02" "…" }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// The cases in order.
    pub cases: Vec<EnumCase>,
}

/// One case of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnumCase {
    /// Its name.
    pub name: Name,
    /// The text that stands for it on chain, where it differs from the name.
    pub code: Option<TextLit>,
    /// Its labels.
    pub labels: Labels,
}

/// `record Visit "…" from "schemas/visit.schema.json" issued by "医疗机构" { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Where it lies on chain.
    pub supply: Supply,
    /// The fields in order.
    pub fields: Vec<Field>,
}

/// Where a record or an input comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Supply {
    /// `from "path"`: the schema file, relative to the project. `path#/pointer` selects a part of it.
    pub schema: Option<TextLit>,
    /// `issued by "department"`.
    pub issuer: Option<TextLit>,
}

/// A field of a record, a parameter of a define or of a table, an input of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Its type.
    pub ty: TypeRef,
    /// Where `private` stands, for fields of records and inputs that must not be seen in what a decision gives out.
    pub private: Option<Span>,
    /// `at "/amount/eligible"`: JSON pointer in the document, where it is not the name itself.
    pub at: Option<TextLit>,
    /// For inputs of a decision that are no records.
    pub supply: Supply,
}

impl Field {
    /// Stands for fields that could not be read.
    fn is_unread(&self) -> bool {
        self.name.text.is_empty()
    }
}

/// `parameter` or `table`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// True for `parameter`.
    pub dated: bool,
    /// The keys; may be empty for a parameter.
    pub keys: Vec<Field>,
    /// The type of its values.
    pub ty: TypeRef,
    /// `first`: the first matching row counts. Otherwise rows must not disagree.
    pub first_hit: bool,
    /// Articles for the whole.
    pub cites: Vec<Cite>,
    /// For a table exactly one version without dates.
    pub versions: Vec<TableVersion>,
}

/// What a table says from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableVersion {
    /// First day; `None` for tables and for `before D unknown`.
    pub from: Option<DateLit>,
    /// Last day, if said.
    pub until: Option<DateLit>,
    /// For `before D unknown`: the first day that is known.
    pub before: Option<DateLit>,
    /// The authority.
    pub cites: Vec<Cite>,
    /// What it says.
    pub body: TableBody,
    /// The version.
    pub span: Span,
}

/// The figures of one version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TableBody {
    /// `unknown`: the figure for these dates is not known; a lookup ends in the error `no_parameter_version`.
    Unknown,
    /// `= value`.
    Single(Expr),
    /// `{ employee => 1800 yuan, (a, b) => … }`.
    Rows(Vec<TableRow>),
    /// A grid whose columns are the cases of the last key.
    Grid {
        /// Patterns for the last key.
        columns: Vec<Pattern>,
        /// Patterns for the other keys, and one cell a column.
        rows: Vec<GridRow>,
    },
}

/// One row: patterns, one a key, and the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableRow {
    /// One pattern a key.
    pub patterns: Vec<Pattern>,
    /// A constant.
    pub value: Expr,
    /// Articles for this row.
    pub cites: Vec<Cite>,
    /// The row.
    pub span: Span,
}

/// One line of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GridRow {
    /// Patterns for all keys but the last.
    pub patterns: Vec<Pattern>,
    /// One constant a column.
    pub cells: Vec<Expr>,
    /// The line.
    pub span: Span,
}

/// `scale income_tax "…" (x: money) { from 2019-01-01 cite … { to 36000 yuan => 3%, above => 45% } }`: each bracket's rate applies to the part inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scale {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// The amount that is divided into brackets.
    pub key: Field,
    /// Articles for the whole.
    pub cites: Vec<Cite>,
    /// By date, as for a parameter.
    pub versions: Vec<ScaleVersion>,
}

/// The brackets from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScaleVersion {
    /// First day.
    pub from: Option<DateLit>,
    /// Last day, if said.
    pub until: Option<DateLit>,
    /// For `before D unknown`.
    pub before: Option<DateLit>,
    /// The authority.
    pub cites: Vec<Cite>,
    /// From the lowest; empty for `unknown`.
    pub brackets: Vec<Bracket>,
    /// The version.
    pub span: Span,
}

/// `to 144000 yuan => 10% less 2520 yuan`, or `above => 45%`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bracket {
    /// Upper edge, included; `None` for `above`.
    pub to: Option<Expr>,
    /// The rate inside the bracket.
    pub rate: Expr,
    /// Quick deduction; must agree with the brackets below.
    pub less: Option<Expr>,
    /// The bracket.
    pub span: Span,
}

/// `calendar cn "…" { 2024 cite … { off 2024-01-01, 2024-02-10 .. 2024-02-17 work 2024-02-04 } }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Year by year.
    pub years: Vec<CalendarYear>,
}

/// The arrangements published for one year. Other Saturdays and Sundays are off, other days are working days.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// The notice.
    pub cites: Vec<Cite>,
    /// Days off, as inclusive ranges.
    pub off: Vec<(DateLit, DateLit)>,
    /// Make-up working days, as inclusive ranges.
    pub work: Vec<(DateLit, DateLit)>,
    /// The year's entry.
    pub span: Span,
}

/// `define age "…" (birth: date, on: date) : int cite … = years_between(birth, on)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Define {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Parameters.
    pub params: Vec<Field>,
    /// Declared result type; inferred where absent.
    pub ty: Option<TypeRef>,
    /// Articles.
    pub cites: Vec<Cite>,
    /// The value, with exceptions.
    pub body: RuleBody,
}

/// A general rule and its exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RuleBody {
    /// Holds where no exception applies.
    pub general: Expr,
    /// In source order.
    pub exceptions: Vec<Exception>,
}

/// `except emergency "急诊" when visit.emergency => 90% cite rules.art(41) over other`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exception {
    /// Its name, unique in its rule.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// When it applies.
    pub when: Expr,
    /// The value then.
    pub value: Expr,
    /// Articles.
    pub cites: Vec<Cite>,
    /// Exceptions of the same rule that give way to this one.
    pub over: Vec<Name>,
    /// The exception.
    pub span: Span,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// What it is asked about.
    pub inputs: Vec<Field>,
    /// The date on which dated figures are read.
    pub as_of: Option<Expr>,
    /// Its rules.
    pub statements: Vec<Statement>,
}

/// A rule inside a decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Which.
    pub kind: StatementKind,
    /// The statement.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// `require label "…" cite … [when cond] : expr`.
    Require(Require),
    /// `let name [: type] = expr`.
    Let(Let),
    /// `output name "…" : type [when cond] = expr`.
    Output(Output),
    /// `limit`, `total` or `budget`: what is counted from case to case.
    Tally(Tally),
    /// A broken statement; the diagnostic has been made.
    Error,
}

/// A requirement. If `when` is given and false, it does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Require {
    /// The label listed in `refused`.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Articles.
    pub cites: Vec<Cite>,
    /// Applies only when.
    pub when: Option<Expr>,
    /// Must hold.
    pub body: RuleBody,
}

/// A named intermediate value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Declared type.
    pub ty: Option<TypeRef>,
    /// Articles.
    pub cites: Vec<Cite>,
    /// The value.
    pub body: RuleBody,
}

/// A result of a granted decision. With a false `when` the output is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    /// Its name.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// Its type.
    pub ty: TypeRef,
    /// Articles.
    pub cites: Vec<Cite>,
    /// Given only when.
    pub when: Option<Expr>,
    /// The value.
    pub body: RuleBody,
}

/// What is counted from case to case: `limit once bill "…" per (bill.code, bill.number) in "claims" cite …`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Its name; also the label listed in `refused`.
    pub name: Name,
    /// Its labels.
    pub labels: Labels,
    /// What is counted, and how far.
    pub kind: TallyKind,
    /// What is counted together.
    pub key: Vec<KeyPart>,
    /// The output that is added; a limit has none.
    pub of: Option<Name>,
    /// The name of a ledger that others share.
    pub ledger: Option<TextLit>,
    /// Articles.
    pub cites: Vec<Cite>,
}

/// What a tally counts, and how far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TallyKind {
    /// How often; `None` for `once`.
    Limit(Option<Expr>),
    /// How much; the upper end of the type is the most.
    Total(TypeRef),
    /// How much of this amount; the name stands for what is left.
    Budget(Expr),
}

/// A part of the key of a tally.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyPart {
    /// `calendar year`: the year of the decision's date.
    Year(Span),
    /// `calendar month`: its year and month.
    Month(Span),
    /// A value.
    Value(Expr),
}

/// `test "name" { decision with … expect … }`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// What it shows.
    pub name: TextLit,
    /// The decision under test.
    pub decision: Name,
    /// Inputs by name; what is not given is missing.
    pub inputs: Vec<(Name, Expr)>,
    /// The date of `today`.
    pub as_of: Option<DateLit>,
    /// What must come out.
    pub expect: Expectation,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expectation {
    /// `granted`, `refused`, `pending` or `error`.
    pub verdict: Name,
    /// `refused [a, b]`, `pending [visit.date]` (dotted paths), `error [no_parameter_version]`: the whole set, where given.
    pub names: Option<Vec<Name>>,
    /// `payable = 170 yuan`: outputs that must have these values.
    pub outputs: Vec<(Name, Expr)>,
}

/// `property "…" for decision: expr` over inputs and outputs of every granted case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Property {
    /// What it says.
    pub name: TextLit,
    /// The decision.
    pub decision: Name,
    /// Must hold.
    pub body: Expr,
}

/// `not coded "passage" cite … because "why"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NotCoded {
    /// The passage.
    pub passage: TextLit,
    /// Where it stands.
    pub cites: Vec<Cite>,
    /// Why it is not coded.
    pub because: TextLit,
}
