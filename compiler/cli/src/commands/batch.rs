//! `enact batch`: one decision for every row of a file.

use crate::commands::asked::Asked;
use crate::disk::{self, Fresh};
use crate::host::{Failure, Host, Status};
use crate::progress::Progress;
use enact_batch::{Bucket, Decider, Fault, Format, Report, Request, Results, Totals};
use enact_ir::decimal;
use serde_json::{Value as Json, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Decide every row of a Parquet, CSV or Arrow file
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The rows: a file that ends in .parquet, .csv, .arrow
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The results, a row each: a file that ends in .parquet, .csv, .arrow
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Rows that break the schema, as CSV [default: the output's name and `.rejects.csv`]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Keep the columns that the decision does not read
    #[arg(long)]
    keep: bool,
    /// Add a column with the reasons, as JSON
    #[arg(long)]
    reasons: bool,
    /// Say what each output comes to over all rows
    #[arg(long)]
    summary: bool,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let format = format(&args.output)?;
    format_of_input(&args.input)?;
    let rejects = args.rejects.clone().unwrap_or_else(|| {
        let mut name = args.output.clone().into_os_string();
        name.push(".rejects.csv");
        name.into()
    });
    let paths = [&args.input, &args.output, &rejects].map(|path| disk::real(path).unwrap_or_else(|_| path.clone()));
    if paths[0] == paths[1] || paths[0] == paths[2] || paths[1] == paths[2] {
        return Err(Failure::misused("the input, the output and the rejects have to be three files"));
    }
    let program = args.asked.analysed()?.program(host)?;
    let decision = args.asked.decision(&program)?;
    let decider = Decider::new(&program, &decision.name, args.asked.day(host), args.reasons).map_err(failure)?;
    let (output, rejected) = (Fresh::new(&args.output)?, Fresh::new(&rejects)?);
    let results = Results { output: output.writer()?, format, rejects: rejected.writer()? };
    let input = args.input.to_string_lossy();
    let threads = threads(args.threads);
    let request = Request { input: &input, decider: &Arc::new(decider), keep: args.keep, threads };
    let mut progress = Progress::new(host.color);
    let ended = enact_batch::run(&request, results, &mut |rows, of| progress.show(host.err, rows, of));
    progress.clear(host.err);
    let report = ended.map_err(failure)?;
    output.keep()?;
    rejected.keep()?;
    if !report.without.is_empty() {
        let all = report.without.join(", ");
        writeln!(host.err, "note: no column for {all}: missing in every row")?;
    }
    if args.asked.json {
        writeln!(host.out, "{}", report_json(&report, args.summary))?;
    } else {
        tell(&report, args.summary, &rejects, host.out)?;
    }
    Ok(Status::Done)
}

/// Threads: as many as are wanted, else the cores.
pub(crate) fn threads(wanted: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    wanted.map_or_else(cores, usize::from)
}

pub(crate) fn failure(fault: Fault) -> Failure {
    match fault {
        Fault::Input(why) => Failure::rejected(why),
        Fault::Output(why) => Failure::misused(format!("the output cannot be written: {why}")),
        Fault::Engine(why) => Failure::policy(why),
    }
}

/// The format of a file of results.
pub(crate) fn format(path: &Path) -> Result<Format, Failure> {
    let found = Format::of(&path.to_string_lossy());
    let wrong = || format!("{}: the name must end in .parquet, .csv or .arrow", path.display());
    found.ok_or_else(|| Failure::misused(wrong()))
}

/// Checks that a file of rows is there.
pub(crate) fn format_of_input(path: &Path) -> Result<(), Failure> {
    format(path)?;
    match disk::kind(path) {
        disk::Kind::Nothing => Err(Failure::misused(format!("{}: does not exist", path.display()))),
        disk::Kind::Folder => Err(Failure::misused(format!("{}: is a folder, a file is needed", path.display()))),
        disk::Kind::File => Ok(()),
    }
}

fn verdicts(report: &Report) -> [(&'static str, u64); 5] {
    [
        ("granted", report.granted),
        ("refused", report.refused),
        ("pending", report.pending),
        ("error", report.error),
        ("rejected", report.rejected),
    ]
}

fn tell(report: &Report, summary: bool, rejects: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    let counts: Vec<String> = verdicts(report).iter().map(|(name, count)| format!("{name} {count}")).collect();
    writeln!(out, "{} rows: {}", report.rows, counts.join(", "))?;
    if report.rejected > 0 {
        writeln!(out, "rejected rows: {}", rejects.display())?;
    }
    for totals in report.outputs.iter().filter(|_| summary) {
        writeln!(out, "\n{}", heading(totals))?;
        let most = totals.histogram.values().copied().max().unwrap_or(0).max(1);
        for (bucket, count) in &totals.histogram {
            let bar = "#".repeat(usize::try_from(count.saturating_mul(40).div_ceil(most)).unwrap_or(0));
            writeln!(out, "  {:>16} {count:>12} {bar}", label(bucket))?;
        }
    }
    Ok(())
}

fn heading(totals: &Totals) -> String {
    let mut told = format!("{}: given {}", totals.name, totals.given);
    if totals.is_number() {
        for (name, value) in [("total", totals.sum), ("least", totals.least), ("most", totals.most)] {
            let value =
                value.map_or_else(|| "too large".to_owned(), |n| decimal::print(n, totals.scale, totals.least_digits));
            told.push_str(&format!(", {name} {value}"));
        }
    }
    told
}

/// What a bar of a histogram stands for.
fn label(bucket: &Bucket) -> String {
    let power = |digits: i32| match usize::try_from(digits) {
        Ok(digits @ ..=6) => format!("1{}", "0".repeat(digits)),
        _ => format!("1e{digits}"),
    };
    match bucket {
        Bucket::Digits(digits @ ..=0) if *digits < 0 => format!("> -{}", power(-digits)),
        Bucket::Digits(digits) => format!("< {}", power(*digits)),
        Bucket::Zero => "0".to_owned(),
        Bucket::Truth(truth) => truth.to_string(),
        Bucket::Year(year) => year.to_string(),
        Bucket::Text(text) => text.clone(),
        Bucket::Other => "other".to_owned(),
    }
}

fn report_json(report: &Report, summary: bool) -> Json {
    let mut all = json!({ "rows": report.rows });
    let Some(members) = all.as_object_mut() else { return all };
    for (name, count) in verdicts(report) {
        members.insert(name.to_owned(), count.into());
    }
    if summary {
        let outputs = report.outputs.iter().map(|it| (it.name.clone(), totals_json(it))).collect();
        members.insert("outputs".to_owned(), Json::Object(outputs));
    }
    all
}

fn totals_json(totals: &Totals) -> Json {
    let number = |n: Option<i128>| {
        n.filter(|_| totals.is_number()).map(|n| decimal::print(n, totals.scale, totals.least_digits))
    };
    let bars = totals.histogram.iter().map(|(bucket, count)| (label(bucket), (*count).into())).collect();
    json!({
        "given": totals.given,
        "total": number(totals.sum),
        "least": number(totals.least),
        "most": number(totals.most),
        "histogram": Json::Object(bars),
    })
}
