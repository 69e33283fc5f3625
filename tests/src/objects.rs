//! Objects against the reference: random programs compiled ahead of time, linked by the system's C compiler into one program that runs them on cases out of a file.

#![expect(clippy::indexing_slicing, reason = "what is not there is a fault of the test")]

use crate::random::Random;
use enact_ir::Facts;
use enact_ir::testing::{DECISION, Sample, sample};
use enact_machine::border::encode;
use enact_machine::exec::Machine;
use enact_machine::{Interface, Lowered, lower};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Reads cases, runs each, and writes what the fixed part of its output holds.
const DRIVER: &str = r#"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct program { int32_t (*quick)(void *, void *, void *); int32_t (*full)(void *, void *, void *); };
static const struct program programs[];
static uint32_t word(FILE *from) { uint32_t n = 0; if (fread(&n, 4, 1, from) != 1) exit(3); return n; }
int main(int count, char **args) {
  FILE *from = fopen(args[1], "rb"), *to = fopen(args[2], "wb");
  if (count != 3 || !from || !to) return 2;
  for (uint32_t cases = word(from); cases > 0; cases--) {
    uint32_t program = word(from), full = word(from), size = word(from), output = word(from), shown = word(from), arena = word(from), addresses = word(from);
    unsigned char *in = calloc(1, size + 8), *out = calloc(1, output + 8), *room = calloc(1, arena + 8);
    if (fread(in, 1, size, from) != size) return 4;
    while (addresses-- > 0) {
      uint64_t at, place = word(from);
      memcpy(&at, in + place, 8);
      at += (uint64_t)in;
      memcpy(in + place, &at, 8);
    }
    int32_t verdict = (full ? programs[program].full : programs[program].quick)(in, out, room);
    if (fwrite(&verdict, 4, 1, to) != 1 || fwrite(out, 1, shown, to) != shown) return 5;
    free(in), free(out), free(room);
  }
  return fclose(to);
}
"#;

struct Case {
    program: usize,
    full: bool,
    facts: Facts,
}

/// Where the outputs begin that may hold addresses; up to there the output is the same wherever it lies.
fn shown(interface: &Interface) -> u32 {
    interface.output.values.first().map_or(interface.output.size, |(given, _)| *given)
}

/// Compares so many random programs; the number of cases.
///
/// # Panics
/// If an object says something else than the reference.
pub fn compare(folder: &Path, seed: u64, programs: usize) -> usize {
    let mut random = Random::new(seed);
    let mut choices = |n: usize| (0..n).map(|_| random.number() as u32).collect::<Vec<_>>();
    let samples: Vec<Sample> = (0..programs).map(|n| sample(&choices(150 + 7 * n))).collect();
    let lowered: Vec<Lowered> = samples.iter().map(|it| lower(&it.program, &[DECISION]).unwrap()).collect();
    let mut cases = Vec::new();
    for (program, sample) in samples.iter().enumerate() {
        for _ in 0..8 {
            let other = sample.with_other_facts(&choices(200));
            cases.push(Case { program, full: true, facts: other.hidden });
            cases.push(Case { program, full: false, facts: other.known });
        }
    }
    build(folder, &lowered);
    let mut input = (cases.len() as u32).to_le_bytes().to_vec();
    let mut expected = Vec::new();
    for case in &cases {
        let (sample, lowered) = (&samples[case.program], &lowered[case.program]);
        write_case(case, sample.today, &lowered.decisions[0], &mut input);
        expected.extend(reference(case, sample.today, lowered));
    }
    fs::write(folder.join("cases"), input).unwrap();
    let mut run = Command::new(folder.join("main"));
    let status = run.arg(folder.join("cases")).arg(folder.join("answers")).status().unwrap();
    assert!(status.success(), "{status}");
    let found = fs::read(folder.join("answers")).unwrap();
    let mut at = 0;
    for (n, case) in cases.iter().enumerate() {
        let count = 4 + shown(&lowered[case.program].decisions[0]) as usize;
        let sides = [&found, &expected].map(|all| all.get(at..at + count));
        assert_eq!(sides[0], sides[1], "case {n}: {:?}\n{:?}", samples[case.program], case.facts);
        at += count;
    }
    assert_eq!(found.len(), expected.len());
    cases.len()
}

fn build(folder: &Path, all: &[Lowered]) {
    let (mut declared, mut table) = (String::new(), String::new());
    let mut linker = Command::new("cc");
    for (n, lowered) in all.iter().enumerate() {
        let lowered = lowered.clone().with_c_names();
        let object = enact_native::object(&lowered.module, &format!("p{n}_")).unwrap();
        fs::write(folder.join(format!("{n}.o")), object).unwrap();
        linker.arg(format!("{n}.o"));
        let interface = &lowered.decisions[0];
        for name in [&interface.quick, &interface.full] {
            let _ = writeln!(declared, "int32_t p{n}_{name}(void *, void *, void *);");
        }
        let _ = writeln!(table, "{{ p{n}_{}, p{n}_{} }},", interface.quick, interface.full);
    }
    let driver = DRIVER.replace(
        "static const struct program programs[];",
        &format!("{declared}static const struct program programs[] = {{\n{table}}};"),
    );
    fs::write(folder.join("main.c"), driver).unwrap();
    let output = linker.args(["main.c", "-o", "main"]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn write_case(case: &Case, today: i64, interface: &Interface, into: &mut Vec<u8>) {
    let encoded = encode(interface, &case.facts, today);
    let words = [
        case.program as u32,
        u32::from(case.full),
        encoded.bytes.len() as u32,
        interface.output.size,
        shown(interface),
        interface.arena as u32,
        encoded.addresses.len() as u32,
    ];
    into.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    into.extend(&encoded.bytes);
    into.extend(encoded.addresses.iter().flat_map(|at| (*at as u32).to_le_bytes()));
}

/// Verdict and fixed part of the output, by the executor.
fn reference(case: &Case, today: i64, lowered: &Lowered) -> Vec<u8> {
    let interface = &lowered.decisions[0];
    let mut encoded = encode(interface, &case.facts, today);
    let (size, arena) = (interface.output.size as usize, interface.arena as usize);
    let mut machine = Machine::new(&lowered.module, encoded.bytes.len() + size + arena + 64);
    let input = machine.free();
    encoded.relocate(input as u64);
    machine.memory[input..input + encoded.bytes.len()].copy_from_slice(&encoded.bytes);
    let output = (input + encoded.bytes.len()).next_multiple_of(8);
    let arena = (output + size).next_multiple_of(8);
    let function = if case.full { &interface.full } else { &interface.quick };
    let function = lowered.module.find(function).unwrap();
    let verdict = machine.call(function, &[input as u64, output as u64, arena as u64]).unwrap();
    let mut said = (verdict[0] as u32).to_le_bytes().to_vec();
    said.extend(&machine.memory[output..output + shown(interface) as usize]);
    said
}
