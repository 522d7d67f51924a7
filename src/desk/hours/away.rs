//! `AWAY`, `PAUSE` and what ends them: `BACK`, `RESUME`, or their time.
//!
//! While the owner is away, missed callers get the out-of-hours text with the end of it in words; their replies still come to
//! the owner, reminders of those who wait are held back unless it is urgent. The end is kept as wall time, so that eight in
//! the morning stays eight over a change of the clocks; while nobody vouches for the clock the steady one decides.

use crate::clock::{Steady, Trust};
use crate::desk::hours;
use crate::desk::hours::when;
use crate::desk::owner::undo::Order;
use crate::desk::rules::Member;
use crate::desk::turn::{Done, PAUSED_UNTIL, Turn};
use crate::store::StoreError;
use crate::store::records::About;
use crate::store::types::TimerKind;
use crate::store::undo::Change;
use std::time::Duration;

/// Setting: until when the owner is away: `utc:steady` in milliseconds, `-:steady` if nobody vouched for the clock, `back`
/// until `BACK`.
pub(in crate::desk) const AWAY_UNTIL: &str = "away_until";
/// In the setting: no end but `BACK`.
const UNTIL_BACK: &str = "back";
/// In the setting: no wall time.
const NO_WALL: &str = "-";
/// How long a pause without a duration lasts: until `RESUME`, but not for ever.
const PAUSE_LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// Longest AWAY with an end.
pub(in crate::desk) const AWAY_LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
/// The wall clock is looked at this often at least.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);
/// Without an end the owners are reminded this often.
const REMIND: Duration = Duration::from_secs(7 * 24 * 3600);
/// `AWAY today` where no opening hours say when tomorrow begins.
const MORNING_HOUR: i8 = 8;
/// Handles of waiting callers in the answer to `BACK`.
const WAITING_HANDLES: u32 = 6;

/// Until when the owner is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Away {
    /// Until `BACK`.
    UntilBack,
    /// Until then; UTC milliseconds where the clock was known.
    Until { utc_ms: Option<i64>, steady: Steady },
}

impl Away {
    pub fn parse(kept: &str) -> Option<Away> {
        if kept == UNTIL_BACK {
            return Some(Away::UntilBack);
        }
        let (utc, steady) = kept.split_once(':')?;
        let utc_ms = match utc {
            NO_WALL => None,
            utc => Some(utc.parse().ok()?),
        };
        let steady = Steady(steady.parse().ok()?);
        Some(Away::Until { utc_ms, steady })
    }

    fn kept(self) -> String {
        match self {
            Away::UntilBack => UNTIL_BACK.to_owned(),
            Away::Until { utc_ms, steady } => {
                let utc = utc_ms.map_or_else(|| NO_WALL.to_owned(), |ms| ms.to_string());
                format!("{utc}:{}", steady.0)
            }
        }
    }
}

