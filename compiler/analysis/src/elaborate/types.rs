//! Types as written become types of the IR; enums, records, sources and citations with them.

use super::coerce::Place;
use super::{Elaborator, Piece, labels};
use crate::items::ItemId;
use crate::number::{self, UNBOUNDED};
use crate::view::View;
use enact_base::{Code, Diagnostic, Span, nearest};
use enact_ir::{Cite, Encoding, Field, NumberKind, NumberType, Type};
use enact_syntax::ast::{self, ItemKind, TypeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Digits after the point of a rate that is read: `12.3456%`.
const RATE_SCALE: u8 = 6;
/// Digits after the point of money: whole fen.
const MONEY_SCALE: u8 = 2;
/// Characters of a text without a bound of its own.
const TEXT_MAX: u32 = 1000;
/// Most digits after the point.
const MOST_PLACES: u8 = 18;

/// What a reader calls a value of the type.
pub(crate) fn describe(view: View<'_>, ty: &Type) -> String {
    match ty {
        Type::Bool => "a truth value".to_owned(),
        Type::Number(number) => match number.kind {
            NumberKind::Int => "a whole number".to_owned(),
            NumberKind::Decimal => "a decimal number".to_owned(),
            NumberKind::Rate => "a rate".to_owned(),
            NumberKind::Money => "an amount of money".to_owned(),
        },
        Type::Date => "a date".to_owned(),
        Type::Text { .. } => "a text".to_owned(),
        Type::Enum(id) => {
            view.enum_of(*id).map_or_else(|| "a case".to_owned(), |it| format!("a case of `{}`", it.name))
        }
        Type::Record(id) => {
            view.record_of(*id).map_or_else(|| "a record".to_owned(), |it| format!("a record `{}`", it.name))
        }
        Type::Optional(inner) => format!("{} that may be absent", describe(view, inner)),
        Type::List { element, .. } => match &**element {
            Type::Record(id) => {
                view.record_of(*id).map_or_else(|| "a list".to_owned(), |it| format!("a list of `{}`", it.name))
            }
            _ => "a list".to_owned(),
        },
    }
}

/// A source; it has nothing that could be wrong.
pub(super) fn source(source: &ast::Source) -> enact_ir::Source {
    enact_ir::Source {
        name: source.name.text.clone(),
        kind: source.kind.text.clone(),
        title: labels(&source.title),
        number: source.number.as_ref().map(|it| it.text.clone()).unwrap_or_default(),
        since: source.since.as_ref().map(crate::checks::show::day_number),
    }
}

impl Elaborator<'_> {
    pub(super) fn enumeration(&mut self, declared: &ast::Enum) -> Piece {
        self.twice(declared.cases.iter().map(|case| &case.name), "case");
        let codes = declared.cases.iter().map(|case| match &case.code {
            Some(code) => (&code.text, code.span),
            None => (&case.name.text, case.name.span),
        });
        let twin = |case: &ast::EnumCase| declared.cases.iter().filter(|it| it.name.text == case.name.text).count() > 1;
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for (case, (code, span)) in declared.cases.iter().zip(codes) {
            match seen.get(code.as_str()) {
                Some(first) if case.code.is_some() || !twin(case) => {
                    let message = format!("the text \"{code}\" stands for two cases");
                    let found = Diagnostic::new(Code::DuplicateName, span, message, "a second time");
                    self.report(found.with_label(*first, "first here"));
                }
                Some(_) => {}
                None => {
                    seen.insert(code, span);
                }
            }
        }
        let case = |it: &ast::EnumCase| enact_ir::Case {
            name: it.name.text.clone(),
            code: it.code.as_ref().map_or_else(|| it.name.text.clone(), |code| code.text.clone()),
            labels: labels(&it.labels),
        };
        Piece::Enum(enact_ir::Enum {
            name: declared.name.text.clone(),
            labels: labels(&declared.labels),
            cases: declared.cases.iter().map(case).collect(),
        })
    }

    pub(super) fn record(&mut self, record: &ast::Record) -> Piece {
        self.twice(record.fields.iter().map(|field| &field.name), "field");
        if self.is_endless(record) {
            return Piece::None;
        }
        let fields =
            record.fields.iter().filter_map(|field| self.field(field, record.supply.schema.as_ref())).collect();
        Piece::Record(enact_ir::Record {
            name: record.name.text.clone(),
            labels: labels(&record.labels),
            schema: schema_path(&record.supply),
            issuer: record.supply.issuer.as_ref().map(|it| it.text.clone()).unwrap_or_default(),
            fields,
        })
    }

    /// Whether a record holds itself, through whatever others: such a record has no value that ends. Told once, at the first of the circle.
    fn is_endless(&mut self, record: &ast::Record) -> bool {
        let circle = self.circle_of(&self.home.clone());
        if let Some(others) = &circle {
            if others.iter().all(|other| self.view.is_before(&self.home, other)) {
                let message = format!("record `{}` holds itself", record.name.text);
                let found = Diagnostic::new(Code::Cycle, record.name.span, message, "never ends");
                self.report(found.with_help("hold an identifier of the other record instead"));
            }
        } else if self.nesting_of(&self.home.clone()) > enact_ir::MAX_RECORD_DEPTH {
            let message = format!("records stand more than {} levels inside each other", enact_ir::MAX_RECORD_DEPTH);
            let found = Diagnostic::new(Code::TooDeep, record.name.span, message, "too deep");
            self.report(found.with_help("hold an identifier of the other record instead"));
        }
        circle.is_some()
    }

    /// The records that a record holds directly.
    fn held(&self, id: &ItemId) -> Vec<ItemId> {
        let ItemKind::Record(record) = &self.view.item(id).kind else { return Vec::new() };
        let names = record.fields.iter().filter_map(|field| named(&field.ty));
        let found = names.flat_map(|name| self.view.resolve(id, &name.text));
        found.filter(|id| matches!(self.view.item(id).kind, ItemKind::Record(_))).collect()
    }

    /// The other records of a circle in which a record holds itself.
    fn circle_of(&self, id: &ItemId) -> Option<Vec<ItemId>> {
        let mut from: Vec<(ItemId, usize)> = vec![(id.clone(), 0)];
        let mut next = 0;
        while let Some((at, _)) = from.get(next).cloned() {
            for held in self.held(&at) {
                if held == *id {
                    let mut path = Vec::new();
                    let mut place = next;
                    while let Some((other, before)) = from.get(place).filter(|_| place > 0) {
                        path.push(other.clone());
                        place = *before;
                    }
                    return Some(path);
                }
                if !from.iter().any(|(known, _)| *known == held) {
                    from.push((held, next));
                }
            }
            next += 1;
        }
        None
    }

    /// How deep records stand inside a record, itself included; of circles further inside nothing is said.
    fn nesting_of(&self, id: &ItemId) -> usize {
        let mut level = BTreeSet::from([id.clone()]);
        let mut depth = 0;
        while !level.is_empty() && depth <= enact_ir::MAX_RECORD_DEPTH {
            depth += 1;
            level = level.iter().flat_map(|id| self.held(id)).collect();
        }
        if level.iter().any(|id| self.circle_of(id).is_some()) { 0 } else { depth }
    }

    /// A field, input or key with its type; `schema` is the schema of the record that it stands in.
    pub(super) fn field(&mut self, field: &ast::Field, schema: Option<&ast::TextLit>) -> Option<Field> {
        let path: Vec<String> = match &field.at {
            Some(at) => at.text.trim_start_matches('/').split('/').map(str::to_owned).collect(),
            None => vec![field.name.text.clone()],
        };
        let schema = field.supply.schema.as_ref().or(schema);
        let ty = self.ty(&field.ty)?;
        let ty = match schema {
            Some(schema) => self.view.ranged(&schema.text, &path, field.supply.schema.is_some(), ty),
            None => ty,
        };
        let ty = self.bounded(ty, field)?;
        let fen = matches!(unwrapped(&field.ty).kind, TypeKind::Money { fen: true, .. });
        Some(Field {
            name: field.name.text.clone(),
            labels: labels(&field.labels),
            path,
            ty,
            encoding: if fen { Encoding::Fen } else { Encoding::Standard },
            private: field.private.is_some(),
            schema: schema_path(&field.supply),
            issuer: field.supply.issuer.as_ref().map(|it| it.text.clone()).unwrap_or_default(),
        })
    }

    /// Lists need a bound: their own, or their schema's, which has been taken already. Texts have one of themselves.
    fn bounded(&mut self, ty: Type, field: &ast::Field) -> Option<Type> {
        if let Type::List { max: u32::MAX, .. } = ty.inner() {
            let message = format!("the list `{}` has no bound", field.name.text);
            let found = Diagnostic::new(Code::UnboundedList, field.ty.span, message, "how many elements at most?");
            self.report(found.with_help("write `max` and the largest number of elements after its type"));
            return None;
        }
        Some(with_text_bound(ty))
    }

    /// A type as written. Numbers without a range are unbounded, lists without a bound have `u32::MAX`: the place decides what that means.
    pub(super) fn ty(&mut self, written: &ast::TypeRef) -> Option<Type> {
        match &written.kind {
            TypeKind::Bool => Some(Type::Bool),
            TypeKind::Int(range) => self.number(NumberKind::Int, 0, range.as_ref()),
            TypeKind::Decimal { places, range } if *places <= MOST_PLACES => {
                self.number(NumberKind::Decimal, *places, range.as_ref())
            }
            TypeKind::Decimal { places, .. } => {
                let message = format!("a decimal has at most {MOST_PLACES} digits after the point, not {places}");
                self.error(Code::BadRange, written.span, message, "too many digits");
                None
            }
            TypeKind::Rate(range) => self.number(NumberKind::Rate, RATE_SCALE, range.as_ref()),
            TypeKind::Money { range, .. } => self.number(NumberKind::Money, MONEY_SCALE, range.as_ref()),
            TypeKind::Date => Some(Type::Date),
            TypeKind::Text { max } => Some(Type::Text { max: max.unwrap_or(u32::MAX) }),
            TypeKind::Named(name) => self.named_type(name),
            TypeKind::Optional(inner) => {
                if matches!(inner.kind, TypeKind::Optional(_)) {
                    self.error(Code::TypeMismatch, written.span, "`optional` stands twice", "once is enough");
                    return None;
                }
                Some(Type::Optional(Box::new(self.ty(inner)?)))
            }
            TypeKind::List { element, max } => {
                let element = Box::new(self.ty(element)?);
                if let Type::List { .. } = element.inner() {
                    let found = Diagnostic::new(
                        Code::TypeMismatch,
                        written.span,
                        "a list cannot hold lists",
                        "a list of lists",
                    );
                    self.report(found.with_help("declare a record with a field for the inner list, and hold that"));
                    return None;
                }
                Some(Type::List { element, max: max.unwrap_or(u32::MAX) })
            }
            TypeKind::Error => None,
        }
    }

    fn number(&mut self, kind: NumberKind, scale: u8, range: Option<&ast::RangeLit>) -> Option<Type> {
        let open = NumberType { kind, scale, lo: -UNBOUNDED, hi: UNBOUNDED };
        let Some(range) = range else { return Some(Type::Number(open)) };
        let lo = self.end(&range.lo, open)?;
        let hi = self.end(&range.hi, open)?;
        if lo > hi {
            let span = range.lo.span.to(range.hi.span);
            let found = Diagnostic::new(Code::BadRange, span, "the range ends before it begins", "nothing lies in it");
            self.report(found.with_help("write the lowest value first"));
            return None;
        }
        if lo <= -UNBOUNDED || hi >= UNBOUNDED {
            let span = range.lo.span.to(range.hi.span);
            self.error(Code::BadRange, span, "the range is too wide", "beyond what is calculated with");
            return None;
        }
        Some(Type::Number(NumberType { lo, hi, ..open }))
    }

    fn end(&mut self, end: &ast::Expr, ty: NumberType) -> Option<i128> {
        let made = self.constant_expr(end, &Type::Number(ty), Place::Fixed, "the end of the range")?;
        number::known(&made)
    }

    pub(super) fn not_constant(&mut self, span: Span) {
        let found = Diagnostic::new(Code::NotConstant, span, "a constant is needed here", "depends on something");
        self.report(found.with_help("write the figure itself"));
    }

    fn named_type(&mut self, name: &ast::Name) -> Option<Type> {
        let found = self.view.resolve(&self.home, &name.text);
        let types = found.iter().filter_map(|id| self.view.type_of(id)).collect::<Vec<_>>();
        match (types.as_slice(), found.as_slice()) {
            ([ty], [_]) => Some(ty.clone()),
            ([_, ..], _) => {
                self.ambiguous(name, &found);
                None
            }
            ([], []) => {
                let known = self.view.visible(&self.home);
                let types =
                    known.iter().filter(|(_, id)| self.view.type_of(id).is_some()).map(|(name, _)| name.as_str());
                let found = Diagnostic::new(
                    Code::UnknownType,
                    name.span,
                    format!("there is no type `{}`", name.text),
                    "not declared",
                );
                let found = super::name::meant(found, name, nearest(&name.text, types));
                self.report(found);
                None
            }
            ([], [id, ..]) => {
                let message = format!("`{}` is {}, not a type", name.text, self.view.kind_of(id));
                self.error(Code::WrongKindOfName, name.span, message, "an enum or a record is needed here");
                None
            }
        }
    }

    /// Citations with their sources found.
    pub(super) fn cites(&mut self, cites: &[ast::Cite]) -> Vec<Cite> {
        cites.iter().filter_map(|cite| self.cite(cite)).collect()
    }

    fn cite(&mut self, cite: &ast::Cite) -> Option<Cite> {
        let name = &cite.source;
        let found = self.view.resolve(&self.home, &name.text);
        let mut sources = found.iter().filter_map(|id| self.view.source_place(id));
        let Some(source) = sources.next() else {
            let found = match found.first() {
                Some(id) => {
                    let message = format!("`{}` is {}, not a source", name.text, self.view.kind_of(id));
                    Diagnostic::new(Code::WrongKindOfName, name.span, message, "a source is needed here")
                }
                None => {
                    let known = self.view.visible(&self.home);
                    let sources = known
                        .iter()
                        .filter(|(_, id)| self.view.source_place(id).is_some())
                        .map(|(name, _)| name.as_str());
                    let message = format!("there is no source `{}`", name.text);
                    let found = Diagnostic::new(Code::UnknownSource, name.span, message, "not declared");
                    super::name::meant(found, name, nearest(&name.text, sources))
                }
            };
            self.report(found);
            return None;
        };
        let parts = cite.parts.iter().map(|part| (part.kind.text.clone(), part.value.clone())).collect();
        Some(Cite { source, parts })
    }

    /// Reports names that stand twice where each must be there once.
    pub(super) fn twice<'n>(&mut self, names: impl IntoIterator<Item = &'n ast::Name>, what: &str) {
        let mut seen: BTreeMap<&str, &ast::Name> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.get(name.text.as_str()) {
                let message = format!("the {what} `{}` is declared twice", name.text);
                let first = first.span;
                self.report(
                    Diagnostic::new(Code::DuplicateName, name.span, message, "a second time")
                        .with_label(first, "first here"),
                );
            } else {
                seen.insert(&name.text, name);
            }
        }
    }
}

/// The type with a bound for texts that have none.
fn with_text_bound(ty: Type) -> Type {
    match ty {
        Type::Text { max: u32::MAX } => Type::Text { max: TEXT_MAX },
        Type::Optional(inner) => Type::Optional(Box::new(with_text_bound(*inner))),
        Type::List { element, max } => Type::List { element: Box::new(with_text_bound(*element)), max },
        other => other,
    }
}

fn unwrapped(ty: &ast::TypeRef) -> &ast::TypeRef {
    match &ty.kind {
        TypeKind::Optional(inner) => unwrapped(inner),
        _ => ty,
    }
}

fn named(ty: &ast::TypeRef) -> Option<&ast::Name> {
    match &ty.kind {
        TypeKind::Named(name) => Some(name),
        TypeKind::Optional(inner) | TypeKind::List { element: inner, .. } => named(inner),
        _ => None,
    }
}

fn schema_path(supply: &ast::Supply) -> String {
    supply.schema.as_ref().map(|it| it.text.clone()).unwrap_or_default()
}
