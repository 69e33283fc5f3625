//! E0401, E0402, E0404 for tables and parameters: a case without row, rows that disagree, rows that are never reached.

use super::show;
use super::space::{Domain, Overlap, Space, TooLarge, Unreachable};
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Pattern, Program, Row, Type};
use enact_syntax::ast;

/// Checks every version of a table. `table` is what `declared` was elaborated to.
pub(crate) fn check(program: &Program, declared: &ast::Table, table: &enact_ir::Table) -> Vec<Diagnostic<Span>> {
    let keys: Vec<(String, Type)> =
        declared.keys.iter().map(|key| key.name.text.clone()).zip(table.keys.iter().cloned()).collect();
    let mut found = Vec::new();
    for version in &declared.versions {
        let from = version.from.map_or(i64::MIN, |from| show::day_number(&from));
        let rows = table.versions.iter().find(|it| it.from == from).and_then(|it| it.rows.as_ref());
        let places = places(&version.body).filter(|places| Some(places.len()) == rows.map(Vec::len));
        if let (Some(rows), Some(places)) = (rows, places) {
            let head = version.from.or(version.before).map_or(declared.name.span, |date| date.span);
            found.extend(Version { program, declared, keys: &keys, ty: &table.ty, head, rows, places }.check());
        }
    }
    found
}

/// Where each row stands; of a grid each cell is one, line by line.
fn places(body: &ast::TableBody) -> Option<Vec<Span>> {
    match body {
        ast::TableBody::Unknown | ast::TableBody::Single(_) => None,
        ast::TableBody::Rows(rows) => Some(rows.iter().map(row_place).collect()),
        ast::TableBody::Grid { rows, .. } => {
            Some(rows.iter().flat_map(|row| row.cells.iter().map(|cell| cell.span)).collect())
        }
    }
}

/// From the row's first sign to its last; its own span goes on to the next token.
fn row_place(row: &ast::TableRow) -> Span {
    let end = row.cites.last().map_or(row.value.span.end, |cite| cite.span.end);
    Span { start: row.span.start, end }
}

struct Version<'a> {
    program: &'a Program,
    declared: &'a ast::Table,
    keys: &'a [(String, Type)],
    ty: &'a Type,
    head: Span,
    rows: &'a [Row],
    places: Vec<Span>,
}

