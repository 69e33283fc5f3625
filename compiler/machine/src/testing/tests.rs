//! Samples are well formed, run to their end, and hold everything that machine code can hold.

use super::*;
use crate::code::{Binary, Expr, Function, Stmt};
use crate::validate::validate;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn samples_are_well_formed_and_never_trap(choices in prop::collection::vec(any::<u32>(), 0..900)) {
        let sample = sample(&choices);
        prop_assert_eq!(validate(&sample.module), Ok(()));
        let run = sample.expected();
        prop_assert!(run.is_ok(), "{:?}", run);
    }
}

#[test]
fn the_simplest_sample_returns_at_once() {
    let sample = sample(&[]);
    assert_eq!(sample.module.functions.len(), 1);
    assert_eq!(sample.expected().unwrap().0, 0);
}

struct Seen(BTreeSet<String>);

impl Seen {
    fn note(&mut self, what: impl Into<String>) {
        self.0.insert(what.into());
    }

    fn block(&mut self, block: &[Stmt]) {
        block.iter().for_each(|stmt| self.stmt(stmt));
        let leaves = |stmt: &Stmt| matches!(stmt, Stmt::Break(_) | Stmt::Continue(_) | Stmt::Return(_));
        if block.split_last().is_some_and(|(_, rest)| rest.iter().any(leaves)) {
            self.note("never reached");
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Set(_, value) => {
                self.note("set");
                self.expr(value);
            }
            Stmt::Call { args, results, .. } => {
                self.note(format!("call with {} results", results.len()));
                args.iter().for_each(|it| self.expr(it));
            }
            Stmt::Store { width, address, value, .. } => {
                self.note(format!("store {width:?}"));
                self.expr(address);
                self.expr(value);
            }
            Stmt::If(condition, yes, no) => {
                self.note("if");
                self.expr(condition);
                self.block(yes);
                self.block(no);
            }
            Stmt::Loop(body) => {
                self.note("loop");
                self.block(body);
            }
            Stmt::Break(n) => self.note(format!("break {n}")),
            Stmt::Continue(n) => self.note(format!("continue {n}")),
            Stmt::Return(values) => {
                self.note("return");
                values.iter().for_each(|it| self.expr(it));
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::I32(_) => self.note("i32"),
            Expr::I64(_) => self.note("i64"),
            Expr::Get(_) => self.note("get"),
            Expr::Data(_) => self.note("data"),
            Expr::Load { ty, width, signed, address, .. } => {
                self.note(format!("load {ty:?} {width:?} {signed}"));
                self.expr(address);
            }
            Expr::Offset(pointer, bytes) => {
                self.note("offset");
                self.expr(pointer);
                self.expr(bytes);
            }
            Expr::Unary(op, value) => {
                self.note(format!("{op:?}"));
                self.expr(value);
            }
            Expr::Binary(op, ty, a, b) => {
                self.note(format!("{op:?} {ty:?}"));
                self.expr(a);
                self.expr(b);
            }
            Expr::Select(ty, condition, yes, no) => {
                self.note(format!("select {ty:?}"));
                [condition, yes, no].into_iter().for_each(|it| self.expr(it));
            }
        }
    }

    fn function(&mut self, function: &Function) {
        self.block(&function.body);
        function.params.iter().for_each(|ty| self.note(format!("param {ty:?}")));
        function.results.iter().for_each(|ty| self.note(format!("result {ty:?}")));
        function.locals.iter().for_each(|ty| self.note(format!("local {ty:?}")));
    }
}

#[test]
fn every_form_and_operation_comes_up() {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<u32>(), 200..900);
    let mut seen = Seen(BTreeSet::new());
    for _ in 0..800 {
        let sample = sample(&strategy.new_tree(&mut runner).unwrap().current());
        sample.module.functions.iter().for_each(|function| seen.function(function));
    }
    let mut wanted = Seen(BTreeSet::new());
    for what in ["set", "if", "loop", "return", "never reached", "i32", "i64", "get", "data", "offset"] {
        wanted.note(what);
    }
    for n in 0..3 {
        wanted.note(format!("break {n}"));
        wanted.note(format!("continue {n}"));
        wanted.note(format!("call with {n} results"));
    }
    for width in ["One", "Two", "Four", "Eight"] {
        wanted.note(format!("store {width}"));
        for signed in [true, false] {
            wanted.note(format!("load I64 {width} {signed}"));
            if width != "Eight" {
                wanted.note(format!("load I32 {width} {signed}"));
            }
        }
    }
    wanted.note("load Ptr Eight false");
    for op in ["IsZero", "Extend", "ExtendUnsigned", "Wrap", "LeadingZeros", "Address"] {
        wanted.note(op);
    }
    for op in Binary::ALL {
        wanted.note(format!("{op:?} I32"));
        wanted.note(format!("{op:?} I64"));
    }
    for ty in ["I32", "I64", "Ptr"] {
        for place in ["select", "param", "result", "local"] {
            wanted.note(format!("{place} {ty}"));
        }
    }
    let missing: Vec<&String> = wanted.0.difference(&seen.0).collect();
    assert!(missing.is_empty(), "never made: {missing:?}");
}

#[test]
fn samples_do_something() {
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<u32>(), 0..900);
    let (mut steps, mut changed, mut results) = (Vec::new(), 0, BTreeSet::new());
    for _ in 0..500 {
        let sample = sample(&strategy.new_tree(&mut runner).unwrap().current());
        let mut machine = Machine::new(&sample.module, BLOCK);
        let at = machine.free();
        machine.memory[at..at + BLOCK].copy_from_slice(&sample.block);
        let before = machine.fuel;
        results.extend(machine.call(sample.module.find(ENTRY).unwrap(), &[at as u64]).unwrap());
        steps.push(before - machine.fuel);
        let freely = SLOTS..SLOTS + BYTES as usize;
        changed += usize::from(machine.memory[at..at + BLOCK][freely.clone()] != sample.block[freely]);
    }
    steps.sort_unstable();
    let found = (steps[250], steps[450], changed, results.len());
    let enough = found.0 >= 10 && found.1 >= 60 && found.2 >= 200 && found.3 >= 50;
    assert!(enough, "steps of the middle and of a tenth, changed blocks, results: {found:?}");
}
