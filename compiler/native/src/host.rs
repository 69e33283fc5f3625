//! The processor and the system that the instructions are for: those that this program runs on.

use crate::Error;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};

/// What the instructions are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be run by this process: with all that this very processor can do.
    Run,
    /// To be kept: with what every processor of the kind can do, so that the bytes do not depend on who made them; at any address.
    Keep,
}

/// The processor with the settings that we use.
pub(crate) fn isa(purpose: Purpose) -> Result<OwnedTargetIsa, Error> {
    let keep = purpose == Purpose::Keep;
    let settings = [
        ("opt_level", "speed"),
        ("is_pic", if keep { "true" } else { "false" }),
        // Functions that only we call have as many results as they like.
        ("enable_multi_ret_implicit_sret", "true"),
        // A large frame touches each of its pages, so that a stack that is too small is noticed.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("use_colocated_libcalls", "false"),
        // Nothing is thrown through this code.
        ("unwind_info", "false"),
        // Machine code is looked at before; this looks at our emitter.
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
    ];
    let mut flags = settings::builder();
    for (name, value) in settings {
        flags.set(name, value).map_err(|why| Error::Engine(why.to_string()))?;
    }
    let builder = cranelift_native::builder_with_options(!keep).map_err(|why| Error::Host(why.to_owned()))?;
    builder.finish(settings::Flags::new(flags)).map_err(|why| Error::Host(why.to_string()))
}
