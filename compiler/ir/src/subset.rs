//! The part of a program that some of its declarations need, renumbered: so that one decision can be judged, hashed or compiled by itself.

use crate::{
    Calendar, CalendarId, Cite, Decision, Enum, EnumId, ExceptionInfo, Expr, ExprKind, Field, Op, Program, Record,
    RecordId, Row, Rule, Source, Table, TableId, Type, Version,
};
use std::collections::BTreeMap;

/// Whatever knows declarations by their ids.
pub trait Declarations {
    /// A source, by its place.
    fn source(&self, place: u32) -> Option<&Source>;
    /// An enum.
    fn enum_of(&self, id: EnumId) -> Option<&Enum>;
    /// A record.
    fn record_of(&self, id: RecordId) -> Option<&Record>;
    /// A parameter or table.
    fn table_of(&self, id: TableId) -> Option<&Table>;
    /// A calendar.
    fn calendar_of(&self, id: CalendarId) -> Option<&Calendar>;
}

impl Declarations for Program {
    fn source(&self, place: u32) -> Option<&Source> {
        self.sources.get(place as usize)
    }

    fn enum_of(&self, id: EnumId) -> Option<&Enum> {
        self.enum_of(id)
    }

    fn record_of(&self, id: RecordId) -> Option<&Record> {
        self.record_of(id)
    }

    fn table_of(&self, id: TableId) -> Option<&Table> {
        self.table_of(id)
    }

    fn calendar_of(&self, id: CalendarId) -> Option<&Calendar> {
        self.calendar_of(id)
    }
}

impl Program {
    /// The program with these decisions alone and what they need. Names that are no decision's are left out.
    pub fn only(&self, decisions: &[&str]) -> Program {
        let kept: Vec<&Decision> = decisions.iter().filter_map(|name| self.decision(name)).collect();
        let mut first = Subset::new(self);
        for decision in &kept {
            first.decision(decision);
        }
        // Of two figures that are not known the first table's is told: the tables keep their order.
        let mut subset = Subset::new(self);
        for id in first.tables.keys() {
            subset.lookup(TableId(*id));
        }
        let kept = kept.into_iter().map(|it| subset.decision(it)).collect();
        Program { policy: self.policy.clone(), title: self.title.clone(), decisions: kept, ..subset.finish() }
    }
}

/// A program in the making. What is put in comes back with the ids that hold in the new program; an id that `from` does not know becomes one that the new program does not know either.
pub struct Subset<'a> {
    from: &'a dyn Declarations,
    program: Program,
    sources: BTreeMap<u32, u32>,
    enums: BTreeMap<u32, u32>,
    records: BTreeMap<u32, u32>,
    tables: BTreeMap<u32, u32>,
    calendars: BTreeMap<u32, u32>,
}

/// The new id of a declaration that is put in for the first time; no program has as many as `u32::MAX`.
fn next<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

impl<'a> Subset<'a> {
    /// Nothing yet.
    pub fn new(from: &'a dyn Declarations) -> Self {
        let none = BTreeMap::new;
        let program = Program::default();
        Self { from, program, sources: none(), enums: none(), records: none(), tables: none(), calendars: none() }
    }

    /// What has been put in and what that needs, without decisions.
    pub fn finish(self) -> Program {
        self.program
    }

    fn source(&mut self, id: u32) -> u32 {
        if let Some(known) = self.sources.get(&id) {
            return *known;
        }
        let Some(source) = self.from.source(id) else { return u32::MAX };
        let new = next(&self.program.sources);
        self.sources.insert(id, new);
        self.program.sources.push(source.clone());
        new
    }

    fn enumeration(&mut self, id: EnumId) -> EnumId {
        if let Some(known) = self.enums.get(&id.0) {
            return EnumId(*known);
        }
        let Some(declared) = self.from.enum_of(id) else { return EnumId(u32::MAX) };
        let new = next(&self.program.enums);
        self.enums.insert(id.0, new);
        self.program.enums.push(declared.clone());
        EnumId(new)
    }

    /// A record; its place is taken before its fields are looked at.
    fn record(&mut self, id: RecordId) -> RecordId {
        if let Some(known) = self.records.get(&id.0) {
            return RecordId(*known);
        }
        let Some(declared) = self.from.record_of(id) else { return RecordId(u32::MAX) };
        let new = next(&self.program.records);
        self.records.insert(id.0, new);
        self.program.records.push(Record { fields: Vec::new(), ..declared.clone() });
        let fields = declared.fields.iter().map(|field| self.field(field)).collect();
        if let Some(record) = self.program.records.get_mut(new as usize) {
            record.fields = fields;
        }
        RecordId(new)
    }

    fn calendar(&mut self, id: CalendarId) -> CalendarId {
        if let Some(known) = self.calendars.get(&id.0) {
            return CalendarId(*known);
        }
        let Some(declared) = self.from.calendar_of(id) else { return CalendarId(u32::MAX) };
        let new = next(&self.program.calendars);
        self.calendars.insert(id.0, new);
        self.program.calendars.push(declared.clone());
        CalendarId(new)
    }

    fn lookup(&mut self, id: TableId) -> TableId {
        if let Some(known) = self.tables.get(&id.0) {
            return TableId(*known);
        }
        let Some(declared) = self.from.table_of(id) else { return TableId(u32::MAX) };
        let table = self.table(declared);
        let new = next(&self.program.tables);
        self.tables.insert(id.0, new);
        self.program.tables.push(table);
        TableId(new)
    }

