//! The columns of one batch, ready to be read: as they lie by native code, or row by row as the JSON that the row would be.

use crate::columns::{Columns, From, Known, Place, member};
use crate::fault::Fault;
use crate::read::{Numbers, Reader, text_of};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, StringArray, StructArray};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use enact_base::json::{self, Json};
use enact_ir::{Encoding, Program, Type};
use enact_machine::rows::Format;
use enact_native::Column;

/// A fact in the columns of a batch.
pub(crate) struct Bound {
    keys: Vec<String>,
    optional: bool,
    nulls: Option<NullBuffer>,
    kind: Kind,
    /// The nulls as native code reads them; of an optional record that is spread over columns, the rows in which any of them says something.
    there: Option<Buffer>,
}

enum Kind {
    Nowhere,
    Scalar(Reader),
    /// A record: whether a struct holds it, and its fields.
    Record(bool, Vec<Bound>),
    /// A list: where the elements of each row begin and end.
    List(ListArray, Box<Bound>),
    /// A list or record as JSON text.
    Written(StringArray),
}

/// Binds the inputs of a decision to the columns of a batch.
pub(crate) fn bind(program: &Program, facts: &Columns, columns: &[ArrayRef], rows: usize) -> Result<Vec<Bound>, Fault> {
    facts.inputs.iter().map(|known| Bound::new(program, known, columns, rows)).collect()
}

/// The JSON of a row.
pub(crate) fn row_json(inputs: &[Bound], row: usize) -> Json {
    let mut members = Vec::new();
    for input in inputs {
        if let Some(json) = input.json(row) {
            insert(&mut members, &input.keys, json);
        }
    }
    Json::Object(members)
}

fn insert(members: &mut Vec<(String, Json)>, keys: &[String], json: Json) {
    match keys {
        [] => {}
        [last] => members.push((last.clone(), json)),
        [first, rest @ ..] => {
            if !members.iter().any(|(name, _)| name == first) {
                members.push((first.clone(), Json::Object(Vec::new())));
            }
            if let Some((_, Json::Object(inner))) = members.iter_mut().find(|(name, _)| name == first) {
                insert(inner, rest, json);
            }
        }
    }
}

/// An array within a batch, null where anything around it is.
fn reach(columns: &[ArrayRef], place: &Place) -> Option<(ArrayRef, Option<NullBuffer>)> {
    let array = columns.get(place.column)?;
    descend(array, &place.members, array.logical_nulls())
}

fn descend(array: &ArrayRef, members: &[usize], nulls: Option<NullBuffer>) -> Option<(ArrayRef, Option<NullBuffer>)> {
    let Some((first, rest)) = members.split_first() else { return Some((array.clone(), nulls)) };
    let inner = array.as_struct_opt()?.columns().get(*first)?;
    let nulls = NullBuffer::union(nulls.as_ref(), inner.logical_nulls().as_ref());
    descend(inner, rest, nulls)
}

fn lost() -> Fault {
    Fault::Engine("a column is not where it was".to_owned())
}

impl Bound {
    fn new(program: &Program, known: &Known, columns: &[ArrayRef], rows: usize) -> Result<Bound, Fault> {
        let (nulls, kind) = match &known.from {
            From::Nowhere => (None, Kind::Nowhere),
            From::Whole(place) => {
                let (array, nulls) = reach(columns, place).ok_or_else(lost)?;
                (nulls, Kind::new(program, known.ty.inner(), known.encoding, &array)?)
            }
            From::Parts(at, parts) => {
                let nulls = match at {
                    Some(place) => reach(columns, place).ok_or_else(lost)?.1,
                    None => None,
                };
                let parts = parts.iter().map(|part| Bound::new(program, part, columns, rows));
                (nulls, Kind::Record(at.is_some(), parts.collect::<Result<_, _>>()?))
            }
        };
        Ok(Bound::of(known.keys.clone(), &known.ty, nulls, kind, rows))
    }

    fn of(keys: Vec<String>, ty: &Type, nulls: Option<NullBuffer>, kind: Kind, rows: usize) -> Bound {
        let optional = matches!(ty, Type::Optional(_));
        let there = match &kind {
            Kind::Record(false, parts) if optional => {
                let said = |row| parts.iter().any(|part| !part.is_empty(row));
                Some(BooleanBuffer::collect_bool(rows, said).into_inner())
            }
            _ => nulls.as_ref().filter(|nulls| nulls.null_count() > 0).map(|nulls| nulls.inner().sliced()),
        };
        Bound { keys, optional, nulls, kind, there }
    }

