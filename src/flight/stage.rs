//! The real modem layer, desk and an empty database in virtual time, wired as the daemon wires them; what the modem hardware
//! said is the script's.

use crate::checkup::Machine;
use crate::clock::{Clock, Now, Steady, Trust, Wall};
use crate::config::Config;
use crate::daemon::{desk_input, modem_options};
use crate::desk::{Desk, Effects, Input, Next};
use crate::modem::{self, Event, Modem, Output, SubmitOutcome};
use crate::sms::{self, Tpdu};
use crate::store::{Store, StoreError};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Exchanges between modem and desk at one instant before it counts as a loop.
const TURNS_MAX: usize = 10_000;
/// Commands said and not yet looked at.
const SAID_MAX: usize = 10_000;

/// One thing that happened or was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Since the beginning.
    pub at: Duration,
    pub what: String,
}

/// A box without a modem.
pub(super) struct Stage {
    modem: Modem,
    desk: Desk,
    store: Store,
    clock: Clock,
    start: Instant,
    pub at: Instant,
    utc_ms: i64,
    offset_s: i32,
    modem_due: Option<Instant>,
    desk_due: Option<Instant>,
    send_due: Option<Instant>,
    ready: bool,
    submitting: bool,
    /// The last journal line shown.
    journal_seen: i64,
    /// Commands and PDUs the modem layer said, oldest first.
    pub said: VecDeque<Vec<u8>>,
    /// What was decided and did happen.
    pub lines: Vec<Line>,
}

impl Stage {
    pub fn new(
        config: &Config,
        options: modem::Options,
        utc_ms: i64,
        offset_s: i32,
        start: Instant,
    ) -> Result<Stage, StoreError> {
        let mut stage = Stage {
            modem: Modem::new(modem::Options {
                reject_after: options.reject_after.or(modem_options(config).reject_after),
                ..options
            }),
            desk: Desk::new(config),
            store: Store::open_in_memory()?,
            clock: Clock::new(start, Steady(0)),
            start,
            at: start,
            utc_ms,
            offset_s,
            modem_due: None,
            desk_due: None,
            send_due: None,
            ready: false,
            submitting: false,
            journal_seen: 0,
            said: VecDeque::new(),
            lines: Vec::new(),
        };
        stage.tell(Input::Started)?;
        Ok(stage)
    }

    pub fn is_ready(&self) -> bool {
        *self.modem.condition() == modem::Condition::Ready
    }

    /// Gives the modem layer an input, and lets everything follow from it.
    pub fn give(&mut self, input: modem::Input<'_>) -> Result<(), StoreError> {
        if matches!(input, modem::Input::PortLost) {
            self.ready = false;
        }
        self.modem.handle(input, self.at);
        self.settle()
    }

    /// A text queued by hand.
    pub fn queue(&mut self, tpdu: &[u8]) -> Result<(), StoreError> {
        let Some((to, text)) = read(tpdu) else { return Ok(()) };
        let effects = self.tell(Input::Send { to, text })?;
        if let Some(Err(why)) = effects.queued {
            self.tell_of(format!("the text by hand is refused: {why}"));
        }
        self.settle()
    }

    /// Lets time pass until `until`, or until something is said; false if nothing was.
    pub fn until_said(&mut self, until: Instant) -> Result<bool, StoreError> {
        while self.said.is_empty() {
            if !self.step(until)? {
                self.at = until.max(self.at);
                return Ok(!self.said.is_empty());
            }
        }
        Ok(true)
    }

    /// Lets time pass.
    pub fn pass_to(&mut self, until: Instant) -> Result<(), StoreError> {
        while self.step(until)? {}
        self.at = until.max(self.at);
        Ok(())
    }

    /// The next thing that is due before `until`; false if there is none.
    fn step(&mut self, until: Instant) -> Result<bool, StoreError> {
        let send_due = self.send_due.filter(|_| self.ready && !self.submitting);
        let due = [self.modem_due, self.desk_due, send_due].into_iter().flatten().min();
        let Some(next) = due.filter(|due| *due <= until) else {
            return Ok(false);
        };
        self.at = next.max(self.at);
        if self.modem_due.is_some_and(|due| due <= self.at) {
            self.modem_due = None;
            self.modem.handle(modem::Input::Tick, self.at);
        }
        if self.desk_due.is_some_and(|due| due <= self.at) {
            self.desk_due = None;
            self.tell(Input::Due)?;
        }
        if self.send_due.is_some_and(|due| due <= self.at) {
            self.send_due = None;
            self.send_next()?;
        }
        self.settle()?;
        Ok(true)
    }

