//! `enact lock`: remembers the schemas, the standard library and the compiler that a project has been looked at with.

use crate::analysed::{Analysed, counted};
use crate::host::{Failure, Host, Status};
use crate::release::lock::{self, Lock};
use crate::{disk, project};
use std::path::PathBuf;

/// Write `enact.lock`: the schemas, the standard library and the compiler that `build --locked` insists on
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    #[arg(default_value = ".")]
    path: PathBuf,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    let lock = Lock::of(&program, &analysed.project);
    let file = lock::path(&analysed.project);
    disk::replace(&file, lock.to_bytes()).map_err(Failure::misused)?;
    let (schemas, modules) = (counted(lock.schemas.len(), "schema"), counted(lock.stdlib.len(), "module"));
    writeln!(
        host.out,
        "{}: {schemas}, {modules} of the standard library, enact {}",
        file.display(),
        lock.compiler.version
    )?;
    Ok(Status::Done)
}
