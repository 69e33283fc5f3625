//! `enact batch` and `enact sql` as they are typed, in a build that has them.

#![cfg(feature = "batch")]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files, and may fail")]

use enact_cli::{Host, Status, Tongue};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

const ROWS: &str = "entitled,visit.service_date,visit.facility,visit.in_scope,visit.cause,person.category,\
    person.birth_date,ytd.in_scope,ytd.fund_paid,id\n\
    true,2024-03-01,other,1000.00,none,retiree,1950-01-01,25000.00,0,a\n\
    false,2024-03-01,other,1000.00,none,active,1980-01-01,0,0,b\n\
    true,2024-03-01,pharmacy,1000.00,none,active,1980-01-01,0,0,c\n";

fn service() -> OsString {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/insurance_reimbursement").into_os_string()
}

/// Status, standard output and standard error of a command.
fn enact(args: &[OsString]) -> (Status, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut host = Host {
        input: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        color: false,
        tongue: Tongue::En,
        today: 19_900,
    };
    let status = enact_cli::run(std::iter::once("enact".into()).chain(args.iter().cloned()), &mut host);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn batch(folder: &Path, more: &[&str]) -> (Status, String, String) {
    let mut args: Vec<OsString> = vec!["batch".into(), service()];
    args.extend(["--decision", "outpatient_employee", "--input"].map(OsString::from));
    args.extend([folder.join("in.csv").into(), "--output".into(), folder.join("out.csv").into()]);
    args.extend(more.iter().map(OsString::from));
    enact(&args)
}

#[test]
fn rows_are_decided_and_the_counts_are_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), ROWS).unwrap();
    let (status, out, err) = batch(folder.path(), &["--summary", "--keep", "--reasons"]);
    assert_eq!(status, Status::Done, "{err}");
    assert!(out.starts_with("3 rows: granted 1, refused 1, pending 0, error 0, rejected 1\n"), "{out}");
    assert!(out.contains("fund_total: given 1, total 800.00, least 800.00, most 800.00"), "{out}");
    let results = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(results.lines().next().unwrap().ends_with(",reasons,id"), "{results}");
    assert!(results.contains("\n2,refused,entitled,"), "{results}");
    let rejects = fs::read_to_string(folder.path().join("out.csv.rejects.csv")).unwrap();
    assert!(rejects.contains("3,unknown_case,visit.facility,"), "{rejects}");
    let (_, json, _) = batch(folder.path(), &["--json"]);
    let told = r#"{"rows":3,"granted":1,"refused":1,"pending":0,"error":0,"rejected":1}"#;
    assert_eq!(json.trim(), told);
}

#[test]
fn what_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.csv"), "a,b\n1,2\n").unwrap();
    fs::write(folder.path().join("out.csv"), "old").unwrap();
    let (status, out, err) = batch(folder.path(), &[]);
    assert_eq!(status, Status::Rejected);
    assert!(out.is_empty() && err.contains("there is no column `entitled`") && err.contains("a, b"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("out.csv")).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let (status, _, err) = batch(folder.path(), &["--output", "x.txt"]);
    assert_eq!(status, Status::Misused, "{err}");
}

#[test]
fn decisions_can_be_asked_in_sql() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in.csv");
    fs::write(&file, ROWS).unwrap();
    let sql = "SELECT id, outpatient_employee(entitled, \"visit.service_date\", \"visit.facility\", NULL, \"visit.in_scope\", \
        \"visit.cause\", NULL, NULL, \"person.category\", \"person.birth_date\", \"ytd.in_scope\", \"ytd.fund_paid\", NULL, \
        NULL, NULL, NULL)['verdict'] AS v FROM t ORDER BY id";
    let mut table: OsString = "t=".into();
    table.push(&file);
    let (status, out, err) = enact(&["sql".into(), service(), sql.into(), "--table".into(), table]);
    assert_eq!(status, Status::Done, "{err}");
    assert!(out.contains("| a  | granted  |") && out.contains("| c  | rejected |"), "{out}");
}