    fn now(&self) -> Now {
        let passed = i64::try_from(self.at.duration_since(self.start).as_millis()).unwrap_or(i64::MAX);
        Now {
            steady: self.clock.steady(self.at),
            wall: Wall {
                utc_ms: self.utc_ms.saturating_add(passed),
                offset_s: self.offset_s,
                trust: Trust::Synchronised,
            },
        }
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        for _ in 0..TURNS_MAX {
            match self.modem.poll() {
                Output::Transmit(octets) => {
                    for piece in octets.split_inclusive(|&octet| octet == b'\r') {
                        if self.said.len() < SAID_MAX {
                            self.said.push_back(piece.to_vec());
                        }
                    }
                }
                Output::Event(event) => self.event(event)?,
                Output::Power(step) => {
                    self.tell_of(format!("the recovery ladder asks for {}", step.name()));
                    let outcome = Err("a replay has no board".to_owned());
                    self.modem.handle(modem::Input::Stepped { step, outcome }, self.at);
                }
                Output::ReopenPort => {
                    self.tell_of("the recovery ladder reopens the port".to_owned());
                    self.modem.handle(modem::Input::PortLost, self.at);
                    self.modem.handle(modem::Input::PortOpened, self.at);
                }
                Output::Wait(until) => {
                    self.modem_due = until;
                    return Ok(());
                }
            }
        }
        self.tell_of(format!(
            "no end to it after {TURNS_MAX} exchanges: that is a fault of textback's, please report it"
        ));
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), StoreError> {
        if let Some(words) = words(&event) {
            self.tell_of(words);
        }
        match &event {
            Event::ReadyToSubmit => {
                self.ready = true;
                self.send_next()?;
            }
            Event::Submitted { .. } => self.submitting = false,
            Event::Condition(condition) if *condition != modem::Condition::Ready => self.ready = false,
            _ => {}
        }
        if let Some(input) = desk_input(event, Machine::default) {
            self.tell(input)?;
        }
        Ok(())
    }

    fn tell(&mut self, input: Input) -> Result<Effects, StoreError> {
        let now = self.now();
        let effects = self.desk.handle(&mut self.store, input, now)?;
        for (id, entry) in self.store.journal_after(self.journal_seen)? {
            self.journal_seen = id;
            self.tell_of(format!("  {}: {}", entry.what, entry.why));
        }
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
            self.send_next()?;
        }
        Ok(effects)
    }

    fn send_next(&mut self) -> Result<(), StoreError> {
        if !self.ready || self.submitting {
            return Ok(());
        }
        let now = self.now();
        match self.desk.next_submission(&mut self.store, now)? {
            Next::Submit(submission) => {
                (self.ready, self.submitting, self.send_due) = (false, true, None);
                if let Some((to, text)) = read(&submission.tpdu) {
                    self.tell_of(format!("sends to {to}: {text}"));
                }
                self.modem.handle(modem::Input::Submit(submission), self.at);
            }
            Next::NotBefore(steady) => self.send_due = Some(self.clock.instant(steady)),
            Next::Empty => self.send_due = None,
        }
        Ok(())
    }

    pub fn tell_of(&mut self, what: String) {
        self.lines.push(Line {
            at: self.at.duration_since(self.start),
            what: crate::printable::on_one_line(&what).into_owned(),
        });
    }
}

/// Whom a SUBMIT goes to and what it says.
pub(super) fn read(tpdu: &[u8]) -> Option<(String, String)> {
    match sms::decode_tpdu(tpdu).ok()? {
        Tpdu::Submit(submit) => Some((
            submit.destination.to_string(),
            submit.user_data.text().unwrap_or_default(),
        )),
        Tpdu::Deliver(_) | Tpdu::StatusReport(_) => None,
    }
}

/// An event in words; `None` for those that say nothing by themselves.
fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::CallStarted { call } => format!("call {call} begins"),
        Event::CallIdentified { call, caller } => format!("call {call} is from {}", who(caller)),
        Event::CallEnded(ended) => format!(
            "call {} ended, {:?}: from {}, {} rings in {} ms, known by {}",
            ended.call,
            ended.verdict,
            who(&ended.caller),
            ended.rings,
            ended.ringing.as_millis(),
            ended.evidence.join(", ")
        ),
        Event::Received(received) => match (received.hex, sms::decode(&received.pdu)) {
            (false, _) => "a text came that is not in hexadecimal".to_owned(),
            (true, Err(error)) => format!("a text came that can't be read: {error}"),
            (true, Ok(pdu)) => match pdu.tpdu {
                Tpdu::Deliver(deliver) => format!(
                    "a text came from {}: {}",
                    deliver.originator,
                    deliver.user_data.text().unwrap_or_else(|| "(no text)".to_owned())
                ),
                Tpdu::StatusReport(report) => {
                    format!("a status report came: {} {}", report.recipient, report.outcome().name())
                }
                Tpdu::Submit(_) => "a draft was found".to_owned(),
            },
        },
        Event::Submitted { outcome, .. } => match outcome {
            SubmitOutcome::Accepted(reference) => format!("the network took it, reference {reference}"),
            SubmitOutcome::Refused { error, class } => format!("refused ({class:?}): {error}"),
            SubmitOutcome::NotTried { why } => format!("not tried: {why}"),
            SubmitOutcome::Unknown { why } => format!("in doubt: {why}"),
        },
        // Each step of a bring-up would be a line; notes come with the journal.
        Event::Condition(modem::Condition::BringUp { .. }) => return None,
        Event::Condition(condition) => format!("the modem: {condition:?}"),
        Event::Storage {
            used,
            total,
            full: true,
        } => format!("message memory is full: {used} of {total}"),
        _ => return None,
    })
}

fn who(caller: &modem::CallerLine) -> String {
    match caller {
        modem::CallerLine::Number { digits, toa } => format!("{digits} (type {toa})"),
        modem::CallerLine::Withheld => "a withheld number".to_owned(),
        modem::CallerLine::Unavailable => "nobody known".to_owned(),
    }
}
