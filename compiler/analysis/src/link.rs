//! The pieces of a project put together into one program. Places in the catalog are the ids of the IR, so nothing is renumbered.

use crate::elaborate::Piece;
use enact_ir::{Calendar, Enum, Labels, Program, Record, Source, Table, Type};

/// The pieces by kind, in the order of the catalog.
pub(crate) struct Parts<'p> {
    /// The policy's path and title.
    pub(crate) head: (String, Labels),
    /// Sources.
    pub(crate) sources: Vec<&'p Piece>,
    /// Enums.
    pub(crate) enums: Vec<&'p Piece>,
    /// Records.
    pub(crate) records: Vec<&'p Piece>,
    /// Parameters, tables, scales.
    pub(crate) tables: Vec<&'p Piece>,
    /// Calendars.
    pub(crate) calendars: Vec<&'p Piece>,
}

/// The program without decisions. A broken piece leaves an empty one in its place, so that the ids of the others hold; such a program is only for checks.
pub(crate) fn context(parts: &Parts<'_>) -> Program {
    let (policy, title) = parts.head.clone();
    let source = |piece: &&Piece| match piece {
        Piece::Source(it) => it.clone(),
        _ => Source {
            name: String::new(),
            kind: String::new(),
            title: Labels::default(),
            number: String::new(),
            since: None,
        },
    };
    let enumeration = |piece: &&Piece| match piece {
        Piece::Enum(it) => it.clone(),
        _ => Enum { name: String::new(), labels: Labels::default(), cases: Vec::new() },
    };
    let record = |piece: &&Piece| match piece {
        Piece::Record(it) => it.clone(),
        _ => Record {
            name: String::new(),
            labels: Labels::default(),
            schema: String::new(),
            issuer: String::new(),
            fields: Vec::new(),
        },
    };
    let table = |piece: &&Piece| match piece {
        Piece::Table(it) => it.clone(),
        Piece::Scale(it) => it.table.clone(),
        _ => Table {
            name: String::new(),
            labels: Labels::default(),
            dated: false,
            keys: Vec::new(),
            ty: Type::Bool,
            versions: Vec::new(),
        },
    };
    let calendar = |piece: &&Piece| match piece {
        Piece::Calendar(it) => it.clone(),
        _ => Calendar { name: String::new(), exceptions: Default::default(), years: Vec::new() },
    };
    Program {
        policy,
        title,
        sources: parts.sources.iter().map(source).collect(),
        enums: parts.enums.iter().map(enumeration).collect(),
        records: parts.records.iter().map(record).collect(),
        tables: parts.tables.iter().map(table).collect(),
        calendars: parts.calendars.iter().map(calendar).collect(),
        decisions: Vec::new(),
    }
}

/// The program with its decisions.
pub(crate) fn with_decisions<'p>(context: &Program, pieces: impl Iterator<Item = &'p Piece>) -> Program {
    let decision = |piece: &Piece| match piece {
        Piece::Decision(it) => Some(it.clone()),
        _ => None,
    };
    Program { decisions: pieces.filter_map(decision).collect(), ..context.clone() }
}
