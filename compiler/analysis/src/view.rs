//! What the elaboration of one declaration may see of the others: names, signatures, trees. Each look is remembered by the database, so that only what was looked at is looked at again.

use crate::checks::privacy;
use crate::checks::schema_fit::Read;
use crate::db::{self, Db, Project};
use crate::elaborate::Piece;
use crate::elaborate::table::Scale;
use crate::items::ItemId;
use crate::scope::Kind;
use crate::signature::{Catalog, Signature, TableSignature};
use enact_ir::{
    Calendar, CalendarId, Decision, Declarations, Enum, EnumId, Record, RecordId, Source, Table, TableId, Type,
};
use enact_syntax::ast::Item;

/// A project as one declaration sees it.
#[derive(Clone, Copy)]
pub(crate) struct View<'w> {
    db: &'w dyn Db,
    project: Project,
}

impl<'w> View<'w> {
    pub(crate) fn new(db: &'w dyn Db, project: Project) -> Self {
        Self { db, project }
    }

    fn catalog(self) -> &'w Catalog {
        db::catalog(self.db, self.project)
    }

    fn signature(self, id: &ItemId) -> &'w Signature {
        db::signature(self.db, self.project, id.clone())
    }

    fn kind(self, id: &ItemId) -> Kind {
        db::declared(self.db, self.project, id.clone()).kind
    }

    /// The tree of a declaration.
    pub(crate) fn item(self, id: &ItemId) -> &'w Item {
        &db::parsed_item(self.db, self.project, id.clone()).item
    }

    /// Its text.
    pub(crate) fn text(self, id: &ItemId) -> &'w str {
        db::item_text(self.db, self.project, id.clone())
    }

    /// What a name may mean where a declaration stands.
    pub(crate) fn resolve(self, home: &ItemId, name: &str) -> Vec<ItemId> {
        self.project.names(self.db).resolve(home.file, name)
    }

    /// Every declared name that is seen there.
    pub(crate) fn visible(self, home: &ItemId) -> Vec<(String, ItemId)> {
        self.project.names(self.db).visible(home.file)
    }

    /// The module of a declaration.
    pub(crate) fn module(self, id: &ItemId) -> &'w str {
        self.project.names(self.db).module(id.file)
    }

    /// What a declaration is called, with its article.
    pub(crate) fn kind_of(self, id: &ItemId) -> &'static str {
        self.kind(id).described()
    }

    /// Whether it may stand for a value by its bare name.
    pub(crate) fn is_value(self, id: &ItemId) -> bool {
        matches!(self.kind(id), Kind::Parameter | Kind::Define | Kind::Table)
    }

    /// Whether it may be called.
    pub(crate) fn is_callable(self, id: &ItemId) -> bool {
        matches!(self.kind(id), Kind::Parameter | Kind::Table | Kind::Define | Kind::Scale)
    }

    /// Whether it is a decision.
    pub(crate) fn is_decision(self, id: &ItemId) -> bool {
        self.kind(id) == Kind::Decision
    }

    /// The type that a declaration is.
    pub(crate) fn type_of(self, id: &ItemId) -> Option<Type> {
        let place = self.catalog().place(id)?;
        match self.kind(id) {
            Kind::Enum => Some(Type::Enum(EnumId(place))),
            Kind::Record => Some(Type::Record(RecordId(place))),
            _ => None,
        }
    }

    /// The enum that a declaration is.
    pub(crate) fn enum_id(self, id: &ItemId) -> Option<EnumId> {
        match self.type_of(id) {
            Some(Type::Enum(id)) => Some(id),
            _ => None,
        }
    }

    /// Whether a declaration stands before another of its kind in the order of the project.
    pub(crate) fn is_before(self, id: &ItemId, other: &ItemId) -> bool {
        self.catalog().place(id) < self.catalog().place(other)
    }

    /// The calendar that a declaration is.
    pub(crate) fn calendar_id(self, id: &ItemId) -> Option<CalendarId> {
        (self.kind(id) == Kind::Calendar).then(|| self.catalog().place(id).map(CalendarId)).flatten()
    }

    /// The place of a source.
    pub(crate) fn source_place(self, id: &ItemId) -> Option<u32> {
        (self.kind(id) == Kind::Source).then(|| self.catalog().place(id)).flatten()
    }

    /// An enum by its place.
    pub(crate) fn enum_of(self, id: EnumId) -> Option<&'w Enum> {
        match self.signature(self.catalog().enums.get(id.0 as usize)?) {
            Signature::Enum(it) => Some(it),
            _ => None,
        }
    }

    /// A record by its place.
    pub(crate) fn record_of(self, id: RecordId) -> Option<&'w Record> {
        match self.signature(self.catalog().records.get(id.0 as usize)?) {
            Signature::Record(it) => Some(it),
            _ => None,
        }
    }

    /// Whether the declaration of a record has a field of this name, even if the field is broken.
    pub(crate) fn declares_field(self, ty: &Type, field: &str) -> bool {
        let Type::Record(id) = ty else { return false };
        let declared = self.catalog().records.get(id.0 as usize).map(|id| &self.item(id).kind);
        match declared {
            Some(enact_syntax::ast::ItemKind::Record(record)) => record.fields.iter().any(|it| it.name.text == field),
            _ => false,
        }
    }

    /// The name of a table by its place.
    pub(crate) fn table_name(self, id: TableId) -> Option<String> {
        let id = self.catalog().tables.get(id.0 as usize)?;
        Some(db::declared(self.db, self.project, id.clone()).name.clone())
    }

    /// Keys and type of a parameter, table or scale; `None` where its own declaration is broken.
    pub(crate) fn table(self, id: &ItemId) -> Option<&'w TableSignature> {
        match self.signature(id) {
            Signature::Table(it) => Some(it),
            Signature::Scale(it, _) => Some(it),
            _ => None,
        }
    }

    /// The brackets of a scale.
    pub(crate) fn scale(self, id: &ItemId) -> Option<&'w Scale> {
        match self.signature(id) {
            Signature::Scale(_, it) => Some(it),
            _ => None,
        }
    }

    /// Names and types of the parameters of a define.
    pub(crate) fn define(self, id: &ItemId) -> Option<&'w Vec<(String, Type)>> {
        match self.signature(id) {
            Signature::Define(it) => Some(it),
            _ => None,
        }
    }

    /// A decision, without what its rules say.
    pub(crate) fn decision(self, id: &ItemId) -> Option<&'w Decision> {
        match self.signature(id) {
            Signature::Decision(it) => Some(it),
            _ => None,
        }
    }

    /// Whether nothing is wrong with a define by itself, nor with what it uses.
    pub(crate) fn is_sound(self, id: &ItemId) -> bool {
        let elaborated = db::elaborated(self.db, self.project, id.clone());
        elaborated.diagnostics.is_empty() && matches!(elaborated.piece, Piece::Define(_))
    }

    /// What a define does with facts, by [`privacy`].
    pub(crate) fn summary(self, id: &ItemId, mode: privacy::Mode) -> &'w privacy::Summary {
        db::summary(self.db, self.project, id.clone(), mode)
    }

    /// Whether a define needs itself.
    pub(crate) fn is_circular(self, id: &ItemId) -> bool {
        db::circle(self.db, self.project, id.clone()).is_some()
    }

    /// The names of the others in the circle of a define; `None` where another one of the circle is the one to be reported.
    pub(crate) fn circle(self, id: &ItemId) -> Option<Vec<String>> {
        let circle = db::circle(self.db, self.project, id.clone()).as_ref()?;
        let order = self.project.names(self.db).reachable(&[id.file]);
        let place = |id: &ItemId| order.iter().position(|(_, it)| it == id);
        if circle.iter().any(|other| place(other) < place(id)) {
            return None;
        }
        let name = |id: &ItemId| format!("`{}`", db::declared(self.db, self.project, id.clone()).name);
        Some(circle.iter().map(name).collect())
    }

    /// The schema that a record names.
    pub(crate) fn schema(self, path: &str) -> Read<'w> {
        db::schema(self.db, self.project, path.to_owned()).as_ref().map_err(Vec::as_slice)
    }

    fn piece(self, id: Option<&ItemId>) -> Option<&'w Piece> {
        Some(&db::elaborated(self.db, self.project, id?.clone()).piece)
    }

    /// A type of which the schema may know ranges and bounds that the field does not declare.
    pub(crate) fn ranged(self, schema: &str, path: &[String], whole: bool, ty: Type) -> Type {
        match self.schema(schema) {
            Ok(schema) => crate::supply::ranged(&schema.shape, path, whole, ty),
            Err(_) => ty,
        }
    }
}

impl Declarations for View<'_> {
    fn source(&self, place: u32) -> Option<&Source> {
        match self.piece(self.catalog().sources.get(place as usize))? {
            Piece::Source(it) => Some(it),
            _ => None,
        }
    }

    fn enum_of(&self, id: EnumId) -> Option<&Enum> {
        (*self).enum_of(id)
    }

    fn record_of(&self, id: RecordId) -> Option<&Record> {
        (*self).record_of(id)
    }

    fn table_of(&self, id: TableId) -> Option<&Table> {
        match self.piece(self.catalog().tables.get(id.0 as usize))? {
            Piece::Table(it) => Some(it),
            Piece::Scale(it) => Some(&it.table),
            _ => None,
        }
    }

    fn calendar_of(&self, id: CalendarId) -> Option<&Calendar> {
        match self.piece(self.catalog().calendars.get(id.0 as usize))? {
            Piece::Calendar(it) => Some(it),
            _ => None,
        }
    }
}
