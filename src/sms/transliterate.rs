//! A text made to fit the GSM 7 bit alphabet where that changes nothing a reader cares about: one curly quote more than
//! halves what fits in a part.

use super::{Shifts, gsm7};

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transliteration {
    /// The text with what could be replaced replaced; what could not is still there.
    pub text: String,
    /// The characters that force UCS-2, each once, in order of appearance. Empty: the text is GSM 7 bit.
    pub remaining: Vec<char>,
}

/// Replaces typographic characters (quotes, dashes, ellipsis, blanks, ligatures) and letters with marks by what the GSM 7
/// bit alphabet has. Other scripts and emoji are left alone and listed.
#[must_use]
pub fn to_gsm7_lossy(text: &str) -> Transliteration {
    let mut result = Transliteration {
        text: String::with_capacity(text.len()),
        remaining: Vec::new(),
    };
    for c in text.chars() {
        if gsm7::encode_char(c, Shifts::DEFAULT).is_some() {
            result.text.push(c);
        } else if let Some(plain) = plain(c) {
            result.text.push_str(plain);
        } else {
            result.text.push(c);
            if !result.remaining.contains(&c) {
                result.remaining.push(c);
            }
        }
    }
    result
}

/// With typographic quotes, dashes, ellipses and blanks made plain if that alone makes the text GSM 7 bit: phones put them
/// into nearly every text, and one of them more than halves what fits in a part. Any other text comes back as it is:
/// accents, emoji and other scripts survive.
#[must_use]
pub fn plain_punctuation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if gsm7::encode_char(c, Shifts::DEFAULT).is_some() {
            out.push(c);
            continue;
        }
        match plain(c).filter(|_| !c.is_alphanumeric()) {
            Some(plain) => out.push_str(plain),
            None => return text.to_owned(),
        }
    }
    out
}

/// What the alphabet has for a character it lacks.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2035}' | '\u{2039}' | '\u{203A}' | '`' | '´' | '\u{2BC}' => "'",
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{2036}' | '«' | '»' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => "-",
        '…' => "...",
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\t' => " ",
        '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{B}' => "\n",
        // Invisible: soft hyphen, zero-width space, byte order mark, word joiner.
        '\u{AD}' | '\u{200B}' | '\u{FEFF}' | '\u{2060}' => "",
        '•' | '·' | '‣' | '▪' => "-",
        '×' => "x",
        '÷' => ":",
        '©' => "(c)",
        '®' => "(r)",
        '™' => "(tm)",
        '№' => "No",
        '½' => "1/2",
        '¼' => "1/4",
        '¾' => "3/4",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬀ' => "ff",
        'Œ' => "OE",
        'œ' => "oe",
        'ẞ' => "SS",
        '¹' => "1",
        '²' => "2",
        '³' => "3",
        'À' | 'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' => "A",
        'á' | 'â' | 'ã' | 'ā' | 'ă' | 'ą' => "a",
        'Ć' | 'Č' | 'Ĉ' | 'Ċ' => "C",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'Ď' | 'Đ' => "D",
        'ď' | 'đ' => "d",
        'È' | 'Ê' | 'Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'Ğ' | 'Ģ' => "G",
        'ğ' | 'ģ' => "g",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'Ķ' => "K",
        'ķ' => "k",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => "L",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'Ń' | 'Ņ' | 'Ň' => "N",
        'ń' | 'ņ' | 'ň' => "n",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ő' => "O",
        'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'Ŕ' | 'Ř' => "R",
        'ŕ' | 'ř' => "r",
        'Ś' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'ţ' | 'ť' | 'ț' => "t",
        'Ù' | 'Ú' | 'Û' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_made_plain_only_where_it_makes_the_text_cheap() {
        assert_eq!(
            plain_punctuation("It’s leaking – “badly”…"),
            "It's leaking - \"badly\"..."
        );
        for kept in ["It’s leaking 😱", "Está – aquí", "Я’", "½ inch"] {
            assert_eq!(plain_punctuation(kept), kept);
        }
    }

    #[test]
    fn typography_becomes_what_a_typewriter_has() {
        let got = to_gsm7_lossy("“Sorry” – it’s Joe’s…\u{A0}call — us\u{2011}now •");
        assert_eq!(got.text, "\"Sorry\" - it's Joe's... call - us-now -");
        assert!(got.remaining.is_empty());
    }

    #[test]
    fn what_the_alphabet_has_is_left_as_it_is() {
        let text = "Ünø è à ñ € [x] {y} ~ Ω Ç";
        assert_eq!(
            to_gsm7_lossy(text),
            Transliteration {
                text: text.to_owned(),
                remaining: Vec::new()
            }
        );
    }

    #[test]
    fn what_cannot_be_said_stays_and_is_named_once() {
        let got = to_gsm7_lossy("Ж😀Ж ok");
        assert_eq!((got.text.as_str(), got.remaining), ("Ж😀Ж ok", vec!['Ж', '😀']));
    }

    #[test]
    fn every_replacement_is_in_the_alphabet() {
        for plain in (0..=0xFFFF).filter_map(char::from_u32).filter_map(plain) {
            assert!(gsm7::encode(plain, Shifts::DEFAULT).is_some(), "{plain}");
        }
    }
}
