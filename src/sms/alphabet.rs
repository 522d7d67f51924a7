//! The GSM 7 bit default alphabet, and which national tables replace it. 3GPP TS 23.038 §6.2.1 and Annex A.

/// ESC to the single shift table.
pub(super) const ESCAPE: u8 = 0x1B;

/// 128 characters by code. `'\0'` stands where the standard has no symbol, and ESC at 1/11.
pub(super) type Table = [char; 128];
/// TS 23.038 §6.2.1.
#[rustfmt::skip]
pub(super) static DEFAULT: Table = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\0', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// No symbol at any code.
pub(super) const BLANK: Table = ['\0'; 128];

/// TS 23.038 §6.2.1.1: what follows an escape. Code 0/10 is the page break.
pub(super) static EXTENSION: Table = with(BLANK, EXTENDED);

/// The symbols every single shift table has too.
pub(super) const EXTENDED: &[(u8, char)] = &[
    (0x0A, '\u{C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// A table with some symbols replaced.
pub(super) const fn with(mut table: Table, symbols: &[(u8, char)]) -> Table {
    let mut i = 0;
    while i < symbols.len() {
        table[symbols[i].0 as usize] = symbols[i].1;
        i += 1;
    }
    table
}

/// A language with national tables, by its identifier (TS 23.038 §6.2.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Turkish = 1,
    Spanish = 2,
    Portuguese = 3,
    Bengali = 4,
    Gujarati = 5,
    Hindi = 6,
    Kannada = 7,
    Malayalam = 8,
    Oriya = 9,
    Punjabi = 10,
    Tamil = 11,
    Telugu = 12,
    Urdu = 13,
}

impl Language {
    /// All of them, by identifier.
    pub const ALL: [Language; 13] = [
        Language::Turkish,
        Language::Spanish,
        Language::Portuguese,
        Language::Bengali,
        Language::Gujarati,
        Language::Hindi,
        Language::Kannada,
        Language::Malayalam,
        Language::Oriya,
        Language::Punjabi,
        Language::Tamil,
        Language::Telugu,
        Language::Urdu,
    ];

    /// The language of an identifier, if it is one that has tables. Others read as the default alphabet.
    #[must_use]
    pub fn from_identifier(identifier: u8) -> Option<Language> {
        Language::ALL
            .into_iter()
            .find(|language| language.identifier() == identifier)
    }

    /// National language identifier, the content of a shift element.
    #[must_use]
    pub fn identifier(self) -> u8 {
        self as u8
    }
}

/// Which tables a text's septets are in; what the national language shift elements of a header say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shifts {
    /// Replaces the default alphabet.
    pub locking: Option<Language>,
    /// Replaces the default extension table.
    pub single: Option<Language>,
}

impl Shifts {
    /// The default alphabet and its extension table.
    pub const DEFAULT: Shifts = Shifts {
        locking: None,
        single: None,
    };
}

/// The symbol of a code, if it has one.
pub(super) fn symbol(table: &Table, code: u8) -> Option<char> {
    table.get(usize::from(code)).copied().filter(|symbol| *symbol != '\0')
}

/// The code of a symbol, if the table has it.
pub(super) fn code(table: &Table, symbol: char) -> Option<u8> {
    if symbol == '\0' {
        return None;
    }
    table
        .iter()
        .position(|s| *s == symbol)
        .and_then(|code| u8::try_from(code).ok())
}
