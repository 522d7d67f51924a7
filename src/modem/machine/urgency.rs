//! Which command goes out next: the most urgent, and when nothing is, now and then an idle question.

use super::super::bringup::Next;
use super::super::health::Step;
use super::super::inbox::Inbox;
use super::super::timers::{IDLE_EVERY, Timer};
use super::super::{Output, calls};
use super::chores::AskClock;
use super::{Job, Modem};
use crate::at::Command;
use std::time::{Duration, Instant};

/// Every so many idle questions, the message list is looked through instead: five minutes.
const SWEEP_EVERY_TURNS: u32 = 8;
/// And every so many, the other memories too: an hour. The line that announced a text may have been lost.
const LOOK_THROUGH_EVERY_TURNS: u32 = 88;
/// The same where the modem announces no texts: every time.
const SWEEP_EVERY_TURNS_UNANNOUNCED: u32 = 1;
/// Another program on another port of the modem may have gone over to text mode, where a PDU's length is taken for a number and
/// its hex for the words: before a text, PDU mode is set anew where it was last set longer ago than this.
const PDU_MODE_HOLDS: Duration = Duration::from_secs(300);
/// Hanging up: makers allow up to 120 s, but a call doesn't ring that long.
const HANG_UP_WAIT: Duration = Duration::from_secs(20);
/// A question to the modem or the SIM.
const ASK_WAIT: Duration = Duration::from_secs(5);
/// A question that the network answers (EC2x documents 15 s for +CLIP).
const NETWORK_WAIT: Duration = Duration::from_secs(15);
/// A restart is answered within this, or not at all.
const RESTART_WAIT: Duration = Duration::from_secs(10);
/// The radio is switched within this: leaving a network takes seconds.
const RADIO_WAIT: Duration = Duration::from_secs(15);
/// 27.007 §8.2: flight mode, and back. (0 would be less, and some sticks fall off the bus with it.)
const RADIO_OFF: &str = "+CFUN=4";
const RADIO_ON: &str = "+CFUN=1";

/// The idle questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Signal,
    Registration,
    EpsRegistration,
    Storage,
    /// `+CLIP=1`, which was refused before the network was there.
    ShowCallers,
    /// `+CMGF=0`, which somebody undid, or may have undone.
    PduMode {
        undone: bool,
    },
    /// Are texts still announced? `+CNMI?`
    Notifications,
    /// Plain `AT`, after a call.
    Attention,
    /// The message list, after a call.
    Sweep,
    /// `+CLIP?`: the network itself is asked whether the line has caller display, so an answer is proof of it.
    OwnTest,
}

impl Modem {
    /// What goes out next, the most urgent first.
    pub(super) fn next_job(&mut self, at: Instant) -> Option<(Job, Command)> {
        self.engine.end_in_line_feed(self.bringup.ends_in_line_feed());
        match self.health.step(at) {
            Step::None => {}
            Step::Wait => return None,
            Step::Knock { escape } => {
                if escape {
                    self.engine.escape();
                }
                return Some((Job::Knock, self.bringup.knock()));
            }
            Step::Reopen => {
                self.out.push_back(Output::ReopenPort);
                return None;
            }
            Step::RadioOff => return Some((Job::Radio, plain(RADIO_OFF, RADIO_WAIT))),
            Step::RadioOn => return Some((Job::Radio, plain(RADIO_ON, RADIO_WAIT))),
            Step::Restart => {
                let way = self.restart_way;
                if let Some(text) = self.restart_way(way) {
                    return Some((Job::Restart(way), plain(text, RESTART_WAIT)));
                }
                self.health.restart_given(at);
                return None;
            }
            Step::Outside(step) => {
                self.out.push_back(Output::Power(step));
                return None;
            }
        }
        if let Some(ask) = self.calls.wants(at) {
            let command = match ask {
                calls::Ask::List => Command::ListCalls,
                calls::Ask::Cause => Command::Plain {
                    text: "+CEER",
                    prefix: Some("+CEER:"),
                    timeout: calls::CAUSE_WAIT,
                },
                calls::Ask::HangUp(text) => Command::Plain {
                    text,
                    prefix: None,
                    timeout: HANG_UP_WAIT,
                },
            };
            return Some((Job::Calls(ask), command));
        }
        // The network waits for it, and sends the text again if it waits too long.
        if !self.bringup.is_knocking()
            && let Some(command) = self.inbox.wants_acknowledged()
        {
            return Some((Job::Acknowledge, command));
        }
        if let Some(command) = self.sender.wants(self.calls.is_ringing(), at) {
            let holds = |set: Instant| at.saturating_duration_since(set) < PDU_MODE_HOLDS;
            if !self.pdu_mode_at.is_some_and(holds) {
                return Some(Question::PduMode { undone: false }.job());
            }
            return Some((Job::Submit, command));
        }
        self.open_rooms(at);
        if self.reading
            && let Some(ask) = self.inbox.wants(at)
        {
            let command = Inbox::command(&ask);
            return Some((Job::Inbox(ask), command));
        }
        // What is only good to know may take the network's time, and the call list must not wait for it.
        if self.calls.is_ringing() && self.bringup.is_surveying() {
            return None;
        }
        match self.bringup.next(at) {
            Next::Send(command) => return Some((Job::BringUp, command)),
            Next::EscapeThenSend(command) => {
                self.engine.escape();
                return Some((Job::BringUp, command));
            }
            Next::Wait => {}
        }
        self.open_rooms(at);
        self.next_question(at)
    }

