//! Schemas that are wrong, huge, circular or reach outside: each ends in a clear finding, in bounded work.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod common;

use common::{demand, json, schema};
use enact_schema::{Demand, Field, NoExample, Schema, diff, example, fit, import, validate};
use std::collections::BTreeMap;

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn unreadable_files_say_where() {
    for (path, text, code, message) in [
        ("s/a.json", "{", "E0501", "`s/a.json` is not valid JSON: line 1, column 1: EOF while parsing an object"),
        (
            "s/a.json",
            "{\n\"type\": \"object\",\n \"type\": 1}",
            "E0501",
            "line 3, column 7: the key `type` stands twice in one object",
        ),
        ("s/b.json", "{}", "E0501", "there is no file `s/b.json` in the project"),
        ("s/a.json#/$defs/x", "{}", "E0501", "`#/$defs/x` refers to nothing in `s/a.json`"),
        ("s/a.json", "[]", "E0501", "a schema is an object, `true` or `false`, not a list"),
        ("s/a.json", r#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, "E0501", "old draft"),
        ("s/a.json", r##"{"$ref":"#"}"##, "E0510", "`#` leads back to itself in a circle"),
        (
            "s/a.json",
            r##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
            "E0510",
            "circle",
        ),
        ("s/a.json", r#"{"$ref":"http://x.cn/a.json"}"#, "E0511", "`http://x.cn/a.json` lies outside the project"),
        ("s/a.json", r#"{"$ref":"../../a.json"}"#, "E0511", "outside the project"),
        ("s/a.json", r#"{"$ref":"file:///etc/passwd"}"#, "E0511", "outside the project"),
        ("s/a.json", r#"{"$ref":"c.json"}"#, "E0501", "there is no file `s/c.json` in the project"),
        ("s/a.json", r#"{"$ref":7}"#, "E0501", "`$ref` must be a text"),
    ] {
        let problems = Schema::read(path, &files(&[("s/a.json", text)])).expect_err(text);
        assert_eq!(problems[0].code.as_str(), code, "{text}");
        assert!(problems[0].message.contains(message), "{} for {text}", problems[0].message);
    }
}

#[test]
fn references_stay_in_the_project() {
    const WHOLE: &str = r#"{"type":"integer","minimum":1,"maximum":2}"#;
    let id = |id: &str| format!(r#"{{"$id":"{id}","type":"integer","minimum":1,"maximum":2}}"#);
    for (reference, more) in [
        ("b.json", files(&[("s/b.json", WHOLE)])),
        ("./t/../b.json#", files(&[("s/b.json", WHOLE)])),
        ("../b.json", files(&[("b.json", WHOLE)])),
        ("b.json#/$defs/a~1b%20c", files(&[("s/b.json", &format!(r#"{{"$defs":{{"a/b c":{WHOLE}}}}}"#))])),
        (
            "b.json#whole",
            files(&[(
                "s/b.json",
                &format!(r#"{{"$defs":{{"x":{{"$anchor":"whole",{}}}}}"#, WHOLE.trim_start_matches('{')),
            )]),
        ),
        (
            "b.json#whole",
            files(&[(
                "s/b.json",
                r##"{"definitions":{"x":{"$id":"#whole","type":"integer","minimum":1,"maximum":2}}}"##,
            )]),
        ),
        // By identifier: beside our own, or anywhere.
        ("https://x.cn/s/b.json", files(&[("s/b.json", &id("https://x.cn/s/b.json"))])),
        ("https://x.cn/t/b.json", files(&[("t/b.json", WHOLE)])),
        ("https://y.cn/whole", files(&[("elsewhere/w.json", &id("https://y.cn/whole"))])),
        ("#/$defs/inner", files(&[])),
        ("inner.json", files(&[])),
    ] {
        let mut all = more;
        let text = format!(
            r##"{{"$id":"https://x.cn/s/a.json","type":"object","properties":{{"x":{{"$ref":"{reference}"}}}},"required":["x"],
                "$defs":{{"inner":{{"$id":"inner.json","$ref":"#/$defs/w","$defs":{{"w":{WHOLE}}}}}}}}}"##
        );
        all.insert("s/a.json".into(), text);
        let shape = Schema::read("s/a.json", &all).unwrap().shape;
        assert_eq!(fit(&shape, &record("x", "int 1 2")), [], "{reference}");
        assert_eq!(fit(&shape, &record("x", "int 1 1"))[0].code.as_str(), "E0505", "{reference}");
    }
}

fn record(member: &str, asked: &str) -> Demand {
    let field = Field { name: member.into(), path: vec![member.into()], demand: demand(asked) };
    Demand::Record { name: "R".into(), fields: vec![field] }
}

#[test]
fn a_circle_matters_only_where_it_is_read() {
    let shape = schema(
        r##"{"type":"object","required":["name"],"additionalProperties":false,
            "properties":{"name":{"type":"string","maxLength":9},"parent":{"$ref":"#"},"children":{"type":"array","maxItems":2,"items":{"$ref":"#"}}}}"##,
    );
    assert_eq!(fit(&shape, &record("name", "text max 9")), []);
    let found = fit(&shape, &record("parent", "optional text"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].diagnostic(()).code.as_str(), "E0510");
    assert_eq!(validate(&shape, &json(r#"{"name":"a","parent":{"name":"b"},"children":[]}"#)), []);
}

#[test]
fn draft_7_ignores_what_stands_beside_a_reference() {
    let text = |draft: &str| {
        format!(
            r##"{{"$schema":"{draft}","type":"object","required":["x"],"properties":{{"x":{{"$ref":"#/definitions/d","maximum":5}}}},
                "definitions":{{"d":{{"type":"integer","minimum":0,"maximum":9}}}}}}"##
        )
    };
    let old = schema(&text("http://json-schema.org/draft-07/schema#"));
    let new = schema(&text("https://json-schema.org/draft/2020-12/schema"));
    assert_eq!(fit(&old, &record("x", "int 0 5"))[0].code.as_str(), "E0505");
    assert_eq!(fit(&new, &record("x", "int 0 5")), []);
}

#[test]
fn enormous_schemas_end() {
    // Each definition refers twice to the next.
    let laughs: Vec<String> = (0..60)
        .map(|at| format!(r##""d{at}":{{"type":"object","properties":{{"a":{{"$ref":"#/$defs/d{}"}},"b":{{"$ref":"#/$defs/d{}"}}}}}}"##, at + 1, at + 1))
        .collect();
    let laughs = format!(
        r##"{{"type":"object","properties":{{"x":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{},"d60":{{}}}}}}"##,
        laughs.join(",")
    );
    // Each branch doubles the alternatives.
    let split: Vec<String> = (0..30)
        .map(|at| {
            format!(
                r#"{{"oneOf":[{{"properties":{{"p{at}":{{"const":1}}}}}},{{"properties":{{"p{at}":{{"const":2}}}}}}]}}"#
            )
        })
        .collect();
    let split = format!(r#"{{"type":"object","properties":{{"x":{{"allOf":[{}]}}}}}}"#, split.join(","));
    let nested = |open: &str, close: &str| {
        format!(r#"{{"type":"object","properties":{{"x":{}{{}}{}}}}}"#, open.repeat(50), close.repeat(50))
    };
    let wide: Vec<String> =
        (0..1_000).map(|at| format!(r#""p{at}":{{"type":"string","pattern":"^[a-z]{{1,20}}$"}}"#)).collect();
    let wide =
        format!(r#"{{"type":"object","properties":{{"x":{{"type":"object","properties":{{{}}}}}}}}}"#, wide.join(","));
    let pattern = r#"{"type":"object","properties":{"x":{"type":"string","pattern":"^((a{1,500}){1,500}){1,500}b(a|b)*a(a|b){14}$"}}}"#.to_owned();
    let numbers = r#"{"type":"object","properties":{"x":{"type":"number","minimum":1e300,"maximum":99999999999999999999999,"multipleOf":1e-300}}}"#;
    for text in
        [laughs, split, nested(r#"{"allOf":["#, "]}"), nested(r#"{"items":"#, "}"), wide, pattern, numbers.to_owned()]
    {
        let head: String = text.chars().take(80).collect();
        let files = files(&[("s/a.json", &text)]);
        let Ok(read) = Schema::read("s/a.json", &files) else { continue };
        for asked in ["optional int 0 9", "optional text max 5", "optional money 0 100", "optional enum a b"] {
            assert!(!fit(&read.shape, &record("x", asked)).is_empty(), "{head}");
        }
        assert_eq!(diff(&read.shape, &read.shape), []);
        let _ = (
            example(&read.shape),
            import(&read, None),
            validate(&read.shape, &json(r#"{"x":{"a":{}}}"#)),
            read.problems(),
        );
    }
    let deep = "[".repeat(200_000);
    assert!(Schema::read("s/a.json", &files(&[("s/a.json", &deep)])).is_err());
}

#[test]
fn examples_are_smallest_or_missing() {
    for (text, expected) in [
        (r#"{"type":"integer","minimum":3}"#, Ok("3")),
        (r#"{"type":"integer","maximum":-3,"multipleOf":2}"#, Ok("-4")),
        (r#"{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}"#, Ok("0.5")),
        (r#"{"type":"string","minLength":2,"pattern":"^[A-Z]*$"}"#, Ok(r#""AA""#)),
        (r#"{"type":"array","minItems":3,"uniqueItems":true,"items":{"type":"integer","minimum":1}}"#, Ok("[1, 2, 3]")),
        (r#"{"type":"object","required":["b"],"properties":{"a":{},"b":{"enum":["yy","x"]}}}"#, Ok(r#"{ "b": "x" }"#)),
        (r#"{"type":"object","required":["a"],"properties":{"a":false}}"#, Err(NoExample::Impossible)),
        (r#"{"type":"string","pattern":"^a$","minLength":2}"#, Err(NoExample::Impossible)),
        (r#"{"type":"string","minLength":100000}"#, Err(NoExample::Unknown)),
        (r#"{"type":"string","not":{"const":""}}"#, Err(NoExample::Unknown)),
    ] {
        let found = example(&schema(text)).map(|json| enact_schema::json_text(&json));
        assert_eq!(found.as_deref().map_err(|why| *why), expected, "{text}");
    }
}
