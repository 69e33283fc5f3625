//! Runs a module here, with wasmtime: nothing is given to it but memory and a limit of work.

use crate::layout::{FREE, MEMORY, PAGE};
use std::fmt;
use wasmtime::{
    Config, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Trap, TypedFunc, Val, WasmFeatures,
};

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions of one call, about; without it they are not counted, and the code is faster.
    pub fuel: Option<u64>,
    /// Bytes of memory.
    pub memory: usize,
}

impl Default for Limits {
    /// No count of instructions, and 1 GiB.
    fn default() -> Self {
        Limits { fuel: None, memory: 1 << 30 }
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The module is not one that can be run here.
    Module(String),
    /// There is no such export, or it is of another type.
    Export(String),
    /// More memory than may be used, or an address outside of it.
    Memory,
    /// The call took too many instructions.
    Fuel,
    /// The code did what no well-made code does.
    Trap(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Module(why) => write!(f, "the module cannot be run: {why}"),
            Fault::Export(name) => write!(f, "the module has no fitting export `{name}`"),
            Fault::Memory => write!(f, "more memory than may be used"),
            Fault::Fuel => write!(f, "more work than may be done"),
            Fault::Trap(why) => write!(f, "the module stopped: {why}"),
        }
    }
}

impl std::error::Error for Fault {}

/// An exported function that has been looked up.
#[derive(Clone)]
pub struct Function(TypedFunc<(u32, u32, u32), i32>);

/// A module that is ready to be called, with its memory.
pub struct Engine {
    store: Store<StoreLimits>,
    instance: Instance,
    memory: Memory,
    free: u32,
    fuel: Option<u64>,
}

fn broken(error: impl fmt::Display) -> Fault {
    Fault::Module(error.to_string())
}

impl Engine {
    /// Compiles a module and makes its memory, with the usual limits.
    ///
    /// # Errors
    /// If it is no module, wants imports, or lacks the exports that our modules have.
    pub fn new(bytes: &[u8]) -> Result<Engine, Fault> {
        Engine::with(bytes, Limits::default())
    }

    /// Compiles a module and makes its memory.
    ///
    /// # Errors
    /// The same, or if it begins with more memory than it may have.
    pub fn with(bytes: &[u8], limits: Limits) -> Result<Engine, Fault> {
        let mut config = Config::new();
        config.wasm_features(WasmFeatures::all(), false);
        config.wasm_features(WasmFeatures::MULTI_VALUE | WasmFeatures::SIGN_EXTENSION, true);
        config.consume_fuel(limits.fuel.is_some());
        let engine = wasmtime::Engine::new(&config).map_err(broken)?;
        let module = Module::from_binary(&engine, bytes).map_err(broken)?;
        let mut store = Store::new(&engine, StoreLimitsBuilder::new().memory_size(limits.memory).build());
        store.limiter(|limits| limits);
        if let Some(fuel) = limits.fuel {
            store.set_fuel(fuel).map_err(broken)?;
        }
        let instance = Instance::new(&mut store, &module, &[]).map_err(broken)?;
        let memory = instance.get_memory(&mut store, MEMORY).ok_or_else(|| Fault::Export(MEMORY.to_owned()))?;
        let free = instance.get_global(&mut store, FREE).map(|global| global.get(&mut store));
        let Some(Val::I32(free)) = free else { return Err(Fault::Export(FREE.to_owned())) };
        Ok(Engine { store, instance, memory, free: free.cast_unsigned(), fuel: limits.fuel })
    }

    /// The first address that callers may use.
    pub fn free(&self) -> u32 {
        self.free
    }

    /// The size of memory now.
    pub fn size(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    /// Makes sure that memory reaches to an address; what is new is zeros.
    ///
    /// # Errors
    /// If that is more than it may have.
    pub fn reserve(&mut self, end: u64) -> Result<(), Fault> {
        let pages = end.div_ceil(PAGE.into());
        match pages.checked_sub(self.memory.size(&self.store)) {
            None | Some(0) => Ok(()),
            Some(more) => self.memory.grow(&mut self.store, more).map(|_| ()).map_err(|_| Fault::Memory),
        }
    }

    /// Writes bytes at an address; memory grows where it must.
    ///
    /// # Errors
    /// If that is more than it may have.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Fault> {
        self.reserve(u64::from(address).saturating_add(bytes.len() as u64))?;
        self.memory.write(&mut self.store, address as usize, bytes).map_err(|_| Fault::Memory)
    }

    /// Bytes at an address.
    ///
    /// # Errors
    /// If memory ends before them.
    pub fn read(&self, address: u32, count: usize) -> Result<&[u8], Fault> {
        let end = (address as usize).checked_add(count).ok_or(Fault::Memory)?;
        self.memory.data(&self.store).get(address as usize..end).ok_or(Fault::Memory)
    }

    /// An exported function of three parameters, the usual one, to be called again and again.
    ///
    /// # Errors
    /// If there is no such function.
    pub fn function(&mut self, name: &str) -> Result<Function, Fault> {
        let function = self.instance.get_typed_func::<(u32, u32, u32), i32>(&mut self.store, name);
        function.map(Function).map_err(|_| Fault::Export(name.to_owned()))
    }

    /// Calls a function of this engine.
    ///
    /// # Errors
    /// If it takes too long, or does what no well-made code does. The memory may have been changed by then.
    pub fn call_function(&mut self, function: &Function, args: (u32, u32, u32)) -> Result<i32, Fault> {
        self.refuel()?;
        function.0.call(&mut self.store, args).map_err(|error| stopped(&error))
    }

    /// Calls an exported function of three parameters: see [`Engine::call_with`].
    ///
    /// # Errors
    /// As there.
    pub fn call(&mut self, name: &str, args: (u32, u32, u32)) -> Result<i32, Fault> {
        let function = self.function(name)?;
        self.call_function(&function, args)
    }

    /// Calls an exported function whose parameters and result are addresses and numbers of 32 bits.
    ///
    /// # Errors
    /// If there is no such function, it takes too long, or it does what no well-made code does. The memory may have been changed by then.
    pub fn call_with(&mut self, name: &str, args: &[u32]) -> Result<i32, Fault> {
        self.refuel()?;
        let no_function = || Fault::Export(name.to_owned());
        let function = self.instance.get_func(&mut self.store, name).ok_or_else(no_function)?;
        let ty = function.ty(&self.store);
        let fits = ty.params().len() == args.len() && ty.params().chain(ty.results()).all(|ty| ty.is_i32());
        if !fits || ty.results().len() != 1 {
            return Err(no_function());
        }
        let args: Vec<Val> = args.iter().map(|arg| Val::I32(arg.cast_signed())).collect();
        let mut results = [Val::I32(0)];
        function.call(&mut self.store, &args, &mut results).map_err(|error| stopped(&error))?;
        let [Val::I32(result)] = results else { return Err(no_function()) };
        Ok(result)
    }

    /// Every call may use all of the fuel.
    fn refuel(&mut self) -> Result<(), Fault> {
        match self.fuel {
            Some(fuel) => self.store.set_fuel(fuel).map_err(broken),
            None => Ok(()),
        }
    }
}

fn stopped(error: &wasmtime::Error) -> Fault {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Fault::Fuel,
        Some(trap) => Fault::Trap(trap.to_string()),
        None => Fault::Trap(error.to_string()),
    }
}
