//! Files of rows: which format they are, and their rows in order with a number each.

use crate::fault::Fault;
use datafusion::arrow::array::{ArrayRef, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::datasource::file_format::options::ArrowReadOptions;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion::prelude::{CsvReadOptions, DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Parquet.
    Parquet,
    /// Comma-separated, with a line of names first.
    Csv,
    /// Arrow IPC.
    Ipc,
}

impl Format {
    /// The format that the ending of a file's name says.
    pub fn of(path: &str) -> Option<Format> {
        match ending(path)? {
            "parquet" => Some(Format::Parquet),
            "csv" => Some(Format::Csv),
            "arrow" | "ipc" | "feather" => Some(Format::Ipc),
            _ => None,
        }
    }
}

fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, ending)| ending)
}

/// The name of the column of row numbers inside of plans.
pub(crate) const ROW: &str = "__row";

/// Settings under which rows come in order, and texts as they are.
pub(crate) fn settings(partitions: usize) -> SessionConfig {
    SessionConfig::new()
        .with_target_partitions(partitions)
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        .set_bool("datafusion.optimizer.repartition_file_scans", partitions > 1)
}

/// The rows of a file.
///
/// # Errors
/// If it cannot be read, with its name.
pub(crate) async fn open(context: &SessionContext, path: &str) -> Result<DataFrame, Fault> {
    let Some(format) = Format::of(path) else {
        return Err(Fault::Input(format!("{path}: the name must end in .parquet, .csv or .arrow")));
    };
    let end = format!(".{}", ending(path).unwrap_or_default());
    let read = match format {
        Format::Parquet => context.read_parquet(path, ParquetReadOptions::default().file_extension(&end)).await,
        // No type is guessed: a decimal that went through a float is another one.
        Format::Csv => context.read_csv(path, CsvReadOptions::new().schema_infer_max_records(0)).await,
        Format::Ipc => {
            let options = ArrowReadOptions { file_extension: &end, ..ArrowReadOptions::default() };
            context.read_arrow(path, options).await
        }
    };
    read.map_err(|error| named(path, &Fault::input(&error)))
}

/// A fault with the name of the file.
pub(crate) fn named(path: &str, fault: &Fault) -> Fault {
    Fault::Input(format!("{path}: {fault}"))
}

/// The rows of a file as one stream, numbered from 1.
pub(crate) struct Numbered {
    path: String,
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    schema: SchemaRef,
    read: Arc<AtomicU64>,
    /// Rows as the file itself says.
    pub(crate) expected: Option<u64>,
}

impl std::fmt::Debug for Numbered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "numbered rows of {}", displayable(self.plan.as_ref()).one_line())
    }
}

impl Numbered {
    /// Opens a file.
    pub(crate) async fn open(path: &str) -> Result<Numbered, Fault> {
        let context = SessionContext::new_with_config(settings(1));
        let frame = open(&context, path).await?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.map_err(|error| named(path, &Fault::input(&error)))?;
        let columns = plan.schema();
        let number = Arc::new(Field::new(ROW, DataType::UInt64, false));
        let fields = std::iter::once(number).chain(columns.fields().iter().cloned());
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let counted = StatisticsContext::new()
            .compute(plan.as_ref(), &StatisticsArgs::new())
            .ok()
            .and_then(|it| it.num_rows.get_value().copied());
        let expected = counted.map(|rows| rows as u64);
        Ok(Numbered { path: path.to_owned(), plan, context: task, schema, read: Arc::default(), expected })
    }

    /// The columns of the file.
    pub(crate) fn columns(&self) -> Vec<Arc<Field>> {
        self.schema.fields().iter().skip(1).cloned().collect()
    }

    /// How many rows were read, as it grows.
    pub(crate) fn read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// As a table of plans.
    pub(crate) fn table(self) -> Result<StreamingTable, Fault> {
        let schema = Arc::clone(&self.schema);
        StreamingTable::try_new(schema, vec![Arc::new(self)]).map_err(|error| Fault::input(&error))
    }
}

impl PartitionStream for Numbered {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (read, schema, path) = (Arc::clone(&self.read), Arc::clone(&self.schema), self.path.clone());
        let told =
            move |error: &DataFusionError| DataFusionError::Execution(named(&path, &Fault::input(error)).to_string());
        let rows = match self.plan.execute(0, Arc::clone(&self.context)) {
            Ok(stream) => stream,
            Err(error) => {
                let failed = futures::stream::iter([Err(told(&error))]);
                return Box::pin(RecordBatchStreamAdapter::new(schema, failed));
            }
        };
        let of = Arc::clone(&schema);
        let numbered = rows.map(move |batch| number(&of, &read, batch.map_err(|error| told(&error))?));
        Box::pin(RecordBatchStreamAdapter::new(schema, numbered))
    }
}

fn number(schema: &SchemaRef, read: &AtomicU64, batch: RecordBatch) -> Result<RecordBatch, DataFusionError> {
    let rows = batch.num_rows() as u64;
    let before = read.fetch_add(rows, Ordering::Relaxed);
    let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(before + 1..=before + rows));
    let columns = std::iter::once(numbers).chain(batch.columns().iter().cloned());
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}
