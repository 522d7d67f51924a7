//! What the issue asks to be measured, from the modem's side of a PTY, with the release binary and a database on disk:
//!
//! - last byte of the line that ends a call → first byte of `AT+CMGS` (`delay = "0s"`, durable commit included);
//! - last byte of `+CMTI` → first byte of the forward's `AT+CMGS` (the modem answers at once);
//! - both again with a million calls and two million texts in the database, as a ratio in the same run;
//! - idle: AT commands and voluntary wake-ups a minute, resident memory; size of the binary.
//!
//! `cargo bench --bench latency` — `-- --quick` for fewer rounds and no big database, `-- --idle SECONDS` (default 60).

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use textback::sms;
use textback::store::Store;

const OWNER: &str = "+15125550100";
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let quick = words.iter().any(|w| w == "--quick");
    let idle_s = words
        .iter()
        .position(|w| w == "--idle")
        .and_then(|i| words.get(i + 1)?.parse().ok())
        .unwrap_or(60);
    let rounds = if quick { 100 } else { 500 };

    println!(
        "release binary                {:>9.2} MB",
        std::fs::metadata(BINARY).unwrap().len() as f64 / 1e6
    );
    let fresh = tempfile::tempdir().unwrap();
    let small = measure(fresh.path(), rounds, Some(Duration::from_secs(idle_s)));
    report("empty database", &small);
    if !quick {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        {
            let mut store = Store::open(&folder.path().join("t.db")).unwrap();
            store
                .generate_history(1_000_000, textback::store::generate::noon())
                .unwrap();
        }
        rustix::fs::sync();
        println!(
            "(a million calls and two million texts made in {:.0?}; every round opens one more conversation)",
            started.elapsed()
        );
        // Two daemons side by side, a round each in turn: whatever else the machine does, it does to both.
        let empty = tempfile::tempdir().unwrap();
        let [big, small] = side_by_side([folder.path(), empty.path()], rounds);
        report("million-call database", &big);
        report("empty database beside it", &small);
        let ratio = |a: &[Duration], b: &[Duration]| median(a).as_secs_f64() / median(b).as_secs_f64();
        println!("ratio big/empty, call         {:>9.2}", ratio(&big.call, &small.call));
        println!("ratio big/empty, text         {:>9.2}", ratio(&big.text, &small.text));
    }
}

fn side_by_side(folders: [&Path; 2], rounds: usize) -> [Figures; 2] {
    let mut benches = folders.map(Bench::start);
    let mut figures = folders.map(|_| Figures::default());
    benches.iter_mut().for_each(Bench::settle);
    for round in 0..rounds {
        for (bench, figures) in benches.iter_mut().zip(&mut figures) {
            bench.round(round, figures);
        }
    }
    figures.map(Figures::sorted)
}

const BINARY: &str = env!("CARGO_BIN_EXE_textback");

#[derive(Default)]
struct Figures {
    call: Vec<Duration>,
    text: Vec<Duration>,
}

impl Figures {
    fn sorted(mut self) -> Self {
        self.call.sort();
        self.text.sort();
        self
    }
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}

fn report(name: &str, figures: &Figures) {
    let p99 = |sorted: &[Duration]| sorted[(sorted.len() * 99 / 100).min(sorted.len() - 1)];
    println!("-- {name}, {} rounds", figures.call.len());
    for (what, times) in [
        ("call end → AT+CMGS", &figures.call),
        ("+CMTI → forward's AT+CMGS", &figures.text),
    ] {
        println!(
            "{what:<28} median {:>9.3?}  p99 {:>9.3?}  worst {:>9.3?}",
            median(times),
            p99(times),
            times[times.len() - 1]
        );
    }
}

fn measure(folder: &Path, rounds: usize, idle: Option<Duration>) -> Figures {
    let mut bench = Bench::start(folder);
    bench.settle();
    let mut figures = Figures::default();
    for round in 0..rounds {
        bench.round(round, &mut figures);
    }
    if let Some(idle) = idle {
        bench.idle(idle);
    }
    figures.sorted()
}

/// The daemon and, on the other side of a PTY, as little modem as it needs.
struct Bench {
    daemon: Child,
    master: File,
    pending: Vec<u8>,
    slot: Option<Vec<u8>>,
    reference: u8,
}

