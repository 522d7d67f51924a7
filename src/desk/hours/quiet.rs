//! The owner's quiet hours (product.md §5): what can wait does until they are over.
//!
//! Urgent lines and answers never wait, and nothing waits for somebody who is up: who texts us gets at once what was held.
//! What is held stands in the outbox with the hour at which it may go, so no restart loses it; the line about a missed call
//! is not written before that hour, so that a first text merges with it all night.
//!
//! That somebody is up is believed of a caller ID alone. Who fakes one rings the owner anyway, by the answer that every order
//! gets; and an owner who is up and answers a customer without a number in the way must not wait until morning for the reply.

use crate::clock::Steady;
use crate::desk::turn::{Done, Turn};
use crate::store::StoreError;
use crate::store::types::Kind;
use std::time::Duration;

/// Setting: when that phone last texted us, steady milliseconds; kept only where there are quiet hours.
const AWAKE: &str = "awake:";
/// Whoever texted us this short a time ago is not asleep.
const AWAKE_FOR: Duration = Duration::from_secs(15 * 60);

impl Turn<'_> {
    /// When a line may reach that phone.
    pub fn owner_hears_at(&self, number: &str, kind: Kind, text: &str) -> Result<Steady, StoreError> {
        let now = self.now().steady;
        let can_wait = matches!(kind, Kind::Alert | Kind::Forward);
        if !can_wait || text.starts_with(&self.line("urgent", &[])) {
            return Ok(now);
        }
        self.up_at(number)
    }

    /// When the first of the owners hears a line that can wait.
    pub fn owners_hear_at(&self) -> Result<Steady, StoreError> {
        let mut first = None;
        for owner in self.rules.owners() {
            let at = self.up_at(&owner.number)?;
            first = Some(first.map_or(at, |first: Steady| first.min(at)));
        }
        Ok(first.unwrap_or(self.now().steady))
    }

    /// Somebody of the team texted: they are up, and hear what was held for them.
    pub fn team_is_up(&mut self, number: &str) -> Done {
        if !self.rules.has_quiet {
            return Ok(());
        }
        let now = self.now().steady;
        self.tx.set_setting(&format!("{AWAKE}{number}"), &now.0.to_string())?;
        self.hear_by(number, now)
    }

    /// The quiet hours were changed: what is held goes by the new ones.
    pub fn follow_new_quiet(&mut self) -> Done {
        for member in &self.rules.team {
            let at = self.up_at(&member.number)?;
            self.hear_by(&member.number, at)?;
        }
        Ok(())
    }

    fn hear_by(&mut self, number: &str, at: Steady) -> Done {
        self.effects.send |= self.tx.hear_by(number, None, at)?;
        Ok(())
    }

    fn up_at(&self, number: &str) -> Result<Steady, StoreError> {
        let now = self.now().steady;
        let until = self.quiet_until().filter(|_| self.rules.has_quiet);
        let Some(until) = until else {
            return Ok(now);
        };
        let texted = self.tx.setting(&format!("{AWAKE}{number}"))?;
        let texted = texted.and_then(|ms| ms.parse().ok()).map(Steady);
        Ok(match texted {
            Some(at) if now.since(at) < AWAKE_FOR => now,
            Some(_) | None => until,
        })
    }
}
