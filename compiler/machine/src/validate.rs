//! Whether machine code is well formed. Engines take it for granted; tests and debug builds ask.

use crate::code::{Binary, Expr, Function, Local, Module, Stmt, Ty, Unary, Width};
use std::collections::BTreeSet;

/// Looks at everything that can be seen without running: that names are unique, locals and functions exist, types agree (an integer is never written wider than it is, a pointer always in 8 bytes,
/// and no two results of a call go to one local), breaks stay inside the function, and every way through a function ends in a return. Statements that are never reached are allowed.
///
/// # Errors
/// What is wrong, and in which function.
pub fn validate(module: &Module) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for function in &module.functions {
        let checker = Checker { module, function };
        let unique = if names.insert(&function.name) { Ok(()) } else { fault("the name is used twice") };
        if function.host {
            unique?;
            continue;
        }
        let ends = unique.and_then(|()| checker.block(&function.body, 0)).and_then(|ends| match ends.next {
            true => fault("an end without a return"),
            false => Ok(()),
        });
        ends.map_err(|why| format!("{}: {why}", function.name))?;
    }
    Ok(())
}

struct Checker<'m> {
    module: &'m Module,
    function: &'m Function,
}

/// What a statement or a block may lead to.
#[derive(Default)]
struct Ends {
    /// To what stands after it.
    next: bool,
    /// Out of these loops, counted from the inside.
    breaks: BTreeSet<u32>,
}

impl Ends {
    const fn new(next: bool) -> Ends {
        Ends { next, breaks: BTreeSet::new() }
    }
}

fn fault<T>(why: impl Into<String>) -> Result<T, String> {
    Err(why.into())
}

fn same(found: Ty, wanted: Ty, place: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { fault(format!("{place} is {found:?} and not {wanted:?}")) }
}

/// Whether a value of a type can be kept in so many bytes.
fn fits(ty: Ty, width: Width) -> Result<(), String> {
    let good = match ty {
        Ty::I32 => width.bytes() <= 4,
        Ty::I64 => true,
        Ty::Ptr => width == Width::Eight,
    };
    if good { Ok(()) } else { fault(format!("{ty:?} of {} bytes in memory", width.bytes())) }
}

