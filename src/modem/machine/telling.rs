//! What the outside is told of the modem's state: its condition, and whether it would take a text.

use super::super::{Condition, Event, Limit, Output};
use super::Modem;

impl Modem {
    pub(super) fn look_at_condition(&mut self) {
        let next = if !self.open {
            Condition::NoPort
        } else if let Some(rung) = self.health.mute() {
            Condition::Mute { rung }
        } else if let Some(why) = self.bringup.limit() {
            Condition::Limited { why }
        } else if !self.bringup.is_ready() {
            Condition::BringUp {
                step: self.bringup.step(),
            }
        } else if let Some(why) = self.status.limit() {
            Condition::Limited { why }
        } else {
            Condition::Ready
        };
        if next != self.condition {
            self.condition = next.clone();
            // Who hears of a condition takes it that nothing can be sent; if something can, that is said again.
            self.asked_for_text = false;
            self.out.push_back(Output::Event(Event::Condition(next)));
        }
    }

    /// Why a text can't be sent now.
    pub(super) fn why_no_text(&self) -> Option<&'static str> {
        if self.draining {
            return Some("shutting down");
        }
        if !self.open {
            return Some("no port");
        }
        if !self.bringup.can_text() {
            return Some("the modem is not ready");
        }
        if self.health.mute().is_some() {
            return Some("the modem does not answer");
        }
        match self.status.limit() {
            Some(Limit::NotRegistered | Limit::RegistrationDenied) => Some("not registered"),
            Some(
                Limit::NoSim
                | Limit::PinRequired
                | Limit::PinWrong
                | Limit::PinTriesLow
                | Limit::PukRequired
                | Limit::SmsOnly
                | Limit::NoVoice
                | Limit::NoSms
                | Limit::NoPduMode,
            )
            | None => None,
        }
    }

    pub(super) fn ask_for_text(&mut self) {
        let can = self.sender.is_idle() && self.why_no_text().is_none();
        if can && !self.asked_for_text {
            self.out.push_back(Output::Event(Event::ReadyToSubmit));
        }
        self.asked_for_text = can;
    }
}
