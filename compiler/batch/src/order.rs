//! Streams that share the rows of a file out among them, brought back into the order of the file.

use crate::fault::Fault;
use crate::source::ROW;
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use tokio::sync::mpsc::{Receiver, channel};

/// Batches that wait to be fetched, for each stream.
const WAITING: usize = 2;

struct Lane {
    from: Receiver<Result<RecordBatch, DataFusionError>>,
    /// What is left of the batch at hand.
    rest: Option<RecordBatch>,
}

/// The rows of several streams, each in order of [`ROW`], as one.
pub(crate) struct Ordered {
    lanes: Vec<Lane>,
    next: u64,
}

impl Ordered {
    /// Starts the streams, each as a task of the runtime at hand.
    pub(crate) fn start(streams: Vec<SendableRecordBatchStream>) -> Ordered {
        let lanes = streams.into_iter().map(|mut stream| {
            let (to, from) = channel(WAITING);
            tokio::spawn(async move {
                while let Some(batch) = stream.next().await {
                    if to.send(batch).await.is_err() {
                        return;
                    }
                }
            });
            Lane { from, rest: None }
        });
        Ordered { lanes: lanes.collect(), next: 1 }
    }

    /// The rows that come next; `None` after the last.
    ///
    /// # Errors
    /// If a stream fails, or a row is lost.
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>, Fault> {
        let mut waiting = false;
        for lane in &mut self.lanes {
            if lane.rest.is_none() {
                lane.rest = match lane.from.recv().await {
                    Some(batch) => Some(batch.map_err(|error| Fault::input(&error))?),
                    None => None,
                };
            }
            let Some(batch) = lane.rest.take() else { continue };
            waiting = true;
            let run = run(&batch, self.next)?;
            if run == batch.num_rows() {
                self.next += run as u64;
                return Ok(Some(batch));
            }
            if run == 0 {
                lane.rest = Some(batch);
                continue;
            }
            lane.rest = Some(batch.slice(run, batch.num_rows() - run));
            self.next += run as u64;
            return Ok(Some(batch.slice(0, run)));
        }
        match waiting {
            true => Err(Fault::Engine(format!("row {} is lost", self.next))),
            false => Ok(None),
        }
    }
}

/// How many rows at the start of a batch follow one another from `next` on.
fn run(batch: &RecordBatch, next: u64) -> Result<usize, Fault> {
    let numbers = batch.column_by_name(ROW).and_then(|it| it.as_primitive_opt::<UInt64Type>());
    let numbers = numbers.ok_or_else(|| Fault::Engine("rows have no numbers".to_owned()))?;
    Ok((next..).zip(numbers.values()).take_while(|(wanted, found)| wanted == *found).count())
}
