//! What the modem answered to bring-up's commands, and the step that follows. 27.007 §8.3 (PIN), §9.2 (errors).

use super::super::families::NO_ACKNOWLEDGEMENT;
use super::super::families::Voice;
use super::super::replies::{pin_state, text_field};
use super::super::{Event, Limit, families};
use super::script::{IDENTITY, SETTINGS, SURVEY};
use super::{
    AWAKEN_TRIES, BUSY_TRIES, BUSY_WAIT, Bringup, Early, IGNORED_MAX, LIMITED_EVERY, LINE_FEED_AT, Name, News,
    PIN_TRIES_NEEDED, SMS_READY_WAIT, SPEAK_UP_AT, STORAGE_TRIES, State, UNKNOWN_TRIES,
};
use crate::at::reply::{self, own_number, pin_tries};
use crate::at::{CodeOrWords, Failure, Outcome};
use std::time::Instant;

impl Bringup {
    /// The command of [`Bringup::next`] is over.
    pub fn done(&mut self, outcome: &Outcome, at: Instant) {
        if outcome.result == Err(Failure::PortLost) {
            return;
        }
        let accepted = outcome.result.is_ok();
        let unanswered = matches!(outcome.result, Err(Failure::TimedOut { .. }));
        if unanswered && !matches!(self.state, State::Awaken { .. } | State::LineEnd) {
            self.ignored = self.ignored.saturating_add(1).min(IGNORED_MAX);
        }
        if self.early == Early::Asked {
            self.early = if accepted { Early::Given } else { Early::Refused };
            return;
        }
        match self.state {
            State::Off | State::Ready | State::Limited(_) | State::Mute | State::AwaitTexts { .. } => {}
            State::Awaken { tries } => {
                // An error is an answer too: somebody is there.
                if !unanswered {
                    self.ignores_bare_at = tries == SPEAK_UP_AT;
                    self.enter(match tries {
                        LINE_FEED_AT => State::LineEnd,
                        _other => State::Basics { next: 0 },
                    });
                } else if tries + 1 >= AWAKEN_TRIES {
                    self.enter(State::Mute);
                } else {
                    self.enter(State::Awaken { tries: tries + 1 });
                }
            }
            State::LineEnd => {
                self.wants_line_feed = unanswered;
                if unanswered {
                    let why = "it reads our lines up to an LF, not to the CR (V.250); each ends in both".to_string();
                    self.events.push_back(Event::Note { what: "line_feed", why });
                }
                self.enter(State::Basics { next: 0 });
            }
            State::Basics { next } => self.enter(State::Basics { next: next + 1 }),
            State::Identify { next } => {
                self.identified(next, outcome);
                self.enter(State::Identify { next: next + 1 });
            }
            State::Radio => {
                // 0 minimum, 4 flight mode; anything else, or no answer, is taken for on.
                let off = matches!(text_field(outcome, "+CFUN", 0).as_deref(), Some("0" | "4"));
                if off {
                    let why = "the modem came up with its radio off; switched on".to_string();
                    self.events.push_back(Event::Note { what: "radio_on", why });
                }
                self.enter(if off { State::RadioOn } else { State::Sim { busy: 0 } });
            }
            State::RadioOn => self.enter(State::Sim { busy: 0 }),
            State::Sim { busy } => self.sim(busy, outcome, at),
            State::CountTries { next } => self.counted(next, outcome, at),
            State::Unlock => self.unlocked(outcome, at),
            State::Settings { next } => {
                if SETTINGS.get(next).is_some_and(|line| line.text == "+CLIP=1") {
                    self.clip = accepted;
                }
                self.enter(State::Settings { next: next + 1 });
            }
            State::Reports { line } => {
                self.reports = accepted;
                self.enter(if accepted {
                    State::Extras { step: 0, line: 0 }
                } else {
                    State::Reports { line: line + 1 }
                });
            }
            State::Extras { step, line } => {
                let extra = self.family.extras.get(step).and_then(|extra| extra.0.get(line));
                if accepted && extra.is_some_and(|line| line.text == NO_ACKNOWLEDGEMENT.text) {
                    self.acknowledges = Some(false);
                }
                self.enter(if accepted {
                    State::Extras {
                        step: step + 1,
                        line: 0,
                    }
                } else {
                    State::Extras { step, line: line + 1 }
                });
            }
            State::Calls => self.enter(match self.family.says_sms_ready && self.restarted && !self.sms_ready {
                true => State::AwaitTexts {
                    until: at + SMS_READY_WAIT,
                },
                false => State::PduMode { busy: 0 },
            }),
            State::PduMode { busy } => {
                if accepted {
                    self.news = News::new(self.family.notify);
                    self.enter(State::Storage { next: 0, again: 0 });
                } else if busy < BUSY_TRIES && is_busy(&outcome.result) {
                    self.enter(State::PduMode { busy: busy + 1 });
                    self.pause = Some(at + BUSY_WAIT);
                } else {
                    self.enter(State::PduModes);
                }
            }
            State::PduModes => {
                // `(0,1)` or `(0-1)`; where 0 isn't among them it never will be.
                let modes = text_field(outcome, "+CMGF", 0);
                let never = accepted && modes.is_some_and(|modes| modes.contains('1') && !modes.contains('0'));
                self.limited(if never { Limit::NoPduMode } else { Limit::NoSms }, at);
            }
            State::Storage { next, again } => {
                if (unanswered || is_sim_busy(&outcome.result)) && again < STORAGE_TRIES {
                    // No answer is no refusal: taking the next memory for it would leave the texts in this one lying there.
                    self.enter(State::Storage { next, again: again + 1 });
                    self.pause = (!unanswered).then_some(at + BUSY_WAIT);
                } else if accepted {
                    self.storage = self.family.storage.get(next).copied();
                    self.enter(State::Notify { again: 0 });
                } else {
                    self.enter(State::Storage {
                        next: next + 1,
                        again: 0,
                    });
                }
            }
            State::Notify { again } => {
                if accepted {
                    self.enter(State::NotifyCheck);
                } else if is_sim_busy(&outcome.result) && again < STORAGE_TRIES {
                    self.enter(State::Notify { again: again + 1 });
                    self.pause = Some(at + BUSY_WAIT);
                } else {
                    let next = self.news.refused();
                    self.enter(next);
                }
            }
            State::NotifyCheck => {
                // Accepted and not done is refused: <mt> 0 announces nothing (27.005 §3.4.1). Not readable is believed.
                self.notify = text_field(outcome, "+CNMI", 1).is_none_or(|mt| mt != "0");
                let next = match self.notify {
                    true => State::Survey { next: 0 },
                    false => self.news.refused(),
                };
                self.enter(next);
            }
            State::NotifyRanges => {
                let ranges = reply::cnmi_ranges(&outcome.lines).filter(|_| accepted);
                // Who leaves the question unanswered would leave every other setting unanswered too.
                let next = match unanswered {
                    true => State::Notify { again: 0 },
                    false => self.news.fit(ranges.as_ref(), self.family.notify),
                };
                self.enter(next);
            }
            State::WithAcknowledgement => {
                self.acknowledges = accepted.then_some(true);
                self.enter(State::Notify { again: 0 });
            }
            State::Survey { next } => {
                self.surveyed(next, outcome);
                self.enter(State::Survey { next: next + 1 });
            }
            State::Iccid { line } => {
                self.identity.iccid = reply::digits(&outcome.lines, 18..=22).or(self.identity.iccid.take());
                self.enter(if accepted {
                    State::Ready
                } else {
                    State::Iccid { line: line + 1 }
                });
                if accepted {
                    self.tell_identity();
                }
            }
        }
    }

