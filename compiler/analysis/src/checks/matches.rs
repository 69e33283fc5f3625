//! E0403, E0404 for `match`: a value that no arm takes, an arm that is never taken.

use super::show;
use super::space::{Domain, Region, Space, TooLarge, Unreachable};
use enact_base::{Code, Diagnostic, Edit, Span};
use enact_ir::{Pattern, Program, Type};

/// A `match` whose patterns have been elaborated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// What is matched, as it stands in the source (`person.category`).
    pub(crate) subject: String,
    /// Its type.
    pub(crate) ty: Type,
    /// The whole expression.
    pub(crate) span: Span,
    /// What is matched.
    pub(crate) subject_span: Span,
    /// The arms' patterns, each with the place of its arm.
    pub(crate) arms: Vec<(Pattern, Span)>,
}

/// Checks one `match`.
pub(crate) fn check(program: &Program, it: &Match) -> Vec<Diagnostic<Span>> {
    let cases = |id| program.enum_of(id).map_or(0, |it| it.cases.len());
    let rows: Vec<Vec<Pattern>> = it.arms.iter().map(|(pattern, _)| vec![pattern.clone()]).collect();
    let space = Space::new(&[Domain::of(&it.ty, &cases)], &rows);
    let mut found = Vec::new();
    match space.hole() {
        Ok(hole) => found.extend(hole.map(|region| missing(program, it, &space, &region))),
        Err(TooLarge) => {
            let message = "this `match` is too intricate to show that it covers every case";
            found.push(
                Diagnostic::new(Code::MatchHole, it.subject_span, message, "too many patterns")
                    .with_help("close it with an arm of `_`"),
            );
        }
    }
    let dead = space.unreachable().unwrap_or_else(|TooLarge| space.meeting_nothing());
    found.extend(dead.iter().map(|dead| unreachable(it, dead)));
    found
}

fn missing(program: &Program, it: &Match, space: &Space, region: &Region) -> Diagnostic<Span> {
    let example = show::example(program, &[(it.subject.clone(), it.ty.clone())], space, region);
    let pattern = show::patterns(program, std::slice::from_ref(&it.ty), space, region).concat();
    let found = Diagnostic::new(
        Code::MatchHole,
        it.subject_span,
        format!("`match` has no arm for {example}"),
        "does not cover every case",
    );
    // The value is left as a name that does not exist: the author must write it before the policy can be used.
    let text = format!("{} {pattern} => `value still to be written`", if it.arms.is_empty() { "" } else { "," });
    match it.arms.last() {
        Some((_, last)) => {
            let end = Span { start: last.end, end: last.end };
            found.with_fix(format!("add the arm `{pattern} => …` and write its value"), vec![Edit { place: end, text }])
        }
        None => found.with_help(format!("add the arm `{pattern} => …`")),
    }
}

fn unreachable(it: &Match, dead: &Unreachable) -> Diagnostic<Span> {
    let place = |arm: usize| it.arms.get(arm).map_or(it.span, |(_, span)| *span);
    let message = format!("an arm of `match {}` is never taken", it.subject);
    let found = |label: &str| Diagnostic::new(Code::UnreachableArm, place(dead.row), message.clone(), label);
    match dead.covered_by.as_slice() {
        [] => found("no value can match").with_help("correct the pattern, or remove the arm"),
        covered_by => {
            let labelled = |it: Diagnostic<Span>, arm: &usize| it.with_label(place(*arm), "taken here already");
            covered_by
                .iter()
                .take(3)
                .fold(found("nothing is left for this arm"), labelled)
                .with_help("remove it, or put it first")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fixed, lines};
    use super::*;
    use enact_ir::{Case, Enum, EnumId, Labels, Value};

    #[test]
    fn every_case_is_taken_once() {
        let case = |name: &str| Case { name: name.into(), code: name.into(), labels: Labels::default() };
        let enums = vec![Enum {
            name: "Level".into(),
            labels: Labels::default(),
            cases: ["community", "second", "third"].map(case).to_vec(),
        }];
        let program = Program { enums, ..Program::default() };
        let of = |cases: &[u32]| Pattern::OneOf(cases.iter().map(|n| Value::Enum(*n)).collect());
        for (arms, expected, inserted) in [
            (vec![of(&[0, 1]), of(&[2])], "", None),
            (vec![of(&[0]), Pattern::Any], "", None),
            (
                vec![of(&[0])],
                "E0403 `match` has no arm for visit.level = second",
                Some(", second or third => `value still to be written`"),
            ),
            (vec![of(&[2]), of(&[0, 1]), Pattern::Any], "E0404 an arm of `match visit.level` is never taken", None),
            (vec![Pattern::Any, of(&[1])], "E0404 an arm of `match visit.level` is never taken", None),
        ] {
            let arms: Vec<_> = arms.into_iter().enumerate().map(|(n, it)| (it, Span::new(n, n + 1))).collect();
            let span = Span::default();
            let found = check(
                &program,
                &Match { subject: "visit.level".into(), ty: Type::Enum(EnumId(0)), span, subject_span: span, arms },
            );
            assert_eq!(lines(&found), expected);
            let edit = found
                .first()
                .and_then(|it| it.fix.as_ref())
                .and_then(|fix| fix.edits.first())
                .map(|edit| edit.text.clone());
            assert_eq!(edit.as_deref(), inserted);
        }
    }

    #[test]
    fn the_fix_of_a_hole_leaves_the_value_to_the_author() {
        for arms in ["a => 1", "a => 1,", "_ or a => 1"] {
            let text = format!(
                "enum Kind {{ a, b }}\ndecision d input k : Kind {{ output o : int = match k {{ {arms} }} }}\n"
            );
            let left = if arms.starts_with('_') { "" } else { "E0201 `value still to be written` is not declared" };
            assert_eq!(fixed(&text), left, "{arms}");
        }
    }
}
