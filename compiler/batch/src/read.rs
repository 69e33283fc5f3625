//! The values of one column, exactly.

use crate::fault::Fault;
use crate::kinds::{is_text, is_whole};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, StringArray, new_null_array,
};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, ToByteSlice,
};
use enact_base::json::Json;
use enact_ir::{Encoding, Program, Type, calendar, decimal};
use enact_machine::rows::Format;
use enact_native::Column;

/// How the numbers of a fact are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    whole: bool,
    /// Digits after the point in the flat form, of what the column says.
    scale: u8,
}

impl Numbers {
    /// Of a type as it is written.
    pub(crate) fn of(ty: &Type, encoding: Encoding) -> Numbers {
        let whole = is_whole(ty, encoding);
        Numbers { whole, scale: if whole { 0 } else { ty.number().map_or(0, |number| number.scale) } }
    }
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    Day,
    Bool,
    Number,
}

/// The values of a column.
pub(crate) enum Reader {
    Bool(BooleanArray, Buffer),
    /// Whole numbers of 1, 2, 4 or 8 bytes.
    Int(ArrayRef, Numbers),
    /// Numbers with so many digits after the point.
    Decimal(Decimal128Array, Numbers, i8),
    Float(Float64Array),
    Day(Date32Array),
    /// Text that stands for something else, and what native code can read in its place.
    Written(StringArray, Meant, Numbers, Option<Parsed>),
    Text(StringArray),
    /// Places of cases, `u32::MAX` for none; and the column.
    Case(Vec<u32>, ArrayRef),
}

/// Texts as what they stand for; those that stand for nothing are out of every range.
pub(crate) enum Parsed {
    Day(Vec<i32>),
    Number(Vec<i128>),
    Bool(Buffer),
}

/// A column of text as such.
pub(crate) fn text_of(array: &ArrayRef) -> Result<StringArray, Fault> {
    Ok(cast(array, &DataType::Utf8).map_err(Fault::engine)?.as_string::<i32>().clone())
}

/// The integer for `n / 10^from` with `to` digits after the point, if there is one.
fn rescale(n: i128, from: i8, to: u8) -> Option<i128> {
    let shift = i16::from(to) - i16::from(from);
    let factor = 10_i128.checked_pow(shift.unsigned_abs().into())?;
    match shift {
        0 => Some(n),
        1.. => n.checked_mul(factor),
        _ => (n % factor == 0).then_some(n / factor),
    }
}

impl Reader {
    /// Reads a column of a type that is neither list nor record.
    pub(crate) fn new(program: &Program, ty: &Type, numbers: Numbers, array: &ArrayRef) -> Result<Reader, Fault> {
        let to = |ty: &DataType| cast(array, ty).map_err(Fault::engine);
        Ok(match array.data_type() {
            DataType::Null => {
                Reader::text(ty, numbers, new_null_array(&DataType::Utf8, array.len()).as_string::<i32>())
            }
            held if is_text(held) => match ty {
                Type::Enum(_) => Reader::Case(cases(program, ty, array)?, array.clone()),
                _ => Reader::text(ty, numbers, &text_of(array)?),
            },
            DataType::Boolean => {
                let values = array.as_boolean();
                Reader::Bool(values.clone(), values.values().sliced())
            }
            DataType::Date32 => Reader::Day(array.as_primitive::<Date32Type>().clone()),
            DataType::UInt64 => {
                let wide = to(&DataType::Decimal128(20, 0))?;
                Reader::Decimal(wide.as_primitive::<Decimal128Type>().clone(), numbers, 0)
            }
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Reader::Int(array.clone(), numbers),
            held if held.is_integer() => Reader::Int(to(&DataType::Int64)?, numbers),
            held if held.is_floating() => Reader::Float(to(&DataType::Float64)?.as_primitive::<Float64Type>().clone()),
            DataType::Decimal32(digits, scale)
            | DataType::Decimal64(digits, scale)
            | DataType::Decimal128(digits, scale) => {
                let wide = to(&DataType::Decimal128(*digits, *scale))?;
                Reader::Decimal(wide.as_primitive::<Decimal128Type>().clone(), numbers, *scale)
            }
            other => return Err(Fault::Input(format!("a column holds {other}, which cannot be read"))),
        })
    }

    fn text(ty: &Type, numbers: Numbers, texts: &StringArray) -> Reader {
        let meant = match ty {
            Type::Bool => Meant::Bool,
            Type::Date => Meant::Day,
            Type::Number(_) => Meant::Number,
            _ => return Reader::Text(texts.clone()),
        };
        Reader::Written(texts.clone(), meant, numbers, parsed(texts, meant, numbers))
    }

    /// How native code reads the values; `None` if it cannot.
    pub(crate) fn native(&self) -> Option<(Format, Column<'_>)> {
        let plain = |format, values| Some((format, Column { values, ..Column::default() }));
        match self {
            Reader::Bool(_, bits) => plain(Format::Bits, bits.as_slice()),
            Reader::Int(array, numbers) => {
                let shift = i8::try_from(numbers.scale).ok()?;
                let (bytes, values) = match array.data_type() {
                    DataType::Int8 => (1, array.as_primitive::<Int8Type>().values().inner()),
                    DataType::Int16 => (2, array.as_primitive::<Int16Type>().values().inner()),
                    DataType::Int32 => (4, array.as_primitive::<Int32Type>().values().inner()),
                    _ => (8, array.as_primitive::<Int64Type>().values().inner()),
                };
                plain(Format::Number(bytes, shift), values.as_slice())
            }
            Reader::Decimal(array, numbers, scale) => {
                let shift = i8::try_from(numbers.scale).ok()?.checked_sub(*scale)?;
                plain(Format::Wide(shift), array.values().inner().as_slice())
            }
            Reader::Float(_) => None,
            Reader::Day(array) => plain(Format::Day, array.values().inner().as_slice()),
            Reader::Case(places, _) => plain(Format::Case, places.to_byte_slice()),
            Reader::Written(.., parsed) => match parsed.as_ref()? {
                Parsed::Day(days) => plain(Format::Day, days.to_byte_slice()),
                Parsed::Number(numbers) => plain(Format::Wide(0), numbers.to_byte_slice()),
                Parsed::Bool(bits) => plain(Format::Bits, bits.as_slice()),
            },
            Reader::Text(texts) => {
                let (values, bytes) = (texts.offsets().inner().inner().as_slice(), texts.value_data());
                Some((Format::Text, Column { values, bytes, ..Column::default() }))
            }
        }
    }

