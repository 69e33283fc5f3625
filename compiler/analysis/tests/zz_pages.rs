//! scratch
use enact_analysis::Database;
use enact_base::{LineIndex, Severity, render};
#[test]
fn pages() {
    let dir = std::env::var("PAGES").unwrap_or("../../lang-spec/errors".into());
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    names.sort();
    let mut bad = 0;
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let schemas: Vec<(String, String)> = text
            .split("```json ")
            .skip(1)
            .map(|b| {
                let (p, r) = b.split_once('\n').unwrap();
                (p.to_owned(), r.split("```").next().unwrap().to_owned())
            })
            .collect();
        for (k, block) in text.split("```enact\n").skip(1).enumerate() {
            let block = block.split("```").next().unwrap();
            let mut db = Database::default();
            db.set_files(vec![("example.enact".into(), block.into())], schemas.clone());
            let found = db.diagnostics();
            let index = LineIndex::new(block);
            let announced: Vec<(u32, String)> = (1..)
                .zip(block.lines())
                .filter_map(|(n, l)| Some((n, l.split_once("//~ ")?.1.split_whitespace().next()?.to_owned())))
                .collect();
            let mut left: Vec<_> = found.iter().collect();
            let mut wrong = false;
            for (n, code) in &announced {
                match left.iter().position(|d| {
                    d.code.as_str() == code && index.line_column(block, d.primary.place.span.start).line == *n
                }) {
                    Some(at) => {
                        left.remove(at);
                    }
                    None => wrong = true,
                }
            }
            let unexpected = left.iter().any(|d| d.severity() == Severity::Error);
            if wrong || unexpected || std::env::var("SHOW").is_ok() {
                bad += 1;
                println!("=== {} block {} wrong {wrong} unexpected {unexpected}", path.display(), k + 1);
                for d in &found {
                    print!("{}", render(d, &db.sources(), false));
                }
            }
        }
    }
    println!("{bad} bad");
}
