//! Which column holds which fact: found once for the columns of a file.

use crate::fault::Fault;
use crate::kinds;
use datafusion::arrow::datatypes::{DataType, Field as Column, FieldRef, Fields};
use enact_base::nearest;
use enact_ir::{Decision, Encoding, Field, Program, Type};
use enact_machine::Interface;
use enact_machine::layout::Slot;
use std::collections::BTreeSet;

/// Where a value lies: a column, and the members of structs that lead on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) column: usize,
    pub(crate) members: Vec<usize>,
}

/// A fact and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The names that lead to it in the JSON of what holds it.
    pub(crate) keys: Vec<String>,
    /// Its type.
    pub(crate) ty: Type,
    /// How numbers in it are written.
    pub(crate) encoding: Encoding,
    /// Where it is.
    pub(crate) from: From,
}

/// Where a fact comes from.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// Nowhere: it is missing in every row.
    Nowhere,
    /// As a whole from one place.
    Whole(Place),
    /// A record, by its fields; with the struct that holds them, if one does.
    Parts(Option<Place>, Vec<Known>),
}

/// The facts of a decision in the columns of a file.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    /// By the inputs of the decision.
    pub(crate) inputs: Vec<Known>,
    /// Paths of facts that are read, have to exist, and stand in no column.
    pub(crate) without: Vec<String>,
    /// The columns that are used, by their places.
    pub(crate) used: BTreeSet<usize>,
}

/// Where the fields of a record are looked for.
enum Scope<'c> {
    /// Among the columns, with one of these before the name.
    Columns(Vec<String>),
    /// Among the members of a struct.
    Struct(Place, &'c Fields),
}

struct Finder<'c> {
    program: &'c Program,
    interface: &'c Interface,
    columns: &'c [FieldRef],
    found: Columns,
}

impl Columns {
    /// Finds the facts of a decision.
    pub(crate) fn find(
        program: &Program,
        decision: &Decision,
        interface: &Interface,
        columns: &[FieldRef],
    ) -> Result<Columns, Fault> {
        unique(columns)?;
        let found = Columns { inputs: Vec::new(), without: Vec::new(), used: BTreeSet::new() };
        let mut finder = Finder { program, interface, columns, found };
        let records = decision.inputs.iter().filter(|it| matches!(it.ty.inner(), Type::Record(_))).count();
        for (input, slot) in decision.inputs.iter().zip(&interface.input.slots) {
            let short = records == 1 && matches!(input.ty.inner(), Type::Record(_));
            let clash = |name: &str| decision.inputs.iter().any(|other| other.name == name);
            let known = finder.input(input, slot, short, &clash)?;
            let needed = !matches!(input.ty, Type::Optional(_)) && finder.reads(slot);
            if matches!(known.from, From::Nowhere) && needed {
                return Err(finder.no_column(input));
            }
            finder.found.inputs.push(known);
        }
        Ok(finder.found)
    }
}

/// Two columns of one name would leave it open which is meant.
fn unique(columns: &[FieldRef]) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    match columns.iter().find(|column| !names.insert(column.name())) {
        Some(twice) => Err(Fault::Input(format!("there are two columns `{}`", twice.name()))),
        None => Ok(()),
    }
}

impl<'c> Finder<'c> {
    /// Whether the decision reads a fact, or anything inside of it.
    fn reads(&self, slot: &Slot) -> bool {
        self.interface.reads.contains(&slot.bit) || slot.fields.iter().any(|field| self.reads(field))
    }

