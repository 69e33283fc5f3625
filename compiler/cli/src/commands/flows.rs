//! `enact flows`: which facts of which department each decision reads, and what for.

use crate::analysed::Analysed;
use crate::host::{Host, Status, Tongue};
use crate::present::Words;
use crate::{commands::asked, project};
use enact_analysis::flows::{DecisionFlows, Fact, Purpose, Use};
use enact_base::{LineIndex, Place, Sources};
use enact_ir::{Decision, Labels};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Say which facts of which department each decision reads, what for, and what of them is disclosed
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only this decision
    #[arg(long, value_name = "NAME")]
    decision: Option<String>,
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
    let only = args.decision.as_deref().map(|name| asked::pick(&program, Some(name))).transpose()?;
    let mut found = analysed.db.flows();
    found.retain(|it| only.is_none_or(|only| only.name == it.decision));
    if args.json {
        let decisions: Vec<Json> = found.iter().map(|it| as_json(it, &analysed.sources)).collect();
        writeln!(host.out, "{}", json!({ "decisions": decisions }))?;
        return Ok(Status::Done);
    }
    let words = Words { program: &program, tongue: args.lang.unwrap_or(host.tongue) };
    for flows in &found {
        if let Some(decision) = program.decision(&flows.decision) {
            write!(host.out, "{}", in_words(words, decision, flows, &analysed.sources))?;
        }
    }
    Ok(Status::Done)
}

fn in_words(words: Words<'_>, decision: &Decision, flows: &DecisionFlows, sources: &Sources) -> String {
    let mut out = format!("{}\n", words.named(&decision.name, &decision.labels));
    for department in &flows.departments {
        let issuer = match department.issuer.as_str() {
            "" => words.word("申请人自述", "from the applicant"),
            issuer => issuer,
        };
        let _ = writeln!(out, "  {issuer}");
        for fact in &department.facts {
            let private = if fact.private { words.word("，私密", ", private") } else { "" };
            let _ = writeln!(out, "    {}{private}", words.named(&path(fact), &fact.labels));
            for used in &fact.uses {
                let _ = writeln!(out, "      {}", purpose(words, decision, used));
            }
            if !fact.disclosed.is_empty() {
                let places: Vec<String> = fact.disclosed.iter().map(|it| line(*it, sources)).collect();
                let separator = words.word("、", ", ");
                let _ = writeln!(out, "      {} {}", words.word("公开于", "disclosed at"), places.join(separator));
            }
        }
    }
    out
}

/// `Person.income`, or the input's name.
fn path(fact: &Fact) -> String {
    if fact.record.is_empty() { fact.name.clone() } else { format!("{}.{}", fact.record, fact.name) }
}

fn purpose(words: Words<'_>, decision: &Decision, used: &Use) -> String {
    let output = || decision.outputs.iter().find(|it| it.name == used.name).map(|it| &it.labels);
    let (what, labels) = match used.purpose {
        Purpose::Requirement => {
            let found = decision.requirements.iter().find(|it| it.name == used.name);
            (words.word("要求", "requirement"), found.map(|it| &it.labels))
        }
        Purpose::Output => (words.word("输出", "output"), output()),
        Purpose::OutputGiven => (words.word("是否给出", "whether to give output"), output()),
        Purpose::Exception => (words.word("例外", "exception"), exception(decision, &used.name)),
        Purpose::Key => {
            let found = decision.ledger.iter().find(|it| it.name == used.name);
            (words.word("计数的键", "key of"), found.map(|it| &it.labels))
        }
        Purpose::AsOf => return words.word("基准日", "date of the decision").to_owned(),
    };
    match labels {
        Some(labels) => format!("{what} {}", words.named(&used.name, labels)),
        None => format!("{what} {}", used.name),
    }
}

/// The labels of an exception by `rule.exception`.
fn exception<'d>(decision: &'d Decision, name: &str) -> Option<&'d Labels> {
    let (rule, name) = name.split_once('.')?;
    let rules = decision.rules.iter().filter(|it| it.name == rule);
    rules.flat_map(|it| &it.exceptions).find(|it| it.name == name).map(|it| &it.labels)
}

/// `rules.enact:12`.
fn line(place: Place, sources: &Sources) -> String {
    let (file, line) = position(place, sources);
    format!("{file}:{line}")
}

fn position(place: Place, sources: &Sources) -> (&str, u32) {
    let (path, text) = sources.get(place.file);
    (path, LineIndex::new(text).line_column(text, place.span.start).line)
}

fn as_json(flows: &DecisionFlows, sources: &Sources) -> Json {
    let fact = |fact: &Fact| {
        let uses: Vec<Json> =
            fact.uses.iter().map(|it| json!({ "purpose": word(it.purpose), "name": it.name })).collect();
        let disclosed = fact.disclosed.iter().map(|it| {
            let (file, line) = position(*it, sources);
            json!({ "file": file, "line": line })
        });
        json!({
            "fact": path(fact),
            "record": Some(&fact.record).filter(|it| !it.is_empty()),
            "labels": { "zh": fact.labels.in_chinese(), "en": fact.labels.in_english() },
            "schema": Some(&fact.schema).filter(|it| !it.is_empty()),
            "private": fact.private,
            "uses": uses,
            "disclosed": disclosed.collect::<Vec<_>>(),
        })
    };
    let departments = flows.departments.iter().map(|it| {
        let issuer = Some(&it.issuer).filter(|it| !it.is_empty());
        json!({ "issuer": issuer, "facts": it.facts.iter().map(fact).collect::<Vec<_>>() })
    });
    json!({ "decision": flows.decision, "departments": departments.collect::<Vec<_>>() })
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Requirement => "requirement",
        Purpose::Output => "output",
        Purpose::OutputGiven => "output_given",
        Purpose::Exception => "exception",
        Purpose::Key => "key",
        Purpose::AsOf => "as_of",
    }
}
