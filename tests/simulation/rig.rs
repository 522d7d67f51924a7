//! The whole box in virtual time: the real modem, desk, store, clocks and wiring of the daemon, against the simulated modem
//! and network. What the daemon leaves to threads and the kernel is here: a clerk that takes time, a port that comes and
//! goes, a process that dies.
//!
//! The wiring is that of `daemon::exchange` and `daemon::clerk`, step by step.

use super::chance::Chance;
use super::disk::{self, Disk, Image};
use super::plan::Break;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use textback::checkup::Machine;
use textback::clock::{Clock, Now};
use textback::config::Config;
use textback::daemon::state::resume_steady;
use textback::daemon::wallclock::WallClock;
use textback::daemon::{desk_input, modem_options};
use textback::desk::{Desk, Effects, Input, Next};
use textback::modem::{self, Condition, Event, Modem, Output};
use textback::sim::{self, Family, World};

pub const OWNER: &str = "+15125550100";
/// Tuesday 2026-11-24 14:02:00 in Austin.
pub const START_UTC_MS: i64 = 1_795_550_520_000;
/// The clerk's pause before a refused transaction is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(2);
/// The daemon's pause before it opens a port anew.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);
/// The clerk's quiet time before it moves the log into the database.
const QUIET: Duration = Duration::from_secs(5);
/// What the clerk leaves for later is durable within this.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);
/// A commit on a good card.
const COMMIT_TAKES: Duration = Duration::from_millis(4);
/// Turns at one instant before it counts as a loop.
const MAX_TURNS: usize = 200_000;
/// Moments at which something happened, at the start and in each hour after. Idle polling takes a tenth of it.
const MAX_MOMENTS: u64 = 200_000;
const MAX_MOMENTS_AN_HOUR: u64 = 20_000;

#[expect(clippy::large_enum_variant, reason = "a queue of a few, as in the daemon")]
enum Job {
    Desk { input: Input, now: Now, ready: bool },
    Next { now: Now },
}

enum Done {
    Desk(Effects, Option<Next>),
    Next(Next),
}

/// The process while it lives.
struct Process {
    modem: Modem,
    desk: Desk,
    clock: Clock,
    wall: WallClock,
    jobs: VecDeque<Job>,
    done: Option<(Instant, Done)>,
    retry_at: Option<Instant>,
    modem_due: Option<Instant>,
    desk_due: Option<Instant>,
    send_due: Option<Instant>,
    checkpoint_at: Option<Instant>,
    settle_by: Option<Instant>,
    reopen_at: Option<Instant>,
    ready: bool,
    asked: bool,
    submitting: bool,
    port: bool,
}

/// A death that waits for its moment.
#[derive(Debug, Clone, Copy)]
struct Armed {
    way: Way,
    left: u64,
    down: Duration,
    /// From that moment to the death.
    after: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    AfterCommit,
    InWrite,
    CutInCommit,
    CutAfterCommit,
    /// In a commit, and once more while the next start opens the database.
    CutsInARow,
    CutInStart,
    CutInCheckpoint,
}

pub struct Rig {
    pub world: World,
    pub disk: Disk,
    pub at: Instant,
    pub start: Instant,
    config: Config,
    chance: Chance,
    process: Option<Process>,
    /// When a dead process starts again, and whether the modem was without power too.
    down_until: Option<(Instant, bool)>,
    unplugged_until: Option<Instant>,
    /// The modem shows a CD-ROM: there is no port.
    cd_rom: bool,
    full_until: Option<Instant>,
    read_only_until: Option<Instant>,
    /// From then on something may wait that could not be written.
    unwritable_since: Option<Instant>,
    /// The process died with that: what it had heard since then is nowhere.
    pub unwritten_since: Option<Instant>,
    slow: Option<(Instant, Duration)>,
    system_ms: i64,
    armed: Option<Armed>,
    /// While a power cut is armed: what was on the disk when all of it was last synced.
    synced: Option<Image>,
    /// The power goes then, and stays away so long.
    cut_at: Option<(Instant, Duration)>,
    /// What the line between modem and box spoilt, as the modem said it, and when.
    pub spoilt: Vec<(Instant, String)>,
    /// What the world did since it was last looked at.
    pub witnessed: Vec<sim::Event>,
    /// What the modem said, for failures to show.
    pub events: VecDeque<(Duration, Event)>,
    /// What is wrong so far.
    pub wrong: Vec<String>,
    pub tally: super::coverage::Tally,
    moments: u64,
    /// Since when the box is ready without a break.
    pub well_since: Option<Instant>,
    /// The last time calls could have gone unseen for a reason of ours: dead, no port, not ready.
    pub last_unwell: Instant,
}

