//! What compiled decisions call: arithmetic beyond 64 bits, the calendar, text. Written once, in machine code; a module holds only what it uses.

mod arrow;
pub(crate) mod calendar;
pub(crate) mod json;
mod sha256;
mod text;
pub(crate) mod wide;

use crate::code::{Expr, Function, FunctionId, Module, Ty};
use crate::lower::build::Build;
use enact_ir::Rounding;
use std::collections::BTreeMap;

/// A function of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Helper {
    /// `a * b`, of 128 bits (each a lower and an upper half).
    Multiply,
    /// Quotient and rest of unsigned 128 bits.
    Divide,
    /// A signed quotient of 128 bits, rounded.
    DivideRound(Rounding),
    /// Year, month and day of the month of a day.
    Civil,
    /// The day of year, month and day of the month; what does not exist is brought near.
    MakeDate,
    /// A day some months later.
    AddMonths,
    /// Full months between two days.
    MonthsBetween,
    /// Monday to Friday from a fixed day up to this.
    WeekdaysUntil,
    /// What the exceptions of a calendar add up to a day.
    ExceptionsUntil,
    /// Whether a day is a working day.
    IsWorkingDay,
    /// Working days after a day up to another.
    WorkingDaysBetween,
    /// The n-th working day after a day.
    AddWorkingDays,
    /// Whether two texts are the same.
    TextEqual,
    /// Whether a text comes before another.
    TextLess,
    /// Characters of a text.
    TextLength,
    /// A part of a text.
    TextSlice,
    /// Whether a text is of digits only.
    IsDigits,
    /// Whether a text is of letters and digits only.
    IsAlphanumeric,
    /// The number that a text writes, and whether it does.
    ToNumber,
    /// Whether a text that ends with 0 is a certain one.
    IsWord,
    /// The last of offsets that rise.
    Ends,
    /// The next byte of a JSON text that is no space.
    JsonSpace,
    /// The end of a number in JSON.
    JsonNumber,
    /// A text in JSON.
    JsonString,
    /// An escape in such a text.
    JsonEscape,
    /// A character of UTF-8.
    Utf8,
    /// Four hexadecimal digits.
    Hex,
    /// A value in JSON, with all that is inside of it.
    JsonValue,
    /// A whole JSON text.
    JsonDocument,
    /// A member of an object.
    JsonFind,
    /// Whether a key stands in an object already.
    JsonTwice,
    /// The value that a path of names leads to.
    JsonMember,
    /// A key that no member has.
    JsonUnknown,
    /// A fact of any shape.
    JsonFact,
    /// A fact that holds no others.
    JsonScalar,
    /// The paths of what is missing.
    JsonMissing,
    /// Bytes that become 0.
    Clear,
    /// The SHA-256 of bytes.
    Sha256,
    /// Bytes as hexadecimal digits to be written.
    PrintHex,
    /// Bytes in base 64 to be written.
    PrintBase64,
    /// A JSON number that is whole.
    JsonWhole,
    /// A number with digits after the point, as a text.
    JsonDecimal,
    /// A day as a text.
    JsonDay,
    /// Bytes to be written.
    Append,
    /// A number to be written.
    PrintNumber,
    /// A day to be written.
    PrintDay,
    /// A text to be written.
    PrintText,
    /// A value of any shape to be written.
    PrintValue,
    /// The outputs that are given.
    PrintOutputs,
    /// A path to be written.
    PrintPath,
    /// What is wrong with an input.
    PrintRefusal,
    /// Texts whose bits are set.
    PrintChosen,
    /// One of three texts for each of two sets of bits.
    PrintStandings,
}

/// The module in the making.
pub struct Runtime {
    pub(crate) module: Module,
    known: BTreeMap<Helper, FunctionId>,
    /// Where constants lie that have been added here.
    constants: BTreeMap<Vec<u8>, u32>,
    /// And texts, which may lie anywhere.
    texts: BTreeMap<Vec<u8>, u32>,
    /// How many of the things that may be wrong can come up.
    refusals: usize,
}

impl Default for Runtime {
    fn default() -> Runtime {
        let refusals = json::fact::why::OF_FACTS;
        Runtime {
            module: Module::default(),
            known: BTreeMap::new(),
            constants: BTreeMap::new(),
            texts: BTreeMap::new(),
            refusals,
        }
    }
}

impl Runtime {
    /// A module that is there, to be added to.
    pub(crate) fn of(module: Module) -> Runtime {
        Runtime { module, ..Runtime::default() }
    }

    /// The runtime of a contract, where more may be wrong.
    pub(crate) fn of_contract(module: Module) -> Runtime {
        Runtime { refusals: json::fact::why::TOLD.len(), ..Runtime::of(module) }
    }

