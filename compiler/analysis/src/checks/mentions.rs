//! Every name that a declaration mentions, without asking what it means.

use enact_base::Span;
use enact_syntax::ast::*;
use std::collections::BTreeSet;

/// The names that stand in a declaration where a declared thing could be meant, with their places.
pub(crate) fn mentions(item: &Item) -> Vec<(&str, Span)> {
    let mut out = Mentions::default();
    out.item(&item.kind);
    out.names
}

/// The names that an expression mentions.
pub(crate) fn mentioned_in<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> BTreeSet<&'a str> {
    let mut out = Mentions::default();
    exprs.into_iter().for_each(|expr| out.expr(expr));
    out.names.into_iter().map(|(name, _)| name).collect()
}

#[derive(Default)]
struct Mentions<'a> {
    names: Vec<(&'a str, Span)>,
}

impl<'a> Mentions<'a> {
    fn name(&mut self, name: &'a Name) {
        self.names.push((&name.text, name.span));
    }

    fn cites(&mut self, cites: &'a [Cite]) {
        cites.iter().for_each(|cite| self.name(&cite.source));
    }

    fn item(&mut self, kind: &'a ItemKind) {
        match kind {
            ItemKind::Record(it) => self.fields(&it.fields),
            ItemKind::Table(it) => {
                self.fields(&it.keys);
                self.ty(&it.ty);
                self.cites(&it.cites);
                it.versions.iter().for_each(|version| self.version(version));
            }
            ItemKind::Scale(it) => self.scale(it),
            ItemKind::Calendar(it) => it.years.iter().for_each(|year| self.cites(&year.cites)),
            ItemKind::Define(it) => {
                self.fields(&it.params);
                it.ty.iter().for_each(|ty| self.ty(ty));
                self.cites(&it.cites);
                self.body(&it.body);
            }
            ItemKind::Decision(it) => self.decision(it),
            ItemKind::Test(it) => {
                self.name(&it.decision);
                it.inputs.iter().for_each(|(_, value)| self.expr(value));
                it.expect.outputs.iter().for_each(|(_, value)| self.expr(value));
            }
            ItemKind::Property(it) => {
                self.name(&it.decision);
                self.expr(&it.body);
            }
            ItemKind::NotCoded(it) => self.cites(&it.cites),
            ItemKind::Policy(_) | ItemKind::Import(_) | ItemKind::Source(_) | ItemKind::Enum(_) | ItemKind::Error => {}
        }
    }

    fn fields(&mut self, fields: &'a [Field]) {
        fields.iter().for_each(|field| self.ty(&field.ty));
    }

    fn ty(&mut self, ty: &'a TypeRef) {
        match &ty.kind {
            TypeKind::Named(name) => self.name(name),
            TypeKind::Optional(inner) => self.ty(inner),
            TypeKind::List { element, .. } => self.ty(element),
            TypeKind::Int(range)
            | TypeKind::Rate(range)
            | TypeKind::Decimal { range, .. }
            | TypeKind::Money { range, .. } => {
                range.iter().for_each(|range| [&range.lo, &range.hi].into_iter().for_each(|end| self.expr(end)));
            }
            TypeKind::Bool | TypeKind::Date | TypeKind::Text { .. } | TypeKind::Error => {}
        }
    }

    fn version(&mut self, version: &'a TableVersion) {
        self.cites(&version.cites);
        match &version.body {
            TableBody::Unknown => {}
            TableBody::Single(value) => self.expr(value),
            TableBody::Rows(rows) => {
                for row in rows {
                    row.patterns.iter().for_each(|it| self.pattern(it));
                    self.expr(&row.value);
                    self.cites(&row.cites);
                }
            }
            TableBody::Grid { columns, rows } => {
                columns.iter().for_each(|it| self.pattern(it));
                for row in rows {
                    row.patterns.iter().for_each(|it| self.pattern(it));
                    row.cells.iter().for_each(|it| self.expr(it));
                }
            }
        }
    }

