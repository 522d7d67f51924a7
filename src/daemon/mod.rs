//! The daemon: one event loop, one port, one thread for the store.
//!
//! ```text
//!   port ──bytes──▶ Modem::handle ──Event──▶ Input ──▶ clerk thread: Desk::handle (one transaction), next_submission
//!   port ◀─Transmit─ Modem::poll                          │
//!                        ▲                                │
//!                        └── Committed, Permit, Submit ◀──┘ Effects, Next
//! ```
//!
//! What can go wrong: the port is absent, busy, forbidden or vanishes (a state; see [`port`]); the disk refuses (the clerk
//! insists, we say so); the modem is mute (the modem layer's ladder asks for a reopen); a signal asks us to stop (the text in
//! flight is finished first, up to [`DRAIN_LIMIT`]).

use crate::clock::{Clock, Now};
use crate::config::Config;
use crate::desk::{self, Desk, Effects, Next};
use crate::modem::{self, Condition, Event, Modem, Output};
use crate::store::Store;
use alarm::Alarm;
use anyhow::Context;
use clerk::{Clerk, Done, Job};
use control::{Answer, Asked, Question};
use port::{Line, Opener};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use wallclock::WallClock;

pub mod alarm;
pub mod clerk;
pub mod control;
pub mod notify;
pub mod pin;
pub mod port;
pub mod state;
pub mod wallclock;

use state::State;

/// How long a stop waits for the text in flight: the longest a modem may take to answer a submission, and a little.
pub const DRAIN_LIMIT: Duration = Duration::from_secs(75);
/// Bytes read from the port at once.
const READ_OCTETS: usize = 4096;
/// Bytes waiting to be written before the port counts as dead: no dialogue of ours has more in flight.
const MAX_UNWRITTEN: usize = 64 * 1024;
/// A port that takes no byte for this long is dead.
const WRITE_STALL: Duration = Duration::from_secs(20);
/// Between losing a port and trying it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);
/// Questions waiting for an answer.
const MAX_QUESTIONS: usize = 32;

/// What asks the daemon to stop or to read its configuration again.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Finish the text in flight, then stop.
    Stop,
    /// New templates and limits; port and database stay as they are.
    Reload(Box<Config>),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Stopped,
    /// This modem or SIM can never do the job; trying on could only harm (a PIN try).
    Cannot(modem::Limit),
}

