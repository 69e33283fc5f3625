//! What must still be handed in: which missing facts can still change the answer, in which order to ask for them, and what a decided case rests on.
//!
//! A fact is *required* if there are two completions of what is known that differ in it alone and have different answers. Three steps find these facts:
//! an abstract run of the decision ([`run`]) bounds them from above, a case split over blocks of their domains ([`split`]) sharpens the bound and is exact
//! where every part of a fact is compared with constants only, and witnesses ([`witness`]) show from below that a fact is required.

mod apply;
mod assume;
mod bits;
mod cells;
mod certificate;
mod difference;
mod domain;
mod each;
mod edges;
mod join;
mod judge;
mod lookup;
mod meet;
mod order;
mod refine;
mod report;
mod run;
mod split;
#[cfg(test)]
mod tests;
mod witness;

pub(crate) use assume::Step;
pub(crate) use cells::Cells;
pub use cells::FactRef;
pub(crate) use edges::{Edge, Edges};
pub use judge::{Answer, Question};
pub use meet::{Meeting, always, meet};
pub use refine::{Refined, refine};
pub use report::{Certificate, FactNeed, Needs, Standing, Witness, needs};
pub(crate) use run::Context;
pub(crate) use witness::Dice;
