//! E0811: a private field that would be seen from outside; W0905: `disclose` of what is not private.
//!
//! What leaves a decision is a list of [`Sink`]s, and what shows in its trace: which exceptions apply. Facts are followed on the tree, where every step of their way
//! has its place; functions are followed once, with their parameters in place of facts.

mod expr;
mod value;
mod walk;

use crate::items::{ItemId, ItemPlace};
use crate::view::View;
use enact_base::{Code, Diagnostic, Edit, Span};
use enact_syntax::ast::{self, ItemKind, StatementKind};
use expr::last_in;
use std::collections::{BTreeMap, BTreeSet};
use value::{Event, How, Path, Value};
pub(crate) use value::{Flows, Origin};
pub(crate) use walk::{Mode, Summary, Walk};

/// A place where a value leaves a decision in the clear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sink<'a> {
    /// What it becomes there.
    pub(crate) kind: SinkKind,
    /// The name of the output, or of whatever else takes it.
    pub(crate) name: &'a str,
    /// The value.
    pub(crate) expr: &'a ast::Expr,
}

/// What a value becomes that leaves a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SinkKind {
    /// The value of an output.
    Output,
    /// Whether an output is given.
    When,
    /// Which exception of a rule applied: written in the trace.
    Event,
    /// A key under which a ledger is kept.
    LedgerKey,
}

/// Every value that leaves a decision as itself. Conditions of exceptions are not in it: they show in the trace.
pub(crate) fn sinks(decision: &ast::Decision) -> Vec<Sink<'_>> {
    let mut all = Vec::new();
    for statement in &decision.statements {
        let it = match &statement.kind {
            StatementKind::Output(it) => it,
            StatementKind::Tally(tally) => {
                all.extend(keys(decision, tally));
                continue;
            }
            StatementKind::Require(_) | StatementKind::Let(_) | StatementKind::Error => continue,
        };
        let name = it.name.text.as_str();
        let values = std::iter::once(&it.body.general).chain(it.body.exceptions.iter().map(|it| &it.value));
        all.extend(it.when.iter().map(|expr| Sink { kind: SinkKind::When, name, expr }));
        all.extend(values.map(|expr| Sink { kind: SinkKind::Output, name, expr }));
    }
    all
}

/// The parts of a key; a period is that of the day of the decision.
pub(crate) fn keys<'a>(decision: &'a ast::Decision, tally: &'a ast::Tally) -> impl Iterator<Item = Sink<'a>> {
    let parts = tally.key.iter().filter_map(|part| match part {
        ast::KeyPart::Value(expr) => Some(expr),
        ast::KeyPart::Year(_) | ast::KeyPart::Month(_) => decision.as_of.as_ref(),
    });
    parts.map(|expr| Sink { kind: SinkKind::LedgerKey, name: &tally.name.text, expr })
}

/// What a function does with its parameters and with the private fields that it reads.
pub(crate) fn summary(view: View<'_>, id: &ItemId, mode: Mode) -> Summary {
    match &view.item(id).kind {
        ItemKind::Define(define) => Walk::define(view, id, define, mode),
        _ => Summary::default(),
    }
}

/// What is wrong with a decision or a function that has no other errors. Places may be in the declarations that it uses.
pub(crate) fn check(view: View<'_>, id: &ItemId) -> Vec<Diagnostic<ItemPlace>> {
    match &view.item(id).kind {
        ItemKind::Decision(decision) => {
            let mut leaks = Leaks::new(view, id);
            let walk = leaks.decision(decision, &sinks(decision));
            let mut found = leaks.found();
            found.extend(needless(view, &walk));
            found
        }
        ItemKind::Define(_) => {
            let own = &view.summary(id, Mode::Private).disclosed;
            let own = own.iter().filter(|it| it.place.item == *id && it.flows.is_empty());
            own.filter_map(|it| nothing_private(view, &it.place)).collect()
        }
        _ => Vec::new(),
    }
}