impl Bench {
    fn start(folder: &Path) -> Bench {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let port = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        // Raw from the start, or the line discipline echoes the modem's own words back to it.
        let slave = rustix::fs::open(port.as_str(), OFlags::RDWR | OFlags::NOCTTY, rustix::fs::Mode::empty()).unwrap();
        let mut settings = tcgetattr(&slave).unwrap();
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings).unwrap();
        let config = folder.join("textback.toml");
        std::fs::write(
            &config,
            format!(
                "config_version = 1\ncompany = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ncountry = \"US\"\n\
                 timezone = \"America/Chicago\"\n[modem]\nport = \"{port}\"\n[store]\npath = \"{}\"\n\
                 [text_back]\ndelay = \"0s\"\n[owner_alerts]\nmissed_calls = false\n\
                 [limits]\nper_minute = 10000\nper_hour = 100000\nper_day = 100000\npeople_per_day = 100000\n",
                folder.join("t.db").display()
            ),
        )
        .unwrap();
        let daemon = Command::new(BINARY)
            .args(["run", "--config"])
            .arg(&config)
            .env(
                "TEXTBACK_LOG",
                std::env::var("TEXTBACK_LOG").unwrap_or_else(|_| "error".into()),
            )
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        // Held open a moment longer than the daemon needs to open its own.
        std::mem::forget(slave);
        Bench {
            daemon,
            master: File::from(master),
            pending: Vec::new(),
            slot: None,
            reference: 0,
        }
    }

    fn say(&mut self, text: &str) -> Instant {
        self.master.write_all(text.as_bytes()).unwrap();
        Instant::now()
    }

    /// Reads until one whole command (or the PDU with its Ctrl-Z) is there; None if nothing comes within `wait`.
    fn hear(&mut self, wait: Duration) -> Option<(String, Instant)> {
        let until = Instant::now() + wait;
        let mut first = None;
        loop {
            if let Some(end) = self.pending.iter().position(|b| matches!(b, b'\r' | 0x1a | 0x1b)) {
                let command: Vec<u8> = self.pending.drain(..=end).collect();
                return Some((
                    String::from_utf8_lossy(&command).trim().to_owned(),
                    first.unwrap_or_else(Instant::now),
                ));
            }
            let left = until.saturating_duration_since(Instant::now());
            let timeout = rustix::time::Timespec::try_from(left).unwrap();
            let mut fds = [rustix::event::PollFd::new(&self.master, rustix::event::PollFlags::IN)];
            if rustix::event::poll(&mut fds, Some(&timeout)).unwrap() == 0 {
                return None;
            }
            let mut buffer = [0; 4096];
            let n = self.master.read(&mut buffer).unwrap();
            first.get_or_insert_with(Instant::now);
            self.pending.extend_from_slice(&buffer[..n]);
        }
    }

    /// Answers one command as a plain modem would. Returns it.
    fn serve(&mut self, wait: Duration) -> Option<(String, Instant)> {
        let (command, at) = self.hear(wait)?;
        let answer = match command.as_str() {
            "\u{1b}" | "" => String::new(),
            "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n".into(),
            "AT+CREG?" => "\r\n+CREG: 2,1\r\n\r\nOK\r\n".into(),
            "AT+CEREG?" => "\r\n+CEREG: 2,1\r\n\r\nOK\r\n".into(),
            "AT+CSQ" => "\r\n+CSQ: 20,99\r\n\r\nOK\r\n".into(),
            "AT+CGMI" => "\r\nBench\r\n\r\nOK\r\n".into(),
            "AT+CGMM" => "\r\nPlain\r\n\r\nOK\r\n".into(),
            "AT+CIMI" => "\r\n310410123456789\r\n\r\nOK\r\n".into(),
            c if c.starts_with("AT+CMGS=") => "\r\n> ".into(),
            c if c.ends_with('\u{1a}') => {
                self.reference = self.reference.wrapping_add(1);
                format!("\r\n+CMGS: {}\r\n\r\nOK\r\n", self.reference)
            }
            c if c.starts_with("AT+CMGR=") => match &self.slot {
                Some(pdu) => {
                    let length = pdu.len() - 1 - usize::from(pdu[0]);
                    format!("\r\n+CMGR: 0,,{length}\r\n{}\r\n\r\nOK\r\n", sms::hex::encode(pdu))
                }
                None => "\r\nOK\r\n".into(),
            },
            c if c.starts_with("AT+CMGD=") => {
                self.slot = None;
                "\r\nOK\r\n".into()
            }
            _ => "\r\nOK\r\n".into(),
        };
        self.say(&answer);
        Some((command, at))
    }

    /// Serves until nothing has been asked for a while.
    fn settle(&mut self) {
        assert!(self.serve(PATIENCE).is_some(), "the daemon said nothing");
        while self.serve(Duration::from_millis(1500)).is_some() {}
    }

    /// Serves until `AT+CMGS` begins; when its first byte was read.
    fn until_submit(&mut self) -> Instant {
        loop {
            let (command, at) = self.serve(PATIENCE).expect("no AT+CMGS came");
            if command.starts_with("AT+CMGS=") {
                return at;
            }
        }
    }

    fn quiet(&mut self) {
        while self.serve(Duration::from_millis(40)).is_some() {}
    }

    /// A new caller's missed call, and his answer.
    fn round(&mut self, round: usize, figures: &mut Figures) {
        let caller = format!("+1512556{round:04}");
        figures.call.push(self.missed_call(&caller));
        figures.text.push(self.reply(&caller, round));
    }

    fn missed_call(&mut self, caller: &str) -> Duration {
        self.say("\r\nRING\r\n");
        self.say(&format!("\r\n+CLIP: \"{caller}\",145,,,,0\r\n"));
        self.quiet();
        let ended = self.say("\r\nNO CARRIER\r\n");
        let began = self.until_submit();
        self.quiet();
        began.saturating_duration_since(ended)
    }

    fn reply(&mut self, caller: &str, round: usize) -> Duration {
        let minute = round % 60;
        let stamp = format!("26112412{minute:02}{:02}00", (round / 60) % 60);
        let swapped: String = stamp
            .as_bytes()
            .chunks(2)
            .flat_map(|p| [p[1] as char, p[0] as char])
            .collect();
        let digits = caller.trim_start_matches('+');
        let semi: String = format!("{digits}F")
            .as_bytes()
            .chunks(2)
            .flat_map(|p| [p[1] as char, p[0] as char])
            .collect();
        let text: String = format!("Water heater leaking {round}")
            .encode_utf16()
            .map(|u| format!("{u:04X}"))
            .collect();
        let hex = format!(
            "0004{:02X}91{semi}0008{swapped}{:02X}{text}",
            digits.len(),
            text.len() / 2
        );
        self.slot = Some(sms::hex::decode(&hex).unwrap());
        let announced = self.say("\r\n+CMTI: \"SM\",1\r\n");
        let began = self.until_submit();
        self.quiet();
        began.saturating_duration_since(announced)
    }

    fn idle(&mut self, idle: Duration) {
        self.settle();
        let before = self.wakeups();
        let until = Instant::now() + idle;
        let mut commands = 0_u32;
        let mut kinds = std::collections::BTreeMap::new();
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Some((command, _)) = self.serve(left) {
                commands += 1;
                *kinds.entry(command).or_insert(0_u32) += 1;
            }
        }
        println!("idle: which                   {kinds:?}");
        let minutes = idle.as_secs_f64() / 60.0;
        println!("idle: AT commands a minute    {:>9.1}", f64::from(commands) / minutes);
        println!(
            "idle: wake-ups a minute       {:>9.1}",
            (self.wakeups() - before) as f64 / minutes
        );
        println!(
            "resident memory               {:>9.2} MB",
            self.status("VmRSS:") as f64 / 1e3
        );
    }

    /// Voluntary context switches of every thread: each is a sleep that ended.
    fn wakeups(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.daemon.id())).unwrap();
        tasks
            .flatten()
            .map(|task| number(&task.path().join("status"), "voluntary_ctxt_switches:"))
            .sum()
    }

    fn status(&self, key: &str) -> u64 {
        number(Path::new(&format!("/proc/{}/status", self.daemon.id())), key)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn number(path: &Path, key: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
