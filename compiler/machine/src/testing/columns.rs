//! Facts as columns, to try the code that reads them.

use crate::layout::is_narrow;
use crate::rows::Format;
use enact_ir::{Decision, Fact, Facts, Program, Type, Value};

/// The memory of a column.
#[derive(Clone, Debug, Default)]
pub struct Buffers {
    /// A bit a row; none where all are there.
    pub validity: Vec<u8>,
    /// The values.
    pub values: Vec<u8>,
    /// The bytes of texts.
    pub bytes: Vec<u8>,
    /// The place of the first row.
    pub first: u64,
}

/// Cases of a decision as columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The format of each input.
    pub formats: Vec<Format>,
    /// The columns.
    pub columns: Vec<Buffers>,
    /// The cases as the columns say them: what is optional and missing does not exist.
    pub cases: Vec<Facts>,
}

impl Table {
    /// Writes cases down. `choice` varies the formats where there is a choice.
    pub fn of(program: &Program, decision: &Decision, cases: &[Facts], choice: u32) -> Table {
        let written: Vec<&Facts> = cases.iter().filter(|case| case.inputs.iter().all(can_be_said)).collect();
        let cases = written.iter().map(|case| as_said(program, decision, case)).collect();
        let mut table = Table { formats: Vec::new(), columns: Vec::new(), cases };
        let first = (choice % 11) as usize;
        for (n, input) in decision.inputs.iter().enumerate() {
            let format = format(program, &input.ty, choice.rotate_right(n as u32));
            let mut column = Column::new(&format);
            (0..first).for_each(|_| column.push(program, &input.ty, None));
            for case in &written {
                column.push(program, &input.ty, case.inputs.get(n).map(Seen::Fact));
            }
            column.finish(first, choice, &mut table.columns);
            table.formats.push(format);
        }
        table
    }
}

fn format(program: &Program, ty: &Type, choice: u32) -> Format {
    match ty.inner() {
        Type::Bool => Format::Bits,
        Type::Number(number) if is_narrow(*number) => {
            let fits = |bits: u32| number.lo >= -(1 << (bits - 1)) && number.hi < 1 << (bits - 1);
            match choice % 3 {
                0 if fits(8) => Format::Number(1, 0),
                0 if fits(16) => Format::Number(2, 0),
                0 if fits(32) => Format::Number(4, 0),
                1 => Format::Wide(0),
                _ => Format::Number(8, 0),
            }
        }
        Type::Number(_) => Format::Wide(0),
        Type::Date => Format::Day,
        Type::Enum(_) => Format::Case,
        Type::Text { .. } => Format::Text,
        Type::List { element, .. } => Format::List(Box::new(format(program, element, choice / 3))),
        Type::Record(_) | Type::Optional(_) => {
            Format::Record(program.fields(ty.inner()).iter().map(|it| format(program, &it.ty, choice / 3)).collect())
        }
    }
}

/// An element of a list is there, even if nothing inside of it is.
fn can_be_said(fact: &Fact) -> bool {
    match fact {
        Fact::Missing | Fact::Known(_) => true,
        Fact::Record(parts) => parts.iter().all(can_be_said),
        Fact::List(parts) => parts.iter().all(|part| *part != Fact::Missing && can_be_said(part)),
    }
}

fn as_said(program: &Program, decision: &Decision, case: &Facts) -> Facts {
    let inputs = decision.inputs.iter().zip(&case.inputs);
    Facts { inputs: inputs.map(|(input, fact)| said(program, &input.ty, fact)).collect() }
}

fn said(program: &Program, ty: &Type, fact: &Fact) -> Fact {
    match fact {
        Fact::Missing if matches!(ty, Type::Optional(_)) => Fact::Known(Value::Absent),
        Fact::Missing => match ty {
            Type::Record(_) => Fact::Record(program.fields(ty).iter().map(|_| Fact::Missing).collect()),
            _ => Fact::Missing,
        },
        Fact::Known(value) => Fact::Known(value.clone()),
        Fact::Record(parts) => {
            let fields = program.fields(ty.inner()).iter().zip(parts);
            Fact::Record(fields.map(|(it, part)| said(program, &it.ty, part)).collect())
        }
        Fact::List(parts) => {
            let element = if let Type::List { element, .. } = ty.inner() { element } else { return fact.clone() };
            Fact::List(parts.iter().map(|part| said(program, element, part)).collect())
        }
    }
}

