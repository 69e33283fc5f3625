//! Declarations and decisions from S-expressions.

use super::TextError;
use super::read_expr::{day, expr, ty, value};
use super::sexp::{Kind, Sexp};
use crate::{
    Binding, Calendar, Case, Cite, Decision, Encoding, Enum, ExceptionInfo, Field, Labels, LocalId, Output, Pattern,
    Program, Record, Requirement, Row, Rule, Source, Table, Tally, Version,
};
use std::str::FromStr;

pub(super) type Read<T> = Result<T, TextError>;

pub(super) fn error<T>(line: u32, message: impl Into<String>) -> Read<T> {
    Err(TextError { line, message: message.into() })
}

/// The parts of a list that are still to be read.
pub(super) struct Parts<'s> {
    pub(super) line: u32,
    pub(super) head: &'s str,
    rest: std::slice::Iter<'s, Sexp>,
}

impl<'s> Parts<'s> {
    pub(super) fn of(node: &'s Sexp) -> Read<Parts<'s>> {
        let Kind::List(parts) = &node.kind else { return error(node.line, "a list is needed") };
        let mut rest = parts.iter();
        match rest.next() {
            Some(Sexp { kind: Kind::Word(head), .. }) => Ok(Parts { line: node.line, head, rest }),
            _ => error(node.line, "a list begins with a word"),
        }
    }

    pub(super) fn named(node: &'s Sexp, head: &str) -> Read<Parts<'s>> {
        let parts = Parts::of(node)?;
        if parts.head == head { Ok(parts) } else { error(node.line, format!("`({head} …)` is needed")) }
    }

    pub(super) fn next(&mut self) -> Read<&'s Sexp> {
        match self.rest.next() {
            Some(next) => Ok(next),
            None => error(self.line, format!("`({} …)` ends too early", self.head)),
        }
    }

    pub(super) fn text(&mut self) -> Read<String> {
        let next = self.next()?;
        match &next.kind {
            Kind::Text(text) => Ok(text.clone()),
            _ => error(next.line, "a text in quotes is needed"),
        }
    }

    pub(super) fn word(&mut self) -> Read<&'s str> {
        let next = self.next()?;
        as_word(next)
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Read<T> {
        let next = self.next()?;
        as_number(next)
    }

    /// The parts of the next list, which has this head.
    pub(super) fn list(&mut self, head: &str) -> Read<Parts<'s>> {
        Parts::named(self.next()?, head)
    }

    /// What is left.
    pub(super) fn rest(self) -> &'s [Sexp] {
        self.rest.as_slice()
    }

    /// Whether the next is a list with this head.
    pub(super) fn is_next(&self, head: &str) -> bool {
        let next = self.rest.as_slice().first();
        next.is_some_and(|next| Parts::of(next).is_ok_and(|parts| parts.head == head))
    }

    pub(super) fn all<T>(self, read: impl Fn(&'s Sexp) -> Read<T>) -> Read<Vec<T>> {
        self.rest.map(read).collect()
    }

    pub(super) fn end(mut self) -> Read<()> {
        match self.rest.next() {
            None => Ok(()),
            Some(more) => error(more.line, format!("`({} …)` should end here", self.head)),
        }
    }
}

pub(super) fn as_word(node: &Sexp) -> Read<&str> {
    match &node.kind {
        Kind::Word(word) => Ok(word),
        _ => error(node.line, "a word is needed"),
    }
}

pub(super) fn as_number<T: FromStr>(node: &Sexp) -> Read<T> {
    match as_word(node)?.parse() {
        Ok(number) => Ok(number),
        Err(_) => error(node.line, "a number is needed"),
    }
}

pub(super) fn program(node: &Sexp) -> Read<Program> {
    let mut parts = Parts::named(node, "program")?;
    let mut program = Program { policy: parts.text()?, ..Program::default() };
    let mut title = parts.list("title")?;
    program.title = labels(&mut title)?;
    title.end()?;
    for declared in parts.rest() {
        let parts = Parts::of(declared)?;
        match parts.head {
            "source" => program.sources.push(source(parts)?),
            "enum" => program.enums.push(enumeration(parts)?),
            "record" => program.records.push(record(parts)?),
            "parameter" | "table" => program.tables.push(table(parts)?),
            "calendar" => program.calendars.push(calendar(parts)?),
            "decision" => program.decisions.push(decision(parts)?),
            other => return error(declared.line, format!("there is no declaration `{other}`")),
        }
    }
    Ok(program)
}

