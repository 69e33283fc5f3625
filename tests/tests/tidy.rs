//! The rules of the house, as tests.

use enact_base::Code;
use enact_syntax::ast::{Expr, ExprKind, ItemKind, RuleBody, StatementKind};
use enact_tests::announce::announced;
use enact_tests::blocks::blocks;
use enact_tests::{files, read, repository, services};
use std::collections::{BTreeMap, BTreeSet};

/// Which crate may use which of ours. One way down.
const EDGES: &[(&str, &[&str])] = &[
    ("compiler/base", &[]),
    ("compiler/syntax", &["enact-base"]),
    ("compiler/schema", &["enact-base"]),
    ("compiler/ir", &["enact-base"]),
    ("compiler/analysis", &["enact-base", "enact-syntax", "enact-schema", "enact-ir", "enact-stdlib"]),
    ("compiler/machine", &["enact-ir"]),
    ("compiler/native", &["enact-ir", "enact-machine"]),
    ("compiler/wasm", &["enact-ir", "enact-machine"]),
    ("compiler/batch", &["enact-base", "enact-ir", "enact-machine", "enact-native"]),
    (
        "compiler/cli",
        &[
            "enact-analysis",
            "enact-base",
            "enact-batch",
            "enact-ir",
            "enact-machine",
            "enact-native",
            "enact-schema",
            "enact-stdlib",
            "enact-syntax",
            "enact-wasm",
        ],
    ),
    ("stdlib", &[]),
    (
        "tests",
        &[
            "enact",
            "enact-analysis",
            "enact-base",
            "enact-ir",
            "enact-machine",
            "enact-native",
            "enact-schema",
            "enact-stdlib",
            "enact-syntax",
            "enact-wasm",
        ],
    ),
    ("tests/chains", &["enact-base", "enact-ir", "enact-machine", "enact-tests", "enact-wasm"]),
];

/// A crate from outside that only one room may use.
const ONLY_IN: &[(&str, &str)] = &[
    ("salsa", "compiler/analysis"),
    ("lalrpop-util", "compiler/syntax"),
    ("logos", "compiler/syntax"),
    ("clap", "compiler/cli"),
    ("ed25519-dalek", "compiler/cli"),
    ("getrandom", "compiler/cli"),
    ("ariadne", "compiler/base"),
    ("ar_archive_writer", "compiler/native"),
    ("cranelift-codegen", "compiler/native"),
    ("cranelift-frontend", "compiler/native"),
    ("cranelift-jit", "compiler/native"),
    ("cranelift-module", "compiler/native"),
    ("cranelift-native", "compiler/native"),
    ("cranelift-object", "compiler/native"),
    ("wasm-encoder", "compiler/wasm"),
    ("wasmparser", "compiler/wasm"),
    ("wasmtime", "compiler/wasm"),
    ("datafusion", "compiler/batch"),
    ("arrow", "compiler/batch"),
    ("parquet", "compiler/batch"),
    ("tokio", "compiler/batch"),
    ("futures", "compiler/batch"),
    ("cosmwasm-vm", "tests/chains"),
    ("cosmwasm-std", "tests/chains"),
];

/// Where such a crate may stand besides, for a reason.
const BESIDES: &[(&str, &str)] = &[
    // Contracts are run there in a host of their own, which must know nothing of the crate that makes them.
    ("wasmtime", "tests"),
];

fn dependencies(folder: &str) -> Vec<String> {
    let manifest = read(format!("{folder}/Cargo.toml"));
    let section = |name: &str| {
        let body = manifest.split_once(&format!("\n[{name}]\n")).map(|(_, rest)| rest).unwrap_or_default();
        let body = body.split("\n[").next().unwrap_or_default();
        body.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).map(str::to_owned).collect::<Vec<_>>()
    };
    section("dependencies").into_iter().chain(section("build-dependencies")).filter(|name| !name.is_empty()).collect()
}

