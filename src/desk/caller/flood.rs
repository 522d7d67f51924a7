//! Floods: what strangers send by the hundred is all on record and all decided, and told to the owner in a few lines.
//!
//! A line that would wait an hour for the governor tells nobody anything, and keeps what matters from coming through. So when
//! many lines wait for an owner's phone, further ones are counted, and told merged once the phone has caught up.

use crate::desk::submission::limits::{self, DAY};
use crate::desk::turn::{Done, Turn};
use crate::store::StoreError;
use crate::store::contacts::Contact;
use crate::store::records::About;
use crate::store::types::TimerKind;
use std::time::Duration;

/// Lines waiting for one owner's phone from which on missed calls are merged.
const LINES_WAITING_MAX: u32 = 20;
/// The same for callers' texts: an hour's worth, by the governor's default.
const TEXTS_WAITING_MAX: u32 = 40;
/// Between two looks whether the phone has caught up.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);
/// Handles named in the merged line.
const HANDLES_NAMED: usize = 12;
/// Calls from foreign, premium and service numbers told one by one in a day.
const ABROAD_TOLD: u32 = 3;
/// Texts of an owner's phone in [`PUZZLED_WINDOW`] that were no order and for nobody: past them it talks to itself.
const PUZZLED_MAX: u32 = 12;
/// See [`PUZZLED_MAX`].
const PUZZLED_WINDOW: Duration = Duration::from_secs(3600);
/// The part of an hour's and of a day's texts that answers to the team may use, as one in so many: whoever fakes an owner's
/// number makes us answer, and the rest must stay for callers. A day's is smaller than half, because two days meet.
const ANSWERS_OF_HOUR: (u32, u32) = (3, 4);
const ANSWERS_OF_DAY: (u32, u32) = (1, 3);
const HOUR: Duration = Duration::from_secs(3600);
/// Failures reported in a day although answers have used up their part.
const FAILURES_MAX: u32 = 12;
/// Nudges in [`NUDGE_WINDOW`]; each may name a score of callers.
const NUDGES_MAX: u32 = 12;
/// See [`NUDGES_MAX`].
const NUDGE_WINDOW: Duration = Duration::from_secs(3600);
/// Automatic texts in a day from which on the answers to them count, at least.
const RATIO_FROM: u32 = 100;
/// Automatic texts that one answering person outweighs.
const RATIO: u32 = 20;

/// Settings: what a flood holds so far; and the counters of a window.
const FLOOD_CALLS: &str = "flood_calls";
const FLOOD_TEXTS: &str = "flood_texts";
const FLOOD_HANDLES: &str = "flood_handles";
const FLOOD_SINCE: &str = "flood_since";
const ABROAD: &str = "abroad_told";
const NUDGED: &str = "nudged";
const PUZZLED: &str = "puzzled";
const ANSWERS_HOUR: &str = "answers_hour";
const ANSWERS_DAY: &str = "answers_day";
const ANSWERS_TOLD: &str = "answers_told";
const FAILURES_DAY: &str = "failures_day";
const RATIO_TOLD: &str = "ratio_told";
/// Setting: the owner said to go on whatever the ratio, until then, steady milliseconds.
pub(in crate::desk) const RATIO_WAIVED: &str = "ratio_waived_until";