    fn scale(&mut self, scale: &'a Scale) {
        self.ty(&scale.key.ty);
        self.cites(&scale.cites);
        for version in &scale.versions {
            self.cites(&version.cites);
            for bracket in &version.brackets {
                bracket.to.iter().chain([&bracket.rate]).chain(&bracket.less).for_each(|it| self.expr(it));
            }
        }
    }

    fn decision(&mut self, decision: &'a Decision) {
        self.fields(&decision.inputs);
        decision.as_of.iter().for_each(|it| self.expr(it));
        for statement in &decision.statements {
            match &statement.kind {
                StatementKind::Require(it) => {
                    self.cites(&it.cites);
                    it.when.iter().for_each(|it| self.expr(it));
                    self.body(&it.body);
                }
                StatementKind::Let(it) => {
                    it.ty.iter().for_each(|ty| self.ty(ty));
                    self.cites(&it.cites);
                    self.body(&it.body);
                }
                StatementKind::Output(it) => {
                    self.ty(&it.ty);
                    self.cites(&it.cites);
                    it.when.iter().for_each(|it| self.expr(it));
                    self.body(&it.body);
                }
                StatementKind::Tally(it) => self.tally(it),
                StatementKind::Error => {}
            }
        }
    }

    fn tally(&mut self, tally: &'a Tally) {
        match &tally.kind {
            TallyKind::Total(ty) => self.ty(ty),
            TallyKind::Limit(most) => most.iter().for_each(|it| self.expr(it)),
            TallyKind::Budget(most) => self.expr(most),
        }
        for part in &tally.key {
            if let KeyPart::Value(value) = part {
                self.expr(value);
            }
        }
        self.cites(&tally.cites);
    }

    fn body(&mut self, body: &'a RuleBody) {
        self.expr(&body.general);
        for exception in &body.exceptions {
            self.expr(&exception.when);
            self.expr(&exception.value);
            self.cites(&exception.cites);
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        match &pattern.kind {
            PatternKind::Value(value) | PatternKind::Compare(_, value) => self.expr(value),
            PatternKind::Range(lo, hi) => [lo, hi].into_iter().for_each(|it| self.expr(it)),
            PatternKind::Or(parts) => parts.iter().for_each(|it| self.pattern(it)),
            PatternKind::Any | PatternKind::Error => {}
        }
    }

    fn binder(&mut self, binder: &'a Binder) {
        [Some(&binder.list), binder.filter.as_ref(), binder.by.as_ref()]
            .into_iter()
            .flatten()
            .for_each(|it| self.expr(it));
    }

    /// The depth of the recursion is that of the expression, which the parser bounds.
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Name(name) | ExprKind::Before(name) => self.name(name),
            ExprKind::Call(name, args) => {
                self.name(name);
                args.iter().for_each(|it| self.expr(it));
            }
            ExprKind::Field(it, _)
            | ExprKind::FieldMissing(it)
            | ExprKind::Unary(_, it)
            | ExprKind::IsPresent(it)
            | ExprKind::IsAbsent(it) => {
                self.expr(it);
            }
            ExprKind::Round { value, .. } => self.expr(value),
            ExprKind::At(a, b) | ExprKind::Range(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Otherwise(a, b) => {
                [a, b].into_iter().for_each(|it| self.expr(it));
            }
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|it| self.expr(it)),
            ExprKind::Match(it, arms) => {
                self.expr(it);
                for arm in arms {
                    self.pattern(&arm.pattern);
                    self.expr(&arm.value);
                }
            }
            ExprKind::Aggregate { body, binder, .. } | ExprKind::Comprehension { body, binder } => {
                self.expr(body);
                self.binder(binder);
            }
            ExprKind::List(parts) => parts.iter().for_each(|it| self.expr(it)),
            ExprKind::Record(name, fields) => {
                name.iter().for_each(|name| self.name(name));
                fields.iter().for_each(|(_, value)| self.expr(value));
            }
            ExprKind::Error
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Date(_)
            | ExprKind::Text(_)
            | ExprKind::Absent
            | ExprKind::Today => {}
        }
    }
}
