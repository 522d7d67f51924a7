//! One call: what was seen of it and the state it is in. States change in [`Call::enter`] alone.

use super::super::{CallerLine, EndedCall, Verdict};
use crate::at::urc::{CliValidity, RawNumber};
use crate::ids::CallKey;
use std::time::{Duration, Instant};

/// Two ring signs nearer than this are one ring, told twice (RING and +CLIP, or two ports at once).
pub const SAME_RING: Duration = Duration::from_millis(1000);
/// Silence that ends a call while its cadence is not known: two of the slowest cadences (6 s) and a little.
pub const SILENCE_UNKNOWN: Duration = Duration::from_secs(13);
/// No cadence makes us give up sooner than this.
pub const SILENCE_FLOOR: Duration = Duration::from_secs(4);
/// A time of talk is told in whole seconds, and its line comes a moment late.
const TALK_ROUNDING: Duration = Duration::from_secs(2);
/// Cadences are between these; anything else is not a cadence.
const CADENCE: std::ops::RangeInclusive<Duration> = Duration::from_secs(2)..=Duration::from_secs(8);
/// Different evidences kept per call.
pub const MAX_EVIDENCE: usize = 8;
/// Numbers are the same if this many last digits are (national and international forms of one number).
const SAME_TAIL: usize = 7;
/// Digits kept of a number (3GPP TS 24.008 allows 20; `+` and pauses beside).
const MAX_DIGITS: usize = 40;

/// Where a call is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It rings, or waits behind another.
    Ringing { waiting: bool },
    /// Somebody answered it.
    Answered { since: Instant },
    /// It is over, but nobody has said yet who called: a moment is left for that.
    Closing { until: Instant, over: Instant },
    /// Over and told.
    Ended,
}

/// A call that isn't over.
#[derive(Debug, Clone)]
pub struct Call {
    pub key: CallKey,
    pub phase: Phase,
    pub caller: Option<CallerLine>,
    /// The modem's own number for it (27.007 §7.18 `<id>`), if it has said one.
    pub id: Option<u8>,
    pub started: Instant,
    pub last_sign: Instant,
    pub rings: u16,
    pub evidence: Vec<&'static str>,
    pub cause: Option<u8>,
    /// We hung up on it.
    pub rejected: bool,
    /// How many hang-up commands have been tried.
    pub hang_ups: u8,
    /// The call list has shown it: from then on an empty list means something.
    pub listed: bool,
    /// It was hung up on: the call list is asked then whether that worked.
    pub verify_at: Option<Instant>,
    /// The call list, in silence, said that it still rings: the modem doesn't repeat itself.
    quiet: bool,
    /// Lists without it, in a row.
    pub absent: u8,
    /// The number was asked for already.
    pub asked: bool,
    answered: bool,
    last_ring: Option<Instant>,
    ring_lines: bool,
    cadence: Option<Duration>,
}

impl Call {
    pub fn new(key: CallKey, waiting: bool, at: Instant) -> Self {
        Call {
            key,
            phase: Phase::Ringing { waiting },
            caller: None,
            id: None,
            started: at,
            last_sign: at,
            rings: 0,
            evidence: Vec::new(),
            cause: None,
            rejected: false,
            hang_ups: 0,
            listed: false,
            verify_at: None,
            quiet: false,
            absent: 0,
            asked: false,
            answered: false,
            last_ring: None,
            ring_lines: false,
            cadence: None,
        }
    }

    /// The one place where a call's state changes; `cause` says what made it so.
    pub fn enter(&mut self, next: Phase, cause: &'static str) {
        if let Phase::Answered { .. } = next {
            self.answered = true;
        }
        if matches!(next, Phase::Closing { .. } | Phase::Ended) {
            self.witness(cause);
        }
        self.phase = next;
    }

    pub fn is_ringing(&self) -> bool {
        matches!(self.phase, Phase::Ringing { .. })
    }

