//! News of calls: 3GPP TS 27.007 §7.6 (`+CLIP`), §7.11 (`+CRING`), §7.12 (`+CCWA`), §7.18 (`+CLCC`), and what makers say instead.

use super::number::{numbered, raw};
use super::{CallReport, CallSource, CallState, CliValidity, Urc};
use crate::at::fields::{Fields, after_name};

pub(super) fn parse(line: &str) -> Option<Urc> {
    let (name, rest) = match line.split_once(':') {
        Some((name, rest)) => (name.trim_end().to_ascii_uppercase(), rest.trim()),
        None => (line.trim_end().to_ascii_uppercase(), ""),
    };
    let fields = Fields::split(rest);
    match name.as_str() {
        "RING" => Some(Urc::Ring),
        "+CRING" => (rest.is_empty() || rest.to_ascii_uppercase().contains("VOICE")).then_some(Urc::Ring),
        "+CLIP" => calling_line(&fields),
        "+CCWA" => call_waiting(&fields),
        "+CLCC" => call_list_row(&fields, 0, CallSource::Clcc).map(Urc::Call),
        "^SLCC" => slcc(&fields).map(Urc::Call),
        "+QIND" if fields.text(0).eq_ignore_ascii_case("ccinfo") => {
            call_list_row(&fields, 1, CallSource::Ccinfo).map(Urc::Call)
        }
        "^DSCI" => dsci(&fields).map(Urc::Call),
        "#ECAM" => ecam(&fields).map(Urc::Call),
        "+UCALLSTAT" => ucallstat(&fields).map(Urc::Call),
        "^CONN" => Some(Urc::CallConnected {
            id: Some(fields.number(0)?),
        }),
        "^CEND" => Some(Urc::CallReleased {
            evidence: "cend",
            id: Some(fields.number(0)?),
            number: None,
            duration_s: Some(fields.number(1)?),
            cause: fields.number(3),
        }),
        "VOICE CALL" => voice_call(rest),
        "MISSED_CALL" => Some(missed_call(rest)),
        "+WIND" if fields.number(0) == Some(6) => Some(released("wind", fields.number(1))),
        "+CIEV" if fields.text(0).eq_ignore_ascii_case("call") && fields.text(1) == "0" => {
            Some(released("ciev_call", None))
        }
        "HANGUP" => Some(released("hangup", None)),
        "NO CARRIER" => Some(released("no_carrier", None)),
        "BUSY" => Some(released("busy", None)),
        "NO ANSWER" => Some(released("no_answer", None)),
        "NO DIALTONE" | "NO DIAL TONE" => Some(released("no_dialtone", None)),
        _other => None,
    }
}

fn released(evidence: &'static str, id: Option<u8>) -> Urc {
    Urc::CallReleased {
        evidence,
        id,
        number: None,
        duration_s: None,
        cause: None,
    }
}

/// `<number>,<type>[,<subaddr>,<satype>[,[<alpha>][,<CLI validity>]]]`
fn calling_line(fields: &Fields<'_>) -> Option<Urc> {
    // The name alone is an entry in somebody's list of commands.
    if fields.len() == 1 && !fields.is_quoted(0) && fields.text(0).is_empty() {
        return None;
    }
    // `+CLIP: 1,1` is the reply to `AT+CLIP?`, not a caller.
    if !fields.is_quoted(0) && fields.len() == 2 && fields.text(0).len() == 1 && fields.text(1).len() == 1 {
        return None;
    }
    let number = numbered(fields, 0);
    let validity = validity(fields, 5, number.is_some());
    Some(Urc::CallingLine { number, validity })
}

/// `<number>,<type>,<class>[,[<alpha>][,<CLI validity>]]`
fn call_waiting(fields: &Fields<'_>) -> Option<Urc> {
    // `+CCWA: <status>,<class>` is the reply to a query.
    if !fields.is_quoted(0) && fields.len() <= 2 {
        return None;
    }
    let number = numbered(fields, 0);
    let validity = validity(fields, 4, number.is_some());
    Some(Urc::CallWaiting { number, validity })
}

/// 0 valid, 1 withheld, 2 interworking, 3 payphone, 4 other. Left out: valid if there is a number.
fn validity(fields: &Fields<'_>, index: usize, has_number: bool) -> CliValidity {
    match fields.number::<u8>(index) {
        Some(0) => CliValidity::Valid,
        Some(1) => CliValidity::Withheld,
        Some(_) => CliValidity::NotAvailable,
        None if has_number => CliValidity::Valid,
        None => CliValidity::NotAvailable,
    }
}

/// `<id>,<dir>,<stat>,<mode>,<mpty>[,<number>,<type>…]` from field `start` on: a `+CLCC` row or Quectel's `ccinfo`.
/// What follows the number differs (A76xx leaves fields out on LTE) and is not needed.
#[must_use]
pub fn call_list_row(fields: &Fields<'_>, start: usize, source: CallSource) -> Option<CallReport> {
    let state = match fields.text(start + 2) {
        "0" => CallState::Active,
        "1" => CallState::Held,
        "2" => CallState::Dialing,
        "3" => CallState::Alerting,
        "4" => CallState::Incoming,
        "5" => CallState::Waiting,
        "6" | "-1" => CallState::Released,
        _unknown => return None,
    };
    Some(CallReport {
        source,
        id: fields.number(start)?,
        incoming: direction(fields.text(start + 1))?,
        state,
        voice: is_voice(fields.text(start + 3)),
        number: numbered(fields, start + 5),
        cause: None,
    })
}

