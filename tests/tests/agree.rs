//! The engines agree, and would be found out if they did not.

use enact_tests::agree::{engines, first_disagreement, mistaken, run};
use enact_tests::mutate::MISTAKES;
use std::time::Duration;

#[test]
fn engines_agree_on_random_programs() {
    let report = run(&engines, 20_260, 400, Duration::from_secs(40));
    if let Some(found) = report.disagreement {
        panic!("`{}` disagrees with the interpreter:\n{}", found.engine, found.told);
    }
    assert!(report.programs >= 50, "only {} programs in the time", report.programs);
}

#[test]
fn every_planted_mistake_is_noticed() {
    assert!(MISTAKES.len() >= 10);
    for mistake in MISTAKES {
        let noticed = first_disagreement(&|program| mistaken(program, mistake), 7, 12_000);
        assert!(noticed.is_some(), "not noticed: {}", mistake.name);
    }
}

#[test]
fn objects_do_what_the_reference_does() {
    let there = std::process::Command::new("cc").arg("--version").output().is_ok_and(|it| it.status.success());
    if !there {
        eprintln!("there is no C compiler: nothing was run");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(enact_tests::objects::compare(folder.path(), 11, 100) >= 1_600);
}
