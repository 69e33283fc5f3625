//! The lowered code, run step by step, says what the interpreter says.

use crate::border::encode;
use crate::code::{Function, FunctionId, Module, Stmt};
use crate::engine::{Asked, Engine, Stepped, decide};
use crate::exec::{Machine, Trap};
use crate::interface::{Verdict, lower};
use crate::rows::Given;
use crate::runtime::{Helper, Runtime};
use crate::testing::Table;
use crate::validate::validate;
use enact_ir::interp::Standing;
use enact_ir::testing::{DECISION, Sample, sample};
use enact_ir::{Facts, Outcome, Value, calendar, interp};
use proptest::prelude::*;

fn agrees(sample: &Sample) -> Result<(), TestCaseError> {
    let Sample { program, known, hidden, today } = sample;
    let mut engine = Stepped::new(program, &[DECISION]).unwrap();
    let interface = engine.decisions()[0].clone();
    let mut run = |facts: &Facts, asked| decide(&mut engine, program, &interface, (facts, *today), asked).unwrap();
    let expected = |facts: &Facts| interp::decide(program, DECISION, facts, *today);
    prop_assert_eq!(run(known, Asked::Reasons), expected(known), "explained");
    // Without a trace only the requirements are among the reasons.
    let bare = |mut outcome: Outcome| {
        outcome.reasons.truncate(program.decision(DECISION).unwrap().requirements.len());
        outcome
    };
    prop_assert_eq!(run(known, Asked::Answer), bare(expected(known)), "decided");
    prop_assert_eq!(run(hidden, Asked::Reasons), expected(hidden), "with facts missing");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn lowered_code_agrees_with_the_interpreter(choices in prop::collection::vec(any::<u32>(), 200..700)) {
        agrees(&sample(&choices))?;
    }
}

/// The verdict of a row, and of each output its bytes if it is given.
type Row = (u8, Vec<Option<Vec<u8>>>);

/// Runs rows by the stepped engine: of each its verdict, and where it is granted the outputs as bytes with whether they are given.
fn stepped_rows(sample: &Sample, table: &Table) -> Option<Vec<Row>> {
    let mut lowered = lower(&sample.program, &[DECISION]).unwrap();
    let rows = lowered.add_rows(&sample.program, DECISION, &table.formats)?;
    validate(&lowered.module).unwrap();
    let count = table.cases.len();
    let mut machine = Machine::new(&lowered.module, 1 << 20);
    machine.memory.resize(machine.memory.len() + rows.room as usize, 0);
    let mut free = machine.free();
    let mut place = |machine: &mut Machine<'_>, bytes: &[u8]| {
        let at = free.next_multiple_of(16);
        machine.memory[at..at + bytes.len()].copy_from_slice(bytes);
        free = at + bytes.len();
        at as u64
    };
    let mut head = vec![count as u64, sample.today.cast_unsigned()];
    for column in &table.columns {
        let validity = if column.validity.is_empty() { 0 } else { place(&mut machine, &column.validity) };
        let (values, bytes) = (place(&mut machine, &column.values), place(&mut machine, &column.bytes));
        head.extend([validity, values, bytes, column.first]);
    }
    let size = |given: &Given| match given {
        Given::Bits => None,
        Given::Long => Some(8),
        Given::Wide | Given::Text => Some(16),
        Given::Day | Given::Case => Some(4),
    };
    let verdicts = place(&mut machine, &vec![0; count]);
    let mut results = vec![verdicts, place(&mut machine, &vec![0; count * 8 * rows.fails])];
    for given in &rows.outputs {
        results.push(place(&mut machine, &vec![0; size(given).map_or(count.div_ceil(8), |size| count * size)]));
        results.push(place(&mut machine, &vec![0; count.div_ceil(8)]));
    }
    let mut words =
        |words: &[u64]| place(&mut machine, &words.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>());
    let (head, block) = (words(&head), words(&results));
    let room = place(&mut machine, &vec![0; rows.room as usize]);
    let function = lowered.module.find(&rows.function).unwrap();
    assert_eq!(machine.call(function, &[head, block, room]).unwrap(), [0]);
    let byte = |at: u64| machine.memory[at as usize];
    let bit = |at: u64, n: usize| byte(at + n as u64 / 8) >> (n % 8) & 1;
    let row = |n: usize| {
        let outputs = rows.outputs.iter().enumerate().map(|(place, given)| {
            let (values, validity) = (results[2 + 2 * place], results[3 + 2 * place]);
            let at = |size: usize| {
                (values as usize + n * size..values as usize + (n + 1) * size).map(|at| machine.memory[at])
            };
            (bit(validity, n) == 1).then(|| match size(given) {
                None => vec![bit(values, n)],
                Some(_) if *given == Given::Text => {
                    let words: Vec<u8> = at(16).collect();
                    let word = |n: usize| u64::from_le_bytes(words[n..n + 8].try_into().unwrap()) as usize;
                    machine.memory[word(0)..word(0) + word(8)].to_vec()
                }
                Some(size) => at(size).collect(),
            })
        });
        (byte(verdicts + n as u64), outputs.collect())
    };
    Some((0..count).map(row).collect())
}

