//! `enact needs`: what must still be handed in, and from whom it comes.

use crate::analysed::Analysed;
use crate::commands::run::{day, decide, pick, read_json};
use crate::host::{Host, Status, Tongue};
use crate::present::Words;
use crate::project;
use enact_ir::{Decision, Field, Labels, Program, Type, Verdict};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Say which facts can still change the answer, and who issues them
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    path: PathBuf,
    /// The decision; may be left out where there is only one
    #[arg(long)]
    decision: Option<String>,
    /// The facts that are there, as JSON: a file, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    have: PathBuf,
    /// The day of the evaluation, as YYYY-MM-DD; else the present day in Beijing
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<i64>,
    /// The tongue of labels; else that of the terminal
    #[arg(long)]
    lang: Option<Tongue>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// A fact that can still change the answer, and where it lies.
struct Need<'a> {
    path: &'a str,
    labels: Labels,
    record: &'a str,
    issuer: &'a str,
    schema: &'a str,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    let decision = pick(&program, args.decision.as_deref())?;
    let have = read_json(&args.have, host)?;
    let outcome = decide(&program, decision, &have, args.as_of.unwrap_or(host.today));
    let needs: Vec<Need<'_>> = outcome.missing.iter().map(|path| need(&program, decision, path)).collect();
    if args.json {
        let mut all = outcome.to_json(&program);
        if let Some(map) = all.as_object_mut() {
            map.insert("needs".to_owned(), needs.iter().map(as_json).collect());
        }
        writeln!(host.out, "{all}")?;
    } else {
        let words = Words { program: &program, tongue: args.lang.unwrap_or(host.tongue) };
        if outcome.verdict == Verdict::Pending {
            write!(host.out, "{}", in_words(words, &needs))?;
        } else {
            write!(host.out, "{}", words.outcome(decision, &outcome))?;
            if outcome.verdict != Verdict::Error {
                writeln!(host.out, "{}", words.word("无需补充材料", "nothing more is needed"))?;
            }
        }
    }
    Ok(if outcome.verdict == Verdict::Error { Status::Rejected } else { Status::Done })
}

/// Finds the field of a path such as `applicant.pension` or `history[3].level`.
fn need<'a>(program: &'a Program, decision: &'a Decision, path: &'a str) -> Need<'a> {
    let mut found = Need { path, labels: Labels::default(), record: "", issuer: "", schema: "" };
    let mut fields = decision.inputs.as_slice();
    for step in path.split('.') {
        let name = step.split('[').next().unwrap_or_default();
        let Some(field) = fields.iter().find(|field| field.name == name) else { break };
        found.labels = field.labels.clone();
        enter(field, &mut found);
        let Some(record) = record_of(program, &field.ty) else { break };
        found.record = &record.name;
        if !record.issuer.is_empty() {
            found.issuer = &record.issuer;
        }
        if !record.schema.is_empty() {
            found.schema = &record.schema;
        }
        fields = &record.fields;
    }
    found
}

fn enter<'a>(field: &'a Field, found: &mut Need<'a>) {
    if !field.issuer.is_empty() {
        found.issuer = &field.issuer;
    }
    if !field.schema.is_empty() {
        found.schema = &field.schema;
    }
}

/// The record behind optionals and lists. Types are nested as deep as the author wrote them.
fn record_of<'a>(program: &'a Program, ty: &Type) -> Option<&'a enact_ir::Record> {
    match ty {
        Type::Record(id) => program.record_of(*id),
        Type::Optional(inner) => record_of(program, inner),
        Type::List { element, .. } => record_of(program, element),
        Type::Bool | Type::Number(_) | Type::Date | Type::Text { .. } | Type::Enum(_) => None,
    }
}

fn as_json(need: &Need<'_>) -> Value {
    json!({
        "path": need.path,
        "label": need.labels.main,
        "label_en": need.labels.en,
        "record": need.record,
        "issuer": need.issuer,
        "schema": need.schema,
    })
}

/// The facts under the department that issues them, in the order of the paths.
fn in_words(words: Words<'_>, needs: &[Need<'_>]) -> String {
    let mut issuers: Vec<&str> = Vec::new();
    for need in needs {
        if !issuers.contains(&need.issuer) {
            issuers.push(need.issuer);
        }
    }
    let mut out = format!("{}\n", words.word("仍可能改变结果的事实", "what can still change the answer"));
    for issuer in issuers {
        let from = if issuer.is_empty() { words.word("申请人自述", "from the applicant") } else { issuer };
        out.push_str(&format!("  {from}\n"));
        for need in needs.iter().filter(|need| need.issuer == issuer) {
            let label = words.label(&need.labels).map(|label| format!("  {label}")).unwrap_or_default();
            out.push_str(&format!("    {}{label}\n", need.path));
        }
    }
    out
}