#[test]
fn crates_use_only_what_stands_below_them() {
    let members = read("Cargo.toml");
    for (folder, allowed) in EDGES {
        assert!(members.contains(&format!("\"{folder}\"")), "{folder} is no member");
        for dependency in dependencies(folder) {
            let ours = dependency == "enact" || dependency.starts_with("enact-");
            assert!(!ours || allowed.contains(&dependency.as_str()), "{folder} may not use {dependency}");
            for (guest, room) in ONLY_IN {
                let besides = BESIDES.contains(&(*guest, *folder));
                assert!(
                    dependency != *guest || folder == room || besides,
                    "{guest} belongs to {room}, not to {folder}"
                );
            }
        }
    }
    let rooms = members.split_once("members = [").unwrap().1.split(']').next().unwrap();
    assert_eq!(rooms.split(',').count(), EDGES.len(), "a member has no row in EDGES");
}

fn rust_files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (folder, _) in EDGES {
        for ending in [".rs", ".lalrpop"] {
            let of = files(folder, ending).into_iter().map(|(path, text)| (format!("{folder}/{path}"), text));
            found.extend(of);
        }
    }
    found
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    for (path, text) in rust_files() {
        let first = text.lines().next().unwrap_or_default();
        let opening = if path.ends_with(".rs") { "//! " } else { "//" };
        assert!(first.starts_with(opening), "{path} does not say in its first line what it is for");
        let code = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).count();
        assert!(code <= 600, "{path} has {code} lines of code; would a newcomer find two ideas in it?");
    }
}

/// Words that must not stand in a room, for a reason.
const NOT_HERE: &[(&str, &str)] = &[
    ("std::fs", "disk belongs to compiler/cli/src/disk.rs"),
    ("std::net", "there is no network"),
    ("std::process", "processes belong to the command line"),
    ("std::env", "the environment belongs to the command line"),
    ("SystemTime", "the clock belongs to the command line"),
    ("Instant::now", "the clock belongs to the command line"),
    ("println!(", "printing belongs to the command line"),
    ("print!(", "printing belongs to the command line"),
    ("f64", "there are no floats"),
    ("f32", "there are no floats"),
    ("HashMap", "its order is not the same everywhere; use BTreeMap"),
    ("HashSet", "its order is not the same everywhere; use BTreeSet"),
    ("unsafe {", "unsafe code stands in one file"),
    ("todo!(", "unfinished"),
    ("unimplemented!(", "unfinished"),
    ("should_panic", "say what is returned instead"),
    ("#[ignore", "a test that is not run is none"),
];

/// Where such a word may stand all the same.
const ALLOWED: &[(&str, &str)] = &[
    ("compiler/cli/build.rs", "std::"),
    ("compiler/cli/build.rs", "println!("),
    ("compiler/cli/src/disk.rs", "std::fs"),
    ("compiler/cli/src/progress.rs", "Instant"),
    // Files of rows are read and written there, and made by their tests.
    ("compiler/batch/tests/support.rs", "std::fs"),
    ("compiler/batch/tests/rows.rs", "std::fs"),
    ("compiler/cli/tests/batch.rs", "std::fs"),
    ("compiler/batch/tests/service.rs", "std::fs"),
    ("compiler/batch/benches/rows.rs", ""),
    ("compiler/cli/src/main.rs", "std::env"),
    ("compiler/cli/src/main.rs", "std::process"),
    ("compiler/cli/src/linker.rs", "std::process"),
    ("compiler/cli/src/main.rs", "SystemTime"),
    ("compiler/syntax/build.rs", ""),
    // A test holds the list of modules against the folder.
    ("stdlib/src/lib.rs", "std::fs"),
    ("compiler/base/src/json.rs", "f64"),
    // Where Rust ends: the only place of its kind, see `unsafe_code_stands_in_one_file`.
    (UNSAFE, "unsafe {"),
    // A test has an object linked.
    ("compiler/native/tests/object.rs", "std::"),
];

