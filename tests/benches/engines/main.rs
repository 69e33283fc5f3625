//! Decisions by every engine and by hand: `cargo bench -p enact-tests --bench engines`.
//!
//! The twins by hand are what an expert would write in Rust: the same struct, checked integers, the same figures by date. Every engine is compared with them, and the ratio is what counts.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops where its material is broken")]

mod calendar;
mod extension;
mod reimbursement;
mod rows;

use divan::{Bencher, black_box};
use enact_base::json;
use enact_ir::{Facts, Verified, input, interp};
use enact_machine::border::encode;
use enact_machine::lower;
use enact_native::Native;
use enact_tests::{analyse, files};
use std::sync::Arc;

fn main() {
    divan::main();
}

/// 2024-03-01
const TODAY: i64 = 19_783;

/// A case of a decision of a service.
struct Case {
    service: &'static str,
    decision: &'static str,
    facts: &'static str,
}

impl Case {
    fn program(&self) -> Arc<Verified> {
        let folder = format!("examples/{}", self.service);
        let sources: Vec<_> = files(&folder, ".enact").into_iter().chain(files(&folder, ".enact.md")).collect();
        analyse(&sources, &files(&folder, ".json")).program.expect("the service is valid")
    }

    fn facts(&self, program: &Verified) -> Facts {
        let decision = program.decision(self.decision).expect("the decision is there");
        let read = json::parse(self.facts.as_bytes()).expect("JSON");
        input::read_facts(program, decision, &read).expect("facts")
    }

    fn interpreter(&self, bencher: Bencher<'_, '_>) {
        let program = self.program();
        let facts = self.facts(&program);
        bencher.bench_local(|| interp::decide(&program, self.decision, black_box(&facts), TODAY));
    }

    fn native(&self, bencher: Bencher<'_, '_>) {
        let program = self.program();
        let native = Native::new(&program, &[self.decision]).expect("native code");
        let flat = native.flat(self.decision).expect("the inputs are flat");
        let interface = flat.interface();
        let encoded = encode(interface, &self.facts(&program), TODAY);
        assert!(encoded.complete);
        let words = |bytes: &[u8]| -> Vec<u64> {
            bytes.chunks_exact(8).map(|it| u64::from_ne_bytes(it.try_into().unwrap_or_default())).collect()
        };
        let input = words(&encoded.bytes);
        let mut output = vec![0; interface.output.size.div_ceil(8) as usize];
        let mut arena = vec![0; interface.arena.div_ceil(8) as usize];
        bencher.bench_local(|| flat.call(black_box(&input), black_box(&mut output), &mut arena));
    }

    fn wasm(&self, bencher: Bencher<'_, '_>) {
        let program = self.program();
        let lowered = lower(&program, &[self.decision]).expect("machine code");
        let interface = lowered.decisions[0].clone();
        let bytes = enact_wasm::module(&lowered.module, &enact_wasm::Options::default()).expect("a module");
        let mut engine = enact_wasm::engine::Engine::new(&bytes).expect("an engine");
        let mut encoded = encode(&interface, &self.facts(&program), TODAY);
        let at = engine.free().next_multiple_of(8);
        encoded.relocate(at.into());
        engine.write(at, &encoded.bytes).expect("memory");
        let output = (at + encoded.bytes.len() as u32).next_multiple_of(8);
        let arena = (output + interface.output.size).next_multiple_of(8);
        engine.reserve(u64::from(arena) + interface.arena).expect("memory");
        let function = engine.function(&interface.quick).expect("the decision");
        bencher.bench_local(|| engine.call_function(&function, black_box((at, output, arena))));
    }

    fn compile(&self, bencher: Bencher<'_, '_>) {
        let program = self.program();
        bencher.bench_local(|| Native::new(&program, &[self.decision]).is_ok());
    }
}
