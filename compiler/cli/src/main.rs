//! The `enact` command: gives the real streams, clock and environment to [`enact_cli::run`].

#![forbid(unsafe_code)]

use enact_cli::{Host, Tongue};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Frames are large without optimisation, and expressions may nest as deep as the language allows.
const STACK: usize = 64 * 1024 * 1024;

fn main() -> ExitCode {
    let run = std::thread::Builder::new().stack_size(STACK).spawn(command);
    run.ok().and_then(|thread| thread.join().ok()).unwrap_or(ExitCode::FAILURE)
}

fn command() -> ExitCode {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let mut host = Host {
        input: &mut std::io::stdin(),
        out: &mut out,
        err: &mut std::io::stderr(),
        color: std::io::stderr().is_terminal() && variable("NO_COLOR").is_empty(),
        tongue: tongue(),
        today: today_in_beijing(),
    };
    let status = enact_cli::run(std::env::args_os(), &mut host);
    // A reader that has gone away (`enact … | head`) is no error of ours.
    let _ = out.flush();
    ExitCode::from(status.code())
}

#[expect(clippy::disallowed_methods, reason = "this is the command line")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The tongue of the terminal, by the usual variables.
fn tongue() -> Tongue {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].map(variable).into_iter().find(|value| !value.is_empty());
    if locale.is_some_and(|value| value.starts_with("zh")) { Tongue::Zh } else { Tongue::En }
}

/// Days from 1970-01-01 to the present day in Beijing (UTC+8), whose calendar day is the one that the rules mean.
#[expect(clippy::disallowed_methods, reason = "this is the command line")]
fn today_in_beijing() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    i64::try_from((seconds + 8 * 3600) / 86_400).unwrap_or(0)
}
