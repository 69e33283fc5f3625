//! The statements of a function as blocks of instructions.

use super::{Places, clif};
use crate::Error;
use cranelift_codegen::ir::{Block, BlockArg, FuncRef, GlobalValue, InstBuilder, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use cranelift_module::Module;
use enact_machine::code::{Expr, Function, FunctionId, Local, Stmt, Width};
use std::collections::BTreeMap;

/// Blocks take nothing: what flows into them are variables.
const NOTHING: [&BlockArg; 0] = [];

/// Whether what follows a statement can be reached. If not it is not emitted: a block ends with its first jump.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Reached,
    Dead,
}

/// A loop that we are in.
struct Turn {
    /// Where a turn begins.
    start: Block,
    /// Where it goes on after the loop.
    after: Block,
    /// Whether anything leaves the loop for there.
    left: bool,
}

/// A function on its way to Cranelift.
pub(super) struct Body<'a> {
    function: &'a Function,
    places: &'a Places,
    into: &'a mut dyn Module,
    pub(super) builder: FunctionBuilder<'a>,
    locals: Vec<Variable>,
    loops: Vec<Turn>,
    callees: BTreeMap<FunctionId, FuncRef>,
    data: Option<GlobalValue>,
}

impl<'a> Body<'a> {
    pub(super) fn new(
        function: &'a Function,
        places: &'a Places,
        builder: FunctionBuilder<'a>,
        into: &'a mut dyn Module,
    ) -> Self {
        let (locals, loops, callees) = (Vec::new(), Vec::new(), BTreeMap::new());
        Body { function, places, into, builder, locals, loops, callees, data: None }
    }

    /// Emits all of it.
    pub(super) fn emit(mut self) -> Result<(), Error> {
        let entry = self.builder.create_block();
        self.builder.append_block_params_for_function_params(entry);
        self.begin(entry);
        self.declare_locals(entry)?;
        if self.block(&self.function.body)? == Next::Reached {
            return Err(self.fault("it ends without its results"));
        }
        let config = self.into.target_config();
        self.builder.finalize(config);
        Ok(())
    }

    fn declare_locals(&mut self, entry: Block) -> Result<(), Error> {
        let given = self.builder.block_params(entry).to_vec();
        for value in given {
            let ty = self.builder.func.dfg.value_type(value);
            self.declare_local(ty, value)?;
        }
        for ty in &self.function.locals {
            let zero = self.builder.ins().iconst(clif(*ty), 0);
            self.declare_local(clif(*ty), zero)?;
        }
        Ok(())
    }

    fn declare_local(&mut self, ty: types::Type, value: Value) -> Result<(), Error> {
        let variable = self.builder.declare_var(ty);
        self.locals.push(variable);
        self.builder.try_def_var(variable, value).map_err(|why| self.fault(&why.to_string()))
    }

    /// A fault of the machine code.
    pub(super) fn fault(&self, why: &str) -> Error {
        Error::Code(format!("`{}`: {why}", self.function.name))
    }

    /// The value of a local.
    pub(super) fn get(&mut self, local: Local) -> Result<Value, Error> {
        let variable = self.variable(local)?;
        self.builder.try_use_var(variable).map_err(|why| self.fault(&why.to_string()))
    }

    fn set(&mut self, local: Local, value: Value) -> Result<(), Error> {
        let variable = self.variable(local)?;
        self.builder.try_def_var(variable, value).map_err(|why| self.fault(&why.to_string()))
    }

    fn variable(&self, local: Local) -> Result<Variable, Error> {
        let found = self.locals.get(local.0 as usize).copied();
        found.ok_or_else(|| self.fault(&format!("there is no local {}", local.0)))
    }

    /// The constants, as this function knows them.
    pub(super) fn data(&mut self) -> GlobalValue {
        match self.data {
            Some(data) => data,
            None => *self.data.insert(self.into.declare_data_in_func(self.places.data, self.builder.func)),
        }
    }

    /// Goes on in a block that nothing more will jump to.
    fn begin(&mut self, block: Block) {
        self.builder.seal_block(block);
        self.builder.switch_to_block(block);
    }

