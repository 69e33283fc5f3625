//! Where results are written, batch by batch, and where rejected rows go.

use crate::fault::Fault;
use crate::source::Format;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::writer::FileWriter;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::parquet::schema::types::ColumnPath;
use std::io::Write;

/// Any place to write to.
pub type Out = Box<dyn Write + Send>;

/// Rows that are held back until they are written as one group.
const GROUP: usize = 128 * 1024;

/// A file of results that is being written.
pub(crate) enum Sink {
    Parquet(Box<ArrowWriter<Out>>),
    Csv(Box<csv::Writer<Out>>),
    Ipc(Box<FileWriter<Out>>),
}

impl Sink {
    pub(crate) fn new(format: Format, schema: &SchemaRef, out: Out) -> Result<Sink, Fault> {
        Ok(match format {
            Format::Parquet => {
                let mut properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(GROUP))
                    .set_created_by("enact".to_owned());
                // Of numbers and days there are too many for a dictionary.
                for field in schema.fields().iter().filter(|field| !field.data_type().is_string()) {
                    properties =
                        properties.set_column_dictionary_enabled(ColumnPath::from(field.name().as_str()), false);
                }
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties.build()));
                Sink::Parquet(Box::new(writer.map_err(Fault::output)?))
            }
            Format::Csv => Sink::Csv(Box::new(csv::WriterBuilder::new().with_header(true).build(out))),
            Format::Ipc => Sink::Ipc(Box::new(FileWriter::try_new(out, schema).map_err(Fault::output)?)),
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Fault> {
        match self {
            Sink::Parquet(writer) => writer.write(batch).map_err(Fault::output),
            Sink::Csv(writer) => writer.write(batch).map_err(Fault::output),
            Sink::Ipc(writer) => writer.write(batch).map_err(Fault::output),
        }
    }

    pub(crate) fn finish(self) -> Result<(), Fault> {
        let mut out = match self {
            Sink::Parquet(writer) => writer.into_inner().map_err(Fault::output)?,
            Sink::Csv(writer) => writer.into_inner(),
            Sink::Ipc(writer) => writer.into_inner().map_err(Fault::output)?,
        };
        out.flush().map_err(Fault::output)
    }
}

/// Rows that break the schema, as CSV: the number of the row, and why.
pub(crate) struct Rejects(Out);

impl Rejects {
    pub(crate) fn new(mut out: Out) -> Result<Rejects, Fault> {
        out.write_all(b"row,code,path,message\n").map_err(Fault::output)?;
        Ok(Rejects(out))
    }

    pub(crate) fn write(&mut self, row: u64, why: [&str; 3]) -> Result<(), Fault> {
        let mut line = row.to_string();
        for text in why {
            line.push(',');
            line.push_str(&quoted(text));
        }
        line.push('\n');
        self.0.write_all(line.as_bytes()).map_err(Fault::output)
    }

    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        self.0.flush().map_err(Fault::output)
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