/// The same by the interpreter; where the code alone cannot tell, as it stands before the facts are looked at again.
fn expected_rows(sample: &Sample, table: &Table) -> Vec<Row> {
    let decision = sample.program.decision(DECISION).unwrap();
    let mut engine = Stepped::new(&sample.program, &[DECISION]).unwrap();
    let interface = engine.decisions()[0].clone();
    let mut row = |facts: &Facts| {
        let alone = engine.run(&interface, &interface.full, encode(&interface, facts, sample.today)).unwrap();
        if alone.outputs.is_none() && !alone.requirements.contains(&Standing::Fails) {
            let verdict = if alone.fault.is_some() { Verdict::Error } else { Verdict::Pending };
            return (verdict as u8, vec![None; decision.outputs.len()]);
        }
        let outcome = interp::decide(&sample.program, DECISION, facts, sample.today);
        let verdict = ["granted", "refused", "pending", "error"].iter().position(|it| *it == outcome.verdict.as_str());
        let outputs = decision.outputs.iter().map(|output| {
            let found = outcome.outputs.iter().find(|(name, ..)| *name == output.name)?;
            Some(match &found.2 {
                Value::Absent => return None,
                Value::Bool(truth) => vec![u8::from(*truth)],
                Value::Number(n) if Given::of(&output.value.ty) == Some(Given::Long) => {
                    (*n as i64).to_le_bytes().to_vec()
                }
                Value::Number(n) => n.to_le_bytes().to_vec(),
                Value::Date(day) => (*day as i32).to_le_bytes().to_vec(),
                Value::Enum(case) => case.to_le_bytes().to_vec(),
                Value::Text(text) => text.clone().into_bytes(),
                Value::Record(_) | Value::List(_) => return None,
            })
        });
        (verdict.unwrap() as u8, outputs.collect())
    };
    table.cases.iter().map(&mut row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_decided_as_cases_are(choices in prop::collection::vec(any::<u32>(), 200..700), choice in any::<u32>()) {
        let first = sample(&choices);
        let decision = first.program.decision(DECISION).unwrap();
        let others = (1..20).map(|n| first.with_other_facts(&choices[n * 9..]));
        let cases: Vec<Facts> = others.flat_map(|it| [it.known, it.hidden]).collect();
        let dense: Vec<Facts> = cases.iter().step_by(2).cloned().collect();
        for cases in [&cases, &dense] {
            let table = Table::of(&first.program, decision, cases, choice);
            if let Some(found) = stepped_rows(&first, &table) {
                prop_assert_eq!(found, expected_rows(&first, &table));
            }
        }
    }
}

#[test]
fn every_day_has_its_year_month_and_date() {
    let mut runtime = Runtime::default();
    let civil = runtime.helper(Helper::Civil);
    let mut machine = Machine::new(&runtime.module, 0);
    for day in calendar::FIRST..=calendar::LAST {
        let expected = calendar::civil_from_days(day);
        let [year, month, date] = machine.call(civil, &[day.cast_unsigned()]).unwrap()[..] else { unreachable!() };
        assert_eq!((year as i32, month as u8, date as u8), (expected.year, expected.month, expected.day), "{day}");
    }
}

#[test]
fn a_loop_without_a_body_runs_out_of_fuel() {
    let body = vec![Stmt::Loop(Vec::new()), Stmt::Return(Vec::new())];
    let function = Function {
        name: "f".to_owned(),
        exported: true,
        host: false,
        params: Vec::new(),
        results: Vec::new(),
        locals: Vec::new(),
        body,
    };
    let module = Module { functions: vec![function], data: Vec::new() };
    let mut machine = Machine::new(&module, 0);
    machine.fuel = 1_000;
    assert_eq!(machine.call(FunctionId(0), &[]), Err(Trap("out of fuel".to_owned())));
}
