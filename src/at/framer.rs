//! A stream of octets cut into lines and prompts, ITU-T V.250 §5.7 (responses) and 3GPP TS 27.005 §3.5.1 (the prompt).
//!
//! On the wire a line is `CR LF text CR LF`, but firmware writes `CR CR LF`, forgets the leading pair, and starts with NULs
//! after a reset. So: any run of CR and LF ends a line, empty lines are nothing, and what can't start a line is dropped.

/// Longest line kept, octets. The longest legitimate ones are a `+CUSD` text in UCS-2 hex (about 800) and a PDU (about 380).
pub const LINE_MAX: usize = 1024;

/// Flow control in the data itself (DC1, DC3; V.250 §6.2.12): never part of it.
const XON: u8 = 0x11;
const XOFF: u8 = 0x13;
const CTRL_Z: u8 = 0x1A;
const ESC: u8 = 0x1B;

/// What the framer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A line without its terminators and without blanks at either end; never empty. Octets that are no UTF-8, and control
    /// characters inside, are shown as U+FFFD, so that a damaged line can't pass for a whole one.
    Line(String),
    /// `>` at the start of a line while a prompt was expected.
    Prompt,
    /// A line outgrew [`LINE_MAX`] and was dropped up to its end: so many octets.
    Dropped(usize),
}

/// The unfinished line.
#[derive(Debug, Default)]
pub struct Framer {
    line: Vec<u8>,
    /// Octets of an over-long line thrown away so far; 0 while the line fits.
    dropped: usize,
}

impl Framer {
    /// Takes one octet. `prompt_expected` is asked anew for every octet because the token before may have changed it.
    pub fn push(&mut self, octet: u8, prompt_expected: bool) -> Option<Token> {
        match octet {
            // Ctrl-Z comes back as the end of an echoed PDU: it ends that line.
            b'\r' | b'\n' | CTRL_Z => self.end(),
            // NUL is line noise after a reset; ESC is the echo of our own.
            0 | ESC | XON | XOFF => None,
            _ if self.dropped > 0 => {
                self.dropped = self.dropped.saturating_add(1);
                None
            }
            // The prompt has no line end, so it fires on its first octet. Its blank is then a leading blank of the next line.
            b'>' if self.line.is_empty() && prompt_expected => Some(Token::Prompt),
            _ if self.line.is_empty() && !octet.is_ascii_graphic() => None,
            _ if self.line.len() == LINE_MAX => {
                self.dropped = LINE_MAX + 1;
                self.line.clear();
                None
            }
            _ => {
                self.line.push(octet);
                None
            }
        }
    }

    /// Forgets the unfinished line.
    pub fn reset(&mut self) {
        self.line.clear();
        self.dropped = 0;
    }

    /// What came last is a whole result or a ring, and nothing but its line end is missing.
    pub fn stands_at_a_result(&self) -> bool {
        const WORDS: [&[u8]; 4] = [b"OK", b"ERROR", b"RING", b"NO CARRIER"];
        self.dropped == 0 && WORDS.contains(&self.line.as_slice())
    }

    /// The line is over, with or without an end of its own.
    pub fn end(&mut self) -> Option<Token> {
        if self.dropped > 0 {
            let octets = std::mem::take(&mut self.dropped);
            return Some(Token::Dropped(octets));
        }
        if self.line.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&self.line);
        let line: String = text
            .trim()
            .chars()
            .map(|c| if c.is_control() && c != '\t' { '\u{FFFD}' } else { c })
            .collect();
        self.line.clear();
        Some(Token::Line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(octets: &[u8], prompt_expected: bool) -> Vec<Token> {
        let mut framer = Framer::default();
        octets
            .iter()
            .filter_map(|&octet| framer.push(octet, prompt_expected))
            .collect()
    }

    fn line(text: &str) -> Token {
        Token::Line(text.to_owned())
    }

    #[test]
    fn any_run_of_cr_and_lf_ends_a_line() {
        for octets in [
            &b"\r\nRING\r\n"[..],
            b"RING\r\r\n",
            b"\nRING\n",
            b"\r\r\n\r\nRING\r",
            b"\0\0\xFF\x01RING\r\n",
            b"\x11RI\0N\x13G\x11\r\n",
        ] {
            assert_eq!(tokens(octets, false), [line("RING")], "{octets:?}");
        }
    }

    #[test]
    fn a_prompt_needs_no_line_end_but_needs_to_be_expected() {
        assert_eq!(tokens(b"\r\n>", true), [Token::Prompt]);
        assert_eq!(tokens(b"\r\n> ", true), [Token::Prompt]);
        assert_eq!(tokens(b">\r\n", true), [Token::Prompt]);
        assert_eq!(tokens(b"\r\n> x\r\n", false), [line("> x")]);
        assert_eq!(tokens(b"a>b\r\n", true), [line("a>b")]);
    }

    #[test]
    fn an_overlong_line_is_dropped_whole_and_the_next_one_is_read() {
        let mut octets = vec![b'A'; LINE_MAX + 7];
        octets.extend_from_slice(b"\r\nOK\r\n");
        assert_eq!(tokens(&octets, false), [Token::Dropped(LINE_MAX + 7), line("OK")]);
        let mut fits = vec![b'A'; LINE_MAX];
        fits.extend_from_slice(b"\r\n");
        assert_eq!(tokens(&fits, false), [line(&"A".repeat(LINE_MAX))]);
    }

    #[test]
    fn a_damaged_line_does_not_pass_for_a_whole_one() {
        assert_eq!(tokens(b"O\x07K\r\n", false), [line("O\u{FFFD}K")]);
        assert_eq!(tokens(b"O\xFFK\r\n", false), [line("O\u{FFFD}K")]);
    }

    #[test]
    fn ctrl_z_ends_an_echoed_pdu() {
        assert_eq!(tokens(b"0011\x1A+CMGS: 3\r\n", false), [line("0011"), line("+CMGS: 3")]);
    }
}
