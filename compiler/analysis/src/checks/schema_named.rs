//! W0903: a record that is given to a decision and names no schema, so nothing proves that it can be read.

use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Field, Record};

/// Warns of a record that is an input of a decision although neither the record nor the input names a schema.
pub(crate) fn check(record: &Record, inputs: &[&Field]) -> Option<Diagnostic<Span>> {
    let bare = inputs.iter().find(|input| input.supply.schema.is_none())?;
    if record.supply.schema.is_some() {
        return None;
    }
    let message = format!("record `{}` names no schema", record.name.text);
    let label = format!("read as `{}`, but nothing proves that its documents can be read", bare.name.text);
    let found = Diagnostic::new(Code::NoSchema, record.name.span, message, label);
    Some(found.with_help("write `from \"schemas/….schema.json\"` after the labels"))
}
