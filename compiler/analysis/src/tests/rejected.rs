//! Programs that are refused, and how.

use super::{database, errors, lines};

/// Statements of a decision with a few inputs, each with what is wrong in it.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of programs")]
fn statements() {
    let head = "policy t
enum Kind { low, high }
record Item { name : text max 5, cost : money, 0 yuan .. 9 yuan, kind : Kind }
parameter cap : money { before 2010-01-01 unknown from 2010-01-01 = 100 yuan }
table share (k : Kind) : rate { low => 70%, high => 85% }
define twice(n : int 0 .. 100) : int = n + n
decision d input n : int 0 .. 9, m : money, 0 yuan .. 9 yuan, r : rate, 0% .. 100%, day_ : date, kind : Kind, flag : bool,
  item : Item, items : list of Item max 5, maybe : optional int 0 .. 9, wide : int, code : text max 8 as of day_ {
";
    let statements = [
        "let x = n + flag",
        "let x = m + n",
        "let x = m + r",
        "let x = r + n",
        "let x = m * m",
        "let x = 1 / m",
        "let x = m / n",
        "let x = n / (n - 5)",
        "let x = wide + 1",
        "let x = wide * wide",
        "let x = maybe + 1",
        "let x = maybe < 3",
        "let x = n is present",
        "let x = n otherwise 1",
        "let x = day_ + 3",
        "let x = day_ - day_",
        "let x = day_ + m",
        "output x : date = 3 days",
        "output x : int = 3 days",
        "output x : money = 3",
        "output x : rate = n",
        "output x : int = r",
        "output x : int = 0.5",
        "output x : money = m * r",
        "output x : money = m / 3",
        "output x : int 0 .. 5 = n",
        "output x : int = flag",
        "output x : int = maybe",
        "output x : int = absent",
        "output x : list of int max 2 = [1, 2, 3]",
        "output x : text max 3 = code",
        "output x : int = if flag then 1 else m",
        "output x : int = if n then 1 else 2",
        "let x = kind = lwo",
        "let x = kind = low or kind = n",
        "let x = Kind.hihg",
        "let x = Kind",
        "let x = item.cots",
        "let x = n.cost",
        "let x = share(low, high)",
        "let x = share",
        "let x = share(1)",
        "let x = shar(low)",
        "let x = twice(n, n)",
        "let x = twice(m)",
        "let x = twice(n + 100)",
        "let x = twice",
        "let x = cap(1)",
        "let x = share(low) at day_",
        "let x = n at day_",
        "let x = item(1)",
        "let x = min(1)",
        "let x = min(n, day_)",
        "let x = min(flag, flag)",
        "let x = clamp(n, 1)",
        "let x = abs(code)",
        "let x = size(n)",
        "let x = length(n)",
        "let x = year(n)",
        "let x = is_working_day(day_, nowhere)",
        "let x = is_working_day(day_, kind)",
        "let x = days(m)",
        "let x = sum(i.name for i in items)",
        "let x = sum(i.cost for i in n)",
        "let x = any(i.cost for i in items)",
        "let x = max(i.kind for i in items)",
        "let x = [i for i in items by i]",
        "let x = before n",
        "let x = items ++ [1]",
        "let x = n in items",
        "let x = n in 5 .. 1",
        "let x = Item { name: \"a\", cost: 1 yuan }",
        "let x = Item { name: \"a\", cost: 1 yuan, kind: low, other: 1 }",
        "let x = Item { name: \"abcdef\", cost: 1 yuan, kind: low }",
        "let x = Itm { name: \"a\" }",
        "let x = { name: \"a\" }",
        "let x = match items { _ => 1 }",
        "let x = match n { low => 1, _ => 2 }",
        "let x = match n { 5 .. 1 => 1, _ => 2 }",
        "let x = match kind { < low => 1, _ => 2 }",
        "let x = match n { year(day_) => 1, _ => 2 }",
        "let x = round down to fen (n)",
        "let x = round down to 19 places (m)",
        "let x = round down to 1 places (flag)",
        "let x = number(m)",
        "let x = -flag",
        "let x = not n",
        "let x = code < code",
        "let x = kind < low",
        "let x = code = 1",
        "let x = flag = absent",
        "let x = x",
        "let x = unknown_name",
        "let x = n except e when flag => m",
        "let x = n except e when n => 1",
        "let x = 1 except e when flag => 2 except e when not flag => 3",
        "let x = 1 except e when flag => 2 over f",
        "let n = 1",
        "require a: n > 1 require a: n > 2",
        "require a: n",
        "require a cite act.art(1): flag",
        "require a cite cap.art(1): flag",
        "output x : int when n = 1",
        "output x : Kidn = low",
        "output x : cap = 1",
    ];
    let mut shown = String::new();
    for statement in statements {
        let db = database(&format!("{head}  {statement}\n}}\n"));
        let found = lines(&db);
        assert!(!found.is_empty(), "accepted: {statement}");
        shown.push_str(&format!("{statement}\n  {}\n", found.trim_end().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn declarations() {
    let declarations = [
        "enum Kind { a, b, a }",
        "enum Kind { a = \"1\", b = \"1\" }",
        "record R { x : int, x : bool }",
        "record R { x : int 9 .. 1 }",
        "record R { x : money, 0 .. 9 }",
        "record R { x : int 0 .. 0.5 }",
        "record R { x : list of list of int max 2 max 2 }",
        "record R { x : list of int }",
        "record R { x : optional optional int }",
        "record R { r : optional R }",
        "record A { b : B }\nrecord B { a : optional A }",
        "record R { x : decimal 19 }",
        "parameter p : money { from 2010-01-01 = 3 }",
        "parameter p : money { from 2010-01-01 = 0.001 yuan }",
        "parameter p : int 0 .. 9 { from 2010-01-01 = 10 }",
        "parameter p (n : int 0 .. 9) : int { from 2010-01-01 { (1, 2) => 3 } }",
        "table t (n : int 0 .. 9, f : bool) : int { 1 => 3 }",
        "table t (f : bool, g : bool) : int {\n     | yes | no\n yes | 1\n no  | 3 | 4 }",
        "table t (n : int 0 .. 9) : int { 0 => 1, >= 1 => 0.5 }",
        "table t (n : int 0 .. 9) : int { yes => 1, _ => 2 }",
        "scale s (x : bool) { from 2010-01-01 { above => 1% } }",
        "scale s (x : money, 0 yuan .. 9 yuan) { from 2010-01-01 { to 1 => 1%, above => 2% } }",
        "scale s (x : money, 0 yuan .. 9 yuan) { before 2010-01-01 unknown }",
        "define f(n : int 0 .. 9) : int = f(n)",
        "define f(n : int) : int = n + 1",
        "define f(n : int 0 .. 9, n : bool) : int = 1",
        "define f() : int = absent",
        "decision d { output x : int = 1 output x : int = 2 }",
        "decision d input n : int 0 .. 9 as of n { output x : int = 1 }",
        "decision d { output x : int = a let a = b let b = c let c = a }",
        "decision d { output x : int = 1 }\ntest \"t\" { d expect grantd }",
        "decision d input n : int 0 .. 9, n : bool { output x : int = 1 }",
        "decision d input m : money, 0 yuan .. 9 yuan { output x : money = m }\ntest \"t\" { d with m: 3 expect granted }",
        "decision d input m : int 0 .. 9 { output x : int = m }\ntest \"t\" { d with m: m expect granted }",
        "decision d { output x : int = 1 }\ntest \"t\" { d expect granted, x = 1 yuan }",
        "decision d { output x : int = 1 }\ntest \"t\" { d expect refused, x = 1 }",
        "decision d { output x : int = 1 }\ntest \"t\" { d expect error [no_such] }",
        "decision d input n : int 0 .. 9 { output x : int = n }\ntest \"t\" { d expect pending [m] }",
        "decision d { output x : int = 1 }\nproperty \"p\" for d: x + y = 1",
        "decision d { output x : int = 1 }\nproperty \"p\" for e: x = 1",
        "decision d { output x : int = 1 }\nproperty \"p\" for d: x",
        "import cn.nowhere",
        "policy u",
        "not coded \"x\" cite a.art(1) because \"y\"",
    ];
    let mut shown = String::new();
    for text in declarations {
        let found = lines(&database(&format!("policy t\n{text}\n")));
        assert!(!found.is_empty(), "accepted: {text}");
        shown.push_str(&format!("{text}\n  {}\n", found.trim_end().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn pictures() {
    let text = "policy t
enum Kind { employee, retiree }
record Visit { amount : money }
decision d
  input visit : Visit, kind : Kind, whole : money, 0 yuan .. 100 yuan, until_ : optional date
{
  require working : kind = emploeye
  require open : until_ >= 2024-01-01
  let rest = visit.amount * 2
  let share = 10 yuan / whole
  output paid : money = whole * 33.3%
  output part : money = whole / 3
  output wrong : money = whole + 3
}
";
    insta::assert_snapshot!(format!("{text}\n{}", errors(&database(text))));
}

#[test]
fn one_mistake_gives_one_diagnostic() {
    for (text, expected) in [
        // A broken record, and everything that is made of it.
        (
            "record R { a : Nowhere, b : int 0 .. 9 }\ndecision d input r : R { output x : int = r.a + r.b require q : r.a = 1 }",
            "E0208 there is no type `Nowhere`\n",
        ),
        // A broken figure, and its uses.
        (
            "parameter p : money { from 2010-01-01 = 3 }\ndecision d input day_ : date as of day_ { output x : money = p + p }",
            "E0303 `p` takes an amount of money, not a whole number\n",
        ),
        // A broken function, and a call.
        (
            "define f(n : int 0 .. 9) : int = n + yes\ndecision d { output x : int = f(1) + f(2) }",
            "E0301 a truth value cannot be calculated with\n",
        ),
        // A broken named value, and its uses.
        ("decision d { let a = nowhere let b = a + 1 output x : int = a + b }", "E0201 `nowhere` is not declared\n"),
        // A broken decision, and its test.
        (
            "decision d { output x : int = nowhere }\ntest \"t\" { d expect granted, x = 1 }",
            "E0201 `nowhere` is not declared\n",
        ),
    ] {
        assert_eq!(lines(&database(&format!("policy t\n{text}\n"))), expected, "{text}");
    }
}
