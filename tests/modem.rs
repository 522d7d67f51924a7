//! Dialogues with every family of modem, as transcripts that people can read, in virtual time.
//!
//! A transcript in `tests/transcripts` is a list of lines:
//!
//! ```text
//! # a comment
//! -- ready <manufacturer>, <model>   bring-up against a modem that says OK to everything
//! << RING                            the modem says this line
//! << \r\nRING\r\r\n                   … or just these octets, as `at::trace` writes them: a field log is a test case
//! >> AT+CLCC                         we must have said this (ESC and ^Z, or as the trace has them)
//! @+300                              so many milliseconds pass, every deadline on the way being kept
//! == call 1 started                  this must have happened (notes and conditions may go unmentioned, nothing else)
//! -- submit 7 <tpdu> | permit 7 | withdraw 7 | committed 1 | port lost | port opened
//! ```
//!
//! Each is played three times: line by line, all lines of a paragraph at once, and octet by octet.

mod facts;
mod health;
mod line;
mod makers;
mod quirks;
mod waits;

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use textback::at::trace;
use textback::ids::{OutboxId, SlotToken};
use textback::modem::{
    Balance, CallerLine, Condition, Event, Input, Limit, Modem, Options, Output, PowerStep, Submission, SubmitOutcome,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Split {
    Lines,
    Paragraphs,
    Octets,
}

struct Bench {
    modem: Modem,
    now: Instant,
    sent: VecDeque<String>,
    events: VecDeque<String>,
    reopen: usize,
    /// What was said last ended in an LF.
    line_feed: bool,
    steps: Vec<PowerStep>,
    wait: Option<Instant>,
}

impl Bench {
    fn new(options: Options) -> Self {
        Bench {
            modem: Modem::new(options),
            now: Instant::now(),
            sent: VecDeque::new(),
            events: VecDeque::new(),
            reopen: 0,
            line_feed: false,
            steps: Vec::new(),
            wait: None,
        }
    }

    fn give(&mut self, input: Input<'_>) {
        self.modem.handle(input, self.now);
        loop {
            match self.modem.poll() {
                Output::Transmit(bytes) => {
                    let text = String::from_utf8(bytes).expect("commands are text");
                    self.line_feed = text.ends_with('\n');
                    for part in text.split_inclusive('\r') {
                        if part.starts_with('\x1b') {
                            self.sent.push_back("ESC".to_string());
                            continue;
                        }
                        let part = part.trim_start_matches('\n');
                        if !part.is_empty() {
                            self.sent.push_back(part.trim_end_matches('\r').replace('\x1a', "^Z"));
                        }
                    }
                }
                Output::Event(event) => self.events.extend(tell(&event)),
                Output::ReopenPort => self.reopen += 1,
                Output::Power(step) => self.steps.push(step),
                Output::Wait(until) => {
                    self.wait = until;
                    return;
                }
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        while let Some(due) = self.wait.filter(|due| *due <= end) {
            assert!(due > self.now, "a deadline that is not ahead");
            self.now = due;
            self.give(Input::Tick);
        }
        self.now = end;
        self.give(Input::Tick);
    }

    /// Answers bring-up until the modem has nothing more to ask.
    fn bring_up(&mut self, maker: &str, model: &str) {
        self.answer_all(maker, model);
        assert_eq!(self.modem.condition(), &Condition::Ready, "{:?}", self.sent);
        self.events.clear();
    }

    /// Brings up a modem that answers as `answer` says, `None` being nothing at all; returns how long it took to be ready.
    fn bring_up_peculiar(&mut self, answer: &dyn Fn(&str) -> Option<String>) -> Duration {
        let start = self.now;
        self.give(Input::PortOpened);
        while self.modem.condition() != &Condition::Ready {
            assert!(
                self.now - start < Duration::from_secs(180),
                "never ready: {:?}",
                self.events
            );
            self.step(answer);
        }
        self.now - start
    }

    /// One command answered, or a tenth of a second of waiting.
    fn step(&mut self, answer: &dyn Fn(&str) -> Option<String>) {
        match self.sent.pop_front().as_deref() {
            None => self.pass(100),
            Some("ESC") => {}
            Some(command) => {
                if let Some(lines) = answer(command) {
                    self.give(Input::Bytes(lines.as_bytes()));
                }
            }
        }
    }

    fn answer_all(&mut self, maker: &str, model: &str) {
        self.give(Input::PortOpened);
        for _ in 0..200 {
            if self.sent.is_empty() {
                // Memories are looked through one after another.
                self.pass(2500);
            }
            let Some(command) = self.sent.pop_front() else { break };
            let answer = match command.as_str() {
                "ESC" => continue,
                "AT+CGMI" => format!("\r\n{maker}\r\n\r\nOK\r\n"),
                "AT+CGMM" => format!("\r\n{model}\r\n\r\nOK\r\n"),
                "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n".to_string(),
                "AT+CNMI?" => "\r\n+CNMI: 2,1,0,2,0\r\n\r\nOK\r\n".to_string(),
                "AT+CREG?" => "\r\n+CREG: 2,1\r\n\r\nOK\r\n".to_string(),
                _ => "\r\nOK\r\n".to_string(),
            };
            self.give(Input::Bytes(answer.as_bytes()));
            self.pass(510);
        }
    }
}

fn tell(event: &Event) -> Option<String> {
    Some(match event {
        Event::CallStarted { call } => format!("call {call} started"),
        Event::CallIdentified { call, caller } => format!("call {call} from {}", who(caller)),
        Event::CallEnded(ended) => {
            let mut text =
                format!("call {} {:?} from {}", ended.call, ended.verdict, who(&ended.caller)).to_lowercase();
            let _ = write!(
                text,
                " rings {} after {} ms by {}",
                ended.rings,
                ended.ringing.as_millis(),
                ended.evidence.join(" ")
            );
            if let Some(cause) = ended.cause {
                let _ = write!(text, " cause {cause}");
            }
            text
        }
        Event::Received(received) => {
            let pdu = if received.hex {
                received.pdu.iter().map(|b| format!("{b:02X}")).collect::<String>()
            } else {
                format!("not hex {}", String::from_utf8_lossy(&received.pdu))
            };
            format!(
                "received {} {pdu}{}",
                received.token,
                if received.swept { " swept" } else { "" }
            )
        }
        Event::ReadyToSubmit => "ready to submit".to_string(),
        Event::Submitting { outbox } => format!("submitting {outbox}"),
        Event::Submitted { outbox, outcome } => match outcome {
            SubmitOutcome::Accepted(reference) => format!("submitted {outbox} accepted {reference}"),
            SubmitOutcome::Refused { error, class } => format!("submitted {outbox} refused {class:?}: {error}"),
            SubmitOutcome::NotTried { why } => format!("submitted {outbox} not tried: {why}"),
            SubmitOutcome::Unknown { why } => format!("submitted {outbox} unknown: {why}"),
        },
        Event::Condition(condition) => format!("condition {condition:?}"),
        Event::Note { what, .. } => format!("note {what}"),
        Event::Storage { used, total, full } => {
            format!("storage {used} of {total}{}", if *full { " full" } else { "" })
        }
        Event::Deaf { why, ago } => format!("deaf {} for {} s", why.name(), ago.as_secs()),
        Event::Hears { why, after } => format!("hears {} after {} s", why.name(), after.as_secs()),
        Event::Balance(Balance::Said(text)) => format!("balance {text}"),
        Event::Balance(Balance::Unknown(why)) => format!("balance unknown: {why}"),
        Event::MissedMemory(entries) => {
            let numbers: Vec<&str> = entries.iter().map(|entry| entry.digits.as_str()).collect();
            format!("missed memory {}", numbers.join(" ")).trim_end().to_string()
        }
        Event::Examined(report) => format!("examined {:?} {:?}", report.can_voice, report.sim),
        Event::NetworkTime { utc_ms, offset_s } => format!("network time {utc_ms} {offset_s}"),
        Event::Identity(_) | Event::Registration(_) | Event::Signal(_) | Event::Measured(_) => return None,
    })
}

fn who(caller: &CallerLine) -> String {
    match caller {
        CallerLine::Number { digits, toa } => format!("{digits}/{toa}"),
        CallerLine::Withheld => "withheld".to_string(),
        CallerLine::Unavailable => "unavailable".to_string(),
    }
}

fn optional(event: &str) -> bool {
    [
        "note ",
        "condition ",
        "storage ",
        "deaf ",
        "hears ",
        "missed memory",
        "network time ",
    ]
    .iter()
    .any(|kind| event.starts_with(kind))
}

/// What the modem said: a chunk as [`trace`] writes it if octets are spelled in it, else one line with its CR LF around.
fn octets(line: &str) -> Vec<u8> {
    if !line.contains('\\') {
        return format!("\r\n{line}\r\n").into_bytes();
    }
    trace::parse(&format!("<< {line}"))
        .expect("octets as the trace spells them")
        .expect("a chunk")
        .octets
}

/// What we must have said: `AT+CLCC` and the trace's `AT+CLCC\r` are the same.
fn expected(line: &str) -> String {
    match line {
        "\\x1b" | "\\x1b\\r" => "ESC".to_string(),
        _ => line.trim_end_matches("\\r").replace("\\x1a", "^Z"),
    }
}

fn play(path: &Path, split: Split) {
    let text = std::fs::read_to_string(path).expect("a transcript can be read");
    let mut options = Options::default();
    let mut bench: Option<Bench> = None;
    let mut said: Vec<u8> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{}:{} ({split:?}): {line}", path.display(), number + 1);
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let kind = line.get(..2).unwrap_or("");
        let rest = line
            .get(2..)
            .unwrap_or("")
            .strip_prefix(' ')
            .unwrap_or(line.get(2..).unwrap_or(""));
        if kind == "--" && bench.is_none() {
            if let Some(pin) = rest.strip_prefix("pin ") {
                options.pin = Some(pin.to_string());
                continue;
            }
            if rest == "ask cause" {
                options.ask_cause = true;
                continue;
            }
            if let Some(ms) = rest.strip_prefix("reject after ") {
                options.reject_after = Some(Duration::from_millis(ms.parse().expect("milliseconds")));
                continue;
            }
        }
        let bench = bench.get_or_insert_with(|| Bench::new(options.clone()));
        if kind != "<<" && !said.is_empty() {
            bench.give(Input::Bytes(&std::mem::take(&mut said)));
        }
        match kind {
            "<<" => match split {
                Split::Lines => bench.give(Input::Bytes(&octets(rest))),
                Split::Paragraphs => said.extend(octets(rest)),
                Split::Octets => {
                    for octet in octets(rest) {
                        bench.give(Input::Bytes(&[octet]));
                    }
                }
            },
            ">>" => assert_eq!(bench.sent.pop_front(), Some(expected(rest)), "said, at {}", place()),
            "==" => loop {
                match bench.events.pop_front() {
                    Some(event) if event == rest => break,
                    Some(event) if optional(&event) => {}
                    other => panic!("happened: {other:?}, at {}", place()),
                }
            },
            "@+" => bench.pass(rest.parse().expect("milliseconds")),
            "--" => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let id = |word: &str| OutboxId(word.parse().expect("an outbox id"));
                match words.as_slice() {
                    ["ready", ..] => {
                        let (maker, model) = rest
                            .strip_prefix("ready ")
                            .and_then(|w| w.split_once(", "))
                            .expect("maker, model");
                        bench.bring_up(maker, model);
                    }
                    ["port", "opened"] => bench.give(Input::PortOpened),
                    ["port", "lost"] => bench.give(Input::PortLost),
                    ["submit", outbox, tpdu] => {
                        let tpdu =
                            (0..tpdu.len() / 2).map(|i| u8::from_str_radix(&tpdu[2 * i..2 * i + 2], 16).expect("hex"));
                        bench.give(Input::Submit(Submission {
                            outbox: id(outbox),
                            tpdu: tpdu.collect(),
                        }));
                    }
                    ["permit", outbox] => bench.give(Input::Permit(id(outbox))),
                    ["withdraw", outbox] => bench.give(Input::Withdraw(id(outbox))),
                    ["committed", token] => bench.give(Input::Committed(SlotToken(token.parse().expect("a token")))),
                    ["forget", "events"] => bench.events.clear(),
                    ["reopened"] => assert_eq!(std::mem::take(&mut bench.reopen), 1, "{}", place()),
                    _ => panic!("unknown: {}", place()),
                }
            }
            _ => panic!("unknown: {}", place()),
        }
    }
    let mut bench = bench.expect("something happens");
    if !said.is_empty() {
        bench.give(Input::Bytes(&said));
    }
    assert_eq!(
        bench.sent,
        VecDeque::<String>::new(),
        "said and not expected, end of {} ({split:?})",
        path.display()
    );
    bench.events.retain(|event| !optional(event));
    assert_eq!(
        bench.events,
        VecDeque::<String>::new(),
        "happened and not expected, end of {} ({split:?})",
        path.display()
    );
}

#[test]
fn every_transcript_goes_as_written_however_it_is_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the transcripts are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 20, "transcripts are missing");
    let mut failed = Vec::new();
    for path in &paths {
        for split in [Split::Lines, Split::Paragraphs, Split::Octets] {
            if let Err(panic) = std::panic::catch_unwind(|| play(path, split)) {
                let said = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string()));
                failed.push(said.unwrap_or_default());
                break;
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// A modem in the middle of its work, and what it has promised so far.
#[derive(Default)]
struct Ledger {
    started: Vec<u64>,
    ended: Vec<u64>,
    submits: usize,
    verdicts: usize,
    tokens: Vec<u64>,
}

/// Plays a modem that answers every command somehow, `nonce` deciding how; returns what was promised.
fn play_random(lines: &[(usize, u16)], nonce: u64) -> Ledger {
    const SAID: &[&str] = &[
        "RING",
        "+CRING: VOICE",
        "+CLIP: \"+15551234567\",145,,,,0",
        "+CLIP: \"+15557654321\",145,,,,0",
        "+CLIP:,129,,,,1",
        "+CCWA: \"+15557654321\",145,1",
        "+CLCC: 1,1,4,0,0,\"+15551234567\",145",
        "+CLCC: 1,1,0,0,0,\"+15551234567\",145",
        "+CLCC: 1,1,6,0,0,\"+15551234567\",145",
        "+CLCC: 2,1,5,0,0,\"+15557654321\",145",
        "+CLCC: 2,0,2,0,0,\"+15550000000\",145",
        "+QIND: \"ccinfo\",1,1,4,0,0,\"0955452980\",128",
        "+QIND: \"ccinfo\",1,1,-1,0,0,\"0955452980\",128",
        "^DSCI: 1,1,4,0,13022100000,129,0",
        "^DSCI: 1,1,6,0,13022100000,129,0",
        "+UCALLSTAT: 1,4",
        "+UCALLSTAT: 1,6",
        "#ECAM: 0,6,1,,,",
        "#ECAM: 0,0,1,,,",
        "^CONN:1,0",
        "^CEND:1,0,104,16",
        "VOICE CALL: BEGIN",
        "VOICE CALL: END: 000008",
        "MISSED_CALL: 11:53AM +15551234567",
        "MISSED_CALL: 11:53AM",
        "NO CARRIER",
        "HANGUP: 1",
        "+CMTI: \"SM\",1",
        "+CMTI: \"ME\",2",
        "+CMTI: \"SM\",-1",
        "^SMMEMFULL: \"SM\"",
        "+CREG: 2",
        "+CREG: 1",
        "RDY",
        "+CPIN: READY",
        "+CPIN: NOT READY",
        "+U",
        "OK",
        "ERROR",
        "+CMGS: 4",
        "+CMS ERROR: 500",
    ];
    let mut bench = Bench::new(Options {
        reject_after: (nonce.is_multiple_of(3)).then(|| Duration::from_secs(8)),
        ..Options::default()
    });
    bench.bring_up("Nobody", "X1");
    let mut ledger = Ledger::default();
    let mut dice = nonce;
    let mut roll = move |sides: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let mut outbox = 0;
    for &(line, pause) in lines {
        match line {
            _ if line < SAID.len() => bench.give(Input::Bytes(format!("\r\n{}\r\n", SAID[line]).as_bytes())),
            _ if line < SAID.len() + 4 => {
                outbox += 1;
                ledger.submits += 1;
                bench.give(Input::Submit(Submission {
                    outbox: OutboxId(outbox),
                    tpdu: vec![1; 20],
                }));
            }
            _ if line < SAID.len() + 6 => bench.give(Input::Permit(OutboxId(outbox))),
            _ if line < SAID.len() + 7 => bench.give(Input::Withdraw(OutboxId(outbox))),
            _ if line < SAID.len() + 8 => {
                bench.give(Input::PortLost);
                bench.give(Input::PortOpened);
            }
            _ => {
                let token = ledger.tokens.last().copied().unwrap_or(1);
                bench.give(Input::Committed(SlotToken(token)));
            }
        }
        for _ in 0..4 {
            let Some(command) = bench.sent.pop_front() else { break };
            let answer = match (command.as_str(), roll(8)) {
                (_, 0) => continue,
                (_, 1) => "\r\nERROR\r\n",
                ("AT+CLCC", 2 | 3) => "\r\n+CLCC: 1,1,4,0,0,\"+15551234567\",145\r\n\r\nOK\r\n",
                (c, _) if c.starts_with("AT+CMGS") => "\r\n> ",
                (c, _) if c.starts_with("AT+CMGR") => "\r\n+CMGR: 0,,4\r\n0001000B9144\r\n\r\nOK\r\n",
                (c, _) if c.starts_with("AT+CPIN?") => "\r\n+CPIN: READY\r\n\r\nOK\r\n",
                (c, _) if c.ends_with("^Z") => "\r\n+CMGS: 9\r\n\r\nOK\r\n",
                ("ESC", _) => continue,
                (_, _) => "\r\nOK\r\n",
            };
            bench.give(Input::Bytes(answer.as_bytes()));
        }
        bench.sent.truncate(64);
        bench.pass(u64::from(pause));
        settle(&mut bench, &mut ledger);
    }
    // Everything comes to its end by itself: silence, caps, deadlines; and unplugging ends what is left.
    bench.pass(200_000);
    bench.give(Input::PortLost);
    settle(&mut bench, &mut ledger);
    assert_eq!(bench.wait, None, "nothing to wait for without a port");
    ledger
}

fn settle(bench: &mut Bench, ledger: &mut Ledger) {
    for event in bench.events.drain(..) {
        let words: Vec<&str> = event.split(' ').collect();
        match words.as_slice() {
            ["call", key, "started"] => ledger.started.push(key.parse().expect("a key")),
            ["call", key, "missed" | "answered" | "rejected", ..] => ledger.ended.push(key.parse().expect("a key")),
            ["submitted", ..] => ledger.verdicts += 1,
            ["received", token, ..] => ledger.tokens.push(token.parse().expect("a token")),
            _ => {}
        }
    }
}

proptest::proptest! {
    #![proptest_config(crate::law(128))]

    #[test]
    fn every_call_gets_one_verdict_and_every_text_one_outcome(
        lines in proptest::collection::vec((0usize..52, 0u16..9000), 0..60),
        nonce in 0u64..u64::MAX,
    ) {
        let ledger = play_random(&lines, nonce);
        let mut ended = ledger.ended.clone();
        ended.sort_unstable();
        let mut started = ledger.started.clone();
        started.sort_unstable();
        proptest::prop_assert_eq!(started, ended);
        proptest::prop_assert_eq!(ledger.submits, ledger.verdicts);
        let mut tokens = ledger.tokens.clone();
        tokens.dedup();
        proptest::prop_assert_eq!(tokens.len(), ledger.tokens.len());
    }

    #[test]
    fn no_octets_whatever_upset_it(noise in proptest::collection::vec(proptest::num::u8::ANY, 0..2000)) {
        let mut bench = Bench::new(Options::default());
        bench.bring_up("Nobody", "X1");
        bench.give(Input::Bytes(&noise));
        bench.pass(60_000);
        bench.give(Input::PortLost);
    }
}

/// The same modem, answering everything; returns how often it was woken and what it said.
fn idle(minutes: u64) -> (usize, Vec<String>) {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("huawei", "E173");
    let end = bench.now + Duration::from_secs(60 * minutes);
    let (mut wakes, mut said) = (0, Vec::new());
    while let Some(due) = bench.wait.filter(|due| *due <= end) {
        bench.now = due;
        bench.give(Input::Tick);
        wakes += 1;
        while let Some(command) = bench.sent.pop_front() {
            said.push(command);
            bench.give(Input::Bytes(b"\r\nOK\r\n"));
            wakes += 1;
        }
    }
    (wakes, said)
}

#[test]
fn an_idle_modem_costs_two_commands_and_at_most_six_wake_ups_a_minute() {
    let (wakes, said) = idle(60);
    assert!(said.len() <= 120, "{} commands in an hour", said.len());
    assert!(wakes <= 360, "{wakes} wake-ups in an hour");
    assert!(
        said.iter().any(|command| command == "AT+CMGL=4"),
        "texts are looked for now and then"
    );
}

#[test]
fn a_modem_that_falls_silent_is_knocked_at_reopened_restarted_and_never_given_up() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("huawei", "E173");
    bench.pass(60_000);
    assert!(bench.sent.iter().any(|command| command == "ESC"), "{:?}", bench.sent);
    assert_eq!(bench.reopen, 1, "{:?}", bench.events);
    for _ in 0..10 {
        if bench.reopen > 0 {
            bench.reopen = 0;
            bench.give(Input::PortOpened);
        }
        bench.pass(120_000);
    }
    let resets = bench.sent.iter().filter(|command| *command == "AT^RESET").count();
    assert_eq!(resets, 1, "{:?}", bench.sent);
    assert!(bench.events.iter().any(|event| event == "note reset"));
    // And when it comes back, so does the work.
    bench.sent.clear();
    bench.bring_up("huawei", "E173");
}

