//! Tallies: `limit`, `total` and `budget` become a port, a requirement, and what the ledger must know to count.

use super::coerce::Place;
use super::pattern::{is_path, unranged};
use super::{Elaborator, local, operation};
use crate::number;
use enact_base::{Code, Diagnostic, Edit, Span, nearest};
use enact_ir::ledger::{KeyKind, reading, reads};
use enact_ir::{
    Encoding, Expr, ExprKind, Field, LocalId, NumberKind, NumberType, Op, Output, Requirement, Tally, Type,
};
use enact_syntax::ast::{self, KeyPart, StatementKind, TallyKind};
use std::collections::BTreeSet;

/// How often a limit may have been reached: more than any limit, since a ledger outlives a change of the policy.
const MOST_TIMES: i128 = 1_000_000_000;

/// A tally whose port has a place among the inputs.
pub(super) struct Port<'w> {
    tally: &'w ast::Tally,
    /// The place of its output among the outputs.
    of: Option<usize>,
    id: LocalId,
    ty: NumberType,
    most: i128,
}

/// The tallies of a decision, in order.
pub(super) fn tallies(decision: &ast::Decision) -> impl Iterator<Item = &ast::Tally> {
    decision.statements.iter().filter_map(|it| match &it.kind {
        StatementKind::Tally(it) => Some(it),
        _ => None,
    })
}

fn outputs(decision: &ast::Decision) -> impl Iterator<Item = &ast::Output> {
    decision.statements.iter().filter_map(|it| match &it.kind {
        StatementKind::Output(it) => Some(it),
        _ => None,
    })
}

impl<'w> Elaborator<'w> {
    /// The ports as locals behind those of the inputs; `None` for a tally with something wrong.
    pub(super) fn ports(&mut self, decision: &'w ast::Decision) -> Vec<Option<Port<'w>>> {
        tallies(decision)
            .map(|tally| {
                let id = self.local();
                let of = tally.of.as_ref().map(|name| self.counted_output(name, decision));
                let (ty, most) = self.extent(tally, of.flatten().and_then(|n| outputs(decision).nth(n)))?;
                // What is wrong with the output has been said.
                let of = of.map_or(Some(None), |of| of.map(Some))?;
                Some(Port { tally, of, id, ty, most })
            })
            .collect()
    }

    /// The names of tallies, seen everywhere in the decision: how much has been counted, of a budget how much is left.
    pub(super) fn name_ports(&mut self, decision: &'w ast::Decision, ports: &[Option<Port<'w>>]) {
        for (tally, port) in tallies(decision).zip(ports) {
            let value = port.as_ref().map_or(super::Typed::Error, |port| {
                let so_far = local(port.id, Type::Number(port.ty));
                let most = number::constant(port.ty.kind, port.ty.scale, port.most);
                match tally.kind {
                    TallyKind::Budget(_) => number::sum(Op::Sub, port.ty.kind, most, so_far)
                        .map_or(super::Typed::Error, |left| self.bind(&tally.name.text, left).into()),
                    _ => so_far.into(),
                }
            });
            self.declare(&tally.name.text, value);
        }
        self.inputs = self.variables.len();
    }

    /// The place of the output that a tally counts.
    fn counted_output(&mut self, name: &ast::Name, decision: &ast::Decision) -> Option<usize> {
        let found = outputs(decision).position(|it| it.name.text == name.text);
        if found.is_none() {
            let message = format!("decision `{}` has no output `{}`", decision.name.text, name.text);
            let found = Diagnostic::new(Code::TallyAmount, name.span, message, "an output is counted");
            let near = nearest(&name.text, outputs(decision).map(|it| it.name.text.as_str()));
            self.report(super::name::meant(found, name, near));
        }
        found
    }

    /// The type of the port and the most.
    fn extent(&mut self, tally: &ast::Tally, output: Option<&ast::Output>) -> Option<(NumberType, i128)> {
        let name = &tally.name.text;
        let int = NumberType { kind: NumberKind::Int, scale: 0, lo: 0, hi: MOST_TIMES };
        let (ty, most, span) = match &tally.kind {
            TallyKind::Limit(None) => (int, 1, tally.name.span),
            TallyKind::Limit(Some(times)) => {
                let ty = unranged(&Type::Number(int));
                let made = self.constant_expr(times, &ty, Place::Fixed, &format!("limit `{name}`"))?;
                (int, number::known(&made)?, times.span)
            }
            TallyKind::Total(written) => {
                let ty = self.ty(written)?;
                let Some(ty) = ty.number().filter(|ty| ty.lo == 0 && !number::is_unbounded(*ty)) else {
                    return self.no_total(name, &ty, written.span);
                };
                (ty, ty.hi, written.span)
            }
            TallyKind::Budget(amount) => {
                let ty = self.ty(&output?.ty)?;
                let Some(number) = ty.number() else { return self.no_amount(output?, &ty, tally) };
                let made = self.constant_expr(amount, &unranged(&ty), Place::Fixed, &format!("budget `{name}`"))?;
                let most = number::known(&made)?;
                (NumberType { lo: 0, hi: most.max(0), ..number }, most, amount.span)
            }
        };
        let limit = if matches!(tally.kind, TallyKind::Limit(_)) { MOST_TIMES } else { number::UNBOUNDED };
        if (1..=limit).contains(&most) {
            return Some((ty, most));
        }
        let message = match most {
            1.. => format!("`{name}` allows more than can be counted"),
            _ => format!("`{name}` allows nothing"),
        };
        let found = Diagnostic::new(Code::TallyMost, span, message, "the most that may be counted");
        self.report(found.with_help("write how much at most, above 0"));
        None
    }

