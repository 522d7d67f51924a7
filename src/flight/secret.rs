//! A PIN's digits out of what goes over the line, octet by octet: a read ends anywhere, and news comes between an echo's octets.

/// What stands before a secret, wherever in a command line: a SIM's PIN or PUK, the password of a lock or of barring.
const SECRETS: [[u8; NAME]; 3] = [*b"+CPIN=", *b"+CLCK=", *b"+CPWD="];
const NAME: usize = 6;

/// Turns them into zeros. Everything else stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    said: Line,
    heard: Line,
    /// The last line to the modem carried one, so that its echo may come.
    in_flight: bool,
}

impl Secrets {
    /// Octets to the modem.
    #[must_use]
    pub fn said(&mut self, octets: &[u8]) -> Vec<u8> {
        let hide = |&octet: &u8| {
            let carries = self.said.goes_on(octet);
            if self.said.first.is_some() {
                self.in_flight = carries;
            }
            masked(octet, carries)
        };
        octets.iter().map(hide).collect()
    }

    /// Octets from the modem. While an echo may come, only lines that begin as the modem's own do keep their digits.
    #[must_use]
    pub fn heard(&mut self, octets: &[u8]) -> Vec<u8> {
        let hide = |&octet: &u8| {
            let carries = self.heard.goes_on(octet);
            let rest_of_echo = self.in_flight && !matches!(self.heard.first, Some(b'+' | b'^'));
            masked(octet, carries || rest_of_echo)
        };
        octets.iter().map(hide).collect()
    }
}

/// A line as far as it has come.
#[derive(Debug, Clone, Default)]
struct Line {
    first: Option<u8>,
    last: [u8; NAME],
    carries: bool,
}

impl Line {
    /// Whether it carries a secret by now.
    fn goes_on(&mut self, octet: u8) -> bool {
        if matches!(octet, b'\r' | b'\n') {
            *self = Line::default();
            return false;
        }
        self.first.get_or_insert(octet);
        self.last.rotate_left(1);
        self.last[NAME - 1] = octet.to_ascii_uppercase();
        self.carries |= SECRETS.contains(&self.last);
        self.carries
    }
}

fn masked(octet: u8, hide: bool) -> u8 {
    match octet {
        b'0'..=b'9' if hide => b'0',
        shown => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: [&[u8]; 4] = [
        b"AT+CPIN=\"4711\"\r",
        b"at+cpin=\"47114711\",\"4711\"\r",
        b"AT+CMEE=1;+CPIN=4711\r",
        b"AT+CLCK=\"SC\",0,\"4711\"\r",
    ];

    /// Said, and heard in pieces of every length.
    fn shown(said: &[u8], heard: &[u8]) -> Vec<String> {
        (1..=heard.len())
            .map(|size| {
                let mut secrets = Secrets::default();
                let mut all = secrets.said(said);
                for piece in heard.chunks(size) {
                    all.extend(secrets.heard(piece));
                }
                String::from_utf8(all).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_pin_is_in_neither_command_nor_echo_wherever_a_read_ends() {
        for said in SAID {
            for shown in shown(said, &[said, b"\r\n+CME ERROR: 16\r\n"].concat()) {
                assert!(!shown.contains("47") && !shown.contains("71"), "{shown}");
                assert!(shown.ends_with("\r\n+CME ERROR: 16\r\n"), "{shown}");
            }
        }
    }

    #[test]
    fn news_between_the_octets_of_an_echo_keeps_its_own_digits_only() {
        let said = SAID[0];
        for cut in 1..said.len() {
            let (one, two) = said.split_at(cut);
            let news = b"\r\n+CREG: 5\r\n";
            for shown in shown(said, &[one, news, two, news].concat()) {
                assert!(!shown.contains('4') && !shown.contains('7'), "{shown}");
                assert_eq!(shown.matches("+CREG: 5").count(), 2, "{shown}");
            }
        }
    }

    #[test]
    fn everything_else_stays_and_so_does_what_comes_after_the_next_command() {
        let mut secrets = Secrets::default();
        for other in [
            &b"AT+CPIN?\r"[..],
            b"ATD+15551234;\r",
            b"AT+CMGS=23\r",
            b"0791551234\x1a",
        ] {
            assert_eq!(secrets.said(other), other);
            assert_eq!(secrets.heard(other), other);
        }
        assert_eq!(secrets.said(SAID[0]), b"AT+CPIN=\"0000\"\r");
        assert_eq!(secrets.said(b"AT+CGSN\r"), b"AT+CGSN\r");
        let imei = b"\r\n350123456789012\r\n";
        assert_eq!(secrets.heard(imei), imei);
    }
}
