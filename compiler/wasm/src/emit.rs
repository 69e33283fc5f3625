//! A whole module: its types, memory, exports, constants and code.

use crate::body;
use crate::layout::{DATA, FREE, Layout, MAX_PAGES, MEMORY};
use enact_machine::code::{Function, Module, Ty};
use enact_machine::validate::validate;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use wasm_encoder as wasm;

/// What is not said by the machine code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How many bytes of memory there are at the start after the constants.
    pub room: u32,
    /// The most pages that memory may grow to; without it, all that addresses can tell.
    pub max_pages: Option<u32>,
    /// Sections that engines pass over, in this order: their names and bytes.
    pub custom: Vec<(String, Vec<u8>)>,
}

/// Why there is no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Constants and room are more than memory can hold.
    Memory,
    /// An exported function has the name of the memory or of the global.
    Name(String),
    /// The machine code is not well formed.
    Malformed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Memory => write!(f, "more memory than a WASM module can have"),
            Error::Name(name) => write!(f, "the name {name} is taken"),
            Error::Malformed(why) => write!(f, "malformed machine code: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// The type in WASM.
pub(crate) fn value_type(ty: Ty) -> wasm::ValType {
    match ty {
        Ty::I32 | Ty::Ptr => wasm::ValType::I32,
        Ty::I64 => wasm::ValType::I64,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The WASM module of some machine code.
///
/// # Errors
/// If the code is not well formed, takes a name of the module's own, or needs more memory than there can be.
pub fn module(code: &Module, options: &Options) -> Result<Vec<u8>, Error> {
    validate(code).map_err(Error::Malformed)?;
    let layout = Layout::new(code, options.room)?;
    let maximum = options.max_pages.unwrap_or(MAX_PAGES).min(MAX_PAGES);
    if layout.pages > maximum {
        return Err(Error::Memory);
    }
    let (types, functions) = interfaces(&code.functions);
    let mut memories = wasm::MemorySection::new();
    let (minimum, maximum) = (layout.pages.into(), options.max_pages.map(|_| maximum.into()));
    memories.memory(wasm::MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2: None });
    let mut globals = wasm::GlobalSection::new();
    let free = wasm::ConstExpr::i32_const(layout.free.cast_signed());
    globals.global(wasm::GlobalType { val_type: wasm::ValType::I32, mutable: false, shared: false }, &free);
    let mut bodies = wasm::CodeSection::new();
    for function in &code.functions {
        bodies.function(&body::function(function));
    }
    let mut module = wasm::Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals);
    module.section(&exports(&code.functions)?).section(&bodies);
    if !code.data.is_empty() {
        let mut data = wasm::DataSection::new();
        data.active(0, &wasm::ConstExpr::i32_const(DATA.cast_signed()), code.data.iter().copied());
        module.section(&data);
    }
    for (name, bytes) in &options.custom {
        module.section(&wasm::CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(bytes) });
    }
    Ok(module.finish())
}

/// The types of functions, each once, and the type of each function.
fn interfaces(functions: &[Function]) -> (wasm::TypeSection, wasm::FunctionSection) {
    let (mut types, mut types_of) = (wasm::TypeSection::new(), wasm::FunctionSection::new());
    let mut known = BTreeMap::new();
    for function in functions {
        let place = count(known.len());
        let place = *known.entry((&function.params, &function.results)).or_insert_with(|| {
            let all = |of: &[Ty]| of.iter().map(|ty| value_type(*ty)).collect::<Vec<_>>();
            types.ty().function(all(&function.params), all(&function.results));
            place
        });
        types_of.function(place);
    }
    (types, types_of)
}

fn exports(functions: &[Function]) -> Result<wasm::ExportSection, Error> {
    let mut exports = wasm::ExportSection::new();
    exports.export(MEMORY, wasm::ExportKind::Memory, 0).export(FREE, wasm::ExportKind::Global, 0);
    for (n, function) in functions.iter().enumerate().filter(|(_, function)| function.exported) {
        if [MEMORY, FREE].contains(&function.name.as_str()) {
            return Err(Error::Name(function.name.clone()));
        }
        exports.export(&function.name, wasm::ExportKind::Func, count(n));
    }
    Ok(exports)
}
