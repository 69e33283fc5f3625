//! `enact fmt`: one way to set a rule file. A file that cannot be read as rules is left as it is.

use crate::host::{Host, Status, Tongue};
use crate::{disk, project};
use enact_base::{Diagnostic, FileId, Place, Sources, Span, render};
use enact_syntax::FormatOptions;
use std::path::{Path, PathBuf};

/// Set rule files in the one form
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A rule file, or a folder of them
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Change nothing; say which files are not in the form, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Write all keywords in this tongue
    #[arg(long)]
    keywords: Option<Tongue>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let options = FormatOptions { keywords: args.keywords.map(keywords) };
    let files = project::rule_files(&args.path)?;
    let mut status = Status::Done;
    let mut changed = 0;
    for file in &files {
        match one(file, options, args.check) {
            Ok(false) => {}
            Ok(true) => {
                changed += 1;
                if args.check {
                    status = Status::Failed;
                    writeln!(host.out, "{}", file.display())?;
                }
            }
            Err(refused) => {
                status = Status::Failed;
                refused.show(file, host)?;
            }
        }
    }
    let word = if args.check { "not in the form" } else { "changed" };
    writeln!(host.out, "{} of {} {word}", changed, crate::analysed::counted(files.len(), "file"))?;
    Ok(status)
}

/// Why a file was left as it is.
enum Refused {
    Problem(String),
    Broken { text: String, found: Vec<Diagnostic<Span>> },
}

impl Refused {
    fn show(self, file: &Path, host: &mut Host<'_>) -> Result<(), crate::Failure> {
        match self {
            Refused::Problem(problem) => writeln!(host.err, "error: {problem}")?,
            Refused::Broken { text, found } => {
                let sources = Sources::new(vec![(file.display().to_string(), text)]);
                for one in found {
                    let placed = one.map_places(|span| Place { file: FileId(0), span });
                    writeln!(host.err, "{}", render(&placed, &sources, host.color).trim_end())?;
                }
                writeln!(host.err, "error: {}: is left as it is", file.display())?;
            }
        }
        Ok(())
    }
}

/// Whether the file was not in the form; writes it unless only checking.
fn one(file: &Path, options: FormatOptions, check: bool) -> Result<bool, Refused> {
    let raw = disk::read_raw_text(file).map_err(Refused::Problem)?;
    let (mark, text) = match raw.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", raw.as_str()),
    };
    let literate = file.extension().is_some_and(|ending| ending == "md");
    let formatted =
        if literate { enact_syntax::format_literate(text, options) } else { enact_syntax::format(text, options) };
    let formatted = formatted.map_err(|found| Refused::Broken { text: text.to_owned(), found })?;
    if formatted == text {
        return Ok(false);
    }
    if !check {
        disk::replace(file, format!("{mark}{formatted}")).map_err(Refused::Problem)?;
    }
    Ok(true)
}

fn keywords(tongue: Tongue) -> enact_syntax::Tongue {
    match tongue {
        Tongue::Zh => enact_syntax::Tongue::Chinese,
        Tongue::En => enact_syntax::Tongue::English,
    }
}
