//! From what `+CLIP`, a call list or a PDU address said to an E.164 number.

use super::{Country, E164_DIGITS_MAX, PhoneNumber};
use thiserror::Error;

/// Numbers of this many digits or fewer are short codes, service numbers, extensions: nobody to text.
pub const SHORT_DIGITS_MAX: usize = 6;

/// Why something is no number a text could go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum NumberProblem {
    #[error("there is no number")]
    Empty,
    #[error("it is a short code, not a telephone number")]
    Short,
    #[error("it is a name, not a number")]
    Alphanumeric,
    #[error("the area code is missing")]
    Local,
    #[error("it is a service code")]
    ServiceCode,
    #[error("no country has numbers like it")]
    NotPossible,
    #[error("it is a national number and the country is not known")]
    NoCountry,
}

/// Calling codes of two digits (ITU-T E.164 Annex to Operational Bulletin 930); 1 and 7 have one, all others three.
const TWO_DIGIT_CODES: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 \
    64 65 66 81 82 84 86 90 91 92 93 94 95 98";

/// Calling codes whose national significant numbers may begin with 0: Benin, Côte d'Ivoire, Gabon, Congo, Italy, Norway,
/// San Marino.
const ZERO_KEPT: &[u16] = &[229, 225, 241, 242, 39, 47, 378];

/// How many leading digits are the country code.
pub(super) fn calling_code_length(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [_, _, ..]
            if digits
                .get(..2)
                .is_some_and(|two| TWO_DIGIT_CODES.split(' ').any(|c| c == two)) =>
        {
            2
        }
        _ => 3,
    }
}

/// Reads digits as the network gave them.
///
/// `toa` is the type-of-address octet: 145 international, 161 national, 129 unknown, 128 seen for unknown
/// (3GPP TS 24.008 §10.5.4.7). A `+` outweighs it. `home` is the country whose network gave the number.
///
/// # Errors
/// [`NumberProblem`] says why no text can go there.
pub fn interpret(digits: &str, toa: u8, home: &Country) -> Result<PhoneNumber, NumberProblem> {
    let bare = bare(digits);
    if bare.is_empty() {
        return Err(NumberProblem::Empty);
    }
    let kind = (toa >> 4) & 0x07;
    if kind == 0b101 || bare.chars().any(|c| c.is_alphabetic()) {
        return Err(NumberProblem::Alphanumeric);
    }
    let (plus, number) = match bare.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, bare.as_str()),
    };
    if number.is_empty() {
        return Err(NumberProblem::Empty);
    }
    if number.contains(['*', '#']) {
        return Err(NumberProblem::ServiceCode);
    }
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberProblem::NotPossible);
    }
    if plus {
        return international(without_exit(number, *home).unwrap_or(number));
    }
    if number.len() <= SHORT_DIGITS_MAX && home.digits().1 > 7 {
        return Err(NumberProblem::Short);
    }
    match kind {
        // Some modems say 145 whatever the network said: a number that is only possible nationally is read so.
        0b001 => international(without_exit(number, *home).unwrap_or(number)).or_else(|why| {
            if why == NumberProblem::Short {
                Err(why)
            } else {
                national(number, *home).map_err(|_| why)
            }
        }),
        0b010 => national(number, *home),
        _ => match without_exit(number, *home) {
            Some(rest) => international(rest).or_else(|_| national(number, *home)),
            None => national(number, *home).or_else(|why| with_calling_code(number, *home).ok_or(why)),
        },
    }
}

/// Without what surrounds a number: `sip:`, `tel:`, host parts, CLIR prefixes, separators people and exchanges put in.
pub(super) fn bare(digits: &str) -> String {
    let mut text = digits.trim().trim_matches('"');
    for scheme in ["sip:", "sips:", "tel:"] {
        if let Some(start) = text.get(..scheme.len())
            && start.eq_ignore_ascii_case(scheme)
        {
            text = text.get(scheme.len()..).unwrap_or("");
            text = text.split(['@', ';']).next().unwrap_or("");
        }
    }
    // 3GPP TS 22.030 §6.5.5.4: *31# and #31# before a number only choose whether one's own number is shown.
    for prefix in ["*31#", "#31#"] {
        text = text.strip_prefix(prefix).unwrap_or(text);
    }
    // UK-style "+44 (0)20 …": the bracketed trunk prefix is not dialled after a country code.
    let text = if text.starts_with('+') {
        text.replace("(0)", "")
    } else {
        text.to_owned()
    };
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
        .collect()
}

/// What follows the international prefix, if it stands in front: the country's own, or `00` and `011`, which exchanges
/// use among themselves and no country code begins with.
fn without_exit(number: &str, home: Country) -> Option<&str> {
    [home.exit(), "00", "011"]
        .into_iter()
        .filter(|exit| exit.len() > 1)
        .find_map(|exit| {
            // 0… is the trunk prefix where the exit code is longer and starts the same (Japan 010 / 0).
            number
                .strip_prefix(exit)
                .filter(|rest| !rest.starts_with('0') && rest.len() > SHORT_DIGITS_MAX)
        })
}

