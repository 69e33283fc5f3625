//! A whole module: its types, memory, exports, constants and code.

use crate::body;
use crate::layout::{DATA, FREE, HOST, Layout, MAX_PAGES, MEMORY};
use crate::locals::Locals;
use enact_machine::code::{Function, FunctionId, Module, Stmt, Ty};
use enact_machine::validate::validate;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
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
    /// What a chain demands beyond the standard.
    pub strict: Option<Strict>,
}

/// What chains demand of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strict {
    /// Most locals of a function beside its parameters.
    pub max_locals: u32,
    /// Places among the constants where the first free address is to be written, in 8 bytes.
    pub heap: Vec<u32>,
}

/// Why there is no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Constants and room are more than memory can hold.
    Memory,
    /// An exported function has the name of the memory or of the global.
    Name(String),
    /// A function that calls itself has more locals than there may be.
    Locals(String),
    /// The machine code is not well formed.
    Malformed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Memory => write!(f, "more memory than a WASM module can have"),
            Error::Name(name) => write!(f, "the name {name} is taken"),
            Error::Locals(name) => write!(f, "the function {name} has too many locals"),
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

/// What a function must know of the module around it.
pub(crate) struct Around {
    /// The places of functions among those of WASM, where the host's come first.
    indices: Vec<u32>,
    /// The globals that carry results beyond the first, by the place of the result and its type; none where functions give all on the stack.
    globals: BTreeMap<(usize, bool), u32>,
}

impl Around {
    fn new(functions: &[Function], single: bool) -> Around {
        let hosts = functions.iter().filter(|it| it.host).count();
        let (mut host, mut own) = (0, hosts);
        let place = |function: &Function| {
            let next = if function.host { &mut host } else { &mut own };
            *next += 1;
            count(*next - 1)
        };
        let indices = functions.iter().map(place).collect();
        let mut globals = BTreeMap::new();
        let later = functions.iter().flat_map(|it| it.results.iter().enumerate().skip(1));
        for (n, ty) in later.filter(|_| single) {
            // The first global is the first free address.
            let next = count(globals.len()) + 1;
            globals.entry((n, *ty == Ty::I64)).or_insert(next);
        }
        Around { indices, globals }
    }

    pub(crate) fn index(&self, function: FunctionId) -> u32 {
        self.indices.get(function.0 as usize).copied().unwrap_or(u32::MAX)
    }

    pub(crate) fn global(&self, n: usize, ty: Ty) -> Option<u32> {
        self.globals.get(&(n, ty == Ty::I64)).copied()
    }
}

/// The WASM module of some machine code.
///
/// # Errors
/// If the code is not well formed, takes a name of the module's own, or needs more memory or locals than there can be.
pub fn module(code: &Module, options: &Options) -> Result<Vec<u8>, Error> {
    validate(code).map_err(Error::Malformed)?;
    let functions = &code.functions;
    let locals: Vec<Locals> =
        functions.iter().map(|it| Locals::new(it, options.strict.as_ref().map(|strict| strict.max_locals))).collect();
    let frames: u64 = locals.iter().map(|it| u64::from(it.frame)).sum();
    let layout = Layout::of(code.data.len() as u64 + frames, options.room)?;
    let maximum = options.max_pages.unwrap_or(MAX_PAGES).min(MAX_PAGES);
    if layout.pages > maximum {
        return Err(Error::Memory);
    }
    let around = Around::new(functions, options.strict.is_some());
    let mut bodies = wasm::CodeSection::new();
    let mut frame = DATA.saturating_add(count(code.data.len()));
    for (n, (function, locals)) in (0..).zip(functions.iter().zip(&locals)).filter(|(_, (it, _))| !it.host) {
        if locals.frame > 0 && calls_itself(functions, FunctionId(n)) {
            return Err(Error::Locals(function.name.clone()));
        }
        bodies.function(&body::function(function, locals, &around, frame));
        frame = frame.saturating_add(locals.frame);
    }
    let single = options.strict.is_some();
    let mut types = Types::default();
    let (mut imports, mut functions_of) = (wasm::ImportSection::new(), wasm::FunctionSection::new());
    for function in functions {
        let ty = types.place(function, single);
        if function.host {
            imports.import(HOST, &function.name, wasm::EntityType::Function(ty));
        } else {
            functions_of.function(ty);
        }
    }
    let mut memories = wasm::MemorySection::new();
    let (minimum, maximum) = (layout.pages.into(), options.max_pages.map(|_| maximum.into()));
    memories.memory(wasm::MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2: None });
    let mut module = wasm::Module::new();
    module.section(&types.section);
    if !imports.is_empty() {
        module.section(&imports);
    }
    module.section(&functions_of).section(&memories).section(&globals(&layout, &around));
    module.section(&exports(functions, &around)?).section(&bodies);
    if !code.data.is_empty() {
        let mut data = wasm::DataSection::new();
        data.active(0, &wasm::ConstExpr::i32_const(DATA.cast_signed()), constants(code, options, layout.free));
        module.section(&data);
    }
    for (name, bytes) in &options.custom {
        module.section(&wasm::CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(bytes) });
    }
    Ok(module.finish())
}

