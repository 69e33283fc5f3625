//! Forms over the elements of a list that is not fully known.

use super::apply::apply;
use super::bits::Bits;
use super::domain::{Abstract, Shape, Span, Truth, first_fault};
use super::join::blurred;
use super::run::{Context, Env, hoisted};
use crate::{Each, Expr, ExprKind, LocalId, NumberType, Op, Type, Value};
use std::rc::Rc;

/// An element as it is met.
struct Item {
    /// Whether the filter lets it pass.
    passes: Abstract,
    /// What is taken of it if it passes.
    body: Abstract,
    /// What it is sorted by.
    key: Option<Abstract>,
}

/// The parts of the form.
struct Form<'e> {
    form: Each,
    element: LocalId,
    before: Option<LocalId>,
    filter: Option<&'e Expr>,
    sort: Option<(&'e Expr, bool)>,
    body: &'e Expr,
    ty: &'e Type,
}

impl Context<'_> {
    /// What a form over the elements of a list may come to.
    pub(crate) fn each(&self, env: &Env, expr: &Expr) -> Abstract {
        let ExprKind::Each { form, list, element, before, filter, sort, body } = &expr.kind else {
            return Abstract::nothing();
        };
        let sort = sort.as_ref().map(|(key, descending)| (key.as_ref(), *descending));
        let form = Form {
            form: *form,
            element: *element,
            before: *before,
            filter: filter.as_deref(),
            sort,
            body,
            ty: &expr.ty,
        };
        let list = self.eval(env, list);
        let found = match &list.shape {
            Shape::List(elements) => self.known(env, &form, elements),
            Shape::Many { least, most, element } => self.unknown(env, &form, (*least, *most), element, &list.cells),
            _ => Abstract::nothing(),
        };
        found.or_fault(list.fault, &list.cells)
    }

    fn item(&self, env: &Env, form: &Form<'_>, element: &Abstract, before: Shape, cells: &Bits) -> Item {
        let mut env = env.with(form.element, element.clone());
        if let Some(local) = form.before {
            env.set(local, Rc::new(Abstract::new(before, cells.clone())));
        }
        let passes =
            form.filter.map_or_else(|| Abstract::truth(Truth::YES, Bits::EMPTY), |filter| self.eval(&env, filter));
        let within = match form.filter {
            // A filter that is a fault does not say whether the element passes: the body may still decide.
            Some(filter) if !passes.is_true() && passes.fault.is_none() => self.assume(&env, filter, true),
            _ => Some(env),
        };
        let taken = |expr: &Expr| within.as_ref().map_or_else(Abstract::nothing, |env| self.eval(env, expr));
        Item { body: taken(form.body), key: form.sort.map(|(key, _)| taken(key)), passes }
    }

    /// A list all of whose places are known.
    fn known(&self, env: &Env, form: &Form<'_>, elements: &Rc<[Abstract]>) -> Abstract {
        let prefix = |n: usize| Shape::List(elements.iter().take(n).cloned().collect());
        let items: Vec<Item> =
            elements.iter().enumerate().map(|(n, it)| self.item(env, form, it, prefix(n), &Bits::EMPTY)).collect();
        match form.form {
            Each::Any => items
                .iter()
                .fold(Abstract::truth(Truth::NO, Bits::EMPTY), |any, it| either(&any, &both(&it.passes, &it.body))),
            Each::All => negated(&items.iter().fold(Abstract::truth(Truth::NO, Bits::EMPTY), |any, it| {
                either(&any, &both(&it.passes, &negated(&it.body)))
            })),
            Each::Count | Each::Sum => total(form, &items),
            Each::Min | Each::Max => self.extreme(form, &items),
            Each::Map | Each::First if sorted_by_fault(&items).is_some() => {
                sorted_by_fault(&items).map_or_else(Abstract::nothing, Abstract::faulty)
            }
            Each::First => match in_order(form, &items) {
                Some(items) => first(&items),
                None => blended_first(&items),
            },
            Each::Map => match in_order(form, &items) {
                Some(items) => mapped(&items),
                None => blended(&items, true),
            },
        }
    }

    /// A list whose length and elements are open: one element stands for all.
    fn unknown(
        &self,
        env: &Env,
        form: &Form<'_>,
        (least, most): (u32, u32),
        element: &Rc<Abstract>,
        cells: &Bits,
    ) -> Abstract {
        let before = Shape::Many { least: 0, most: most.saturating_sub(1), element: element.clone() };
        let item = self.item(env, form, element, before, cells);
        let passing = item.passes.as_truth();
        let all = cells.union(&item.passes.all_cells()).union(&item.body.all_cells());
        let sorts = matches!(form.form, Each::Map | Each::First);
        let key_fault = item.key.as_ref().filter(|_| sorts).and_then(|key| key.fault);
        let fault = first_fault(first_fault(item.passes.fault, item.body.fault), key_fault);
        let body = blurred(&Abstract { fault: None, ..item.body.clone() }, &all);
        let none_passes = least == 0 || passing.no;
        let can_pass = passing.yes && body.shape != Shape::Nothing;
        let fewest = if passing.no { 0 } else { least };
        let found = match form.form {
            Each::Any => {
                let yes = can_pass && body.as_truth().yes;
                Abstract::truth(Truth { yes, no: none_passes || body.as_truth().no }, all.clone())
            }
            Each::All => {
                let no = can_pass && body.as_truth().no;
                Abstract::truth(Truth { yes: none_passes || body.as_truth().yes, no }, all.clone())
            }
            Each::Count | Each::Sum => {
                let each = form.one(&body);
                let one =
                    if can_pass { each.hull(if passing.no { Span::point(0) } else { each }) } else { Span::point(0) };
                let lowest =
                    if one.lo < 0 { one.lo.saturating_mul(most.into()) } else { one.lo.saturating_mul(least.into()) };
                let highest =
                    if one.hi > 0 { one.hi.saturating_mul(most.into()) } else { one.hi.saturating_mul(least.into()) };
                form.number(Span { lo: lowest, hi: highest }, all.clone())
            }
            Each::Min | Each::Max | Each::First => {
                let present = can_pass.then(|| Rc::new(optional_inside(&body)));
                let absent = none_passes || matches!(&body.shape, Shape::Optional { absent: true, .. });
                Abstract::new(Shape::Optional { absent, present }, all.clone())
            }
            Each::Map if can_pass => {
                Abstract::new(Shape::Many { least: fewest, most, element: Rc::new(body) }, all.clone())
            }
            Each::Map => Abstract::new(Shape::List(Rc::new([])), Bits::EMPTY),
        };
        found.or_fault(fault.filter(|_| most > 0), &all)
    }

    fn extreme(&self, form: &Form<'_>, items: &[Item]) -> Abstract {
        let op = if form.form == Each::Min { Op::Min } else { Op::Max };
        let inner = form.ty.inner();
        let (mut best, mut fault, mut cells): (Option<Abstract>, _, _) = (None, None, Bits::EMPTY);
        let mut absent = true;
        for item in items {
            let passing = item.passes.as_truth();
            fault = first_fault(first_fault(fault, item.passes.fault), item.body.fault.filter(|_| passing.yes));
            cells.add(&item.passes.cells);
            if !passing.yes || item.body.shape == Shape::Nothing {
                continue;
            }
            cells.add(&item.body.cells);
            let body = Abstract { fault: None, ..item.body.clone() };
            let better = match &best {
                None => body.clone(),
                Some(best) => apply(self.program, op, &[best.clone(), body.clone()], inner),
            };
            best = Some(match (&best, passing.no) {
                // The one before stands if this one is left out, or is the first if that one was.
                (Some(before), _) if passing.no || absent => better.join(before, &cells).join(&body, &cells),
                _ => better,
            });
            absent &= passing.no;
        }
        let shape = match items.iter().any(|item| item.has_no_value(true)) {
            true => Shape::Nothing,
            false => Shape::Optional { absent, present: best.map(Rc::new) },
        };
        Abstract::new(shape, cells.clone()).or_fault(fault, &cells)
    }
}

