//! Everything the event loop decides with, between the modem and the clerk. No waiting in here.

mod done;
mod input;
mod notes;

pub use input::desk_input;

use super::clerk::{Clerk, Job};
use super::control::Answer;
use super::flight::Flight;
use super::handover::Handover;
use super::power::{Power, Stepped};
use super::state::{self, State};
use super::wallclock::{self, WallClock};
use super::{modem_options, pin};
use crate::board::{Press, Shown};
use crate::clock::{Clock, Now, Steady};
use crate::config::{Config, Topology};
use crate::desk::health::condition::BoxCondition;
use crate::desk::{self, Desk};
use crate::modem::{self, Condition, Event, Modem, Output};
use crate::sms;
use crate::store::Store;
use notes::Notes;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Instant;

/// Everything the event loop decides with: the modem, the clerk, the clocks, and what is under way between them.
pub(super) struct Exchange {
    /// The PIN the modem was given.
    pub(super) pin: Option<String>,
    pub(super) modem: Modem,
    pub(super) clerk: Clerk,
    pub(super) clock: Clock,
    pub(super) wall: WallClock,
    /// To whoever sets the system clock.
    handover: Handover,
    pub(super) state: State,
    /// What went over the line lately.
    pub(super) flight: Flight,
    notes: Notes,
    pub(super) transmit: Vec<u8>,
    pub(super) reopen: bool,
    /// When the modem wants its next tick.
    pub(super) modem_due: Option<Instant>,
    /// When the desk wants its next [`desk::Input::Due`].
    pub(super) desk_due: Option<Instant>,
    /// When a queued row may go at the earliest.
    pub(super) send_due: Option<Instant>,
    /// The modem would take a row.
    pub(super) modem_ready: bool,
    /// A question for the next row is with the clerk.
    pub(super) asked_next: bool,
    /// A row is with the modem.
    pub(super) submitting: bool,
    /// When this run began, and what the desk was last told of the box.
    pub(super) began: Steady,
    pub(super) observed: Option<BoxCondition>,
    /// Until when the button's claim window is open, for the lights.
    claim_until: Option<Instant>,
    /// Who waits for an examination.
    pub(super) examiners: Vec<tokio::sync::oneshot::Sender<Box<modem::Report>>>,
    /// Who waits for a measurement of the signal.
    pub(super) measurers: Vec<tokio::sync::oneshot::Sender<Answer>>,
    /// Where the database is.
    pub(super) database: PathBuf,
    pub(super) topology: Topology,
    /// What only the outside of the modem can do.
    pub(super) power: Power,
    /// The answer to `textback send`, in order of asking.
    pub(super) senders: VecDeque<tokio::sync::oneshot::Sender<Answer>>,
}

/// Random bits for the box's codes; only those of its first start are kept.
fn secret() -> anyhow::Result<desk::team::claim::Secret> {
    let mut bits = [0; 32];
    let filled = rustix::rand::getrandom(&mut bits, rustix::rand::GetRandomFlags::empty())?;
    anyhow::ensure!(
        filled == bits.len(),
        "the system gave {filled} random octets of {}",
        bits.len()
    );
    Ok(desk::team::claim::Secret(bits))
}

impl Exchange {
    pub(super) fn start(config: &Config, store: Store, power: Power) -> anyhow::Result<Self> {
        let at = Instant::now();
        let last = store.last_time()?;
        let mut wall = WallClock::new(config.timezone.clone(), last);
        let started = wall.now(at);
        let base = state::resume_steady(last, started);
        let desk = Desk::new(config);
        let state = State::new(at);
        let options = modem::Options {
            pin_known_wrong: pin::known_wrong(config, &store)?,
            power: power.steps(),
            ..modem_options(config)
        };
        let mut new = Exchange {
            pin: config.modem.pin.clone(),
            modem: Modem::new(options),
            clerk: Clerk::start(store, desk)?,
            clock: Clock::new(at, base),
            wall,
            handover: Handover::from_systemd(),
            state,
            flight: Flight::new(config),
            notes: Notes::default(),
            transmit: Vec::new(),
            reopen: false,
            modem_due: None,
            desk_due: None,
            send_due: None,
            modem_ready: false,
            asked_next: false,
            submitting: false,
            began: base,
            observed: None,
            claim_until: None,
            examiners: Vec::new(),
            measurers: Vec::new(),
            database: config.store.clone(),
            topology: config.topology,
            power,
            senders: VecDeque::new(),
        };
        new.tell(desk::Input::Secret(secret()?))?;
        new.tell(desk::Input::Started)?;
        Ok(new)
    }