impl Version<'_> {
    fn check(&self) -> Vec<Diagnostic<Span>> {
        let cases = |id| self.program.enum_of(id).map_or(0, |it| it.cases.len());
        let domains: Vec<Domain> = self.keys.iter().map(|(_, ty)| Domain::of(ty, &cases)).collect();
        let rows: Vec<Vec<Pattern>> = self.rows.iter().map(|row| row.patterns.clone()).collect();
        let space = Space::new(&domains, &rows);
        let mut found = Vec::new();
        match space.hole() {
            Ok(hole) => found.extend(hole.map(|region| self.hole(&space, &region))),
            Err(TooLarge) => found.push(self.too_large()),
        }
        if self.declared.first_hit {
            let dead = space.unreachable().unwrap_or_else(|TooLarge| space.meeting_nothing());
            found.extend(dead.iter().map(|it| self.unreachable(it)));
        } else {
            let value = |row: usize| self.rows.get(row).map(|row| &row.value);
            found.extend(space.conflicts(&|a, b| value(a) != value(b)).iter().map(|it| self.conflict(&space, it)));
            found.extend(space.meeting_nothing().iter().map(|it| self.unreachable(it)));
        }
        found
    }

    fn name(&self) -> String {
        format!("{} `{}`", if self.declared.dated { "parameter" } else { "table" }, self.declared.name.text)
    }

    fn place(&self, row: usize) -> Span {
        self.places.get(row).copied().unwrap_or(self.head)
    }

    fn hole(&self, space: &Space, region: &super::space::Region) -> Diagnostic<Span> {
        let example = show::example(self.program, self.keys, space, region);
        let message = if self.keys.is_empty() {
            format!("{} is empty", self.name())
        } else {
            format!("{} has no row for {example}", self.name())
        };
        let types: Vec<Type> = self.keys.iter().map(|(_, ty)| ty.clone()).collect();
        let patterns = show::patterns(self.program, &types, space, region);
        let row = match patterns.as_slice() {
            [one] => one.clone(),
            many => format!("({})", many.join(", ")),
        };
        Diagnostic::new(Code::TableHole, self.head, message, "does not cover every case")
            .with_help(format!("add the row `{row} => …`"))
    }

    fn conflict(&self, space: &Space, overlap: &Overlap) -> Diagnostic<Span> {
        let example = show::example(self.program, self.keys, space, &overlap.region);
        let value = |row: usize| {
            self.rows.get(row).map(|row| show::value(self.program, self.ty, &row.value)).unwrap_or_default()
        };
        let message = format!("rows of {} disagree for {example}", self.name());
        Diagnostic::new(
            Code::TableConflict,
            self.place(overlap.second),
            message,
            format!("{} by this row", value(overlap.second)),
        )
        .with_label(self.place(overlap.first), format!("{} by this row", value(overlap.first)))
        .with_help("narrow one of the rows, or write `first` after the type if the earlier row is to count")
    }

    fn unreachable(&self, dead: &Unreachable) -> Diagnostic<Span> {
        let message = format!("a row of {} is never reached", self.name());
        let found = |label: &str| Diagnostic::new(Code::UnreachableArm, self.place(dead.row), message.clone(), label);
        match dead.covered_by.as_slice() {
            [] => found("no value of the key's type can match").with_help("correct the row, or remove it"),
            [one] => found("nothing is left for this row")
                .with_label(self.place(*one), "this row takes it all")
                .with_help("put the narrower row first"),
            many => {
                let labelled =
                    |it: Diagnostic<Span>, row: &usize| it.with_label(self.place(*row), "takes a part of it");
                many.iter()
                    .take(3)
                    .fold(found("nothing is left for this row"), labelled)
                    .with_help("put the narrower row first")
            }
        }
    }

    fn too_large(&self) -> Diagnostic<Span> {
        let message = format!("{} is too intricate to show that it covers every case", self.name());
        let found = Diagnostic::new(Code::TableHole, self.head, message, "too many combinations of its patterns");
        found.with_help("divide it into tables of fewer keys, or close it with a row of `_`")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;
    use enact_ir::{Case, Enum, EnumId, Labels, NumberKind, NumberType, Value};

    fn program() -> Program {
        let case = |name: &str| Case { name: name.into(), code: name.into(), labels: Labels::default() };
        let enums = vec![Enum {
            name: "Category".into(),
            labels: Labels::default(),
            cases: ["employee", "retiree"].map(case).to_vec(),
        }];
        Program { enums, ..Program::default() }
    }

    fn number(lo: i128, hi: i128) -> Type {
        Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo, hi })
    }

    fn row(patterns: Vec<Pattern>, value: i128) -> Row {
        Row { patterns, value: Value::Number(value), cites: vec![] }
    }

    fn findings(text: &str, rows: Vec<Row>) -> String {
        let ast::ItemKind::Table(declared) = item(text).kind else { panic!("no table") };
        let keys = vec![Type::Enum(EnumId(0)), number(0, 120)].into_iter().take(declared.keys.len()).collect();
        let version = enact_ir::Version { from: i64::MIN, until: i64::MAX, cites: vec![], rows: Some(rows) };
        let table = enact_ir::Table {
            name: "t".into(),
            labels: Labels::default(),
            dated: false,
            keys,
            ty: number(0, 9),
            versions: vec![version],
        };
        let found = check(&program(), &declared, &table);
        found
            .iter()
            .map(|it| format!("{} | {}", lines(std::slice::from_ref(it)), it.help.clone().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn holes_conflicts_and_dead_rows_are_shown_by_example() {
        let category = |n| Pattern::OneOf(vec![Value::Enum(n)]);
        let head = "table t (category: Category, age: int 0 .. 120) : int";
        let rows = "{ (employee, _) => 1, (retiree, < 60) => 2, (retiree, >= 60) => 3 }";
        let three = |low: i128, high: i128| {
            vec![
                row(vec![category(0), Pattern::Any], 1),
                row(vec![category(1), Pattern::Range(None, Some(low))], 2),
                row(vec![category(1), Pattern::Range(Some(high), None)], 3),
            ]
        };
        assert_eq!(findings(&format!("{head} {rows}"), three(59, 60)), "");
        assert_eq!(
            findings(&format!("{head} {rows}"), three(59, 65)),
            "E0401 table `t` has no row for category = retiree, age = 60 | add the row `(retiree, 60 .. 64) => …`"
        );
        assert_eq!(
            findings(&format!("{head} {rows}"), three(60, 60)),
            "E0402 rows of table `t` disagree for category = retiree, age = 60 | narrow one of the rows, or write `first` after the type if the earlier row is to count"
        );
        assert_eq!(
            findings(&format!("{head} first {rows}"), three(120, 60)),
            "E0404 a row of table `t` is never reached | put the narrower row first"
        );
        assert_eq!(
            findings(&format!("{head} {rows}"), three(121, 121)),
            "E0404 a row of table `t` is never reached | correct the row, or remove it"
        );
    }

    #[test]
    fn rows_that_agree_may_overlap() {
        let text = "table t (category: Category) : int { employee => 1, _ => 1 }";
        assert_eq!(
            findings(text, vec![row(vec![Pattern::OneOf(vec![Value::Enum(0)])], 1), row(vec![Pattern::Any], 1)]),
            ""
        );
    }

    #[test]
    fn the_row_to_add_names_all_cases_that_are_left_out() {
        let text = "table t (category: Category) : int { }";
        assert_eq!(findings(text, vec![]), "E0401 table `t` has no row for category = employee | add the row `_ => …`");
    }
}
