//! `enact build`: the policy in the form that engines start from.

use crate::analysed::Analysed;
use crate::host::{Host, Status};
use crate::{disk, project};
use std::path::PathBuf;

/// Build a policy for a target
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// For what: `ir`, the text of the decision IR
    #[arg(long)]
    target: Target,
    /// The folder for the result; without it the text goes to standard output
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Target {
    Ir,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    let text = match args.target {
        Target::Ir => enact_ir::text::print(&program),
    };
    match &args.output {
        None => write!(host.out, "{text}")?,
        Some(folder) => {
            disk::create_folder(folder)?;
            let file = folder.join(format!("{}.ir", program.policy));
            disk::replace(&file, &text).map_err(crate::Failure::misused)?;
            writeln!(host.out, "{}", file.display())?;
        }
    }
    Ok(Status::Done)
}
