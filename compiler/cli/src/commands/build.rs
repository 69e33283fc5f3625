//! `enact build`: the policy in the form that engines start from.

use crate::analysed::{Analysed, counted};
use crate::host::{Failure, Host, Status};
use crate::release::{self, Artifact};
use crate::{disk, linker, project};
use clap::ValueEnum;
use enact_ir::Verified;
use enact_machine::engine::EngineError;
use enact_machine::{Lowered, lower};
use enact_wasm::Options;
use enact_wasm::contracts::{Chain, contract, kept, schema};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Build a policy for a target
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A project or a rule file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// For what
    #[arg(long)]
    target: Target,
    /// The folder for the result; without it the text of `ir` goes to standard output, and files go to the present folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Make a release: insist on `enact.lock`, and write manifest, bill of materials and schemas as well
    #[arg(long, requires = "output")]
    locked: bool,
    /// Refuse to build a contract that would misread what this one has left in its state
    #[arg(long, value_name = "OLD.wasm")]
    against: Option<PathBuf>,
    /// Write one JSON object that names the files
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// The text of the decision IR
    Ir,
    /// A WASM module, with the description of its interface
    Wasm,
    /// A contract for CosmWasm's chains
    #[value(name = "cosmwasm")]
    CosmWasm,
    /// A contract for ChainMaker
    #[value(name = "chainmaker")]
    ChainMaker,
    /// An object file for the linker of this system, with its C header and the description of its interface
    Object,
    /// The same as a static library
    Static,
    /// The same as a shared library; the system's C compiler links it
    Shared,
}

impl Target {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
    }
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    if args.target == Target::Ir && args.output.is_none() && !args.json {
        write!(host.out, "{}", enact_ir::text::print(&program))?;
        return Ok(Status::Done);
    }
    let folder = args.output.clone().unwrap_or_default();
    if args.locked {
        release::lock::check(&program, &analysed.project, &analysed.place())?;
        outside(args, &analysed, &folder)?;
    }
    if let Some(old) = &args.against {
        takes_over(old, &program)?;
    }
    let artifact = artifact(args.target, &program, &analysed)?;
    let files = match args.locked {
        true => release::files(artifact, &program, &analysed.project)?,
        false => artifact.into_files(),
    };
    write_files(&folder, &files, args.json, host)?;
    if args.target == Target::Wasm && !args.json {
        for decision in &program.decisions {
            let alone = enact_wasm::module(&code(&program, &[&decision.name])?.module, &Options::default());
            let alone = alone.map_err(|it| Failure::policy(it.to_string()))?;
            writeln!(host.out, "  {} alone: {}", decision.name, counted(alone.len(), "byte"))?;
        }
    }
    Ok(Status::Done)
}

/// Whether a policy may take over the state of an older contract.
fn takes_over(old: &Path, program: &Verified) -> Result<(), Failure> {
    let shown = old.display();
    let bytes = disk::read_bytes(old).map_err(Failure::misused)?;
    let sections = enact_wasm::sections(&bytes);
    let section = sections.iter().flatten().find(|it| it.name == kept::SECTION);
    let section = section.ok_or_else(|| Failure::rejected(format!("{shown}: has no section `{}`", kept::SECTION)))?;
    let found = kept::misread(section.bytes, program)
        .map_err(|why| Failure::rejected(format!("{shown}: section `{}`: {why}", kept::SECTION)))?;
    match found.is_empty() {
        true => Ok(()),
        false => Err(Failure::policy(format!("{shown}: its state would be misread\n  {}", found.join("\n  ")))),
    }
}

/// A release must not become a part of what it is made of.
fn outside(args: &Args, analysed: &Analysed, folder: &Path) -> Result<(), Failure> {
    // Of the folder around a rule file that is a project by itself nothing is read that it does not name.
    let alone = disk::kind(&args.path) == disk::Kind::File;
    if alone || !analysed.project.holds(folder).map_err(Failure::misused)? {
        return Ok(());
    }
    Err(Failure::misused(format!(
        "{}: lies in the project, whose files would change by it; name a folder outside, or one in `target/`, where nothing is read",
        folder.display()
    )))
}

