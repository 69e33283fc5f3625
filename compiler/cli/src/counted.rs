//! A decision with a ledger that is kept in a file.

use crate::disk;
use crate::engine::{Engine, Which};
use crate::host::Failure;
use enact_base::json;
use enact_ir::ledger::{Ledger, step};
use enact_ir::{Decision, Fact, Facts, Outcome, Verdict, Verified, interp};
use std::path::Path;

/// Decides with what the file has counted, and counts the case there if it is granted. Runs that share the file wait for each other.
///
/// # Errors
/// A file that is no ledger or cannot be read or written, and engines that fail; the file is then as it was.
pub(crate) fn decide(
    file: &Path,
    which: Which,
    program: &Verified,
    decision: &Decision,
    (facts, today): (&Facts, i64),
) -> Result<Outcome, Failure> {
    if let Some(given) = given(decision, facts) {
        return Err(Failure::rejected(format!("`{given}` is counted by the ledger and cannot be given as well")));
    }
    let _alone = disk::Lock::of(file)?;
    let mut ledger = read(file)?;
    let program = enact_ir::verify(program.with_keys())
        .map_err(|errors| Failure::rejected(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    let mut engine = Engine::new(which, &program, &[])?;
    let mut failed = None;
    let outcome = step(&program, &decision.name, facts, &mut ledger, &mut |name, facts| {
        engine.decide(&program, name, facts, today).unwrap_or_else(|failure| {
            failed = Some(failure);
            // Not looked at any more.
            interp::decide(&program, "", facts, today)
        })
    });
    if let Some(failure) = failed {
        return Err(failure);
    }
    if outcome.verdict == Verdict::Granted {
        disk::replace(file, format!("{:#}\n", ledger.to_json())).map_err(Failure::misused)?;
    }
    Ok(outcome)
}

/// A total that the facts name although the ledger knows it.
fn given<'d>(decision: &'d Decision, facts: &Facts) -> Option<&'d str> {
    let is_given = |place: u32| facts.inputs.get(place as usize).is_some_and(|fact| *fact != Fact::Missing);
    decision.ledger.iter().find(|tally| is_given(tally.port)).map(|tally| tally.name.as_str())
}

/// What a file has counted; nothing where there is none yet.
fn read(file: &Path) -> Result<Ledger, Failure> {
    if disk::kind(file) == disk::Kind::Nothing {
        return Ok(Ledger::default());
    }
    let bytes = disk::read_bytes(file).map_err(Failure::rejected)?;
    let json = json::parse(&bytes).map_err(|error| Failure::rejected(format!("{}: {error}", file.display())))?;
    Ledger::from_json(&json).map_err(|error| Failure::rejected(format!("{}: {error}", file.display())))
}
