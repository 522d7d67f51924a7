//! Words compared as a person would: case, accents, apostrophes and punctuation make no other word.

/// Lower case, without accents, apostrophes dropped, everything else that is no letter or digit a space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{00b4}' | '\u{0060}' | '\u{02bc}' => {}
            // Combining accents, joiners, direction marks: nothing to read.
            '\u{0300}'..='\u{036f}' | '\u{200b}'..='\u{200f}' | '\u{fe0f}' | '\u{feff}' | '\u{00ad}' => {}
            // Full-width forms are ASCII in disguise.
            '\u{ff01}'..='\u{ff5e}' => {
                let plain = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(' ');
                out.push(if plain.is_alphanumeric() {
                    plain.to_ascii_lowercase()
                } else {
                    ' '
                });
            }
            c if c.is_alphanumeric() => c.to_lowercase().map(unaccented).for_each(|c| out.push(c)),
            _ => out.push(' '),
        }
    }
    out
}

fn unaccented(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ś' | 'ş' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        // A combining dot left over from lower-casing İ is not a letter of its own.
        '\u{0307}' => ' ',
        other => other,
    }
}