fn write_files(folder: &Path, files: &[(String, Vec<u8>)], json: bool, host: &mut Host<'_>) -> Result<(), Failure> {
    let mut written = Vec::new();
    for (name, bytes) in files {
        let file = folder.join(name);
        if let Some(parent) = file.parent().filter(|it| !it.as_os_str().is_empty()) {
            disk::create_folder(parent)?;
        }
        disk::replace(&file, bytes).map_err(Failure::misused)?;
        match json {
            true => written.push(json!({ "path": name, "sha256": release::sha256(bytes), "size": bytes.len() })),
            false => writeln!(host.out, "{}: {}", file.display(), counted(bytes.len(), "byte"))?,
        }
    }
    if json {
        writeln!(host.out, "{}", json!({ "folder": folder.display().to_string(), "files": written }))?;
    }
    Ok(())
}

/// What a target makes of a policy.
pub(crate) fn artifact(target: Target, program: &Verified, analysed: &Analysed) -> Result<Artifact, Failure> {
    let mut files = files(target, program, analysed)?
        .into_iter()
        .map(|(ending, bytes)| (format!("{}.{ending}", program.policy), bytes));
    let (name, bytes) = files.next().unwrap_or_default();
    Ok(Artifact { target: target.name(), name, bytes, beside: files.collect(), gas: BTreeMap::new() })
}

/// The decisions of these names, all of them where none is named, with functions that take JSON.
fn code(program: &Verified, names: &[&str]) -> Result<Lowered, Failure> {
    let lowered = lower(program, names).map_err(|it| Failure::policy(EngineError::from(it).0))?;
    Ok(lowered.with_json(program))
}

/// The schemas of a contract's messages and answers.
fn messages(program: &Verified) -> Vec<u8> {
    serde_json::to_vec_pretty(&schema(program, env!("CARGO_PKG_VERSION"))).unwrap_or_default()
}

/// The contract for a chain.
fn on_chain(program: &Verified, chain: Chain) -> Result<Vec<u8>, Failure> {
    let target = if chain == Chain::CosmWasm { Target::CosmWasm } else { Target::ChainMaker };
    let (target, hash, kept) = (target.name().into_bytes(), program.hash().into_bytes(), kept::section(program));
    let sections = [("enact.target", target), ("enact.hash", hash), (kept::SECTION, kept)];
    let custom = sections.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    contract(program, chain, custom).map_err(|it| Failure::policy(it.to_string()))
}

/// The files of a target: their endings and bytes, the one that is deployed first.
fn files(target: Target, program: &Verified, analysed: &Analysed) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let lowered = || lower(program, &[]).map_err(|it| Failure::policy(EngineError::from(it).0));
    match target {
        Target::Ir => Ok(vec![("ir", enact_ir::text::print(program).into_bytes())]),
        Target::Wasm => {
            let lowered = code(program, &[])?;
            let interface = serde_json::to_vec(&lowered.to_json(program)).unwrap_or_default();
            let texts = |all: &[(String, String)]| {
                let all = all.iter().map(|(path, text)| (path.clone(), text.clone().into()));
                serde_json::Value::Object(all.collect()).to_string().into_bytes()
            };
            let schemas = release::schemas(program, &analysed.project);
            let sections = [
                ("enact.target", target.name().into_bytes()),
                ("enact.hash", program.hash().into_bytes()),
                ("enact.interface", interface.clone()),
                ("enact.schemas", texts(&schemas)),
                ("enact.sources", texts(&analysed.project.sources)),
                ("enact.ir", enact_ir::text::print(program).into_bytes()),
            ];
            let custom = sections.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
            let options = Options { custom, ..Options::default() };
            let module = enact_wasm::module(&lowered.module, &options).map_err(|it| Failure::policy(it.to_string()))?;
            Ok(vec![("wasm", module), ("interface.json", interface)])
        }
        Target::CosmWasm => Ok(vec![
            ("cosmwasm.wasm", on_chain(program, Chain::CosmWasm)?),
            ("cosmwasm.schema.json", messages(program)),
        ]),
        Target::ChainMaker => Ok(vec![
            ("chainmaker.wasm", on_chain(program, Chain::ChainMaker)?),
            ("chainmaker.schema.json", messages(program)),
        ]),
        Target::Object | Target::Static | Target::Shared => {
            let lowered = lowered()?.with_batches(program).with_c_names();
            let object = enact_native::object(&lowered.module, "").map_err(|it| Failure::policy(it.to_string()))?;
            let header = enact_native::header(program, &lowered).into_bytes();
            let interface = serde_json::to_vec(&lowered.to_json(program)).unwrap_or_default();
            let library = match target {
                Target::Static => ("a", enact_native::archive(&object).map_err(|it| Failure::policy(it.to_string()))?),
                Target::Shared => ("so", linker::shared(&object)?),
                _ => ("o", object),
            };
            Ok(vec![library, ("h", header), ("library.json", interface)])
        }
    }
}
