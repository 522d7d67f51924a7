//! Calls: many evidences, one verdict each. Read `modem-facts.md` §2.5 first.
//!
//! There is no universal "missed call" message, so every family's lines feed the same few questions: which call is this
//! about, is it still ringing, who is it, is it over. The first proof of the end wins; later ones within
//! [`FOLD_FOR`] are the same end told again. The call list (`AT+CLCC`) is asked where a line is missing, not as a habit.

use super::families::{CallWatch, Family, GENERIC};
use super::{CallerLine, Event};
use crate::at::urc::{CallReport, CallSource, CallState, CliValidity, RawNumber};
use crate::ids::CallKey;
use call::{Call, Phase, caller_line, number_line, same_number};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

mod call;
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
    /// Hang up on the ringing call; text after `AT`.
    HangUp(&'static str),
}

/// A call that is over, as far as late lines about it need to know.
#[derive(Debug)]
struct Past {
    digits: Option<String>,
    ended: Instant,
}

/// A release line that doesn't say whose.
#[derive(Debug, Clone, Copy)]
struct Release {
    evidence: &'static str,
    cause: Option<u8>,
}

/// All calls of one modem.
#[derive(Debug)]
pub struct Calls {
    family: &'static Family,
    reject_after: Option<Duration>,
    calls: Vec<Call>,
    past: VecDeque<Past>,
    next_key: u64,
    /// The call list has been refused, or made trouble: don't ask again on this port.
    list_disliked: bool,
    last_list: Option<Instant>,
    /// A ring in the race window: only the call list may make a call of it.
    suspicion: Option<Instant>,
    /// A release that may be any of several calls': the call list decides.
    pending: Option<Release>,
    /// Look at the list now, for consistency.
    reconcile: bool,
    /// Somebody dials out on this modem: "connected" is not about our ringing call.
    outgoing: bool,
    events: VecDeque<Event>,
}

impl Calls {
    pub fn new(reject_after: Option<Duration>) -> Self {
        Calls {
            family: &GENERIC,
            reject_after,
            calls: Vec::new(),
            past: VecDeque::new(),
            next_key: 0,
            list_disliked: false,
            last_list: None,
            suspicion: None,
            pending: None,
            reconcile: false,
            outgoing: false,
            events: VecDeque::new(),
        }
    }

