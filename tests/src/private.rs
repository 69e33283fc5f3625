//! Random policies with private fields, and facts that differ only in what is private.

#![expect(clippy::indexing_slicing, reason = "what is not there is a fault of the test")]

use crate::random::Random;
use serde_json::{Value as Json, json};

/// Declarations that every policy has. Whole numbers stay between 0 and 9 whatever is made of them.
const HEAD: &str = "policy p
enum Kind { a, b, c }
record Inner { w : int 0 .. 9, z : int 0 .. 9 private }
record Person {
  n : int 0 .. 9, f : bool, k : Kind, o : optional int 0 .. 9, day_ : date, inner : Inner,
  x : int 0 .. 9 private, g : bool private, l : Kind private, q : optional int 0 .. 9 private, born : date private
}
table t (n : int 0 .. 9) : int { <= 3 => 2, 4 .. 6 => 5, >= 7 => 8 }
table u (k : Kind) : int { a => 1, b => 4, c => 7 }
parameter v : int { before 2000-01-01 unknown from 2000-01-01 = 3 from 2010-01-01 = 6 }
";

/// Names that can stand in an expression.
#[derive(Clone, Default)]
struct Names {
    /// Whole numbers that are not private by themselves, and those that are.
    ints: [Vec<String>; 2],
    /// Truths likewise.
    bools: [Vec<String>; 2],
    /// Functions of a number and a truth.
    functions: Vec<String>,
    /// Functions of a person.
    of_person: Vec<String>,
    /// Persons at hand.
    persons: Vec<String>,
    /// Whether there is a list of persons, and a day for figures.
    in_decision: bool,
}

impl Names {
    fn person(&mut self, name: &str) {
        let field = |fields: &[&str]| fields.iter().map(|field| format!("{name}.{field}")).collect::<Vec<_>>();
        self.ints[0].extend(field(&["n", "inner.w"]));
        self.ints[1].extend(field(&["x", "inner.z"]));
        self.bools[0].extend(field(&["f"]));
        self.bools[1].extend(field(&["g"]));
        self.persons.push(name.to_owned());
    }
}

/// A maker of expressions.
struct Maker<'r> {
    random: &'r mut Random,
    /// Of a hundred leaves so many may be private.
    private: usize,
}

impl Maker<'_> {
    fn chance(&mut self, of_hundred: usize) -> bool {
        self.random.below(100) < of_hundred
    }

    fn leaf(&mut self, all: &[Vec<String>; 2], fallback: &str) -> String {
        let side = usize::from(self.chance(self.private));
        self.random.pick(&all[side]).cloned().unwrap_or_else(|| fallback.to_owned())
    }

    fn person(&mut self, names: &Names) -> Option<String> {
        self.random.pick(&names.persons).cloned()
    }

    /// A whole number between 0 and 9.
    fn int(&mut self, depth: usize, names: &Names) -> String {
        if depth == 0 {
            let number = self.random.below(10).to_string();
            return if self.chance(30) { number } else { self.leaf(&names.ints, &number) };
        }
        let person = self.person(names);
        let private = self.chance(self.private);
        let at = |public: &str, hidden: &str| if private { hidden.to_owned() } else { public.to_owned() };
        match (self.random.below(12), person) {
            (0, _) => format!("min({}, {})", self.int(depth - 1, names), self.int(depth - 1, names)),
            (1, _) => format!("max({}, {})", self.int(depth - 1, names), self.int(depth - 1, names)),
            (2 | 3, _) => {
                let (a, b) = (self.int(depth - 1, names), self.int(depth - 1, names));
                format!("(if {} then {a} else {b})", self.truth(depth - 1, names))
            }
            (4, _) => format!("t({})", self.int(depth - 1, names)),
            (5, Some(person)) => format!("u({person}.{})", at("k", "l")),
            (6, Some(person)) => format!("({person}.{} otherwise {})", at("o", "q"), self.int(depth - 1, names)),
            (7, Some(person)) => {
                let (a, b) = (self.int(depth - 1, names), self.int(depth - 1, names));
                format!("match {person}.{} {{ a => {a}, _ => {b} }}", at("k", "l"))
            }
            (8, Some(person)) if names.in_decision => format!("v at {person}.{}", at("day_", "born")),
            (9, _) if !names.functions.is_empty() => {
                let function = self.random.pick(&names.functions).cloned().unwrap_or_default();
                format!("{function}({}, {})", self.int(depth - 1, names), self.truth(depth - 1, names))
            }
            (10, Some(person)) if !names.of_person.is_empty() => {
                format!("{}({person})", self.random.pick(&names.of_person).cloned().unwrap_or_default())
            }
            (11, _) if names.in_decision => self.over_list(depth, names),
            _ => self.int(depth - 1, names),
        }
    }

    /// Something of the list of persons.
    fn over_list(&mut self, depth: usize, names: &Names) -> String {
        let mut inner = names.clone();
        inner.person("e");
        inner.in_decision = false;
        let body = self.int(depth - 1, &inner);
        let filter = self.truth(depth - 1, &inner);
        match self.random.below(4) {
            0 => format!("count({filter} for e in people)"),
            1 => format!("size([{body} for e in people where {filter}])"),
            2 => format!("(first({body} for e in people by {}) otherwise 0)", self.int(depth - 1, &inner)),
            _ => format!("(max({body} for e in people where {filter}) otherwise 1)"),
        }
    }

    fn truth(&mut self, depth: usize, names: &Names) -> String {
        if depth == 0 {
            let fallback = format!("{} < {}", self.random.below(10), self.random.below(10));
            return self.leaf(&names.bools, &format!("({fallback})"));
        }
        match self.random.below(6) {
            0 => format!("({} and {})", self.truth(depth - 1, names), self.truth(depth - 1, names)),
            1 => format!("({} or {})", self.truth(depth - 1, names), self.truth(depth - 1, names)),
            2 => format!("(not {})", self.truth(depth - 1, names)),
            3 | 4 => format!("({} <= {})", self.int(depth - 1, names), self.int(depth - 1, names)),
            _ => self.truth(depth - 1, names),
        }
    }

    /// A rule, perhaps with exceptions.
    fn rule(&mut self, value: &mut dyn FnMut(&mut Self) -> String, names: &Names) -> String {
        let mut text = value(self);
        if self.chance(45) {
            text.push_str(&format!("\n    except e1 when {} => {}", self.truth(1, names), value(self)));
            if self.chance(30) {
                text.push_str(&format!("\n    except e2 when {} => {} over e1", self.truth(1, names), value(self)));
            }
        }
        text
    }
}

