//! What a policy reads: the other side of a schema.

use crate::scaled_text;

/// A range of whole numbers of `10^-scale`, both ends included; none where the record declares none.
pub type Range = Option<(i128, i128)>;

/// What a record asks of a place in its documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Demand {
    /// `bool`
    Bool,
    /// `int`
    Int {
        /// The declared range.
        range: Range,
    },
    /// `decimal n`: written as text.
    Decimal {
        /// Most digits after the point.
        scale: u32,
        /// The declared range, in units of the last digit.
        range: Range,
    },
    /// `rate`: written as text.
    Rate {
        /// Most digits after the point.
        scale: u32,
        /// The declared range, in units of the last digit.
        range: Range,
    },
    /// `money`
    Money {
        /// `in fen`: written as a whole number; otherwise as text, in yuan.
        fen: bool,
        /// The declared range, in fen.
        range: Range,
    },
    /// `date`
    Date,
    /// `text`
    Text {
        /// Most characters, if declared.
        max: Option<u32>,
    },
    /// An enum.
    Enum {
        /// Its name.
        name: String,
        /// How its cases are written in documents.
        codes: Vec<String>,
    },
    /// `optional T`
    Optional(Box<Demand>),
    /// `list of T`
    List {
        /// What each element must be.
        element: Box<Demand>,
        /// Most elements, if declared.
        max: Option<u32>,
    },
    /// A record.
    Record {
        /// Its name.
        name: String,
        /// What is read of it.
        fields: Vec<Field>,
    },
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Member names that lead to it; usually just the name.
    pub path: Vec<String>,
    /// What it must be.
    pub demand: Demand,
}

impl Demand {
    /// The type as an author writes it, without backticks.
    pub fn words(&self) -> String {
        let ranged = |name: String, scale: u32, unit: &str, range: &Range, comma: &str| match range {
            None => name,
            Some((low, high)) => {
                let end = |value: i128| format!("{}{unit}", crate::numeral(&scaled_text(value, scale)));
                format!("{name}{comma} {} .. {}", end(*low), end(*high))
            }
        };
        match self {
            Demand::Bool => "bool".into(),
            Demand::Int { range } => ranged("int".into(), 0, "", range, ""),
            Demand::Decimal { scale, range } => ranged(format!("decimal {scale}"), *scale, "", range, ","),
            Demand::Rate { scale, range } => ranged("rate".into(), *scale, "", range, ","),
            Demand::Money { fen, range } => {
                ranged(if *fen { "money in fen" } else { "money" }.into(), 2, " yuan", range, ",")
            }
            Demand::Date => "date".into(),
            Demand::Text { max } => max.map_or("text".into(), |max| format!("text max {max}")),
            Demand::Enum { name, .. } | Demand::Record { name, .. } => name.clone(),
            Demand::Optional(inner) => format!("optional {}", inner.words()),
            Demand::List { element, max } => {
                format!("list of {}{}", element.words(), max.map_or(String::new(), |max| format!(" max {max}")))
            }
        }
    }

    /// Whether a document may come without it.
    pub fn is_optional(&self) -> bool {
        matches!(self, Demand::Optional(_))
    }

    /// For numbers: digits after the point, and the declared range.
    pub(crate) fn number(&self) -> Option<(u32, Range)> {
        match self {
            Demand::Int { range } => Some((0, *range)),
            Demand::Decimal { scale, range } | Demand::Rate { scale, range } => Some((*scale, *range)),
            Demand::Money { range, .. } => Some((2, *range)),
            _ => None,
        }
    }

    /// Whether it is a number that is written as a JSON number.
    pub(crate) fn is_json_number(&self) -> bool {
        matches!(self, Demand::Int { .. } | Demand::Money { fen: true, .. })
    }
}