    /// The modem is one of these.
    pub fn set_family(&mut self, family: &'static Family) {
        self.family = family;
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

    /// RING, +CRING: VOICE.
    pub fn ring(&mut self, at: Instant) {
        if let Some(i) = self.first_in_line() {
            self.calls[i].ring(true, at);
        } else if let Some(waiting) = self.calls.iter_mut().find(|c| c.is_ringing()) {
            // A waiting call becoming the first one may ring before the call list shows it.
            waiting.ring(true, at);
        } else if self.answered_lately(at) {
        } else if self.just_ended(at) {
            self.suspicion = Some(at);
        } else {
            self.reconcile |= !self.calls.is_empty();
            let i = self.start(false, at);
            self.calls[i].ring(true, at);
        }
    }

    /// +CLIP, in any order with RING.
    pub fn calling_line(&mut self, number: Option<RawNumber>, validity: CliValidity, at: Instant) {
        let line = caller_line(number, validity);
        if let Some(i) = self.calls.iter().position(|c| c.is_ringing() && c.has_number_of(&line)) {
            self.calls[i].ring(false, at);
        } else if let Some(i) = self.first_in_line() {
            if self.calls[i].conflicts_with(&line) {
                // Redialled, or another caller, and the release line was lost.
                self.end(i, "number_changed", at);
                self.start_from_clip(line, at);
            } else {
                self.calls[i].ring(false, at);
                self.identify(i, line);
            }
        } else if let Some(i) = self.calls.iter().position(|c| c.is_ringing()) {
            if self.calls[i].conflicts_with(&line) {
                self.start_from_clip(line, at);
            } else {
                self.identify(i, line);
            }
        } else if let Some(i) = self.calls.iter().position(|c| matches!(c.phase, Phase::Closing { .. })) {
            // The line that says who it was came after the one that said it was over.
            if self.identify(i, line) {
                self.finish(i);
            }
        } else if self.answered_lately(at) && !self.calls.iter().any(|c| c.conflicts_with(&line)) {
        } else if self.just_ended(at) && !self.is_news(&line) {
            self.suspicion = Some(at);
        } else {
            self.start_from_clip(line, at);
        }
    }

    /// +CCWA: a second call behind one in progress.
    pub fn call_waiting(&mut self, number: Option<RawNumber>, validity: CliValidity, at: Instant) {
        let line = caller_line(number, validity);
        if self.calls.iter().any(|c| c.is_live() && c.has_number_of(&line)) {
            return;
        }
        let known = self
            .calls
            .iter()
            .position(|c| c.phase == Phase::Ringing { waiting: true } && !c.conflicts_with(&line));
        let i = match known {
            Some(i) => i,
            None => self.start(true, at),
        };
        self.calls[i].last_sign = at;
        self.identify(i, line);
    }

    /// +CLCC, ccinfo, ^DSCI, +UCALLSTAT, #ECAM told unasked.
    pub fn report(&mut self, report: &CallReport, at: Instant) {
        self.take_report(report, false, at);
    }

    /// VOICE CALL: BEGIN, ^CONN.
    pub fn connected(&mut self, id: Option<u8>, at: Instant) {
        let by_id = id.and_then(|id| self.calls.iter().position(|c| c.is_ringing() && c.id == Some(id)));
        // "Voice path up" of a call somebody dials by hand is not an answer to the one that rings.
        let target = by_id.or_else(|| if self.outgoing { None } else { self.first_in_line() });
        if let Some(i) = target {
            self.calls[i].enter(Phase::Answered { since: at }, "connected");
        }
    }

    /// A release line of whatever kind.
    pub fn released(
        &mut self,
        evidence: &'static str,
        id: Option<u8>,
        number: Option<RawNumber>,
        duration_s: Option<u32>,
        cause: Option<u8>,
        at: Instant,
    ) {
        let line = number_line(number);
        let release = Release { evidence, cause };
        // Only a message that names its call also tells how long that call was talked.
        let talked = id.is_some() && duration_s.is_some_and(|s| s > 0);
        let Some(i) = self.whose(evidence, id, &line) else {
            self.release_of_none(release, line, at);
            return;
        };
        if talked && self.calls[i].is_ringing() {
            self.calls[i].enter(Phase::Answered { since: at }, evidence);
        }
        self.identify(i, line);
        self.release(i, release, at);
    }

    /// The port is gone or the modem started anew: every call ends with that as its proof.
    pub fn cut_off(&mut self, evidence: &'static str, at: Instant) {
        while let Some(i) = self.calls.len().checked_sub(1) {
            let closing = matches!(self.calls[i].phase, Phase::Closing { .. });
            if !closing {
                self.calls[i].enter(Phase::Ended, evidence);
            }
            self.forget(i, at);
        }
        self.list_disliked = false;
        self.last_list = None;
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
                    if at >= until {
                        self.finish(i);
                    }
                }
                Phase::Ended => self.forget(i, at),
            }
            if self.calls.len() == before {
                i += 1;
            }
        }
        if self.suspicion.is_some_and(|since| at >= since + RING_RACE) {
            self.suspicion = None;
        }
    }

    /// The next moment at which [`Calls::tick`] or [`Calls::wants`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        let own = self.calls.iter().map(|c| match c.phase {
            Phase::Ringing { .. } => (c.started + RING_CAP).min(self.silence_ends(c)),
            Phase::Answered { since } => since + ANSWERED_CAP,
            Phase::Closing { until, .. } => until,
            Phase::Ended => c.last_sign,
        });
        let suspicion = self.suspicion.map(|since| since + RING_RACE);
        own.chain(suspicion).chain(self.list_at()).chain(self.reject_at()).min()
    }

    fn start(&mut self, waiting: bool, at: Instant) -> usize {
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

    fn take_report(&mut self, report: &CallReport, listed: bool, at: Instant) -> Option<CallKey> {
        if !report.voice {
            // The packet bearer of LTE shows up as a call of its own.
            return None;
        }
        // These two don't say which way the call goes; their states do.
        let ours = report.incoming || matches!(report.source, CallSource::Ucallstat | CallSource::Ecam);
        let id = if report.source == CallSource::Ecam {
            None
        } else {
            Some(report.id)
        };
        match report.state {
            CallState::Dialing | CallState::Alerting => {
                self.outgoing = true;
                None
            }
            CallState::Active | CallState::Held => {
                if !ours {
                    self.outgoing = true;
                    return None;
                }
                let i = self.find(id, &number_line(report.number.clone()))?;
                let call = &mut self.calls[i];
                call.id = call.id.or(id);
                call.absent = 0;
                if call.is_ringing() {
                    call.enter(Phase::Answered { since: at }, "call_active");
                }
                Some(self.calls[i].key)
            }
            CallState::Incoming | CallState::Waiting if ours => {
                let waiting = report.state == CallState::Waiting;
                self.take_incoming(id, waiting, number_line(report.number.clone()), listed, at)
            }
            CallState::Incoming | CallState::Waiting => None,
            CallState::Released => {
                if !ours {
                    self.outgoing = false;
                    return None;
                }
                let evidence = match report.source {
                    CallSource::Clcc => "clcc_released",
                    CallSource::Ccinfo => "ccinfo_released",
                    CallSource::Dsci => "dsci_released",
                    CallSource::Ucallstat => "ucallstat_released",
                    CallSource::Ecam => "ecam_idle",
                };
                self.released(evidence, id, report.number.clone(), None, report.cause, at);
                None
            }
        }
    }

    fn take_incoming(
        &mut self,
        id: Option<u8>,
        waiting: bool,
        line: Option<CallerLine>,
        listed: bool,
        at: Instant,
    ) -> Option<CallKey> {
        let by_id = self
            .calls
            .iter()
            .position(|c| c.is_live() && c.id.is_some() && c.id == id);
        let found = match by_id {
            Some(i) if !self.calls[i].is_ringing() || self.calls[i].conflicts_with(&line) => {
                // The modem's number for it is in use again: the old call ended without a word.
                self.end(i, "id_reused", at);
                None
            }
            Some(i) => Some(i),
            None => {
                let nameless = self
                    .calls
                    .iter()
                    .position(|c| c.is_ringing() && (c.id.is_none() || id.is_none()) && !c.conflicts_with(&line));
                if nameless.is_none() && !waiting {
                    // Only one call can be first in line: a new id there means that the old one is gone.
                    if let Some(i) = self.first_in_line() {
                        self.end(i, "id_changed", at);
                    }
                }
                nameless
            }
        };
        let i = match found {
            Some(i) => i,
            None if !listed && self.just_ended(at) && !self.is_news(&line) => {
                self.suspicion = Some(at);
                return None;
            }
            None => self.start(waiting, at),
        };
        let call = &mut self.calls[i];
        call.id = call.id.or(id);
        call.seen(listed, at);
        if !waiting && call.phase == (Phase::Ringing { waiting: true }) {
            call.enter(Phase::Ringing { waiting: false }, "first_in_line");
        }
        self.identify(i, line);
        Some(self.calls[i].key)
    }

    /// The live call this id or number belongs to.
    fn find(&self, id: Option<u8>, line: &Option<CallerLine>) -> Option<usize> {
        self.calls
            .iter()
            .position(|c| c.is_live() && c.id.is_some() && c.id == id)
            .or_else(|| self.calls.iter().position(|c| c.is_live() && c.has_number_of(line)))
            .or_else(|| {
                self.calls
                    .iter()
                    .position(|c| c.is_live() && c.id.is_none() && !c.conflicts_with(line))
            })
    }

    /// The call a release line is about, if it can be told.
    fn whose(&self, evidence: &str, id: Option<u8>, line: &Option<CallerLine>) -> Option<usize> {
        let open = |c: &Call| c.is_live() || matches!(c.phase, Phase::Closing { .. });
        if let Some(i) = self.calls.iter().position(|c| open(c) && c.id.is_some() && c.id == id) {
            return Some(i);
        }
        if let Some(i) = self.calls.iter().position(|c| open(c) && c.has_number_of(line)) {
            return Some(i);
        }
        let fits: Vec<usize> = (0..self.calls.len())
            .filter(|&i| self.calls[i].is_live() && !self.calls[i].conflicts_with(line))
            .collect();
        let only = |wanted: &dyn Fn(&Call) -> bool| {
            let mut those = fits.iter().copied().filter(|&i| wanted(&self.calls[i]));
            those.next().filter(|_| those.next().is_none())
        };
        match evidence {
            // It follows a talk if there was one, and a missed call never was one.
            "voice_call_end" => only(&|c| !c.is_ringing()).or_else(|| only(&|_| true)),
            "missed_call" => only(&Call::is_ringing)
                .or_else(|| self.calls.iter().position(|c| matches!(c.phase, Phase::Closing { .. }))),
            _ => only(&|_| true),
        }
    }

    /// A release line that is about none of the calls, or about one of several.
    fn release_of_none(&mut self, release: Release, line: Option<CallerLine>, at: Instant) {
        if release.evidence == "missed_call" {
            let folded = self.past.iter().any(|past| {
                at.saturating_duration_since(past.ended) < FOLD_FOR
                    && match (&past.digits, &line) {
                        (Some(ours), Some(CallerLine::Number { digits, .. })) => same_number(ours, digits),
                        (None, Some(CallerLine::Number { .. })) => false,
                        (_, _) => true,
                    }
            });
            if !folded {
                // It rang while nobody was listening: this line is all there is of it.
                let i = self.start(false, at);
                self.identify(i, line);
                self.release(i, release, at);
            }
            return;
        }
        if self.calls.iter().filter(|c| c.is_live()).count() > 1 {
            if self.list_disliked {
                let first = self
                    .first_in_line()
                    .or_else(|| self.calls.iter().position(Call::is_live));
                if let Some(i) = first {
                    self.release(i, release, at);
                }
            } else {
                self.pending = Some(release);
                self.reconcile = true;
            }
        }
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
        self.events.push_back(Event::CallEnded(call.into_ended()));
        if self.first_in_line().is_none() && !self.calls.iter().any(|c| matches!(c.phase, Phase::Answered { .. })) {
            if let Some(next) = self.calls.iter_mut().find(|c| c.is_ringing()) {
                next.enter(Phase::Ringing { waiting: false }, "first_in_line");
            }
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

    /// A number that none of the last calls had: no echo.
    fn is_news(&self, line: &Option<CallerLine>) -> bool {
        match line {
            Some(CallerLine::Number { digits, .. }) => !self
                .past
                .iter()
                .any(|past| past.digits.as_deref().is_none_or(|ours| same_number(ours, digits))),
            Some(CallerLine::Withheld | CallerLine::Unavailable) | None => false,
        }
    }

    fn watched(&self) -> bool {
        self.family.watch == CallWatch::Polled
    }
}
