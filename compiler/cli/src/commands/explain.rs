//! `enact explain`: the page of a diagnostic.

use crate::host::{Failure, Host, Status};
use enact_base::{Code, nearest};

/// The pages of `lang-spec/errors/`, by code.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Say what a diagnostic means, why it is one, and what to do; without a code, list them all
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The code, such as E0402
    code: Option<String>,
}

pub(crate) fn run(args: &Args, host: &mut Host<'_>) -> crate::Ended {
    let Some(asked) = &args.code else {
        for code in Code::ALL {
            writeln!(host.out, "{code}  {}", code.title())?;
        }
        return Ok(Status::Done);
    };
    let wanted = asked.to_uppercase();
    let Some(code) = Code::ALL.iter().find(|code| code.as_str() == wanted) else {
        let close = nearest(&wanted, Code::ALL.iter().map(|code| code.as_str()));
        let hint = close.map(|code| format!("; did you mean `{code}`?")).unwrap_or_default();
        return Err(Failure::misused(format!("there is no diagnostic `{asked}`{hint}")));
    };
    match PAGES.iter().find(|(name, _)| *name == wanted) {
        Some((_, page)) => writeln!(host.out, "{}", page.trim_end())?,
        None => writeln!(host.out, "{code}: {}", code.title())?,
    }
    Ok(Status::Done)
}