impl Turn<'_> {
    /// Whether the line about a missed call is merged into one that follows.
    pub fn merges_call(&mut self) -> Result<bool, StoreError> {
        self.merges(LINES_WAITING_MAX, FLOOD_CALLS, None)
    }

    /// Whether a caller's text is told merged. Urgent words get it through twice as deep a queue.
    pub fn merges_text(&mut self, line: &str, contact: Option<&Contact>) -> Result<bool, StoreError> {
        let most = TEXTS_WAITING_MAX * if self.rules.is_urgent(line) { 2 } else { 1 };
        self.merges(most, FLOOD_TEXTS, contact)
    }

    fn merges(&mut self, most: u32, count: &str, contact: Option<&Contact>) -> Result<bool, StoreError> {
        let mut deepest = 0;
        for member in self.rules.readers() {
            deepest = deepest.max(self.tx.waiting_for(&member.number, most)?);
        }
        if deepest < most {
            return Ok(false);
        }
        if self.tx.timer(TimerKind::Flood, 0)?.is_none() {
            let wall = self.now().wall;
            self.tx
                .set_setting(FLOOD_SINCE, &format!("{}:{}", wall.utc_ms, wall.offset_s))?;
            self.tx
                .set_timer(TimerKind::Flood, 0, self.now().steady.plus(LOOK_AGAIN))?;
        }
        self.tx
            .set_setting(count, &self.number_of(count)?.saturating_add(1).to_string())?;
        if let Some(contact) = contact {
            let handle = self.handle_for(contact)?;
            let named = self.tx.setting(FLOOD_HANDLES)?.unwrap_or_default();
            let mut handles: Vec<&str> = named.split(' ').filter(|handle| !handle.is_empty()).collect();
            let handle = handle.to_string();
            if handles.len() < HANDLES_NAMED && !handles.contains(&handle.as_str()) {
                handles.push(&handle);
                self.tx.set_setting(FLOOD_HANDLES, &handles.join(" "))?;
            }
        }
        let about = About {
            contact: contact.map(|contact| contact.id),
            ..About::default()
        };
        self.tx
            .journal(about, "told with others", "too many at once to tell one by one")?;
        Ok(true)
    }

    /// The phone may have caught up: what was counted is told.
    pub fn flood_look(&mut self) -> Done {
        let mut deepest = 0;
        for member in self.rules.readers() {
            deepest = deepest.max(self.tx.waiting_for(&member.number, LINES_WAITING_MAX)?);
        }
        if deepest >= LINES_WAITING_MAX / 2 {
            return self
                .tx
                .set_timer(TimerKind::Flood, 0, self.now().steady.plus(LOOK_AGAIN));
        }
        let (calls, texts) = (self.number_of(FLOOD_CALLS)?, self.number_of(FLOOD_TEXTS)?);
        let handles = self.tx.setting(FLOOD_HANDLES)?.unwrap_or_default();
        let since = self.tx.setting(FLOOD_SINCE)?.unwrap_or_default();
        for key in [FLOOD_CALLS, FLOOD_TEXTS, FLOOD_HANDLES] {
            self.tx.set_setting(key, "")?;
        }
        if calls == 0 && texts == 0 {
            return Ok(());
        }
        let (utc_ms, offset_s) = since.split_once(':').unwrap_or(("", ""));
        let time = self
            .rules
            .time_of_day(utc_ms.parse().unwrap_or(0), offset_s.parse().unwrap_or(0));
        let line = self.line("flood", &[("calls", &calls), ("texts", &texts), ("time", &time)]);
        let line = match handles.is_empty() {
            true => line,
            false => format!(
                "{line} {}",
                self.line("waiting", &[("handles", &handles.replace(' ', ", "))])
            ),
        };
        self.alert(&line, None)
    }

    /// Whether a call from abroad or from a premium number is one too many today to be told by itself.
    pub fn merges_abroad(&mut self) -> Result<bool, StoreError> {
        let told = self.counted(ABROAD, DAY)?;
        if told < ABROAD_TOLD {
            return Ok(false);
        }
        if told == ABROAD_TOLD {
            let line = self.line("abroad", &[]);
            self.alert(&line, None)?;
        }
        Ok(true)
    }

    /// Whether the owner was nudged so often in the hour that one more helps nobody: LIST and the digest still tell.
    pub fn nudged_enough(&mut self) -> Result<bool, StoreError> {
        if self.counted(NUDGED, NUDGE_WINDOW)? < NUDGES_MAX {
            return Ok(false);
        }
        let why = "too many callers wait to tell of each";
        self.tx.journal(About::default(), "owner not nudged", why)?;
        Ok(true)
    }

    /// Whether an owner's phone gets no answers to what is no order, until the window has passed: something answers us there by
    /// itself. The phone is told once.
    pub fn talks_to_itself(&mut self, number: &str) -> Result<bool, StoreError> {
        let key = format!("{PUZZLED}:{number}");
        let (puzzled, since) = self.count(&key, PUZZLED_WINDOW)?;
        if puzzled < PUZZLED_MAX {
            return Ok(false);
        }
        let why = "too many texts in an hour that are no order: something answers there by itself";
        self.tx.journal(About::default(), "owner's text not acted on", why)?;
        if puzzled == PUZZLED_MAX {
            self.puzzled(number)?;
            let now = self.now();
            let left = since.plus(PUZZLED_WINDOW).since(now.steady);
            let until = now.wall.utc_ms + i64::try_from(left.as_millis()).unwrap_or(0);
            let time = self.rules.time_of_day(until, now.wall.offset_s);
            let line = self.line("talks_to_itself", &[("time", &time)]);
            self.reply_not_gone(number, None, &line)?;
        }
        Ok(true)
    }

    /// A text from an owner's phone was no order, and nobody it was surely for; or said again what it said before.
    pub fn puzzled(&mut self, number: &str) -> Done {
        self.counted(&format!("{PUZZLED}:{number}"), PUZZLED_WINDOW)?;
        Ok(())
    }

    /// Whether an answer to the team is not sent because answers have used up their part of what may be sent. Counts it
    /// otherwise, in parts; the owners are told once a day. What was ordered is done all the same.
    pub fn answers_spent(&mut self, text: &str) -> Result<bool, StoreError> {
        let limits = &self.rules.limits;
        let part_of = |all: u32, (of, parts): (u32, u32)| (all.saturating_mul(of) / parts).max(1);
        let (hourly, daily) = (
            part_of(limits.per_hour, ANSWERS_OF_HOUR),
            part_of(limits.per_day, ANSWERS_OF_DAY),
        );
        let spent = self.count(ANSWERS_HOUR, HOUR)?.0 >= hourly || self.count(ANSWERS_DAY, DAY)?.0 >= daily;
        if !spent {
            let parts = u32::try_from(crate::sms::cost(text).parts).unwrap_or(u32::MAX);
            self.counted_by(ANSWERS_HOUR, HOUR, parts)?;
            self.counted_by(ANSWERS_DAY, DAY, parts)?;
            return Ok(false);
        }
        let why = "answers to the team have used up their part of the texts that may be sent";
        self.tx.journal(About::default(), "owner not answered", why)?;
        if self.counted(ANSWERS_TOLD, DAY)? == 0 {
            let line = self.line("answers_spent", &[]);
            self.alert(&line, None)?;
        }
        Ok(true)
    }

    /// Whether a day's failures were reported so often, past what answers may use, that no more are. Counts it otherwise.
    pub fn failures_spent(&mut self) -> Result<bool, StoreError> {
        Ok(self.counted(FAILURES_DAY, DAY)? >= FAILURES_MAX)
    }

    /// Whether so many automatic texts went out today, and so few people answered, that an operator would block the SIM.
    pub fn hardly_answered(&self) -> Result<Option<u32>, StoreError> {
        let now = self.now().steady;
        let waived = self.tx.setting(RATIO_WAIVED)?.and_then(|ms| ms.parse::<i64>().ok());
        if waived.is_some_and(|until| until > now.0) {
            return Ok(None);
        }
        let (automatic, people) = self.automatic_and_answers(self.ratio_from())?;
        let bites = automatic >= self.ratio_from() && people.saturating_mul(RATIO) < automatic;
        Ok(bites.then_some(automatic))
    }

    /// The same for STATUS, as far as it matters: automatic texts of the day and people who answered, once the texts have come
    /// near what is looked at and so few answered that they would rest there.
    pub fn answers_run_short(&self) -> Result<Option<(u32, u32)>, StoreError> {
        let from = self.ratio_from();
        let (automatic, people) = self.automatic_and_answers(limits::near(from))?;
        let short = automatic >= limits::near(from) && people.saturating_mul(RATIO) < automatic.max(from);
        Ok(short.then_some((automatic, people)))
    }

    /// Automatic texts of a day from which on the answers to them count.
    fn ratio_from(&self) -> u32 {
        RATIO_FROM.max(self.rules.limits.people_per_day)
    }

    /// Automatic texts of the last day, and people who wrote; these aren't counted before there were `from` texts.
    fn automatic_and_answers(&self, from: u32) -> Result<(u32, u32), StoreError> {
        let since = self.now().steady.minus(DAY);
        let automatic = self.tx.text_backs_since(since)?;
        let people = if automatic < from {
            0
        } else {
            self.tx.people_heard_since(since)?
        };
        Ok((automatic, people))
    }

    /// Tells once a day that automatic texts rest.
    pub fn tell_of_ratio(&mut self) -> Done {
        if self.counted(RATIO_TOLD, DAY)? > 0 {
            return Ok(());
        }
        let line = self.line("ratio", &[]);
        self.alert(&line, None)
    }

    /// `RESUME`: the owner knows better for a day.
    pub fn waive_ratio(&mut self) -> Done {
        let until = self.now().steady.plus(DAY);
        self.tx.set_setting(RATIO_WAIVED, &until.0.to_string())
    }

    fn number_of(&self, key: &str) -> Result<u32, StoreError> {
        Ok(self.tx.setting(key)?.and_then(|count| count.parse().ok()).unwrap_or(0))
    }

    /// How often this was counted before in the window that runs; counts it.
    fn counted(&mut self, key: &str, window: Duration) -> Result<u32, StoreError> {
        self.counted_by(key, window, 1)
    }

    /// The same, counting several at once.
    fn counted_by(&mut self, key: &str, window: Duration, more: u32) -> Result<u32, StoreError> {
        let (before, since) = self.count(key, window)?;
        self.tx
            .set_setting(key, &format!("{}:{}", before.saturating_add(more), since.0))?;
        Ok(before)
    }
}
