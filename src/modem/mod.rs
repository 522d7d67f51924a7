//! One modem, as state machines without I/O: bring-up, calls, inbox, sender, health.
//!
//! The whole surface is [`Modem::handle`] and [`Modem::poll`]. Give every input with the time it happened, then poll until
//! [`Output::Wait`]. Nothing in here reads a clock, opens a port or spawns anything.

use crate::ids::{CallKey, MessageReference, OutboxId, SlotToken};
use std::time::{Duration, Instant};

mod bringup;
mod calls;
mod canary;
mod examination;
pub mod families;
mod health;
mod inbox;
mod machine;
mod missed_memory;
mod reach;
mod redacted;
pub mod refusals;
mod replies;
mod report;
mod sender;
mod status;
mod timers;
mod ussd;

pub use machine::Modem;
pub use report::{Balance, CanText, CanVoice, Deafness, Diversion, Divert, PowerStep, PowerSteps, Report, SimState};

/// What the outside tells the modem.
#[derive(Debug)]
pub enum Input<'a> {
    /// A port was opened; whatever was known about the modem's settings no longer holds. Bring-up starts.
    PortOpened,
    /// The port is gone (unplugged, read 0, write failed). Calls in progress end with that as evidence.
    PortLost,
    /// Bytes as they came, split anywhere.
    Bytes(&'a [u8]),
    /// The next outbox row to send. Only after [`Event::ReadyToSubmit`]; one at a time.
    Submit(Submission),
    /// The attempt is durable in the store: the PDU may leave (law 1).
    Permit(OutboxId),
    /// The attempt could not be recorded, or is no longer wanted: give the prompt back with ESC.
    Withdraw(OutboxId),
    /// What this token carried is durable in the store: the slot may be emptied, after a re-read that it still holds it.
    Committed(SlotToken),
    /// Nothing happened but time.
    Tick,
    /// Take no new submissions; finish the one in flight.
    Drain,
    /// What became of an [`Output::Power`]: done, or why it could not be, in words.
    Stepped {
        step: PowerStep,
        outcome: Result<(), String>,
    },
    /// Ask modem, SIM and network everything a person could want to know; [`Event::Examined`] follows, when nothing more
    /// urgent goes on. While one is under way another changes nothing.
    Examine,
    /// Measure the signal now; [`Event::Measured`] follows.
    Measure,
    /// Ask for the balance ([`Options::balance`]) when nothing else goes on; [`Event::Balance`] follows.
    AskBalance,
}

/// One part of one outgoing text: what goes between the prompt and Ctrl-Z.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    pub outbox: OutboxId,
    /// SMS-SUBMIT TPDU, without the service centre (3GPP TS 23.040 §9.2.2.2). The modem layer puts `00` before it.
    pub tpdu: Vec<u8>,
}

/// What the modem wants from the outside.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one is alive at a time, on the stack of the loop that polls"
)]
pub enum Output {
    Transmit(Vec<u8>),
    Event(Event),
    /// The recovery ladder asks for the port to be closed and opened anew.
    ReopenPort,
    /// The recovery ladder asks for what only the outside can do. Answer with [`Input::Stepped`].
    Power(PowerStep),
    /// Nothing more until input, or until then.
    Wait(Option<Instant>),
}

