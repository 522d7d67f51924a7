//! A script played against the [`Stage`](super::stage::Stage): what the modem said then, the engine hears now; what the engine
//! says now is held against what was said then.

use super::script::{self, Script, ScriptError, Step, spoken};
use super::stage::{self, Line, Stage};
use crate::config::Config;
use crate::modem::{Input, Options};
use crate::phone::{self, PhoneNumber};
use crate::store::StoreError;
use std::time::{Duration, Instant};

/// Time after the end of a script in which its consequences show.
const AFTERWARDS: Duration = Duration::from_secs(180);
/// How much later than then a command may be said.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Commands answered for one bring-up.
const BRING_UP_COMMANDS_MAX: usize = 400;
/// How long a modem that is asked nothing takes to be ready.
const QUIET: Duration = Duration::from_millis(2500);
/// Steps looked at ahead for a command said early.
const AHEAD: usize = 400;
/// Differences told one by one.
const DIFFERENCES_TOLD: usize = 20;
/// 2026-01-06T18:00:00Z, a Tuesday noon in Austin, where a script does not say when it was.
const UTC_MS: i64 = 1_767_722_400_000;
const OFFSET_S: i32 = -6 * 3600;

/// What a replay showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    pub lines: Vec<Line>,
    /// Commands said otherwise than in the recording.
    pub differences: usize,
}

/// Plays a recording or transcript. `config` is the box's; without it one is made from what the recording says. `start` is any
/// instant: only differences of time mean anything.
///
/// # Errors
/// [`ScriptError`] if it is no recording; the database's own, which is in memory.
pub fn replay(text: &str, config: Option<&Config>, start: Instant) -> Result<Replayed, ReplayError> {
    let script = script::read(text)?;
    let made;
    let config = match config {
        Some(config) => config,
        None => {
            made = config_of(&script)?;
            &made
        }
    };
    let options = Options {
        pin: script.pin.clone(),
        reject_after: script.reject_after,
        ..Options::default()
    };
    let (utc_ms, offset_s) = (script.utc_ms.unwrap_or(UTC_MS), script.offset_s.unwrap_or(OFFSET_S));
    let mut player = Player {
        stage: Stage::new(config, options, utc_ms, offset_s, start)?,
        start,
        recorded: Duration::ZERO,
        differences: 0,
        reference: 0,
    };
    let steps = &script.steps;
    for (n, (line, step)) in steps.iter().enumerate() {
        player.play(*line, step, steps.get(n + 1..).unwrap_or(&[]))?;
    }
    player.afterwards()?;
    Ok(Replayed {
        lines: player.stage.lines,
        differences: player.differences,
    })
}

/// Why a replay could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the recording's own settings make no configuration: {0}")]
    Config(String),
}

/// A configuration from what a recording says of its box.
fn config_of(script: &Script) -> Result<Config, ReplayError> {
    let value = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
    // Texts queued by hand went, wherever they went to.
    let mut countries: Vec<&str> = script.steps.iter().filter_map(|(_, step)| abroad(step)).collect();
    countries.sort_unstable();
    countries.dedup();
    let text = format!(
        "company = \"Replay\"\nowner = {:?}\ncountry = {:?}\ntopology = {:?}\n[text_back]\ncountries = {countries:?}\n",
        value(&script.owner, "+15125550100"),
        value(&script.country, "US"),
        value(&script.topology, "dedicated"),
    );
    Config::parse(&text).map_err(|mistakes| {
        let words: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        ReplayError::Config(words.join("; "))
    })
}

fn abroad(step: &Step) -> Option<&'static str> {
    let Step::Submit { tpdu } = step else { return None };
    let (to, _) = stage::read(tpdu)?;
    let number = PhoneNumber::from_e164(&to).ok()?;
    phone::country(&number).map(|country| country.iso())
}

struct Player {
    stage: Stage,
    start: Instant,
    /// The recording's own clock.
    recorded: Duration,
    differences: usize,
    reference: u8,
}

impl Player {
    fn play(&mut self, line: usize, step: &Step, rest: &[(usize, Step)]) -> Result<(), StoreError> {
        match step {
            Step::Ready { maker, model } => self.bring_up(maker, model)?,
            Step::PortOpened => self.stage.give(Input::PortOpened)?,
            Step::PortLost => {
                self.stage.said.clear();
                self.stage.give(Input::PortLost)?;
            }
            Step::Pause(pause) => {
                self.recorded += *pause;
                let until = self.start + self.recorded;
                self.pass_to(until, rest)?;
            }
            Step::Heard(octets) => self.stage.give(Input::Bytes(octets))?,
            Step::Submit { tpdu } => self.stage.queue(tpdu)?,
            Step::Said(said) => self.hold_against(line, said, rest)?,
        }
        Ok(())
    }

