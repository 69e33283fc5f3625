//! A decision as a function of DataFusion: columns of facts in, one struct out.

use crate::answers::{Answers, result_fields};
use crate::bound::{Bound, bind, row_json};
use crate::columns::Columns;
use crate::fault::Fault;
use datafusion::arrow::array::{Array, ArrayRef, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use enact_ir::{Decision, Facts, Failure, Program, Type, Verified, input, interp};
use enact_machine::engine::EngineError;
use enact_machine::rows::Format;
use enact_machine::{Interface, lower};
use enact_native::{Column, Results, Rows};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// A decision, compiled and ready for batches. Threads may share it.
pub struct Decider {
    program: Arc<Verified>,
    decision: Decision,
    interface: Interface,
    /// Native code by the formats of the columns that it reads; none where there can be none.
    native: Mutex<BTreeMap<Vec<Format>, Option<Arc<Rows>>>>,
    today: i64,
    reasons: bool,
    fields: Fields,
}

impl Decider {
    /// Compiles a decision for a day of evaluation; with a column of reasons if they are wanted.
    ///
    /// # Errors
    /// If there is no such decision, or it cannot be compiled.
    pub fn new(program: &Arc<Verified>, decision: &str, today: i64, reasons: bool) -> Result<Decider, Fault> {
        let found = program.decision(decision).cloned();
        let found = found.ok_or_else(|| Fault::Engine(format!("there is no decision `{decision}`")))?;
        let lowered = lower(program, &[decision]).map_err(|it| Fault::engine(EngineError::from(it)))?;
        let interface = lowered.decisions.into_iter().next();
        Ok(Decider {
            interface: interface.ok_or_else(|| Fault::Engine(format!("`{decision}` is not compiled")))?,
            native: Mutex::default(),
            fields: result_fields(&found, reasons),
            program: Arc::clone(program),
            decision: found,
            today,
            reasons,
        })
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The fields of a result.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The columns of these that the decision reads, and the facts that stand in none.
    ///
    /// # Errors
    /// If they do not hold what the decision needs.
    pub(crate) fn columns(&self, columns: &[FieldRef]) -> Result<Columns, Fault> {
        Columns::find(&self.program, &self.decision, &self.interface, columns)
    }

    /// Decides every row.
    ///
    /// # Errors
    /// If the columns are not those that were found, or the engine is at fault.
    pub(crate) fn decide(&self, facts: &Columns, columns: &[ArrayRef], rows: usize) -> Result<StructArray, Fault> {
        let inputs = bind(&self.program, facts, columns, rows)?;
        let found = if self.reasons { None } else { self.at_once(&inputs, rows)? };
        let of = (self.program.as_ref() as &Program, &self.decision);
        let mut answers = Answers::new(of, (self.fields.clone(), self.reasons), rows, found);
        for row in 0..rows {
            if answers.is_open(row) {
                match self.facts(&inputs, row) {
                    Ok(facts) => {
                        let outcome = interp::decide(&self.program, &self.decision.name, &facts, self.today);
                        answers.outcome(row, &outcome);
                    }
                    Err(why) => answers.rejected(row, &why),
                }
            }
        }
        answers.finish()
    }

    /// What native code says of all rows; `None` if it cannot read the columns.
    fn at_once(&self, inputs: &[Bound], rows: usize) -> Result<Option<Results>, Fault> {
        let mut columns: Vec<Column<'_>> = Vec::new();
        let formats: Option<Vec<Format>> = inputs.iter().map(|input| input.native(&mut columns)).collect();
        let Some(formats) = formats else { return Ok(None) };
        let Some(native) = self.native(&formats)? else { return Ok(None) };
        native.decide(&columns, rows, self.today).map(Some).map_err(Fault::engine)
    }

    fn native(&self, formats: &[Format]) -> Result<Option<Arc<Rows>>, Fault> {
        let mut known = self.native.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(formats) {
            return Ok(found.clone());
        }
        let made = Rows::new(&self.program, &self.decision.name, formats).map_err(Fault::engine)?.map(Arc::new);
        known.insert(formats.to_vec(), made.clone());
        Ok(made)
    }

    fn facts(&self, inputs: &[Bound], row: usize) -> Result<Facts, Failure> {
        input::read_facts(&self.program, &self.decision, &row_json(inputs, row))
    }
}

/// The paths of the facts of a decision, in order: what a call in SQL gives one by one. A list is one argument.
pub fn leaf_paths(program: &Program, decision: &Decision) -> Vec<String> {
    fn add(program: &Program, ty: &Type, path: String, out: &mut Vec<String>) {
        match ty.inner() {
            Type::Record(_) => {
                for field in program.fields(ty.inner()) {
                    add(program, &field.ty, format!("{path}.{}", field.name), out);
                }
            }
            _ => out.push(path),
        }
    }
    let mut out = Vec::new();
    decision.inputs.iter().for_each(|input| add(program, &input.ty, input.name.clone(), &mut out));
    out
}

/// The decision as a function in plans, whose arguments are named as columns would be.
struct Function {
    decider: Arc<Decider>,
    arguments: Vec<String>,
    signature: Signature,
}

/// The decision as a function of columns of these names.
pub(crate) fn function(decider: &Arc<Decider>, arguments: Vec<String>) -> ScalarUDF {
    // Any types: which ones fit is said by the names of the columns, not by places.
    let signature = Signature::any(arguments.len(), Volatility::Immutable);
    ScalarUDF::new_from_impl(Function { decider: Arc::clone(decider), arguments, signature })
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("decision", &self.name()).finish_non_exhaustive()
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.decider, &other.decider) && self.arguments == other.arguments
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
        self.arguments.hash(state);
    }
}

impl Function {
    fn named(&self, types: impl Iterator<Item = DataType>) -> Result<Columns> {
        let columns = self.arguments.iter().zip(types).map(|(name, ty)| Arc::new(Field::new(name, ty, true)));
        let columns: Vec<FieldRef> = columns.collect();
        self.decider.columns(&columns).map_err(|fault| DataFusionError::Execution(fault.to_string()))
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        &self.decider.decision.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.named(types.iter().cloned())?;
        Ok(DataType::Struct(self.decider.fields.clone()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let columns = args.args.into_iter().map(|value| value.into_array(rows)).collect::<Result<Vec<_>>>()?;
        let facts = self.named(columns.iter().map(|column| column.data_type().clone()))?;
        let decided = self.decider.decide(&facts, &columns, rows);
        let decided = decided.map_err(|fault| DataFusionError::Execution(fault.to_string()))?;
        Ok(ColumnarValue::Array(Arc::new(decided)))
    }
}