    /// The value of a row as JSON.
    pub(crate) fn json(&self, row: usize) -> Json {
        match self {
            Reader::Bool(values, _) => Json::Bool(values.value(row)),
            Reader::Int(array, numbers) => {
                let value = match array.data_type() {
                    DataType::Int8 => i64::from(array.as_primitive::<Int8Type>().value(row)),
                    DataType::Int16 => i64::from(array.as_primitive::<Int16Type>().value(row)),
                    DataType::Int32 => i64::from(array.as_primitive::<Int32Type>().value(row)),
                    _ => array.as_primitive::<Int64Type>().value(row),
                };
                decimal_json(value.into(), 0, *numbers)
            }
            Reader::Decimal(values, numbers, scale) => decimal_json(values.value(row), *scale, *numbers),
            Reader::Float(values) => {
                let value = values.value(row);
                // Beyond 2^53 a float does not say which whole number is meant.
                let exact = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
                if exact { Json::Integer(value as i128) } else { Json::Decimal(value.to_string()) }
            }
            Reader::Day(values) => Json::Text(day(values.value(row).into())),
            Reader::Case(_, array) => {
                let text = text_of(&array.slice(row, 1)).ok();
                Json::Text(text.map(|text| text.value(0).to_owned()).unwrap_or_default())
            }
            Reader::Written(values, meant, numbers, _) => text_json(values.value(row), *meant, *numbers),
            Reader::Text(values) => Json::Text(values.value(row).to_owned()),
        }
    }
}

/// What texts stand for. Of truth values there is no other; so there is none if a text is none.
fn parsed(texts: &StringArray, meant: Meant, numbers: Numbers) -> Option<Parsed> {
    let texts = texts.iter();
    Some(match meant {
        Meant::Day => {
            let day = |text| i32::try_from(calendar::parse(text)?).ok();
            Parsed::Day(texts.map(|text| text.and_then(day).unwrap_or(i32::MIN)).collect())
        }
        Meant::Number => {
            let number = |text| decimal::parse(text, numbers.scale).ok();
            Parsed::Number(texts.map(|text| text.and_then(number).unwrap_or(i128::MIN)).collect())
        }
        Meant::Bool => {
            let bits = texts.map(|text| text.map_or(Some(false), truth)).collect::<Option<Vec<bool>>>()?;
            Parsed::Bool(BooleanBuffer::from(bits).into_inner())
        }
    })
}

fn day(day: i64) -> String {
    if (calendar::FIRST..=calendar::LAST).contains(&day) {
        calendar::civil_from_days(day).to_string()
    } else {
        format!("{day} days from 1970-01-01")
    }
}

fn decimal_json(n: i128, scale: i8, numbers: Numbers) -> Json {
    let text = || match u8::try_from(scale) {
        Ok(scale) => decimal::print(n, scale, 0),
        Err(_) => rescale(n, scale, 0).map_or_else(|| format!("{n}e{}", -i16::from(scale)), |n| n.to_string()),
    };
    match rescale(n, scale, 0).filter(|_| numbers.whole) {
        Some(n) => Json::Integer(n),
        None if numbers.whole => Json::Decimal(text()),
        None => Json::Text(text()),
    }
}

fn text_json(text: &str, meant: Meant, numbers: Numbers) -> Json {
    let plain = || Json::Text(text.to_owned());
    match meant {
        Meant::Day => plain(),
        Meant::Bool => truth(text).map_or_else(plain, Json::Bool),
        Meant::Number if numbers.whole => decimal::parse(text, 0).map_or_else(|_| plain(), Json::Integer),
        Meant::Number => plain(),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The places of the cases that the codes in a column name.
fn cases(program: &Program, ty: &Type, array: &ArrayRef) -> Result<Vec<u32>, Fault> {
    let Type::Enum(id) = ty else { return Ok(Vec::new()) };
    let all = program.enum_of(*id).map(|declared| declared.cases.as_slice()).unwrap_or_default();
    let place = |code: &str| {
        let found = (0..).zip(all).find(|(_, case)| case.code == code);
        found.map_or(u32::MAX, |(place, _)| place)
    };
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let codes = text_of(dictionary.values())?;
        let places: Vec<u32> = codes.iter().map(|code| code.map_or(u32::MAX, place)).collect();
        if places.is_empty() {
            return Ok(vec![u32::MAX; array.len()]);
        }
        let keys = dictionary.normalized_keys();
        return Ok(keys.into_iter().map(|key| places.get(key).copied().unwrap_or(u32::MAX)).collect());
    }
    let codes = text_of(array)?;
    Ok(codes.iter().map(|code| code.map_or(u32::MAX, place)).collect())
}
