//! Columns that are too short, or whose texts and lists lead nowhere, are refused before anything is read.

use crate::{Column, Rows};
use enact_ir::testing::{DECISION, sample};
use enact_machine::rows::{Format, MOST};
use enact_machine::testing::{Buffers, Table};
use proptest::prelude::*;

fn columns(all: &[Buffers]) -> Vec<Column<'_>> {
    fn column(it: &Buffers) -> Column<'_> {
        let validity = (!it.validity.is_empty()).then_some(it.validity.as_slice());
        Column { validity, values: &it.values, bytes: &it.bytes, first: it.first as usize }
    }
    all.iter().map(column).collect()
}

/// Without spare room at the end, so that a byte beyond it belongs to no one.
fn exact(buffers: &mut Buffers) {
    for bytes in [&mut buffers.validity, &mut buffers.values, &mut buffers.bytes] {
        bytes.shrink_to_fit();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wrong_columns_are_refused(choices in prop::collection::vec(any::<u32>(), 200..400), choice in any::<u32>()) {
        let first = sample(&choices);
        let decision = first.program.decision(DECISION).unwrap();
        let cases: Vec<_> = (1..9).map(|n| first.with_other_facts(&choices[n * 9..]).hidden).collect();
        let mut table = Table::of(&first.program, decision, &cases, choice);
        table.columns.iter_mut().for_each(exact);
        let count = table.cases.len();
        let Some(rows) = Rows::new(&first.program, DECISION, &table.formats).unwrap() else { return Ok(()) };
        let right = rows.decide(&columns(&table.columns), count, first.today).unwrap();
        prop_assert_eq!(right.verdicts.len(), count);
        prop_assert!(rows.decide(&columns(&table.columns), 0, first.today).unwrap().verdicts.is_empty());
        prop_assume!(count > 0);
        let refused = |all: &[Buffers]| rows.decide(&columns(all), count, first.today).is_err();
        for n in 0..table.columns.len() {
            let mut fewer = table.columns.clone();
            fewer.remove(n);
            prop_assert!(refused(&fewer), "column {} is left out", n);
            let mut short = table.columns.clone();
            if let Some(kept) = short[n].validity.len().checked_sub(1) {
                short[n].validity.truncate(kept);
                exact(&mut short[n]);
                // An element that no list holds may go.
                let _ = rows.decide(&columns(&short), count, first.today);
            }
        }
        let mut far = table.columns.clone();
        if let Some(column) = far.first_mut() {
            column.first = MOST as u64;
            prop_assert!(refused(&far), "the first column begins far away");
        }
        let leaf = table.formats.iter().find(|format| !matches!(format, Format::Record(_) | Format::Nowhere));
        if leaf.is_some() && !matches!(table.formats[0], Format::Record(_)) {
            let mut short = table.columns.clone();
            let kept = short[0].values.len().saturating_sub(1 + short[0].values.len() / 2);
            short[0].values.truncate(kept);
            exact(&mut short[0]);
            prop_assert!(refused(&short), "the values of the first column are half as long");
        }
        let mut more = table.columns.clone();
        more.push(Buffers::default());
        prop_assert!(refused(&more));
    }
}
