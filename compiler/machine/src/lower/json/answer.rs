//! The answer out of the struct of the outputs.

use super::Lower;
use crate::code::{Expr, Width};
use crate::interface::Verdict;
use crate::lower::build::{Blocks, beyond, eq, i32, load_i32, load_ptr};
use crate::lower::state;
use crate::runtime::Helper;
use crate::runtime::json::fact::ctx;
use crate::runtime::json::shape::Shapes;
use enact_ir::interp::{requirement_reason, step_reason};
use enact_ir::{Fault, ReasonKind, TableId};
use serde_json::Value;

/// The names of the verdicts.
const VERDICTS: [(Verdict, &str); 4] = [
    (Verdict::Granted, "granted"),
    (Verdict::Refused, "refused"),
    (Verdict::Pending, "pending"),
    (Verdict::Error, "error"),
];

impl Lower<'_> {
    /// The whole answer.
    pub(super) fn answer(&mut self) {
        let verdict = self.build.keep(load_i32(self.output.clone(), 0));
        let is = |wanted: Verdict| eq(verdict.clone(), i32(wanted as i32));
        for (wanted, word) in VERDICTS {
            self.when(is(wanted), |it| it.write(&format!("{{\"verdict\":\"{word}\",\"outputs\":{{")));
        }
        self.when(is(Verdict::Granted), Self::outputs);
        self.write("},\"refused\":[");
        self.when(is(Verdict::Refused), |it| {
            let names: Vec<String> =
                it.decision.requirements.iter().map(|it| Value::from(it.name.as_str()).to_string()).collect();
            it.chosen(it.interface.output.fails, names, false);
        });
        self.write("],\"missing\":[");
        self.when(is(Verdict::Pending), Self::missing);
        self.write("],\"reasons\":[");
        self.reasons();
        self.write("],\"error\":");
        self.either(is(Verdict::Error), Self::fault, |it| it.write("null"));
        self.write("}");
    }

    fn outputs(&mut self) {
        let (decision, interface) = (self.decision, self.interface);
        let names = decision.outputs.iter().map(|it| it.name.as_str());
        let outputs = names.zip(&interface.output.values).map(|(name, (given, slot))| (name, *given, &**slot));
        let (at, count) = Shapes::new(self.program, self.runtime).outputs(outputs);
        self.print(Helper::PrintOutputs, vec![self.output.clone(), Expr::Data(at), i32(count.cast_signed())]);
    }

    /// The texts whose bits are set.
    fn chosen(&mut self, set: u32, texts: Vec<String>, comma: bool) {
        let count = i32(i32::try_from(texts.len()).unwrap_or(i32::MAX));
        let texts = Expr::Data(self.runtime.texts_at(texts));
        let set = beyond(self.output.clone(), i32(set.cast_signed()));
        self.print(Helper::PrintChosen, vec![set, texts, count, i32(comma.into())]);
    }

    fn reasons(&mut self) {
        let (program, decision, interface) = (self.program, self.decision, self.interface);
        let told: Vec<String> = decision
            .requirements
            .iter()
            .flat_map(|requirement| {
                [ReasonKind::Met, ReasonKind::Failed, ReasonKind::Open]
                    .map(|kind| requirement_reason(requirement, kind).to_json(program).to_string())
            })
            .collect();
        let texts = Expr::Data(self.runtime.texts_at(told));
        let set = |at: u32| beyond(self.output.clone(), i32(at.cast_signed()));
        let count = i32(i32::try_from(decision.requirements.len()).unwrap_or(i32::MAX));
        let args = vec![set(interface.output.holds), set(interface.output.fails), texts, count];
        self.print(Helper::PrintStandings, args);
        let reason = |step: &enact_ir::interp::Step| {
            step_reason(program, decision, *step).map_or(String::new(), |it| it.to_json(program).to_string())
        };
        let steps = interface.steps.steps.iter().map(reason).collect();
        self.chosen(interface.output.trace, steps, !decision.requirements.is_empty());
    }

    fn fault(&mut self) {
        let program = self.program;
        let fault = self.build.keep(load_i32(self.output.clone(), 4));
        for one in faults(self) {
            self.when(eq(fault.clone(), i32(state::fault(one))), |it| {
                it.write(&one.failure(program).to_json().to_string());
            });
        }
    }

    /// The facts that are read and not there.
    fn missing(&mut self) {
        let shared = self.ctx.clone();
        self.build.store(Width::Eight, shared.clone(), ctx::OUT, Expr::Get(self.out));
        let args = vec![shared.clone(), self.inputs.clone(), self.input.clone(), i32(0)];
        self.runtime.call_none(&mut self.build, Helper::JsonMissing, args);
        self.build.set(self.out, load_ptr(shared, ctx::OUT));
    }
}

/// The faults that a decision may end in.
fn faults(it: &Lower<'_>) -> Vec<Fault> {
    let tables = (0..).zip(&it.program.tables).map(|(n, _)| TableId(n)).filter(|id| it.interface.steps.reads(*id));
    tables.map(Fault::NoParameterVersion).chain([Fault::Absent]).collect()
}
