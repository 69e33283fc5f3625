//! What the command gets from the world outside, and how it ends.

use std::io::{self, Read, Write};

/// The streams, the clock and the surroundings of one run of the command. The disk is in [`crate::disk`].
pub struct Host<'a> {
    /// Standard input.
    pub input: &'a mut dyn Read,
    /// Standard output: results.
    pub out: &'a mut dyn Write,
    /// Standard error: diagnostics.
    pub err: &'a mut dyn Write,
    /// Whether diagnostics are coloured.
    pub color: bool,
    /// The tongue of labels in results, unless `--lang` says otherwise.
    pub tongue: Tongue,
    /// The present day, in days from 1970-01-01.
    pub today: i64,
}

/// The tongue of labels and keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tongue {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// How a run of the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Done,
    /// The policy has errors, or a test failed.
    Failed,
    /// The command was used wrongly.
    Misused,
    /// The input was rejected.
    Rejected,
}

impl Status {
    /// The exit status.
    pub fn code(self) -> u8 {
        match self {
            Status::Done => 0,
            Status::Failed => 1,
            Status::Misused => 2,
            Status::Rejected => 3,
        }
    }
}

/// Why a command stopped early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the run ends.
    pub(crate) status: Status,
    /// What is said on standard error, one line a problem; empty when all has been said.
    pub(crate) message: String,
}

impl Failure {
    /// The policy, or a file of it, has errors.
    pub(crate) fn policy(message: impl Into<String>) -> Self {
        Self { status: Status::Failed, message: message.into() }
    }

    /// The command was used wrongly.
    pub(crate) fn misused(message: impl Into<String>) -> Self {
        Self { status: Status::Misused, message: message.into() }
    }

    /// The input was rejected.
    pub(crate) fn rejected(message: impl Into<String>) -> Self {
        Self { status: Status::Rejected, message: message.into() }
    }
}

/// Only writing to the streams ends in a bare `io::Error`: problems with files are told with their path.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { status: Status::Done, message: String::new() },
            _ => Self::misused(format!("the output cannot be written: {error}")),
        }
    }
}
