//! What a run came to: counts of verdicts, and for each output its totals.

use crate::answers::{REJECTED, output_column};
use datafusion::arrow::array::{Array, AsArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type};
use enact_ir::{Decision, NumberKind};
use std::collections::BTreeMap;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were read.
    pub rows: u64,
    /// Rows for which every requirement holds.
    pub granted: u64,
    /// Rows for which a requirement fails.
    pub refused: u64,
    /// Rows with something missing on which the answer depends.
    pub pending: u64,
    /// Rows for which a figure is not known.
    pub error: u64,
    /// Rows that break the schema.
    pub rejected: u64,
    /// Facts that have to exist and stand in no column.
    pub without: Vec<String>,
    /// The outputs, in order.
    pub outputs: Vec<Totals>,
}

/// What an output came to over all rows that give it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Its name.
    pub name: String,
    /// Rows that give it; where it exists.
    pub given: u64,
    /// Digits after the point, of a number.
    pub scale: u8,
    /// How many of them are written at least: two of money.
    pub least_digits: u8,
    /// Of a number the sum as a scaled integer, if it fits; of a truth value how often it is true.
    pub sum: Option<i128>,
    /// The smallest, of a number.
    pub least: Option<i128>,
    /// The largest, of a number.
    pub most: Option<i128>,
    /// How many numbers have so many digits before the point (0: below one; negative for negative numbers), or how often a truth value, case or day of a year occurs.
    pub histogram: BTreeMap<Bucket, u64>,
}

/// A bar of a histogram.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// Numbers whose whole part has so many digits, with the sign of the number.
    Digits(i32),
    /// The number 0.
    Zero,
    /// A truth value.
    Truth(bool),
    /// A year of days.
    Year(i32),
    /// A text, as long as there are few.
    Text(String),
    /// All other texts.
    Other,
}

/// Digits of a number of 128 bits.
const DIGITS: usize = 39;

/// Texts that are told apart.
const TEXTS: usize = 24;

impl Report {
    pub(crate) fn new(decision: &Decision, without: Vec<String>) -> Report {
        let outputs = decision.outputs.iter().map(|output| {
            let number = output.value.ty.inner().number();
            let scale = number.map_or(0, |number| number.scale);
            let least_digits = if number.is_some_and(|number| number.kind == NumberKind::Money) { 2 } else { 0 };
            Totals { name: output.name.clone(), scale, least_digits, sum: Some(0), ..Totals::default() }
        });
        Report { without, outputs: outputs.collect(), ..Report::default() }
    }

    /// Rows that are counted under some verdict.
    pub fn counted(&self) -> u64 {
        self.granted + self.refused + self.pending + self.error + self.rejected
    }

    /// Counts a batch of results.
    pub(crate) fn add(&mut self, results: &StructArray) {
        if let Some(verdicts) = results.column_by_name("verdict").and_then(|it| it.as_string_opt::<i32>()) {
            for verdict in verdicts.iter().flatten() {
                let count = match verdict {
                    "granted" => &mut self.granted,
                    "refused" => &mut self.refused,
                    "pending" => &mut self.pending,
                    REJECTED => &mut self.rejected,
                    _ => &mut self.error,
                };
                *count += 1;
            }
        }
        for totals in &mut self.outputs {
            if let Some(column) = results.column_by_name(&output_column(&totals.name)) {
                totals.add(column.as_ref());
            }
        }
    }
}

impl Totals {
    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.least.is_some()
    }

    fn add(&mut self, column: &dyn Array) {
        self.given += (column.len() - column.null_count()) as u64;
        match column.data_type() {
            DataType::Int64 => {
                self.numbers(column.as_primitive::<Int64Type>().iter().flatten().map(i128::from));
            }
            DataType::Decimal128(..) => {
                self.numbers(column.as_primitive::<Decimal128Type>().iter().flatten());
            }
            DataType::Boolean => {
                let values = column.as_boolean();
                let yes = values.true_count() as u64;
                let no = (column.len() - column.null_count()) as u64 - yes;
                self.sum = self.sum.map(|sum| sum + i128::from(yes));
                self.count(Bucket::Truth(true), yes);
                self.count(Bucket::Truth(false), no);
            }
            DataType::Date32 => {
                for day in column.as_primitive::<Date32Type>().iter().flatten() {
                    self.count(Bucket::Year(enact_ir::calendar::civil_from_days(day.into()).year), 1);
                }
            }
            _ => column
                .as_string_opt::<i32>()
                .into_iter()
                .flat_map(|it| it.iter().flatten())
                .for_each(|it| self.text(it)),
        }
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = i128>) {
        // By the digits of the scaled integer: a number takes no look into the histogram.
        let [mut below, mut above] = [[0_u64; DIGITS]; 2];
        let mut zeros = 0;
        for n in numbers {
            self.sum = self.sum.and_then(|sum| sum.checked_add(n));
            self.least = Some(self.least.map_or(n, |least| least.min(n)));
            self.most = Some(self.most.map_or(n, |most| most.max(n)));
            let size = n.unsigned_abs();
            let log = u64::try_from(size).map_or_else(|_| size.checked_ilog10(), u64::checked_ilog10);
            let counts = if n < 0 { &mut below } else { &mut above };
            let place = log.and_then(|log| counts.get_mut(log as usize));
            *place.unwrap_or(&mut zeros) += 1;
        }
        self.count(Bucket::Zero, zeros);
        for (sign, counts) in [(-1, below), (1, above)] {
            for (digits, count) in (1..).zip(counts) {
                self.count(Bucket::Digits(sign * (digits - i32::from(self.scale)).max(0)), count);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let bucket = Bucket::Text(text.to_owned());
        let known = self.histogram.contains_key(&bucket) || self.histogram.len() < TEXTS;
        self.count(if known { bucket } else { Bucket::Other }, 1);
    }

    fn count(&mut self, bucket: Bucket, times: u64) {
        if times > 0 {
            *self.histogram.entry(bucket).or_default() += times;
        }
    }
}
