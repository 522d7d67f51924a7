//! What the lights say: one cycle of on and off for each thing the box has to tell.
//!
//! Told apart by rhythm first and by colour second, so that a bare Raspberry Pi with one lamp of one colour says as much
//! as a board with a green and a red one:
//!
//! - one **long glow**, then up to five short flashes: all is well, and the flashes are the signal's bars;
//! - **only short flashes**, a pause, the same again: a trouble, and the count is its [`Code`];
//! - an even quick blink: the box listens for its new owner (the claim window);
//! - lit without a break: it is starting, or, with a finger on the button, it is about to forget its owners.

use crate::modem::Signal;
use std::time::Duration;

/// A trouble with a count of flashes. The same codes are in words in `STATUS` and in `textback status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Code {
    /// No modem is found at the port, or it doesn't answer.
    NoModem = 1,
    /// The modem has no SIM.
    NoSim = 2,
    /// The SIM's PIN is missing, wrong, or the SIM is blocked.
    Pin = 3,
    /// The network doesn't take the SIM, or takes it for texts only.
    NotRegistered = 4,
    /// The modem can't do what the job needs: texts, or voice.
    NoSms = 5,
    /// The time isn't known: opening hours can't be kept.
    Clock = 6,
    /// The database can't be written, or the SIM's memory is filling up.
    Storage = 7,
    /// The configuration has mistakes: `textback check`.
    Config = 8,
}

impl Code {
    /// All codes, in the order of their counts.
    pub const ALL: [Code; 8] = [
        Code::NoModem,
        Code::NoSim,
        Code::Pin,
        Code::NotRegistered,
        Code::NoSms,
        Code::Clock,
        Code::Storage,
        Code::Config,
    ];

    /// How often the red light flashes.
    #[must_use]
    pub fn count(self) -> u8 {
        self as u8
    }

    /// The code of a count, if there is one.
    #[must_use]
    pub fn from_count(count: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.count() == count)
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Code::NoModem => "no modem",
            Code::NoSim => "no SIM",
            Code::Pin => "SIM PIN",
            Code::NotRegistered => "no network",
            Code::NoSms => "modem can't do texts or voice",
            Code::Clock => "time unknown",
            Code::Storage => "storage",
            Code::Config => "mistake in textback.toml",
        }
    }

    /// The line of a language's `[label]` that says it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Code::NoModem => "trouble_no_modem",
            Code::NoSim => "trouble_no_sim",
            Code::Pin => "trouble_pin",
            Code::NotRegistered => "trouble_no_network",
            Code::NoSms => "trouble_no_sms",
            Code::Clock => "trouble_clock",
            Code::Storage => "trouble_storage",
            Code::Config => "trouble_config",
        }
    }

    /// What a daemon that ended with this exit status would have to show: sysexits' 64 and 78, 69.
    #[must_use]
    pub fn from_exit_status(status: i32) -> Self {
        match status {
            64 => Code::Config,
            78 => Code::NoSms,
            _ => Code::Storage,
        }
    }
}

/// What the box has to tell just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Dark: nobody tells anything.
    Off,
    /// On its way up.
    Starting,
    /// Calls can be taken. `bars` 1–5, `None` while the signal isn't known; `but` is what is amiss all the same.
    Ready {
        /// Signal, 1 to 5.
        bars: Option<u8>,
        /// Something that wants looking after though calls are taken.
        but: Option<Code>,
    },
    /// Calls can't be taken.
    Trouble(Code),
    /// A new owner may claim the box.
    ClaimWindow,
    /// The button has been held long enough to open the claim window.
    ClaimArmed,
    /// The button has been held long enough to clear owners and PIN.
    ClearArmed,
}

/// A stretch of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The green light burns.
    pub green: bool,
    /// The red light burns.
    pub red: bool,
    /// For how long.
    pub lasts: Duration,
}

const GLOW: Duration = Duration::from_secs(2);
const FLASH: Duration = Duration::from_millis(250);
const GAP: Duration = Duration::from_millis(350);
const PAUSE: Duration = Duration::from_secs(2);
const QUICK: Duration = Duration::from_millis(150);
/// A steady light is one long step; how long doesn't matter to the eye, only to the count of wake-ups.
const STEADY: Duration = Duration::from_secs(60);

