//! Decisions on facts as JSON, answered as JSON, inside of one memory.
//!
//! The function is `(text, length, room, today) -> length of the answer`; the answer begins at `room`. The text is read strictly, as `enact_ir::input` reads it, and is written over. `room` is a multiple of
//! 8 and as large as [`Json::room`] and [`Json::room_per_byte`] say; it needs not be cleared. Nothing of the text or the answer ends with a 0.
//!
//! The answer has the form of `Outcome::to_json` with these differences: what is wrong with an input is told by the same code and path and a shorter message (an unknown input's path is empty if its name
//! has more than [`LONGEST_KEY`] bytes), and what is missing is all that the code reads, though some of it may not matter any more.

use crate::interface::Lowered;
use crate::lower::json as lowering;
use crate::runtime::Runtime;
use enact_ir::Program;
use serde_json::{Value, json};

/// Most bytes of an unknown key that an error repeats.
pub const LONGEST_KEY: i32 = 200;

/// How to decide on JSON.
#[derive(Clone, Debug)]
pub struct Json {
    /// The decision.
    pub decision: String,
    /// The function.
    pub function: String,
    /// Bytes of room, whatever the text is.
    pub room: u64,
    /// And as many for each byte of the text.
    pub room_per_byte: u64,
}

impl Lowered {
    /// Adds for each decision the function that reads and writes JSON.
    #[must_use]
    pub fn with_json(mut self, program: &Program) -> Lowered {
        let mut runtime = Runtime::of(std::mem::take(&mut self.module));
        for interface in &self.decisions {
            let Some(decision) = program.decision(&interface.decision) else { continue };
            let Some(full) = runtime.module.find(&interface.full) else { continue };
            let name = format!("json:{}", interface.decision);
            let (function, room) = lowering::lower(&name, (program, decision), interface, &mut runtime, full);
            runtime.add(function);
            let decision = interface.decision.clone();
            self.json.push(Json { decision, function: name, room, room_per_byte: lowering::PER_BYTE });
        }
        self.module = runtime.module;
        self
    }
}

impl Json {
    /// What a caller must know, as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "decision": self.decision,
            "function": self.function,
            "room": self.room,
            "room_per_byte": self.room_per_byte,
        })
    }
}
