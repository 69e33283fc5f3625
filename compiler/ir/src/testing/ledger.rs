//! Tallies of random decisions: what is counted, under which key, and mostly the requirement that keeps it within its most.

use super::choices::Choices;
use super::expressions::Author;
use super::{declarations, labels, local};
use crate::ledger::{KeyKind, reading};
use crate::{
    Binding, Decision, Encoding, Expr, ExprKind, Field, LocalId, NumberType, Op, Output, Requirement, Tally, Type,
    Value,
};

/// A tally in the making: its port's type, and what a grant adds, if not 1.
pub(super) struct Planned {
    name: String,
    port: LocalId,
    ty: NumberType,
    most: i128,
    /// The name of the output that is added, its value, and whether it is given.
    adds: Option<(String, Expr, Option<Expr>)>,
}

/// Plans tallies and adds their ports to the inputs.
pub(super) fn ports(choices: &mut Choices<'_>, inputs: &mut Vec<Field>) -> Vec<Planned> {
    let many = if choices.last_in(4) { 1 + choices.below(2) } else { 0 };
    let mut plans = Vec::new();
    for n in 0..many {
        let by_amount = choices.one_in(2);
        let ty = NumberType { lo: 0, ..declarations::number_type(choices) };
        let ty = if by_amount { ty } else { NumberType { scale: 0, ..ty } };
        let most = *choices.pick(&[1, 3, ty.hi / 2, ty.hi]).unwrap_or(&1);
        let name = format!("t{n}");
        let port = local(inputs.len());
        let (path, encoding) = (vec![name.clone()], Encoding::Standard);
        let (schema, issuer) = (String::new(), String::new());
        let of = Type::Number(ty);
        inputs.push(Field {
            name: name.clone(),
            labels: labels("累计"),
            path,
            ty: of,
            encoding,
            schema,
            issuer,
            private: false,
        });
        plans.push(Planned { name, port, ty, most: most.max(1), adds: by_amount.then(|| placeholder(ty)) });
    }
    plans
}

fn placeholder(ty: NumberType) -> (String, Expr, Option<Expr>) {
    (String::new(), number(ty, 0), None)
}

fn number(ty: NumberType, n: i128) -> Expr {
    Expr { ty: Type::Number(NumberType { lo: n, hi: n, ..ty }), kind: ExprKind::Const(Value::Number(n)) }
}

/// Binds what is added, so that output and requirement share it.
pub(super) fn amounts(author: &mut Author<'_, '_>, plans: &mut [Planned], bindings: &mut Vec<Binding>) {
    let mut bind = |author: &mut Author<'_, '_>, name: String, value: Expr| {
        let ty = value.ty.clone();
        let id = author.bind(ty.clone());
        bindings.push(Binding { local: id, name, value });
        Expr { ty, kind: ExprKind::Local(id) }
    };
    for plan in plans.iter_mut().filter(|plan| plan.adds.is_some()) {
        let hi = (plan.most / 2).max(1).min(plan.ty.hi);
        let value = author.expr(&Type::Number(NumberType { hi, ..plan.ty }), 3);
        let value = bind(author, format!("_{}", plan.name), value);
        let given = author.choices.one_in(3).then(|| {
            let when = author.expr(&Type::Bool, 2);
            bind(author, format!("_{}_given", plan.name), when)
        });
        plan.adds = Some((format!("a_{}", plan.name), value, given));
    }
}

/// The requirement that what is counted stays within its most; left out at times, for the ledger must hold then too.
pub(super) fn requirements(choices: &mut Choices<'_>, plans: &[Planned], requirements: &mut Vec<Requirement>) {
    for plan in plans {
        if choices.one_in(5) {
            continue;
        }
        let amount = match &plan.adds {
            None => number(plan.ty, 1),
            Some((_, value, None)) => value.clone(),
            Some((_, value, Some(given))) => {
                let parts = [given.clone(), value.clone(), number(plan.ty, 0)];
                let [given, value, none] = parts.map(Box::new);
                Expr { ty: Type::Number(plan.ty), kind: ExprKind::If(given, value, none) }
            }
        };
        let so_far = Expr { ty: Type::Number(plan.ty), kind: ExprKind::Local(plan.port) };
        let hi = amount.ty.number().map_or(0, |amount| amount.hi);
        let sum = Type::Number(NumberType { hi: plan.ty.hi + hi, ..plan.ty });
        let sum = Expr { ty: sum, kind: ExprKind::Op(Op::Add, vec![so_far, amount]) };
        let condition = Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Le, vec![sum, number(plan.ty, plan.most)]) };
        let cites = declarations::cites(choices);
        requirements.push(Requirement { name: plan.name.clone(), labels: labels("累计"), cites, condition });
    }
}

/// The outputs that are added.
pub(super) fn outputs(plans: &[Planned]) -> Vec<Output> {
    let output = |(name, value, given): &(String, Expr, Option<Expr>)| {
        let (name, when) = (name.clone(), given.clone());
        Output { name, labels: labels("金额"), cites: vec![], when, value: value.clone() }
    };
    plans.iter().filter_map(|plan| plan.adds.as_ref().map(output)).collect()
}

/// The tallies, with keys that read no port. `decision` has everything else.
pub(super) fn tallies(author: &mut Author<'_, '_>, plans: Vec<Planned>, decision: &Decision) -> Vec<Tally> {
    author.hide(&reading(&decision.bindings, plans.iter().map(|plan| plan.port)));
    let place = |name: &str| decision.outputs.iter().position(|it| it.name == name).and_then(|n| n.try_into().ok());
    let mut made = Vec::new();
    for plan in plans {
        let mut key = Vec::new();
        for _ in 0..1 + author.choices.below(2) {
            let ty = author.scalar();
            let part = author.expr(&ty, 2);
            key.extend(KeyKind::of(&part.ty).map(|_| part));
        }
        if key.is_empty() {
            key.push(Expr { ty: Type::Date, kind: ExprKind::Today });
        }
        let adds = plan.adds.as_ref().and_then(|(name, ..)| place(name));
        let (ledger, cites) = (format!("账 {}", plan.name), declarations::cites(author.choices));
        let (name, labels, port, most) = (plan.name, labels("累计"), plan.port.0, plan.most);
        made.push(Tally { name, labels, cites, ledger, key, port, adds, most });
    }
    made
}
