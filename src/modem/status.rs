//! What the network is to us: registration, signal, and what follows for the job. 3GPP TS 27.007 §7.2, §8.5.

use super::{Event, Limit, Registration, Signal};
use crate::at::Urc;
use crate::at::urc::{self, Domain};
use std::collections::VecDeque;

/// Steps between two signals that are the same to a person, dBm.
const SIGNAL_STEP_DBM: i16 = 2;

/// See the module.
#[derive(Debug, Default)]
pub struct Status {
    registration: Registration,
    /// A call came although the registration says that none can: the call is right, until something else is said.
    heard: bool,
    signal: Signal,
    events: VecDeque<Event>,
}

impl Status {
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub fn registration(&self) -> Registration {
        self.registration
    }

    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// The port is gone or the modem started anew: what was known is not known.
    pub fn forget(&mut self) {
        self.registration = Registration::default();
        self.heard = false;
    }

    /// The network has just brought us a call.
    pub fn heard_network(&mut self) {
        self.heard = true;
    }

    /// An answer to `+CREG?`, `+CGREG?`, `+CEREG?` or `+CSQ`.
    pub fn reply_line(&mut self, line: &str) {
        match urc::parse(line) {
            Urc::Registration { domain, stat } => self.registered(domain, stat),
            Urc::Signal { dbm } => self.signal_is(dbm),
            // Any other line is not an answer to what was asked.
            _other => {}
        }
    }

    pub fn registered(&mut self, domain: Domain, stat: u8) {
        let mut next = self.registration;
        match domain {
            Domain::Cs => next.cs = Some(stat),
            Domain::Ps => next.ps = Some(stat),
            Domain::Eps => next.eps = Some(stat),
        }
        if next != self.registration {
            self.heard = false;
            self.registration = next;
            self.events.push_back(Event::Registration(next));
        }
    }

    pub fn signal_is(&mut self, dbm: i16) {
        let same = self
            .signal
            .dbm
            .is_some_and(|known| (known - dbm).abs() < SIGNAL_STEP_DBM);
        if !same {
            self.signal = Signal { dbm: Some(dbm) };
            self.events.push_back(Event::Signal(self.signal));
        }
    }

    /// The network carries calls or texts, as far as we know.
    pub fn is_registered(&self) -> bool {
        matches!(self.registration.cs, Some(1 | 5 | 9 | 10)) || matches!(self.registration.eps, Some(1 | 5 | 9 | 10))
    }

    /// What registration keeps us from, if anything. Nothing known is no hindrance.
    pub fn limit(&self) -> Option<Limit> {
        let Registration { cs, ps: _, eps } = self.registration;
        if self.heard {
            return None;
        }
        if matches!(cs, Some(6 | 7)) {
            return Some(Limit::SmsOnly);
        }
        if (cs.is_none() && eps.is_none()) || self.is_registered() {
            return None;
        }
        if matches!(eps, Some(6 | 7)) {
            return Some(Limit::SmsOnly);
        }
        if cs.is_none() && !matches!(eps, Some(0 | 2 | 3 | 4 | 8 | 11)) {
            return None;
        }
        Some(if cs == Some(3) || eps == Some(3) {
            Limit::RegistrationDenied
        } else {
            Limit::NotRegistered
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_says_what_can_be_done() {
        for (cs, eps, want) in [
            (None, None, None),
            (Some(1), None, None),
            (Some(5), Some(0), None),
            (Some(0), Some(1), None),
            (Some(6), Some(1), Some(Limit::SmsOnly)),
            (Some(2), None, Some(Limit::NotRegistered)),
            (Some(3), Some(0), Some(Limit::RegistrationDenied)),
            (Some(9), None, None),
        ] {
            let mut status = Status::default();
            if let Some(cs) = cs {
                status.registered(Domain::Cs, cs);
            }
            if let Some(eps) = eps {
                status.registered(Domain::Eps, eps);
            }
            assert_eq!(status.limit(), want, "{cs:?} {eps:?}");
        }
    }
}
