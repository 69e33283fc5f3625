//! Rows of files: right ones in each format, and wrong ones, each with what is said of it.

use crate::service::{batch, service};
use crate::support::{Run, cell, column, write_parquet};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch,
    StringArray, StructArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type};
use enact_batch::{Decider, Fault, query};
use enact_ir::calendar;
use std::fs;
use std::sync::Arc;

const DECISION: &str = "outpatient_employee";

fn today() -> i64 {
    calendar::parse("2024-06-01").unwrap()
}

fn decider() -> Arc<Decider> {
    Arc::new(Decider::new(&service("insurance_reimbursement"), DECISION, today(), false).unwrap())
}

fn days(all: &[&str]) -> ArrayRef {
    Arc::new(all.iter().map(|day| Some(i32::try_from(calendar::parse(day).unwrap()).unwrap())).collect::<Date32Array>())
}

fn texts(all: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(all.to_vec()))
}

fn fen(all: &[i128]) -> ArrayRef {
    Arc::new(Decimal128Array::from(all.to_vec()).with_precision_and_scale(12, 2).unwrap())
}

/// Three rows: granted, refused, and one with a number out of range.
fn rows() -> Vec<(&'static str, ArrayRef)> {
    vec![
        ("entitled", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("visit.service_date", days(&["2024-03-01", "2024-03-01", "2024-03-02"])),
        (
            "visit.facility",
            Arc::new(vec!["other", "other", "community"].into_iter().collect::<DictionaryArray<Int32Type>>()),
        ),
        ("visit.in_scope", fen(&[100_000, 100_000, -1])),
        ("visit.cause", texts(&["none", "none", "none"])),
        ("person.category", texts(&["retiree", "active", "active"])),
        ("person.birth_date", days(&["1950-01-01", "1980-01-01", "1980-01-01"])),
        ("ytd.in_scope", fen(&[2_500_000, 0, 0])),
        ("ytd.fund_paid", fen(&[0, 0, 0])),
        ("note", texts(&["a", "b", "c"])),
    ]
}

fn with(name: &str, column: ArrayRef) -> RecordBatch {
    batch(rows().into_iter().map(|(held, old)| (held, if held == name { column.clone() } else { old })).collect())
}

#[test]
fn parquet_and_ipc_give_the_same_results() {
    for mut run in [Run::parquet(&batch(rows())), Run::ipc(&batch(rows()))] {
        run.keep = true;
        let report = run.run(&decider()).unwrap();
        assert_eq!((report.rows, report.granted, report.refused, report.rejected), (3, 1, 1, 1));
        assert!(report.without.is_empty(), "{:?}", report.without);
        let results = run.results();
        assert_eq!(column(&results, "row"), [Some("1".into()), Some("2".into())]);
        assert_eq!(column(&results, "refused"), [None, Some("entitled".into())]);
        assert_eq!(cell(&results, "fund_total", 0), Some("800.00".to_owned()));
        assert_eq!(column(&results, "note"), [Some("a".into()), Some("b".into())]);
        assert!(run.rejects().contains("3,out_of_range,visit.in_scope,"), "{}", run.rejects());
    }
}

#[test]
fn csv_is_read_exactly() {
    let mut run = Run::csv(concat!(
        "entitled,visit.service_date,visit.facility,visit.in_scope,visit.cause,person.category,person.birth_date,ytd.in_scope,ytd.fund_paid\n",
        "true,2024-03-01,other,1000.00,none,retiree,1950-01-01,25000.00,0\n",
        ",2024-03-01,other,1000.00,none,retiree,1950-01-01,25000.00,0\n",
        "true,2024-02-30,other,1000.00,none,retiree,1950-01-01,25000.00,0\n",
        "true,2024-03-01,pharmacy,1000.001,none,retiree,1950-01-01,25000.00,0\n",
        "yes,2024-03-01,other,1000.00,none,retiree,1950-01-01,25000.00,0\n",
    ));
    run.output = "out.csv";
    let report = run.run(&decider()).unwrap();
    assert_eq!((report.rows, report.granted, report.pending, report.rejected), (5, 1, 1, 3));
    let text = fs::read_to_string(run.out()).unwrap();
    assert!(text.starts_with("row,verdict,refused,missing,error,message,"), "{text}");
    assert!(text.contains("\n2,pending,,entitled,"), "{text}");
    let rejects = run.rejects();
    let starts = [
        "row,code,path,message",
        "3,bad_date,visit.service_date,",
        "4,unknown_case,visit.facility,",
        "5,wrong_type,entitled,",
    ];
    for (line, start) in rejects.lines().zip(starts) {
        assert!(line.starts_with(start), "{rejects}");
    }
    assert_eq!(rejects.lines().count(), 4);
}

#[test]
fn structs_hold_records() {
    let all = rows();
    let member = |name: &str| all.iter().find(|(held, _)| *held == name).unwrap().1.clone();
    let held = |prefix: &str, names: &[&str]| -> ArrayRef {
        let members = names.iter().map(|name| {
            let column = member(&format!("{prefix}.{name}"));
            (Arc::new(Field::new(*name, column.data_type().clone(), true)), column)
        });
        Arc::new(StructArray::from(members.collect::<Vec<_>>()))
    };
    let nested = batch(vec![
        ("entitled", member("entitled")),
        ("visit", held("visit", &["service_date", "facility", "in_scope", "cause"])),
        ("person", held("person", &["category", "birth_date"])),
        ("ytd", held("ytd", &["in_scope", "fund_paid"])),
    ]);
    let (flat, nested) = (Run::parquet(&batch(rows())), Run::parquet(&nested));
    assert_eq!(flat.run(&decider()).unwrap(), nested.run(&decider()).unwrap());
    assert_eq!(flat.results(), nested.results());
}

#[test]
fn columns_that_cannot_be_read_are_errors_that_name_them() {
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0]));
    let told = |batch: RecordBatch| match Run::parquet(&batch).run(&decider()) {
        Err(Fault::Input(why)) => why,
        other => panic!("{other:?}"),
    };
    let why = told(with("visit.in_scope", floats.clone()));
    assert!(why.contains("the column `visit.in_scope`: holds Float64, which is not exact"), "{why}");
    let why = told(with("visit.service_date", floats));
    assert!(why.contains("the column `visit.service_date`: holds Float64; a day"), "{why}");
    let why = told(with("entitled", Arc::new(Int64Array::from(vec![1, 0, 1]))));
    assert!(why.contains("the column `entitled`: holds Int64; a truth value is needed"), "{why}");
    let others = rows().into_iter().filter(|(name, _)| *name != "entitled").collect();
    let why = told(batch(others));
    assert!(why.contains("there is no column `entitled`") && why.contains("visit.in_scope"), "{why}");
    let others = rows().into_iter().filter(|(name, _)| !name.starts_with("ytd")).collect();
    let why = told(batch(others));
    assert!(why.contains("no column of `ytd`"), "{why}");
}

