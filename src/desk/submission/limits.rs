//! The governor: how much goes out per minute, hour and day, and to how many people. Nothing is dropped, only later.

use crate::clock::Steady;
use crate::desk::Next;
use crate::modem::Submission;
use crate::store::{StoreError, Tx};
use std::time::Duration;

/// Limits over everything sent (product.md §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) struct Limits {
    pub per_minute: u32,
    pub per_hour: u32,
    pub per_day: u32,
    pub people_per_day: u32,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// A rolling day.
pub(in crate::desk) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Of so many hundredths of a limit on the owner is told how near it is.
const NEAR_PERCENT: u32 = 80;

/// What is so near to a limit that the owner should know.
pub(in crate::desk) fn near(limit: u32) -> u32 {
    u32::try_from(u64::from(limit) * u64::from(NEAR_PERCENT) / 100).unwrap_or(limit)
}

/// The first part that may go now, or when to ask again.
pub(in crate::desk) fn next(tx: &Tx<'_>, limits: &Limits) -> Result<Next, StoreError> {
    if !tx.any_queued()? {
        return Ok(Next::Empty);
    }
    if let Some(when) = governed_until(tx, limits)? {
        return Ok(Next::NotBefore(when));
    }
    let day_ago = tx.steady().minus(DAY);
    let (people, first) = tx.people_since(day_ago)?;
    let crowded = people >= limits.people_per_day;
    let part = if crowded {
        tx.next_part_to_known(day_ago)?
    } else {
        tx.next_part()?
    };
    if let Some(part) = part {
        return Ok(Next::Submit(Submission {
            outbox: part.id,
            tpdu: part.tpdu,
        }));
    }
    let more_people = first.filter(|_| crowded).map(|first| first.plus(DAY));
    let waiting = tx.earliest_waiting()?;
    let when = match (more_people, waiting) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    Ok(when.map_or(Next::Empty, Next::NotBefore))
}

/// Until when the rates forbid any further text; `None` if they don't.
fn governed_until(tx: &Tx<'_>, limits: &Limits) -> Result<Option<Steady>, StoreError> {
    let mut until = None;
    for (limit, window) in [
        (limits.per_minute, MINUTE),
        (limits.per_hour, HOUR),
        (limits.per_day, DAY),
    ] {
        let nth = tx.nth_latest_submission(limit.max(1), tx.steady().minus(window))?;
        until = until.max(nth.map(|at| at.plus(window)));
    }
    Ok(until)
}
