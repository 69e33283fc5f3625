//! The system's linker, by its C compiler, for what nobody but the system can make: a shared library.

use crate::disk;
use crate::host::Failure;
use std::process::Command;

/// A shared library of one object. It needs no other.
pub(crate) fn shared(object: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::misused(format!("cannot link a shared library: {why}"));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let (from, to) = (folder.path().join("enact.o"), folder.path().join("enact.so"));
    disk::replace(&from, object).map_err(Failure::misused)?;
    let mut linker = Command::new("cc");
    linker.args(["-shared", "-nostdlib", "-Wl,--build-id=none", "-Wl,-z,noexecstack", "-o"]).arg(&to).arg(&from);
    let done = linker.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed("there is no C compiler `cc`; build `object` or `static`".to_owned()),
        _ => failed(error.to_string()),
    })?;
    if !done.status.success() {
        return Err(failed(String::from_utf8_lossy(&done.stderr).trim().to_owned()));
    }
    disk::read_bytes(&to).map_err(Failure::misused)
}
