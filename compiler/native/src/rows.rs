//! Many rows in one call: columns are checked once, then native code reads them as they lie.

use crate::call::Decide;
use crate::{Error, Jit};
use enact_ir::Verified;
use enact_machine::engine::EngineError;
use enact_machine::lower;
use enact_machine::rows::{self, Format, Given};

/// A decision over rows, for columns of certain formats. Threads may share it.
pub struct Rows {
    decide: Decide,
    rows: rows::Rows,
    constants: (u64, Vec<u8>),
}

/// The memory of a column; what stands in it depends on its [`Format`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'c> {
    /// A bit for each row, the lowest first; none where all are there.
    pub validity: Option<&'c [u8]>,
    /// The values, little-endian.
    pub values: &'c [u8],
    /// The bytes of texts.
    pub bytes: &'c [u8],
    /// The place of the first row in the validity and the values.
    pub first: usize,
}

/// What rows have come to, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    /// The verdicts: as in [`enact_machine::interface::Verdict`], or [`rows::UNFIT`].
    pub verdicts: Vec<u8>,
    /// The requirements that fail, where the verdict is refused: a bit each, in as many words a row as they take.
    pub fails: Vec<u64>,
    /// The outputs.
    pub outputs: Vec<Output>,
}

/// The values of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// A bit for each row, the lowest first: whether the output is given and exists.
    pub validity: Vec<u8>,
    /// The values.
    pub values: Values,
}

/// Values of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// A bit for each row, the lowest first.
    Bits(Vec<u8>),
    /// Whole numbers.
    Long(Vec<i64>),
    /// Scaled integers.
    Wide(Vec<i128>),
    /// Days from 1970-01-01.
    Day(Vec<i32>),
    /// Places of cases.
    Case(Vec<i32>),
    /// Where each text begins and the last ends, and their bytes.
    Text(Vec<i32>, Vec<u8>),
}

/// Columns in which every row is where its format says.
pub(crate) struct Checked {
    words: Vec<u64>,
    rows: usize,
}

/// Memory for the results of rows.
pub(crate) struct Blank {
    results: Results,
    /// Of each output that is text, where its texts lie.
    spans: Vec<Vec<[u64; 2]>>,
}

impl Rows {
    /// Compiles a decision for inputs in columns of these formats, one an input. `None` if an output is a list or a record, or there is no such decision.
    ///
    /// # Errors
    /// If the decision is too large, or this machine has no native code.
    pub fn new(program: &Verified, decision: &str, inputs: &[Format]) -> Result<Option<Rows>, Error> {
        let mut lowered = lower(program, &[decision]).map_err(|it| Error::Code(EngineError::from(it).0))?;
        let Some(rows) = lowered.add_rows(program, decision, inputs) else { return Ok(None) };
        let jit = Jit::new(&lowered.module)?;
        let constants = (jit.constants(), lowered.module.data);
        Ok(jit.decision(&rows.function).map(|decide| Rows { decide, rows, constants }))
    }

    /// The formats of the inputs.
    pub fn inputs(&self) -> &[Format] {
        &self.rows.inputs
    }

    /// Decides all rows on a day. The columns stand in the order of the inputs, a record or list before what is inside of it.
    ///
    /// # Errors
    /// If there are too many rows, or the columns are not those of the formats.
    pub fn decide(&self, columns: &[Column<'_>], rows: usize, today: i64) -> Result<Results, EngineError> {
        let mut blank = Blank::new(&self.rows, rows);
        if rows > 0 {
            let checked = Checked::new(&self.rows, columns, rows, today)?;
            let words = usize::try_from(self.rows.room.div_ceil(8)).map_err(|_| wrong("too much memory"))?;
            self.decide.call_rows(&checked, &mut blank, &mut vec![0; words]);
        }
        let regions = columns.iter().map(|it| (it.bytes.as_ptr().addr() as u64, it.bytes));
        let regions: Vec<(u64, &[u8])> = regions.chain([(self.constants.0, self.constants.1.as_slice())]).collect();
        blank.finish(&regions)
    }
}

fn wrong(why: &str) -> EngineError {
    EngineError(why.to_owned())
}

impl Checked {
    fn new(rows: &rows::Rows, columns: &[Column<'_>], count: usize, today: i64) -> Result<Checked, EngineError> {
        let mut checked = Checked { words: vec![count as u64, today.cast_unsigned()], rows: count };
        let mut columns = columns.iter();
        for format in &rows.inputs {
            checked.column(format, &mut columns, count)?;
        }
        match columns.next() {
            Some(_) => Err(wrong("there are more columns than facts")),
            None => Ok(checked),
        }
    }

    /// Takes the columns of a format, in which so many rows are read.
    fn column<'c, 'a: 'c>(
        &mut self,
        format: &Format,
        columns: &mut impl Iterator<Item = &'c Column<'a>>,
        rows: usize,
    ) -> Result<(), EngineError> {
        if *format == Format::Nowhere {
            return Ok(());
        }
        let column = columns.next().ok_or_else(|| wrong("there are fewer columns than facts"))?;
        let until = column.first.checked_add(rows).filter(|it| *it <= rows::MOST);
        let until = until.ok_or_else(|| wrong("a column has too many rows"))?;
        let short = || wrong("a column is shorter than its rows");
        let has = |bytes: &[u8], needed: usize| (bytes.len() >= needed).then_some(()).ok_or_else(short);
        column.validity.map_or(Ok(()), |validity| has(validity, until.div_ceil(8)))?;
        let address = |bytes: &[u8]| bytes.as_ptr().expose_provenance() as u64;
        let validity = column.validity.map_or(0, address);
        self.words.extend([validity, address(column.values), address(column.bytes), column.first as u64]);
        match format {
            Format::Nowhere => Ok(()),
            Format::Bits => has(column.values, until.div_ceil(8)),
            Format::Number(bytes, _) => has(column.values, until * usize::from(*bytes)),
            Format::Wide(_) => has(column.values, until * 16),
            Format::Day | Format::Case => has(column.values, until * 4),
            Format::Text => has(column.bytes, ends(column, rows)?),
            Format::List(element) => {
                let elements = ends(column, rows)?;
                self.column(element, columns, elements)
            }
            Format::Record(fields) => fields.iter().try_for_each(|field| self.column(field, columns, until)),
        }
    }