/// Runs until told to stop.
///
/// `on_ready` is called once, when calls can be taken for the first time.
///
/// # Errors
/// Only if the clerk's thread can't start or dies; a missing modem is never an error.
pub async fn run<O: Opener>(
    config: &Config,
    store: Store,
    mut opener: O,
    orders: &mut mpsc::Receiver<Order>,
    listener: Option<control::Listener>,
    on_ready: impl FnOnce(&str),
) -> anyhow::Result<Ended> {
    let (ask, mut asked) = mpsc::channel(MAX_QUESTIONS);
    let serving = async {
        match &listener {
            Some(listener) => listener.serve(ask).await,
            None => drop(ask),
        }
        std::future::pending::<()>().await;
    };
    let mut on_ready = Some(on_ready);
    let mut desk = Loop::start(config, store)?;
    let watchdog = notify::watchdog_interval();
    let working = async {
        let mut line: Option<Open> = None;
        let mut feed_at = watchdog.map(|every| Instant::now() + every);
        let mut alarm = Alarm::new().context("no kernel timer")?;
        let mut reopen_at: Option<tokio::time::Instant> = None;
        let mut stop_by: Option<tokio::time::Instant> = None;
        loop {
            desk.pump();
            if desk.state.is_ready()
                && let Some(say) = on_ready.take()
            {
                say(&desk.state.summary());
                notify::ready();
            }
            if desk.state.take_change() {
                let summary = desk.state.summary();
                tracing::info!(state = %summary, "state");
                notify::status(&summary);
            }
            if desk.reopen {
                desk.reopen = false;
                desk.lose_port("the recovery ladder reopens the port");
                line = None;
                reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
            }
            if let Some(limit) = desk.state.hopeless() {
                return Ok(Ended::Cannot(limit));
            }
            if stop_by.is_some() && !desk.submitting {
                return Ok(Ended::Stopped);
            }
            if let Some(open) = &mut line {
                open.queue(&mut desk.transmit, Instant::now());
                if open.unwritten.len() > MAX_UNWRITTEN || open.stalled(Instant::now()) {
                    desk.lose_port("the port takes no bytes");
                    line = None;
                    continue;
                }
            } else if reopen_at.is_none_or(|at| at <= tokio::time::Instant::now()) {
                reopen_at = None;
                desk.transmit.clear();
                match opener.open() {
                    Ok(opened) => {
                        tracing::info!("port open");
                        desk.state.port(None);
                        line = Some(Open::new(opened));
                        desk.modem.handle(modem::Input::PortOpened, Instant::now());
                        continue;
                    }
                    Err(trouble) => {
                        if desk.state.port(Some(trouble.clone())) {
                            tracing::warn!(%trouble, "no port");
                        }
                    }
                }
            }
            let trouble = desk.state.trouble().cloned();
            let deadline = [desk.deadline(), feed_at].into_iter().flatten().min();
            tokio::select! {
                biased;
                done = desk.clerk.done.recv() => match done {
                    Some(done) => desk.done(done),
                    None => anyhow::bail!("the thread that owns the database has died; restart to recover what is recorded"),
                },
                moved = move_bytes(&mut line) => match moved {
                    Moved::Read(n) => {
                        if let Some(open) = &line {
                            desk.modem.handle(modem::Input::Bytes(&open.buffer[..n]), Instant::now());
                        }
                    }
                    Moved::Written(n) => {
                        if let Some(open) = &mut line {
                            open.wrote(n, Instant::now());
                        }
                    }
                    Moved::Gone(why) => {
                        tracing::warn!(%why, "port lost");
                        desk.lose_port("the port is gone");
                        line = None;
                        // The node may outlive the modem by a moment: let it settle rather than spin.
                        reopen_at = Some(tokio::time::Instant::now() + REOPEN_PAUSE);
                    }
                },
                () = sleep_until(reopen_at), if line.is_none() => {}
                () = opener.wait(trouble.as_ref()), if line.is_none() && reopen_at.is_none() => {}
                rung = alarm.ring(deadline) => {
                    rung.context("the kernel's timer failed")?;
                    desk.tick();
                    if feed_at.is_some_and(|at| at <= Instant::now()) {
                        feed_at = watchdog.map(|every| Instant::now() + every);
                        desk.give(Job::Ping)?;
                    }
                }
                order = orders.recv(), if stop_by.is_none() => match order {
                    None | Some(Order::Stop) => {
                        notify::stopping();
                        tracing::info!("stopping: finishing the text in flight");
                        desk.modem.handle(modem::Input::Drain, Instant::now());
                        stop_by = Some(tokio::time::Instant::now() + DRAIN_LIMIT);
                    }
                    Some(Order::Reload(config)) => desk.reload(config)?,
                },
                () = sleep_until(stop_by) => {
                    tracing::warn!("the modem did not answer in time: the text in flight stays in doubt");
                    return Ok(Ended::Stopped);
                }
                question = asked.recv() => if let Some(Asked { question, answer }) = question {
                    desk.answer(question, answer)?;
                },
            }
        }
    };
    let result = tokio::select! {
        result = working => result,
        () = serving => Ok(Ended::Stopped),
    };
    let recorded = desk.clerk.stop();
    let ended = result?;
    recorded?;
    Ok(ended)
}

/// What the modem must know of the configuration. Whether the PIN is known to be wrong is the store's to say ([`pin`]).
#[must_use]
pub fn modem_options(config: &Config) -> modem::Options {
    modem::Options {
        pin: config.modem.pin.clone(),
        pin_known_wrong: false,
        reject_after: config.text_back.reject_after,
    }
}

/// The call or handle that `textback why` names.
///
/// # Errors
/// What to give instead, in words.
pub fn why_number(what: &str) -> Result<i64, String> {
    let digits = what.trim().trim_start_matches(['#', '@']);
    digits
        .parse()
        .map_err(|_| format!("{what:?} is neither a call's number (see `textback calls`) nor a handle"))
}

