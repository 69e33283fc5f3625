//! The command, run inside the test.

use enact_cli::{Host, Tongue, run};
use std::ffi::OsString;

/// How a run of the command ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit status.
    pub code: u8,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

/// The day that the clock of [`enact`] shows: 2024-06-01.
pub const TODAY: i64 = 19_875;

/// Runs `enact` with these arguments.
pub fn enact<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Run {
    enact_with(args, "")
}

/// Runs `enact` with these arguments and this standard input.
pub fn enact_with<A: AsRef<std::ffi::OsStr>>(args: &[A], input: &str) -> Run {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        input: &mut input.as_bytes(),
        out: &mut out,
        err: &mut err,
        color: false,
        tongue: Tongue::En,
        today: TODAY,
    };
    let name = std::iter::once(OsString::from("enact"));
    let status = run(name.chain(args.iter().map(|arg| arg.as_ref().to_owned())), &mut host);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Run { code: status.code(), out: text(out), err: text(err) }
}
