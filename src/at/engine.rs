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
//! 4. a `+CMGS: <mr>` that nobody waits for is [`Urc::LateSubmit`]: it settles the doubt about the text before.

use super::command::Command;
use super::framer::{Framer, Token};
use super::result::FinalResult;
use super::two_line::{HEADERS_MAX, Header, Kind, is_hex};
use super::urc::{self, Urc};
use super::{Event, Failure, Outcome};
use std::collections::VecDeque;
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
/// How soon the `OK` of a late `+CMGS:` follows it.
pub const LATE_OK_WINDOW: Duration = Duration::from_secs(1);
/// Information lines kept of one command: two for each of 255 slots, and as much again.
pub const LINES_MAX: usize = 1024;
/// Events kept until somebody polls. What comes on top is dropped, and that is told.
pub const EVENTS_MAX: usize = 4096;

const ESC: &[u8] = b"\x1b";
/// Outside a prompt the CR makes the modem forget the ESC together with whatever half line it had.
const ESC_CR: &[u8] = b"\x1b\r";
const CTRL_Z: u8 = 0x1A;

/// The dialogue with one modem on one open port.
#[derive(Debug)]
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
    /// What the modem may echo of the command before.
    last_echo: String,
    submit_timeout: Duration,
    events: VecDeque<Event>,
    transmits: VecDeque<Vec<u8>>,
}

#[derive(Debug)]
struct Flight {
    command: Command,
    /// The engine's own `AT` after a time-out, and how often it may be asked again.
    resync: Option<Resync>,
    phase: Phase,
    deadline: Instant,
    /// Ends in OK then, without one.
    grace: Option<Instant>,
    lines: Vec<String>,
    echo: String,
    /// Final results owed before this command's own.
    owed: u32,
    settled: Option<Settled>,
}

#[derive(Debug, Clone, Copy)]
struct Resync {
    tries_left: u8,
    /// A prompt may be open.
    escape: bool,
}

#[derive(Debug)]
enum Phase {
    /// Waiting for the final result.
    Result,
    /// Waiting for `>`.
    Prompt,
    /// The prompt is open and ours.
    Supply,
    /// The PDU and Ctrl-Z are out; its hex may be echoed.
    Submitted { hex: String },
    /// ESC is out.
    Aborting { prompt_seen: bool },
}

/// The last final result of a command that settles.
#[derive(Debug)]
struct Settled {
    seen: u32,
    result: Result<(), Failure>,
    lines: Vec<String>,
    quiet_at: Instant,
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
            last_echo: String::new(),
            submit_timeout: SUBMIT_TIMEOUT,
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    /// How long this family's submissions may take, at most [`SUBMIT_TIMEOUT_MAX`]. For the next one on.
    pub fn set_submit_timeout(&mut self, timeout: Duration) {
        self.submit_timeout = timeout.min(SUBMIT_TIMEOUT_MAX);
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
                if command != Command::Attention {
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
        self.transmits.push_back(ESC_CR.to_vec());
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
        self.transmits.push_back(ESC.to_vec());
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
            [Some(flight.deadline), flight.grace, quiet].into_iter().flatten()
        });
        flight.chain(self.headers.iter().map(|header| header.until)).min()
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

    fn start(&mut self, command: Command, resync: Option<Resync>, at: Instant) {
        let bytes = command.bytes();
        let echo = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        let timeout = if resync.is_some() {
            RESYNC_TIMEOUT
        } else {
            command.timeout()
        };
        let phase = if matches!(command, Command::SendMessage { .. }) {
            Phase::Prompt
        } else {
            Phase::Result
        };
        self.transmits.push_back(bytes);
        self.flight = Some(Flight {
            command,
            resync,
            phase,
            deadline: at + timeout,
            grace: None,
            lines: Vec::new(),
            echo,
            owed: self.debt,
            settled: None,
        });
    }

