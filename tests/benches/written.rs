//! What a handled call costs the card: octets written, commits, frames of the write-ahead log.
//!
//! `cargo bench --bench written` runs the real desk and the real store on a database on disk, in virtual time: a caller is
//! missed and texted back, the report comes, the owner is told; half an hour later the next one. Then a day in which nothing
//! happens. `-- --calls N` (default 50) for another number; `-- --pages` says which tables each commit wrote.
//!
//! `written` is what the kernel gave to the disk for this process (`write_bytes` in `/proc/self/io`, whole pages of 4 KiB, so
//! every sync costs one at least; half a minute after the last one comes another, for what the kernel then writes by itself); `handed over` is what SQLite gave to the kernel. What the filesystem adds for its own
//! journal is in neither.

#[path = "../desk/box_under_test.rs"]
#[allow(dead_code, reason = "shared with the desk's tests, which use all of it")]
mod box_under_test;

use box_under_test::{Box, OWNER, number};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use textback::clock::Steady;
use textback::desk::Input;
use textback::desk::team::claim::Secret;
use textback::modem::{EndedCall, Identity, Verdict};
use textback::store::Store;

/// Calls before anything is measured: the tables have their usual depth.
const BEFORE: u32 = 50;
/// From one call to the next: below what the limits let out in a day.
const GAP: Duration = Duration::from_secs(30 * 60);
/// What the clerk leaves for later is durable within this.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);
/// The kernel writes by itself what has not been synced for so long (`dirty_expire_centisecs`).
const WRITTEN_BACK_AFTER: Duration = Duration::from_secs(30);
/// From a text's last octet to the network's word that it has it.
const TAKEN_AFTER: Duration = Duration::from_secs(2);
/// From there to its report: a phone that is on.
const REPORTED_AFTER: Duration = Duration::from_secs(8);
/// Delivered, in a status report (3GPP TS 23.040 §9.2.3.15).
const DELIVERED: u8 = 0;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let calls = words.iter().position(|w| w == "--calls");
    let calls = calls.and_then(|i| words.get(i + 1)?.parse().ok()).unwrap_or(50);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut bench = Bench::start(&folder.path().join("t.db"));
    for round in 0..BEFORE {
        bench.handled_call(round);
    }

    let before = bench.tally();
    let first = bench.pages.len();
    for round in 0..calls {
        bench.handled_call(BEFORE + round);
    }
    let per_call = bench.tally().less(&before);
    per_call.print(&format!("a handled call, mean of {calls}"), f64::from(calls));
    if words.iter().any(|w| w == "--pages") {
        bench.print_pages(first);
    }

    let before = bench.tally();
    for _ in 0..24 * 12 {
        bench.pass(Duration::from_secs(300));
        bench.quiet();
    }
    bench.tally().less(&before).print("an idle day", 1.0);
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    written: u64,
    handed_over: u64,
    commits: u64,
    frames: u64,
    filling: u64,
    checkpoints: u64,
}

impl Tally {
    fn less(&self, before: &Tally) -> Tally {
        Tally {
            written: self.written - before.written,
            handed_over: self.handed_over - before.handed_over,
            commits: self.commits - before.commits,
            frames: self.frames - before.frames,
            filling: self.filling - before.filling,
            checkpoints: self.checkpoints - before.checkpoints,
        }
    }

    fn print(&self, what: &str, by: f64) {
        println!("-- {what}");
        for (name, count, unit) in [
            ("written", self.written as f64 / 1024.0, "KiB"),
            ("handed over", self.handed_over as f64 / 1024.0, "KiB"),
            ("commits", self.commits as f64, ""),
            ("frames in the log", self.frames as f64, ""),
            ("of them filling", self.filling as f64, ""),
            ("checkpoints", self.checkpoints as f64, ""),
        ] {
            println!("{name:<20} {:>9.2} {unit}", count / by);
        }
    }
}

struct Bench {
    it: Box,
    database: PathBuf,
    log: PathBuf,
    tally: Tally,
    /// Salts of the log and frames of it counted already.
    seen: ([u8; 8], u64),
    /// The pages of the commit that has not ended yet.
    open: Vec<u32>,
    /// The last page of a filling, which SQLite repeats up to the sector's end.
    filled_with: Option<u32>,
    /// The pages of each commit that changed something.
    pages: Vec<Vec<u32>>,
    /// When what was left for later must be durable.
    settle_by: Option<Steady>,
    /// When the kernel writes what nobody has synced: the octets of the last filling that reach into the next sector, and the
    /// index of the log, which SQLite shares with readers in a mapped file.
    written_back_at: Option<Steady>,
}

impl Bench {
    fn start(path: &Path) -> Bench {
        let mut it = Box::new();
        it.store = Store::open(path).unwrap();
        it.tell(Input::Secret(Secret([7; 32])));
        it.tell(Input::Started);
        it.tell(Input::Identity(Identity {
            imsi: Some("310410123456789".to_owned()),
            ..Identity::default()
        }));
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Bench {
            it,
            database: path.to_owned(),
            log: log.into(),
            tally: Tally::default(),
            seen: Default::default(),
            open: Vec::new(),
            filled_with: None,
            pages: Vec::new(),
            settle_by: None,
            written_back_at: None,
        }
    }

