//! `enact test`: the tests and properties in the language, and cases from a file.

use crate::analysed::{Analysed, counted};
use crate::cases::{self, FromFile};
use crate::coverage::Coverage;
use crate::engine::{Engine, Which};
use crate::host::{Failure, Host, Status};
use crate::project;
use crate::properties::{self, Tried};
use enact_base::Severity;
use enact_ir::Facts;
use enact_ir::case::{self, Case};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Run the tests of policies, and try their properties
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project, a rule file, or a folder of projects
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Say which requirements, exceptions and rows no test has reached
    #[arg(long)]
    coverage: bool,
    /// Cases as JSON; each is run by the project whose folder has the name of its `service`
    #[arg(long, value_name = "FILE.json")]
    cases: Option<PathBuf>,
    /// By what the tests and cases are decided
    #[arg(long, default_value = "interp")]
    engine: Which,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// What came of one test.
struct Ran {
    project: String,
    name: String,
    from_file: bool,
    differences: Vec<String>,
}

impl Ran {
    fn failed(&self) -> bool {
        !self.differences.is_empty()
    }
}

/// What came of all of them.
#[derive(Default)]
struct Tally {
    ran: Vec<Ran>,
    properties: Vec<Tried>,
    skipped: usize,
    broken: usize,
    coverage: Vec<(String, crate::coverage::Report)>,
}

impl Tally {
    fn failed(&self) -> usize {
        let properties = self.properties.iter().filter(|it| it.failed()).count();
        self.ran.iter().filter(|it| it.failed()).count() + properties
    }

    fn passed(&self) -> usize {
        let properties = self.properties.iter().filter(|it| it.held()).count();
        self.ran.iter().filter(|it| !it.failed()).count() + properties
    }
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let projects: Vec<Analysed> = project::find(&args.path)?.into_iter().map(Analysed::new).collect();
    let from_file = match &args.cases {
        Some(file) => cases::read(file)?,
        None => Vec::new(),
    };
    let mut tally = Tally::default();
    for analysed in &projects {
        let mine = from_file.iter().filter(|case| case.service == analysed.project.name);
        one_project(analysed, mine, args.engine, &mut tally, host)?;
    }
    tally.skipped = from_file.iter().filter(|case| projects.iter().all(|it| it.project.name != case.service)).count();
    if args.json {
        writeln!(host.out, "{}", as_json(&tally, args.coverage))?;
    } else {
        in_words(&tally, args.coverage, host)?;
    }
    Ok(if tally.failed() > 0 || tally.broken > 0 { Status::Failed } else { Status::Done })
}

fn one_project<'a>(
    analysed: &Analysed,
    from_file: impl Iterator<Item = &'a FromFile>,
    which: Which,
    tally: &mut Tally,
    host: &mut Host<'_>,
) -> Result<(), Failure> {
    let Some(program) = analysed.valid()? else {
        tally.broken += 1;
        return analysed.show(host, Severity::Error);
    };
    let mut coverage = Coverage::default();
    let mut engine = Engine::new(which, &program, &[])?;
    let mut add = |case: &Case, from_file: bool| {
        let decide = |decision: &str, facts: &Facts, today| engine.decide(&program, decision, facts, today);
        let outcome = case.run_with(&program, host.today, decide)?;
        coverage.see(&case.decision, &outcome);
        let (project, name) = (analysed.project.name.clone(), case.name.clone());
        tally.ran.push(Ran { project, name, from_file, differences: case::check(&program, case, &outcome) });
        Ok::<(), Failure>(())
    };
    for case in analysed.db.tests() {
        add(&case, false)?;
    }
    for case in from_file {
        add(&case.case, true)?;
    }
    let name = &analysed.project.name;
    tally.properties.extend(analysed.db.properties().iter().map(|it| properties::tried(name, &program, it)));
    tally.coverage.push((analysed.project.name.clone(), coverage.report(&program)));
    Ok(())
}

fn as_json(tally: &Tally, with_coverage: bool) -> Value {
    let tests: Vec<Value> = tally
        .ran
        .iter()
        .map(|ran| {
            json!({
                "project": ran.project,
                "name": ran.name,
                "case": ran.from_file,
                "property": false,
                "result": if ran.failed() { "failed" } else { "passed" },
                "differences": ran.differences,
            })
        })
        .chain(tally.properties.iter().map(Tried::to_json))
        .collect();
    let mut all = json!({
        "passed": tally.passed(),
        "failed": tally.failed(),
        "untried": tally.properties.iter().filter(|it| !it.failed() && !it.held()).count(),
        "skipped": tally.skipped,
        "broken_projects": tally.broken,
        "tests": tests,
    });
    if let (true, Some(map)) = (with_coverage, all.as_object_mut()) {
        let coverage = tally.coverage.iter().map(|(project, report)| (project.clone(), report.to_json()));
        map.insert("coverage".to_owned(), coverage.collect::<serde_json::Map<_, _>>().into());
    }
    all
}

fn in_words(tally: &Tally, with_coverage: bool, host: &mut Host<'_>) -> Result<(), Failure> {
    for ran in tally.ran.iter().filter(|ran| ran.failed()) {
        writeln!(host.out, "failed: {}: {}", ran.project, ran.name)?;
        for difference in &ran.differences {
            writeln!(host.out, "  {}", difference.replace('\n', "\n  "))?;
        }
    }
    for property in &tally.properties {
        property.in_words(host)?;
    }
    if with_coverage {
        for (project, report) in &tally.coverage {
            writeln!(
                host.out,
                "{project}: {} of {} points reached, {} never",
                report.reached,
                report.of,
                report.never.len()
            )?;
            for never in &report.never {
                writeln!(host.out, "  {never}")?;
            }
        }
    }
    if tally.broken > 0 {
        writeln!(host.out, "{} could not be tested", counted(tally.broken, "project"))?;
    }
    writeln!(host.out, "{} passed, {} failed, {} skipped", tally.passed(), tally.failed(), tally.skipped)?;
    Ok(())
}