    fn resync(&mut self, resync: Resync, at: Instant) {
        if resync.escape {
            self.escape();
        }
        let tries_left = resync.tries_left.saturating_sub(1);
        self.start(Command::Attention, Some(Resync { tries_left, ..resync }), at);
    }

    fn on_prompt(&mut self, at: Instant) {
        let Some(flight) = self.flight.as_mut() else { return };
        match flight.phase {
            Phase::Prompt => {
                flight.phase = Phase::Supply;
                flight.deadline = at + SUPPLY_TIMEOUT;
                self.report(Event::Prompt);
            }
            Phase::Aborting { .. } => {
                // The ESC came before the prompt and was lost on the modem: once more, now that it means something.
                flight.phase = Phase::Aborting { prompt_seen: true };
                self.transmits.push_back(ESC.to_vec());
            }
            Phase::Result | Phase::Supply | Phase::Submitted { .. } => {}
        }
    }

    fn on_line(&mut self, line: &str, at: Instant) {
        let line = if self.may_follow_prompt() {
            line.trim_start_matches(['>', ' '])
        } else {
            line
        };
        if line.is_empty() || self.is_echo(line) || self.is_second_line(line, at) {
            return;
        }
        if self.is_header(line, at) {
            return;
        }
        if let Some(result) = self.read_final(line) {
            self.on_final(result, line, at);
        } else if !self.claim(line, at) {
            self.on_unsolicited(line, at);
        }
    }

    /// A prompt may be repeated, or come when nobody waits for it any more; the answer is then glued to it.
    fn may_follow_prompt(&self) -> bool {
        self.debt > 0
            || self
                .flight
                .as_ref()
                .is_some_and(|flight| matches!(flight.command, Command::SendMessage { .. }))
    }

    fn is_echo(&self, line: &str) -> bool {
        let echoed = |text: &str| !text.is_empty() && text.eq_ignore_ascii_case(line);
        let own = self.flight.as_ref().is_some_and(|flight| {
            echoed(&flight.echo) || matches!(&flight.phase, Phase::Submitted { hex } if echoed(hex))
        });
        own || echoed(&self.last_echo)
    }

    fn lists_messages(&self) -> bool {
        self.flight
            .as_ref()
            .is_some_and(|flight| matches!(flight.command, Command::ListMessages | Command::ReadMessage(_)))
    }

    /// See [`super::two_line`] for the rule.
    fn is_second_line(&mut self, line: &str, at: Instant) -> bool {
        let Some(latest) = self.headers.last() else {
            return false;
        };
        if !latest.takes_anything() {
            if is_hex(line) {
                let index = self
                    .headers
                    .iter()
                    .rposition(|header| header.fits(line))
                    .unwrap_or(self.headers.len() - 1);
                let header = self.headers.remove(index);
                self.on_second_line(&header, line);
                return true;
            }
            let ours = self.flight.is_some() && self.read_final(line).is_some();
            let claimed = self.flight.as_ref().is_some_and(|flight| flight.command.claims(line));
            let foreign = Header::read(line, false, at).is_some() || urc::carries_name(line);
            if ours || claimed || foreign || !matches!(urc::parse(line), Urc::Other(_)) {
                return false;
            }
        }
        match self.headers.pop() {
            Some(header) => {
                self.on_second_line(&header, line);
                true
            }
            None => false,
        }
    }

    fn on_second_line(&mut self, header: &Header, line: &str) {
        let pdu = line.to_owned();
        match header.kind {
            Kind::Message => self.report(Event::Urc(Urc::MessageDirect { pdu })),
            Kind::Report => self.report(Event::Urc(Urc::ReportDirect { pdu })),
            Kind::Broadcast => self.report(Event::Urc(Urc::Other(header.text.clone()))),
            Kind::Row => self.keep_line(pdu),
            Kind::LateRow => {}
        }
    }

