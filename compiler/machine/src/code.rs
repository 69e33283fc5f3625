//! Machine code without a machine: structured, typed, small. What an engine must be able to run.
//!
//! Every function is total for the arguments that its callers give: nothing divides by 0, overflows a signed division, or reads outside of what a pointer was given for.
//! Integers wrap. There is no floating point, and nothing outside memory is changed but by functions of the host, which only contracts call.

/// The type of a local, a parameter or an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ty {
    /// 32 bits; also truth, which is 0 or 1.
    I32,
    /// 64 bits.
    I64,
    /// An address: 32 bits in WASM, 64 in native code. In memory it takes 8 bytes in both.
    Ptr,
}

/// A local of a function: first its parameters, then the others. All but the parameters begin as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local(pub u32);

/// A function, by its place in [`Module::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Functions and the constants that they read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The functions. Names are unique.
    pub functions: Vec<Function>,
    /// Constants, aligned to 8 bytes, that are only read.
    pub data: Vec<u8>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Whether callers outside the module may call it.
    pub exported: bool,
    /// Whether it is the host's, who gives it by this name: it has no body here. Only contracts call such functions.
    pub host: bool,
    /// Types of its parameters.
    pub params: Vec<Ty>,
    /// Types of its results.
    pub results: Vec<Ty>,
    /// Types of the locals after the parameters.
    pub locals: Vec<Ty>,
    /// What it does. The last statement that is reached is a [`Stmt::Return`].
    pub body: Vec<Stmt>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    /// Gives a local a value.
    Set(Local, Expr),
    /// Calls a function and gives its results to locals.
    Call {
        /// Which.
        function: FunctionId,
        /// The arguments.
        args: Vec<Expr>,
        /// Where the results go, one a result.
        results: Vec<Local>,
    },
    /// Writes to memory. An I32 or I64 is cut to the width; a pointer takes 8 bytes.
    Store {
        /// How many bytes.
        width: Width,
        /// Where.
        address: Expr,
        /// Bytes beyond the address.
        offset: u32,
        /// What.
        value: Expr,
    },
    /// One of two by a condition (I32; not 0 is true).
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// Again and again, until a break.
    Loop(Vec<Stmt>),
    /// Leaves a loop: 0 is the innermost.
    Break(u32),
    /// Begins the next turn of a loop: 0 is the innermost.
    Continue(u32),
    /// Leaves the function.
    Return(Vec<Expr>),
}

/// Bytes that are read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// 1
    One,
    /// 2
    Two,
    /// 4
    Four,
    /// 8
    Eight,
}

/// An expression. It changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A constant of 32 bits.
    I32(i32),
    /// A constant of 64 bits.
    I64(i64),
    /// The value of a local.
    Get(Local),
    /// The address of a constant in [`Module::data`].
    Data(u32),
    /// Reads memory: less than the type's bytes are extended, with their sign or with zeros. A pointer takes 8 bytes.
    Load {
        /// The type of the result.
        ty: Ty,
        /// How many bytes.
        width: Width,
        /// Whether the sign is extended.
        signed: bool,
        /// Where.
        address: Box<Expr>,
        /// Bytes beyond the address.
        offset: u32,
    },
    /// A pointer some bytes (I32, taken as unsigned) further.
    Offset(Box<Expr>, Box<Expr>),
    /// An operation on one integer or address.
    Unary(Unary, Box<Expr>),
    /// An operation on two integers of this type (I32 or I64). Comparisons give I32.
    Binary(Binary, Ty, Box<Expr>, Box<Expr>),
    /// The first value if the condition (I32) is not 0, else the second; both of this type, and both evaluated.
    Select(Ty, Box<Expr>, Box<Expr>, Box<Expr>),
}

/// Operations on one integer or address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// Whether an I32 is 0.
    IsZero,
    /// An I64 from an I32, with its sign.
    Extend,
    /// An I64 from an I32, with zeros.
    ExtendUnsigned,
    /// The lower 32 bits of an I64.
    Wrap,
    /// Zeros before the first one of an I64, as an I64; 64 for 0.
    LeadingZeros,
    /// The number of an address, as an I64; 0 is the address of nothing.
    Address,
}

/// Operations on two integers of one type. Names ending in `S` take them as signed, in `U` as unsigned. Shifts are by less than the bits of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`, wrapping.
    Add,
    /// `a - b`, wrapping.
    Sub,
    /// `a * b`, wrapping.
    Mul,
    /// `a / b` towards zero. `b` is not 0, and the quotient fits.
    DivS,
    /// `a / b`. `b` is not 0.
    DivU,
    /// `a - b * (a / b)`. `b` is not 0, and the quotient fits.
    RemS,
    /// The same, unsigned.
    RemU,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// `a << b`
    Shl,
    /// `a >> b`, keeping the sign.
    ShrS,
    /// `a >> b`, with zeros.
    ShrU,
    /// `a = b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    LtS,
    /// `a < b`
    LtU,
    /// `a <= b`
    LeS,
    /// `a <= b`
    LeU,
}

impl Binary {
    /// Every operation.
    pub const ALL: [Binary; 19] = [
        Binary::Add,
        Binary::Sub,
        Binary::Mul,
        Binary::DivS,
        Binary::DivU,
        Binary::RemS,
        Binary::RemU,
        Binary::And,
        Binary::Or,
        Binary::Xor,
        Binary::Shl,
        Binary::ShrS,
        Binary::ShrU,
        Binary::Eq,
        Binary::Ne,
        Binary::LtS,
        Binary::LtU,
        Binary::LeS,
        Binary::LeU,
    ];

    /// Whether it compares, and so gives an I32.
    pub fn compares(self) -> bool {
        matches!(self, Binary::Eq | Binary::Ne | Binary::LtS | Binary::LtU | Binary::LeS | Binary::LeU)
    }
}

impl Width {
    /// The number of bytes.
    pub fn bytes(self) -> u32 {
        match self {
            Width::One => 1,
            Width::Two => 2,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }
}

impl Module {
    /// A function by its name.
    pub fn find(&self, name: &str) -> Option<FunctionId> {
        let place = self.functions.iter().position(|it| it.name == name)?;
        u32::try_from(place).ok().map(FunctionId)
    }

    /// The function of an id.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.functions.get(id.0 as usize)
    }
}

impl Function {
    /// The type of a local.
    pub fn local(&self, local: Local) -> Option<Ty> {
        let place = local.0 as usize;
        match self.params.get(place) {
            Some(ty) => Some(*ty),
            None => self.locals.get(place.checked_sub(self.params.len())?).copied(),
        }
    }
}
