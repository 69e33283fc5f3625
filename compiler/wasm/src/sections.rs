//! The sections of a module that somebody else may have made or changed.

use wasmparser::{Parser, Payload};

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<'m> {
    /// The name of a section that engines pass over, else `type`, `code` and so on.
    pub name: &'m str,
    /// What stands in it; without its name.
    pub bytes: &'m [u8],
}

/// The sections in order, up to the first place where they cannot be told apart; none where the bytes do not begin as a module does.
pub fn sections(module: &[u8]) -> Option<Vec<Section<'_>>> {
    if !module.starts_with(b"\0asm\x01\0\0\0") {
        return None;
    }
    let payloads = Parser::new(0).parse_all(module).map_while(Result::ok);
    let found = payloads.filter_map(|payload| match &payload {
        Payload::CustomSection(custom) => Some(Section { name: custom.name(), bytes: custom.data() }),
        other => other.as_section().map(|(id, place)| {
            let (start, end) = (usize::try_from(place.start), usize::try_from(place.end));
            let bytes = start.ok().zip(end.ok()).and_then(|(start, end)| module.get(start..end));
            Section { name: name(id), bytes: bytes.unwrap_or_default() }
        }),
    });
    Some(found.collect())
}

/// What the standard calls a section.
fn name(id: u8) -> &'static str {
    const NAMES: [&str; 13] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
    ];
    NAMES.get(usize::from(id)).copied().unwrap_or("unknown")
}