    fn is_header(&mut self, line: &str, at: Instant) -> bool {
        let Some(header) = Header::read(line, self.lists_messages(), at) else {
            return false;
        };
        if header.kind == Kind::Row {
            self.close_row();
            self.keep_line(line.to_owned());
        } else if self.headers.last().is_some_and(|latest| latest.text == header.text) {
            // The header twice before its PDU.
            self.headers.pop();
        }
        if self.headers.len() == HEADERS_MAX {
            let forgotten = self.headers.remove(0);
            self.report(Event::Dropped {
                octets: forgotten.text.len(),
            });
        }
        self.headers.push(header);
        true
    }

    /// A row whose PDU never came keeps its place with an empty line.
    fn close_row(&mut self) {
        if let Some(index) = self.headers.iter().position(|header| header.kind == Kind::Row) {
            self.headers.remove(index);
            self.keep_line(String::new());
        }
    }

    fn keep_line(&mut self, line: String) {
        let Some(flight) = self.flight.as_mut() else { return };
        if flight.lines.len() < LINES_MAX {
            flight.lines.push(line);
        } else {
            self.report(Event::Dropped { octets: line.len() });
        }
    }

    fn read_final(&self, line: &str) -> Option<FinalResult> {
        let command = self.flight.as_ref().map(|flight| &flight.command);
        let nameless = matches!(command, Some(Command::Attention | Command::Plain { prefix: None, .. }));
        FinalResult::read(line)
            .or_else(|| nameless.then(|| FinalResult::read_numeric(line)).flatten())
            .or_else(|| command.and_then(|_| FinalResult::read_connect(line)))
    }

    fn on_final(&mut self, result: FinalResult, line: &str, at: Instant) {
        if result == FinalResult::Ok && self.late_ok_until.take().is_some_and(|until| at <= until) {
            return;
        }
        let Some(flight) = self.flight.as_mut() else {
            self.report(Event::Urc(Urc::Other(line.to_owned())));
            return;
        };
        let late_refusal =
            matches!(&result, FinalResult::Failed(Failure::Cms(_))) && !flight.command.is_message_service();
        if late_refusal && self.in_doubt && flight.owed == 0 {
            self.in_doubt = false;
            self.report(Event::Urc(Urc::Other(line.to_owned())));
            return;
        }
        let result = match (result, &flight.phase) {
            (_, Phase::Aborting { .. }) => Err(Failure::Aborted),
            // Not its final result: a late one, or the early OK of a modem (MC7455) that goes on to take the PDU.
            (FinalResult::Ok, Phase::Prompt | Phase::Supply) => return,
            (FinalResult::Ok, Phase::Result | Phase::Submitted { .. }) => Ok(()),
            (FinalResult::Failed(failure), _) => Err(failure),
        };
        if flight.owed == 0 {
            self.close_row();
            self.finish(result, at);
            return;
        }
        let seen = flight.settled.as_ref().map_or(0, |settled| settled.seen) + 1;
        let lines = std::mem::take(&mut flight.lines);
        let done = seen > flight.owed;
        flight.settled = Some(Settled {
            seen,
            result,
            lines,
            quiet_at: at + SETTLE_QUIET,
        });
        if done {
            self.finish_settled(at);
        }
    }

    fn claim(&mut self, line: &str, at: Instant) -> bool {
        let Some(flight) = self.flight.as_mut().filter(|flight| flight.command.claims(line)) else {
            return false;
        };
        match (&flight.command, &flight.phase) {
            (Command::SendMessage { .. }, Phase::Submitted { .. }) => {
                flight.grace = Some(at + SUBMIT_GRACE);
                self.in_doubt = false;
            }
            // A reference before our PDU is out is not for our PDU.
            (Command::SendMessage { .. }, _) => return false,
            (Command::PinState, _) => flight.grace = Some(at + PIN_STATE_GRACE),
            (_, _) => {}
        }
        self.keep_line(line.to_owned());
        true
    }

    fn on_unsolicited(&mut self, line: &str, at: Instant) {
        let urc = urc::parse(line);
        if let Urc::LateSubmit { .. } = urc {
            self.in_doubt = false;
            // A command that settles counts this OK among what is owed.
            let settles = self.flight.as_ref().is_some_and(|flight| flight.owed > 0);
            self.late_ok_until = (!settles).then(|| at + LATE_OK_WINDOW);
        }
        self.report(Event::Urc(urc));
    }

