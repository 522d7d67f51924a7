//! The figures: the digest on Monday at 7:30 (or every day), and `REPORT` at any time.

use crate::clock::{Steady, Trust};
use crate::desk::hours;
use crate::desk::owner::undo::Order;
use crate::desk::rules::{Digest, Member};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::lines;
use crate::desk::wording::pack::Pack;
use crate::desk::wording::said;
use crate::ids::{Handle, MessageId};
use crate::store::StoreError;
use crate::store::figures::{Figures, Win};
use crate::store::records::About;
use crate::store::types::{Kind, State, TimerKind};
use crate::store::undo::Change;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};
use std::time::Duration;

/// Time of day of the digest.
const HOUR: i8 = 7;
const MINUTE: i8 = 30;
/// The wall clock is looked at this often at least, so that one that was put right is noticed.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);
/// Setting: the instant the next digest is for, UTC milliseconds.
const DIGEST_DUE: &str = "digest_due_utc";
/// Setting: the texts of the latest digest, message ids separated by blanks.
const DIGEST_TEXTS: &str = "digest_texts";
/// An answer within this long is a quick one.
const SOON_MS: i64 = 15 * 60_000;
/// Handles of waiting callers named in the figures.
const HANDLES_MOST: u32 = 6;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

impl Turn<'_> {
    /// Sees to it that the digest's timer is set.
    pub fn arm_digest(&mut self) -> Done {
        if self.tx.timer(TimerKind::Digest, 0)?.is_none() {
            self.tx
                .set_timer(TimerKind::Digest, 0, self.now().steady.plus(LOOK_AGAIN))?;
        }
        Ok(())
    }

    /// Looks whether the digest is due by the wall clock.
    pub fn digest_due(&mut self) -> Done {
        let now = self.now();
        let zone = self.rules.zone(now.wall);
        let mut wait = LOOK_AGAIN;
        if now.wall.trust != Trust::Guess
            && let Some(local) = hours::local(now.wall.utc_ms, &zone)
        {
            let often = self.rules.digest;
            let due = self.tx.setting(DIGEST_DUE)?.and_then(|ms| ms.parse::<i64>().ok());
            let next = next_digest(&local, often);
            match (due, next.as_ref()) {
                // Due, or one due while we were off: late is better than never.
                (Some(due), Some(_)) if due <= now.wall.utc_ms => {
                    self.send_digest(often, due, &zone)?;
                    self.plan_digest(next.as_ref())?;
                }
                // Not planned yet, switched over, or a clock that was put right.
                (_, next) if due != next.map(utc_ms) => self.plan_digest(next)?,
                (Some(_) | None, _) => {}
            }
            if let Some(next) = next {
                let left = u64::try_from(utc_ms(&next) - now.wall.utc_ms).unwrap_or(0);
                wait = wait.min(Duration::from_millis(left.max(1)));
            }
        }
        self.tx.set_timer(TimerKind::Digest, 0, now.steady.plus(wait))
    }

    fn plan_digest(&self, next: Option<&ZonedDateTime>) -> Done {
        match next {
            Some(next) => self.tx.set_setting(DIGEST_DUE, &utc_ms(next).to_string()),
            None => self.tx.drop_setting(DIGEST_DUE).map(|_| ()),
        }
    }

    /// The digest that was due at `due`, of the whole days before it.
    fn send_digest(&mut self, often: Digest, due_utc_ms: i64, zone: &TimeZone) -> Done {
        let days = match often {
            Digest::Weekly => 7,
            Digest::Daily => 1,
            Digest::Off => return Ok(()),
        };
        let Some(due) = hours::local(due_utc_ms, zone) else {
            return Ok(());
        };
        let Some((from, to, label)) = stretch(due.date(), days, zone, &self.rules.pack) else {
            return Ok(());
        };
        let (_, line) = self.figures_line(&label, utc_ms(&from), utc_ms(&to))?;
        self.tx
            .journal(About::default(), "digest sent", "its time of the week or day has come")?;
        self.drop_stale_digest()?;
        let mut texts = Vec::new();
        for owner in self.rules.owners() {
            let text = self.text_owner(&owner.number, Kind::Alert, &line, None, None)?;
            texts.push(text.0.to_string());
        }
        self.tx.set_setting(DIGEST_TEXTS, &texts.join(" "))
    }

    /// A text that may not have gone is sent again as another one: if it is the latest digest's, that is what gives way now.
    pub fn follow_repeat(&self, before: MessageId, after: MessageId) -> Done {
        let Some(texts) = self.tx.setting(DIGEST_TEXTS)? else {
            return Ok(());
        };
        let (before, after) = (before.0.to_string(), after.0.to_string());
        if !texts.split(' ').any(|id| id == before) {
            return Ok(());
        }
        let texts: Vec<&str> = texts
            .split(' ')
            .map(|id| if id == before { after.as_str() } else { id })
            .collect();
        self.tx.set_setting(DIGEST_TEXTS, &texts.join(" "))
    }

    /// The latest digest, if nothing of it could go out yet, gives way to the next: weeks without a modem end with one.
    fn drop_stale_digest(&mut self) -> Done {
        let texts = self.tx.setting(DIGEST_TEXTS)?.unwrap_or_default();
        for id in texts.split(' ').filter_map(|id| id.parse().ok().map(MessageId)) {
            let queued = self.tx.message(id)?.is_some_and(|m| m.state == State::Queued);
            if queued && self.tx.fail_queued_of(id, "a newer digest takes its place")? > 0 {
                self.tx.refresh_message(id)?;
                let about = About {
                    message: Some(id),
                    ..About::default()
                };
                self.tx
                    .journal(about, "digest dropped", "it was still queued when the next was due")?;
            }
        }
        Ok(())
    }

    /// `REPORT`: the last seven days up to now, and what was won.
    pub fn report_now(&mut self, member: &Member) -> Done {
        let now = self.now();
        let week = i64::try_from(WEEK.as_millis()).unwrap_or(i64::MAX);
        let (week, line) = self.figures_line(
            &self.line("last_seven_days", &[]),
            now.wall.utc_ms - week,
            now.wall.utc_ms,
        )?;
        let month = self.figures_since(now.steady.minus(MONTH))?;
        let currency = self.currency();
        let stop = if line.ends_with('.') { "" } else { "." };
        let mut said = vec![format!("{line}{stop}")];
        if week.wins > 0 {
            let total = said::won(&self.rules.pack, week.wins, week.won, currency);
            said.push(self.line("won_lately", &[("total", &total)]));
        }
        if month.wins > week.wins {
            let total = said::won(&self.rules.pack, month.wins, month.won, currency);
            said.push(self.line("won_in_month", &[("total", &total)]));
        }
        self.reply(&member.number, &said.join(" "))
    }

    /// `WON 27 850`.
    pub fn won(&mut self, member: &Member, handle: Handle, amount: Option<u32>) -> Done {
        let Some(contact) = self.sure(member, handle)? else {
            return Ok(());
        };
        let mut win = Win {
            id: 0,
            contact: contact.id,
            amount: amount.unwrap_or(0),
        };
        win.id = self.tx.add_win(&win)?;
        let who = lines::who(Some(handle), &contact);
        let order = Order::new(&format!("{} {who}", self.word("WON"))).about(&contact);
        self.undoable(member, order.changes([Change::win(None, Some(win))]))?;
        let currency = self.currency();
        let month = self.figures_since(self.now().steady.minus(MONTH))?;
        let total = said::won(&self.rules.pack, month.wins, month.won, currency);
        let line = match amount {
            Some(sum) => {
                let money = said::money(&self.rules.pack, currency, u64::from(sum));
                self.line("won_money", &[("who", &who), ("money", &money), ("total", &total)])
            }
            None => self.line("won", &[("who", &who), ("total", &total)]),
        };
        self.reply_about(&member.number, &contact, &line)
    }

    /// Figures up to now.
    pub fn figures_since(&self, from: Steady) -> Result<Figures, StoreError> {
        self.tx.figures(from, self.now().steady, SOON_MS)
    }

    /// The figures of a stretch of wall time, and the line that tells them.
    fn figures_line(&self, label: &str, from_utc_ms: i64, to_utc_ms: i64) -> Result<(Figures, String), StoreError> {
        let now = self.now();
        // What was decided then is on record in steady time; the two clocks ran side by side since.
        let steady = |utc_ms: i64| Steady(now.steady.0.saturating_sub(now.wall.utc_ms.saturating_sub(utc_ms)));
        let figures = self.tx.figures(steady(from_utc_ms), steady(to_utc_ms), SOON_MS)?;
        let handles = self.waiting_handles(HANDLES_MOST)?;
        let line = said::figures(&self.rules.pack, label, &figures, self.tx.waiting_count()?, &handles);
        Ok((figures, line))
    }

    /// Handles of callers who wait, longest first.
    pub fn waiting_handles(&self, most: u32) -> Result<Vec<Handle>, StoreError> {
        let mut handles = Vec::new();
        for contact in self.tx.waiting(most)? {
            handles.extend(self.tx.holding_of(contact.id)?.map(|holding| holding.handle));
        }
        Ok(handles)
    }

    /// The sign before a sum of money where we are.
    pub fn currency(&self) -> &'static str {
        match self.country.map(|country| country.iso()) {
            Some("US" | "CA" | "AU" | "NZ" | "MX" | "SG") => "$",
            Some("GB") => "\u{a3}",
            Some(
                "AT" | "BE" | "DE" | "ES" | "FI" | "FR" | "GR" | "IE" | "IT" | "LU" | "NL" | "PT" | "SI" | "SK" | "EE"
                | "LV" | "LT" | "HR" | "CY" | "MT",
            ) => "\u{20ac}",
            Some(_) | None => "",
        }
    }
}