fn labels(parts: &mut Parts<'_>) -> Read<Labels> {
    Ok(Labels { main: parts.text()?, en: parts.text()? })
}

fn source(mut parts: Parts<'_>) -> Read<Source> {
    let (name, kind, title, number) = (parts.text()?, parts.text()?, labels(&mut parts)?, parts.text()?);
    let since = match parts.rest() {
        [] => None,
        [since] => Some(day(since)?),
        [_, more, ..] => return error(more.line, "a source should end here"),
    };
    Ok(Source { name, kind, title, number, since })
}

fn enumeration(mut parts: Parts<'_>) -> Read<Enum> {
    let (name, labels) = (parts.text()?, self::labels(&mut parts)?);
    let case = |node| {
        let mut parts = Parts::named(node, "case")?;
        let case = Case { name: parts.text()?, code: parts.text()?, labels: self::labels(&mut parts)? };
        parts.end().map(|()| case)
    };
    Ok(Enum { name, labels, cases: parts.all(case)? })
}

fn record(mut parts: Parts<'_>) -> Read<Record> {
    let (name, labels) = (parts.text()?, self::labels(&mut parts)?);
    let (schema, issuer) = (parts.text()?, parts.text()?);
    Ok(Record { name, labels, schema, issuer, fields: parts.all(|node| field(Parts::named(node, "field")?))? })
}

fn field(mut parts: Parts<'_>) -> Read<Field> {
    let (name, labels) = (parts.text()?, self::labels(&mut parts)?);
    let (schema, issuer) = (parts.text()?, parts.text()?);
    let encoding = match parts.word()? {
        "standard" => Encoding::Standard,
        "fen" => Encoding::Fen,
        _ => return error(parts.line, "`standard` or `fen` is needed"),
    };
    let ty = ty(parts.next()?)?;
    let path = parts.list("path")?.all(|member| match &member.kind {
        Kind::Text(text) => Ok(text.clone()),
        _ => error(member.line, "a text in quotes is needed"),
    })?;
    let private = match parts.rest() {
        [] => false,
        [Sexp { kind: Kind::Word(word), .. }] if word == "private" => true,
        [more, ..] => return error(more.line, "a field should end here, or with `private`"),
    };
    Ok(Field { name, labels, path, ty, encoding, private, schema, issuer })
}

fn table(mut parts: Parts<'_>) -> Read<Table> {
    let dated = parts.head == "parameter";
    let (name, labels) = (parts.text()?, self::labels(&mut parts)?);
    let value = ty(parts.next()?)?;
    let keys = parts.list("keys")?.all(ty)?;
    Ok(Table { name, labels, dated, keys, ty: value, versions: parts.all(version)? })
}

fn version(node: &Sexp) -> Read<Version> {
    let mut parts = Parts::named(node, "version")?;
    let (from, until, cites) = (day(parts.next()?)?, day(parts.next()?)?, self::cites(&mut parts)?);
    let rows = match parts.rest() {
        [Sexp { kind: Kind::Word(word), .. }] if word == "unknown" => None,
        rows => Some(rows.iter().map(row).collect::<Read<_>>()?),
    };
    Ok(Version { from, until, cites, rows })
}

fn row(node: &Sexp) -> Read<Row> {
    let mut parts = Parts::named(node, "row")?;
    let patterns = parts.list("for")?.all(pattern)?;
    let row = Row { patterns, value: value(parts.next()?)?, cites: cites(&mut parts)? };
    parts.end().map(|()| row)
}

fn pattern(node: &Sexp) -> Read<Pattern> {
    if let Kind::Word(word) = &node.kind {
        return if word == "_" { Ok(Pattern::Any) } else { error(node.line, "a pattern is needed") };
    }
    let mut parts = Parts::of(node)?;
    match parts.head {
        "one_of" => Ok(Pattern::OneOf(parts.all(value)?)),
        "either" => Ok(Pattern::Either(parts.all(pattern)?)),
        "range" => {
            let end = |node| if as_word(node)? == "_" { Ok(None) } else { as_number(node).map(Some) };
            let range = Pattern::Range(end(parts.next()?)?, end(parts.next()?)?);
            parts.end().map(|()| range)
        }
        other => error(node.line, format!("there is no pattern `{other}`")),
    }
}

