//! What rows come to, as the columns of one struct.

use crate::fault::Fault;
use crate::outputs::Outputs;
use datafusion::arrow::array::{ArrayRef, StringArray, StringBuilder, StructArray, UInt32Array, new_null_array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use enact_ir::{Decision, Failure, NumberKind, NumberType, Outcome, Program, Type};
use enact_machine::rows::UNFIT;
use enact_native::Results;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The verdict of a row that breaks the schema.
pub(crate) const REJECTED: &str = "rejected";

/// The columns that every result has before its outputs.
pub const FIXED: [&str; 6] = ["verdict", "refused", "missing", "error", "path", "message"];

/// The column of the reasons, if they are asked for.
pub const REASONS: &str = "reasons";

/// The fields of the result of a decision.
pub(crate) fn result_fields(decision: &Decision, reasons: bool) -> Fields {
    let fixed = FIXED.iter().map(|name| Field::new(*name, DataType::Utf8, *name != "verdict"));
    let outputs = decision.outputs.iter().map(|output| {
        let name = output_column(&output.name);
        Field::new(name, column_type(&output.value.ty), true)
    });
    let reasons = reasons.then(|| Field::new(REASONS, DataType::Utf8, true));
    fixed.chain(outputs).chain(reasons).collect()
}

/// The column of an output: its name, unless every result has a column of that name.
pub fn output_column(name: &str) -> String {
    let taken = FIXED.contains(&name) || name == REASONS || name == "row";
    if taken { format!("output.{name}") } else { name.to_owned() }
}

/// The type of a column of values.
pub(crate) fn column_type(ty: &Type) -> DataType {
    match ty.inner() {
        Type::Bool => DataType::Boolean,
        Type::Date => DataType::Date32,
        Type::Number(number) => number_type(*number),
        _ => DataType::Utf8,
    }
}

fn number_type(number: NumberType) -> DataType {
    let narrow = i64::try_from(number.lo).is_ok() && i64::try_from(number.hi).is_ok();
    if number.kind == NumberKind::Int && narrow {
        return DataType::Int64;
    }
    let widest = number.lo.unsigned_abs().max(number.hi.unsigned_abs());
    let digits = widest.checked_ilog10().unwrap_or(0) + 1;
    let digits = digits.max(u32::from(number.scale) + 1);
    match (u8::try_from(digits), i8::try_from(number.scale)) {
        (Ok(digits @ ..=38), Ok(scale)) => DataType::Decimal128(digits, scale),
        _ => DataType::Utf8,
    }
}

/// The verdicts, by their numbers.
const VERDICTS: [&str; 5] = ["granted", "refused", "pending", "error", REJECTED];

/// What is said of a row beside its verdict and outputs: `refused`, `missing`, `error`, `path` and `message`.
type Note = [Option<String>; 5];

/// The results of a batch: first what native code has found, then what is said of the rows that it has left open.
pub(crate) struct Answers<'p> {
    program: &'p Program,
    decision: &'p Decision,
    fields: Fields,
    verdicts: Vec<u8>,
    /// The requirements that fail, so many words a row.
    fails: Vec<u64>,
    notes: BTreeMap<usize, Note>,
    outputs: Vec<Outputs<'p>>,
    reasons: Option<Vec<Option<String>>>,
}

impl<'p> Answers<'p> {
    /// For so many rows, of which nothing is known beside these results.
    pub(crate) fn new(
        (program, decision): (&'p Program, &'p Decision),
        (fields, reasons): (Fields, bool),
        rows: usize,
        results: Option<Results>,
    ) -> Self {
        let (verdicts, fails, outputs) = match results {
            Some(it) => (it.verdicts, it.fails, it.outputs.into_iter().map(Some).collect()),
            None => (vec![UNFIT; rows], Vec::new(), decision.outputs.iter().map(|_| None).collect::<Vec<_>>()),
        };
        let outputs = decision.outputs.iter().zip(outputs);
        Answers {
            program,
            decision,
            fields,
            verdicts,
            fails,
            notes: BTreeMap::new(),
            outputs: outputs.map(|(output, found)| Outputs::new(program, &output.value.ty, rows, found)).collect(),
            reasons: reasons.then(|| vec![None; rows]),
        }
    }

