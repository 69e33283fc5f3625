//! A small generator of pseudo-random numbers and mutations: the same seed gives the same texts everywhere.

/// The generator (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `n`; 0 for 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.number() % n as u64) as usize }
    }

    /// One of the elements.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(from.len());
        from.get(at)
    }
}

/// What tends to break readers.
const SPICE: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "`",
    "//",
    "|",
    "=>",
    "..",
    "-",
    "\u{feff}",
    "\0",
    "😀",
    "（",
    "：",
    "万元",
    "%",
    "‰",
    "9999999999999999999999",
    "0000-00-00",
    "2024-02-30",
    "1_",
    "1.",
    "e9",
    "-0",
    "\n",
    "\r\n",
    "\npolicy ",
    "\ndecision ",
    "not ",
    "if ",
    "match ",
    "null",
    "{\"$ref\":\"#\"}",
    ",",
    ":",
];

/// A text made of one or two others by cutting, repeating, swapping and spicing.
pub fn mutate(random: &mut Random, corpus: &[String]) -> String {
    let mut chars: Vec<char> = random.pick(corpus).map(|text| text.chars().collect()).unwrap_or_default();
    for _ in 0..=random.below(6) {
        let at = random.below(chars.len() + 1);
        let end = (at + random.below(40)).min(chars.len());
        match random.below(6) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let piece: Vec<char> = chars.get(at..end).unwrap_or_default().to_vec();
                let times = 1 + random.below(4);
                chars.splice(at..at, std::iter::repeat_n(piece, times).flatten());
            }
            2 => {
                let spice = random.pick(SPICE).copied().unwrap_or_default();
                chars.splice(at..at, spice.chars());
            }
            3 => {
                let other: Vec<char> = random.pick(corpus).map(|text| text.chars().collect()).unwrap_or_default();
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                chars.splice(at..end, other.get(from..to).unwrap_or_default().iter().copied());
            }
            4 => {
                let any = char::from_u32((random.number() % 0x3000) as u32).unwrap_or('?');
                if let Some(c) = chars.get_mut(at) {
                    *c = any;
                }
            }
            _ => chars.truncate(at.max(1)),
        }
    }
    chars.into_iter().collect()
}
