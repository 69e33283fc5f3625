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
#[test]
fn examples() {
    fn walk(dir: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
        for e in std::fs::read_dir(dir).unwrap() {
            let p = e.unwrap().path();
            if p.is_dir() { walk(&p, out) } else { out.push(p) }
        }
    }
    for dir in std::fs::read_dir("../../examples").unwrap() {
        let dir = dir.unwrap().path();
        if !dir.is_dir() {
            continue;
        }
        let mut files = vec![];
        walk(&dir, &mut files);
        let read = |end: &str| {
            files
                .iter()
                .filter(|p| p.to_str().unwrap().ends_with(end))
                .map(|p| {
                    (p.strip_prefix(&dir).unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(p).unwrap())
                })
                .collect::<Vec<_>>()
        };
        let mut sources = read(".enact");
        sources.extend(read(".enact.md"));
        let mut db = Database::default();
        let start = std::time::Instant::now();
        db.set_files(sources, read(".schema.json"));
        let found = db.diagnostics();
        println!("=== {} {} findings in {:?}", dir.display(), found.len(), start.elapsed());
        for d in &found {
            print!("{}", render(d, &db.sources(), false));
        }
    }
}
