//! The formatter on the services.

use enact_tests::{files, laws};

#[test]
fn the_formatter_keeps_its_laws_on_the_services() {
    let schemas = files("examples", ".json");
    for (path, text) in files("examples", ".enact") {
        laws::formatter(&path, &text, &schemas).unwrap_or_else(|why| panic!("{path}: {why}"));
    }
}

#[test]
fn the_services_the_standard_library_and_the_template_are_in_the_form() {
    for folder in ["examples", "stdlib", "compiler/cli/template"] {
        for (path, text) in files(folder, ".enact") {
            let text = text.replace("{policy}", "example.policy");
            let formatted = enact_syntax::format(&text, enact_syntax::FormatOptions::default());
            let formatted = formatted.unwrap_or_else(|found| panic!("{folder}/{path}: {found:?}"));
            assert_eq!(formatted, text, "{folder}/{path} is not in the form; run `enact fmt {folder}`");
        }
    }
}
