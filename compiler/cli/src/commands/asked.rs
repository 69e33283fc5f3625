//! What `run` and `needs` share: which decision of which project is asked, on which day, from which facts, and how the answer is written.

use crate::analysed::Analysed;
use crate::host::{Failure, Host, Tongue};
use crate::present::Words;
use crate::{disk, project};
use enact_base::json::{self, Json};
use enact_base::nearest;
use enact_ir::{Decision, Program};
use std::path::{Path, PathBuf};

/// The arguments.
#[derive(clap::Args)]
pub(crate) struct Asked {
    /// A project or a rule file
    path: PathBuf,
    /// The decision; may be left out where there is only one
    #[arg(long)]
    decision: Option<String>,
    /// The day of the evaluation, as YYYY-MM-DD; else the present day in Beijing
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<i64>,
    /// The tongue of labels; else that of the terminal
    #[arg(long)]
    lang: Option<Tongue>,
    /// Write one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Asked {
    /// The project, analysed.
    pub(crate) fn analysed(&self) -> Result<Analysed, Failure> {
        Ok(Analysed::new(project::find_one(&self.path)?))
    }

    /// The decision of the program.
    pub(crate) fn decision<'p>(&self, program: &'p Program) -> Result<&'p Decision, Failure> {
        pick(program, self.decision.as_deref())
    }

    /// The day of the evaluation.
    pub(crate) fn day(&self, host: &Host<'_>) -> i64 {
        self.as_of.unwrap_or(host.today)
    }

    /// The words of the answer.
    pub(crate) fn words<'p>(&self, program: &'p Program, host: &Host<'_>) -> Words<'p> {
        Words { program, tongue: self.lang.unwrap_or(host.tongue) }
    }
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

/// Reads `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<i64, String> {
    enact_ir::calendar::parse(text).ok_or_else(|| "is no day; write it as YYYY-MM-DD".to_owned())
}