#[test]
fn the_text_leaves_in_the_same_breath_in_which_it_is_given() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("huawei", "E173");
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(1),
        tpdu: vec![1; 20],
    }));
    assert_eq!(bench.sent.pop_front().as_deref(), Some("AT+CMGS=20"));
    assert_eq!(bench.events.pop_front().as_deref(), Some("submitting 1"));
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(2),
        tpdu: vec![1; 20],
    }));
    assert_eq!(
        bench.events.pop_front().as_deref(),
        Some("submitted 2 not tried: another text is being sent")
    );
    bench.give(Input::Permit(OutboxId(2)));
    bench.give(Input::Bytes(b"\r\n> "));
    assert!(bench.sent.is_empty(), "no PDU without its own permit");
}

#[test]
fn a_model_without_voice_is_said_so_and_can_still_text() {
    let mut bench = Bench::new(Options::default());
    bench.answer_all("SIMCOM INCORPORATED", "SIM7670G-MNGV");
    assert_eq!(bench.modem.condition(), &Condition::Limited { why: Limit::NoVoice });
    assert_eq!(bench.modem.identity().family, "SIMCom without voice");
    assert!(bench.events.iter().any(|event| event == "ready to submit"));
}

#[test]
fn draining_finishes_the_text_in_flight_and_takes_no_other() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("huawei", "E173");
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(1),
        tpdu: vec![1; 20],
    }));
    bench.give(Input::Drain);
    bench.give(Input::Permit(OutboxId(1)));
    bench.give(Input::Bytes(b"\r\n> "));
    bench.give(Input::Bytes(b"\r\n+CMGS: 3\r\n\r\nOK\r\n"));
    bench.give(Input::Submit(Submission {
        outbox: OutboxId(2),
        tpdu: vec![1; 20],
    }));
    let events: Vec<String> = bench.events.drain(..).collect();
    assert_eq!(
        events,
        [
            "submitting 1",
            "submitted 1 accepted 3",
            "submitted 2 not tried: shutting down"
        ]
    );
}