    /// What ends by silence: settling, graces, headers without their PDU.
    fn let_silence_pass(&mut self, at: Instant) {
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.settled.as_ref().is_some_and(|last| last.quiet_at <= at))
        {
            self.finish_settled(at);
        }
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.settled.is_none() && flight.grace.is_some_and(|until| until <= at))
        {
            self.finish(Ok(()), at);
            // Its OK may still be on the way.
            if let Some(flight) = self.flight.as_mut() {
                flight.owed = flight.owed.saturating_add(1);
            } else {
                self.debt = 1;
            }
        }
        while let Some(index) = self.headers.iter().position(|header| header.until <= at) {
            let header = self.headers.remove(index);
            match header.kind {
                Kind::Row => self.keep_line(String::new()),
                Kind::Message | Kind::Report | Kind::Broadcast | Kind::LateRow => {
                    self.report(Event::Dropped {
                        octets: header.text.len(),
                    });
                }
            }
        }
    }

    fn finish_settled(&mut self, at: Instant) {
        let Some(settled) = self.flight.as_mut().and_then(|flight| flight.settled.take()) else {
            return;
        };
        if let Some(flight) = self.flight.as_mut() {
            flight.lines = settled.lines;
        }
        self.finish(settled.result, at);
    }

    fn finish(&mut self, result: Result<(), Failure>, at: Instant) {
        let Some(flight) = self.flight.take() else { return };
        self.debt = 0;
        self.last_echo = flight.echo;
        if flight.resync.is_none() {
            self.report(Event::Done(Outcome {
                command: flight.command,
                lines: flight.lines,
                result,
            }));
        }
        if let Some(command) = self.held.take() {
            self.start(command, None, at);
        }
    }

    fn on_deadline(&mut self, at: Instant) {
        if self.flight.as_ref().is_some_and(|flight| flight.settled.is_some()) {
            self.finish_settled(at);
            return;
        }
        self.close_row();
        let Some(flight) = self.flight.take() else { return };
        self.debt = self.debt.saturating_add(1);
        self.last_echo = flight.echo;
        if let Some(resync) = flight.resync {
            self.on_resync_unanswered(resync, at);
            return;
        }
        let is_submission = matches!(flight.command, Command::SendMessage { .. });
        let asked_by_caller = flight.command == Command::Attention;
        let after_supply = matches!(flight.phase, Phase::Submitted { .. });
        self.in_doubt |= after_supply;
        let failure = match flight.phase {
            Phase::Aborting { .. } => Failure::Aborted,
            Phase::Result | Phase::Prompt => Failure::TimedOut {
                after_prompt: false,
                after_supply: false,
            },
            Phase::Supply => Failure::TimedOut {
                after_prompt: true,
                after_supply: false,
            },
            Phase::Submitted { .. } => Failure::TimedOut {
                after_prompt: true,
                after_supply: true,
            },
        };
        self.report(Event::Done(Outcome {
            command: flight.command,
            lines: flight.lines,
            result: Err(failure),
        }));
        // Who asks AT and gets no answer is resynchronising already.
        if !asked_by_caller {
            self.resync(
                Resync {
                    tries_left: RESYNC_TRIES,
                    escape: is_submission,
                },
                at,
            );
        }
    }

    fn on_resync_unanswered(&mut self, resync: Resync, at: Instant) {
        if resync.tries_left > 0 {
            self.resync(resync, at);
            return;
        }
        match self.held.take() {
            None => {}
            Some(command @ Command::SendMessage { .. }) => {
                let failure = Failure::TimedOut {
                    after_prompt: false,
                    after_supply: false,
                };
                self.report(Event::Done(Outcome {
                    command,
                    lines: Vec::new(),
                    result: Err(failure),
                }));
            }
            Some(command) => self.start(command, None, at),
        }
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
