//! An object file: the functions for a linker.

use crate::host::{Purpose, isa};
use crate::{Error, emit};
use cranelift_module::default_libcall_names;
use cranelift_object::{ObjectBuilder, ObjectModule};
use enact_machine::code::Module;

/// A relocatable object for the system that this program runs on, with a symbol `<prefix><name>` for each exported function, to be called as C calls.
/// The same module gives the same bytes, whichever processor of the kind makes them.
///
/// # Errors
/// If there is no such format here, or the module is not well made.
pub fn object(module: &Module, prefix: &str) -> Result<Vec<u8>, Error> {
    let builder = ObjectBuilder::new(isa(Purpose::Keep)?, "enact", default_libcall_names())?;
    let mut into = ObjectModule::new(builder);
    emit::emit(module, prefix, &mut into)?;
    into.finish().emit().map_err(|why| Error::Engine(why.to_string()))
}
