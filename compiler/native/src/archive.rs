//! A static library: an archive of one object, with its table of symbols.

use crate::Error;
use ar_archive_writer::{ArchiveKind, DEFAULT_OBJECT_READER, NewArchiveMember, write_archive_to_stream};
use std::io::Cursor;

/// A static library for the system that this program runs on. The same object gives the same bytes.
///
/// # Errors
/// If it is no object.
pub fn archive(object: &[u8]) -> Result<Vec<u8>, Error> {
    let kind = if cfg!(target_vendor = "apple") { ArchiveKind::Darwin } else { ArchiveKind::Gnu };
    let mut out = Cursor::new(Vec::new());
    let member = NewArchiveMember::new(object, &DEFAULT_OBJECT_READER, "enact.o".to_owned());
    write_archive_to_stream(&mut out, &[member], kind, false, None).map_err(|why| Error::Engine(why.to_string()))?;
    Ok(out.into_inner())
}
