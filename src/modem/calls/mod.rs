//! Calls: many evidences, one verdict each. Read `modem-facts.md` §2.5 first.
//!
//! There is no universal "missed call" message, so every family's lines feed the same few questions: which call is this
//! about, is it still ringing, who is it, is it over. The first proof of the end wins; later ones within
//! [`FOLD_FOR`] are the same end told again. The call list (`AT+CLCC`) is asked where a line is missing, not as a habit.

use super::families::{Family, GENERIC};
use super::{CallerLine, Event};
use crate::at::LIST_CALLS_TIMEOUT;
use crate::ids::CallKey;
use call::{Call, Phase, same_number};
pub use inquest::CAUSE_WAIT;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod call;
mod evidence;
mod inquest;
mod listing;
#[cfg(test)]
mod tests;

/// Calls at once that we keep apart; a GSM line has two, the rest is room for confusion.
pub const MAX_CALLS: usize = 8;
/// Ended calls remembered, so that late lines about them start nothing.
const MAX_PAST: usize = 8;
/// Releases told again within this time are the same release.
pub const FOLD_FOR: Duration = Duration::from_secs(10);
/// A ring this soon after an end is the old call's echo, unless the call list says otherwise.
pub const RING_RACE: Duration = Duration::from_millis(1500);
/// A ring this soon after an answer is the answered call's own.
const ANSWER_RACE: Duration = Duration::from_secs(2);
/// After the first ring, +CLIP has this long before the call list is asked who it is.
pub const CLIP_WAIT: Duration = Duration::from_millis(300);
/// A released call nobody has identified waits this long for a late number.
pub const CLOSING_WAIT: Duration = Duration::from_millis(300);
/// No network rings longer than this.
pub const RING_CAP: Duration = Duration::from_secs(120);
/// An answered call whose end nobody told is over by now.
const ANSWERED_CAP: Duration = Duration::from_secs(4 * 3600);

/// What the calls would have the modem asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// `AT+CLCC`.
    List,
    /// `AT+CEER`: why the last call ended.
    Cause,
    /// Hang up on the ringing call; text after `AT`.
    HangUp(&'static str),
}

/// A call that is over, as far as late lines about it need to know.
struct Past {
    digits: Option<String>,
    ended: Instant,
}

/// Whether `AT+CLCC` is worth asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallList {
    Given,
    /// It did not come in time, or the modem was busy: not asked while these calls last. A modem that falls back from LTE for a
    /// call is slow, and without its list the next caller may have no number.
    NotNow,
    /// The modem does not know the question: not asked on this port.
    Unknown,
}

/// A release line that doesn't say whose.
#[derive(Debug, Clone, Copy)]
struct Release {
    evidence: &'static str,
    cause: Option<u8>,
}

/// All calls of one modem.
pub struct Calls {
    family: &'static Family,
    tells_ends: bool,
    reject_after: Option<Duration>,
    calls: Vec<Call>,
    past: VecDeque<Past>,
    next_key: u64,
    /// The call list can't be had: while these calls last, or on this port.
    list: CallList,
    /// How often in a row it did not come.
    list_misses: u8,
    last_list: Option<Instant>,
    /// It was asked for, and its answer is not here yet.
    list_under_way: bool,
    /// The list is asked this often while it rings, by how long its answers take.
    list_gap: Duration,
    /// A ring in the race window: only the call list may make a call of it.
    suspicion: Option<Instant>,
    /// A release that may be any of several calls': the call list decides.
    pending: Option<Release>,
    /// Look at the list now, for consistency.
    reconcile: bool,
    /// Somebody dials out on this modem: "connected" is not about our ringing call.
    outgoing: bool,
    inquest: inquest::Inquest,
    /// The port is going: nobody can be asked any more.
    cut: bool,
    events: VecDeque<Event>,
}

impl Calls {
    pub fn new(reject_after: Option<Duration>) -> Self {
        Calls {
            family: &GENERIC,
            tells_ends: false,
            reject_after,
            calls: Vec::new(),
            past: VecDeque::new(),
            next_key: 0,
            list: CallList::Given,
            list_misses: 0,
            last_list: None,
            list_under_way: false,
            list_gap: listing::LIST_EVERY,
            suspicion: None,
            pending: None,
            reconcile: false,
            outgoing: false,
            inquest: inquest::Inquest::default(),
            cut: false,
            events: VecDeque::new(),
        }
    }

