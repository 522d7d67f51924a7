//! The configuration as the desk needs it, ready for use.

use crate::clock::{Now, Steady, Wall};
use crate::config::by_text::Key;
use crate::config::{Config, Topology};
use crate::desk::calls::notices::{self, NoticeRule};
use crate::desk::calls::textback::Choice;
use crate::desk::hours::{self, OpeningHours, Span};
use crate::desk::submission::limits::Limits;
use crate::desk::team;
use crate::desk::wording::pack::Pack;
use crate::desk::wording::template::{Template, Values, Variable, plain};
use crate::phone::Country;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds in a day.
const A_DAY_MS: i64 = 24 * 3_600_000;

pub(super) use crate::config::{Digest, Role};

/// 9pm to 7am, where nobody said otherwise.
pub(super) const NIGHT: Span = Span {
    start: 21 * 60,
    end: 31 * 60,
};

/// Somebody whose texts are commands and answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub number: String,
    /// As the others know them, its letters made plain; empty for an owner whose name nobody gave.
    pub name: String,
    pub role: Role,
}

impl Member {
    /// The name, or the number where there is none.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.number } else { &self.name }
    }
}

/// The rules.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub company: String,
    pub country: Option<Country>,
    /// Further countries that may be texted.
    pub also: Vec<Country>,
    pub delay: Duration,
    pub cooldown: Duration,
    pub min_ring: Duration,
    /// Text numbers that the plan says are landlines.
    pub landlines: bool,
    pub automatic_per_day: u32,
    pub limits: Limits,
    /// Shapes of operators' notices of missed calls, the configured ones first.
    pub notices: Vec<NoticeRule>,
    /// A code for the balance is configured.
    pub asks_balance: bool,
    /// Below this many hundredths of the currency the owner is told.
    pub balance_low: Option<u64>,
    /// Whether the owner gets a line for each missed call.
    pub missed_calls: bool,
    pub merge_window: Duration,
    pub team: Vec<Member>,
    first: Template,
    known: Template,
    after_hours: Template,
    late: Template,
    owner_name: String,
    /// Where the business SIM lives.
    pub topology: Topology,
    /// The business's number where it is the owner's phone, which diverts to us.
    diverted_from: Option<String>,
    hours: OpeningHours,
    zone: Option<TimeZone>,
    /// Words that put URGENT in front of a caller's text.
    urgent: Vec<String>,
    /// What we say and understand.
    pub pack: Arc<Pack>,
    /// Canned replies by number.
    quick: BTreeMap<u8, Template>,
    /// Whether waiting callers are brought to mind.
    pub nudges: bool,
    pub digest: Digest,
    /// The owner asked for hours of their own in which only what is urgent may ring.
    pub has_quiet: bool,
    /// When lines that can wait do: the owner's quiet hours, else the night.
    pub quiet_or_night: Span,
    /// What the file says.
    pub file: Arc<Config>,
    /// The file with what was set by text laid over it.
    pub config: Config,
    /// Settings by text that this program allows no more, with the reason.
    pub refused: Vec<(&'static Key, String)>,
}