impl Rig {
    pub fn new(family: Family, seed: u64, more: &str) -> Rig {
        let text = format!(
            "company = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ncountry = \"US\"\ntimezone = \"America/Chicago\"\n{more}"
        );
        let config = Config::parse(&text).unwrap_or_else(|e| panic!("{e:?}"));
        let start = Instant::now();
        let mut world = World::new(family, seed, start);
        world.set_utc(start, START_UTC_MS / 1000);
        let mut rig = Rig {
            world,
            disk: Disk::new(),
            at: start,
            start,
            config,
            chance: Chance::new(seed ^ 0x5EED),
            process: None,
            down_until: None,
            unplugged_until: None,
            cd_rom: false,
            full_until: None,
            read_only_until: None,
            unwritable_since: None,
            unwritten_since: None,
            slow: None,
            system_ms: START_UTC_MS,
            armed: None,
            synced: None,
            cut_at: None,
            spoilt: Vec::new(),
            witnessed: Vec::new(),
            events: VecDeque::new(),
            wrong: Vec::new(),
            tally: super::coverage::Tally::default(),
            moments: 0,
            well_since: None,
            last_unwell: start,
        };
        rig.boot();
        rig
    }

    pub fn passed(&self) -> Duration {
        self.at.duration_since(self.start)
    }

    /// Ready for calls and texts.
    pub fn is_well(&self) -> bool {
        let process = self.process.as_ref();
        process.is_some_and(|p| p.port && *p.modem.condition() == Condition::Ready)
    }

    /// Queues a text as `textback send` does.
    pub fn send(&mut self, to: &str, text: &str) {
        let (to, text) = (to.to_owned(), text.to_owned());
        self.tell(Input::Send { to, text });
    }

    /// Lets time pass until then; what the world did meanwhile.
    pub fn pass(&mut self, time: Duration) -> Vec<sim::Event> {
        let until = self.at + time;
        let mut seen = Vec::new();
        while self.at < until {
            self.advance(until);
            seen.append(&mut self.witnessed);
        }
        seen
    }

    /// Breaks something.
    pub fn break_it(&mut self, what: Break) {
        let s = Duration::from_secs;
        match what {
            Break::Unplug { for_s } => {
                self.unplugged_until = Some(self.at + s(for_s));
                self.lose_port();
            }
            Break::Kill { down_s } => {
                let image = self.disk.image();
                self.die(&image, s(down_s), false);
            }
            Break::KillAfterCommit { n, down_s } => self.arm(Way::AfterCommit, n, down_s),
            Break::KillInWrite { n, down_s } => self.arm(Way::InWrite, n, down_s),
            Break::PowerCutInCommit { n, down_s } => self.arm(Way::CutInCommit, n, down_s),
            Break::PowerCutAfterCommit { n, after_ms, down_s } => {
                self.arm(Way::CutAfterCommit, n, down_s);
                if let Some(armed) = &mut self.armed {
                    armed.after = Duration::from_millis(after_ms);
                }
            }
            Break::PowerCutsInARow { n, down_s } => self.arm(Way::CutsInARow, n, down_s),
            Break::PowerCutInCheckpoint { down_s } => self.arm(Way::CutInCheckpoint, 1, down_s),
            Break::DiskFull { for_s } => {
                self.full_until = Some(self.at + s(for_s));
                if self.process.is_some() {
                    self.disk.store().limit_pages(Some(1)).unwrap();
                }
            }
            Break::DiskReadOnly { for_s } => {
                self.unwritable_since.get_or_insert(self.at);
                self.read_only_until = Some(self.at + s(for_s));
                if self.process.is_some() {
                    self.disk.store().refuse_writes(true).unwrap();
                }
            }
            Break::SlowDisk { ms, for_s } => self.slow = Some((self.at + s(for_s), Duration::from_millis(ms))),
            Break::ClockStep { by_s } => self.system_ms += by_s * 1000,
        }
    }

