//! A recording or a transcript as steps. Both are lists of lines; what a transcript has beyond a recording (what must have
//! happened, hand-made permits) is the tests' business and is left out here, since the real desk decides.

use crate::at::trace::{self, Direction, TraceError};
use std::time::Duration;

/// Largest file that is read.
pub const SCRIPT_OCTETS_MAX: usize = 4 * 1024 * 1024;
/// Longest pause of one step: a recording covers hours, not years.
const PAUSE_MAX: Duration = Duration::from_secs(30 * 24 * 3600);

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The modem said this.
    Heard(Vec<u8>),
    /// We said this then.
    Said(String),
    Pause(Duration),
    PortOpened,
    PortLost,
    /// The modem was brought up, somehow.
    Ready {
        maker: String,
        model: String,
    },
    /// A text was queued by hand.
    Submit {
        tpdu: Vec<u8>,
    },
}

/// A script, and what it says of the box it was recorded on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Script {
    /// Line of the file, and what happens.
    pub steps: Vec<(usize, Step)>,
    pub country: Option<String>,
    pub owner: Option<String>,
    pub topology: Option<String>,
    pub pin: Option<String>,
    pub reject_after: Option<Duration>,
    pub utc_ms: Option<i64>,
    pub offset_s: Option<i32>,
}

/// Why a file is no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    #[error("it is larger than {SCRIPT_OCTETS_MAX} octets")]
    TooLarge,
    #[error("line {line}: {error}")]
    Chunk { line: usize, error: TraceError },
    #[error("line {line}: expected `<<`, `>>`, `@+milliseconds`, `--` or `#`; this is no recording or transcript")]
    Unknown { line: usize },
    #[error("nothing happens in it")]
    Empty,
}

/// Reads a recording or transcript.
pub(super) fn read(text: &str) -> Result<Script, ScriptError> {
    if text.len() > SCRIPT_OCTETS_MAX {
        return Err(ScriptError::TooLarge);
    }
    let mut script = Script::default();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        let (kind, rest) = content.split_at_checked(2).ok_or(ScriptError::Unknown { line })?;
        let rest = rest.trim_start();
        let step = match kind {
            "<<" | ">>" => chunk(content, kind, rest).map_err(|error| ScriptError::Chunk { line, error })?,
            "@+" => rest
                .trim()
                .parse()
                .ok()
                .map(Duration::from_millis)
                .filter(|pause| *pause <= PAUSE_MAX)
                .map(Step::Pause),
            "--" => match event(rest, &mut script) {
                Some(step) => Some(step),
                None => continue,
            },
            "==" => continue,
            _ => None,
        };
        script.steps.push((line, step.ok_or(ScriptError::Unknown { line })?));
    }
    if script.steps.is_empty() {
        return Err(ScriptError::Empty);
    }
    Ok(script)
}

/// `<< RING` is a line; with escapes in it, just these octets.
fn chunk(content: &str, kind: &str, rest: &str) -> Result<Option<Step>, TraceError> {
    let Some(chunk) = trace::parse(content)? else {
        return Ok(None);
    };
    Ok(Some(match chunk.direction {
        Direction::FromModem if rest.contains('\\') => Step::Heard(chunk.octets),
        Direction::FromModem => Step::Heard([b"\r\n", chunk.octets.as_slice(), b"\r\n"].concat()),
        Direction::ToModem => Step::Said(spoken(&chunk.octets, kind == ">>" && rest == "ESC")),
    }))
}

/// What we said, without what ends it.
pub(super) fn spoken(octets: &[u8], escape: bool) -> String {
    if escape || octets.starts_with(b"\x1b") {
        return "ESC".to_owned();
    }
    let text = String::from_utf8_lossy(octets);
    text.trim_end_matches(['\r', '\x1a']).trim_end_matches("^Z").to_owned()
}

/// A `--` line: a step, or something about the box, or something of the tests'.
fn event(rest: &str, script: &mut Script) -> Option<Step> {
    let (word, value) = rest.split_once(' ').unwrap_or((rest, ""));
    let text = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    match (word, value.trim()) {
        ("port", "opened") => return Some(Step::PortOpened),
        ("port", "lost") => return Some(Step::PortLost),
        ("ready", modem) => {
            let (maker, model) = modem.split_once(',')?;
            return Some(Step::Ready {
                maker: maker.trim().to_owned(),
                model: model.trim().to_owned(),
            });
        }
        ("submit", submission) => {
            let tpdu = submission.split_whitespace().nth(1)?;
            return crate::sms::hex::decode(tpdu).ok().map(|tpdu| Step::Submit { tpdu });
        }
        ("country", _) => script.country = text(),
        ("owner", _) => script.owner = text(),
        ("topology", _) => script.topology = text(),
        ("pin", _) => script.pin = text(),
        ("reject", after) => {
            let ms = after.strip_prefix("after ").and_then(|ms| ms.trim().parse().ok());
            script.reject_after = ms.map(Duration::from_millis);
        }
        ("utc", ms) => script.utc_ms = ms.parse().ok(),
        ("offset", seconds) => script.offset_s = seconds.parse().ok(),
        _ => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_line_are_read() {
        let script = read("# x\n-- country US\n-- ready A, B\n<< RING\n<< \\r\\n>\\x20\n@+300\n>> AT+CLCC\\r\n>> ESC\n== call 1\n-- permit 7\n").unwrap();
        let steps: Vec<Step> = script.steps.iter().map(|(_, step)| step.clone()).collect();
        assert_eq!(
            steps,
            [
                Step::Ready {
                    maker: "A".into(),
                    model: "B".into()
                },
                Step::Heard(b"\r\nRING\r\n".to_vec()),
                Step::Heard(b"\r\n> ".to_vec()),
                Step::Pause(Duration::from_millis(300)),
                Step::Said("AT+CLCC".into()),
                Step::Said("ESC".into()),
            ]
        );
        assert_eq!((script.country.as_deref(), script.steps[1].0), (Some("US"), 4));
    }

    #[test]
    fn what_is_no_recording_is_said_with_its_line() {
        assert_eq!(read("-- ready A, B\nHello\n"), Err(ScriptError::Unknown { line: 2 }));
        assert_eq!(read("@+soon\n"), Err(ScriptError::Unknown { line: 1 }));
        assert_eq!(read("@+99999999999999\n"), Err(ScriptError::Unknown { line: 1 }));
        assert!(matches!(read("<< \\q\n"), Err(ScriptError::Chunk { line: 1, .. })));
        assert_eq!(read("# nothing\n"), Err(ScriptError::Empty));
    }
}
