//! The whole box in virtual time: the real modem, desk and store against the simulated modem and network. The same wiring
//! as the daemon's event loop, without threads, clocks or files.

use std::time::{Duration, Instant};
use textback::checkup::Machine;
use textback::clock::{Clock, Now, Steady, Trust, Wall};
use textback::config::Config;
use textback::daemon::{desk_input, modem_options};
use textback::desk::{Desk, Effects, Input, Next};
use textback::flight::Recorder;
use textback::modem::{self, Event, Modem, Output};
use textback::sim::{Caller, Family, Fault, Number, World};
use textback::store::Store;

pub const OWNER: &str = "+15125550100";
pub const DAVE: &str = "+15125557788";
pub const ANNA: &str = "+15125553311";

/// Tuesday 2026-11-24 14:02:00 in Austin.
const START_UTC_MS: i64 = 1_795_550_520_000;
const OFFSET_S: i32 = -6 * 3600;
/// Turns of the wiring at one instant before it counts as a loop.
const MAX_TURNS: usize = 100_000;

pub struct Appliance {
    pub world: World,
    modem: Modem,
    desk: Desk,
    pub store: Store,
    config: Config,
    clock: Clock,
    start: Instant,
    pub at: Instant,
    modem_due: Option<Instant>,
    desk_due: Option<Instant>,
    send_due: Option<Instant>,
    ready: bool,
    submitting: bool,
    unplugged: bool,
    /// Every event of the modem, for failures to show.
    pub events: Vec<(Duration, Event)>,
    /// Octets a time on the wire, both ways: 0 for whole.
    pub split: usize,
    pub recorder: Recorder,
}

impl Appliance {
    pub fn new(family: Family) -> Self {
        Self::configured(family, "")
    }

    /// With more lines of configuration.
    pub fn configured(family: Family, more: &str) -> Self {
        let text = format!(
            "company = \"Hill Country Plumbing\"\nowner = \"{OWNER}\"\ncountry = \"US\"\ntimezone = \"America/Chicago\"\n{more}"
        );
        let config = Config::parse(&text).unwrap_or_else(|e| panic!("{e:?}"));
        let start = Instant::now();
        let mut world = World::new(family, 7, start);
        world.set_utc(start, START_UTC_MS / 1000);
        let mut new = Appliance {
            world,
            modem: Modem::new(modem_options(&config)),
            desk: Desk::new(&config),
            store: Store::open_in_memory().unwrap(),
            config,
            clock: Clock::new(start, Steady(0)),
            start,
            at: start,
            modem_due: None,
            desk_due: None,
            send_due: None,
            ready: false,
            submitting: false,
            unplugged: false,
            events: Vec::new(),
            split: 0,
            recorder: Recorder::new(41),
        };
        new.recorder.port_opened(start);
        new.tell(Input::Started);
        new.modem.handle(modem::Input::PortOpened, start);
        new.run(Duration::from_secs(60));
        new
    }

    /// A crash and a restart: everything but the database and the world is forgotten.
    pub fn crash(&mut self) {
        let steady = self.clock.steady(self.at);
        self.clock = Clock::new(self.at, steady);
        self.modem = Modem::new(modem_options(&self.config));
        self.desk = Desk::new(&self.config);
        (self.modem_due, self.desk_due, self.send_due) = (None, None, None);
        (self.ready, self.submitting) = (false, false);
        self.tell(Input::Started);
        self.modem.handle(modem::Input::PortOpened, self.at);
    }

    pub fn unplug(&mut self) {
        self.unplugged = true;
        self.modem.handle(modem::Input::PortLost, self.at);
        self.ready = false;
    }

    pub fn replug(&mut self) {
        self.unplugged = false;
        self.world.restart(self.at);
        self.modem.handle(modem::Input::PortOpened, self.at);
    }

    pub fn inject(&mut self, fault: Fault) {
        self.world.inject(fault, self.at);
    }

    pub fn call(&mut self, number: &str, rings_for_s: u64) {
        self.world.call(
            Caller::Known(Number::new(number)),
            Duration::from_secs(rings_for_s),
            self.at,
        );
    }

    pub fn withheld_call(&mut self, rings_for_s: u64) {
        self.world
            .call(Caller::Withheld, Duration::from_secs(rings_for_s), self.at);
    }

    pub fn text(&mut self, from: &str, body: &str) {
        self.world.text(&Number::new(from), body, self.at);
    }

    /// Everything that phone has received, oldest first.
    pub fn inbox(&self, number: &str) -> Vec<String> {
        let phone = self.world.phone(&Number::new(number));
        phone
            .map(|p| p.texts.iter().map(|t| t.text.clone()).collect())
            .unwrap_or_default()
    }

    /// The one text that phone received since `before` were there; panics with everything known if it isn't one.
    pub fn one_new(&self, number: &str, before: usize) -> String {
        let inbox = self.inbox(number);
        assert_eq!(
            inbox.len(),
            before + 1,
            "{number} has {inbox:#?}\nevents: {:#?}",
            self.events
        );
        inbox[before].clone()
    }

