//! Many rows in one call: columns of facts, read and decided row by row by machine code, and columns of results.
//!
//! The function has the form of a decision, `(columns, results, room) -> 0`, and no row depends on another.
//!
//! * `columns` are words of 8 bytes: the number of rows, the day of the evaluation, and then four for each column: the address of its validity (a bit a row, the lowest first; 0 where
//!   all are there), of its values, of what its values lead to (the bytes of texts), and the place of its first row in all of these.
//! * `results` are addresses: of the verdicts, a byte a row; of the requirements that fail, as many words a row as the decision has; then for each output those of its values and of their
//!   validity. All that is written there must be 0 before.
//! * `room` is as large as [`Rows::room`] says.
//!
//! The columns stand in the order of the inputs, a record or list before what is inside of it, as in the C data interface of Apache Arrow, whose buffers fit as they are.

use crate::interface::{Interface, Lowered};
use crate::layout::is_narrow;
use crate::lower::rows as lowering;
use crate::runtime::Runtime;
use enact_ir::{NumberKind, Program, Type};

/// How the facts of a column lie in memory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Nowhere: missing in every row. It takes no column.
    Nowhere,
    /// Truth values, a bit each, the lowest first.
    Bits,
    /// Integers of 1, 2, 4 or 8 bytes with a sign; times this power of ten, they are the scaled integer of the type.
    Number(u8, i8),
    /// Integers of 16 bytes, likewise.
    Wide(i8),
    /// Days from 1970-01-01, 4 bytes.
    Day,
    /// Places of cases, 4 bytes.
    Case,
    /// UTF-8: where each begins, in 4 bytes, and where the last ends.
    Text,
    /// Lists: where each begins among the elements, in 4 bytes, and where the last ends. The elements are a column of their own, which begins with the first list.
    List(Box<Format>),
    /// Records: a column, which has but validity, and then one for each field.
    Record(Vec<Format>),
}

/// How the values of an output lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A bit each.
    Bits,
    /// Whole numbers, 8 bytes.
    Long,
    /// Scaled integers, 16 bytes.
    Wide,
    /// Days, 4 bytes.
    Day,
    /// Places of cases, 4 bytes.
    Case,
    /// Address (8 bytes) and number of bytes (8 bytes) of UTF-8 in the columns or the constants.
    Text,
}

/// A row that does not fit the types of the facts, or whose column's format cannot be turned into them exactly: a verdict beside those of [`crate::interface::Verdict`].
pub const UNFIT: u8 = 4;

/// Most rows of one call.
pub const MOST: usize = 1 << 27;

/// How to decide many rows.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The function.
    pub function: String,
    /// The formats of the inputs.
    pub inputs: Vec<Format>,
    /// The formats of the outputs.
    pub outputs: Vec<Given>,
    /// Words a row of the requirements that fail.
    pub fails: usize,
    /// Bytes of the room that it works in.
    pub room: u64,
}

impl Given {
    /// Of an output; `None` for lists and records.
    pub fn of(ty: &Type) -> Option<Given> {
        Some(match ty.inner() {
            Type::Bool => Given::Bits,
            Type::Number(number) if number.kind == NumberKind::Int && is_narrow(*number) => Given::Long,
            Type::Number(_) => Given::Wide,
            Type::Date => Given::Day,
            Type::Enum(_) => Given::Case,
            Type::Text { .. } => Given::Text,
            Type::List { .. } | Type::Record(_) | Type::Optional(_) => return None,
        })
    }
}

impl Format {
    /// How many columns it takes.
    pub fn columns(&self) -> usize {
        match self {
            Format::Nowhere => 0,
            Format::List(element) => 1 + element.columns(),
            Format::Record(fields) => 1 + fields.iter().map(Format::columns).sum::<usize>(),
            _ => 1,
        }
    }
}

impl Lowered {
    /// Adds the function that decides rows whose facts lie in columns of these formats, one an input. `None` if an output is a list or record, or there is no such decision.
    pub fn add_rows(&mut self, program: &Program, decision: &str, inputs: &[Format]) -> Option<Rows> {
        let interface: &Interface = self.decisions.iter().find(|it| it.decision == decision)?;
        let outputs: Option<Vec<Given>> = interface.output.values.iter().map(|(_, slot)| Given::of(&slot.ty)).collect();
        let outputs = outputs?;
        let functions = (self.module.find(&interface.quick)?, self.module.find(&interface.full)?);
        let mut runtime = Runtime::of(std::mem::take(&mut self.module));
        let (function, room) = lowering::lower(program, interface, (inputs, &outputs), &mut runtime, functions);
        let rows = Rows {
            function: function.name.clone(),
            inputs: inputs.to_vec(),
            outputs,
            fails: ((interface.output.faults - interface.output.fails) / 8) as usize,
            room,
        };
        runtime.add(function);
        self.module = runtime.module;
        Some(rows)
    }
}
