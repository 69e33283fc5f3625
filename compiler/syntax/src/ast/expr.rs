//! Types, expressions and patterns.

use super::{DateLit, Name, TextLit};
use enact_base::Span;

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeRef {
    /// Which.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of types. Ranges are inclusive and constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// `bool`
    Bool,
    /// `int`, `int 0 .. 120`
    Int(Option<RangeLit>),
    /// `decimal 2`, `decimal 2, 0 .. 10`
    Decimal {
        /// Digits after the point.
        places: u8,
        /// The range.
        range: Option<RangeLit>,
    },
    /// `rate`, `rate, 0% .. 100%`
    Rate(Option<RangeLit>),
    /// `money`, `money in fen, 0 yuan .. 10_000 yuan`
    Money {
        /// `in fen`: whole fen as a JSON integer on chain; otherwise a text in yuan with two digits.
        fen: bool,
        /// The range.
        range: Option<RangeLit>,
    },
    /// `date`
    Date,
    /// `text`, `text max 20` (characters)
    Text {
        /// Most characters.
        max: Option<u32>,
    },
    /// An enum or a record.
    Named(Name),
    /// `optional T`: may be absent.
    Optional(Box<TypeRef>),
    /// `list of T max 200`
    List {
        /// Type of an element.
        element: Box<TypeRef>,
        /// Most elements.
        max: Option<u32>,
    },
    /// Broken; the diagnostic has been made.
    Error,
}

impl TypeKind {
    /// Whether its values may be truth values.
    pub(crate) fn is_truth(&self) -> bool {
        match self {
            TypeKind::Bool | TypeKind::Error => true,
            TypeKind::Optional(inner) => inner.kind.is_truth(),
            _ => false,
        }
    }
}

/// `lo .. hi`, both included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RangeLit {
    /// Lowest.
    pub lo: Expr,
    /// Highest.
    pub hi: Expr,
}

/// An expression. `depth` bounds every recursion over the tree: the parser makes no deeper tree than [`Expr::MAX_DEPTH`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// Which.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    /// Levels below and including this one.
    pub depth: u16,
}

impl Expr {
    /// The deepest tree that the parser builds.
    pub const MAX_DEPTH: u16 = 100;
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// Broken; the diagnostic has been made.
    Error,
    /// `yes`, `no`
    Bool(bool),
    /// `1_000`, `1800 yuan`, `87%`, `30 days`
    Number(NumberLit),
    /// `2024-02-29`
    Date(DateLit),
    /// `"…"`
    Text(String),
    /// `absent`: the value of an optional that is known not to exist.
    Absent,
    /// `today`: the date of the evaluation (the block's date on chain).
    Today,
    /// A local, an input, a parameter without keys, an enum case.
    Name(Name),
    /// `person.category`, `Category.employee`
    Field(Box<Expr>, Name),
    /// `person.` with nothing after the point: broken, kept for completion.
    FieldMissing(Box<Expr>),
    /// `f(a, b)`: a builtin function, a define, a table, a parameter or a scale.
    Call(Name, Vec<Expr>),
    /// `cap(kind) at d`: a dated figure on another date than the decision's.
    At(Box<Expr>, Box<Expr>),
    /// `lo .. hi`; only as an argument of `clamp` and after `in`.
    Range(Box<Expr>, Box<Expr>),
    /// `not e`, `-e`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`, …
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x is present`
    IsPresent(Box<Expr>),
    /// `x is absent`
    IsAbsent(Box<Expr>),
    /// `x otherwise d`: `d` where the optional `x` is absent.
    Otherwise(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match e { employee => 1, _ => 2 }`
    Match(Box<Expr>, Vec<MatchArm>),
    /// `round down to fen (e)`
    Round {
        /// How.
        mode: RoundMode,
        /// To what.
        to: RoundTo,
        /// What.
        value: Box<Expr>,
    },
    /// `sum(x.amount for x in xs where c)`, `any(…)`, `count(…)`
    Aggregate {
        /// Which.
        op: AggregateOp,
        /// For `exactly n (…)`.
        n: Option<u32>,
        /// What is taken of each element.
        body: Box<Expr>,
        /// Over which elements.
        binder: Box<Binder>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[x.id for x in xs where c by key descending]`
    Comprehension {
        /// What is taken of each element.
        body: Box<Expr>,
        /// Over which elements.
        binder: Box<Binder>,
    },
    /// `before x`: the elements that stand before `x` in the list it ranges over.
    Before(Name),
    /// `Share { year: y, amount: a }`; without a type only in tests.
    Record(Option<Name>, Vec<(Name, Expr)>),
}

/// `for x in xs where cond by key descending`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Binder {
    /// The element.
    pub name: Name,
    /// The list.
    pub list: Expr,
    /// Which elements.
    pub filter: Option<Expr>,
    /// Sorted by; equal keys keep their order.
    pub by: Option<Expr>,
    /// Largest first.
    pub descending: bool,
}

/// A number with its unit, as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NumberLit {
    /// All digits as one whole number.
    pub digits: u64,
    /// How many of them stand after the point.
    pub places: u8,
    /// The unit.
    pub unit: Option<Unit>,
}

/// Units of number literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// 分, a hundredth of a yuan.
    Fen,
    /// 元
    Yuan,
    /// 万元, 10,000 yuan.
    WanYuan,
    /// 亿元, 100,000,000 yuan.
    YiYuan,
    /// `%`
    Percent,
    /// `‰`
    Permille,
    /// Calendar days.
    Days,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its own sign")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `x in xs`, `x in lo .. hi`, `x in [a, b]`
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `xs ++ ys`
    Concat,
}

/// How digits are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundMode {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest; a half away from zero (四舍五入).
    HalfUp,
    /// To the nearest; a half to the even neighbour.
    HalfEven,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceiling,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundTo {
    /// Whole fen.
    Fen,
    /// Whole yuan.
    Yuan,
    /// Digits after the point.
    Places(u8),
}

/// Functions over the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateOp {
    /// Some element satisfies.
    Any,
    /// Every element satisfies.
    All,
    /// No element satisfies.
    None,
    /// As many elements satisfy as said.
    Exactly,
    /// How many elements satisfy.
    Count,
    /// Total; zero for no elements.
    Sum,
    /// Smallest; absent for no elements.
    Min,
    /// Largest; absent for no elements.
    Max,
    /// Of the first element in order; absent for no elements.
    First,
}

/// `employee or retiree => …`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchArm {
    /// What is matched.
    pub pattern: Pattern,
    /// The value then.
    pub value: Expr,
    /// The arm.
    pub span: Span,
}

/// What a key or a scrutinee may look like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// Which.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of patterns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// `_`
    Any,
    /// A constant: enum case, number, text, date, `yes`, `no`, `absent`.
    Value(Expr),
    /// `lo .. hi`, both included.
    Range(Expr, Expr),
    /// `< e`, `<= e`, `> e`, `>= e`
    Compare(BinaryOp, Expr),
    /// `a or b`
    Or(Vec<Pattern>),
    /// Broken; the diagnostic has been made.
    Error,
}

/// A text literal used as an expression keeps its resolved text; this helper gives its span back.
impl From<TextLit> for Expr {
    fn from(lit: TextLit) -> Self {
        Expr { kind: ExprKind::Text(lit.text), span: lit.span, depth: 1 }
    }
}
