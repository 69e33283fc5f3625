//! Programs that are accepted, with what they come to.

use super::passes;

#[test]
fn quotients_stay_exact_through_names_branches_and_functions() {
    passes(
        "policy t
define per_head(total : money, 0 yuan .. 1000 yuan, heads : int 1 .. 10) : money = total / heads
decision d input total : money, 0 yuan .. 1000 yuan, heads : int 1 .. 10, cap : bool {
  let share = total / heads
  let limited = if cap then min(share, 10 yuan) else share
  output exact : bool = share * heads = total
  output paid : money = round down to fen (limited)
  output three : money = round half up to fen (share + share + share)
  output same : money = round down to fen (per_head(total, heads))
  output above : money = round down to fen (max(0 yuan, share - 30 yuan))
  output inverse : int = round half up to 0 places (number(total / (total / heads + 1 yuan)))
  output negative : money = round floor to fen (-share)
}
test \"thirds\" { d with total: 100 yuan heads: 3 cap: no
  expect granted, exact = yes, paid = 33.33 yuan, three = 100 yuan, same = 33.33 yuan, above = 3.33 yuan, inverse = 3, negative = -33.34 yuan }
test \"capped\" { d with total: 100 yuan heads: 3 cap: yes expect granted, paid = 10 yuan }",
    );
}

#[test]
fn conditions_narrow_ranges_and_optionals() {
    passes(
        "policy t
decision d input n : int -5 .. 5, left : money, 0 yuan .. 100 yuan, want : money, 0 yuan .. 500 yuan, day_ : optional date {
  let known = day_ is present
  output a : int 0 .. 5 = if n >= 0 then n else 0
  output b : decimal 2 = if n != 5 and n > 0 then round down to 2 places (1 / n) else 0
  output paid : money, 0 yuan .. 100 yuan = min(left, want)
  output rest : money, 0 yuan .. 100 yuan = left - min(left, want)
  output more : money, 0 yuan .. 500 yuan = if want >= left then want - left else 0 yuan
  output year_ : int = if known then year(day_) else 0
  output late : bool = day_ is absent or day_ > 2024-01-01
}
test \"some\" { d with n: 3 left: 10 yuan want: 4 yuan day_: 2024-05-01
  expect granted, a = 3, b = 0.33, paid = 4 yuan, rest = 6 yuan, more = 0 yuan, year_ = 2024, late = yes }
test \"none\" { d with n: -3 left: 10 yuan want: 40 yuan day_: absent
  expect granted, a = 0, b = 0, paid = 10 yuan, rest = 0 yuan, more = 30 yuan, year_ = 0, late = yes }",
    );
}

#[test]
fn a_condition_on_what_is_calculated_narrows_it() {
    passes(
        "policy t
decision d input xs : list of int 0 .. 9 max 5 {
  output mean : decimal 1 = if size(xs) in 1 .. 5 then round half up to 1 places (sum(x for x in xs) / size(xs)) else 0
}
test \"some\" { d with xs: [1, 2] expect granted, mean = 1.5 }
test \"none\" { d with xs: [] expect granted, mean = 0 }",
    );
}

#[test]
fn names_are_found_in_any_order_and_by_the_expected_type() {
    passes(
        "policy t
enum Kind { low, high }
enum Level { low, middle }
decision d input kind : Kind, level : Level {
  output c : int = b + 1
  let b = if low = kind then a else 2
  let a = match level { low => 10, middle => 20 }
  output k : Kind = if level = middle then high else low
  output l : Level = Level.middle
  output one_of : bool = kind in [high] and level in [low, middle]
}
test \"names\" { d with kind: low level: middle expect granted, c = 21, k = high, l = middle, one_of = no }",
    );
}

#[test]
fn a_name_of_an_element_may_be_that_of_a_value() {
    passes(
        "policy t
decision d input xs : list of int 0 .. 9 max 5 {
  let x = sum(x for x in xs)
  let y = count(x > 1 for x in xs)
  output a : int = x
  output b : int = y
}
test \"both\" { d with xs: [1, 2, 3] expect granted, a = 6, b = 2 }",
    );
}

