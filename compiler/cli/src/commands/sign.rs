//! `enact sign`: a signature over a manifest, and the keys for it.

use crate::disk::{self, Kind};
use crate::host::{Failure, Host, Status};
use crate::release::{Manifest, sign};
use std::path::{Path, PathBuf};

/// Sign the manifest of a release, or make a key
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The manifest; the signature is written beside it, as MANIFEST.sig
    #[arg(required_unless_present = "new_key", requires = "key")]
    manifest: Option<PathBuf>,
    /// The file of the secret key; `-` for standard input
    #[arg(long, value_name = "FILE", requires = "manifest")]
    key: Option<PathBuf>,
    /// Make a key in a new file, and print its public key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["manifest", "key"])]
    new_key: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    if let Some(file) = &args.new_key {
        let text = sign::new_key().map_err(Failure::misused)?;
        let key = sign::key(&text).map_err(Failure::misused)?;
        disk::create_secret(file, &text)?;
        writeln!(host.out, "{}", sign::shown(&key.verifying_key()))?;
    }
    if let (Some(manifest), Some(key)) = (&args.manifest, &args.key) {
        let bytes = existing(manifest)?;
        Manifest::read(&bytes).map_err(|why| Failure::rejected(format!("{}: {why}", manifest.display())))?;
        let key = read_key(key, host)?;
        let file = beside(manifest);
        disk::replace(&file, sign::sign(&key, &bytes)).map_err(Failure::misused)?;
        writeln!(host.out, "{}: signed by {}", file.display(), sign::shown(&key.verifying_key()))?;
    }
    Ok(Status::Done)
}

/// Where the signature of a manifest stands.
pub(crate) fn beside(manifest: &Path) -> PathBuf {
    let mut name = manifest.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The bytes of a file that the user names.
pub(crate) fn existing(path: &Path) -> Result<Vec<u8>, Failure> {
    match disk::kind(path) {
        Kind::File => disk::read_bytes(path).map_err(Failure::rejected),
        Kind::Folder => Err(Failure::misused(format!("{}: is a folder, a file is needed", path.display()))),
        Kind::Nothing => Err(Failure::misused(format!("{}: does not exist", path.display()))),
    }
}

fn read_key(path: &Path, host: &mut Host<'_>) -> Result<ed25519_dalek::SigningKey, Failure> {
    let (name, bytes) = if path == Path::new("-") {
        let read = disk::read_limited(&mut host.input, "standard input").map_err(Failure::rejected)?;
        ("standard input".to_owned(), read)
    } else {
        (path.display().to_string(), existing(path)?)
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    sign::key(&text).map_err(|why| Failure::rejected(format!("{name}: {why}")))
}
