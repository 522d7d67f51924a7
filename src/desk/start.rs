//! The process started: what an earlier run left open is taken up, and the owner hears of an outage.

use crate::clock::Trust;
use crate::desk::due;
use crate::desk::turn::{Done, Turn};
use crate::desk::wording::pack::Pack;
use crate::store::calls::CallEnd;
use crate::store::records::About;
use crate::store::types::{TimerKind, Verdict};
use std::time::Duration;

/// An outage longer than this is told to the owner.
const OUTAGE: Duration = Duration::from_secs(5 * 60);
/// Setting: when the process last stopped in good order, steady milliseconds.
const STOPPED: &str = "stopped_at";

impl Turn<'_> {
    /// The process started: what an earlier run left open is closed and decided like any call, by the late rules.
    pub fn started(&mut self) -> Done {
        self.drop_refused_settings()?;
        self.tell_of_outage()?;
        for call in self.tx.open_calls()? {
            let now = self.now();
            let by_wall = match now.wall.trust {
                Trust::Guess => 0,
                Trust::ServiceCentre | Trust::Network | Trust::Synchronised => now.wall.utc_ms - call.started_utc_ms,
            };
            let late = now
                .steady
                .since(call.started_at)
                .max(Duration::from_millis(u64::try_from(by_wall).unwrap_or(0)));
            let caller = self.recorded_caller(&call);
            let end = CallEnd {
                verdict: Verdict::Missed,
                rings: 0,
                ringing: call.ringing.max(Duration::ZERO),
                evidence: &["restart"],
                cause: None,
            };
            self.close_call(&call, &caller, &end, late)?;
        }
        self.decide_waiting()?;
        self.keep_what_nobody_got()?;
        self.pass_on_kept()?;
        self.tx.release_call_keys()?;
        self.recover_submitting()?;
        if self.tx.timer(TimerKind::Purge, 0)?.is_none() {
            self.tx
                .set_timer(TimerKind::Purge, 0, self.now().steady.plus(due::SIGN_OF_LIFE))?;
        }
        self.watch_clock()?;
        self.arm_digest()?;
        self.schedule_balance()?;
        self.effects.send = self.tx.any_queued()?;
        Ok(())
    }

    /// The process stops in good order: how long nothing ran will be known at the next start.
    pub fn stopping(&self) -> Done {
        self.tx.set_setting(STOPPED, &self.now().steady.0.to_string())
    }

    /// The box was off, and calls of that time were never seen: the owner should know.
    fn tell_of_outage(&mut self) -> Done {
        let wall = self.now().wall;
        let before = self.tx.last_time()?;
        let before_utc_ms = before.utc_ms;
        if wall.trust == Trust::Guess || before_utc_ms == 0 {
            return Ok(());
        }
        let off = Duration::from_millis(u64::try_from(wall.utc_ms - before_utc_ms).unwrap_or(0));
        if off <= OUTAGE {
            return Ok(());
        }
        self.tx.journal(
            About::default(),
            "started after an outage",
            &format!("off for {}", Pack::english().length(off)),
        )?;
        // One that lasts already began before, and is not over yet.
        if self.tx.open_spell()?.is_none() {
            self.tx
                .begin_spell("off", before_utc_ms, self.now().steady.minus(off))?;
            if let Some(spell) = self.tx.open_spell()? {
                self.tx.end_spell(spell.id)?;
            }
        }
        // With its date after days.
        let (from, _) = self.rules.between(before_utc_ms, wall.utc_ms, wall.offset_s);
        let length = self.rules.pack.length(off);
        // After a power cut nobody knows more than the last time recorded, half an hour before at most.
        let orderly = self
            .tx
            .setting(STOPPED)?
            .is_some_and(|at| at == before.steady.0.to_string());
        let key = if orderly { "outage" } else { "outage_at_most" };
        let line = self.line(key, &[("length", &length), ("time", &from)]);
        self.health_text(&line)?;
        Ok(())
    }
}
