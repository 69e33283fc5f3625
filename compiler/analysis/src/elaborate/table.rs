//! Parameters, tables, scales and calendars: constants by keys and dates.

use super::coerce::Place;
use super::join::{hull, joined};
use super::{Elaborator, Piece};
use crate::checks::show::day_number;
use crate::number::{self, TooLarge, UNBOUNDED};
use enact_base::{Code, Span};
use enact_ir::{Expr, ExprKind, NumberKind, NumberType, Op, Pattern, Row, Table, Type, Value, Version};
use enact_syntax::ast::{self, DateLit, TableBody};

/// A scale: which of its versions is in force is a table without keys, whose value is the version's number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    /// The versions by date.
    pub(crate) table: Table,
    /// Name of the amount that is divided.
    pub(crate) key_name: String,
    /// Its type.
    pub(crate) key: Type,
    /// The known versions in order.
    pub(crate) versions: Vec<Brackets>,
}

/// The brackets of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brackets {
    /// Upper edge, of the key's type, and rate, from the lowest. The last has no edge.
    pub(crate) parts: Vec<(Option<Expr>, Expr)>,
}

impl Brackets {
    /// Of each bracket the part of the amount that is inside, times its rate.
    pub(crate) fn value(&self, amount: &Expr) -> number::Made {
        let ty = number::type_of(amount).ok_or(TooLarge)?;
        let nothing = number::constant(ty.kind, ty.scale, 0);
        let mut lower = nothing.clone();
        let mut total: Option<Expr> = None;
        let rates =
            self.parts.iter().filter_map(|(_, rate)| number::type_of(rate)).map(|it| it.scale).max().unwrap_or(0);
        for (upper, rate) in &self.parts {
            let below = match upper {
                Some(upper) => number::extreme(Op::Min, ty.kind, amount.clone(), upper.clone())?,
                None => amount.clone(),
            };
            let inside = number::sum(Op::Sub, ty.kind, below, lower.clone())?;
            let inside = number::extreme(Op::Max, ty.kind, inside, nothing.clone())?;
            let rate = number::to_scale(rate.clone(), rates)?;
            let kind = if ty.kind == NumberKind::Money { NumberKind::Money } else { NumberKind::Decimal };
            let part = number::product(kind, inside, rate)?;
            total = Some(match total {
                Some(before) => number::sum(Op::Add, kind, before, part)?,
                None => part,
            });
            if let Some(upper) = upper {
                lower = upper.clone();
            }
        }
        total.ok_or(TooLarge)
    }
}

/// The first and last day of versions, each until the day before the next unless it says otherwise.
fn periods(versions: &[(Option<DateLit>, Option<DateLit>, Option<DateLit>)]) -> Vec<(i64, i64)> {
    let from = |it: &(Option<DateLit>, Option<DateLit>, Option<DateLit>)| it.0.as_ref().map_or(i64::MIN, day_number);
    let nexts = versions.iter().skip(1).map(|it| from(it).saturating_sub(1)).chain([i64::MAX]);
    versions
        .iter()
        .zip(nexts)
        .map(|(it, next)| {
            let own = match it {
                (None, _, Some(before)) => day_number(before) - 1,
                (_, Some(until), _) => day_number(until),
                _ => i64::MAX,
            };
            (from(it), own.min(next))
        })
        .collect()
}

/// A row with its value not yet of the common type.
struct Draft {
    patterns: Vec<Pattern>,
    value: Expr,
    cites: Vec<enact_ir::Cite>,
}

