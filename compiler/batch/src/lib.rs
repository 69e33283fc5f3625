//! A decision over a whole population: files of columns in, columns out, on DataFusion with the compiled decision as a scalar function.
//!
//! [`columns`] finds once which column holds which fact; [`bound`] hands the buffers of a batch to native code, and makes JSON of the rows that it leaves open; [`function`] makes of it
//! a function of plans; [`run`](run()) streams a file through such a plan, in order. A row that breaks the schema gets the message that its JSON would get, since it goes that way.

#![forbid(unsafe_code)]

mod answers;
mod bound;
mod columns;
mod fault;
mod function;
mod kinds;
mod order;
mod outputs;
mod read;
mod run;
mod sink;
mod source;
mod sql;
mod summary;

pub use answers::{FIXED, REASONS, output_column};
pub use fault::Fault;
pub use function::{Decider, leaf_paths};
pub use run::{Request, Results, run};
pub use sink::Out;
pub use source::Format;
pub use sql::{Table, query};
pub use summary::{Bucket, Report, Totals};
