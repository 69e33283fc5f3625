//! A whole population: rows in, results out, in order and in bounded memory, on all cores.

use crate::answers::{FIXED, REJECTED};
use crate::columns::Columns;
use crate::fault::Fault;
use crate::function::{Decider, function};
use crate::order::Ordered;
use crate::sink::{Out, Rejects, Sink};
use crate::source::{Format, Numbered, ROW, named, settings};
use crate::summary::Report;
use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StructArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, UInt64Type};
use datafusion::logical_expr::ident;
use datafusion::physical_plan::execute_stream_partitioned;
use datafusion::prelude::SessionContext;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The name of the struct of results inside of plans.
const DECIDED: &str = "__decided";

/// Stack of a thread that decides: frames are large without optimisation, and expressions may nest deep.
const STACK: usize = 64 * 1024 * 1024;

/// What is decided.
pub struct Request<'r> {
    /// The file of rows.
    pub input: &'r str,
    /// The decision.
    pub decider: &'r Arc<Decider>,
    /// Whether columns that the decision does not read stand in the result too.
    pub keep: bool,
    /// Threads.
    pub threads: usize,
}

/// Where the results go.
pub struct Results {
    /// The results of all rows but the rejected.
    pub output: Out,
    /// In this format.
    pub format: Format,
    /// The rejected rows, as CSV.
    pub rejects: Out,
}

/// Decides every row of a file. `progress` is told, now and then, how many rows are done, and of how many if that is known.
///
/// # Errors
/// If the file does not fit the decision, is damaged, or the results cannot be written.
pub fn run(
    request: &Request<'_>,
    results: Results,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Report, Fault> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(request.threads.max(1)).thread_stack_size(STACK).build();
    runtime.map_err(Fault::engine)?.block_on(decide(request, results, progress))
}

async fn decide(
    request: &Request<'_>,
    results: Results,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Report, Fault> {
    let rows = Numbered::open(request.input).await?;
    let (expected, read) = (rows.expected, rows.read());
    let columns: Vec<FieldRef> = rows.columns();
    let facts = request.decider.columns(&columns).map_err(|fault| named(request.input, &fault))?;
    let kept = kept(request, &columns, &facts);
    let mut ordered = plan(request, rows, &columns, &facts, &kept).await?;
    let schema = result_schema(request, &kept);
    let mut sink = Sink::new(results.format, &schema, results.output)?;
    let mut rejects = Rejects::new(results.rejects)?;
    let mut report = Report::new(request.decider.decision(), facts.without);
    while let Some(batch) = ordered.next().await? {
        let decided = batch.column_by_name(DECIDED).and_then(|it| it.as_struct_opt());
        let decided = decided.ok_or_else(|| Fault::Engine("there are no results".to_owned()))?;
        let before = report.rejected;
        report.add(decided);
        let whole = result(&schema, &batch, decided)?;
        if report.rejected == before {
            sink.write(&whole)?;
        } else {
            sink.write(&without_rejected(&batch, decided, &whole, &mut rejects)?)?;
        }
        progress(report.counted(), expected);
    }
    sink.finish()?;
    rejects.finish()?;
    report.rows = read.load(Ordering::Relaxed);
    if report.counted() != report.rows {
        let (counted, rows) = (report.counted(), report.rows);
        return Err(Fault::Engine(format!("{rows} rows were read, but {counted} are decided")));
    }
    Ok(report)
}

/// The columns that the decision does not read, if they are to stand in the result.
fn kept(request: &Request<'_>, columns: &[FieldRef], facts: &Columns) -> Vec<FieldRef> {
    let others = columns.iter().enumerate().filter(|(at, _)| request.keep && !facts.used.contains(at));
    others.map(|(_, column)| Arc::clone(column)).collect()
}

/// The streams of the plan that decides.
async fn plan(
    request: &Request<'_>,
    rows: Numbered,
    columns: &[FieldRef],
    facts: &Columns,
    kept: &[FieldRef],
) -> Result<Ordered, Fault> {
    let context = SessionContext::new_with_config(settings(request.threads.max(1)));
    let used = facts.used.iter().filter_map(|at| columns.get(*at)).map(|column| column.name().clone());
    let used: Vec<String> = used.collect();
    let decided = function(request.decider, used.clone());
    let mut selected = vec![ident(ROW), decided.call(used.into_iter().map(ident).collect()).alias(DECIDED)];
    selected.extend(kept.iter().map(|column| ident(column.name())));
    let fault = |error| Fault::input(&error);
    let frame = context.read_table(Arc::new(rows.table()?)).map_err(fault)?.select(selected).map_err(fault)?;
    let task = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.map_err(fault)?;
    Ok(Ordered::start(execute_stream_partitioned(plan, task).map_err(fault)?))
}

/// The columns of the result: the number of the row, what was decided without the path, and what is kept.
fn result_schema(request: &Request<'_>, kept: &[FieldRef]) -> SchemaRef {
    let decided = request.decider.fields();
    let mut fields = vec![Arc::new(Field::new("row", DataType::UInt64, false))];
    fields.extend(decided.iter().filter(|field| field.name() != "path").cloned());
    for column in kept {
        let taken = fields.iter().any(|field| field.name() == column.name());
        let name = if taken { format!("input.{}", column.name()) } else { column.name().clone() };
        fields.push(Arc::new(column.as_ref().clone().with_name(name)));
    }
    Arc::new(Schema::new(fields))
}

fn result(schema: &SchemaRef, batch: &RecordBatch, decided: &StructArray) -> Result<RecordBatch, Fault> {
    let numbers = batch.columns().first().cloned();
    let outcomes = decided.fields().iter().zip(decided.columns()).filter(|(field, _)| field.name() != "path");
    let outcomes = outcomes.map(|(_, column)| Arc::clone(column));
    let kept = batch.columns().iter().skip(2).cloned();
    let columns: Vec<ArrayRef> = numbers.into_iter().chain(outcomes).chain(kept).collect();
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(Fault::engine)
}

/// Writes the rejected rows where they belong, and gives the others.
fn without_rejected(
    batch: &RecordBatch,
    decided: &StructArray,
    whole: &RecordBatch,
    rejects: &mut Rejects,
) -> Result<RecordBatch, Fault> {
    let [verdicts, _, _, codes, paths, messages] = FIXED.map(|name| {
        let column = decided.column_by_name(name).and_then(|it| it.as_string_opt::<i32>());
        column.cloned().unwrap_or_else(|| Vec::<Option<String>>::new().into())
    });
    let numbers = batch.column_by_name(ROW).and_then(|it| it.as_primitive_opt::<UInt64Type>());
    let numbers = numbers.ok_or_else(|| Fault::Engine("rows have no numbers".to_owned()))?;
    let good: BooleanArray = verdicts.iter().map(|verdict| Some(verdict != Some(REJECTED))).collect();
    for row in (0..batch.num_rows()).filter(|row| verdicts.value(*row) == REJECTED) {
        let why = [&codes, &paths, &messages].map(|texts| texts.value(row));
        rejects.write(numbers.value(row), why)?;
    }
    filter_record_batch(whole, &good).map_err(Fault::engine)
}
