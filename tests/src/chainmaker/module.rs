//! What a module must export and may import.

use wasmtime::{Config, Engine, ExternType, FuncType, Module, ValType, WasmFeatures};

/// Bytes of memory that an instance may have: 128 pages.
pub(super) const MEMORY: usize = 128 << 16;

/// A function by name, with the number of its parameters and of its results; all are `i32`.
type Function = (&'static str, usize, usize);

const IMPORTS: &[Function] = &[("sys_call", 4, 1), ("log_message", 2, 0), ("log_message_with_type", 3, 0)];

const EXPORTS: &[Function] =
    &[("runtime_type", 0, 1), ("allocate", 1, 1), ("deallocate", 1, 0), ("init_contract", 0, 0), ("upgrade", 0, 0)];

/// An engine that counts work. It knows WASM as it first was, mutable globals for import and export, sign extension and several results; no floats.
/// Its stack is small, since all calls from contract to contract lie one above the other on the thread's own.
///
/// # Errors
/// If wasmtime cannot work on this machine.
pub(super) fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(WasmFeatures::MUTABLE_GLOBAL | WasmFeatures::MULTI_VALUE | WasmFeatures::SIGN_EXTENSION, true);
    config.consume_fuel(true);
    config.max_wasm_stack(256 << 10);
    Engine::new(&config)
}

/// Compiles a module that can be a contract.
///
/// # Errors
/// If it is no valid module, imports what is not there, lacks an export that every contract has, or begins with too much memory.
pub(super) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Module, String> {
    let module = Module::from_binary(engine, bytes).map_err(|error| format!("{error:#}"))?;
    for import in module.imports() {
        let place = format!("`{}.{}`", import.module(), import.name());
        let known = IMPORTS.iter().find(|(name, ..)| import.module() == "env" && import.name() == *name);
        let known = known.ok_or_else(|| format!("the import {place} is not there"))?;
        check(&format!("the import {place}"), &import.ty(), *known)?;
    }
    for known in EXPORTS {
        let what = format!("the export `{}`", known.0);
        let ty = module.get_export(known.0).ok_or_else(|| format!("{what} is missing"))?;
        check(&what, &ty, *known)?;
    }
    match module.get_export("memory") {
        Some(ExternType::Memory(memory)) if memory.minimum() <= (MEMORY >> 16) as u64 => Ok(module),
        Some(ExternType::Memory(memory)) => {
            Err(format!("it begins with {} pages of memory, more than 128", memory.minimum()))
        }
        Some(_) => Err("the export `memory` is no memory".to_owned()),
        None => Err("the export `memory` is missing".to_owned()),
    }
}

fn check(what: &str, ty: &ExternType, (_, params, results): Function) -> Result<(), String> {
    let wanted = format!("{what} must be a function from {params} to {results} numbers of 32 bits");
    let ExternType::Func(ty) = ty else { return Err(wanted) };
    if fits(ty, params, results) { Ok(()) } else { Err(wanted) }
}

fn fits(ty: &FuncType, params: usize, results: usize) -> bool {
    let numbers = ty.params().chain(ty.results()).all(|ty| matches!(ty, ValType::I32));
    numbers && ty.params().len() == params && ty.results().len() == results
}