const OK: &str = "\r\nOK\r\n";
const PDU: &str = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";

/// The few commands that the simplest of modems know.
fn knows(command: &str) -> Option<String> {
    match command {
        "AT" | "ATE0" | "AT+CLIP=1" | "AT+CMGF=0" => Some(OK.to_string()),
        "AT+CPIN?" => Some(format!("\r\n+CPIN: READY\r\n{OK}")),
        "AT+CNMI=2,1,0,2,0" | "AT+CPMS=\"SM\",\"SM\",\"SM\"" | "AT+CMGL=4" => Some(OK.to_string()),
        _ => None,
    }
}

#[test]
fn a_modem_that_does_not_know_the_question_about_its_pin_is_brought_up_all_the_same() {
    for answer in [Some("\r\nERROR\r\n"), Some(OK), None] {
        let mut bench = Bench::new(Options::default());
        let took = bench.bring_up_peculiar(&|command| match command {
            "AT+CPIN?" => answer.map(str::to_string),
            _ => Some(OK.to_string()),
        });
        assert!(took < Duration::from_secs(20), "{answer:?} took {took:?}");
    }
}

/// The fake Qualcomm and ZTE sticks of python-gsmmodem are so.
#[test]
fn a_modem_that_says_nothing_before_its_pin_is_asked_again_who_it_is() {
    for busy in [false, true] {
        let mut bench = Bench::new(Options {
            pin: Some("1234".to_string()),
            ..Options::default()
        });
        let (locked, asked) = (Cell::new(true), Cell::new(0));
        let still_busy = Cell::new(if busy { 4 } else { 0 });
        bench.bring_up_peculiar(&|command| {
            if command == "AT+CPIN=\"1234\"" {
                locked.set(false);
                return Some(OK.to_string());
            }
            if command == "AT+CPIN?" {
                if still_busy.get() > 0 {
                    still_busy.set(still_busy.get() - 1);
                    return Some("\r\n+CME ERROR: 14\r\n".to_string());
                }
                let state = if locked.get() { "SIM PIN" } else { "READY" };
                return Some(format!("\r\n+CPIN: {state}\r\n{OK}"));
            }
            if locked.get() {
                return Some("\r\n+CME ERROR: 11\r\n".to_string());
            }
            Some(match command {
                "AT+CGMI" => format!("\r\nhuawei\r\n{OK}"),
                "AT+CGMM" => format!("\r\nE1752\r\n{OK}"),
                "AT+CMEE=1" => {
                    asked.set(asked.get() + 1);
                    OK.to_string()
                }
                _ => OK.to_string(),
            })
        });
        assert_eq!(bench.modem.identity().family, "Huawei", "{:?}", bench.events);
        assert_eq!(asked.get(), 1, "what was set before the PIN was refused as well");
    }
}

