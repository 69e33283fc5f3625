//! Tokens: every byte of a text belongs to exactly one. The keyword table with both spellings is here and nowhere else.

use enact_base::Span;
use logos::Logos;

macro_rules! keywords {
    ($($variant:ident $en:literal $zh:literal;)*) => {
        /// A keyword. Each has one spelling in each tongue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is its own spelling")]
        pub enum Keyword { $($variant,)* }

        impl Keyword {
            /// Every keyword.
            pub const ALL: &'static [Keyword] = &[$(Keyword::$variant,)*];

            /// The English spelling; two words have one blank between them.
            pub fn english(self) -> &'static str {
                match self { $(Keyword::$variant => $en,)* }
            }

            /// The Chinese spelling.
            pub fn chinese(self) -> &'static str {
                match self { $(Keyword::$variant => $zh,)* }
            }

            /// The keyword that a word spells, in either tongue, even if it is one in its statement alone.
            pub(crate) fn spelled(word: &str) -> Option<Keyword> {
                match word { $($en | $zh => Some(Keyword::$variant),)* _ => None }
            }
        }
    };
}

keywords! {
    Policy "policy" "政策";
    Title "title" "标题";
    Import "import" "引入";
    Source "source" "依据";
    Number "number" "文号";
    Since "since" "施行";
    Enum "enum" "枚举";
    Record "record" "记录";
    From "from" "自";
    IssuedBy "issued by" "签发";
    Private "private" "私密";
    At "at" "位于";
    Parameter "parameter" "参数";
    Table "table" "表";
    Scale "scale" "级距";
    Calendar "calendar" "日历";
    Off "off" "休";
    Work "work" "班";
    Define "define" "定义";
    Decision "decision" "决定";
    Input "input" "输入";
    AsOf "as of" "基准日";
    Test "test" "测试";
    With "with" "给定";
    Expect "expect" "期望";
    Property "property" "性质";
    For "for" "对于";
    NotCoded "not coded" "未编码";
    Because "because" "因为";
    En "en" "英文";
    Cite "cite" "援引";
    Until "until" "止";
    Before "before" "先于";
    Unknown "unknown" "未知";
    First "first" "首个";
    To "to" "至";
    Above "above" "以上部分";
    Less "less" "速算扣除";
    Require "require" "要求";
    Let "let" "令";
    Output "output" "输出";
    Except "except" "例外";
    When "when" "当";
    Over "over" "优先于";
    Bool "bool" "布尔";
    Int "int" "整数";
    Decimal "decimal" "小数";
    Rate "rate" "比率";
    Money "money" "金额";
    Date "date" "日期";
    Text "text" "文本";
    Optional "optional" "可缺";
    ListOf "list of" "列表";
    Max "max" "最大";
    Min "min" "最小";
    In "in" "属于";
    If "if" "如果";
    Then "then" "则";
    Else "else" "否则";
    Or "or" "或";
    And "and" "且";
    Not "not" "非";
    IsPresent "is present" "存在";
    IsAbsent "is absent" "不存在";
    Otherwise "otherwise" "缺则";
    Match "match" "匹配";
    Round "round" "舍入";
    Down "down" "舍去";
    Up "up" "进位";
    HalfUp "half up" "四舍五入";
    HalfEven "half even" "银行家舍入";
    Floor "floor" "向下";
    Ceiling "ceiling" "向上";
    Places "places" "位";
    Any "any" "任一";
    All "all" "全部";
    None "none" "无一";
    Exactly "exactly" "恰有";
    Count "count" "计数";
    Sum "sum" "合计";
    Where "where" "其中";
    By "by" "按";
    Descending "descending" "降序";
    Ascending "ascending" "升序";
    Absent "absent" "无";
    Today "today" "今日";
    Yes "yes" "是";
    No "no" "否";
    Fen "fen" "分";
    Yuan "yuan" "元";
    WanYuan "wan_yuan" "万元";
    YiYuan "yi_yuan" "亿元";
    Days "days" "天";
    Months "months" "个月";
    Years "years" "年";
    Limit "limit" "限次";
    Once "once" "一次";
    Total "total" "累计";
    Budget "budget" "预算";
    Per "per" "每";
    Of "of" "取自";
    CalendarYear "calendar year" "自然年";
    CalendarMonth "calendar month" "自然月";
}

