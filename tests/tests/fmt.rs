//! The formatter on the services.

use enact_syntax::Tongue;
use enact_tests::{analyse, files, laws};

#[test]
fn the_formatter_keeps_its_laws_on_the_services() {
    let schemas = files("examples", ".json");
    for (path, text) in files("examples", ".enact") {
        laws::formatter(&path, &text, &schemas).unwrap_or_else(|why| panic!("{path}: {why}"));
    }
}

#[test]
fn the_services_mean_the_same_in_any_form() {
    for service in enact_tests::services() {
        let folder = format!("examples/{service}");
        let (sources, schemas) = (files(&folder, ".enact"), files(&folder, ".json"));
        let prose = files(&folder, ".enact.md");
        let meaning = |keywords| {
            let form = |(path, text): &(String, String)| {
                let options = enact_syntax::FormatOptions { keywords };
                (path.clone(), enact_syntax::format(text, options).unwrap())
            };
            let all: Vec<_> = sources.iter().map(form).chain(prose.clone()).collect();
            enact_ir::text::print(analyse(&all, &schemas).program.as_ref().unwrap())
        };
        let plain = meaning(None);
        assert_eq!(meaning(Some(Tongue::Chinese)), plain, "{service} with Chinese keywords");
        assert_eq!(meaning(Some(Tongue::English)), plain, "{service} with English keywords");
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
