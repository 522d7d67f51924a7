//! `textback.toml`: every key with its meaning, unit, default and range. Read `interface.md` and `product.md` §2–6 first.
//!
//! [`Config::parse`] names everything that is wrong at once, each with its line, key and what is allowed. Windows line
//! ends, a byte order mark and smart quotes are accepted: the file is edited on whatever the installer has.

pub mod by_text;
pub mod card;
pub mod duration;
mod language;
mod load;
mod parse;
mod people;
pub(crate) mod plain_text;
mod price;
mod quick;
mod read;
mod sections;
mod source;
mod syntax;
mod values;

pub use crate::mistakes::{MISTAKES_MAX, Mistake};
pub(crate) use duration::parse as parse_duration;
pub use load::{FILE_BYTES_MAX, LoadError, MAY_ASK, read_file};
pub(crate) use source::straighten;

use crate::desk::calls::notices::NoticeRule;
use crate::desk::hours::{OpeningHours, Span};
use crate::desk::wording::pack::Pack;
use crate::desk::wording::template::Template;
use crate::phone::{Country, PhoneNumber};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The version of the file's format this program reads.
pub const CONFIG_VERSION: u32 = 1;
/// Longest company name, in GSM-7 characters, with which the default text is one part (interface.md).
pub const COMPANY_SEPTETS_MAX: usize = 53;
/// Most people in `[[crew]]`.
pub const CREW_MAX: usize = 20;
/// The file the package installs: every key with its default.
pub const DEFAULT_FILE: &str = include_str!("../../systemd/textback.toml");

/// Where the business SIM lives (product.md §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Topology {
    /// In the modem: every call that ends unanswered is missed.
    #[default]
    Dedicated,
    /// In the owner's phone, which diverts to the modem's SIM: every call that arrives is missed.
    Overflow,
    /// A second SIM of the same number: cause 26 (answered elsewhere) means not missed.
    Twin,
}

impl Topology {
    /// The word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Topology::Dedicated => "dedicated",
            Topology::Overflow => "overflow",
            Topology::Twin => "twin",
        }
    }
}

/// What somebody may do by text (product.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// All.
    Owner,
    /// Answers only.
    Crew,
    /// Diagnosis and settings, no message bodies.
    Installer,
}

/// One `[[crew]]` entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub number: PhoneNumber,
    pub role: Role,
}

/// `[modem]`
#[derive(Clone, PartialEq, Eq)]
pub struct ModemConfig {
    /// Serial device. Default `/dev/textback-modem`.
    pub port: PathBuf,
    /// Bits per second. Default 115200; 1200–4000000. Without meaning on USB.
    pub baud: u32,
    /// SIM PIN, 4–8 digits. Default: none.
    pub pin: Option<String>,
    /// The code that asks the network for a prepaid balance, like `*100#`: `*`, `#` and digits, at most 20. Asked for once a
    /// day at most. Default: none.
    pub balance: Option<String>,
    /// Below this the owner is told, in hundredths of the currency. In the file in whole units: `5` or `"5.50"`. Default: never.
    pub balance_low: Option<u64>,
}

impl std::fmt::Debug for ModemConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pin = self.pin.as_ref().map(|_| "set");
        f.debug_struct("ModemConfig")
            .field("port", &self.port)
            .field("baud", &self.baud)
            .field("pin", &pin)
            .finish()
    }
}

/// `[text_back]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBack {
    /// To a first-time caller in opening hours. Must contain `{company}`.
    pub message: Template,
    /// Outside opening hours; `{open}` says when we are back.
    pub after_hours: Template,
    /// To a caller with a name.
    pub known: Template,
    /// About a call learnt of late.
    pub late: Template,
    /// After the call is over. Default 3 s, in the twin topology 30 s; 0–600 s.
    pub delay: Duration,
    /// Once per caller, rolling. Default 24 h; 1 min–30 d.
    pub cooldown: Duration,
    /// Calls that rang for less are not texted. Default 0 s; 0–60 s.
    pub min_ring: Duration,
    /// Hang up after ringing this long, so that the text comes sooner. Default off; 1–120 s.
    pub reject_after: Option<Duration>,
    /// Countries besides the SIM's own whose numbers are texted. Default none.
    pub countries: Vec<Country>,
    /// Text numbers that the number plan says are landlines. Default false.
    pub landlines: bool,
}

