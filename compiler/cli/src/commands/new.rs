//! `enact new`: a small project that passes `check` and `test`.

use crate::disk::{self, Kind};
use crate::host::{Failure, Host, Status};
use std::path::PathBuf;

/// The files of a new project. `{policy}` stands for its module.
const FILES: &[(&str, &str)] = &[
    ("rules.enact", include_str!("../../template/rules.enact")),
    ("schemas/applicant.schema.json", include_str!("../../template/schemas/applicant.schema.json")),
    ("inputs/applicant.json", include_str!("../../template/inputs/applicant.json")),
    ("README.md", include_str!("../../template/README.md")),
    (".editorconfig", include_str!("../../template/editorconfig")),
];

/// Make a new project with a schema, a rule file and its tests
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The project's folder; it must be empty, or not exist yet
    dir: PathBuf,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let dir = &args.dir;
    let taken = match disk::kind(dir) {
        Kind::Nothing => false,
        Kind::File => true,
        Kind::Folder => !disk::entries(dir).map_err(Failure::misused)?.is_empty(),
    };
    if taken {
        return Err(Failure::misused(format!("{}: is not an empty folder", dir.display())));
    }
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let policy = module_name(&name);
    for (path, text) in FILES {
        disk::create(&dir.join(path), &text.replace("{policy}", &policy))?;
    }
    writeln!(host.out, "{}: a new project; try `enact check {0}` and `enact test {0}`", dir.display())?;
    Ok(Status::Done)
}

/// A module name made of a folder's name.
fn module_name(folder: &str) -> String {
    let name: String = folder.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() => format!("my.{name}"),
        _ => "my.policy_project".to_owned(),
    }
}
