//! The ring: the last lines of both directions, masked as they come, with the time between them.

use super::redact::Redactor;
use super::secret::Secrets;
use crate::at::LINE_MAX;
use crate::at::trace::{Direction, render};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Most lines kept: some hours of a quiet box, minutes of a busy one.
pub const RECORD_LINES_MAX: usize = 2_000;
/// Most octets kept.
pub const RECORD_OCTETS_MAX: usize = 128 * 1024;
/// Lines from the modem within the storm window that are a storm.
pub const STORM_LINES: usize = 300;
/// See [`STORM_LINES`].
const STORM_WINDOW: Duration = Duration::from_secs(10);
const CTRL_Z: u8 = 0x1A;

/// Keeps what went over the line lately. Its `Debug` shows no line.
pub struct Recorder {
    secrets: Secrets,
    redactor: Redactor,
    entries: VecDeque<(Instant, String)>,
    octets: usize,
    /// The modem's unfinished line.
    partial: Vec<u8>,
    /// The beginning fell out of the ring.
    lost: bool,
    /// Maker and model, once known.
    modem: Option<(String, String)>,
    /// When the modem's latest lines came.
    lately: VecDeque<Instant>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({} lines, {} octets)", self.entries.len(), self.octets)
    }
}

impl Recorder {
    /// `key` as for [`Redactor::new`].
    #[must_use]
    pub fn new(key: u64) -> Self {
        Recorder {
            secrets: Secrets::default(),
            redactor: Redactor::new(key),
            entries: VecDeque::new(),
            octets: 0,
            partial: Vec::new(),
            lost: false,
            modem: None,
            lately: VecDeque::new(),
        }
    }

    /// Octets from the modem, split anywhere: kept line by line, since half a number can't be masked.
    pub fn heard(&mut self, octets: &[u8], at: Instant) {
        let is_text = |partial: &[u8]| partial.iter().any(|o| !matches!(o, b'\r' | b'\n'));
        for octet in self.secrets.heard(octets) {
            // Some modems end their lines with CR alone; two lines in one would hide what the second is.
            if self.partial.ends_with(b"\r") && octet != b'\n' && is_text(&self.partial) {
                self.finish_line(at);
            }
            self.partial.push(octet);
            let text = is_text(&self.partial);
            let prompt =
                self.partial.ends_with(b"> ") && self.partial.iter().filter(|o| o.is_ascii_graphic()).count() == 1;
            if (octet == b'\n' && text) || prompt || self.partial.len() > 2 * LINE_MAX {
                self.finish_line(at);
            }
        }
    }

    /// Octets to the modem: one command, one PDU, or an ESC.
    pub fn said(&mut self, octets: &[u8], at: Instant) {
        self.finish_line(at);
        let octets = self.secrets.said(octets);
        for piece in octets.split_inclusive(|&octet| octet == b'\r' || octet == CTRL_Z) {
            let masked = masked(piece, |text| self.redactor.said(text));
            self.keep(at, render(Direction::ToModem, &masked));
        }
    }

    /// The port was opened: the modem begins anew.
    pub fn port_opened(&mut self, at: Instant) {
        self.partial.clear();
        self.keep(at, "-- port opened".to_owned());
    }

    /// The port is gone.
    pub fn port_lost(&mut self, at: Instant) {
        self.finish_line(at);
        self.keep(at, "-- port lost".to_owned());
    }

    /// Who the modem is; needed to begin in the middle.
    pub fn modem_is(&mut self, maker: &str, model: &str) {
        let plain = |text: &str| text.replace([',', '\n', '\r'], " ").trim().to_owned();
        self.modem = Some((plain(maker), plain(model)));
    }

    /// Whether the modem says more than any modem should. Asking begins the count anew, so that one storm is told once.
    pub fn storm(&mut self) -> bool {
        let storm = self.lately.len() >= STORM_LINES;
        if storm {
            self.lately.clear();
        }
        storm
    }

    /// A number as this recording shows it.
    #[must_use]
    pub fn masked_number(&self, number: &str) -> String {
        self.redactor.number(number)
    }