    fn identified(&mut self, next: usize, outcome: &Outcome) {
        let text = reply::free_text(&outcome.lines);
        if self.name == Name::Asked && is_for_later(&outcome.result) {
            self.name = Name::HeldBack;
        }
        match IDENTITY.get(next).copied() {
            Some("+CGMI") => self.identity.manufacturer = text,
            Some("+CGMM") => self.identity.model = text,
            Some("+CGMR") => self.identity.revision = text,
            Some("I") => self.about = text,
            Some(_) => {
                let imei = reply::digits(&outcome.lines, 14..=17);
                // Another modem: what this one can do is not known yet.
                self.call_seen &= imei == self.identity.imei;
                self.identity.imei = imei;
            }
            None => {}
        }
        if next + 1 == IDENTITY.len() {
            self.family = families::detect(&self.identity.manufacturer, &self.identity.model, &self.about);
            self.identity.family = self.family.name.to_string();
            self.identity.data_card = self.family.voice == Voice::OnceSeen;
            self.tell_identity();
        }
    }

    fn is_nameless(&self) -> bool {
        self.identity.manufacturer.is_empty() && self.identity.model.is_empty()
    }

    pub(super) fn tell_identity(&mut self) {
        if self.told != self.identity {
            self.told = self.identity.clone();
            self.events.push_back(Event::Identity(self.identity.clone()));
        }
    }

