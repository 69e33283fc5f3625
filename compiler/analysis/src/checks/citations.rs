//! W0901: a rule or a figure that cites no article.

use enact_base::{Code, Diagnostic, Span};
use enact_syntax::ast::{
    Cite, Decision, Item, ItemKind, Name, Scale, ScaleVersion, StatementKind, Table, TableBody, TableVersion,
};

/// Looks for requirements and figures without authority.
pub(crate) fn check(item: &Item) -> Vec<Diagnostic<Span>> {
    match &item.kind {
        ItemKind::Decision(decision) => requirements(decision),
        ItemKind::Table(table) if table.cites.is_empty() => {
            table.versions.iter().filter_map(|it| version(table, it)).collect()
        }
        ItemKind::Scale(scale) if scale.cites.is_empty() => {
            scale.versions.iter().filter_map(|it| brackets(scale, it)).collect()
        }
        _ => Vec::new(),
    }
}

fn requirements(decision: &Decision) -> Vec<Diagnostic<Span>> {
    let bare = decision.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Require(require) if require.cites.is_empty() => Some(&require.name),
        StatementKind::Tally(tally) if tally.cites.is_empty() => Some(&tally.name),
        _ => None,
    });
    bare.map(|name| diagnostic(name.span, format!("requirement `{}` cites no article", name.text))).collect()
}

fn version(table: &Table, version: &TableVersion) -> Option<Diagnostic<Span>> {
    let cited = |cites: &[Cite]| !cites.is_empty();
    let authorised = match &version.body {
        TableBody::Unknown => true,
        TableBody::Rows(rows) => {
            cited(&version.cites) || (!rows.is_empty() && rows.iter().all(|row| cited(&row.cites)))
        }
        TableBody::Single(_) | TableBody::Grid { .. } => cited(&version.cites),
    };
    (!authorised).then(|| figure(&table.name, table.dated, version.from.or(version.before).map(|from| from.span)))
}

fn brackets(scale: &Scale, version: &ScaleVersion) -> Option<Diagnostic<Span>> {
    let silent = version.cites.is_empty() && !version.brackets.is_empty();
    silent.then(|| figure(&scale.name, true, version.from.or(version.before).map(|from| from.span)))
}

fn figure(name: &Name, dated: bool, from: Option<Span>) -> Diagnostic<Span> {
    let message = match dated {
        true => format!("a version of `{}` cites no article", name.text),
        false => format!("table `{}` cites no article", name.text),
    };
    diagnostic(from.unwrap_or(name.span), message)
}

fn diagnostic(span: Span, message: String) -> Diagnostic<Span> {
    Diagnostic::new(Code::NoCitation, span, message, "on what authority?").with_help("write `cite source.art(…)`")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{item, lines};

    #[test]
    fn rules_and_figures_name_their_authority() {
        for (text, expected) in [
            ("decision d { require old: yes }", "W0901 requirement `old` cites no article"),
            ("decision d { require old cite law.art(1): yes }", ""),
            ("decision d { require old: yes cite law.art(1) }", ""),
            (
                "parameter p : int { before 2000-01-01 unknown from 2000-01-01 = 1 }",
                "W0901 a version of `p` cites no article",
            ),
            (
                "parameter p : int { from 2000-01-01 cite law.art(1) = 1 from 2001-01-01 = 2 }",
                "W0901 a version of `p` cites no article",
            ),
            ("parameter p : int cite law.art(1) { from 2000-01-01 = 1 }", ""),
            ("table t (b: bool) : int { yes => 1 cite law.art(1), no => 2 cite law.art(2) }", ""),
            ("table t (b: bool) : int { yes => 1 cite law.art(1), no => 2 }", "W0901 table `t` cites no article"),
            ("scale s (x: money) { from 2000-01-01 { above => 3% } }", "W0901 a version of `s` cites no article"),
        ] {
            assert_eq!(lines(&super::check(&item(text))), expected, "{text}");
        }
    }
}
