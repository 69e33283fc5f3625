//! What contracts have stored, and a transaction's own view of it.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A contract and a place in its state, written `key` or `key#field`.
pub type Place = (String, String);

/// Committed values by place.
pub type State = BTreeMap<Place, Vec<u8>>;

/// How a key and a field are stored: `#` cannot stand in either, so that no two pairs meet.
///
/// # Errors
/// If one of them is not of the allowed characters or longer than 1024 bytes, or the key is empty.
pub(super) fn stored(key: &str, field: &str) -> Result<String, String> {
    check_name("key", key)?;
    if field.is_empty() {
        return Ok(key.to_owned());
    }
    check_name("field", field)?;
    Ok(format!("{key}#{field}"))
}

/// Bytes of the longest key, field and name of a parameter.
pub const MAX_NAME: usize = 1024;

/// Whether a name is `^[a-zA-Z0-9._-]+$` of at most 1024 bytes; `what` is for the message.
///
/// # Errors
/// If it is not.
pub(super) fn check_name(what: &str, name: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match name {
        "" => Err(format!("the {what} is empty")),
        _ if name.len() > MAX_NAME => Err(format!("the {what} has {} bytes, more than {MAX_NAME}", name.len())),
        _ if !name.bytes().all(allowed) => {
            Err(format!("the {what} `{name}` holds more than letters, digits, `.`, `_`, `-`"))
        }
        _ => Ok(()),
    }
}

/// The view of one transaction, over all the contracts that it calls: it sees what it wrote itself.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    committed: Arc<State>,
    /// What was read from the committed state, and what stood there.
    pub(super) reads: BTreeMap<Place, Option<Vec<u8>>>,
    /// What is to be written; nothing means to delete.
    pub(super) writes: BTreeMap<Place, Option<Vec<u8>>>,
}

impl View {
    /// A view of what is committed.
    pub(super) fn of(committed: Arc<State>) -> View {
        View { committed, ..View::default() }
    }

    /// The value at a place.
    pub(super) fn get(&mut self, place: Place) -> Option<Vec<u8>> {
        if let Some(own) = self.writes.get(&place) {
            return own.clone();
        }
        let found = self.committed.get(&place).cloned();
        self.reads.insert(place, found.clone());
        found
    }

    /// Sets or deletes the value at a place.
    pub(super) fn set(&mut self, place: Place, value: Option<Vec<u8>>) {
        self.writes.insert(place, value);
    }
}

/// Makes writes part of the state.
pub(super) fn commit(state: &mut State, writes: &BTreeMap<Place, Option<Vec<u8>>>) {
    for (place, value) in writes {
        match value {
            Some(value) => state.insert(place.clone(), value.clone()),
            None => state.remove(place),
        };
    }
}