impl Keyword {
    /// The keyword that a word spells wherever it stands, in either tongue.
    pub fn of(word: &str) -> Option<Keyword> {
        Keyword::spelled(word).filter(|keyword| !keyword.is_contextual())
    }

    /// Whether it is a name everywhere but in a statement about a tally.
    pub fn is_contextual(self) -> bool {
        use Keyword::{CalendarMonth, CalendarYear, Of, Once, Per};
        self.begins_tally() || matches!(self, Once | Per | Of | CalendarYear | CalendarMonth)
    }

    /// Whether a statement about a tally begins with it.
    pub(crate) fn begins_tally(self) -> bool {
        matches!(self, Keyword::Limit | Keyword::Total | Keyword::Budget)
    }

    /// Whether a declaration may start with it, in the first column.
    pub fn starts_item(self) -> bool {
        use Keyword::{
            Calendar, Decision, Define, Enum, Import, NotCoded, Parameter, Policy, Property, Record, Scale, Source,
            Table, Test,
        };
        matches!(
            self,
            Policy
                | Import
                | Source
                | Enum
                | Record
                | Parameter
                | Table
                | Scale
                | Calendar
                | Define
                | Decision
                | Test
                | Property
                | NotCoded
        )
    }

    /// First and second word of the keywords of two words.
    fn pair(first: &str, second: &str) -> Option<Keyword> {
        Some(match (first, second) {
            ("as", "of") => Keyword::AsOf,
            ("issued", "by") => Keyword::IssuedBy,
            ("is", "present") => Keyword::IsPresent,
            ("is", "absent") => Keyword::IsAbsent,
            ("list", "of") => Keyword::ListOf,
            ("half", "up") => Keyword::HalfUp,
            ("half", "even") => Keyword::HalfEven,
            ("not", "coded") => Keyword::NotCoded,
            _ => return None,
        })
    }

    /// Whether its declaration ends with the brace that closes its block.
    pub(crate) fn ends_with_block(self) -> bool {
        use Keyword::{Calendar, Decision, Enum, Parameter, Record, Scale, Table, Test};
        matches!(self, Calendar | Decision | Enum | Parameter | Record | Scale | Table | Test)
    }

    /// Whether a statement of a decision starts with it.
    pub(crate) fn starts_statement(self) -> bool {
        matches!(self, Keyword::Require | Keyword::Let | Keyword::Output) || self.begins_tally()
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is its own sign")]
pub enum Kind {
    /// Blanks within a line, and a byte order mark.
    Blank,
    /// The end of a line.
    Newline,
    /// `// …`
    Comment,
    /// A name, plain or in backticks.
    Name,
    /// A keyword.
    Keyword(Keyword),
    /// Digits, perhaps with a point.
    Number,
    /// `2024-02-29`
    Date,
    /// `"…"`
    Text,
    /// `"…` without its end on the line.
    OpenText,
    /// `“…”`: a text in the wrong quotes.
    CurlyText,
    /// A name in backticks without its end on the line.
    OpenName,
    /// Digits of double width.
    WideNumber,
    /// `{` of a record value: a name and a colon follow. Made by the parser, never by the lexer.
    RecordBrace,
    /// `,` between two citations. Made by the parser, never by the lexer.
    CiteComma,
    /// `,` between a type and its range. Made by the parser, never by the lexer.
    RangeComma,
    /// A field, row or case that cannot be read. Made by the parser, never by the lexer.
    Broken,
    /// A character that begins no token.
    Unknown,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Colon,
    Comma,
    Dot,
    DotDot,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    PlusPlus,
    Minus,
    Star,
    Slash,
    Bar,
    Arrow,
    Percent,
    Permille,
    Underscore,
}

impl Kind {
    /// Whether the grammar never sees it.
    pub fn is_trivia(self) -> bool {
        matches!(self, Kind::Blank | Kind::Newline | Kind::Comment)
    }

    /// Whether it opens a bracket.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Kind::LeftParen | Kind::LeftBrace | Kind::RecordBrace | Kind::LeftBracket)
    }

    /// Whether it closes a bracket.
    pub(crate) fn closes(self) -> bool {
        matches!(self, Kind::RightParen | Kind::RightBrace | Kind::RightBracket)
    }

    /// The ASCII spelling of a sign; `None` for tokens with a text of their own.
    pub fn sign(self) -> Option<&'static str> {
        Some(match self {
            Kind::LeftParen => "(",
            Kind::RightParen => ")",
            Kind::LeftBrace | Kind::RecordBrace => "{",
            Kind::RightBrace => "}",
            Kind::LeftBracket => "[",
            Kind::RightBracket => "]",
            Kind::Colon => ":",
            Kind::Comma | Kind::RangeComma | Kind::CiteComma => ",",
            Kind::Dot => ".",
            Kind::DotDot => "..",
            Kind::Equal => "=",
            Kind::NotEqual => "!=",
            Kind::Less => "<",
            Kind::LessEqual => "<=",
            Kind::Greater => ">",
            Kind::GreaterEqual => ">=",
            Kind::Plus => "+",
            Kind::PlusPlus => "++",
            Kind::Minus => "-",
            Kind::Star => "*",
            Kind::Slash => "/",
            Kind::Bar => "|",
            Kind::Arrow => "=>",
            Kind::Percent => "%",
            Kind::Permille => "‰",
            Kind::Underscore => "_",
            Kind::Blank
            | Kind::Newline
            | Kind::Comment
            | Kind::Name
            | Kind::Keyword(_)
            | Kind::Number
            | Kind::Date
            | Kind::Text
            | Kind::OpenText
            | Kind::CurlyText
            | Kind::OpenName
            | Kind::WideNumber
            | Kind::Broken
            | Kind::Unknown => return None,
        })
    }
}

