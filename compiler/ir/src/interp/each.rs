//! Forms over the elements of a list.

use super::eval::{Evaluation, ILL_TYPED, Judged};
use super::partial::{Partial, fault_among, strict};
use crate::{Each, Expr, LocalId, Op, Value, ops};

/// The parts of a form.
pub(crate) struct Form<'e> {
    pub(crate) form: Each,
    pub(crate) element: LocalId,
    pub(crate) before: Option<LocalId>,
    pub(crate) filter: Option<&'e Expr>,
    pub(crate) sort: Option<(&'e Expr, bool)>,
    pub(crate) body: &'e Expr,
}

/// An element that passes, or may pass.
struct Item {
    passes: Judged,
    key: Option<Judged>,
    /// Its place in the list.
    place: usize,
}

impl Evaluation<'_> {
    pub(crate) fn each(&mut self, list: Judged, form: &Form<'_>) -> Judged {
        let elements = match &list.value {
            Partial::List(elements) => elements.clone(),
            Partial::Missing(_) | Partial::Fault(_) => return list,
            Partial::Known(_) | Partial::Record(_) => return Judged::new(ILL_TYPED),
        };
        let found = match form.form {
            Each::Any => {
                let each = (0..elements.len()).map(|n| self.passes_and(form, &elements, n)).collect();
                Judged::connect(each, true)
            }
            Each::All => {
                let each = (0..elements.len()).map(|n| self.passes_and(form, &elements, n)).collect();
                Judged::connect(each, false)
            }
            Each::Count | Each::Sum => {
                let each = (0..elements.len()).map(|n| self.adds(form, &elements, n)).collect();
                Judged::from_all(each, |parts| fold(self, Op::Add, parts).unwrap_or(Partial::Known(Value::Number(0))))
            }
            Each::Min | Each::Max | Each::First | Each::Map => self.in_order(form, &elements),
        };
        found.after(list)
    }

    fn enter(&mut self, form: &Form<'_>, elements: &[Partial], n: usize) {
        self.set(form.element, Judged::new(elements.get(n).cloned().unwrap_or(ILL_TYPED)));
        if let Some(before) = form.before {
            let earlier = elements.get(..n).unwrap_or_default();
            self.set(before, Judged::new(Partial::List(earlier.into())));
        }
    }

    fn passes(&mut self, form: &Form<'_>) -> Judged {
        form.filter.map_or_else(|| Judged::new(Partial::YES), |filter| self.eval(filter))
    }

    /// For `any`: the element passes and its body is true. For `all`: it does not pass or its body is true.
    fn passes_and(&mut self, form: &Form<'_>, elements: &[Partial], n: usize) -> Judged {
        self.enter(form, elements, n);
        let passes = self.passes(form);
        let body = self.eval(form.body);
        match form.form {
            Each::All => Judged::connect(vec![passes.not(), body], true),
            _ => Judged::connect(vec![passes, body], false),
        }
    }

    /// What an element adds to a sum or a count.
    fn adds(&mut self, form: &Form<'_>, elements: &[Partial], n: usize) -> Judged {
        if form.form == Each::Count {
            let counts = self.passes_and(form, elements, n);
            let one = |n: i128| move |_: &mut Self| Judged::new(Partial::Known(Value::Number(n)));
            return self.branch(counts, one(1), one(0));
        }
        self.enter(form, elements, n);
        let passes = self.passes(form);
        self.branch(passes, |run| run.eval(form.body), |_| Judged::new(Partial::Known(Value::Number(0))))
    }

    /// Forms for which the elements are brought in order: those that pass, sorted.
    fn in_order(&mut self, form: &Form<'_>, elements: &[Partial]) -> Judged {
        let mut items = Vec::new();
        let mut left_out = Vec::new();
        for place in 0..elements.len() {
            self.enter(form, elements, place);
            let passes = self.passes(form);
            if passes.truth() == Some(false) {
                left_out.push(passes);
                continue;
            }
            let key = match form.form {
                Each::Map | Each::First => form.sort.map(|(key, _)| self.eval(key)),
                _ => None,
            };
            items.push(Item { passes, key, place });
        }
        let descending = form.sort.is_some_and(|(_, descending)| descending);
        let found = match sorted(items, descending) {
            Ok(items) if form.form == Each::First => self.first(form, elements, items),
            Ok(items) => self.all_bodies(form, elements, items),
            Err(items) => self.open(form, elements, items),
        };
        left_out.into_iter().fold(found, Judged::after)
    }

    fn body(&mut self, form: &Form<'_>, elements: &[Partial], place: usize) -> Judged {
        self.enter(form, elements, place);
        self.eval(form.body)
    }

    /// It is not known which elements pass, or in which order. A fault counts if it certainly comes up.
    fn open(&mut self, form: &Form<'_>, elements: &[Partial], items: Vec<Item>) -> Judged {
        let mut all = Vec::new();
        let mut faults = Vec::new();
        for item in items {
            let body = self.body(form, elements, item.place);
            let certain = item.passes.truth() == Some(true);
            faults.push(item.passes.value.clone());
            if certain {
                faults.extend(item.key.iter().map(|key| key.value.clone()));
            }
            if certain && form.form != Each::First {
                faults.push(body.value.clone());
            }
            all.extend([Some(item.passes), item.key, Some(body)].into_iter().flatten());
        }
        let fault = fault_among(&faults).map(Partial::Fault);
        Judged::from_all(all, |all| fault.unwrap_or_else(|| Partial::missing(all)))
    }

    /// The first body: only that one counts.
    fn first(&mut self, form: &Form<'_>, elements: &[Partial], items: Vec<Item>) -> Judged {
        let may_fault =
            |item: &Item| [Some(&item.passes), item.key.as_ref()].into_iter().flatten().any(|it| it.value.may_fault());
        let faulty = |item: &Item| matches!(item.passes.value, Partial::Fault(_));
        if items.iter().any(|item| faulty(item) || may_fault(item)) {
            return self.open(form, elements, items);
        }
        let mut tried = Vec::new();
        let mut others = Vec::new();
        let mut last = None;
        for item in items {
            others.extend(item.key);
            if last.is_some() {
                others.push(item.passes);
                continue;
            }
            let body = self.body(form, elements, item.place);
            match item.passes.truth() {
                Some(true) => last = Some(body.after(item.passes)),
                _ => tried.push((item.passes, body)),
            }
        }
        let last = last.unwrap_or_else(|| Judged::new(Partial::Known(Value::Absent)));
        let found = tried.into_iter().rev().fold(last, |rest, (passes, body)| self.branch(passes, |_| body, |_| rest));
        others.into_iter().fold(found, Judged::after)
    }

    /// The list, or the smallest or largest, of all bodies.
    fn all_bodies(&mut self, form: &Form<'_>, elements: &[Partial], items: Vec<Item>) -> Judged {
        if items.iter().any(|item| item.passes.truth().is_none()) {
            return self.open(form, elements, items);
        }
        let mut bodies = Vec::new();
        let mut others = Vec::new();
        for item in items {
            bodies.push(self.body(form, elements, item.place));
            others.extend(item.key.into_iter().chain([item.passes]));
        }
        let found = Judged::from_all(bodies, |bodies| match form.form {
            Each::Map => Partial::whole(bodies.to_vec(), Partial::List),
            Each::Min => fold(self, Op::Min, bodies).unwrap_or(Partial::Known(Value::Absent)),
            _ => fold(self, Op::Max, bodies).unwrap_or(Partial::Known(Value::Absent)),
        });
        others.into_iter().fold(found, Judged::after)
    }
}

