//! `enact build`: the policy in the form that engines start from.

use crate::analysed::{Analysed, counted};
use crate::host::{Failure, Host, Status};
use crate::{disk, linker, project};
use enact_ir::Verified;
use enact_machine::engine::EngineError;
use enact_machine::{Lowered, lower};
use enact_wasm::Options;
use enact_wasm::contracts::{Chain, contract};
use std::path::PathBuf;

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
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Target {
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

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let analysed = Analysed::new(project::find_one(&args.path)?);
    let program = analysed.program(host)?;
    if args.target == Target::Ir && args.output.is_none() {
        write!(host.out, "{}", enact_ir::text::print(&program))?;
        return Ok(Status::Done);
    }
    let folder = args.output.clone().unwrap_or_default();
    if args.output.is_some() {
        disk::create_folder(&folder)?;
    }
    for (ending, bytes) in files(args.target, &program, &analysed)? {
        let file = folder.join(format!("{}.{ending}", program.policy));
        disk::replace(&file, &bytes).map_err(Failure::misused)?;
        writeln!(host.out, "{}: {}", file.display(), counted(bytes.len(), "byte"))?;
    }
    if args.target == Target::Wasm {
        for decision in &program.decisions {
            let alone = enact_wasm::module(&code(&program, &[&decision.name])?.module, &Options::default());
            let alone = alone.map_err(|it| Failure::policy(it.to_string()))?;
            writeln!(host.out, "  {} alone: {}", decision.name, counted(alone.len(), "byte"))?;
        }
    }
    Ok(Status::Done)
}

/// The decisions of these names, all of them where none is named, with functions that take JSON.
fn code(program: &Verified, names: &[&str]) -> Result<Lowered, Failure> {
    let lowered = lower(program, names).map_err(|it| Failure::policy(EngineError::from(it).0))?;
    Ok(lowered.with_json(program))
}

/// The contract for a chain.
fn on_chain(program: &Verified, chain: Chain) -> Result<Vec<u8>, Failure> {
    let custom = vec![("enact.hash".to_owned(), program.hash().into_bytes())];
    contract(program, chain, custom).map_err(|it| Failure::policy(it.to_string()))
}

/// The files of a target: their endings and bytes.
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
            let sections = [
                ("enact.hash", program.hash().into_bytes()),
                ("enact.interface", interface.clone()),
                ("enact.schemas", texts(&analysed.project.schemas)),
                ("enact.sources", texts(&analysed.project.sources)),
                ("enact.ir", enact_ir::text::print(program).into_bytes()),
            ];
            let custom = sections.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
            let options = Options { custom, ..Options::default() };
            let module = enact_wasm::module(&lowered.module, &options).map_err(|it| Failure::policy(it.to_string()))?;
            Ok(vec![("wasm", module), ("interface.json", interface)])
        }
        Target::CosmWasm => Ok(vec![("cosmwasm.wasm", on_chain(program, Chain::CosmWasm)?)]),
        Target::ChainMaker => Ok(vec![("chainmaker.wasm", on_chain(program, Chain::ChainMaker)?)]),
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
