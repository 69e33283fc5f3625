//! What the tests share: files of rows, and results that are read back.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::ipc::writer::FileWriter;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use enact_batch::{Decider, Fault, Format, Report, Request, Results, run};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A run in a folder of its own.
pub(crate) struct Run {
    pub(crate) folder: TempDir,
    pub(crate) input: PathBuf,
    pub(crate) keep: bool,
    pub(crate) threads: usize,
    pub(crate) output: &'static str,
}

impl Run {
    /// With an empty file of rows of this name.
    pub(crate) fn new(input: &str) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join(input);
        Run { folder, input, keep: false, threads: 2, output: "out.parquet" }
    }

    pub(crate) fn parquet(batch: &RecordBatch) -> Run {
        let run = Run::new("in.parquet");
        write_parquet(&run.input, batch);
        run
    }

    pub(crate) fn ipc(batch: &RecordBatch) -> Run {
        let run = Run::new("in.arrow");
        let mut writer = FileWriter::try_new(File::create(&run.input).unwrap(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.finish().unwrap();
        run
    }

    pub(crate) fn csv(text: &str) -> Run {
        let run = Run::new("in.csv");
        fs::write(&run.input, text).unwrap();
        run
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join(self.output)
    }

    pub(crate) fn rejects(&self) -> String {
        fs::read_to_string(self.folder.path().join("rejects.csv")).unwrap()
    }

    pub(crate) fn run(&self, decider: &Arc<Decider>) -> Result<Report, Fault> {
        let path = self.input.to_string_lossy();
        let request = Request { input: &path, decider, keep: self.keep, threads: self.threads };
        let results = Results {
            output: Box::new(File::create(self.out()).unwrap()),
            format: Format::of(self.output).unwrap(),
            rejects: Box::new(File::create(self.folder.path().join("rejects.csv")).unwrap()),
        };
        run(&request, results, &mut |_, _| {})
    }

    /// Results as one batch.
    pub(crate) fn results(&self) -> RecordBatch {
        read_parquet(&self.out())
    }
}

pub(crate) fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

pub(crate) fn read_parquet(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

/// A cell as text.
pub(crate) fn cell(batch: &RecordBatch, column: &str, row: usize) -> Option<String> {
    let array = batch.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    let text = cast(&array.slice(row, 1), &DataType::Utf8).unwrap();
    let text = text.as_string::<i32>();
    text.is_valid(0).then(|| text.value(0).to_owned())
}

/// A column as texts.
pub(crate) fn column(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    (0..batch.num_rows()).map(|row| cell(batch, name, row)).collect()
}
