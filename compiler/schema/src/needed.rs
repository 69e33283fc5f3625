//! Which files a schema needs: its own, and those that its references lead to.

use crate::reference::{Files, Library, step};
use enact_base::json::Json;
use std::collections::BTreeSet;

/// The files that the schema at `path` (as in [`crate::Schema::read`]) stands in and refers to, also through others. References that lead nowhere are left out.
pub fn needed<F: Files + ?Sized>(path: &str, files: &F) -> BTreeSet<String> {
    let mut library = Library::new(files);
    let mut found = BTreeSet::new();
    let file = path.split('#').next().unwrap_or(path);
    let mut open = Vec::from_iter(library.document(file));
    while let Some(document) = open.pop() {
        if !found.insert(document.path.clone()) {
            continue;
        }
        let mut references = Vec::new();
        collect(&document.json, "", &mut references);
        for (pointer, reference) in references {
            open.extend(library.resolve(&document, &pointer, reference).map(|(target, _)| target));
        }
    }
    found
}

/// Every `$ref`, with the place of the schema that it stands in. The reader of JSON bounds the depth.
fn collect<'j>(json: &'j Json, pointer: &str, found: &mut Vec<(String, &'j str)>) {
    match json {
        Json::Object(members) => {
            let reference = json.get("$ref").and_then(Json::as_text);
            found.extend(reference.map(|it| (pointer.to_owned(), it)));
            for (key, value) in
                members.iter().filter(|(key, _)| !matches!(key.as_str(), "enum" | "const" | "default" | "examples"))
            {
                collect(value, &step(pointer, key), found);
            }
        }
        Json::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                collect(element, &format!("{pointer}/{at}"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_followed_through_files_and_around_circles() {
        let files = [
            ("s/a.json", r#"{"properties":{"b":{"$ref":"b.json#/$defs/x"},"c":{"default":{"$ref":"e.json"}}}}"#),
            ("s/b.json", r#"{"$id":"https://x.cn/s/b.json","$defs":{"x":{"anyOf":[{"$ref":"c.json"}]}}}"#),
            ("s/c.json", r#"{"$ref":"a.json"}"#),
            ("s/d.json", r#"{"$ref":"nowhere.json"}"#),
            ("s/e.json", "{}"),
            ("f.json", r#"{"$ref":"https://x.cn/s/b.json"}"#),
        ];
        let files: Vec<(String, String)> =
            files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        let needed = |path: &str| needed(path, files.as_slice()).into_iter().collect::<Vec<_>>();
        assert_eq!(needed("s/a.json"), ["s/a.json", "s/b.json", "s/c.json"]);
        assert_eq!(needed("s/b.json#/$defs/x"), ["s/a.json", "s/b.json", "s/c.json"]);
        assert_eq!(needed("s/d.json"), ["s/d.json"]);
        assert_eq!(needed("f.json"), ["f.json", "s/a.json", "s/b.json", "s/c.json"]);
        assert!(needed("s/none.json").is_empty());
    }
}
