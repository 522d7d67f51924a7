//! Information lines of the commands that bring-up and the idle questions give, read.

use crate::at::fields::Fields;
use crate::at::{Failure, Outcome};

/// Identity texts are cut to this many characters.
const MAX_TEXT: usize = 64;

/// The PDU line as octets; `None` if it is not whole octets in hex.
pub fn decode_hex(line: &str) -> Option<Vec<u8>> {
    let line = line.trim().as_bytes();
    if line.is_empty() || !line.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    line.chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect()
}

/// Free information text as one line: `AT+CGMI`, `AT+CGMM`, `ATI` … A leading `+CGMM:` of its own is not part of it.
pub fn free_text(outcome: &Outcome) -> String {
    let lines = outcome.lines.iter().map(|line| match line.split_once(':') {
        Some((name, rest)) if name.starts_with(['+', '^', '#']) => rest.trim().trim_matches('"'),
        Some(_) | None => line.trim().trim_matches('"'),
    });
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(MAX_TEXT)
        .collect()
}

/// The first run of digits of at least `least`, at most `most`: IMEI, IMSI, ICCID. ICCIDs may end in a filler `F`.
pub fn digits(outcome: &Outcome, least: usize, most: usize) -> Option<String> {
    outcome
        .lines
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()))
        .find(|run| (least..=most).contains(&run.len()))
        .map(str::to_string)
}

/// `<used>,<total>` of the first memory: the answer to a `+CPMS` setting starts with numbers, to a `+CPMS?` with its name.
pub fn storage_usage(line: &str) -> Option<(u16, u16)> {
    let fields = Fields::after_name(line, "+CPMS")?;
    let first = usize::from(fields.number::<u16>(0).is_none());
    Some((fields.number(first)?, fields.number(first + 1)?))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_whole_octets_and_nothing_else() {
        assert_eq!(decode_hex("00ff1A"), Some(vec![0, 255, 26]));
        for bad in ["", "0", "0g", "00 11", "ünicode!"] {
            assert_eq!(decode_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn both_forms_of_the_memory_usage_are_read() {
        assert_eq!(storage_usage("+CPMS: 3,50,3,50,3,50"), Some((3, 50)));
        assert_eq!(
            storage_usage("+CPMS: \"SM\",4,20,\"SM\",4,20,\"SM\",4,20"),
            Some((4, 20))
        );
        assert_eq!(storage_usage("+CPMS: \"SM\""), None);
    }
}