impl Item {
    /// Whether the form has no value because of this element: its filter, or its body although it passes, has none.
    fn has_no_value(&self, with_body: bool) -> bool {
        let passing = self.passes.as_truth();
        self.passes.shape == Shape::Nothing || (with_body && !passing.no && self.body.shape == Shape::Nothing)
    }
}

impl Form<'_> {
    /// What one passing element adds.
    fn one(&self, body: &Abstract) -> Span {
        match (self.form, body.as_truth()) {
            (Each::Count, truth) => Span { lo: i128::from(!truth.no), hi: i128::from(truth.yes) },
            _ => body.span().unwrap_or(Span { lo: i128::MIN, hi: i128::MAX }),
        }
    }

    fn number(&self, span: Span, cells: Bits) -> Abstract {
        let range = self.ty.number().map(|NumberType { lo, hi, .. }| Span { lo, hi });
        Abstract::new(Shape::Number(range.and_then(|range| span.meet(range)).unwrap_or(span)), cells)
    }
}

/// Sums and counts: each item adds what it may add.
fn total(form: &Form<'_>, items: &[Item]) -> Abstract {
    let mut span = Span::point(0);
    let (mut fault, mut cells) = (None, Bits::EMPTY);
    let mut never = false;
    for item in items {
        let adds = added(form, item);
        fault = first_fault(fault, adds.fault);
        cells.add(&adds.cells);
        match adds.span() {
            Some(adds) => span = Span { lo: span.lo.saturating_add(adds.lo), hi: span.hi.saturating_add(adds.hi) },
            None => never = true,
        }
    }
    if never {
        return Abstract { shape: Shape::Nothing, fault, cells }.settled();
    }
    form.number(span, cells.clone()).or_fault(fault, &cells)
}