/// Digits after the `+`.
pub(super) fn international(digits: &str) -> Result<PhoneNumber, NumberProblem> {
    if digits.is_empty() {
        return Err(NumberProblem::Empty);
    }
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
        return Err(NumberProblem::NotPossible);
    }
    if digits.len() <= SHORT_DIGITS_MAX {
        return Err(NumberProblem::Short);
    }
    let (code, mut national) = digits
        .split_at_checked(calling_code_length(digits))
        .ok_or(NumberProblem::NotPossible)?;
    let code: u16 = code.parse().map_err(|_| NumberProblem::NotPossible)?;
    // Mexico: until 2019 mobiles were written +52 1 and ten digits; the 1 no longer exists.
    if code == 52 && national.len() == 11 {
        national = national.strip_prefix('1').unwrap_or(national);
    }
    let Some(country) = Country::of_calling_code(code) else {
        // Satellite and other non-geographic codes: real, but no country's.
        let shared = matches!(code, 800 | 808 | 870 | 878 | 881 | 882 | 883 | 888 | 979) && national.len() >= 7;
        // Small islands that are in no table of ours: Diego Garcia, Ascension, St Helena, the Falklands, Norfolk …
        let island = matches!(code, 246 | 247 | 290 | 500 | 508 | 672 | 681 | 683 | 690) && national.len() >= 4;
        let possible = (shared || island) && digits.len() <= E164_DIGITS_MAX;
        return if possible {
            Ok(PhoneNumber(format!("+{digits}")))
        } else {
            Err(NumberProblem::NotPossible)
        };
    };
    // A trunk prefix left in by mistake (+44 07911…) is not part of the number; Italy's 0 is.
    let trunk = country.trunk();
    if trunk == "0" && national.starts_with('0') {
        national = national.get(1..).unwrap_or("");
    }
    if !possible(code, national, country) || digits.len() > E164_DIGITS_MAX + 1 {
        return Err(NumberProblem::NotPossible);
    }
    Ok(PhoneNumber(format!("+{code}{national}")))
}

/// Whether a national significant number has a length, and for +1 a first digit, that exists.
fn possible(code: u16, national: &str, country: Country) -> bool {
    let (least, most) = country.digits();
    let n = national.len();
    if national.starts_with('0') && !ZERO_KEPT.contains(&code) {
        return false;
    }
    match code {
        // NANP: area codes begin with 2–9. The rest is not checked: new codes appear every year.
        1 => n == 10 && national.as_bytes().first().is_some_and(|b| (b'2'..=b'9').contains(b)),
        // Countries that share a calling code (Guernsey, Åland, Vatican …) follow the same lengths; service ranges may be
        // longer by two.
        _ => n >= usize::from(least) && n <= usize::from(most) + 2 && n + digits_of(code) <= E164_DIGITS_MAX,
    }
}

fn digits_of(code: u16) -> usize {
    match code {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

/// A number as written inside `home`, with or without its trunk prefix.
fn national(number: &str, home: Country) -> Result<PhoneNumber, NumberProblem> {
    let code = home.calling_code();
    if code == 1 && number.len() == 7 {
        return Err(NumberProblem::Local);
    }
    let trunk = home.trunk();
    let without = if trunk.is_empty() {
        None
    } else {
        number.strip_prefix(trunk)
    };
    let (least, most) = home.digits();
    let fits = |n: &str| n.len() >= usize::from(least) && n.len() <= usize::from(most) && possible(code, n, home);
    match without {
        Some(rest) if fits(rest) => Ok(PhoneNumber(format!("+{code}{rest}"))),
        // In these countries no national number begins with its trunk prefix 0, so the digits are none.
        Some(_) if trunk == "0" => Err(NumberProblem::NotPossible),
        Some(_) | None if fits(number) => Ok(PhoneNumber(format!("+{code}{number}"))),
        Some(_) | None => Err(if number.len() < usize::from(least) {
            NumberProblem::Local
        } else {
            NumberProblem::NotPossible
        }),
    }
}

/// A number that carries its country code but neither `+` nor exit prefix, as some exchanges send with type 129.
fn with_calling_code(number: &str, home: Country) -> Option<PhoneNumber> {
    let (least, most) = home.digits();
    if let Some(rest) = number.strip_prefix(&home.calling_code().to_string())
        && rest.len() >= usize::from(least)
        && rest.len() <= usize::from(most)
    {
        return international(number).ok();
    }
    // Longer than any number of this country: it must be another's.
    if number.len() > usize::from(most) + home.trunk().len() && number.len() >= 11 && !number.starts_with('0') {
        return international(number).ok();
    }
    None
}