    fn no_column(&self, input: &Field) -> Fault {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name().as_str()).collect();
        let close = nearest(&input.name, names.iter().copied());
        let hint = close.map(|close| format!(" (did you mean `{close}`?)")).unwrap_or_default();
        let what = match input.ty.inner() {
            Type::Record(_) => format!("no column of `{0}`: `{0}` itself or `{0}.…`", input.name),
            _ => format!("no column `{}`", input.name),
        };
        Fault::Input(format!("there is {what}, which the decision needs{hint}; there are: {}", names.join(", ")))
    }

    fn input(&mut self, input: &Field, slot: &Slot, short: bool, clash: &dyn Fn(&str) -> bool) -> Result<Known, Fault> {
        let scope = Scope::Columns(vec![String::new()]);
        let known = self.known((input, slot), &scope, &input.name)?;
        let spread = match &known.from {
            From::Parts(None, parts) => parts.iter().all(|part| matches!(part.from, From::Nowhere)),
            From::Nowhere => true,
            _ => false,
        };
        // The only record may leave its name out, as long as no other input has the name of a field.
        if !spread || !short || self.program.fields(input.ty.inner()).iter().any(|field| clash(&field.name)) {
            return Ok(if spread { Known { from: From::Nowhere, ..known } } else { known });
        }
        self.found.without.retain(|path| !path.starts_with(&format!("{}.", input.name)));
        let from = self.parts(slot, &Scope::Columns(vec![String::new()]), None, &input.name)?;
        Ok(Known { from, ..known })
    }

    fn known(&mut self, (field, slot): (&Field, &Slot), scope: &Scope<'c>, path: &str) -> Result<Known, Fault> {
        let keys = field.path.clone();
        let from = self.from((field, slot), &keys, scope, path)?;
        let needed = !matches!(field.ty, Type::Optional(_)) && self.reads(slot);
        if matches!(from, From::Nowhere) && needed {
            self.found.without.push(path.to_owned());
        }
        Ok(Known { keys, ty: field.ty.clone(), encoding: field.encoding, from })
    }

    fn from(
        &mut self,
        (field, slot): (&Field, &Slot),
        keys: &[String],
        scope: &Scope<'c>,
        path: &str,
    ) -> Result<From, Fault> {
        let names = [field.name.clone(), keys.join(".")];
        let place = match scope {
            Scope::Columns(befores) => befores.iter().find_map(|before| self.column(before, &names)),
            Scope::Struct(place, members) => member(place, members, &field.name, keys),
        };
        match (place, field.ty.inner(), scope) {
            (Some((place, held)), Type::Record(_), _) => match held.data_type() {
                DataType::Struct(members) => {
                    self.found.used.insert(place.column);
                    let scope = Scope::Struct(place.clone(), members);
                    self.parts(slot, &scope, Some(place), path)
                }
                _ => self.whole(field, place, held),
            },
            (Some((place, held)), ..) => self.whole(field, place, held),
            (None, Type::Record(_), Scope::Columns(befores)) => {
                let inner = befores.iter().flat_map(|before| names.iter().map(move |it| format!("{before}{it}.")));
                let scope = Scope::Columns(inner.collect());
                let from = self.parts(slot, &scope, None, path)?;
                Ok(if matches!(field.ty, Type::Optional(_)) && is_nowhere(&from) { From::Nowhere } else { from })
            }
            (None, ..) => Ok(From::Nowhere),
        }
    }

    fn whole(&mut self, field: &Field, place: Place, held: &Column) -> Result<From, Fault> {
        kinds::check(self.program, &field.ty, field.encoding, held)
            .map_err(|why| Fault::Input(format!("the column `{}`: {why}", self.told(&place))))?;
        self.found.used.insert(place.column);
        Ok(From::Whole(place))
    }

    fn parts(&mut self, slot: &Slot, scope: &Scope<'c>, at: Option<Place>, path: &str) -> Result<From, Fault> {
        let program = self.program;
        let mut parts = Vec::new();
        for (field, slot) in program.fields(slot.ty.inner()).iter().zip(&slot.fields) {
            parts.push(self.known((field, slot), scope, &format!("{path}.{}", field.name))?);
        }
        Ok(From::Parts(at, parts))
    }

    fn column(&self, before: &str, names: &[String]) -> Option<(Place, &'c Column)> {
        names.iter().find_map(|name| {
            let wanted = format!("{before}{name}");
            let at = self.columns.iter().position(|column| *column.name() == wanted)?;
            Some((Place { column: at, members: Vec::new() }, self.columns.get(at)?.as_ref()))
        })
    }

    /// The name of a place, for messages.
    fn told(&self, place: &Place) -> String {
        let Some(column) = self.columns.get(place.column) else { return String::new() };
        let mut told = column.name().clone();
        let mut held = column.as_ref();
        for at in &place.members {
            let DataType::Struct(members) = held.data_type() else { break };
            let Some(member) = members.get(*at) else { break };
            told = format!("{told}.{}", member.name());
            held = member;
        }
        told
    }
}

fn is_nowhere(from: &From) -> bool {
    match from {
        From::Nowhere => true,
        From::Whole(_) | From::Parts(Some(_), _) => false,
        From::Parts(None, parts) => parts.iter().all(|part| is_nowhere(&part.from)),
    }
}

/// A member of a struct, by the field's name or by the names that lead to it in JSON.
pub(crate) fn member<'c>(
    start: &Place,
    members: &'c Fields,
    name: &str,
    keys: &[String],
) -> Option<(Place, &'c Column)> {
    let direct = [name.to_owned()];
    [&direct[..], keys].into_iter().find_map(|path| {
        let mut place = start.clone();
        let mut held: Option<&Column> = None;
        let mut members = members;
        for (n, key) in path.iter().enumerate() {
            if n > 0 {
                let DataType::Struct(inner) = held?.data_type() else { return None };
                members = inner;
            }
            let at = members.iter().position(|member| member.name() == key)?;
            place.members.push(at);
            held = members.get(at).map(AsRef::as_ref);
        }
        held.map(|held| (place, held))
    })
}