/// One cycle of what is shown; never empty, never shorter than two quick blinks.
#[must_use]
pub fn cycle(shown: Shown) -> Vec<Step> {
    let step = |green, red, lasts| Step { green, red, lasts };
    match shown {
        Shown::Off => vec![step(false, false, STEADY)],
        Shown::Starting | Shown::ClearArmed => vec![step(true, true, STEADY)],
        Shown::ClaimWindow | Shown::ClaimArmed => vec![step(true, false, QUICK), step(false, true, QUICK)],
        Shown::Trouble(code) => flashes(code.count(), |on| step(false, on, Duration::ZERO)),
        Shown::Ready { bars, but } => {
            let mut steps = vec![step(true, false, GLOW), step(false, false, PAUSE / 2)];
            if let Some(bars) = bars {
                steps.extend(flashes(bars.clamp(1, 5), |on| step(on, false, Duration::ZERO)));
            } else {
                steps.push(step(false, false, PAUSE));
            }
            if let Some(code) = but {
                steps.extend(flashes(code.count(), |on| step(false, on, Duration::ZERO)));
            }
            steps
        }
    }
}

fn flashes(count: u8, lamp: impl Fn(bool) -> Step) -> Vec<Step> {
    let mut steps = Vec::with_capacity(usize::from(count) * 2);
    for n in 1..=count {
        let gap = if n == count { PAUSE } else { GAP };
        steps.push(Step {
            lasts: FLASH,
            ..lamp(true)
        });
        steps.push(Step {
            lasts: gap,
            ..lamp(false)
        });
    }
    steps
}

/// The signal in bars, 1 to 5, by RSSI in dBm (27.007 §8.5); the same bounds as the words in `STATUS`.
#[must_use]
pub fn bars(signal: Signal) -> Option<u8> {
    Some(match signal.dbm? {
        dbm if dbm >= -73 => 5,
        dbm if dbm >= -85 => 4,
        dbm if dbm >= -95 => 3,
        dbm if dbm >= -105 => 2,
        _ => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lit(steps: &[Step], lamp: fn(&Step) -> bool) -> usize {
        steps.iter().filter(|step| lamp(step)).count()
    }

    #[test]
    fn a_trouble_is_counted_in_red_and_nothing_else_burns() {
        for code in Code::ALL {
            let steps = cycle(Shown::Trouble(code));
            assert_eq!(lit(&steps, |s| s.red), usize::from(code.count()));
            assert_eq!(lit(&steps, |s| s.green), 0);
            assert_eq!(steps.last().map(|s| (s.red, s.lasts)), Some((false, PAUSE)));
            assert_eq!(Code::from_count(code.count()), Some(code));
        }
        assert_eq!(Code::from_count(9), None);
    }

    #[test]
    fn ready_glows_and_then_counts_the_bars_in_green() {
        for n in 1..=5 {
            let steps = cycle(Shown::Ready {
                bars: Some(n),
                but: None,
            });
            assert_eq!(
                steps[0],
                Step {
                    green: true,
                    red: false,
                    lasts: GLOW
                }
            );
            assert_eq!(lit(&steps[1..], |s| s.green), usize::from(n));
            assert_eq!(lit(&steps, |s| s.red), 0);
        }
        let unknown = cycle(Shown::Ready { bars: None, but: None });
        assert_eq!(lit(&unknown, |s| s.green), 1);
        let but = cycle(Shown::Ready {
            bars: Some(2),
            but: Some(Code::Clock),
        });
        assert_eq!((lit(&but, |s| s.green), lit(&but, |s| s.red)), (3, 6));
    }

    /// On one lamp that burns for either colour, only a healthy box glows long.
    #[test]
    fn one_lamp_of_one_colour_tells_well_from_trouble() {
        let glows = |shown| cycle(shown).iter().any(|s| (s.green || s.red) && s.lasts == GLOW);
        assert!(glows(Shown::Ready {
            bars: Some(4),
            but: None
        }));
        for code in Code::ALL {
            assert!(!glows(Shown::Trouble(code)));
        }
        assert!(!glows(Shown::ClaimWindow));
    }

    #[test]
    fn bars_and_words_share_their_bounds() {
        for (dbm, bars_, words) in [
            (-60, 5, "excellent"),
            (-80, 4, "good"),
            (-90, 3, "fair"),
            (-100, 2, "weak"),
            (-113, 1, "hardly any"),
        ] {
            let signal = Signal { dbm: Some(dbm) };
            assert_eq!(bars(signal), Some(bars_));
            assert_eq!(signal.in_words(), words);
        }
        assert_eq!(bars(Signal::default()), None);
    }
}
