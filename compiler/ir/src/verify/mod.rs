//! What an engine may rely on: ids in bounds, types that fit, ranges that hold every value, tables in order.

mod declarations;
mod expressions;
mod ledger;
pub(crate) mod operations;
pub(crate) mod types;

use crate::{Decision, Expr, ExprKind, LocalId, Program, Type};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

/// A program that passed [`verify`]: the only thing that an engine accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Program);

impl Deref for Verified {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

impl Verified {
    /// The program itself, to be changed and verified again.
    pub fn into_program(self) -> Program {
        self.0
    }
}

/// What is wrong with a program. Such an error is a fault of the compiler, or of a text that was changed by hand; never of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Where: decision and part, or declaration.
    pub place: String,
    /// What.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for VerifyError {}

/// Expressions are not nested deeper, so that every engine can follow them on an ordinary stack.
pub const MAX_DEPTH: usize = 400;
/// Locals of a decision are numbered below this.
pub const MAX_LOCALS: u32 = 1 << 16;
/// Records are not nested deeper in each other.
pub const MAX_RECORD_DEPTH: usize = 16;

/// Checks a program.
///
/// # Errors
/// Everything that is wrong with it, the declarations before the decisions; decisions are looked at only if the declarations are right.
pub fn verify(program: Program) -> Result<Verified, Vec<VerifyError>> {
    let mut errors = Errors::default();
    declarations::check(&program, &mut errors);
    if errors.found.is_empty() {
        for decision in &program.decisions {
            check_decision(&program, decision, &mut errors);
        }
        ledger::shared(&program, &mut errors);
    }
    if errors.found.is_empty() { Ok(Verified(program)) } else { Err(errors.found) }
}

/// The errors so far, and where we are.
#[derive(Default)]
struct Errors {
    place: String,
    found: Vec<VerifyError>,
}

impl Errors {
    fn at(&mut self, place: String) {
        self.place = place;
    }

    fn add(&mut self, message: impl Into<String>) {
        self.found.push(VerifyError { place: self.place.clone(), message: message.into() });
    }

    fn check(&mut self, checked: Result<(), String>) {
        if let Err(message) = checked {
            self.add(message);
        }
    }

    /// Names that must differ.
    fn distinct<'n>(&mut self, what: &str, names: impl IntoIterator<Item = &'n str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.add(format!("the {what} `{name}` stands twice"));
            }
        }
    }
}

fn check_decision(program: &Program, decision: &Decision, errors: &mut Errors) {
    let name = &decision.name;
    errors.at(format!("decision `{name}`"));
    errors.distinct("input", decision.inputs.iter().map(|it| it.name.as_str()));
    errors.distinct("requirement", decision.requirements.iter().map(|it| it.name.as_str()));
    errors.distinct("output", decision.outputs.iter().map(|it| it.name.as_str()));
    let cites = decision.requirements.iter().map(|it| &it.cites).chain(decision.outputs.iter().map(|it| &it.cites));
    let cites = cites.chain(decision.rules.iter().flat_map(|rule| rule.exceptions.iter().map(|it| &it.cites)));
    for cite in cites.flatten() {
        errors.check(declarations::cite(program, cite));
    }
    for input in &decision.inputs {
        errors.at(format!("decision `{name}`, input `{}`", input.name));
        errors.check(declarations::field(program, input));
    }
    let mut scope = Scope { program, decision, locals: Vec::new(), defined: BTreeSet::new() };
    for (place, input) in (0..).zip(&decision.inputs) {
        errors.check(scope.define(LocalId(place), input.ty.clone()));
    }
    for binding in &decision.bindings {
        errors.at(format!("decision `{name}`, binding `{}`", binding.name));
        errors.check(scope.whole(&binding.value));
        errors.check(scope.define(binding.local, binding.value.ty.clone()));
    }
    for requirement in &decision.requirements {
        errors.at(format!("decision `{name}`, requirement `{}`", requirement.name));
        errors.check(scope.condition(&requirement.condition));
    }
    for output in &decision.outputs {
        errors.at(format!("decision `{name}`, output `{}`", output.name));
        if let Some(when) = &output.when {
            errors.check(scope.condition(when));
        }
        errors.check(scope.whole(&output.value));
    }
    ledger::check(&mut scope, errors);
}

/// What an expression may refer to.
struct Scope<'p> {
    program: &'p Program,
    decision: &'p Decision,
    /// Locals that can be seen here, with their types.
    locals: Vec<(LocalId, Type)>,
    /// Every local of the decision so far.
    defined: BTreeSet<LocalId>,
}

impl Scope<'_> {
    fn define(&mut self, local: LocalId, ty: Type) -> Result<(), String> {
        if local.0 >= MAX_LOCALS {
            return Err(format!("local {} is beyond {MAX_LOCALS}", local.0));
        }
        if !self.defined.insert(local) {
            return Err(format!("local {} is defined twice", local.0));
        }
        self.locals.push((local, ty));
        Ok(())
    }

    fn whole(&mut self, expr: &Expr) -> Result<(), String> {
        if expr.deeper_than(MAX_DEPTH) {
            return Err(format!("is nested deeper than {MAX_DEPTH}"));
        }
        self.expr(expr)
    }

    fn condition(&mut self, expr: &Expr) -> Result<(), String> {
        self.whole(expr)?;
        if expr.ty == Type::Bool { Ok(()) } else { Err("is no condition: its type is not `bool`".to_owned()) }
    }
}

impl Expr {
    /// The expressions directly inside this one.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Today => Vec::new(),
            ExprKind::Op(_, parts) | ExprKind::Record(parts) | ExprKind::List(parts) => parts.iter().collect(),
            ExprKind::Let(_, value, body) => vec![value, body],
            ExprKind::If(condition, then, otherwise) => vec![condition, then, otherwise],
            ExprKind::Choose { exceptions, general, .. } => {
                exceptions.iter().flat_map(|(condition, value)| [condition, value]).chain([general.as_ref()]).collect()
            }
            ExprKind::Field(record, _) => vec![record],
            ExprKind::Lookup { keys, date, .. } => keys.iter().chain(date.as_deref()).collect(),
            ExprKind::Each { list, filter, sort, body, .. } => {
                let key = sort.as_ref().map(|(key, _)| key.as_ref());
                [Some(list.as_ref()), filter.as_deref(), key, Some(body.as_ref())].into_iter().flatten().collect()
            }
        }
    }

    /// Whether expressions are nested in this one deeper than so many. Looked at level by level, without recursion.
    fn deeper_than(&self, depth: usize) -> bool {
        let mut level = vec![self];
        for _ in 0..depth {
            level = level.into_iter().flat_map(Expr::parts).collect();
            if level.is_empty() {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