    /// `+CPIN?` has been answered. 27.007 §8.3, §9.2.
    fn sim(&mut self, busy: u8, outcome: &Outcome, at: Instant) {
        if let Some(state) = pin_state(outcome) {
            match state.as_str() {
                // What was set before was refused as well: all from the beginning.
                "READY" if self.name == Name::HeldBack && self.is_nameless() => {
                    self.name = Name::AskedAgain;
                    self.enter(State::Basics { next: 0 });
                }
                "READY" => self.enter(State::Settings { next: 0 }),
                "SIM PIN" => self.pin_wanted(at),
                "SIM PUK" => self.limited(Limit::PukRequired, at),
                // PIN2, PUK2 and the locks of the phone side keep neither calls nor texts from us.
                "SIM PIN2" | "SIM PUK2" => self.enter(State::Settings { next: 0 }),
                "NOT INSERTED" => self.limited(Limit::NoSim, at),
                _unknown => self.sim_busy(busy, Limit::NoSim, at),
            }
            return;
        }
        let code = match &outcome.result {
            Err(Failure::Cme(code)) => code.cme().map(|e| e.0),
            Ok(()) | Err(_) => None,
        };
        match code {
            Some(10) => self.limited(Limit::NoSim, at),
            Some(11) => self.pin_wanted(at),
            Some(12) => self.limited(Limit::PukRequired, at),
            Some(16) => self.limited(Limit::PinWrong, at),
            // With +CMEE=1 a SIM's trouble has a number: a bare ERROR, a bare OK or nothing at all, again and again, is a
            // modem that doesn't know the question. The steps that follow tell whether there is a SIM.
            None if busy >= UNKNOWN_TRIES && !matches!(outcome.result, Err(Failure::Cme(_) | Failure::Cms(_))) => {
                self.enter(State::Settings { next: 0 });
            }
            // It has had its time already.
            None if matches!(outcome.result, Err(Failure::TimedOut { .. })) => {
                self.enter(State::Sim { busy: busy + 1 })
            }
            // Neither yes nor no: a SIM that needs time.
            _unclear => self.sim_busy(busy, Limit::NoSim, at),
        }
    }

    fn sim_busy(&mut self, busy: u8, otherwise: Limit, at: Instant) {
        if busy < BUSY_TRIES {
            self.enter(State::Sim { busy: busy + 1 });
            self.pause = Some(at + BUSY_WAIT);
        } else {
            self.limited(otherwise, at);
        }
    }

