//! The verbs, one a file.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod needs;
pub(crate) mod new;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod test;
