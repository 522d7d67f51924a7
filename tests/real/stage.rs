//! What the stories stand on: `textback sim` and `textback run` as processes of their own, in a folder of their own,
//! talking over a pseudo terminal. Every wait is for something to happen, with a deadline; every child is killed on drop.

use crate::process::{Kept, ended};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const OWNER: &str = "+15125550100";
pub const DAVE: &str = "+15125557788";
pub const ANNA: &str = "+15125553311";
pub const TEXT_BACK: &str = "Sorry we missed you - this is Hill Country Plumbing.";

/// Nothing in a story takes longer, on a machine with many other things to do.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at something that has no event.
const LOOK: Duration = Duration::from_millis(20);

/// The program under test.
pub fn textback() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_textback"));
    for name in [
        "TEXTBACK_CONFIG",
        "TEXTBACK_LOG",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "JOURNAL_STREAM",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Looks until there is something; panics with `what` when patience ends.
#[track_caller]
pub fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "waited in vain: {what}");
        std::thread::sleep(LOOK);
    }
}

/// Lines that a thread reads as they come.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    pub fn of(reader: impl Read + Send + 'static) -> Self {
        let lines = Lines::default();
        let kept = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                kept.0.lock().unwrap().push(line);
            }
        });
        lines
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub fn count(&self, wanted: &str) -> usize {
        self.all().iter().filter(|l| l.contains(wanted)).count()
    }

    /// Waits for the `nth` line with these words.
    #[track_caller]
    pub fn nth(&self, nth: usize, wanted: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(line) = self.all().iter().filter(|l| l.contains(wanted)).nth(nth - 1) {
                return line.clone();
            }
            assert!(
                Instant::now() < until,
                "no {wanted:?} (number {nth}) in:\n{}",
                self.all().join("\n")
            );
            std::thread::sleep(LOOK);
        }
    }
}

/// The simulated modem and network as a process.
pub struct Sim {
    _process: Kept,
    control: PathBuf,
    pub events: Lines,
}

impl Sim {
    pub fn start(folder: &Path, family: &str) -> Sim {
        let control = folder.join("sim.ctl");
        let process = Kept(
            textback()
                .arg("sim")
                .arg("--link")
                .arg(folder.join("modem"))
                .args(["--family", family, "--control"])
                .arg(&control)
                .spawn()
                .unwrap(),
        );
        let mut watch = wait("the simulator's control socket", || UnixStream::connect(&control).ok());
        watch.write_all(b"watch\n").unwrap();
        Sim {
            _process: process,
            control,
            events: Lines::of(watch),
        }
    }

    /// One command, its one line of reply, and for `phone` the lines it promises.
    #[track_caller]
    pub fn ask(&self, command: &str) -> Vec<String> {
        let mut stream = UnixStream::connect(&self.control).unwrap();
        writeln!(stream, "{command}").unwrap();
        let mut reader = BufReader::new(stream).lines().map_while(Result::ok);
        let first = reader.next().unwrap_or_default();
        assert!(!first.starts_with("error"), "{command}: {first}");
        let count = first.strip_suffix(" texts").map_or(0, |n| n.parse::<usize>().unwrap());
        std::iter::once(first).chain(reader.take(count)).collect()
    }

    /// The texts on somebody's phone, oldest first.
    #[track_caller]
    pub fn inbox(&self, number: &str) -> Vec<String> {
        self.ask(&format!("phone {number}"))
            .iter()
            .skip(1)
            .map(|line| line.splitn(3, ' ').nth(2).unwrap_or_default().to_owned())
            .collect()
    }

    /// Waits for a text with these words on somebody's phone.
    #[track_caller]
    pub fn reads(&self, number: &str, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let inbox = self.inbox(number);
            if let Some(text) = inbox.iter().find(|t| t.contains(words)) {
                return text.clone();
            }
            assert!(
                Instant::now() < until,
                "{number} never read {words:?}, only {inbox:?}; {:#?}",
                self.events.all()
            );
            std::thread::sleep(LOOK);
        }
    }
}

