//! `enact sql`: decisions as functions of a query over files.

use crate::analysed::Analysed;
use crate::commands::batch::{failure, format, format_of_input, threads};
use crate::disk::Fresh;
use crate::host::{Failure, Host, Status};
use crate::project;
use enact_batch::{Decider, Table, query};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Ask files in SQL, with every decision as a function of its facts in order
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    path: PathBuf,
    /// The query, such as `SELECT id, d['verdict'] FROM (SELECT id, decision(a, b) AS d FROM t)`
    query: String,
    /// A file of rows as a table: `name=file.parquet`; may be given again
    #[arg(long, value_name = "NAME=FILE")]
    table: Vec<String>,
    /// Write the result to a file that ends in .parquet, .csv, .arrow
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The day of the evaluation, as YYYY-MM-DD; else the present day in Beijing
    #[arg(long, value_name = "DATE", value_parser = crate::commands::asked::day)]
    as_of: Option<i64>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let mut tables: Vec<Table<'_>> = Vec::new();
    for table in &args.table {
        let (name, file) = table
            .split_once('=')
            .ok_or_else(|| Failure::misused(format!("`{table}` is no table; write `--table name=file.parquet`")))?;
        format_of_input(Path::new(file))?;
        tables.push((name, file));
    }
    let program = Analysed::new(project::find_one(&args.path)?).program(host)?;
    let today = args.as_of.unwrap_or(host.today);
    let deciders = program.decisions.iter().map(|it| Decider::new(&program, &it.name, today, false).map(Arc::new));
    let deciders = deciders.collect::<Result<Vec<_>, _>>().map_err(failure)?;
    let fresh = args.output.as_deref().map(|path| Ok((format(path)?, Fresh::new(path)?)));
    let fresh = fresh.transpose().map_err(|failure: Failure| failure)?;
    let out = match &fresh {
        Some((format, fresh)) => Some((*format, fresh.writer()?)),
        None => None,
    };
    let shown = query(&program, &deciders, &args.query, &tables, threads(args.threads), out).map_err(failure)?;
    if let Some((_, fresh)) = fresh {
        fresh.keep()?;
    } else {
        writeln!(host.out, "{shown}")?;
    }
    Ok(Status::Done)
}