/// `[limits]`: the governor over everything sent. Nothing is dropped, only later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Texts a minute. Default 10; 1–10,000.
    pub per_minute: u32,
    /// Texts an hour. Default 60; 1–100,000.
    pub per_hour: u32,
    /// Texts a day. Default 200; 1–100,000.
    pub per_day: u32,
    /// Different people a day. Default 100; 1–100,000.
    pub people_per_day: u32,
    /// Automatic texts of any kind to one number in 24 h. Default 3; 1–20.
    pub automatic_per_number_per_day: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            per_minute: 10,
            per_hour: 60,
            per_day: 200,
            people_per_day: 100,
            automatic_per_number_per_day: 3,
        }
    }
}

/// `[owner_alerts]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerAlerts {
    /// The `Missed 27 …` line. Default true.
    pub missed_calls: bool,
    /// A reply this soon after the call is told together with it. Default 60 s; 0–600 s.
    pub merge_window: Duration,
    /// Words that put URGENT in front (product.md §3), folded to lower case.
    pub urgent_words: Vec<String>,
    /// While it lasts, lines wait until its end, except urgent ones and answers. Default: off.
    pub quiet: Option<Span>,
    /// Lines after 15 min and 2 h about a caller who waits. Default true.
    pub nudges: bool,
    /// How often the figures come. Default weekly.
    pub digest: Digest,
}

/// How often the owner gets the figures (product.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// Mondays at 7:30.
    #[default]
    Weekly,
    /// Every day at 7:30, of the day before.
    Daily,
    Off,
}

impl Digest {
    /// As it stands in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Digest::Weekly => "weekly",
            Digest::Daily => "daily",
            Digest::Off => "off",
        }
    }
}

/// The whole file, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The business's name as callers read it. Required.
    pub company: String,
    /// The owner's number. `None`: the box waits to be claimed by text.
    pub owner: Option<PhoneNumber>,
    /// The country numbers are read in. `None`: the SIM's (IMSI).
    pub country: Option<Country>,
    /// For opening hours and times in texts. `None`: the network's offset.
    pub timezone: Option<TimeZone>,
    /// What the box says and understands. Default English; `en es fr de`, or the path of a file of one's own.
    pub language: Arc<Pack>,
    pub topology: Topology,
    pub modem: ModemConfig,
    /// `[store] path`. Default `/var/lib/textback/textback.db`.
    pub store: PathBuf,
    pub text_back: TextBack,
    /// `[hours]`. Default: always open.
    pub hours: OpeningHours,
    pub limits: Limits,
    pub owner_alerts: OwnerAlerts,
    /// `[quick]`: canned replies by number, 1–9.
    pub quick: BTreeMap<u8, Template>,
    pub crew: Vec<Member>,
    /// Further shapes of operators' notices of missed calls, beside those that come with the program. At most 32.
    pub notices: Vec<NoticeRule>,
    /// `[board] profile`; `None` for "none".
    pub board: Option<String>,
    /// The file it was read from.
    pub(crate) source: source::Source,
}

/// What reading gave: the configuration if it can be used, everything wrong with it, and what is worth knowing.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Checked {
    /// The configuration works.
    pub ok: bool,
    /// What keeps it from working.
    pub mistakes: Vec<Mistake>,
    /// What works but is probably not meant.
    pub warnings: Vec<Mistake>,
    #[serde(skip)]
    pub config: Option<Config>,
}

impl Checked {
    /// For `textback check`: one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mistakes = self.mistakes.iter().map(|m| format!("error: {m}"));
        let warnings = self.warnings.iter().map(|m| format!("warning: {m}"));
        let mut lines: Vec<String> = mistakes.chain(warnings).collect();
        lines.extend(self.config.iter().flat_map(price::lines));
        if self.ok {
            lines.push("the configuration is fine".to_owned());
        }
        lines
    }
}