    /// The modem is one of these. `tells_ends`: it tells the end of a call by a line of its own.
    pub fn set_family(&mut self, family: &'static Family, tells_ends: bool) {
        self.family = family;
        self.tells_ends = tells_ends;
    }

    /// Ask why a call ended that nobody here answered.
    pub fn ask_causes(&mut self) {
        self.inquest.wanted = true;
    }

    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// A call rings at this moment.
    pub fn is_ringing(&self) -> bool {
        self.calls.iter().any(Call::is_ringing)
    }

    /// Any call is not over yet.
    pub fn is_busy(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The port is gone or the modem started anew: every call ends with that as its proof.
    pub fn cut_off(&mut self, evidence: &'static str, at: Instant) {
        self.cut = true;
        while let Some(i) = self.calls.len().checked_sub(1) {
            let closing = matches!(self.calls[i].phase, Phase::Closing { .. });
            if !closing {
                self.calls[i].enter(Phase::Ended, evidence);
            }
            self.forget(i, at);
        }
        self.cut = false;
        self.forget_inquests();
        self.list = CallList::Given;
        self.list_misses = 0;
        self.last_list = None;
        self.list_under_way = false;
        self.suspicion = None;
        self.pending = None;
        self.reconcile = false;
        self.outgoing = false;
    }

    /// Lets the calls' own deadlines pass.
    pub fn tick(&mut self, at: Instant) {
        let mut i = 0;
        while i < self.calls.len() {
            let before = self.calls.len();
            match self.calls[i].phase {
                Phase::Ringing { .. } => {
                    if at >= self.calls[i].started + RING_CAP {
                        self.end(i, "ring_cap", at);
                    } else if at >= self.silence_ends(&self.calls[i]) {
                        self.end(i, "ring_silence", at);
                    }
                }
                Phase::Answered { since } => {
                    if at >= since + ANSWERED_CAP {
                        self.end(i, "answered_cap", at);
                    }
                }
                Phase::Closing { until, .. } => {
                    if at >= self.closing_ends(until) {
                        self.finish(i);
                    }
                }
                Phase::Ended => self.forget(i, at),
            }
            if self.calls.len() == before {
                i += 1;
            }
        }
        self.tick_inquests(at);
        if self.suspicion.is_some_and(|since| at >= since + RING_RACE) {
            self.suspicion = None;
        }
    }

    /// The next moment after `at` at which [`Calls::tick`] or [`Calls::wants`] has something to do. A question that is due
    /// and can't be asked yet must not hide the end of a call.
    pub fn deadline(&self, at: Instant) -> Option<Instant> {
        let own = self.calls.iter().map(|c| match c.phase {
            Phase::Ringing { .. } => (c.started + RING_CAP).min(self.silence_ends(c)),
            Phase::Answered { since } => since + ANSWERED_CAP,
            Phase::Closing { until, .. } => self.closing_ends(until),
            Phase::Ended => c.last_sign,
        });
        let suspicion = self.suspicion.map(|since| since + RING_RACE);
        own.chain(suspicion)
            .chain(self.list_at())
            .chain(self.reject_at())
            .chain(self.inquest_deadline())
            .filter(|due| *due > at)
            .min()
    }

    fn start(&mut self, waiting: bool, at: Instant) -> usize {
        if self.list == CallList::NotNow && self.calls.is_empty() {
            self.list = CallList::Given;
        }
        if self.calls.len() >= MAX_CALLS {
            self.end(0, "too_many_calls", at);
            if self.calls.len() >= MAX_CALLS {
                self.finish(0);
            }
        }
        self.next_key += 1;
        let key = CallKey(self.next_key);
        self.events.push_back(Event::CallStarted { call: key });
        self.calls.push(Call::new(key, waiting, at));
        self.suspicion = None;
        self.calls.len() - 1
    }

    fn start_from_clip(&mut self, line: Option<CallerLine>, at: Instant) {
        let i = self.start(false, at);
        self.calls[i].ring(false, at);
        self.identify(i, line);
    }

    fn identify(&mut self, i: usize, line: Option<CallerLine>) -> bool {
        let call = &mut self.calls[i];
        let news = call.identify(line);
        if let (true, Some(caller)) = (news, call.caller.clone()) {
            self.events.push_back(Event::CallIdentified { call: call.key, caller });
        }
        news
    }

    fn first_in_line(&self) -> Option<usize> {
        self.calls.iter().position(Call::is_first_in_line)
    }

    /// Call `i` was released by a line of the modem's own: over at once, unless a moment may still bring its number.
    fn release(&mut self, i: usize, release: Release, at: Instant) {
        let call = &mut self.calls[i];
        call.cause = call.cause.or(release.cause);
        match call.phase {
            Phase::Ringing { .. } => {
                call.last_sign = at;
                if call.caller.is_none() {
                    call.enter(
                        Phase::Closing {
                            until: at + CLOSING_WAIT,
                            over: at,
                        },
                        release.evidence,
                    );
                } else {
                    call.enter(Phase::Ended, release.evidence);
                    self.forget(i, at);
                }
            }
            Phase::Closing { until, over } => {
                call.enter(Phase::Closing { until, over }, release.evidence);
                if call.caller.is_some() {
                    self.finish(i);
                }
            }
            Phase::Answered { .. } | Phase::Ended => {
                call.enter(Phase::Ended, release.evidence);
                self.forget(i, at);
            }
        }
    }

    /// Call `i` is over by inference: nothing more will come about it.
    fn end(&mut self, i: usize, evidence: &'static str, at: Instant) {
        self.calls[i].enter(Phase::Ended, evidence);
        self.forget(i, at);
    }

    /// A list under way may still say who it was, and without a number there is nobody to text.
    fn closing_ends(&self, until: Instant) -> Instant {
        match self.list_under_way {
            true => until + LIST_CALLS_TIMEOUT,
            false => until,
        }
    }

    /// A closing call has waited long enough, or has its number.
    fn finish(&mut self, i: usize) {
        if let Phase::Closing { over, .. } = self.calls[i].phase {
            self.forget(i, over);
        }
    }

    /// Tells the verdict on call `i`, and keeps what late lines about it need.
    fn forget(&mut self, i: usize, ended: Instant) {
        let call = self.calls.remove(i);
        let digits = match &call.caller {
            Some(CallerLine::Number { digits, .. }) => Some(digits.clone()),
            Some(CallerLine::Withheld | CallerLine::Unavailable) | None => None,
        };
        if self.past.len() >= MAX_PAST {
            self.past.pop_front();
        }
        self.past.push_back(Past { digits, ended });
        self.close(call.into_ended(), ended);
        if self.first_in_line().is_none()
            && !self.calls.iter().any(|c| matches!(c.phase, Phase::Answered { .. }))
            && let Some(next) = self.calls.iter_mut().find(|c| c.is_ringing())
        {
            next.enter(Phase::Ringing { waiting: false }, "first_in_line");
        }
    }

    fn answered_lately(&self, at: Instant) -> bool {
        self.calls.iter().any(|c| match c.phase {
            Phase::Answered { since } => at.saturating_duration_since(since) < ANSWER_RACE,
            Phase::Ringing { .. } | Phase::Closing { .. } | Phase::Ended => false,
        })
    }

    fn just_ended(&self, at: Instant) -> bool {
        let closing = self.calls.iter().filter_map(|c| match c.phase {
            Phase::Closing { over, .. } => Some(over),
            Phase::Ringing { .. } | Phase::Answered { .. } | Phase::Ended => None,
        });
        let mut ends = self.past.iter().map(|past| past.ended).chain(closing);
        ends.any(|end| at.saturating_duration_since(end) < RING_RACE)
    }

    /// A number that none of the last calls had: no echo. One that was told without a number is no reason to doubt it: it is
    /// somebody else's, or it is theirs and there is no other way back to them.
    fn is_news(&self, line: &Option<CallerLine>) -> bool {
        match line {
            Some(CallerLine::Number { digits, .. }) => !self
                .past
                .iter()
                .any(|past| past.digits.as_deref().is_some_and(|ours| same_number(ours, digits))),
            Some(CallerLine::Withheld | CallerLine::Unavailable) | None => false,
        }
    }
}
