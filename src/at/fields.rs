//! One information line cut into its parameters, ITU-T V.250 §5.4.1.
//!
//! Quote-aware: a comma inside quotes belongs to the text (an alpha tag may hold one). Empty parameters keep their place.
//! `at_commands`' parser does not step over an empty optional string, so replies are read with this instead.

use std::str::FromStr;

/// Most parameters of a line that are looked at; the longest known line (`+CLCC`, `^DSCI`) has twelve.
pub const FIELDS_MAX: usize = 32;

/// The parameters of one line, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields<'a> {
    fields: Vec<Field<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field<'a> {
    text: &'a str,
    quoted: bool,
}

impl<'a> Fields<'a> {
    /// Splits what stands after the colon of an information line. Never fails: an unclosed quote runs to the end.
    #[must_use]
    pub fn split(text: &'a str) -> Self {
        let mut fields = Vec::new();
        let mut start = 0;
        let mut quoted = false;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    if fields.len() < FIELDS_MAX {
                        fields.push(Field::of(&text[start..at]));
                    }
                    start = at + 1;
                }
                _ => {}
            }
        }
        if fields.len() < FIELDS_MAX {
            fields.push(Field::of(&text[start..]));
        }
        Fields { fields }
    }

    /// The parameters of `line` if it starts with `name` and a colon (`after_name(line, "+CLIP")`).
    #[must_use]
    pub fn after_name(line: &'a str, name: &str) -> Option<Self> {
        after_name(line, name).map(Fields::split)
    }

    /// How many there are; a line without any text has one empty field.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// True if the line carried nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.text.is_empty() && !field.quoted)
    }

    /// Text of the field without its quotes; empty if it was left out.
    #[must_use]
    pub fn text(&self, index: usize) -> &'a str {
        self.fields.get(index).map_or("", |field| field.text)
    }

    /// Whether the field was given in quotes.
    #[must_use]
    pub fn is_quoted(&self, index: usize) -> bool {
        self.fields.get(index).is_some_and(|field| field.quoted)
    }

    /// The field as a decimal number. Too large, negative for an unsigned type, empty or not a number: `None`.
    #[must_use]
    pub fn number<T: FromStr>(&self, index: usize) -> Option<T> {
        self.text(index).parse().ok()
    }
}

impl<'a> Field<'a> {
    fn of(raw: &'a str) -> Self {
        let raw = raw.trim();
        match raw.strip_prefix('"') {
            Some(rest) => Field {
                text: rest.strip_suffix('"').unwrap_or(rest),
                quoted: true,
            },
            None => Field {
                text: raw,
                quoted: false,
            },
        }
    }
}

/// What follows `name` and a colon, in any case and with any blanks around the colon; `None` if the line is another's.
#[must_use]
pub fn after_name<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let head = line.get(..name.len())?;
    if !head.eq_ignore_ascii_case(name) {
        return None;
    }
    line[name.len()..].trim_start().strip_prefix(':').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_quotes_do_not_split_and_empty_fields_keep_their_place() {
        let fields = Fields::split(r#""+49 1,2",145,,,"a, ""b",0"#);
        assert_eq!(fields.text(0), "+49 1,2");
        assert!(fields.is_quoted(0));
        assert_eq!(fields.number::<u8>(1), Some(145));
        assert_eq!(fields.text(2), "");
        assert_eq!(fields.text(4), r#"a, ""b"#);
        assert_eq!(fields.number::<u8>(5), Some(0));
        assert_eq!(fields.len(), 6);
    }

    #[test]
    fn numbers_out_of_range_are_none_and_never_wrap() {
        let fields = Fields::split("256,-1,99999999999999999999,x,");
        for index in 0..5 {
            assert_eq!(fields.number::<u8>(index), None);
        }
    }

    #[test]
    fn a_name_ends_at_its_colon() {
        assert_eq!(after_name("+CLIP:\"\",128", "+CLIP"), Some("\"\",128"));
        assert_eq!(after_name("+clip : 1", "+CLIP"), Some("1"));
        assert_eq!(after_name("+CLIPX: 1", "+CLIP"), None);
        assert_eq!(after_name("+CLI", "+CLIP"), None);
        assert_eq!(after_name("ü", "+"), None);
    }

    #[test]
    fn an_absurd_number_of_fields_is_cut() {
        let line = ",".repeat(10_000);
        assert_eq!(Fields::split(&line).len(), FIELDS_MAX);
        assert!(Fields::split(&line).is_empty());
    }
}
