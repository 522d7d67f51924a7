//! What the client types: command lines (V.250 §5.2) and messages behind a prompt (TS 27.005 §3.5.1).

use super::agenda::{Due, Input, Phase};
use super::modem::Modem;
use super::reply::FinalResult;
use super::send_commands::Body;

/// Longest command line; more is ERROR (V.250 §5.2.1 asks for at least 40).
const MAX_LINE: usize = 560;
/// Octets of a message body after the prompt.
const MAX_BODY: usize = 1024;

impl Modem {
    /// Reads what was typed, as long as nothing runs.
    pub(super) fn read_on(&mut self) {
        while matches!(self.phase, Phase::Idle) {
            let Some(byte) = self.typeahead.pop_front() else { return };
            match std::mem::replace(&mut self.input, Input::Line(vec![])) {
                Input::Line(line) => self.take_line_byte(line, byte),
                Input::Body(body, text) => self.take_body_byte(body, text, byte),
            }
        }
    }

    /// V.250 §5.2: CR (S3) ends, BS (S5) takes back, LF and other control characters are passed over, `A/` repeats at once.
    fn take_line_byte(&mut self, mut line: Vec<u8>, byte: u8) {
        if self.echo {
            self.say_raw(&[byte]);
        }
        let [end, _, back] = self.line_characters();
        match byte {
            _ if byte == end => return self.take_line(&line),
            _ if byte == back || byte == 0x7F => {
                line.pop();
            }
            0..0x20 => {}
            _ if line.len() <= MAX_LINE => line.push(byte),
            _ => {}
        }
        if line.eq_ignore_ascii_case(b"A/") {
            self.rest = self.last_line.clone();
            return self.run_soon();
        }
        self.input = Input::Line(line);
    }

    fn take_line(&mut self, line: &[u8]) {
        let start = line.windows(2).position(|two| two.eq_ignore_ascii_case(b"AT"));
        let Some(start) = start else { return };
        self.rest = if line.len() > MAX_LINE {
            "\u{0}".into()
        } else {
            // One character an octet: which set they are in, the command knows that reads them.
            line[start + 2..].iter().copied().map(char::from).collect()
        };
        self.last_line = self.rest.clone();
        self.run_soon();
    }

    /// S3, S4, S5: what ends a line, what is written after that, what takes a character back (V.250 §6.2.1–6.2.3).
    pub(super) fn line_characters(&self) -> [u8; 3] {
        [3, 4, 5].map(|number| {
            self.registers
                .get(&number)
                .and_then(|v| u8::try_from(*v).ok())
                .unwrap_or(0)
        })
    }

    /// TS 27.005 §3.5.1: Ctrl-Z sends, ESC gives up, CR gives another prompt.
    fn take_body_byte(&mut self, body: Body, mut text: Vec<u8>, byte: u8) {
        match byte {
            0x1A => {
                for octet in text.iter_mut().filter(|octet| **octet == b'\r') {
                    *octet = b'\n';
                }
                self.phase = Phase::Busy;
                let after = self.jitter(self.latency.reply);
                return self.later(after, Due::Submitted(body, text));
            }
            0x1B => return self.say_final(FinalResult::Ok),
            b'\r' => {
                if text.len() < MAX_BODY {
                    text.push(b'\r');
                }
                self.say_prompt();
            }
            // With the CR before it one new line; alone a character of the alphabet.
            b'\n' if text.last() == Some(&b'\r') => {
                text.pop();
                text.push(b'\n');
            }
            0x08 => {
                text.pop();
            }
            _ => {
                if text.len() < MAX_BODY {
                    text.push(byte);
                }
                if self.echo {
                    self.say_raw(&[byte]);
                }
            }
        }
        self.input = Input::Body(body, text);
    }
}