    pub(super) fn now(&mut self) -> Now {
        let at = Instant::now();
        Now {
            steady: self.clock.steady(at),
            wall: self.wall.now(at),
        }
    }

    /// What the lights are to show.
    pub(super) fn shown(&mut self) -> Shown {
        let at = Instant::now();
        if self.claim_until.is_some_and(|until| at < until) {
            return Shown::ClaimWindow;
        }
        self.state.shown(self.wall.now(at).trust)
    }

    pub(super) fn give(&self, job: Job) -> anyhow::Result<()> {
        anyhow::ensure!(self.clerk.give(job), "the thread that owns the database has died");
        Ok(())
    }

    /// Gives the desk an input; if the modem is free, asks for the next row in the same turn.
    pub(super) fn tell(&mut self, input: desk::Input) -> anyhow::Result<()> {
        let ready = self.modem_ready && !self.asked_next && !self.submitting;
        self.asked_next |= ready;
        let now = self.now();
        self.give(Job::Desk { input, now, ready })
    }

    /// The last job before the clerk stops.
    pub(super) fn stopping(&mut self) {
        let (input, now) = (desk::Input::Stopping, self.now());
        let ready = false;
        // A clerk that is gone says so when it is stopped.
        let _ = self.give(Job::Desk { input, now, ready });
    }

    pub(super) fn ask_next(&mut self) -> anyhow::Result<()> {
        if self.modem_ready && !self.asked_next && !self.submitting {
            self.asked_next = true;
            let now = self.now();
            self.give(Job::Next { now })?;
        }
        Ok(())
    }

    /// A time that turned out false is on record.
    fn look_at_clock(&mut self) -> anyhow::Result<()> {
        let _ = self.now();
        if let Some(back) = self.wall.take_set_back() {
            tracing::warn!(%back, "the clock was set back");
            self.tell(desk::Input::Note {
                what: "clock_set_back".to_owned(),
                why: back.to_string(),
            })?;
        }
        Ok(())
    }

    /// Tells the desk how the box is, when that has changed.
    fn observe(&mut self) -> anyhow::Result<()> {
        let condition = self.state.for_status(self.began);
        if self.observed.as_ref() != Some(&condition) {
            self.observed = Some(condition.clone());
            self.give(Job::Observe(condition))?;
        }
        Ok(())
    }

    /// Takes everything the modem has to say.
    pub(super) fn pump(&mut self) {
        loop {
            match self.modem.poll() {
                Output::Transmit(bytes) => {
                    self.flight.said(&bytes, Instant::now());
                    self.transmit.extend_from_slice(&bytes);
                }
                Output::ReopenPort => self.reopen = true,
                Output::Power(step) => self.power.take(step),
                Output::Wait(until) => {
                    self.modem_due = until;
                    if let Err(error) = self.observe() {
                        tracing::error!(%error, "the box's condition found no clerk");
                    }
                    return;
                }
                Output::Event(event) => {
                    if let Err(error) = self.event(event) {
                        // The dead clerk is found by the select loop, which ends the daemon.
                        tracing::error!(%error, "an event found no clerk");
                    }
                }
            }
        }
    }