#[test]
fn rooms_keep_out_what_does_not_belong_to_them() {
    for (path, text) in rust_files().into_iter().filter(|(path, _)| !path.starts_with("tests/")) {
        for (at, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or_default();
            for (word, why) in NOT_HERE {
                let stands = code.match_indices(word).any(|(at, _)| {
                    !code.get(..at).unwrap_or_default().ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                let allowed = ALLOWED.iter().any(|(file, start)| path == *file && word.starts_with(start));
                assert!(!stands || allowed, "{path}:{at}: `{word}`: {why}");
            }
        }
    }
}

/// The one file that may hold unsafe code.
const UNSAFE: &str = "compiler/native/src/call.rs";

#[test]
fn unsafe_code_stands_in_one_file() {
    for (folder, _) in EDGES.iter().filter(|(folder, _)| *folder != "compiler/native") {
        let root = if *folder == "compiler/cli" { "src/main.rs" } else { "src/lib.rs" };
        assert!(read(format!("{folder}/{root}")).contains("#![forbid(unsafe_code)]"), "{folder}");
    }
    // The workspace denies it; only the step into instructions that were just made asks for it.
    let asking: Vec<String> = files("compiler/native", ".rs")
        .into_iter()
        .filter(|(_, text)| text.contains("unsafe {") || text.contains("unsafe_code"))
        .map(|(path, _)| path)
        .collect();
    assert!(asking.iter().all(|path| UNSAFE.ends_with(path)) && !asking.is_empty(), "{asking:?}");
}

#[test]
fn every_code_has_a_page_and_a_case_and_every_page_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let pages: BTreeMap<String, String> = files("lang-spec/errors", ".md")
        .into_iter()
        .filter(|(path, _)| path != "README.md")
        .map(|(path, text)| (path.trim_end_matches(".md").to_owned(), text))
        .collect();
    let without_page: Vec<&String> = codes.iter().filter(|code| !pages.contains_key(*code)).collect();
    let without_code: Vec<&String> = pages.keys().filter(|page| !codes.contains(*page)).collect();
    let mut shown = BTreeSet::new();
    for (_, page) in files("lang-spec", ".md") {
        for block in blocks(&page).iter().filter(|block| block.info == "enact") {
            shown.extend(announced(&block.text).into_iter().map(|it| it.code));
        }
    }
    for (_, text) in files("tests/ui", ".enact") {
        shown.extend(announced(&text).into_iter().map(|it| it.code));
    }
    // A file of this size is made by a test, not kept.
    shown.insert("E0109".to_owned());
    let without_case: Vec<&String> = codes.iter().filter(|code| !shown.contains(*code)).collect();
    assert!(
        without_page.is_empty() && without_code.is_empty() && without_case.is_empty(),
        "no page: {without_page:?}\nno code: {without_code:?}\nno case that announces it: {without_case:?}"
    );
    for (code, page) in &pages {
        assert!(page.starts_with(&format!("# {code}")), "the page of {code} starts with another title");
        assert!(!announced(page).is_empty() || code == "E0109", "the page of {code} shows no example");
    }
}

/// The items of all rule files of a service.
fn items(service: &str) -> Vec<(String, ItemKind)> {
    let mut found = Vec::new();
    let folder = format!("examples/{service}");
    let literate = files(&folder, ".enact.md").into_iter().map(|(path, text)| (path, enact_syntax::literate(&text)));
    for (path, text) in files(&folder, ".enact").into_iter().chain(literate) {
        let parsed = enact_syntax::parse_file(&text).into_iter();
        found.extend(parsed.map(|(_, parsed)| (format!("{folder}/{path}"), parsed.item.kind)));
    }
    found
}

#[test]
fn rules_of_the_services_hold_no_figures() {
    for service in services() {
        for (path, item) in items(&service) {
            let mut figures = Vec::new();
            match &item {
                ItemKind::Decision(decision) => {
                    decision.as_of.iter().for_each(|it| expression(it, &mut figures));
                    for statement in &decision.statements {
                        let (when, rule) = match &statement.kind {
                            StatementKind::Require(it) => (&it.when, &it.body),
                            StatementKind::Output(it) => (&it.when, &it.body),
                            StatementKind::Let(it) => (&None, &it.body),
                            StatementKind::Tally(_) | StatementKind::Error => continue,
                        };
                        when.iter().for_each(|it| expression(it, &mut figures));
                        body(rule, &mut figures);
                    }
                }
                ItemKind::Define(define) => body(&define.body, &mut figures),
                _ => {}
            }
            let name = item.name().map(|name| name.text.clone()).unwrap_or_default();
            assert!(figures.is_empty(), "{path}: `{name}` holds figures that belong into a parameter: {figures:?}");
        }
    }
}

fn body(rule: &RuleBody, figures: &mut Vec<u64>) {
    expression(&rule.general, figures);
    for exception in &rule.exceptions {
        expression(&exception.when, figures);
        expression(&exception.value, figures);
    }
}

/// Numbers other than 0 and 1. The parts of a calendar day in `date(…)` are no figures.
fn expression(expr: &Expr, figures: &mut Vec<u64>) {
    match &expr.kind {
        ExprKind::Number(number) if number.digits > 1 => figures.push(number.digits),
        ExprKind::Call(name, _) if name.text == "date" => {}
        ExprKind::Call(_, args) | ExprKind::List(args) => args.iter().for_each(|it| expression(it, figures)),
        ExprKind::Field(of, _) | ExprKind::FieldMissing(of) | ExprKind::Unary(_, of) => expression(of, figures),
        ExprKind::IsPresent(of) | ExprKind::IsAbsent(of) => expression(of, figures),
        ExprKind::At(a, b) | ExprKind::Range(a, b) | ExprKind::Binary(_, a, b) | ExprKind::Otherwise(a, b) => {
            expression(a, figures);
            expression(b, figures);
        }
        ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|it| expression(it, figures)),
        ExprKind::Match(of, arms) => {
            expression(of, figures);
            arms.iter().for_each(|arm| expression(&arm.value, figures));
        }
        ExprKind::Round { value, .. } => expression(value, figures),
        ExprKind::Aggregate { body, binder, .. } | ExprKind::Comprehension { body, binder } => {
            expression(body, figures);
            expression(&binder.list, figures);
            binder.filter.iter().chain(&binder.by).for_each(|it| expression(it, figures));
        }
        ExprKind::Record(_, fields) => fields.iter().for_each(|(_, it)| expression(it, figures)),
        ExprKind::Error | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Date(_) | ExprKind::Text(_) => {}
        ExprKind::Absent | ExprKind::Today | ExprKind::Name(_) | ExprKind::Before(_) => {}
    }
}

#[test]
fn every_requirement_of_the_services_cites_its_article() {
    let mut requirements = 0;
    for service in services() {
        for (path, item) in items(&service) {
            let ItemKind::Decision(decision) = item else { continue };
            for statement in &decision.statements {
                let StatementKind::Require(require) = &statement.kind else { continue };
                requirements += 1;
                let both = require.labels.main.is_some() && require.labels.en.is_some();
                assert!(!require.cites.is_empty(), "{path}: `{}` cites no article", require.name.text);
                assert!(both, "{path}: `{}` lacks a label in one of the tongues", require.name.text);
            }
        }
    }
    assert!(requirements > 30, "only {requirements} requirements");
}

#[test]
fn links_in_the_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for (page, text) in files("", ".md") {
        let folder = repository().join(&page).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let outside = target.is_empty() || target.contains("://") || target.contains(' ');
            if !outside && !folder.join(target).exists() {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
