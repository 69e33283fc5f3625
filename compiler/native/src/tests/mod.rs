//! The instructions do what the reference executor does.

mod flow;
mod make;
mod memory;
mod operations;
mod random;
mod refused;
mod rows;

use crate::Jit;
use enact_machine::code::Module;
use enact_machine::exec::{Machine, Trap};

/// What a decision leaves: its result, its output and its arena.
type Left = (i32, Vec<u64>, Vec<u64>);

/// How many words of output and of arena tests give.
const ROOM: usize = 512;

/// By the reference.
fn expected(module: &Module, name: &str, input: &[u64]) -> Result<Left, Trap> {
    let mut machine = Machine::new(module, 8 * (input.len() + 2 * ROOM));
    machine.fuel = 1_000_000;
    let start = machine.free();
    let output = start + 8 * input.len();
    let arena = output + 8 * ROOM;
    let bytes: Vec<u8> = input.iter().flat_map(|word| word.to_le_bytes()).collect();
    machine.memory[start..output].copy_from_slice(&bytes);
    let results = machine.call(module.find(name).unwrap(), &[start as u64, output as u64, arena as u64])?;
    let words = |from: usize| {
        let bytes = &machine.memory[from..from + 8 * ROOM];
        bytes.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
    };
    Ok(((results[0] as u32).cast_signed(), words(output), words(arena)))
}

/// By instructions, after the reference has run it: so they keep to their memory.
fn found(jit: &Jit, name: &str, input: &[u64]) -> Left {
    let (mut output, mut arena) = (vec![0; ROOM], vec![0; ROOM]);
    let result = jit.decision(name).unwrap().call_tried(input, &mut output, &mut arena);
    (result, output, arena)
}

/// Both agree; gives the result and the output.
fn agree(module: &Module, name: &str, input: &[u64]) -> (i32, Vec<u64>) {
    let expected = expected(module, name, input).unwrap();
    let found = found(&Jit::new(module).unwrap(), name, input);
    assert_eq!(found, expected, "{name} of {input:?}");
    (found.0, found.1)
}