    /// Whether it is open what a row comes to.
    pub(crate) fn is_open(&self, row: usize) -> bool {
        self.verdicts.get(row).is_none_or(|verdict| *verdict > 1)
    }

    fn verdict(&mut self, row: usize, name: &str) {
        let place = (0..).zip(VERDICTS).find(|(_, verdict)| *verdict == name);
        if let (Some(verdict), Some((place, _))) = (self.verdicts.get_mut(row), place) {
            *verdict = place;
        }
    }

    /// A row that breaks the schema.
    pub(crate) fn rejected(&mut self, row: usize, why: &Failure) {
        self.verdict(row, REJECTED);
        let [code, path, message] = [&why.code, &why.path, &why.message].map(|text| Some(text.clone()));
        self.notes.insert(row, [None, None, code, path, message]);
    }

    /// Any outcome of a row; with its reasons if they are wanted.
    pub(crate) fn outcome(&mut self, row: usize, outcome: &Outcome) {
        self.verdict(row, outcome.verdict.as_str());
        let listed = |names: &[String]| (!names.is_empty()).then(|| names.join(","));
        let error = outcome.error.as_ref();
        let told = |text: fn(&Failure) -> &String| error.map(text).filter(|text| !text.is_empty()).cloned();
        let (refused, missing) = (listed(&outcome.refused), listed(&outcome.missing));
        let note = [refused, missing, told(|it| &it.code), told(|it| &it.path), told(|it| &it.message)];
        if note.iter().any(Option::is_some) {
            self.notes.insert(row, note);
        }
        for (output, column) in self.decision.outputs.iter().zip(&mut self.outputs) {
            let found = outcome.outputs.iter().find(|(given, ..)| *given == output.name);
            column.put(row, found.map(|(.., value)| value));
        }
        if let Some(place) = self.reasons.as_mut().and_then(|reasons| reasons.get_mut(row)) {
            let json = outcome.to_json(self.program);
            *place = Some(json.get("reasons").map(ToString::to_string).unwrap_or_default());
        }
    }

    /// The columns.
    pub(crate) fn finish(self) -> Result<StructArray, Fault> {
        let names = StringArray::from(VERDICTS.to_vec());
        let verdicts: UInt32Array = self.verdicts.iter().map(|verdict| u32::from(*verdict)).collect();
        let mut columns = vec![take(&names, &verdicts, None).map_err(Fault::engine)?, self.refused()];
        for place in 1..5 {
            columns.push(self.note(place));
        }
        for (column, field) in self.outputs.into_iter().zip(self.fields.iter().skip(FIXED.len())) {
            columns.push(column.finish(field.data_type())?);
        }
        if let Some(reasons) = self.reasons {
            columns.push(Arc::new(StringArray::from(reasons)));
        }
        StructArray::try_new(self.fields, columns, None).map_err(Fault::engine)
    }

    /// A column of what is said of rows; of most nothing is.
    fn note(&self, place: usize) -> ArrayRef {
        let said = |note: &Note| note.get(place).is_some_and(Option::is_some);
        if !self.notes.values().any(said) {
            return new_null_array(&DataType::Utf8, self.verdicts.len());
        }
        let of = |row| self.notes.get(&row).and_then(|note| note.get(place)?.as_deref());
        Arc::new((0..self.verdicts.len()).map(of).collect::<StringArray>())
    }

    /// The names of the requirements that fail.
    fn refused(&self) -> ArrayRef {
        let words = self.fails.len().checked_div(self.verdicts.len()).unwrap_or(0);
        let mut known: BTreeMap<&[u64], String> = BTreeMap::new();
        let mut column = StringBuilder::new();
        for (row, verdict) in self.verdicts.iter().enumerate() {
            if let Some([Some(refused), ..]) = self.notes.get(&row) {
                column.append_value(refused);
            } else if let (1, Some(fails)) = (*verdict, self.fails.get(row * words..(row + 1) * words)) {
                column.append_value(known.entry(fails).or_insert_with(|| self.names(fails)));
            } else {
                column.append_null();
            }
        }
        Arc::new(column.finish())
    }

    fn names(&self, fails: &[u64]) -> String {
        let fails = |n: usize| fails.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1);
        let failing = self.decision.requirements.iter().enumerate().filter(|(n, _)| fails(*n));
        failing.map(|(_, it)| it.name.as_str()).collect::<Vec<_>>().join(",")
    }
}
