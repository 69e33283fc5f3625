//! The schemas of records on chain as one model, and what they mean for the policies that read those records.
//!
//! Pure: files come in through [`Files`], findings go out as data. [`Schema::read`] makes a [`Shape`]; [`fit`] proves that a record
//! ([`Demand`]) can be read from every document of it, or shows one that cannot.

#![forbid(unsafe_code)]

mod amount;
mod decimal;
mod demand;
mod describe;
mod diff;
mod example;
mod fit;
mod import;
mod infer;
mod keywords;
mod local;
mod meet;
mod misfit;
mod model;
mod needed;
mod pattern;
mod read;
mod reference;
mod regex;
mod text;
mod validate;

pub use decimal::{Decimal, scaled_text};
pub use demand::{Demand, Field, Range};
pub use diff::{Aspect, Change, Direction, breaks, diff};
pub use example::{NoExample, example, json_text};
pub use fit::fit;
pub use import::{Imported, import};
pub use infer::{infer_max, infer_range};
pub use misfit::Misfit;
pub use model::*;
pub use needed::needed;
pub use read::Schema;
pub use reference::Files;
pub use validate::{Violation, validate};

pub(crate) use describe::numeral;
