//! What a contract keeps, told by the contract itself, so that another version can be held against it before it takes over: every record and every total that lies on chain must mean to it what it meant.
//!
//! The section `enact.state` is the text of a program without decisions: the policy's records, a record for each input that lies on chain by itself, and for each ledger a record `tally.NAME` of the parts of its key and
//! the total. Records of which nothing lies on chain have no issuer.

use enact_ir::{Encoding, Field, Labels, NumberType, Program, Record, Type, text};
use enact_machine::contract::{Holds, kinds};

/// The name of the section.
pub const SECTION: &str = "enact.state";

/// Whoever counts is not an issuer of the policy.
const COUNTED: &str = "counted";

/// What a program's contract keeps, as the bytes of the section.
pub fn section(program: &Program) -> Vec<u8> {
    text::print(&kept(program)).into_bytes()
}

fn kept(program: &Program) -> Program {
    let kinds = kinds(program);
    let mut records: Vec<Record> = program.records.iter().map(bare).collect();
    for record in &mut records {
        if !kinds.iter().any(|it| it.name == record.name && matches!(it.holds, Holds::Record(_))) {
            record.issuer.clear();
        }
    }
    for kind in &kinds {
        if let Holds::Input(field) = &kind.holds {
            records.push(bare(&Record { issuer: kind.issuer.clone(), ..record(&kind.name, vec![(**field).clone()]) }));
        }
    }
    for (name, parts) in ledgers(program) {
        let fields = parts.into_iter().enumerate().map(|(n, ty)| field(&n.to_string(), ty)).collect();
        let record = Record { issuer: COUNTED.to_owned(), ..record(&format!("tally.{name}"), fields) };
        if !records.iter().any(|it| it.name == record.name) {
            records.push(record);
        }
    }
    let mut enums = program.enums.clone();
    for declared in &mut enums {
        declared.labels = Labels::default();
        declared.cases.iter_mut().for_each(|it| it.labels = Labels::default());
    }
    Program { policy: program.policy.clone(), enums, records, ..Program::default() }
}

/// The ledgers, each with the types of its key's parts and of the total.
fn ledgers(program: &Program) -> impl Iterator<Item = (&str, Vec<Type>)> {
    let tallies = program.decisions.iter().flat_map(|it| it.ledger.iter().map(move |tally| (it, tally)));
    tallies.map(|(decision, tally)| {
        let total = decision.inputs.get(tally.port as usize).map(|it| it.ty.clone());
        (tally.ledger.as_str(), tally.key.iter().map(|it| it.ty.clone()).chain(total).collect())
    })
}

fn record(name: &str, fields: Vec<Field>) -> Record {
    let (labels, schema, issuer) = (Labels::default(), String::new(), String::new());
    Record { name: name.to_owned(), labels, schema, issuer, fields }
}

fn field(name: &str, ty: Type) -> Field {
    let (labels, encoding, private) = (Labels::default(), Encoding::Standard, false);
    let (schema, issuer, path) = (String::new(), String::new(), vec![name.to_owned()]);
    Field { name: name.to_owned(), labels, path, ty, encoding, schema, issuer, private }
}

/// A record without what says nothing of documents.
fn bare(record: &Record) -> Record {
    let one = |it: &Field| {
        let (labels, schema, issuer) = (Labels::default(), String::new(), String::new());
        Field { labels, schema, issuer, private: false, ..it.clone() }
    };
    let fields = record.fields.iter().map(one).collect();
    Record { labels: Labels::default(), schema: String::new(), fields, ..record.clone() }
}

/// What a program would misread of the state that an older contract has left, in sentences; nothing if it may take over.
///
/// # Errors
/// If the section is not one.
pub fn misread(section: &[u8], program: &Program) -> Result<Vec<String>, String> {
    let text = std::str::from_utf8(section).map_err(|error| error.to_string())?;
    let old = text::parse(text).map_err(|error| error.to_string())?;
    let new = kept(program);
    let both = Both { old: &old, new: &new };
    let mut found = Vec::new();
    if old.policy != new.policy {
        found.push(format!("the policy was `{}` and is `{}`: their ledgers have other names", old.policy, new.policy));
    }
    for before in old.records.iter().filter(|it| !it.issuer.is_empty()) {
        // What is not read any more is not misread.
        let Some(after) = new.records.iter().find(|it| it.name == before.name && !it.issuer.is_empty()) else {
            continue;
        };
        if before.issuer == COUNTED {
            both.ledger(before, after, &mut found);
        } else {
            both.fields(&before.name, &before.fields, &after.fields, &mut found);
        }
    }
    Ok(found)
}

