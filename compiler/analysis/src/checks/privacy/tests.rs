//! What is refused and what is accepted, form by form; and the sinks that no declaration has yet.

use super::{Leaks, Sink, SinkKind, sinks};
use crate::Database;
use enact_base::{Code, render};
use enact_syntax::ast::{ItemKind, StatementKind};

const HEAD: &str = "policy p
enum Level { low, high }
record Inner { open : int 0 .. 9, shut : int 0 .. 9 private }
record Person { n : int 0 .. 9, x : int 0 .. 9 private, f : bool private, l : Level private, q : optional int 0 .. 9 private,
  born : date private, day_ : date, inner : Inner, home : Inner private, xs : list of int 0 .. 9 max 3 private }
table t (n : int 0 .. 9) : int { <= 3 => 2, >= 4 => 5 }
parameter v : int { from 0001-01-01 until 1999-12-31 = 1 from 2000-01-01 = 3 }
scale s (a : money) { from 0001-01-01 { to 1000 yuan => 3%, above => 5% } }
define same(a : int 0 .. 9) : int = a
define other(a : int 0 .. 9) : int = v
define pick(p : Person) : Person = p
define shut(p : Person) : int = p.inner.shut
define bent(a : int 0 .. 9, b : bool) : int = a
  except odd when b => 4
define chosen(a : int 0 .. 9, b : bool) : int = if b then a else 0
";

const INPUTS: &str = "decision d input p : Person, people : list of Person max 3, hidden : list of Person max 3 private, b : bool, d_ : date as of d_ {
  let e = 1
    except island when b => 2
";

fn database(body: &str) -> Database {
    let mut db = Database::default();
    db.set_files(vec![("rules.enact".to_owned(), format!("{HEAD}{INPUTS}  {body}\n}}\n"))], Vec::new());
    db
}

/// What is said of a statement, but for warnings; without what all messages say.
fn said(body: &str) -> Vec<String> {
    let found = database(body).diagnostics();
    let found = found.into_iter().filter(|it| it.code.as_str().starts_with('E'));
    found
        .map(|it| {
            if it.code == Code::PrivateLeak {
                it.message.replace(" is private and would be seen in", ":")
            } else {
                it.message
            }
        })
        .collect()
}

#[track_caller]
fn leaks(body: &str, expected: &[&str]) {
    assert_eq!(said(body), expected, "{body}");
}

#[test]
fn values() {
    for (expr, fact) in [
        ("p.x", "`x` of `Person`"),
        ("p.x + 1", "`x` of `Person`"),
        ("p.inner.shut", "`shut` of `Inner`"),
        ("p.home.open", "`home` of `Person`"),
        ("same(p.x)", "`x` of `Person`"),
        ("shut(p)", "`shut` of `Inner`"),
        ("pick(p).x", "`x` of `Person`"),
        ("t(p.x)", "`x` of `Person`"),
        ("v at p.born", "`born` of `Person`"),
        ("other(1) at p.born", "`born` of `Person`"),
        ("chosen(7, p.f)", "`f` of `Person`"),
        ("if p.f then 1 else 2", "`f` of `Person`"),
        ("match p.l { low => 1, high => 2 }", "`l` of `Person`"),
        ("if p.q is present then 1 else 2", "`q` of `Person`"),
        ("p.q otherwise 2", "`q` of `Person`"),
        ("size(p.xs)", "`xs` of `Person`"),
        ("sum(x for x in p.xs)", "`xs` of `Person`"),
        ("size(hidden)", "input `hidden`"),
        ("sum(h.n for h in hidden)", "input `hidden`"),
        ("size([1 for h in people where h.f])", "`f` of `Person`"),
        ("first(h.n for h in people by h.x) otherwise 0", "`x` of `Person`"),
        ("count(size(before h) > 1 for h in hidden)", "input `hidden`"),
        ("Inner { open: p.x, shut: 1 }.open", "`x` of `Person`"),
        ("if p.inner = Inner { open: 1, shut: 2 } then 1 else 2", "`shut` of `Inner`"),
        ("if p.inner in [Inner { open: 1, shut: 2 }] then 1 else 2", "`shut` of `Inner`"),
        ("min(p.x, 3)", "`x` of `Person`"),
        ("round down to 0 places (number(s(p.x * 1000 yuan) / 1 yuan))", "`x` of `Person`"),
    ] {
        leaks(&format!("output o : int = {expr}"), &[&format!("{fact}: output `o`")]);
        leaks(&format!("let y = {expr}\n  output o : int = y + 1"), &[&format!("{fact}: output `o`")]);
        leaks(&format!("output o : int when ({expr}) > 1 = 1"), &[&format!("{fact}: whether output `o` is given")]);
        leaks(&format!("require r : ({expr}) > 1"), &[]);
        leaks(&format!("output o : int = disclose({expr})"), &[]);
    }
}

