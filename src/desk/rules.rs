//! The configuration as the desk needs it, ready for use.

use super::limits::Limits;
use super::template::{self, Template, Values};
use super::textback::Choice;
use super::hours::{self, OpeningHours};
use crate::clock::{Now, Steady, Wall};
use crate::config::Config;
use crate::phone::Country;
use jiff::tz::TimeZone;
use std::time::Duration;

/// What a member of the team may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Everything.
    Owner,
    /// Reads and answers callers.
    Crew,
    /// Diagnosis and settings, no message bodies.
    Installer,
}

/// Somebody whose texts are commands and answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub number: String,
    pub role: Role,
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
    pub automatic_per_day: u32,
    pub limits: Limits,
    /// Whether the owner gets a line for each missed call.
    pub missed_calls: bool,
    pub merge_window: Duration,
    pub team: Vec<Member>,
    first: Template,
    known: Template,
    after_hours: Template,
    late: Template,
    help: Template,
    opted_out: Template,
    opted_in: Template,
    owner_name: String,
    phone: String,
    hours: OpeningHours,
    zone: Option<TimeZone>,
}

impl Rules {
    /// Those who are told of everything.
    pub fn owners(&self) -> impl Iterator<Item = &Member> + use<'_> {
        self.team.iter().filter(|member| member.role == Role::Owner)
    }

    /// Those who get callers' texts.
    pub fn readers(&self) -> impl Iterator<Item = &Member> + use<'_> {
        self.team.iter().filter(|member| matches!(member.role, Role::Owner | Role::Crew))
    }

    /// The text to a missed caller.
    pub fn text_back(&self, choice: Choice, name: Option<&str>, wall: Wall, stop: bool) -> String {
        let template = match choice {
            Choice::First => &self.first,
            Choice::Known => &self.known,
            Choice::AfterHours => &self.after_hours,
            Choice::Late => &self.late,
        };
        let open = self.hours.next_opening(wall.utc_ms, &self.zone(wall));
        template.render(&Values { name: name.unwrap_or(""), open: &open, ..self.values() }, stop)
    }

    /// The one confirmation of an opt-out.
    pub fn opted_out(&self) -> String {
        self.opted_out.render(&self.values(), false)
    }

    /// The confirmation of opting in again.
    pub fn opted_in(&self) -> String {
        self.opted_in.render(&self.values(), false)
    }

    /// The answer to a caller's HELP.
    pub fn help(&self) -> String {
        self.help.render(&self.values(), false)
    }

    /// Whether the business is open. With a clock nobody vouches for: open (architecture.md, "Clock").
    pub fn is_open(&self, wall: Wall) -> bool {
        wall.trust == crate::clock::Trust::Guess || self.hours.is_open(wall.utc_ms, &self.zone(wall))
    }

    /// The first moment from `now` on at which a text that we start may go out: 9:00–20:00 local.
    pub fn polite_time(&self, now: Now) -> Steady {
        match hours::may_start(now.wall.utc_ms, &self.zone(now.wall)) {
            Ok(()) => now.steady,
            Err(utc_ms) => {
                let wait = u64::try_from(utc_ms.saturating_sub(now.wall.utc_ms)).unwrap_or(0);
                now.steady.plus(Duration::from_millis(wait))
            }
        }
    }

    /// `2:02pm` where we are.
    pub fn time_of_day(&self, wall: Wall) -> String {
        hours::time_of_day(wall.utc_ms, &self.zone(wall))
    }

    fn zone(&self, wall: Wall) -> TimeZone {
        hours::zone(self.zone.as_ref(), wall.offset_s)
    }

    fn values(&self) -> Values<'_> {
        Values { company: &self.company, owner: &self.owner_name, name: "", open: "", phone: &self.phone }
    }
}
