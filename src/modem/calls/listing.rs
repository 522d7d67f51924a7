//! When the call list is asked for, what its answer means, and hanging up. 3GPP TS 27.007 §7.18, §7.27.

use super::call::{Call, Phase};
use super::{Ask, CLIP_WAIT, CallList, Calls};
use crate::at::urc::CallReport;
use std::time::{Duration, Instant};

/// While it rings and the modem may not tell the end.
pub const LIST_EVERY: Duration = Duration::from_millis(500);
/// A slow modem is asked less often, so that the port is mostly free when the call ends: this many times an answer's time,
const LIST_SHARE: u32 = 4;
/// but at least this often.
const LIST_EVERY_MAX: Duration = Duration::from_secs(4);
/// Calls in a row whose list did not come, and the question is given up on this port: waiting for it keeps the port from the text.
const LIST_MISSES_MAX: u8 = 2;
/// While a call is talked: only in case its end was lost.
const LIST_EVERY_TALKING: Duration = Duration::from_secs(30);
/// In silence, the list has this long to say that it still rings.
pub const LIST_GRACE: Duration = Duration::from_millis(1500);
/// After hanging up, before the list is asked whether it worked.
const HANG_UP_SETTLES: Duration = Duration::from_millis(300);

impl Calls {
    /// What the calls need asked now.
    pub fn wants(&self, at: Instant) -> Option<Ask> {
        if self.reject_at().is_some_and(|due| due <= at)
            && let Some(text) = self.first_in_line().and_then(|i| self.next_hang_up(&self.calls[i]))
        {
            return Some(Ask::HangUp(text));
        }
        if self.list_at().is_some_and(|due| due <= at) {
            return Some(Ask::List);
        }
        self.wants_cause()
    }

    /// [`Calls::wants`] is being done.
    pub fn asked(&mut self, ask: Ask, at: Instant) {
        match ask {
            Ask::List => {
                self.last_list = Some(at);
                self.list_under_way = true;
                self.reconcile = false;
                for call in &mut self.calls {
                    call.asked |= at >= call.started + CLIP_WAIT || !call.is_ringing();
                }
            }
            Ask::Cause => self.cause_asked(),
            Ask::HangUp(_) => {
                if let Some(i) = self.first_in_line() {
                    self.calls[i].hang_ups = self.calls[i].hang_ups.saturating_add(1);
                    // Before the answer: the release line may come first, and it is our doing.
                    self.calls[i].rejected = true;
                }
            }
        }
    }

    /// The answer to a hang-up: in doubt the list is asked, and the next way tried.
    pub fn hung_up(&mut self, accepted: bool, at: Instant) {
        let Some(i) = self.calls.iter().position(|c| c.is_first_in_line() && c.rejected) else {
            return;
        };
        if !accepted {
            self.calls[i].rejected = false;
        } else if self.list != CallList::Given {
            self.end(i, "hung_up", at);
        } else {
            self.last_list = Some(at);
            self.calls[i].verify_at = Some(at + HANG_UP_SETTLES);
        }
    }

    /// The call list, as the modem gave it.
    pub fn listed(&mut self, rows: &[CallReport], at: Instant) {
        let took = self
            .last_list
            .map_or(Duration::ZERO, |asked| at.saturating_duration_since(asked));
        self.list_gap = LIST_EVERY.max(took * LIST_SHARE).min(LIST_EVERY_MAX);
        self.list_misses = 0;
        self.list_under_way = false;
        self.outgoing = rows.iter().any(|row| row.voice && !row.incoming);
        let suspicion = self.suspicion.take();
        let mut present = Vec::with_capacity(rows.len().min(super::MAX_CALLS));
        for row in rows {
            let known = self.calls.len();
            if let Some(key) = self.take_report(row, true, at) {
                present.push(key);
            }
            if let (true, Some(rang)) = (self.calls.len() > known, suspicion)
                && let Some(call) = self.calls.last_mut()
            {
                call.ring(true, rang.max(call.started));
            }
        }
        let pending = self.pending.take();
        let mut i = 0;
        while i < self.calls.len() {
            let before = self.calls.len();
            if present.contains(&self.calls[i].key) {
                self.still_there(i);
            } else {
                self.not_there(i, pending, at);
            }
            if self.calls.len() == before {
                i += 1;
            }
        }
    }