/// What an item adds: one or nothing to a count, its body or nothing to a sum.
fn added(form: &Form<'_>, item: &Item) -> Abstract {
    let number = |n: i128| Abstract::new(Shape::Number(Span::point(n)), Bits::EMPTY);
    let (decides, one) = match form.form {
        Each::Count => (both(&item.passes, &item.body), number(1)),
        _ => (item.passes.clone(), item.body.clone()),
    };
    let truth = decides.as_truth();
    let found = match (truth.yes, truth.no) {
        (true, true) => one.join(&number(0), &decides.cells),
        (true, false) => one,
        (false, true) => number(0),
        (false, false) => Abstract::nothing(),
    };
    found.or_fault(decides.fault, &decides.cells)
}

/// The fault of a key by which passing elements would be sorted.
fn sorted_by_fault(items: &[Item]) -> Option<crate::Fault> {
    let certain = items.iter().filter(|item| item.passes.is_true()).filter_map(|item| item.key.as_ref());
    certain.filter(|key| key.shape == Shape::Nothing).find_map(|key| key.fault)
}

/// A body of optional type counts as what is in it: optionals are never nested.
fn optional_inside(body: &Abstract) -> Abstract {
    match &body.shape {
        Shape::Optional { present: Some(inner), .. } => inner.as_ref().clone(),
        _ => body.clone(),
    }
}

/// `a or b` of truth values.
fn either(a: &Abstract, b: &Abstract) -> Abstract {
    if a.is_true() || b.is_true() {
        return Abstract::truth(Truth::YES, Bits::EMPTY);
    }
    let (x, y) = (a.as_truth(), b.as_truth());
    let (yes, no) = (x.yes || y.yes, x.no && y.no);
    let shape = if yes || no { Shape::Truth { yes, no } } else { Shape::Nothing };
    Abstract { shape, fault: first_fault(a.fault, b.fault), cells: a.cells.union(&b.cells) }.settled()
}

fn negated(a: &Abstract) -> Abstract {
    let truth = a.as_truth().not();
    let shape = if truth.yes || truth.no { Shape::Truth { yes: truth.yes, no: truth.no } } else { Shape::Nothing };
    Abstract { shape, ..a.clone() }
}

fn both(a: &Abstract, b: &Abstract) -> Abstract {
    negated(&either(&negated(a), &negated(b)))
}

/// The items in the order of the sort; `None` if that order is not known.
fn in_order<'i>(form: &Form<'_>, items: &'i [Item]) -> Option<Vec<&'i Item>> {
    let mut ordered: Vec<&Item> = items.iter().filter(|it| !it.passes.is_false()).collect();
    let Some((_, descending)) = form.sort else { return Some(ordered) };
    let key = |item: &Item| item.key.as_ref().and_then(Abstract::point);
    if ordered.len() > 1 && ordered.iter().any(|item| key(item).is_none()) {
        return None;
    }
    let sorted = |a: &Option<Value>, b: &Option<Value>| if descending { b.cmp(a) } else { a.cmp(b) };
    ordered.sort_by(|a, b| sorted(&key(a), &key(b)));
    Some(ordered)
}