/// A folder with a configuration and a database to be.
pub struct Stage {
    pub folder: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::with("", "")
    }

    /// With more lines under `[modem]`, and more sections.
    pub fn with(modem: &str, more: &str) -> Stage {
        let stage = Stage {
            folder: tempfile::tempdir().unwrap(),
        };
        stage.configure(modem, more);
        stage
    }

    pub fn configure(&self, modem: &str, more: &str) {
        let message = if more.contains("[text_back]") {
            ""
        } else {
            "[text_back]\ndelay = \"0s\"\n"
        };
        let text = format!(
            "company = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ncountry = \"US\"\ntimezone = \"America/Chicago\"\n\
             [modem]\nport = \"{}\"\n{modem}\n[store]\npath = \"{}\"\n[owner_alerts]\nmerge_window = \"0s\"\n{message}{more}",
            self.path("modem").display(),
            self.path("t.db").display()
        );
        std::fs::write(self.path("textback.toml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn sim(&self, family: &str) -> Sim {
        Sim::start(self.folder.path(), family)
    }

    /// Starts the daemon; it may take a while until it is ready.
    pub fn daemon(&self) -> Daemon {
        self.daemon_with(&[])
    }

    pub fn daemon_with(&self, environment: &[(&str, &str)]) -> Daemon {
        let mut command = textback();
        command.args(["run", "--config"]).envs(environment.iter().copied());
        self.start(command)
    }

    /// Starts the daemon with a signal ignored that would otherwise end it.
    pub fn daemon_that_ignores(&self, signal: &str) -> Daemon {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' {signal}; exec \"$0\" run --config \"$1\"")]);
        command.arg(env!("CARGO_BIN_EXE_textback")).stdin(Stdio::null());
        self.start(command)
    }

    /// Starts the daemon as systemd does: its stderr is what it is told that journald reads.
    pub fn daemon_of_systemd(&self) -> Daemon {
        let mut command = Command::new("sh");
        let script = "JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec \"$0\" run --config \"$1\"";
        command
            .args(["-c", script, env!("CARGO_BIN_EXE_textback")])
            .stdin(Stdio::null());
        self.start(command)
    }

    /// Starts the daemon where its folder is on a file system mounted read-only, in name spaces of its own; `None` where this
    /// machine gives none.
    pub fn daemon_on_read_only_disk(&self) -> Option<Daemon> {
        let enter = ["--user", "--map-root-user", "--mount", "--propagation", "private"];
        let may = Command::new("unshare").args(enter).arg("true").output();
        if !may.is_ok_and(|output| output.status.success()) {
            eprintln!("SKIPPED: this machine has no mount name space to give");
            return None;
        }
        let mut command = Command::new("unshare");
        command.args(enter).args(["sh", "-c"]);
        command.arg("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$1\" run --config \"$2\"");
        command.arg(self.folder.path()).arg(env!("CARGO_BIN_EXE_textback"));
        command.stdin(Stdio::null());
        Some(self.start(command))
    }

    /// The disk of such a daemon obeys again.
    #[track_caller]
    pub fn remount_for_writing(&self, daemon: &Daemon) {
        let status = Command::new("nsenter")
            .args(["--target", &daemon.id().to_string(), "--user", "--mount"])
            .args(["mount", "-o", "remount,bind,rw"])
            .arg(self.folder.path())
            .status()
            .unwrap();
        assert!(status.success());
    }

    fn start(&self, mut command: Command) -> Daemon {
        let mut process = command
            .arg(self.path("textback.toml"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Lines::of(process.stderr.take().unwrap());
        Daemon {
            process: Kept(process),
            said,
        }
    }

    /// The daemon, ready, on a database that somebody read when it started: it shares it with others then.
    pub fn ready_beside_a_reader(&self) -> Daemon {
        drop(::textback::store::Store::open(&self.path("t.db")).unwrap());
        let reader = rusqlite::Connection::open(self.path("t.db")).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM meta").unwrap();
        let daemon = self.ready();
        daemon.said.nth(1, "somebody reads the database");
        daemon
    }

    /// Starts the daemon and waits until it takes calls.
    #[track_caller]
    pub fn ready(&self) -> Daemon {
        let daemon = self.daemon();
        daemon.said.nth(1, "textback: ready");
        daemon
    }

    /// A command that asks, run to its end.
    pub fn cli(&self, words: &[&str]) -> Output {
        ended(textback().args(words).arg("--config").arg(self.path("textback.toml")))
    }

    /// What a command with `--json` prints.
    #[track_caller]
    pub fn json(&self, words: &[&str]) -> serde_json::Value {
        let output = self.cli(&[words, &["--json"]].concat());
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits until the state of some outgoing message of that kind is as wanted, and gives the message. (What came in is of the same kind, and
    /// delivered from the start.)
    #[track_caller]
    pub fn message(&self, kind: &str, state: &str) -> serde_json::Value {
        wait(&format!("a {kind} that is {state}"), || {
            let messages = self.json(&["messages"]);
            let mut all = messages.as_array().unwrap().iter();
            all.find(|m| m["direction"] == "out" && m["kind"] == kind && m["state"] == state)
                .cloned()
        })
    }
}

/// The daemon as a process.
pub struct Daemon {
    process: Kept,
    /// Its stderr.
    pub said: Lines,
}

impl Daemon {
    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// As a power cut does: no last word.
    pub fn kill(mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }

    /// Waits for it to end by itself.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let said = self.said.clone();
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.0.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it did not end:\n{}", said.all().join("\n"));
            std::thread::sleep(LOOK);
        }
    }

    /// SIGTERM, and the end it leads to.
    #[track_caller]
    pub fn stop(mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.ended()
    }

    pub fn is_alive(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_none()
    }
}