    /// The call list was refused (`known`: not the question itself) or didn't come: what hung on it is decided without.
    pub fn list_failed(&mut self, known: bool, at: Instant) {
        self.list_under_way = false;
        self.list_misses = self.list_misses.saturating_add(1);
        self.list = match known && self.list_misses < LIST_MISSES_MAX {
            true => CallList::NotNow,
            false => CallList::Unknown,
        };
        self.suspicion = None;
        if let Some(release) = self.pending.take() {
            let first = self
                .first_in_line()
                .or_else(|| self.calls.iter().position(Call::is_live));
            if let Some(i) = first {
                self.release(i, release, at);
            }
        }
        if let Some(i) = self.calls.iter().position(|c| c.is_ringing() && c.verify_at.is_some()) {
            self.end(i, "hung_up", at);
        }
        self.tick(at);
    }

    fn still_there(&mut self, i: usize) {
        let call = &mut self.calls[i];
        if call.verify_at.take().is_some() && call.is_ringing() {
            // Hanging up was accepted and did nothing (ATH with +CVHU=1 does that): the next way.
            call.rejected = false;
        }
        if matches!(call.phase, Phase::Closing { .. }) && call.caller.is_some() {
            self.finish(i);
        }
    }

    fn not_there(&mut self, i: usize, pending: Option<super::Release>, at: Instant) {
        let call = &mut self.calls[i];
        call.absent = call.absent.saturating_add(1);
        match call.phase {
            Phase::Ringing { .. } => {
                if let Some(release) = pending {
                    self.release(i, release, at);
                } else if call.verify_at.is_some() {
                    call.enter(Phase::Ended, "hung_up");
                    self.end(i, "clcc_empty", at);
                } else if at >= call.silent_at() {
                    call.enter(Phase::Ended, "ring_silence");
                    self.end(i, "clcc_empty", at);
                } else if call.listed && call.absent >= 2 {
                    self.end(i, "clcc_empty", at);
                }
            }
            Phase::Answered { .. } => {
                if let Some(release) = pending {
                    self.release(i, release, at);
                } else if call.absent >= 2 {
                    self.end(i, "clcc_empty", at);
                }
            }
            // Nothing to learn about it any more: the list was its last chance.
            Phase::Closing { .. } => self.finish(i),
            Phase::Ended => {}
        }
    }

    /// When silence ends this call: after the list had its chance; without one, later.
    pub(super) fn silence_ends(&self, call: &Call) -> Instant {
        if self.list != CallList::Given {
            call.silent_for_good()
        } else {
            call.silent_at() + LIST_GRACE
        }
    }

    /// When the call list is wanted next.
    pub(super) fn list_at(&self) -> Option<Instant> {
        if self.list != CallList::Given {
            return None;
        }
        let spaced = |gap: Duration, due: Instant| self.last_list.map_or(due, |last| due.max(last + gap));
        let now = self.reconcile.then_some(self.last_list.map(|last| last + LIST_EVERY));
        let mut due: Option<Instant> = match now {
            Some(Some(after)) => Some(after),
            // Never asked before: any moment that is surely past will do.
            Some(None) => self.calls.first().map(|c| c.started),
            None => None,
        };
        let mut at = |when: Instant| due = Some(due.map_or(when, |d| d.min(when)));
        if let Some(since) = self.suspicion {
            at(spaced(LIST_EVERY, since));
        }
        for call in &self.calls {
            match call.phase {
                Phase::Ringing { .. } => {
                    if call.caller.is_none() && !call.asked {
                        at(call.started + CLIP_WAIT);
                    }
                    if !self.tells_ends || (call.listed && call.absent > 0) {
                        let gap = if call.absent > 0 { LIST_EVERY } else { self.list_gap };
                        at(spaced(gap, call.started + CLIP_WAIT));
                    }
                    if let Some(verify) = call.verify_at {
                        at(verify);
                    }
                    at(spaced(LIST_EVERY, call.silent_at()));
                }
                Phase::Answered { since } => {
                    let gap = if call.absent > 0 {
                        LIST_EVERY
                    } else {
                        LIST_EVERY_TALKING
                    };
                    at(spaced(gap, since + gap));
                }
                Phase::Closing { over, .. } => {
                    if !call.asked {
                        at(over);
                    }
                }
                Phase::Ended => {}
            }
        }
        due
    }

    /// When the ringing call is to be hung up on, if that is wished and not done.
    pub(super) fn reject_at(&self) -> Option<Instant> {
        let after = self.reject_after?;
        let call = &self.calls[self.first_in_line()?];
        if call.rejected || self.next_hang_up(call).is_none() {
            return None;
        }
        Some(call.started + after)
    }

    fn next_hang_up(&self, call: &Call) -> Option<&'static str> {
        self.family.hang_up.get(usize::from(call.hang_ups)).copied()
    }
}