    fn no_total<T>(&mut self, name: &str, ty: &Type, span: Span) -> Option<T> {
        let message = match ty.number() {
            Some(_) => format!("the total `{name}` is counted from 0 to a most, which its range does not say"),
            None => format!("the total `{name}` is a number, not {}", self.describe(ty)),
        };
        let found = Diagnostic::new(Code::TallyMost, span, message, "from 0 to how much?");
        self.report(found.with_help("write a type with its range, such as `money, 0 yuan .. 10_000 yuan`"));
        None
    }

    fn no_amount<T>(&mut self, output: &ast::Output, ty: &Type, tally: &ast::Tally) -> Option<T> {
        let span = tally.of.as_ref().map_or(tally.name.span, |of| of.span);
        let message = format!("`{}` is {}, which cannot be counted", output.name.text, self.describe(ty));
        let found = Diagnostic::new(Code::TallyAmount, span, message, "a number is counted");
        self.report(found.with_label(output.ty.span, "its type"));
        None
    }

    /// The tally and the requirement that it gives, once all values of the decision are made.
    pub(super) fn tally(
        &mut self,
        port: &Port<'w>,
        decision: &'w ast::Decision,
        made: &mut [Option<Output>],
    ) -> Option<(Tally, Requirement)> {
        let tally = port.tally;
        let cites = self.cites(&tally.cites);
        let key = self.key(tally);
        let amount = match port.of {
            None => Some(number::constant(NumberKind::Int, 0, 1)),
            Some(n) => self.amount(port, outputs(decision).nth(n)?, made.get_mut(n)?.as_mut()?),
        };
        let condition = self.within_most(port, amount?)?;
        let ledger = match &tally.ledger {
            Some(shared) => shared.text.clone(),
            None => format!("{}.{}.{}", self.view.module(&self.home), decision.name.text, tally.name.text),
        };
        let (name, labels) = (tally.name.text.clone(), super::labels(&tally.labels));
        let requirement = Requirement { name: name.clone(), labels: labels.clone(), cites: cites.clone(), condition };
        let adds = port.of.and_then(|n| u32::try_from(n).ok());
        Some((Tally { name, labels, cites, ledger, key: key?, port: port.id.0, adds, most: port.most }, requirement))
    }

    /// `so far + amount <= most`; of a budget something must also be left.
    fn within_most(&mut self, port: &Port<'_>, amount: Expr) -> Option<Expr> {
        let NumberType { kind, scale, .. } = port.ty;
        let so_far = || local(port.id, Type::Number(port.ty));
        let most = || number::constant(kind, scale, port.most);
        let sum = number::sum(Op::Add, kind, so_far(), amount);
        let within = sum.and_then(|sum| number::compare(Op::Le, sum, most()));
        let left = match port.tally.kind {
            TallyKind::Budget(_) => number::compare(Op::Lt, so_far(), most()),
            _ => Ok(number::truth(true)),
        };
        match (left, within) {
            (Ok(left), Ok(within)) if left == number::truth(true) => Some(within),
            (Ok(left), Ok(within)) => Some(number::test(Op::And, vec![left, within])),
            _ => {
                self.overflow(port.tally.of.as_ref().map_or(port.tally.name.span, |of| of.span));
                None
            }
        }
    }

    /// What a grant adds: the output, or 0 where it is not given. The condition of the output is shared with it.
    fn amount(&mut self, port: &Port<'_>, written: &ast::Output, output: &mut Output) -> Option<Expr> {
        let of = port.tally.of.as_ref().map_or(port.tally.name.span, |of| of.span);
        let Some(_) = output.value.ty.number() else { return self.no_amount(written, &output.value.ty, port.tally) };
        let value = self.ranged(output.value.clone(), of)?;
        let ty = value.ty.number()?;
        if (ty.kind, ty.scale) != (port.ty.kind, port.ty.scale) {
            let (counted, total) = (self.describe(&value.ty), self.describe(&Type::Number(port.ty)));
            let message = match counted == total {
                true => format!("`{}` has other digits after the point than the total", written.name.text),
                false => format!("`{}` is {counted}, but the total is {total}", written.name.text),
            };
            let found = Diagnostic::new(Code::TallyAmount, of, message, "cannot be added");
            self.report(found.with_label(written.ty.span, "its type"));
            return None;
        }
        if ty.lo < 0 {
            return self.negative(written, ty, of);
        }
        output.value = value.clone();
        let Some(when) = &mut output.when else { return Some(value) };
        if !is_path(when) {
            *when = self.bind(&format!("_{}_given", written.name.text), when.clone());
        }
        let none = number::constant(ty.kind, ty.scale, 0);
        let parts = [when.clone(), value, none].map(Box::new);
        let [given, value, none] = parts;
        Some(Expr { ty: Type::Number(NumberType { lo: 0, ..ty }), kind: ExprKind::If(given, value, none) })
    }