/// `<id>,<dir>,<stat>,<mode>,<mpty>,<channel up>[,<number>,<type>…]`; one without any field ends the list.
fn slcc(fields: &Fields<'_>) -> Option<CallReport> {
    let number = numbered(fields, 6);
    call_list_row(fields, 0, CallSource::Clcc).map(|row| CallReport { number, ..row })
}

fn direction(text: &str) -> Option<bool> {
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _unknown => None,
    }
}

/// `<mode>` 0 voice, 3–5 alternating and now voice; 1 data is the phantom row of an LTE bearer. Left out: voice.
fn is_voice(mode: &str) -> bool {
    matches!(mode, "" | "0" | "3" | "4" | "5")
}

/// Quectel `<id>,<dir>,<stat>,<type>,<number>,<numtype>[,<tone>]`, the number unquoted; others
/// `<id>,<dir>,<stat>,<type>,<x>,"<number>",<numtype>,<x>,<cause>…`.
fn dsci(fields: &Fields<'_>) -> Option<CallReport> {
    let state = match fields.text(2) {
        "1" => CallState::Held,
        "2" => CallState::Dialing,
        "3" => CallState::Active,
        "4" => CallState::Incoming,
        "5" => CallState::Waiting,
        "6" => CallState::Released,
        "7" => CallState::Alerting,
        _unknown => return None,
    };
    let other_maker = fields.is_quoted(5);
    Some(CallReport {
        source: CallSource::Dsci,
        id: fields.number(0)?,
        incoming: direction(fields.text(1))?,
        state,
        voice: fields.text(3) == "0",
        number: numbered(fields, if other_maker { 5 } else { 4 }),
        cause: if other_maker && state == CallState::Released {
            fields.number(8)
        } else {
            None
        },
    })
}

/// Telit `<ccid>,<ccstatus>,<calltype>,,,[<number>,<type>]`. The status decides; the id is coarse.
fn ecam(fields: &Fields<'_>) -> Option<CallReport> {
    let (state, incoming) = match fields.text(1) {
        "0" => (CallState::Released, true),
        "1" | "2" => (CallState::Dialing, false),
        "3" | "8" => (CallState::Active, true),
        "4" => (CallState::Held, true),
        "5" => (CallState::Waiting, true),
        "6" => (CallState::Incoming, true),
        "7" => (CallState::Released, false),
        _unknown => return None,
    };
    let voice = fields.text(2) != "2";
    Some(CallReport {
        source: CallSource::Ecam,
        id: fields.number(0)?,
        incoming,
        state,
        voice,
        number: numbered(fields, 5),
        cause: None,
    })
}

/// u-blox `<id>,<stat>[,x]`. It has no direction: what is not dialling is taken as incoming, since we never dial.
fn ucallstat(fields: &Fields<'_>) -> Option<CallReport> {
    let (state, incoming) = match fields.text(1) {
        "0" | "7" => (CallState::Active, true),
        "1" => (CallState::Held, true),
        "2" => (CallState::Dialing, false),
        "3" => (CallState::Alerting, false),
        "4" => (CallState::Incoming, true),
        "5" => (CallState::Waiting, true),
        "6" => (CallState::Released, true),
        _unknown => return None,
    };
    let id = fields.number(0)?;
    Some(CallReport {
        source: CallSource::Ucallstat,
        id,
        incoming,
        state,
        voice: true,
        number: None,
        cause: None,
    })
}

/// SIMCom `BEGIN`, `END: <HHMMSS>`. The blank after `VOICE CALL:` is optional.
fn voice_call(rest: &str) -> Option<Urc> {
    if rest.eq_ignore_ascii_case("BEGIN") {
        return Some(Urc::CallConnected { id: None });
    }
    let duration = match after_name(rest, "END") {
        Some(duration) => duration,
        None if rest.eq_ignore_ascii_case("END") => "",
        None => return None,
    };
    Some(Urc::CallReleased {
        evidence: "voice_call_end",
        id: None,
        number: None,
        duration_s: hhmmss(duration),
        cause: None,
    })
}

/// `000117` is 77 s. Below one minute this agrees with firmware that counts plain seconds.
fn hhmmss(text: &str) -> Option<u32> {
    let all: u32 = text.parse().ok()?;
    let (hours, minutes, seconds) = (all / 10_000, all / 100 % 100, all % 100);
    if text.len() == 6 && minutes < 60 && seconds < 60 {
        return Some(hours * 3600 + minutes * 60 + seconds);
    }
    Some(all)
}

/// SIM7600 `<time> <number>`: the time is 12 h or 24 h, `AM`/`PM` glued to it or to the number; the number may be missing.
fn missed_call(rest: &str) -> Urc {
    let last = rest.split_whitespace().last().unwrap_or("");
    let upper = last.to_ascii_uppercase();
    let after_half = ["AM", "PM"]
        .into_iter()
        .filter_map(|half| upper.rfind(half))
        .max()
        .map_or(last, |at| &last[at + 2..]);
    let number = raw(after_half, None);
    Urc::CallReleased {
        evidence: "missed_call",
        id: None,
        number,
        duration_s: None,
        cause: None,
    }
}
