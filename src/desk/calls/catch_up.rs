//! Calls that came while nobody listened: the modem's own memory of them, and the notices that operators text. Each is a
//! missed call like any other, learnt of late (product.md §2): the late text after 30 minutes, a line to the owner after 4 h.

use crate::clock::Steady;
use crate::desk::calls::notices;
use crate::desk::turn::{Done, Turn};
use crate::ids::MessageId;
use crate::modem::{CallerLine, MemoryEntry};
use crate::store::StoreError;
use crate::store::calls::CallEnd;
use crate::store::records::About;
use crate::store::types::Verdict;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

/// Setting: when the modem's memory of missed calls was last read, steady milliseconds, and what stood in it, newest first, as
/// hashes: numbers that are forgotten elsewhere must not stay here.
const LAST_READING: &str = "missed_memory";
/// Octets of a hash kept.
const HASH_OCTETS: usize = 8;
/// A call whose time nobody knows came at least this long ago: late enough for the late text.
const AT_LEAST: Duration = Duration::from_secs(30 * 60);
/// A spell that ended this recently is the one that a late call came in.
const SPELL_RECENT: Duration = Duration::from_secs(30 * 60);
/// A notice about a call that is on record comes within this after it.
const NOTICE_WINDOW: Duration = Duration::from_secs(2 * 3600);

impl Turn<'_> {
    /// The modem's memory of missed calls, compared with the last reading: what is new, and not on record, was missed.
    pub(in crate::desk) fn missed_memory(&mut self, entries: &[MemoryEntry]) -> Done {
        let now = self.now().steady;
        let reading: Vec<String> = entries.iter().map(hash).collect();
        let last = self.tx.setting(LAST_READING)?;
        let value = format!("{};{}", now.0, reading.join(","));
        if last
            .as_deref()
            .map(|last| last.split_once(';').map(|(_, hashes)| hashes))
            != Some(Some(&reading.join(",")))
        {
            self.tx.set_setting(LAST_READING, &value)?;
        }
        // The first reading says nothing: what stands there may be years old.
        let Some((read_at, before)) = last.as_deref().and_then(|last| last.split_once(';')) else {
            return Ok(());
        };
        let read_at = Steady(read_at.parse().unwrap_or(now.0));
        let before: Vec<&str> = before.split(',').filter(|hash| !hash.is_empty()).collect();
        let reading: Vec<&str> = reading.iter().map(String::as_str).collect();
        // Oldest first, so that they are decided in the order in which they came.
        for index in new_entries(&before, &reading).into_iter().rev() {
            let Some(entry) = entries.get(index).filter(|entry| !entry.digits.is_empty()) else {
                continue;
            };
            let line = CallerLine::Number {
                digits: entry.digits.clone(),
                toa: entry.toa,
            };
            self.late_call(&line, read_at, "missed_memory")?;
        }
        Ok(())
    }

    /// A text from an operator that tells of a missed call. True if it was one; then nothing else is to be done with it.
    pub(in crate::desk) fn missed_call_notice(
        &mut self,
        sender: &str,
        message: MessageId,
        text: &str,
    ) -> Result<bool, StoreError> {
        let Some(digits) = notices::caller_in(&self.rules.notices, sender, text) else {
            return Ok(false);
        };
        let toa = if digits.starts_with('+') { 145 } else { 129 };
        let about = About {
            message: Some(message),
            ..About::default()
        };
        self.tx
            .journal(about, "operator's notice", "it tells of a missed call; not passed on")?;
        let since = self.now().steady.minus(NOTICE_WINDOW);
        self.late_call(&CallerLine::Number { digits, toa }, since, "operator_notice")?;
        Ok(true)
    }

    /// A call learnt of late, unless it is on record since then.
    fn late_call(&mut self, line: &CallerLine, since: Steady, evidence: &'static str) -> Done {
        let caller = self.caller(line);
        if let Some(Ok(number)) = &caller.number {
            let known = match self.tx.contact(number.e164())? {
                Some(contact) => self.tx.called_since(contact.id, since)?,
                None => false,
            };
            if known {
                return Ok(());
            }
        }
        let late = self.late_by()?;
        let call = self.tx.start_late_call(late)?;
        let end = CallEnd {
            verdict: Verdict::Missed,
            rings: 0,
            ringing: Duration::ZERO,
            evidence: &[evidence],
            cause: None,
        };
        self.close_call(&call, &caller, &end, late)
    }

    /// How long ago a call came that nobody can date: at the start of the spell in which nothing reached us.
    fn late_by(&self) -> Result<Duration, StoreError> {
        let now = self.now().steady;
        let spell = self.tx.latest_spells(1)?.into_iter().next();
        let began = spell.filter(|spell| spell.until_at.is_none_or(|until| now.since(until) < SPELL_RECENT));
        Ok(began.map_or(AT_LEAST, |spell| now.since(spell.from_at).max(AT_LEAST)))
    }
}

fn hash(entry: &MemoryEntry) -> String {
    let digest = Sha256::digest(entry.digits.as_bytes());
    digest.iter().take(HASH_OCTETS).fold(String::new(), |mut hex, octet| {
        // Writing to a String does not fail.
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

/// Which entries of `now` were not there `before`. Lists have the newest first, or last, and lose their oldest when full;
/// one that fits neither way is compared entry by entry.
fn new_entries(before: &[&str], now: &[&str]) -> Vec<usize> {
    let shift = |now: &[&str], before: &[&str]| {
        (0..now.len()).find(|&k| now.len() - k <= before.len() && now[k..] == before[..now.len() - k])
    };
    if now == before {
        return Vec::new();
    }
    if let Some(k) = shift(now, before) {
        return (0..k).collect();
    }
    let reversed = |list: &[&str]| -> Vec<String> { list.iter().rev().map(ToString::to_string).collect() };
    let (now_back, before_back) = (reversed(now), reversed(before));
    let now_back: Vec<&str> = now_back.iter().map(String::as_str).collect();
    let before_back: Vec<&str> = before_back.iter().map(String::as_str).collect();
    if let Some(k) = shift(&now_back, &before_back) {
        return (now.len() - k..now.len()).rev().collect();
    }
    let mut left: Vec<&str> = before.to_vec();
    (0..now.len())
        .filter(|&index| match left.iter().position(|hash| *hash == now[index]) {
            Some(place) => {
                left.swap_remove(place);
                false
            }
            None => true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_entries_are_found_in_either_order_and_in_lists_that_are_full() {
        for (before, now, want) in [
            (vec![], vec![], vec![]),
            (vec![], vec!["a"], vec![0]),
            (vec!["a", "b"], vec!["a", "b"], vec![]),
            (vec!["a", "b"], vec!["c", "a", "b"], vec![0]),
            (vec!["a", "b"], vec!["d", "c", "a"], vec![0, 1]),
            // The oldest first.
            (vec!["a", "b"], vec!["a", "b", "c"], vec![2]),
            // A number moved to the front.
            (vec!["a", "b", "c"], vec!["c", "a", "b"], vec![0]),
            // Emptied.
            (vec!["a", "b"], vec![], vec![]),
            // The same caller again.
            (vec!["a"], vec!["a", "a"], vec![0]),
        ] {
            assert_eq!(new_entries(&before, &now), want, "{before:?} {now:?}");
        }
    }
}