/// What happened, in the words of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// First sign of an incoming call. Recorded at once: a crash while it rings still ends in a verdict.
    CallStarted { call: CallKey },
    /// Who calls became known (or known to be withheld), or better known.
    CallIdentified { call: CallKey, caller: CallerLine },
    /// A call is over, once, however many lines said so.
    CallEnded(EndedCall),
    /// A TPDU arrived: DELIVER or STATUS-REPORT. Answer with [`Input::Committed`] once it is durable.
    Received(Received),
    /// The sender is idle and the modem can send: ask the desk for the next row. Repeated whenever it becomes so.
    ReadyToSubmit,
    /// `AT+CMGS` has been given; the PDU leaves on [`Input::Permit`].
    Submitting { outbox: OutboxId },
    /// The verdict on a submission. Exactly one per [`Input::Submit`].
    Submitted { outbox: OutboxId, outcome: SubmitOutcome },
    /// The modem's condition changed (bring-up step, ready, why not).
    Condition(Condition),
    /// Who the modem and the SIM are, as far as known; given when bring-up learns it.
    Identity(Identity),
    /// Registration as last reported, on change.
    Registration(Registration),
    /// The answer to [`Input::Measure`].
    Measured(Signal),
    /// Signal as last reported, on change.
    Signal(Signal),
    /// Network time as the modem gave it.
    NetworkTime { utc_ms: i64, offset_s: i32 },
    /// Message memory is full, or was emptied again.
    Storage { used: u16, total: u16, full: bool },
    /// From this long ago on no call and no text could reach us. Told when that is certain; [`Event::Hears`] ends it.
    Deaf { why: Deafness, ago: Duration },
    /// The network reaches us again, after so long.
    Hears { why: Deafness, after: Duration },
    /// The answer to [`Input::Examine`].
    Examined(Box<Report>),
    /// The modem's own memory of missed calls, newest first, as it stands after each bring-up. It has no times.
    MissedMemory(Vec<MemoryEntry>),
    /// The answer to [`Input::AskBalance`].
    Balance(Balance),
    /// Something decided or recovered, for the journal (law 5). No numbers, no texts.
    Note { what: &'static str, why: String },
}

/// Caller identity exactly as the network gave it; the desk makes a number of it.
#[derive(Clone, PartialEq, Eq)]
pub enum CallerLine {
    /// Digits and type of address (3GPP TS 24.008 §10.5.4.7: 129 unknown, 145 international, 161 national …).
    Number { digits: String, toa: u8 },
    /// CLI validity 1: withheld by the caller.
    Withheld,
    /// CLI validity 2–4, or a call that ended without anybody saying who it was.
    Unavailable,
}

/// An entry of the modem's memory of missed calls. No digits: the number was withheld.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoryEntry {
    pub digits: String,
    pub toa: u8,
}

/// A call that is over, with all that was seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCall {
    pub call: CallKey,
    pub caller: CallerLine,
    /// RING / +CRING lines or ring cadences seen (0 if the family never rings).
    pub rings: u16,
    /// From the first sign to the last sign of ringing.
    pub ringing: Duration,
    pub verdict: Verdict,
    /// What told us it was over, first proof first; the field's own names (`no_carrier`, `missed_call`, `clcc_empty`,
    /// `ring_silence`, `ccinfo_released` …).
    pub evidence: Vec<&'static str>,
    /// Q.850 cause when a release message or +CEER gave one. 26: answered elsewhere.
    pub cause: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Ended without an answer.
    Missed,
    /// Somebody answered it (by hand on the modem's line, or cause 26 elsewhere).
    Answered,
    /// We hung up on it (`reject_after`).
    Rejected,
}

/// A PDU from the network.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    pub token: SlotToken,
    /// The whole PDU with its SMSC part, as bytes; if the modem's line was not hex, the raw line's bytes and `hex` false.
    pub pdu: Vec<u8>,
    pub hex: bool,
    /// True when it was found by a sweep rather than announced.
    pub swept: bool,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// `+CMGS: <mr>`.
    Accepted(MessageReference),
    /// The network or modem refused it: it did not go out.
    Refused { error: String, class: RetryClass },
    /// The PDU never left us: nothing happened.
    NotTried { why: String },
    /// The PDU left and no verdict came: it may or may not have gone. Never resend blindly.
    Unknown { why: String },
}