    /// A table by itself; it is not made part of the new program.
    pub fn table(&mut self, table: &Table) -> Table {
        let row = |all: &mut Self, row: &Row| Row { cites: all.cites(&row.cites), ..row.clone() };
        let version = |all: &mut Self, version: &Version| Version {
            from: version.from,
            until: version.until,
            cites: all.cites(&version.cites),
            rows: version.rows.as_ref().map(|rows| rows.iter().map(|it| row(all, it)).collect()),
        };
        Table {
            name: table.name.clone(),
            labels: table.labels.clone(),
            dated: table.dated,
            keys: table.keys.iter().map(|key| self.ty(key)).collect(),
            ty: self.ty(&table.ty),
            versions: table.versions.iter().map(|it| version(self, it)).collect(),
        }
    }

    /// A type.
    pub fn ty(&mut self, ty: &Type) -> Type {
        match ty {
            Type::Enum(id) => Type::Enum(self.enumeration(*id)),
            Type::Record(id) => Type::Record(self.record(*id)),
            Type::Optional(inner) => Type::Optional(Box::new(self.ty(inner))),
            Type::List { element, max } => Type::List { element: Box::new(self.ty(element)), max: *max },
            Type::Bool | Type::Number(_) | Type::Date | Type::Text { .. } => ty.clone(),
        }
    }

    /// A field or input.
    pub fn field(&mut self, field: &Field) -> Field {
        Field { ty: self.ty(&field.ty), ..field.clone() }
    }

    fn cites(&mut self, cites: &[Cite]) -> Vec<Cite> {
        cites.iter().map(|cite| Cite { source: self.source(cite.source), parts: cite.parts.clone() }).collect()
    }

    /// A decision. It is not made part of the new program.
    pub fn decision(&mut self, decision: &Decision) -> Decision {
        let mut new = decision.clone();
        new.inputs.iter_mut().for_each(|it| *it = self.field(it));
        new.bindings.iter_mut().for_each(|it| it.value = self.expr(&it.value));
        for it in &mut new.requirements {
            it.cites = self.cites(&it.cites);
            it.condition = self.expr(&it.condition);
        }
        for it in &mut new.outputs {
            it.cites = self.cites(&it.cites);
            it.when = it.when.as_ref().map(|when| self.expr(when));
            it.value = self.expr(&it.value);
        }
        new.rules.iter_mut().for_each(|it| *it = self.rule(it));
        for it in &mut new.ledger {
            it.cites = self.cites(&it.cites);
            it.key = self.exprs(&it.key);
        }
        new
    }

    fn rule(&mut self, rule: &Rule) -> Rule {
        let exception =
            |it: &ExceptionInfo, all: &mut Self| ExceptionInfo { cites: all.cites(&it.cites), ..it.clone() };
        Rule { name: rule.name.clone(), exceptions: rule.exceptions.iter().map(|it| exception(it, self)).collect() }
    }

    fn operation(&mut self, op: Op) -> Op {
        match op {
            Op::IsWorkingDay(id) => Op::IsWorkingDay(self.calendar(id)),
            Op::NextWorkingDay(id) => Op::NextWorkingDay(self.calendar(id)),
            Op::AddWorkingDays(id) => Op::AddWorkingDays(self.calendar(id)),
            Op::WorkingDaysBetween(id) => Op::WorkingDaysBetween(self.calendar(id)),
            other => other,
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Vec<Expr> {
        exprs.iter().map(|it| self.expr(it)).collect()
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    /// An expression. The depth of the recursion is that of the expression, which is bounded where it is made.
    pub fn expr(&mut self, expr: &Expr) -> Expr {
        let kind = match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Today => expr.kind.clone(),
            ExprKind::Op(op, args) => ExprKind::Op(self.operation(*op), self.exprs(args)),
            ExprKind::Let(local, value, body) => ExprKind::Let(*local, self.boxed(value), self.boxed(body)),
            ExprKind::If(a, b, c) => ExprKind::If(self.boxed(a), self.boxed(b), self.boxed(c)),
            ExprKind::Choose { rule, exceptions, general } => ExprKind::Choose {
                rule: *rule,
                exceptions: exceptions.iter().map(|(when, value)| (self.expr(when), self.expr(value))).collect(),
                general: self.boxed(general),
            },
            ExprKind::Field(record, place) => ExprKind::Field(self.boxed(record), *place),
            ExprKind::Record(fields) => ExprKind::Record(self.exprs(fields)),
            ExprKind::List(elements) => ExprKind::List(self.exprs(elements)),
            ExprKind::Lookup { table, keys, date } => ExprKind::Lookup {
                table: self.lookup(*table),
                keys: self.exprs(keys),
                date: date.as_ref().map(|date| self.boxed(date)),
            },
            ExprKind::Each { form, list, element, before, filter, sort, body } => ExprKind::Each {
                form: *form,
                list: self.boxed(list),
                element: *element,
                before: *before,
                filter: filter.as_ref().map(|it| self.boxed(it)),
                sort: sort.as_ref().map(|(key, descending)| (self.boxed(key), *descending)),
                body: self.boxed(body),
            },
        };
        Expr { ty: self.ty(&expr.ty), kind }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{DECISION, sample};
    use crate::{interp, verify};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decision_by_itself_decides_the_same(choices in prop::collection::vec(any::<u32>(), 200..700)) {
            let sample = sample(&choices);
            let program = &sample.program;
            let alone = verify(program.only(&[DECISION])).expect("a part of a valid program is valid");
            for facts in [&sample.known, &sample.hidden] {
                let decide = |program| interp::decide(program, DECISION, facts, sample.today).to_json(program);
                prop_assert_eq!(decide(program), decide(&alone));
            }
            prop_assert_eq!(alone.only(&[DECISION]), (*alone).clone());
            prop_assert!(program.only(&[]).tables.is_empty());
        }
    }
}
