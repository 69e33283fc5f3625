//! Decisions as functions of SQL.

use crate::fault::Fault;
use crate::function::{Decider, function, leaf_paths};
use crate::sink::{Out, Sink};
use crate::source::{Format, open, settings};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;
use enact_ir::Program;
use futures::StreamExt;
use std::sync::Arc;

/// A table of a query: its name and its file.
pub type Table<'t> = (&'t str, &'t str);

/// Rows that are shown at most where no file is written.
const SHOWN: usize = 1000;

/// Runs a query in which decisions are functions of their facts, in order; writes the result to a file, or gives it as a table of text.
///
/// # Errors
/// If a file cannot be read or written, or the query is wrong.
pub fn query(
    program: &Program,
    deciders: &[Arc<Decider>],
    sql: &str,
    tables: &[Table<'_>],
    threads: usize,
    output: Option<(Format, Out)>,
) -> Result<String, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(1)).build();
    runtime.map_err(Fault::engine)?.block_on(async {
        let context = SessionContext::new_with_config(settings(threads.max(1)));
        for (name, path) in tables {
            let view = open(&context, path).await?.into_view();
            context.register_table(*name, view).map_err(|error| Fault::input(&error))?;
        }
        for decider in deciders {
            context.register_udf(function(decider, leaf_paths(program, decider.decision())));
        }
        let frame = context.sql(sql).await.map_err(|error| Fault::input(&error))?;
        match output {
            Some((format, out)) => write(frame, format, out).await,
            None => show(frame).await,
        }
    })
}

async fn show(frame: datafusion::prelude::DataFrame) -> Result<String, Fault> {
    let rows = frame.limit(0, Some(SHOWN)).map_err(|error| Fault::input(&error))?;
    let batches = rows.collect().await.map_err(|error| Fault::input(&error))?;
    pretty_format_batches(&batches).map(|table| table.to_string()).map_err(Fault::output)
}

async fn write(frame: datafusion::prelude::DataFrame, format: Format, out: Out) -> Result<String, Fault> {
    let mut rows = frame.execute_stream().await.map_err(|error| Fault::input(&error))?;
    let mut sink = Sink::new(format, &rows.schema(), out)?;
    while let Some(batch) = rows.next().await {
        sink.write(&batch.map_err(|error| Fault::input(&error))?)?;
    }
    sink.finish()?;
    Ok(String::new())
}
