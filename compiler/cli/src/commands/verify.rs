//! `enact verify`: whether an artifact is what a source gives, and whether its manifest says so under a trusted signature.

use super::build::{self, Target};
use super::sign::{beside, existing};
use crate::analysed::Analysed;
use crate::disk::{self, Kind};
use crate::host::{Failure, Host, Status};
use crate::project;
use crate::release::differ::{self, Difference};
use crate::release::{self, Compiler, Manifest, Materials, sign};
use clap::ValueEnum;
use ed25519_dalek::VerifyingKey;
use serde_json::json;
use std::path::PathBuf;

/// Build again from the source and compare byte for byte
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file that was built, such as a WASM module
    artifact: PathBuf,
    /// The project or rule file that it is said to be built from
    source: PathBuf,
    /// For what it was built; else what the module or its manifest says
    #[arg(long)]
    target: Option<Target>,
    /// Its manifest; else the one beside it, if it is there
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Refuse what is not signed by a trusted key
    #[arg(long, requires = "key")]
    require_signed: bool,
    /// The public keys that are trusted
    #[arg(long, value_name = "PUBLICKEY", value_delimiter = ',', value_parser = sign::public_key, requires = "require_signed")]
    key: Vec<VerifyingKey>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// A manifest that was found.
struct Found {
    path: PathBuf,
    bytes: Vec<u8>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let artifact = existing(&args.artifact)?;
    let analysed = Analysed::new(project::find_one(&args.source)?);
    let program = analysed.program(host)?;
    let found = manifest(args, &program.policy)?;
    let mut signer = None;
    if args.require_signed {
        match signed(args, found.as_ref(), &program.policy) {
            Ok(key) => signer = Some(key),
            Err(why) => return answer(args, host, &artifact, None, Some(&Difference::signature(why)), None),
        }
    }
    let manifest = found.map(|it| read(args, it)).transpose()?.flatten();
    let target = target(args, &artifact, manifest.as_ref().map(|(_, manifest)| manifest))?;
    let built = build::artifact(target, &program, &analysed)?;
    if enact_wasm::sections(&built.bytes).is_some() && enact_wasm::sections(&artifact).is_none() {
        return Err(Failure::rejected(format!("{}: is no WASM module", args.artifact.display())));
    }
    let differs = differ::artifacts(&artifact, &built.bytes).map(|it| by_another(it, manifest.as_ref()));
    let differs = differs.or_else(|| {
        let (found, theirs) = manifest?;
        // Another compiler may make the same bytes, and has another name.
        let materials = Materials { compiler: theirs.compiler, ..Materials::of(&program, &analysed.project) };
        let (expected, _) = Manifest::with_sbom(&built, &program, &materials);
        let mut differs = differ::manifests(&found.bytes, &expected)?;
        differs.message = format!("{}: {}", found.path.display(), differs.message);
        Some(differs)
    });
    answer(args, host, &artifact, Some(target), differs.as_ref(), signer)
}

/// Says so where the compiler is another one than that of the manifest, which explains much.
fn by_another(mut differs: Difference, manifest: Option<&(Found, Manifest)>) -> Difference {
    let this = Compiler::this();
    if let Some((_, manifest)) = manifest.filter(|(_, it)| it.compiler != this) {
        let theirs = &manifest.compiler.version;
        let said = match *theirs == this.version {
            true => format!("; it was built by another enact {theirs} than this"),
            false => format!("; it was built by enact {theirs}, and this is {}", this.version),
        };
        differs.message.push_str(&said);
    }
    differs
}

/// The manifest that is named, or the one beside the artifact.
fn manifest(args: &Args, policy: &str) -> Result<Option<Found>, Failure> {
    let path = match &args.manifest {
        Some(path) => path.clone(),
        None => args.artifact.with_file_name(release::manifest_name(policy)),
    };
    if args.manifest.is_none() && disk::kind(&path) != Kind::File {
        return Ok(None);
    }
    Ok(Some(Found { bytes: existing(&path)?, path }))
}

/// The trusted key that has signed the manifest; else why it does not count as signed.
fn signed(args: &Args, found: Option<&Found>, policy: &str) -> Result<String, String> {
    let Some(found) = found else {
        return Err(format!("there is no {} beside the artifact", release::manifest_name(policy)));
    };
    let path = beside(&found.path);
    if disk::kind(&path) != Kind::File {
        return Err(format!("{}: is not signed: there is no {}", found.path.display(), path.display()));
    }
    let sealed = disk::read_bytes(&path)?;
    let signer = sign::check(&found.bytes, &sealed, &args.key).map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(sign::shown(signer))
}

/// The manifest, unless it only happens to stand there and is another artifact's.
fn read(args: &Args, found: Found) -> Result<Option<(Found, Manifest)>, Failure> {
    let manifest = Manifest::read(&found.bytes);
    let manifest = manifest.map_err(|why| Failure::rejected(format!("{}: {why}", found.path.display())))?;
    let asked = args.manifest.is_some() || args.require_signed;
    let names_it = args.artifact.file_name().is_some_and(|name| name == manifest.artifact.path.as_str());
    Ok((asked || names_it).then_some((found, manifest)))
}

fn target(args: &Args, artifact: &[u8], manifest: Option<&Manifest>) -> Result<Target, Failure> {
    let known = |name: &str| Target::from_str(name, false).ok();
    let sections = enact_wasm::sections(artifact);
    let section = sections.as_ref().and_then(|all| all.iter().find(|it| it.name == "enact.target"));
    let said = section.and_then(|it| known(std::str::from_utf8(it.bytes).ok()?));
    let found = args.target.or(said).or_else(|| known(&manifest?.target));
    let place = args.artifact.display();
    found.ok_or_else(|| match sections {
        Some(_) => Failure::misused(format!("{place}: does not say for what it was built; say it with `--target`")),
        None => Failure::rejected(format!(
            "{place}: is no WASM module, and has no manifest; say with `--target` what it is"
        )),
    })
}

fn answer(
    args: &Args,
    host: &mut Host<'_>,
    artifact: &[u8],
    target: Option<Target>,
    differs: Option<&Difference>,
    signer: Option<String>,
) -> crate::Ended {
    let sha256 = release::sha256(artifact);
    let target = target.map(Target::name);
    if args.json {
        let all = json!({
            "verified": differs.is_none(),
            "target": target,
            "sha256": sha256,
            "signed_by": signer,
            "differs": differs,
        });
        writeln!(host.out, "{all}")?;
    }
    let place = args.artifact.display();
    match differs {
        Some(_) if args.json => Ok(Status::Failed),
        Some(differs) => Err(Failure::policy(format!("{place}: {}", differs.message))),
        None => {
            if !args.json {
                let target = target.unwrap_or_default();
                writeln!(host.out, "{place}: verified: what {} gives for {target}", args.source.display())?;
                writeln!(host.out, "  sha256 {sha256}")?;
                if let Some(signer) = signer {
                    writeln!(host.out, "  signed by {signer}")?;
                }
            }
            Ok(Status::Done)
        }
    }
}
