//! The standard library, written in Enact and compiled in: the modules that every policy may `import`.
#![forbid(unsafe_code)]

/// Each file by its path and its text. A file's `policy` line names the module that it declares.
pub const FILES: &[(&str, &str)] = &[
    ("stdlib/age.enact", include_str!("../age.enact")),
    ("stdlib/identity.enact", include_str!("../identity.enact")),
    ("stdlib/money.enact", include_str!("../money.enact")),
    ("stdlib/periods.enact", include_str!("../periods.enact")),
    ("stdlib/working_days.enact", include_str!("../working_days.enact")),
];

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_declares_its_own_module() {
        for (path, text) in FILES {
            let name = path.trim_start_matches("stdlib/").trim_end_matches(".enact");
            let line = format!("policy cn.{name}");
            assert_eq!(text.lines().filter(|at| **at == line).count(), 1, "{path} declares {line}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "compares the list with the folder")]
    fn every_file_of_the_folder_is_compiled_in() {
        let folder = env!("CARGO_MANIFEST_DIR");
        let mut on_disk: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of the crate")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".enact"))
            .map(|name| format!("stdlib/{name}"))
            .collect();
        on_disk.sort();
        assert_eq!(on_disk, FILES.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>());
    }

    #[test]
    fn the_calendar_names_every_year_from_2008_to_2026() {
        let (_, text) = FILES.iter().find(|(path, _)| path.ends_with("working_days.enact")).expect("the calendar");
        for year in 2008..=2026 {
            assert_eq!(text.matches(&format!("\n  {year} cite holiday_notices.notice(")).count(), 1, "{year}");
        }
    }
}
