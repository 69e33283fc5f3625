//! From the tree of a declaration to typed IR, in one pass that looks at each expression once: names, types, units, scales, ranges.
//!
//! Before: a tree without meaning. After: an IR piece whose every node is typed, or diagnostics. What could not be given a meaning is [`Typed::Error`];
//! it stands for a diagnostic that has been made, and nothing that contains it is reported again.

mod aggregate;
mod arithmetic;
mod builtin;
mod calls;
mod coerce;
mod compare;
mod dates;
mod decision;
mod flow;
mod join;
mod logic;
mod name;
mod pattern;
mod rules;
pub(crate) mod table;
mod tally;
pub(crate) mod test;
mod text;
pub(crate) mod types;
mod unique;
mod value;
mod whole;
mod work;

pub(crate) use builtin::{is_disclosure, may_disclose};

use crate::checks::Material;
use crate::items::ItemId;
use crate::view::View;
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Expr, ExprKind, LocalId, NumberKind, RecordId, Rule, Type};
use enact_syntax::ast;
use flow::Fact;
use std::collections::BTreeSet;

/// What a declaration is in the IR; references are by their places in the project's catalog.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Nothing that an engine sees, or nothing that could be given a meaning.
    None,
    /// A source.
    Source(enact_ir::Source),
    /// An enum.
    Enum(enact_ir::Enum),
    /// A record.
    Record(enact_ir::Record),
    /// A parameter or a table.
    Table(enact_ir::Table),
    /// A scale: a table of its versions, and their brackets.
    Scale(table::Scale),
    /// A calendar.
    Calendar(enact_ir::Calendar),
    /// A decision.
    Decision(enact_ir::Decision),
    /// A define: a decision whose inputs are its parameters, for the checks.
    Define(enact_ir::Decision),
    /// A test.
    Test(enact_ir::case::Case),
    /// A property.
    Property(Property),
}

/// A property, over the inputs and then the outputs of a decision as locals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// What it says.
    pub name: String,
    /// The decision.
    pub decision: String,
    /// Must be true wherever the decision is granted. `Local(i)` is input `i`, then the outputs in order; an output with `when` is optional.
    pub condition: Expr,
}

/// The result of elaborating one declaration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Elaborated {
    /// What it is in the IR.
    pub(crate) piece: Piece,
    /// What is wrong with it; places are relative to the declaration.
    pub(crate) diagnostics: Vec<Diagnostic<Span>>,
    /// What the checks look at; empty if something is wrong.
    pub(crate) material: Material,
    /// Dated figures that are read although the decision says no date.
    pub(crate) undated: Vec<Span>,
}

/// A fraction of two numbers that has not been rounded; the divisor is above zero by its range.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Quotient {
    kind: NumberKind,
    num: Expr,
    den: Expr,
}

/// What a number of calendar units counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Days,
    Months,
    Years,
}

/// An expression with a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Typed {
    /// A diagnostic has been made.
    Error,
    /// `absent`, of no type yet.
    Absent,
    /// A value.
    Value(Expr),
    /// A quotient.
    Quotient(Box<Quotient>),
    /// A number of days, months or years.
    Period(Period, Expr),
}

/// A name that stands for a value.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    value: Typed,
    /// For the element of a list: the list of those before it.
    before: Option<(Expr, bool)>,
}

/// Work in progress on one declaration.
pub(crate) struct Elaborator<'w> {
    view: View<'w>,
    /// Whose names are seen: the declaration itself, or a define that is being inlined.
    home: ItemId,
    /// Whether what is found is kept: bodies of other declarations have been judged at their own place.
    own: bool,
    variables: Vec<Variable>,
    facts: Vec<Fact>,
    /// Values of bindings that are truths: a condition by name says what it says.
    truths: Vec<(LocalId, Expr)>,
    /// Origins of locals, to name the field whose range is missing.
    origins: Vec<(LocalId, String)>,
    /// Fields whose missing range has been reported.
    unranged: Vec<String>,
    next_local: u32,
    rules: Vec<Rule>,
    as_of: Option<Expr>,
    diagnostics: Vec<Diagnostic<Span>>,
    /// Whether something went wrong in a body that is not our own.
    failed: bool,
    material: Material,
    undated: Vec<Span>,
    /// Where the define that is being inlined is called in the own declaration.
    call_site: Option<Span>,
    /// The named values and outputs of the decision, elaborated when first needed.
    named: Vec<decision::Named<'w>>,
    /// The ports: what has been counted so far.
    counted: BTreeSet<LocalId>,
    /// How many variables are inputs, seen everywhere in the decision.
    inputs: usize,
    /// Named values that are being elaborated inside each other.
    working: Vec<usize>,
    /// Named values in the order in which they were made.
    bindings: Vec<enact_ir::Binding>,
    /// Defines inside each other.
    nesting: u32,
    /// Expressions elaborated so far.
    steps: u32,
    /// Whether it has been said that these are too many.
    told_large: bool,
    /// Expressions that stand around the current one, through the functions that are used.
    depth: u32,
}

/// Defines that may stand inside each other: each adds the depth of its body to the tree.
const NESTING: u32 = 16;

/// Expressions inside each other, through the functions that are used; a declaration by itself has at most [`ast::Expr::MAX_DEPTH`].
const DEPTH: u32 = 220;

/// Expressions of one declaration, inlined ones included. More would be too large to prove anything about.
const STEPS: u32 = 60_000;