    pub fn run_s(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// Lets `time` pass; everything due happens at its moment.
    pub fn run(&mut self, time: Duration) {
        let until = self.at + time;
        loop {
            self.settle();
            let send_due = self.send_due.filter(|_| self.ready && !self.submitting);
            let next = [self.world.deadline(), self.modem_due, self.desk_due, send_due]
                .into_iter()
                .flatten()
                .min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.at = next.max(self.at);
            self.world.tick(self.at);
            if self.modem_due.is_some_and(|due| due <= self.at) {
                self.modem_due = None;
                self.modem.handle(modem::Input::Tick, self.at);
            }
            if self.desk_due.is_some_and(|due| due <= self.at) {
                self.desk_due = None;
                self.tell(Input::Due);
            }
            if self.send_due.is_some_and(|due| due <= self.at) {
                self.send_due = None;
                self.send_next();
            }
        }
        self.at = until;
        self.world.tick(until);
    }

    pub fn now(&self) -> Now {
        let passed = i64::try_from(self.at.duration_since(self.start).as_millis()).unwrap();
        let wall = Wall {
            utc_ms: START_UTC_MS + passed,
            offset_s: OFFSET_S,
            trust: Trust::Synchronised,
        };
        Now {
            steady: self.clock.steady(self.at),
            wall,
        }
    }

    /// Queues a text as `textback send` does.
    pub fn send(&mut self, to: &str, text: &str) -> Result<(), String> {
        let effects = self.tell(Input::Send {
            to: to.to_owned(),
            text: text.to_owned(),
        });
        effects.queued.expect("an answer to Send").map(|_| ())
    }

    fn settle(&mut self) {
        for _ in 0..MAX_TURNS {
            if !self.turn() {
                return;
            }
        }
        panic!(
            "no end to it at {:?}: {:#?}",
            self.at.duration_since(self.start),
            self.events.last()
        );
    }

    /// One exchange; false when nobody had anything to say.
    fn turn(&mut self) -> bool {
        let mut busy = false;
        loop {
            match self.modem.poll() {
                Output::Transmit(bytes) => {
                    busy = true;
                    self.recorder.said(&bytes, self.at);
                    for piece in bytes.chunks(if self.split == 0 {
                        bytes.len().max(1)
                    } else {
                        self.split
                    }) {
                        if !self.unplugged {
                            self.world.handle_bytes(piece, self.at);
                        }
                    }
                }
                Output::Event(event) => {
                    busy = true;
                    self.events.push((self.at.duration_since(self.start), event.clone()));
                    self.event(event);
                }
                // This bench has nothing outside the modem.
                Output::Power(step) => self.modem.handle(
                    modem::Input::Stepped {
                        step,
                        outcome: Err("no board".to_owned()),
                    },
                    self.at,
                ),
                Output::ReopenPort => {
                    busy = true;
                    self.modem.handle(modem::Input::PortLost, self.at);
                    self.modem.handle(modem::Input::PortOpened, self.at);
                }
                Output::Wait(until) => {
                    self.modem_due = until;
                    break;
                }
            }
        }
        while let Some(bytes) = self.world.poll_bytes() {
            busy = true;
            self.recorder.heard(&bytes, self.at);
            for piece in bytes.chunks(if self.split == 0 {
                bytes.len().max(1)
            } else {
                self.split
            }) {
                if !self.unplugged {
                    self.modem.handle(modem::Input::Bytes(piece), self.at);
                }
            }
        }
        busy
    }

    fn event(&mut self, event: Event) {
        match &event {
            Event::ReadyToSubmit => {
                self.ready = true;
                self.send_next();
            }
            Event::Submitted { .. } => self.submitting = false,
            Event::Condition(condition) if *condition != modem::Condition::Ready => self.ready = false,
            _ => {}
        }
        if let Some(input) = desk_input(event, Machine::default) {
            self.tell(input);
        }
    }

    fn tell(&mut self, input: Input) -> Effects {
        let now = self.now();
        let effects = self.desk.handle(&mut self.store, input, now).unwrap();
        for token in &effects.committed {
            self.modem.handle(modem::Input::Committed(*token), self.at);
        }
        match effects.permit {
            None => {}
            Some(Ok(outbox)) => self.modem.handle(modem::Input::Permit(outbox), self.at),
            Some(Err(outbox)) => self.modem.handle(modem::Input::Withdraw(outbox), self.at),
        }
        self.desk_due = effects.wake.map(|steady| self.clock.instant(steady));
        if effects.send {
            self.send_next();
        }
        effects
    }

    fn send_next(&mut self) {
        if !self.ready || self.submitting {
            return;
        }
        let now = self.now();
        match self.desk.next_submission(&mut self.store, now).unwrap() {
            Next::Submit(submission) => {
                self.ready = false;
                self.submitting = true;
                self.send_due = None;
                self.modem.handle(modem::Input::Submit(submission), self.at);
            }
            Next::NotBefore(steady) => self.send_due = Some(self.clock.instant(steady)),
            Next::Empty => self.send_due = None,
        }
    }
}