/// One token: its kind and its span in the text that was lexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// The tokens of a text, in order and without gaps.
pub type Tokens = Vec<Token>;

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Raw {
    #[regex(r"[ \t\u{FEFF}\u{3000}\u{A0}]+|\r")]
    Blank,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r"//[^\n\r]*", allow_greedy = true)]
    Comment,
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
    Word,
    #[regex(r"`[^`\n\r]+`")]
    Quoted,
    #[regex(r"`[^`\n\r]*")]
    OpenName,
    // Several points are one wrong number, not two numbers.
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)*")]
    Number,
    #[regex(r"[０-９]+")]
    WideNumber,
    #[regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")]
    Date,
    #[regex(r#""([^"\\\n\r]|\\[^\n\r])*""#)]
    Text,
    #[regex(r#""([^"\\\n\r]|\\[^\n\r])*\\?"#)]
    OpenText,
    #[regex("“[^”\n\r]*”")]
    CurlyText,
    #[token("(")]
    #[token("\u{FF08}")]
    LeftParen,
    #[token(")")]
    #[token("\u{FF09}")]
    RightParen,
    #[token("{")]
    #[token("\u{FF5B}")]
    LeftBrace,
    #[token("}")]
    #[token("\u{FF5D}")]
    RightBrace,
    #[token("[")]
    #[token("\u{FF3B}")]
    LeftBracket,
    #[token("]")]
    #[token("\u{FF3D}")]
    RightBracket,
    #[token(":")]
    #[token("\u{FF1A}")]
    Colon,
    #[token(",")]
    #[token("\u{FF0C}")]
    #[token("、")]
    Comma,
    #[token(".")]
    Dot,
    #[token("..")]
    DotDot,
    #[token("=")]
    #[token("\u{FF1D}")]
    Equal,
    #[regex("[!！][=＝]")]
    #[token("≠")]
    NotEqual,
    #[token("<")]
    #[token("\u{FF1C}")]
    Less,
    #[regex("[<＜][=＝]")]
    #[token("≤")]
    LessEqual,
    #[token(">")]
    #[token("\u{FF1E}")]
    Greater,
    #[regex("[>＞][=＝]")]
    #[token("≥")]
    GreaterEqual,
    #[token("+")]
    #[token("\u{FF0B}")]
    Plus,
    #[regex("[+＋][+＋]")]
    PlusPlus,
    #[token("-")]
    #[token("\u{FF0D}")]
    Minus,
    #[token("*")]
    #[token("\u{FF0A}")]
    Star,
    #[token("/")]
    #[token("\u{FF0F}")]
    Slash,
    #[token("|")]
    #[token("\u{FF5C}")]
    Bar,
    #[regex("[=＝][>＞]")]
    Arrow,
    #[token("%")]
    #[token("\u{FF05}")]
    Percent,
    #[token("‰")]
    Permille,
}