    pub(super) fn event(&mut self, event: Event) -> anyhow::Result<()> {
        self.state.learn(&event);
        let wall = self.now().wall;
        self.flight.note(&event, Instant::now(), (wall.utc_ms, wall.offset_s));
        match &event {
            Event::ReadyToSubmit => {
                self.modem_ready = true;
                self.ask_next()?;
            }
            Event::Submitted { .. } => self.submitting = false,
            Event::NetworkTime { utc_ms, offset_s } => {
                if self.wall.network_time(*utc_ms, *offset_s, Instant::now()) {
                    self.handover.network_time(*utc_ms, wallclock::system_now_ms());
                }
                self.look_at_clock()?;
            }
            Event::Received(received) => {
                // What can't be decoded is for the desk to keep; it has no time stamp for us.
                if let Some(utc_ms) = sms::decode(&received.pdu).ok().and_then(|pdu| pdu.service_centre_ms()) {
                    self.wall.stamped(utc_ms, Instant::now());
                    self.look_at_clock()?;
                }
            }
            Event::Note { what, why } => {
                tracing::info!(what, why, "modem");
                if let Some(setting) = pin::to_remember(what, self.pin.as_deref()) {
                    let now = self.now();
                    self.give(Job::Remember { setting, now })?;
                }
                let Some(why) = self.notes.take(what, why, Instant::now()) else {
                    return Ok(());
                };
                let what = (*what).to_owned();
                return self.tell(desk::Input::Note { what, why });
            }
            Event::Condition(condition) if *condition != Condition::Ready => self.modem_ready = false,
            Event::CallStarted { .. }
            | Event::CallIdentified { .. }
            | Event::CallEnded(_)
            | Event::Submitting { .. }
            | Event::Identity(_)
            | Event::Condition(_)
            | Event::Registration(_)
            | Event::Signal(_)
            | Event::Storage { .. }
            | Event::Balance(_)
            | Event::MissedMemory(_)
            | Event::Deaf { .. }
            | Event::Hears { .. } => {}
            Event::Measured(signal) => {
                let answer = Answer::Ok(state::signal_json(*signal));
                for asker in self.measurers.drain(..) {
                    // The asker may have hung up: nobody to tell.
                    let _ = asker.send(answer.clone());
                }
            }
            Event::Examined(report) => {
                for asker in self.examiners.drain(..) {
                    // The asker may have hung up: nobody to tell.
                    let _ = asker.send(report.clone());
                }
            }
        }
        let machine = || super::machine::look(&self.database, Some(!self.state.disk_refuses()));
        match desk_input(event, machine) {
            Some(input) => self.tell(input),
            None => Ok(()),
        }
    }

    /// The earliest of what is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let send_due = self
            .send_due
            .filter(|_| self.modem_ready && !self.asked_next && !self.submitting);
        [self.modem_due, self.desk_due, send_due].into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self) {
        let at = Instant::now();
        if self.modem_due.is_some_and(|due| due <= at) {
            self.modem.handle(modem::Input::Tick, at);
        }
        let mut result = self.look_at_clock();
        if self.desk_due.is_some_and(|due| due <= at) {
            self.desk_due = None;
            result = result.and_then(|()| self.tell(desk::Input::Due));
        }
        if self.send_due.is_some_and(|due| due <= at) {
            result = result.and_then(|()| self.ask_next());
            if self.asked_next {
                self.send_due = None;
            }
        }
        if let Err(error) = result {
            tracing::error!(%error, "a timer found no clerk");
        }
    }

    /// The button at the box.
    pub(super) fn pressed(&mut self, press: Press) -> anyhow::Result<()> {
        match press {
            Press::Claim => {
                self.claim_until = Some(Instant::now() + desk::team::claim::WINDOW_FOR);
                self.tell(desk::Input::ClaimWindow)
            }
            Press::Clear => self.tell(desk::Input::ClearOwners),
        }
    }

    /// A step from outside was taken, or could not be.
    pub(super) fn stepped(&mut self, stepped: Stepped) {
        let Stepped { step, outcome } = stepped;
        match &outcome {
            Ok(()) => tracing::warn!(step = step.name(), "a recovery step was taken"),
            Err(why) => tracing::warn!(step = step.name(), %why, "a recovery step could not be taken"),
        }
        self.modem
            .handle(modem::Input::Stepped { step, outcome }, Instant::now());
    }

    pub(super) fn lose_port(&mut self, why: &'static str) {
        tracing::debug!(why, "port closed");
        self.modem_ready = false;
        self.transmit.clear();
        self.flight.port_lost(Instant::now());
        for asker in self.measurers.drain(..) {
            // The asker may have hung up: nobody to tell.
            let _ = asker.send(Answer::Error(why.to_owned()));
        }
        // Dropped, they tell their askers.
        self.examiners.clear();
        self.modem.handle(modem::Input::PortLost, Instant::now());
        self.pump();
    }

    pub(super) fn reload(&mut self, config: Box<Config>) -> anyhow::Result<()> {
        tracing::info!("templates and limits read again");
        self.wall.set_zone(config.timezone.clone());
        self.give(Job::Reconfigure(config))
    }
}
