//! E0501 to E0511: whether every document that is valid under its schema on chain can be read as the record or input says.

use crate::number::is_unbounded;
use enact_base::{Code, Diagnostic, Span};
use enact_ir::{Encoding, NumberKind, Program, Type};
use enact_schema::{Demand, Kind, Schema, SchemaProblem, fit};
use enact_syntax::ast;

/// What reading a schema came to.
pub(crate) type Read<'a> = Result<&'a Schema, &'a [SchemaProblem]>;

/// Judges a record by the schema that it names.
pub(crate) fn record(
    program: &Program,
    declared: &ast::Record,
    record: &enact_ir::Record,
    schema: Read<'_>,
) -> Vec<Diagnostic<Span>> {
    let Some(named) = &declared.supply.schema else { return Vec::new() };
    let demand = Demand::Record { name: record.name.clone(), fields: fields(program, &record.fields) };
    let place = |path: &[usize]| {
        let field = declared.fields.get(*path.first()?)?;
        Some(field.name.span.to(field.ty.span))
    };
    judge(schema, &demand, named.span, &place)
}

/// Judges an input that names its own schema: the schema of the value, or of a record with a field of the input's name.
pub(crate) fn input(
    program: &Program,
    declared: &ast::Field,
    input: &enact_ir::Field,
    schema: Read<'_>,
) -> Vec<Diagnostic<Span>> {
    let Some(named) = &declared.supply.schema else { return Vec::new() };
    let whole = declared.name.span.to(declared.ty.span);
    // A schema of a whole record: the input is its field of that name.
    let is_field = !matches!(input.ty.inner(), Type::Record(_))
        && schema.is_ok_and(|schema| schema.shape.alternatives.iter().any(|it| matches!(it.kind, Kind::Object(_))));
    let asked = if is_field {
        Demand::Record { name: input.name.clone(), fields: fields(program, std::slice::from_ref(input)) }
    } else {
        demand(program, &input.ty, input.encoding)
    };
    judge(schema, &asked, named.span, &|_| Some(whole))
}

fn judge(
    schema: Read<'_>,
    demand: &Demand,
    named: Span,
    place: &dyn Fn(&[usize]) -> Option<Span>,
) -> Vec<Diagnostic<Span>> {
    match schema {
        Ok(schema) => {
            let span = |path: &[usize]| place(path).unwrap_or(named);
            let at = |it: &enact_schema::Misfit| if it.is_schema_problem() { named } else { span(&it.fields) };
            fit(&schema.shape, demand).iter().map(|it| it.diagnostic(at(it))).collect()
        }
        Err(problems) => problems.iter().take(1).map(|it| unreadable(it, named)).collect(),
    }
}

fn unreadable(problem: &SchemaProblem, named: Span) -> Diagnostic<Span> {
    let found = Diagnostic::new(problem.code, named, problem.message.clone(), "the schema");
    match problem.code {
        Code::SchemaNotFound => found.with_help("name a file of the project; paths start at the project's folder"),
        _ => found.with_note(format!("at `{}`", problem.origin)),
    }
}

fn fields(program: &Program, fields: &[enact_ir::Field]) -> Vec<enact_schema::Field> {
    let field = |it: &enact_ir::Field| enact_schema::Field {
        name: it.name.clone(),
        path: it.path.clone(),
        demand: demand(program, &it.ty, it.encoding),
    };
    fields.iter().map(field).collect()
}

/// What a type asks of a document. The depth of the recursion is that of the type: a record never holds itself.
fn demand(program: &Program, ty: &Type, encoding: Encoding) -> Demand {
    match ty {
        Type::Bool => Demand::Bool,
        Type::Number(number) => {
            let range = (!is_unbounded(*number)).then_some((number.lo, number.hi));
            let scale = number.scale.into();
            match number.kind {
                NumberKind::Int => Demand::Int { range },
                NumberKind::Decimal => Demand::Decimal { scale, range },
                NumberKind::Rate => Demand::Rate { scale, range },
                NumberKind::Money => Demand::Money { fen: encoding == Encoding::Fen, range },
            }
        }
        Type::Date => Demand::Date,
        Type::Text { max } => Demand::Text { max: Some(*max) },
        Type::Enum(id) => {
            let found = program.enum_of(*id);
            let codes = found.map(|it| it.cases.iter().map(|case| case.code.clone()).collect()).unwrap_or_default();
            Demand::Enum { name: found.map(|it| it.name.clone()).unwrap_or_default(), codes }
        }
        Type::Optional(inner) => Demand::Optional(Box::new(demand(program, inner, encoding))),
        Type::List { element, max } => {
            Demand::List { element: Box::new(demand(program, element, encoding)), max: Some(*max) }
        }
        Type::Record(id) => {
            let found = program.record_of(*id);
            let name = found.map(|it| it.name.clone()).unwrap_or_default();
            Demand::Record { name, fields: found.map(|it| fields(program, &it.fields)).unwrap_or_default() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};
    use super::*;
    use enact_ir::{Field, Labels, NumberType};
    use enact_syntax::ast::ItemKind;

    const SCHEMA: &str = r#"{
        "type": "object",
        "properties": { "days": { "type": "integer", "minimum": 0, "maximum": 400 }, "ward": { "type": "string", "maxLength": 20 } },
        "required": ["days"]
    }"#;

    fn findings(path: &str, field: &str, ty: Type) -> String {
        let ItemKind::Record(declared) = item(&format!("record V from \"{path}\" {{ {field} : date }}")).kind else {
            panic!("no record")
        };
        let files = [("visit.json".to_owned(), SCHEMA.to_owned())];
        let schema = Schema::read(path, files.as_slice());
        let (labels, text) = (Labels::default(), String::new);
        let field = Field {
            name: field.into(),
            labels: labels.clone(),
            path: vec![field.into()],
            ty,
            encoding: Encoding::Standard,
            private: false,
            schema: text(),
            issuer: text(),
        };
        let read =
            enact_ir::Record { name: "V".into(), labels, schema: path.into(), issuer: text(), fields: vec![field] };
        let found = record(&Program::default(), &declared, &read, schema.as_ref().map_err(Vec::as_slice));
        lines(&found).split(' ').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_way_not_to_fit_has_its_code() {
        let int = |hi| Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo: 0, hi });
        let ward = Type::Optional(Box::new(Type::Text { max: 20 }));
        for (path, field, ty, expected) in [
            ("visit.json", "days", int(400), ""),
            ("visit.json", "ward", ward, ""),
            ("other.json", "days", int(400), "E0501"),
            ("visit.json", "day", int(400), "E0502"),
            ("visit.json", "days", Type::Bool, "E0503"),
            ("visit.json", "ward", Type::Text { max: 20 }, "E0504"),
            ("visit.json", "days", int(365), "E0505"),
            ("visit.json", "ward", Type::Optional(Box::new(Type::Date)), "E0507"),
            ("visit.json", "ward", Type::Optional(Box::new(Type::Text { max: 10 })), "E0509"),
        ] {
            assert_eq!(findings(path, field, ty), expected, "{path} {field}");
        }
    }
}
