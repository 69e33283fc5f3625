//! Rows a second of `outpatient_employee`, and the most memory: `ENACT_ROWS=10000000 cargo bench -p enact-batch`.
//!
//! The file of rows is made first and is not counted; `ENACT_BENCH_DIR` says where it is kept from one run to the next.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

#[path = "../tests/service.rs"]
mod service;

use crate::service::{batch, service};
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, RecordBatch};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::parquet::arrow::ArrowWriter;
use enact_batch::{Decider, Format, Request, Results, run};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

const PART: usize = 100_000;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn part(start: usize, rows: usize) -> RecordBatch {
    let of = |salt: usize, below: usize| {
        (start..start + rows).map(move |n| (n.wrapping_mul(2_654_435_761).wrapping_add(salt * 97) >> 7) % below)
    };
    let days = |salt, from: i32, below| -> ArrayRef {
        Arc::new(of(salt, below).map(|n| Some(from + i32::try_from(n).unwrap())).collect::<Date32Array>())
    };
    let texts = |salt, all: &'static [&'static str]| -> ArrayRef {
        Arc::new(of(salt, all.len()).map(|n| all.get(n).copied()).collect::<DictionaryArray<Int32Type>>())
    };
    let fen = |salt, below| -> ArrayRef {
        let column: Decimal128Array = of(salt, below).map(|n| Some(n as i128)).collect();
        Arc::new(column.with_precision_and_scale(12, 2).unwrap())
    };
    batch(vec![
        ("entitled", Arc::new(of(1, 20).map(|n| Some(n > 0)).collect::<BooleanArray>())),
        ("visit.service_date", days(2, 19_000, 900)),
        ("visit.facility", texts(3, &["community", "other"])),
        ("visit.in_scope", fen(4, 500_000)),
        ("visit.cause", texts(5, &["none", "none", "none", "none", "work_injury"])),
        ("person.category", texts(6, &["active", "retiree"])),
        ("person.birth_date", days(7, -14_000, 25_000)),
        ("ytd.in_scope", fen(8, 5_000_000)),
        ("ytd.fund_paid", fen(9, 2_000_000)),
    ])
}

fn make(path: &Path, rows: usize) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), part(0, 1).schema(), None).unwrap();
    for start in (0..rows).step_by(PART) {
        writer.write(&part(start, PART.min(rows - start))).unwrap();
    }
    writer.close().unwrap();
}

/// The most memory of this process so far, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

fn main() {
    let rows = variable("ENACT_ROWS").and_then(|it| it.parse().ok()).unwrap_or(200_000);
    let fresh = tempfile::tempdir().unwrap();
    let folder = variable("ENACT_BENCH_DIR").map_or_else(|| fresh.path().to_owned(), PathBuf::from);
    let input = folder.join(format!("rows-{rows}.parquet"));
    if !input.exists() {
        make(&input, rows);
    }
    let made = peak();
    let decider = Decider::new(&service("insurance_reimbursement"), "outpatient_employee", 19_900, false);
    let decider = Arc::new(decider.unwrap());
    for threads in [1, 2] {
        let start = Instant::now();
        let results = Results {
            output: Box::new(File::create(folder.join("out.parquet")).unwrap()),
            format: Format::Parquet,
            rejects: Box::new(std::io::sink()),
        };
        let request = Request { input: &input.to_string_lossy(), decider: &decider, keep: false, threads };
        let report = run(&request, results, &mut |_, _| {}).unwrap();
        let passed = start.elapsed();
        let rate = report.rows as u128 * 1000 / passed.as_millis().max(1);
        println!("{threads} threads: {} rows in {passed:.2?}: {rate} a second", report.rows);
        println!(
            "  granted {} refused {} pending {} error {}",
            report.granted, report.refused, report.pending, report.error
        );
    }
    println!("most memory: {} MB (before the runs: {made} MB)", peak());
}