    /// It rings and isn't waiting behind another call.
    pub fn is_first_in_line(&self) -> bool {
        self.phase == Phase::Ringing { waiting: false }
    }

    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Ringing { .. } | Phase::Answered { .. })
    }

    /// A proof, kept once, first proof first.
    fn witness(&mut self, evidence: &'static str) {
        if !self.evidence.contains(&evidence) && self.evidence.len() < MAX_EVIDENCE {
            self.evidence.push(evidence);
        }
    }

    /// A RING or +CRING line (`ring_line`), or a +CLIP that may stand for one where the family sends no RING.
    pub fn ring(&mut self, ring_line: bool, at: Instant) {
        self.last_sign = at;
        self.absent = 0;
        self.quiet = false;
        if ring_line && !self.ring_lines {
            // What was counted from +CLIP alone was the same rings: count them anew, from the real ones.
            self.ring_lines = true;
            if self
                .last_ring
                .is_some_and(|last| at.saturating_duration_since(last) < SAME_RING)
            {
                self.last_ring = Some(at);
                return;
            }
        }
        if ring_line != self.ring_lines {
            return;
        }
        if let Some(last) = self.last_ring {
            let gap = at.saturating_duration_since(last);
            if gap < SAME_RING {
                return;
            }
            if CADENCE.contains(&gap) {
                self.cadence = Some(self.cadence.map_or(gap, |known| known.max(gap)));
            }
        }
        self.last_ring = Some(at);
        self.rings = self.rings.saturating_add(1);
    }

    /// Whether it still rang when it had to have been answered to be talked for so long: then that is no time of talk.
    pub fn rang_within(&self, talk: Duration, at: Instant) -> bool {
        self.last_ring
            .is_some_and(|last| at.saturating_duration_since(last) + TALK_ROUNDING < talk)
    }

    /// A call report says that it rings.
    pub fn seen(&mut self, listed: bool, at: Instant) {
        self.quiet |= listed && at >= self.silent_at();
        // In a list, ringing goes on only once its lines are missed: the list must not hide a silence.
        if !listed || self.quiet {
            self.last_sign = at;
        }
        self.listed |= listed;
        self.absent = 0;
    }

    /// When silence alone means that ringing is over: two learned cadences and a little, so that one lost line ends no call.
    pub fn silent_for_good(&self) -> Instant {
        let patience = match self.cadence {
            Some(cadence) => (cadence * 2 + SAME_RING).clamp(SILENCE_FLOOR, SILENCE_UNKNOWN),
            None => SILENCE_UNKNOWN,
        };
        self.last_sign + patience
    }

    /// When silence is long enough to ask the call list whether it still rings: 1.6 learned cadences, never less than
    /// [`SILENCE_FLOOR`].
    pub fn silent_at(&self) -> Instant {
        if self.quiet {
            return self.last_sign + SILENCE_FLOOR;
        }
        let patience = match self.cadence {
            Some(cadence) => (cadence * 8 / 5).clamp(SILENCE_FLOOR, SILENCE_UNKNOWN),
            None => SILENCE_UNKNOWN,
        };
        self.last_sign + patience
    }

    /// Takes what is better known about the caller: a number beats "withheld" beats "unavailable". True if it was news.
    pub fn identify(&mut self, line: Option<CallerLine>) -> bool {
        let news = match (&self.caller, &line) {
            (_, None) | (Some(CallerLine::Number { .. }), _) => false,
            (None, Some(_)) => true,
            (Some(known), Some(told)) => rank(told) > rank(known),
        };
        if news {
            self.caller = line;
        }
        news
    }

    /// Both have a number, and not the same one.
    pub fn conflicts_with(&self, line: &Option<CallerLine>) -> bool {
        match (&self.caller, line) {
            (Some(CallerLine::Number { digits: ours, .. }), Some(CallerLine::Number { digits: theirs, .. })) => {
                !same_number(ours, theirs)
            }
            _ => false,
        }
    }

    /// Both have a number, and it is the same one.
    pub fn has_number_of(&self, line: &Option<CallerLine>) -> bool {
        match (&self.caller, line) {
            (Some(CallerLine::Number { digits: ours, .. }), Some(CallerLine::Number { digits: theirs, .. })) => {
                same_number(ours, theirs)
            }
            _ => false,
        }
    }

    /// The record of it, as told to the desk.
    pub fn into_ended(self) -> EndedCall {
        // Q.850 26: non-selected user clearing, somebody answered on a sister line.
        let verdict = if self.rejected && !self.answered {
            Verdict::Rejected
        } else if self.answered || self.cause == Some(26) {
            Verdict::Answered
        } else {
            Verdict::Missed
        };
        EndedCall {
            call: self.key,
            caller: self.caller.unwrap_or(CallerLine::Unavailable),
            rings: self.rings,
            ringing: self.last_sign.saturating_duration_since(self.started),
            verdict,
            evidence: self.evidence,
            cause: self.cause,
        }
    }
}

fn rank(line: &CallerLine) -> u8 {
    match line {
        CallerLine::Unavailable => 0,
        CallerLine::Withheld => 1,
        CallerLine::Number { .. } => 2,
    }
}

/// One number in two notations is one number: the last seven digits decide, or all of a shorter one.
pub fn same_number(a: &str, b: &str) -> bool {
    let digits = |s: &str| s.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let (a, b) = (digits(a), digits(b));
    if a.len() < SAME_TAIL || b.len() < SAME_TAIL {
        return a == b;
    }
    a[a.len() - SAME_TAIL..] == b[b.len() - SAME_TAIL..]
}

/// What +CLIP or +CCWA says about the caller; `None` if it says nothing (an empty number said to be valid).
pub fn caller_line(number: Option<RawNumber>, validity: CliValidity) -> Option<CallerLine> {
    match validity {
        CliValidity::Withheld => Some(CallerLine::Withheld),
        CliValidity::NotAvailable => Some(CallerLine::Unavailable),
        CliValidity::Valid => number_line(number),
    }
}

/// A number as a caller, if there is one.
pub fn number_line(number: Option<RawNumber>) -> Option<CallerLine> {
    let number = number.filter(|n| n.digits.bytes().any(|b| b.is_ascii_digit()))?;
    Some(CallerLine::Number {
        digits: number.digits.chars().take(MAX_DIGITS).collect(),
        toa: number.toa,
    })
}