    /// Lets time pass; what is said meanwhile and no line of the script is for is answered.
    fn pass_to(&mut self, until: Instant, rest: &[(usize, Step)]) -> Result<(), StoreError> {
        while self.stage.at < until && self.stage.until_said(until)? {
            let Some(said) = self.stage.said.front().map(|octets| spoken(octets, false)) else {
                break;
            };
            if awaited(&said, rest) {
                return self.stage.pass_to(until);
            }
            self.stage.said.pop_front();
            self.differs(format!("says {said}, which the recording does not; answered as usual"));
            self.answer(&said, "", "")?;
        }
        self.stage.pass_to(until)
    }

    /// Waits until the engine says what was said then.
    fn hold_against(&mut self, line: usize, wanted: &str, rest: &[(usize, Step)]) -> Result<(), StoreError> {
        let until = self.stage.at + WAIT_MAX;
        while self.stage.until_said(until)? {
            let Some(said) = self.stage.said.pop_front().map(|octets| spoken(&octets, false)) else {
                break;
            };
            if alike(&said, wanted) {
                return Ok(());
            }
            if awaited(&said, rest) {
                self.stage.said.push_front(said.into_bytes());
                break;
            }
            self.differs(format!("says {said}, which the recording does not; answered as usual"));
            self.answer(&said, "", "")?;
        }
        self.differs(format!("does not say what line {line} of the recording has: {wanted}"));
        Ok(())
    }

    fn differs(&mut self, how: String) {
        self.differences += 1;
        if self.differences <= DIFFERENCES_TOLD {
            self.stage.tell_of(format!("(differs) {how}"));
        }
    }

    /// A modem that says OK to everything, until the engine has nothing more to ask.
    fn bring_up(&mut self, maker: &str, model: &str) -> Result<(), StoreError> {
        self.stage.give(Input::PortOpened)?;
        for _ in 0..BRING_UP_COMMANDS_MAX {
            let until = self.stage.at + QUIET;
            if !self.stage.until_said(until)? && self.stage.is_ready() {
                break;
            }
            if let Some(octets) = self.stage.said.pop_front() {
                self.answer(&spoken(&octets, false), maker, model)?;
            }
        }
        // The script's clock begins now.
        self.start = self.stage.at - self.recorded;
        Ok(())
    }

    fn answer(&mut self, said: &str, maker: &str, model: &str) -> Result<(), StoreError> {
        let lines = match said {
            "ESC" => return Ok(()),
            "AT+CGMI" if !maker.is_empty() => format!("\r\n{maker}\r\n\r\nOK\r\n"),
            "AT+CGMM" if !model.is_empty() => format!("\r\n{model}\r\n\r\nOK\r\n"),
            "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n".to_owned(),
            "AT+CNMI?" => "\r\n+CNMI: 2,1,0,2,0\r\n\r\nOK\r\n".to_owned(),
            "AT+CREG?" => "\r\n+CREG: 2,1\r\n\r\nOK\r\n".to_owned(),
            _ if said.starts_with("AT+CMGS=") => "\r\n> ".to_owned(),
            _ if said.starts_with("AT") => "\r\nOK\r\n".to_owned(),
            _pdu => {
                self.reference = self.reference.wrapping_add(1);
                format!("\r\n+CMGS: {}\r\n\r\nOK\r\n", self.reference)
            }
        };
        self.stage.give(Input::Bytes(lines.as_bytes()))
    }

    /// What follows from it all, the modem saying OK to everything.
    fn afterwards(&mut self) -> Result<(), StoreError> {
        let until = self.stage.at + AFTERWARDS;
        while self.stage.at < until && self.stage.until_said(until)? {
            if let Some(octets) = self.stage.said.pop_front() {
                self.answer(&spoken(&octets, false), "", "")?;
            }
        }
        Ok(())
    }
}

/// The same command, whatever its values: what a masked recording holds differs from what is said now.
fn alike(said: &str, recorded: &str) -> bool {
    verb(said) == verb(recorded)
}

fn verb(text: &str) -> &str {
    if !text.starts_with("AT") {
        return if text == "ESC" { text } else { "a PDU" };
    }
    match text.find(['=', '?']) {
        Some(at) => text.get(..=at).unwrap_or(text),
        None => text,
    }
}

/// Whether the script has it said later on.
fn awaited(said: &str, rest: &[(usize, Step)]) -> bool {
    rest.iter()
        .take(AHEAD)
        .any(|(_, step)| matches!(step, Step::Said(recorded) if alike(said, recorded)))
}
