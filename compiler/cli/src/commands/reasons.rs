//! `enact reasons`: why a decision was made that a contract has recorded.

use crate::analysed::Analysed;
use crate::commands::asked::read_json;
use crate::host::{Failure, Host, Status, Tongue};
use crate::present::Words;
use crate::project;
use enact_base::json::Json;
use enact_ir::interp::{requirement_reason, step_reason};
use enact_ir::{Decision, Outcome, Program, Reason, ReasonKind, Verdict};
use enact_machine::StepMap;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Say why a decision was made that a contract has recorded, with the articles
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The project or rule file from which the contract was built
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The record of the decision as JSON, which the contract gives for `status`: a file, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    record: PathBuf,
    /// The tongue of labels; else that of the terminal
    #[arg(long)]
    lang: Option<Tongue>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    let record = read_json(&args.record, host)?;
    let (hash, own) = (text(&record, "policy")?, program.hash());
    if hash != own {
        let message = format!("the decision was made by a policy with the hash {hash}; this one has {own}");
        return Err(Failure::policy(message));
    }
    let name = text(&record, "decision")?;
    let decision = program.decision(name);
    let decision =
        decision.ok_or_else(|| Failure::rejected(format!("decision: the policy has none named `{name}`")))?;
    let reasons = reasons(&program, decision, &record)?;
    let verdict = Verdict::Granted;
    if args.json {
        let reasons: Vec<Value> = reasons.iter().map(|it| it.to_json(&program)).collect();
        writeln!(host.out, "{}", json!({ "decision": name, "reasons": reasons }))?;
        return Ok(Status::Done);
    }
    let words = Words { program: &program, tongue: args.lang.unwrap_or(host.tongue) };
    let (outputs, refused, missing) = (Vec::new(), Vec::new(), Vec::new());
    let outcome = Outcome { verdict, outputs, refused, missing, reasons, error: None };
    writeln!(host.out, "{}", words.named(name, &decision.labels))?;
    write!(host.out, "{}", words.reasons(&outcome))?;
    Ok(Status::Done)
}

fn text<'r>(record: &'r Json, member: &str) -> Result<&'r str, Failure> {
    let found = record.get(member).and_then(Json::as_text);
    found.ok_or_else(|| Failure::rejected(format!("{member}: a text is needed; is this the record of a decision?")))
}

/// How each requirement stood, and the steps whose bits are set.
fn reasons(program: &Program, decision: &Decision, record: &Json) -> Result<Vec<Reason>, Failure> {
    let standings = record.get("requirements");
    let stood = |name: &str| match standings.and_then(|it| it.get(name)).and_then(Json::as_text) {
        Some("met") => Ok(ReasonKind::Met),
        Some("failed") => Ok(ReasonKind::Failed),
        Some("open") => Ok(ReasonKind::Open),
        _ => Err(Failure::rejected(format!("requirements.{name}: is neither `met` nor `failed` nor `open`"))),
    };
    let of_requirements = decision.requirements.iter().map(|it| Ok(requirement_reason(it, stood(&it.name)?)));
    let mut all = of_requirements.collect::<Result<Vec<_>, Failure>>()?;
    let trace = bits(text(record, "trace")?)
        .ok_or_else(|| Failure::rejected("trace: two hexadecimal digits are needed for each byte"))?;
    let steps = StepMap::new(program, decision).steps;
    let set = steps.iter().zip(trace.iter().chain(std::iter::repeat(&false))).filter(|(_, set)| **set);
    all.extend(set.filter_map(|(step, _)| step_reason(program, decision, *step)));
    Ok(all)
}

/// The bits of bytes in hexadecimal digits, the lowest of each byte first.
fn bits(digits: &str) -> Option<Vec<bool>> {
    let bytes = digits.as_bytes().chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair).ok().filter(|it| it.len() == 2 && !it.starts_with('+'))?;
        u8::from_str_radix(text, 16).ok()
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    Some(bytes?.into_iter().flat_map(|byte| (0..8).map(move |n| byte >> n & 1 == 1)).collect())
}
