//! The three figures of the appliance, taken from the daemon as it is shipped: the release binary under the shipped
//! configuration, as a process, with `textback sim` as the modem on a pseudo terminal, in real time.
//!
//! - octets written to disk per handled call: a stranger's call, the text-back and its report, the owner's line;
//! - the same while nothing happens;
//! - resident memory.
//!
//! `cargo bench --bench packaged` (some five minutes) — `-- --calls N` (default 12), `-- --idle MINUTES` (default 2),
//! `-- --binary /usr/bin/textback` for an installed package, `-- --folder DIR` to have the database on the card in question.
//!
//! `written` is `write_bytes` of `/proc/PID/io`: pages of 4 KiB that the process gave the kernel for that disk, log and
//! checkpoints and padding in it. `the whole disk` is what the kernel gave the device meanwhile (`/sys/dev/block/*/stat`): the
//! filesystem's own journal is in it, and whatever else the machine writes, so it says something on a quiet machine only.

#[path = "../process.rs"]
mod process;
#[path = "../real/stage.rs"]
#[allow(dead_code, reason = "shared with the tests of the real program, which use all of it")]
mod stage;

use process::Kept;
use stage::{Lines, OWNER, Sim, textback, wait};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Calls before anything is measured: the file has its tables' first pages, the statements are prepared.
const BEFORE: u32 = 3;
/// From one call to the next. Two texts each: fewer than the ten a minute of the shipped limits.
const GAP: Duration = Duration::from_secs(13);
/// From a call to the owner's line: ringing, the delay, the merge window, the network.
const SETTLED: Duration = Duration::from_secs(85);
const KIB: f64 = 1024.0;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let after = |flag: &str| words.iter().position(|w| w == flag).and_then(|i| words.get(i + 1));
    let number = |flag: &str, usual: u32| after(flag).map_or(usual, |n| n.parse().unwrap());
    let (calls, idle) = (number("--calls", 12), number("--idle", 2));
    let folder = match after("--folder") {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")),
    };
    let folder = folder.unwrap();
    let appliance = Packaged::start(folder.path(), after("--binary").map(PathBuf::from));

    appliance.calls(0, BEFORE);
    let before = appliance.tally();
    appliance.calls(BEFORE, calls);
    let used = appliance.tally().less(&before);
    println!("-- a handled call, mean of {calls}");
    used.print(f64::from(calls));

    let before = appliance.tally();
    std::thread::sleep(Duration::from_secs(60) * idle);
    let used = appliance.tally().less(&before);
    println!("-- {idle} idle minutes; what a whole day writes: `cargo bench --bench written`");
    used.print(1.0);

    println!("-- memory after {} calls", BEFORE + calls);
    for (name, key) in [("resident", "VmRSS:"), ("of it not the program's own file", "RssAnon:")] {
        println!("{name:<34} {:>9.2} MB", appliance.status(key) as f64 / 1e3);
    }
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    written: u64,
    handed_over: u64,
    files: u64,
    disk: u64,
}

impl Tally {
    fn less(&self, before: &Tally) -> Tally {
        Tally {
            written: self.written - before.written,
            handed_over: self.handed_over - before.handed_over,
            files: self.files.saturating_sub(before.files),
            disk: self.disk - before.disk,
        }
    }

    fn print(&self, by: f64) {
        for (name, octets) in [
            ("written", self.written),
            ("handed over", self.handed_over),
            ("growth of database and log", self.files),
            ("the whole disk", self.disk),
        ] {
            println!("{name:<34} {:>9.2} KiB", octets as f64 / KIB / by);
        }
    }
}

/// The daemon and its modem.
struct Packaged {
    daemon: Kept,
    sim: Sim,
    folder: PathBuf,
}

impl Packaged {
    fn start(folder: &Path, binary: Option<PathBuf>) -> Packaged {
        let sim = Sim::start(folder, "sim7600");
        let file = folder.join("textback.toml");
        std::fs::write(&file, configuration(folder)).unwrap();
        let mut command = match binary {
            Some(binary) => Command::new(binary),
            None => textback(),
        };
        let mut daemon = command
            .args(["run", "--config"])
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Lines::of(daemon.stderr.take().unwrap());
        said.nth(1, "textback: ready");
        Packaged {
            daemon: Kept(daemon),
            sim,
            folder: folder.to_owned(),
        }
    }

    /// Strangers call, one after the other, ring four seconds and give up; until the last of it is settled.
    fn calls(&self, from: u32, calls: u32) {
        let lines = || {
            self.sim
                .inbox(OWNER)
                .iter()
                .filter(|t| t.contains("Texted back"))
                .count()
        };
        let before = lines();
        for call in from..from + calls {
            self.sim.ask(&format!("call +1512556{call:04} 4"));
            std::thread::sleep(GAP);
        }
        std::thread::sleep(SETTLED.saturating_sub(GAP));
        wait("a line to the owner about every call", || {
            (lines() - before >= calls as usize).then_some(())
        });
        // Its report comes a moment later.
        let until = Instant::now() + Duration::from_secs(5);
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
    }

    fn tally(&self) -> Tally {
        let proc = PathBuf::from(format!("/proc/{}/io", self.daemon.0.id()));
        let size = |name: &str| std::fs::metadata(self.folder.join(name)).map_or(0, |file| file.len());
        Tally {
            written: number(&proc, "write_bytes:"),
            handed_over: number(&proc, "wchar:"),
            files: size("textback.db") + size("textback.db-wal"),
            disk: sectors_written(&self.folder) * 512,
        }
    }

    fn status(&self, key: &str) -> u64 {
        number(Path::new(&format!("/proc/{}/status", self.daemon.0.id())), key)
    }
}

/// The shipped configuration with an owner, and with modem and database where this bench has them.
fn configuration(folder: &Path) -> String {
    let shipped = include_str!("../../systemd/textback.toml");
    let at = |name: &str| folder.join(name).display().to_string();
    let ours = [
        (
            "company = \"Your Company\"",
            "company = \"Hill Country Plumbing\"".to_owned(),
        ),
        ("#owner = \"+15125550100\"", format!("owner = \"{OWNER}\"")),
        ("/dev/textback-modem", at("modem")),
        ("/var/lib/textback/textback.db", at("textback.db")),
    ];
    ours.iter().fold(shipped.to_owned(), |text, (theirs, ours)| {
        assert!(text.contains(theirs), "the shipped configuration has no {theirs}");
        text.replace(theirs, ours)
    })
}

/// Sectors of 512 octets that the kernel has written to the disk under `folder` since it started; 0 where it does not say.
fn sectors_written(folder: &Path) -> u64 {
    let device = std::fs::metadata(folder).unwrap().dev();
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let stat = std::fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/stat")).unwrap_or_default();
    stat.split_whitespace().nth(6).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn number(path: &Path, key: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