fn cites(parts: &mut Parts<'_>) -> Read<Vec<Cite>> {
    parts.list("cites")?.all(|node| {
        let mut parts = Parts::named(node, "cite")?;
        let mut cite = Cite { source: parts.number()?, parts: Vec::new() };
        while !parts.rest.as_slice().is_empty() {
            cite.parts.push((parts.text()?, parts.text()?));
        }
        Ok(cite)
    })
}

fn calendar(mut parts: Parts<'_>) -> Read<Calendar> {
    let (name, years) = (parts.text()?, parts.list("years")?.all(as_number)?);
    let off = parts.list("off")?.all(day)?;
    let work = parts.list("work")?.all(day)?;
    parts.end()?;
    let exceptions = off.into_iter().map(|day| (day, false)).chain(work.into_iter().map(|day| (day, true)));
    Ok(Calendar { name, exceptions: exceptions.collect(), years })
}

fn decision(mut parts: Parts<'_>) -> Read<Decision> {
    let (name, labels) = (parts.text()?, self::labels(&mut parts)?);
    let work = parts.number()?;
    let (inputs, bindings, requirements) = (Vec::new(), Vec::new(), Vec::new());
    let (outputs, rules, ledger) = (Vec::new(), Vec::new(), Vec::new());
    let mut decision = Decision { name, labels, inputs, bindings, requirements, outputs, rules, ledger, work };
    for node in parts.rest() {
        let parts = Parts::of(node)?;
        match parts.head {
            "input" => decision.inputs.push(field(parts)?),
            "rule" => decision.rules.push(rule(parts)?),
            "let" => decision.bindings.push(binding(parts)?),
            "require" => decision.requirements.push(requirement(parts)?),
            "output" => decision.outputs.push(output(parts)?),
            "tally" => decision.ledger.push(tally(parts)?),
            other => return error(node.line, format!("a decision has no `{other}`")),
        }
    }
    Ok(decision)
}

fn rule(mut parts: Parts<'_>) -> Read<Rule> {
    let name = parts.text()?;
    let exceptions = parts.all(|node| {
        let mut parts = Parts::named(node, "except")?;
        let (name, labels, cites) = (parts.text()?, labels(&mut parts)?, cites(&mut parts)?);
        parts.end().map(|()| ExceptionInfo { name, labels, cites })
    })?;
    Ok(Rule { name, exceptions })
}

fn binding(mut parts: Parts<'_>) -> Read<Binding> {
    let binding = Binding { local: LocalId(parts.number()?), name: parts.text()?, value: expr(parts.next()?)? };
    parts.end().map(|()| binding)
}

fn requirement(mut parts: Parts<'_>) -> Read<Requirement> {
    let (name, labels, cites) = (parts.text()?, labels(&mut parts)?, cites(&mut parts)?);
    let requirement = Requirement { name, labels, cites, condition: expr(parts.next()?)? };
    parts.end().map(|()| requirement)
}

fn tally(mut parts: Parts<'_>) -> Read<Tally> {
    let (name, labels, cites) = (parts.text()?, labels(&mut parts)?, cites(&mut parts)?);
    let (ledger, port) = (parts.text()?, parts.number()?);
    let adds = parts.next()?;
    let adds = if as_word(adds)? == "_" { None } else { Some(as_number(adds)?) };
    let most = parts.number()?;
    Ok(Tally { name, labels, cites, ledger, port, adds, most, key: parts.all(expr)? })
}

fn output(mut parts: Parts<'_>) -> Read<Output> {
    let (name, labels, cites) = (parts.text()?, labels(&mut parts)?, cites(&mut parts)?);
    let when = match parts.is_next("when") {
        true => {
            let mut inner = parts.list("when")?;
            let when = expr(inner.next()?)?;
            inner.end()?;
            Some(when)
        }
        false => None,
    };
    let output = Output { name, labels, cites, when, value: expr(parts.next()?)? };
    parts.end().map(|()| output)
}
