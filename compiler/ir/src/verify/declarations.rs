//! Enums, records, tables.

use super::{Errors, MAX_RECORD_DEPTH, types};
use crate::{Cite, Encoding, Field, NumberKind, Pattern, Program, Row, Table, Type, Value, Version};

pub(super) fn check(program: &Program, errors: &mut Errors) {
    errors.at("program".to_owned());
    errors.distinct("decision", program.decisions.iter().map(|it| it.name.as_str()));
    for declared in &program.enums {
        errors.at(format!("enum `{}`", declared.name));
        errors.distinct("case", declared.cases.iter().map(|it| it.name.as_str()));
        errors.distinct("code", declared.cases.iter().map(|it| it.code.as_str()));
    }
    for record in &program.records {
        errors.at(format!("record `{}`", record.name));
        errors.distinct("field", record.fields.iter().map(|it| it.name.as_str()));
        for declared in &record.fields {
            errors.at(format!("record `{}`, field `{}`", record.name, declared.name));
            errors.check(field(program, declared));
        }
    }
    if errors.found.is_empty() {
        check_nesting(program, errors);
    }
    if !errors.found.is_empty() {
        return;
    }
    for table in &program.tables {
        errors.at(format!("table `{}`", table.name));
        check_table(program, table, errors);
    }
}

pub(super) fn cite(program: &Program, cite: &Cite) -> Result<(), String> {
    match program.sources.get(cite.source as usize) {
        Some(_) => Ok(()),
        None => Err(format!("there is no source {}", cite.source)),
    }
}

pub(super) fn field(program: &Program, field: &Field) -> Result<(), String> {
    types::check(program, &field.ty)?;
    if field.path.is_empty() {
        return Err("has no member that leads to it".to_owned());
    }
    let leaf = leaf(&field.ty);
    let in_fen = leaf.number().is_some_and(|number| number.kind == NumberKind::Money && number.scale == 2);
    if field.encoding == Encoding::Fen && !in_fen {
        return Err("is written in fen but is no money of two digits".to_owned());
    }
    Ok(())
}

/// The type behind optionals and lists.
fn leaf(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => leaf(inner),
        Type::List { element, .. } => leaf(element),
        other => other,
    }
}

/// Records lie in each other only so deep, and never in themselves.
fn check_nesting(program: &Program, errors: &mut Errors) {
    let inside = |ty: &Type| match leaf(ty) {
        Type::Record(id) => Some(id.0 as usize),
        _ => None,
    };
    // A record whose nesting is still growing after so many rounds is too deep, or lies in itself.
    let mut depth = vec![1_usize; program.records.len()];
    for _ in 0..=MAX_RECORD_DEPTH {
        for (place, record) in program.records.iter().enumerate() {
            let parts = record.fields.iter().filter_map(|field| depth.get(inside(&field.ty)?)).max().copied();
            if let (Some(slot), Some(parts)) = (depth.get_mut(place), parts) {
                *slot = parts + 1;
            }
        }
    }
    for (record, depth) in program.records.iter().zip(depth) {
        if depth > MAX_RECORD_DEPTH {
            errors.at(format!("record `{}`", record.name));
            errors.add(format!("records are nested deeper than {MAX_RECORD_DEPTH}, or in a circle"));
        }
    }
}

fn check_table(program: &Program, table: &Table, errors: &mut Errors) {
    for ty in table.keys.iter().chain([&table.ty]) {
        errors.check(types::check(program, ty));
    }
    let always = |version: &Version| version.from == i64::MIN && version.until == i64::MAX;
    if !(table.dated || table.versions.len() == 1 && table.versions.iter().all(always)) {
        errors.add("a table without dates has one version that holds always");
    }
    let mut end = None;
    for version in &table.versions {
        if version.from > version.until || end.is_some_and(|end| version.from <= end) {
            errors.add("its versions overlap or are out of order");
        }
        end = Some(version.until);
        for cited in version.cites.iter().chain(version.rows.iter().flatten().flat_map(|row| &row.cites)) {
            errors.check(cite(program, cited));
        }
        for (place, row) in version.rows.iter().flatten().enumerate() {
            errors.check(check_row(program, table, row).map_err(|message| format!("row {place}: {message}")));
        }
    }
}

fn check_row(program: &Program, table: &Table, row: &Row) -> Result<(), String> {
    if row.patterns.len() != table.keys.len() {
        return Err(format!("has {} patterns for {} keys", row.patterns.len(), table.keys.len()));
    }
    for (pattern, key) in row.patterns.iter().zip(&table.keys) {
        check_pattern(program, pattern, key, 0)?;
    }
    if types::holds(program, &table.ty, &row.value) {
        Ok(())
    } else {
        Err(format!("its value {:?} is not of type {}", row.value, types::show(&table.ty)))
    }
}

fn check_pattern(program: &Program, pattern: &Pattern, key: &Type, depth: usize) -> Result<(), String> {
    match pattern {
        Pattern::Any => Ok(()),
        Pattern::OneOf(values) => match values.iter().find(|value| !same_form(program, key, value)) {
            Some(value) => Err(format!("the pattern {value:?} is not of type {}", types::show(key))),
            None => Ok(()),
        },
        Pattern::Range(..) if matches!(key.inner(), Type::Number(_) | Type::Date) => Ok(()),
        Pattern::Range(..) => Err(format!("a range for a key of type {}", types::show(key))),
        Pattern::Either(_) if depth > 8 => Err("its patterns are nested too deep".to_owned()),
        Pattern::Either(patterns) => {
            patterns.iter().try_for_each(|pattern| check_pattern(program, pattern, key, depth + 1))
        }
    }
}

/// A number or text of a pattern may lie outside what the key can be; it then never matches.
fn same_form(program: &Program, key: &Type, value: &Value) -> bool {
    match (key.inner(), value) {
        (Type::Number(_), Value::Number(_)) | (Type::Text { .. }, Value::Text(_)) => true,
        _ => types::holds(program, key, value),
    }
}
