//! The dialogue: one command in flight, its lines told from everybody else's, absolute deadlines.
//!
//! # After a time-out
//!
//! A command that ran out of time may still be answered, and an `OK` has no name on it: taken for the next command's it would
//! shift every answer that follows by one. So the engine keeps count of the final results it is owed (`debt`). With a debt:
//!
//! 1. it asks `AT` by itself (after an ESC if a prompt may be open), [`RESYNC_TRIES`] times, and is not idle meanwhile; a
//!    command given now is held back until this is over;
//! 2. a command sent with a debt *settles*: modems answer in order, so the last of the final results is its own. It ends when
//!    all that is owed has come, or [`SETTLE_QUIET`] after the last one;
//! 3. a modem that answers no `AT` is left to the caller's recovery ladder: other commands go out and settle, but a text is
//!    never given to a modem that owes an answer;
//! 4. a modem that is late by nature (slow serial modules, emulators) is learned from the `AT`s it is knocked at with: all
//!    but what follows a text's Ctrl-Z, and the silence that proves nothing else is coming, are longer by its lateness;
//! 5. a `+CMGS: <mr>` that nobody waits for is [`Urc::LateSubmit`](super::Urc::LateSubmit): it settles the doubt about the text before.

mod flight;
mod lateness;
mod matching;
mod resync;

use super::command::Command;
use super::framer::{Framer, Token};
use super::two_line::Header;
use super::{Event, Failure, Outcome};
use flight::{Flight, Phase, Resync, Settled};
use lateness::Lateness;
use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

/// From Ctrl-Z to the verdict, unless set otherwise. After that the text is in doubt.
pub const SUBMIT_TIMEOUT: Duration = Duration::from_secs(60);
/// The longest a submission may be waited for (EC2x documents 120 s).
pub const SUBMIT_TIMEOUT_MAX: Duration = Duration::from_secs(180);
/// How long an open prompt waits for [`Engine::supply`] before the engine gives it back.
pub const SUPPLY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an ESC is given to be answered.
pub const ABORT_TIMEOUT: Duration = Duration::from_secs(2);
/// `OK` missing after `+CPIN:` (Wavecom): the line alone is the answer after this long.
pub const PIN_STATE_GRACE: Duration = Duration::from_secs(1);
/// `OK` missing after `+CMGS: <mr>`: the reference alone is the proof after this long.
pub const SUBMIT_GRACE: Duration = Duration::from_secs(5);
/// How often the engine asks `AT` after a time-out.
pub const RESYNC_TRIES: u8 = 2;
/// How long each of these is waited for.
pub const RESYNC_TIMEOUT: Duration = Duration::from_secs(2);
/// Silence after a final result that proves no other is on its way.
pub const SETTLE_QUIET: Duration = Duration::from_millis(500);
/// A result without a line end is one after this much silence (V.250 §5.7.1 has the end; small emulators forget it).
pub const LINE_END_GRACE: Duration = Duration::from_millis(300);
/// How soon the `OK` of a late `+CMGS:` follows it.
pub const LATE_OK_WINDOW: Duration = Duration::from_secs(1);
/// Information lines kept of one command: two for each of 255 slots, and as much again.
pub const LINES_MAX: usize = 1024;
/// So many numeric results in a row, and no word among them: more than there are before `ATV1` is heeded.
const NUMBERS_PROVE: u8 = 4;
/// Events kept until somebody polls. What comes on top is dropped, and that is told.
pub const EVENTS_MAX: usize = 4096;

const ESC: &[u8] = b"\x1b";
/// Outside a prompt the CR makes the modem forget the ESC together with whatever half line it had.
const ESC_CR: &[u8] = b"\x1b\r";
const CTRL_Z: u8 = 0x1A;

/// The dialogue with one modem on one open port. Its `Debug` shows no line of either side: they hold numbers and texts.
pub struct Engine {
    framer: Framer,
    flight: Option<Flight>,
    /// Given while resynchronising; goes out after it.
    held: Option<Command>,
    headers: Vec<Header>,
    /// Final results that may still come for what is already over.
    debt: u32,
    /// A text left and got no verdict: its `+CMS ERROR` may still come.
    in_doubt: bool,
    /// Until then an `OK` belongs to a late `+CMGS:`.
    late_ok_until: Option<Instant>,
    /// Results in a row that were numbers. After [`NUMBERS_PROVE`] the modem heeds no `ATV1`, and all its results are.
    numbers: u8,
    /// A result stands at the end of what came, without a line end: then it counts as ended.
    unended: Option<Instant>,
    /// What the modem may echo of the command before.
    last_echo: String,
    /// Everything we say ends in CR LF.
    line_feed: bool,
    submit_timeout: Duration,
    patience: Option<Duration>,
    lateness: Lateness,
    events: VecDeque<Event>,
    transmits: VecDeque<Vec<u8>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("in_flight", &self.in_flight())
            .field("debt", &self.debt)
            .field("in_doubt", &self.in_doubt)
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}

