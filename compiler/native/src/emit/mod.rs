//! From machine code to Cranelift: declares every function, then makes each, compiles them side by side, and puts them in their places in order.

mod body;
mod compile;
mod expr;

use crate::Error;
use body::Body;
use compile::compile;
use cranelift_codegen::ir::{AbiParam, Signature, Type, UserFuncName, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module};
use enact_machine::code::{self, Function, FunctionId, Ty};
use enact_machine::validate::validate;

/// Where the functions and the constants of a module stand at Cranelift.
pub(crate) struct Places {
    functions: Vec<FuncId>,
    data: DataId,
}

impl Places {
    /// The place of the constants.
    pub(crate) fn data(&self) -> DataId {
        self.data
    }

    /// The place of a function.
    pub(crate) fn function(&self, id: FunctionId) -> Result<FuncId, Error> {
        self.functions.get(id.0 as usize).copied().ok_or_else(|| Error::Code(format!("there is no function {}", id.0)))
    }
}

/// The type at Cranelift. An address is a number.
fn clif(ty: Ty) -> Type {
    match ty {
        Ty::I32 => types::I32,
        Ty::I64 | Ty::Ptr => types::I64,
    }
}

/// Emits a module; names of functions get this prefix.
pub(crate) fn emit(code: &code::Module, prefix: &str, into: &mut dyn Module) -> Result<Places, Error> {
    validate(code).map_err(Error::Code)?;
    // Constants first: so they do not lie between functions.
    let data = constants(&code.data, into)?;
    let functions = code.functions.iter().map(|function| declare(function, prefix, into)).collect::<Result<_, _>>()?;
    let places = Places { functions, data };
    let mut frontend = FunctionBuilderContext::new();
    let mut contexts = Vec::new();
    for (function, id) in code.functions.iter().zip(&places.functions) {
        let mut context = into.make_context();
        context.func.name = UserFuncName::user(0, id.as_u32());
        context.func.signature = signature(function, into)?;
        let builder = FunctionBuilder::new(&mut context.func, &mut frontend);
        Body::new(function, &places, builder, into).emit()?;
        contexts.push((*id, context));
    }
    let made = compile(contexts, into.isa())?;
    for (id, function) in made {
        into.define_function_bytes(id, function.alignment, &function.bytes, &function.relocations)?;
    }
    Ok(places)
}

fn constants(bytes: &[u8], into: &mut dyn Module) -> Result<DataId, Error> {
    let id = into.declare_anonymous_data(false, false)?;
    let mut data = DataDescription::new();
    data.set_align(16);
    data.define(if bytes.is_empty() { Box::new([0]) } else { bytes.into() });
    into.define_data(id, &data)?;
    Ok(id)
}

fn declare(function: &Function, prefix: &str, into: &mut dyn Module) -> Result<FuncId, Error> {
    let linkage = if function.exported { Linkage::Export } else { Linkage::Local };
    let signature = signature(function, into)?;
    Ok(into.declare_function(&format!("{prefix}{}", function.name), linkage, &signature)?)
}

/// What others call follows the convention of the platform's C; all else one that returns most in registers.
fn signature(function: &Function, into: &dyn Module) -> Result<Signature, Error> {
    if function.exported && function.results.len() > 1 {
        return Err(Error::Code(format!("`{}` is exported and has more than one result", function.name)));
    }
    let convention = if function.exported { into.target_config().default_call_conv } else { CallConv::Tail };
    let mut signature = Signature::new(convention);
    signature.params.extend(function.params.iter().map(|ty| AbiParam::new(clif(*ty))));
    signature.returns.extend(function.results.iter().map(|ty| AbiParam::new(clif(*ty))));
    Ok(signature)
}
