//! Modules do the same in another engine: Node's, where `node` is on the path.

use enact_machine::testing::{BLOCK, ENTRY, SLOTS, Sample, sample};
use enact_tests::random::Random;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

/// Runs every module of a list on its block, and prints each result and the bytes after it.
const SCRIPT: &str = "
const fs = require('fs');
const folder = process.argv[2];
const { entry, block, slots, count } = JSON.parse(fs.readFileSync(`${folder}/list.json`));
const results = [];
for (let n = 0; n < count; n++) {
    const module = new WebAssembly.Module(fs.readFileSync(`${folder}/${n}.wasm`));
    const { exports } = new WebAssembly.Instance(module, {});
    const at = exports.free.value;
    const memory = new Uint8Array(exports.memory.buffer);
    memory.set(fs.readFileSync(`${folder}/${n}.block`), at);
    const result = exports[entry](at);
    results.push([result, Array.from(memory.slice(at + slots, at + block))]);
}
console.log(JSON.stringify(results));
";

#[test]
fn random_code_does_the_same_in_node() {
    let there = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("node is not on the path: nothing was run");
        return;
    }
    let mut random = Random::new(7);
    let mut choices = |n: usize| (0..n).map(|_| (random.number() >> 32) as u32).collect::<Vec<_>>();
    let samples: Vec<Sample> = (0..200).map(|n| sample(&choices(5 * n))).collect();
    let folder = tempfile::tempdir().unwrap();
    let place = |name: String| folder.path().join(name);
    let options = enact_wasm::Options { room: BLOCK as u32, ..enact_wasm::Options::default() };
    for (n, sample) in samples.iter().enumerate() {
        fs::write(place(format!("{n}.wasm")), enact_wasm::module(&sample.module, &options).unwrap()).unwrap();
        fs::write(place(format!("{n}.block")), &sample.block).unwrap();
    }
    let list = json!({ "entry": ENTRY, "block": BLOCK, "slots": SLOTS, "count": samples.len() });
    fs::write(place("list.json".to_owned()), list.to_string()).unwrap();
    fs::write(place("run.js".to_owned()), SCRIPT).unwrap();
    let output = Command::new("node").arg(place("run.js".to_owned())).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let results: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results.len(), samples.len());
    for (result, sample) in results.iter().zip(&samples) {
        let (expected, block) = sample.expected().unwrap();
        assert_eq!(*result, json!([expected, block]), "{sample:?}");
    }
}
