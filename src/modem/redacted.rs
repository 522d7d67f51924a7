//! What must never reach a log, kept out of `Debug` by its type: numbers, texts, PINs, the SIM's identity.

use super::{Balance, CallerLine, Diversion, Identity, MemoryEntry, Modem, Options, Received, Submission};
use std::fmt;

impl fmt::Debug for CallerLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallerLine::Number { digits, toa } => write!(f, "Number(…{} digits, type {toa})", digits.len()),
            CallerLine::Withheld => f.write_str("Withheld"),
            CallerLine::Unavailable => f.write_str("Unavailable"),
        }
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Submission({}, {} octets)", self.outbox, self.tpdu.len())
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Received { token, pdu, hex, swept } = self;
        write!(f, "Received({token}, {} octets, hex {hex}, swept {swept})", pdu.len())
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("pin", &self.pin.as_ref().map(|_| "…"))
            .field("pin_known_wrong", &self.pin_known_wrong)
            .field("reject_after", &self.reject_after)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("family", &self.family)
            .field("manufacturer", &self.manufacturer)
            .field("model", &self.model)
            .field("revision", &self.revision)
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Balance::Said(text) => write!(f, "Said({} characters)", text.chars().count()),
            Balance::Unknown(why) => write!(f, "Unknown({why})"),
        }
    }
}

impl fmt::Debug for MemoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryEntry(…{} digits, type {})", self.digits.len(), self.toa)
    }
}

impl fmt::Debug for Diversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diversion")
            .field("which", &self.which)
            .field("active", &self.active)
            .field("after_s", &self.after_s)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Modem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modem")
            .field("condition", self.condition())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_has_no_number_no_text_and_no_pin() {
        let options = Options {
            pin: Some("4711".to_string()),
            ..Options::default()
        };
        let caller = CallerLine::Number {
            digits: "+15551234567".to_string(),
            toa: 145,
        };
        let identity = Identity {
            own_number: Some("+15551234567".to_string()),
            ..Identity::default()
        };
        let said = format!("{options:?} {caller:?} {identity:?} {:?}", Modem::new(options.clone()));
        assert!(!said.contains("4711") && !said.contains("555"), "{said}");
    }
}
