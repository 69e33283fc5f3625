//! The one table of diagnostic codes. A code is never reused; its page is `lang-spec/errors/<code>.md`.

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used, but a reviewer should look.
    Warning,
}

macro_rules! codes {
    ($($code:ident $name:ident $severity:ident $title:literal;)*) => {
        /// A stable diagnostic code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = concat!("`", stringify!($code), "`: ", $title)] $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as shown, such as `E0412`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => stringify!($code),)* }
            }

            /// Error or warning.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// A few words that name the kind of finding.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }
        }
    };
}

codes! {
    // 01: lexis, grammar
    E0101 UnknownCharacter Error "a character that has no meaning here";
    E0102 UnclosedText Error "a text without its closing quote";
    E0103 BadNumber Error "a number that cannot be read";
    E0104 BadDate Error "a date that does not exist";
    E0105 UnexpectedToken Error "something is missing or out of place";
    E0106 UnclosedBracket Error "a bracket that is not closed";
    E0107 StrayText Error "text outside any declaration";
    E0108 TooDeep Error "nesting too deep";
    E0109 FileTooLarge Error "a file that is too large";
    E0110 BadEscape Error "an escape that has no meaning";
    // 02: names
    E0201 UnknownName Error "a name that is not declared";
    E0202 DuplicateName Error "a name declared twice";
    E0203 UnknownField Error "a field that the record does not have";
    E0204 UnknownCase Error "a literal that is no case of its enum";
    E0205 AmbiguousName Error "a name with more than one meaning";
    E0206 UnknownModule Error "an import of a module that does not exist";
    E0207 Cycle Error "declarations that depend on each other in a circle";
    E0208 UnknownType Error "a type that is not declared";
    E0209 UnknownSource Error "a citation of a source that is not declared";
    E0210 WrongKindOfName Error "a name of the wrong kind";
    // 03: types, units, scales, ranges
    E0301 TypeMismatch Error "values of different kinds";
    E0302 WrongArguments Error "the wrong number of arguments";
    E0303 UnitMismatch Error "units that cannot be combined";
    E0304 RoundingNeeded Error "precision would be lost without `round`";
    E0305 MissingRange Error "no range, so overflow cannot be excluded";
    E0306 MayOverflow Error "a value that may not fit";
    E0307 MayDivideByZero Error "a division by what may be zero";
    E0308 MaybeAbsent Error "an optional value used without asking whether it is there";
    E0309 NotAList Error "a list is needed";
    E0310 BadRange Error "a range whose ends are the wrong way round or outside";
    E0311 QuotientNotRounded Error "a quotient that is not rounded";
    E0312 NotConstant Error "a constant is needed";
    E0313 UnboundedList Error "a list without a bound";
    E0314 TooMuchWork Error "a decision whose work bound is too large";
    E0315 OutOfRange Error "a value outside the declared range";
    // 04: complete and free of conflict
    E0401 TableHole Error "a case that the table does not cover";
    E0402 TableConflict Error "rows of a table that disagree";
    E0403 MatchHole Error "a case that `match` does not cover";
    E0404 UnreachableArm Error "a branch or row that can never be taken";
    E0405 ExceptionConflict Error "exceptions that can apply together without an order";
    E0406 ShadowedException Error "an exception that is wholly shadowed";
    E0407 ExceptionCycle Error "exceptions ordered in a circle";
    E0408 ContradictoryCondition Error "a condition that can never hold";
    // 05: the records on chain
    E0501 SchemaNotFound Error "a schema that cannot be read";
    E0502 FieldNotInSchema Error "a field that the schema does not have";
    E0503 SchemaTypeMismatch Error "a field whose schema has another type";
    E0504 SchemaOptional Error "a field that the schema does not require";
    E0505 SchemaRange Error "a schema that allows values outside the declared range";
    E0506 SchemaEnum Error "a schema that allows values that are no case of the enum";
    E0507 SchemaFormat Error "a schema whose format cannot be read as this type";
    E0508 SchemaUnsupported Error "a schema that uses what cannot be decided";
    E0509 SchemaLength Error "a schema that allows longer lists or texts";
    E0510 SchemaCycle Error "a schema that refers to itself in a circle";
    E0511 SchemaRemoteRef Error "a schema that refers outside the project";
    // 06: dated figures
    E0601 ParameterGap Error "a date for which a parameter has no version";
    E0602 ParameterOverlap Error "versions of a parameter that overlap or are out of order";
    E0603 NoDate Error "a dated figure used without a date";
    E0604 CalendarEntry Error "a calendar whose days contradict each other";
    E0605 ScaleOrder Error "a scale whose brackets are out of order";
    E0606 QuickDeduction Error "a quick deduction that does not agree with the brackets";
    // 07: decisions and tests
    E0701 UnknownDecision Error "a test of a decision that does not exist";
    E0702 TestInput Error "a test whose input does not fit the decision";
    E0703 TestExpectation Error "a test that expects what the decision does not have";
    E0704 MissingPolicy Error "a file that does not say which policy it belongs to";
    // 08: what is counted from case to case, and what may be seen from outside
    E0801 TallyKey Error "a key that nothing can be counted by";
    E0802 TallyKeyReads Error "a key that depends on what has been counted";
    E0803 TallyAmount Error "an output that cannot be counted";
    E0804 TallyMost Error "a most that says nothing";
    E0805 LedgerShared Error "a ledger that is shared and cannot be";
    E0811 PrivateLeak Error "a private field that would be seen from outside";
    // 09: warnings
    W0901 NoCitation Warning "a rule that cites no article";
    W0902 UnusedName Warning "a name that is never used";
    W0903 NoSchema Warning "a record that names no schema";
    W0904 AlwaysTrue Warning "a requirement that always holds";
    W0905 NothingPrivate Warning "`disclose` of what is not private";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_named_by_severity() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            let letter = if code.severity() == Severity::Error { 'E' } else { 'W' };
            assert!(code.as_str().starts_with(letter), "{code}");
        }
    }
}
