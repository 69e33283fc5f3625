//! Outcomes and values as JSON, in the one form that `enact run --json` prints.

use crate::{
    Cite, Failure, Labels, NumberKind, NumberType, Outcome, Pattern, Program, Reason, ReasonKind, Type, Value, Verdict,
    calendar, decimal,
};
use serde_json::{Value as Json, json};

impl Verdict {
    /// The word in JSON and in tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Granted => "granted",
            Verdict::Refused => "refused",
            Verdict::Pending => "pending",
            Verdict::Error => "error",
        }
    }

    /// The verdict of a word.
    pub fn from_word(word: &str) -> Option<Verdict> {
        let all = [Verdict::Granted, Verdict::Refused, Verdict::Pending, Verdict::Error];
        all.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

impl Outcome {
    /// `{"verdict", "outputs", "refused", "missing", "reasons", "error"}`; `error` is `null` where there is none.
    pub fn to_json(&self, program: &Program) -> Json {
        json!({
            "verdict": self.verdict.as_str(),
            "outputs": self.outputs_json(program),
            "refused": self.refused,
            "missing": self.missing,
            "reasons": self.reasons.iter().map(|it| reason(program, it)).collect::<Vec<_>>(),
            "error": self.error_json(),
        })
    }

    /// The outputs by name.
    pub(crate) fn outputs_json(&self, program: &Program) -> Json {
        let outputs = self.outputs.iter().map(|(name, ty, value)| (name.clone(), value_json(program, value, ty)));
        Json::Object(outputs.collect())
    }

    /// Why there is no answer; `null` where there is one.
    pub(crate) fn error_json(&self) -> Json {
        self.error.as_ref().map_or(Json::Null, Failure::to_json)
    }
}

/// A value as JSON: money in yuan with two digits, other fractions as the shortest decimal text, a day as `YYYY-MM-DD`, a case by its code.
pub fn value_json(program: &Program, value: &Value, ty: &Type) -> Json {
    match (value, ty.inner()) {
        (Value::Absent, _) => Json::Null,
        (Value::Bool(truth), _) => (*truth).into(),
        (Value::Number(n), Type::Number(number)) => number_json(*n, *number),
        (Value::Number(n), _) => number_json(*n, NumberType { kind: NumberKind::Int, scale: 0, lo: *n, hi: *n }),
        (Value::Date(day), _) => calendar::civil_from_days(*day).to_string().into(),
        (Value::Text(text), _) => text.clone().into(),
        (Value::Enum(case), Type::Enum(id)) => {
            let declared = program.enum_of(*id).and_then(|declared| declared.cases.get(*case as usize));
            declared.map_or(Json::Null, |case| case.code.clone().into())
        }
        (Value::Record(parts), Type::Record(id)) => {
            let fields = program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            let member =
                |(field, part): (&crate::Field, &Value)| (field.name.clone(), value_json(program, part, &field.ty));
            Json::Object(fields.iter().zip(parts).map(member).collect())
        }
        (Value::List(parts), Type::List { element, .. }) => {
            parts.iter().map(|part| value_json(program, part, element)).collect()
        }
        (Value::Enum(_) | Value::Record(_) | Value::List(_), _) => Json::Null,
    }
}

fn number_json(n: i128, ty: NumberType) -> Json {
    match ty.kind {
        NumberKind::Int => match i64::try_from(n) {
            Ok(n) => n.into(),
            Err(_) => n.to_string().into(),
        },
        NumberKind::Decimal | NumberKind::Rate => decimal::print(n, ty.scale, 0).into(),
        NumberKind::Money => decimal::print(n, ty.scale, 2).into(),
    }
}

impl Failure {
    /// As JSON.
    pub fn to_json(&self) -> Json {
        json!({ "code": self.code, "path": self.path, "message": self.message })
    }
}

impl Reason {
    /// As JSON.
    pub fn to_json(&self, program: &Program) -> Json {
        reason(program, self)
    }
}

fn reason(program: &Program, reason: &Reason) -> Json {
    let kind = match reason.kind {
        ReasonKind::Met => "met",
        ReasonKind::Failed => "failed",
        ReasonKind::Open => "open",
        ReasonKind::Exception => "exception",
        ReasonKind::Figure { .. } => "figure",
    };
    let mut all = json!({
        "kind": kind,
        "name": reason.name,
        "labels": labels(&reason.labels),
        "cites": reason.cites.iter().map(|it| cite(program, it)).collect::<Vec<_>>(),
    });
    if let (ReasonKind::Figure { from, row, value, ty }, Some(members)) = (&reason.kind, all.as_object_mut()) {
        let since = (*from != i64::MIN).then(|| calendar::civil_from_days(*from).to_string());
        members.insert("from".into(), since.into());
        members.insert("row".into(), (*row).into());
        members.insert("key".into(), key(program, &reason.name, *from, *row));
        members.insert("value".into(), value_json(program, value, ty));
    }
    all
}

pub(crate) fn labels(labels: &Labels) -> Json {
    json!({ "zh": labels.in_chinese(), "en": labels.in_english() })
}

/// A citation in both tongues, and its parts for machines.
fn cite(program: &Program, cite: &Cite) -> Json {
    let source = program.sources.get(cite.source as usize);
    json!({
        "source": source.map(|source| source.name.as_str()),
        "parts": cite.parts.iter().map(|(kind, value)| json!([kind, value])).collect::<Vec<_>>(),
        "zh": cite.in_chinese(program),
        "en": cite.in_english(program),
    })
}

/// The patterns of the row that was read.
fn key(program: &Program, table: &str, from: i64, row: usize) -> Json {
    let found = program.tables.iter().find(|it| it.name == table);
    let version = found.and_then(|table| table.versions.iter().find(|version| version.from == from));
    let row = version.and_then(|version| version.rows.as_ref()?.get(row));
    let (Some(table), Some(row)) = (found, row) else { return Json::Array(Vec::new()) };
    row.patterns.iter().zip(&table.keys).map(|(pattern, ty)| Json::from(pattern_text(program, pattern, ty))).collect()
}

fn pattern_text(program: &Program, pattern: &Pattern, ty: &Type) -> String {
    let shown = |value: &Value| match value_json(program, value, ty) {
        Json::String(text) => text,
        other => other.to_string(),
    };
    let end = |end: &Option<i128>| match (end, ty.inner()) {
        (None, _) => String::new(),
        (Some(day), Type::Date) => shown(&Value::Date((*day).clamp(i64::MIN.into(), i64::MAX.into()) as i64)),
        (Some(n), _) => shown(&Value::Number(*n)),
    };
    match pattern {
        Pattern::Any => "_".to_owned(),
        Pattern::OneOf(values) => values.iter().map(shown).collect::<Vec<_>>().join(" | "),
        Pattern::Range(lo, hi) => format!("{}..{}", end(lo), end(hi)),
        Pattern::Either(patterns) => {
            patterns.iter().map(|pattern| pattern_text(program, pattern, ty)).collect::<Vec<_>>().join(" | ")
        }
    }
}

impl Labels {
    /// The main label; where none was given, the English one.
    pub fn in_chinese(&self) -> &str {
        if self.main.is_empty() { &self.en } else { &self.main }
    }

    /// The English label; where none was given, the main one.
    pub fn in_english(&self) -> &str {
        if self.en.is_empty() { &self.main } else { &self.en }
    }
}

impl Cite {
    /// Such as `护士条例 第7条第2款`.
    pub fn in_chinese(&self, program: &Program) -> String {
        let parts = self.parts.iter().map(|(kind, value)| match kind.as_str() {
            "art" => format!("第{value}条"),
            "par" => format!("第{value}款"),
            "item" => format!("第{value}项"),
            "point" => format!("第{value}目"),
            "chapter" => format!("第{value}章"),
            "section" => format!("第{value}节"),
            "annex" => format!("附件{value}"),
            "table" => format!("表{value}"),
            other => format!("{other} {value}"),
        });
        self.with_title(program, Labels::in_chinese, parts.collect())
    }

    /// Such as `Nurse Regulations art. 7 par. 2`.
    pub fn in_english(&self, program: &Program) -> String {
        let parts = self.parts.iter().map(|(kind, value)| match kind.as_str() {
            kind @ ("art" | "par") => format!("{kind}. {value}"),
            other => format!("{other} {value}"),
        });
        self.with_title(program, Labels::in_english, parts.collect::<Vec<_>>().join(" "))
    }

    fn with_title(&self, program: &Program, label: fn(&Labels) -> &str, parts: String) -> String {
        let source = program.sources.get(self.source as usize);
        let title = source.map_or("", |source| match label(&source.title) {
            "" => source.name.as_str(),
            title => title,
        });
        if parts.is_empty() { title.to_owned() } else { format!("{title} {parts}") }
    }
}

#[cfg(test)]
#[path = "outcome_json_tests.rs"]
mod tests;
