//! `STATUS`: how the box is, in one part for whoever runs the business and in full for who looks after the box.

use crate::clock::Trust;
use crate::desk::conversation::replies::snippet;
use crate::desk::health::BALANCE;
use crate::desk::health::condition::WORDS_MAX;
use crate::desk::hours::when;
use crate::desk::rules::{Member, Role};
use crate::desk::submission::{air, limits};
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::pack::Values;
use crate::store::StoreError;
use std::time::Duration;

/// Handles of waiting callers in `STATUS`.
const STATUS_HANDLES: u32 = 6;
/// Characters of an operator's name.
const OPERATOR_MAX: usize = 24;
/// Characters of what the network said of the balance.
const BALANCE_MAX: usize = 60;

/// Which sentence is left out first when all of them don't fit in one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum GivesWay {
    /// It says in flashes what other sentences say in words.
    Light,
    Version,
    OnSince,
    /// It was told when it was over.
    Spell,
    /// Far from every limit.
    Budget,
    /// Nothing is wrong with it.
    Signal,
    /// REPORT has it.
    Today,
    Balance,
    /// It says what to do something about.
    Never,
}

impl Turn<'_> {
    /// `STATUS`.
    pub fn status(&mut self, member: &Member) -> Done {
        let mut said = self.sentences()?;
        let whole = |said: &[(GivesWay, String)]| {
            let sentences: Vec<&str> = said.iter().map(|(_, sentence)| sentence.as_str()).collect();
            sentences.join(" ")
        };
        // Who installed the box reads all of it, in as many parts as it takes.
        if member.role != Role::Installer {
            while air::count(&whole(&said)) > 1 {
                let first = said.iter().map(|(gives_way, _)| *gives_way).min();
                let Some(first) = first.filter(|first| *first != GivesWay::Never) else {
                    break;
                };
                said.retain(|(gives_way, _)| *gives_way != first);
            }
        }
        self.reply(&member.number, &whole(&said))
    }

    /// Everything there is to say, in the order in which it is read.
    fn sentences(&self) -> Result<Vec<(GivesWay, String)>, StoreError> {
        use GivesWay as G;
        let now = self.now();
        let condition = self.condition;
        let mut said = vec![(G::Never, self.mode()?)];
        if let Some(trouble) = &condition.trouble {
            let why = self.rules.pack.reason(trouble);
            said.push((
                G::Never,
                self.line("status_not_ready", &[("why", &snippet(&why, WORDS_MAX))]),
            ));
        } else if !condition.signal.is_empty() {
            let operator = match &condition.operator {
                Some(operator) => snippet(operator, OPERATOR_MAX),
                None => self.line("the_network", &[]),
            };
            let signal = self.rules.pack.reason(&condition.signal);
            let values: Values<'_> = &[("what", &signal), ("name", &operator)];
            said.push((G::Signal, self.line("status_signal", values)));
        }
        if condition.calls_in_doubt {
            said.push((G::Never, self.line("status_calls_in_doubt", &[])));
        }
        if let Some(since) = condition.since {
            let length = self.rules.pack.length(now.steady.since(since));
            said.push((G::OnSince, self.line("status_on", &[("length", &length)])));
        }
        said.push((G::Never, self.who_waits()?));
        said.push((G::Today, self.today()?));
        said.extend(self.governor()?);
        let balance = match &condition.balance {
            Some(balance) => Some(balance.clone()),
            None => self.tx.setting(BALANCE)?,
        };
        if let Some(balance) = balance {
            said.push((
                G::Balance,
                self.line("status_sim", &[("what", &snippet(&balance, BALANCE_MAX))]),
            ));
        }
        let deaf = match &condition.deaf {
            Some(deaf) => Some(deaf.clone()),
            None => self.last_spell()?,
        };
        if let Some(deaf) = &deaf {
            said.push((G::Spell, self.line("status_deaf", &[("what", deaf)])));
        }
        if let Some(code) = condition.light {
            let what = format!("{} {}", code.count(), self.rules.pack.printed(code.key()));
            said.push((G::Light, self.line("status_light", &[("what", &what)])));
        }
        if now.wall.trust == Trust::Guess {
            said.push((G::Never, self.line("status_no_clock", &[])));
        }
        said.push((G::Version, format!("v{}", env!("CARGO_PKG_VERSION"))));
        Ok(said)
    }

    fn mode(&self) -> Result<String, StoreError> {
        Ok(match (self.paused()?, self.away()?) {
            (true, _) => self.paused_in_words()?,
            (false, Some(away)) => self.away_shortly(away),
            (false, None) => self.line("working", &[]),
        })
    }

    fn who_waits(&self) -> Result<String, StoreError> {
        let waiting = self.tx.waiting_count()?;
        let handles: Vec<String> = self
            .waiting_handles(STATUS_HANDLES)?
            .iter()
            .map(ToString::to_string)
            .collect();
        let more = if waiting > STATUS_HANDLES { ",.." } else { "" };
        Ok(match waiting {
            0 => self.line("status_nobody_waits", &[]),
            _ => self.line(
                "status_waiting",
                &[("handles", &format!("{}{more}", handles.join(", ")))],
            ),
        })
    }

    /// Figures since midnight; of the last 24 hours with a clock nobody vouches for.
    fn today(&self) -> Result<String, StoreError> {
        let now = self.now();
        let midnight = match now.wall.trust {
            Trust::Guess => None,
            Trust::ServiceCentre | Trust::Network | Trust::Synchronised => {
                crate::desk::hours::midnight_before(now.wall.utc_ms, &self.rules.zone(now.wall))
            }
        };
        let since = match midnight {
            Some(midnight) => {
                let ms = u64::try_from(now.wall.utc_ms - midnight).unwrap_or(0);
                now.steady.minus(Duration::from_millis(ms))
            }
            None => now.steady.minus(limits::DAY),
        };
        let figures = self.figures_since(since)?;
        let values: Values<'_> = &[
            ("missed", &figures.missed),
            ("texted", &figures.texted),
            ("replied", &figures.replied),
        ];
        Ok(self.line("status_today", values))
    }

    /// The governor's meters: how many texts may still go in this day, and, near their limits, to how many people they went
    /// and how few answered.
    fn governor(&self) -> Result<Vec<(GivesWay, String)>, StoreError> {
        let limits = &self.rules.limits;
        let day_ago = self.now().steady.minus(limits::DAY);
        let sent = self.tx.submitted_since(day_ago)?;
        let left = limits.per_day.saturating_sub(sent);
        let queued = self.tx.queued_count()?;
        let matters = sent >= limits::near(limits.per_day) || queued > 0;
        let gives_way = if matters { GivesWay::Never } else { GivesWay::Budget };
        let mut said = vec![(
            gives_way,
            self.line("status_budget", &[("count", &sent), ("left", &left)]),
        )];
        if queued > 0 {
            said.push((GivesWay::Never, self.line("status_queued", &[("count", &queued)])));
        }
        let (people, first) = self.tx.people_since(day_ago)?;
        let most = limits.people_per_day;
        if people >= most {
            let from_now = first.map(|first| first.plus(limits::DAY).since(self.now().steady));
            let time = self.time_in(from_now.unwrap_or_default());
            let line = self.line("status_people_full", &[("count", &people), ("time", &time)]);
            said.push((GivesWay::Never, line));
        } else if people >= limits::near(most) {
            let line = self.line("status_people", &[("count", &people), ("most", &most)]);
            said.push((GivesWay::Never, line));
        }
        if let Some((texts, people)) = self.answers_run_short()? {
            let key = match self.hardly_answered()? {
                Some(_) => "status_ratio_rests",
                None => "status_ratio",
            };
            said.push((
                GivesWay::Never,
                self.line(key, &[("count", &texts), ("replied", &people)]),
            ));
        }
        Ok(said)
    }

    /// When that is, in words; how long until then with a clock nobody vouches for.
    fn time_in(&self, from_now: Duration) -> String {
        let wall = self.now().wall;
        if wall.trust == Trust::Guess {
            return self.rules.pack.length(from_now);
        }
        let at = wall.utc_ms + i64::try_from(from_now.as_millis()).unwrap_or(0);
        when::in_words(at, wall.utc_ms, &self.rules.zone(wall), &self.rules.pack)
    }
}
