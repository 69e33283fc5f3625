//! The part of a header that is about rows: Arrow's structs, the results, what can be wrong.

use enact_ir::Program;
use enact_machine::arrow::{Batch, Column, Refusal};
use enact_machine::describe::identifier;
use enact_machine::rows::{Given, MOST, UNFIT};
use std::fmt::Write as _;

const ARROW: &str = "#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
/* The C data interface of Apache Arrow. */
struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif

#ifndef ENACT_BATCH
#define ENACT_BATCH
/* A number of 128 bits, and a text that lies in a column or among the constants. */
struct enact_wide { uint64_t low; int64_t high; };
struct enact_text { const char *at; uint64_t bytes; };
";

/// What all decisions share.
pub(super) fn preamble() -> String {
    let mut out = ARROW.to_owned();
    let _ = writeln!(
        out,
        "/* A row that does not fit the types of its facts, beside the verdicts. */\n#define ENACT_UNFIT {UNFIT}\n/* Most rows of one call. */\n#define ENACT_MOST_ROWS {MOST}"
    );
    out.push_str("/* What `_batch` returns: the lower 8 bits; those above are the number of the column at fault, each column before those inside of it, from 1 on; 0 is the whole. */\nenum enact_refusal {\n");
    for (refusal, name, what) in Refusal::ALL {
        let _ = writeln!(out, "  ENACT_{name} = {}, /* {what} */", refusal as i32);
    }
    out.push_str("};\n#endif\n\n");
    out
}

/// The rows of a decision.
pub(super) fn batch(program: &Program, batch: &Batch) -> String {
    let name = identifier(&batch.decision);
    let outputs = program.decision(&batch.decision).map(|it| it.outputs.as_slice()).unwrap_or_default();
    let mut out = format!(
        "/* The columns of `rows`, with the format strings of Arrow; # is any number of digits.\n{}*/\n",
        columns(&batch.columns, 1)
    );
    let _ = writeln!(
        out,
        "struct enact_{name}_results {{\n  uint8_t *verdicts; /* one a row */\n  uint64_t *fails; /* {} a row: the requirements that fail, a bit each */",
        batch.rows.fails
    );
    for (output, given) in outputs.iter().zip(&batch.rows.outputs) {
        let member = identifier(&output.name);
        let scale = output.value.ty.inner().number().map_or(0, |number| number.scale);
        let (ty, what) = match given {
            Given::Bits => ("uint8_t", "a bit a row".to_owned()),
            Given::Long => ("int64_t", "one a row".to_owned()),
            Given::Wide => ("struct enact_wide", format!("1 / 10^{scale}, one a row")),
            Given::Day => ("int32_t", "days from 1970-01-01, one a row".to_owned()),
            Given::Case => ("int32_t", "places of cases, one a row".to_owned()),
            Given::Text => ("struct enact_text", "one a row".to_owned()),
        };
        let _ = writeln!(
            out,
            "  {ty} *{member}; /* {what} */\n  uint8_t *{member}_valid; /* a bit a row, the lowest first: whether it is given */"
        );
    }
    let _ = write!(
        out,
        "}};\n#define ENACT_{}_BATCH_ROOM {}\n/* Decides every row. Schema and array are only read. All that `results` leads to is 0 before. `room` has as many bytes as ENACT_..._BATCH_ROOM says. */\nint32_t {}(const struct ArrowSchema *schema, const struct ArrowArray *rows, const struct enact_{name}_results *results, void *room, int32_t today);\n\n",
        name.to_uppercase(),
        batch.room,
        batch.function,
    );
    out
}

fn columns(all: &[Column], depth: usize) -> String {
    let mut out = String::new();
    for column in all {
        let optional = if column.optional { ", may be null: does not exist" } else { "" };
        let name = column.name.as_deref().unwrap_or("(an element)");
        let _ = writeln!(out, "{}{name}: {}{optional}", "  ".repeat(depth), column.format);
        out.push_str(&columns(&column.inner, depth + 1));
    }
    out
}