#[test]
fn a_modem_that_never_says_who_it_is_is_asked_twice_and_not_for_ever() {
    let mut bench = Bench::new(Options::default());
    let asked = Cell::new(0);
    bench.bring_up_peculiar(&|command| {
        Some(match command {
            "AT+CGMI" | "AT+CGMM" => {
                asked.set(asked.get() + 1);
                "\r\n+CME ERROR: 14\r\n".to_string()
            }
            "AT+CPIN?" => format!("\r\n+CPIN: READY\r\n{OK}"),
            _ => OK.to_string(),
        })
    });
    assert_eq!(asked.get(), 4);
}

#[test]
fn a_modem_that_ignores_what_it_does_not_know_is_ready_soon() {
    let mut bench = Bench::new(Options::default());
    let took = bench.bring_up_peculiar(&knows);
    assert!(took < Duration::from_secs(50), "{took:?}");
}

#[test]
fn a_call_in_the_middle_of_a_slow_bring_up_gets_its_text_before_the_end_of_it() {
    let mut bench = Bench::new(Options::default());
    bench.give(Input::PortOpened);
    while bench.sent.back().is_none_or(|command| command != "AT+CGMI") {
        bench.step(&knows);
    }
    bench.give(Input::Bytes(b"\r\nRING\r\n\r\n+CLIP: \"+15125550177\",145\r\n"));
    bench.give(Input::Bytes(b"\r\nNO CARRIER\r\n"));
    let ended = bench.now;
    let submission = Submission {
        outbox: OutboxId(1),
        tpdu: vec![1; 20],
    };
    while !bench.events.iter().any(|event| event == "ready to submit") {
        assert!(bench.now - ended < Duration::from_secs(15), "{:?}", bench.sent);
        bench.step(&knows);
    }
    assert_ne!(bench.modem.condition(), &Condition::Ready);
    bench.give(Input::Submit(submission));
    while bench.sent.back().is_none_or(|command| command != "AT+CMGS=20") {
        assert!(bench.now - ended < Duration::from_secs(15), "{:?}", bench.sent);
        bench.step(&knows);
    }
}

