//! What a policy must satisfy beyond its types: complete, free of conflict, dated, fitting its schemas. One file a kind of finding.
//!
//! Checks of one declaration look at its tree alone, or at what elaboration found of it: the IR, and the [`Material`] that ties parts of the IR to their places.

pub(crate) mod calendar;
pub(crate) mod citations;
pub(crate) mod conditions;
pub(crate) mod exceptions;
pub(crate) mod ledgers;
pub(crate) mod matches;
pub(crate) mod mentions;
pub(crate) mod privacy;
pub(crate) mod reach;
pub(crate) mod scales;
pub(crate) mod schema_fit;
pub(crate) mod schema_named;
pub(crate) mod show;
pub(crate) mod space;
pub(crate) mod tables;
pub(crate) mod undated;
pub(crate) mod unused;
pub(crate) mod versions;

#[cfg(test)]
mod testing;

use enact_base::Span;
use enact_ir::{Expr, Subset};

/// What elaboration gathers for the checks of one decision or define: typed parts with their places. The expressions stand in the context of the declaration's
/// [`enact_ir::Decision`]; a define is one whose inputs are its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Material {
    /// Every `match`.
    pub(crate) matches: Vec<matches::Match>,
    /// Every condition, and every `and` inside of one.
    pub(crate) conditions: Vec<Condition>,
    /// Every rule with exceptions.
    pub(crate) rules: Vec<exceptions::CheckedRule>,
}

impl Material {
    /// The same in the smaller program that the subset makes.
    pub(crate) fn within(&self, subset: &mut Subset<'_>) -> Material {
        let mut new = self.clone();
        new.matches.iter_mut().for_each(|it| it.ty = subset.ty(&it.ty));
        new.conditions.iter_mut().for_each(|it| it.expr = subset.expr(&it.expr));
        new.rules.iter_mut().flat_map(|it| &mut it.exceptions).for_each(|it| it.when = subset.expr(&it.when));
        new
    }

    /// Whether there is nothing to judge.
    pub(crate) fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.conditions.is_empty() && self.rules.is_empty()
    }
}

/// An expression that decides something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// What it decides.
    pub(crate) role: Role,
    /// Typed `Bool`.
    pub(crate) expr: Expr,
    /// Where it stands.
    pub(crate) span: Span,
    /// Of a conjunction: its two operands.
    pub(crate) operands: Vec<(Expr, Span)>,
}

/// What a condition decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The requirement of this name, its `when` included.
    Requirement(String),
    /// When something applies: `when`, `if`, `where`.
    When,
    /// A conjunction inside of another condition.
    Part,
}