    /// All that is broken on our side is whole again.
    pub fn mend(&mut self) {
        self.armed = None;
        self.cut_at = None;
        self.slow = None;
        self.system_ms = START_UTC_MS;
        self.full_until = self.full_until.map(|_| self.at);
        self.read_only_until = self.read_only_until.map(|_| self.at);
        self.unplugged_until = self.unplugged_until.map(|_| self.at);
        self.down_until = self.down_until.map(|(_, cut)| (self.at, cut));
    }

    fn arm(&mut self, way: Way, left: u64, down_s: u64) {
        self.armed = Some(Armed {
            way,
            left,
            down: Duration::from_secs(down_s),
            after: Duration::ZERO,
        });
        self.synced = None;
    }

    /// How long it lasts and when it comes, if the armed death strikes now.
    fn strikes_in(&mut self, way: Way) -> Option<(Duration, Duration)> {
        let armed = self.armed.as_mut().filter(|armed| armed.way == way)?;
        armed.left -= 1;
        if armed.left > 0 {
            return None;
        }
        let (down, after) = (armed.down, armed.after);
        self.armed = None;
        Some((down, after))
    }

    fn strikes(&mut self, way: Way) -> Option<Duration> {
        self.strikes_in(way).map(|(down, _)| down)
    }

    /// Notes what a power cut can't take back, as long as one may come.
    fn note_synced(&mut self) {
        let cuts = |armed: Armed| !matches!(armed.way, Way::AfterCommit | Way::InWrite);
        let comes = self.armed.is_some_and(cuts) || self.cut_at.is_some();
        if comes && self.disk.store().is_settled() {
            let mut synced = self.disk.image();
            synced.forget_unsynced_filling();
            self.synced = Some(synced);
        }
    }

    /// The power goes now: what was written since the last sync may be there or not.
    fn cut(&mut self, down: Duration) {
        let now = self.disk.image();
        let left = match &self.synced {
            Some(synced) => disk::torn(synced, &now, &mut self.chance),
            None => now,
        };
        self.die(&left, down, true);
    }

    fn die(&mut self, left: &Image, down: Duration, cut: bool) {
        let Some(process) = self.process.take() else { return };
        let waits = self.read_only_until.is_some() || !process.jobs.is_empty();
        self.unwritten_since = self.unwritable_since.take().filter(|_| waits);
        self.go_down(left, down, cut);
    }

    /// What is left on the disk while nothing runs.
    fn go_down(&mut self, left: &Image, down: Duration, cut: bool) {
        self.cut_at = None;
        self.tally.count(if cut { "power cut" } else { "kill" });
        self.disk.die(left);
        // A start on a read-only disk waits until it is none.
        let up = (self.at + down).max(self.read_only_until.unwrap_or(self.at));
        self.down_until = Some((up, cut));
        if cut {
            // Without power the modem says and hears nothing, and no call gets through.
            self.world.inject(sim::Fault::Mute(down), self.at);
            self.world.inject(sim::Fault::RegistrationLost(down), self.at);
        }
        self.last_unwell = self.at;
    }

    /// The process starts.
    fn boot(&mut self) {
        if self.disk.is_closed() {
            let before = self.disk.image();
            self.disk.open();
            if let Some(down) = self.strikes(Way::CutInStart) {
                let left = disk::torn(&before, &self.disk.image(), &mut self.chance);
                return self.go_down(&left, down, true);
            }
        }
        if self.full_until.is_some() {
            self.disk.store().limit_pages(Some(1)).unwrap();
        }
        self.disk.store().refuse_writes(self.read_only_until.is_some()).unwrap();
        let last = self.disk.store().last_time().unwrap();
        let mut wall = WallClock::new(self.config.timezone.clone(), last);
        let started = wall.read(self.at, self.system_time());
        let base = resume_steady(last, started);
        self.process = Some(Process {
            modem: Modem::new(modem_options(&self.config)),
            desk: Desk::new(&self.config),
            clock: Clock::new(self.at, base),
            wall,
            jobs: VecDeque::new(),
            done: None,
            retry_at: None,
            modem_due: None,
            desk_due: None,
            send_due: None,
            checkpoint_at: None,
            settle_by: None,
            reopen_at: Some(self.at),
            ready: false,
            asked: false,
            submitting: false,
            port: false,
        });
        self.tell(Input::Started);
    }

