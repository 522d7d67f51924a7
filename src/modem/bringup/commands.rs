//! What bring-up says next, step by step.

use super::script::{
    self, ACKNOWLEDGEMENT, BASICS, CALLS, IDENTITY, NOTIFY_RANGES, PDU_MODE, PDU_MODES, RADIO, RADIO_ON, SETTINGS,
    SPEAK_UP, SURVEY,
};
use super::state::Stage;
use super::{AWAKEN_WAIT, BUSY_TRIES, Bringup, Early, Next, QUICK, SLOW, SPEAK_UP_AT, State, plain};
use crate::at::Command;
use crate::modem::families::Line;
use crate::modem::{Event, Limit};
use std::time::Instant;

impl Bringup {
    /// The next command.
    pub fn next(&mut self, at: Instant) -> Next {
        if self.pause.is_some_and(|until| at < until) {
            return Next::Wait;
        }
        self.pause = None;
        let underway = self.state.stage() == Stage::Calls || matches!(self.state, State::AwaitTexts { .. });
        if underway && self.early == Early::Wanted {
            self.early = Early::Asked;
            return Next::Send(plain(&PDU_MODE, SLOW));
        }
        // Some steps have nothing to send for this family; the loop is as long as the list of steps.
        loop {
            self.asked_radio |= matches!(self.state, State::Radio);
            let (command, otherwise) = match self.state {
                State::Off | State::Ready | State::Mute => return Next::Wait,
                State::Limited(Limit::NoSms | Limit::NoPduMode) => {
                    self.enter(State::PduMode { busy: 0 });
                    continue;
                }
                State::Limited(_) => {
                    self.enter(State::Sim { busy: BUSY_TRIES });
                    continue;
                }
                State::AwaitTexts { until } if at < until => return Next::Wait,
                State::AwaitTexts { .. } => {
                    self.enter(State::PduMode { busy: 0 });
                    continue;
                }
                State::Awaken { tries: SPEAK_UP_AT } => return Next::EscapeThenSend(plain(&SPEAK_UP, AWAKEN_WAIT)),
                State::Awaken { .. } => return Next::EscapeThenSend(Command::Attention),
                State::LineEnd => return Next::Send(Command::Attention),
                State::Basics { next } => (BASICS.get(next).map(|l| plain(l, QUICK)), State::Identify { next: 0 }),
                State::Identify { next } => (IDENTITY.get(next).map(|text| Command::Identify(text)), State::Radio),
                State::Radio => (Some(plain(&RADIO, QUICK)), State::Sim { busy: 0 }),
                State::RadioOn => (Some(plain(&RADIO_ON, SLOW)), State::Sim { busy: 0 }),
                State::Sim { .. } => (Some(Command::PinState), State::Ready),
                State::CountTries { next } => (
                    self.family.pin_counters.get(next).map(|ask| plain(ask, QUICK)),
                    State::Unlock,
                ),
                State::Unlock => match (&self.options.pin, self.pin_spent) {
                    (Some(pin), false) => {
                        // Spent before it is sent: whatever comes of it, it is not tried again.
                        self.pin_spent = true;
                        return Next::Send(Command::EnterPin(pin.clone()));
                    }
                    (Some(_), true) => {
                        self.limited(Limit::PinWrong, at);
                        return Next::Wait;
                    }
                    (None, _) => {
                        self.limited(Limit::PinRequired, at);
                        return Next::Wait;
                    }
                },
                State::Settings { next } => (SETTINGS.get(next).map(|l| plain(l, SLOW)), State::Reports { line: 0 }),
                State::Reports { line } => (
                    self.family.call_reports.get(line).map(|l| plain(l, QUICK)),
                    State::Extras { step: 0, line: 0 },
                ),
                State::Extras { step, line } => match self.family.extras.get(step) {
                    Some(extra) => (
                        extra.0.get(line).map(|l| plain(l, QUICK)),
                        State::Extras {
                            step: step + 1,
                            line: 0,
                        },
                    ),
                    None => (None, State::Calls),
                },
                State::Calls => (Some(plain(&CALLS, QUICK)), State::Ready),
                State::PduMode { .. } => (Some(plain(&PDU_MODE, SLOW)), State::Ready),
                State::PduModes => (Some(plain(&PDU_MODES, QUICK)), State::Ready),
                State::Storage { next, .. } => (
                    self.family
                        .storage
                        .get(next)
                        .map(|s| Command::MessageStorage((*s).to_string())),
                    State::Notify { again: 0 },
                ),
                State::Notify { .. } => {
                    let setting = self.news.setting();
                    if setting.is_none() {
                        let why = "every +CNMI setting was refused; texts are found by looking for them".to_string();
                        self.events.push_back(Event::Note {
                            what: "no_notifications",
                            why,
                        });
                    }
                    (setting.map(Command::Notifications), State::Survey { next: 0 })
                }
                State::NotifyRanges => (Some(plain(&NOTIFY_RANGES, QUICK)), State::Survey { next: 0 }),
                State::WithAcknowledgement => (Some(plain(&ACKNOWLEDGEMENT, QUICK)), State::Survey { next: 0 }),
                State::NotifyCheck => {
                    let line = Line {
                        text: "+CNMI?",
                        prefix: Some("+CNMI:"),
                    };
                    (Some(plain(&line, QUICK)), State::Survey { next: 0 })
                }
                State::Survey { next } => {
                    let asked = SURVEY.get(next).map(|ask| match ask {
                        script::Ask::Free(text) => Command::Identify(text),
                        script::Ask::Named(line) => plain(line, SLOW),
                    });
                    (asked, State::Iccid { line: 0 })
                }
                State::Iccid { line } => (
                    self.family.iccid.get(line).map(|text| Command::Identify(text)),
                    State::Ready,
                ),
            };
            match command {
                Some(command) => return Next::Send(command),
                None => {
                    self.enter(otherwise);
                    if otherwise == State::Ready {
                        self.tell_identity();
                    }
                }
            }
        }
    }
}