/// The fault that the filters or keys of items may be, or their bodies too.
fn fault_of(items: &[&Item], with_bodies: bool) -> (Option<crate::Fault>, Bits) {
    let (mut fault, mut cells) = (None, Bits::EMPTY);
    for item in items {
        let body = Some(&item.body).filter(|_| with_bodies);
        for part in [Some(&item.passes), body, item.key.as_ref()].into_iter().flatten() {
            fault = first_fault(fault, part.fault);
            cells.add(&part.cells);
        }
    }
    (fault, cells)
}

/// The first item that passes.
fn first(items: &[&Item]) -> Abstract {
    let none = Abstract::new(Shape::Optional { absent: true, present: None }, Bits::EMPTY);
    let found = items.iter().rev().fold(none, |rest, item| {
        let body = Abstract { fault: None, ..item.body.clone() };
        let this = match &body.shape {
            Shape::Optional { .. } | Shape::Nothing => body.clone(),
            _ => Abstract::new(Shape::Optional { absent: false, present: Some(Rc::new(body.clone())) }, Bits::EMPTY),
        };
        let this = this.or_fault(item.body.fault, &item.body.cells);
        match decided(&item.passes) {
            Some(true) => this,
            Some(false) => rest,
            None => this.join(&rest, &item.passes.cells),
        }
    });
    let (fault, cells) = fault_of(items, false);
    let found = if items.iter().any(|item| item.has_no_value(false)) { Abstract::nothing() } else { found };
    found.or_fault(fault, &cells)
}

fn decided(passes: &Abstract) -> Option<bool> {
    let truth = passes.as_truth();
    (truth.yes != truth.no).then_some(truth.yes)
}

/// The first of items whose order is not known: any that may pass.
fn blended_first(items: &[Item]) -> Abstract {
    let list = blended(items, false);
    let shape = match &list.shape {
        Shape::Many { least, element, .. } => {
            let absent = *least == 0 || matches!(element.shape, Shape::Optional { absent: true, .. });
            Shape::Optional { absent, present: Some(Rc::new(optional_inside(element))) }
        }
        Shape::Nothing => Shape::Nothing,
        _ => Shape::Optional { absent: true, present: None },
    };
    Abstract { shape, fault: list.fault, cells: list.all_cells() }.settled()
}

fn mapped(items: &[&Item]) -> Abstract {
    if items.iter().all(|item| item.passes.is_true()) {
        // A single element needs no order, but its key may be a fault all the same.
        let (fault, cells) = fault_of(items, false);
        let bodies = items.iter().map(|item| item.body.clone()).collect();
        return hoisted(bodies, |parts| Shape::List(parts.into())).or_fault(fault, &cells);
    }
    blend(items, true)
}

fn blended(items: &[Item], every_body: bool) -> Abstract {
    let passing: Vec<&Item> = items.iter().filter(|it| !it.passes.is_false()).collect();
    blend(&passing, every_body)
}

/// A list of unknown order or length.
fn blend(items: &[&Item], every_body: bool) -> Abstract {
    let (fault, mut cells) = fault_of(items, true);
    items.iter().for_each(|item| cells.add(&item.body.all_cells()));
    items.iter().filter_map(|item| item.key.as_ref()).for_each(|key| cells.add(&key.all_cells()));
    let bodies = items
        .iter()
        .fold(Abstract::nothing(), |all, item| all.join(&Abstract { fault: None, ..item.body.clone() }, &cells));
    let least = items.iter().filter(|item| item.passes.is_true()).count() as u32;
    let shape = match bodies.shape {
        _ if items.iter().any(|item| item.has_no_value(every_body)) => Shape::Nothing,
        Shape::Nothing => Shape::List(Rc::new([])),
        _ => Shape::Many { least, most: items.len() as u32, element: Rc::new(blurred(&bodies, &cells)) },
    };
    Abstract::new(shape, cells.clone()).or_fault(fault, &cells)
}