#[test]
fn what_has_no_column_is_missing() {
    let run = Run::parquet(&batch(rows().into_iter().filter(|(name, _)| *name != "ytd.fund_paid").collect()));
    let report = run.run(&decider()).unwrap();
    assert_eq!(report.without, ["ytd.fund_paid"]);
    assert_eq!((report.refused, report.rejected, report.granted + report.pending), (1, 1, 1));
}

#[test]
fn null_is_missing() {
    let column: ArrayRef = Arc::new(BooleanArray::from(vec![None, Some(false), None]));
    let run = Run::parquet(&with("entitled", column));
    let report = run.run(&decider()).unwrap();
    assert_eq!((report.pending, report.refused, report.rejected), (1, 1, 1));
    assert_eq!(cell(&run.results(), "missing", 0), Some("entitled".to_owned()));
}

#[test]
fn damaged_files_are_errors() {
    let run = Run::parquet(&batch(rows()));
    let whole = fs::read(&run.input).unwrap();
    for keep in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&run.input, &whole[..keep]).unwrap();
        let fault = run.run(&decider()).unwrap_err();
        assert!(fault.to_string().contains("in.parquet"), "{keep}: {fault}");
    }
    let mut bent = whole.clone();
    bent[10..60].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(&run.input, &bent).unwrap();
    assert!(run.run(&decider()).is_err());
    let run = Run::csv("entitled,visit.facility\ntrue\n");
    assert!(run.run(&decider()).is_err());
    let run = Run::new("in.txt");
    fs::write(&run.input, "x").unwrap();
    assert!(run.run(&decider()).unwrap_err().to_string().contains("must end in"));
}

