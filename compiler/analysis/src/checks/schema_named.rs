//! W0903: a record that is given to a decision and names no schema, so nothing proves that it can be read.

use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Item, ItemKind, TypeKind, TypeRef};
use std::collections::BTreeMap;

/// Names of the types of a decision's inputs that name no schema, each with the input's name.
pub(crate) fn bare_inputs(item: &Item) -> Vec<(String, String)> {
    let ItemKind::Decision(decision) = &item.kind else { return Vec::new() };
    let bare = decision.inputs.iter().filter(|input| input.supply.schema.is_none());
    bare.filter_map(|input| Some((named(&input.ty)?.clone(), input.name.text.clone()))).collect()
}

/// Warns of a record that is the input of a decision although neither the record nor the input names a schema.
pub(crate) fn check(item: &Item, bare_inputs: &BTreeMap<String, String>) -> Option<Diagnostic<Span>> {
    let ItemKind::Record(record) = &item.kind else { return None };
    let name = &record.name;
    let input = bare_inputs.get(&name.text).filter(|_| record.supply.schema.is_none() && !item.kind.is_unread())?;
    let label = format!("read as `{input}`, but nothing proves that its documents can be read");
    let found = Diagnostic::new(Code::NoSchema, name.span, format!("record `{}` names no schema", name.text), label);
    Some(found.with_help("write `from \"schemas/….schema.json\"` after its name and labels"))
}

fn named(ty: &TypeRef) -> Option<&String> {
    match &ty.kind {
        TypeKind::Named(name) => Some(&name.text),
        TypeKind::Optional(inner) | TypeKind::List { element: inner, .. } => named(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;

    #[test]
    fn what_a_decision_is_given_has_a_schema() {
        for (record, input, expected) in [
            ("record A { n: int }", "a: A", "W0903 record `A` names no schema"),
            ("record A { n: int }", "a: list of A max 3", "W0903 record `A` names no schema"),
            ("record A { n: int }", "a: optional A from \"a.json\"", ""),
            ("record A from \"a.json\" { n: int }", "a: A", ""),
            ("record A { n: int }", "b: B", ""),
        ] {
            let inputs = bare_inputs(&item(&format!("decision d input {input} {{ }}"))).into_iter().collect();
            let found: Vec<_> = check(&item(record), &inputs).into_iter().collect();
            assert_eq!(lines(&found), expected, "{record} {input}");
        }
    }
}
