//! The C header of an object: structs, units and ranges, functions.

mod batch;

use enact_ir::calendar::{FIRST, LAST};
use enact_ir::{NumberKind, Program, Type};
use enact_machine::describe::{Leaf, identifier, leaves};
use enact_machine::layout::{Layout, is_narrow};
use enact_machine::{Interface, Lowered};
use std::fmt::Write as _;

/// The header for an object of code with names for C ([`Lowered::with_c_names`]).
pub fn header(program: &Program, lowered: &Lowered) -> String {
    let guard = format!("ENACT_{}_H", identifier(&program.policy).to_uppercase());
    let mut out = format!(
        "/* {}: decisions of the policy with the hash {}. */\n#ifndef {guard}\n#define {guard}\n\n#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\n#define ENACT_ASSERT static_assert\nextern \"C\" {{\n#else\n#define ENACT_ASSERT _Static_assert\n#endif\n\n{VERDICTS}",
        program.policy,
        program.hash()
    );
    let policy = identifier(&program.policy).to_uppercase();
    let _ = writeln!(
        out,
        "#define ENACT_{policy}_HASH \"{}\"\n#define ENACT_{policy}_COMPILER \"enact {}\"\n",
        program.hash(),
        env!("CARGO_PKG_VERSION")
    );
    for interface in &lowered.decisions {
        out.push_str(&decision(program, interface));
    }
    if !lowered.batches.is_empty() {
        out.push_str(&batch::preamble());
    }
    for of in &lowered.batches {
        out.push_str(&batch::batch(program, of));
    }
    out.push_str("#undef ENACT_ASSERT\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
    out
}

const VERDICTS: &str = "#ifndef ENACT_VERDICTS
#define ENACT_VERDICTS
/* What a decision returns. `fault` in the output says why: 3 + n is the n-th table that has no figure for the day, INT32_MAX a value that does not exist. */
enum enact_verdict { ENACT_GRANTED = 0, ENACT_REFUSED = 1, ENACT_PENDING = 2, ENACT_ERROR = 3 };
#endif

/* Every value must lie in the range that its comment gives. A bit of `known` says that a fact is there; `_decide` takes all that it reads as known.
   All structs are aligned to 8 bytes, none of the pointers is null, and `arena` has as many bytes as the decision's ENACT_..._ARENA says. */

";

fn decision(program: &Program, interface: &Interface) -> String {
    let name = identifier(&interface.decision);
    let mut out = String::new();
    let mut inputs = Struct::new(format!("enact_{name}_input"), interface.input.words());
    inputs.leaves(program, &interface.inputs(program), &mut out);
    out.push_str(&inputs.finish());
    out.push_str(&output(program, interface, &name));
    let _ = write!(
        out,
        "#define ENACT_{}_ARENA {}\n/* For facts that are all there. */\nint32_t {}(const struct enact_{name}_input *input, struct enact_{name}_output *output, void *arena);\n/* For facts of which some may be missing, with the trace. */\nint32_t {}(const struct enact_{name}_input *input, struct enact_{name}_output *output, void *arena);\n\n",
        name.to_uppercase(),
        interface.arena,
        interface.quick,
        interface.full
    );
    out
}

fn output(program: &Program, interface: &Interface, name: &str) -> String {
    let at = &interface.output;
    let mut out = String::new();
    let mut made = Struct { name: format!("enact_{name}_output"), members: String::new(), asserts: String::new() };
    made.member("int32_t verdict", "verdict", 0, "as returned");
    made.member("int32_t fault", "fault", 4, "0 for none");
    for (member, from, until, what) in [
        ("holds", at.holds, at.fails, "requirements that hold, a bit each"),
        ("fails", at.fails, at.faults, "requirements that fail"),
        ("faults", at.faults, at.trace, "requirements that end in a fault"),
    ] {
        made.words(member, from, until, what);
    }
    let given = at.values.first().map_or(at.size, |(given, _)| *given);
    made.words("trace", at.trace, given, "steps that count, a bit each");
    let decision = program.decision(&interface.decision);
    let outputs = decision.map(|it| it.outputs.as_slice()).unwrap_or_default();
    for (declared, (given, _)) in outputs.iter().zip(&at.values) {
        let member = format!("{}_given", identifier(&declared.name));
        made.member(&format!("uint8_t {member}"), &member, *given, "1 if it is given");
    }
    made.leaves(program, &interface.outputs(program), &mut out);
    out.push_str(&made.finish());
    out
}

/// A struct in the making.
struct Struct {
    name: String,
    members: String,
    asserts: String,
}

impl Struct {
    fn new(name: String, words: u32) -> Struct {
        let mut made = Struct { name, members: String::new(), asserts: String::new() };
        made.words("known", 0, words * 8, "a bit for each fact that is there");
        made
    }

    fn words(&mut self, member: &str, from: u32, until: u32, what: &str) {
        let count = until.saturating_sub(from) / 8;
        if count > 0 {
            self.member(&format!("uint64_t {member}[{count}]"), member, from, what);
        }
    }

    fn member(&mut self, declaration: &str, name: &str, at: u32, comment: &str) {
        let _ = writeln!(self.members, "  {declaration}; /* {} */", comment.replace("*/", "* /"));
        let _ = writeln!(self.asserts, "ENACT_ASSERT(offsetof(struct {}, {name}) == {at}, \"{name}\");", self.name);
    }

    fn leaves(&mut self, program: &Program, all: &[Leaf], before: &mut String) {
        for leaf in all {
            self.leaf(program, leaf, before);
        }
    }

    fn leaf(&mut self, program: &Program, leaf: &Leaf, before: &mut String) {
        let (slot, name) = (&leaf.slot, identifier(&leaf.path));
        if matches!(slot.ty, Type::Optional(_)) {
            let member = format!("{name}_present");
            self.member(
                &format!("uint8_t {member}"),
                &member,
                slot.present,
                &format!("{}: 1 if it is there; bit {}", leaf.path, slot.bit),
            );
        }
        let what = format!("{}{}; bit {}", leaf.path, unit(program, slot.ty.inner()), slot.bit);
        match slot.ty.inner() {
            Type::Bool => self.member(&format!("uint8_t {name}"), &name, slot.offset, &what),
            Type::Number(number) if is_narrow(*number) => {
                self.member(&format!("int64_t {name}"), &name, slot.offset, &what)
            }
            Type::Number(_) => {
                self.member(&format!("uint64_t {name}_low"), &format!("{name}_low"), slot.offset, &what);
                self.member(
                    &format!("int64_t {name}_high"),
                    &format!("{name}_high"),
                    slot.offset + 8,
                    "its upper half",
                );
            }
            Type::Date | Type::Enum(_) => self.member(&format!("int32_t {name}"), &name, slot.offset, &what),
            Type::Text { .. } => {
                self.member(&format!("const char *{name}"), &name, slot.offset, &what);
                self.member(
                    &format!("uint32_t {name}_length"),
                    &format!("{name}_length"),
                    slot.offset + 8,
                    "its bytes of UTF-8",
                );
            }
            Type::List { .. } => {
                let element = format!("{}_{name}_element", self.name);
                if let Some(layout) = &slot.element {
                    before.push_str(&element_of(program, &element, layout));
                }
                self.member(&format!("const struct {element} *{name}"), &name, slot.offset, &what);
                self.member(
                    &format!("uint32_t {name}_count"),
                    &format!("{name}_count"),
                    slot.offset + 8,
                    "its elements",
                );
            }
            Type::Record(_) | Type::Optional(_) => {}
        }
    }

    fn finish(self) -> String {
        format!("struct {} {{\n{}}};\n{}\n", self.name, self.members, self.asserts)
    }
}

fn element_of(program: &Program, name: &str, layout: &Layout) -> String {
    let mut before = String::new();
    let mut made = Struct::new(name.to_owned(), layout.words());
    for slot in &layout.slots {
        made.leaves(program, &leaves(program, "value", &enact_ir::Labels::default(), slot), &mut before);
    }
    before + &made.finish()
}

/// Unit and range.
fn unit(program: &Program, ty: &Type) -> String {
    match ty {
        Type::Bool => ", 0 or 1".to_owned(),
        Type::Number(number) => {
            let what = match number.kind {
                NumberKind::Money if number.scale == 2 => ", fen".to_owned(),
                NumberKind::Money => format!(", yuan / 10^{}", number.scale),
                _ if number.scale == 0 => String::new(),
                _ => format!(", 1 / 10^{}", number.scale),
            };
            format!("{what}, {} to {}", number.lo, number.hi)
        }
        Type::Date => format!(", days from 1970-01-01, {FIRST} to {LAST}"),
        Type::Enum(id) => {
            let cases = program.enum_of(*id).map(|it| it.cases.as_slice()).unwrap_or_default();
            let named: Vec<String> = cases.iter().enumerate().map(|(n, it)| format!("{n} {}", it.name)).collect();
            format!(": {}", named.join(", "))
        }
        Type::Text { max } => format!(", at most {max} characters"),
        Type::List { max, .. } => format!(", at most {max}"),
        Type::Record(_) | Type::Optional(_) => String::new(),
    }
}
