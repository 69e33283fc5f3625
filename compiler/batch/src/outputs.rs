//! The values of one output over the rows of a batch, as a column.

use crate::fault::Fault;
use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray,
};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use enact_ir::{Program, Type, Value, decimal, value_json};
use enact_machine::rows::Given;
use enact_native::{Output, Values};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values of an output.
pub(crate) struct Outputs<'p> {
    program: &'p Program,
    ty: &'p Type,
    rows: usize,
    /// As native code leaves them.
    found: Output,
    /// Texts, of rows that were decided one by one.
    texts: BTreeMap<usize, String>,
}

impl<'p> Outputs<'p> {
    /// So many rows, with what native code has found of them.
    pub(crate) fn new(program: &'p Program, ty: &'p Type, rows: usize, found: Option<Output>) -> Self {
        Outputs { program, ty, rows, found: found.unwrap_or_else(|| blank(ty, rows)), texts: BTreeMap::new() }
    }

    /// Puts a value, if there is one, in a row of which nothing is known yet.
    pub(crate) fn put(&mut self, row: usize, value: Option<&Value>) {
        let Some(value) = value.filter(|value| **value != Value::Absent) else { return };
        set_bit(&mut self.found.validity, row);
        match (&mut self.found.values, value) {
            (Values::Bits(bits), Value::Bool(true)) => set_bit(bits, row),
            (Values::Long(values), Value::Number(n)) => set(values, row, i64::try_from(*n).ok()),
            (Values::Wide(values), Value::Number(n)) => set(values, row, Some(*n)),
            (Values::Day(values), Value::Date(day)) => set(values, row, i32::try_from(*day).ok()),
            (Values::Case(values), Value::Enum(case)) => set(values, row, i32::try_from(*case).ok()),
            (Values::Text(..), value) => {
                self.texts.insert(row, text(self.program, value, self.ty));
            }
            _ => {}
        }
    }

    /// The column, of this type.
    pub(crate) fn finish(self, ty: &DataType) -> Result<ArrayRef, Fault> {
        let Output { validity, values } = self.found;
        let nulls = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(validity), 0, self.rows));
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        Ok(match values {
            Values::Bits(bits) => {
                Arc::new(BooleanArray::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, self.rows), nulls))
            }
            Values::Long(values) => Arc::new(Int64Array::new(ScalarBuffer::from(values), nulls)),
            Values::Day(values) => Arc::new(Date32Array::new(ScalarBuffer::from(values), nulls)),
            Values::Wide(values) => match ty {
                DataType::Decimal128(..) => {
                    Arc::new(Decimal128Array::new(ScalarBuffer::from(values), nulls).with_data_type(ty.clone()))
                }
                // More digits than a decimal has.
                _ => {
                    let scale = self.ty.inner().number().map_or(0, |number| number.scale);
                    let valid = |row| nulls.as_ref().is_none_or(|nulls: &NullBuffer| nulls.is_valid(row));
                    let told = |(row, n): (usize, &i128)| valid(row).then(|| decimal::print(*n, scale, 0));
                    Arc::new(values.iter().enumerate().map(told).collect::<StringArray>())
                }
            },
            Values::Case(places) => {
                let codes = StringArray::from(codes(self.program, self.ty));
                take(&codes, &Int32Array::new(ScalarBuffer::from(places), nulls), None).map_err(Fault::engine)?
            }
            Values::Text(ends, bytes) => {
                let of = |ends: Vec<i32>, bytes: Vec<u8>, nulls| {
                    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
                    StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls).map_err(Fault::engine)
                };
                if self.texts.is_empty() {
                    return Ok(Arc::new(of(ends, bytes, nulls)?));
                }
                let found = of(ends, bytes, nulls)?;
                let told = |row| match self.texts.get(&row) {
                    Some(text) => Some(text.as_str()),
                    None => found.is_valid(row).then(|| found.value(row)),
                };
                Arc::new((0..self.rows).map(told).collect::<StringArray>())
            }
        })
    }
}

fn codes<'p>(program: &'p Program, ty: &Type) -> Vec<&'p str> {
    let declared = if let Type::Enum(id) = ty.inner() { program.enum_of(*id) } else { None };
    declared.into_iter().flat_map(|declared| declared.cases.iter().map(|case| case.code.as_str())).collect()
}

/// Nothing as yet.
fn blank(ty: &Type, rows: usize) -> Output {
    let bits = || vec![0; rows.div_ceil(8)];
    let values = match Given::of(ty) {
        Some(Given::Bits) => Values::Bits(bits()),
        Some(Given::Long) => Values::Long(vec![0; rows]),
        Some(Given::Wide) => Values::Wide(vec![0; rows]),
        Some(Given::Day) => Values::Day(vec![0; rows]),
        Some(Given::Case) => Values::Case(vec![0; rows]),
        Some(Given::Text) | None => Values::Text(vec![0; rows + 1], Vec::new()),
    };
    Output { validity: bits(), values }
}

fn set<T>(values: &mut [T], row: usize, value: Option<T>) {
    if let (Some(place), Some(value)) = (values.get_mut(row), value) {
        *place = value;
    }
}

fn set_bit(bits: &mut [u8], row: usize) {
    if let Some(byte) = bits.get_mut(row / 8) {
        *byte |= 1 << (row % 8);
    }
}

/// A text as it is, what has parts as JSON.
fn text(program: &Program, value: &Value, ty: &Type) -> String {
    match value_json(program, value, ty) {
        serde_json::Value::String(text) => text,
        json => json.to_string(),
    }
}