    /// What the system's clock shows, UTC milliseconds.
    fn system_time(&self) -> i64 {
        self.system_ms + i64::try_from(self.passed().as_millis()).unwrap()
    }

    fn now(&mut self) -> Now {
        let system = self.system_time();
        let at = self.at;
        let process = self.process.as_mut().expect("a living process");
        Now {
            steady: process.clock.steady(at),
            wall: process.wall.read(at, system),
        }
    }

    fn lose_port(&mut self) {
        self.last_unwell = self.at;
        let at = self.at;
        let Some(process) = &mut self.process else { return };
        if process.port {
            process.port = false;
            process.ready = false;
            process.modem.handle(modem::Input::PortLost, at);
        }
        process.reopen_at = Some(at + REOPEN_PAUSE);
    }

    /// Lets time pass until then, or until the world did something.
    pub fn advance(&mut self, until: Instant) {
        loop {
            self.settle();
            self.look_at_health();
            if !self.witnessed.is_empty() {
                return;
            }
            let Some(next) = self.deadline().filter(|next| *next <= until) else {
                self.at = until.max(self.at);
                self.world.tick(self.at);
                return;
            };
            self.at = next.max(self.at);
            self.moments += 1;
            assert!(
                self.moments < MAX_MOMENTS + MAX_MOMENTS_AN_HOUR * (self.passed().as_secs() / 3600),
                "it never rests, at {:?}: {:#?}",
                self.passed(),
                self.events.iter().rev().take(40).collect::<Vec<_>>()
            );
            self.world.tick(self.at);
            self.come_due();
        }
    }

