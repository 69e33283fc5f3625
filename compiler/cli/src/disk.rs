//! The only place that touches the disk. Every problem is one line with the path.

#![expect(clippy::disallowed_methods, reason = "this is the one room with a door to the disk")]

use crate::host::Failure;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read.
pub(crate) const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// What a path leads to, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    File,
    Nothing,
}

/// One entry of a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) folder: bool,
    pub(crate) link: bool,
}

pub(crate) fn kind(path: &Path) -> Kind {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Kind::Folder,
        Ok(_) => Kind::File,
        Err(_) => Kind::Nothing,
    }
}

/// The path without links and `..`.
pub(crate) fn real(path: &Path) -> Result<PathBuf, String> {
    fs::canonicalize(path).map_err(|error| problem(path, &error))
}

/// The same for a path whose last parts need not exist yet.
pub(crate) fn real_to_be(path: &Path) -> Result<PathBuf, String> {
    let path = Path::new(".").join(path);
    let there = path.ancestors().find(|it| fs::symlink_metadata(it).is_ok()).unwrap_or(&path);
    let rest = path.strip_prefix(there).unwrap_or(Path::new(""));
    Ok(real(there)?.join(rest))
}

/// Whether entries of this name are left out: hidden ones, and what build tools leave behind.
pub(crate) fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "target" || name == "node_modules"
}

/// The entries of a folder, by name. Hidden ones are left out, and what build tools leave behind.
pub(crate) fn entries(folder: &Path) -> Result<Vec<Entry>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| problem(folder, &error))? {
        let entry = entry.map_err(|error| problem(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_left_out(&name) {
            continue;
        }
        let kind = entry.file_type().map_err(|error| problem(&entry.path(), &error))?;
        found.push(Entry { name, path: entry.path(), folder: kind.is_dir(), link: kind.is_symlink() });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// A text file, its byte order mark left out.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let text = read_raw_text(path)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A text file as it is.
pub(crate) fn read_raw_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?)
        .map_err(|error| format!("{}: is not UTF-8 text (byte {})", path.display(), error.utf8_error().valid_up_to()))
}

/// The bytes of a file.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| problem(path, &error))?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(format!("{}: is a folder, a file is needed", path.display()));
    }
    read_limited(file, &path.display().to_string())
}

/// All of a stream, up to the limit; `name` is said in problems.
pub(crate) fn read_limited(stream: impl Read, name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    stream.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| format!("{name}: {}", words(&error)))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("{name}: is larger than {} MB", MAX_BYTES / (1024 * 1024)));
    }
    Ok(bytes)
}

/// Writes a file that does not exist yet, and the folders that lead to it.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
    };
    write().map_err(|error| Failure::misused(problem(path, &error)))
}

/// Writes a file that does not exist yet, and that nobody but its owner may read where the system knows owners.
pub(crate) fn create_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Failure::misused(problem(path, &error)))
}

/// Replaces the content of a file as a whole: a reader sees the old text or the new one, never a part, and a failure leaves the old one.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<(), String> {
    let write = || -> io::Result<()> {
        let path = fs::canonicalize(path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(path.to_owned()),
            _ => Err(error),
        })?;
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let before = fs::metadata(&path).ok().map(|found| found.permissions());
        if before.as_ref().is_some_and(fs::Permissions::readonly) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut fresh = tempfile::Builder::new().prefix(".enact-").tempfile_in(folder)?;
        fresh.write_all(content.as_ref())?;
        if let Some(permissions) = before {
            fresh.as_file().set_permissions(permissions)?;
        }
        fresh.as_file().sync_all()?;
        fresh.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| problem(path, &error))
}

/// Held while a file is read and replaced, by a file beside it: of several commands on the same file each sees what those before it have written.
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    /// Waits until nobody else holds the lock of a file.
    pub(crate) fn of(path: &Path) -> Result<Lock, Failure> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let take = || {
            let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&beside)?;
            file.lock().map(|()| file)
        };
        let held = take().map_err(|error| Failure::misused(problem(&beside, &error)))?;
        Ok(Lock { _held: held })
    }
}

/// Makes a folder and those that lead to it.
pub(crate) fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| Failure::misused(problem(path, &error)))
}

fn problem(path: &Path, error: &io::Error) -> String {
    format!("{}: {}", path.display(), words(error))
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "access is not allowed".to_owned(),
        io::ErrorKind::AlreadyExists => "exists already".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder, a file is needed".to_owned(),
        io::ErrorKind::NotADirectory => "is not a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// A file that takes its place when it is whole: until then there is the old one, or none.
#[cfg(feature = "batch")]
pub(crate) struct Fresh {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

#[cfg(feature = "batch")]
impl Fresh {
    /// Begins a file.
    pub(crate) fn new(path: &Path) -> Result<Fresh, Failure> {
        if kind(path) == Kind::Folder {
            return Err(Failure::misused(format!("{}: is a folder, a file is needed", path.display())));
        }
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
        let file = builder.prefix(".enact-").tempfile_in(folder);
        let file = file.map_err(|error| Failure::misused(problem(path, &error)))?;
        Ok(Fresh { file, path: path.to_owned() })
    }

    /// Writes to it.
    pub(crate) fn writer(&self) -> Result<Box<dyn Write + Send>, Failure> {
        let file = self.file.reopen().map_err(|error| Failure::misused(problem(&self.path, &error)))?;
        Ok(Box::new(io::BufWriter::new(file)))
    }

    /// Puts it in its place.
    pub(crate) fn keep(self) -> Result<(), Failure> {
        let kept = self.file.persist(&self.path);
        kept.map(drop).map_err(|error| Failure::misused(problem(&self.path, &error.error)))
    }
}
