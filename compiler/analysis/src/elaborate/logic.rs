//! `and`, `or`, and the dispatch of infix operators.

use super::{Elaborator, Typed};
use crate::checks::{Condition, Role};
use crate::number;
use enact_base::Span;
use enact_ir::{Expr, Op};
use enact_syntax::ast::{self, BinaryOp};

impl Elaborator<'_> {
    pub(super) fn binary(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        match op {
            BinaryOp::And => self.connective(Op::And, a, b, span),
            BinaryOp::Or => self.connective(Op::Or, a, b, span),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => self.comparison(op, a, b, span),
            BinaryOp::In => self.membership(a, b, span),
            BinaryOp::Concat => self.concatenation(a, b, span),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                self.arithmetic(op, a, b, span)
            }
        }
    }

    /// The right side is read knowing that the left one has not decided.
    fn connective(&mut self, op: Op, a: &ast::Expr, b: &ast::Expr, span: Span) -> Typed {
        let name = if op == Op::And { "`and`" } else { "`or`" };
        let left = self.condition(a, name);
        let right = self.within(|it| {
            left.iter().for_each(|left| it.assume(left, op == Op::And));
            it.condition(b, name)
        });
        let (Some(left), Some(right)) = (left, right) else { return Typed::Error };
        let made = number::test(op, vec![left.clone(), right.clone()]);
        if op == Op::And && self.own {
            let operands = vec![(left, a.span), (right, b.span)];
            self.material.conditions.push(Condition { role: Role::Part, expr: made.clone(), span, operands });
        }
        made.into()
    }

    /// Keeps a condition that decides something, for the checks.
    pub(super) fn note_condition(&mut self, condition: &Expr, span: Span) {
        if self.own {
            self.material.conditions.push(Condition {
                role: Role::When,
                expr: condition.clone(),
                span,
                operands: Vec::new(),
            });
        }
    }
}