impl Rules {
    /// From the configuration as it stands (`file` with what was set by text laid over it), what of that was refused, and
    /// who was added or removed by text.
    pub fn new(
        file: &Arc<Config>,
        config: Config,
        refused: Vec<(&'static Key, String)>,
        by_text: &[team::Row],
    ) -> Rules {
        let owner = config.owner.iter().map(|number| Member {
            number: number.e164().to_owned(),
            name: String::new(),
            role: Role::Owner,
        });
        let crew = config.crew.iter().map(|m| Member {
            number: m.number.e164().to_owned(),
            name: plain(&m.name),
            role: m.role,
        });
        let mut team: Vec<Member> = Vec::new();
        for member in owner.chain(crew) {
            if team.iter().all(|known| known.number != member.number) {
                team.push(member);
            }
        }
        let team = team::merged(team, by_text);
        let owner_name = team
            .iter()
            .find(|member| member.role == Role::Owner && !member.name.is_empty())
            .map(|member| member.name.clone());
        Rules {
            company: config.company.clone(),
            country: config.country,
            also: config.text_back.countries.clone(),
            delay: config.text_back.delay,
            cooldown: config.text_back.cooldown,
            min_ring: config.text_back.min_ring,
            landlines: config.text_back.landlines,
            automatic_per_day: config.limits.automatic_per_number_per_day,
            limits: Limits {
                per_minute: config.limits.per_minute,
                per_hour: config.limits.per_hour,
                per_day: config.limits.per_day,
                people_per_day: config.limits.people_per_day,
            },
            notices: config.notices.iter().cloned().chain(notices::built_in()).collect(),
            asks_balance: config.modem.balance.is_some(),
            balance_low: config.modem.balance_low,
            missed_calls: config.owner_alerts.missed_calls,
            merge_window: config.owner_alerts.merge_window,
            team,
            first: config.text_back.message.clone(),
            known: config.text_back.known.clone(),
            after_hours: config.text_back.after_hours.clone(),
            late: config.text_back.late.clone(),
            owner_name: owner_name.unwrap_or_default(),
            topology: config.topology,
            diverted_from: match config.topology {
                Topology::Overflow => config.owner.as_ref().map(|number| number.e164().to_owned()),
                Topology::Dedicated | Topology::Twin => None,
            },
            hours: config.hours.clone(),
            zone: config.timezone.clone(),
            urgent: config.owner_alerts.urgent_words.clone(),
            pack: Arc::clone(&config.language),
            quick: config.quick.clone(),
            nudges: config.owner_alerts.nudges,
            digest: config.owner_alerts.digest,
            has_quiet: config.owner_alerts.quiet.is_some(),
            quiet_or_night: config.owner_alerts.quiet.unwrap_or(NIGHT),
            file: Arc::clone(file),
            refused,
            config,
        }
    }

    /// Whether a caller's text has one of the urgent words in it.
    pub fn is_urgent(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let letters = |c: char| c.is_alphanumeric();
        self.urgent.iter().any(|word| {
            text.match_indices(word.as_str()).any(|(at, found)| {
                let before = text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(letters);
                let after = text
                    .get(at + found.len()..)
                    .and_then(|t| t.chars().next())
                    .is_some_and(letters);
                !before && !after
            })
        })
    }

    /// Those who are told of everything.
    pub fn owners(&self) -> impl Iterator<Item = &Member> + use<'_> {
        self.team.iter().filter(|member| member.role == Role::Owner)
    }