    /// The words that the code reads.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// How many rows are decided.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }
}

/// The end of the last of so many texts or lists, none of which ends before it begins.
fn ends(column: &Column<'_>, rows: usize) -> Result<usize, EngineError> {
    let offsets = column.values.as_chunks::<4>().0.get(column.first..=column.first + rows);
    let offsets = offsets.ok_or_else(|| wrong("a column is shorter than its rows"))?;
    let mut last = 0;
    for offset in offsets {
        let next = i32::from_le_bytes(*offset);
        if next < last {
            return Err(wrong("a text or list ends before it begins"));
        }
        last = next;
    }
    usize::try_from(last).map_err(|_| wrong("a text or list ends before it begins"))
}

impl Blank {
    fn new(rows: &rows::Rows, count: usize) -> Blank {
        let bits = || vec![0; count.div_ceil(8)];
        let values = |given: &Given| match given {
            Given::Bits => Values::Bits(bits()),
            Given::Long => Values::Long(vec![0; count]),
            Given::Wide => Values::Wide(vec![0; count]),
            Given::Day => Values::Day(vec![0; count]),
            Given::Case => Values::Case(vec![0; count]),
            Given::Text => Values::Text(vec![0], Vec::new()),
        };
        let spans = |given: &Given| if *given == Given::Text { vec![[0; 2]; count] } else { Vec::new() };
        let outputs = rows.outputs.iter().map(|given| Output { validity: bits(), values: values(given) });
        let results =
            Results { verdicts: vec![0; count], fails: vec![0; count * rows.fails], outputs: outputs.collect() };
        Blank { results, spans: rows.outputs.iter().map(spans).collect() }
    }

    /// The addresses that the code writes to; as many rows as it was made for.
    pub(crate) fn addresses(&mut self) -> Vec<u64> {
        fn of<T>(values: &mut [T]) -> u64 {
            values.as_mut_ptr().expose_provenance() as u64
        }
        let mut words = vec![of(&mut self.results.verdicts), of(&mut self.results.fails)];
        for (output, spans) in self.results.outputs.iter_mut().zip(&mut self.spans) {
            words.push(match &mut output.values {
                Values::Bits(values) => of(values),
                Values::Long(values) => of(values),
                Values::Wide(values) => of(values),
                Values::Day(values) | Values::Case(values) => of(values),
                Values::Text(..) => of(spans),
            });
            words.push(of(&mut output.validity));
        }
        words
    }

    /// Rows that there is room for.
    pub(crate) fn rows(&self) -> usize {
        self.results.verdicts.len()
    }

    /// The results, with texts copied from where they lie.
    fn finish(mut self, regions: &[(u64, &[u8])]) -> Result<Results, EngineError> {
        for (output, spans) in self.results.outputs.iter_mut().zip(&self.spans) {
            if let Values::Text(ends, bytes) = &mut output.values {
                for span in spans {
                    bytes.extend(text(*span, regions)?);
                    ends.push(i32::try_from(bytes.len()).map_err(|_| wrong("the texts are too long for one batch"))?);
                }
            }
        }
        Ok(self.results)
    }
}

/// The text at an address, of so many bytes.
fn text<'r>([address, count]: [u64; 2], regions: &[(u64, &'r [u8])]) -> Result<&'r [u8], EngineError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count == 0 {
        return Ok(&[]);
    }
    let found = regions.iter().find_map(|(start, region)| {
        let at = usize::try_from(address.checked_sub(*start)?).ok()?;
        region.get(at..at.checked_add(count)?)
    });
    found.ok_or_else(|| wrong("a text lies nowhere"))
}