    fn negative<T>(&mut self, output: &ast::Output, ty: NumberType, of: Span) -> Option<T> {
        let name = &output.name.text;
        let found = Diagnostic::new(
            Code::TallyAmount,
            of,
            format!("`{name}` may be below 0, and a total never shrinks"),
            "may be negative",
        );
        let value = output.body.general.span;
        let none = match ty.kind {
            NumberKind::Money => "0 yuan",
            NumberKind::Rate => "0%",
            NumberKind::Int | NumberKind::Decimal => "0",
        };
        let found = found.with_label(value, "its value");
        let at = |at: u32, text: String| Edit { place: Span { start: at, end: at }, text };
        let edits = vec![at(value.start, "max(".to_owned()), at(value.end, format!(", {none})"))];
        self.report(match output.body.exceptions.is_empty() {
            true => found.with_fix(format!("count nothing instead: `max(…, {none})`"), edits),
            false => found.with_help(format!("keep every value of `{name}` from 0 on with `max(…, {none})`")),
        });
        None
    }

    /// The parts of the key.
    fn key(&mut self, tally: &ast::Tally) -> Option<Vec<Expr>> {
        if tally.key.is_empty() {
            let message = format!("`{}` says nothing that it is counted by", tally.name.text);
            let found = Diagnostic::new(Code::TallyKey, tally.name.span, message, "per what?");
            self.report(found.with_help("name what is counted together, such as `per (person.id, calendar year)`"));
            return None;
        }
        let day = self.as_of.clone().unwrap_or(Expr { ty: Type::Date, kind: ExprKind::Today });
        let part = |op, hi, day: &Expr| operation(op, vec![day.clone()], super::dates::whole(1, hi));
        let mut parts = Vec::new();
        for written in &tally.key {
            match written {
                KeyPart::Year(_) => parts.push(Some(part(Op::Year, 9999, &day))),
                KeyPart::Month(_) => parts.extend([Op::Year, Op::Month].map(|op| {
                    let hi = if op == Op::Year { 9999 } else { 12 };
                    Some(part(op, hi, &day))
                })),
                KeyPart::Value(value) => parts.push(self.key_part(value)),
            }
        }
        parts.into_iter().collect()
    }

    fn key_part(&mut self, written: &ast::Expr) -> Option<Expr> {
        let part = self.plain(written, None)?;
        let is_whole = part.ty.number().is_none_or(|ty| ty.kind == NumberKind::Int);
        if KeyKind::of(&part.ty).is_none() || !is_whole {
            let what = match &part.ty {
                Type::Text { max } => format!("a text of up to {max} characters"),
                ty => self.describe(ty),
            };
            let message = format!("nothing is counted by {what}");
            let found = Diagnostic::new(Code::TallyKey, written.span, message, "a part of the key");
            self.report(match &part.ty {
                Type::Optional(_) => found.with_help("say with `otherwise` what counts where it is absent"),
                _ => found.with_help("a key is made of whole numbers, texts, cases, dates and truth values"),
            });
            return None;
        }
        let counted = reading(&self.bindings, self.counted.iter().copied());
        if reads(&part).iter().any(|local| counted.contains(local)) {
            let message = "a key cannot depend on what has been counted";
            let found = Diagnostic::new(Code::TallyKeyReads, written.span, message, "depends on a total");
            self.report(found.with_help("what is counted is looked up under the key, so the key comes first"));
            return None;
        }
        Some(part)
    }
}

impl Port<'_> {
    /// Its local.
    pub(super) fn id(&self) -> LocalId {
        self.id
    }

    /// It as an input of the decision.
    pub(super) fn field(&self) -> Field {
        let (name, labels) = (self.tally.name.text.clone(), super::labels(&self.tally.labels));
        let (path, encoding) = (vec![name.clone()], Encoding::Standard);
        let (schema, issuer) = (String::new(), String::new());
        Field { name, labels, path, ty: Type::Number(self.ty), encoding, schema, issuer, private: false }
    }
}

/// The locals of ports.
pub(super) fn locals(ports: &[Option<Port<'_>>]) -> BTreeSet<LocalId> {
    ports.iter().flatten().map(Port::id).collect()
}