impl<'w> Elaborator<'w> {
    pub(crate) fn new(view: View<'w>, home: ItemId) -> Self {
        Self {
            view,
            home,
            own: true,
            variables: Vec::new(),
            facts: Vec::new(),
            truths: Vec::new(),
            origins: Vec::new(),
            unranged: Vec::new(),
            next_local: 0,
            rules: Vec::new(),
            as_of: None,
            diagnostics: Vec::new(),
            failed: false,
            material: Material::default(),
            undated: Vec::new(),
            call_site: None,
            named: Vec::new(),
            counted: BTreeSet::new(),
            inputs: 0,
            working: Vec::new(),
            bindings: Vec::new(),
            nesting: 0,
            steps: 0,
            told_large: false,
            depth: 0,
        }
    }

    /// What was found, with the piece that was made; a piece with errors is none, and nothing more is checked of it.
    pub(crate) fn finish(self, piece: Piece) -> Elaborated {
        if self.diagnostics.is_empty() {
            return Elaborated { piece, diagnostics: Vec::new(), material: self.material, undated: self.undated };
        }
        Elaborated { piece, diagnostics: self.diagnostics, material: Material::default(), undated: self.undated }
    }

    /// Keeps a diagnostic. The answer is [`Typed::Error`] for the one who asked for a value.
    fn report(&mut self, diagnostic: Diagnostic<Span>) -> Typed {
        if self.own {
            self.diagnostics.push(diagnostic);
        } else {
            self.failed = true;
        }
        Typed::Error
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Typed {
        self.report(Diagnostic::new(code, span, message, label))
    }

    fn local(&mut self) -> LocalId {
        let id = LocalId(self.next_local);
        self.next_local += 1;
        id
    }

    fn declare(&mut self, name: &str, value: Typed) {
        self.variables.push(Variable { name: name.to_owned(), value, before: None });
    }

    /// Runs `f` with more names and facts, which end with it.
    fn within<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let (variables, facts) = (self.variables.len(), self.facts.len());
        let result = f(self);
        self.variables.truncate(variables);
        self.facts.truncate(facts);
        result
    }

    /// The text that a span of the own declaration covers.
    fn source(&self, span: Span) -> String {
        self.view.text(&self.home).get(span.range()).unwrap_or_default().to_owned()
    }

    /// What a value of the type is called.
    fn describe(&self, ty: &Type) -> String {
        types::describe(self.view, ty)
    }
}

impl Typed {
    fn value(&self) -> Option<&Expr> {
        match self {
            Typed::Value(expr) => Some(expr),
            _ => None,
        }
    }

    fn ty(&self) -> Option<&Type> {
        self.value().map(|it| &it.ty)
    }

    fn is_error(&self) -> bool {
        *self == Typed::Error
    }
}

impl From<Expr> for Typed {
    fn from(expr: Expr) -> Self {
        Typed::Value(expr)
    }
}

fn local(id: LocalId, ty: Type) -> Expr {
    Expr { ty, kind: ExprKind::Local(id) }
}

fn operation(op: enact_ir::Op, args: Vec<Expr>, ty: Type) -> Expr {
    Expr { ty, kind: ExprKind::Op(op, args) }
}

/// The record of a type, or of what an optional holds.
fn record_of(ty: &Type) -> Option<RecordId> {
    match ty {
        Type::Record(id) => Some(*id),
        _ => None,
    }
}

/// Labels as the IR carries them.
pub(crate) fn labels(labels: &ast::Labels) -> enact_ir::Labels {
    let text = |it: &Option<ast::TextLit>| it.as_ref().map(|it| it.text.clone()).unwrap_or_default();
    enact_ir::Labels { main: text(&labels.main), en: text(&labels.en) }
}

/// A path of names joined by points.
pub(crate) fn dotted(path: &[ast::Name]) -> String {
    path.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(".")
}

/// Entry: elaborates a declaration of any kind.
pub(crate) fn elaborate(view: View<'_>, id: &ItemId) -> Elaborated {
    let mut it = Elaborator::new(view, id.clone());
    let piece = match &view.item(id).kind {
        // What is wrong has been said where it was parsed.
        unread if unread.is_unread() => Piece::None,
        ast::ItemKind::Source(source) => Piece::Source(types::source(source)),
        ast::ItemKind::Enum(declared) => it.enumeration(declared),
        ast::ItemKind::Record(record) => it.record(record),
        ast::ItemKind::Table(table) => it.table(table),
        ast::ItemKind::Scale(scale) => it.scale(scale),
        ast::ItemKind::Calendar(calendar) => it.calendar(calendar),
        ast::ItemKind::Define(define) => it.define(define),
        ast::ItemKind::Decision(decision) => it.decision(decision),
        ast::ItemKind::Test(test) => it.test(test),
        ast::ItemKind::Property(property) => it.property(property),
        ast::ItemKind::NotCoded(note) => {
            it.cites(&note.cites);
            Piece::None
        }
        ast::ItemKind::Policy(_) | ast::ItemKind::Import(_) | ast::ItemKind::Error => Piece::None,
    };
    it.finish(piece)
}

/// Names and types of the parameters of a define; `None` if one of them has no type.
pub(crate) fn parameters(view: View<'_>, id: &ItemId) -> Option<Vec<(String, Type)>> {
    let ast::ItemKind::Define(define) = &view.item(id).kind else { return None };
    let mut it = Elaborator::new(view, id.clone());
    define.params.iter().map(|param| Some((param.name.text.clone(), it.field(param, None)?.ty))).collect()
}