impl Turn<'_> {
    /// Whether and until when the owner is away.
    pub fn away(&self) -> Result<Option<Away>, StoreError> {
        let kept = self.tx.setting(AWAY_UNTIL)?;
        let away = kept.as_deref().and_then(Away::parse);
        Ok(away.filter(|away| self.lasts(*away)))
    }

    /// Whether it is not over yet.
    pub fn lasts(&self, away: Away) -> bool {
        self.left(away).is_none_or(|left| left > Duration::ZERO)
    }

    /// How long it lasts yet; `None`: until `BACK`.
    fn left(&self, away: Away) -> Option<Duration> {
        let now = self.now();
        match away {
            Away::UntilBack => None,
            Away::Until {
                utc_ms: Some(utc_ms),
                steady,
            } if now.wall.trust != Trust::Guess => Some(now.until(utc_ms, steady)),
            Away::Until { steady, .. } => Some(steady.since(now.steady)),
        }
    }

    /// For `{open}`: when callers find us again, in words; `None` while nobody is away, when the opening hours say it.
    pub fn back_in_words(&self) -> Result<Option<String>, StoreError> {
        let Some(away) = self.away()? else {
            return Ok(None);
        };
        let wall = self.now().wall;
        let zone = self.rules.zone(wall);
        Ok(Some(match away {
            Away::Until {
                utc_ms: Some(utc_ms), ..
            } if wall.trust != Trust::Guess => match self.rules.opening_from(utc_ms, wall) {
                Some(opening) => when::in_words(opening, wall.utc_ms, &zone, &self.rules.pack),
                None => self.rules.pack.time("soon", &[]),
            },
            Away::Until { .. } | Away::UntilBack => self.rules.pack.time("soon", &[]),
        }))
    }

    /// How things stand: `Away, back Monday 8am. Missed callers get …`.
    fn away_line(&self, away: Away) -> String {
        format!("{} {}", self.away_shortly(away), self.line("away_means", &[]))
    }

    /// The same for whoever knows what that means: `Away, back Monday 8am.`
    pub fn away_shortly(&self, away: Away) -> String {
        let wall = self.now().wall;
        match away {
            Away::UntilBack => self.line("away_until_back", &[]),
            Away::Until {
                utc_ms: Some(utc_ms), ..
            } if wall.trust != Trust::Guess => {
                let time = when::in_words(utc_ms, wall.utc_ms, &self.rules.zone(wall), &self.rules.pack);
                self.line("away_until", &[("time", &time)])
            }
            Away::Until { .. } => {
                let length = self.rules.pack.length(self.left(away).unwrap_or_default());
                self.line("away_for", &[("length", &length)])
            }
        }
    }

    /// `AWAY`, `AWAY until Mon 8am`, `AWAY 3 days`.
    pub fn go_away(&mut self, member: &Member, words: Option<&str>) -> Done {
        let away = match words {
            None => Away::UntilBack,
            Some(words) if self.now().wall.trust == Trust::Guess && when::length(words).is_none() => {
                return self.say(&member.number, "away_no_clock", &[("text", &words)]);
            }
            Some(words) => match self.end_of_away(words) {
                Some(away) => away,
                None => return self.say(&member.number, "away_usage", &[]),
            },
        };
        let (before, after) = (self.tx.setting(AWAY_UNTIL)?, away.kept());
        self.tx.set_setting(AWAY_UNTIL, &after)?;
        self.look_at_away_again(away)?;
        self.tx.journal(About::default(), "away", "the owner asked for it")?;
        let order = Order::new(&self.word("AWAY"));
        self.undoable(
            member,
            order.changes([Change::setting(AWAY_UNTIL, before, Some(after))]),
        )?;
        let said = self.away_line(away);
        self.say_to_owners(member, &said)
    }

    fn end_of_away(&self, words: &str) -> Option<Away> {
        let now = self.now();
        if now.wall.trust == Trust::Guess {
            let steady = now.steady.plus(when::length(words)?.min(AWAY_LONGEST));
            return Some(Away::Until { utc_ms: None, steady });
        }
        let zone = self.rules.zone(now.wall);
        let utc_ms = match words.to_lowercase().as_str() {
            "today" | "tonight" => {
                let tomorrow = hours::local(now.wall.utc_ms, &zone)?.date().tomorrow().ok()?;
                let at = |hour: i8| tomorrow.at(hour, 0, 0, 0).to_zoned_datetime(zone.clone()).ok();
                let midnight = at(0)?.timestamp().as_millisecond();
                match self.rules.opening_from(midnight, now.wall)? {
                    opening if opening > midnight => opening,
                    // Open all night, or no hours given.
                    _ => at(MORNING_HOUR)?.timestamp().as_millisecond(),
                }
            }
            words => when::read_ahead(words, now.wall.utc_ms, &zone, &self.rules.pack, AWAY_LONGEST)?,
        };
        let left = Duration::from_millis(u64::try_from(utc_ms - now.wall.utc_ms).ok()?);
        Some(Away::Until {
            utc_ms: Some(utc_ms),
            steady: now.steady.plus(left),
        })
    }

    fn look_at_away_again(&self, away: Away) -> Done {
        let wait = self.left(away).map_or(REMIND, |left| left.min(LOOK_AGAIN));
        self.tx.set_timer(TimerKind::Away, 0, self.now().steady.plus(wait))
    }

    /// The time that AWAY was for has come, or the clock is looked at again.
    pub fn away_due(&mut self) -> Done {
        let kept = self.tx.setting(AWAY_UNTIL)?;
        if kept.is_none() {
            return Ok(());
        }
        if let Some(away) = self.away()? {
            if away == Away::UntilBack {
                let said = self.away_line(away);
                self.alert(&said, None)?;
            }
            return self.look_at_away_again(away);
        }
        self.tx.drop_setting(AWAY_UNTIL)?;
        self.tx.journal(
            About::default(),
            "no longer away",
            "the time is over that the owner gave",
        )?;
        let said = self.with_waiting("away_over")?;
        self.drop_held_nudges()?;
        self.alert(&said, None)
    }

    /// `UNDO` changed AWAY: its timer follows.
    pub fn follow_away(&self) -> Done {
        match self.away()? {
            Some(away) => self.look_at_away_again(away),
            None => self.tx.clear_timer(TimerKind::Away, 0).map(|_| ()),
        }
    }

    /// `PAUSE 2h`, `PAUSE until 5pm`: callers are not texted; their texts and missed calls still come.
    pub fn pause(&mut self, member: &Member, words: Option<&str>) -> Done {
        let now = self.now();
        let (length, said) = match words {
            None => (PAUSE_LONGEST, None),
            Some(words) => match when::length(words) {
                Some(length) => (length.min(PAUSE_LONGEST), None),
                None if now.wall.trust == Trust::Guess => {
                    return self.say(&member.number, "away_no_clock", &[("text", &words)]);
                }
                None => {
                    let zone = self.rules.zone(now.wall);
                    let Some(at) = when::read_ahead(words, now.wall.utc_ms, &zone, &self.rules.pack, PAUSE_LONGEST)
                    else {
                        return self.say(&member.number, "pause_usage", &[]);
                    };
                    let time = when::in_words(at, now.wall.utc_ms, &zone, &self.rules.pack);
                    let ms = u64::try_from(at - now.wall.utc_ms).unwrap_or(0);
                    (
                        Duration::from_millis(ms),
                        Some(self.line("paused_until", &[("time", &time)])),
                    )
                }
            },
        };
        let before = self.tx.setting(PAUSED_UNTIL)?;
        let ms = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let until = Away::Until {
            utc_ms: (now.wall.trust != Trust::Guess).then(|| now.wall.utc_ms.saturating_add(ms)),
            steady: now.steady.plus(length),
        };
        let after = until.kept();
        self.tx.set_setting(PAUSED_UNTIL, &after)?;
        self.tx.journal(About::default(), "paused", "the owner asked for it")?;
        let length = self.rules.pack.length(length);
        let order = Order::new(&format!("{} {length}", self.word("PAUSE")));
        self.undoable(
            member,
            order.changes([Change::setting(PAUSED_UNTIL, before, Some(after))]),
        )?;
        let said = said.unwrap_or_else(|| self.line("paused", &[("length", &length)]));
        self.say_to_owners(member, &said)
    }

    /// That callers are not texted, and when they are again.
    pub fn paused_in_words(&self) -> Result<String, StoreError> {
        let wall = self.now().wall;
        let until = self.tx.setting(PAUSED_UNTIL)?.as_deref().and_then(Away::parse);
        Ok(match until {
            Some(Away::Until { utc_ms: Some(at), .. }) if wall.trust != Trust::Guess => {
                let time = when::in_words(at, wall.utc_ms, &self.rules.zone(wall), &self.rules.pack);
                self.line("paused_until", &[("time", &time)])
            }
            Some(_) | None => self.line("paused_now", &[]),
        })
    }

    /// `RESUME`, `BACK`: ends a pause and AWAY.
    pub fn resume(&mut self, member: &Member) -> Done {
        let (away, paused) = (self.away()?.is_some(), self.paused()?);
        let changes = [PAUSED_UNTIL, AWAY_UNTIL].map(|key| (key, self.tx.setting(key)));
        let mut undo = Vec::new();
        for (key, before) in changes {
            undo.push(Change::setting(key, before?, None));
            self.tx.drop_setting(key)?;
        }
        self.follow_away()?;
        self.tx.journal(About::default(), "resumed", "the owner asked for it")?;
        // Coming back says nothing about how many texts may go.
        if paused || !away {
            self.waive_ratio()?;
        }
        let changed = undo.iter().any(Change::changes_something);
        let order = Order::new(&self.word("RESUME"));
        self.undoable(member, order.changes(undo))?;
        let said = match away {
            true => {
                self.drop_held_nudges()?;
                self.with_waiting("back")?
            }
            false => self.line("resumed", &[]),
        };
        match changed {
            true => self.say_to_owners(member, &said),
            false => self.reply(&member.number, &said),
        }
    }

    /// A line, and who waits.
    fn with_waiting(&self, key: &str) -> Result<String, StoreError> {
        let said = self.line(key, &[]);
        let handles = self.waiting_handles(WAITING_HANDLES)?;
        if handles.is_empty() {
            return Ok(said);
        }
        let more = match self.tx.waiting_count()? {
            count if count > WAITING_HANDLES => ",..",
            _ => "",
        };
        let handles: Vec<String> = handles.iter().map(ToString::to_string).collect();
        let waiting = self.line("waiting", &[("handles", &format!("{}{more}", handles.join(", ")))]);
        Ok(format!("{said} {waiting}"))
    }

    /// To whoever asked, and to the other owners with the name of whoever asked.
    fn say_to_owners(&mut self, member: &Member, said: &str) -> Done {
        self.reply(&member.number, said)?;
        let who = member.called().to_owned();
        let told = self.line("by_whom", &[("who", &who), ("what", &said)]);
        self.tell_other_owners(member, &told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        for away in [
            Away::UntilBack,
            Away::Until {
                utc_ms: Some(1_764_000_000_000),
                steady: Steady(77),
            },
            Away::Until {
                utc_ms: None,
                steady: Steady(-5),
            },
        ] {
            assert_eq!(Away::parse(&away.kept()), Some(away));
        }
        for broken in ["", "soon", "1", "x:1", "1:x"] {
            assert_eq!(Away::parse(broken), None, "{broken}");
        }
    }
}