impl Checker<'_> {
    fn block(&self, block: &[Stmt], loops: u32) -> Result<Ends, String> {
        let mut ends = Ends::new(true);
        for stmt in block {
            let stmt = self.stmt(stmt, loops)?;
            // A break that is never reached leads nowhere.
            if ends.next {
                ends.next = stmt.next;
                ends.breaks.extend(stmt.breaks);
            }
        }
        Ok(ends)
    }

    fn stmt(&self, stmt: &Stmt, loops: u32) -> Result<Ends, String> {
        match stmt {
            Stmt::Set(local, value) => same(self.expr(value)?, self.local(*local)?, "the value of a local")?,
            Stmt::Call { function, args, results } => {
                let Some(callee) = self.module.function(*function) else { return fault("no such function") };
                self.all(args, &callee.params, "an argument")?;
                if results.len() != callee.results.len() {
                    return fault("wrong number of results of a call");
                }
                for (n, (local, ty)) in results.iter().zip(&callee.results).enumerate() {
                    same(self.local(*local)?, *ty, "the local of a result")?;
                    if results.iter().take(n).any(|other| other == local) {
                        return fault("two results go to one local");
                    }
                }
            }
            Stmt::Store { width, address, value, .. } => {
                same(self.expr(address)?, Ty::Ptr, "the address of a store")?;
                fits(self.expr(value)?, *width)?;
            }
            Stmt::If(condition, yes, no) => {
                same(self.expr(condition)?, Ty::I32, "a condition")?;
                let (mut yes, no) = (self.block(yes, loops)?, self.block(no, loops)?);
                yes.next |= no.next;
                yes.breaks.extend(no.breaks);
                return Ok(yes);
            }
            Stmt::Loop(body) => {
                let body = self.block(body, loops + 1)?;
                let next = body.breaks.contains(&0);
                return Ok(Ends { next, breaks: body.breaks.iter().filter_map(|n| n.checked_sub(1)).collect() });
            }
            Stmt::Break(n) | Stmt::Continue(n) if *n >= loops => return fault("no such loop"),
            Stmt::Break(n) => return Ok(Ends { next: false, breaks: BTreeSet::from([*n]) }),
            Stmt::Continue(_) => return Ok(Ends::new(false)),
            Stmt::Return(values) => {
                self.all(values, &self.function.results, "a result")?;
                return Ok(Ends::new(false));
            }
        }
        Ok(Ends::new(true))
    }

    fn all(&self, values: &[Expr], types: &[Ty], place: &str) -> Result<(), String> {
        if values.len() != types.len() {
            return fault(format!("wrong number of values where {place} stands"));
        }
        values.iter().zip(types).try_for_each(|(value, ty)| same(self.expr(value)?, *ty, place))
    }

    fn local(&self, local: Local) -> Result<Ty, String> {
        self.function.local(local).ok_or_else(|| format!("no local {}", local.0))
    }

    fn expr(&self, expr: &Expr) -> Result<Ty, String> {
        let is = |value: &Expr, ty, place: &str| same(self.expr(value)?, ty, place);
        Ok(match expr {
            Expr::I32(_) => Ty::I32,
            Expr::I64(_) => Ty::I64,
            Expr::Get(local) => self.local(*local)?,
            Expr::Data(at) if *at as usize > self.module.data.len() => return fault("no such constant"),
            Expr::Data(_) => Ty::Ptr,
            Expr::Load { ty, width, address, .. } => {
                is(address, Ty::Ptr, "the address of a load")?;
                fits(*ty, *width)?;
                *ty
            }
            Expr::Offset(pointer, bytes) => {
                is(pointer, Ty::Ptr, "the base of an offset")?;
                is(bytes, Ty::I32, "an offset")?;
                Ty::Ptr
            }
            Expr::Unary(op, value) => {
                let (of, ty) = match op {
                    Unary::IsZero => (Ty::I32, Ty::I32),
                    Unary::Extend | Unary::ExtendUnsigned => (Ty::I32, Ty::I64),
                    Unary::Wrap => (Ty::I64, Ty::I32),
                    Unary::LeadingZeros => (Ty::I64, Ty::I64),
                    Unary::Address => (Ty::Ptr, Ty::I64),
                };
                is(value, of, &format!("the operand of {op:?}"))?;
                ty
            }
            Expr::Binary(op, Ty::Ptr, ..) => return fault(format!("{op:?} of pointers")),
            Expr::Binary(op, ty, a, b) => {
                for operand in [a, b] {
                    is(operand, *ty, &format!("an operand of {op:?}"))?;
                }
                if Binary::compares(*op) { Ty::I32 } else { *ty }
            }
            Expr::Select(ty, condition, yes, no) => {
                is(condition, Ty::I32, "a condition")?;
                is(yes, *ty, "what is chosen")?;
                is(no, *ty, "what is chosen")?;
                *ty
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::FunctionId;

    fn module(body: Vec<Stmt>) -> Module {
        let params = vec![Ty::I32, Ty::I64, Ty::Ptr];
        let (name, results) = ("f".to_owned(), vec![Ty::I32]);
        let function = Function { name, exported: true, host: false, params, results, locals: vec![Ty::I32], body };
        let data = vec![0; 8];
        Module { functions: vec![function], data }
    }

    fn refused(mut body: Vec<Stmt>) -> String {
        body.push(Stmt::Return(vec![Expr::I32(0)]));
        validate(&module(body)).expect_err("refused")
    }

    fn get(n: u32) -> Expr {
        Expr::Get(Local(n))
    }

    #[test]
    fn every_way_ends_in_a_return() {
        let done = || Stmt::Return(vec![Expr::I32(1)]);
        let both = |yes, no| Stmt::If(Expr::I32(1), yes, no);
        let good = [
            vec![done()],
            vec![both(vec![done()], vec![done()])],
            vec![Stmt::Loop(vec![both(vec![done()], vec![])])],
            vec![Stmt::Loop(vec![Stmt::Loop(vec![Stmt::Continue(1)]), Stmt::Break(0)])],
            vec![Stmt::Loop(vec![done(), Stmt::Break(0)])],
            vec![done(), Stmt::Set(Local(0), Expr::I32(1))],
        ];
        for body in good {
            assert_eq!(validate(&module(body.clone())), Ok(()), "{body:?}");
        }
        let bad = [
            vec![],
            vec![both(vec![done()], vec![])],
            vec![Stmt::Loop(vec![both(vec![Stmt::Break(0)], vec![done()])])],
            vec![Stmt::Loop(vec![Stmt::Loop(vec![Stmt::Break(1)])])],
        ];
        for body in bad {
            assert_eq!(validate(&module(body.clone())), Err("f: an end without a return".to_owned()), "{body:?}");
        }
    }

    #[test]
    fn faults_are_told() {
        let store = |width, value| Stmt::Store { width, address: get(2), offset: 0, value };
        let load = |ty, width| Expr::Load { ty, width, signed: false, address: Box::new(get(2)), offset: 0 };
        let call = |function, results: &[u32]| Stmt::Call {
            function: FunctionId(function),
            args: vec![get(0), get(1), get(2)],
            results: results.iter().map(|n| Local(*n)).collect(),
        };
        let add = |ty, a, b| Expr::Binary(Binary::Add, ty, Box::new(a), Box::new(b));
        let select = |ty, a, b, c| Expr::Select(ty, Box::new(a), Box::new(b), Box::new(c));
        let set = |value| Stmt::Set(Local(0), value);
        let table = [
            (set(get(1)), "the value of a local is I64 and not I32"),
            (set(get(9)), "no local 9"),
            (Stmt::Set(Local(4), Expr::I32(0)), "no local 4"),
            (call(7, &[0]), "no such function"),
            (call(0, &[]), "wrong number of results of a call"),
            (call(0, &[1]), "the local of a result is I64 and not I32"),
            (store(Width::Eight, get(0)), "I32 of 8 bytes in memory"),
            (store(Width::Four, get(2)), "Ptr of 4 bytes in memory"),
            (set(load(Ty::I32, Width::Eight)), "I32 of 8 bytes in memory"),
            (Stmt::Set(Local(2), load(Ty::Ptr, Width::Four)), "Ptr of 4 bytes in memory"),
            (Stmt::Set(Local(2), Expr::Data(9)), "no such constant"),
            (Stmt::If(get(1), vec![], vec![]), "a condition is I64 and not I32"),
            (Stmt::Break(0), "no such loop"),
            (Stmt::Loop(vec![Stmt::Continue(1)]), "no such loop"),
            (Stmt::Return(vec![]), "wrong number of values where a result stands"),
            (Stmt::Return(vec![get(1)]), "a result is I64 and not I32"),
            (set(add(Ty::Ptr, get(2), get(2))), "Add of pointers"),
            (set(add(Ty::I32, get(0), get(1))), "an operand of Add is I64 and not I32"),
            (set(Expr::Unary(Unary::Wrap, Box::new(get(0)))), "the operand of Wrap is I32 and not I64"),
            (set(Expr::Offset(Box::new(get(0)), Box::new(get(0)))), "the base of an offset is I32 and not Ptr"),
            (set(Expr::Offset(Box::new(get(2)), Box::new(get(1)))), "an offset is I64 and not I32"),
            (set(select(Ty::I32, get(0), get(0), get(1))), "what is chosen is I64 and not I32"),
        ];
        for (stmt, wanted) in table {
            assert_eq!(refused(vec![stmt.clone()]), format!("f: {wanted}"), "{stmt:?}");
        }
    }

    #[test]
    fn names_are_unique_and_results_apart() {
        let mut twice = module(vec![Stmt::Return(vec![get(0)])]);
        twice.functions.push(twice.functions[0].clone());
        assert_eq!(validate(&twice), Err("f: the name is used twice".to_owned()));
        twice.functions[1].name = "g".to_owned();
        assert_eq!(validate(&twice), Ok(()));
        twice.functions[0].results = vec![Ty::I32, Ty::I32];
        twice.functions[0].body = vec![Stmt::Return(vec![get(0), get(0)])];
        let (args, results) = (vec![get(0), get(1), get(2)], vec![Local(0), Local(0)]);
        twice.functions[1].body.insert(0, Stmt::Call { function: FunctionId(0), args, results });
        assert_eq!(validate(&twice), Err("g: two results go to one local".to_owned()));
    }
}