/// What the desk is to be told of what the modem said, if anything.
#[must_use]
pub fn desk_input(event: Event) -> Option<desk::Input> {
    Some(match event {
        Event::CallStarted { call } => desk::Input::CallStarted { call },
        Event::CallIdentified { call, caller } => desk::Input::CallIdentified { call, caller },
        Event::CallEnded(ended) => desk::Input::CallEnded(ended),
        Event::Received(received) => desk::Input::Received(received),
        Event::Submitting { outbox } => desk::Input::Submitting { outbox },
        Event::Submitted { outbox, outcome } => desk::Input::Submitted { outbox, outcome },
        Event::Identity(identity) => desk::Input::Identity(identity),
        Event::Note { what, why } => desk::Input::Note {
            what: what.to_owned(),
            why,
        },
        Event::ReadyToSubmit
        | Event::Condition(_)
        | Event::Registration(_)
        | Event::Signal(_)
        | Event::NetworkTime { .. }
        | Event::Storage { .. } => return None,
    })
}

/// An open port with what waits to be written.
struct Open {
    read: ReadHalf<Box<dyn Line>>,
    write: WriteHalf<Box<dyn Line>>,
    buffer: Box<[u8; READ_OCTETS]>,
    unwritten: VecDeque<u8>,
    /// When bytes last began to wait, or the port last took some.
    last_progress: Instant,
}

impl Open {
    fn new(line: Box<dyn Line>) -> Self {
        let (read, write) = tokio::io::split(line);
        let buffer = Box::new([0; READ_OCTETS]);
        Open {
            read,
            write,
            buffer,
            unwritten: VecDeque::new(),
            last_progress: Instant::now(),
        }
    }

    /// Takes what is to be written.
    fn queue(&mut self, bytes: &mut Vec<u8>, at: Instant) {
        if self.unwritten.is_empty() {
            self.last_progress = at;
        }
        self.unwritten.extend(bytes.drain(..));
    }

    /// The port took `octets` of it.
    fn wrote(&mut self, octets: usize, at: Instant) {
        self.unwritten.drain(..octets);
        self.last_progress = at;
    }

    /// Something has waited too long to be written. An idle port, however long, is not stalled.
    fn stalled(&self, at: Instant) -> bool {
        !self.unwritten.is_empty() && at.saturating_duration_since(self.last_progress) > WRITE_STALL
    }
}

enum Moved {
    Read(usize),
    Written(usize),
    Gone(String),
}

