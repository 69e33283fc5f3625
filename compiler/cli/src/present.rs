//! Outcomes in words, for people.

use crate::host::Tongue;
use enact_ir::{
    Cite, Decision, Labels, NumberKind, NumberType, Outcome, Program, Reason, ReasonKind, Type, Value, Verdict,
};
use std::fmt::Write as _;

/// No labels.
static NONE: Labels = Labels { main: String::new(), en: String::new() };

/// Words in a tongue.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) program: &'a Program,
    pub(crate) tongue: Tongue,
}

impl Words<'_> {
    /// The Chinese or the English word.
    pub(crate) fn word(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.tongue {
            Tongue::Zh => zh,
            Tongue::En => en,
        }
    }

    /// A label in the tongue, else in the other one; `None` where nothing was given.
    pub(crate) fn label(self, labels: &Labels) -> Option<&str> {
        let (first, second) = match self.tongue {
            Tongue::Zh => (&labels.main, &labels.en),
            Tongue::En => (&labels.en, &labels.main),
        };
        [first, second].into_iter().find(|label| !label.is_empty()).map(String::as_str)
    }

    /// `label (name)`, or the name alone.
    pub(crate) fn named(self, name: &str, labels: &Labels) -> String {
        match self.label(labels) {
            Some(label) if label != name => format!("{label} ({name})"),
            _ => name.to_owned(),
        }
    }

    /// The verdict, its results or its reasons for being none. One line each.
    pub(crate) fn outcome(self, decision: &Decision, outcome: &Outcome) -> String {
        let mut out = format!("{}\n", self.verdict(outcome.verdict));
        for (name, ty, value) in &outcome.outputs {
            let declared = decision.outputs.iter().find(|output| output.name == *name);
            let labels = declared.map(|output| &output.labels).unwrap_or(&NONE);
            let _ = writeln!(out, "  {} = {}", self.named(name, labels), self.value(value, ty));
        }
        for name in &outcome.refused {
            let _ = writeln!(out, "  {} {}", self.word("不符合：", "not met:"), self.requirement(outcome, name));
        }
        for path in &outcome.missing {
            let _ = writeln!(out, "  {} {path}", self.word("尚缺：", "missing:"));
        }
        if let Some(error) = &outcome.error {
            let place = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
            let _ = writeln!(out, "  {}: {place}{}", error.code, error.message);
        }
        out
    }

    /// Why: every step with the articles behind it.
    pub(crate) fn reasons(self, outcome: &Outcome) -> String {
        let mut out = String::new();
        for reason in &outcome.reasons {
            let _ = writeln!(out, "  {}{}", self.reason(reason), self.cites(&reason.cites));
        }
        out
    }

    fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Granted => self.word("准予", "granted"),
            Verdict::Refused => self.word("不予", "refused"),
            Verdict::Pending => self.word("待补充", "pending"),
            Verdict::Error => self.word("输入有误", "error"),
        }
    }

    fn reason(self, reason: &Reason) -> String {
        let name = self.named(&reason.name, &reason.labels);
        match &reason.kind {
            ReasonKind::Met => format!("{} {name}", self.word("符合：", "met:")),
            ReasonKind::Failed => format!("{} {name}", self.word("不符合：", "not met:")),
            ReasonKind::Open => format!("{} {name}", self.word("未定：", "open:")),
            ReasonKind::Exception => format!("{} {name}", self.word("适用例外：", "exception:")),
            ReasonKind::Figure { from, value, ty, .. } => {
                let since = match *from {
                    i64::MIN => String::new(),
                    day => {
                        let day = enact_ir::calendar::civil_from_days(day);
                        format!("{} {day}", self.word("，施行日", ", from"))
                    }
                };
                format!("{} {name} = {}{since}", self.word("标准：", "figure:"), self.value(value, ty))
            }
        }
    }

    fn requirement(self, outcome: &Outcome, name: &str) -> String {
        let found = outcome.reasons.iter().find(|reason| reason.kind == ReasonKind::Failed && reason.name == name);
        match found {
            Some(reason) => format!("{}{}", self.named(name, &reason.labels), self.cites(&reason.cites)),
            None => name.to_owned(),
        }
    }

    fn cites(self, cites: &[Cite]) -> String {
        let mut out = String::new();
        for (i, cite) in cites.iter().enumerate() {
            out.push_str(if i == 0 { " — " } else { "; " });
            if let Some(source) = self.program.sources.get(cite.source as usize) {
                out.push_str(self.label(&source.title).unwrap_or(&source.name));
            }
            for (kind, value) in &cite.parts {
                out.push_str(&self.part(kind, value));
            }
        }
        out
    }

    fn part(self, kind: &str, value: &str) -> String {
        let zh = match kind {
            "art" => "条",
            "par" => "款",
            "item" => "项",
            "chapter" => "章",
            "section" => "节",
            _ => "",
        };
        match self.tongue {
            Tongue::Zh if !zh.is_empty() => format!("第{value}{zh}"),
            Tongue::Zh => format!(" {kind} {value}"),
            Tongue::En if kind == "art" || kind == "par" => format!(", {kind}. {value}"),
            Tongue::En => format!(", {kind} {value}"),
        }
    }

    /// A value as people write it.
    pub(crate) fn value(self, value: &Value, ty: &Type) -> String {
        match (value, ty.inner()) {
            (Value::Absent, _) => self.word("无", "absent").to_owned(),
            (Value::Bool(truth), _) => match truth {
                true => self.word("是", "yes").to_owned(),
                false => self.word("否", "no").to_owned(),
            },
            (Value::Number(n), Type::Number(number)) => self.number(*n, *number),
            (Value::Number(n), _) => n.to_string(),
            (Value::Date(day), _) => enact_ir::calendar::civil_from_days(*day).to_string(),
            (Value::Text(text), _) => format!("\"{text}\""),
            (Value::Enum(case), Type::Enum(id)) => {
                let case = self.program.enum_of(*id).and_then(|it| it.cases.get(*case as usize));
                case.map(|case| self.named(&case.name, &case.labels)).unwrap_or_default()
            }
            (Value::Enum(case), _) => case.to_string(),
            (Value::Record(fields), Type::Record(id)) => {
                let declared = self.program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
                let shown: Vec<String> = declared
                    .iter()
                    .zip(fields)
                    .map(|(field, value)| format!("{}: {}", field.name, self.value(value, &field.ty)))
                    .collect();
                format!("{{ {} }}", shown.join(", "))
            }
            (Value::List(elements), Type::List { element, .. }) => {
                let shown: Vec<String> = elements.iter().map(|it| self.value(it, element)).collect();
                format!("[{}]", shown.join(", "))
            }
            (Value::Record(_) | Value::List(_), _) => String::new(),
        }
    }

    fn number(self, n: i128, ty: NumberType) -> String {
        match ty.kind {
            NumberKind::Int | NumberKind::Decimal => point(n, ty.scale),
            NumberKind::Rate => format!("{}%", short(&point(n.saturating_mul(100), ty.scale))),
            NumberKind::Money => format!("{} {}", point(n, ty.scale), self.word("元", "yuan")),
        }
    }
}

/// Without the zeros that end a fraction.
fn short(decimal: &str) -> &str {
    match decimal.contains('.') {
        true => decimal.trim_end_matches('0').trim_end_matches('.'),
        false => decimal,
    }
}

/// The decimal text of `n / 10^scale`.
fn point(n: i128, scale: u8) -> String {
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, rest) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if n < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}
