//! The command as its users meet it: exit status, streams, files.

use enact_tests::command::{Run, enact, enact_with};
use enact_tests::repository;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A new project made by `enact new`.
fn project() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("津贴").display().to_string();
    assert_eq!(enact(&["new", &path]).code, 0);
    (folder, path)
}

/// A folder with one rule file.
fn single(text: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.enact");
    fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

#[track_caller]
fn ends(run: &Run, code: u8, words: &[&str]) {
    assert_eq!(run.code, code, "{run:?}");
    for word in words {
        assert!(run.out.contains(word) || run.err.contains(word), "`{word}` in {run:?}");
    }
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

const GOOD: &str = "policy p
source s = law \"S\"
decision d input n : int 0 .. 9 { require small \"小\" en \"Small\" cite s.art(1) : n < 5 output twice : int cite s.art(2) = n + n }
test \"small\" { d with n: 2 expect granted, twice = 4 }
";

#[test]
fn a_new_project_passes_check_fmt_and_test_and_decides() {
    let (_folder, path) = project();
    let check = enact(&["check", &path]);
    ends(&check, 0, &["0 errors, 0 warnings", "monthly_allowance: at most"]);
    ends(&enact(&["fmt", &path, "--check"]), 0, &[]);
    ends(&enact(&["test", &path, "--coverage"]), 0, &["passed, 0 failed, 0 skipped", "never"]);
    let input = format!("{path}/inputs/applicant.json");
    let run = ["run", &path, "--decision", "monthly_allowance", "--input", &input];
    ends(&enact(&run), 0, &["granted", "300.00"]);
    let explained = enact(&[&run[..], &["--explain", "--lang", "zh"]].concat());
    ends(&explained, 0, &["准予", "应发金额", "第4条", "高龄津贴发放办法"]);
    ends(&enact(&["new", &path]), 2, &["not an empty folder"]);
}

#[test]
fn run_prints_one_json_object_and_reads_standard_input() {
    let (_folder, path) = single(GOOD);
    let run = |input: &str| enact_with(&["run", &path, "--decision", "d", "--input", "-", "--json"], input);
    let granted = json(&run("{\"n\": 3}"));
    assert_eq!(granted["verdict"], "granted");
    assert_eq!(granted["outputs"]["twice"], 6);
    for member in ["verdict", "outputs", "refused", "missing", "reasons"] {
        assert!(granted.get(member).is_some(), "{member} in {granted}");
    }
    let refused = json(&run("{\"n\": 7}"));
    assert_eq!((&refused["verdict"], &refused["refused"]), (&"refused".into(), &serde_json::json!(["small"])));
    let pending = json(&run("{}"));
    assert_eq!((&pending["verdict"], &pending["missing"]), (&"pending".into(), &serde_json::json!(["n"])));
    ends(&run("{\"n\": 3}"), 0, &[]);
    ends(&run("{\"n\": 7}"), 0, &[]);
    ends(&run("{}"), 0, &[]);
}

#[test]
fn rejected_inputs_end_with_three() {
    let (_folder, path) = single(GOOD);
    let run = |input: &str| enact_with(&["run", &path, "--decision", "d", "--input", "-", "--json"], input);
    for (input, code) in [
        ("{\"n\": \"3\"}", "wrong_type"),
        ("{\"n\": 10}", "out_of_range"),
        ("{\"n\": null}", "not_optional"),
        ("{\"m\": 1}", "unknown_field"),
    ] {
        let rejected = run(input);
        ends(&rejected, 3, &[]);
        let found = json(&rejected);
        assert_eq!((&found["verdict"], &found["error"]["code"]), (&"error".into(), &code.into()), "{input}: {found}");
    }
    for input in ["{", "{\"n\":1,\"n\":1}", "", "[]x"] {
        ends(&run(input), 3, &["standard input"]);
    }
    ends(&enact(&["run", &path, "--decision", "d", "--input", "/nowhere/x.json"]), 2, &["does not exist"]);
}

#[test]
fn wrong_use_ends_with_two() {
    let (folder, path) = single(GOOD);
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let empty = empty.display().to_string();
    for (args, words) in [
        (vec!["frobnicate"], "frobnicate"),
        (vec![], "Usage"),
        (vec!["check", "/nowhere"], "does not exist"),
        (vec!["check", &empty], "holds no rule file"),
        (vec!["run", &path, "--decision", "e", "--input", "-"], "there is no decision `e`"),
        (vec!["run", &path, "--decision", "d", "--input", "-", "--as-of", "2024-02-30"], "YYYY-MM-DD"),
        (vec!["run", &path, "--decision", "d", "--input", "-", "--engine", "steam"], "native"),
        (vec!["explain", "E9999"], "no diagnostic"),
        (vec!["build", &path, "--target", "cobol"], "cobol"),
    ] {
        ends(&enact(&args), 2, &[words]);
    }
    ends(&enact(&["--help"]), 0, &["check", "fmt", "Exit status"]);
    ends(&enact(&["--version"]), 0, &["enact 0."]);
}

#[test]
fn policies_with_errors_end_with_one_everywhere() {
    let (_folder, path) = single("policy p\ndecision d { require r : x }\n");
    for args in [
        vec!["check", &path],
        vec!["test", &path],
        vec!["run", &path, "--decision", "d", "--input", "-"],
        vec!["needs", &path, "--decision", "d", "--have", "-"],
        vec!["build", &path, "--target", "ir"],
    ] {
        ends(&enact_with(&args, "{}"), 1, &["E0201", "rules.enact"]);
    }
    let check = enact(&["check", &path, "--json"]);
    ends(&check, 1, &[]);
    let found = json(&check);
    assert_eq!(found["projects"][0]["diagnostics"][0]["code"], "E0201");
    assert!(check.err.is_empty());
}

#[test]
fn a_failed_test_shows_both_sides() {
    let (_folder, path) = single(GOOD.replace("twice = 4", "twice = 5"));
    let run = enact(&["test", &path]);
    ends(&run, 1, &["5", "4", "twice", "small"]);
    assert!(run.out.trim_end().ends_with("0 passed, 1 failed, 0 skipped"), "{run:?}");
    let found = json(&enact(&["test", &path, "--json"]));
    assert_eq!((&found["failed"], &found["passed"]), (&1.into(), &0.into()));
}

#[test]
fn properties_are_tried_and_a_counter_example_is_as_small_as_can_be() {
    let subsidy = |property: &str| {
        single(format!(
            "policy p\nrecord Bill {{ amount : money in fen, 0 yuan .. 1_000_000 yuan }}\ndecision d input bill : Bill, share : rate, 0% .. 100% {{
  require some : bill.amount > 0 yuan\n  output paid : money = round down to fen (bill.amount * share)\n}}\nproperty \"p\" for d: {property}\n"
        ))
    };
    let (_folder, path) = subsidy("paid <= bill.amount");
    let run = enact(&["test", &path]);
    ends(&run, 0, &["holds: ", "rules: p: for ", " granted inputs of "]);
    assert!(run.out.ends_with("1 passed, 0 failed, 0 skipped\n"), "{run:?}");
    assert_eq!(run.out, enact(&["test", &path]).out, "the same every time");

    let (_folder, path) = subsidy("paid <= 500 yuan");
    let run = enact(&["test", &path]);
    let shown =
        "failed: rules: p\n  input: {\"bill\":{\"amount\":50001},\"share\":\"1\"}\n  outputs: {\"paid\":\"500.01\"}\n";
    assert_eq!((run.code, run.out), (1, format!("{shown}0 passed, 1 failed, 0 skipped\n")));
    let found = json(&enact(&["test", &path, "--json"]));
    let test = &found["tests"][0];
    assert_eq!((&test["result"], &test["property"], &found["failed"]), (&"failed".into(), &true.into(), &1.into()));
    let counter = &test["counter_example"];
    assert_eq!(counter["as_of"], Value::Null);
    let args = ["run", &path, "--decision", "d", "--input", "-", "--json"];
    assert_eq!(json(&enact_with(&args, &counter["input"].to_string()))["outputs"], counter["outputs"]);
}

#[test]
fn a_counter_example_names_the_day_where_it_matters() {
    let (_folder, path) = single(
        "policy p\ndecision d input born : date as of today { output age : int = years_between(born, today) }\nproperty \"grown up\" for d: age <= 100\n",
    );
    let run = enact(&["test", &path]);
    ends(&run, 1, &["failed: ", "  as of: ", "  outputs: {\"age\":101}"]);
}

#[test]
fn a_figure_that_few_inputs_reach_is_reached() {
    let (_folder, path) = single(
        "policy p
parameter amount_of (level : int 1 .. 5) : optional money, 0 yuan .. 5_000 yuan {
  before 2017-01-01 = absent
  from 2017-01-01 { 5 => 1_000 yuan, 1 .. 4 => absent }
  from 2019-01-01 { 5 => 1_000 yuan, 2 .. 4 => 2_000 yuan, 1 => 3_000 yuan }
  from 2022-01-01 { 5 => 1_000 yuan, 1 .. 4 => absent }
}
decision d input applied : date, issued : date, level : int 1 .. 5, months_paid : int 0 .. 600 as of applied {
  require in_time : issued <= applied and applied <= issued + 12 months
  require paid : months_paid >= 36 and months_paid <= 40
  require known : amount_of(level) is present
  output amount : money = amount_of(level) otherwise 0 yuan
}
property \"p\" for d: amount <= 2_000 yuan
",
    );
    let run = enact(&["test", &path]);
    let shown = "failed: rules: p\n  input: {\"applied\":\"2021-12-31\",\"issued\":\"2021-12-31\",\"level\":1,\"months_paid\":36}\n";
    assert!(run.code == 1 && run.out.starts_with(shown), "{run:?}");
}

#[test]
fn a_property_without_a_granted_case_is_no_failure() {
    let (_folder, path) = single(
        "policy p\ndecision d input code : text max 40 { require known : starts_with(code, \"ab\") and length(code) = 17 output n : int = 1 }
property \"p\" for d: n = 2\n",
    );
    let run = enact(&["test", &path]);
    ends(&run, 0, &["warning: untried: ", "none of ", "0 passed, 0 failed, 0 skipped"]);
    let found = json(&enact(&["test", &path, "--json"]));
    assert_eq!((&found["tests"][0]["result"], &found["untried"]), (&"untried".into(), &1.into()));
}

#[test]
fn case_files_are_run_for_the_service_of_their_name() {
    let (folder, _path) = single(GOOD);
    let root = folder.path().join("svc");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("rules.enact"), GOOD).unwrap();
    fs::remove_file(folder.path().join("rules.enact")).unwrap();
    let file = folder.path().join("cases.json");
    let case = |service: &str, id: &str, input: &str, expected: &str| {
        format!(
            r#"{{"id":"{id}","service":"{service}","decision":"d","name":"{id}","input":{input},"expected":{expected}}}"#
        )
    };
    let all = [
        case("svc", "a", r#"{"n":1}"#, r#"{"verdict":"granted","refused":[],"missing":[],"outputs":{"twice":2}}"#),
        case("svc", "b", r#"{"n":1}"#, r#"{"verdict":"granted","outputs":{"twice":3}}"#),
        case("svc", "c", r#"{"n":1}"#, r#"{"verdict":"granted","outputs":{}}"#),
        case("svc", "d", r#"{}"#, r#"{"verdict":"pending","missing":["n"]}"#),
        case("other", "e", r#"{}"#, r#"{"verdict":"granted"}"#),
    ];
    fs::write(&file, format!("{{\"cases\":[{}]}}", all.join(","))).unwrap();
    let run = enact(&["test", &folder.path().display().to_string(), "--cases", &file.display().to_string()]);
    ends(&run, 1, &["b", "c"]);
    assert!(run.out.trim_end().ends_with("3 passed, 2 failed, 1 skipped"), "{run:?}");
    for bad in ["{", "[]", "{\"cases\":[{}]}", "{\"cases\":7}"] {
        fs::write(&file, bad).unwrap();
        let run = enact(&["test", &folder.path().display().to_string(), "--cases", &file.display().to_string()]);
        ends(&run, 3, &["cases.json"]);
    }
}

#[test]
fn fmt_changes_what_it_can_read_and_nothing_else() {
    let untidy = "policy p\n//  a comment\ndecision   d input n:int 0..9{require small:n<5}\n";
    let (_folder, path) = single(untidy);
    ends(&enact(&["fmt", &path, "--check"]), 1, &["rules.enact"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), untidy);
    ends(&enact(&["fmt", &path]), 0, &["1 of 1 file changed"]);
    ends(&enact(&["fmt", &path, "--check"]), 0, &[]);
    ends(&enact(&["fmt", &path, "--keywords", "zh"]), 0, &[]);
    let zh = fs::read_to_string(&path).unwrap();
    assert!(zh.contains("决定") && zh.contains("//  a comment"), "{zh}");
    let broken = "policy p\ndecision d { require r : ( }\n   decision   e\n";
    fs::write(&path, broken).unwrap();
    ends(&enact(&["fmt", &path]), 1, &["left as it is"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), broken);
}

#[test]
fn fmt_keeps_the_prose_of_literate_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("law.enact.md");
    let prose = "# Art. 1\n\n  Text   of the law.\n\n```enact\npolicy p\ndecision   d input n:int 0..9{require small:n<5}\n```\n\n```\nnot   ours\n```\n";
    fs::write(&path, prose).unwrap();
    let path = path.display().to_string();
    ends(&enact(&["fmt", &path]), 0, &[]);
    let after = fs::read_to_string(&path).unwrap();
    assert!(
        after.starts_with("# Art. 1\n\n  Text   of the law.\n\n```enact\npolicy p\n\ndecision d input n"),
        "{after}"
    );
    assert!(after.ends_with("```\n\n```\nnot   ours\n```\n"), "{after}");
    ends(&enact(&["check", &path]), 0, &[]);
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_and_leaves_read_only_files() {
    use std::os::unix::fs::PermissionsExt;
    let untidy = "policy   p\ndecision d input n:int 0..9{require small:n<5}\n";
    let (folder, path) = single(untidy);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    ends(&enact(&["fmt", &path]), 0, &[]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&path, untidy).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
    ends(&enact(&["fmt", &path]), 1, &["not allowed"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), untidy);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn files_that_cannot_be_read_are_named_in_one_line() {
    let (folder, path) = single([b'p', 0xff, 0xfe]);
    ends(&enact(&["check", &path]), 1, &["rules.enact: is not UTF-8 text"]);
    ends(&enact(&["fmt", &path]), 1, &["rules.enact: is not UTF-8 text"]);
    fs::write(&path, vec![b' '; 9 * 1024 * 1024]).unwrap();
    ends(&enact(&["check", &path]), 1, &["rules.enact: is larger than 8 MB"]);
    fs::write(&path, GOOD).unwrap();
    fs::create_dir(folder.path().join("folder.enact")).unwrap();
    let root = folder.path().display().to_string();
    ends(&enact(&["check", &root]), 0, &[]);
    ends(&enact(&["run", &root, "--decision", "d", "--input", &root]), 3, &["a file is needed"]);
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    ends(&enact(&["check", &folder.path().join("notes.txt").display().to_string()]), 2, &["is not a rule file"]);
}

#[test]
fn a_byte_order_mark_is_no_mistake_and_stays() {
    let (_folder, path) = single(format!("\u{feff}{}", GOOD.replace("n + n", "n  +  n")));
    ends(&enact(&["check", &path]), 0, &[]);
    ends(&enact(&["fmt", &path]), 0, &["1 of 1"]);
    assert!(fs::read_to_string(&path).unwrap().starts_with("\u{feff}policy p"));
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let (folder, path) = single(GOOD);
    let inside = folder.path().join("in");
    fs::create_dir(&inside).unwrap();
    fs::rename(&path, inside.join("rules.enact")).unwrap();
    fs::write(folder.path().join("outside.json"), "{}").unwrap();
    std::os::unix::fs::symlink(folder.path().join("outside.json"), inside.join("s.json")).unwrap();
    ends(&enact(&["check", &inside.display().to_string()]), 1, &["s.json: is a link that leads out of the project"]);
    fs::remove_file(inside.join("s.json")).unwrap();
    std::os::unix::fs::symlink(folder.path(), inside.join("loop")).unwrap();
    ends(&enact(&["check", &inside.display().to_string()]), 0, &[]);
}

#[test]
fn needs_says_what_can_still_change_the_answer_and_who_issues_it() {
    let (_folder, path) = project();
    let needs = |have: &str| enact_with(&["needs", &path, "--decision", "monthly_allowance", "--have", "-"], have);
    ends(&needs("{}"), 0, &["applicant.born", "公安局"]);
    let decided = needs(r#"{"applicant": {"household": "other"}}"#);
    ends(&decided, 0, &["refused"]);
    assert!(!decided.out.contains("applicant.pension"), "{decided:?}");
    let args = ["needs", &path, "--decision", "monthly_allowance", "--have", "-", "--json"];
    let found = json(&enact_with(
        &args,
        r#"{"applied": "2024-06-01", "applicant": {"household": "local", "born": "1940-01-01"}}"#,
    ));
    assert_eq!(found["verdict"], "pending");
    assert_eq!(found["needs"][0]["path"], "applicant.pension", "{found}");
    ends(&needs("{"), 3, &["standard input"]);
}

#[test]
fn schemas_are_imported_compared_and_checked() {
    let (folder, path) = project();
    let schema = format!("{path}/schemas/applicant.schema.json");
    ends(&enact(&["schema", "check", &path]), 0, &["Applicant"]);
    ends(&enact(&["schema", "import", &schema]), 0, &["record", "born", "date", "0", "household"]);
    let text = fs::read_to_string(&schema).unwrap();
    let newer = folder.path().join("new.schema.json");
    fs::write(&newer, text.replace("\"required\": [\"born\", ", "\"required\": [")).unwrap();
    let newer = newer.display().to_string();
    let diff = enact(&["schema", "diff", &schema, &newer]);
    ends(&diff, 1, &["born"]);
    ends(&enact(&["schema", "diff", &schema, &schema]), 0, &[]);
    fs::write(&schema, text.replace("10000000", "99000000")).unwrap();
    ends(&enact(&["schema", "check", &path]), 1, &["E0505"]);
    fs::write(&schema, "{").unwrap();
    ends(&enact(&["schema", "check", &path]), 1, &["E0501"]);
    ends(&enact(&["schema", "import", &schema]), 1, &["applicant.schema.json"]);
}

#[test]
fn build_writes_the_text_of_the_decision_ir() {
    let (folder, path) = single(GOOD);
    let out = folder.path().join("out");
    ends(&enact(&["build", &path, "--target", "ir", "-o", &out.display().to_string()]), 0, &["p.ir"]);
    let text = fs::read_to_string(out.join("p.ir")).unwrap();
    let program = enact_ir::text::parse(&text).unwrap();
    assert_eq!(enact_ir::text::print(&program), text);
    assert_eq!(enact(&["build", &path, "--target", "ir"]).out, text);
}

#[test]
fn every_code_can_be_explained() {
    for code in enact_base::Code::ALL {
        let run = enact(&["explain", &code.as_str().to_lowercase()]);
        ends(&run, 0, &[code.as_str()]);
        // An example of a file that is too large would be one.
        let has_example = run.out.contains("```enact") || *code == enact_base::Code::FileTooLarge;
        assert!(has_example, "{code} has no page with an example");
    }
    ends(&enact(&["explain"]), 0, &["E0401", "W0901"]);
}

#[test]
fn a_folder_of_projects_is_checked_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("r.enact"), GOOD).unwrap();
    }
    let root = folder.path().display().to_string();
    ends(&enact(&["test", &root]), 0, &["2 passed, 0 failed, 0 skipped"]);
    ends(&enact(&["run", &root, "--decision", "d", "--input", "-"]), 2, &["several projects"]);
    fs::write(Path::new(&root).join("b/r.enact"), "policy p\ndecision d { require r : x }").unwrap();
    ends(&enact(&["check", &root]), 1, &["1 error", "b/r.enact"]);
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let examples = repository().join("examples").display().to_string();
    let first = enact(&["check", &examples, "--json"]);
    let second = enact(&["check", &examples, "--json"]);
    assert_eq!(first.out, second.out);
}