    /// The place of a helper, which is added when it is first asked for.
    pub fn helper(&mut self, helper: Helper) -> FunctionId {
        if let Some(id) = self.known.get(&helper) {
            return *id;
        }
        let function = match helper {
            Helper::Multiply => wide::multiply(),
            Helper::Divide => wide::divide(),
            Helper::DivideRound(mode) => wide::divide_round(self, mode),
            Helper::Civil => calendar::civil(),
            Helper::MakeDate => calendar::make_date(),
            Helper::AddMonths => calendar::add_months(self),
            Helper::MonthsBetween => calendar::months_between(self),
            Helper::WeekdaysUntil => calendar::weekdays_until(),
            Helper::ExceptionsUntil => calendar::exceptions_until(),
            Helper::IsWorkingDay => calendar::is_working_day(self),
            Helper::WorkingDaysBetween => calendar::working_days_between(self),
            Helper::AddWorkingDays => calendar::add_working_days(self),
            Helper::TextEqual => text::equal(),
            Helper::TextLess => text::less(),
            Helper::TextLength => text::length(),
            Helper::TextSlice => text::slice(),
            Helper::IsDigits => text::is_made_of("is_digits", &[(b'0', b'9')]),
            Helper::IsAlphanumeric => text::is_made_of("is_alphanumeric", &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]),
            Helper::ToNumber => text::to_number(self),
            Helper::IsWord => arrow::is_word(),
            Helper::Ends => arrow::ends(),
            Helper::JsonSpace => json::parse::space(),
            Helper::JsonNumber => json::parse::number(),
            Helper::JsonString => json::text::string(self),
            Helper::JsonEscape => json::text::escape(self),
            Helper::Utf8 => json::text::utf8(),
            Helper::Hex => json::text::hex(),
            Helper::JsonValue => return self.recursive(helper, json::parse::value),
            Helper::JsonDocument => json::parse::document(self),
            Helper::JsonFind => json::parse::find(self),
            Helper::JsonTwice => json::parse::twice(self),
            Helper::JsonMember => json::fact::member(self),
            Helper::JsonUnknown => json::fact::unknown(self),
            Helper::JsonFact => return self.recursive(helper, json::fact::fact),
            Helper::JsonScalar => json::fact::scalar(self),
            Helper::JsonMissing => return self.recursive(helper, json::answer::missing),
            Helper::Clear => json::fact::clear(),
            Helper::Sha256 => sha256::sha256(self),
            Helper::PrintHex => json::print::hex(),
            Helper::PrintBase64 => json::print::base64(),
            Helper::JsonWhole => json::numbers::whole(),
            Helper::JsonDecimal => json::numbers::decimal(self),
            Helper::JsonDay => json::numbers::day(self),
            Helper::Append => json::print::append(),
            Helper::PrintNumber => json::print::number(self),
            Helper::PrintDay => json::print::day(self),
            Helper::PrintText => json::print::text(),
            Helper::PrintValue => return self.recursive(helper, json::answer::value),
            Helper::PrintOutputs => json::answer::outputs(self),
            Helper::PrintPath => json::answer::path(self),
            Helper::PrintRefusal => json::answer::refusal(self, self.refusals),
            Helper::PrintChosen => json::answer::chosen(self),
            Helper::PrintStandings => json::answer::standings(self),
        };
        let id = self.module.find(&function.name).unwrap_or_else(|| self.add(function));
        self.known.insert(helper, id);
        id
    }

    /// Adds a function that calls itself.
    fn recursive(&mut self, helper: Helper, make: fn(&mut Runtime, FunctionId) -> Function) -> FunctionId {
        let own = self.add(Build::new("", &[], &[]).finish(false));
        let function = make(self, own);
        if let Some(place) = self.module.functions.get_mut(own.0 as usize) {
            *place = function;
        }
        self.known.insert(helper, own);
        own
    }

    /// A function of the host, by its name.
    pub fn host(&mut self, name: &str, params: &[Ty], results: &[Ty]) -> FunctionId {
        if let Some(known) = self.module.find(name) {
            return known;
        }
        let function = Build::new(name, params, results).finish(false);
        self.add(Function { host: true, ..function })
    }

    /// Zeros that may be written: what a contract keeps during a call. Multiples of 8 bytes.
    pub(crate) fn cell(&mut self, bytes: u32) -> Expr {
        let data = &mut self.module.data;
        data.resize(data.len().next_multiple_of(8), 0);
        let at = u32::try_from(data.len()).unwrap_or(u32::MAX);
        data.resize(data.len() + bytes as usize, 0);
        Expr::Data(at)
    }

    /// Adds a function.
    pub fn add(&mut self, function: Function) -> FunctionId {
        let id = FunctionId(u32::try_from(self.module.functions.len()).unwrap_or(u32::MAX));
        self.module.functions.push(function);
        id
    }

    /// The place of constants, at a multiple of 8; the same ones are added once.
    pub(crate) fn data(&mut self, bytes: &[u8]) -> Expr {
        Expr::Data(self.data_at(bytes))
    }

    /// The same as bytes from the first constant.
    pub(crate) fn data_at(&mut self, bytes: &[u8]) -> u32 {
        if let Some(at) = self.constants.get(bytes) {
            return *at;
        }
        let data = &mut self.module.data;
        data.resize(data.len().next_multiple_of(8), 0);
        let at = u32::try_from(data.len()).unwrap_or(u32::MAX);
        data.extend(bytes);
        self.constants.insert(bytes.to_vec(), at);
        at
    }

    /// The place of a text, anywhere.
    pub fn text_at(&mut self, bytes: &[u8]) -> u32 {
        if let Some(at) = self.constants.get(bytes).or_else(|| self.texts.get(bytes)) {
            return *at;
        }
        let at = u32::try_from(self.module.data.len()).unwrap_or(u32::MAX);
        self.module.data.extend(bytes);
        self.texts.insert(bytes.to_vec(), at);
        at
    }

    /// The place of a table of texts: the place and the length of each.
    pub(crate) fn texts_at(&mut self, texts: impl IntoIterator<Item = String>) -> u32 {
        let mut words = Vec::new();
        for text in texts {
            words.extend(self.text_at(text.as_bytes()).to_le_bytes());
            words.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
        self.data_at(&words)
    }

    /// Calls a helper that gives nothing.
    pub fn call_none(&mut self, build: &mut Build, helper: Helper, args: Vec<Expr>) {
        let id = self.helper(helper);
        build.call(id, &[], args);
    }

    /// Calls a helper of one result.
    pub fn call_one(&mut self, build: &mut Build, helper: Helper, result: Ty, args: Vec<Expr>) -> Expr {
        let id = self.helper(helper);
        build.call(id, &[result], args).pop().unwrap_or(Expr::I32(0))
    }
}
