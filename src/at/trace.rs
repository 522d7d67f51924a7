//! The syntax of serial transcripts, one chunk a line, so that a field log is a test case:
//!
//! ```text
//! # comments and empty lines are skipped
//! >> AT+CMGS=3\r
//! << \r\n>\x20
//! >> 001122\x1a
//! ```
//!
//! `<<` comes from the modem, `>>` goes to it. Octets that are not printable ASCII are escaped; so is a blank at the end,
//! which an editor would eat.

use std::fmt::Write as _;

/// Which way a chunk went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `<<`
    FromModem,
    /// `>>`
    ToModem,
}

/// Octets that were read or written at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub direction: Direction,
    pub octets: Vec<u8>,
}

/// Why a line is no transcript line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// It starts with neither arrow.
    #[error("expected `<< ` or `>> ` at the start of the line")]
    Direction,
    /// A backslash with something unknown after it, at this character of the text.
    #[error("unknown escape at character {at}; known are \\r \\n \\t \\\\ and \\x with two hex digits")]
    Escape { at: usize },
}

/// One chunk as one line, without a line end.
#[must_use]
pub fn render(direction: Direction, octets: &[u8]) -> String {
    let mut line = String::with_capacity(octets.len() + 8);
    line.push_str(match direction {
        Direction::FromModem => "<< ",
        Direction::ToModem => ">> ",
    });
    for (at, &octet) in octets.iter().enumerate() {
        let last = at + 1 == octets.len();
        match octet {
            b'\r' => line.push_str("\\r"),
            b'\n' => line.push_str("\\n"),
            b'\t' => line.push_str("\\t"),
            b'\\' => line.push_str("\\\\"),
            b' ' if !last => line.push(' '),
            _ if octet.is_ascii_graphic() => line.push(char::from(octet)),
            // Writing to a String can't fail.
            _ => drop(write!(line, "\\x{octet:02x}")),
        }
    }
    line
}

/// Reads one line; `None` for comments (`#`) and empty lines. Text that is not ASCII stands for its UTF-8 octets.
///
/// # Errors
///
/// [`TraceError`] if the line is neither a chunk nor a comment.
pub fn parse(line: &str) -> Result<Option<Chunk>, TraceError> {
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (arrow, text) = line.split_at_checked(2).ok_or(TraceError::Direction)?;
    let direction = match arrow {
        "<<" => Direction::FromModem,
        ">>" => Direction::ToModem,
        _neither => return Err(TraceError::Direction),
    };
    let text = if text.is_empty() {
        text
    } else {
        text.strip_prefix(' ').ok_or(TraceError::Direction)?
    };
    let mut octets = Vec::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            octets.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        octets.push(match chars.next().map(|(_, escaped)| escaped) {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('\\') => b'\\',
            Some('x') => {
                let mut digit = || chars.next().and_then(|(_, digit)| digit.to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or(TraceError::Escape { at })?;
                u8::try_from(high * 16 + low).map_err(|_| TraceError::Escape { at })?
            }
            Some(_) | None => return Err(TraceError::Escape { at }),
        });
    }
    Ok(Some(Chunk { direction, octets }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rendered_reads_back_for_every_octet() {
        let octets: Vec<u8> = (0..=255).chain(*b"\\x41 ").collect();
        for direction in [Direction::FromModem, Direction::ToModem] {
            let line = render(direction, &octets);
            assert!(line.is_ascii() && !line.ends_with(' '));
            assert_eq!(
                parse(&line),
                Ok(Some(Chunk {
                    direction,
                    octets: octets.clone()
                }))
            );
        }
        assert_eq!(render(Direction::FromModem, b"\r\n> "), "<< \\r\\n>\\x20");
        assert_eq!(parse(&render(Direction::ToModem, b"")).unwrap().unwrap().octets, b"");
    }

    #[test]
    fn comments_are_skipped_and_nonsense_is_refused() {
        assert_eq!(parse("# SIM7600"), Ok(None));
        assert_eq!(parse("  "), Ok(None));
        for line in ["<", "<<OK", "OK", "é", "éé"] {
            assert_eq!(parse(line), Err(TraceError::Direction), "{line}");
        }
        for (line, at) in [("<< \\", 0), ("<< a\\q", 1), ("<< \\x1", 0), ("<< \\xZZ", 0)] {
            assert_eq!(parse(line), Err(TraceError::Escape { at }), "{line}");
        }
    }
}