/// The text of a policy with the decision `d`.
pub fn policy(random: &mut Random) -> String {
    let mut text = HEAD.to_owned();
    let mut maker = Maker { random, private: 10 };
    let mut names = Names::default();
    for n in 0..2 {
        let mut params = Names { functions: names.functions.clone(), ..Names::default() };
        params.ints[0].push("i".into());
        params.bools[0].push("b".into());
        let body = maker.rule(&mut |it| it.int(2, &params), &params);
        text.push_str(&format!("define h{n} (i : int 0 .. 9, b : bool) : int 0 .. 9 = {body}\n"));
        names.functions.push(format!("h{n}"));
    }
    let mut params = Names { functions: names.functions.clone(), ..Names::default() };
    params.person("y");
    let body = maker.rule(&mut |it| it.int(2, &params), &params);
    text.push_str(&format!("define of_ (y : Person) : int 0 .. 9 = {body}\n"));
    names.of_person.push("of_".into());
    let hidden = if maker.chance(30) { " private" } else { "" };
    text.push_str(&format!(
        "decision d\n  input p : Person, people : list of Person max 3{hidden}, s : int 0 .. 9 private"
    ));
    let day = if maker.chance(10) { "p.born" } else { "p.day_" };
    text.push_str(&format!("\n  as of {day}\n{{\n"));
    names.person("p");
    names.ints[1].push("s".into());
    names.ints[0].push("v".into());
    names.in_decision = true;
    for n in 0..3 {
        maker.private = if n == 0 { 50 } else { 8 };
        let body = maker.rule(&mut |it| it.int(2, &names), &names);
        text.push_str(&format!("  let x{n} = {body}\n"));
        names.ints[usize::from(n == 0)].push(format!("x{n}"));
    }
    for n in 0..maker.random.below(3) {
        maker.private = 50;
        let when = if maker.chance(25) { format!(" when {}", maker.truth(1, &names)) } else { String::new() };
        let mut condition = |it: &mut Maker<'_>| {
            it.private = 50;
            let made = it.truth(2, &names);
            it.private = 8;
            if it.chance(50) { format!("({made} or p.n < 8)") } else { made }
        };
        let body = maker.rule(&mut condition, &names);
        text.push_str(&format!("  require r{n}{when} : {body}\n"));
    }
    maker.private = 4;
    for n in 0..2 {
        let when = if maker.chance(25) { format!(" when {}", maker.truth(1, &names)) } else { String::new() };
        let body = maker.rule(&mut |it| it.int(2, &names), &names);
        text.push_str(&format!("  output o{n} : int{when} = {body}\n"));
    }
    text + "}\n"
}

/// Facts that differ only in what is private; `is_private` says whether the list is.
pub fn pair(random: &mut Random, is_private: bool) -> [Json; 2] {
    let mut first = [person(random), person(random), person(random), person(random)];
    let mut second = first.clone();
    second.iter_mut().for_each(|it| hide(it, random));
    let size = random.below(4);
    let other = if is_private { random.below(4) } else { size };
    if is_private {
        second[1] = person(random);
    }
    let facts = |all: &mut [Json; 4], size: usize, s: usize| {
        let people: Vec<Json> = all.iter().skip(1).take(size).cloned().collect();
        json!({ "p": all[0], "people": people, "s": s })
    };
    let (s, r) = (random.below(10), random.below(10));
    [facts(&mut first, size, s), facts(&mut second, other, r)]
}

fn person(random: &mut Random) -> Json {
    let n = random.below(10);
    let k = random.pick(&["a", "b", "c"]).copied();
    let o = Some(random.below(10)).filter(|n| n % 3 > 0);
    let mut it = json!({ "n": n, "f": random.below(2) == 0, "k": k, "o": o, "day_": day(random), "inner": { "w": random.below(10) } });
    hide(&mut it, random);
    it
}

/// Other values for what is private.
fn hide(person: &mut Json, random: &mut Random) {
    person["x"] = random.below(10).into();
    person["g"] = (random.below(2) == 0).into();
    person["l"] = random.pick(&["a", "b", "c"]).copied().into();
    person["q"] = Some(random.below(10)).filter(|n| n % 3 > 0).into();
    person["born"] = day(random).into();
    person["inner"]["z"] = random.below(10).into();
}

fn day(random: &mut Random) -> String {
    format!("{}-06-01", 2001 + random.below(18))
}
