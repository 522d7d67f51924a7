//! What the answers to bring-up's and the idle questions come to, beyond what [`crate::at::reply`] reads.

use crate::at::fields::Fields;
use crate::at::{Failure, Outcome};

/// Texts are cut to this many characters.
const MAX_TEXT: usize = 64;

/// Field `field` of the first line that starts with `name`, as text; empty is none.
pub fn text_field(outcome: &Outcome, name: &str, field: usize) -> Option<String> {
    let line = outcome.lines.iter().find_map(|line| Fields::after_name(line, name))?;
    let text = line.text(field);
    (!text.is_empty()).then(|| text.chars().take(MAX_TEXT).collect())
}

/// A bare ERROR, or "operation not supported": the modem does not know the command.
pub fn not_known(outcome: &Outcome) -> bool {
    match &outcome.result {
        Err(Failure::Error | Failure::Other(_)) => true,
        Err(Failure::Cms(code)) => code.cms().map(|e| e.0) == Some(303),
        Err(Failure::Cme(code)) => code.cme().map(|e| e.0) == Some(4),
        Ok(()) | Err(Failure::TimedOut { .. } | Failure::Aborted | Failure::PortLost) => false,
    }
}

/// The SIM's state in `+CPIN: <code>`, upper case.
pub fn pin_state(outcome: &Outcome) -> Option<String> {
    text_field(outcome, "+CPIN", 0).map(|state| state.to_ascii_uppercase())
}