#[test]
fn functions_use_functions_and_figures() {
    passes(
        "policy t
parameter rate_ : rate { before 2010-01-01 unknown from 2010-01-01 = 3% from 2020-01-01 = 5.5% }
define part(amount : money, 0 yuan .. 100 yuan) = amount * rate_
define both(amount : money, 0 yuan .. 100 yuan) = part(amount) + part(amount)
decision d input amount : money, 0 yuan .. 100 yuan, day_ : date as of day_ {
  output now : money = round half up to fen (both(amount))
  output then_ : money = round half up to fen (both(amount) at 2010-01-01)
}
test \"by date\" { d with amount: 10 yuan day_: 2024-01-01 expect granted, now = 1.10 yuan, then_ = 0.60 yuan }
test \"not known\" { d with amount: 10 yuan day_: 2000-01-01 expect error [no_parameter_version] }",
    );
}

#[test]
fn scales_by_version() {
    passes(
        "policy t
scale tax (x : money, 0 yuan .. 1_000_000 yuan) {
  before 2010-01-01 unknown
  from 2010-01-01 { to 100 yuan => 10%, above => 20% }
  from 2020-01-01 { to 200 yuan => 5%, to 300 yuan => 7.5%, above => 30% }
}
decision d input x : money, 0 yuan .. 1_000_000 yuan, day_ : date as of day_ {
  output paid : money = round half up to fen (tax(x))
  output old : money = round half up to fen (tax(x) at 2011-01-01)
}
test \"new\" { d with x: 400 yuan day_: 2024-01-01 expect granted, paid = 47.50 yuan, old = 70 yuan }
test \"old\" { d with x: 100.01 yuan day_: 2015-01-01 expect granted, paid = 10 yuan }
test \"unknown\" { d with x: 1 yuan day_: 2009-12-31 expect error [no_parameter_version] }",
    );
}

#[test]
fn numbers_of_every_kind() {
    passes(
        "policy t
decision d input n : int 0 .. 10, r : rate, 0% .. 100%, m : money, 0 yuan .. 10 yuan, x : decimal 1, 0 .. 9 {
  output a : decimal 1 = n + x
  output b : rate = 1 - r
  output c : rate = round half up to 2 places (rate(n / 10))
  output e : decimal 6 = number(r)
  output f : money = m * n
  output g : bool = r >= 0.5
  output h : rate = round half up to 4 places (m / 3 yuan)
}
test \"all\" { d with n: 3 r: 25% m: 1 yuan x: 0.5 expect granted, a = 3.5, b = 75%, c = 30%, e = 0.25, f = 3 yuan, g = no, h = 33.33% }",
    );
}

#[test]
fn lists_of_records() {
    passes(
        "policy t
record Item { name : text max 5, cost : optional money, 0 yuan .. 9 yuan }
record Line { name : text max 8, cost : money, 0 yuan .. 99 yuan, share : rate, 0% .. 100% }
decision d input items : list of Item max 4 {
  let priced = [i for i in items where i.cost is present]
  output lines : list of Line max 8 =
    [Line { name: i.name, cost: i.cost otherwise 0 yuan, share: 50% } for i in priced by i.name descending]
      ++ [Line { name: \"end\", cost: 1 yuan, share: 0% }]
  output first_ : optional text max 5 = first(i.name for i in items where i.cost is absent)
  output dearest : money = max(i.cost otherwise 0 yuan for i in items) otherwise 0 yuan
}
test \"two\" { d with items: [{ name: \"a\", cost: 1 yuan }, { name: \"b\", cost: absent }, { name: \"c\", cost: 2 yuan }]
  expect granted, first_ = \"b\", dearest = 2 yuan, lines = [
    { name: \"c\", cost: 2 yuan, share: 50% }, { name: \"a\", cost: 1 yuan, share: 50% }, { name: \"end\", cost: 1 yuan, share: 0% }] }",
    );
}
