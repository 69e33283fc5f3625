//! The verbs, one a file, and the arguments that some of them share.

pub(crate) mod asked;
#[cfg(feature = "batch")]
pub(crate) mod batch;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod flows;
pub(crate) mod fmt;
pub(crate) mod lock;
pub(crate) mod needs;
pub(crate) mod new;
pub(crate) mod reasons;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod sign;
#[cfg(feature = "batch")]
pub(crate) mod sql;
pub(crate) mod test;
pub(crate) mod verify;
