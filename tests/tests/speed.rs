//! Speed that users feel, with wide limits: a quadratic pass is found, a slow machine is not. The exact figures are in `benches/`.

use enact_tests::analyse;
use enact_tests::large::project;
use std::time::{Duration, Instant};

#[test]
fn a_large_project_is_valid_and_an_edit_is_quick() {
    let files = project(40, 100);
    let start = Instant::now();
    let mut analysed = analyse(&files, &[]);
    let full = start.elapsed();
    assert_eq!(analysed.errors().count(), 0, "{}", analysed.pictures());
    let (path, text) = &files[20];
    let start = Instant::now();
    analysed.db.set_text(path, text.replace("1_000_000 yuan", "2_000_000 yuan"));
    let found = analysed.db.diagnostics();
    let edit = start.elapsed();
    assert!(found.iter().all(|it| it.severity() == enact_base::Severity::Warning));
    assert!(edit < full, "an edit ({edit:?}) takes as long as everything ({full:?})");
    assert!(full < Duration::from_secs(60), "4,000 lines take {full:?}");
}

#[test]
fn time_grows_with_the_text_and_not_with_its_square() {
    let time = |files: usize| {
        let files = project(files, 100);
        let start = Instant::now();
        analyse(&files, &[]);
        start.elapsed()
    };
    time(5);
    let (small, large) = (time(15), time(60));
    assert!(large < small * 12 + Duration::from_millis(500), "4 times the text takes {large:?} after {small:?}");
}
