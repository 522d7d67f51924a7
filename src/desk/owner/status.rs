//! `STATUS`: how the box is.

use crate::clock::Trust;
use crate::desk::conversation::routing::snippet;
use crate::desk::health::BALANCE;
use crate::desk::health::condition::WORDS_MAX;
use crate::desk::rules::Member;
use crate::desk::submission::limits;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::pack::Values;
use crate::store::StoreError;
use std::time::Duration;

/// Handles of waiting callers in `STATUS`.
const STATUS_HANDLES: u32 = 6;
/// Characters of an operator's name.
const OPERATOR_MAX: usize = 24;

impl Turn<'_> {
    /// `STATUS`.
    pub fn status(&mut self, member: &Member) -> Done {
        let mut said = vec![self.mode()?];
        let now = self.now();
        let condition = self.condition;
        if let Some(trouble) = &condition.trouble {
            said.push(self.line("status_not_ready", &[("why", &snippet(trouble, WORDS_MAX))]));
        } else if !condition.signal.is_empty() {
            let operator = match &condition.operator {
                Some(operator) => snippet(operator, OPERATOR_MAX),
                None => self.line("the_network", &[]),
            };
            let signal = self.rules.pack.reason(&condition.signal);
            said.push(self.line("status_signal", &[("what", &signal), ("name", &operator)]));
        }
        if let Some(since) = condition.since {
            let length = self.rules.pack.length(now.steady.since(since));
            said.push(self.line("status_on", &[("length", &length)]));
        }
        let waiting = self.tx.waiting_count()?;
        let handles: Vec<String> = self
            .waiting_handles(STATUS_HANDLES)?
            .iter()
            .map(ToString::to_string)
            .collect();
        let more = if waiting > STATUS_HANDLES { ",.." } else { "" };
        said.push(match waiting {
            0 => self.line("status_nobody_waits", &[]),
            _ => self.line(
                "status_waiting",
                &[("handles", &format!("{}{more}", handles.join(", ")))],
            ),
        });
        said.push(self.today()?);
        said.push(self.budget()?);
        let balance = match &condition.balance {
            Some(balance) => Some(balance.clone()),
            None => self.tx.setting(BALANCE)?,
        };
        if let Some(balance) = balance {
            said.push(self.line("status_sim", &[("what", &snippet(&balance, WORDS_MAX))]));
        }
        let deaf = match &condition.deaf {
            Some(deaf) => Some(deaf.clone()),
            None => self.last_spell()?,
        };
        if let Some(deaf) = &deaf {
            said.push(self.line("status_deaf", &[("what", deaf)]));
        }
        if let Some(light) = &condition.light {
            said.push(self.line("status_light", &[("what", light)]));
        }
        if now.wall.trust == Trust::Guess {
            said.push(self.line("status_no_clock", &[]));
        }
        said.push(format!("v{}", env!("CARGO_PKG_VERSION")));
        self.reply(&member.number, &said.join(" "))
    }

    fn mode(&self) -> Result<String, StoreError> {
        Ok(match (self.paused()?, self.away()?) {
            (true, _) => self.line("paused_now", &[]),
            (false, Some(away)) => self.away_line(away),
            (false, None) => self.line("working", &[]),
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

    /// How many texts may still go in this day.
    fn budget(&self) -> Result<String, StoreError> {
        let sent = self.tx.submitted_since(self.now().steady.minus(limits::DAY))?;
        let most = self.rules.limits.per_day;
        let left = most.saturating_sub(sent);
        let line = self.line("status_budget", &[("count", &sent), ("left", &left)]);
        Ok(match self.tx.queued_count()? {
            0 => line,
            queued => format!("{line} {}", self.line("status_queued", &[("count", &queued)])),
        })
    }
}