    fn look_at_health(&mut self) {
        if self.is_well() {
            self.well_since.get_or_insert(self.at);
        } else {
            self.well_since = None;
            self.last_unwell = self.at;
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let mut due = vec![
            self.world.deadline(),
            self.down_until.map(|(at, _)| at),
            self.unplugged_until,
            self.full_until,
            self.read_only_until,
            self.cut_at.map(|(at, _)| at),
        ];
        if let Some(p) = &self.process {
            let send = p.send_due.filter(|_| p.ready && !p.asked && !p.submitting);
            let done = p.done.as_ref().map(|(at, _)| *at);
            let reopen = p.reopen_at.filter(|_| self.has_port());
            due.extend([
                p.modem_due,
                p.desk_due,
                send,
                done,
                p.retry_at,
                p.checkpoint_at,
                p.settle_by,
                reopen,
            ]);
        }
        due.into_iter().flatten().min()
    }

    fn come_due(&mut self) {
        let at = self.at;
        if self.full_until.is_some_and(|until| until <= at) {
            self.full_until = None;
            if self.process.is_some() {
                self.disk.store().limit_pages(None).unwrap();
            }
        }
        if self.read_only_until.is_some_and(|until| until <= at) {
            self.read_only_until = None;
            if self.process.is_some() {
                self.disk.store().refuse_writes(false).unwrap();
            }
            if self.process.as_ref().is_none_or(|p| p.jobs.is_empty()) {
                self.unwritable_since = None;
            }
        }
        if self.unplugged_until.is_some_and(|until| until <= at) {
            self.unplugged_until = None;
            self.world.restart(at);
        }
        if let Some((until, cut)) = self.down_until
            && until <= at
        {
            self.down_until = None;
            if cut {
                self.world.restart(at);
            }
            self.boot();
        }
        if let Some((_, down)) = self.cut_at.filter(|(due, _)| *due <= at) {
            self.cut(down);
        }
        let there = self.has_port();
        let Some(p) = &mut self.process else { return };
        if p.settle_by.is_some_and(|due| due <= at) {
            // What the disk refuses waits for the next commit.
            p.settle_by = None;
            let _ = self.disk.store().settle();
            self.note_synced();
        }
        let Some(p) = &mut self.process else { return };
        if p.reopen_at.is_some_and(|due| due <= at) && there {
            p.reopen_at = None;
            p.port = true;
            while self.world.poll_bytes().is_some() {}
            p.modem.handle(modem::Input::PortOpened, at);
        }
        if p.modem_due.is_some_and(|due| due <= at) {
            p.modem_due = None;
            self.tally.wake_ups += 1;
            p.modem.handle(modem::Input::Tick, at);
        }
        if p.checkpoint_at.is_some_and(|due| due <= at) {
            p.checkpoint_at = None;
            self.checkpoint();
        }
        let Some(p) = &mut self.process else { return };
        if p.desk_due.is_some_and(|due| due <= at) {
            p.desk_due = None;
            self.tally.wake_ups += 1;
            self.tell(Input::Due);
        }
        let Some(p) = &mut self.process else { return };
        if p.send_due.is_some_and(|due| due <= at) && p.ready && !p.asked && !p.submitting {
            p.send_due = None;
            self.ask_next();
        }
    }

    fn has_port(&self) -> bool {
        self.unplugged_until.is_none() && !self.cd_rom
    }

    fn checkpoint(&mut self) {
        self.note_synced();
        match self.strikes(Way::CutInCheckpoint) {
            Some(down) => {
                // What the disk refuses stays in the log.
                let _ = self.disk.store().checkpoint();
                self.cut(down);
            }
            None => {
                let _ = self.disk.store().checkpoint();
            }
        }
    }

    fn settle(&mut self) {
        for _ in 0..MAX_TURNS {
            let mut busy = self.pump();
            busy |= self.clerk();
            busy |= self.listen();
            while let Some(said) = self.world.poll_spoilt() {
                self.spoilt.push((self.at, String::from_utf8_lossy(&said).into_owned()));
            }
            while let Some(event) = self.world.poll_event() {
                if event.what == sim::What::PortGone {
                    self.cd_rom = true;
                    self.lose_port();
                }
                self.cd_rom &= event.what != sim::What::PortBack;
                self.witnessed.push(event);
            }
            if !busy {
                return;
            }
        }
        panic!("no end to it at {:?}: {:?}", self.passed(), self.events.back());
    }

    /// What the modem wants.
    fn pump(&mut self) -> bool {
        let mut busy = false;
        loop {
            let Some(p) = &mut self.process else { return busy };
            match p.modem.poll() {
                Output::Transmit(bytes) => {
                    busy = true;
                    self.transmit(&bytes);
                }
                Output::Event(event) => {
                    busy = true;
                    self.event(event);
                }
                Output::Power(step) => {
                    busy = true;
                    let outcome = Err("this rig has no board".to_owned());
                    p.modem.handle(modem::Input::Stepped { step, outcome }, self.at);
                }
                Output::ReopenPort => {
                    busy = true;
                    self.lose_port();
                }
                Output::Wait(until) => {
                    p.modem_due = until;
                    return busy;
                }
            }
        }
    }

    fn transmit(&mut self, bytes: &[u8]) {
        let at = self.at;
        self.tally.writes += 1;
        if let Some(down) = self.strikes(Way::InWrite) {
            let most = u64::try_from(bytes.len()).unwrap();
            let cut = usize::try_from(self.chance.between(0, most)).unwrap();
            self.world.handle_bytes(&bytes[..cut], at);
            let image = self.disk.image();
            self.die(&image, down, false);
        } else if self.process.as_ref().is_some_and(|p| p.port) {
            self.world.handle_bytes(bytes, at);
        }
    }

    /// What the modem sent; nobody keeps it while the port is closed.
    fn listen(&mut self) -> bool {
        let at = self.at;
        let mut busy = false;
        while let Some(bytes) = self.world.poll_bytes() {
            if let Some(p) = self.process.as_mut().filter(|p| p.port) {
                busy = true;
                p.modem.handle(modem::Input::Bytes(&bytes), at);
            }
        }
        busy
    }

    fn event(&mut self, event: Event) {
        self.tally.event(&event);
        if self.events.len() >= 400 {
            self.events.pop_front();
        }
        self.events.push_back((self.passed(), event.clone()));
        let (at, process) = (self.at, self.process.as_mut());
        let Some(p) = process else { return };
        match &event {
            Event::ReadyToSubmit => {
                p.ready = true;
                self.ask_next();
            }
            Event::Submitted { .. } => p.submitting = false,
            Event::NetworkTime { utc_ms, offset_s } => {
                p.wall.network_time(*utc_ms, *offset_s, at);
                self.look_at_clock();
            }
            Event::Received(received) => {
                let stamp = textback::sms::decode(&received.pdu);
                if let Some(utc_ms) = stamp.ok().and_then(|pdu| pdu.service_centre_ms()) {
                    p.wall.stamped(utc_ms, at);
                    self.look_at_clock();
                }
            }
            Event::Condition(condition) if *condition != Condition::Ready => {
                p.ready = false;
                self.last_unwell = at;
            }
            _ => {}
        }
        if let Some(input) = desk_input(event, Machine::default) {
            self.tell(input);
        }
    }

    fn look_at_clock(&mut self) {
        let _ = self.now();
        let back = self.process.as_mut().and_then(|p| p.wall.take_set_back());
        if let Some(back) = back {
            self.tell(Input::Note {
                what: "clock_set_back".to_owned(),
                why: back.to_string(),
            });
        }
    }

    fn tell(&mut self, input: Input) {
        let now = self.now();
        let Some(p) = &mut self.process else { return };
        let ready = p.ready && !p.asked && !p.submitting;
        p.asked |= ready;
        p.jobs.push_back(Job::Desk { input, now, ready });
        self.tally.deepest_queue = self.tally.deepest_queue.max(p.jobs.len());
        p.checkpoint_at = None;
    }

    fn ask_next(&mut self) {
        let now = self.now();
        let Some(p) = &mut self.process else { return };
        if p.ready && !p.asked && !p.submitting {
            p.asked = true;
            p.jobs.push_back(Job::Next { now });
        }
    }

    /// The clerk's thread: one job at a time, each takes as long as the disk does.
    fn clerk(&mut self) -> bool {
        let at = self.at;
        let Some(p) = &mut self.process else { return false };
        if p.done.as_ref().is_some_and(|(due, _)| *due <= at) {
            if let Some((_, done)) = p.done.take() {
                self.act(done);
            }
            return true;
        }
        if p.done.is_some() || p.retry_at.is_some_and(|due| due > at) {
            return false;
        }
        p.retry_at = None;
        let Some(job) = p.jobs.front() else { return false };
        let takes = match self.slow {
            Some((until, takes)) if at < until => takes,
            _ => COMMIT_TAKES,
        };
        let done = match job {
            Job::Next { now } => {
                let now = *now;
                p.desk.next_submission(self.disk.store(), now).map(Done::Next)
            }
            Job::Desk { input, now, ready } => {
                let (input, now, ready) = (input.clone(), *now, *ready);
                match self.commit(input, now) {
                    Committed::Dead => return true,
                    Committed::Refused => {
                        if let Some(p) = &mut self.process {
                            p.retry_at = Some(at + RETRY_PAUSE);
                        }
                        return false;
                    }
                    Committed::Effects(effects) => {
                        let Some(p) = &mut self.process else { return true };
                        let next = ready
                            .then(|| p.desk.next_submission(self.disk.store(), now))
                            .transpose();
                        next.map(|next| Done::Desk(effects, next))
                    }
                }
            }
        };
        let Some(p) = &mut self.process else { return true };
        match done {
            Ok(done) => {
                p.jobs.pop_front();
                p.done = Some((at + takes, done));
                if p.jobs.is_empty() {
                    if self.read_only_until.is_none() {
                        self.unwritable_since = None;
                    }
                    p.checkpoint_at = Some(at + QUIET);
                }
            }
            Err(error) => panic!("a look at the database failed: {error}"),
        }
        true
    }

    fn commit(&mut self, input: Input, now: Now) -> Committed {
        self.note_synced();
        let submitting = match &input {
            Input::Submitting { outbox } => Some(*outbox),
            _ => None,
        };
        let Some(p) = &mut self.process else {
            return Committed::Dead;
        };
        let result = p.desk.handle(self.disk.store(), input, now);
        if let Err(error) = &result {
            self.tally.count("transaction refused by the disk");
            let said = error.to_string();
            if !said.contains("full") && !said.contains("readonly") {
                self.wrong.push(format!("the database refused: {said}"));
            }
        }
        match (result, submitting) {
            (Err(_), Some(outbox)) => Committed::Effects(Effects {
                permit: Some(Err(outbox)),
                ..Effects::default()
            }),
            (Err(_), None) => Committed::Refused,
            (Ok(effects), _) => {
                self.tally.commits += 1;
                if let Some(down) = self.strikes(Way::CutInCommit) {
                    self.cut(down);
                    return Committed::Dead;
                }
                if let Some(down) = self.strikes(Way::CutsInARow) {
                    self.cut(down);
                    self.arm(Way::CutInStart, 1, down.as_secs());
                    return Committed::Dead;
                }
                if let Some((down, after)) = self.strikes_in(Way::CutAfterCommit) {
                    self.cut_at = Some((self.at + after, down));
                }
                self.look_at_sync();
                if let Some(down) = self.strikes(Way::AfterCommit) {
                    let image = self.disk.image();
                    self.die(&image, down, false);
                    return Committed::Dead;
                }
                Committed::Effects(effects)
            }
        }
    }

    /// What was just committed is durable, or will be in time.
    fn look_at_sync(&mut self) {
        self.note_synced();
        let (at, settled) = (self.at, self.disk.store().is_settled());
        if let Some(p) = &mut self.process {
            p.settle_by = match settled {
                true => None,
                false => p.settle_by.or(Some(at + SETTLED_WITHIN)),
            };
        }
    }

    fn act(&mut self, done: Done) {
        match done {
            Done::Desk(effects, next) => {
                self.effects(&effects, next.is_none());
                if let Some(next) = next {
                    self.next(next);
                }
            }
            Done::Next(next) => self.next(next),
        }
    }

    fn effects(&mut self, effects: &Effects, look_for_more: bool) {
        let at = self.at;
        if let Some(Ok(outbox)) = effects.permit {
            self.check_permit(outbox);
        }
        let Some(p) = &mut self.process else { return };
        for token in &effects.committed {
            p.modem.handle(modem::Input::Committed(*token), at);
        }
        match effects.permit {
            None => {}
            Some(Ok(outbox)) => p.modem.handle(modem::Input::Permit(outbox), at),
            Some(Err(outbox)) => p.modem.handle(modem::Input::Withdraw(outbox), at),
        }
        p.desk_due = effects.wake.map(|steady| p.clock.instant(steady));
        if effects.send && look_for_more {
            p.send_due = Some(at);
        }
    }

    fn next(&mut self, next: Next) {
        let at = self.at;
        let Some(p) = &mut self.process else { return };
        p.asked = false;
        match next {
            Next::Submit(submission) => {
                p.send_due = None;
                p.ready = false;
                p.submitting = true;
                p.modem.handle(modem::Input::Submit(submission), at);
            }
            Next::NotBefore(steady) => p.send_due = Some(p.clock.instant(steady)),
            Next::Empty => p.send_due = None,
        }
    }

    /// Nobody who opted out is texted, but for the one answer.
    fn check_permit(&mut self, outbox: textback::ids::OutboxId) {
        let now = self.now();
        let forbidden = self.disk.store().look(now, |tx| {
            let Some(part) = tx.outbox_part(outbox)? else {
                return Ok(None);
            };
            let contact = tx.contact(&part.recipient)?;
            let message = tx.message(part.message)?;
            let answer = message.is_some_and(|m| m.kind == textback::store::types::Kind::Answer);
            Ok(contact.filter(|c| c.opted_out && !answer).map(|c| c.number))
        });
        if let Some(number) = forbidden.unwrap() {
            self.wrong
                .push(format!("a text was let out to {number}, who had opted out"));
        }
    }
}

enum Committed {
    Effects(Effects),
    Refused,
    Dead,
}
