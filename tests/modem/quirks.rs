//! Modems as other people's emulators and odd firmwares are: echo, verbosity, line ends, unknown commands, each in every mix.
//! Each must be brought up, show a call, send a text, and hand over one that came in.

use super::{Bench, PDU};
use std::fmt::Write as _;
use std::time::Duration;
use textback::ids::OutboxId;
use textback::modem::{Condition, Input, Options, Submission};

/// What an unknown command gets.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unknown {
    Error,
    Fine,
    Nothing,
    NotSupported,
    Code,
    Words,
}

#[derive(Debug, Clone)]
struct Peculiar {
    /// Echo on, whatever `ATE0` says.
    echo_always: bool,
    /// Numeric results until `ATV1`; or for ever.
    numeric: bool,
    numeric_always: bool,
    /// No results until `ATQ0`.
    quiet: bool,
    /// Before and after a line.
    ends: (&'static str, &'static str),
    unknown: Unknown,
    /// The prompt.
    prompt: &'static str,
    /// A line between the command and its answer.
    chatter: &'static str,
    echo: bool,
    stored: bool,
    /// `+CMGS` out, a PDU awaited.
    writing: bool,
}

impl Peculiar {
    fn plain() -> Self {
        Peculiar {
            echo_always: false,
            numeric: false,
            numeric_always: false,
            quiet: false,
            ends: ("\r\n", "\r\n"),
            unknown: Unknown::Error,
            prompt: "\r\n> ",
            chatter: "",
            echo: true,
            stored: false,
            writing: false,
        }
    }

    fn line(&self, text: &str) -> String {
        format!("{}{text}{}", self.ends.0, self.ends.1)
    }

    fn result(&self, text: &str) -> String {
        if self.quiet {
            return String::new();
        }
        match text {
            "OK" if self.numeric => "0\r".to_string(),
            "ERROR" if self.numeric => "4\r".to_string(),
            text => self.line(text),
        }
    }

    /// Answers one command, as this modem would.
    fn answer_one(&mut self, command: &str) -> String {
        let mut said = String::new();
        if self.echo || self.echo_always {
            let _ = write!(said, "{command}\r");
        }
        if !self.chatter.is_empty() {
            said += &self.line(self.chatter);
        }
        if self.writing {
            self.writing = false;
            said += &self.line("+CMGS: 7");
            return said + &self.result("OK");
        }
        let known = match command {
            "AT" | "AT+CMGF=0" | "AT+CLIP=1" | "AT+CNMI=2,1,0,2,0" => Vec::new(),
            "ATE0" => {
                self.echo = false;
                Vec::new()
            }
            "ATV1" | "ATQ0V1E0" | "ATQ0" => {
                self.quiet = false;
                self.numeric &= self.numeric_always;
                Vec::new()
            }
            "AT+CPIN?" => vec!["+CPIN: READY".to_string()],
            "AT+CREG?" => vec!["+CREG: 0,1".to_string()],
            "AT+CSQ" => vec!["+CSQ: 20,99".to_string()],
            "AT+CPMS=\"SM\",\"SM\",\"SM\"" => vec!["+CPMS: 0,20,0,20,0,20".to_string()],
            "AT+CMGL=4" if self.stored => vec!["+CMGL: 1,0,,30".to_string(), PDU.to_string()],
            "AT+CMGL=4" => Vec::new(),
            "AT+CMGR=1" if self.stored => vec!["+CMGR: 0,,30".to_string(), PDU.to_string()],
            "AT+CMGR=1" => Vec::new(),
            "AT+CMGD=1" => {
                self.stored = false;
                Vec::new()
            }
            command if command.starts_with("AT+CMGS=") => {
                self.writing = true;
                return said + self.prompt;
            }
            _unknown => {
                return said
                    + &match self.unknown {
                        Unknown::Error => self.result("ERROR"),
                        Unknown::Fine => self.result("OK"),
                        Unknown::Nothing => String::new(),
                        Unknown::NotSupported => self.line("COMMAND NOT SUPPORT"),
                        Unknown::Code => self.line("+CME ERROR: 100"),
                        Unknown::Words => self.line("+CME ERROR: unknown error"),
                    };
            }
        };
        for line in known {
            said += &self.line(&line);
        }
        said + &self.result("OK")
    }
}

impl Other for Peculiar {
    fn told(&self) -> String {
        format!("{self:?}")
    }

    fn answer(&mut self, command: &str) -> String {
        self.answer_one(command)
    }

    fn escape(&mut self) {
        self.writing = false;
    }

    fn ring(&mut self) -> String {
        self.line("RING") + &self.line("+CLIP: \"+15551234567\",145")
    }

    fn over(&mut self) -> String {
        match self.numeric {
            true => "3\r".to_string(),
            false => self.line("NO CARRIER"),
        }
    }

