//! Why a batch cannot be run. A row that does not fit is no fault: it is rejected, and the rest goes on.

use datafusion::error::DataFusionError;
use std::fmt;

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input is no such file, is damaged, or its columns do not fit.
    Input(String),
    /// The result cannot be written.
    Output(String),
    /// The compiled decision, or what runs it, failed.
    Engine(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Input(why) | Fault::Output(why) | Fault::Engine(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// A fault of reading.
    pub(crate) fn input(error: &DataFusionError) -> Fault {
        Fault::Input(first_line(error))
    }

    /// A fault of writing.
    pub(crate) fn output(error: impl fmt::Display) -> Fault {
        Fault::Output(error.to_string())
    }

    /// A fault on the way.
    pub(crate) fn engine(error: impl fmt::Display) -> Fault {
        Fault::Engine(error.to_string())
    }
}

fn first_line(error: &DataFusionError) -> String {
    let told = error.find_root().strip_backtrace();
    told.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}
