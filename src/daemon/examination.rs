//! An examination's report as JSON, for `textback doctor` and whoever asks the control socket.

use crate::modem::{CanText, CanVoice, Divert, Report, SimState};
use serde_json::{Value, json};

/// Everything in the report; `null` is what the modem did not say.
#[must_use]
pub fn json(report: &Report) -> Value {
    let identity = &report.identity;
    let diversions: Vec<Value> = report
        .diversions
        .iter()
        .map(|d| {
            json!({
                "which": match d.which {
                    Divert::Always => "always",
                    Divert::Busy => "busy",
                    Divert::NoReply => "no_reply",
                    Divert::Unreachable => "unreachable",
                },
                "active": d.active,
                "number": d.number,
                "after_seconds": d.after_s,
            })
        })
        .collect();
    json!({
        "modem": {
            "family": identity.family,
            "manufacturer": identity.manufacturer,
            "model": identity.model,
            "revision": identity.revision,
            "imei": identity.imei,
        },
        "can_voice": match report.can_voice {
            CanVoice::Yes => "yes",
            CanVoice::Unknown => "unknown",
            CanVoice::Perhaps => "perhaps",
            CanVoice::SmsOnly => "sms_only",
            CanVoice::Never => "never",
        },
        "can_text": match report.can_text {
            CanText::Yes => "yes",
            CanText::Refused => "refused",
            CanText::Never => "never",
        },
        "sim": {
            "state": match report.sim {
                SimState::Ready => "ready",
                SimState::Pin => "pin",
                SimState::Puk => "puk",
                SimState::Missing => "missing",
                SimState::Unknown => "unknown",
            },
            "pin_tries_left": report.pin_tries_left,
            "shut": report.sim_is_shut(),
            "iccid": identity.iccid,
            "own_number": identity.own_number,
            "smsc": identity.smsc,
        },
        "network": {
            "operator": identity.operator,
            "creg": report.registration.cs,
            "cgreg": report.registration.ps,
            "cereg": report.registration.eps,
            "signal_dbm": report.signal.dbm,
            "signal": report.signal.in_words(),
            "volte": report.volte,
            "time_utc_ms": report.network_time.map(|(utc_ms, _)| utc_ms),
            "time_offset_s": report.network_time.map(|(_, offset_s)| offset_s),
            "proof_age_seconds": report.network_proof_age.map(|age| age.as_secs()),
        },
        "storage": report.storage.map(|(used, total)| json!({ "used": used, "total": total })),
        "news_port": report.news_port.as_ref().map(|(set, here)| json!({ "set": set, "here": here })),
        "announces_texts": report.announces_texts,
        "shows_callers": report.shows_callers,
        "diversions": diversions,
        "diverts_everything": report.diverts_everything(),
        "no_reply_divert_seconds": report.no_reply_divert_s(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Diversion;

    #[test]
    fn the_voicemail_trap_is_in_it_in_words() {
        let report = Report {
            diversions: vec![Diversion {
                which: Divert::NoReply,
                active: true,
                number: Some("+15550000000".to_owned()),
                after_s: None,
            }],
            ..Report::default()
        };
        let value = json(&report);
        assert_eq!(value["no_reply_divert_seconds"], 20);
        assert_eq!(value["diverts_everything"], false);
        assert_eq!(value["diversions"][0]["which"], "no_reply");
        assert_eq!(value["can_voice"], "unknown");
    }
}