    /// Those who get callers' texts.
    pub fn readers(&self) -> impl Iterator<Item = &Member> + use<'_> {
        self.team
            .iter()
            .filter(|member| matches!(member.role, Role::Owner | Role::Crew))
    }

    /// The text to a missed caller. `open`: when we are back, in words, unless the opening hours say it.
    pub fn text_back(
        &self,
        choice: Choice,
        name: Option<&str>,
        phone: Option<&str>,
        wall: Wall,
        stop: bool,
        open: Option<&str>,
    ) -> String {
        let template = match choice {
            Choice::First => &self.first,
            Choice::Known => &self.known,
            Choice::AfterHours | Choice::Away => &self.after_hours,
            Choice::Late => &self.late,
        };
        let open = self.open_in_words(wall, open);
        let stop_line = stop.then(|| self.pack.caller("stop_line"));
        template.render(
            &Values {
                name: name.unwrap_or(""),
                open: &open,
                ..self.values(phone)
            },
            stop_line.as_deref(),
        )
    }

    fn open_in_words(&self, wall: Wall, open: Option<&str>) -> String {
        match open {
            Some(open) => open.to_owned(),
            None => self.hours.next_opening(wall.utc_ms, &self.zone(wall), &self.pack),
        }
    }

    /// Whether there is any time at which the business is closed.
    pub fn ever_closed(&self) -> bool {
        self.hours.ever_closed()
    }

    /// The first moment from `utc_ms` on at which the business is open. `None`: never.
    pub fn opening_from(&self, utc_ms: i64, wall: Wall) -> Option<i64> {
        let zone = self.zone(wall);
        match self.hours.is_open(utc_ms, &zone) {
            true => Some(utc_ms),
            false => self.hours.next_opening_ms(utc_ms, &zone),
        }
    }

    /// Whether the text to a caller with a name says it.
    pub fn greets_by_name(&self) -> bool {
        self.known.uses(Variable::Name)
    }

    /// Canned reply `number`, filled in; `open` as in [`Rules::text_back`]. `None`: there is none.
    pub fn canned(
        &self,
        number: u8,
        name: Option<&str>,
        phone: Option<&str>,
        wall: Wall,
        open: Option<&str>,
    ) -> Option<String> {
        let open = self.open_in_words(wall, open);
        let values = Values {
            name: name.unwrap_or(""),
            open: &open,
            ..self.values(phone)
        };
        // A caller without a name leaves a blank where it would stand.
        let text = self.quick.get(&number)?.render(&values, None);
        Some(text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ","))
    }

    /// The canned replies there are: number and text as written.
    pub fn canned_numbers(&self) -> Vec<u8> {
        self.quick.keys().copied().collect()
    }

    /// The one confirmation of an opt-out.
    pub fn opted_out(&self) -> String {
        self.fixed("opted_out", None)
    }

    /// The confirmation of opting in again.
    pub fn opted_in(&self) -> String {
        self.fixed("opted_in", None)
    }

    /// The answer to a caller's HELP.
    pub fn help(&self, phone: Option<&str>) -> String {
        match phone {
            Some(_) => self.fixed("help", phone),
            None => self.fixed("help_no_number", None),
        }
    }

    /// The number callers know the business by, given the SIM's own. The owner's private number is never told.
    pub fn business_number(&self, own: Option<String>) -> Option<String> {
        self.diverted_from.clone().or(own)
    }

    /// Whether the business is open. With a clock nobody vouches for: open (architecture.md, "Clock").
    pub fn is_open(&self, wall: Wall) -> bool {
        wall.trust == crate::clock::Trust::Guess || self.hours.is_open(wall.utc_ms, &self.zone(wall))
    }

    /// The first moment from `now` on at which a text that we start may go out: 9:00–20:00 local. With a clock nobody vouches
    /// for: now. Hours of waiting reckoned from a wrong time would stand when the right one is known.
    pub fn polite_time(&self, now: Now) -> Steady {
        if now.wall.trust == crate::clock::Trust::Guess {
            return now.steady;
        }
        match hours::may_start(now.wall.utc_ms, &self.zone(now.wall)) {
            Ok(()) => now.steady,
            Err(utc_ms) => {
                let wait = u64::try_from(utc_ms.saturating_sub(now.wall.utc_ms)).unwrap_or(0);
                now.steady.plus(Duration::from_millis(wait))
            }
        }
    }

    /// `2:02pm` where we are.
    pub fn time_of_day(&self, utc_ms: i64, offset_s: i32) -> String {
        hours::time_of_day(utc_ms, &hours::zone(self.zone.as_ref(), offset_s), &self.pack)
    }

    /// Two points in time where we are: times of day, with their dates if a day or more lies between.
    pub fn between(&self, from_utc_ms: i64, until_utc_ms: i64, offset_s: i32) -> (String, String) {
        let zone = hours::zone(self.zone.as_ref(), offset_s);
        let said = match until_utc_ms - from_utc_ms < A_DAY_MS {
            true => hours::time_of_day,
            false => hours::date_and_time,
        };
        (
            said(from_utc_ms, &zone, &self.pack),
            said(until_utc_ms, &zone, &self.pack),
        )
    }

    /// What whoever got somebody else's text is told.
    pub fn sorry_wrong(&self) -> String {
        self.fixed("sorry_wrong", None)
    }

    /// One of our own texts to callers, filled in; as it stands if it were no template, which a test rules out.
    fn fixed(&self, key: &str, phone: Option<&str>) -> String {
        let text = self.pack.caller(key);
        Template::parse(&text).map_or_else(|_| text.clone(), |template| template.render(&self.values(phone), None))
    }

    pub fn zone(&self, wall: Wall) -> TimeZone {
        hours::zone(self.zone.as_ref(), wall.offset_s)
    }

    fn values<'a>(&'a self, phone: Option<&'a str>) -> Values<'a> {
        Values {
            company: &self.company,
            owner: &self.owner_name,
            name: "",
            open: "",
            phone: phone.unwrap_or(""),
        }
    }
}
