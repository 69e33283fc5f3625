//! The step from Rust into instructions that were made a moment ago, and the end of their memory: all that the compiler cannot see through.

#![expect(unsafe_code, reason = "Rust knows nothing of instructions that are made while it runs")]

use crate::rows::{Blank, Checked};
use cranelift_jit::JITModule;
use enact_machine::Interface;
use enact_machine::engine::EngineError;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Owns the memory in which instructions lie. Nothing of it is handed out but entries, each together with a share of this.
pub(crate) struct Code(Mutex<Option<JITModule>>);

impl Code {
    pub(crate) fn new(module: JITModule) -> Self {
        Code(Mutex::new(Some(module)))
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let module = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(module) = module {
            // SAFETY: entries live in a `Decide` only, which has a share of this `Code` for as long as it lives, and so while its call lasts. This is the last share.
            unsafe { module.free_memory() };
        }
    }
}

/// `(input, output, arena) -> i32`, as C calls it.
type Entry = unsafe extern "C" fn(*const u64, *mut u64, *mut u64) -> i32;

/// A decision that can be called. Cheap to clone; threads may share it.
#[derive(Clone)]
pub struct Decide {
    entry: Entry,
    _code: Arc<Code>,
}

impl fmt::Debug for Decide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decide")
    }
}

impl Decide {
    /// `entry` is where a finished function of `code` begins that takes three addresses and gives an I32, by the convention of C.
    pub(crate) fn new(code: &Arc<Code>, entry: *const u8) -> Self {
        // SAFETY: a pointer and a function pointer are of one size and kind here, and Cranelift gives no null pointer for a finished function.
        // That the types are those of the function matters when it is called, and then its caller answers for it with the rest.
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(entry) };
        Decide { entry, _code: Arc::clone(code) }
    }

    /// Decides. What the words mean, and what comes back, is the business of whoever made the machine code; they are little-endian.
    ///
    /// # Safety
    /// The function, as machine code, must keep to these three buffers, to what addresses in `input` lead to, and to its constants, for the sizes that are given:
    /// `enact_machine` says how many words a decision needs of each. It must not write to `input`.
    pub unsafe fn call(&self, input: &[u64], output: &mut [u64], arena: &mut [u64]) -> i32 {
        // SAFETY: the code is there, since we hold a share of it. By the promise of the caller it touches only memory that is borrowed for the time of the call as it is used,
        // is well made (and so divides by no 0 and returns), and its constants are read-only memory of the same code.
        unsafe { (self.entry)(input.as_ptr(), output.as_mut_ptr(), arena.as_mut_ptr()) }
    }

    /// Decides with a function that was lowered with this interface, on facts that were encoded with it.
    ///
    /// # Errors
    /// If a buffer is smaller than the interface says.
    pub(crate) fn call_lowered(
        &self,
        interface: &Interface,
        input: &[u64],
        output: &mut [u64],
        arena: &mut [u64],
    ) -> Result<i32, EngineError> {
        let has = |buffer: &[u64], bytes: u64| buffer.len() as u64 * 8 >= bytes;
        let sizes = [
            (input, u64::from(interface.input.size)),
            (output, interface.output.size.into()),
            (arena, interface.arena),
        ];
        if sizes.iter().any(|(buffer, bytes)| !has(buffer, *bytes)) {
            return Err(EngineError("a buffer is too small".to_owned()));
        }
        // SAFETY: a lowered function reads the struct of the inputs and what the addresses in it lead to, which encoding has set to texts and elements in the same buffer; it writes the output,
        // and at most as many bytes of the arena as the interface says. All three are as large as that.
        Ok(unsafe { self.call(input, output, arena) })
    }

    /// Decides rows with a function that was lowered for them.
    pub(crate) fn call_rows(&self, columns: &Checked, results: &mut Blank, room: &mut [u64]) {
        assert_eq!(columns.rows(), results.rows(), "there is room for every row");
        let mut addresses = results.addresses();
        // SAFETY: the function reads of each column the rows that its first word says, all of which `Checked` has found inside of borrowed memory, and what texts and lists lead to,
        // whose ends it has found too. It writes to the vectors of `results`, which are as long as there are rows and are borrowed here alone, and to `room`, which its caller has made as
        // large as the function asks.
        unsafe { self.call(columns.words(), &mut addresses, room) };
    }

    /// Decides, in a test that has let the reference executor run the same function on buffers of the same sizes before.
    #[cfg(test)]
    pub(crate) fn call_tried(&self, input: &[u64], output: &mut [u64], arena: &mut [u64]) -> i32 {
        // SAFETY: the executor has found that the function keeps to its memory.
        unsafe { self.call(input, output, arena) }
    }
}

/// The words as they lie in memory.
pub(crate) fn bytes_of(words: &[u64]) -> &[u8] {
    // SAFETY: every word is 8 bytes that may be read one by one, and bytes need no alignment.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 8) }
}
