//! Declarations and decisions as S-expressions.

use super::sexp::{Sexp, list, text, word};
use super::write_expr::{day, expr, ty, value};
use crate::{
    Calendar, Cite, Decision, Encoding, Enum, ExceptionInfo, Field, Labels, Pattern, Program, Record, Row, Source,
    Table, Tally, Version,
};

pub(super) fn program(program: &Program) -> Sexp {
    let mut parts = vec![text(&program.policy), list("title", labels(&program.title))];
    parts.extend(program.sources.iter().map(source));
    parts.extend(program.enums.iter().map(enumeration));
    parts.extend(program.records.iter().map(record));
    parts.extend(program.tables.iter().map(table));
    parts.extend(program.calendars.iter().map(calendar));
    parts.extend(program.decisions.iter().map(decision));
    list("program", parts)
}

fn labels(labels: &Labels) -> [Sexp; 2] {
    [text(&labels.main), text(&labels.en)]
}

fn named(name: &str, named: &Labels) -> Vec<Sexp> {
    [text(name)].into_iter().chain(labels(named)).collect()
}

fn source(source: &Source) -> Sexp {
    let mut parts = vec![text(&source.name), text(&source.kind)];
    parts.extend(labels(&source.title));
    parts.push(text(&source.number));
    parts.extend(source.since.map(day));
    list("source", parts)
}

fn enumeration(declared: &Enum) -> Sexp {
    let mut parts = named(&declared.name, &declared.labels);
    parts.extend(declared.cases.iter().map(|case| {
        let labels = labels(&case.labels);
        list("case", [text(&case.name), text(&case.code)].into_iter().chain(labels))
    }));
    list("enum", parts)
}

fn record(record: &Record) -> Sexp {
    let mut parts = named(&record.name, &record.labels);
    parts.extend([text(&record.schema), text(&record.issuer)]);
    parts.extend(record.fields.iter().map(|it| field("field", it)));
    list("record", parts)
}

fn field(head: &str, field: &Field) -> Sexp {
    let encoding = match field.encoding {
        Encoding::Standard => "standard",
        Encoding::Fen => "fen",
    };
    let mut parts = named(&field.name, &field.labels);
    parts.extend([text(&field.schema), text(&field.issuer), word(encoding), ty(&field.ty)]);
    parts.push(list("path", field.path.iter().map(|member| text(member))));
    parts.extend(field.private.then(|| word("private")));
    list(head, parts)
}

fn table(table: &Table) -> Sexp {
    let mut parts = named(&table.name, &table.labels);
    parts.push(ty(&table.ty));
    parts.push(list("keys", table.keys.iter().map(ty)));
    parts.extend(table.versions.iter().map(version));
    list(if table.dated { "parameter" } else { "table" }, parts)
}

fn version(version: &Version) -> Sexp {
    let mut parts = vec![day(version.from), day(version.until), cites(&version.cites)];
    match &version.rows {
        None => parts.push(word("unknown")),
        Some(rows) => parts.extend(rows.iter().map(row)),
    }
    list("version", parts)
}

fn row(row: &Row) -> Sexp {
    let patterns = list("for", row.patterns.iter().map(pattern));
    list("row", [patterns, value(&row.value), cites(&row.cites)])
}

fn pattern(one: &Pattern) -> Sexp {
    let end = |end: &Option<i128>| end.map_or_else(|| word("_"), word);
    match one {
        Pattern::Any => word("_"),
        Pattern::OneOf(values) => list("one_of", values.iter().map(value)),
        Pattern::Range(lo, hi) => list("range", [end(lo), end(hi)]),
        Pattern::Either(patterns) => list("either", patterns.iter().map(pattern)),
    }
}

fn cites(cites: &[Cite]) -> Sexp {
    list(
        "cites",
        cites.iter().map(|cite| {
            let parts = cite.parts.iter().flat_map(|(kind, value)| [text(kind), text(value)]);
            list("cite", [word(cite.source)].into_iter().chain(parts))
        }),
    )
}

fn calendar(calendar: &Calendar) -> Sexp {
    let days = |work: bool| calendar.exceptions.iter().filter(move |(_, it)| **it == work).map(|(it, _)| day(*it));
    let years = list("years", calendar.years.iter().map(word));
    list("calendar", [text(&calendar.name), years, list("off", days(false)), list("work", days(true))])
}

fn decision(decision: &Decision) -> Sexp {
    let mut parts = named(&decision.name, &decision.labels);
    parts.push(word(decision.work));
    parts.extend(decision.inputs.iter().map(|it| field("input", it)));
    parts.extend(
        decision
            .rules
            .iter()
            .map(|rule| list("rule", [text(&rule.name)].into_iter().chain(rule.exceptions.iter().map(exception)))),
    );
    parts.extend(
        decision
            .bindings
            .iter()
            .map(|binding| list("let", [word(binding.local.0), text(&binding.name), expr(&binding.value)])),
    );
    for requirement in &decision.requirements {
        let mut inner = named(&requirement.name, &requirement.labels);
        inner.extend([cites(&requirement.cites), expr(&requirement.condition)]);
        parts.push(list("require", inner));
    }
    for output in &decision.outputs {
        let mut inner = named(&output.name, &output.labels);
        inner.push(cites(&output.cites));
        inner.extend(output.when.as_ref().map(|when| list("when", [expr(when)])));
        inner.push(expr(&output.value));
        parts.push(list("output", inner));
    }
    parts.extend(decision.ledger.iter().map(tally));
    list("decision", parts)
}

fn tally(tally: &Tally) -> Sexp {
    let mut parts = named(&tally.name, &tally.labels);
    let adds = tally.adds.map_or_else(|| word("_"), word);
    parts.extend([cites(&tally.cites), text(&tally.ledger), word(tally.port), adds, word(tally.most)]);
    parts.extend(tally.key.iter().map(expr));
    list("tally", parts)
}

fn exception(exception: &ExceptionInfo) -> Sexp {
    let mut parts = named(&exception.name, &exception.labels);
    parts.push(cites(&exception.cites));
    list("except", parts)
}
