//! Instructions in memory, to be run by this process.

use crate::call::{Code, Decide};
use crate::host::{Purpose, isa};
use crate::{Error, emit};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::default_libcall_names;
use enact_machine::code::{Function, FunctionId, Module, Ty};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Addresses that are set aside for the instructions of a module, beside its constants. Calls reach 2 GB, so all must lie together; what is not used takes no memory.
const ROOM: usize = 32 << 20;

/// A module as instructions. Threads may share it; its memory is given back when it and all its [`Decide`]s are gone.
pub struct Jit {
    decisions: BTreeMap<String, Decide>,
    constants: u64,
}

impl Jit {
    /// Turns a module into instructions.
    ///
    /// # Errors
    /// If there are none for this machine, or the module is not well made.
    pub fn new(module: &Module) -> Result<Self, Error> {
        let mut builder = JITBuilder::with_isa(isa(Purpose::Run)?, default_libcall_names());
        let room = ArenaMemoryProvider::new_with_size(ROOM + module.data.len());
        builder.memory_provider(Box::new(room.map_err(|why| Error::Engine(why.to_string()))?));
        let mut into = JITModule::new(builder);
        let places = emit::emit(module, "", &mut into)?;
        into.finalize_definitions()?;
        let mut entries = Vec::new();
        for (id, function) in (0..).map(FunctionId).zip(&module.functions).filter(|(_, it)| decides(it)) {
            entries.push((function.name.clone(), into.get_finalized_function(places.function(id)?)));
        }
        let constants = into.get_finalized_data(places.data()).0.addr() as u64;
        let code = Arc::new(Code::new(into));
        let decisions = entries.into_iter().map(|(name, entry)| (name, Decide::new(&code, entry))).collect();
        Ok(Jit { decisions, constants })
    }

    /// The address of the constants, while this or a [`Decide`] of it lives.
    pub fn constants(&self) -> u64 {
        self.constants
    }

    /// An exported function of three addresses (input, output, arena) to an I32.
    pub fn decision(&self, name: &str) -> Option<Decide> {
        self.decisions.get(name).cloned()
    }
}

fn decides(function: &Function) -> bool {
    function.exported && function.params == [Ty::Ptr; 3] && function.results == [Ty::I32]
}
