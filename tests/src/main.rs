//! Long runs of what the tests run for a short time: `cargo run -p enact-tests --release -- agree --minutes 10`.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the table is for whoever runs it")]

use enact_tests::agree::{engines, run};
use enact_tests::objects;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const USAGE: &str = "usage: agree [--minutes N] [--seed N]";

fn option(args: &[String], name: &str) -> Option<u64> {
    let at = args.iter().position(|it| it == name)?;
    args.get(at + 1)?.parse().ok()
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) != Some("agree") {
        println!("{USAGE}");
        return ExitCode::from(2);
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(1, |it| it.as_secs());
    let (minutes, seed) = (option(&args, "--minutes").unwrap_or(1), option(&args, "--seed").unwrap_or(now));
    let report = run(&engines, seed, u64::MAX, Duration::from_secs(60 * minutes));
    for (name, count) in &report.covered {
        println!("{count:>10}  {name}");
    }
    println!("{} programs, {} pairs of program and input, seed {seed}", report.programs, report.pairs);
    if let Ok(folder) = tempfile::tempdir() {
        println!("{} cases by objects, linked by the C compiler", objects::compare(folder.path(), seed | 1, 400));
    }
    match report.disagreement {
        Some(found) => {
            println!("`{}` disagrees with the interpreter:\n{}", found.engine, found.told);
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}
