//! The command line as a library: the same code answers the terminal and the tests.
//!
//! One file a verb in `commands/`. The disk is touched in `disk` alone; streams, clock and locale come with the [`Host`].

#![forbid(unsafe_code)]

mod analysed;
mod cases;
mod commands;
mod counted;
mod coverage;
mod disk;
mod engine;
mod host;
mod linker;
mod outline;
mod present;
#[cfg(feature = "batch")]
mod progress;
mod project;
mod properties;
mod release;

pub use host::{Host, Status, Tongue};

use clap::{Parser, Subcommand};
#[cfg(feature = "batch")]
use commands::{batch, sql};
use commands::{build, check, explain, flows, fmt, lock, needs, new, reasons, run, schema, sign, test, verify};
use host::Failure;
use std::ffi::OsString;
use std::io::Write;

/// Rules of law that decide: check, test and run Enact policies.
///
/// Exit status: 0 done, 1 the policy has errors, or a test or a verification failed, 2 the command was used wrongly, 3 the input was rejected.
#[derive(Parser)]
#[command(name = "enact", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    New(new::Args),
    Check(check::Args),
    Fmt(fmt::Args),
    Test(test::Args),
    Run(run::Args),
    Needs(needs::Args),
    Flows(flows::Args),
    #[cfg(feature = "batch")]
    Batch(batch::Args),
    #[cfg(feature = "batch")]
    Sql(sql::Args),
    Build(build::Args),
    Lock(lock::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Reasons(reasons::Args),
    Explain(explain::Args),
    #[command(subcommand)]
    Schema(schema::Verb),
}

/// Runs the command line `args` (the first is the program's name).
pub fn run(args: impl IntoIterator<Item = OsString>, host: &mut Host<'_>) -> Status {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(usage) => return explain_usage(&usage, host),
    };
    let ended = match cli.verb {
        Verb::New(args) => new::run(&args, host),
        Verb::Check(args) => check::run(&args, host),
        Verb::Fmt(args) => fmt::run(&args, host),
        Verb::Test(args) => test::run(&args, host),
        Verb::Run(args) => run::run(&args, host),
        Verb::Needs(args) => needs::run(&args, host),
        Verb::Flows(args) => flows::run(&args, host),
        #[cfg(feature = "batch")]
        Verb::Batch(args) => batch::run(&args, host),
        #[cfg(feature = "batch")]
        Verb::Sql(args) => sql::run(&args, host),
        Verb::Build(args) => build::run(&args, host),
        Verb::Lock(args) => lock::run(&args, host),
        Verb::Sign(args) => sign::run(&args, host),
        Verb::Verify(args) => verify::run(&args, host),
        Verb::Reasons(args) => reasons::run(&args, host),
        Verb::Explain(args) => explain::run(&args, host),
        Verb::Schema(verb) => schema::run(&verb, host),
    };
    ended.unwrap_or_else(|failure| {
        for line in failure.message.lines() {
            let _ = writeln!(host.err, "error: {line}");
        }
        failure.status
    })
}

/// Help and version go to standard output and are no mistake.
fn explain_usage(usage: &clap::Error, host: &mut Host<'_>) -> Status {
    let (stream, status) =
        if usage.use_stderr() { (&mut host.err, Status::Misused) } else { (&mut host.out, Status::Done) };
    let _ = write!(stream, "{usage}");
    status
}

/// How a verb ends.
type Ended = Result<Status, Failure>;