#[test]
fn wholes() {
    leaks("output o : Inner = p.inner", &["`shut` of `Inner`: output `o`"]);
    leaks("output o : Inner = disclose(p.inner)", &[]);
    leaks("output o : int = disclose(p).x", &[]);
    leaks("output o : int = disclose(p).inner.shut", &[]);
    leaks("output o : Inner = Inner { open: p.n, shut: p.x }", &["`shut` of `Inner`: output `o`"]);
    leaks("output o : int = Inner { open: p.n, shut: p.x }.shut", &["`shut` of `Inner`: output `o`"]);
    leaks("output o : list of int max 3 = [h.n for h in people]", &[]);
    leaks("output o : int = if b then p.n else p.inner.open", &[]);
}

#[test]
fn events() {
    let e = "which exception of `e` applied";
    for (condition, facts) in [
        ("(if p.f then e else 1) > 0", &["`f` of `Person`"][..]),
        ("(match p.l { low => e, high => 3 }) > 1", &["`l` of `Person`"]),
        ("(p.q otherwise e) > 1", &["`q` of `Person`"]),
        ("e > 1 or p.f", &["`f` of `Person`"]),
        ("not (e > 1 and p.f)", &["`f` of `Person`"]),
        ("any(e > h.x for h in people)", &["`x` of `Person`"]),
        ("sum(e for h in people where h.f) > 1", &["`f` of `Person`"]),
        ("sum(e for h in hidden) > 1", &["input `hidden`"]),
        ("p.x in [1, e]", &["`x` of `Person`"]),
        ("chosen(e, p.f) > 1", &["`f` of `Person`"]),
        ("e > 1 and p.f", &[]),
        ("p.f and (e > p.x and p.n > 3)", &[]),
        ("(if e > 1 then p.x else 2) > 1", &[]),
        ("p.x in 1 .. e", &["`x` of `Person`"]),
        ("same(e) > p.x", &[]),
        ("t(e) > p.x", &[]),
    ] {
        let expected: Vec<String> = facts.iter().map(|fact| format!("{fact}: {e}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        leaks(&format!("require r : {condition}"), &expected);
    }
    leaks("require r when b : e > p.x", &[&format!("`x` of `Person`: {e}")]);
    leaks("require r when e > 1 : p.f", &[]);
    leaks("require r when p.f : p.n > 3", &[]);
    leaks(
        "output o : int when (p.f) = e",
        &["`f` of `Person`: whether output `o` is given", &format!("`f` of `Person`: {e}")],
    );
    leaks("require r : bent(3, p.f) > p.n", &["`f` of `Person`: which exception of `bent` applied"]);
    leaks("require r : bent(p.x, b) > p.n", &[]);
    leaks("require r : p.n > 3\n    except x when p.f => yes", &["`f` of `Person`: which exception of `r` applied"]);
    leaks("require r : p.n > 3\n    except x when disclose(p.f) => yes", &[]);
    leaks("let unused = 1\n    except x when p.f => 2", &[]);
}

#[test]
fn a_sink_is_a_name_and_an_expression() {
    let db = database("let key = p.inner.shut + 1\n  let fine = p.n");
    let (view, decisions) = db.decisions().unwrap();
    let ItemKind::Decision(decision) = &view.item(&decisions[0]).kind else { panic!() };
    assert!(sinks(decision).is_empty());
    let keys = decision.statements.iter().filter_map(|it| match &it.kind {
        StatementKind::Let(it) => Some(Sink { kind: SinkKind::LedgerKey, name: "quota", expr: &it.body.general }),
        _ => None,
    });
    let mut leaks = Leaks::new(view, &decisions[0]);
    leaks.decision(decision, &keys.collect::<Vec<_>>());
    let found = leaks.found();
    let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, ["`shut` of `Inner` is private and would be seen in the keys of `quota`"]);
    let ways: Vec<&str> = found[0].secondary.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(ways, ["declared private here", "read here"]);
}

#[test]
fn a_way_is_told_step_by_step() {
    let db = database("let first_ = same(p.x)\n  let second = if first_ > 3 then 1 else 2\n  output o : int = second");
    let found = db.diagnostics().into_iter().find(|it| it.code == Code::PrivateLeak).unwrap();
    let ways: Vec<&str> = found.secondary.iter().map(|it| it.text.as_str()).collect();
    let expected = [
        "declared private here",
        "given to `same`",
        "`first_` is calculated from it",
        "decides which value is taken",
        "`second` is calculated from it",
    ];
    assert_eq!(ways, expected, "{}", render(&found, &db.sources(), false));
}