    fn text_comes(&mut self) -> String {
        self.stored = true;
        self.line("+CMTI: \"SM\",1")
    }

    fn holds_text(&self) -> bool {
        self.stored
    }
}

/// Somebody else's modem.
pub trait Other {
    /// Which one, for the report of a failure.
    fn told(&self) -> String;
    /// What it says to a command, or to a PDU behind its prompt.
    fn answer(&mut self, command: &str) -> String;
    fn escape(&mut self);
    /// One cadence of a call from +15551234567.
    fn ring(&mut self) -> String;
    /// That caller gives up.
    fn over(&mut self) -> String;
    /// A text comes.
    fn text_comes(&mut self) -> String;
    /// It still has that text.
    fn holds_text(&self) -> bool;
    /// From a command to its answer.
    fn delay_ms(&self) -> u64 {
        0
    }

    fn play(&mut self, bench: &mut Bench, time: Duration, until: impl Fn(&Bench) -> bool) -> bool {
        let end = bench.now + time;
        while bench.now < end {
            if until(bench) {
                return true;
            }
            match bench.sent.pop_front().as_deref() {
                None => bench.pass(100),
                Some("ESC") => self.escape(),
                Some(command) => {
                    let said = self.answer(&command.replace("^Z", ""));
                    bench.pass(self.delay_ms());
                    bench.give(Input::Bytes(said.as_bytes()));
                }
            }
        }
        until(bench)
    }
}

fn happened(bench: &Bench, what: &str) -> bool {
    bench.events.iter().any(|event| event.starts_with(what))
}

/// Brought up, a call, a text out, a text in; or what went wrong.
pub fn whole_job(mut modem: impl Other) -> Result<(), String> {
    let told = modem.told();
    let wait = Duration::from_secs(20) + Duration::from_millis(modem.delay_ms() * 6);
    let mut bench = Bench::new(Options::default());
    bench.give(Input::PortOpened);
    let step = |bench: &Bench, what: &str| Err(format!("{what}: {told}\n{:?}\n{:?}", bench.events, bench.sent));
    let brought_up = Duration::from_secs(90) + Duration::from_millis(modem.delay_ms() * 60);
    if !modem.play(&mut bench, brought_up, |b| b.modem.condition() == &Condition::Ready) {
        return step(&bench, "not ready");
    }
    modem.play(&mut bench, Duration::from_secs(10), |_| false);
    bench.events.clear();
    let ring = modem.ring();
    bench.give(Input::Bytes(ring.as_bytes()));
    modem.play(&mut bench, Duration::from_secs(2), |_| false);
    let over = modem.over();
    bench.give(Input::Bytes(over.as_bytes()));
    if !modem.play(&mut bench, wait, |b| happened(b, "call 1 missed from +15551234567/145")) {
        return step(&bench, "no missed call");
    }
    modem.play(&mut bench, wait, |_| false);
    if happened(&bench, "call 2") {
        return step(&bench, "one call taken for two");
    }
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(1),
        tpdu: vec![1; 20],
    }));
    let submitting = |b: &Bench| happened(b, "submitting 1") || happened(b, "submitted 1");
    if !modem.play(&mut bench, wait, submitting) {
        return step(&bench, "text not begun");
    }
    bench.give(Input::Permit(OutboxId(1)));
    if !modem.play(&mut bench, wait, |b| happened(b, "submitted 1")) {
        return step(&bench, "text not sent");
    }
    if !happened(&bench, "submitted 1 accepted 7") {
        return step(&bench, "text not accepted");
    }
    let stored = modem.text_comes();
    bench.give(Input::Bytes(stored.as_bytes()));
    if !modem.play(&mut bench, wait, |b| happened(b, "received 1 ")) {
        return step(&bench, "text not received");
    }
    if !happened(&bench, &format!("received 1 {PDU}")) {
        return step(&bench, "text not received whole");
    }
    bench.give(Input::Committed(textback::ids::SlotToken(1)));
    modem.play(&mut bench, Duration::from_secs(30), |_| false);
    if modem.holds_text() {
        return step(&bench, "slot not emptied");
    }
    if bench.modem.condition() != &Condition::Ready {
        return step(&bench, "not ready in the end");
    }
    Ok(())
}