    /// Adds the columns as native code reads them, and gives their format; `None` if it cannot read them.
    pub(crate) fn native<'b>(&'b self, columns: &mut Vec<Column<'b>>) -> Option<Format> {
        let validity = self.there.as_ref().map(Buffer::as_slice);
        match &self.kind {
            Kind::Nowhere => Some(Format::Nowhere),
            Kind::Written(_) => None,
            Kind::Scalar(reader) => {
                let (format, column) = reader.native()?;
                columns.push(Column { validity, ..column });
                Some(format)
            }
            Kind::Record(_, parts) => {
                columns.push(Column { validity, ..Column::default() });
                Some(Format::Record(parts.iter().map(|part| part.native(columns)).collect::<Option<_>>()?))
            }
            Kind::List(lists, element) => {
                let values = lists.offsets().inner().inner().as_slice();
                columns.push(Column { validity, values, ..Column::default() });
                Some(Format::List(Box::new(element.native(columns)?)))
            }
        }
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Whether no column says anything of it.
    fn is_empty(&self, row: usize) -> bool {
        match &self.kind {
            Kind::Nowhere => true,
            Kind::Record(false, parts) => parts.iter().all(|part| part.is_empty(row)),
            _ => self.is_null(row),
        }
    }

    /// Whether it is an optional record that does not exist.
    fn is_absent(&self, row: usize) -> bool {
        self.optional && (self.is_null(row) || (matches!(self.kind, Kind::Record(false, _)) && self.is_empty(row)))
    }

    /// The JSON of a row; `None` if the fact is missing.
    pub(crate) fn json(&self, row: usize) -> Option<Json> {
        match &self.kind {
            Kind::Nowhere => None,
            _ if self.is_absent(row) => Some(Json::Null),
            _ if self.is_null(row) => None,
            Kind::Scalar(reader) => Some(reader.json(row)),
            Kind::Written(texts) => {
                let text = texts.value(row);
                Some(json::parse(text.as_bytes()).unwrap_or_else(|_| Json::Text(text.to_owned())))
            }
            Kind::Record(_, parts) => Some(row_json(parts, row)),
            Kind::List(lists, element) => {
                let end = |row| lists.offsets().get(row).and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
                Some(Json::Array((end(row)..end(row + 1)).map(|n| element.json(n).unwrap_or(Json::Null)).collect()))
            }
        }
    }
}

impl Kind {
    fn new(program: &Program, ty: &Type, encoding: Encoding, array: &ArrayRef) -> Result<Kind, Fault> {
        Ok(match (ty, array.data_type()) {
            (Type::Record(_), DataType::Struct(_)) => {
                let held = array.as_struct_opt().ok_or_else(lost)?;
                Kind::Record(true, fields(program, ty, held)?)
            }
            (Type::List { element, .. }, DataType::List(inner) | DataType::LargeList(inner)) => {
                let lists = cast(array, &DataType::List(inner.clone())).map_err(Fault::engine)?;
                let lists = lists.as_list_opt::<i32>().ok_or_else(lost)?.clone();
                let elements = elements(program, element, encoding, lists.values())?;
                Kind::List(lists, elements)
            }
            (Type::List { .. } | Type::Record(_), _) => Kind::Written(text_of(array)?),
            (ty, _) => Kind::Scalar(Reader::new(program, ty, Numbers::of(ty, encoding), array)?),
        })
    }
}

fn elements(program: &Program, ty: &Type, encoding: Encoding, array: &ArrayRef) -> Result<Box<Bound>, Fault> {
    let kind = Kind::new(program, ty.inner(), encoding, array)?;
    Ok(Box::new(Bound::of(Vec::new(), ty, array.logical_nulls(), kind, array.len())))
}

/// The fields of a record in a struct.
fn fields(program: &Program, ty: &Type, held: &StructArray) -> Result<Vec<Bound>, Fault> {
    let start = Place { column: 0, members: Vec::new() };
    let DataType::Struct(members) = held.data_type() else { return Err(lost()) };
    let whole: ArrayRef = std::sync::Arc::new(held.clone());
    let field = |field: &enact_ir::Field| {
        let keys = field.path.clone();
        let (nulls, kind) = match member(&start, members, &field.name, &keys) {
            None => (None, Kind::Nowhere),
            Some((place, _)) => {
                let (array, nulls) = descend(&whole, &place.members, held.logical_nulls()).ok_or_else(lost)?;
                (nulls, Kind::new(program, field.ty.inner(), field.encoding, &array)?)
            }
        };
        Ok(Bound::of(keys, &field.ty, nulls, kind, held.len()))
    };
    program.fields(ty).iter().map(field).collect()
}
