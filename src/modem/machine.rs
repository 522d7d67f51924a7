//! The modem as one machine: inputs go to the rooms they concern, and one command at a time goes out, the most urgent first.
//!
//! The order of urgency is [`Modem::next_job`], and it is a promise: a PDU and its permit, a call's own questions, the next
//! text, a text that came in, bring-up, deletions, and last the idle questions.

use super::bringup::Bringup;
use super::calls::{self, Calls};
use super::canary::Canary;
use super::examination::Examination;
use super::health::Health;
use super::inbox::{self, Inbox};
use super::missed_memory::MissedMemory;
use super::reach::Reach;
use super::sender::Sender;
use super::status::Status;
use super::timers::Timers;
use super::ussd::Ussd;
use super::{Condition, Identity, Input, Options, Output, Registration, Signal};
use crate::at::Engine;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod chores;
mod deafness;
mod hearing;
mod telling;
mod turn;
mod urgency;
use chores::{AskClock, Chore};
use urgency::Question;

/// Another memory is selected within this or not at all: a modem may ignore names it doesn't know.
const SELECT_WAIT: Duration = Duration::from_secs(5);

/// Whose the command in flight is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Job {
    BringUp,
    Calls(calls::Ask),
    Submit,
    Inbox(inbox::Ask),
    /// A text that was handed on is durable.
    Acknowledge,
    Idle(Question),
    Chore(Chore),
    /// The ladder's `AT`.
    Knock,
    /// The ladder's `+CFUN=4` and `+CFUN=1`.
    Radio,
    /// The ladder's restart, in the family's way of this number.
    Restart(usize),
}

impl Job {
    /// What it is, for a note.
    fn name(&self) -> &'static str {
        match self {
            Job::BringUp => "a bring-up command",
            Job::Calls(_) => "a question about a call",
            Job::Submit => "a text",
            Job::Inbox(_) => "a question to the message memory",
            Job::Acknowledge => "an acknowledgement",
            Job::Idle(_) => "an idle question",
            Job::Chore(_) => "a chore",
            Job::Knock => "AT",
            Job::Radio => "the radio's command",
            Job::Restart(_) => "the restart",
        }
    }
}

/// One modem. See the [module](super).
pub struct Modem {
    engine: Engine,
    /// The port is open.
    open: bool,
    draining: bool,
    job: Option<Job>,
    bringup: Bringup,
    calls: Calls,
    inbox: Inbox,
    sender: Sender,
    status: Status,
    health: Health,
    reach: Reach,
    canary: Canary,
    examination: Examination,
    ussd: Ussd,
    missed: MissedMemory,
    /// What is looked at after a call, one question after another.
    after_call: VecDeque<Question>,
    timers: Timers,
    /// The modem was ready on this port: the rooms have been told.
    opened: bool,
    /// The inbox may look on this port: a little earlier.
    reading: bool,
    /// The desk has been asked for a text.
    asked_for_text: bool,
    clip_due: bool,
    /// [`Input::Measure`] waits for its turn.
    measure_due: bool,
    pdu_mode_due: bool,
    /// When the modem was last told to take texts as PDUs.
    pdu_mode_at: Option<Instant>,
    clock: AskClock,
    idle_due: bool,
    idle_turn: u32,
    /// The network gave a sign; a call ended. Taken up at the end of the turn.
    heard: bool,
    call_over: bool,
    /// The memory of missed calls is to be read when the modem is next idle.
    missed_due: bool,
    /// The family's way to restart that is next.
    restart_way: usize,
    /// The modem is taken for deaf, and the ladder waits for its next rung.
    suspicious: bool,
    condition: Condition,
    out: VecDeque<Output>,
}

