//! Compiles the pages of `lang-spec/errors/` into the command, for `enact explain`, and the hash of the compiler's own sources, for the manifest of a release.
#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var(name).map_err(io::Error::other);
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../..");
    let table = pages(&root.join("lang-spec/errors"))?;
    fs::write(Path::new(&variable("OUT_DIR")?).join("pages.rs"), table)?;
    println!("cargo::rustc-env=ENACT_COMPILER_SHA256={}", compiler(&root)?);
    Ok(())
}

fn pages(folder: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    names.sort();
    let mut table = String::from("&[\n");
    for name in &names {
        let code = name.trim_end_matches(".md");
        let path = folder.join(name);
        let _ = writeln!(table, "    ({code:?}, include_str!({path:?})),");
    }
    table.push_str("]\n");
    Ok(table)
}

/// The hash of what the compiler is made of: the hash and path of each of its files, a line each, in the order of paths. Line ends of Windows count as others.
fn compiler(root: &Path) -> io::Result<String> {
    let mut files = BTreeMap::from([("Cargo.lock".to_owned(), root.join("Cargo.lock"))]);
    collect(&root.join("compiler"), "compiler", &mut files)?;
    let mut all = Sha256::new();
    for (name, path) in files {
        let bytes: Vec<u8> = fs::read(&path)?.into_iter().filter(|byte| *byte != b'\r').collect();
        all.update(format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))));
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Ok(hex::encode(all.finalize()))
}

/// Sources below a folder, without those of tests and benches.
fn collect(folder: &Path, name: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = format!("{name}/{own}");
        if entry.file_type()?.is_dir() {
            if !matches!(own.as_str(), "tests" | "benches" | "target") {
                collect(&entry.path(), &name, files)?;
            }
        } else if [".rs", ".lalrpop", ".toml"].iter().any(|ending| own.ends_with(ending)) && !own.ends_with("tests.rs")
        {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}