    /// Somebody new rings four times and gives up; half an hour goes by.
    fn handled_call(&mut self, round: u32) {
        let caller = format!("+1512556{round:04}");
        let call = self.it.next_key();
        let line = number(&caller);
        // The clerk takes the ring and who it is for one.
        self.tell(Input::CallIdentified {
            call,
            caller: line.clone(),
        });
        self.pass(Duration::from_secs(18));
        self.tell(Input::CallEnded(EndedCall {
            call,
            caller: line,
            rings: 4,
            ringing: Duration::from_secs(18),
            verdict: Verdict::Missed,
            evidence: vec!["no_carrier"],
            cause: None,
        }));
        let mut reports = Vec::new();
        let end = self.it.now.steady.plus(GAP);
        while self.it.now.steady < end {
            self.pass(Duration::from_secs(1));
            while let Some((outbox, tpdu)) = self.it.begin() {
                self.told();
                self.pass(TAKEN_AFTER);
                let sent = self.it.end(outbox, &tpdu, None);
                self.told();
                // No report is asked for of a text to the owner.
                if sent.to != OWNER {
                    reports.push((self.it.now.steady.plus(REPORTED_AFTER), sent));
                }
            }
            let now = self.it.now.steady;
            for (_, text) in reports.extract_if(.., |(at, _)| *at <= now) {
                self.it.report(&text, DELIVERED);
                self.told();
            }
        }
        self.quiet();
    }

    fn tell(&mut self, input: Input) {
        self.it.tell(input);
        self.told();
    }

    /// Something was recorded; the clerk sees to it that it becomes durable.
    fn told(&mut self) {
        self.written_back_at
            .get_or_insert_with(|| self.it.now.steady.plus(WRITTEN_BACK_AFTER));
        match self.it.store.is_settled() {
            true => self.settle_by = None,
            false => {
                self.settle_by
                    .get_or_insert_with(|| self.it.now.steady.plus(SETTLED_WITHIN));
            }
        }
    }

    /// Time passes; what is due happens when it is due, and nothing is asked of the desk meanwhile.
    fn pass(&mut self, time: Duration) {
        let end = self.it.now.steady.plus(time);
        loop {
            let timer = self.it.store.look(self.it.now, |tx| tx.earliest_timer()).unwrap();
            let due = [timer, self.settle_by, self.written_back_at];
            let Some(at) = due.into_iter().flatten().min().filter(|at| *at <= end) else {
                break;
            };
            self.it.jump_to(at.max(self.it.now.steady));
            if self.settle_by.is_some_and(|by| by <= at) {
                self.it.store.settle().unwrap();
                self.told();
            } else if self.written_back_at.is_some_and(|by| by <= at) {
                self.written_back_at = None;
                // The index is in memory if nobody else reads the database.
                for file in [&self.log, &self.database.with_extension("db-shm")] {
                    if let Ok(file) = std::fs::File::open(file) {
                        file.sync_data().unwrap();
                    }
                }
            } else {
                self.tell(Input::Due);
            }
        }
        self.it.jump_to(end);
    }

    /// What the daemon does when nothing has come for a while.
    fn quiet(&mut self) {
        self.count();
        let before = io("write_bytes:");
        self.it.store.tidy().unwrap();
        self.tally.checkpoints += u64::from(io("write_bytes:") > before);
    }

    /// Counts what was added to the log.
    fn count(&mut self) {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let Some(header) = log.get(..32) else { return };
        let salts: [u8; 8] = header[16..24].try_into().unwrap();
        if self.seen.0 != salts {
            self.seen = (salts, 0);
        }
        let number = |octets: &[u8]| u32::from_be_bytes(octets.try_into().unwrap());
        // https://sqlite.org/walformat.html: page number, pages in the database after a commit or 0, salts, checksums, page.
        let frame = 24 + number(&header[8..12]) as usize;
        let fresh = log[32..].chunks_exact(frame).skip(self.seen.1 as usize);
        for one in fresh.take_while(|f| f[8..16] == salts) {
            self.seen.1 += 1;
            self.tally.frames += 1;
            self.open.push(number(&one[..4]));
            if number(&one[4..8]) == 0 {
                continue;
            }
            let pages = std::mem::take(&mut self.open);
            // What fills the sector behind a commit is the first pages of the database, as they are, and the last of them again.
            let fills = pages.iter().copied().eq((1..).take(pages.len())) || self.filled_with.as_slice() == pages;
            self.filled_with = pages.last().copied().filter(|_| fills);
            if fills {
                self.tally.filling += pages.len() as u64;
            } else {
                self.tally.commits += 1;
                self.pages.push(pages);
            }
        }
    }

    fn tally(&mut self) -> Tally {
        self.count();
        self.tally.written = io("write_bytes:");
        self.tally.handed_over = io("wchar:");
        self.tally
    }

    /// Which tables and indices the commits since the `from`th wrote.
    fn print_pages(&self, from: usize) {
        let copy = self.database.with_extension("copy");
        std::fs::copy(&self.log, self.database.with_extension("copy-wal")).unwrap();
        std::fs::copy(&self.database, &copy).unwrap();
        let conn = rusqlite::Connection::open(&copy).unwrap();
        let mut owners = conn.prepare("SELECT pageno, name FROM dbstat").unwrap();
        let owners = owners.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let owners: BTreeMap<u32, String> = owners.map(Result::unwrap).collect();
        let mut written: BTreeMap<&str, u64> = BTreeMap::new();
        println!("-- what each commit wrote");
        for commit in &self.pages[from..] {
            let names = commit.iter().map(|page| owners.get(page).map_or("?", String::as_str));
            let names: Vec<&str> = names.collect();
            println!("{:>3} {}", names.len(), names.join(" "));
            names.iter().for_each(|name| *written.entry(name).or_default() += 1);
        }
        let mut written: Vec<_> = written.into_iter().collect();
        written.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (name, count) in written {
            println!("{count:>7} {name}");
        }
    }
}

fn io(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