/// The programs of the types on either side.
struct Both<'p> {
    old: &'p Program,
    new: &'p Program,
}

impl Both<'_> {
    /// Keys are bytes that depend on the kinds of their parts, totals are counted in units of their scale.
    fn ledger(&self, before: &Record, after: &Record, found: &mut Vec<String>) {
        let kind = |program: &Program, ty: &Type| match ty {
            Type::Number(number) => format!("{:?} {}", number.kind, number.scale),
            Type::Enum(id) => {
                format!("{:?}", program.enum_of(*id).map(|it| it.cases.iter().map(|it| &it.code).collect::<Vec<_>>()))
            }
            Type::Text { .. } => "text".to_owned(),
            other => format!("{other:?}"),
        };
        let kinds = |program: &Program, record: &Record| -> Vec<String> {
            record.fields.iter().map(|it| kind(program, &it.ty)).collect()
        };
        if kinds(self.old, before) != kinds(self.new, after) {
            let name = before.name.strip_prefix("tally.").unwrap_or(&before.name);
            found.push(format!("the ledger `{name}` is counted by another key or in another unit"));
        }
    }

    /// What was not read before was held to nothing: it is read when it is asked for, and refused then if it does not fit.
    fn fields(&self, place: &str, before: &[Field], after: &[Field], found: &mut Vec<String>) {
        for field in after {
            let Some(known) = before.iter().find(|it| it.path == field.path) else { continue };
            let place = format!("{place}.{}", field.name);
            if known.encoding != field.encoding {
                found.push(format!("{place}: money was written in another unit"));
            } else {
                self.holds(&place, &known.ty, &field.ty, found);
            }
        }
    }

    /// Whether every value of the old type is one of the new.
    fn holds(&self, place: &str, before: &Type, after: &Type, found: &mut Vec<String>) {
        let mut say = |what: &str| found.push(format!("{place}: {what}"));
        match (before, after) {
            (Type::Optional(before), Type::Optional(after)) => self.holds(place, before, after, found),
            (before, Type::Optional(after)) => self.holds(place, before, after, found),
            (Type::Optional(_), _) => say("may be `null` on chain, but has to exist now"),
            (Type::Bool, Type::Bool) | (Type::Date, Type::Date) => {}
            (Type::Number(before), Type::Number(after)) if before.kind == after.kind => {
                if !contains(*before, *after) {
                    say("numbers on chain lie outside of the range or have more digits than it takes now");
                }
            }
            (Type::Text { max: before }, Type::Text { max: after }) => {
                if before > after {
                    say("texts on chain may be longer than it takes now");
                }
            }
            (Type::Enum(old), Type::Enum(new)) => {
                let known = self.new.enum_of(*new).map(|it| it.cases.as_slice()).unwrap_or_default();
                let cases = self.old.enum_of(*old).map(|it| it.cases.as_slice()).unwrap_or_default();
                for case in cases.iter().filter(|case| !known.iter().any(|it| it.code == case.code)) {
                    say(&format!("`{}` may stand on chain and is no case now", case.code));
                }
            }
            (Type::Record(_), Type::Record(_)) => {
                self.fields(place, self.old.fields(before), self.new.fields(after), found);
            }
            (Type::List { element: before, max: few }, Type::List { element: after, max: many }) => {
                if few > many {
                    say("lists on chain may be longer than it takes now");
                }
                self.holds(&format!("{place}[]"), before, after, found);
            }
            _ => say("is of another type on chain"),
        }
    }
}