#[test]
fn every_mix_of_echo_verbosity_line_ends_and_refusals_does_the_whole_job() {
    let mut failed = Vec::new();
    let ends = [
        ("\r\n", "\r\n"),
        ("", "\r\n"),
        ("", "\n"),
        ("", "\r"),
        ("\r\n", "\r\r\n"),
        ("\n", "\r\n"),
    ];
    let unknowns = [
        Unknown::Error,
        Unknown::Fine,
        Unknown::Nothing,
        Unknown::NotSupported,
        Unknown::Code,
        Unknown::Words,
    ];
    for ends in ends {
        for unknown in unknowns {
            for echo_always in [false, true] {
                for numeric in [false, true] {
                    let modem = Peculiar {
                        echo_always,
                        numeric,
                        ends,
                        unknown,
                        ..Peculiar::plain()
                    };
                    failed.extend(whole_job(modem).err());
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn odd_prompts_and_lines_in_between_do_no_harm() {
    let mut failed = Vec::new();
    for prompt in ["\r\n> ", "\r\n>", "> ", ">", "\r\n>\r\n", "\n> "] {
        for chatter in [
            "",
            "^RSSI: 20",
            "+CREG: 1",
            "+CSQ: 20,99",
            "^HWNAT:06",
            "+CGEV: ME PDN ACT 8,1",
        ] {
            let modem = Peculiar {
                prompt,
                chatter,
                ..Peculiar::plain()
            };
            failed.extend(whole_job(modem).err());
        }
    }
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_modem_told_to_give_no_results_or_only_numbers_is_talked_out_of_it() {
    for (quiet, numeric, numeric_always) in [(true, false, false), (true, true, false), (false, true, true)] {
        let modem = Peculiar {
            quiet,
            numeric,
            numeric_always,
            ..Peculiar::plain()
        };
        if let Err(why) = whole_job(modem) {
            panic!("{why}");
        }
    }
}

/// Brings up a modem that answers only to `heard`, from a time on; whether lines end in an LF then.
fn line_feed_for(heard: impl Fn(&Bench, Duration) -> bool) -> (bool, Bench) {
    let mut modem = super::makers::plain();
    let mut bench = Bench::new(Options::default());
    let start = bench.now;
    bench.give(Input::PortOpened);
    while bench.modem.condition() != &Condition::Ready {
        assert!(bench.now - start < Duration::from_secs(90), "{:?}", bench.events);
        match bench.sent.pop_front().as_deref() {
            None => bench.pass(100),
            Some("ESC") => {}
            Some(command) => {
                if heard(&bench, bench.now - start) {
                    let said = modem.answer(command);
                    bench.give(Input::Bytes(said.as_bytes()));
                }
            }
        }
    }
    (bench.line_feed, bench)
}

#[test]
fn who_reads_up_to_a_line_feed_is_spoken_to_in_whole_lines_and_nobody_else_is() {
    let (line_feed, mut bench) = line_feed_for(|bench, _| bench.line_feed);
    assert!(line_feed);
    let mut modem = super::makers::plain();
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(1),
        tpdu: vec![1; 20],
    }));
    assert!(modem.play(&mut bench, Duration::from_secs(20), |b| happened(b, "submitting 1")));
    bench.give(Input::Permit(OutboxId(1)));
    let (end, mut texts) = (bench.now + Duration::from_secs(20), 0);
    while !happened(&bench, "submitted 1 accepted 7") {
        assert!(bench.now < end, "{:?}", bench.events);
        let Some(said) = bench.sent.pop_front() else {
            bench.pass(100);
            continue;
        };
        assert!(bench.line_feed, "{said}");
        texts += usize::from(said.ends_with("^Z"));
        let answer = modem.answer(&said.replace("^Z", ""));
        bench.give(Input::Bytes(answer.as_bytes()));
    }
    assert_eq!(texts, 1);

    for up_at in 0..20 {
        let (line_feed, bench) = line_feed_for(|_, passed| passed >= Duration::from_secs(up_at));
        assert!(!line_feed, "up after {up_at} s");
        assert!(!happened(&bench, "note line_feed"), "{:?}", bench.events);
    }
}

#[test]
fn who_reads_up_to_a_line_feed_is_found_again_after_a_silence() {
    for silent_s in [30, 100, 400, 2000] {
        for needs in [true, false] {
            let (line_feed, mut bench) = line_feed_for(|bench, _| bench.line_feed || !needs);
            assert_eq!(line_feed, needs);
            let mut modem = super::makers::plain();
            let start = bench.now;
            let (from, to) = (Duration::from_secs(20), Duration::from_secs(20 + silent_s));
            while bench.now - start < to + Duration::from_secs(600) {
                let passed = bench.now - start;
                if std::mem::take(&mut bench.reopen) > 0 {
                    bench.give(Input::PortLost);
                    bench.give(Input::PortOpened);
                }
                match bench.sent.pop_front().as_deref() {
                    None => bench.pass(100),
                    Some("ESC") => {}
                    Some(_) if needs && !bench.line_feed || (passed > from && passed < to) => {}
                    Some(command) => {
                        let said = modem.answer(command);
                        bench.give(Input::Bytes(said.as_bytes()));
                    }
                }
            }
            assert_eq!(
                bench.modem.condition(),
                &Condition::Ready,
                "{needs} {silent_s} s: {:?}",
                bench.events
            );
        }
    }
}