/// The constants, with the first free address where it is wanted.
fn constants(code: &Module, options: &Options, free: u32) -> Vec<u8> {
    let mut data = code.data.clone();
    for at in options.strict.iter().flat_map(|strict| &strict.heap) {
        if let Some(place) = data.get_mut(*at as usize..).and_then(|rest| rest.first_chunk_mut::<8>()) {
            *place = u64::from(free).to_le_bytes();
        }
    }
    data
}

fn globals(layout: &Layout, around: &Around) -> wasm::GlobalSection {
    let mut globals = wasm::GlobalSection::new();
    let free = wasm::ConstExpr::i32_const(layout.free.cast_signed());
    globals.global(wasm::GlobalType { val_type: wasm::ValType::I32, mutable: false, shared: false }, &free);
    let mut later: Vec<(u32, bool)> = around.globals.iter().map(|((_, long), global)| (*global, *long)).collect();
    later.sort_unstable();
    for (_, long) in later {
        let (val_type, zero) = match long {
            true => (wasm::ValType::I64, wasm::ConstExpr::i64_const(0)),
            false => (wasm::ValType::I32, wasm::ConstExpr::i32_const(0)),
        };
        globals.global(wasm::GlobalType { val_type, mutable: true, shared: false }, &zero);
    }
    globals
}

/// Whether a function may be called while it runs.
fn calls_itself(functions: &[Function], own: FunctionId) -> bool {
    let mut open = vec![own];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(function) = functions.get(id.0 as usize) else { continue };
        let mut called = Vec::new();
        calls(&function.body, &mut called);
        if called.contains(&own) {
            return true;
        }
        open.extend(called.into_iter().filter(|it| seen.insert(it.0)));
    }
    false
}

fn calls(block: &[Stmt], to: &mut Vec<FunctionId>) {
    for stmt in block {
        match stmt {
            Stmt::Call { function, .. } => to.push(*function),
            Stmt::If(_, yes, no) => {
                calls(yes, to);
                calls(no, to);
            }
            Stmt::Loop(body) => calls(body, to),
            _ => {}
        }
    }
}

/// The types of functions, each once.
#[derive(Default)]
struct Types {
    section: wasm::TypeSection,
    known: BTreeMap<(Vec<Ty>, Vec<Ty>), u32>,
}

impl Types {
    /// The place of a function's type.
    fn place(&mut self, function: &Function, single: bool) -> u32 {
        let results = function.results.iter().take(if single { 1 } else { usize::MAX });
        let results: Vec<Ty> = results.copied().collect();
        let next = count(self.known.len());
        let section = &mut self.section;
        *self.known.entry((function.params.clone(), results.clone())).or_insert_with(|| {
            let all = |of: &[Ty]| of.iter().map(|ty| value_type(*ty)).collect::<Vec<_>>();
            section.ty().function(all(&function.params), all(&results));
            next
        })
    }
}

fn exports(functions: &[Function], around: &Around) -> Result<wasm::ExportSection, Error> {
    let mut exports = wasm::ExportSection::new();
    exports.export(MEMORY, wasm::ExportKind::Memory, 0).export(FREE, wasm::ExportKind::Global, 0);
    for (n, function) in (0..).zip(functions).filter(|(_, function)| function.exported) {
        if [MEMORY, FREE].contains(&function.name.as_str()) {
            return Err(Error::Name(function.name.clone()));
        }
        exports.export(&function.name, wasm::ExportKind::Func, around.index(FunctionId(n)));
    }
    Ok(exports)
}
