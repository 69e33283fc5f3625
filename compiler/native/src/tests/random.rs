//! Random machine code.

use super::make::{call, decision, done, get};
use super::{ROOM, found};
use crate::Jit;
use enact_machine::code::Ty;
use enact_machine::testing::{BLOCK, ENTRY, SLOTS, Sample, sample};
use proptest::prelude::*;

/// The sample's entry, called by a decision that copies nothing: its block is the output.
fn run(sample: &Sample) -> (i32, Vec<u8>) {
    let mut module = sample.module.clone();
    let entry = module.find(ENTRY).unwrap();
    module.functions.push(decision("d", &[Ty::I32], vec![call(entry.0, vec![get(1)], &[3]), done(get(3))]));
    let mut block: Vec<u64> = sample.block.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect();
    let decide = Jit::new(&module).unwrap().decision("d").unwrap();
    let result = decide.call_tried(&[], &mut block, &mut []);
    (result, block.iter().flat_map(|word| word.to_le_bytes()).skip(SLOTS).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_code_does_what_the_reference_does(choices in prop::collection::vec(any::<u32>(), 0..900)) {
        let sample = sample(&choices);
        let expected = sample.expected().unwrap();
        prop_assert_eq!(run(&sample), expected);
    }
}

#[test]
fn the_block_fits() {
    assert!(BLOCK <= 8 * ROOM && BLOCK.is_multiple_of(8));
    let module = super::make::module(vec![decision("d", &[], vec![done(enact_machine::code::Expr::I32(1))])]);
    assert_eq!(found(&Jit::new(&module).unwrap(), "d", &[]).0, 1);
}