/// What a refusal means for the next try (`modem-facts.md` §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryClass {
    /// This destination, or this text, will never do.
    Permanent,
    /// The account or SIM may not send at all: tell the owner.
    Account,
    /// Try again soon.
    Transient,
    /// Try again, but only so often: nobody knows what became of the text, or it is no use.
    AtMost(u8),
    /// This service centre knows no validity period: the same text without one.
    WithoutValidity,
    /// The recipient can't take it for a while (phone off, memory full).
    TransientLong,
    /// Not registered: wait for the network, not counted as a try.
    Unregistered,
    /// SIM not ready, PIN, memory: the modem's own business; not counted as a try.
    Modem,
    /// The text is already there (197 duplicate): treat as sent.
    AlreadySent,
}

/// What state the modem is in, in words a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// No port open.
    NoPort,
    /// Talking to it, at this step.
    BringUp { step: &'static str },
    /// Ready for calls and texts.
    Ready,
    /// It answers but can't do its job now, and why (no SIM, PIN needed, not registered …). Retried by itself.
    Limited { why: Limit },
    /// It does not answer; the ladder is at this rung.
    Mute { rung: &'static str },
}

/// Why a modem that answers can't do its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    NoSim,
    PinRequired,
    PinWrong,
    PinTriesLow,
    PukRequired,
    NotRegistered,
    RegistrationDenied,
    /// Registered for texts only (stat 6/7): calls never ring.
    SmsOnly,
    /// This model has no voice: it can never see a call.
    NoVoice,
    /// `+CMGF=0` is refused, perhaps only now: it is tried again.
    NoSms,
    /// Texts as characters only: `+CMGF=0` is refused, and `+CMGF=?` doesn't have it either (27.005 §3.2.3).
    NoPduMode,
}

#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub family: String,
    pub manufacturer: String,
    pub model: String,
    pub revision: String,
    pub imei: Option<String>,
    pub imsi: Option<String>,
    pub iccid: Option<String>,
    /// The SIM's own number if it knows it (`+CNUM`).
    pub own_number: Option<String>,
    pub operator: Option<String>,
    pub smsc: Option<String>,
    /// Sold as a data card: calls may never ring.
    pub data_card: bool,
}

/// Registration per 3GPP TS 27.007 §7.2, §10.1.20, §10.1.22.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Registration {
    /// `+CREG` stat.
    pub cs: Option<u8>,
    /// `+CGREG` stat.
    pub ps: Option<u8>,
    /// `+CEREG` stat.
    pub eps: Option<u8>,
}

impl Registration {
    /// Registered, and not where calls surely ring: for data only, or where the network would rather not fall back for a call
    /// (stat 9, 10). VoLTE or a fall-back may still bring them. (`modem-facts.md` §4.4)
    #[must_use]
    pub fn leaves_calls_in_doubt(self) -> bool {
        let up = |stat: Option<u8>| matches!(stat, Some(1 | 5 | 9 | 10));
        match self.cs {
            Some(1 | 5 | 6 | 7) => false,
            cs => up(cs) || up(self.eps),
        }
    }
}

/// Signal strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signal {
    /// dBm, if known.
    pub dbm: Option<i16>,
}

impl Signal {
    /// As a person says it, by RSSI.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self.dbm {
            None => "unknown",
            Some(dbm) if dbm >= -73 => "excellent",
            Some(dbm) if dbm >= -85 => "good",
            Some(dbm) if dbm >= -95 => "fair",
            Some(dbm) if dbm >= -105 => "weak",
            Some(_) => "hardly any",
        }
    }
}

/// What the modem layer must be told, from the configuration.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// SIM PIN, tried at most once ever per value and never with fewer than two tries left.
    pub pin: Option<String>,
    /// True if this PIN is on record as wrong: never try it again.
    pub pin_known_wrong: bool,
    /// Hang up after ringing this long, so that the text comes sooner. `None`: never.
    pub reject_after: Option<Duration>,
    /// What the recovery ladder may ask of the outside.
    pub power: PowerSteps,
    /// The code that asks the network for the balance (`*100#`), 3GPP TS 22.090.
    pub balance: Option<String>,
    /// A call that nobody answered may have been answered on another phone of the same number: ask for the cause
    /// (`AT+CEER`) where no line gave one.
    pub ask_cause: bool,
}
