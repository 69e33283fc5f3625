//! Rows decided by a library: from C with rows made by hand, right and wrong ones, and from Python with those of pyarrow.

use enact_tests::command::enact;
use std::fs;
use std::path::Path;
use std::process::Command;

fn built(target: &str, folder: &Path) {
    let policy = enact_tests::repository().join("tests/rows/claim.enact");
    let run = enact(&["build", policy.to_str().unwrap(), "--target", target, "-o", folder.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
}

fn succeeded(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn there(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_static_library_decides_rows_of_c_and_refuses_wrong_ones() {
    if !there("cc", &["--version"]) {
        eprintln!("there is no C compiler: nothing was run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    built("static", folder.path());
    fs::copy(enact_tests::repository().join("tests/rows/hostile.c"), folder.path().join("main.c")).unwrap();
    let flags = [
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-address-of-packed-member",
        "-fsanitize=undefined",
        "-fno-sanitize=alignment",
    ];
    let build = ["main.c", "test.rows.a", "-o", "main"];
    succeeded(Command::new("cc").args(flags).args(build).current_dir(folder.path()));
    insta::assert_snapshot!(succeeded(&mut Command::new(folder.path().join("main"))));
}

#[test]
fn a_shared_library_decides_rows_of_python() {
    let python = std::env::var("ENACT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !there("cc", &["--version"]) || !there(&python, &["-c", "import pyarrow, cffi"]) {
        eprintln!("there is no C compiler, or no Python with pyarrow and cffi: nothing was run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    built("shared", folder.path());
    let script = enact_tests::repository().join("tests/rows/rows.py");
    let mut run = Command::new(python);
    run.arg(script).arg(folder.path().join("test.rows.so")).arg(folder.path().join("test.rows.library.json"));
    insta::assert_snapshot!(succeeded(&mut run));
}