fn needless(view: View<'_>, walk: &Walk<'_>) -> Vec<Diagnostic<ItemPlace>> {
    let mut own: Vec<&walk::Disclosure> = walk.disclosed.iter().filter(|it| it.place.item == walk.home).collect();
    own.sort_by_key(|it| it.place.span);
    // A named value is looked at once for itself, and once more where it goes out.
    own.dedup_by_key(|it| it.place.span);
    own.into_iter().filter(|it| it.flows.is_empty()).filter_map(|it| nothing_private(view, &it.place)).collect()
}

fn nothing_private(view: View<'_>, place: &ItemPlace) -> Option<Diagnostic<ItemPlace>> {
    let call = view.text(&place.item).get(place.span.range())?;
    let name = call.find(['(', '（']).unwrap_or(0);
    let name = Span { start: place.span.start, end: place.span.start.saturating_add(u32::try_from(name).ok()?) };
    let edit = Edit { place: ItemPlace { item: place.item.clone(), span: name }, text: String::new() };
    let message = "nothing private is disclosed here";
    let found = Diagnostic::new(Code::NothingPrivate, place.clone(), message, "nothing of this is private");
    Some(found.with_fix("leave `disclose` out", vec![edit]))
}

/// A place where a fact gets out, with the way to it.
#[derive(Clone, PartialEq)]
enum Way {
    /// As this value.
    Value(Span, Path),
    /// By an exception that applies: the first of its rule.
    Event(ItemPlace, Path),
}

/// The leaks of a decision: by what would show, and which fact.
struct Leaks<'w> {
    view: View<'w>,
    home: ItemId,
    found: BTreeMap<(SinkKind, String, Origin), Vec<Way>>,
}

impl<'w> Leaks<'w> {
    fn new(view: View<'w>, home: &ItemId) -> Self {
        Leaks { view, home: home.clone(), found: BTreeMap::new() }
    }

