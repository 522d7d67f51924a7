//! Gathers what [`checkup`] judges, and gives its list the shape that `textback doctor --json` prints.

use super::examination;
use crate::checkup::{self, Facts, Finding, Machine, NoModem, TextOut};
use crate::clock::Trust;
use crate::config::Topology;
use crate::modem::Report;
use crate::store::lately::Lately;
use crate::store::types::State;
use serde_json::{Value, json};
use std::time::Duration;

/// What is known besides the modem's examination.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    pub topology: Topology,
    pub trust: Trust,
    pub machine: Machine,
    /// Now, milliseconds since 1970.
    pub utc_ms: i64,
}

/// The list.
#[must_use]
pub fn walk(report: Result<&Report, &NoModem>, lately: Lately, around: &Around) -> Vec<Finding> {
    let since = |utc: Option<i64>| {
        let ms = around.utc_ms.saturating_sub(utc?);
        Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
    };
    checkup::walk(&Facts {
        report,
        topology: around.topology,
        trust: around.trust,
        text_out: lately.text_out.and_then(|state| match state {
            State::Delivered => Some(TextOut::Delivered),
            State::Accepted => Some(TextOut::Accepted),
            State::Failed | State::InDoubt => Some(TextOut::Failed),
            State::Queued | State::Submitting => None,
        }),
        text_in: since(lately.text_in_utc),
        call: since(lately.call_utc),
        machine: around.machine,
    })
}

/// The list with what it was made from.
#[must_use]
pub fn json(list: &[Finding], report: Option<&Report>) -> Value {
    json!({
        "ok": checkup::passed(list),
        "checks": list,
        "examination": report.map(examination::json),
    })
}