    /// The recording as a file: `head` lines (`key value`) first, then what happened, `@+` milliseconds apart.
    #[must_use]
    pub fn file(&self, why: &str, head: &[(&str, String)]) -> String {
        let mut out = format!("# textback flight record: {}\n", crate::printable::on_one_line(why));
        for (key, value) in head {
            // Writing to a String can't fail, here and below.
            let _ = writeln!(out, "-- {key} {}", crate::printable::on_one_line(value));
        }
        if self.lost {
            match &self.modem {
                Some((maker, model)) => {
                    let _ = writeln!(
                        out,
                        "# the beginning is gone; brought up as usual\n-- ready {maker}, {model}"
                    );
                }
                None => out.push_str("# the beginning is gone, and with it who the modem is\n"),
            }
        }
        let mut before = self.entries.front().map(|(at, _)| *at);
        for (at, line) in &self.entries {
            let passed = before.map_or(0, |before| at.saturating_duration_since(before).as_millis());
            if passed > 0 {
                let _ = writeln!(out, "@+{passed}");
            }
            before = Some(*at);
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    fn finish_line(&mut self, at: Instant) {
        let line = std::mem::take(&mut self.partial);
        if line.is_empty() {
            return;
        }
        let masked = masked(&line, |text| self.redactor.heard(text));
        self.keep(at, render(Direction::FromModem, &masked));
        // What CR alone ends is too often noise to be counted towards a storm.
        if line.ends_with(b"\n") {
            self.lately.push_back(at);
        }
        while self.lately.len() > STORM_LINES
            || self
                .lately
                .front()
                .is_some_and(|first| at.saturating_duration_since(*first) > STORM_WINDOW)
        {
            self.lately.pop_front();
        }
    }

    fn keep(&mut self, at: Instant, line: String) {
        self.octets += line.len();
        self.entries.push_back((at, line));
        while self.entries.len() > RECORD_LINES_MAX || self.octets > RECORD_OCTETS_MAX {
            let Some((_, dropped)) = self.entries.pop_front() else {
                return;
            };
            self.octets -= dropped.len();
            self.lost = true;
        }
    }
}

/// The octets with their text masked and what surrounds it (line ends, Ctrl-Z, ESC) as it was.
fn masked(octets: &[u8], mask: impl FnOnce(&str) -> String) -> Vec<u8> {
    let outside = |octet: &u8| octet.is_ascii_control() || *octet == b' ';
    let start = octets.iter().position(|octet| !outside(octet)).unwrap_or(octets.len());
    let end = octets
        .iter()
        .rposition(|octet| !outside(octet))
        .map_or(start, |last| last + 1);
    let text = String::from_utf8_lossy(octets.get(start..end).unwrap_or(&[]));
    let mut out = octets.get(..start).unwrap_or(&[]).to_vec();
    if !text.is_empty() {
        out.extend(mask(&text).into_bytes());
    }
    out.extend_from_slice(octets.get(end..).unwrap_or(&[]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_a_line_is_split_its_number_is_masked() {
        let start = Instant::now();
        let line = b"\r\nRING\r\n\r\n+CLIP: \"+15125551234\",145,\"\",0,\"\",0\r\n";
        let mut files = Vec::new();
        for size in [1, 3, 7, line.len()] {
            let mut recorder = Recorder::new(9);
            recorder.port_opened(start);
            for piece in line.chunks(size) {
                recorder.heard(piece, start);
            }
            recorder.said(b"AT+CPIN=\"4711\"\r", start + Duration::from_millis(250));
            files.push(recorder.file("test", &[("country", "US".to_owned())]));
        }
        assert!(files.windows(2).all(|two| two[0] == two[1]), "{files:#?}");
        assert!(
            !files[0].contains("551234") && !files[0].contains("4711"),
            "{}",
            files[0]
        );
        let lines: Vec<&str> = files[0].lines().collect();
        assert_eq!(
            lines[..4],
            [
                "# textback flight record: test",
                "-- country US",
                "-- port opened",
                "<< \\r\\nRING\\r\\n"
            ]
        );
        assert_eq!(lines[5..], ["@+250", ">> AT+CPIN=\"0000\"\\r"]);
    }

    #[test]
    fn a_text_is_masked_however_lines_end() {
        let pdu = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
        for end in ["\r\n", "\r", "\n", "\r\r\n"] {
            let mut recorder = Recorder::new(9);
            recorder.heard(format!("{end}+CMT: ,30{end}{pdu}{end}").as_bytes(), Instant::now());
            recorder.port_lost(Instant::now());
            let file = recorder.file("x", &[]);
            assert!(
                file.contains("+CMT: ,30") && !file.contains("C8F71D14969741"),
                "{end:?}: {file}"
            );
        }
    }

    #[test]
    fn a_prompt_is_kept_at_once_and_apart() {
        let now = Instant::now();
        let mut recorder = Recorder::new(9);
        recorder.heard(b"\r\n> ", now);
        recorder.said(b"0001\x1a", now);
        let file = recorder.file("x", &[]);
        assert!(file.ends_with("<< \\r\\n>\\x20\n>> 0001\\x1a\n"), "{file}");
    }

    #[test]
    fn memory_is_bounded_and_the_middle_can_still_be_begun_from() {
        let mut now = Instant::now();
        let mut recorder = Recorder::new(9);
        recorder.port_opened(now);
        recorder.modem_is("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H");
        for _ in 0..20_000 {
            now += Duration::from_millis(10);
            recorder.heard(b"\r\n^BOOT:12345,0,0,0\r\n", now);
        }
        recorder.heard(&[b'A'; 100_000], now);
        let file = recorder.file("storm", &[]);
        assert!(file.len() < 2 * RECORD_OCTETS_MAX, "{}", file.len());
        assert!(file.contains("-- ready SIMCOM INCORPORATED, SIMCOM_SIM7600G-H\n"));
        assert!(recorder.storm() && !recorder.storm());
    }
}
