//! Generated projects of any size, for benches and tests of speed.

use std::fmt::Write as _;

/// A project of `files` files with `lines` lines each (a little more), each file a module of its own that imports the one before.
pub fn project(files: usize, lines: usize) -> Vec<(String, String)> {
    (0..files).map(|file| (format!("m{file:04}.enact"), module(file, lines))).collect()
}

/// One file: declarations of every kind, repeated under other names until it is long enough.
pub fn module(file: usize, lines: usize) -> String {
    let mut text = format!("policy large.m{file}\ntitle \"第{file}号\" en \"Module {file}\"\n");
    if file > 0 {
        let _ = writeln!(text, "import large.m{}", file - 1);
    }
    let _ = writeln!(text, "source law_{file} = law \"规定{file}\" number \"第{file}号\" since 2005-06-06\n");
    let mut group = 0;
    while text.bytes().filter(|byte| *byte == b'\n').count() < lines {
        text.push_str(&declarations(&format!("{file}_{group}"), file));
        group += 1;
    }
    text
}

fn declarations(id: &str, file: usize) -> String {
    format!(
        "enum Category_{id} \"参保类别\" {{ employee_{id} \"在职职工\", retiree_{id} \"退休人员\" }}

record Visit_{id} \"门诊费用\" {{
  day_     : date
  kind     : Category_{id}
  urgent   : bool
  eligible : money, 0 yuan .. 10_000_000 yuan
  spent    : money, 0 yuan .. 100_000_000 yuan // this year
}}

parameter deductible_{id} \"起付线\" (c: Category_{id}) : money cite law_{file}.art(37) {{
  before 2010-01-01 unknown
  from 2010-01-01 {{ employee_{id} => 1800 yuan, retiree_{id} => 1300 yuan }}
}}

table rate_{id} \"报销比例\" (c: Category_{id}, urgent: bool) : rate cite law_{file}.art(38) {{
                | yes | no
  employee_{id} | 90% | 70%
  retiree_{id}  | 95% | 85%
}}

decision reimburse_{id} \"门诊报销\"
  input visit : Visit_{id}
  as of visit.day_
{{
  require small \"费用不超限\" cite law_{file}.art(9):
    visit.eligible <= 1_000_000 yuan or visit.urgent

  let beyond = clamp(visit.spent + visit.eligible - deductible_{id}(visit.kind), 0 yuan .. visit.eligible)

  output share \"比例\" : rate cite law_{file}.art(38)
    = rate_{id}(visit.kind, visit.urgent)
    except night \"夜间\" when visit.urgent and visit.spent = 0 yuan => 100% cite law_{file}.art(41)

  output payable \"应付金额\" : money cite law_{file}.art(39)
    = round down to fen (beyond * rate_{id}(visit.kind, visit.urgent))
}}

test \"across the deductible {id}\" {{
  reimburse_{id} with visit {{ day_: 2024-03-01, kind: retiree_{id}, urgent: no, eligible: 500 yuan, spent: 1000 yuan }}
  expect granted, payable = 170 yuan
}}

"
    )
}
