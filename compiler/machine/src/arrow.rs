//! Rows through the C data interface of Apache Arrow: <https://arrow.apache.org/docs/format/CDataInterface.html>.
//!
//! The function is `(schema, rows, results, room, today) -> i32`. `rows` is an array of structs, one member an input of the decision, and `schema` says so; both are only read, and stay
//! their owner's. It checks all that can be checked of them, hands their buffers to the function of [`crate::rows`], and gives [`Refusal::Nothing`], or why it has done nothing and, shifted by 8
//! bits, the number of the column at fault: the columns in order, each before what is inside of it, from 1 on; 0 is the whole.

use crate::interface::Lowered;
use crate::layout::is_narrow;
use crate::lower::rows::arrow as lowering;
use crate::rows::{Format, Given, Rows};
use crate::runtime::Runtime;
use enact_ir::{Encoding, Field, Program, Type};
use serde_json::{Value, json};

/// Why rows are not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Refusal {
    /// They are.
    Nothing = 0,
    /// An address is null.
    Null = 1,
    /// An address is no multiple of 8.
    Misaligned = 2,
    /// An array has been released.
    Released = 3,
    /// A column has another type.
    Format = 4,
    /// A column has another name.
    Name = 5,
    /// A column has more or fewer columns inside of it, or buffers.
    Shape = 6,
    /// A column has fewer rows than it must.
    Short = 7,
    /// There are more rows than one call takes.
    Many = 8,
    /// A text or list ends before it begins.
    Ends = 9,
}

impl Refusal {
    /// All of them, with a name for C and what it says.
    pub const ALL: [(Refusal, &'static str, &'static str); 10] = [
        (Refusal::Nothing, "DONE", "all rows are decided"),
        (Refusal::Null, "NULL", "an address is null"),
        (Refusal::Misaligned, "MISALIGNED", "an address is no multiple of 8"),
        (Refusal::Released, "RELEASED", "an array has been released"),
        (Refusal::Format, "FORMAT", "a column has another type"),
        (Refusal::Name, "NAME", "a column has another name"),
        (Refusal::Shape, "SHAPE", "a column has more or fewer columns inside of it, or buffers"),
        (Refusal::Short, "SHORT", "a column has fewer rows than it must"),
        (Refusal::Many, "MANY", "there are more rows than one call takes"),
        (Refusal::Ends, "ENDS", "a text or list ends before it begins"),
    ];
}

/// A column as Arrow tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name; none for the elements of a list, which may have any.
    pub name: Option<String>,
    /// Its format string; `#` stands for any number.
    pub format: String,
    /// Whether null says that something does not exist, rather than that it is missing.
    pub optional: bool,
    /// The columns inside of it.
    pub inner: Vec<Column>,
    /// Buffers that it has at least.
    pub(crate) buffers: u32,
}

impl Column {
    /// The column of a field.
    pub fn of_field(program: &Program, field: &Field) -> (Column, Format) {
        Column::new(program, Some(field.name.clone()), &field.ty, field.encoding)
    }

    fn new(program: &Program, name: Option<String>, ty: &Type, encoding: Encoding) -> (Column, Format) {
        let leaf = |format: &str, buffers, read| (format.to_owned(), buffers, Vec::new(), read);
        let (format, buffers, inner, read) = match ty.inner() {
            Type::Bool => leaf("b", 2, Format::Bits),
            Type::Number(number) => {
                let whole = number.is_whole(encoding);
                let scale = if whole { 0 } else { number.scale };
                match is_narrow(*number) {
                    true if whole => leaf("l", 2, Format::Number(8, 0)),
                    _ => leaf(&format!("d:#,{scale}"), 2, Format::Wide(0)),
                }
            }
            Type::Date => leaf("tdD", 2, Format::Day),
            Type::Enum(_) => leaf("i", 2, Format::Case),
            Type::Text { .. } => leaf("u", 3, Format::Text),
            Type::List { element, .. } => {
                let (element, read) = Column::new(program, None, element, encoding);
                ("+l".to_owned(), 2, vec![element], Format::List(Box::new(read)))
            }
            Type::Record(_) | Type::Optional(_) => {
                let fields = program.fields(ty.inner()).iter().map(|field| Column::of_field(program, field));
                let (inner, read) = fields.unzip();
                ("+s".to_owned(), 1, inner, Format::Record(read))
            }
        };
        (Column { name, format, optional: matches!(ty, Type::Optional(_)), inner, buffers }, read)
    }
}

/// How to decide rows that Arrow tells.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The decision.
    pub decision: String,
    /// The function.
    pub function: String,
    /// The columns, one an input.
    pub columns: Vec<Column>,
    /// What it comes to.
    pub rows: Rows,
    /// Bytes of the room that it works in.
    pub room: u64,
}

impl Batch {
    /// Everything that a caller must know, as JSON.
    pub fn to_json(&self, program: &Program) -> Value {
        let outputs = program.decision(&self.decision).map(|it| it.outputs.as_slice()).unwrap_or_default();
        let outputs = outputs.iter().zip(&self.rows.outputs).map(|(output, given)| {
            let scale = output.value.ty.inner().number().map_or(0, |number| number.scale);
            json!({ "name": output.name, "format": given.arrow(scale) })
        });
        json!({
            "decision": self.decision,
            "function": self.function,
            "room": self.room,
            "columns": self.columns.iter().map(Column::to_json).collect::<Vec<_>>(),
            "fails": self.rows.fails,
            "outputs": outputs.collect::<Vec<_>>(),
        })
    }
}

impl Column {
    fn to_json(&self) -> Value {
        let mut found = json!({ "name": self.name, "format": self.format, "optional": self.optional });
        if let (false, Some(map)) = (self.inner.is_empty(), found.as_object_mut()) {
            map.insert("inner".into(), self.inner.iter().map(Column::to_json).collect());
        }
        found
    }
}

impl Given {
    /// The format string of Arrow. Texts are no column yet: they lie here and there.
    fn arrow(self, scale: u8) -> String {
        match self {
            Given::Bits => "b".to_owned(),
            Given::Long => "l".to_owned(),
            Given::Wide => format!("d:38,{scale}"),
            Given::Day => "tdD".to_owned(),
            Given::Case => "i".to_owned(),
            Given::Text => "text".to_owned(),
        }
    }
}

impl Lowered {
    /// Adds for each decision the function that decides rows as Arrow tells them; not for those with an output that is a list or record.
    #[must_use]
    pub fn with_batches(mut self, program: &Program) -> Lowered {
        let names: Vec<String> = self.decisions.iter().map(|it| it.decision.clone()).collect();
        self.batches = names.iter().filter_map(|name| self.add_batch(program, name)).collect();
        self
    }

    fn add_batch(&mut self, program: &Program, decision: &str) -> Option<Batch> {
        let inputs = &program.decision(decision)?.inputs;
        let (columns, formats): (Vec<Column>, Vec<Format>) =
            inputs.iter().map(|input| Column::of_field(program, input)).unzip();
        let rows = self.add_rows(program, decision, &formats)?;
        let function = self.module.find(&rows.function)?;
        if let Some(inner) = self.module.functions.get_mut(function.0 as usize) {
            inner.exported = false;
        }
        let mut runtime = Runtime::of(std::mem::take(&mut self.module));
        let name = format!("batch:{decision}");
        let (made, block) = lowering::lower(&name, (&columns, &formats), &rows, function, &mut runtime);
        runtime.add(made);
        self.module = runtime.module;
        Some(Batch { decision: decision.to_owned(), function: name, columns, room: block + rows.room, rows })
    }
}
