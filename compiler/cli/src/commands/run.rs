//! `enact run`: one decision.

use crate::commands::asked::{Asked, read_json};
use crate::counted;
use crate::engine::{Engine, Which};
use crate::host::{Host, Status};
use enact_ir::{Outcome, Verdict, input, ledger};
use std::path::PathBuf;

/// Decide one case
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The facts as JSON: a file, or `-` for standard input. What is left out is not known yet; `null` is known not to exist
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// By what
    #[arg(long, default_value = "interp")]
    engine: Which,
    /// What has been counted so far, as JSON: read, and replaced if the decision is granted. Else nothing has been counted, unless the facts say so
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Say why, with the articles
    #[arg(long)]
    explain: bool,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = args.asked.analysed()?;
    let program = analysed.program(host)?;
    let decision = args.asked.decision(&program)?;
    let input = read_json(&args.input, host)?;
    let today = args.asked.day(host);
    // Facts that cannot be read are an outcome too.
    let outcome = match input::read_facts(&program, decision, &input) {
        Ok(facts) => match &args.ledger {
            Some(file) => counted::decide(file, args.engine, &program, decision, (&facts, today))?,
            None => {
                let facts = ledger::uncounted(decision, facts);
                Engine::new(args.engine, &program, &[&decision.name])?.decide(
                    &program,
                    &decision.name,
                    &facts,
                    today,
                )?
            }
        },
        Err(rejection) => Outcome::failed(rejection),
    };
    if args.asked.json {
        writeln!(host.out, "{}", outcome.to_json(&program))?;
    } else {
        let words = args.asked.words(&program, host);
        write!(host.out, "{}", words.outcome(decision, &outcome))?;
        if args.explain && !outcome.reasons.is_empty() {
            write!(host.out, "{}\n{}", words.word("理由", "because"), words.reasons(&outcome))?;
        }
    }
    Ok(if outcome.verdict == Verdict::Error { Status::Rejected } else { Status::Done })
}