impl Elaborator<'_> {
    pub(super) fn table(&mut self, table: &ast::Table) -> Piece {
        self.twice(table.keys.iter().map(|it| &it.name), "key");
        let whole = self.cites(&table.cites);
        let keys: Vec<Option<Type>> = table.keys.iter().map(|key| self.field(key, None).map(|it| it.ty)).collect();
        let ty = self.ty(&table.ty);
        let (Some(keys), Some(ty)) = (keys.into_iter().collect::<Option<Vec<Type>>>(), ty) else { return Piece::None };
        let mut drafts = Vec::new();
        for version in &table.versions {
            let mut cites = self.cites(&version.cites);
            cites.extend(whole.iter().cloned());
            drafts.push((cites, self.rows(&version.body, &keys, &ty, &table.name.text)));
        }
        if !self.diagnostics.is_empty() {
            return Piece::None;
        }
        let ty = common(&ty, drafts.iter().filter_map(|(_, rows)| rows.as_ref()).flatten().map(|row| &row.value));
        let dates: Vec<_> = table.versions.iter().map(|it| (it.from, it.until, it.before)).collect();
        let periods = if table.dated { periods(&dates) } else { vec![(i64::MIN, i64::MAX); drafts.len()] };
        let mut versions = Vec::new();
        for ((from, until), (cites, rows)) in periods.into_iter().zip(drafts) {
            let rows = rows.map(|drafts| self.settle(drafts, &ty, table.name.span));
            versions.push(Version { from, until, cites, rows });
        }
        versions.sort_by_key(|it| it.from);
        let (name, labels) = (table.name.text.clone(), super::labels(&table.labels));
        Piece::Table(Table { name, labels, dated: table.dated, keys, ty, versions })
    }

    /// Values brought to the common type.
    fn settle(&mut self, drafts: Vec<Draft>, ty: &Type, span: Span) -> Vec<Row> {
        let mut rows = Vec::new();
        for draft in drafts {
            let made = self.convert(draft.value, ty, Place::Fixed).ok().and_then(|it| super::pattern::evaluated(&it));
            match made {
                Some(value) => rows.push(Row { patterns: draft.patterns, value, cites: draft.cites }),
                None => {
                    self.overflow(span);
                }
            }
        }
        rows
    }

    /// The rows of a version, a cell of a grid each; `None` where the figure is not known.
    fn rows(&mut self, body: &TableBody, keys: &[Type], ty: &Type, name: &str) -> Option<Vec<Draft>> {
        match body {
            TableBody::Unknown => None,
            TableBody::Single(value) => {
                let patterns = vec![Pattern::Any; keys.len()];
                let value = self.figure(value, ty, name);
                Some(
                    value
                        .into_iter()
                        .map(|value| Draft { patterns: patterns.clone(), value, cites: Vec::new() })
                        .collect(),
                )
            }
            TableBody::Rows(rows) => Some(rows.iter().filter_map(|row| self.row(row, keys, ty, name)).collect()),
            TableBody::Grid { columns, rows } => Some(self.grid(columns, rows, keys, ty, name)),
        }
    }

    fn figure(&mut self, value: &ast::Expr, ty: &Type, name: &str) -> Option<Expr> {
        self.constant_expr(value, ty, Place::Open, &format!("`{name}`"))
    }

    fn row(&mut self, row: &ast::TableRow, keys: &[Type], ty: &Type, name: &str) -> Option<Draft> {
        let cites = self.cites(&row.cites);
        if row.patterns.len() != keys.len() {
            let message = format!(
                "`{name}` has {}, but this row {}",
                counted(keys.len(), "key"),
                counted(row.patterns.len(), "pattern")
            );
            self.error(Code::WrongArguments, row.span, message, "one pattern for each key");
            return None;
        }
        let patterns: Vec<Option<Pattern>> =
            row.patterns.iter().zip(keys).map(|(it, ty)| self.pattern(it, ty)).collect();
        let value = self.figure(&row.value, ty, name);
        Some(Draft { patterns: patterns.into_iter().collect::<Option<_>>()?, value: value?, cites })
    }

    fn grid(
        &mut self,
        columns: &[ast::Pattern],
        rows: &[ast::GridRow],
        keys: &[Type],
        ty: &Type,
        name: &str,
    ) -> Vec<Draft> {
        let Some((last, others)) = keys.split_last() else {
            let span = columns.first().map_or(Span::default(), |it| it.span);
            self.error(Code::WrongArguments, span, format!("`{name}` has no keys for a grid"), "columns of which key?");
            return Vec::new();
        };
        let heads: Vec<Option<Pattern>> = columns.iter().map(|it| self.pattern(it, last)).collect();
        let mut drafts = Vec::new();
        for row in rows {
            if row.patterns.len() != others.len() {
                let message = format!(
                    "a row of `{name}` begins with {}, but this one with {}",
                    counted(others.len(), "pattern"),
                    row.patterns.len()
                );
                self.error(Code::WrongArguments, row.span, message, "one pattern for each key but the last");
                continue;
            }
            if row.cells.len() != columns.len() {
                let message = format!(
                    "the grid has {}, but this row {}",
                    counted(columns.len(), "column"),
                    counted(row.cells.len(), "cell")
                );
                self.error(Code::WrongArguments, row.span, message, "one cell for each column");
                continue;
            }
            let patterns: Vec<Option<Pattern>> =
                row.patterns.iter().zip(others).map(|(it, ty)| self.pattern(it, ty)).collect();
            let patterns = patterns.into_iter().collect::<Option<Vec<_>>>();
            for (cell, head) in row.cells.iter().zip(&heads) {
                let value = self.figure(cell, ty, name);
                if let (Some(patterns), Some(head), Some(value)) = (&patterns, head, value) {
                    let patterns = patterns.iter().cloned().chain([head.clone()]).collect();
                    drafts.push(Draft { patterns, value, cites: Vec::new() });
                }
            }
        }
        drafts
    }

    pub(super) fn scale(&mut self, scale: &ast::Scale) -> Piece {
        let whole = self.cites(&scale.cites);
        let Some(key) = self.field(&scale.key, None).map(|it| it.ty) else { return Piece::None };
        let Type::Number(number) = key else {
            let what = self.describe(&key);
            self.error(
                Code::TypeMismatch,
                scale.key.ty.span,
                format!("{what} is not divided into brackets"),
                "a number is needed here",
            );
            return Piece::None;
        };
        let edge = Type::Number(NumberType { lo: -UNBOUNDED, hi: UNBOUNDED, ..number });
        let dates: Vec<_> = scale.versions.iter().map(|it| (it.from, it.until, it.before)).collect();
        let mut versions = Vec::new();
        let mut brackets = Vec::new();
        for (version, (from, until)) in scale.versions.iter().zip(periods(&dates)) {
            let mut cites = self.cites(&version.cites);
            cites.extend(whole.iter().cloned());
            let rows = if version.brackets.is_empty() {
                None
            } else {
                brackets.push(self.brackets(version, &edge, &scale.name.text));
                let value = Value::Number(i128::try_from(brackets.len()).unwrap_or(i128::MAX));
                Some(vec![Row { patterns: Vec::new(), value, cites: Vec::new() }])
            };
            versions.push(Version { from, until, cites, rows });
        }
        let brackets: Option<Vec<Brackets>> = brackets.into_iter().collect();
        let Some(brackets) = brackets.filter(|_| self.diagnostics.is_empty()) else { return Piece::None };
        if brackets.is_empty() {
            self.error(
                Code::ParameterGap,
                scale.name.span,
                format!("`{}` has no brackets on any day", scale.name.text),
                "never known",
            );
            return Piece::None;
        }
        versions.sort_by_key(|it| it.from);
        let most = i128::try_from(brackets.len()).unwrap_or(i128::MAX);
        let (name, labels) = (scale.name.text.clone(), super::labels(&scale.labels));
        let table = Table { name, labels, dated: true, keys: Vec::new(), ty: super::dates::whole(1, most), versions };
        Piece::Scale(Scale { table, key_name: scale.key.name.text.clone(), key, versions: brackets })
    }

    fn brackets(&mut self, version: &ast::ScaleVersion, edge: &Type, name: &str) -> Option<Brackets> {
        let rate = Type::Number(NumberType { kind: NumberKind::Rate, scale: 0, lo: -UNBOUNDED, hi: UNBOUNDED });
        let mut parts = Vec::new();
        for bracket in &version.brackets {
            let to = bracket
                .to
                .as_ref()
                .map(|to| self.constant_expr(to, edge, Place::Fixed, &format!("an edge of `{name}`")));
            let rate = self.constant_expr(&bracket.rate, &rate, Place::Open, &format!("a rate of `{name}`"));
            // A quick deduction is checked against the brackets below; it says nothing new.
            let less =
                bracket.less.as_ref().map(|less| self.constant_expr(less, edge, Place::Fixed, "a quick deduction"));
            parts.push((to, rate, less));
        }
        let made = parts.into_iter().map(|(to, rate, less)| {
            if matches!(less, Some(None)) {
                return None;
            }
            match to {
                Some(to) => Some((Some(to?), rate?)),
                None => Some((None, rate?)),
            }
        });
        Some(Brackets { parts: made.collect::<Option<Vec<_>>>()? })
    }

    pub(super) fn calendar(&mut self, calendar: &ast::Calendar) -> Piece {
        let mut exceptions = std::collections::BTreeMap::new();
        for year in &calendar.years {
            self.cites(&year.cites);
            let off = year.off.iter().map(|it| (it, false));
            for ((first, last), works) in off.chain(year.work.iter().map(|it| (it, true))) {
                // Longer than a year, or backwards, is a finding of the checks.
                let (first, last) = (day_number(first), day_number(last));
                if (first..=last).contains(&last) && last - first <= 366 {
                    exceptions.extend((first..=last).map(|day| (day, works)));
                }
            }
        }
        let years = calendar.years.iter().map(|it| it.year).collect();
        Piece::Calendar(enact_ir::Calendar { name: calendar.name.text.clone(), exceptions, years })
    }
}