#[test]
fn many_rows_come_in_order_whatever_the_threads() {
    let n = 50_000;
    let category: StringArray = (0..n).map(|i| Some(if i % 3 == 0 { "retiree" } else { "active" })).collect();
    let date = i32::try_from(today()).unwrap();
    let many = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; n])) };
    let amount: ArrayRef =
        Arc::new(Int64Array::from_iter_values((0..n).map(|i| i64::try_from(i % 5000).unwrap() - 10)));
    let rows = batch(vec![
        ("entitled", Arc::new((0..n).map(|i| Some(i % 7 != 0)).collect::<BooleanArray>())),
        ("visit.service_date", Arc::new(Date32Array::from(vec![date; n]))),
        ("visit.facility", many("other")),
        ("visit.in_scope", amount),
        ("visit.cause", many("none")),
        ("person.category", Arc::new(category)),
        ("person.birth_date", Arc::new(Date32Array::from(vec![date - 20_000; n]))),
        ("ytd.in_scope", Arc::new(Int64Array::from(vec![3000; n]))),
        ("ytd.fund_paid", Arc::new(Int64Array::from(vec![0; n]))),
    ]);
    let mut run = Run::parquet(&rows);
    let first = run.run(&decider()).unwrap();
    assert_eq!(first.rows, n as u64);
    assert_eq!(first.rejected, (n / 5000 * 10) as u64);
    let results = run.results();
    run.threads = 1;
    assert_eq!(run.run(&decider()).unwrap(), first);
    assert_eq!(run.results(), results);
    let numbers = column(&results, "row");
    assert!(numbers.windows(2).all(|two| two[0].as_ref().unwrap().len() <= two[1].as_ref().unwrap().len()));
}

#[test]
fn decisions_are_functions_of_sql() {
    let program = service("insurance_reimbursement");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write_parquet(&path, &batch(rows()));
    let sql = "SELECT note, r['verdict'] AS v, r['fund_total'] AS f FROM (SELECT note, outpatient_employee(entitled, \
        \"visit.service_date\", \"visit.facility\", NULL, \"visit.in_scope\", \"visit.cause\", NULL, NULL, \"person.category\", \
        \"person.birth_date\", \"ytd.in_scope\", \"ytd.fund_paid\", NULL, NULL, NULL, NULL) AS r FROM t) ORDER BY note";
    let path = path.to_string_lossy();
    let shown = query(&program, &[decider()], sql, &[("t", &path)], 2, None).unwrap();
    for part in ["| a    | granted  | 800.00 |", "| b    | refused  |", "| c    | rejected |"] {
        assert!(shown.contains(part), "{shown}");
    }
    let wrong = query(&program, &[decider()], "SELECT outpatient_employee(1) FROM t", &[("t", &path)], 2, None);
    assert!(matches!(wrong, Err(Fault::Input(_))), "{wrong:?}");
}

#[test]
fn a_struct_field_has_its_type() {
    let fields = decider().fields().clone();
    let of = |name: &str| fields.iter().find(|field| field.name() == name).unwrap().data_type().clone();
    assert!(matches!(of("fund_total"), DataType::Decimal128(_, 2)));
    assert_eq!(of("verdict"), DataType::Utf8);
}