/// Whether the second number type takes everything that the first one may be.
fn contains(before: NumberType, after: NumberType) -> bool {
    let Some(more) = after.scale.checked_sub(before.scale) else { return false };
    let scaled = |n: i128| 10_i128.checked_pow(more.into()).and_then(|power| n.checked_mul(power));
    let (lo, hi) = (scaled(before.lo), scaled(before.hi));
    lo.is_some_and(|lo| lo >= after.lo) && hi.is_some_and(|hi| hi <= after.hi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use enact_ir::{Case, Enum, EnumId, NumberKind, RecordId};

    fn int(lo: i128, hi: i128) -> Type {
        Type::Number(NumberType { kind: NumberKind::Int, scale: 0, lo, hi })
    }

    fn rate(scale: u8, hi: i128) -> Type {
        Type::Number(NumberType { kind: NumberKind::Rate, scale, lo: 0, hi })
    }

    fn optional(ty: Type) -> Type {
        Type::Optional(Box::new(ty))
    }

    fn list(element: Type, max: u32) -> Type {
        Type::List { element: Box::new(element), max }
    }

    fn enumeration(codes: &[&str]) -> Enum {
        let case = |code: &&str| Case { name: (*code).to_owned(), code: (*code).to_owned(), labels: Labels::default() };
        Enum { name: "E".to_owned(), labels: Labels::default(), cases: codes.iter().map(case).collect() }
    }

    /// A program that keeps a record with a field of this type, and a record inside of it.
    fn keeping(ty: Type, codes: &[&str]) -> Program {
        let inner = record("Inner", vec![field("n", int(0, 9))]);
        let outer = Record { issuer: "局".to_owned(), ..record("R", vec![field("f", ty)]) };
        let mut input = field("r", Type::Record(RecordId(1)));
        input.issuer.clear();
        let decision = enact_ir::Decision {
            name: "d".to_owned(),
            labels: Labels::default(),
            inputs: vec![input],
            bindings: Vec::new(),
            requirements: Vec::new(),
            outputs: Vec::new(),
            rules: Vec::new(),
            ledger: Vec::new(),
            work: 0,
        };
        let (records, enums) = (vec![inner, outer], vec![enumeration(codes)]);
        Program { policy: "p".to_owned(), records, enums, decisions: vec![decision], ..Program::default() }
    }

    #[test]
    fn what_an_older_contract_has_left_must_mean_the_same() {
        let (text, case, inner) = (|max| Type::Text { max }, Type::Enum(EnumId(0)), Type::Record(RecordId(0)));
        for (before, after, said) in [
            (int(0, 9), int(0, 9), ""),
            (int(0, 9), int(-1, 10), ""),
            (int(0, 9), int(1, 9), "R.f: numbers on chain"),
            (rate(2, 100), rate(4, 10_000), ""),
            (rate(2, 100), rate(4, 9_999), "R.f: numbers on chain"),
            (rate(4, 100), rate(2, 100), "R.f: numbers on chain"),
            (int(0, 9), rate(0, 9), "R.f: is of another type"),
            (Type::Bool, Type::Date, "R.f: is of another type"),
            (text(3), text(4), ""),
            (text(4), text(3), "R.f: texts on chain"),
            (Type::Date, optional(Type::Date), ""),
            (optional(Type::Date), optional(Type::Date), ""),
            (optional(Type::Date), Type::Date, "R.f: may be `null`"),
            (list(text(3), 2), list(text(3), 3), ""),
            (list(text(3), 3), list(text(3), 2), "R.f: lists on chain"),
            (list(text(4), 2), list(text(3), 2), "R.f[]: texts on chain"),
            (case.clone(), case.clone(), ""),
            (inner.clone(), inner, ""),
        ] {
            let old = section(&keeping(before.clone(), &["a", "b"]));
            let found = misread(&old, &keeping(after.clone(), &["a", "b", "c"])).unwrap();
            let matches = found.first().map_or(said.is_empty(), |first| !said.is_empty() && first.starts_with(said));
            assert!(matches && found.len() <= 1, "{before:?} {after:?}: {found:?}");
        }
        let old = section(&keeping(case.clone(), &["a", "b"]));
        assert_eq!(misread(&old, &keeping(case, &["a"])).unwrap(), ["R.f: `b` may stand on chain and is no case now"]);
        assert!(misread(b"(program", &Program::default()).is_err());
        assert!(misread(b"\xff", &Program::default()).is_err());
    }
}
