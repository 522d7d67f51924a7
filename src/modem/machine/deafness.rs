//! What keeps the network from reaching us, and what is looked at after a call.

use super::super::inbox::Inbox;
use super::super::timers::Timer;
use super::super::{Condition, Deafness, Event, Limit, RetryClass, SubmitOutcome};
use super::urgency::Question;
use super::{Job, Modem};
use crate::at::Command;
use std::time::{Duration, Instant};

/// After a call, before its settings are looked at: the text to the caller goes first.
const AFTER_CALL: Duration = Duration::from_secs(1);

impl Modem {
    /// What keeps calls from reaching us now.
    fn deafness(&self) -> Option<Deafness> {
        match &self.condition {
            Condition::NoPort => Some(Deafness::NoModem),
            Condition::Mute { .. } => Some(Deafness::Mute),
            Condition::BringUp { .. } => (!self.bringup.can_text()).then_some(Deafness::NotReady),
            Condition::Ready => None,
            Condition::Limited { why } => match why {
                Limit::NotRegistered | Limit::RegistrationDenied => Some(Deafness::NoNetwork),
                Limit::NoSim | Limit::PinRequired | Limit::PinWrong | Limit::PinTriesLow | Limit::PukRequired => {
                    Some(Deafness::NotReady)
                }
                // Calls never ring there anyway, or they do: nothing that comes and goes.
                Limit::SmsOnly | Limit::NoVoice | Limit::NoSms | Limit::NoPduMode => None,
            },
        }
    }

    /// What an event says about the network.
    pub(super) fn learn_of_network(&mut self, event: &Event) {
        match event {
            Event::CallStarted { .. } | Event::Received(_) | Event::NetworkTime { .. } => self.heard = true,
            Event::CallEnded(_) => self.call_over = true,
            Event::Submitted { outcome, .. } => match outcome {
                SubmitOutcome::Accepted(_) => self.heard = true,
                SubmitOutcome::Unknown { .. } => self.reach.send_failed(),
                SubmitOutcome::Refused { class, .. } => match class {
                    RetryClass::Unregistered => self.reach.send_failed(),
                    // The network, or the other side, said no: it was reached.
                    RetryClass::Permanent
                    | RetryClass::Account
                    | RetryClass::TransientLong
                    | RetryClass::WithoutValidity
                    | RetryClass::AlreadySent => self.heard = true,
                    RetryClass::Transient | RetryClass::AtMost(_) | RetryClass::Modem => {}
                },
                SubmitOutcome::NotTried { .. } => {}
            },
            Event::Registration(_) => self.heard |= self.status.is_registered(),
            Event::CallIdentified { .. }
            | Event::ReadyToSubmit
            | Event::Submitting { .. }
            | Event::Condition(_)
            | Event::Identity(_)
            | Event::Signal(_)
            | Event::Measured(_)
            | Event::Storage { .. }
            | Event::Deaf { .. }
            | Event::Hears { .. }
            | Event::Examined(_)
            | Event::Balance(_)
            | Event::MissedMemory(_)
            | Event::Note { .. } => {}
        }
    }

    /// Tells of deaf spells, and takes a deaf modem up the ladder when nothing else goes on.
    pub(super) fn look_at_reach(&mut self, at: Instant) {
        if std::mem::take(&mut self.heard) {
            self.reach.proof(at);
        }
        if std::mem::take(&mut self.call_over) && self.opened {
            self.timers.set(Timer::AfterCall, Some(at + AFTER_CALL));
        }
        let deaf = self.deafness();
        self.reach.look(deaf, at);
        let suspicion = self.reach.suspicion(at);
        self.suspicious = suspicion.is_some();
        match suspicion {
            None if deaf.is_none() => self.health.hears(),
            None => {}
            Some(_) if !self.opened || self.calls.is_busy() || !self.sender.is_idle() => {}
            Some(why) => self.health.deaf(&why, at),
        }
        self.take_room_events();
    }

    /// A call was over a moment ago. Everything is looked at again, because calls are when modems lose their heads.
    pub(super) fn look_after_call(&mut self) {
        if !self.opened || self.calls.is_busy() {
            return;
        }
        self.after_call.clear();
        if !self.bringup.ignores_bare_at() {
            self.after_call.push_back(Question::Attention);
        }
        let canaries = [("+CREG", Question::Registration), ("+CNMI", Question::Notifications)];
        for (name, question) in canaries {
            if self.canary.shows(name) {
                self.after_call.push_back(question);
            }
        }
        self.after_call.push_back(Question::Sweep);
    }

    /// The next question after a call.
    pub(super) fn next_after_call(&mut self, at: Instant) -> Option<(Job, Command)> {
        if self.calls.is_busy() {
            return None;
        }
        while let Some(question) = self.after_call.pop_front() {
            if question != Question::Sweep {
                return Some(question.job());
            }
            self.inbox.sweep_now();
            if let Some(ask) = self.inbox.wants(at) {
                let command = Inbox::command(&ask);
                return Some((Job::Inbox(ask), command));
            }
        }
        None
    }

    /// Answers that show whether the settings still hold. One that doesn't means that the modem restarted without a word:
    /// everything is set again, and since it was last well nothing could be heard.
    pub(super) fn look_at_settings(&mut self, lines: &[String], at: Instant) {
        let well = self.canary.well();
        let Some(lost) = lines.iter().find_map(|line| self.canary.answer(line, at)) else {
            return;
        };
        self.note(
            "settings_lost",
            format!("{lost}: the modem restarted without a word; set up anew"),
        );
        self.reach.was_deaf(Deafness::SettingsLost, well.unwrap_or(at), at);
        self.canary.forget();
        self.after_call.clear();
        self.opened = false;
        self.reading = false;
        self.bringup.start(false);
    }
}