fn utc_ms(at: &ZonedDateTime) -> i64 {
    at.timestamp().as_millisecond()
}

/// The next digest strictly after `now`. `None`: there is none.
fn next_digest(now: &ZonedDateTime, often: Digest) -> Option<ZonedDateTime> {
    let ahead = |date: Date| {
        date.at(HOUR, MINUTE, 0, 0)
            .to_zoned_datetime(now.time_zone().clone())
            .ok()
    };
    let step = match often {
        Digest::Off => return None,
        Digest::Daily => 1,
        Digest::Weekly => 7,
    };
    let first = match often {
        Digest::Daily | Digest::Off => now.date(),
        Digest::Weekly => {
            let back = i64::from(now.date().weekday().since(Weekday::Monday));
            now.date().checked_sub(back.days()).ok()?
        }
    };
    let today = ahead(first)?;
    match today > *now {
        true => Some(today),
        false => ahead(first.checked_add(i64::from(step).days()).ok()?),
    }
}

/// The `days` whole days before `day`: from, to, and what they are called.
fn stretch(day: Date, days: i64, zone: &TimeZone, pack: &Pack) -> Option<(ZonedDateTime, ZonedDateTime, String)> {
    let midnight = |date: Date| date.at(0, 0, 0, 0).to_zoned_datetime(zone.clone()).ok();
    // The week is Monday to Sunday, also when its digest comes late.
    let end = day;
    let start = end.checked_sub(days.days()).ok()?;
    let last = end.yesterday().ok()?;
    let named = |date: Date| {
        let month = pack.time(hours::month_name(date.month()), &[]);
        pack.time("day_month", &[("date", &date.day()), ("month", &month)])
    };
    let label = match (days, start.month() == last.month()) {
        (1, _) => named(last),
        (_, true) => pack.time("week", &[("from", &start.day()), ("to", &named(last))]),
        (_, false) => pack.time("week", &[("from", &named(start)), ("to", &named(last))]),
    };
    Some((midnight(start)?, midnight(end)?, label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_week_is_named_by_its_days() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let label = |y, m, d, days| stretch(date(y, m, d), days, &zone, &Pack::english()).unwrap().2;
        assert_eq!(label(2025, 7, 28, 7), "Wk 21-27 Jul");
        assert_eq!(label(2025, 8, 4, 7), "Wk 28 Jul-3 Aug");
        assert_eq!(label(2025, 7, 24, 1), "23 Jul");
    }

    #[test]
    fn the_digest_comes_on_mondays_at_half_past_seven() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let at = |d, h| date(2025, 7, d).at(h, 0, 0, 0).to_zoned_datetime(zone.clone()).unwrap();
        let monday = |d| {
            date(2025, 7, d)
                .at(7, 30, 0, 0)
                .to_zoned_datetime(zone.clone())
                .unwrap()
        };
        assert_eq!(next_digest(&at(23, 9), Digest::Weekly), Some(monday(28)));
        assert_eq!(next_digest(&at(21, 7), Digest::Weekly), Some(monday(21)));
        assert_eq!(next_digest(&at(21, 8), Digest::Weekly), Some(monday(28)));
        assert_eq!(next_digest(&at(23, 7), Digest::Daily), Some(monday(23)));
        assert_eq!(next_digest(&at(23, 7), Digest::Off), None);
    }
}