#[test]
fn a_modem_without_memories_to_select_still_gives_up_its_texts() {
    let mut bench = Bench::new(Options::default());
    let answer = |command: &str| {
        Some(
            if command.starts_with("AT+CPMS") {
                "\r\nERROR\r\n"
            } else {
                OK
            }
            .to_string(),
        )
    };
    bench.bring_up_peculiar(&answer);
    for _ in 0..40 {
        bench.step(&answer);
    }
    bench.sent.clear();
    bench.events.clear();
    bench.give(Input::Bytes(b"\r\n+CMTI: \"ME\",3\r\n"));
    assert_eq!(bench.sent.pop_front().as_deref(), Some("AT+CMGR=3"));
    bench.give(Input::Bytes(format!("\r\n+CMGR: 0,,30\r\n{PDU}\r\n{OK}").as_bytes()));
    let told = bench.events.pop_front().unwrap_or_default();
    assert!(told.starts_with("received 1 "), "{told}");
}

#[test]
fn a_modem_that_can_not_read_one_slot_is_read_and_emptied_by_its_list() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up_peculiar(&|_| Some(OK.to_string()));
    // Every memory has been looked through.
    for _ in 0..150 {
        bench.step(&|_| Some(OK.to_string()));
    }
    bench.events.clear();
    let mut emptied = 0;
    bench.give(Input::Bytes(b"\r\n+CMTI: \"SM\",3\r\n"));
    for _ in 0..200 {
        if bench.events.iter().any(|event| event.starts_with("received 1 ")) {
            bench.events.clear();
            bench.give(Input::Committed(textback::ids::SlotToken(1)));
        }
        emptied += bench.sent.iter().filter(|command| *command == "AT+CMGD=3").count();
        let there = emptied == 0;
        bench.step(&|command| {
            Some(match command {
                "AT+CMGR=3" => "\r\nERROR\r\n".to_string(),
                "AT+CMGL=4" if there => format!("\r\n+CMGL: 3,0,,30\r\n{PDU}\r\n{OK}"),
                _ => OK.to_string(),
            })
        });
    }
    assert_eq!(emptied, 1, "{:?}", bench.events);
    assert!(
        !bench.events.iter().any(|event| event.starts_with("received")),
        "{:?}",
        bench.events
    );
}

