//! What `enact build` makes, used by others: an object linked to C, a module run by Node. Both say what `enact run` says.

use enact_tests::command::enact;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const SERVICE: &str = "examples/insurance_reimbursement";

fn there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn built(target: &str, folder: &Path) {
    let service = enact_tests::repository().join(SERVICE);
    let run = enact(&["build", service.to_str().unwrap(), "--target", target, "-o", folder.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
}

fn succeeded(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const PROGRAM: &str = r#"
#include "beijing.insurance.h"
#include <stdio.h>
int main(void) {
  static uint64_t arena[ENACT_OUTPATIENT_EMPLOYEE_ARENA / 8 + 1];
  struct enact_outpatient_employee_input in = {0};
  struct enact_outpatient_employee_output out = {0};
  in.entitled = 1;
  in.visit_service_date = 19783;
  in.visit_facility = 1;
  in.visit_in_scope = 100000;
  in.person_category = 1;
  in.person_birth_date = -7305;
  in.ytd_in_scope = 2500000;
  int32_t verdict = enact_outpatient_employee_decide(&in, &out, arena);
  printf("%d %lld %lld\n", (int)verdict, (long long)out.fund_total, (long long)out.person_pays);
  in.visit_cause = 2;
  verdict = enact_outpatient_employee_decide(&in, &out, arena);
  printf("%d %llu\n", (int)verdict, (unsigned long long)out.fails[0]);
  verdict = enact_outpatient_employee_explain(&in, &out, arena);
  printf("%d\n", (int)verdict);
  return 0;
}
"#;

#[test]
fn an_object_is_called_from_c() {
    if !there("cc") {
        eprintln!("there is no C compiler: nothing was run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    built("object", folder.path());
    fs::write(folder.path().join("main.c"), PROGRAM).unwrap();
    let files = ["main.c", "beijing.insurance.o"];
    let flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-o", "main"];
    succeeded(Command::new("cc").args(flags).args(files).current_dir(folder.path()));
    let said = succeeded(&mut Command::new(folder.path().join("main")));
    // 1,000 yuan beyond the edge of the second band: 60 % of it, and half of the rest for a retiree. A third party who is liable: the second requirement fails.
    // Nothing is marked as known for the last call.
    assert_eq!(said, "0 80000 20000\n1 2\n2\n");
}

/// Decides one case of flat facts by the module and its description alone.
const SCRIPT: &str = "
const fs = require('fs');
const [bytes, description, decision, facts] = process.argv.slice(2);
const module_ = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(bytes)), {}).exports;
const it = JSON.parse(fs.readFileSync(description)).decisions.find(it => it.decision === decision);
const align = at => Math.ceil(at / 8) * 8;
const input = align(module_.free.value), output = align(input + it.input.size), arena = align(output + it.output.size);
module_.memory.grow(Math.ceil((arena + it.arena) / 65536));
const memory = new DataView(module_.memory.buffer);
for (const [path, value] of Object.entries(JSON.parse(facts))) {
    const leaf = it.input.leaves.find(leaf => leaf.path === path);
    const byte = input + (leaf.bit >> 3);
    memory.setUint8(byte, memory.getUint8(byte) | 1 << (leaf.bit & 7));
    const at = input + leaf.at;
    if (leaf.type === 'bool') memory.setUint8(at, value);
    else if (leaf.type === 'date') memory.setInt32(at, Date.parse(value) / 86400000, true);
    else if (leaf.type === 'enum') memory.setInt32(at, leaf.cases.indexOf(value), true);
    else memory.setBigInt64(at, BigInt(value), true);
}
const verdict = module_[it.explain](input, output, arena);
const outputs = {};
for (const leaf of it.output.leaves.filter(leaf => leaf.type === 'money')) {
    outputs[leaf.path] = Number(memory.getBigInt64(output + leaf.at, true));
}
console.log(JSON.stringify({ verdict, outputs }));
";

#[test]
fn a_module_is_called_from_node() {
    if !there("node") {
        eprintln!("node is not on the path: nothing was run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    built("wasm", folder.path());
    let place = |name: &str| folder.path().join(name);
    fs::write(place("run.js"), SCRIPT).unwrap();
    let facts = serde_json::json!({
        "entitled": true, "visit.service_date": "2024-03-01", "visit.facility": "other", "visit.in_scope": 100_000, "visit.cause": "none",
        "person.category": "retiree", "person.birth_date": "1950-01-01", "ytd.in_scope": 2_500_000, "ytd.fund_paid": 0,
    });
    let mut node = Command::new("node");
    node.arg(place("run.js")).arg(place("beijing.insurance.wasm")).arg(place("beijing.insurance.interface.json"));
    let said: Value = serde_json::from_str(&succeeded(node.arg("outpatient_employee").arg(facts.to_string()))).unwrap();
    assert_eq!(said["verdict"], 0);
    assert_eq!((&said["outputs"]["fund_total"], &said["outputs"]["person_pays"]), (&80_000.into(), &20_000.into()));
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for target in ["ir", "wasm", "object", "static", "shared"] {
        built(target, first.path());
        built(target, second.path());
    }
    let mut names: Vec<_> = fs::read_dir(first.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 8);
    for name in names {
        let read = |folder: &Path| fs::read(folder.join(&name)).unwrap();
        assert!(read(first.path()) == read(second.path()), "{name:?} differs");
    }
}
