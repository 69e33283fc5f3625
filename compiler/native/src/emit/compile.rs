//! Functions into instructions: the long part of the work, and each function is compiled without the others. So it is shared out among threads.

use crate::Error;
use cranelift_codegen::CompileError;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use cranelift_module::{FuncId, ModuleError, ModuleReloc};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A function that is ready for its place.
pub(super) struct Compiled {
    pub(super) alignment: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) relocations: Vec<ModuleReloc>,
}

/// Most threads for one module; a decision has two large functions.
const THREADS: usize = 4;

/// Compiles functions. The result does not depend on how many threads there are.
pub(super) fn compile(
    mut contexts: Vec<(FuncId, Context)>,
    isa: &dyn TargetIsa,
) -> Result<BTreeMap<FuncId, Compiled>, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(THREADS).min(contexts.len());
    // The largest are taken first, from the end.
    contexts.sort_by_key(|(_, context)| context.func.dfg.num_insts());
    let open = Mutex::new(contexts);
    let work = || -> Result<Vec<(FuncId, Compiled)>, Error> {
        let mut done = Vec::new();
        loop {
            let next = open.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((id, mut context)) = next else { return Ok(done) };
            done.push((id, one(id, &mut context, isa)?));
        }
    };
    let all = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let others = others.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(own).chain(others.collect::<Vec<_>>()).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(all.into_iter().flatten().collect())
}

fn one(id: FuncId, context: &mut Context, isa: &dyn TargetIsa) -> Result<Compiled, Error> {
    let failed = |error: CompileError<'_>| Error::from(ModuleError::Compilation(error.inner));
    context.compile(isa, &mut ControlPlane::default()).map_err(failed)?;
    let Some(code) = context.compiled_code() else { return Err(Error::Engine("nothing was compiled".to_owned())) };
    let alignment = u64::from(code.buffer.alignment).max(isa.function_alignment().minimum.into());
    let relocations = code.buffer.relocs().iter().map(|it| ModuleReloc::from_mach_reloc(it, &context.func, id));
    Ok(Compiled { alignment, bytes: code.code_buffer().to_vec(), relocations: relocations.collect() })
}