impl Default for Engine {
    fn default() -> Self {
        Engine::new()
    }
}

impl Engine {
    /// For a port just opened.
    #[must_use]
    pub fn new() -> Self {
        Engine {
            framer: Framer::default(),
            flight: None,
            held: None,
            headers: Vec::new(),
            debt: 0,
            in_doubt: false,
            late_ok_until: None,
            numbers: 0,
            unended: None,
            last_echo: String::new(),
            line_feed: false,
            submit_timeout: SUBMIT_TIMEOUT,
            patience: None,
            lateness: Lateness::default(),
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    /// How long this family's submissions may take, at most [`SUBMIT_TIMEOUT_MAX`]. For the next one on.
    pub fn set_submit_timeout(&mut self, timeout: Duration) {
        self.submit_timeout = timeout.min(SUBMIT_TIMEOUT_MAX);
    }

    /// A line ends in CR (V.250 §5.2.1). Whoever reads up to an LF instead never sees the end of one; then it is CR LF, and so
    /// is the end of a text, or of one that is given up.
    pub fn end_in_line_feed(&mut self, line_feed: bool) {
        self.line_feed = line_feed;
    }

    /// The longest the next command is waited for, where that is less than its own time. A text's times are not touched.
    pub fn set_patience(&mut self, patience: Option<Duration>) {
        self.patience = patience;
    }

    /// Gives a command. While the engine resynchronises after a time-out it is held back; a plain `AT` goes at once.
    ///
    /// # Errors
    ///
    /// The command itself, if another one is in flight or held.
    pub fn send(&mut self, command: Command, at: Instant) -> Result<(), Command> {
        match &self.flight {
            None => {}
            Some(flight) if flight.resync.is_some() && self.held.is_none() => {
                if !command.is_attention() {
                    self.held = Some(command);
                    return Ok(());
                }
                // The caller's AT does what ours would: take its place, and count ours as owed.
                self.debt = self.debt.saturating_add(1);
                self.flight = None;
            }
            Some(_) => return Err(command),
        }
        if self.debt > 0 && matches!(command, Command::SendMessage { .. }) {
            self.held = Some(command);
            self.resync(
                Resync {
                    tries_left: RESYNC_TRIES,
                    escape: true,
                },
                at,
            );
            return Ok(());
        }
        self.start(command, None, at);
        Ok(())
    }

    /// ESC outside any command: frees a prompt stuck from before (27.005 §3.5.1). Whether it is answered nobody knows, so the
    /// next command settles.
    pub fn escape(&mut self) {
        self.transmit(ESC_CR.to_vec());
        self.debt = self.debt.saturating_add(1);
    }

    /// True if a command can be sent: none in flight, none held, not resynchronising.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.flight.is_none()
    }

    /// The caller's command that is not over yet, held back ones included.
    #[must_use]
    pub fn in_flight(&self) -> Option<&Command> {
        match &self.flight {
            Some(flight) if flight.resync.is_none() => Some(&flight.command),
            Some(_) | None => self.held.as_ref(),
        }
    }

    /// After [`Event::Prompt`]: hex of the PDU (its service centre part included); Ctrl-Z is added. The result deadline starts.
    /// Without an open prompt nothing is sent.
    pub fn supply(&mut self, pdu: &[u8], at: Instant) {
        let Some(flight) = self
            .flight
            .as_mut()
            .filter(|flight| matches!(flight.phase, Phase::Supply))
        else {
            return;
        };
        let hex: String = pdu.iter().map(|octet| format!("{octet:02X}")).collect();
        let mut octets = hex.clone().into_bytes();
        octets.push(CTRL_Z);
        if self.line_feed {
            octets.extend(b"\r\n");
        }
        self.transmits.push_back(octets);
        flight.phase = Phase::Submitted { hex };
        flight.deadline = at + self.submit_timeout;
    }

    /// After [`Event::Prompt`] or while waiting for it: ESC. Ends in [`Failure::Aborted`]; an OK is not success. Once the PDU is
    /// out nothing can be taken back: then this does nothing, and the verdict comes as it comes.
    pub fn abort(&mut self, at: Instant) {
        if matches!(self.held, Some(Command::SendMessage { .. })) {
            if let Some(command) = self.held.take() {
                self.report(Event::Done(Outcome {
                    command,
                    lines: Vec::new(),
                    result: Err(Failure::Aborted),
                }));
            }
            return;
        }
        let Some(flight) = self.flight.as_mut() else { return };
        let prompt_seen = match flight.phase {
            Phase::Prompt => false,
            Phase::Supply => true,
            Phase::Result | Phase::Submitted { .. } | Phase::Aborting { .. } => return,
        };
        flight.phase = Phase::Aborting { prompt_seen };
        flight.deadline = at + ABORT_TIMEOUT;
        self.give_up_prompt();
    }

    fn give_up_prompt(&mut self) {
        let mut octets = ESC.to_vec();
        if self.line_feed {
            octets.extend(b"\r\n");
        }
        self.transmits.push_back(octets);
    }

    /// Octets as they came, split anywhere. They may still answer a command whose deadline `at` has just passed.
    pub fn receive(&mut self, bytes: &[u8], at: Instant) {
        self.let_silence_pass(at);
        for &octet in bytes {
            let prompt_expected = self
                .flight
                .as_ref()
                .is_some_and(|flight| matches!(flight.phase, Phase::Prompt | Phase::Aborting { prompt_seen: false }));
            match self.framer.push(octet, prompt_expected) {
                None => {}
                Some(Token::Prompt) => self.on_prompt(at),
                Some(Token::Dropped(octets)) => self.report(Event::Dropped { octets }),
                Some(Token::Line(line)) => self.on_line(&line, at),
            }
        }
        self.unended = self.framer.stands_at_a_result().then(|| at + LINE_END_GRACE);
        self.tick(at);
    }

    /// Lets deadlines pass.
    pub fn tick(&mut self, at: Instant) {
        self.let_silence_pass(at);
        if self.flight.as_ref().is_some_and(|flight| flight.deadline <= at) {
            self.on_deadline(at);
        }
    }

    /// When [`Engine::tick`] has something to do, if nothing is received before.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let flight = self.flight.iter().flat_map(|flight| {
            let quiet = flight.settled.as_ref().map(|settled| settled.quiet_at);
            [Some(flight.deadline), flight.ends_without_ok(), quiet]
                .into_iter()
                .flatten()
        });
        let headers = self.headers.iter().map(|header| header.until);
        flight.chain(headers).chain(self.unended).min()
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The next octets to write to the port.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmits.pop_front()
    }

    /// The port was lost: the command in flight ends in [`Failure::PortLost`], half lines are forgotten.
    pub fn reset(&mut self) {
        self.framer.reset();
        self.headers.clear();
        self.transmits.clear();
        self.debt = 0;
        self.in_doubt = false;
        self.late_ok_until = None;
        self.numbers = 0;
        self.unended = None;
        self.lateness = Lateness::default();
        self.last_echo.clear();
        let flying = self.flight.take().filter(|flight| flight.resync.is_none());
        let held = self.held.take().map(|command| (command, Vec::new()));
        for (command, lines) in flying
            .map(|flight| (flight.command, flight.lines))
            .into_iter()
            .chain(held)
        {
            self.report(Event::Done(Outcome {
                command,
                lines,
                result: Err(Failure::PortLost),
            }));
        }
    }

    fn transmit(&mut self, mut line: Vec<u8>) {
        if self.line_feed {
            line.push(b'\n');
        }
        self.transmits.push_back(line);
    }

    fn start(&mut self, command: Command, resync: Option<Resync>, at: Instant) {
        let bytes = command.bytes();
        let echo = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        let timeout = match self.patience {
            _ if resync.is_some() => RESYNC_TIMEOUT,
            Some(patience) if !matches!(command, Command::SendMessage { .. }) => command.timeout().min(patience),
            Some(_) | None => command.timeout(),
        };
        let timeout = timeout + self.lateness.known();
        let phase = if matches!(command, Command::SendMessage { .. }) {
            Phase::Prompt
        } else {
            Phase::Result
        };
        self.transmit(bytes);
        self.flight = Some(Flight {
            command,
            resync,
            phase,
            sent: at,
            deadline: at + timeout,
            grace: None,
            lines: Vec::new(),
            echo,
            owed: self.debt,
            settled: None,
        });
    }

    /// Queues an event. A full queue keeps what ends a command and drops the rest, counted.
    fn report(&mut self, event: Event) {
        let must_keep = matches!(event, Event::Done(_) | Event::Prompt);
        if self.events.len() < EVENTS_MAX || must_keep {
            self.events.push_back(event);
            return;
        }
        if let Some(Event::Dropped { octets }) = self.events.back_mut() {
            *octets = octets.saturating_add(1);
        } else {
            self.events.push_back(Event::Dropped { octets: 1 });
        }
    }
}
