//! Which call a line is about, and what it proves. `modem-facts.md` §2.1–2.2.

use super::call::{Call, Phase, caller_line, number_line, same_number};
use super::{CallList, CallerLine, Calls, FOLD_FOR, Past, Release};
use crate::at::urc::{CallReport, CallSource, CallState, CliValidity, RawNumber};
use crate::ids::CallKey;
use std::time::{Duration, Instant};

impl Calls {
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
        } else if let Some(i) = self
            .calls
            .iter()
            .position(|c| matches!(c.phase, Phase::Closing { until, .. } if at < until))
        {
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
        let talked = id.and(duration_s).map(|s| Duration::from_secs(u64::from(s)));
        let Some(i) = self.whose(evidence, id, &line) else {
            self.release_of_none(release, line, at);
            return;
        };
        let call = &self.calls[i];
        if call.is_ringing() && talked.is_some_and(|talk| !talk.is_zero() && !call.rang_within(talk, at)) {
            self.calls[i].enter(Phase::Answered { since: at }, evidence);
        }
        self.identify(i, line);
        self.release(i, release, at);
    }

    pub(super) fn take_report(&mut self, report: &CallReport, listed: bool, at: Instant) -> Option<CallKey> {
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
        if listed && let Some(over) = self.over_since_asked(id, &line) {
            return over;
        }
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

    /// A row of a list that was asked for while the call was there, and came when its end had been told: it may still say who it
    /// was, but starts no other call. `None`: the row is about none of those.
    fn over_since_asked(&mut self, id: Option<u8>, line: &Option<CallerLine>) -> Option<Option<CallKey>> {
        let asked = self.last_list?;
        let has_id = |c: &Call| c.id.is_some() && c.id == id && !c.conflicts_with(line);
        let live = |c: &Call| c.is_live() && (has_id(c) || c.has_number_of(line));
        if self.calls.iter().any(live) {
            return None;
        }
        let closing = |c: &Call| matches!(c.phase, Phase::Closing { over, .. } if over >= asked);
        if let Some(i) = self.calls.iter().position(|c| closing(c) && !c.conflicts_with(line)) {
            self.identify(i, line.clone());
            return Some(Some(self.calls[i].key));
        }
        let is_past = |past: &Past| {
            past.ended >= asked
                && match (&past.digits, line) {
                    (Some(ours), Some(CallerLine::Number { digits, .. })) => same_number(ours, digits),
                    // Told without a number: a number is somebody else's, or it is the only way back to that caller.
                    (None, Some(CallerLine::Number { .. })) => false,
                    (_, _) => true,
                }
        };
        if !self.past.iter().any(is_past) {
            return None;
        }
        // If it rings anew already, the next list says so.
        self.reconcile = true;
        Some(None)
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
        // It waited behind another call, of which this line alone tells, and gave up.
        let waited = matches!(line, Some(CallerLine::Number { .. })) && self.calls.iter().any(Call::is_ringing);
        if release.evidence == "missed_call" || waited {
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
                let i = self.start(waited, at);
                self.identify(i, line);
                self.release(i, release, at);
            }
            return;
        }
        let live = self.calls.iter().filter(|c| c.is_live()).count();
        // It ended somebody's own call, if anything.
        self.outgoing &= live > 0;
        if live > 1 {
            if self.list != CallList::Given {
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
}
