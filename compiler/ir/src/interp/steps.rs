//! The steps that count for a value, shared between all values for which they count.

use super::settle::Step;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A set of steps. Cloning it and joining two take the same time whatever is in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps(Option<Rc<Node>>);

#[derive(Debug)]
enum Node {
    One(Step),
    Both(Steps, Steps),
}

impl Steps {
    /// One step.
    pub(crate) fn one(step: Step) -> Steps {
        Steps(Some(Rc::new(Node::One(step))))
    }

    /// These, and the others.
    #[must_use]
    pub(crate) fn and(self, others: Steps) -> Steps {
        match (&self.0, &others.0) {
            (_, None) => self,
            (None, _) => others,
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self,
            _ => Steps(Some(Rc::new(Node::Both(self, others)))),
        }
    }

    /// The steps of all of these. What is shared is looked at once, or this could take as long as there are ways to it.
    pub(crate) fn collect(all: impl IntoIterator<Item = Steps>) -> BTreeSet<Step> {
        let mut open: Vec<Rc<Node>> = all.into_iter().filter_map(|mut it| it.0.take()).collect();
        let mut seen: BTreeSet<*const Node> = BTreeSet::new();
        let mut found = BTreeSet::new();
        while let Some(node) = open.pop() {
            match node.as_ref() {
                Node::One(step) => {
                    found.insert(*step);
                }
                Node::Both(a, b) => {
                    if seen.insert(Rc::as_ptr(&node)) {
                        open.extend([a, b].into_iter().filter_map(|it| it.0.clone()));
                    }
                }
            }
        }
        found
    }
}

/// A long chain is taken apart link by link: each within the one before would need as much stack.
impl Drop for Steps {
    fn drop(&mut self) {
        let Some(Node::Both(mut a, mut b)) = self.0.take().and_then(Rc::into_inner) else { return };
        let mut open: Vec<Rc<Node>> = [a.0.take(), b.0.take()].into_iter().flatten().collect();
        while let Some(node) = open.pop() {
            if let Some(Node::Both(mut a, mut b)) = Rc::into_inner(node) {
                open.extend([a.0.take(), b.0.take()].into_iter().flatten());
            }
        }
    }
}