    fn pin_wanted(&mut self, at: Instant) {
        match (&self.options.pin, self.pin_spent) {
            (None, _) => self.limited(Limit::PinRequired, at),
            (Some(_), true) => self.limited(Limit::PinWrong, at),
            (Some(_), false) => self.enter(State::CountTries { next: 0 }),
        }
    }

    fn counted(&mut self, next: usize, outcome: &Outcome, at: Instant) {
        match pin_tries(&outcome.lines).map(|tries| tries.pin) {
            Some(left) if left < PIN_TRIES_NEEDED => {
                let why = format!("{left} try left for the SIM PIN: it is not tried; unlock the SIM in a phone");
                self.events.push_back(Event::Note {
                    what: "pin_tries_low",
                    why,
                });
                self.limited(Limit::PinTriesLow, at);
                // Two commands each time.
                self.pause = Some(at + LIMITED_EVERY * 2);
            }
            Some(_) => self.enter(State::Unlock),
            None => self.enter(State::CountTries { next: next + 1 }),
        }
    }

    fn unlocked(&mut self, outcome: &Outcome, at: Instant) {
        match &outcome.result {
            Ok(()) => {
                self.enter(State::Sim { busy: 0 });
                self.pause = Some(at + BUSY_WAIT);
            }
            Err(failure) => {
                let why = match failure {
                    Failure::Cme(CodeOrWords::Code(code)) => {
                        format!("the SIM PIN was refused (CME {code}); not tried again")
                    }
                    _other => "the SIM PIN was not accepted; not tried again".to_string(),
                };
                self.events.push_back(Event::Note {
                    what: "pin_refused",
                    why,
                });
                self.limited(Limit::PinWrong, at);
            }
        }
    }

    fn surveyed(&mut self, next: usize, outcome: &Outcome) {
        let Some(ask) = SURVEY.get(next) else { return };
        match ask.text() {
            "+CSCA?" => {
                let smsc = reply::csca(&outcome.lines).map(|number| number.digits);
                self.identity.smsc = smsc.or(self.identity.smsc.take());
            }
            "+CIMI" => self.identity.imsi = reply::digits(&outcome.lines, 14..=15).or(self.identity.imsi.take()),
            "+CNUM" => {
                let own = own_number(&outcome.lines).map(|number| number.digits);
                self.identity.own_number = own.or(self.identity.own_number.take());
            }
            "+COPS?" => self.identity.operator = text_field(outcome, "+COPS", 2).or(self.identity.operator.take()),
            _other => {}
        }
    }
}

/// Busy and nothing else, so that the same is worth asking again: 27.007 §9.2 14, 27.005 §3.2.5 314, and 515 of those that mean
/// "please wait". What else [`is_busy`] takes for it may be a refusal.
fn is_sim_busy(result: &Result<(), Failure>) -> bool {
    match result {
        Err(Failure::Cme(code)) => matches!(code.cme().map(|e| e.0), Some(14 | 515)),
        Err(Failure::Cms(code)) => matches!(code.cms().map(|e| e.0), Some(314 | 515)),
        Ok(()) | Err(_) => false,
    }
}

/// What 27.007 §9.2 says of a SIM that is locked, busy or on its way (10 to 18), and 515, "please wait".
fn is_for_later(result: &Result<(), Failure>) -> bool {
    match result {
        Err(Failure::Cme(code)) => matches!(code.cme().map(|e| e.0), Some(10..=18 | 515)),
        Ok(()) | Err(_) => false,
    }
}

/// SIM or modem busy: 27.007 §9.2 14, 27.005 §3.2.5 314, and the codes makers use for "not yet".
fn is_busy(result: &Result<(), Failure>) -> bool {
    match result {
        Err(Failure::Cme(code)) => matches!(code.cme().map(|e| e.0), Some(13 | 14 | 100 | 515)),
        Err(Failure::Cms(code)) => matches!(code.cms().map(|e| e.0), Some(302 | 313 | 314 | 500 | 515)),
        Ok(()) | Err(_) => false,
    }
}
