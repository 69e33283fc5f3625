//! Decisions in messages and questions.

use super::answer::mode;
use super::cell;
use super::facts::SUPPOSED;
use super::parts::{FINISHED, Given, Parts, fail, give_why};
use super::tables::of;
use crate::code::{Expr, Function, Stmt, Ty, Width};
use crate::interface::Verdict;
use crate::lower::build::{Blocks, Build, eq, i32, load_i32, load_ptr, ne};
use crate::runtime::json::fact::why;

/// what is said of the decision → the verdict; the outputs stand where the cell says.
pub(super) fn judge(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("judge", &[Ty::Ptr], &[Ty::I32]);
    let said = it.param(0);
    let output = parts.alloc(&mut it, load_i32(said.clone(), of::OUT_SIZE));
    it.store(Width::Eight, parts.cells(), cell::OUTPUT, output.clone());
    let arena = parts.alloc(&mut it, load_i32(said.clone(), of::ARENA));
    let input = it.keep(load_ptr(parts.cells(), cell::INPUT));
    let index = it.keep(load_i32(said, of::INDEX));
    for (n, function) in (0..).zip(parts.contract.lowered.iter().map(|it| it.function)) {
        it.when(eq(index.clone(), i32(n)), |it| {
            let verdict = it.call(function, &[Ty::I32], vec![input.clone(), output.clone(), arena.clone()]);
            it.push(Stmt::Return(verdict));
        });
    }
    it.push(Stmt::Return(vec![i32(Verdict::Error as i32)]));
    it.finish(false)
}

/// The members of a request to decide.
struct Request {
    subject: [Expr; 2],
    records: Expr,
    evidence: Expr,
}

fn request(parts: &mut Parts<'_>, it: &mut Build, body: &Expr, names: &[&str], subject: Given) -> Request {
    parts.members(it, body, names);
    let subject = parts.text(it, body, "subject", subject);
    let [records, evidence] = ["records", "evidence"].map(|name| parts.object(it, body, name));
    Request { subject, records, evidence }
}

fn collected(parts: &mut Parts<'_>, it: &mut Build, said: &Expr, request: &Request, supposed: i32) {
    let [subject, length] = request.subject.clone();
    let args = vec![said.clone(), request.records.clone(), request.evidence.clone(), subject, length, i32(supposed)];
    let wrong = it.call(parts.ids.collect, &[Ty::I32], args).pop().unwrap_or(i32(0));
    it.when(wrong.clone(), |it| give_why(it, wrong));
}

/// Writes an answer with brackets.
fn write_answer(parts: &mut Parts<'_>, it: &mut Build, said: &Expr, verdict: &Expr, mode: Expr) {
    let start = parts.answer(it);
    it.store(Width::One, start.clone(), 0, i32(b'{'.into()));
    let from = crate::lower::build::beyond(start, i32(1));
    let args = vec![from, said.clone(), verdict.clone(), mode];
    let end = it.call(parts.ids.answer, &[Ty::Ptr], args).pop().unwrap_or(Expr::Data(0));
    it.store(Width::One, end.clone(), 0, i32(b'}'.into()));
    it.store(Width::Eight, parts.cells(), cell::END, crate::lower::build::beyond(end, i32(1)));
}

/// what is said of the decision, the node of the request → what is wrong, 0, or that the answer is a refusal.
pub(super) fn execute(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("execute_decision", &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (said, body) = (it.param(0), it.param(1));
    let asked = request(parts, &mut it, &body, &["subject", "records", "evidence"], Given::Needed);
    collected(parts, &mut it, &said, &asked, 0);
    it.call(parts.ids.look_up, &[], vec![said.clone()]);
    let verdict = it.call(parts.ids.judge, &[Ty::I32], vec![said.clone()]).pop().unwrap_or(i32(0));
    // A refusal changes nothing, and does not say more than why: its trace would show what decided a requirement.
    it.when(ne(verdict.clone(), i32(Verdict::Granted as i32)), |it| {
        write_answer(parts, it, &said, &verdict, i32(mode::DECIDE));
        it.push(Stmt::Return(vec![i32(FINISHED)]));
    });
    let wrong = it.call(parts.ids.count, &[Ty::I32], vec![said.clone()]).pop().unwrap_or(i32(0));
    it.when(wrong.clone(), |it| give_why(it, wrong));
    let key = parts.constant("decision");
    let number = it.call(parts.ids.count_up, &[Ty::I64], key.to_vec()).pop().unwrap_or(crate::lower::build::i64(0));
    it.store(Width::Eight, parts.cells(), cell::NUMBER, number.clone());
    let start = parts.answer(&mut it);
    let [subject, length] = asked.subject;
    let args = vec![start.clone(), number.clone(), said, subject, length];
    let end = it.call(parts.ids.record, &[Ty::Ptr], args).pop().unwrap_or(Expr::Data(0));
    it.store(Width::Eight, parts.cells(), cell::END, end.clone());
    let key = parts.numbered(&mut it, "decision.", number);
    let bytes = parts.between(&mut it, &start, &end);
    it.call(parts.host.set, &[], [key, vec![start, bytes]].concat());
    it.push(Stmt::Return(vec![i32(why::FINE)]));
    it.finish(false)
}

/// the node of the request, the mode → what is wrong, or 0.
pub(super) fn ask(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("ask", &[Ty::I32, Ty::I32], &[Ty::I32]);
    let (body, mode) = (it.param(0), it.param(1));
    let shared = parts.shared(&mut it);
    let names = ["decision", "subject", "records", "evidence"];
    let asked = request(parts, &mut it, &body, &names, Given::Maybe);
    let name = parts.text(&mut it, &body, "decision", Given::Needed);
    let said = it.local(Ty::Ptr);
    for n in 0..parts.contract.lowered.len() {
        let Some((own, constant)) = parts.decision(n) else { continue };
        let same = parts.is_text(&mut it, &name, &own);
        it.when(same, |it| it.set(said, constant));
    }
    let none = eq(
        crate::lower::build::unary(
            crate::code::Unary::Wrap,
            crate::lower::build::unary(crate::code::Unary::Address, Expr::Get(said)),
        ),
        i32(0),
    );
    it.when(none, |it| fail(it, &shared, why::NO_CASE, 1));
    let said = Expr::Get(said);
    collected(parts, &mut it, &said, &asked, SUPPOSED);
    it.call(parts.ids.look_up, &[], vec![said.clone()]);
    let verdict = it.call(parts.ids.judge, &[Ty::I32], vec![said.clone()]).pop().unwrap_or(i32(0));
    write_answer(parts, &mut it, &said, &verdict, mode);
    it.push(Stmt::Return(vec![i32(why::FINE)]));
    it.finish(false)
}