    /// The family's way of that number to restart, text after `AT`.
    pub(super) fn restart_way(&self, way: usize) -> Option<&'static str> {
        self.bringup.family().reset.get(way).copied()
    }

    /// Settings that somebody undid, and what is looked at after a call.
    fn next_urgent_question(&mut self, at: Instant) -> Option<(Job, Command)> {
        if !self.opened || !self.sender.is_idle() {
            return None;
        }
        if std::mem::take(&mut self.pdu_mode_due) {
            return Some(Question::PduMode { undone: true }.job());
        }
        if !self.calls.is_ringing() && std::mem::take(&mut self.clip_due) {
            return Some(Question::ShowCallers.job());
        }
        self.next_after_call(at)
    }

    /// Idle questions wait until nothing else goes on.
    fn next_question(&mut self, at: Instant) -> Option<(Job, Command)> {
        if let Some(job) = self.next_urgent_question(at).or_else(|| self.next_chore(at)) {
            return Some(job);
        }
        if !self.opened || !self.sender.is_idle() {
            return None;
        }
        if self.calls.is_busy() || !std::mem::take(&mut self.idle_due) {
            return None;
        }
        self.timers.set(Timer::Idle, Some(at + IDLE_EVERY));
        self.idle_turn = self.idle_turn.wrapping_add(1);
        if self.idle_turn.is_multiple_of(2) && std::mem::take(&mut self.missed_due) {
            // After this turn's question.
            self.missed.look();
        }
        let sweep = if self.bringup.announces_texts() {
            SWEEP_EVERY_TURNS
        } else {
            SWEEP_EVERY_TURNS_UNANNOUNCED
        };
        if self.idle_turn.is_multiple_of(sweep) {
            // The list is this turn's question, through the inbox.
            self.inbox.sweep_now();
            if self.idle_turn.is_multiple_of(LOOK_THROUGH_EVERY_TURNS) {
                self.look_through_memories();
            }
            if let Some(ask) = self.inbox.wants(at) {
                let command = Inbox::command(&ask);
                return Some((Job::Inbox(ask), command));
            }
            return None;
        }
        if self.reach.wants_test(at) && self.status.is_registered() {
            return Some(Question::OwnTest.job());
        }
        Some(self.idle_question().job())
    }

    /// One of four in turn; now and then something else in its place.
    fn idle_question(&mut self) -> Question {
        match self.idle_turn % SWEEP_EVERY_TURNS {
            3 if self.status.is_registered() && !self.bringup.shows_callers() && !self.bringup.ignores_unknown() => {
                return Question::ShowCallers;
            }
            // After this turn's question.
            5 if self.clock == AskClock::NotNow && !self.bringup.ignores_unknown() => {
                self.clock = AskClock::Due { line: 0 };
            }
            7 if self.canary.shows("+CNMI") => return Question::Notifications,
            _other => {}
        }
        match self.idle_turn % 4 {
            0 => Question::Storage,
            1 => Question::Registration,
            2 => Question::Signal,
            _three => Question::EpsRegistration,
        }
    }
}

fn plain(text: &'static str, timeout: Duration) -> Command {
    Command::Plain {
        text,
        prefix: None,
        timeout,
    }
}

impl Question {
    pub(super) fn job(self) -> (Job, Command) {
        (Job::Idle(self), self.command())
    }

    fn command(self) -> Command {
        let ask = |text, prefix| Command::Plain {
            text,
            prefix,
            timeout: ASK_WAIT,
        };
        match self {
            Question::Signal => ask("+CSQ", Some("+CSQ:")),
            Question::Registration => ask("+CREG?", Some("+CREG:")),
            Question::EpsRegistration => ask("+CEREG?", Some("+CEREG:")),
            Question::Storage => Command::MessageStorageState,
            Question::ShowCallers => plain("+CLIP=1", NETWORK_WAIT),
            Question::Notifications => ask("+CNMI?", Some("+CNMI:")),
            Question::Attention => Command::Attention,
            Question::Sweep => Command::ListMessages,
            Question::OwnTest => Command::Plain {
                text: "+CLIP?",
                prefix: Some("+CLIP:"),
                timeout: NETWORK_WAIT,
            },
            Question::PduMode { .. } => ask("+CMGF=0", None),
        }
    }
}