/// The items by their keys, stable; the items as they were if a key is a fault, or missing where it tells items apart.
fn sorted(items: Vec<Item>, descending: bool) -> Result<Vec<Item>, Vec<Item>> {
    let faulty = |item: &Item| item.key.as_ref().is_some_and(|key| matches!(key.value, Partial::Fault(_)));
    if items.iter().any(faulty) {
        return Err(items);
    }
    if items.len() <= 1 {
        return Ok(items);
    }
    let key = |item: &Item| item.key.as_ref().map_or(Some(Value::Absent), |key| key.value.value());
    let Some(keys) = items.iter().map(key).collect::<Option<Vec<Value>>>() else { return Err(items) };
    let mut paired: Vec<(Value, Item)> = keys.into_iter().zip(items).collect();
    paired.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    Ok(paired.into_iter().map(|(_, item)| item).collect())
}

/// One after the other; `None` for none.
fn fold(run: &Evaluation<'_>, op: Op, parts: &[Partial]) -> Option<Partial> {
    let values = match strict(parts) {
        Ok(values) => values,
        Err(open) => return Some(open),
    };
    let mut values = values.into_iter();
    let first = values.next()?;
    let folded = values.try_fold(first, |so_far, next| ops::apply(run.program, op, &[so_far, next]));
    Some(folded.map_or(ILL_TYPED, Partial::Known))
}
