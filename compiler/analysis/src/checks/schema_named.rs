//! W0903: a record that is given to a decision and names no schema, so nothing proves that it can be read.

use super::unused::Declared;
use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{Field, ItemKind, Record, TypeKind, TypeRef};

/// Warns of records that are inputs of a decision although neither the record nor the input names a schema; with the place in `items` of the record.
pub(crate) fn check(items: &[Declared<'_>]) -> Vec<(usize, Diagnostic<Span>)> {
    let inputs: Vec<&Field> = items
        .iter()
        .filter_map(|declared| match &declared.item.kind {
            ItemKind::Decision(decision) => Some(decision.inputs.iter()),
            _ => None,
        })
        .flatten()
        .filter(|input| input.supply.schema.is_none())
        .collect();
    let warn = |(n, declared): (usize, &Declared<'_>)| match &declared.item.kind {
        ItemKind::Record(record) if declared.own => Some((n, bare(record, &inputs)?)),
        _ => None,
    };
    items.iter().enumerate().filter_map(warn).collect()
}

fn bare(record: &Record, inputs: &[&Field]) -> Option<Diagnostic<Span>> {
    let name = &record.name;
    let input = inputs.iter().find(|input| named(&input.ty) == Some(&name.text))?;
    if record.supply.schema.is_some() {
        return None;
    }
    let label = format!("read as `{}`, but nothing proves that its documents can be read", input.name.text);
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
            let items = [item(record), item(&format!("decision d input {input} {{ }}"))];
            let declared = items.each_ref().map(|item| Declared { module: "m", file: 0, own: true, item });
            let found: Vec<_> = check(&declared).into_iter().map(|(_, it)| it).collect();
            assert_eq!(lines(&found), expected, "{record} {input}");
        }
    }
}
