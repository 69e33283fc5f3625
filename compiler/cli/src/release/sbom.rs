//! The bill of materials, in CycloneDX 1.6: the policy as the main component, and what it is made of. Without time and chance: the serial number comes from the content.

use super::{Artifact, File, Materials, sha256, to_json};
use enact_ir::Program;
use serde_json::{Value, json};

/// The bill of materials of what a target made.
pub(super) fn bom(artifact: &Artifact, program: &Program, materials: &Materials) -> Vec<u8> {
    let content = to_json(&document("", artifact, program, materials));
    to_json(&document(&serial(&sha256(&content)), artifact, program, materials))
}

/// A UUID of the form for own content (version 8 of RFC 9562) from the first digits of a hash.
fn serial(hash: &str) -> String {
    let digits: Vec<char> = hash.chars().collect();
    let part = |from: usize, until: usize| digits.get(from..until).unwrap_or_default().iter().collect::<String>();
    // The first digit of the fourth part holds the variant: 8, 9, a or b.
    let variant = digits.get(16).and_then(|it| it.to_digit(16)).and_then(|it| char::from_digit(8 + it % 4, 16));
    let variant = variant.unwrap_or('8');
    format!("urn:uuid:{}-{}-8{}-{variant}{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn document(serial: &str, artifact: &Artifact, program: &Program, materials: &Materials) -> Value {
    let main = format!("policy:{}", program.policy);
    let parts = [("stdlib", &materials.stdlib), ("source", &materials.sources), ("schema", &materials.schemas)];
    let of = parts.iter().flat_map(|(kind, files)| files.iter().map(move |it| (*kind, it)));
    let needed: Vec<String> = of.clone().map(|(kind, it)| format!("{kind}:{}", it.path)).collect();
    let files = of.map(|(kind, it)| component(kind, it));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": main,
                "name": program.policy,
                "version": program.hash(),
                "description": program.title.in_chinese(),
                "hashes": hashes(&sha256(&artifact.bytes)),
                "properties": [
                    { "name": "enact:target", "value": artifact.target },
                    { "name": "enact:file", "value": artifact.name },
                ],
            },
        },
        "components": std::iter::once(compiler(materials)).chain(files).collect::<Vec<_>>(),
        "dependencies": [{ "ref": main, "dependsOn": needed }],
    })
}

fn hashes(sha256: &str) -> Value {
    json!([{ "alg": "SHA-256", "content": sha256 }])
}

/// The compiler makes the artifact and is no part of it.
fn compiler(materials: &Materials) -> Value {
    let compiler = &materials.compiler;
    json!({
        "type": "application",
        "bom-ref": format!("compiler:enact@{}", compiler.version),
        "name": "enact",
        "version": compiler.version,
        "scope": "excluded",
        "hashes": hashes(&compiler.sha256),
    })
}

fn component(kind: &str, file: &File) -> Value {
    json!({
        "type": "file",
        "bom-ref": format!("{kind}:{}", file.path),
        "name": file.path,
        "hashes": hashes(&file.sha256),
        "properties": [{ "name": "enact:kind", "value": kind }],
    })
}