    fn jump(&mut self, to: Block) {
        self.builder.ins().jump(to, NOTHING);
    }

    fn block(&mut self, block: &[Stmt]) -> Result<Next, Error> {
        for stmt in block {
            if self.stmt(stmt)? == Next::Dead {
                return Ok(Next::Dead);
            }
        }
        Ok(Next::Reached)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Next, Error> {
        match stmt {
            Stmt::Set(local, value) => {
                let value = self.expr(value)?;
                self.set(*local, value)?;
            }
            Stmt::Call { function, args, results } => self.call(*function, args, results)?,
            Stmt::Store { width, address, offset, value } => self.store(*width, address, *offset, value)?,
            Stmt::If(condition, yes, no) => return self.branch(condition, yes, no),
            Stmt::Loop(body) => return self.turns(body),
            Stmt::Break(n) => {
                let turn = self.turn(*n)?;
                turn.left = true;
                let after = turn.after;
                self.jump(after);
                return Ok(Next::Dead);
            }
            Stmt::Continue(n) => {
                let start = self.turn(*n)?.start;
                self.jump(start);
                return Ok(Next::Dead);
            }
            Stmt::Return(values) => {
                let values = self.exprs(values)?;
                self.builder.ins().return_(&values);
                return Ok(Next::Dead);
            }
        }
        Ok(Next::Reached)
    }

    fn call(&mut self, id: FunctionId, args: &[Expr], results: &[Local]) -> Result<(), Error> {
        let args = self.exprs(args)?;
        let callee = self.callee(id)?;
        let call = self.builder.ins().call(callee, &args);
        let found = self.builder.inst_results(call).to_vec();
        if found.len() != results.len() {
            return Err(self.fault("a call takes another number of results than there are"));
        }
        for (local, value) in results.iter().zip(found) {
            self.set(*local, value)?;
        }
        Ok(())
    }

    fn callee(&mut self, id: FunctionId) -> Result<FuncRef, Error> {
        if let Some(known) = self.callees.get(&id) {
            return Ok(*known);
        }
        let callee = self.into.declare_func_in_func(self.places.function(id)?, self.builder.func);
        self.callees.insert(id, callee);
        Ok(callee)
    }

    fn store(&mut self, width: Width, address: &Expr, offset: u32, value: &Expr) -> Result<(), Error> {
        let (address, offset) = self.address(address, offset)?;
        let value = self.expr(value)?;
        self.write(width, address, offset, value);
        Ok(())
    }

    fn branch(&mut self, condition: &Expr, yes: &[Stmt], no: &[Stmt]) -> Result<Next, Error> {
        let condition = self.expr(condition)?;
        let [if_yes, if_no, after] = [(); 3].map(|()| self.builder.create_block());
        self.builder.ins().brif(condition, if_yes, NOTHING, if_no, NOTHING);
        let mut next = Next::Dead;
        for (block, body) in [(if_yes, yes), (if_no, no)] {
            self.begin(block);
            if self.block(body)? == Next::Reached {
                self.jump(after);
                next = Next::Reached;
            }
        }
        if next == Next::Reached {
            self.begin(after);
        }
        Ok(next)
    }

    fn turns(&mut self, body: &[Stmt]) -> Result<Next, Error> {
        let [start, after] = [(); 2].map(|()| self.builder.create_block());
        self.jump(start);
        self.builder.switch_to_block(start);
        self.loops.push(Turn { start, after, left: false });
        if self.block(body)? == Next::Reached {
            self.jump(start);
        }
        self.builder.seal_block(start);
        let left = self.loops.pop().is_some_and(|turn| turn.left);
        if left {
            self.begin(after);
        }
        Ok(if left { Next::Reached } else { Next::Dead })
    }

    /// The loop so many outside of the innermost.
    fn turn(&mut self, outwards: u32) -> Result<&mut Turn, Error> {
        let why = format!("`{}`: there is no loop {outwards} outside", self.function.name);
        self.loops.iter_mut().rev().nth(outwards as usize).ok_or(Error::Code(why))
    }
}
