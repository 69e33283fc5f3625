//! `enact run`: one decision.

use crate::analysed::Analysed;
use crate::host::{Failure, Host, Status, Tongue};
use crate::present::Words;
use crate::{disk, project};
use enact_base::json::{self, Json};
use enact_base::nearest;
use enact_ir::{Decision, Failure as Rejection, Outcome, Program, Verdict, Verified, input, interp};
use std::path::{Path, PathBuf};

/// Decide one case
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    path: PathBuf,
    /// The decision; may be left out where there is only one
    #[arg(long)]
    decision: Option<String>,
    /// The facts as JSON: a file, or `-` for standard input. What is left out is not known yet; `null` is known not to exist
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The day of the evaluation, as YYYY-MM-DD; else the present day in Beijing
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<i64>,
    /// By what
    #[arg(long, default_value = "interp")]
    engine: Engine,
    /// Say why, with the articles
    #[arg(long)]
    explain: bool,
    /// The tongue of labels; else that of the terminal
    #[arg(long)]
    lang: Option<Tongue>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Engine {
    Interp,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    let decision = pick(&program, args.decision.as_deref())?;
    let input = read_json(&args.input, host)?;
    let today = args.as_of.unwrap_or(host.today);
    let outcome = match args.engine {
        Engine::Interp => decide(&program, decision, &input, today),
    };
    if args.json {
        writeln!(host.out, "{}", outcome.to_json(&program))?;
    } else {
        let words = Words { program: &program, tongue: args.lang.unwrap_or(host.tongue) };
        write!(host.out, "{}", words.outcome(decision, &outcome))?;
        if args.explain && !outcome.reasons.is_empty() {
            write!(host.out, "{}\n{}", words.word("理由", "because"), words.reasons(&outcome))?;
        }
    }
    Ok(if outcome.verdict == Verdict::Error { Status::Rejected } else { Status::Done })
}

/// The decision of this name, or the only one.
pub(crate) fn pick<'a>(program: &'a Program, name: Option<&str>) -> Result<&'a Decision, Failure> {
    let names: Vec<&str> = program.decisions.iter().map(|decision| decision.name.as_str()).collect();
    let found = match name {
        Some(name) => program.decision(name),
        None => program.decisions.first().filter(|_| names.len() == 1),
    };
    found.ok_or_else(|| {
        let said = match name {
            Some(name) => format!("there is no decision `{name}`"),
            None => "say which decision with `--decision`".to_owned(),
        };
        let close = name.and_then(|name| nearest(name, names.iter().copied()));
        Failure::misused(match close {
            Some(close) => format!("{said}; did you mean `{close}`?"),
            None => format!("{said}; there are: {}", names.join(", ")),
        })
    })
}

/// The facts in a file, or on standard input for `-`.
pub(crate) fn read_json(path: &Path, host: &mut Host<'_>) -> Result<Json, Failure> {
    let (name, bytes) = if path == Path::new("-") {
        ("standard input".to_owned(), disk::read_limited(&mut host.input, "standard input"))
    } else if disk::kind(path) == disk::Kind::Nothing {
        return Err(Failure::misused(format!("{}: does not exist", path.display())));
    } else {
        (path.display().to_string(), disk::read_bytes(path))
    };
    let bytes = bytes.map_err(Failure::rejected)?;
    json::parse(&bytes).map_err(|error| Failure::rejected(format!("{name}: {error}")))
}

/// Reads the facts and decides; facts that cannot be read are an outcome too.
pub(crate) fn decide(program: &Verified, decision: &Decision, input: &Json, today: i64) -> Outcome {
    match input::read_facts(program, decision, input) {
        Ok(facts) => interp::decide(program, &decision.name, &facts, today),
        Err(rejection) => rejected(rejection),
    }
}

fn rejected(error: Rejection) -> Outcome {
    Outcome {
        verdict: Verdict::Error,
        outputs: Vec::new(),
        refused: Vec::new(),
        missing: Vec::new(),
        reasons: Vec::new(),
        error: Some(error),
    }
}

/// Reads `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<i64, String> {
    enact_ir::calendar::parse(text).ok_or_else(|| "is no day; write it as YYYY-MM-DD".to_owned())
}