/// Reads or writes, whichever can. Pending without a port.
async fn move_bytes(line: &mut Option<Open>) -> Moved {
    let Some(open) = line else {
        return std::future::pending().await;
    };
    let Open {
        read,
        write,
        buffer,
        unwritten,
        ..
    } = open;
    let (front, _) = unwritten.as_slices();
    tokio::select! {
        biased;
        written = write.write(front), if !front.is_empty() => match written {
            Ok(n) => Moved::Written(n),
            Err(error) => Moved::Gone(error.to_string()),
        },
        got = read.read(&mut buffer[..]) => match got {
            Ok(0) => Moved::Gone("end of file".to_owned()),
            Ok(n) => Moved::Read(n),
            Err(error) => Moved::Gone(error.to_string()),
        },
    }
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Everything the event loop decides with: the modem, the clerk, the clocks, and what is under way between them.
struct Loop {
    /// The PIN the modem was given.
    pin: Option<String>,
    modem: Modem,
    clerk: Clerk,
    clock: Clock,
    wall: WallClock,
    state: State,
    transmit: Vec<u8>,
    reopen: bool,
    /// When the modem wants its next tick.
    modem_due: Option<Instant>,
    /// When the desk wants its next [`desk::Input::Due`].
    desk_due: Option<Instant>,
    /// When a queued row may go at the earliest.
    send_due: Option<Instant>,
    /// The modem would take a row.
    modem_ready: bool,
    /// A question for the next row is with the clerk.
    asked_next: bool,
    /// A row is with the modem.
    submitting: bool,
    /// The answer to `textback send`, in order of asking.
    senders: VecDeque<tokio::sync::oneshot::Sender<Answer>>,
}

impl Loop {
    fn start(config: &Config, store: Store) -> anyhow::Result<Self> {
        let at = Instant::now();
        let (last_steady, last_wall_ms, _) = store.last_time()?;
        let mut wall = WallClock::new(config.timezone.clone(), last_wall_ms);
        let started = wall.now(at);
        let base = state::resume_steady(last_steady, last_wall_ms, started);
        let desk = Desk::new(config);
        let state = State::new(at);
        let options = modem::Options {
            pin_known_wrong: pin::known_wrong(config, &store)?,
            ..modem_options(config)
        };
        let mut new = Loop {
            pin: config.modem.pin.clone(),
            modem: Modem::new(options),
            clerk: Clerk::start(store, desk)?,
            clock: Clock::new(at, base),
            wall,
            state,
            transmit: Vec::new(),
            reopen: false,
            modem_due: None,
            desk_due: None,
            send_due: None,
            modem_ready: false,
            asked_next: false,
            submitting: false,
            senders: VecDeque::new(),
        };
        new.tell(desk::Input::Started)?;
        Ok(new)
    }

    fn now(&mut self) -> Now {
        let at = Instant::now();
        Now {
            steady: self.clock.steady(at),
            wall: self.wall.now(at),
        }
    }

    fn give(&self, job: Job) -> anyhow::Result<()> {
        anyhow::ensure!(self.clerk.give(job), "the thread that owns the database has died");
        Ok(())
    }

    /// Gives the desk an input; if the modem is free, asks for the next row in the same turn.
    fn tell(&mut self, input: desk::Input) -> anyhow::Result<()> {
        let ready = self.modem_ready && !self.asked_next && !self.submitting;
        self.asked_next |= ready;
        let now = self.now();
        self.give(Job::Desk { input, now, ready })
    }

    fn ask_next(&mut self) -> anyhow::Result<()> {
        if self.modem_ready && !self.asked_next && !self.submitting {
            self.asked_next = true;
            let now = self.now();
            self.give(Job::Next { now })?;
        }
        Ok(())
    }

    /// Takes everything the modem has to say.
    fn pump(&mut self) {
        loop {
            match self.modem.poll() {
                Output::Transmit(bytes) => self.transmit.extend_from_slice(&bytes),
                Output::ReopenPort => self.reopen = true,
                Output::Wait(until) => {
                    self.modem_due = until;
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

    fn event(&mut self, event: Event) -> anyhow::Result<()> {
        self.state.learn(&event);
        match &event {
            Event::ReadyToSubmit => {
                self.modem_ready = true;
                self.ask_next()?;
            }
            Event::Submitted { .. } => self.submitting = false,
            Event::NetworkTime { utc_ms, offset_s } => self.wall.network_time(*utc_ms, *offset_s, Instant::now()),
            Event::Note { what, why } => {
                tracing::info!(what, why, "modem");
                if let Some(setting) = pin::to_remember(what, self.pin.as_deref()) {
                    let now = self.now();
                    self.give(Job::Remember { setting, now })?;
                }
            }
            Event::Condition(condition) if *condition != Condition::Ready => self.modem_ready = false,
            Event::CallStarted { .. }
            | Event::CallIdentified { .. }
            | Event::CallEnded(_)
            | Event::Received(_)
            | Event::Submitting { .. }
            | Event::Identity(_)
            | Event::Condition(_)
            | Event::Registration(_)
            | Event::Signal(_)
            | Event::Storage { .. } => {}
        }
        match desk_input(event) {
            Some(input) => self.tell(input),
            None => Ok(()),
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Desk { effects, next } => {
                self.effects(effects, next.is_none());
                if let Some(next) = next {
                    self.asked_next = false;
                    self.next(next);
                }
            }
            Done::Next(next) => {
                self.asked_next = false;
                self.next(next);
            }
            Done::Trouble(why) => self.state.storage(Some(why)),
            Done::Recovered => self.state.storage(None),
            Done::Alive => notify::watchdog(),
        }
    }

    fn effects(&mut self, effects: Effects, look_for_more: bool) {
        let Effects {
            committed,
            permit,
            send,
            wake,
            queued,
        } = effects;
        let at = Instant::now();
        for token in committed {
            self.modem.handle(modem::Input::Committed(token), at);
        }
        match permit {
            None => {}
            Some(Ok(outbox)) => self.modem.handle(modem::Input::Permit(outbox), at),
            Some(Err(outbox)) => self.modem.handle(modem::Input::Withdraw(outbox), at),
        }
        self.desk_due = wake.map(|steady| self.clock.instant(steady));
        if let Some(queued) = queued
            && let Some(asker) = self.senders.pop_front()
        {
            let answer = match queued {
                Ok(id) => Answer::Ok(serde_json::json!({ "message_id": id })),
                Err(why) => Answer::Error(why),
            };
            // The asker may have hung up: nobody to tell.
            let _ = asker.send(answer);
        }
        if send && look_for_more {
            self.send_due = Some(at);
        }
    }

    fn next(&mut self, next: Next) {
        match next {
            Next::Submit(submission) => {
                self.send_due = None;
                self.modem_ready = false;
                self.submitting = true;
                self.modem.handle(modem::Input::Submit(submission), Instant::now());
            }
            Next::NotBefore(steady) => self.send_due = Some(self.clock.instant(steady)),
            Next::Empty => self.send_due = None,
        }
    }

    /// The earliest of what is due.
    fn deadline(&self) -> Option<Instant> {
        let send_due = self
            .send_due
            .filter(|_| self.modem_ready && !self.asked_next && !self.submitting);
        [self.modem_due, self.desk_due, send_due].into_iter().flatten().min()
    }

    fn tick(&mut self) {
        let at = Instant::now();
        if self.modem_due.is_some_and(|due| due <= at) {
            self.modem.handle(modem::Input::Tick, at);
        }
        let mut result = Ok(());
        if self.desk_due.is_some_and(|due| due <= at) {
            self.desk_due = None;
            result = self.tell(desk::Input::Due);
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

    fn lose_port(&mut self, why: &'static str) {
        tracing::debug!(why, "port closed");
        self.modem_ready = false;
        self.transmit.clear();
        self.modem.handle(modem::Input::PortLost, Instant::now());
        self.pump();
    }

    fn reload(&mut self, config: Box<Config>) -> anyhow::Result<()> {
        tracing::info!("templates and limits read again");
        self.wall.set_zone(config.timezone.clone());
        self.give(Job::Reconfigure(config))
    }

    fn answer(&mut self, question: Question, answer: tokio::sync::oneshot::Sender<Answer>) -> anyhow::Result<()> {
        let look: clerk::Look = match question {
            Question::Send { to, text } => {
                self.senders.push_back(answer);
                return self.tell(desk::Input::Send { to, text });
            }
            Question::Status => {
                let state = self.state.json(Instant::now());
                Box::new(move |store| state::with_counts(state, store))
            }
            Question::Calls { limit } => Box::new(move |store| Ok(serde_json::json!(store.calls(limit)?))),
            Question::Messages { limit } => Box::new(move |store| Ok(serde_json::json!(store.messages(limit)?))),
            Question::Why { what } => match why_number(&what) {
                Ok(number) => Box::new(move |store| Ok(serde_json::json!(store.why(number)?))),
                Err(why) => {
                    // The asker may have hung up: nobody to tell.
                    let _ = answer.send(Answer::Error(why));
                    return Ok(());
                }
            },
        };
        let (reply, replied) = tokio::sync::oneshot::channel();
        self.give(Job::Look { look, answer: reply })?;
        tokio::spawn(async move {
            let text = match replied.await {
                Ok(Ok(value)) => Answer::Ok(value),
                Ok(Err(why)) => Answer::Error(why),
                Err(_) => Answer::Error("the daemon is stopping".to_owned()),
            };
            let _ = answer.send(text);
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_idle_for_long_is_not_stalled_by_the_next_command() {
        let (line, _modem) = tokio::io::duplex(64);
        let mut open = Open::new(Box::new(line));
        let later = Instant::now() + 10 * WRITE_STALL;
        open.queue(&mut b"AT\r".to_vec(), later);
        assert!(!open.stalled(later));
        assert!(open.stalled(later + 2 * WRITE_STALL));
        open.wrote(3, later + 2 * WRITE_STALL);
        assert!(!open.stalled(later + 9 * WRITE_STALL));
    }
}
