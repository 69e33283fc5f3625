//! `enact needs`: whether a case is decided and on what that rests; else what must still be handed in, in which order, and from whom it comes.

use crate::commands::asked::{Asked, read_json};
use crate::host::{Failure, Host, Status};
use crate::present::Words;
use enact_base::nearest;
use enact_ir::needs::{Answer, FactRef, Needs, Question, Standing, needs};
use enact_ir::{Decision, Facts, Outcome, Verdict, Verified, input, interp, ledger};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Say which facts can still change the answer, in which order to ask for them, and who issues them
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The facts that are there, as JSON: a file, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    have: PathBuf,
    /// Ask for the value of this output; else for the verdict alone
    #[arg(long, value_name = "NAME")]
    output: Option<String>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = args.asked.analysed()?;
    let program = analysed.program(host)?;
    let decision = args.asked.decision(&program)?;
    let question = question(decision, args.output.as_deref())?;
    let have = read_json(&args.have, host)?;
    let today = args.asked.day(host);
    let words = args.asked.words(&program, host);
    let facts = match input::read_facts(&program, decision, &have) {
        Ok(facts) => ledger::uncounted(decision, facts),
        Err(rejection) => return rejected(args, &Outcome::failed(rejection), words, decision, host),
    };
    let found = needs(&program, &decision.name, &facts, today, question).unwrap_or_default();
    if args.asked.json {
        writeln!(host.out, "{}", found.to_json(&program, decision, question))?;
    } else {
        let outcome =
            found.answer.as_ref().map(|answer| outcome(&program, decision, answer, question, (&facts, today)));
        write!(host.out, "{}", in_words(words, decision, &found, outcome.as_ref()))?;
    }
    Ok(if matches!(found.answer, Some(Answer::Error(_))) { Status::Rejected } else { Status::Done })
}

/// Facts that cannot be read: what `run` says of them.
fn rejected(
    args: &Args,
    outcome: &Outcome,
    words: Words<'_>,
    decision: &Decision,
    host: &mut Host<'_>,
) -> crate::Ended {
    match args.asked.json {
        true => writeln!(host.out, "{}", outcome.to_json(words.program))?,
        false => write!(host.out, "{}", words.outcome(decision, outcome))?,
    }
    Ok(Status::Rejected)
}

fn question(decision: &Decision, output: Option<&str>) -> Result<Question, Failure> {
    let Some(name) = output else { return Ok(Question::Verdict) };
    let names = || decision.outputs.iter().map(|output| output.name.as_str());
    names().position(|it| it == name).map(Question::Output).ok_or_else(|| {
        let said = format!("`{}` has no output `{name}`", decision.name);
        Failure::misused(match nearest(name, names()) {
            Some(close) => format!("{said}; did you mean `{close}`?"),
            None => said,
        })
    })
}

/// The answer with what the decision says of it: which requirements are false, and why.
fn outcome(
    program: &Verified,
    decision: &Decision,
    answer: &Answer,
    question: Question,
    (facts, today): (&Facts, i64),
) -> Outcome {
    let outcome = answer.outcome(program, decision, question);
    let decided = interp::decide(program, &decision.name, facts, today);
    match decided.verdict == outcome.verdict {
        true => Outcome { refused: decided.refused, reasons: decided.reasons, ..outcome },
        false => outcome,
    }
}

/// The verdict and what it rests on, if there is one; else the questions.
fn in_words(words: Words<'_>, decision: &Decision, found: &Needs, outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome else { return questions(words, found) };
    let mut out = words.outcome(decision, outcome);
    let facts = found.certificate.as_ref().map(|it| it.facts.as_slice()).unwrap_or_default();
    let heading = match (facts.is_empty(), outcome.verdict) {
        (true, _) => words.word("与任何事实无关", "whatever the facts are"),
        (false, Verdict::Error) => words.word("出自以下事实", "on these facts"),
        (false, _) => words.word("依据以下事实，无需其他材料", "on these facts; nothing more is needed"),
    };
    let _ = writeln!(out, "{heading}");
    for fact in facts {
        let _ = writeln!(out, "  {}", named(words, fact));
    }
    out
}

/// The missing facts in the order in which to ask.
fn questions(words: Words<'_>, found: &Needs) -> String {
    let mut out = format!("{}\n", words.word("尚不能决定，请依次补充", "not decided yet; ask in this order"));
    for (n, (need, standing)) in (1..).zip(found.in_order()) {
        let standing = match standing {
            Standing::Unavoidable => words.word("必不可少", "unavoidable"),
            Standing::Certain => words.word("需要", "certain"),
            Standing::Possible => words.word("可能需要", "possible"),
        };
        let _ = writeln!(out, "  {n}. [{standing}] {}", named(words, &need.fact));
    }
    out
}

/// A fact and where it comes from.
fn named(words: Words<'_>, fact: &FactRef) -> String {
    let from = match fact.issuer.as_str() {
        "" => words.word("申请人自述", "from the applicant"),
        issuer => issuer,
    };
    let schema = match fact.schema.as_str() {
        "" => String::new(),
        schema => format!("{}{schema}", words.word("，", ", ")),
    };
    format!("{} — {from}{schema}", words.named(&fact.path, &fact.labels))
}
