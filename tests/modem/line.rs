//! What comes between the modem and us: flow control, noise, other lines in the middle of lines, ends that are missing, results
//! that come twice. The modem itself is a good one, and the whole job must be done.

use super::makers::{Working, plain};
use super::quirks::{Other, whole_job};

/// What is done to everything the modem says.
type Harm = fn(&str) -> String;

/// A modem behind a bad line.
struct Behind {
    name: &'static str,
    modem: Working,
    harm: Harm,
    delay_ms: u64,
}

impl Other for Behind {
    fn told(&self) -> String {
        self.name.to_string()
    }

    fn answer(&mut self, command: &str) -> String {
        (self.harm)(&self.modem.answer(command))
    }

    fn escape(&mut self) {
        self.modem.escape();
    }

    fn ring(&mut self) -> String {
        (self.harm)(&self.modem.ring())
    }

    fn over(&mut self) -> String {
        (self.harm)(&self.modem.over())
    }

    fn text_comes(&mut self) -> String {
        (self.harm)(&self.modem.text_comes())
    }

    fn holds_text(&self) -> bool {
        self.modem.holds_text()
    }

    fn delay_ms(&self) -> u64 {
        self.delay_ms
    }
}

/// Between any two characters.
fn everywhere(text: &str, what: &str) -> String {
    text.chars().flat_map(|c| [c.to_string(), what.to_string()]).collect()
}

/// Before every line that says something.
fn before_lines(text: &str, what: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            if line.trim().is_empty() {
                line.to_string()
            } else {
                format!("{what}{line}")
            }
        })
        .collect()
}

/// A line in the middle of the first line, the echo, which it tears in two.
fn inside_echo(text: &str, what: &str) -> String {
    match text.find('\r') {
        Some(end) if end > 4 && text.starts_with("AT") => format!("{}\r\n{what}\r\n{}", &text[..4], &text[4..]),
        Some(_) | None => text.to_string(),
    }
}

#[test]
fn what_the_line_adds_is_taken_away_again() {
    let harms: [(&str, Harm); 14] = [
        ("nothing", |text| text.to_string()),
        ("NUL everywhere", |text| everywhere(text, "\0")),
        ("XON and XOFF everywhere", |text| everywhere(text, "\x13\x11")),
        ("noise before every line", |text| before_lines(text, "\0\u{7f}\u{1}\0")),
        ("a status line before every line", |text| {
            before_lines(text, "^RSSI:20\r\n")
        }),
        ("two status lines in one read before every line", |text| {
            before_lines(text, "^RSSI:20\r\n^HCSQ:\"LTE\",48,50\r\n")
        }),
        ("a time line before every line", |text| {
            before_lines(text, "+CTZV: -24\r\n")
        }),
        ("a status line inside the echo", |text| inside_echo(text, "^RSSI:20")),
        ("registration told inside the echo", |text| {
            inside_echo(text, "+CREG: 1,\"0F1D\",\"2A61\",7")
        }),
        ("a line of five thousand octets before every line", |text| {
            before_lines(text, &format!("{}\r\n", "x".repeat(5000)))
        }),
        ("OK comes twice", |text| {
            text.replace("\r\nOK\r\n", "\r\nOK\r\n\r\nOK\r\n")
        }),
        ("every line comes with blanks around it", |text| {
            text.replace("\r\n", " \t\r\n \t")
        }),
        ("CR and LF the wrong way round", |text| text.replace("\r\n", "\n\r")),
        ("CR CR LF", |text| text.replace("\r\n", "\r\r\n")),
    ];
    let failed: Vec<String> = harms
        .into_iter()
        .filter_map(|(name, harm)| {
            let modem = plain();
            let behind = Behind {
                name,
                modem,
                harm,
                delay_ms: 0,
            };
            whole_job(behind).err()
        })
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_modem_that_takes_its_time_is_waited_for() {
    for delay_ms in [50, 400, 900, 1500, 1900, 2300, 2500, 2600, 3000, 4000, 4900] {
        let behind = Behind {
            name: "slow",
            modem: plain(),
            harm: |text| text.to_string(),
            delay_ms,
        };
        if let Err(why) = whole_job(behind) {
            panic!("{delay_ms} ms: {why}");
        }
    }
}