/// The type of all figures: the kind that was declared, with the digits and the range of what stands there.
fn common<'e>(declared: &Type, figures: impl Iterator<Item = &'e Expr>) -> Type {
    let mut all: Option<Expr> = None;
    let absent = |it: &&Expr| it.kind == ExprKind::Const(Value::Absent);
    for figure in figures.filter(|it| !absent(it)) {
        let ty = match &all {
            None => Some(figure.ty.clone()),
            // Both are of the declared kind, so they join; the scale is the larger, the range that of both at that scale.
            Some(before) => joined(before, figure).and_then(|ty| {
                let scaled = |it: &Expr| rescaled(&it.ty, &ty);
                Some(hull(&scaled(before)?, &scaled(figure)?))
            }),
        };
        all = ty.map(|ty| Expr { ty, kind: ExprKind::Today });
    }
    all.map_or_else(|| declared.clone(), |it| it.ty)
}

/// The type with the scale of another of its kind; optional where that is.
fn rescaled(ty: &Type, like: &Type) -> Option<Type> {
    match (ty, like) {
        (Type::Number(it), Type::Number(like)) => {
            let factor = number::power(like.scale.checked_sub(it.scale)?).ok()?;
            let (lo, hi) = (it.lo.checked_mul(factor)?, it.hi.checked_mul(factor)?);
            Some(Type::Number(NumberType { kind: like.kind, scale: like.scale, lo, hi }))
        }
        (Type::Optional(it), Type::Optional(like)) => Some(Type::Optional(Box::new(rescaled(it, like)?))),
        (it, Type::Optional(like)) => Some(Type::Optional(Box::new(rescaled(it, like)?))),
        _ => Some(like.clone()),
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
