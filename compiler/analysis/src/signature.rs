//! What a declaration says to others once it has been elaborated: types, without values and rules.

use crate::elaborate::table::Scale;
use crate::elaborate::{Elaborated, Piece};
use crate::items::ItemId;
use crate::scope::Kind;
use enact_ir::{Decision, Enum, Expr, ExprKind, Labels, Record, TableId, Type};
use std::collections::BTreeMap;

/// The declarations that have a place in the IR, in the order of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Catalog {
    /// Sources.
    pub(crate) sources: Vec<ItemId>,
    /// Enums.
    pub(crate) enums: Vec<ItemId>,
    /// Records.
    pub(crate) records: Vec<ItemId>,
    /// Parameters, tables and scales.
    pub(crate) tables: Vec<ItemId>,
    /// Calendars.
    pub(crate) calendars: Vec<ItemId>,
    /// Decisions.
    pub(crate) decisions: Vec<ItemId>,
    places: BTreeMap<ItemId, u32>,
}

impl Catalog {
    /// Adds a declaration; those that have no place in the IR are left out.
    pub(crate) fn add(&mut self, kind: Kind, id: ItemId) {
        let all = match kind {
            Kind::Source => &mut self.sources,
            Kind::Enum => &mut self.enums,
            Kind::Record => &mut self.records,
            Kind::Parameter | Kind::Table | Kind::Scale => &mut self.tables,
            Kind::Calendar => &mut self.calendars,
            Kind::Decision => &mut self.decisions,
            _ => return,
        };
        self.places.insert(id.clone(), u32::try_from(all.len()).unwrap_or(u32::MAX));
        all.push(id);
    }

    /// The place of a declaration among those of its kind.
    pub(crate) fn place(&self, id: &ItemId) -> Option<u32> {
        self.places.get(id).copied()
    }
}

/// Keys and value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableSignature {
    /// Its place.
    pub(crate) id: TableId,
    /// Whether it is read on a date.
    pub(crate) dated: bool,
    /// Names and types of the keys.
    pub(crate) keys: Vec<(String, Type)>,
    /// The type of its values.
    pub(crate) ty: Type,
}

/// What others see of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// Nothing, or something broken.
    None,
    /// An enum.
    Enum(Enum),
    /// A record.
    Record(Record),
    /// A parameter or table.
    Table(TableSignature),
    /// A scale.
    Scale(TableSignature, Box<Scale>),
    /// Parameters of a define.
    Define(Vec<(String, Type)>),
    /// A decision whose requirements and outputs are reduced to names and types.
    Decision(Decision),
}

impl Signature {
    /// The signature of what has been elaborated. `names` are those of a table's keys.
    pub(crate) fn of(elaborated: &Elaborated, place: Option<u32>, names: &[String]) -> Self {
        let id = TableId(place.unwrap_or(u32::MAX));
        match &elaborated.piece {
            Piece::Enum(it) => Signature::Enum(it.clone()),
            Piece::Record(it) => Signature::Record(it.clone()),
            Piece::Table(it) => {
                let keys = names.iter().cloned().zip(it.keys.iter().cloned()).collect();
                Signature::Table(TableSignature { id, dated: it.dated, keys, ty: it.ty.clone() })
            }
            Piece::Scale(it) => {
                let table = TableSignature { id, dated: true, keys: Vec::new(), ty: it.table.ty.clone() };
                Signature::Scale(table, Box::new(it.clone()))
            }
            Piece::Decision(it) => Signature::Decision(bare(it)),
            _ => Signature::None,
        }
    }
}

/// A decision without its rules: whether an output has a `when`, and of which type it is, remains.
fn bare(decision: &Decision) -> Decision {
    let hollow = |expr: &Expr| Expr { ty: expr.ty.clone(), kind: ExprKind::Today };
    let mut bare = decision.clone();
    bare.bindings.clear();
    bare.rules.clear();
    bare.work = 0;
    bare.labels = Labels::default();
    for requirement in &mut bare.requirements {
        requirement.condition = hollow(&requirement.condition);
        requirement.labels = Labels::default();
        requirement.cites.clear();
    }
    for tally in &mut bare.ledger {
        tally.labels = Labels::default();
        tally.cites.clear();
        tally.key.iter_mut().for_each(|part| *part = hollow(part));
    }
    for output in &mut bare.outputs {
        output.labels = Labels::default();
        output.cites.clear();
        output.value = hollow(&output.value);
        output.when = output.when.as_ref().map(hollow);
    }
    bare
}
