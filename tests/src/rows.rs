//! Whether rows are decided as cases are: columns of random facts through native code, against the interpreter.

#![expect(clippy::indexing_slicing, reason = "a row that is not there is a fault of the test")]

use enact_ir::interp::{self, Standing};
use enact_ir::testing::{DECISION, Sample};
use enact_ir::{Facts, Outcome, Value};
use enact_machine::border::encode;
use enact_machine::engine::{Engine, Stepped};
use enact_machine::testing::Table;
use enact_native::{Column, Results, Rows, Values};

/// What a row comes to: its verdict, the requirements that fail, and the outputs that are given.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    verdict: &'static str,
    fails: Vec<String>,
    outputs: Vec<Option<Value>>,
}

/// Compares native code on columns with the interpreter on cases; says where they differ. The number of rows; 0 if the decision has no rows.
pub fn compare(sample: &Sample, cases: &[Facts], choice: u32) -> Result<u64, String> {
    let decision = sample.program.decision(DECISION).unwrap();
    let table = Table::of(&sample.program, decision, cases, choice);
    let Some(rows) = Rows::new(&sample.program, DECISION, &table.formats).unwrap() else { return Ok(0) };
    let columns: Vec<Column<'_>> = table
        .columns
        .iter()
        .map(|it| Column {
            validity: (!it.validity.is_empty()).then_some(it.validity.as_slice()),
            values: &it.values,
            bytes: &it.bytes,
            first: it.first as usize,
        })
        .collect();
    let found = rows.decide(&columns, table.cases.len(), sample.today).map_err(|error| error.to_string())?;
    let mut alone = Stepped::new(&sample.program, &[DECISION]).unwrap();
    for (n, facts) in table.cases.iter().enumerate() {
        let (found, expected) = (found_row(sample, &found, n), expected_row(sample, &mut alone, facts));
        if found != expected {
            return Err(format!("{sample:?}\nrow of {}\nexpected {expected:#?}\nfound {found:#?}", sample.json(facts)));
        }
    }
    Ok(table.cases.len() as u64)
}

fn found_row(sample: &Sample, results: &Results, row: usize) -> Row {
    let decision = sample.program.decision(DECISION).unwrap();
    let bit = |bits: &[u8], n: usize| bits[n / 8] >> (n % 8) & 1 == 1;
    let words = results.fails.len() / results.verdicts.len();
    let fails = |n: usize| results.fails[row * words + n / 64] >> (n % 64) & 1 == 1;
    let requirements = decision.requirements.iter().enumerate().filter(|(n, _)| fails(*n));
    let outputs = results.outputs.iter().map(|output| {
        bit(&output.validity, row).then(|| match &output.values {
            Values::Bits(values) => Value::Bool(bit(values, row)),
            Values::Long(values) => Value::Number(values[row].into()),
            Values::Wide(values) => Value::Number(values[row]),
            Values::Day(values) => Value::Date(values[row].into()),
            Values::Case(values) => Value::Enum(values[row] as u32),
            Values::Text(ends, bytes) => {
                let text = &bytes[ends[row] as usize..ends[row + 1] as usize];
                Value::Text(String::from_utf8(text.to_vec()).unwrap())
            }
        })
    });
    Row {
        verdict: ["granted", "refused", "pending", "error", "unfit"][usize::from(results.verdicts[row])],
        fails: requirements.map(|(_, it)| it.name.clone()).collect(),
        outputs: outputs.collect(),
    }
}

fn expected_row(sample: &Sample, alone: &mut Stepped, facts: &Facts) -> Row {
    let decision = sample.program.decision(DECISION).unwrap();
    let interface = alone.decisions()[0].clone();
    let said = alone.run(&interface, &interface.full, encode(&interface, facts, sample.today)).unwrap();
    // Code that has met something missing leaves it to its caller to find out whether that matters.
    let open = said.outputs.is_none() && !said.requirements.contains(&Standing::Fails);
    let alone = if said.fault.is_some() { "error" } else { "pending" };
    let outcome: Outcome = interp::decide(&sample.program, DECISION, facts, sample.today);
    let value = |name: &str| {
        let found = outcome.outputs.iter().find(|(given, ..)| given == name)?;
        Some(found.2.clone()).filter(|value| *value != Value::Absent)
    };
    let given = !open && outcome.verdict.as_str() == "granted";
    let outputs = decision.outputs.iter().map(|it| value(&it.name).filter(|_| given));
    Row {
        verdict: if open { alone } else { outcome.verdict.as_str() },
        fails: if open { Vec::new() } else { outcome.refused.clone() },
        outputs: outputs.collect(),
    }
}