    /// Follows everything to where it goes out.
    fn decision(&mut self, decision: &'w ast::Decision, sinks: &[Sink<'w>]) -> Walk<'w> {
        let mut walk = Walk::decision(self.view, &self.home, decision, Mode::Private);
        for sink in sinks {
            let value = walk.expr(sink.expr);
            let flows = walk.whole(&value, sink.expr.span);
            self.add(sink.kind, sink.name, flows, |path| Way::Value(sink.expr.span, path));
        }
        let mut shown = Value::default();
        for statement in &decision.statements {
            match &statement.kind {
                StatementKind::Require(it) => shown.show(walk.requirement(it).events),
                StatementKind::Output(it) => shown.show(walk.output_events(it)),
                StatementKind::Let(_) | StatementKind::Tally(_) | StatementKind::Error => {}
            }
        }
        for (event, flows) in walk.resolved(shown.events) {
            if let Event::Rule { item, span, name } = event {
                let place = ItemPlace { item, span };
                self.add(SinkKind::Event, &name, flows, |path| Way::Event(place.clone(), path));
            }
        }
        walk
    }

    fn add(&mut self, kind: SinkKind, name: &str, flows: Flows, way: impl Fn(Path) -> Way) {
        for (origin, path) in flows.0 {
            let ways = self.found.entry((kind, name.to_owned(), origin)).or_default();
            let way = way(path);
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }

    fn found(&self) -> Vec<Diagnostic<ItemPlace>> {
        let one = |((kind, name, origin), ways): (&(SinkKind, String, Origin), &Vec<Way>)| {
            self.leak((*kind, name), origin, ways)
        };
        self.found.iter().filter_map(one).collect()
    }

    /// One diagnostic a sink and fact: with the first of its ways, and a fix for all of them.
    fn leak(&self, sink: (SinkKind, &str), origin: &Origin, ways: &[Way]) -> Option<Diagnostic<ItemPlace>> {
        let (fact, declared) = self.described(origin)?;
        let way = ways.first()?;
        let (Way::Value(_, path) | Way::Event(_, path)) = way;
        let last = last_in(path, &self.home);
        let primary = match way {
            Way::Value(span, _) => ItemPlace { item: self.home.clone(), span: *span },
            Way::Event(..) => last?.place.clone(),
        };
        let (seen, label) = said(sink, last.map(|step| &step.how));
        let message = format!("{fact} is private and would be seen in {seen}");
        let mut found = Diagnostic::new(Code::PrivateLeak, primary.clone(), message, label);
        found = found.with_label(declared, "declared private here");
        for (n, step) in path.iter().enumerate().filter(|(_, step)| step.place != primary) {
            // Of several things that happen at one place the last says most.
            if path.get(n + 1).is_none_or(|next| next.place != step.place) {
                found = found.with_label(step.place.clone(), step.how.text());
            }
        }
        if let Way::Event(place, _) = way {
            found = found.with_label(place.clone(), "that it applied is written down");
        }
        found = found.with_note("outputs, and which exceptions applied, are written where everybody can read them");
        Some(self.with_fix(found, ways))
    }

    fn with_fix(&self, found: Diagnostic<ItemPlace>, ways: &[Way]) -> Diagnostic<ItemPlace> {
        let spans = ways.iter().filter_map(|way| match way {
            Way::Value(span, _) => Some(*span),
            Way::Event(_, path) => self.last_expr(path),
        });
        let spans: BTreeSet<Span> = spans.collect();
        if spans.is_empty() {
            return found.with_help("disclose it in the function that reads it, or leave it out of the rule");
        }
        let insert = |at: u32, text: &str| {
            let place = ItemPlace { item: self.home.clone(), span: Span { start: at, end: at } };
            Edit { place, text: text.to_owned() }
        };
        let edits = spans.iter().flat_map(|span| [insert(span.start, "disclose("), insert(span.end, ")")]);
        found.with_fix("if this much may be known, say so with `disclose(…)`", edits.collect())
    }

    /// The last expression of the decision through which a fact goes.
    fn last_expr(&self, path: &Path) -> Option<Span> {
        let own = path.iter().rev().filter(|step| step.place.item == self.home);
        own.filter(|step| step.how.is_expression()).map(|step| step.place.span).next()
    }

    /// What a private fact is called, and where it is declared private.
    fn described(&self, origin: &Origin) -> Option<(String, ItemPlace)> {
        let (item, fields, name) = match origin {
            Origin::Field { record, field } => match &self.view.item(record).kind {
                ItemKind::Record(it) => (record, &it.fields, field),
                _ => return None,
            },
            Origin::Input(name) => match &self.view.item(&self.home).kind {
                ItemKind::Decision(it) => (&self.home, &it.inputs, name),
                _ => return None,
            },
            Origin::Param(_) => return None,
        };
        let declared = fields.iter().find(|it| it.name.text == *name)?;
        let fact = match &self.view.item(item).kind {
            ItemKind::Record(record) => format!("`{name}` of `{}`", record.name.text),
            _ => format!("input `{name}`"),
        };
        Some((fact, ItemPlace { item: item.clone(), span: declared.private? }))
    }
}

/// In what something would be seen, and what is said at the place where it goes out.
fn said((kind, name): (SinkKind, &str), last: Option<&How>) -> (String, String) {
    match kind {
        SinkKind::Output => (format!("output `{name}`"), "goes out here".to_owned()),
        SinkKind::When => {
            (format!("whether output `{name}` is given"), "decides whether the output is given".to_owned())
        }
        SinkKind::Event => {
            (format!("which exception of `{name}` applied"), last.map_or_else(|| "here".to_owned(), How::text))
        }
        SinkKind::LedgerKey => (format!("the keys of `{name}`"), "goes out as a key here".to_owned()),
    }
}

#[cfg(test)]
mod tests;