/// A fact or a value that is known.
#[derive(Clone, Copy)]
enum Seen<'f> {
    Fact(&'f Fact),
    Value(&'f Value),
}

impl<'f> Seen<'f> {
    /// `None` if it is missing or does not exist.
    fn value(self) -> Option<Seen<'f>> {
        match self {
            Seen::Fact(Fact::Missing) | Seen::Value(Value::Absent) => None,
            Seen::Fact(Fact::Known(value)) => Seen::Value(value).value(),
            other => Some(other),
        }
    }

    fn parts(self) -> Vec<Seen<'f>> {
        match self {
            Seen::Fact(Fact::Record(parts) | Fact::List(parts)) => parts.iter().map(Seen::Fact).collect(),
            Seen::Value(Value::Record(parts) | Value::List(parts)) => parts.iter().map(Seen::Value).collect(),
            _ => Vec::new(),
        }
    }
}

struct Column {
    format: Format,
    there: Vec<bool>,
    values: Vec<u8>,
    bits: Vec<bool>,
    bytes: Vec<u8>,
    elements: u32,
    inner: Vec<Column>,
}

impl Column {
    fn new(format: &Format) -> Column {
        let (inner, values) = match format {
            Format::List(element) => (vec![Column::new(element)], vec![0; 4]),
            Format::Record(fields) => (fields.iter().map(Column::new).collect(), Vec::new()),
            Format::Text => (Vec::new(), vec![0; 4]),
            _ => (Vec::new(), Vec::new()),
        };
        let (there, bits, bytes) = (Vec::new(), Vec::new(), Vec::new());
        Column { format: format.clone(), there, values, bits, bytes, elements: 0, inner }
    }

    fn push(&mut self, program: &Program, ty: &Type, seen: Option<Seen<'_>>) {
        let seen = seen.and_then(Seen::value);
        self.there.push(seen.is_some());
        let parts = seen.map(Seen::parts).unwrap_or_default();
        match (&self.format, ty.inner()) {
            (Format::Record(_), _) => {
                let fields = program.fields(ty.inner()).iter().zip(&mut self.inner);
                fields.enumerate().for_each(|(n, (field, it))| it.push(program, &field.ty, parts.get(n).copied()));
            }
            (Format::List(_), Type::List { element, .. }) => {
                let inner = self.inner.iter_mut();
                inner.for_each(|it| parts.iter().for_each(|part| it.push(program, element, Some(*part))));
                self.elements += parts.len() as u32;
                self.values.extend(self.elements.to_le_bytes());
            }
            _ => self.leaf(match seen {
                Some(Seen::Value(value)) => Some(value),
                _ => None,
            }),
        }
    }

    fn leaf(&mut self, value: Option<&Value>) {
        match (&self.format, value) {
            (Format::Bits, value) => self.bits.push(value == Some(&Value::Bool(true))),
            (Format::Text, value) => {
                if let Some(Value::Text(text)) = value {
                    self.bytes.extend(text.as_bytes());
                }
                self.values.extend((self.bytes.len() as u32).to_le_bytes());
            }
            (format, value) => {
                // A value that is not there may be anything.
                let bits = match value {
                    Some(Value::Number(n)) => *n,
                    Some(Value::Date(day)) => i128::from(*day),
                    Some(Value::Enum(case)) => i128::from(*case),
                    _ => -85,
                };
                let size = match format {
                    Format::Number(size, _) => usize::from(*size),
                    Format::Wide(_) => 16,
                    _ => 4,
                };
                self.values.extend(bits.to_le_bytes().into_iter().take(size));
            }
        }
    }

    fn finish(self, first: usize, choice: u32, into: &mut Vec<Buffers>) {
        let dense = self.there.iter().skip(first).all(|it| *it) && choice.is_multiple_of(2);
        let validity = if dense { Vec::new() } else { pack(&self.there) };
        let values = if self.bits.is_empty() { self.values } else { pack(&self.bits) };
        into.push(Buffers { validity, values, bytes: self.bytes, first: first as u64 });
        self.inner.into_iter().for_each(|it| it.finish(0, choice / 2, into));
    }
}

fn pack(bits: &[bool]) -> Vec<u8> {
    bits.chunks(8).map(|some| (0..).zip(some).fold(0, |byte, (n, bit)| byte | u8::from(*bit) << n)).collect()
}