#[test]
fn where_texts_are_not_announced_they_are_looked_for_every_half_minute() {
    let mut bench = Bench::new(Options::default());
    let answer = |command: &str| {
        Some(
            if command.starts_with("AT+CNMI") {
                "\r\nERROR\r\n"
            } else {
                OK
            }
            .to_string(),
        )
    };
    bench.bring_up_peculiar(&answer);
    for _ in 0..150 {
        bench.step(&answer);
    }
    let (mut looks, start) = (0, bench.now);
    while bench.now - start < Duration::from_secs(100) {
        looks += usize::from(bench.sent.front().is_some_and(|command| command == "AT+CMGL=4"));
        bench.step(&answer);
    }
    assert!((2..=5).contains(&looks), "{looks} in 100 s");
}

#[test]
fn a_slow_modem_is_not_kept_busy_with_questions_about_the_call_that_rings() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up_peculiar(&|_| Some(OK.to_string()));
    bench.pass(5000);
    while !bench.sent.is_empty() {
        bench.step(&|_| Some(OK.to_string()));
    }
    let (mut lists, mut ringing) = (0, Duration::ZERO);
    while ringing < Duration::from_secs(20) {
        bench.give(Input::Bytes(b"\r\nRING\r\n\r\n+CLIP: \"+15125550177\",145\r\n"));
        for _ in 0..2 {
            bench.pass(1000);
            if bench.sent.pop_front().is_some_and(|command| command == "AT+CLCC") {
                lists += 1;
            }
            let row = "\r\n+CLCC: 1,1,4,0,0,\"+15125550177\",145\r\n\r\nOK\r\n";
            bench.give(Input::Bytes(row.as_bytes()));
            ringing += Duration::from_secs(1);
        }
    }
    assert!((2..=10).contains(&lists), "{lists} questions in 20 s");
}