/// Cuts a text into tokens. Lossless: the tokens' texts, one after the other, are the text.
pub fn lex(text: &str) -> Tokens {
    let mut lexer = Raw::lexer(text);
    let mut tokens = Tokens::new();
    while let Some(raw) = lexer.next() {
        let range = lexer.span();
        let kind = raw.map_or(Kind::Unknown, |raw| kind_of(raw, lexer.slice()));
        let end = if kind == Kind::OpenText { range.start + meant_of_open_text(lexer.slice()) } else { range.end };
        push(&mut tokens, text, Token { kind, span: Span::new(range.start, end) });
        if end < range.end {
            // Logos never steps back: begin anew behind what belongs to the text.
            lexer = Raw::lexer(text);
            lexer.bump(end);
        }
    }
    tokens
}

/// How much of a text without its closing quote was meant to be in it: surely not a comment, nor the brace that opens a block.
fn meant_of_open_text(written: &str) -> usize {
    let body = written.split(" //").next().unwrap_or(written).trim_end();
    let body = body.strip_suffix(['{', '\u{FF5B}']).map_or(body, str::trim_end);
    body.len().max(1)
}

/// The text of a token.
pub fn text_of(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or("")
}

fn kind_of(raw: Raw, slice: &str) -> Kind {
    match raw {
        Raw::Blank => Kind::Blank,
        Raw::Newline => Kind::Newline,
        Raw::Comment => Kind::Comment,
        Raw::Word if slice == "_" => Kind::Underscore,
        Raw::Word => Keyword::of(slice).map_or(Kind::Name, Kind::Keyword),
        Raw::Quoted => Kind::Name,
        Raw::Number => Kind::Number,
        Raw::Date => Kind::Date,
        Raw::Text => Kind::Text,
        Raw::OpenText => Kind::OpenText,
        Raw::CurlyText => Kind::CurlyText,
        Raw::OpenName => Kind::OpenName,
        Raw::WideNumber => Kind::WideNumber,
        Raw::LeftParen => Kind::LeftParen,
        Raw::RightParen => Kind::RightParen,
        Raw::LeftBrace => Kind::LeftBrace,
        Raw::RightBrace => Kind::RightBrace,
        Raw::LeftBracket => Kind::LeftBracket,
        Raw::RightBracket => Kind::RightBracket,
        Raw::Colon => Kind::Colon,
        Raw::Comma => Kind::Comma,
        Raw::Dot => Kind::Dot,
        Raw::DotDot => Kind::DotDot,
        Raw::Equal => Kind::Equal,
        Raw::NotEqual => Kind::NotEqual,
        Raw::Less => Kind::Less,
        Raw::LessEqual => Kind::LessEqual,
        Raw::Greater => Kind::Greater,
        Raw::GreaterEqual => Kind::GreaterEqual,
        Raw::Plus => Kind::Plus,
        Raw::PlusPlus => Kind::PlusPlus,
        Raw::Minus => Kind::Minus,
        Raw::Star => Kind::Star,
        Raw::Slash => Kind::Slash,
        Raw::Bar => Kind::Bar,
        Raw::Arrow => Kind::Arrow,
        Raw::Percent => Kind::Percent,
        Raw::Permille => Kind::Permille,
    }
}

/// Adds a token, making one keyword of two words with blanks between them; after a point they are names.
fn push(tokens: &mut Tokens, text: &str, token: Token) {
    let word = |token: &Token| matches!(token.kind, Kind::Name | Kind::Keyword(_)).then(|| text_of(text, token.span));
    if let [before @ .., first, blank] = tokens.as_slice()
        && blank.kind == Kind::Blank
        && before.last().is_none_or(|before| before.kind != Kind::Dot)
        && let (Some(one), Some(two)) = (word(first), word(&token))
        && let Some(keyword) = Keyword::pair(one, two)
    {
        let span = first.span.to(token.span);
        tokens.truncate(tokens.len() - 2);
        tokens.push(Token { kind: Kind::Keyword(keyword), span });
        return;
    }
    tokens.push(token);
}
