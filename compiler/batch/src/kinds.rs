//! Which columns can hold facts of which types. What cannot be read exactly is refused before any row is read.

use crate::columns::{Place, member};
use datafusion::arrow::datatypes::{DataType, Field as Column};
use enact_ir::{Encoding, Program, Type};

/// Whether numbers of this type and encoding are whole.
pub(crate) fn is_whole(ty: &Type, encoding: Encoding) -> bool {
    ty.number().is_none_or(|number| number.is_whole(encoding))
}

/// Whether a column holds text, perhaps with a dictionary.
pub(crate) fn is_text(held: &DataType) -> bool {
    match held {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Says what is wrong if a column cannot hold facts of a type.
pub(crate) fn check(program: &Program, ty: &Type, encoding: Encoding, held: &Column) -> Result<(), String> {
    let data = held.data_type();
    // Text is read as JSON has it, or holds JSON; a column of nothing but nulls has no type.
    if is_text(data) || *data == DataType::Null {
        return Ok(());
    }
    let holds = |needed: &str| Err(format!("holds {data}; {needed} is needed"));
    match ty.inner() {
        Type::Bool if *data == DataType::Boolean => Ok(()),
        Type::Bool => holds("a truth value"),
        Type::Number(_) => number(is_whole(ty.inner(), encoding), data),
        Type::Date if matches!(data, DataType::Date32) => Ok(()),
        Type::Date => holds("a day (Date32), or text `YYYY-MM-DD`,"),
        Type::Text { .. } => holds("text"),
        Type::Enum(_) => holds("text with the codes of the cases"),
        Type::List { element, .. } => match data {
            DataType::List(inner) | DataType::LargeList(inner) => check(program, element, encoding, inner),
            _ => holds("a list"),
        },
        Type::Record(_) => match data {
            DataType::Struct(members) => record(program, ty, members),
            _ => holds("a struct"),
        },
        Type::Optional(_) => holds("something else"),
    }
}

fn number(whole: bool, data: &DataType) -> Result<(), String> {
    match data {
        DataType::Float16 | DataType::Float32 | DataType::Float64 if !whole => {
            Err(format!("holds {data}, which is not exact; write decimals, whole numbers, or text such as \"170.00\""))
        }
        data if data.is_integer() || data.is_floating() => Ok(()),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => Ok(()),
        _ => Err(format!("holds {data}; a number is needed")),
    }
}

fn record(program: &Program, ty: &Type, members: &datafusion::arrow::datatypes::Fields) -> Result<(), String> {
    let start = Place { column: 0, members: Vec::new() };
    for field in program.fields(ty.inner()) {
        if let Some((_, held)) = member(&start, members, &field.name, &field.path) {
            check(program, &field.ty, field.encoding, held).map_err(|why| format!("`{}`: {why}", held.name()))?;
        }
    }
    Ok(())
}