impl Modem {
    /// A modem that has no port yet.
    #[must_use]
    pub fn new(options: Options) -> Modem {
        let mut calls = Calls::new(options.reject_after);
        if options.ask_cause {
            calls.ask_causes();
        }
        Modem {
            engine: Engine::new(),
            open: false,
            draining: false,
            job: None,
            calls,
            health: Health::new(options.power),
            reach: Reach::default(),
            canary: Canary::default(),
            examination: Examination::new(),
            ussd: Ussd::new(options.balance.clone()),
            missed: MissedMemory::new(),
            after_call: VecDeque::new(),
            bringup: Bringup::new(options),
            inbox: Inbox::new(),
            sender: Sender::new(),
            status: Status::default(),
            timers: Timers::default(),
            opened: false,
            reading: false,
            asked_for_text: false,
            clip_due: false,
            measure_due: false,
            pdu_mode_due: false,
            pdu_mode_at: None,
            clock: AskClock::NotNow,
            idle_due: false,
            idle_turn: 0,
            heard: false,
            call_over: false,
            missed_due: false,
            restart_way: 0,
            suspicious: false,
            condition: Condition::NoPort,
            out: VecDeque::new(),
        }
    }

    /// Takes one input, with the time it happened. Poll until [`Output::Wait`] after it.
    pub fn handle(&mut self, input: Input<'_>, at: Instant) {
        self.let_time_pass(at);
        match input {
            Input::PortOpened => self.port_opened(at),
            Input::PortLost => self.port_lost(at),
            Input::Bytes(bytes) => {
                if self.open {
                    self.engine.receive(bytes, at);
                }
            }
            Input::Submit(submission) => {
                self.asked_for_text = false;
                let refusal = self.why_no_text();
                self.sender.submit(submission, refusal, at);
            }
            Input::Permit(outbox) => {
                let action = self.sender.permit(outbox, at);
                self.act(action, at);
            }
            Input::Withdraw(outbox) => {
                let action = self.sender.withdraw(outbox);
                self.act(action, at);
            }
            Input::Committed(token) => self.inbox.committed(token, at),
            Input::Tick => {}
            Input::Drain => self.draining = true,
            Input::Stepped { step, outcome } => self.health.stepped(step, &outcome, at),
            Input::Examine => self.examination.start(),
            Input::Measure => self.measure_due = true,
            Input::AskBalance => self.ussd.ask(),
        }
        self.run(at);
    }

    /// The next output; [`Output::Wait`] when there is nothing more until input or until then.
    pub fn poll(&mut self) -> Output {
        match self.out.pop_front() {
            Some(output) => output,
            None => Output::Wait(self.timers.next()),
        }
    }

    /// What state it is in.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Who modem and SIM are, as far as known.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        self.bringup.identity()
    }

    /// Registration as last reported.
    #[must_use]
    pub fn registration(&self) -> Registration {
        self.status.registration()
    }

    /// Signal as last reported.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.status.signal()
    }

    /// When the network last gave a sign: a call, a text, a report, its time, a text it took, a question it answered.
    #[must_use]
    pub fn last_network_proof(&self) -> Option<Instant> {
        self.reach.last_proof()
    }

    /// When the modem last answered, or said something a modem says.
    #[must_use]
    pub fn last_proof(&self) -> Option<Instant> {
        self.health.last_proof()
    }

    fn port_opened(&mut self, at: Instant) {
        if self.open {
            self.cut_off("port_lost", "the port was opened anew", at);
        }
        self.open = true;
        self.health.opened();
        self.bringup.start(false);
    }

    fn port_lost(&mut self, at: Instant) {
        if self.open {
            self.cut_off("port_lost", "the port was lost", at);
        }
        self.open = false;
        self.health.lost(at);
        self.bringup.stop();
    }

    /// Whatever the modem was doing for us is over.
    fn cut_off(&mut self, evidence: &'static str, why: &str, at: Instant) {
        match evidence {
            // Should it be no restart after all, what was asked is still answered.
            "modem_restarted" => self.engine.interrupt(),
            _port => self.engine.reset(),
        }
        self.take_engine_events(at);
        self.job = None;
        self.calls.cut_off(evidence, at);
        self.sender.cut_off(why);
        self.inbox.cut_off();
        self.status.forget();
        self.reach.forget();
        self.canary.forget();
        self.after_call.clear();
        self.ussd.cut_off();
        self.missed.cut_off();
        self.opened = false;
        self.reading = false;
        self.asked_for_text = false;
        self.clip_due = false;
        self.measure_due = false;
        self.pdu_mode_at = None;
        self.clock = AskClock::NotNow;
        self.restart_way = 0;
        self.idle_due = false;
        self.timers.clear();
    }
}