#[test]
fn a_call_is_better_proof_of_the_network_than_a_registration_that_denies_it() {
    let mut bench = Bench::new(Options::default());
    bench.bring_up("huawei", "E173");
    bench.give(Input::Bytes(b"\r\n+CREG: 0\r\n"));
    assert_eq!(
        bench.modem.condition(),
        &Condition::Limited {
            why: Limit::NotRegistered
        }
    );
    bench.events.clear();
    bench.give(Input::Bytes(b"\r\nRING\r\n"));
    assert_eq!(bench.modem.condition(), &Condition::Ready);
    assert!(bench.events.iter().any(|event| event == "ready to submit"));
    // Until something else is said.
    bench.give(Input::Bytes(b"\r\n+CREG: 2\r\n"));
    assert_eq!(
        bench.modem.condition(),
        &Condition::Limited {
            why: Limit::NotRegistered
        }
    );
}

#[test]
fn a_modem_that_is_still_starting_is_found_within_three_seconds_of_being_up() {
    let mut bench = Bench::new(Options::default());
    let start = bench.now;
    bench.give(Input::PortOpened);
    while bench.now - start < Duration::from_secs(12) {
        bench.step(&|_| None);
    }
    bench.sent.clear();
    while bench.sent.is_empty() {
        bench.pass(100);
    }
    assert!(bench.now - start < Duration::from_secs(15), "{:?}", bench.sent);
}

#[test]
fn a_sim_that_says_late_that_it_is_locked_is_not_taken_for_a_modem_without_texts() {
    let mut bench = Bench::new(Options::default());
    bench.give(Input::PortOpened);
    let locked = |command: &str| match command {
        "AT+CPIN?" => None,
        "AT+CMGF=0" => Some("\r\n+CMS ERROR: 311\r\n".to_string()),
        _ => Some(OK.to_string()),
    };
    for _ in 0..2000 {
        if bench.modem.condition() == &(Condition::Limited { why: Limit::NoSms }) {
            break;
        }
        bench.step(&locked);
    }
    assert_eq!(bench.modem.condition(), &Condition::Limited { why: Limit::NoSms });
    bench.give(Input::Bytes(b"\r\n+CPIN: SIM PIN\r\n"));
    for _ in 0..50 {
        bench.step(&|command| {
            Some(
                if command == "AT+CPIN?" {
                    "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"
                } else {
                    OK
                }
                .to_string(),
            )
        });
    }
    assert_eq!(
        bench.modem.condition(),
        &Condition::Limited {
            why: Limit::PinRequired
        }
    );
}
