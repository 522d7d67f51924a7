//! Why did it end? Asked after a call that nobody here answered, where a phone with the same number may have: 3GPP TS 27.007
//! §6.10 (`AT+CEER`), cause 26 of 24.008 §10.5.4.11 "non-selected user clearing".

use super::{Ask, Calls};
use crate::modem::{EndedCall, Event, Verdict};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A verdict waits this long for its cause.
pub const CAUSE_WAIT: Duration = Duration::from_secs(3);
/// Answered elsewhere.
const ANSWERED_ELSEWHERE: u8 = 26;

/// Ended calls whose cause is not known yet.
#[derive(Debug, Default)]
pub(super) struct Inquest {
    /// Whether causes are asked for at all.
    pub(super) wanted: bool,
    /// The modem has refused the question on this port.
    disliked: bool,
    asked: bool,
    calls: VecDeque<(EndedCall, Instant)>,
}

impl Calls {
    /// A call that is over goes to the desk, or first to the inquest.
    pub(super) fn close(&mut self, ended: EndedCall, at: Instant) {
        let inquest = &mut self.inquest;
        let open = ended.verdict == Verdict::Missed && ended.cause.is_none();
        if !inquest.wanted || inquest.disliked || !open || self.cut {
            self.events.push_back(Event::CallEnded(ended));
            return;
        }
        inquest.calls.push_back((ended, at + CAUSE_WAIT));
        inquest.asked = false;
    }

    /// The question, when nothing is more urgent.
    pub(super) fn wants_cause(&self) -> Option<Ask> {
        let inquest = &self.inquest;
        (!inquest.calls.is_empty() && !inquest.asked).then_some(Ask::Cause)
    }

    /// The question is out.
    pub(super) fn cause_asked(&mut self) {
        self.inquest.asked = true;
    }

    /// Its answer. The modem speaks of its last call: where several wait, it is the last of them.
    pub fn cause(&mut self, cause: Option<u8>, known: bool) {
        self.inquest.disliked |= !known;
        if let Some((ended, _)) = self.inquest.calls.back_mut() {
            ended.cause = cause;
            if cause == Some(ANSWERED_ELSEWHERE) {
                ended.verdict = Verdict::Answered;
                ended.evidence.push("ceer");
            }
        }
        self.end_inquests();
    }

    /// Nobody will say any more.
    pub(super) fn end_inquests(&mut self) {
        let calls = self.inquest.calls.drain(..);
        self.events.extend(calls.map(|(ended, _)| Event::CallEnded(ended)));
        self.inquest.asked = false;
    }

    /// The port is gone, or another comes.
    pub(super) fn forget_inquests(&mut self) {
        self.end_inquests();
        self.inquest.disliked = false;
    }

    pub(super) fn tick_inquests(&mut self, at: Instant) {
        if self.inquest.calls.front().is_some_and(|(_, until)| *until <= at) {
            self.end_inquests();
        }
    }

    pub(super) fn inquest_deadline(&self) -> Option<Instant> {
        self.inquest.calls.front().map(|(_, until)| *until)
    }
}
